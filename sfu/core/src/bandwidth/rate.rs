//! What a stream takes of a link, measured where it comes in.

use std::time::{Duration, Instant};

use super::WIRE_OVERHEAD;

const WINDOW: Duration = Duration::from_millis(500);
/// RTP header, extensions and authentication tag, about.
const HEADER: usize = 12 + 12 + 16;
/// Weight of a new window: a keyframe's bits are spread over some seconds.
const FOLLOW: f64 = 0.25;

/// Bits a second of one stream, as it leaves us for a subscriber.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct RateMeter {
    begun: Option<Instant>,
    bytes: u64,
    rate: Option<f64>,
}

impl RateMeter {
    /// A packet with so much payload has come.
    #[inline]
    pub(crate) fn take(&mut self, now: Instant, payload: usize) {
        let begun = *self.begun.get_or_insert(now);
        let elapsed = now.saturating_duration_since(begun);
        if elapsed >= WINDOW {
            // A stream that paused has the rate it had.
            if elapsed < 4 * WINDOW {
                let sample = self.bytes as f64 * 8.0 / elapsed.as_secs_f64();
                self.rate = Some(self.rate.map_or(sample, |rate| rate + FOLLOW * (sample - rate)));
            }
            (self.begun, self.bytes) = (Some(now), 0);
        }
        self.bytes += (payload + HEADER + WIRE_OVERHEAD) as u64;
    }

    /// `None` until half a second has passed. A stream that has stopped keeps the rate it had.
    pub(crate) fn rate(&self) -> Option<u64> {
        self.rate.map(|rate| rate as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_is_measured_and_a_pause_changes_nothing() {
        let (start, mut meter) = (Instant::now(), RateMeter::default());
        assert_eq!(meter.rate(), None);
        // 932 bytes and headers, 100 times a second.
        (0..500).for_each(|packet| meter.take(start + Duration::from_millis(10 * packet), 932));
        let rate = meter.rate().expect("measured");
        assert!((790_000..810_000).contains(&rate), "{rate}");
        meter.take(start + Duration::from_secs(60), 932);
        assert_eq!(meter.rate(), Some(rate));
    }
}
