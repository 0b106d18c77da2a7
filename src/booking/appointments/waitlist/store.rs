//! SQL of `waitlist`.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::super::store::Recipient;
use super::Answer;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, OfferingId, SessionId, UserId, WaitId};

/// A place somebody had in a line, for the letter about it.
pub(in crate::booking::appointments) struct Waited {
    pub title: String,
    pub starts_at: Timestamp,
    pub mentor_name: String,
    /// Of the mentor's page, while they have one.
    pub mentor_slug: Option<String>,
    pub origin: String,
    pub who: Recipient,
}

/// Somebody's place in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::booking::appointments) struct Wait {
    pub id: WaitId,
    pub offering: OfferingId,
    pub title: String,
    pub mentor_name: String,
    pub starts_at: Timestamp,
    /// From 1; 0 when a seat is held for them.
    pub position: i64,
    /// The seat that is held, and until when.
    pub offered: Option<(BookingId, Timestamp)>,
}

/// The first in a line.
pub(super) struct First {
    pub id: WaitId,
    pub person: UserId,
    pub origin: String,
}

/// What somebody stepped out of.
pub(super) enum Left {
    Waiting,
    Offered(BookingId),
}

/// The session that somebody may wait for. Its row stays ours until the end: a seat given back meanwhile finds who waits.
pub(super) async fn full_session(
    conn: &mut AnyConnection,
    offering: OfferingId,
    starts_at: Timestamp,
) -> Result<Option<SessionId>, sqlx::Error> {
    let sql = "UPDATE sessions SET seats_taken = seats_taken
               WHERE offering_id = $1 AND starts_at_ms = $2 AND state <> 'ended' AND seats > 1 AND seats_taken = seats
               RETURNING id";
    sqlx::query_scalar(sql).bind(offering).bind(starts_at.0).fetch_optional(conn).await
}

/// Nothing when they are in the line.
pub(super) async fn insert(
    conn: &mut AnyConnection,
    id: WaitId,
    (offering, starts_at): (OfferingId, Timestamp),
    person: UserId,
    origin: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO waitlist (id, offering_id, starts_at_ms, person_id, state, origin, created_at_ms)
               VALUES ($1, $2, $3, $4, 'waiting', $5, $6) ON CONFLICT DO NOTHING";
    let query = sqlx::query(sql).bind(id).bind(offering).bind(starts_at.0).bind(person).bind(origin).bind(now.0);
    query.execute(conn).await.map(|_| ())
}

pub(super) async fn waits_of(
    conn: &mut AnyConnection,
    person: UserId,
    now: Timestamp,
) -> Result<Vec<Wait>, sqlx::Error> {
    let sql = "SELECT w.id, w.offering_id, w.starts_at_ms, o.title, u.display_name, w.booking_id, b.expires_at_ms,
                 (SELECT CAST(COUNT(*) AS BIGINT) FROM waitlist v WHERE v.offering_id = w.offering_id
                    AND v.starts_at_ms = w.starts_at_ms AND v.state = 'waiting' AND w.state = 'waiting'
                    AND v.id <= w.id) AS position
               FROM waitlist w JOIN offerings o ON o.id = w.offering_id JOIN users u ON u.id = o.mentor_id
               LEFT JOIN bookings b ON b.id = w.booking_id
               WHERE w.person_id = $1 AND w.state IN ('waiting', 'offered') AND w.starts_at_ms > $2
               ORDER BY w.starts_at_ms, w.id";
    let rows = sqlx::query(sql).bind(person).bind(now.0).fetch_all(conn).await?;
    rows.iter().map(wait_from).collect()
}

fn wait_from(row: &AnyRow) -> Result<Wait, sqlx::Error> {
    let booking: Option<BookingId> = row.try_get("booking_id")?;
    let expires_at: Option<i64> = row.try_get("expires_at_ms")?;
    Ok(Wait {
        id: row.try_get("id")?,
        offering: row.try_get("offering_id")?,
        title: row.try_get("title")?,
        mentor_name: row.try_get("display_name")?,
        starts_at: Timestamp(row.try_get("starts_at_ms")?),
        position: row.try_get("position")?,
        offered: booking.zip(expires_at.map(Timestamp)),
    })
}

/// None: it is not theirs, or there is none.
pub(super) async fn leave(conn: &mut AnyConnection, id: WaitId, person: UserId) -> Result<Option<Left>, sqlx::Error> {
    let sql = "UPDATE waitlist SET state = 'left' WHERE id = $1 AND person_id = $2 AND state = 'waiting'";
    sqlx::query(sql).bind(id).bind(person).execute(&mut *conn).await?;
    let sql = "SELECT state, booking_id FROM waitlist WHERE id = $1 AND person_id = $2";
    let row = sqlx::query(sql).bind(id).bind(person).fetch_optional(conn).await?;
    row.map(|row| {
        let (state, booking): (String, Option<BookingId>) = (row.try_get("state")?, row.try_get("booking_id")?);
        Ok(match booking {
            Some(booking) if state == "offered" => Left::Offered(booking),
            _ => Left::Waiting,
        })
    })
    .transpose()
}

