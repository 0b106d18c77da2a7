//! SQL of `users` and `logins`.

mod erasing;
mod factors;
mod identities;
mod links;
mod passkeys;
mod profile;

pub(super) use erasing::erase;
pub(super) use factors::{
    Totp, a_backup_code, backup_codes_left, delete_totp, offer_totp, proved_at, replace_backup_codes, set_proved,
    sweep, take_backup_code, take_step, totp, use_token,
};
pub(super) use identities::{delete_identity, identities, insert_identity, user_by_identity};
pub(super) use links::{change_email, forget_links, has_link, insert_link, take_link, verify_email};
pub(super) use passkeys::{
    count_passkey, credentials, delete_passkey, factors, insert_passkey, passkey, passkeys, rename_passkey,
    set_asks_for_passkey,
};
pub(super) use profile::{picture, save_profile, set_picture};

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::model::{Email, Login, User, picture_url};
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
    user: &User,
    email: &Email,
    password_hash: &str,
    now: Timestamp,
) -> Result<Inserted, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO users (id, email, email_key, display_name, password_hash, is_admin, created_at_ms,
           email_verified_at_ms, language, time_zone) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9)
         ON CONFLICT (email_key) DO NOTHING",
    )
    .bind(user.id)
    .bind(&email.0)
    .bind(email.key())
    .bind(&user.display_name)
    .bind(password_hash)
    .bind(now.0)
    .bind(user.email_verified.then_some(now.0))
    .bind(user.language.as_deref())
    .bind(user.time_zone.as_deref())
    .execute(conn)
    .await?;
    Ok(if done.rows_affected() == 1 { Inserted::New } else { Inserted::Taken })
}

pub(super) async fn grant_admin(conn: &mut AnyConnection, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET is_admin = 1 WHERE id = $1").bind(user).execute(conn).await.map(|_| ())
}

/// A person and the hash of their password, if they have one.
pub(super) async fn user_by_email(
    conn: &mut AnyConnection,
    email: &Email,
) -> Result<Option<(User, Option<String>)>, sqlx::Error> {
    let sql = format!("SELECT {USER}, password_hash FROM users u WHERE email_key = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(email.key()).fetch_optional(conn).await?;
    row.map(|row| Ok((user_from(&row)?, hash_from(&row)?))).transpose()
}

pub(super) async fn user(conn: &mut AnyConnection, id: UserId) -> Result<Option<User>, sqlx::Error> {
    let sql = format!("SELECT {USER} FROM users u WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(user_from).transpose()
}

pub(super) async fn password_hash(conn: &mut AnyConnection, user: UserId) -> Result<Option<String>, sqlx::Error> {
    let sql = "SELECT password_hash FROM users WHERE id = $1";
    let row = sqlx::query(sql).bind(user).fetch_optional(conn).await?;
    row.as_ref().map(hash_from).transpose().map(Option::flatten)
}

pub(super) async fn set_password(conn: &mut AnyConnection, user: UserId, hash: &str) -> Result<(), sqlx::Error> {
    let sql = "UPDATE users SET password_hash = $2 WHERE id = $1";
    sqlx::query(sql).bind(user).bind(hash).execute(conn).await.map(|_| ())
}

/// Whoever opens a login has just proved who they are.
pub(super) async fn insert_login(conn: &mut AnyConnection, login: &Login) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO logins (id, user_id, generation, rotated_at_ms, user_agent, created_at_ms, last_seen_at_ms,
           expires_at_ms, proved_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6)",
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

/// What [`user_from`] reads, of `users u`.
const USER: &str =
    "u.id, u.email, u.email_verified_at_ms, u.display_name, u.is_admin, u.language, u.time_zone, u.avatar";

const LOGIN: &str = "l.id AS login_id, l.user_id, l.generation, l.rotated_at_ms, l.user_agent, l.created_at_ms,
    l.last_seen_at_ms, l.expires_at_ms, l.revoked_at_ms";

pub(super) async fn login(conn: &mut AnyConnection, id: LoginId) -> Result<Option<(Login, User)>, sqlx::Error> {
    let sql = format!("SELECT {LOGIN}, {USER} FROM logins l JOIN users u ON u.id = l.user_id WHERE l.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.map(|row| Ok((login_from(&row)?, user_from(&row)?))).transpose()
}

/// Those that still work, the most recently used first.
pub(super) async fn logins_of(
    conn: &mut AnyConnection,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<Login>, sqlx::Error> {
    let sql = format!(
        "SELECT {LOGIN} FROM logins l WHERE l.user_id = $1 AND l.revoked_at_ms IS NULL AND l.expires_at_ms > $2
         ORDER BY l.last_seen_at_ms DESC, l.id DESC LIMIT 100"
    );
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

/// Ends all logins of `user` but one; says which.
pub(super) async fn revoke_all(
    conn: &mut AnyConnection,
    user: UserId,
    but: Option<LoginId>,
    now: Timestamp,
) -> Result<Vec<LoginId>, sqlx::Error> {
    let sql = "UPDATE logins SET revoked_at_ms = $3
               WHERE user_id = $1 AND id <> $2 AND revoked_at_ms IS NULL AND expires_at_ms > $3 RETURNING id";
    let but = but.map(|login| login.to_string()).unwrap_or_default();
    let rows = sqlx::query(sql).bind(user).bind(but).bind(now.0).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get("id")).collect()
}

/// The empty text is the password of nobody: people who only ever came by another provider.
fn hash_from(row: &AnyRow) -> Result<Option<String>, sqlx::Error> {
    Ok(Some(row.try_get::<String, _>("password_hash")?).filter(|hash| !hash.is_empty()))
}

fn user_from(row: &AnyRow) -> Result<User, sqlx::Error> {
    Ok(User {
        id: row.try_get("id")?,
        email: row.try_get("email")?,
        email_verified: row.try_get::<Option<i64>, _>("email_verified_at_ms")?.is_some(),
        display_name: row.try_get("display_name")?,
        is_admin: row.try_get::<i16, _>("is_admin")? != 0,
        language: row.try_get("language")?,
        time_zone: row.try_get("time_zone")?,
        picture_url: row.try_get::<Option<String>, _>("avatar")?.as_deref().map(picture_url),
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
