//! SQL of `bookings`.

mod history;
mod sessions;

use std::collections::HashMap;
use std::time::Duration;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::model::{Answered, Appointment, AppointmentState, Party, SeriesPart};
use crate::availability::Offering;
use crate::booking::model::{JoinCode, Person, SessionState};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, SessionId, UserId};
pub(super) use history::{history, write_history};
pub(super) use sessions::{
    NewSession, add_member, due, give_seat_back, insert_session, lock_session, move_session, open_sessions_of,
    take_seat, unsettled,
};

const APPOINTMENT: &str = "SELECT b.id, b.session_id, s.offering_id, b.title, b.state, b.starts_at_ms, b.ends_at_ms,
    b.price_minor, b.currency, b.cancellation_notice_minutes, b.answers, b.expires_at_ms,
    b.series_id, b.recurrence_ms, (SELECT r.time_zone FROM booking_series r WHERE r.id = b.series_id) AS series_zone, s.seats, s.state AS room, s.join_code,
    b.mentor_id, mentor.display_name AS mentor_name, m.slug, b.mentee_id, mentee.display_name AS mentee_name
  FROM bookings b JOIN sessions s ON s.id = b.session_id JOIN mentors m ON m.user_id = b.mentor_id
  JOIN users mentor ON mentor.id = b.mentor_id JOIN users mentee ON mentee.id = b.mentee_id";

/// No session is longer.
const LONGEST: Duration = Duration::from_secs(86_400);

/// That came true.
const REAL: &str = "b.state NOT IN ('held', 'awaiting_payment', 'expired')";

/// A booking as it is made: confirmed at once, or held.
pub(super) struct NewBooking<'a> {
    pub id: BookingId,
    pub session: SessionId,
    pub offering: &'a Offering,
    pub mentee: UserId,
    pub answers: &'a [Answered],
    pub starts_at: Timestamp,
    pub hold: Option<Hold>,
}

/// A time that is only kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hold {
    pub expires_at: Timestamp,
    /// Which of the few that its mentee may have; None: it counts as none of theirs.
    pub place: Option<i16>,
}

/// False when this person has a place there, or the hold's place is taken.
pub(super) async fn insert_booking(
    conn: &mut AnyConnection,
    new: &NewBooking<'_>,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "INSERT INTO bookings (id, session_id, mentor_id, mentee_id, state, title, price_minor, currency,
                 cancellation_notice_minutes, answers, starts_at_ms, ends_at_ms, created_at_ms, expires_at_ms, hold_place)
               VALUES ($1, $2, $3, $4, $13, $5, $6, $7, $8, $9, $10, $11, $12, $14, $15)
               ON CONFLICT DO NOTHING";
    let state = if new.hold.is_some() { AppointmentState::Held } else { AppointmentState::Confirmed };
    let done = sqlx::query(sql)
        .bind(new.id)
        .bind(new.session)
        .bind(new.offering.mentor)
        .bind(new.mentee)
        .bind(&new.offering.terms.title)
        .bind(new.offering.terms.price_minor)
        .bind(&new.offering.terms.currency)
        .bind(new.offering.terms.cancellation_notice_minutes)
        .bind(answers_text(new.answers)?)
        .bind(new.starts_at.0)
        .bind(new.offering.ends_at(new.starts_at).0)
        .bind(now.0)
        .bind(state.as_str())
        .bind(new.hold.map(|hold| hold.expires_at.0))
        .bind(new.hold.and_then(|hold| hold.place))
        .execute(&mut *conn)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    if new.hold.is_none() {
        add_member(conn, new.session, new.mentee, now).await?;
    }
    Ok(true)
}

pub(super) async fn state(
    conn: &mut AnyConnection,
    booking: BookingId,
) -> Result<Option<AppointmentState>, sqlx::Error> {
    let sql = "SELECT state FROM bookings WHERE id = $1";
    let state: Option<String> = sqlx::query_scalar(sql).bind(booking).fetch_optional(conn).await?;
    state.map(|state| AppointmentState::parse(&state).ok_or_else(|| sqlx::Error::Decode(state.into()))).transpose()
}