pub(super) async fn first(
    conn: &mut AnyConnection,
    offering: OfferingId,
    starts_at: Timestamp,
) -> Result<Option<First>, sqlx::Error> {
    let sql = "SELECT id, person_id, origin FROM waitlist
               WHERE offering_id = $1 AND starts_at_ms = $2 AND state = 'waiting' ORDER BY id LIMIT 1";
    let row = sqlx::query(sql).bind(offering).bind(starts_at.0).fetch_optional(conn).await?;
    row.map(|row| {
        Ok(First { id: row.try_get("id")?, person: row.try_get("person_id")?, origin: row.try_get("origin")? })
    })
    .transpose()
}

/// Takes the seat again that was just given back; answers how many are left. None: the session is full or over.
pub(super) async fn take_back(conn: &mut AnyConnection, session: SessionId) -> Result<Option<i16>, sqlx::Error> {
    let sql = "UPDATE sessions SET seats_taken = seats_taken + 1
               WHERE id = $1 AND state <> 'ended' AND seats_taken < seats
               RETURNING CAST(seats - seats_taken AS SMALLINT)";
    sqlx::query_scalar(sql).bind(session).fetch_optional(conn).await
}

pub(super) async fn set_offered(conn: &mut AnyConnection, id: WaitId, booking: BookingId) -> Result<(), sqlx::Error> {
    let sql = "UPDATE waitlist SET state = 'offered', booking_id = $2 WHERE id = $1";
    sqlx::query(sql).bind(id).bind(booking).execute(conn).await.map(|_| ())
}

pub(super) async fn pass(conn: &mut AnyConnection, id: WaitId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE waitlist SET state = 'passed' WHERE id = $1").bind(id).execute(conn).await.map(|_| ())
}

pub(super) async fn answer(conn: &mut AnyConnection, booking: BookingId, answer: Answer) -> Result<(), sqlx::Error> {
    let state = match answer {
        Answer::Booked => "booked",
        Answer::Left => "left",
        Answer::Passed => "passed",
    };
    let sql = "UPDATE waitlist SET state = $2 WHERE booking_id = $1 AND state = 'offered'";
    sqlx::query(sql).bind(booking).bind(state).execute(conn).await.map(|_| ())
}

pub(super) async fn seat(conn: &mut AnyConnection, session: SessionId, person: UserId) -> Result<(), sqlx::Error> {
    let sql = "UPDATE waitlist SET state = 'booked' WHERE person_id = $2 AND state = 'waiting'
                 AND (offering_id, starts_at_ms) IN (SELECT offering_id, starts_at_ms FROM sessions WHERE id = $1)";
    sqlx::query(sql).bind(session).bind(person).execute(conn).await.map(|_| ())
}

/// Ends a line, and what was offered in it; answers who was there.
pub(super) async fn dissolve(
    conn: &mut AnyConnection,
    offering: OfferingId,
    starts_at: Timestamp,
) -> Result<Vec<WaitId>, sqlx::Error> {
    let sql = "UPDATE waitlist SET state = 'passed'
               WHERE offering_id = $1 AND starts_at_ms = $2 AND state IN ('waiting', 'offered') RETURNING id";
    sqlx::query_scalar(sql).bind(offering).bind(starts_at.0).fetch_all(conn).await
}

/// Takes a line to another time; who was offered a seat waits again, in their place. Answers who was there.
pub(super) async fn follow(
    conn: &mut AnyConnection,
    offering: OfferingId,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<WaitId>, sqlx::Error> {
    // Who waits for the other time as well, since a session was there once, is left as they are.
    let sql = "UPDATE waitlist SET starts_at_ms = $3, state = 'waiting', booking_id = NULL
               WHERE offering_id = $1 AND starts_at_ms = $2 AND state IN ('waiting', 'offered')
                 AND NOT EXISTS (SELECT 1 FROM waitlist v WHERE v.offering_id = waitlist.offering_id
                   AND v.starts_at_ms = $3 AND v.person_id = waitlist.person_id AND v.state IN ('waiting', 'offered'))
               RETURNING id";
    sqlx::query_scalar(sql).bind(offering).bind(from.0).bind(to.0).fetch_all(conn).await
}

pub(in crate::booking::appointments) async fn waited(
    conn: &mut AnyConnection,
    id: WaitId,
) -> Result<Option<Waited>, sqlx::Error> {
    let sql = "SELECT o.title, w.starts_at_ms, mentor.display_name AS mentor_name, m.slug, w.origin,
                 who.email, who.display_name, who.time_zone
               FROM waitlist w JOIN offerings o ON o.id = w.offering_id JOIN users mentor ON mentor.id = o.mentor_id
               JOIN mentors m ON m.user_id = o.mentor_id JOIN users who ON who.id = w.person_id WHERE w.id = $1";
    let row = sqlx::query(sql).bind(id).fetch_optional(conn).await?;
    row.map(|row| {
        let who = Recipient {
            email: row.try_get("email")?,
            display_name: row.try_get("display_name")?,
            time_zone: row.try_get("time_zone")?,
        };
        Ok(Waited {
            title: row.try_get("title")?,
            starts_at: Timestamp(row.try_get("starts_at_ms")?),
            mentor_name: row.try_get("mentor_name")?,
            mentor_slug: row.try_get("slug")?,
            origin: row.try_get("origin")?,
            who,
        })
    })
    .transpose()
}
