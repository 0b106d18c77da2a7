//! Gaps in a publisher's stream, and when to ask for what is missing (RFC 4585 §6.2.1).

use std::time::{Duration, Instant};

/// Waiting a little spares requests for packets that only overtook each other.
const REORDER_TOLERANCE: Duration = Duration::from_millis(4);
/// Between requests for the same packet while the round trip is unknown: about that of a distant client.
const RETRY: Duration = Duration::from_millis(80);
/// And once it is known: the answer has so much longer to come before it is taken for lost, within these bounds.
const RETRY_SLACK: Duration = Duration::from_millis(10);
const RETRY_BOUNDS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(300));
/// Then the receivers have given up on the frame and a keyframe is asked for anyway.
const MAX_REQUESTS: u8 = 6;
/// A longer gap is an outage: repairing it would cost more than a keyframe.
const MAX_MISSING: usize = 128;

/// Packets believed lost, oldest first. No allocation after the first gap.
#[derive(Debug, Default)]
pub(crate) struct NackList {
    missing: Vec<Missing>,
}

#[derive(Clone, Copy, Debug)]
struct Missing {
    index: u64,
    due: Instant,
    requests: u8,
}

impl NackList {
    /// Notes that `index` came, after `newest` was the highest before. Returns how many packets the gap newly shows as missing.
    pub(crate) fn record(&mut self, now: Instant, newest: Option<u64>, index: u64) -> u64 {
        let Some(newest) = newest else { return 0 };
        if index <= newest {
            self.missing.retain(|missing| missing.index != index);
            return 0;
        }
        let gap = index - newest - 1;
        if gap as usize > MAX_MISSING {
            self.missing.clear();
            return gap;
        }
        let overflow = (self.missing.len() + gap as usize).saturating_sub(MAX_MISSING);
        self.missing.drain(..overflow);
        self.missing.extend((newest + 1..index).map(|index| Missing {
            index,
            due: now + REORDER_TOLERANCE,
            requests: 0,
        }));
        gap
    }

    /// When [`take_due`](Self::take_due) has something to give.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.missing.iter().map(|missing| missing.due).min()
    }

    /// Sequence numbers to request now of a publisher at that round trip.
    pub(crate) fn take_due(&mut self, now: Instant, rtt: Option<Duration>, out: &mut Vec<u16>) {
        let (least, most) = RETRY_BOUNDS;
        let retry = rtt.map_or(RETRY, |rtt| (rtt + RETRY_SLACK).clamp(least, most));
        self.missing.retain_mut(|missing| {
            if missing.due > now {
                return true;
            }
            if missing.requests == MAX_REQUESTS {
                return false;
            }
            missing.requests += 1;
            missing.due = now + retry;
            out.push(missing.index as u16);
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(list: &mut NackList, now: Instant) -> Vec<u16> {
        due_at(list, now, None)
    }

    fn due_at(list: &mut NackList, now: Instant, rtt: Option<Duration>) -> Vec<u16> {
        let mut out = vec![];
        list.take_due(now, rtt, &mut out);
        out
    }

    #[test]
    fn a_gap_is_asked_for_until_it_is_filled() {
        let start = Instant::now();
        let mut list = NackList::default();
        assert_eq!(list.record(start, Some(65_534), 65_538), 3);
        assert!(due(&mut list, start).is_empty(), "they may only be late");
        assert_eq!(due(&mut list, start + REORDER_TOLERANCE), [65_535, 0, 1]);
        list.record(start, Some(65_538), 65_536);
        assert_eq!(due(&mut list, start + REORDER_TOLERANCE + RETRY), [65_535, 1]);
    }

    #[test]
    fn the_round_trip_says_when_a_request_is_repeated() {
        let ms = Duration::from_millis;
        for (rtt, retry) in [(ms(1), ms(20)), (ms(100), ms(110)), (ms(900), ms(300))] {
            let start = Instant::now();
            let mut list = NackList::default();
            list.record(start, Some(0), 2);
            assert_eq!(due_at(&mut list, start + REORDER_TOLERANCE, Some(rtt)), [1]);
            assert_eq!(list.deadline(), Some(start + REORDER_TOLERANCE + retry), "{rtt:?}");
        }
    }

    #[test]
    fn requests_for_a_packet_end() {
        let start = Instant::now();
        let mut list = NackList::default();
        list.record(start, Some(0), 2);
        let asked: usize = (0..100).map(|round| due(&mut list, start + RETRY * (round + 1)).len()).sum();
        assert_eq!((asked, list.deadline()), (usize::from(MAX_REQUESTS), None));
    }

    #[test]
    fn an_outage_is_not_repaired_packet_by_packet() {
        let start = Instant::now();
        let mut list = NackList::default();
        assert_eq!(list.record(start, Some(0), 1000), 999);
        assert_eq!(list.deadline(), None);
    }
}
