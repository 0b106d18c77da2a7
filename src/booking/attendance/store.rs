//! SQL of attendance: stays, marks, verdicts and disputes.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::model::{Dispute, DisputeState, Disputed, Judge, Outcome, Seconds, Span, Stays, Verdict};
use crate::booking::appointments::Party;
use crate::booking::model::Person;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, SessionId, UserId};

const ALIVE: &str = "presence";

/// Which of somebody's two spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::booking) enum Kind {
    Room,
    Media,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Media => "media",
        }
    }
}

/// A stay begins; heard twice it is one. One that was left open by lost news ends where the next begins.
pub(in crate::booking) async fn begin(
    conn: &mut AnyConnection,
    participant: uuid::Uuid,
    kind: Kind,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let known = "SELECT id FROM participants WHERE id = $1";
    if sqlx::query(known).bind(participant.to_string()).fetch_optional(&mut *conn).await?.is_none() {
        return Ok(());
    }
    let former = "UPDATE attendance_stays SET until_ms = $3
                  WHERE participant_id = $1 AND kind = $2 AND until_ms IS NULL AND from_ms < $3";
    sqlx::query(former).bind(participant.to_string()).bind(kind.as_str()).bind(at.0).execute(&mut *conn).await?;
    let sql = "INSERT INTO attendance_stays (participant_id, kind, from_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    sqlx::query(sql).bind(participant.to_string()).bind(kind.as_str()).bind(at.0).execute(conn).await.map(|_| ())
}

/// A stay ends. A crash may have ended it already, by guess: who knows better is right.
pub(in crate::booking) async fn finish(
    conn: &mut AnyConnection,
    participant: uuid::Uuid,
    kind: Kind,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE attendance_stays SET until_ms = $3, cut = 0
               WHERE participant_id = $1 AND kind = $2 AND from_ms <= $3
                 AND (until_ms IS NULL OR (cut = 1 AND until_ms > $3))";
    sqlx::query(sql).bind(participant.to_string()).bind(kind.as_str()).bind(at.0).execute(conn).await.map(|_| ())
}

/// Everyone in a session's room leaves.
pub(in crate::booking) async fn finish_all(
    conn: &mut AnyConnection,
    session: SessionId,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE attendance_stays SET until_ms = $2
               WHERE until_ms IS NULL AND from_ms <= $2
                 AND participant_id IN (SELECT id FROM participants WHERE session_id = $1)";
    sqlx::query(sql).bind(session).bind(at.0).execute(conn).await.map(|_| ())
}

/// The server lives.
pub(super) async fn mark(conn: &mut AnyConnection, now: Timestamp) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO server_marks (name, at_ms) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET at_ms = excluded.at_ms";
    sqlx::query(sql).bind(ALIVE).bind(now.0).execute(conn).await.map(|_| ())
}

/// When the server was last known to live.
pub(super) async fn last_mark(conn: &mut AnyConnection) -> Result<Timestamp, sqlx::Error> {
    let sql = "SELECT at_ms FROM server_marks WHERE name = $1";
    Ok(Timestamp(sqlx::query_scalar(sql).bind(ALIVE).fetch_optional(conn).await?.unwrap_or(0)))
}

/// After a crash: what is open ended when the server was last known to live, or when its session was last heard of if
/// that is later.
pub(super) async fn cut(conn: &mut AnyConnection, mark: Timestamp) -> Result<(), sqlx::Error> {
    let sql = "UPDATE attendance_stays SET cut = 1, until_ms = (
                 SELECT MAX(CASE WHEN s.until_ms > $1 THEN s.until_ms WHEN s.from_ms > $1 THEN s.from_ms ELSE $1 END)
                 FROM attendance_stays s JOIN participants p ON p.id = s.participant_id
                 WHERE p.session_id = (SELECT session_id FROM participants WHERE id = attendance_stays.participant_id))
               WHERE until_ms IS NULL";
    sqlx::query(sql).bind(mark.0).execute(conn).await.map(|_| ())
}

