//! What the database learns of rooms: facts for other domains, chat, revocations.
//!
//! A call never waits for the database. Records queue in memory, are stored in order, and wait while the database is
//! away; only when the queue is full are new ones dropped, and counted.

use std::time::Duration;

use sfu::ParticipantId;
use signaling::message::{ChatMessage, Person, Role};
use tokio::sync::{mpsc, oneshot};

use super::metrics::Metrics;
use super::store;
use super::token::Revocation;
use crate::booking::{
    self, Closing, Media, ParticipantJoined, ParticipantLeft, ParticipantMedia, RoomClosed, RoomOpened,
};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{SessionId, UserId};
use crate::kernel::outbox;

/// Records kept while the database is away: hours of a busy server.
const QUEUE: usize = 50_000;
/// Records stored in one transaction.
const BATCH: usize = 100;
/// Between attempts while the database is away.
const RETRY: Duration = Duration::from_millis(500);

#[derive(Clone, Debug)]
pub(super) enum Record {
    Opened(RoomOpened),
    Joined(ParticipantJoined),
    Left(ParticipantLeft),
    Media(ParticipantMedia),
    Closed(RoomClosed),
    Chat(SessionId, ChatMessage),
    Revoked(Revocation),
}

impl Record {
    pub(super) fn opened(session: SessionId, at: Timestamp) -> Self {
        Self::Opened(RoomOpened { session, at })
    }

    pub(super) fn joined(session: SessionId, at: Timestamp, user: Option<UserId>, person: &Person) -> Self {
        let role = match person.role {
            Role::Host => booking::Role::Host,
            Role::Member => booking::Role::Member,
            Role::Guest => booking::Role::Guest,
        };
        let (participant, name) = (person.participant.0, person.name.clone());
        Self::Joined(ParticipantJoined { session, participant, user, name, role, at })
    }

    pub(super) fn left(session: SessionId, at: Timestamp, participant: ParticipantId) -> Self {
        Self::Left(ParticipantLeft { session, participant: participant.0, at })
    }

    pub(super) fn media(session: SessionId, at: Timestamp, participant: ParticipantId, media: Media) -> Self {
        Self::Media(ParticipantMedia { session, participant: participant.0, at, media })
    }

    pub(super) fn closed(session: SessionId, at: Timestamp, closing: Closing) -> Self {
        Self::Closed(RoomClosed { session, at, closing })
    }

    pub(super) fn chat(session: SessionId, message: ChatMessage) -> Self {
        Self::Chat(session, message)
    }
}

enum Entry {
    Record(Record),
    /// Answered once everything before it is stored.
    Mark(oneshot::Sender<()>),
}

/// Takes records; never waits.
#[derive(Clone)]
pub(super) struct Recorder {
    queue: mpsc::Sender<Entry>,
    metrics: Metrics,
}

impl Recorder {
    pub(super) fn start(kernel: &Kernel, metrics: Metrics) -> Self {
        let (queue, entries) = mpsc::channel(QUEUE);
        tokio::spawn(keep(kernel.clone(), entries, metrics.clone()));
        Self { queue, metrics }
    }

    pub(super) fn store(&self, record: Record) {
        match self.queue.try_send(Entry::Record(record)) {
            Ok(()) => self.metrics.records_waiting.inc(),
            Err(_) => self.metrics.records_dropped.inc(),
        }
    }

    /// Returns when everything recorded before is stored.
    pub(super) async fn flushed(&self) {
        let (mark, reached) = oneshot::channel();
        if self.queue.send(Entry::Mark(mark)).await.is_ok() {
            let _ = reached.await;
        }
    }
}

async fn keep(kernel: Kernel, mut entries: mpsc::Receiver<Entry>, metrics: Metrics) {
    let mut batch = Vec::with_capacity(BATCH);
    while entries.recv_many(&mut batch, BATCH).await > 0 {
        let mut records = Vec::with_capacity(batch.len());
        let mut marks = Vec::new();
        for entry in batch.drain(..) {
            match entry {
                Entry::Record(record) => records.push(record),
                Entry::Mark(mark) => marks.push(mark),
            }
        }
        let taken = records.len();
        if write(&kernel, &records).await.is_err() {
            one_by_one(&kernel, records, &metrics).await;
        }
        metrics.records_waiting.sub(i64::try_from(taken).unwrap_or(0));
        if taken > 0 {
            kernel.outbox.now();
        }
        for mark in marks {
            let _ = mark.send(());
        }
    }
}

/// So that one record the schema refuses does not hold up the others.
async fn one_by_one(kernel: &Kernel, records: Vec<Record>, metrics: &Metrics) {
    let mut away = false;
    for record in &records {
        while let Err(error) = write(kernel, std::slice::from_ref(record)).await {
            if refused_for_good(&error) {
                metrics.records_dropped.inc();
                tracing::error!(%error, "a record of a room was refused by the database");
                break;
            }
            if !away {
                away = true;
                tracing::warn!(%error, "records of rooms wait for the database");
            }
            // Real time on purpose: the database comes back by it, whatever the clock of the rooms says.
            tokio::time::sleep(RETRY).await;
        }
    }
}

/// A constraint of the schema: trying again cannot help.
fn refused_for_good(error: &sqlx::Error) -> bool {
    use sqlx::error::ErrorKind::{CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation};
    error.as_database_error().is_some_and(|error| {
        matches!(error.kind(), CheckViolation | ForeignKeyViolation | NotNullViolation | UniqueViolation)
    })
}

async fn write(kernel: &Kernel, records: &[Record]) -> Result<(), sqlx::Error> {
    if records.is_empty() {
        return Ok(());
    }
    kernel
        .db
        .write(|mut tx| {
            Box::pin(async move {
                for record in records {
                    let (clock, random) = (&kernel.clock, &kernel.random);
                    match record {
                        Record::Opened(fact) => outbox::publish(&mut tx, clock, random, fact).await.map(drop)?,
                        Record::Joined(fact) => outbox::publish(&mut tx, clock, random, fact).await.map(drop)?,
                        Record::Left(fact) => outbox::publish(&mut tx, clock, random, fact).await.map(drop)?,
                        Record::Media(fact) => outbox::publish(&mut tx, clock, random, fact).await.map(drop)?,
                        Record::Closed(fact) => outbox::publish(&mut tx, clock, random, fact).await.map(drop)?,
                        Record::Chat(session, message) => store::insert_chat(&mut tx, *session, message).await?,
                        Record::Revoked(revocation) => store::insert_revocation(&mut tx, revocation).await?,
                    }
                }
                Ok(())
            })
        })
        .await
}
