//! How a subscriber's packets arrive: gaps in what is on the wire, before any repair, and jitter.

use crate::media::{Kind, Stamp};

/// The sequence numbers of one RTP stream as they come.
#[derive(Default)]
pub struct Sequences {
    streams: Vec<(u32, u16)>,
}

/// What a packet's sequence number says about those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The one after the last, or the first of its stream.
    Next,
    /// It skips this many, which were lost or are late.
    Gap(u16),
    /// An earlier one: late, or sent again as it was.
    Back,
}

impl Sequences {
    pub fn note(&mut self, ssrc: u32, sequence: u16) -> Step {
        let Some((_, highest)) = self.streams.iter_mut().find(|(known, _)| *known == ssrc) else {
            self.streams.push((ssrc, sequence));
            return Step::Next;
        };
        match sequence.wrapping_sub(*highest) {
            0 | 0x8000.. => Step::Back,
            ahead => {
                *highest = sequence;
                if ahead == 1 { Step::Next } else { Step::Gap(ahead - 1) }
            }
        }
    }
}

/// SSRC and sequence number of an RTP packet (RFC 3550 §5.1).
pub fn sequence(packet: &[u8]) -> Option<(u32, u16)> {
    match packet {
        [_, _, s0, s1, _, _, _, _, c0, c1, c2, c3, ..] => {
            Some((u32::from_be_bytes([*c0, *c1, *c2, *c3]), u16::from_be_bytes([*s0, *s1])))
        }
        _ => None,
    }
}

/// Interarrival jitter of each track (RFC 3550 §6.4.1), taken from the stamps instead of RTP timestamps: packets of a
/// frame share a timestamp but not the time they were sent at.
#[derive(Default)]
pub struct Jitter {
    tracks: Vec<Track>,
}

struct Track {
    publisher: u32,
    kind: Kind,
    transit_ns: i64,
    jitter_ns: f64,
}

impl Jitter {
    /// The track's jitter with this packet, in microseconds; `None` for its first.
    pub fn note(&mut self, stamp: &Stamp, received_ns: u64) -> Option<u64> {
        let transit_ns = received_ns as i64 - stamp.sent_ns as i64;
        let known = |t: &&mut Track| t.publisher == stamp.publisher && t.kind == stamp.kind;
        let Some(track) = self.tracks.iter_mut().find(known) else {
            let (publisher, kind) = (stamp.publisher, stamp.kind);
            self.tracks.push(Track {
                publisher,
                kind,
                transit_ns,
                jitter_ns: 0.0,
            });
            return None;
        };
        let difference = (transit_ns - track.transit_ns).abs() as f64;
        track.jitter_ns += (difference - track.jitter_ns) / 16.0;
        track.transit_ns = transit_ns;
        Some((track.jitter_ns / 1000.0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_late_packets_are_told_apart_across_the_wrap() {
        let mut sequences = Sequences::default();
        let steps = [
            (65_533, Step::Next),
            (65_534, Step::Next),
            (1, Step::Gap(2)),
            (65_535, Step::Back),
            (2, Step::Next),
        ];
        for (sequence, step) in steps {
            assert_eq!(sequences.note(7, sequence), step, "{sequence}");
        }
        assert_eq!(sequences.note(8, 900), Step::Next);
    }

    #[test]
    fn the_sequence_number_is_read_from_the_header() {
        let mut packet = [0x80, 96, 0x12, 0x34, 0, 0, 0, 0, 0, 0, 1, 2, 9];
        assert_eq!(sequence(&packet), Some((258, 0x1234)));
        packet[2] = 0;
        assert_eq!(sequence(&packet[..11]), None);
    }

    #[test]
    fn an_even_transit_has_no_jitter_whatever_its_length() {
        let mut jitter = Jitter::default();
        let stamp = |sent_ns| Stamp {
            publisher: 1,
            kind: Kind::Video,
            seq: 0,
            sent_ns,
        };
        assert_eq!(jitter.note(&stamp(0), 5_000_000), None);
        assert_eq!(jitter.note(&stamp(2_000_000), 7_000_000), Some(0));
        // 16 µs more than before: a sixteenth of it counts.
        assert_eq!(jitter.note(&stamp(4_000_000), 9_016_000), Some(1));
    }
}
