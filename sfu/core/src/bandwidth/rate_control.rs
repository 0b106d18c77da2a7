//! Additive increase near what the link carried last, multiplicative elsewhere, and a cut on over-use (draft-ietf-rmcat-gcc-02 §5.5, with
//! libwebrtc's `AimdRateControl` and `LinkCapacityEstimator`).

use std::time::{Duration, Instant};

use super::trendline::Usage;

/// After over-use to so much of what arrived (§5.5: β).
const BACK_OFF: f64 = 0.85;
/// Growth a second while the link's capacity is unknown (§5.5: η).
const GROWTH: f64 = 1.08;
/// What is not sent cannot be found out to fit: the estimate grows to so much of what arrives (§5.5), plus 10 kbit/s.
const UNTRIED: (f64, f64) = (1.5, 10e3);
/// A client that needs less than the lowest is not helped by less.
const LOWEST: f64 = 50e3;
const HIGHEST: f64 = 50e6;
/// What is so much more or less than the known capacity is another link's.
const WIDER: f64 = 1.2;
/// A queue shorter than this is no congestion, however it slopes.
const SHORT_QUEUE_MS: f64 = 20.0;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Hold,
    Increase,
}

pub(super) struct RateControl {
    estimate: f64,
    state: State,
    changed: Option<Instant>,
    decreased: Option<Instant>,
    /// What arrived when links were full: mean and relative variance.
    capacity: Option<(f64, f64)>,
}

/// What a step of the control knows.
pub(super) struct Observed {
    pub(super) usage: Usage,
    pub(super) acked: Option<f64>,
    /// What arrives while the link is full.
    pub(super) full: Option<f64>,
    /// What the link carries since it has become much narrower, just now.
    pub(super) narrowed: Option<f64>,
    pub(super) rtt: Duration,
    pub(super) queue_ms: f64,
    /// Whether there is another way to find out about room than to grow.
    pub(super) is_probing: bool,
}

impl RateControl {
    pub(super) fn new(estimate: f64) -> Self {
        Self { estimate, state: State::Hold, changed: None, decreased: None, capacity: None }
    }

    pub(super) fn estimate(&self) -> f64 {
        self.estimate
    }

    /// When the estimate was cut last.
    pub(super) fn decreased(&self) -> Option<Instant> {
        self.decreased
    }

    /// What the link carried when it was full, bits a second, unless more has come through since.
    pub(super) fn capacity(&self) -> Option<f64> {
        self.capacity.map(|(mean, _)| mean)
    }

    /// Whether the link has never been full: the estimate may then be no more than a guess.
    pub(super) fn is_untried(&self) -> bool {
        self.decreased.is_none() && self.capacity.is_none()
    }

    /// A probe got through at this rate, and might have at a higher one.
    pub(super) fn raise(&mut self, now: Instant, rate: f64) {
        if self.capacity.is_some_and(|(mean, _)| rate > WIDER * mean) {
            self.capacity = None;
        }
        if rate > self.estimate {
            (self.estimate, self.changed) = (rate.min(HIGHEST), Some(now));
        }
    }

    /// A probe found that the link carries this and no more. Less than is known to fit means nothing: whatever disturbs a few packets of
    /// padding, other traffic or a busy client, shows so.
    pub(super) fn bound(&mut self, now: Instant, rate: f64) {
        if rate > self.estimate {
            self.raise(now, rate);
            self.learn(rate);
        }
    }

    pub(super) fn update(&mut self, now: Instant, observed: &Observed) {
        let elapsed = self.changed.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        // The effect of a cut takes a round trip to be seen.
        let wait = observed.rtt.clamp(Duration::from_millis(10), Duration::from_millis(200));
        let waited = self.decreased.is_none_or(|at| now.saturating_duration_since(at) >= wait);
        match observed.usage {
            _ if waited && observed.narrowed.is_some_and(|rate| BACK_OFF * rate < self.estimate) => {
                self.decrease(now, observed.narrowed);
                self.state = State::Hold;
            }
            Usage::Over if observed.queue_ms < SHORT_QUEUE_MS => self.state = State::Hold,
            Usage::Over => {
                let is_known = observed.full.is_some() || self.decreased.is_none();
                if is_known && (waited || observed.acked.is_some_and(|acked| acked < 0.5 * self.estimate)) {
                    self.decrease(now, observed.full);
                }
                self.state = State::Hold;
            }
            Usage::Under => self.state = State::Hold,
            Usage::Normal if self.state == State::Hold => {
                (self.state, self.changed) = (State::Increase, Some(now));
            }
            Usage::Normal => self.increase(now, elapsed, observed),
        }
        self.estimate = self.estimate.clamp(LOWEST, HIGHEST);
    }

    fn decrease(&mut self, now: Instant, acked: Option<f64>) {
        let to = BACK_OFF * acked.unwrap_or(self.estimate);
        self.estimate = self.estimate.min(to);
        (self.changed, self.decreased) = (Some(now), Some(now));
        if let Some(acked) = acked {
            self.learn(acked);
        }
    }

