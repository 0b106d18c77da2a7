//! When a publisher's packets arrived, over all their streams: what the publisher's own bandwidth estimation works from
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01).

use std::time::{Duration, Instant};

/// Numbers held; a power of two.
const WINDOW: u64 = 256;
/// So many wait for no timer: 100 ms at 15 Mbit/s.
const MANY: u64 = 128;
/// Between reports, as libwebrtc's default.
const INTERVAL: Duration = Duration::from_millis(100);
/// A packet that comes later than so many others is told as lost for good.
const LATE: u64 = 64;

/// Arrivals not yet reported. No allocation after the first packet.
#[derive(Default)]
pub(crate) struct Arrivals {
    /// By the low bits of the number: when it came, in ticks.
    times: Option<Box<[Option<u64>; WINDOW as usize]>>,
    /// The first number to be reported, and one past the newest that came.
    first: u64,
    next: u64,
    due: Option<Instant>,
    reports: u8,
}

/// A stretch of numbers and when each came, for one feedback packet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ArrivalReport {
    pub(crate) base: u16,
    /// Rises by one a report.
    pub(crate) count: u8,
    /// In ticks of 250 µs; `None` for what did not come. First and last came.
    pub(crate) times: Vec<Option<u64>>,
}

/// One tick of the feedback's clock.
pub(crate) const TICK: Duration = Duration::from_micros(250);
/// What a delta between two arrivals can hold.
const MAX_DELTA: u64 = i16::MAX as u64;

impl Arrivals {
    /// Notes that the packet with this transport-wide number came, `since_epoch` on any clock that runs evenly. Returns whether the
    /// deadline moved.
    pub(crate) fn record(&mut self, now: Instant, since_epoch: Duration, number: u16) -> bool {
        let number = self.extend(number);
        let times = self.times.get_or_insert_with(|| Box::new([None; WINDOW as usize]));
        let place = |number: u64| (number % WINDOW) as usize;
        if number >= self.next {
            // What was skipped has not come; more than a window of it is a new beginning.
            for skipped in self.next.max(number.saturating_sub(WINDOW))..number {
                times[place(skipped)] = None;
            }
            self.next = number + 1;
            self.first = self.first.max(self.next.saturating_sub(WINDOW));
        } else if self.next - number > LATE || times[place(number)].is_some() {
            return false;
        }
        times[place(number)] = Some((since_epoch.as_micros() / TICK.as_micros()) as u64);
        self.first = self.first.min(number);
        let due = if self.next - self.first >= MANY { now } else { now + INTERVAL };
        let moves = self.due.is_none_or(|known| due < known);
        if moves {
            self.due = Some(due);
        }
        moves
    }

    /// When [`take`](Self::take) is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// What came since the last report. Call until `None`: a pause too long for one packet divides them.
    pub(crate) fn take(&mut self) -> Option<ArrivalReport> {
        self.due = None;
        let times = self.times.as_deref()?;
        let at = |number: u64| times[(number % WINDOW) as usize];
        let base = (self.first..self.next).find(|number| at(*number).is_some());
        let Some(base) = base else {
            self.first = self.next;
            return None;
        };
        let (mut reported, mut newest, mut end) = (Vec::with_capacity((self.next - base) as usize), at(base)?, base);
        for number in base..self.next {
            let time = at(number);
            if let Some(time) = time {
                if time.abs_diff(newest) > MAX_DELTA {
                    break;
                }
                (newest, end) = (time, number + 1);
            }
            reported.push(time);
        }
        reported.truncate((end - base) as usize);
        self.first = end;
        self.reports = self.reports.wrapping_add(1);
        Some(ArrivalReport { base: base as u16, count: self.reports.wrapping_sub(1), times: reported })
    }

    /// The number next to the newest that has these low bits.
    fn extend(&mut self, number: u16) -> u64 {
        if self.times.is_none() {
            // One turn ahead, so that what overtook the first packet has a place below it.
            self.first = (1 << 16) + u64::from(number);
            self.next = self.first;
        }
        self.next.saturating_add_signed(i64::from(number.wrapping_sub(self.next as u16) as i16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(arrivals: &mut Arrivals, start: Instant, at_ms: u64, number: u16) {
        let since = Duration::from_millis(at_ms);
        arrivals.record(start + since, since, number);
    }

    #[test]
    fn what_came_and_what_did_not_is_told_once() {
        let (start, mut arrivals) = (Instant::now(), Arrivals::default());
        for (at, number) in [(1, 65_534), (2, 65_535), (4, 1), (5, 2)] {
            record(&mut arrivals, start, at, number);
        }
        assert_eq!(arrivals.deadline(), Some(start + Duration::from_millis(101)));
        let report = arrivals.take().expect("four came");
        assert_eq!((report.base, report.count), (65_534, 0));
        assert_eq!(report.times, [Some(4), Some(8), None, Some(16), Some(20)]);
        assert_eq!((arrivals.take(), arrivals.deadline()), (None, None));
        record(&mut arrivals, start, 150, 3);
        assert_eq!(
            arrivals.take().map(|report| (report.base, report.count, report.times)),
            Some((3, 1, vec![Some(600)]))
        );
    }

    #[test]
    fn a_packet_that_was_overtaken_is_told_in_the_next_report() {
        let (start, mut arrivals) = (Instant::now(), Arrivals::default());
        record(&mut arrivals, start, 1, 10);
        record(&mut arrivals, start, 2, 12);
        arrivals.take();
        record(&mut arrivals, start, 3, 11);
        record(&mut arrivals, start, 3, 11);
        record(&mut arrivals, start, 4, 13);
        let report = arrivals.take().expect("two came");
        assert_eq!((report.base, report.times), (11, vec![Some(12), Some(8), Some(16)]));
    }

    #[test]
    fn many_packets_and_long_pauses_wait_for_no_timer() {
        let (start, mut arrivals) = (Instant::now(), Arrivals::default());
        for number in 0..MANY as u16 {
            record(&mut arrivals, start, 1, number);
        }
        assert_eq!(arrivals.deadline(), Some(start + Duration::from_millis(1)));
        record(&mut arrivals, start, 9_000, MANY as u16);
        assert_eq!(arrivals.take().map(|report| report.times.len()), Some(MANY as usize));
        assert_eq!(arrivals.take().map(|report| report.times), Some(vec![Some(36_000)]));
        record(&mut arrivals, start, 9_001, 30_000);
        assert_eq!(arrivals.take().map(|report| (report.base, report.times.len())), Some((30_000, 1)));
    }

    proptest! {
        #[test]
        fn each_arrival_is_told(steps in prop::collection::vec((-20_i16..300, 0_u64..9_000, prop::bool::weighted(0.1)), 1..300)) {
            let (start, mut arrivals) = (Instant::now(), Arrivals::default());
            let (mut number, mut at) = (7_u16, 0);
            for (ahead, pause, reports) in steps {
                number = number.wrapping_add_signed(ahead);
                at += pause;
                record(&mut arrivals, start, at, number);
                if reports || arrivals.deadline().is_some_and(|due| due <= start + Duration::from_millis(at)) {
                    while let Some(report) = arrivals.take() {
                        prop_assert!(report.times.first().is_some_and(Option::is_some));
                        prop_assert!(report.times.last().is_some_and(Option::is_some));
                        prop_assert!(report.times.len() <= WINDOW as usize);
                    }
                    prop_assert_eq!(arrivals.deadline(), None);
                }
            }
        }
    }
}
