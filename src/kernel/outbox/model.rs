//! Facts, the events that carry them, and the handlers that hear them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::EventId;

/// Something that happened, as a plain type of the domain it happened in.
pub trait Fact: Serialize + DeserializeOwned {
    /// `<domain>.<what happened>`; stable, it is stored.
    const KIND: &'static str;
    /// Raised when the payload changes its shape.
    const VERSION: i16 = 1;

    /// What it happened to. Facts of one subject are handled in the order they were published.
    fn subject(&self) -> String;
}

/// A stored fact.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: EventId,
    pub kind: String,
    pub version: i16,
    pub subject: String,
    pub payload: String,
    pub occurred_at: Timestamp,
}

impl Event {
    /// The fact as `F`, when it is one.
    pub fn read<F: Fact>(&self) -> Result<Option<F>, HandlerError> {
        if self.kind != F::KIND {
            return Ok(None);
        }
        serde_json::from_str(&self.payload).map(Some).map_err(|error| HandlerError::Failed(error.to_string()))
    }
}

/// Why a handler could not do its work now. It will be asked again.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("{0}")]
    Failed(String),
}

impl crate::kernel::db::DatabaseFault for HandlerError {
    fn database_fault(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error) => Some(error),
            Self::Failed(_) => None,
        }
    }
}

type Run = dyn Fn(Event) -> Pin<Box<dyn Future<Output = Result<(), HandlerError>> + Send>> + Send + Sync;

/// Hears of some kinds of facts. May hear of one twice: what it does must be the same done once or twice.
#[derive(Clone)]
pub struct Handler {
    pub(super) name: &'static str,
    pub(super) kinds: &'static [&'static str],
    pub(super) lane: Lane,
    run: Arc<Run>,
}

/// Which handlers wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Those that need nothing but this server and its database.
    Own,
    /// Those that talk to other servers, which may take their time.
    Others,
}

impl Lane {
    pub(super) const ALL: [Self; 2] = [Self::Own, Self::Others];
}

impl Handler {
    /// `name` is stored with each delivery: `<domain>.<purpose>`, never changed.
    pub fn new<W, R>(name: &'static str, kinds: &'static [&'static str], work: W) -> Self
    where
        W: Fn(Event) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        Self { name, kinds, lane: Lane::Own, run: Arc::new(move |event| Box::pin(work(event))) }
    }

    /// It waits for other servers: news inside this one does not wait for it.
    pub fn talks_to_others(self) -> Self {
        Self { lane: Lane::Others, ..self }
    }

    pub(super) async fn handle(&self, event: Event) -> Result<(), HandlerError> {
        (self.run)(event).await
    }
}
