//! Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1), read in place.

/// Ticks of the receiver's clock a second: deltas count 250 µs.
pub(crate) const TICKS_PER_SECOND: u32 = 4_000;
/// Ticks in a unit of the reference time, 64 ms. With its 24 bits the clock wraps at 32 bits of ticks.
const TICKS_PER_REFERENCE: u32 = 256;
/// Headers of RTCP and of a feedback message, the media SSRC included.
const HEADER: usize = 12;

/// One feedback message. Nothing is copied or allocated; a pass over it costs O(1) a byte, whatever it claims.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TransportWide<'p> {
    base: u16,
    count: u16,
    reference: u32,
    chunks: &'p [u8],
    deltas: &'p [u8],
}

/// What a feedback message says about packets, in the order of their numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    /// It came at this tick of the receiver's clock, which wraps.
    Arrived { sequence: u16, at: u32 },
    /// So many packets from this number on have not come.
    Missing { first: u16, count: u16 },
    /// So many came at times not told.
    Untimed { count: u16 },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Symbol {
    Missing,
    SmallDelta,
    LargeDelta,
    Untimed,
}

impl Symbol {
    fn of(bits: u16) -> Self {
        match bits & 3 {
            0 => Self::Missing,
            1 => Self::SmallDelta,
            2 => Self::LargeDelta,
            _ => Self::Untimed,
        }
    }

    fn delta_bytes(self) -> usize {
        match self {
            Self::Missing | Self::Untimed => 0,
            Self::SmallDelta => 1,
            Self::LargeDelta => 2,
        }
    }
}

impl<'p> TransportWide<'p> {
    /// Reads a whole RTCP packet of type 205, format 15. `None` where its chunks or deltas end before what it announces.
    pub(crate) fn parse(packet: &'p [u8]) -> Option<Self> {
        let (_, body) = packet.split_at_checked(HEADER)?;
        let ([b0, b1, c0, c1, r0, r1, r2, _], rest) = body.split_first_chunk::<8>()?;
        let count = u16::from_be_bytes([*c0, *c1]);
        let (mut chunk_bytes, mut delta_bytes) = (0, 0);
        each_run(
            rest,
            count,
            |symbol, run| delta_bytes += symbol.delta_bytes() * usize::from(run),
            |len| {
                chunk_bytes = len;
            },
        )?;
        let (chunks, deltas) = rest.split_at_checked(chunk_bytes)?;
        let deltas = deltas.get(..delta_bytes)?;
        let reference = u32::from_be_bytes([0, *r0, *r1, *r2]).wrapping_mul(TICKS_PER_REFERENCE);
        Some(Self { base: u16::from_be_bytes([*b0, *b1]), count, reference, chunks, deltas })
    }

    /// Tells every status.
    pub(crate) fn each(&self, mut tell: impl FnMut(Status)) {
        let (mut sequence, mut at, mut deltas) = (self.base, self.reference, self.deltas);
        let told = each_run(
            self.chunks,
            self.count,
            |symbol, run| {
                match symbol {
                    Symbol::Missing => tell(Status::Missing { first: sequence, count: run }),
                    Symbol::Untimed => tell(Status::Untimed { count: run }),
                    Symbol::SmallDelta | Symbol::LargeDelta => {
                        for step in 0..run {
                            let Some((delta, rest)) = deltas.split_at_checked(symbol.delta_bytes()) else { return };
                            deltas = rest;
                            at = at.wrapping_add_signed(match *delta {
                                [small] => i32::from(small),
                                [high, low] => i32::from(i16::from_be_bytes([high, low])),
                                _ => 0,
                            });
                            tell(Status::Arrived { sequence: sequence.wrapping_add(step), at });
                        }
                    }
                }
                sequence = sequence.wrapping_add(run);
            },
            |_| {},
        );
        debug_assert!(told.is_some(), "the chunks were counted when it was parsed");
    }
}

