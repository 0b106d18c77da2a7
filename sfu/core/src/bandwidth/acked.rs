//! The rate at which packets arrive, by the receiver's clock.

/// A first answer needs this much, the next ones less: some frames.
const FIRST_WINDOW_MS: f64 = 500.0;
const WINDOW_MS: f64 = 150.0;
/// Weight of a new window.
const FOLLOW: f64 = 0.5;
/// The most of late is of one to two of these.
const LATE_MS: f64 = 500.0;

#[derive(Default)]
pub(super) struct AckedRate {
    /// When the window began, and bits in it.
    window: Option<(f64, f64)>,
    /// Bits a second: smoothed, and of the last window.
    rates: Option<(f64, f64)>,
    /// Since when, the most of the span before, and of this one.
    most: (f64, f64, f64),
}

impl AckedRate {
    /// Bits a second.
    pub(super) fn rate(&self) -> Option<f64> {
        self.rates.map(|(smoothed, _)| smoothed)
    }

    /// Bits a second, at once less when less arrives: what a link that has just become narrow carries.
    pub(super) fn least(&self) -> Option<f64> {
        self.rates.map(|(smoothed, last)| smoothed.min(last))
    }

    /// Bits a second at the best time of late: what came before a link became narrow.
    pub(super) fn most(&self) -> Option<f64> {
        self.rates.map(|_| self.most.1.max(self.most.2))
    }

    pub(super) fn take(&mut self, at_ms: f64, bytes: u16) {
        let bits = f64::from(bytes) * 8.0;
        let Some((begun, sum)) = self.window else {
            self.window = Some((at_ms, bits));
            return;
        };
        let elapsed = at_ms - begun;
        let wanted = if self.rates.is_some() { WINDOW_MS } else { FIRST_WINDOW_MS };
        if elapsed < -wanted || elapsed > 10.0 * wanted {
            // A clock set anew, or a long silence, which says nothing about the link.
            self.window = Some((at_ms, bits));
        } else if elapsed < wanted {
            self.window = Some((begun, sum + bits));
        } else {
            let last = sum / elapsed * 1e3;
            let smoothed = self.rates.map_or(last, |(smoothed, _)| smoothed + FOLLOW * (last - smoothed));
            self.rates = Some((smoothed, last));
            let (since, before, most) = self.most;
            self.most =
                if at_ms - since > LATE_MS { (at_ms, most, smoothed) } else { (since, before, most.max(smoothed)) };
            self.window = Some((at_ms, bits));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_follows_what_arrives_within_half_a_second() {
        let mut acked = AckedRate::default();
        // 1,000 bytes every 10 ms are 800 kbit/s, then every 40 ms 200.
        (0..100).for_each(|packet| acked.take(10.0 * f64::from(packet), 1_000));
        let rate = acked.rate().expect("a second passed");
        assert!((780e3..820e3).contains(&rate), "{rate}");
        (0..20).for_each(|packet| acked.take(1_000.0 + 40.0 * f64::from(packet), 1_000));
        let rate = acked.rate().expect("known");
        assert!((180e3..320e3).contains(&rate), "{rate}");
        assert!(acked.least().is_some_and(|least| least <= rate));
        assert!(acked.most().is_some_and(|most| (780e3..820e3).contains(&most)), "of late: {:?}", acked.most());
        (0..40).for_each(|packet| acked.take(1_800.0 + 40.0 * f64::from(packet), 1_000));
        assert!(acked.most().is_some_and(|most| most < 320e3), "not of late any more: {:?}", acked.most());
    }
}
