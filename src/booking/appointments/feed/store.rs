//! SQL of `calendar_feeds`.

use sqlx::{AnyConnection, Row};

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

/// The sealed token, and when it was made.
pub(super) async fn feed_of(
    conn: &mut AnyConnection,
    user: UserId,
) -> Result<Option<(String, Timestamp)>, sqlx::Error> {
    let sql = "SELECT token, created_at_ms FROM calendar_feeds WHERE user_id = $1";
    let row = sqlx::query(sql).bind(user).fetch_optional(conn).await?;
    row.map(|row| Ok((row.try_get("token")?, Timestamp(row.try_get("created_at_ms")?)))).transpose()
}

pub(super) async fn set_feed(
    conn: &mut AnyConnection,
    user: UserId,
    hash: &str,
    sealed: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO calendar_feeds (user_id, token_hash, token, created_at_ms) VALUES ($1, $2, $3, $4)
               ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, token = excluded.token,
                 created_at_ms = excluded.created_at_ms";
    sqlx::query(sql).bind(user).bind(hash).bind(sealed).bind(now.0).execute(conn).await.map(|_| ())
}

pub(super) async fn remove_feed(conn: &mut AnyConnection, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM calendar_feeds WHERE user_id = $1").bind(user).execute(conn).await.map(|_| ())
}

/// Whose token it is.
pub(super) async fn owner(conn: &mut AnyConnection, hash: &str) -> Result<Option<UserId>, sqlx::Error> {
    let sql = "SELECT user_id FROM calendar_feeds WHERE token_hash = $1";
    let row = sqlx::query(sql).bind(hash).fetch_optional(conn).await?;
    row.map(|row| row.try_get("user_id")).transpose()
}
