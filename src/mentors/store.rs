//! SQL of `mentors`.

use sqlx::{AnyConnection, Row};

use super::model::{Mentor, MentorStatus};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

pub(super) async fn mentor(conn: &mut AnyConnection, user: UserId) -> Result<Option<Mentor>, sqlx::Error> {
    let row = sqlx::query("SELECT status FROM mentors WHERE user_id = $1").bind(user).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let status: String = row.try_get("status")?;
    let status = MentorStatus::parse(&status).ok_or_else(|| sqlx::Error::Decode(status.into()))?;
    Ok(Some(Mentor { status }))
}

pub(super) async fn approve(conn: &mut AnyConnection, user: UserId, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO mentors (user_id, status, created_at_ms, decided_at_ms) VALUES ($1, 'approved', $2, $2)
         ON CONFLICT (user_id) DO UPDATE SET status = 'approved', decided_at_ms = excluded.decided_at_ms
         WHERE mentors.status <> 'approved'",
    )
    .bind(user)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(())
}
