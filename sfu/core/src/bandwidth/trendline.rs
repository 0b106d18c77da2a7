//! Whether a queue grows: the slope of the delays of the last groups against an adaptive threshold, as libwebrtc's `TrendlineEstimator` (it
//! replaced the Kalman filter of draft-ietf-rmcat-gcc-02 §5.3; the threshold is the draft's §5.4).

use super::groups::Step;

/// Groups the slope is taken over.
const WINDOW: usize = 20;
/// Weight of the past in the smoothed delay.
const SMOOTHING: f64 = 0.9;
/// The slope is compared as the delay it would make over so many groups, times the gain.
const MAX_GROUPS: u32 = 60;
const GAIN: f64 = 4.0;
/// §5.4: the threshold's start, bounds and speeds; a queue must grow for so long.
const THRESHOLD_START: f64 = 12.5;
const THRESHOLD: (f64, f64) = (6.0, 600.0);
const RISES: f64 = 0.0087;
const FALLS: f64 = 0.039;
/// A trend so far above the threshold is an outlier it does not follow.
const OUTLIER: f64 = 15.0;
const OVERUSE_MS: f64 = 10.0;

/// What the delays say of the link.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Usage {
    #[default]
    Normal,
    /// A queue grows.
    Over,
    /// A queue drains.
    Under,
}

pub(super) struct Trendline {
    points: [(f64, f64); WINDOW],
    /// Groups taken; the newest is at `(taken − 1) mod WINDOW`.
    taken: u32,
    first_ms: f64,
    delay: f64,
    smoothed: f64,
    threshold: f64,
    threshold_at: Option<f64>,
    over_ms: Option<f64>,
    over_count: u32,
    previous: f64,
    usage: Usage,
}

impl Default for Trendline {
    fn default() -> Self {
        Self {
            points: [(0.0, 0.0); WINDOW],
            taken: 0,
            first_ms: 0.0,
            delay: 0.0,
            smoothed: 0.0,
            threshold: THRESHOLD_START,
            threshold_at: None,
            over_ms: None,
            over_count: 0,
            previous: 0.0,
            usage: Usage::Normal,
        }
    }
}

impl Trendline {
    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    pub(super) fn take(&mut self, step: Step) {
        if self.taken == 0 {
            self.first_ms = step.at_ms;
        }
        self.delay += step.arrived_ms - step.sent_ms;
        self.smoothed = SMOOTHING * self.smoothed + (1.0 - SMOOTHING) * self.delay;
        if let Some(point) = self.points.get_mut(self.taken as usize % WINDOW) {
            *point = (step.at_ms - self.first_ms, self.smoothed);
        }
        self.taken = self.taken.saturating_add(1);
        let trend = if self.taken as usize >= WINDOW { self.slope() } else { 0.0 };
        self.detect(trend, step);
    }

    /// Least squares over the window.
    fn slope(&self) -> f64 {
        let n = WINDOW as f64;
        let (sum_x, sum_y) = self.points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
        let (mean_x, mean_y) = (sum_x / n, sum_y / n);
        let (mut above, mut below) = (0.0, 0.0);
        for (x, y) in self.points {
            above += (x - mean_x) * (y - mean_y);
            below += (x - mean_x) * (x - mean_x);
        }
        if below == 0.0 { 0.0 } else { above / below }
    }

    fn detect(&mut self, trend: f64, step: Step) {
        let modified = f64::from(self.taken.min(MAX_GROUPS)) * trend * GAIN;
        if modified > self.threshold {
            let over = self.over_ms.map_or(step.sent_ms / 2.0, |over| over + step.sent_ms);
            self.over_ms = Some(over);
            self.over_count += 1;
            if over > OVERUSE_MS && self.over_count > 1 && trend >= self.previous {
                (self.over_ms, self.over_count) = (Some(0.0), 0);
                self.usage = Usage::Over;
            }
        } else {
            (self.over_ms, self.over_count) = (None, 0);
            self.usage = if modified < -self.threshold { Usage::Under } else { Usage::Normal };
        }
        self.previous = trend;
        self.adapt(modified, step.at_ms);
    }

    fn adapt(&mut self, modified: f64, at_ms: f64) {
        let before = self.threshold_at.replace(at_ms).unwrap_or(at_ms);
        if modified.abs() > self.threshold + OUTLIER {
            return;
        }
        let speed = if modified.abs() < self.threshold { FALLS } else { RISES };
        let elapsed = (at_ms - before).clamp(0.0, 100.0);
        self.threshold += speed * (modified.abs() - self.threshold) * elapsed;
        self.threshold = self.threshold.clamp(THRESHOLD.0, THRESHOLD.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups every 20 ms, each so many ms later than the one before; how often each usage was found.
    fn run(trendline: &mut Trendline, start: u32, delays: impl Iterator<Item = f64>) -> (usize, usize) {
        let (mut over, mut under) = (0, 0);
        for (place, more) in delays.enumerate() {
            let at_ms = 20.0 * (f64::from(start) + place as f64);
            trendline.take(Step { sent_ms: 20.0, arrived_ms: 20.0 + more, at_ms });
            over += usize::from(trendline.usage() == Usage::Over);
            under += usize::from(trendline.usage() == Usage::Under);
        }
        (over, under)
    }

    #[test]
    fn a_growing_queue_is_over_use_and_a_draining_one_under_use() {
        let mut trendline = Trendline::default();
        assert_eq!(run(&mut trendline, 0, [0.0; 50].into_iter()), (0, 0));
        assert!(run(&mut trendline, 50, [5.0; 20].into_iter()).0 > 0);
        assert!(run(&mut trendline, 70, [-5.0; 30].into_iter()).1 > 0);
    }

    #[test]
    fn jitter_without_trend_is_normal() {
        let mut trendline = Trendline::default();
        let jitter = (0..500).map(|place| if place % 2 == 0 { 6.0 } else { -6.0 });
        assert_eq!(run(&mut trendline, 0, jitter), (0, 0));
    }
}