/// Somebody's stays, in order.
pub(in crate::booking) async fn stays(
    conn: &mut AnyConnection,
    session: SessionId,
    user: UserId,
) -> Result<Stays, sqlx::Error> {
    let sql =
        "SELECT s.kind, s.from_ms, s.until_ms FROM attendance_stays s JOIN participants p ON p.id = s.participant_id
               WHERE p.session_id = $1 AND p.user_id = $2 ORDER BY s.from_ms";
    let mut stays = Stays::default();
    for row in sqlx::query(sql).bind(session).bind(user).fetch_all(conn).await? {
        let until: Option<i64> = row.try_get("until_ms")?;
        let span = Span { from: Timestamp(row.try_get("from_ms")?), until: until.map(Timestamp) };
        match row.try_get::<String, _>("kind")?.as_str() {
            "media" => stays.media.push(span),
            _ => stays.room.push(span),
        }
    }
    Ok(stays)
}

/// How long each of the two was there, kept for good.
pub(in crate::booking) async fn keep_seconds(
    conn: &mut AnyConnection,
    booking: BookingId,
    party: Party,
    seconds: Seconds,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO booking_attendance (booking_id, party, room_s, media_s) VALUES ($1, $2, $3, $4)
               ON CONFLICT (booking_id, party) DO UPDATE SET room_s = excluded.room_s, media_s = excluded.media_s";
    let query = sqlx::query(sql).bind(booking).bind(party_word(party)).bind(seconds.room_s).bind(seconds.media_s);
    query.execute(conn).await.map(|_| ())
}

pub(super) async fn seconds(
    conn: &mut AnyConnection,
    booking: BookingId,
    party: Party,
) -> Result<Option<Seconds>, sqlx::Error> {
    let sql = "SELECT room_s, media_s FROM booking_attendance WHERE booking_id = $1 AND party = $2";
    let row = sqlx::query(sql).bind(booking).bind(party_word(party)).fetch_optional(conn).await?;
    row.map(|row| Ok(Seconds { room_s: row.try_get("room_s")?, media_s: row.try_get("media_s")? })).transpose()
}

pub(in crate::booking) async fn set_verdict(
    conn: &mut AnyConnection,
    booking: BookingId,
    verdict: &Verdict,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO booking_verdicts (booking_id, outcome, reason, decided_by, decided_at_ms)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (booking_id) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
                 decided_by = excluded.decided_by, decided_at_ms = excluded.decided_at_ms";
    sqlx::query(sql)
        .bind(booking)
        .bind(verdict.outcome.as_str())
        .bind(&verdict.reason)
        .bind(verdict.by.as_str())
        .bind(verdict.decided_at_ms.0)
        .execute(conn)
        .await
        .map(|_| ())
}

pub(super) async fn verdict(conn: &mut AnyConnection, booking: BookingId) -> Result<Option<Verdict>, sqlx::Error> {
    let sql = "SELECT outcome, reason AS verdict_reason, decided_by, decided_at_ms FROM booking_verdicts
               WHERE booking_id = $1";
    let row = sqlx::query(sql).bind(booking).fetch_optional(conn).await?;
    row.as_ref().map(verdict_from).transpose()
}

pub(super) async fn dispute(conn: &mut AnyConnection, booking: BookingId) -> Result<Option<Dispute>, sqlx::Error> {
    let sql = "SELECT raised_by, reason, raised_at_ms, state, resolution, resolved_at_ms FROM booking_disputes
               WHERE booking_id = $1";
    let row = sqlx::query(sql).bind(booking).fetch_optional(conn).await?;
    row.as_ref().map(dispute_from).transpose()
}

/// False when there is one.
pub(super) async fn raise(
    conn: &mut AnyConnection,
    booking: BookingId,
    by: Party,
    reason: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "INSERT INTO booking_disputes (booking_id, raised_by, reason, raised_at_ms, state)
               VALUES ($1, $2, $3, $4, 'open') ON CONFLICT (booking_id) DO NOTHING";
    let query = sqlx::query(sql).bind(booking).bind(party_word(by)).bind(reason).bind(now.0);
    Ok(query.execute(conn).await?.rows_affected() == 1)
}

