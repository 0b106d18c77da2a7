//! Finding out whether there is more room: padding for some milliseconds at the rate that is wanted, and how fast it arrives
//! (libwebrtc's `ProbeController` and `ProbeBitrateEstimator`).

use std::time::{Duration, Instant};

use super::groups::Passage;

/// Padding goes out in so many steps, at least so far apart and with so much in each: there must be enough to measure.
const STEPS: u32 = 4;
const STEP: Duration = Duration::from_millis(5);
const STEP_BYTES: f64 = 640.0;
/// A probe asks for at most so much more than is known to fit: little when the last one failed, much when it got through. A failure leaves a
/// queue of a share of its 20 ms behind.
const BOLDNESS: (f64, f64) = (1.5, 3.0);
const HIGHEST: f64 = 20e6;
/// Probes that fail are made this far apart at first, and at last. Five seconds after a link is wide again the picture is to be back.
const APART: (Duration, Duration) = (Duration::from_millis(800), Duration::from_millis(1_600));
/// An answer later than this is none.
const PATIENCE: Duration = Duration::from_millis(1_000);
/// What must arrive for a measurement: packets, and their share.
const PACKETS: u64 = 5;
const SHARE: f64 = 0.7;
/// Arriving so much slower than sent, the link was full: its rate is known, and not all of it is taken.
const FULL: f64 = 0.9;
const TAKEN: f64 = 0.98;

#[derive(Default)]
pub(crate) struct Prober {
    run: Option<Run>,
    /// No probe before.
    rests_until: Option<Instant>,
    rest: Duration,
    able: bool,
}

/// A probe under way.
struct Run {
    target: f64,
    /// Padding steps made, and when the next is due; `None` once all are.
    steps: u32,
    due: Option<Instant>,
    /// Numbers of the packets measured, from the last of the first step to the last of all.
    first: u64,
    last: Option<u64>,
    deadline: Instant,
    from: Option<Passage>,
    to: Option<Passage>,
    bytes: u64,
    packets: u64,
}

impl Prober {
    /// Whether the connection can be sent padding.
    pub(crate) fn set_able(&mut self, able: bool) {
        self.able = able;
    }

    pub(super) fn is_able(&self) -> bool {
        self.able
    }

    /// A probe for `wanted` bits a second begins, unless one is under way or it is too early. Returns whether it did.
    pub(crate) fn begin(&mut self, now: Instant, wanted: f64, estimate: f64) -> bool {
        if !self.able || self.run.is_some() || self.rests_until.is_some_and(|until| now < until) {
            return false;
        }
        let boldness = if self.rest.is_zero() { BOLDNESS.1 } else { BOLDNESS.0 };
        let target = wanted.min(boldness * estimate).min(HIGHEST);
        self.run = Some(Run {
            target,
            steps: 0,
            due: Some(now),
            first: 0,
            last: None,
            deadline: now + PATIENCE,
            from: None,
            to: None,
            bytes: 0,
            packets: 0,
        });
        true
    }

    /// No probe for a while: the link is full.
    pub(crate) fn rest(&mut self, now: Instant) {
        self.run = None;
        self.fail(now);
    }

