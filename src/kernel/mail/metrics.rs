//! Whether mail gets out.

use prometheus::{IntCounterVec, Opts, Registry};

/// What became of an attempt to send a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Sent,
    /// For good: the outbox does not try again.
    Refused,
    Failed,
}

/// Counts letters.
#[derive(Clone)]
pub struct MailMetrics {
    letters: IntCounterVec,
}

impl MailMetrics {
    pub fn register(registry: &Registry) -> prometheus::Result<Self> {
        let letters = Opts::new("facementor_mail_total", "Attempts to send a letter, by outcome");
        let metrics = Self { letters: IntCounterVec::new(letters, &["outcome"])? };
        for outcome in [Outcome::Sent, Outcome::Refused, Outcome::Failed] {
            metrics.of(outcome);
        }
        registry.register(Box::new(metrics.letters.clone()))?;
        Ok(metrics)
    }

    pub(super) fn count(&self, outcome: Outcome) {
        self.of(outcome).inc();
    }

    fn of(&self, outcome: Outcome) -> prometheus::IntCounter {
        let label = match outcome {
            Outcome::Sent => "sent",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        };
        self.letters.with_label_values(&[label])
    }
}
