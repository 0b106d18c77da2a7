//! Numbers without gaps for a stream some packets of which are left out.
//!
//! What is left out takes no number. What has not come yet does, since nobody knows whether it is to be sent; if it then comes and is not, a
//! packet without a payload goes out in its place. Every decision is remembered as long as a packet can be asked for again, so that a repeat
//! comes out the same.

use super::rewrite::Segment;

/// As far as a track's ring reaches.
const REACH: u64 = 512;

/// What became of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// With this marker.
    Sent(bool),
    /// Its number went out without its payload.
    Blank,
    /// It has no number.
    Gone,
}

#[derive(Clone, Debug)]
pub(crate) struct Thinning {
    /// One past the newest packet, in the source's numbering.
    next: u64,
    /// Packets of the segment that have no number.
    dropped: u64,
    gone: Bits,
    blank: Bits,
    marked: Bits,
}

impl Thinning {
    /// Begins a segment whose first packet is `first`.
    pub(crate) fn new(first: u64) -> Self {
        Self { next: first, dropped: 0, gone: Bits::default(), blank: Bits::default(), marked: Bits::default() }
    }

    /// One past the newest packet, in the source's numbering.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Our index for a source index: for one that has not come yet, if it is to be sent. `None` from before the segment, or too late.
    pub(crate) fn index(&self, segment: &Segment, source: u64) -> Option<u64> {
        let place = source.checked_sub(segment.source_start)?;
        let later = self.next.saturating_sub(source);
        if later > REACH || self.fate(source) == Some(Fate::Gone) {
            return None;
        }
        Some(segment.start + place - (self.dropped - self.gone.count(source, later)))
    }

    /// The source index that went out as `index`.
    pub(crate) fn source(&self, segment: &Segment, index: u64) -> Option<u64> {
        let mut ours = segment.start + (self.next - segment.source_start) - self.dropped;
        for source in (segment.source_start.max(self.next.saturating_sub(REACH))..self.next).rev() {
            if !self.gone.has(source) {
                ours -= 1;
                if ours <= index {
                    return (ours == index).then_some(source);
                }
            }
        }
        None
    }

    /// What became of a packet of the recent past; one that was skipped and has not come yet counts as sent.
    pub(crate) fn fate(&self, source: u64) -> Option<Fate> {
        if source >= self.next || self.next - source > REACH {
            None
        } else if self.gone.has(source) {
            Some(Fate::Gone)
        } else if self.blank.has(source) {
            Some(Fate::Blank)
        } else {
            Some(Fate::Sent(self.marked.has(source)))
        }
    }

    /// Remembers a decision. One that has a number never loses it.
    pub(crate) fn note(&mut self, source: u64, fate: Fate) {
        if source >= self.next {
            let fresh = (source + 1 - self.next).min(REACH);
            for bits in [&mut self.gone, &mut self.blank, &mut self.marked] {
                bits.clear(source + 1 - fresh, fresh);
            }
            self.next = source + 1;
            if fate == Fate::Gone {
                self.dropped += 1;
                self.gone.set(source);
            }
        }
        match fate {
            Fate::Blank => self.blank.set(source),
            Fate::Sent(true) => self.marked.set(source),
            Fate::Sent(false) | Fate::Gone => {}
        }
    }
}

/// A bit for each of the last [`REACH`] packets.
#[derive(Clone, Copy, Default, Debug)]
struct Bits([u64; (REACH / 64) as usize]);

impl Bits {
    fn has(&self, place: u64) -> bool {
        self.0.get(word(place)).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    fn set(&mut self, place: u64) {
        if let Some(word) = self.0.get_mut(word(place)) {
            *word |= 1 << (place % 64);
        }
    }

    /// How many of the `len` bits from `from` are set.
    fn count(&self, from: u64, len: u64) -> u64 {
        spans(from, len).map(|(at, mask)| self.0.get(at).map_or(0, |word| u64::from((word & mask).count_ones()))).sum()
    }

    fn clear(&mut self, from: u64, len: u64) {
        for (at, mask) in spans(from, len) {
            if let Some(word) = self.0.get_mut(at) {
                *word &= !mask;
            }
        }
    }
}

fn word(place: u64) -> usize {
    (place % REACH / 64) as usize
}

/// The words that `len` bits from `from` lie in, and the bits of each; at most nine.
fn spans(from: u64, len: u64) -> impl Iterator<Item = (usize, u64)> {
    let end = from + len;
    let mut at = from;
    std::iter::from_fn(move || {
        let bits = (64 - at % 64).min(end.checked_sub(at).filter(|left| *left > 0)?);
        let span = (word(at), (u64::MAX >> (64 - bits)) << (at % 64));
        at += bits;
        Some(span)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::slab::Key;

    fn segment(source_start: u64, start: u64) -> Segment {
        Segment {
            track: Key::dangling(),
            source_start,
            start,
            timestamp_offset: 0,
            picture_id_offset: 0,
            tl0_offset: 0,
            is_layered: true,
        }
    }

    proptest! {
        #[test]
        fn numbers_have_no_gaps_and_lead_back_to_their_packets(start in 0u64..70_000, steps in prop::collection::vec((0u64..8, any::<bool>(), any::<bool>()), 1..900)) {
            let segment = segment(1_000, start);
            let mut thinning = Thinning::new(1_000);
            let mut sent: BTreeMap<u64, (u64, Fate)> = BTreeMap::new();
            let mut open: Vec<u64> = vec![];
            let mut newest = 999;
            for (step, keep, marker) in steps {
                // Mostly the next packet; now and then one or two are late, and then come.
                let source = match (step, open.pop()) {
                    (0, Some(late)) => late,
                    (_, back) => {
                        open.extend(back);
                        let skipped = if step == 1 { 2 } else { 0 };
                        open.extend(newest + 1..newest + 1 + skipped);
                        newest += 1 + skipped;
                        newest
                    }
                };
                let is_late = source < thinning.next();
                let Some(index) = thinning.index(&segment, source) else {
                    prop_assert!(thinning.next() - source > REACH, "a number was refused within reach");
                    continue;
                };
                let fate = match (keep, is_late) {
                    (true, _) => Fate::Sent(marker),
                    (false, true) => Fate::Blank,
                    (false, false) => Fate::Gone,
                };
                thinning.note(source, fate);
                if fate != Fate::Gone {
                    prop_assert!(sent.insert(index, (source, fate)).is_none(), "{index} was given twice");
                }
            }
            let next = thinning.index(&segment, thinning.next()).expect("the next");
            prop_assert_eq!(sent.len() + open.len(), (next - start) as usize, "a gap, or what is on its way");
            for (index, (source, fate)) in sent {
                if thinning.next() - source <= REACH {
                    prop_assert_eq!(thinning.index(&segment, source), Some(index));
                    prop_assert_eq!(thinning.source(&segment, index), Some(source));
                    prop_assert_eq!(thinning.fate(source), Some(fate));
                }
            }
        }
    }
}
