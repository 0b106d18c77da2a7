//! SQL of `totp`, `backup_codes` and `used_tokens`, and of when a login was proved.

use sqlx::{AnyConnection, Row};

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{LoginId, UserId};

/// An authenticator app's row.
pub(in crate::accounts) struct Totp {
    pub(in crate::accounts) sealed_secret: String,
    pub(in crate::accounts) confirmed: bool,
    pub(in crate::accounts) last_step: i64,
}

pub(in crate::accounts) async fn totp(conn: &mut AnyConnection, user: UserId) -> Result<Option<Totp>, sqlx::Error> {
    let sql = "SELECT sealed_secret, confirmed_at_ms, last_step FROM totp WHERE user_id = $1";
    let row = sqlx::query(sql).bind(user).fetch_optional(conn).await?;
    let read = |row: sqlx::any::AnyRow| {
        Ok(Totp {
            sealed_secret: row.try_get("sealed_secret")?,
            confirmed: row.try_get::<Option<i64>, _>("confirmed_at_ms")?.is_some(),
            last_step: row.try_get("last_step")?,
        })
    };
    row.map(read).transpose()
}

/// Stores a secret that a code has yet to confirm, in place of another such. Says whether there was none that counts.
pub(in crate::accounts) async fn offer_totp(
    conn: &mut AnyConnection,
    user: UserId,
    sealed_secret: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "INSERT INTO totp (user_id, sealed_secret, created_at_ms, last_step) VALUES ($1, $2, $3, 0)
               ON CONFLICT (user_id) DO UPDATE SET sealed_secret = $2, created_at_ms = $3, last_step = 0
               WHERE totp.confirmed_at_ms IS NULL";
    let done = sqlx::query(sql).bind(user).bind(sealed_secret).bind(now.0).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Uses a step up, and confirms the app with it. Says whether it was still to be had.
pub(in crate::accounts) async fn take_step(
    conn: &mut AnyConnection,
    user: UserId,
    step: i64,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE totp SET last_step = $2, confirmed_at_ms = COALESCE(confirmed_at_ms, $3)
               WHERE user_id = $1 AND last_step < $2";
    let done = sqlx::query(sql).bind(user).bind(step).bind(now.0).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Says whether there was one that counted.
pub(in crate::accounts) async fn delete_totp(conn: &mut AnyConnection, user: UserId) -> Result<bool, sqlx::Error> {
    let sql = "DELETE FROM totp WHERE user_id = $1 AND confirmed_at_ms IS NOT NULL";
    Ok(sqlx::query(sql).bind(user).execute(conn).await?.rows_affected() == 1)
}

pub(in crate::accounts) async fn backup_codes_left(conn: &mut AnyConnection, user: UserId) -> Result<i64, sqlx::Error> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM backup_codes WHERE user_id = $1";
    sqlx::query(sql).bind(user).fetch_one(conn).await?.try_get("n")
}

/// Any of the person's codes, hashed: its salt is that of all of them.
pub(in crate::accounts) async fn a_backup_code(
    conn: &mut AnyConnection,
    user: UserId,
) -> Result<Option<String>, sqlx::Error> {
    let sql = "SELECT code_hash FROM backup_codes WHERE user_id = $1 LIMIT 1";
    let row = sqlx::query(sql).bind(user).fetch_optional(conn).await?;
    row.map(|row| row.try_get("code_hash")).transpose()
}

/// Makes these the person's codes; none: takes them away.
pub(in crate::accounts) async fn replace_backup_codes(
    conn: &mut AnyConnection,
    user: UserId,
    hashes: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM backup_codes WHERE user_id = $1").bind(user).execute(&mut *conn).await?;
    for hash in hashes {
        let sql = "INSERT INTO backup_codes (user_id, code_hash) VALUES ($1, $2)";
        sqlx::query(sql).bind(user).bind(hash).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Uses a code up. Says whether there was such a one.
pub(in crate::accounts) async fn take_backup_code(
    conn: &mut AnyConnection,
    user: UserId,
    hash: &str,
) -> Result<bool, sqlx::Error> {
    let sql = "DELETE FROM backup_codes WHERE user_id = $1 AND code_hash = $2";
    Ok(sqlx::query(sql).bind(user).bind(hash).execute(conn).await?.rows_affected() == 1)
}

/// Uses a token up. Says whether it was fresh.
pub(in crate::accounts) async fn use_token(
    conn: &mut AnyConnection,
    id: &str,
    expires_at: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "INSERT INTO used_tokens (id, expires_at_ms) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    Ok(sqlx::query(sql).bind(id).bind(expires_at.0).execute(conn).await?.rows_affected() == 1)
}

pub(in crate::accounts) async fn proved_at(
    conn: &mut AnyConnection,
    login: LoginId,
) -> Result<Option<Timestamp>, sqlx::Error> {
    let row = sqlx::query("SELECT proved_at_ms FROM logins WHERE id = $1").bind(login).fetch_optional(conn).await?;
    row.map(|row| row.try_get("proved_at_ms").map(Timestamp)).transpose()
}

pub(in crate::accounts) async fn set_proved(
    conn: &mut AnyConnection,
    login: LoginId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE logins SET proved_at_ms = $2 WHERE id = $1";
    sqlx::query(sql).bind(login).bind(now.0).execute(conn).await.map(|_| ())
}

/// Forgets logins that ended before `before`, and what expired before `now`. Says how many logins.
pub(in crate::accounts) async fn sweep(
    conn: &mut AnyConnection,
    before: Timestamp,
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    for sql in
        ["DELETE FROM used_tokens WHERE expires_at_ms <= $1", "DELETE FROM email_links WHERE expires_at_ms <= $1"]
    {
        sqlx::query(sql).bind(now.0).execute(&mut *conn).await?;
    }
    let sql = "DELETE FROM totp WHERE confirmed_at_ms IS NULL AND created_at_ms <= $1";
    sqlx::query(sql).bind(before.0).execute(&mut *conn).await?;
    let sql = "DELETE FROM logins WHERE expires_at_ms <= $1 OR revoked_at_ms <= $1";
    Ok(sqlx::query(sql).bind(before.0).execute(conn).await?.rows_affected())
}
