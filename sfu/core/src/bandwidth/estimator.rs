//! The estimate of one connection: the lower of what delays and losses allow, raised by probes that got through.

use std::time::{Duration, Instant};

use super::acked::AckedRate;
use super::groups::{Groups, Passage};
use super::loss::{Counts, LossBound};
use super::probe::{Link, Measured, Prober};
use super::queue::Queue;
use super::rate_control::{Observed, RateControl};
use super::trendline::Trendline;
use super::{History, SendTime};
use crate::rtcp::{Status, TICKS_PER_SECOND, TransportWide};

const MICROS_PER_TICK: i64 = 1_000_000 / TICKS_PER_SECOND as i64;
/// How long a queue takes to drain after a cut.
const DRAINS: Duration = Duration::from_secs(1);
/// From so much on packets wait before the link.
const QUEUE_MS: f64 = 15.0;
/// Weight of a new round trip.
const FOLLOW: f64 = 0.2;

pub(crate) struct Estimator {
    groups: Groups,
    trendline: Trendline,
    acked: AckedRate,
    queue: Queue,
    control: RateControl,
    loss: LossBound,
    rtt: Duration,
    /// Both clocks with their wraps counted.
    received: Unwrapped,
    sent: Unwrapped,
}

/// A 32-bit clock seen so far, and the time it stands for.
#[derive(Default)]
struct Unwrapped(Option<(u32, i64)>);

impl Unwrapped {
    fn take(&mut self, wrapped: u32) -> i64 {
        let (before, time) = self.0.unwrap_or((wrapped, 0));
        let time = time + i64::from(wrapped.wrapping_sub(before) as i32);
        self.0 = Some((wrapped, time));
        time
    }
}

impl Estimator {
    /// `initial` is bits a second.
    pub(crate) fn new(initial: f64) -> Self {
        Self {
            groups: Groups::default(),
            trendline: Trendline::default(),
            acked: AckedRate::default(),
            queue: Queue::default(),
            control: RateControl::new(initial),
            loss: LossBound::default(),
            rtt: Duration::from_millis(100),
            received: Unwrapped::default(),
            sent: Unwrapped::default(),
        }
    }

    /// Bits a second the connection carries, IP and UDP headers included.
    pub(crate) fn estimate(&self) -> f64 {
        let by_delay = self.control.estimate();
        self.loss.bound().map_or(by_delay, |bound| bound.min(by_delay))
    }

    /// How long packets wait in a queue on the way.
    pub(crate) fn queue_ms(&self) -> f64 {
        self.queue.ms()
    }

    /// Whether packets wait before the link.
    pub(crate) fn is_queued(&self) -> bool {
        self.queue.ms() >= QUEUE_MS
    }

    /// Share of packets lost on the way of late, 0 to 1, apart from those that found a queue full.
    pub(crate) fn loss(&self) -> f64 {
        self.loss.share()
    }

    pub(crate) fn rtt(&self) -> Duration {
        self.rtt
    }

    /// When over-use was last answered by a cut.
    pub(crate) fn decreased(&self) -> Option<Instant> {
        self.control.decreased()
    }

    /// What the link carries where it is known to be narrow, bits a second.
    pub(super) fn capacity(&self) -> Option<f64> {
        self.control.capacity().map(|capacity| capacity.max(self.estimate()))
    }

    /// Whether nothing has shown yet that the link carries no more than the estimate.
    pub(crate) fn is_untried(&self) -> bool {
        self.control.is_untried() && self.loss.bound().is_none()
    }

    /// Takes a feedback message about what `history` remembers. `at` is `now` on the history's clock.
    pub(crate) fn take(
        &mut self,
        now: Instant,
        at: SendTime,
        history: &mut History,
        feedback: &TransportWide<'_>,
        prober: &mut Prober,
    ) {
        let now_micros = self.sent.take(at.micros());
        let (mut lost, mut came, mut newest) = (0, 0, None);
        feedback.each(|status| match status {
            Status::Missing { first, count } => lost += history.miss(first, count),
            Status::Untimed { count } => came += u64::from(count),
            Status::Arrived { sequence, at: tick } => {
                let arrived_micros = self.received.take(tick) * MICROS_PER_TICK;
                let Some(packet) = history.acknowledge(sequence) else { return };
                let since = at.since(packet.at);
                let sent_micros = now_micros - since.as_micros() as i64;
                let passage = Passage { sent_micros, arrived_micros, bytes: packet.bytes };
                (came, newest) = (came + 1, Some(since));
                self.pass(passage);
                prober.take(packet.number, passage);
            }
        });
        if let Some(rtt) = newest {
            self.rtt = self.rtt.mul_f64(1.0 - FOLLOW) + rtt.min(Duration::from_secs(3)).mul_f64(FOLLOW);
        }
        let is_queued = self.is_queued();
        let (estimate, acked) = (self.control.estimate(), self.acked.rate());
        self.loss.take(now, &Counts { lost, came, estimate, acked, is_queued });
        if came > 0 {
            let ago_ms = newest.map_or(0.0, |since| since.as_secs_f64() * 1e3);
            let observed = Observed {
                usage: self.trendline.usage(),
                acked: self.acked.rate(),
                full: self.queue.full_rate().or(self.acked.least().filter(|_| !self.drains(now))),
                narrowed: self.acked.most().and_then(|before| self.queue.narrowed(before, ago_ms)),
                rtt: self.rtt,
                queue_ms: self.queue.ms(),
                is_probing: prober.is_able(),
            };
            self.control.update(now, &observed);
        }
        match prober.take_result(now, history.told()) {
            Some(Measured { link: Link::Wide, rate }) => self.control.raise(now, rate),
            Some(Measured { link: Link::Full, rate }) => self.control.bound(now, rate),
            None => {}
        }
    }

    /// Whether a cut has just been made: what arrives then is what is still sent, not what the link carries.
    fn drains(&self, now: Instant) -> bool {
        self.control.decreased().is_some_and(|at| now.saturating_duration_since(at) < DRAINS)
    }

    fn pass(&mut self, packet: Passage) {
        self.acked.take(packet.arrived_micros as f64 / 1e3, packet.bytes);
        self.queue.pass(packet);
        if let Some(step) = self.groups.take(packet) {
            self.queue.take(packet);
            self.trendline.take(step);
        }
    }
}
