//! Whether news gets through.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use prometheus::{Gauge, IntCounterVec, Opts, Registry};

use super::model::Lane;
use super::store::Outcome;

/// Counters of a dispatcher.
#[derive(Clone)]
pub struct OutboxMetrics {
    deliveries: IntCounterVec,
    waiting: Gauge,
    /// Of each lane; the gauge shows the longer.
    ages: Arc<Mutex<[Duration; 2]>>,
}

impl OutboxMetrics {
    pub fn register(registry: &Registry) -> prometheus::Result<Self> {
        let deliveries = Opts::new("facementor_outbox_deliveries_total", "Events handed to handlers, by outcome");
        let waiting = Opts::new("facementor_outbox_waiting_seconds", "Age of the oldest event not yet handled");
        let deliveries = IntCounterVec::new(deliveries, &["outcome"])?;
        let metrics = Self { deliveries, waiting: Gauge::with_opts(waiting)?, ages: Arc::default() };
        for outcome in [Outcome::Done, Outcome::Retry, Outcome::Dead] {
            metrics.deliveries.with_label_values(&[outcome.as_str()]);
        }
        registry.register(Box::new(metrics.deliveries.clone()))?;
        registry.register(Box::new(metrics.waiting.clone()))?;
        Ok(metrics)
    }

    pub(super) fn delivered(&self, outcome: Outcome) {
        self.deliveries.with_label_values(&[outcome.as_str()]).inc();
    }

    pub(super) fn waiting(&self, lane: Lane, age: Duration) {
        let mut ages = self.ages.lock().expect("no code panics while it holds this lock");
        let [own, others] = &mut *ages;
        match lane {
            Lane::Own => *own = age,
            Lane::Others => *others = age,
        }
        self.waiting.set((*own).max(*others).as_secs_f64());
    }
}
