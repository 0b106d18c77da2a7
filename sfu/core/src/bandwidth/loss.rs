//! The loss-based half (draft-ietf-rmcat-gcc-02 §6): a bound only while much is lost, since loss alone does not mean congestion.

use std::time::{Duration, Instant};

/// Shares of §6: below the first the bound rises, above the second it falls, between them it stays.
const LOW: f64 = 0.02;
const HIGH: f64 = 0.10;
/// Loss is judged over so long, so many packets at least; one bad time alone is a burst, such as radio has.
const WINDOW: Duration = Duration::from_millis(700);
const PACKETS: u64 = 20;
const RISE: f64 = 1.15;
/// Weight of a new window in the share.
const FOLLOW: f64 = 0.4;

#[derive(Default)]
pub(super) struct LossBound {
    window: Option<Instant>,
    lost: u64,
    came: u64,
    was_high: bool,
    /// Whether a queue stood within the window.
    was_queued: bool,
    bound: Option<f64>,
    share: f64,
}

/// What a feedback tells of losses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub(super) lost: u64,
    pub(super) came: u64,
    /// Bits a second the delays allow, and that arrive.
    pub(super) estimate: f64,
    pub(super) acked: Option<f64>,
    /// Whether packets wait before the link.
    pub(super) is_queued: bool,
}

impl LossBound {
    /// Bits a second; `None` while loss does not bound.
    pub(super) fn bound(&self) -> Option<f64> {
        self.bound
    }

    /// Share of packets lost of late, 0 to 1, apart from those that found a queue full: they are over with it.
    pub(super) fn share(&self) -> f64 {
        self.share
    }

    /// Takes a feedback's counts.
    pub(super) fn take(&mut self, now: Instant, counts: &Counts) {
        let Counts { lost, came, estimate, acked, is_queued } = *counts;
        let begun = *self.window.get_or_insert(now);
        self.lost += lost;
        self.came += came;
        self.was_queued |= is_queued;
        let total = self.lost + self.came;
        if now.saturating_duration_since(begun) < WINDOW || total < PACKETS {
            return;
        }
        let share = self.lost as f64 / total as f64;
        if !std::mem::take(&mut self.was_queued) {
            self.share += FOLLOW * (share - self.share);
        }
        (self.window, self.lost, self.came) = (Some(now), 0, 0);
        let again = std::mem::replace(&mut self.was_high, share > HIGH);
        if share > HIGH && again {
            let from = self.bound.unwrap_or(estimate).min(estimate);
            let fallen = from * (1.0 - 0.5 * share);
            // Where half of everything is lost, halving what was sent is not enough: not more than arrived.
            self.bound = Some(acked.filter(|_| share > 0.3).map_or(fallen, |acked| fallen.min(acked)));
        } else if share < LOW {
            self.bound = self.bound.map(|bound| bound * RISE).filter(|bound| *bound < estimate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(loss: &mut LossBound, start: Instant, lost: u64, seconds: u64, is_queued: bool) {
        for step in 0..seconds * 10 {
            let counts = Counts { lost, came: 100 - lost, estimate: 1e6, acked: Some(1e6), is_queued };
            loss.take(start + Duration::from_millis(100 * step), &counts);
        }
    }

    #[test]
    fn five_percent_of_random_loss_bound_nothing_and_a_fifth_does_until_it_is_over() {
        let (start, mut loss) = (Instant::now(), LossBound::default());
        run(&mut loss, start, 5, 10, false);
        assert_eq!(loss.bound(), None);
        run(&mut loss, start + Duration::from_secs(10), 20, 5, false);
        let bound = loss.bound().expect("a fifth was lost");
        assert!((300e3..700e3).contains(&bound), "{bound}");
        run(&mut loss, start + Duration::from_secs(20), 0, 10, false);
        assert_eq!(loss.bound(), None);
    }

    #[test]
    fn what_a_full_queue_loses_is_not_the_links_loss() {
        let (start, mut loss) = (Instant::now(), LossBound::default());
        run(&mut loss, start, 20, 3, true);
        assert_eq!(loss.share(), 0.0);
        assert!(loss.bound().is_some(), "it bounds all the same");
        run(&mut loss, start + Duration::from_secs(3), 5, 10, false);
        assert!((0.04..0.06).contains(&loss.share()), "{}", loss.share());
    }
}
