//! SQL of `offerings`, `availability`, `mentor_occupancy`, `mentor_meetings` and `group_openings`.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::model::{Document, Offering, Terms};
use super::outlook::{Of, note_change};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OfferingId, SessionId, UserId};

/// Five minutes: what one row of `mentor_occupancy` stands for.
const GRANULE_MS: i64 = 300_000;

pub(super) const OFFERING: &str = "SELECT o.*, u.display_name AS mentor_name, m.status AS mentor_status
  FROM offerings o JOIN mentors m ON m.user_id = o.mentor_id JOIN users u ON u.id = o.mentor_id";

/// Bookable or not.
pub async fn offering(conn: &mut AnyConnection, id: OfferingId) -> Result<Option<Offering>, sqlx::Error> {
    let sql = format!("{OFFERING} WHERE o.id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(offering_from).transpose()
}

/// Oldest first.
pub(super) async fn offerings_of(conn: &mut AnyConnection, mentor: UserId) -> Result<Vec<Offering>, sqlx::Error> {
    let sql = format!("{OFFERING} WHERE o.mentor_id = $1 ORDER BY o.created_at_ms, o.id");
    sqlx::query(AssertSqlSafe(sql)).bind(mentor).fetch_all(conn).await?.iter().map(offering_from).collect()
}

pub(super) async fn count_offerings(conn: &mut AnyConnection, mentor: UserId) -> Result<i64, sqlx::Error> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM offerings WHERE mentor_id = $1";
    sqlx::query_scalar(sql).bind(mentor).fetch_one(conn).await
}

pub(super) async fn insert_offering(
    conn: &mut AnyConnection,
    id: OfferingId,
    mentor: UserId,
    terms: &Terms,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql =
        "INSERT INTO offerings (id, mentor_id, title, description, minutes, price_minor, currency, seats, questions,
        buffer_before_minutes, buffer_after_minutes, minimum_notice_minutes, horizon_days, max_per_day, max_per_week,
        cancellation_notice_minutes, is_active, updated_at_ms, created_at_ms)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)";
    bind_terms(sqlx::query(sql).bind(id).bind(mentor), terms)?.bind(now.0).execute(&mut *conn).await?;
    note_change(conn, Of::Mentor(mentor)).await
}

/// False when it is not this mentor's.
pub(super) async fn update_offering(
    conn: &mut AnyConnection,
    id: OfferingId,
    mentor: UserId,
    terms: &Terms,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql =
        "UPDATE offerings SET title = $3, description = $4, minutes = $5, price_minor = $6, currency = $7, seats = $8,
        questions = $9, buffer_before_minutes = $10, buffer_after_minutes = $11, minimum_notice_minutes = $12,
        horizon_days = $13, max_per_day = $14, max_per_week = $15, cancellation_notice_minutes = $16, is_active = $17,
        updated_at_ms = $18
      WHERE id = $1 AND mentor_id = $2";
    let done = bind_terms(sqlx::query(sql).bind(id).bind(mentor), terms)?.bind(now.0).execute(&mut *conn).await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    note_change(conn, Of::Mentor(mentor)).await?;
    Ok(true)
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind_terms<'q>(query: Query<'q>, terms: &'q Terms) -> Result<Query<'q>, sqlx::Error> {
    let questions = serde_json::to_string(&terms.questions).map_err(|error| sqlx::Error::Encode(error.into()))?;
    Ok(query
        .bind(&terms.title)
        .bind(&terms.description)
        .bind(terms.minutes)
        .bind(terms.price_minor)
        .bind(&terms.currency)
        .bind(terms.seats)
        .bind(questions)
        .bind(terms.buffer_before_minutes)
        .bind(terms.buffer_after_minutes)
        .bind(terms.minimum_notice_minutes)
        .bind(terms.horizon_days)
        .bind(terms.max_per_day)
        .bind(terms.max_per_week)
        .bind(terms.cancellation_notice_minutes)
        .bind(i16::from(terms.is_active)))
}

pub(super) async fn document(conn: &mut AnyConnection, mentor: UserId) -> Result<Option<Document>, sqlx::Error> {
    let sql = "SELECT document FROM availability WHERE mentor_id = $1";
    let text: Option<String> = sqlx::query_scalar(sql).bind(mentor).fetch_optional(conn).await?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))).transpose()
}

/// On whose clock a mentor's hours are, IANA; UTC before they said.
pub async fn time_zone(conn: &mut AnyConnection, mentor: UserId) -> Result<String, sqlx::Error> {
    let document = document(conn, mentor).await?;
    Ok(document.map_or_else(|| "UTC".to_owned(), |document| document.time_zone))
}

