//! When media was captured, on our wall clock: what keeps the lips of a slot in time.

use std::time::{Duration, Instant};

use crate::WallClock;

/// Seconds from 1900 (NTP) to 1970 (Unix).
const NTP_TO_UNIX_SECONDS: i64 = 2_208_988_800;
const NANOS: i64 = 1_000_000_000;

/// A moment on some sender's wall clock: nanoseconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Ntp(pub(crate) i64);

impl Ntp {
    /// From the 32.32 fixed-point seconds of a sender report (RFC 3550 §4).
    pub(crate) fn from_wire(ntp: u64) -> Self {
        let seconds = (ntp >> 32) as i64 - NTP_TO_UNIX_SECONDS;
        let nanos = ((ntp & 0xffff_ffff) * NANOS as u64) >> 32;
        Self(seconds.saturating_mul(NANOS).saturating_add(nanos as i64))
    }

    pub(crate) fn to_wire(self) -> u64 {
        let seconds = (self.0.div_euclid(NANOS) + NTP_TO_UNIX_SECONDS) as u64;
        let fraction = ((self.0.rem_euclid(NANOS) as u64) << 32) / NANOS as u64;
        seconds << 32 | fraction
    }

    /// `now` on our own wall clock.
    pub(crate) fn at(clock: WallClock, now: Instant) -> Self {
        let unix = clock.unix + now.saturating_duration_since(clock.at);
        Self(unix.as_nanos() as i64)
    }

    /// Ticks of `clock_rate` from `earlier` to here, to the nearest; negative when it is later.
    pub(crate) fn ticks_since(self, earlier: Ntp, clock_rate: u32) -> i64 {
        let scaled = i128::from(self.0.saturating_sub(earlier.0)) * i128::from(clock_rate);
        (scaled + i128::from(NANOS / 2)).div_euclid(i128::from(NANOS)) as i64
    }

    pub(crate) fn plus_ticks(self, ticks: i64, clock_rate: u32) -> Self {
        Self(self.0.saturating_add((i128::from(ticks) * i128::from(NANOS) / i128::from(clock_rate)) as i64))
    }
}

/// How far a publisher's wall clock is from ours, one for all its tracks so that its network's jitter cannot pull them apart.
///
/// A report's arrival minus its own time is clock difference plus one-way delay; the least of the last few is the steadiest.
#[derive(Clone, Debug, Default)]
pub(crate) struct PublisherClock {
    differences: [Option<i64>; 8],
    next: usize,
}

impl PublisherClock {
    pub(crate) fn record(&mut self, sent: Ntp, arrived: Ntp) {
        let difference = arrived.0.saturating_sub(sent.0);
        // A jump of seconds is a clock that was set: begin anew.
        if self.difference().is_some_and(|known| known.abs_diff(difference) > 5 * NANOS as u64) {
            *self = Self::default();
        }
        if let Some(place) = self.differences.get_mut(self.next) {
            *place = Some(difference);
        }
        self.next = (self.next + 1) % self.differences.len();
    }

    /// The publisher's moment on our clock; `None` before its first report.
    pub(crate) fn ours(&self, theirs: Ntp) -> Option<Ntp> {
        Some(Ntp(theirs.0.saturating_add(self.difference()?)))
    }

    fn difference(&self) -> Option<i64> {
        self.differences.iter().flatten().min().copied()
    }
}

/// Which moment of its sender's clock belongs to which RTP timestamp of a track.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaptureMap {
    pub(crate) ntp: Ntp,
    pub(crate) timestamp: u32,
}

impl CaptureMap {
    /// The capture time of `timestamp` on our clock.
    pub(crate) fn captured(&self, publisher: &PublisherClock, timestamp: u32, clock_rate: u32) -> Option<Ntp> {
        let ticks = i64::from(timestamp.wrapping_sub(self.timestamp) as i32);
        publisher.ours(self.ntp.plus_ticks(ticks, clock_rate))
    }

    /// How long media may be mapped by one report before it is no longer believed.
    pub(crate) const VALID: Duration = Duration::from_secs(60);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ntp_survives_the_wire_within_a_nanosecond(nanos in 0i64..4_000_000_000_000_000_000 / 2) {
            prop_assert!((Ntp::from_wire(Ntp(nanos).to_wire()).0 - nanos).abs() <= 1);
        }

        #[test]
        fn capture_times_hold_over_timestamp_wrap(start: u32, ticks in -1_000_000i32..1_000_000) {
            let mut clock = PublisherClock::default();
            clock.record(Ntp(5 * NANOS), Ntp(7 * NANOS));
            let map = CaptureMap { ntp: Ntp(5 * NANOS), timestamp: start };
            let captured = map.captured(&clock, start.wrapping_add_signed(ticks), 90_000).expect("a report came");
            prop_assert_eq!(captured.ticks_since(Ntp(7 * NANOS), 90_000), i64::from(ticks));
        }
    }

    #[test]
    fn the_least_delayed_report_tells_the_clock_difference() {
        let mut clock = PublisherClock::default();
        for delay in [30, 10, 80] {
            clock.record(Ntp(0), Ntp(delay));
        }
        assert_eq!(clock.ours(Ntp(100)), Some(Ntp(110)));
    }
}
