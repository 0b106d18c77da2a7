//! SQL of `mentors`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::model::{Application, Mentor, MentorStatus, Profile, PublicMentor};
use crate::accounts::picture_url;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::places;
use crate::kernel::ids::UserId;

const PROFILE: &str = "m.headline, m.about, m.experience, m.skills, m.languages, m.links, m.intro_video_url";

pub(super) async fn mentor(conn: &mut AnyConnection, user: UserId) -> Result<Option<Mentor>, sqlx::Error> {
    let row =
        sqlx::query("SELECT status, slug FROM mentors WHERE user_id = $1").bind(user).fetch_optional(conn).await?;
    row.map(|row| Ok(Mentor { status: status_from(&row)?, slug: row.try_get("slug")? })).transpose()
}

/// Says whether they were not approved before.
pub(super) async fn approve(conn: &mut AnyConnection, user: UserId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO mentors (user_id, status, created_at_ms, decided_at_ms) VALUES ($1, 'approved', $2, $2)
         ON CONFLICT (user_id) DO UPDATE SET status = 'approved', decided_at_ms = excluded.decided_at_ms,
           decline_reason = NULL
         WHERE mentors.status <> 'approved'",
    )
    .bind(user)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Decides an application that nobody decided before, of this version; says whether there was one.
pub(super) async fn decide(
    conn: &mut AnyConnection,
    user: UserId,
    status: MentorStatus,
    reason: Option<&str>,
    version: Option<i64>,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE mentors SET status = $2, decline_reason = $3, decided_at_ms = $4
         WHERE user_id = $1 AND status = 'applied' AND profile_version = COALESCE($5, profile_version)",
    )
    .bind(user)
    .bind(status.as_str())
    .bind(reason)
    .bind(now.0)
    .bind(version)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes an approval back; says whether there was one. Its owner may apply again.
pub(super) async fn withdraw(
    conn: &mut AnyConnection,
    user: UserId,
    reason: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE mentors SET status = 'declined', decline_reason = $2, decided_at_ms = $3
               WHERE user_id = $1 AND status = 'approved'";
    Ok(sqlx::query(sql).bind(user).bind(reason).bind(now.0).execute(conn).await?.rows_affected() == 1)
}

/// Stores a profile; its owner applies by that, unless they are a mentor already (decided here, so that an approval
/// on its way is not undone). Says what they are now.
pub(super) async fn save(
    conn: &mut AnyConnection,
    user: UserId,
    profile: &Profile,
    now: Timestamp,
) -> Result<MentorStatus, sqlx::Error> {
    let row = sqlx::query(
        "INSERT INTO mentors (user_id, status, created_at_ms, applied_at_ms, headline, about, experience, skills,
           languages, links, intro_video_url, profile_version)
         VALUES ($1, 'applied', $2, $2, $3, $4, $5, $6, $7, $8, $9, 1)
         ON CONFLICT (user_id) DO UPDATE SET
           applied_at_ms = CASE WHEN mentors.status = 'declined' OR mentors.applied_at_ms IS NULL
             THEN excluded.applied_at_ms ELSE mentors.applied_at_ms END,
           status = CASE WHEN mentors.status = 'approved' THEN 'approved' ELSE 'applied' END, decline_reason = NULL,
           headline = excluded.headline, about = excluded.about, experience = excluded.experience,
           skills = excluded.skills, languages = excluded.languages, links = excluded.links,
           intro_video_url = excluded.intro_video_url, profile_version = mentors.profile_version + 1
         RETURNING status",
    )
    .bind(user)
    .bind(now.0)
    .bind(&profile.headline)
    .bind(&profile.about)
    .bind(&profile.experience)
    .bind(json(&profile.skills)?)
    .bind(json(&profile.languages)?)
    .bind(json(&profile.links)?)
    .bind(&profile.intro_video_url)
    .fetch_one(conn)
    .await?;
    status_from(&row)
}

/// Whether another mentor has this address.
pub(super) async fn is_slug_taken(conn: &mut AnyConnection, slug: &str) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT user_id FROM mentors WHERE slug = $1").bind(slug).fetch_optional(conn).await?;
    Ok(row.is_some())
}

/// Gives a mentor their address, once.
pub(super) async fn set_slug(conn: &mut AnyConnection, user: UserId, slug: &str) -> Result<(), sqlx::Error> {
    let sql = "UPDATE mentors SET slug = $2 WHERE user_id = $1 AND slug IS NULL";
    sqlx::query(sql).bind(user).bind(slug).execute(conn).await.map(|_| ())
}