pub(super) async fn set_document(
    conn: &mut AnyConnection,
    mentor: UserId,
    document: &Document,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO availability (mentor_id, document, updated_at_ms) VALUES ($1, $2, $3)
               ON CONFLICT (mentor_id) DO UPDATE SET document = excluded.document, updated_at_ms = excluded.updated_at_ms";
    let text = serde_json::to_string(document).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(sql).bind(mentor).bind(text).bind(now.0).execute(&mut *conn).await?;
    note_change(conn, Of::Mentor(mentor)).await
}

/// A mentor's time that is taken.
pub(super) struct Meeting {
    pub starts_at: Timestamp,
    /// With its buffers.
    pub busy: (Timestamp, Timestamp),
}

/// Those that reach into `from..until`, without `except`; holds that are over are none.
pub(super) async fn meetings(
    conn: &mut AnyConnection,
    now: Timestamp,
    mentor: UserId,
    (from, until): (Timestamp, Timestamp),
    except: Option<SessionId>,
) -> Result<Vec<Meeting>, sqlx::Error> {
    // One row for all: sqlx hands rows of SQLite from thread to thread, which takes longer than finding them.
    let sql = "SELECT '[' || string_agg('[' || starts_at_ms || ',' || busy_from_ms || ',' || busy_until_ms || ']', ',') || ']'
               FROM mentor_meetings
               WHERE mentor_id = $1 AND busy_until_ms > $2 AND busy_from_ms < $3
                 AND (expires_at_ms IS NULL OR expires_at_ms > $4) AND session_id <> $5";
    let except = except.unwrap_or(SessionId(uuid::Uuid::nil()));
    let query = sqlx::query_scalar(sql).bind(mentor).bind(from.0).bind(until.0).bind(now.0).bind(except);
    let found: Option<String> = query.fetch_one(conn).await?;
    let found: Vec<(i64, i64, i64)> = found
        .map_or(Ok(Vec::new()), |found| serde_json::from_str(&found))
        .map_err(|error| sqlx::Error::Decode(error.into()))?;
    let meeting = |(starts_at, from, until)| Meeting {
        starts_at: Timestamp(starts_at),
        busy: (Timestamp(from), Timestamp(until)),
    };
    Ok(found.into_iter().map(meeting).collect())
}

/// Takes a mentor's time for a session that starts at `starts_at`; `busy` is with buffers, of whole granules. False when
/// some of it is taken: then roll back, for the rest may have been taken here. A hold ends at `expires_at` by itself.
pub async fn occupy(
    conn: &mut AnyConnection,
    now: Timestamp,
    offering: &Offering,
    starts_at: Timestamp,
    session: SessionId,
    expires_at: Option<Timestamp>,
) -> Result<bool, sqlx::Error> {
    let (from, until) = offering.busy(starts_at);
    let granules = from.0.div_euclid(GRANULE_MS)..until.0.div_euclid(GRANULE_MS);
    let over = "DELETE FROM mentor_occupancy
                WHERE mentor_id = $1 AND granule >= $2 AND granule < $3 AND expires_at_ms <= $4";
    let (first, end) = (granules.start, granules.end);
    sqlx::query(over).bind(offering.mentor).bind(first).bind(end).bind(now.0).execute(&mut *conn).await?;
    let take = "INSERT INTO mentor_occupancy (mentor_id, granule, session_id, expires_at_ms) VALUES ($1, $2, $3, $4)
                ON CONFLICT DO NOTHING";
    // In order: two who want the same wait for each other at the first of them, and never in a circle.
    for granule in granules {
        let taken = sqlx::query(take).bind(offering.mentor).bind(granule).bind(session).bind(expires_at.map(|at| at.0));
        if taken.execute(&mut *conn).await?.rows_affected() == 0 {
            return Ok(false);
        }
    }
    let meeting = "INSERT INTO mentor_meetings
                     (session_id, mentor_id, starts_at_ms, busy_from_ms, busy_until_ms, expires_at_ms)
                   VALUES ($1, $2, $3, $4, $5, $6)";
    sqlx::query(meeting)
        .bind(session)
        .bind(offering.mentor)
        .bind(starts_at.0)
        .bind(from.0)
        .bind(until.0)
        .bind(expires_at.map(|at| at.0))
        .execute(&mut *conn)
        .await?;
    note_change(conn, Of::Mentor(offering.mentor)).await?;
    Ok(true)
}