/// False when it is no longer open.
pub(super) async fn resolve(
    conn: &mut AnyConnection,
    booking: BookingId,
    state: DisputeState,
    resolution: &str,
    admin: UserId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE booking_disputes SET state = $2, resolution = $3, resolved_by = $4, resolved_at_ms = $5
               WHERE booking_id = $1 AND state = 'open'";
    let query = sqlx::query(sql).bind(booking).bind(state.as_str()).bind(resolution).bind(admin).bind(now.0);
    Ok(query.execute(conn).await?.rows_affected() == 1)
}

const DISPUTED: &str =
    "SELECT d.booking_id, d.raised_by, d.reason, d.raised_at_ms, d.state, d.resolution, d.resolved_at_ms,
    v.outcome, v.reason AS verdict_reason, v.decided_by, v.decided_at_ms, b.title, b.starts_at_ms, b.ends_at_ms,
    b.mentor_id, mentor.display_name AS mentor_name, b.mentee_id, mentee.display_name AS mentee_name
  FROM booking_disputes d JOIN bookings b ON b.id = d.booking_id JOIN booking_verdicts v ON v.booking_id = d.booking_id
  JOIN users mentor ON mentor.id = b.mentor_id JOIN users mentee ON mentee.id = b.mentee_id";

/// In one state, who waits longest first, after `after`.
pub(super) async fn disputes(
    conn: &mut AnyConnection,
    state: DisputeState,
    after: (Timestamp, String),
    limit: i64,
) -> Result<Vec<Disputed>, sqlx::Error> {
    let sql = format!(
        "{DISPUTED} WHERE d.state = $1 AND (d.raised_at_ms, d.booking_id) > ($2, $3)
         ORDER BY d.raised_at_ms, d.booking_id LIMIT $4"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(state.as_str()).bind(after.0.0).bind(after.1).bind(limit);
    query.fetch_all(conn).await?.iter().map(disputed_from).collect()
}

pub(super) async fn disputed(conn: &mut AnyConnection, booking: BookingId) -> Result<Option<Disputed>, sqlx::Error> {
    let sql = format!("{DISPUTED} WHERE d.booking_id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(booking).fetch_optional(conn).await?;
    row.as_ref().map(disputed_from).transpose()
}

fn party_word(party: Party) -> &'static str {
    match party {
        Party::Mentor => "mentor",
        Party::Mentee => "mentee",
    }
}

fn disputed_from(row: &AnyRow) -> Result<Disputed, sqlx::Error> {
    Ok(Disputed {
        booking: row.try_get("booking_id")?,
        title: row.try_get("title")?,
        starts_at: Timestamp(row.try_get("starts_at_ms")?),
        ends_at: Timestamp(row.try_get("ends_at_ms")?),
        mentor: Person { id: row.try_get("mentor_id")?, display_name: row.try_get("mentor_name")? },
        mentee: Person { id: row.try_get("mentee_id")?, display_name: row.try_get("mentee_name")? },
        dispute: dispute_from(row)?,
        verdict: verdict_from(row)?,
    })
}

fn dispute_from(row: &AnyRow) -> Result<Dispute, sqlx::Error> {
    let (by, state): (String, String) = (row.try_get("raised_by")?, row.try_get("state")?);
    let resolved: Option<i64> = row.try_get("resolved_at_ms")?;
    Ok(Dispute {
        raised_by: if by == "mentor" { Party::Mentor } else { Party::Mentee },
        reason: row.try_get("reason")?,
        raised_at_ms: Timestamp(row.try_get("raised_at_ms")?),
        state: DisputeState::parse(&state).ok_or_else(|| sqlx::Error::Decode(state.into()))?,
        resolution: row.try_get("resolution")?,
        resolved_at_ms: resolved.map(Timestamp),
    })
}

fn verdict_from(row: &AnyRow) -> Result<Verdict, sqlx::Error> {
    let (outcome, by): (String, String) = (row.try_get("outcome")?, row.try_get("decided_by")?);
    Ok(Verdict {
        outcome: Outcome::parse(&outcome).ok_or_else(|| sqlx::Error::Decode(outcome.into()))?,
        by: Judge::parse(&by).ok_or_else(|| sqlx::Error::Decode(by.into()))?,
        reason: row.try_get("verdict_reason")?,
        decided_at_ms: Timestamp(row.try_get("decided_at_ms")?),
    })
}
