//! SQL of what people say of themselves.

use sqlx::{AnyConnection, Row};

use crate::accounts::model::DisplayName;
use crate::kernel::ids::UserId;

pub(in crate::accounts) async fn save_profile(
    conn: &mut AnyConnection,
    user: UserId,
    display_name: &DisplayName,
    language: Option<&str>,
    time_zone: Option<&str>,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE users SET display_name = $2, language = $3, time_zone = $4 WHERE id = $1";
    let query = sqlx::query(sql).bind(user).bind(&display_name.0).bind(language).bind(time_zone);
    query.execute(conn).await.map(|_| ())
}

/// The name of the person's picture.
pub(in crate::accounts) async fn picture(
    conn: &mut AnyConnection,
    user: UserId,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("SELECT avatar FROM users WHERE id = $1").bind(user).fetch_one(conn).await?;
    row.try_get("avatar")
}

pub(in crate::accounts) async fn set_picture(
    conn: &mut AnyConnection,
    user: UserId,
    name: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET avatar = $2 WHERE id = $1").bind(user).bind(name).execute(conn).await.map(|_| ())
}
