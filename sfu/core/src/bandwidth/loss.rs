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
    bound: Option<f64>,
    share: f64,
}

impl LossBound {
    /// Bits a second; `None` while loss does not bound.
    pub(super) fn bound(&self) -> Option<f64> {
        self.bound
    }

    /// Share of packets lost of late, 0 to 1.
    pub(super) fn share(&self) -> f64 {
        self.share
    }

    /// Takes a feedback's counts. `estimate` is what the delays allow, `acked` what arrives.
    pub(super) fn take(&mut self, now: Instant, lost: u64, came: u64, estimate: f64, acked: Option<f64>) {
        let begun = *self.window.get_or_insert(now);
        self.lost += lost;
        self.came += came;
        let total = self.lost + self.came;
        if now.saturating_duration_since(begun) < WINDOW || total < PACKETS {
            return;
        }
        let share = self.lost as f64 / total as f64;
        self.share += FOLLOW * (share - self.share);
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

    fn run(loss: &mut LossBound, start: Instant, lost: u64, seconds: u64) {
        for step in 0..seconds * 10 {
            loss.take(start + Duration::from_millis(100 * step), lost, 100 - lost, 1e6, Some(1e6));
        }
    }

    #[test]
    fn five_percent_of_random_loss_bound_nothing_and_a_fifth_does_until_it_is_over() {
        let (start, mut loss) = (Instant::now(), LossBound::default());
        run(&mut loss, start, 5, 10);
        assert_eq!(loss.bound(), None);
        run(&mut loss, start + Duration::from_secs(10), 20, 5);
        let bound = loss.bound().expect("a fifth was lost");
        assert!((300e3..700e3).contains(&bound), "{bound}");
        run(&mut loss, start + Duration::from_secs(20), 0, 10);
        assert_eq!(loss.bound(), None);
    }
}
