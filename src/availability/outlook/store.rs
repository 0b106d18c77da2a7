//! SQL of `openings_changed`, and of what openings are made of for several mentors at once.

use std::collections::HashMap;

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use crate::availability::model::{Document, Offering};
use crate::availability::store::{Meeting, OFFERING, offering_from};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::places;
use crate::kernel::ids::{CalendarId, OfferingId, SessionId, UserId};

/// By what it is known whose openings changed.
pub(in crate::availability) enum Of {
    Mentor(UserId),
    /// While it still has its time.
    Session(SessionId),
    Offering(OfferingId),
    Calendar(CalendarId),
}

/// Whoever keeps something made of a mentor's openings is to look again.
pub(in crate::availability) async fn note_change(conn: &mut AnyConnection, of: Of) -> Result<(), sqlx::Error> {
    let (sql, id) = match of {
        Of::Mentor(id) => ("INSERT INTO openings_changed (mentor_id) VALUES ($1)", id.to_string()),
        Of::Session(id) => (
            "INSERT INTO openings_changed (mentor_id) SELECT mentor_id FROM mentor_meetings
             WHERE session_id = $1",
            id.to_string(),
        ),
        Of::Offering(id) => {
            ("INSERT INTO openings_changed (mentor_id) SELECT mentor_id FROM offerings WHERE id = $1", id.to_string())
        }
        Of::Calendar(id) => (
            "INSERT INTO openings_changed (mentor_id) SELECT mentor_id FROM busy_calendars
             WHERE id = $1",
            id.to_string(),
        ),
    };
    sqlx::query(sql).bind(id).execute(conn).await.map(|_| ())
}

pub(super) async fn changed(conn: &mut AnyConnection, most: i64) -> Result<Vec<UserId>, sqlx::Error> {
    let sql = "SELECT DISTINCT mentor_id FROM openings_changed ORDER BY mentor_id LIMIT $1";
    sqlx::query(sql).bind(most).fetch_all(conn).await?.iter().map(|row| row.try_get("mentor_id")).collect()
}

/// What is known so far of changes to these mentors is told from what comes.
pub(super) async fn take(conn: &mut AnyConnection, mentors: &[UserId]) -> Result<(), sqlx::Error> {
    let among = places(1, mentors.len());
    let sql = format!("UPDATE openings_changed SET is_taken = 1 WHERE is_taken = 0 AND mentor_id IN ({among})");
    let query = mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, mentor| query.bind(*mentor));
    query.execute(conn).await.map(|_| ())
}

pub(super) async fn forget_taken(conn: &mut AnyConnection, mentors: &[UserId]) -> Result<(), sqlx::Error> {
    if mentors.is_empty() {
        return Ok(());
    }
    let among = places(1, mentors.len());
    let sql = format!("DELETE FROM openings_changed WHERE is_taken = 1 AND mentor_id IN ({among})");
    let query = mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, mentor| query.bind(*mentor));
    query.execute(conn).await.map(|_| ())
}

/// Of those who have one.
pub(super) async fn documents(
    conn: &mut AnyConnection,
    mentors: &[UserId],
) -> Result<HashMap<UserId, Document>, sqlx::Error> {
    if mentors.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT mentor_id, document FROM availability WHERE mentor_id IN ({})", places(1, mentors.len()));
    let query = mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, mentor| query.bind(*mentor));
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let text: String = row.try_get("document")?;
            let document = serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))?;
            Ok((row.try_get("mentor_id")?, document))
        })
        .collect()
}

/// Bookable or not, oldest first.
pub(super) async fn offerings(conn: &mut AnyConnection, mentors: &[UserId]) -> Result<Vec<Offering>, sqlx::Error> {
    if mentors.is_empty() {
        return Ok(Vec::new());
    }
    let among = places(1, mentors.len());
    let sql = format!("{OFFERING} WHERE o.mentor_id IN ({among}) ORDER BY o.created_at_ms, o.id");
    let query = mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, mentor| query.bind(*mentor));
    query.fetch_all(conn).await?.iter().map(offering_from).collect()
}

/// Those that reach into `from..until`; holds that are over are none.
pub(super) async fn meetings(
    conn: &mut AnyConnection,
    now: Timestamp,
    mentors: &[UserId],
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<(UserId, Meeting)>, sqlx::Error> {
    if mentors.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT mentor_id, starts_at_ms, busy_from_ms, busy_until_ms FROM mentor_meetings
         WHERE busy_until_ms > $1 AND busy_from_ms < $2 AND (expires_at_ms IS NULL OR expires_at_ms > $3)
           AND mentor_id IN ({})",
        places(4, mentors.len())
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(from.0).bind(until.0).bind(now.0);
    let query = mentors.iter().fold(query, |query, mentor| query.bind(*mentor));
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let busy = (Timestamp(row.try_get("busy_from_ms")?), Timestamp(row.try_get("busy_until_ms")?));
            Ok((row.try_get("mentor_id")?, Meeting { starts_at: Timestamp(row.try_get("starts_at_ms")?), busy }))
        })
        .collect()
}

/// A group session that has seats: of what, when, and how many.
type Group = (OfferingId, Timestamp, i16);

/// Those that start in `from..until`.
pub(super) async fn groups(
    conn: &mut AnyConnection,
    mentors: &[UserId],
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<(UserId, Group)>, sqlx::Error> {
    if mentors.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT o.mentor_id, g.offering_id, g.starts_at_ms, g.seats_left FROM group_openings g
         JOIN offerings o ON o.id = g.offering_id
         WHERE g.starts_at_ms >= $1 AND g.starts_at_ms < $2 AND g.seats_left > 0 AND o.mentor_id IN ({})",
        places(3, mentors.len())
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(from.0).bind(until.0);
    let query = mentors.iter().fold(query, |query, mentor| query.bind(*mentor));
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let starts_at = Timestamp(row.try_get("starts_at_ms")?);
            Ok((row.try_get("mentor_id")?, (row.try_get("offering_id")?, starts_at, row.try_get("seats_left")?)))
        })
        .collect()
}
