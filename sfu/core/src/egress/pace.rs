//! How fast video leaves towards a client whose link is known to be narrow. A burst, a keyframe above all, waits here, where sound goes past
//! it, and not before the link, where sound would wait behind it and what the queue does not hold would be lost.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::OutletKey;
use crate::ingress::Track;
use crate::slab::Key;

/// What may leave at once: a few packets. Timers are not exact, and the link is never to be idle.
const BURST: Duration = Duration::from_millis(20);
/// Nothing waits longer: by then the rate is wrong.
const PATIENCE: Duration = Duration::from_millis(500);
/// Packets that wait, at most.
const ROOM: usize = 1_024;

/// A packet in its track's ring that waits for one outlet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) outlet: OutletKey,
    pub(crate) track: Key<Track>,
    pub(crate) index: u64,
    since: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Turn {
    #[default]
    Waiting,
    /// What is due is on its way into the batch.
    Releasing,
}

/// One connection's. Costs nothing while its link is not known to be narrow.
#[derive(Default)]
pub(crate) struct Pace {
    /// Bits a second; `None`: nothing is held.
    rate: Option<f64>,
    /// When all that has left has passed at that rate.
    free: Option<Instant>,
    held: VecDeque<Held>,
    turn: Turn,
}

impl Pace {
    /// Bits a second at which video leaves from now on; `None`: at once.
    pub(crate) fn set(&mut self, rate: Option<f64>) {
        self.rate = rate;
    }

    /// Whether the next packet of video must wait: others do, or a burst has just left.
    #[inline]
    pub(crate) fn must_wait(&self, now: Instant) -> bool {
        !self.held.is_empty() || (self.rate.is_some() && self.free.is_some_and(|free| free > now + BURST))
    }

    /// Whether packets of the track wait for the outlet.
    pub(crate) fn holds(&self, outlet: OutletKey, track: Key<Track>) -> bool {
        self.held.iter().any(|held| (held.outlet, held.track) == (outlet, track))
    }

    /// Has a packet wait. Returns whether there was room.
    pub(crate) fn hold(&mut self, now: Instant, outlet: OutletKey, track: Key<Track>, index: u64) -> bool {
        let has_room = self.held.len() < ROOM;
        if has_room {
            self.held.push_back(Held { outlet, track, index, since: now });
        }
        has_room
    }

    /// A packet of so many bytes has left.
    #[inline]
    pub(crate) fn spend(&mut self, now: Instant, bytes: usize) {
        if let Some(rate) = self.rate {
            let takes = Duration::from_secs_f64(bytes as f64 * 8.0 / rate.max(1.0));
            self.free = Some(self.free.map_or(now, |free| free.max(now)) + takes);
        }
    }

    /// When [`release`](Self::release) is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.due_at().filter(|_| self.turn == Turn::Waiting)
    }

    /// Begins to let go of what is due, if anything is.
    pub(crate) fn release(&mut self, now: Instant) -> bool {
        let is_due = self.deadline().is_some_and(|at| at <= now);
        if is_due {
            self.turn = Turn::Releasing;
        }
        is_due
    }

    /// The next packet that may leave now; after the last the others wait again.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Held> {
        if self.due_at().is_some_and(|at| at <= now) {
            return self.held.pop_front();
        }
        self.turn = Turn::Waiting;
        None
    }

    /// Takes back a packet that the batch had no room for.
    pub(crate) fn put_back(&mut self, held: Held) {
        self.held.push_front(held);
    }

    fn due_at(&self) -> Option<Instant> {
        let first = self.held.front()?;
        let at = self.rate.and(self.free).map_or(first.since, |free| free.checked_sub(BURST).unwrap_or(free));
        Some(at.min(first.since + PATIENCE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> (OutletKey, Key<Track>) {
        (Key::dangling(), Key::dangling())
    }

    #[test]
    fn a_burst_leaves_at_the_rate_and_in_order() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        let (outlet, track) = keys();
        pace.set(Some(800_000.0));
        let mut left = Vec::new();
        // Twenty packets of 1,000 bytes at once: 10 ms each.
        for index in 0..20 {
            if pace.must_wait(start) {
                assert!(pace.hold(start, outlet, track, index));
            } else {
                pace.spend(start, 1_000);
                left.push((index, Duration::ZERO));
            }
        }
        while let Some(now) = pace.deadline() {
            assert!(pace.release(now) && pace.deadline().is_none());
            while let Some(held) = pace.next(now) {
                pace.spend(now, 1_000);
                left.push((held.index, now - start));
            }
        }
        assert!(left.iter().map(|(index, _)| *index).eq(0..20));
        let early = left.iter().filter(|(_, at)| at.is_zero()).count();
        assert!((2..=4).contains(&early), "{left:?}");
        let last = left.last().expect("all left").1;
        assert!((160..=200).contains(&last.as_millis()), "{last:?}");
    }

    #[test]
    fn nothing_waits_without_a_rate_or_for_long() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        let (outlet, track) = keys();
        pace.spend(start, 100_000);
        assert!(!pace.must_wait(start) && pace.deadline().is_none());
        pace.set(Some(10_000.0));
        pace.spend(start, 10_000);
        assert!(pace.must_wait(start) && pace.hold(start, outlet, track, 1));
        assert_eq!(pace.deadline(), Some(start + PATIENCE));
        pace.set(None);
        assert!(pace.must_wait(start), "who waits goes first");
        assert_eq!(pace.deadline(), Some(start));
    }
}
