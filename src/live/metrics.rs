//! Figures of rooms and signaling for operators. No labels by room or person.

use std::time::Duration;

use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry};
use signaling::{EndReason, ErrorCode};

/// Seconds; the aim for a join on a good network is 0.15 (DESIGN §8).
const JOIN_BOUNDS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

#[derive(Clone)]
pub(super) struct Metrics {
    pub rooms: IntGauge,
    pub participants: IntGauge,
    pub viewers: IntGauge,
    pub sockets: IntGauge,
    pub resumes: IntCounter,
    pub slow_sockets: IntCounter,
    pub room_panics: IntCounter,
    pub records_dropped: IntCounter,
    pub records_waiting: IntGauge,
    join: HistogramVec,
    ended: IntCounterVec,
    refused: IntCounterVec,
}

/// How far a join has come, counted from the moment the person was let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum JoinStep {
    /// The offer is answered.
    Answered,
    /// ICE and DTLS are done.
    Connected,
    /// The first video packet of somebody else went out to them.
    FirstVideo,
}

impl Metrics {
    /// # Errors
    /// `registry` has metrics of these names.
    pub(super) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let gauge = |name: &str, help: &str| -> prometheus::Result<IntGauge> {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok(gauge)
        };
        let counter = |name: &str, help: &str| -> prometheus::Result<IntCounter> {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone()))?;
            Ok(counter)
        };
        let counters = |name: &str, help: &str, label: &str| -> prometheus::Result<IntCounterVec> {
            let counters = IntCounterVec::new(Opts::new(name, help), &[label])?;
            registry.register(Box::new(counters.clone()))?;
            Ok(counters)
        };
        let join = HistogramVec::new(
            HistogramOpts::new("facementor_join_seconds", "Time from being let in to each step of a join")
                .buckets(JOIN_BOUNDS.to_vec()),
            &["step"],
        )?;
        registry.register(Box::new(join.clone()))?;
        Ok(Self {
            rooms: gauge("facementor_rooms", "Rooms open now")?,
            participants: gauge("facementor_participants", "People present in rooms now")?,
            viewers: gauge("facementor_viewers", "WHEP sessions now")?,
            sockets: gauge("facementor_signaling_sockets", "Signaling sockets open now")?,
            resumes: counter("facementor_signaling_resumes_total", "Participants that came back on a new socket")?,
            slow_sockets: counter(
                "facementor_signaling_slow_sockets_total",
                "Sockets closed because their client did not read",
            )?,
            room_panics: counter("facementor_room_panics_total", "Rooms that ended by a bug")?,
            records_dropped: counter(
                "facementor_live_records_dropped_total",
                "Facts about rooms and chat messages that could not be stored",
            )?,
            records_waiting: gauge("facementor_live_records_waiting", "Facts and chat messages not stored yet")?,
            join,
            ended: counters("facementor_participants_ended_total", "Participations that are over", "reason")?,
            refused: counters("facementor_signaling_refused_total", "Sockets refused at hello", "code")?,
        })
    }

    pub(super) fn joining(&self, step: JoinStep, took: Duration) {
        let step: Histogram = self.join.with_label_values(&[match step {
            JoinStep::Answered => "answered",
            JoinStep::Connected => "connected",
            JoinStep::FirstVideo => "first_video",
        }]);
        step.observe(took.as_secs_f64());
    }

    pub(super) fn ended(&self, reason: EndReason) {
        self.ended.with_label_values(&[&word(&reason)]).inc();
    }

    pub(super) fn refused(&self, code: ErrorCode) {
        self.refused.with_label_values(&[&word(&code)]).inc();
    }
}

/// The code as the protocol writes it.
fn word(code: &impl serde::Serialize) -> String {
    serde_json::to_value(code).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
