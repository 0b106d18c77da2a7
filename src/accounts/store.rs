//! SQL of `users` and `logins`.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::model::{DisplayName, Email, Login, User};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{LoginId, UserId};

/// Whether the row was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inserted {
    New,
    Taken,
}

pub(super) async fn insert_user(
    conn: &mut AnyConnection,
    id: UserId,
    email: &Email,
    display_name: &DisplayName,
    password_hash: &str,
    now: Timestamp,
) -> Result<Inserted, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO users (id, email, email_key, display_name, password_hash, is_admin, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (email_key) DO NOTHING",
    )
    .bind(id)
    .bind(&email.0)
    .bind(email.key())
    .bind(&display_name.0)
    .bind(password_hash)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(if done.rows_affected() == 1 { Inserted::New } else { Inserted::Taken })
}

pub(super) async fn grant_admin(conn: &mut AnyConnection, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET is_admin = 1 WHERE id = $1").bind(user).execute(conn).await.map(|_| ())
}

/// A person and the hash of their password.
pub(super) async fn user_by_email(
    conn: &mut AnyConnection,
    email: &Email,
) -> Result<Option<(User, String)>, sqlx::Error> {
    let row = sqlx::query("SELECT id, email, display_name, is_admin, password_hash FROM users WHERE email_key = $1")
        .bind(email.key())
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok((user_from(&row)?, row.try_get("password_hash")?))).transpose()
}

pub(super) async fn insert_login(conn: &mut AnyConnection, login: &Login) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO logins (id, user_id, generation, rotated_at_ms, user_agent, created_at_ms, last_seen_at_ms,
           expires_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(login.id)
    .bind(login.user)
    .bind(login.generation)
    .bind(login.rotated_at.0)
    .bind(&login.user_agent)
    .bind(login.created_at.0)
    .bind(login.last_seen_at.0)
    .bind(login.expires_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

const LOGIN_AND_USER: &str = "SELECT l.id AS login_id, l.user_id, l.generation, l.rotated_at_ms, l.user_agent,
    l.created_at_ms, l.last_seen_at_ms, l.expires_at_ms, l.revoked_at_ms, u.id, u.email, u.display_name, u.is_admin
  FROM logins l JOIN users u ON u.id = l.user_id";

pub(super) async fn login(conn: &mut AnyConnection, id: LoginId) -> Result<Option<(Login, User)>, sqlx::Error> {
    let sql = format!("{LOGIN_AND_USER} {}", "WHERE l.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.map(|row| Ok((login_from(&row)?, user_from(&row)?))).transpose()
}

/// Those that still work, the most recently used first.
pub(super) async fn logins_of(
    conn: &mut AnyConnection,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<Login>, sqlx::Error> {
    let tail = "WHERE l.user_id = $1 AND l.revoked_at_ms IS NULL AND l.expires_at_ms > $2
                ORDER BY l.last_seen_at_ms DESC, l.id DESC LIMIT 100";
    let sql = format!("{LOGIN_AND_USER} {}", tail);
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(user).bind(now.0).fetch_all(conn).await?;
    rows.iter().map(login_from).collect()
}

/// Replaces the newest refresh token, if `generation` still is the newest. Says whether it did.
pub(super) async fn rotate(
    conn: &mut AnyConnection,
    id: LoginId,
    generation: i64,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE logins SET generation = generation + 1, rotated_at_ms = $3, last_seen_at_ms = $3, expires_at_ms = $4
         WHERE id = $1 AND generation = $2 AND revoked_at_ms IS NULL",
    )
    .bind(id)
    .bind(generation)
    .bind(now.0)
    .bind(expires_at.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a login of `user`. Says whether there was one to end.
pub(super) async fn revoke(
    conn: &mut AnyConnection,
    id: LoginId,
    user: UserId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query("UPDATE logins SET revoked_at_ms = $3 WHERE id = $1 AND user_id = $2 AND revoked_at_ms IS NULL")
            .bind(id)
            .bind(user)
            .bind(now.0)
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}

fn user_from(row: &AnyRow) -> Result<User, sqlx::Error> {
    Ok(User {
        id: row.try_get("id")?,
        email: row.try_get("email")?,
        display_name: row.try_get("display_name")?,
        is_admin: row.try_get::<i16, _>("is_admin")? != 0,
    })
}

fn login_from(row: &AnyRow) -> Result<Login, sqlx::Error> {
    Ok(Login {
        id: row.try_get("login_id")?,
        user: row.try_get("user_id")?,
        generation: row.try_get("generation")?,
        rotated_at: Timestamp(row.try_get("rotated_at_ms")?),
        user_agent: row.try_get("user_agent")?,
        created_at: Timestamp(row.try_get("created_at_ms")?),
        last_seen_at: Timestamp(row.try_get("last_seen_at_ms")?),
        expires_at: Timestamp(row.try_get("expires_at_ms")?),
        revoked_at: row.try_get::<Option<i64>, _>("revoked_at_ms")?.map(Timestamp),
    })
}
