//! SQL of deleting an account.

use sqlx::AnyConnection;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

/// What everyone is called who deleted their account.
const NOBODY: &str = "Deleted person";

/// Leaves nothing of a person but that there was one. Says whether there was.
pub(in crate::accounts) async fn erase(
    conn: &mut AnyConnection,
    user: UserId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    // No address and no password: nobody finds it, and nobody gets in. The key is none anybody can type.
    let sql = "UPDATE users SET email = '', email_key = $3, display_name = $4, password_hash = '', is_admin = 0,
                 email_verified_at_ms = NULL, language = NULL, time_zone = NULL, avatar = NULL, asks_for_passkey = 0,
                 erased_at_ms = $2
               WHERE id = $1 AND erased_at_ms IS NULL";
    let query = sqlx::query(sql).bind(user).bind(now.0).bind(format!("erased {user}")).bind(NOBODY);
    if query.execute(&mut *conn).await?.rows_affected() != 1 {
        return Ok(false);
    }
    for sql in [
        "DELETE FROM identities WHERE user_id = $1",
        "DELETE FROM passkeys WHERE user_id = $1",
        "DELETE FROM totp WHERE user_id = $1",
        "DELETE FROM backup_codes WHERE user_id = $1",
        "DELETE FROM email_links WHERE user_id = $1",
        // Which devices they had; that there were logins stays until they are swept.
        "UPDATE logins SET user_agent = '' WHERE user_id = $1",
    ] {
        sqlx::query(sql).bind(user).execute(&mut *conn).await?;
    }
    Ok(true)
}
