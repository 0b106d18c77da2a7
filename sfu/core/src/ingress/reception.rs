//! How well a stream arrives (RFC 3550 §6.4.1, A.3, A.8).

use std::time::{Duration, Instant};

/// Loss and jitter of one received SSRC.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reception {
    first: Option<u64>,
    highest: u64,
    received: u64,
    expected_prior: u64,
    received_prior: u64,
    /// Sixteen times the jitter in timestamp units, as A.8 keeps it.
    jitter_scaled: u32,
    transit: Option<i64>,
    /// Middle 32 bits of the last sender report's NTP time, and when it came.
    sender_report: Option<(u32, Instant)>,
}

/// The fields of one reception report block.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct ReceptionSummary {
    pub(crate) fraction_lost: u8,
    pub(crate) total_lost: u32,
    pub(crate) highest: u32,
    pub(crate) jitter: u32,
    pub(crate) last_sender_report: u32,
    pub(crate) delay: u32,
}

impl Reception {
    /// Counts a packet; `since_epoch` is the arrival on any fixed clock.
    pub(crate) fn record(&mut self, index: u64, timestamp: u32, since_epoch: Duration, clock_rate: u32) {
        self.first.get_or_insert(index);
        self.first = self.first.min(Some(index));
        self.highest = self.highest.max(index);
        self.received += 1;
        let arrival = (since_epoch.as_micros() as u64).wrapping_mul(u64::from(clock_rate)) / 1_000_000;
        let transit = i64::from((arrival as u32).wrapping_sub(timestamp) as i32);
        if let Some(before) = self.transit.replace(transit) {
            let difference = transit.wrapping_sub(before).unsigned_abs().min(u64::from(u32::MAX >> 4)) as u32;
            self.jitter_scaled =
                self.jitter_scaled.saturating_add(difference).saturating_sub((self.jitter_scaled + 8) >> 4);
        }
    }

    pub(crate) fn record_sender_report(&mut self, now: Instant, ntp: u64) {
        self.sender_report = Some(((ntp >> 16) as u32, now));
    }

    /// The report block now; starts the next interval. `None` before the first packet.
    pub(crate) fn report(&mut self, now: Instant) -> Option<ReceptionSummary> {
        let first = self.first?;
        let expected = self.highest - first + 1;
        let expected_interval = expected.saturating_sub(self.expected_prior);
        let lost_interval = expected_interval.saturating_sub(self.received - self.received_prior);
        self.expected_prior = expected;
        self.received_prior = self.received;
        let fraction_lost = (lost_interval * 256).checked_div(expected_interval).unwrap_or(0).min(255) as u8;
        let (last_sender_report, delay) = match self.sender_report {
            Some((ntp, at)) => {
                (ntp, (now.saturating_duration_since(at).as_millis() * 65_536 / 1000).min(u128::from(u32::MAX)) as u32)
            }
            None => (0, 0),
        };
        Some(ReceptionSummary {
            fraction_lost,
            total_lost: expected.saturating_sub(self.received).min(0x7f_ffff) as u32,
            highest: self.highest as u32,
            jitter: self.jitter_scaled >> 4,
            last_sender_report,
            delay,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_lost_is_reported_as_a_quarter() {
        let mut reception = Reception::default();
        for index in (0..100).filter(|index| index % 4 != 1) {
            reception.record(65_500 + index, index as u32 * 960, Duration::from_millis(20 * index), 48_000);
        }
        let report = reception.report(Instant::now()).expect("packets came");
        assert_eq!((report.fraction_lost, report.total_lost, report.highest), (64, 25, 65_599));
        assert_eq!(report.jitter, 0, "arrivals were even");
    }

    #[test]
    fn a_new_interval_forgets_the_old_loss() {
        let mut reception = Reception::default();
        for index in [0, 5, 6, 7] {
            reception.record(index, 0, Duration::ZERO, 48_000);
        }
        let now = Instant::now();
        assert!(reception.report(now).is_some_and(|report| report.fraction_lost == 128));
        reception.record(8, 0, Duration::ZERO, 48_000);
        assert!(reception.report(now).is_some_and(|report| report.fraction_lost == 0 && report.total_lost == 4));
    }
}
