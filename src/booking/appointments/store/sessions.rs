//! SQL of what bookings need of `sessions`: their seats, and when they are over.

use std::time::Duration;

use sqlx::{AnyConnection, Row};

use crate::availability::Offering;
use crate::booking::model::JoinCode;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, OfferingId, SessionId, UserId};

/// A session as an opening makes it.
pub(in crate::booking::appointments) struct NewSession<'a> {
    pub id: SessionId,
    pub offering: &'a Offering,
    pub starts_at: Timestamp,
    pub code: &'a JoinCode,
}

/// With its first seat taken. Whoever has a booking may enter: there is nobody to keep waiting.
pub(in crate::booking::appointments) async fn insert_session(
    conn: &mut AnyConnection,
    new: &NewSession<'_>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO sessions (id, mentor_id, title, state, join_code, waiting_room, end_to_end, created_at_ms,
                 offering_id, starts_at_ms, ends_at_ms, seats, seats_taken)
               VALUES ($1, $2, $3, 'open', $4, 0, 0, $5, $6, $7, $8, $9, 1)";
    sqlx::query(sql)
        .bind(new.id)
        .bind(new.offering.mentor)
        .bind(&new.offering.terms.title)
        .bind(new.code.as_str())
        .bind(now.0)
        .bind(new.offering.id)
        .bind(new.starts_at.0)
        .bind(new.offering.ends_at(new.starts_at).0)
        .bind(new.offering.terms.seats)
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes a seat in the session an opening already has: the session and the seats it has left, if there was one.
pub(in crate::booking::appointments) async fn take_seat(
    conn: &mut AnyConnection,
    offering: OfferingId,
    starts_at: Timestamp,
) -> Result<Option<(SessionId, i16)>, sqlx::Error> {
    let sql = "UPDATE sessions SET seats_taken = seats_taken + 1
               WHERE offering_id = $1 AND starts_at_ms = $2 AND state <> 'ended' AND seats_taken > 0 AND seats_taken < seats
               RETURNING id, CAST(seats - seats_taken AS SMALLINT) AS left_over";
    let row = sqlx::query(sql).bind(offering).bind(starts_at.0).fetch_optional(conn).await?;
    row.map(|row| Ok((row.try_get("id")?, row.try_get("left_over")?))).transpose()
}

/// Gives a seat back; answers the seats left of how many.
pub(in crate::booking::appointments) async fn give_seat_back(
    conn: &mut AnyConnection,
    session: SessionId,
) -> Result<(i16, i16), sqlx::Error> {
    let sql = "UPDATE sessions SET seats_taken = seats_taken - 1 WHERE id = $1 AND seats_taken > 0
               RETURNING seats, CAST(seats - seats_taken AS SMALLINT) AS left_over";
    let row = sqlx::query(sql).bind(session).fetch_one(conn).await?;
    Ok((row.try_get("left_over")?, row.try_get("seats")?))
}

/// Keeps everyone else from its seats until the transaction is over.
pub(in crate::booking::appointments) async fn lock_session(
    conn: &mut AnyConnection,
    session: SessionId,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE sessions SET seats_taken = seats_taken WHERE id = $1";
    sqlx::query(sql).bind(session).execute(conn).await.map(|_| ())
}

/// Who has a place in a session sees it among theirs.
pub(in crate::booking::appointments) async fn add_member(
    conn: &mut AnyConnection,
    session: SessionId,
    user: UserId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO session_members (session_id, user_id, created_at_ms) VALUES ($1, $2, $3)
               ON CONFLICT (session_id, user_id) DO NOTHING";
    sqlx::query(sql).bind(session).bind(user).bind(now.0).execute(conn).await.map(|_| ())
}

/// Moves a session with all who have a seat in it; answers how many are left.
pub(in crate::booking::appointments) async fn move_session(
    conn: &mut AnyConnection,
    session: SessionId,
    offering: &Offering,
    starts_at: Timestamp,
) -> Result<i16, sqlx::Error> {
    let sql = "UPDATE sessions SET starts_at_ms = $2, ends_at_ms = $3 WHERE id = $1
               RETURNING CAST(seats - seats_taken AS SMALLINT)";
    sqlx::query_scalar(sql).bind(session).bind(starts_at.0).bind(offering.ends_at(starts_at).0).fetch_one(conn).await
}

/// Sessions with a time that are over: ended by hand, or past their end by `late` with nobody in the room.
pub(in crate::booking::appointments) async fn due(
    conn: &mut AnyConnection,
    now: Timestamp,
    late: Duration,
    limit: i64,
) -> Result<Vec<SessionId>, sqlx::Error> {
    let sql = "SELECT DISTINCT b.session_id FROM bookings b JOIN sessions s ON s.id = b.session_id
               WHERE b.state = 'confirmed' AND b.starts_at_ms <= $1
                 AND (s.state = 'ended' OR (s.state = 'open' AND b.ends_at_ms <= $2)) LIMIT $3";
    let rows = sqlx::query(sql).bind(now.0).bind(now.minus(late).0).bind(limit).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get("session_id")).collect()
}

/// A confirmed booking of a session that is over.
pub(in crate::booking::appointments) struct Unsettled {
    pub id: BookingId,
    pub mentor: UserId,
    pub mentee: UserId,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// When its session ended for everyone.
    pub closed_at: Option<Timestamp>,
}

pub(in crate::booking::appointments) async fn unsettled(
    conn: &mut AnyConnection,
    session: SessionId,
) -> Result<Vec<Unsettled>, sqlx::Error> {
    let sql = "SELECT b.id, b.mentor_id, b.mentee_id, b.starts_at_ms, b.ends_at_ms, s.ended_at_ms
               FROM bookings b JOIN sessions s ON s.id = b.session_id
               WHERE b.session_id = $1 AND b.state = 'confirmed'";
    let rows = sqlx::query(sql).bind(session).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Unsettled {
                id: row.try_get("id")?,
                mentor: row.try_get("mentor_id")?,
                mentee: row.try_get("mentee_id")?,
                starts_at: Timestamp(row.try_get("starts_at_ms")?),
                ends_at: Timestamp(row.try_get("ends_at_ms")?),
                closed_at: row.try_get::<Option<i64>, _>("ended_at_ms")?.map(Timestamp),
            })
        })
        .collect()
}

/// Sessions somebody hosts that are not over.
pub(in crate::booking::appointments) async fn open_sessions_of(
    conn: &mut AnyConnection,
    mentor: UserId,
    limit: i64,
) -> Result<Vec<SessionId>, sqlx::Error> {
    let sql = "SELECT id FROM sessions WHERE mentor_id = $1 AND state <> 'ended' ORDER BY id LIMIT $2";
    let rows = sqlx::query(sql).bind(mentor).bind(limit).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get("id")).collect()
}