fn answers_text(answers: &[Answered]) -> Result<String, sqlx::Error> {
    serde_json::to_string(answers).map_err(|error| sqlx::Error::Encode(error.into()))
}

pub(super) async fn set_answers(
    conn: &mut AnyConnection,
    booking: BookingId,
    answers: &[Answered],
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE bookings SET answers = $2 WHERE id = $1";
    sqlx::query(sql).bind(booking).bind(answers_text(answers)?).execute(conn).await.map(|_| ())
}

/// The places of somebody's holds.
pub(super) async fn hold_places(conn: &mut AnyConnection, mentee: UserId) -> Result<Vec<i16>, sqlx::Error> {
    let sql = "SELECT hold_place FROM bookings
               WHERE mentee_id = $1 AND expires_at_ms IS NOT NULL AND hold_place IS NOT NULL";
    sqlx::query_scalar(sql).bind(mentee).fetch_all(conn).await
}

/// Whose holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose {
    Anyones,
    /// On this mentor's time, or this mentee's own.
    Of {
        mentor: UserId,
        mentee: UserId,
    },
}

/// Holds whose time has run out, oldest first.
pub(super) async fn overdue(
    conn: &mut AnyConnection,
    whose: Whose,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Appointment>, sqlx::Error> {
    let (which, mentor, mentee) = match whose {
        Whose::Anyones => ("", String::new(), String::new()),
        Whose::Of { mentor, mentee } => {
            (" AND (b.mentor_id = $3 OR b.mentee_id = $4)", mentor.to_string(), mentee.to_string())
        }
    };
    let sql = format!("{APPOINTMENT} WHERE b.expires_at_ms <= $1{which} ORDER BY b.id LIMIT $2");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(now.0).bind(limit);
    let query = if which.is_empty() { query } else { query.bind(mentor).bind(mentee) };
    query.fetch_all(conn).await?.iter().map(appointment_from).collect()
}

/// One step of a booking's life; false when it is no longer in `from`. The only writer of `bookings.state`. No step leads
/// into a state with a time that runs out.
pub(super) async fn step(
    conn: &mut AnyConnection,
    booking: BookingId,
    from: AppointmentState,
    to: AppointmentState,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE bookings SET state = $3, expires_at_ms = NULL, hold_place = NULL WHERE id = $1 AND state = $2";
    let done = sqlx::query(sql).bind(booking).bind(from.as_str()).bind(to.as_str()).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Moves a booking to another time, of the same session or another.
pub(super) async fn move_to(
    conn: &mut AnyConnection,
    booking: &Appointment,
    session: SessionId,
    offering: &Offering,
    starts_at: Timestamp,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE bookings SET session_id = $2, starts_at_ms = $3, ends_at_ms = $4 WHERE id = $1";
    sqlx::query(sql)
        .bind(booking.id)
        .bind(session)
        .bind(starts_at.0)
        .bind(offering.ends_at(starts_at).0)
        .execute(&mut *conn)
        .await?;
    add_member(conn, session, booking.mentee.id, now).await
}

/// Its mentee may cancel or move it until it starts.
pub(super) async fn waive_notice(conn: &mut AnyConnection, booking: BookingId) -> Result<(), sqlx::Error> {
    let sql = "UPDATE bookings SET cancellation_notice_minutes = 0 WHERE id = $1";
    sqlx::query(sql).bind(booking).execute(conn).await.map(|_| ())
}

/// A booking `user` is the mentor or the mentee of; what is not yet, or never was, confirmed is nothing to the mentor.
pub(super) async fn appointment_of(
    conn: &mut AnyConnection,
    user: UserId,
    id: BookingId,
) -> Result<Option<Appointment>, sqlx::Error> {
    let sql = format!("{APPOINTMENT} WHERE b.id = $1 AND ((b.mentor_id = $2 AND {REAL}) OR b.mentee_id = $2)");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(user).fetch_optional(conn).await?;
    row.as_ref().map(appointment_from).transpose()
}

/// Any booking.
pub(in crate::booking) async fn appointment(
    conn: &mut AnyConnection,
    id: BookingId,
) -> Result<Option<Appointment>, sqlx::Error> {
    let sql = format!("{APPOINTMENT} WHERE b.id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(appointment_from).transpose()
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// Those that `which`, a condition with its order, picks.
pub(super) async fn appointments_where(
    conn: &mut AnyConnection,
    which: &str,
    bind: impl for<'q> FnOnce(Query<'q>) -> Query<'q>,
) -> Result<Vec<Appointment>, sqlx::Error> {
    let sql = format!("{APPOINTMENT} WHERE {which}");
    bind(sqlx::query(AssertSqlSafe(sql))).fetch_all(conn).await?.iter().map(appointment_from).collect()
}

/// The places people have or had in a session, in the order they were booked; those given back are none.
pub(super) async fn places_in(conn: &mut AnyConnection, session: SessionId) -> Result<Vec<Appointment>, sqlx::Error> {
    let which = format!("b.session_id = $1 AND {REAL} AND b.state <> 'cancelled' ORDER BY b.id");
    appointments_where(conn, &which, |query| query.bind(session)).await
}

/// What is held of a session.
pub(super) async fn held_in(conn: &mut AnyConnection, session: SessionId) -> Result<Vec<Appointment>, sqlx::Error> {
    let which = "b.session_id = $1 AND b.expires_at_ms IS NOT NULL ORDER BY b.id";
    appointments_where(conn, which, |query| query.bind(session)).await
}

/// Whom a letter is for.
pub(super) struct Recipient {
    pub email: String,
    pub display_name: String,
    pub time_zone: Option<String>,
}

pub(super) async fn recipient_of(conn: &mut AnyConnection, user: UserId) -> Result<Option<Recipient>, sqlx::Error> {
    let sql = "SELECT email, display_name, time_zone FROM users WHERE id = $1";
    let row = sqlx::query(sql).bind(user).fetch_optional(conn).await?;
    row.map(|row| {
        let (email, display_name) = (row.try_get("email")?, row.try_get("display_name")?);
        Ok(Recipient { email, display_name, time_zone: row.try_get("time_zone")? })
    })
    .transpose()
}

/// A booking, and one of its two.
pub(super) async fn addressed(
    conn: &mut AnyConnection,
    id: BookingId,
    to: Party,
) -> Result<Option<(Appointment, Recipient)>, sqlx::Error> {
    let found = appointments_where(conn, "b.id = $1", |query| query.bind(id)).await?;
    let Some(booking) = found.into_iter().next() else { return Ok(None) };
    let recipient = recipient(conn, &booking, to).await?;
    Ok(recipient.map(|recipient| (booking, recipient)))
}

pub(super) async fn recipient(
    conn: &mut AnyConnection,
    booking: &Appointment,
    to: Party,
) -> Result<Option<Recipient>, sqlx::Error> {
    let user = match to {
        Party::Mentor => booking.mentor.id,
        Party::Mentee => booking.mentee.id,
    };
    recipient_of(conn, user).await
}

/// Which part of somebody's bookings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Confirmed and not over, soonest first.
    Upcoming,
    /// Everything else, latest first.
    Past,
}

/// After the one that starts at the cursor's time and has its id.
pub(super) async fn appointments_of(
    conn: &mut AnyConnection,
    user: UserId,
    when: When,
    now: Timestamp,
    after: Option<(Timestamp, BookingId)>,
    limit: i64,
) -> Result<Vec<Appointment>, sqlx::Error> {
    let upcoming = "b.state = 'confirmed' AND b.ends_at_ms > $2";
    // Above, and below, every UUID.
    let (which, order, past_cursor, first) = match when {
        When::Upcoming => (upcoming.to_owned(), "ASC", ">", (Timestamp(i64::MIN), String::new())),
        When::Past => (format!("NOT ({upcoming})"), "DESC", "<", (Timestamp(i64::MAX), "g".to_owned())),
    };
    let (start, id) = after.map_or(first, |(start, id)| (start, id.to_string()));
    let sql = format!(
        "{APPOINTMENT} WHERE (b.mentor_id = $1 OR b.mentee_id = $1) AND {REAL} AND {which}
           AND (b.starts_at_ms {past_cursor} $3 OR (b.starts_at_ms = $3 AND b.id {past_cursor} $4))
         ORDER BY b.starts_at_ms {order}, b.id {order} LIMIT $5"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(user).bind(now.0).bind(start.0).bind(id).bind(limit);
    rows.fetch_all(conn).await?.iter().map(appointment_from).collect()
}

/// Somebody's places, the cancelled aside, in sessions that touch `from..until`, in order of time and those of a session
/// together.
pub(super) async fn appointments_between(
    conn: &mut AnyConnection,
    user: UserId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Appointment>, sqlx::Error> {
    // The bound on starts is what the indexes have.
    let which = "(b.mentor_id = $1 OR b.mentee_id = $1) AND b.state IN ('confirmed', 'completed', 'no_show')
           AND b.starts_at_ms > $2 AND b.starts_at_ms < $4 AND b.ends_at_ms > $3
         ORDER BY b.starts_at_ms, b.session_id, b.id";
    let longest = from.minus(LONGEST);
    appointments_where(conn, which, |query| query.bind(user).bind(longest.0).bind(from.0).bind(until.0)).await
}

/// What has happened to a booking so far.
pub(super) struct Changes {
    /// How often what calendars show has changed (RFC 5546 §2.1.4).
    pub sequence: usize,
    pub last_at: Timestamp,
}

/// Somebody's bookings, held ones aside, that end after `since`, in order of time; of too many the latest.
pub(super) async fn appointments_since(
    conn: &mut AnyConnection,
    user: UserId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<(Appointment, Changes)>, sqlx::Error> {
    let mine = "(b.mentor_id = $1 OR b.mentee_id = $1) AND b.ends_at_ms > $2
        AND b.state IN ('confirmed', 'completed', 'cancelled', 'no_show')";
    let sql = format!("{APPOINTMENT} WHERE {mine} ORDER BY b.starts_at_ms DESC, b.id DESC LIMIT $3");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(user).bind(since.0).bind(limit).fetch_all(&mut *conn).await?;
    let sql = format!(
        "SELECT h.booking_id, CAST(MAX(h.at_ms) AS BIGINT) AS last_at_ms,
           CAST(SUM(CASE WHEN h.what IN ('rescheduled', 'cancelled') THEN 1 ELSE 0 END) AS BIGINT) AS sequence
         FROM booking_history h JOIN bookings b ON b.id = h.booking_id WHERE {mine} GROUP BY h.booking_id"
    );
    let mut changes = HashMap::new();
    for row in sqlx::query(AssertSqlSafe(sql)).bind(user).bind(since.0).fetch_all(conn).await? {
        let id: BookingId = row.try_get("booking_id")?;
        let (sequence, last_at): (i64, _) = (row.try_get("sequence")?, Timestamp(row.try_get("last_at_ms")?));
        let sequence = usize::try_from(sequence).unwrap_or(0);
        changes.insert(id, Changes { sequence, last_at });
    }
    let mut found = Vec::with_capacity(rows.len());
    for row in rows.iter().rev() {
        let booking = appointment_from(row)?;
        let none = Changes { sequence: 0, last_at: booking.starts_at };
        let changes = changes.remove(&booking.id).unwrap_or(none);
        found.push((booking, changes));
    }
    Ok(found)
}

/// Whether somebody has a place in a session.
pub(in crate::booking) async fn has_place(
    conn: &mut AnyConnection,
    session: SessionId,
    user: UserId,
) -> Result<bool, sqlx::Error> {
    let sql = "SELECT id FROM bookings WHERE session_id = $1 AND mentee_id = $2
                 AND state NOT IN ('cancelled', 'expired', 'held', 'awaiting_payment')";
    Ok(sqlx::query(sql).bind(session).bind(user).fetch_optional(conn).await?.is_some())
}

/// Whether somebody has a place in a session or one is held for them.
pub(super) async fn is_expected(
    conn: &mut AnyConnection,
    session: SessionId,
    user: UserId,
) -> Result<bool, sqlx::Error> {
    let sql =
        "SELECT id FROM bookings WHERE session_id = $1 AND mentee_id = $2 AND state NOT IN ('cancelled', 'expired')";
    Ok(sqlx::query(sql).bind(session).bind(user).fetch_optional(conn).await?.is_some())
}

fn appointment_from(row: &AnyRow) -> Result<Appointment, sqlx::Error> {
    let (state, room): (String, String) = (row.try_get("state")?, row.try_get("room")?);
    let answers: String = row.try_get("answers")?;
    let notice: i32 = row.try_get("cancellation_notice_minutes")?;
    Ok(Appointment {
        id: row.try_get("id")?,
        session: row.try_get("session_id")?,
        offering: row.try_get("offering_id")?,
        title: row.try_get("title")?,
        state: AppointmentState::parse(&state).ok_or_else(|| sqlx::Error::Decode(state.into()))?,
        starts_at: Timestamp(row.try_get("starts_at_ms")?),
        ends_at: Timestamp(row.try_get("ends_at_ms")?),
        price_minor: row.try_get("price_minor")?,
        currency: row.try_get("currency")?,
        seats: row.try_get("seats")?,
        mentor: Person { id: row.try_get("mentor_id")?, display_name: row.try_get("mentor_name")? },
        mentor_slug: row.try_get("slug")?,
        mentee: Person { id: row.try_get("mentee_id")?, display_name: row.try_get("mentee_name")? },
        answers: serde_json::from_str(&answers).map_err(|error| sqlx::Error::Decode(error.into()))?,
        room: SessionState::parse(&room).ok_or_else(|| sqlx::Error::Decode(room.into()))?,
        join_code: JoinCode(row.try_get("join_code")?),
        cancellation_notice: Duration::from_secs(60 * u64::try_from(notice).unwrap_or(0)),
        expires_at: row.try_get::<Option<i64>, _>("expires_at_ms")?.map(Timestamp),
        series: series_part(row)?,
    })
}

fn series_part(row: &AnyRow) -> Result<Option<SeriesPart>, sqlx::Error> {
    let Some(series) = row.try_get("series_id")? else { return Ok(None) };
    let recurrence = Timestamp(row.try_get("recurrence_ms")?);
    Ok(Some(SeriesPart { series, recurrence, time_zone: row.try_get("series_zone")? }))
}

/// Bookings somebody is part of that have not ended, the next first.
pub(super) async fn confirmed_of(
    conn: &mut AnyConnection,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<BookingId>, sqlx::Error> {
    let sql =
        "SELECT id FROM bookings WHERE (mentee_id = $1 OR mentor_id = $1) AND state = 'confirmed' AND ends_at_ms > $2
               ORDER BY starts_at_ms, id";
    let rows = sqlx::query(sql).bind(user).bind(now.0).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get("id")).collect()
}

/// What is held for somebody.
pub(super) async fn held_by(conn: &mut AnyConnection, mentee: UserId) -> Result<Vec<BookingId>, sqlx::Error> {
    let sql = "SELECT id FROM bookings WHERE mentee_id = $1 AND expires_at_ms IS NOT NULL ORDER BY id";
    sqlx::query_scalar(sql).bind(mentee).fetch_all(conn).await
}