    /// The link was full at this rate.
    fn learn(&mut self, rate: f64) {
        let known = self.capacity.filter(|(mean, _)| *mean < WIDER * rate && rate < WIDER * mean);
        let (mean, variance) = match known {
            Some((mean, variance)) => (0.8 * mean + 0.2 * rate, variance),
            None => (rate, 0.4),
        };
        let error = (mean - rate) / mean.max(1.0);
        self.capacity = Some((mean, (0.95 * variance + 0.05 * error * error).clamp(0.1, 0.4)));
    }

    fn increase(&mut self, now: Instant, elapsed: Duration, observed: &Observed) {
        self.changed = Some(now);
        let bound = observed.acked.map_or(f64::INFINITY, |acked| UNTRIED.0 * acked + UNTRIED.1);
        if observed.is_probing && self.estimate >= bound {
            return;
        }
        let seconds = elapsed.as_secs_f64().min(1.0);
        if self
            .capacity
            .zip(observed.acked)
            .is_some_and(|((mean, variance), acked)| acked > mean * (1.0 + 0.3 * variance))
        {
            // More arrives than ever fitted: the link is another now.
            self.capacity = None;
        }
        let grown = match self.capacity {
            // One packet a response time, which is the round trip and what the detector takes.
            Some(_) => {
                let response = observed.rtt.as_secs_f64() + 0.1;
                self.estimate + (8.0 * 1_200.0 / response).max(4e3) * seconds
            }
            None => self.estimate * GROWTH.powf(seconds) + 1e3 * seconds,
        };
        let bound = self.capacity.map_or(bound, |(mean, _)| bound.min(mean));
        self.estimate = if observed.is_probing { grown.min(bound.max(self.estimate)) } else { grown };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(usage: Usage, acked: f64) -> Observed {
        Observed {
            usage,
            acked: Some(acked),
            full: Some(acked),
            narrowed: None,
            rtt: Duration::from_millis(50),
            queue_ms: 100.0,
            is_probing: true,
        }
    }

    /// One second of feedback every 100 ms.
    fn second(control: &mut RateControl, start: Instant, number: u64, seen: &Observed) {
        (0..10).for_each(|step| control.update(start + Duration::from_millis(1_000 * number + 100 * step), seen));
    }

    #[test]
    fn over_use_cuts_to_a_share_of_what_arrives_and_not_deeper() {
        let (start, mut control) = (Instant::now(), RateControl::new(3e6));
        second(&mut control, start, 0, &observed(Usage::Over, 600e3));
        assert_eq!(control.estimate(), 510e3);
    }

    #[test]
    fn a_slope_without_a_queue_cuts_nothing() {
        let (start, mut control) = (Instant::now(), RateControl::new(3e6));
        second(&mut control, start, 0, &Observed { queue_ms: 5.0, ..observed(Usage::Over, 600e3) });
        assert_eq!(control.estimate(), 3e6);
    }

    #[test]
    fn a_link_that_has_become_narrow_is_heeded_before_the_delays_slope() {
        let (start, mut control) = (Instant::now(), RateControl::new(3e6));
        let seen = Observed { narrowed: Some(600e3), ..observed(Usage::Normal, 1.9e6) };
        control.update(start, &seen);
        assert_eq!((control.estimate(), control.decreased()), (510e3, Some(start)));
    }

    #[test]
    fn what_is_not_sent_is_not_believed_to_fit() {
        let (start, mut control) = (Instant::now(), RateControl::new(300e3));
        (0..60).for_each(|number| second(&mut control, start, number, &observed(Usage::Normal, 300e3)));
        assert!(control.estimate() <= 460e3, "{}", control.estimate());
        let blind = Observed { is_probing: false, ..observed(Usage::Normal, 300e3) };
        (60..120).for_each(|number| second(&mut control, start, number, &blind));
        assert!(control.estimate() > 1e6, "without probes growing is the probe: {}", control.estimate());
    }

    #[test]
    fn a_disturbed_probe_takes_nothing_away() {
        let (start, mut control) = (Instant::now(), RateControl::new(500e3));
        control.bound(start, 120e3);
        assert_eq!(control.estimate(), 500e3);
        control.bound(start, 700e3);
        assert_eq!(control.estimate(), 700e3);
        (0..60).for_each(|number| second(&mut control, start, number, &observed(Usage::Normal, 690e3)));
        assert!(control.estimate() <= 700e3, "it is what the link carries: {}", control.estimate());
    }

    #[test]
    fn near_a_full_link_it_grows_slower() {
        let start = Instant::now();
        let (mut known, mut unknown) = (RateControl::new(3e6), RateControl::new(1.7e6));
        second(&mut known, start, 0, &observed(Usage::Over, 2e6));
        for number in 1..4 {
            second(&mut known, start, number, &observed(Usage::Normal, 1.9e6));
            second(&mut unknown, start, number, &observed(Usage::Normal, 1.9e6));
        }
        assert!((1.75e6..2.0e6).contains(&known.estimate()) && known.estimate() < unknown.estimate());
    }
}