/// Walks the packet chunks until `count` symbols are told, runs of one symbol together, then says how many bytes that took. `None` where the
/// chunks end first.
fn each_run(bytes: &[u8], count: u16, mut run: impl FnMut(Symbol, u16), done: impl FnOnce(usize)) -> Option<()> {
    let (mut left, mut rest) = (count, bytes);
    while left > 0 {
        let (chunk, after) = rest.split_first_chunk::<2>()?;
        rest = after;
        let chunk = u16::from_be_bytes(*chunk);
        // §3.1.3: a run. An empty one would make no progress; it costs its two bytes.
        if chunk & 0x8000 == 0 {
            let len = (chunk & 0x1fff).min(left);
            if len > 0 {
                run(Symbol::of(chunk >> 13), len);
            }
            left -= len;
            continue;
        }
        // §3.1.4: 14 symbols of one bit, or 7 of two.
        let (symbols, width) = if chunk & 0x4000 == 0 { (14, 1) } else { (7, 2) };
        for place in 1..=symbols.min(left) {
            let bits = chunk >> (14 - place * width);
            run(Symbol::of(if width == 1 { bits & 1 } else { bits }), 1);
        }
        left -= symbols.min(left);
    }
    done(bytes.len() - rest.len());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(base: u16, count: u16, reference: [u8; 3], rest: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x8f, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2];
        packet.extend(base.to_be_bytes());
        packet.extend(count.to_be_bytes());
        packet.extend(reference);
        packet.push(0);
        packet.extend(rest);
        packet
    }

    fn told(packet: &[u8]) -> Option<Vec<Status>> {
        let mut all = vec![];
        TransportWide::parse(packet)?.each(|status| all.push(status));
        Some(all)
    }

    #[test]
    fn runs_and_vectors_are_read_as_the_draft_draws_them() {
        use Status::{Arrived, Missing};
        // A run of two small deltas, a run of 300 missing, then a two-bit vector: small, missing, large (−1 tick).
        let vector = 0b11_01_00_10_00_00_00_00u16;
        let chunks = [0x2002u16.to_be_bytes(), 300u16.to_be_bytes(), vector.to_be_bytes()].concat();
        let packet = message(65_535, 305, [0, 0, 1], &[&chunks[..], &[4, 8, 16, 0xff, 0xff, 0, 0]].concat());
        let expected = vec![
            Arrived { sequence: 65_535, at: 260 },
            Arrived { sequence: 0, at: 268 },
            Missing { first: 1, count: 300 },
            Arrived { sequence: 301, at: 284 },
            Missing { first: 302, count: 1 },
            Arrived { sequence: 303, at: 283 },
        ];
        assert_eq!(told(&packet), Some(expected));
        // One bit a packet.
        let packet = message(7, 3, [0, 0, 0], &[0b1010_1000, 0, 9, 2]);
        let expected =
            vec![Arrived { sequence: 7, at: 9 }, Missing { first: 8, count: 1 }, Arrived { sequence: 9, at: 11 }];
        assert_eq!(told(&packet), Some(expected));
    }

    #[test]
    fn the_receivers_clock_wraps_without_a_jump() {
        let packet = message(0, 2, [0xff, 0xff, 0xff], &[0x20, 2, 255, 1]);
        let expected = vec![Status::Arrived { sequence: 0, at: u32::MAX }, Status::Arrived { sequence: 1, at: 0 }];
        assert_eq!(told(&packet), Some(expected));
    }

    #[test]
    fn what_announces_more_than_it_has_is_refused() {
        assert_eq!(told(&message(0, 8191, [0; 3], &[0x3f, 0xff, 1, 1])), None, "deltas are missing");
        assert_eq!(told(&message(0, 15, [0; 3], &[0x80, 0])), None, "chunks are missing");
        assert_eq!(told(&message(0, 1, [0; 3], &[0, 0])), None, "an empty run tells nothing");
        assert_eq!(told(&[0x8f, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]), None, "the header alone");
    }

    #[test]
    fn a_loss_of_thousands_is_one_statement() {
        let packet = message(9, 8191, [0; 3], &[0x1f, 0xff]);
        assert_eq!(told(&packet), Some(vec![Status::Missing { first: 9, count: 8191 }]));
    }
}
