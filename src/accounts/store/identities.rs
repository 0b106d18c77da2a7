//! SQL of `identities`.

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{USER, user_from};
use crate::accounts::model::User;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

pub(in crate::accounts) async fn user_by_identity(
    conn: &mut AnyConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<User>, sqlx::Error> {
    let sql = format!(
        "SELECT {USER} FROM identities i JOIN users u ON u.id = i.user_id WHERE i.issuer = $1 AND i.subject = $2"
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(issuer).bind(subject).fetch_optional(conn).await?;
    row.as_ref().map(user_from).transpose()
}

/// Links an identity, unless somebody has it.
pub(in crate::accounts) async fn insert_identity(
    conn: &mut AnyConnection,
    issuer: &str,
    subject: &str,
    user: UserId,
    email: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO identities (issuer, subject, user_id, email, created_at_ms) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (issuer, subject) DO NOTHING";
    let query = sqlx::query(sql).bind(issuer).bind(subject).bind(user).bind(email).bind(now.0);
    query.execute(conn).await.map(|_| ())
}

/// Issuer and address there of what is linked to an account.
pub(in crate::accounts) async fn identities(
    conn: &mut AnyConnection,
    user: UserId,
) -> Result<Vec<(String, String)>, sqlx::Error> {
    let sql = "SELECT issuer, email FROM identities WHERE user_id = $1 ORDER BY issuer, created_at_ms LIMIT 20";
    let rows = sqlx::query(sql).bind(user).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.try_get("issuer")?, row.try_get("email")?))).collect()
}

pub(in crate::accounts) async fn delete_identity(
    conn: &mut AnyConnection,
    user: UserId,
    issuer: &str,
) -> Result<(), sqlx::Error> {
    let sql = "DELETE FROM identities WHERE user_id = $1 AND issuer = $2";
    sqlx::query(sql).bind(user).bind(issuer).execute(conn).await.map(|_| ())
}
