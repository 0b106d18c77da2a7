//! When a shard has more to do than it can, and how much it then leaves out.
//!
//! Left to itself an overloaded thread would drop packets wherever its queues end: sound as well as pictures, every room's alike. Shedding
//! whole layers costs pictures some sharpness and nobody a word.

use std::time::Duration;

use sfu_core::Shedding;

/// Busy for this share of the time there is no room left for the next burst.
const FULL: f64 = 0.92;
/// Below this share what is left out can come back: a layer more costs less than the distance.
const SLACK: f64 = 0.60;
/// How long it must be full before more is left out, and slack before less is. Coming back too early would have pictures go up and down.
const PATIENCE_FULL: Duration = Duration::from_secs(2);
const PATIENCE_SLACK: Duration = Duration::from_secs(10);
/// One packet lost by us in so many is loss that people notice.
const TOLERATED_LOSS: u64 = 1_000;

/// What a shard did in a stretch of time.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Window {
    pub(crate) length: Duration,
    /// Of it, spent working.
    pub(crate) busy: Duration,
    /// Packets handled, and packets lost in our own queues.
    pub(crate) packets: u64,
    pub(crate) lost: u64,
}

impl Window {
    /// Share of the time spent working, 0 to 1.
    pub(crate) fn load(&self) -> f64 {
        if self.length.is_zero() { 0.0 } else { (self.busy.as_secs_f64() / self.length.as_secs_f64()).min(1.0) }
    }

    fn loses(&self) -> bool {
        self.lost * TOLERATED_LOSS > self.packets
    }
}

/// Decides from window to window.
#[derive(Default, Debug)]
pub(crate) struct Overload {
    shedding: Shedding,
    full: Duration,
    slack: Duration,
}

impl Overload {
    pub(crate) fn shedding(&self) -> Shedding {
        self.shedding
    }

    /// Takes the last window; tells what to leave out from now on, if that changes.
    pub(crate) fn observe(&mut self, window: Window) -> Option<Shedding> {
        let is_full = window.load() > FULL || window.loses();
        let is_slack = window.load() < SLACK && !window.loses();
        self.full = if is_full { self.full + window.length } else { Duration::ZERO };
        self.slack = if is_slack { self.slack + window.length } else { Duration::ZERO };
        let next = if self.full >= PATIENCE_FULL {
            // Without pictures there is little left of a call: only where sound would be lost otherwise.
            match self.shedding.more() {
                Shedding::Cameras if !window.loses() => self.shedding,
                more => more,
            }
        } else if self.slack >= PATIENCE_SLACK {
            self.shedding.less()
        } else {
            return None;
        };
        (self.full, self.slack) = (Duration::ZERO, Duration::ZERO);
        let changed = next != self.shedding;
        self.shedding = next;
        changed.then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(load: f64, lost: u64) -> Window {
        let length = Duration::from_secs(1);
        Window { length, busy: length.mul_f64(load), packets: 10_000, lost }
    }

    fn after(overload: &mut Overload, seconds: usize, window: Window) -> Shedding {
        for _ in 0..seconds {
            overload.observe(window);
        }
        overload.shedding()
    }

    #[test]
    fn a_full_thread_sheds_step_by_step_and_gives_back_slowly() {
        let mut overload = Overload::default();
        assert_eq!(after(&mut overload, 1, second(0.99, 0)), Shedding::Nothing, "a second may be an accident");
        assert_eq!(after(&mut overload, 1, second(0.99, 0)), Shedding::TopLayer);
        assert_eq!(after(&mut overload, 2, second(0.99, 0)), Shedding::AllButLowest);
        assert_eq!(
            after(&mut overload, 60, second(0.99, 0)),
            Shedding::AllButLowest,
            "cameras stay while nothing is lost"
        );
        assert_eq!(after(&mut overload, 60, second(0.80, 0)), Shedding::AllButLowest, "neither full nor slack");
        assert_eq!(after(&mut overload, 9, second(0.30, 0)), Shedding::AllButLowest);
        assert_eq!(after(&mut overload, 1, second(0.30, 0)), Shedding::TopLayer);
        assert_eq!(after(&mut overload, 10, second(0.30, 0)), Shedding::Nothing);
    }

    #[test]
    fn packets_lost_in_our_queues_count_as_full_and_end_with_cameras() {
        let mut overload = Overload::default();
        assert_eq!(after(&mut overload, 60, second(0.5, 10)), Shedding::Nothing, "one in a thousand is tolerated");
        assert_eq!(after(&mut overload, 6, second(0.5, 11)), Shedding::Cameras);
        assert_eq!(after(&mut overload, 30, second(0.3, 0)), Shedding::Nothing);
    }

    #[test]
    fn alternating_seconds_change_nothing() {
        let mut overload = Overload::default();
        for _ in 0..100 {
            assert_eq!(overload.observe(second(0.99, 0)), None);
            assert_eq!(overload.observe(second(0.30, 0)), None);
        }
    }
}