    /// When [`step`](Self::step) is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.run.as_ref()?.due
    }

    /// Bytes of padding to send now; `sent` packets have been numbered before.
    pub(crate) fn step(&mut self, now: Instant, sent: u64) -> Option<usize> {
        let run = self.run.as_mut().filter(|run| run.due.is_some_and(|due| due <= now))?;
        if run.steps == 1 {
            run.first = sent.saturating_sub(1);
        }
        if run.steps == STEPS {
            (run.due, run.last) = (None, Some(sent.saturating_sub(1)));
            return None;
        }
        run.steps += 1;
        // Media comes on top: it comes in bursts, perhaps not now.
        let padding = run.target / 8.0;
        let apart = STEP.as_secs_f64().max(STEP_BYTES / padding);
        run.due = Some(now + Duration::from_secs_f64(apart));
        Some((padding * apart) as usize)
    }

    /// A packet has arrived.
    pub(super) fn take(&mut self, number: u64, packet: Passage) {
        let Some(run) = self.run.as_mut() else { return };
        if run.steps < 2 || number < run.first || run.last.is_some_and(|last| number > last) {
            return;
        }
        if run.from.is_none() {
            run.from = Some(packet);
        } else {
            run.to = Some(packet);
            run.bytes += u64::from(packet.bytes);
            run.packets += 1;
        }
    }

    /// What a probe that is over has shown, once feedback has told of packets up to `told`.
    pub(super) fn take_result(&mut self, now: Instant, told: u64) -> Option<Measured> {
        let run = self.run.as_ref()?;
        let is_told = run.last.is_some_and(|last| told > last);
        if !is_told && now < run.deadline {
            return None;
        }
        let run = self.run.take()?;
        let measured = run.measure();
        if measured.is_some_and(|measured| measured.link == Link::Wide) {
            (self.rest, self.rests_until) = (Duration::ZERO, None);
        } else {
            self.fail(now);
        }
        measured
    }

    fn fail(&mut self, now: Instant) {
        self.rest = (self.rest * 2).clamp(APART.0, APART.1);
        self.rests_until = Some(now + self.rest);
    }
}

/// What a probe showed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Measured {
    pub(super) link: Link,
    /// Bits a second.
    pub(super) rate: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Link {
    /// It carried the probe, and may carry more.
    Wide,
    /// The probe filled it.
    Full,
}

impl Run {
    fn measure(&self) -> Option<Measured> {
        let ((from, to), last) = (self.from.zip(self.to)?, self.last?);
        let expected = last.saturating_sub(self.first);
        if self.packets < PACKETS || (self.packets as f64) < SHARE * expected as f64 {
            return None;
        }
        let rate = |micros: i64| self.bytes as f64 * 8e6 / micros.max(1) as f64;
        let (sent, arrived) = (rate(to.sent_micros - from.sent_micros), rate(to.arrived_micros - from.arrived_micros));
        Some(if arrived < FULL * sent {
            Measured { link: Link::Full, rate: TAKEN * arrived }
        } else {
            Measured { link: Link::Wide, rate: sent.min(arrived) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a probe for 2 Mbit/s through a link of `link` bits a second and returns what it showed.
    fn probe(link: f64, loses: u64) -> Option<Measured> {
        let mut now = Instant::now();
        let mut prober = Prober::default();
        prober.set_able(true);
        assert!(prober.begin(now, 2e6, 1e6));
        let (mut packets, mut free, mut sent_micros) = (Vec::new(), 0.0f64, 0i64);
        while prober.deadline().is_some() {
            if let Some(bytes) = prober.step(now, packets.len() as u64) {
                for _ in 0..bytes.div_ceil(320) {
                    free = free.max(sent_micros as f64) + 320.0 * 8e6 / link;
                    packets.push(Passage { sent_micros, arrived_micros: free as i64, bytes: 320 });
                }
            }
            let due = prober.deadline().unwrap_or(now);
            (now, sent_micros) = (due, sent_micros + (due - now).as_micros() as i64);
        }
        assert!(!prober.begin(now, 2e6, 1e6), "one at a time");
        for (number, packet) in (0..).zip(&packets).filter(|(number, _)| loses == 0 || number % loses != 0) {
            prober.take(number, *packet);
        }
        let result = prober.take_result(now, packets.len() as u64);
        assert_eq!(
            prober.begin(now, 2e6, 1e6),
            result.is_some_and(|measured| measured.link == Link::Wide),
            "a failure is followed by a rest"
        );
        result
    }

    #[test]
    fn a_probe_shows_the_links_rate_or_its_own() {
        let got = probe(10e6, 0).expect("it got through");
        assert!(got.link == Link::Wide && (1.9e6..2.6e6).contains(&got.rate), "{got:?}");
        let got = probe(600e3, 0).expect("it showed the link");
        assert!(got.link == Link::Full && (500e3..600e3).contains(&got.rate), "{got:?}");
        assert_eq!(probe(10e6, 2), None, "half of it was lost");
    }

    #[test]
    fn nothing_is_probed_where_padding_cannot_be_sent() {
        assert!(!Prober::default().begin(Instant::now(), 2e6, 1e6));
    }
}
