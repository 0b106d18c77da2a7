//! How good a participant's connection is, as one number.

use std::time::Duration;

/// Weight of a new report.
const FOLLOW: f32 = 0.3;
/// Changes smaller than this are not worth telling.
const STEP: f32 = 0.2;

/// Smoothed loss and round-trip time of a connection, and the score told last.
#[derive(Clone, Debug, Default)]
pub(crate) struct QualityMeter {
    up: f32,
    down: f32,
    rtt: Option<Duration>,
    told: Option<f32>,
}

/// Which way the loss was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    /// From the client to us.
    Up,
    Down,
}

impl QualityMeter {
    /// `fraction` of packets lost since the last report of this direction, 0–1.
    pub(crate) fn record_loss(&mut self, direction: Direction, fraction: f32) {
        let smoothed = match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        };
        *smoothed += FOLLOW * (fraction - *smoothed);
    }

    pub(crate) fn record_rtt(&mut self, rtt: Duration) {
        self.rtt = Some(self.rtt.map_or(rtt, |known| known.mul_f32(1.0 - FOLLOW) + rtt.mul_f32(FOLLOW)));
    }

    /// Share of what the client sends that is lost, smoothed, 0–1.
    pub(crate) fn lost_up(&self) -> f32 {
        self.up
    }

    /// Smoothed; `None` before the first report.
    pub(crate) fn rtt(&self) -> Option<Duration> {
        self.rtt
    }

    /// The score, when it differs enough from the last one taken.
    pub(crate) fn take_change(&mut self) -> Option<f32> {
        let score = score(self.up.max(self.down), self.rtt.unwrap_or_default());
        if self.told.is_some_and(|told| (told - score).abs() < STEP) {
            return None;
        }
        self.told = Some(score);
        Some(score)
    }
}

/// 0 (unusable) to 5 (excellent), the simplified E-model of ITU-T G.107: R = 93.2 − delay term − 2.5 per percent lost, with delay d = RTT/2 +
/// 20 ms of buffering and its term d/40 below 160 ms, (d − 120)/10 above; R to MOS 1–4.5 by the G.107 cubic; MOS stretched over 0–5; rounded
/// to tenths.
fn score(loss: f32, rtt: Duration) -> f32 {
    let delay = rtt.as_secs_f32() * 500.0 + 20.0;
    let delay_term = if delay < 160.0 { delay / 40.0 } else { (delay - 120.0) / 10.0 };
    let r = (93.2 - delay_term - 250.0 * loss).clamp(0.0, 100.0);
    let mos = 1.0 + 0.035 * r + 7.0e-6 * r * (r - 60.0) * (100.0 - r);
    ((mos.clamp(1.0, 4.4) - 1.0) / 3.4 * 50.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_falls_with_loss_and_delay() {
        let table = [
            (0.0, 10, 4.9..=5.0),
            (0.0, 200, 4.7..=5.0),
            (0.03, 50, 4.2..=4.9),
            (0.1, 50, 2.9..=4.0),
            (0.3, 50, 0.0..=1.0),
            (0.0, 1500, 0.0..=2.6),
        ];
        for (loss, rtt, expected) in table {
            let score = score(loss, Duration::from_millis(rtt));
            assert!(expected.contains(&score), "{loss} {rtt}: {score}");
        }
    }

    #[test]
    fn small_changes_are_not_told() {
        let mut meter = QualityMeter::default();
        assert!(meter.take_change().is_some());
        meter.record_loss(Direction::Up, 0.005);
        assert_eq!(meter.take_change(), None);
        meter.record_loss(Direction::Down, 0.5);
        assert!(meter.take_change().is_some_and(|score| score < 4.0));
    }
}