/// What a session held is its own from now on. False when some of it is not there any more.
pub async fn keep(conn: &mut AnyConnection, session: SessionId) -> Result<bool, sqlx::Error> {
    let meeting = "UPDATE mentor_meetings SET expires_at_ms = NULL WHERE session_id = $1
                   RETURNING busy_from_ms, busy_until_ms";
    let Some(row) = sqlx::query(meeting).bind(session).fetch_optional(&mut *conn).await? else { return Ok(false) };
    let (from, until): (i64, i64) = (row.try_get("busy_from_ms")?, row.try_get("busy_until_ms")?);
    let granules = until.div_euclid(GRANULE_MS) - from.div_euclid(GRANULE_MS);
    let keep = "UPDATE mentor_occupancy SET expires_at_ms = NULL WHERE session_id = $1";
    let kept = sqlx::query(keep).bind(session).execute(conn).await?.rows_affected();
    Ok(i64::try_from(kept) == Ok(granules))
}

/// Gives back all that a session took.
pub async fn release(conn: &mut AnyConnection, session: SessionId) -> Result<(), sqlx::Error> {
    note_change(conn, Of::Session(session)).await?;
    for sql in
        ["DELETE FROM mentor_occupancy WHERE session_id = $1", "DELETE FROM mentor_meetings WHERE session_id = $1"]
    {
        sqlx::query(sql).bind(session).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Says how many seats a group session has left.
pub async fn set_group_opening(
    conn: &mut AnyConnection,
    offering: OfferingId,
    starts_at: Timestamp,
    session: SessionId,
    seats_left: i16,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO group_openings (offering_id, starts_at_ms, session_id, seats_left) VALUES ($1, $2, $3, $4)
               ON CONFLICT (offering_id, starts_at_ms)
               DO UPDATE SET session_id = excluded.session_id, seats_left = excluded.seats_left";
    let query = sqlx::query(sql).bind(offering).bind(starts_at.0).bind(session).bind(seats_left);
    query.execute(&mut *conn).await?;
    note_change(conn, Of::Offering(offering)).await
}

/// A group session that nobody can join any more.
pub async fn clear_group_opening(conn: &mut AnyConnection, session: SessionId) -> Result<(), sqlx::Error> {
    let sql = "DELETE FROM group_openings WHERE session_id = $1";
    sqlx::query(sql).bind(session).execute(conn).await.map(|_| ())
}

/// When group sessions start in `from..until` that are full, in order.
pub(super) async fn full_groups(
    conn: &mut AnyConnection,
    offering: OfferingId,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Timestamp>, sqlx::Error> {
    let sql = "SELECT starts_at_ms FROM group_openings
               WHERE offering_id = $1 AND starts_at_ms >= $2 AND starts_at_ms < $3 AND seats_left = 0
               ORDER BY starts_at_ms";
    let rows = sqlx::query(sql).bind(offering).bind(from.0).bind(until.0).fetch_all(conn).await?;
    rows.iter().map(|row| Ok(Timestamp(row.try_get("starts_at_ms")?))).collect()
}

/// Group sessions that start in `from..until` and have seats: when, and how many.
pub(super) async fn group_openings(
    conn: &mut AnyConnection,
    offering: OfferingId,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<(Timestamp, i16)>, sqlx::Error> {
    let sql = "SELECT starts_at_ms, seats_left FROM group_openings
               WHERE offering_id = $1 AND starts_at_ms >= $2 AND starts_at_ms < $3 AND seats_left > 0";
    let rows = sqlx::query(sql).bind(offering).bind(from.0).bind(until.0).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((Timestamp(row.try_get("starts_at_ms")?), row.try_get("seats_left")?))).collect()
}

pub(super) fn offering_from(row: &AnyRow) -> Result<Offering, sqlx::Error> {
    let questions: String = row.try_get("questions")?;
    Ok(Offering {
        id: row.try_get("id")?,
        mentor: row.try_get("mentor_id")?,
        mentor_name: row.try_get("mentor_name")?,
        mentor_approved: row.try_get::<String, _>("mentor_status")? == "approved",
        terms: Terms {
            title: row.try_get("title")?,
            description: row.try_get("description")?,
            minutes: row.try_get("minutes")?,
            price_minor: row.try_get("price_minor")?,
            currency: row.try_get("currency")?,
            seats: row.try_get("seats")?,
            questions: serde_json::from_str(&questions).map_err(|error| sqlx::Error::Decode(error.into()))?,
            buffer_before_minutes: row.try_get("buffer_before_minutes")?,
            buffer_after_minutes: row.try_get("buffer_after_minutes")?,
            minimum_notice_minutes: row.try_get("minimum_notice_minutes")?,
            horizon_days: row.try_get("horizon_days")?,
            max_per_day: row.try_get("max_per_day")?,
            max_per_week: row.try_get("max_per_week")?,
            cancellation_notice_minutes: row.try_get("cancellation_notice_minutes")?,
            is_active: row.try_get::<i16, _>("is_active")? != 0,
        },
    })
}
