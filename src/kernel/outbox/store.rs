//! The outbox's SQL.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::model::{Event, Fact, Handler};
use crate::kernel::clock::{Clock, Random, Timestamp};
use crate::kernel::ids::EventId;

/// Stores `fact` in the transaction of `conn`. Call it after the write that serializes the subject's changes (a guarded
/// UPDATE of its row), so that ids and commits of one subject have the same order.
pub async fn publish<F: Fact>(
    conn: &mut AnyConnection,
    clock: &Clock,
    random: &Random,
    fact: &F,
) -> Result<EventId, sqlx::Error> {
    let id = EventId::generate(random, clock);
    let payload = serde_json::to_string(fact).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(
        "INSERT INTO outbox (id, kind, version, subject_id, payload, occurred_at_ms) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(F::KIND)
    .bind(F::VERSION)
    .bind(fact.subject())
    .bind(payload)
    .bind(clock.now().0)
    .execute(conn)
    .await?;
    Ok(id)
}

/// Subjects with events of these kinds that not all handlers have heard, and when the last of them was published.
pub async fn unheard(conn: &mut AnyConnection, kinds: &[&str]) -> Result<Vec<(String, Timestamp)>, sqlx::Error> {
    let kinds = kinds.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ");
    // Kinds are constants of ours, not input.
    let sql = format!(
        "SELECT subject_id, MAX(occurred_at_ms) AS last_ms FROM outbox
         WHERE settled_at_ms IS NULL AND kind IN ({kinds}) GROUP BY subject_id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.try_get("subject_id")?, Timestamp(row.try_get("last_ms")?)))).collect()
}

/// An event a handler has not finished, and how often it was tried.
pub(super) struct Pending {
    pub(super) event: Event,
    pub(super) attempts: i32,
    pub(super) due_at: Timestamp,
}

/// The oldest unfinished event of every subject, for `handler`: later ones wait for it.
pub(super) async fn pending(
    conn: &mut AnyConnection,
    handler: &Handler,
    limit: i64,
) -> Result<Vec<Pending>, sqlx::Error> {
    let kinds = handler.kinds.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ");
    // Kinds are constants of ours, not input.
    let sql = format!(
        "SELECT o.id, o.kind, o.version, o.subject_id, o.payload, o.occurred_at_ms,
                COALESCE(d.attempts, 0) AS attempts, COALESCE(d.due_at_ms, o.occurred_at_ms) AS due_at_ms
         FROM outbox o LEFT JOIN deliveries d ON d.handler = $1 AND d.event_id = o.id
         WHERE o.settled_at_ms IS NULL AND o.kind IN ({kinds}) AND (d.state IS NULL OR d.state = 'retry')
           AND NOT EXISTS (
             SELECT 1 FROM outbox e LEFT JOIN deliveries p ON p.handler = $1 AND p.event_id = e.id
             WHERE e.settled_at_ms IS NULL AND e.kind IN ({kinds}) AND e.subject_id = o.subject_id AND e.id < o.id
               AND (p.state IS NULL OR p.state = 'retry'))
         ORDER BY o.id LIMIT $2"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(handler.name).bind(limit).fetch_all(conn).await?;
    rows.iter().map(pending_from).collect()
}

/// How a delivery went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Retry,
    Dead,
}

impl Outcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Retry => "retry",
            Self::Dead => "dead",
        }
    }
}

pub(super) async fn record(
    conn: &mut AnyConnection,
    handler: &Handler,
    event: EventId,
    outcome: Outcome,
    attempts: i32,
    due_at: Timestamp,
    error: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO deliveries (handler, event_id, state, attempts, due_at_ms, error) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (handler, event_id) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
           due_at_ms = excluded.due_at_ms, error = excluded.error",
    )
    .bind(handler.name)
    .bind(event)
    .bind(outcome.as_str())
    .bind(attempts)
    .bind(due_at.0)
    .bind(error)
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks an event that `handlers` are all done with. Handlers that come later do not hear of it.
pub(super) async fn settle(
    conn: &mut AnyConnection,
    event: EventId,
    handlers: i64,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE outbox SET settled_at_ms = $3 WHERE id = $1 AND $2 <= (
                 SELECT CAST(COUNT(*) AS BIGINT) FROM deliveries WHERE event_id = $1 AND state <> 'retry')";
    sqlx::query(sql).bind(event).bind(handlers).bind(now.0).execute(conn).await.map(|_| ())
}

/// Forgets what was settled before `before`, but for dead letters.
pub(super) async fn prune(conn: &mut AnyConnection, before: Timestamp) -> Result<(), sqlx::Error> {
    let old = "SELECT o.id FROM outbox o WHERE o.settled_at_ms < $1
                 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = o.id AND d.state = 'dead')";
    let deliveries = format!("DELETE FROM deliveries WHERE event_id IN ({old})");
    sqlx::query(AssertSqlSafe(deliveries)).bind(before.0).execute(&mut *conn).await?;
    let events = format!("DELETE FROM outbox WHERE id IN ({old})");
    sqlx::query(AssertSqlSafe(events)).bind(before.0).execute(conn).await.map(|_| ())
}

fn pending_from(row: &AnyRow) -> Result<Pending, sqlx::Error> {
    Ok(Pending {
        event: Event {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            version: row.try_get("version")?,
            subject: row.try_get("subject_id")?,
            payload: row.try_get("payload")?,
            occurred_at: Timestamp(row.try_get("occurred_at_ms")?),
        },
        attempts: row.try_get("attempts")?,
        due_at: Timestamp(row.try_get("due_at_ms")?),
    })
}