pub(super) async fn application(conn: &mut AnyConnection, user: UserId) -> Result<Option<Application>, sqlx::Error> {
    let sql = format!(
        "SELECT m.user_id, u.display_name, u.email, m.status, m.slug, m.applied_at_ms, m.decline_reason, m.profile_version,
           {PROFILE}
         FROM mentors m JOIN users u ON u.id = m.user_id WHERE m.user_id = $1"
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(user).fetch_optional(conn).await?;
    row.as_ref().map(application_from).transpose()
}

/// Those in one state after `after`, who waits longest first.
pub(super) async fn applications(
    conn: &mut AnyConnection,
    status: MentorStatus,
    after: (Timestamp, Option<UserId>),
    limit: i64,
) -> Result<Vec<Application>, sqlx::Error> {
    let sql = format!(
        "SELECT m.user_id, u.display_name, u.email, m.status, m.slug, m.applied_at_ms, m.decline_reason, m.profile_version,
           {PROFILE}
         FROM mentors m JOIN users u ON u.id = m.user_id
         WHERE m.status = $1 AND m.applied_at_ms IS NOT NULL AND (m.applied_at_ms, m.user_id) > ($2, $3)
         ORDER BY m.applied_at_ms, m.user_id LIMIT $4"
    );
    let (at, user) = after;
    let query = sqlx::query(AssertSqlSafe(sql)).bind(status.as_str()).bind(at.0);
    let query = query.bind(user.map(|user| user.to_string()).unwrap_or_default()).bind(limit);
    query.fetch_all(conn).await?.iter().map(application_from).collect()
}

pub(super) async fn by_slug(conn: &mut AnyConnection, slug: &str) -> Result<Option<PublicMentor>, sqlx::Error> {
    let sql = format!(
        "SELECT m.user_id, u.display_name, u.avatar, m.slug, {PROFILE} FROM mentors m JOIN users u ON u.id = m.user_id
         WHERE m.slug = $1 AND m.status = 'approved'"
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(slug).fetch_optional(conn).await?;
    row.as_ref().map(public_from).transpose()
}

pub(super) async fn public_slugs(
    conn: &mut AnyConnection,
    after: &str,
    limit: i64,
) -> Result<Vec<String>, sqlx::Error> {
    let sql = "SELECT slug FROM mentors WHERE slug > $1 AND status = 'approved' ORDER BY slug LIMIT $2";
    let rows = sqlx::query(sql).bind(after).bind(limit).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get("slug")).collect()
}

/// The last address of each full part of `size` public pages that more come after.
pub(super) async fn slug_parts(conn: &mut AnyConnection, size: i64) -> Result<Vec<String>, sqlx::Error> {
    let sql = "SELECT slug FROM (
                 SELECT slug, ROW_NUMBER() OVER (ORDER BY slug) AS place, COUNT(*) OVER () AS pages FROM mentors
                 WHERE slug IS NOT NULL AND status = 'approved') AS placed
               WHERE place % $1 = 0 AND place < pages ORDER BY slug";
    let rows = sqlx::query(sql).bind(size).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get("slug")).collect()
}

/// Public mentors with an id above `after`, in its order.
pub(super) async fn public_after(
    conn: &mut AnyConnection,
    after: &str,
    limit: i64,
) -> Result<Vec<PublicMentor>, sqlx::Error> {
    let sql = format!(
        "SELECT m.user_id, u.display_name, u.avatar, m.slug, {PROFILE} FROM mentors m JOIN users u ON u.id = m.user_id
         WHERE m.user_id > $1 AND m.slug IS NOT NULL AND m.status = 'approved' ORDER BY m.user_id LIMIT $2"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(limit).fetch_all(conn).await?;
    rows.iter().map(public_from).collect()
}

/// Those of `users` who are public, in no order.
pub(super) async fn public_among(conn: &mut AnyConnection, users: &[UserId]) -> Result<Vec<PublicMentor>, sqlx::Error> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT m.user_id, u.display_name, u.avatar, m.slug, {PROFILE} FROM mentors m JOIN users u ON u.id = m.user_id
         WHERE m.user_id IN ({}) AND m.slug IS NOT NULL AND m.status = 'approved'",
        places(1, users.len())
    );
    let query = users.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, user| query.bind(*user));
    query.fetch_all(conn).await?.iter().map(public_from).collect()
}

fn public_from(row: &AnyRow) -> Result<PublicMentor, sqlx::Error> {
    Ok(PublicMentor {
        id: row.try_get("user_id")?,
        slug: row.try_get("slug")?,
        display_name: row.try_get("display_name")?,
        picture_url: row.try_get::<Option<String>, _>("avatar")?.as_deref().map(picture_url),
        profile: profile_from(row)?,
    })
}

fn application_from(row: &AnyRow) -> Result<Application, sqlx::Error> {
    Ok(Application {
        user: row.try_get("user_id")?,
        display_name: row.try_get("display_name")?,
        email: row.try_get("email")?,
        status: status_from(row)?,
        slug: row.try_get("slug")?,
        profile: profile_from(row)?,
        applied_at: row.try_get::<Option<i64>, _>("applied_at_ms")?.map(Timestamp),
        decline_reason: row.try_get("decline_reason")?,
        version: row.try_get("profile_version")?,
    })
}

fn profile_from(row: &AnyRow) -> Result<Profile, sqlx::Error> {
    Ok(Profile {
        headline: row.try_get("headline")?,
        about: row.try_get("about")?,
        experience: row.try_get("experience")?,
        skills: list(row, "skills")?,
        languages: list(row, "languages")?,
        links: list(row, "links")?,
        intro_video_url: row.try_get("intro_video_url")?,
    })
}

/// Leaves nothing but that there was a mentor, who hosted sessions. Says whether there was.
pub(super) async fn depart(conn: &mut AnyConnection, user: UserId) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE mentors SET status = 'declined', headline = '', about = '', experience = '', skills = '[]',
                 languages = '[]', links = '[]', intro_video_url = NULL, applied_at_ms = NULL, decline_reason = NULL,
                 slug = NULL
               WHERE user_id = $1";
    Ok(sqlx::query(sql).bind(user).execute(conn).await?.rows_affected() == 1)
}

fn status_from(row: &AnyRow) -> Result<MentorStatus, sqlx::Error> {
    let status: String = row.try_get("status")?;
    MentorStatus::parse(&status).ok_or_else(|| sqlx::Error::Decode(status.into()))
}

fn json<T: Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn list<T: DeserializeOwned>(row: &AnyRow, column: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(&row.try_get::<String, _>(column)?).map_err(|error| sqlx::Error::Decode(error.into()))
}
