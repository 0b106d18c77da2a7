//! SQL of `email_links`, and of what opening one changes.

use sqlx::{AnyConnection, Row};

use crate::accounts::links::Purpose;
use crate::accounts::model::Email;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

/// Stores a link, and forgets those of the person that have expired.
pub(in crate::accounts) async fn insert_link(
    conn: &mut AnyConnection,
    secret_hash: &str,
    user: UserId,
    purpose: Purpose,
    email: &str,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let old = "DELETE FROM email_links WHERE user_id = $1 AND expires_at_ms <= $2";
    sqlx::query(old).bind(user).bind(now.0).execute(&mut *conn).await?;
    sqlx::query(
        "INSERT INTO email_links (secret_hash, user_id, purpose, email, expires_at_ms) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(secret_hash)
    .bind(user)
    .bind(purpose.as_str())
    .bind(email)
    .bind(expires_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// A link that was opened.
pub(in crate::accounts) struct OpenedLink {
    pub(in crate::accounts) user: UserId,
    pub(in crate::accounts) purpose: Purpose,
    pub(in crate::accounts) email: String,
}

/// Whether there is a link like this that still works.
pub(in crate::accounts) async fn has_link(
    conn: &mut AnyConnection,
    secret_hash: &str,
    purpose: Purpose,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "SELECT user_id FROM email_links WHERE secret_hash = $1 AND purpose = $2 AND expires_at_ms > $3";
    let row = sqlx::query(sql).bind(secret_hash).bind(purpose.as_str()).bind(now.0).fetch_optional(conn).await?;
    Ok(row.is_some())
}

/// Uses a link up, if it still works.
pub(in crate::accounts) async fn take_link(
    conn: &mut AnyConnection,
    secret_hash: &str,
    now: Timestamp,
) -> Result<Option<OpenedLink>, sqlx::Error> {
    let sql = "DELETE FROM email_links WHERE secret_hash = $1 AND expires_at_ms > $2 RETURNING user_id, purpose, email";
    let Some(row) = sqlx::query(sql).bind(secret_hash).bind(now.0).fetch_optional(conn).await? else {
        return Ok(None);
    };
    let purpose: String = row.try_get("purpose")?;
    let purpose = Purpose::parse(&purpose).ok_or_else(|| sqlx::Error::Decode("an unknown purpose".into()))?;
    Ok(Some(OpenedLink { user: row.try_get("user_id")?, purpose, email: row.try_get("email")? }))
}

/// Makes the person's other links of one purpose worthless.
pub(in crate::accounts) async fn forget_links(
    conn: &mut AnyConnection,
    user: UserId,
    purpose: Purpose,
) -> Result<(), sqlx::Error> {
    let sql = "DELETE FROM email_links WHERE user_id = $1 AND purpose = $2";
    sqlx::query(sql).bind(user).bind(purpose.as_str()).execute(conn).await.map(|_| ())
}

/// Notes that `email` is the person's, if it still is their address. Says whether it is.
pub(in crate::accounts) async fn verify_email(
    conn: &mut AnyConnection,
    user: UserId,
    email_key: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE users SET email_verified_at_ms = COALESCE(email_verified_at_ms, $3)
               WHERE id = $1 AND email_key = $2";
    let done = sqlx::query(sql).bind(user).bind(email_key).bind(now.0).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Gives the person another address, which they have proved to be theirs. Fails on the unique key when it is taken.
pub(in crate::accounts) async fn change_email(
    conn: &mut AnyConnection,
    user: UserId,
    email: &Email,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE users SET email = $2, email_key = $3, email_verified_at_ms = $4 WHERE id = $1";
    let query = sqlx::query(sql).bind(user).bind(&email.0).bind(email.key()).bind(now.0);
    query.execute(conn).await.map(|_| ())
}
