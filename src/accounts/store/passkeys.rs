//! SQL of `passkeys`, and of what somebody has to prove themselves by.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::accounts::factors::Factors;
use crate::accounts::passkeys::{Asks, CredentialDescriptor, Passkey, StoredPasskey};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{PasskeyId, UserId};

/// What `user` has; nothing of people who are not there.
pub(in crate::accounts) async fn factors(conn: &mut AnyConnection, user: UserId) -> Result<Factors, sqlx::Error> {
    let sql = "SELECT CAST(CASE WHEN u.password_hash = '' THEN 0 ELSE 1 END AS BIGINT) AS password, u.asks_for_passkey,
         CAST((SELECT COUNT(*) FROM totp t WHERE t.user_id = u.id AND t.confirmed_at_ms IS NOT NULL) AS BIGINT) AS totp,
         CAST((SELECT COUNT(*) FROM passkeys p WHERE p.user_id = u.id) AS BIGINT) AS passkeys,
         CAST((SELECT COUNT(*) FROM identities i WHERE i.user_id = u.id) AS BIGINT) AS identities,
         CAST((SELECT COUNT(*) FROM backup_codes b WHERE b.user_id = u.id) AS BIGINT) AS backup_codes
       FROM users u WHERE u.id = $1";
    let row = sqlx::query(sql).bind(user).fetch_one(conn).await?;
    let number = |name: &str| row.try_get::<i64, _>(name);
    Ok(Factors {
        password: number("password")? != 0,
        totp: number("totp")? != 0,
        passkeys: number("passkeys")?,
        identities: number("identities")?,
        asks_for_passkey: row.try_get::<i16, _>("asks_for_passkey")? != 0,
        backup_codes: number("backup_codes")?,
    })
}

/// The oldest first.
pub(in crate::accounts) async fn passkeys(conn: &mut AnyConnection, user: UserId) -> Result<Vec<Passkey>, sqlx::Error> {
    let sql = "SELECT id, name, created_at_ms, last_used_at_ms FROM passkeys WHERE user_id = $1 ORDER BY id";
    let rows = sqlx::query(sql).bind(user).fetch_all(conn).await?;
    let read = |row: &AnyRow| {
        Ok(Passkey {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            created_at_ms: Timestamp(row.try_get("created_at_ms")?),
            last_used_at_ms: row.try_get::<Option<i64>, _>("last_used_at_ms")?.map(Timestamp),
        })
    };
    rows.iter().map(read).collect()
}

/// The person's passkeys as browsers look for them.
pub(in crate::accounts) async fn credentials(
    conn: &mut AnyConnection,
    user: UserId,
) -> Result<Vec<CredentialDescriptor>, sqlx::Error> {
    let sql = "SELECT credential_id, transports FROM passkeys WHERE user_id = $1 ORDER BY id";
    let rows = sqlx::query(sql).bind(user).fetch_all(conn).await?;
    let read = |row: &AnyRow| {
        let transports: String = row.try_get("transports")?;
        Ok(CredentialDescriptor {
            kind: "public-key",
            id: row.try_get("credential_id")?,
            transports: serde_json::from_str(&transports).unwrap_or_default(),
        })
    };
    rows.iter().map(read).collect()
}

pub(in crate::accounts) async fn passkey(
    conn: &mut AnyConnection,
    credential_id: &str,
) -> Result<Option<StoredPasskey>, sqlx::Error> {
    let sql = "SELECT id, user_id, public_key FROM passkeys WHERE credential_id = $1";
    let row = sqlx::query(sql).bind(credential_id).fetch_optional(conn).await?;
    let read = |row: AnyRow| {
        Ok(StoredPasskey {
            id: row.try_get("id")?,
            user: row.try_get("user_id")?,
            public_key: row.try_get("public_key")?,
        })
    };
    row.map(read).transpose()
}

/// Says whether it was new.
pub(in crate::accounts) async fn insert_passkey(
    conn: &mut AnyConnection,
    user: UserId,
    passkey: &Passkey,
    credential_id: &str,
    public_key: &str,
    sign_count: u32,
    transports: &[String],
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO passkeys (id, user_id, credential_id, public_key, sign_count, transports, name, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (credential_id) DO NOTHING",
    )
    .bind(passkey.id)
    .bind(user)
    .bind(credential_id)
    .bind(public_key)
    .bind(i64::from(sign_count))
    .bind(serde_json::to_string(transports).unwrap_or_default())
    .bind(&passkey.name)
    .bind(passkey.created_at_ms.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Says whether there was such a one.
pub(in crate::accounts) async fn rename_passkey(
    conn: &mut AnyConnection,
    user: UserId,
    id: PasskeyId,
    name: &str,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE passkeys SET name = $3 WHERE id = $1 AND user_id = $2";
    Ok(sqlx::query(sql).bind(id).bind(user).bind(name).execute(conn).await?.rows_affected() == 1)
}

/// Says what it was called, if there was such a one.
pub(in crate::accounts) async fn delete_passkey(
    conn: &mut AnyConnection,
    user: UserId,
    id: PasskeyId,
) -> Result<Option<String>, sqlx::Error> {
    let sql = "DELETE FROM passkeys WHERE id = $1 AND user_id = $2 RETURNING name";
    let row = sqlx::query(sql).bind(id).bind(user).fetch_optional(conn).await?;
    row.map(|row| row.try_get("name")).transpose()
}

/// Notes a use and its count. Says whether it may follow the one before: authenticators that count never count back, and
/// those that do not say zero (WebAuthn §6.1.1).
pub(in crate::accounts) async fn count_passkey(
    conn: &mut AnyConnection,
    id: PasskeyId,
    count: u32,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE passkeys SET sign_count = $2, last_used_at_ms = $3
               WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))";
    let query = sqlx::query(sql).bind(id).bind(i64::from(count)).bind(now.0);
    Ok(query.execute(conn).await?.rows_affected() == 1)
}

pub(in crate::accounts) async fn set_asks_for_passkey(
    conn: &mut AnyConnection,
    user: UserId,
    asks: Asks,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE users SET asks_for_passkey = $2 WHERE id = $1";
    sqlx::query(sql).bind(user).bind(i16::from(asks == Asks::AfterPassword)).execute(conn).await.map(|_| ())
}
