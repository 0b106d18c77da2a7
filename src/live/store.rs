//! SQL of rooms.

use sfu::ParticipantId;
use signaling::message::ChatMessage;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::token::Revocation;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::SessionId;

pub(super) async fn insert_chat(
    conn: &mut AnyConnection,
    session: SessionId,
    message: &ChatMessage,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO chat_messages (id, session_id, participant_id, name, text, sent_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
    )
    .bind(&message.id)
    .bind(session)
    .bind(message.participant.to_string())
    .bind(&message.name)
    .bind(&message.text)
    .bind(i64::try_from(message.sent_at_ms).unwrap_or(i64::MAX))
    .execute(conn)
    .await
    .map(drop)
}

/// The last `limit` messages of a session, oldest first.
pub(super) async fn last_chat(
    conn: &mut AnyConnection,
    session: SessionId,
    limit: i64,
) -> Result<Vec<ChatMessage>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, participant_id, name, text, sent_at_ms FROM chat_messages
         WHERE session_id = $1 ORDER BY sent_at_ms DESC, id DESC LIMIT $2",
    )
    .bind(session)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().rev().map(chat_from).collect()
}

pub(super) async fn insert_revocation(conn: &mut AnyConnection, revocation: &Revocation) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO revoked_room_tokens (key, expires_at_ms) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET expires_at_ms = excluded.expires_at_ms",
    )
    .bind(&revocation.key)
    .bind(revocation.until.0)
    .execute(conn)
    .await
    .map(drop)
}

/// Revocations of tokens that are not too old anyway.
pub(super) async fn revocations(conn: &mut AnyConnection, now: Timestamp) -> Result<Vec<Revocation>, sqlx::Error> {
    let rows = sqlx::query("SELECT key, expires_at_ms FROM revoked_room_tokens WHERE expires_at_ms > $1")
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    let revocation =
        |row: &AnyRow| Ok(Revocation { key: row.try_get("key")?, until: Timestamp(row.try_get("expires_at_ms")?) });
    rows.iter().map(revocation).collect()
}

/// Forgets revocations of tokens that are too old by now.
pub(super) async fn sweep_revocations(conn: &mut AnyConnection, now: Timestamp) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM revoked_room_tokens WHERE expires_at_ms <= $1");
    delete.bind(now.0).execute(conn).await.map(drop)
}

fn chat_from(row: &AnyRow) -> Result<ChatMessage, sqlx::Error> {
    let participant: String = row.try_get("participant_id")?;
    let participant: ParticipantId = participant.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    let sent_at_ms: i64 = row.try_get("sent_at_ms")?;
    Ok(ChatMessage {
        id: row.try_get("id")?,
        participant,
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        sent_at_ms: u64::try_from(sent_at_ms).unwrap_or(0),
    })
}
