//! All of it for one subscriber.

use std::time::{Duration, Instant};

use super::estimator::Estimator;
use super::limits::{Bid, Limits, Means};
use super::probe::Prober;
use super::{History, SendTime};
use crate::rtcp::TransportWide;

/// What is sent before feedback tells more: one camera at its best, which most links carry.
const INITIAL: f64 = 2_500_000.0;
/// A client that has sent no feedback for so long after the first numbered packet gives none, and is sent what it wants.
const SILENT: Duration = Duration::from_secs(3);
/// No probe for so long after the link was found full or was given more, which begins with a keyframe.
const CALM: Duration = Duration::from_millis(1_000);
/// A probe asks for a little more than is wanted: it shows a little less than it asks for.
const GENEROUS: f64 = 1.05;
/// An estimate that has risen so much is worth a decision before the next regular one.
const RISEN: f64 = 1.1;
/// Where so much is lost, a repeat is sent so often: one that is lost too costs another round trip, and shows as a freeze. Not while a queue
/// stands: then it is congestion that loses packets.
const COPIES: [(f64, usize); 2] = [(0.03, 3), (0.01, 2)];

/// Whether packets to a client carry transport-wide numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Numbered {
    Yes,
    No,
}

/// A subscriber's bandwidth: the estimate, and what it is spent on. `K` tells slots and their sources apart.
pub(crate) struct Bandwidth<K> {
    estimator: Option<Box<Estimator>>,
    prober: Prober,
    limits: Limits<K>,
    /// When packets to the client were first numbered.
    numbered: Option<Instant>,
    /// The estimate at the last decision, and what of it sound took.
    decided: f64,
    sound: f64,
}

impl<K> Default for Bandwidth<K> {
    fn default() -> Self {
        Self {
            estimator: None,
            prober: Prober::default(),
            limits: Limits::default(),
            numbered: None,
            decided: INITIAL,
            sound: 0.0,
        }
    }
}

impl<K: Copy + PartialEq> Bandwidth<K> {
    /// Bits a second; `None` where the client tells nothing and everything is sent.
    pub(crate) fn estimate(&self, now: Instant) -> Option<f64> {
        match &self.estimator {
            Some(estimator) => Some(estimator.estimate()),
            None => self.numbered.filter(|since| now.saturating_duration_since(*since) < SILENT).map(|_| INITIAL),
        }
    }

    /// Takes feedback. Returns whether what is granted is to be decided anew before the next regular time.
    pub(crate) fn take(
        &mut self,
        now: Instant,
        at: SendTime,
        history: &mut History,
        feedback: &TransportWide<'_>,
    ) -> bool {
        history.begin();
        let estimator = self.estimator.get_or_insert_with(|| Box::new(Estimator::new(INITIAL)));
        let cut = estimator.decreased();
        estimator.take(now, at, history, feedback, &mut self.prober);
        if estimator.decreased() != cut {
            self.prober.rest(now);
        }
        let estimate = estimator.estimate();
        let is_due = self.limits.deadline().is_some_and(|due| due <= now);
        estimate < self.decided || estimate > RISEN * self.decided || is_due
    }

    /// Divides what there is among the bids. `sound` is bits a second of all sound, which comes first. Where the client tells nothing, nothing
    /// is limited.
    pub(crate) fn decide(&mut self, now: Instant, numbered: Numbered, sound: u64, bids: &[Bid<K>]) {
        if numbered == Numbered::Yes {
            self.numbered.get_or_insert(now);
        }
        let Some(estimate) = self.estimate(now) else {
            self.limits = Limits::default();
            return;
        };
        (self.decided, self.sound) = (estimate, sound as f64);
        let queue_ms = self.estimator.as_ref().map_or(0.0, |estimator| estimator.queue_ms());
        let is_guess = self.estimator.as_ref().is_none_or(|estimator| estimator.is_untried());
        let means = Means { budget: (estimate - self.sound).max(0.0), queue_ms, is_guess };
        self.limits.decide(now, means, bids);
        let Some(estimator) = &self.estimator else { return };
        let is_past = |at: Option<Instant>| at.is_none_or(|at| now.saturating_duration_since(at) > CALM);
        let is_calm = is_past(estimator.decreased()) && is_past(self.limits.raised()) && !estimator.is_queued();
        if let Some(wanted) = self.limits.wanted().filter(|wanted| is_calm && wanted + self.sound > estimate) {
            self.prober.begin(now, GENEROUS * (wanted + self.sound), estimate);
        }
    }

    /// Layers granted, counted from the lowest; `None` where nothing is limited.
    pub(crate) fn granted(&self, key: K) -> Option<usize> {
        self.limits.granted(key)
    }

    /// Whether the last decision took something away because a queue stood: what is taken is to stop at once.
    pub(crate) fn is_cut(&self) -> bool {
        self.limits.is_cut()
    }

    /// Whether someone would be shown better if there were more.
    pub(crate) fn is_short(&self) -> bool {
        self.limits.wanted().is_some()
    }

    /// Share of packets lost of late, and the round trip; `None` where the client tells nothing.
    pub(crate) fn path(&self) -> Option<(f64, Duration)> {
        self.estimator.as_ref().map(|estimator| (estimator.loss(), estimator.rtt()))
    }

    /// Whether packets wait before the link.
    pub(crate) fn is_queued(&self) -> bool {
        self.estimator.as_ref().is_some_and(|estimator| estimator.is_queued())
    }

    /// Bits a second at which bursts leave; `None` where the link is not known to be narrow, or carries all that is wanted: a busy client looks
    /// like a narrow link for a moment.
    pub(crate) fn pace(&self) -> Option<f64> {
        self.estimator.as_ref()?.capacity().filter(|_| self.is_short())
    }

    /// How often to send a packet again that the client asks for.
    pub(crate) fn copies(&self) -> usize {
        let calm = self.estimator.as_ref().filter(|_| !self.is_queued());
        let loss = calm.map_or(0.0, |estimator| estimator.loss());
        COPIES.iter().find(|(least, _)| loss >= *least).map_or(1, |(_, copies)| *copies)
    }

    /// Says whether the client can be sent padding, which probes are made of.
    pub(crate) fn set_paddable(&mut self, paddable: bool) {
        self.prober.set_able(paddable);
    }

    /// When [`probe`](Self::probe) is due.
    pub(crate) fn probe_deadline(&self) -> Option<Instant> {
        self.prober.deadline()
    }

    /// Bytes of padding to send now.
    pub(crate) fn probe(&mut self, now: Instant, history: &History) -> Option<usize> {
        self.prober.step(now, history.sent())
    }
}
