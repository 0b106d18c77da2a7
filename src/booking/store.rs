//! SQL of `sessions`, `session_members` and `participants`.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::events::ParticipantJoined;
use super::model::{Encryption, JoinCode, Person, Role, Session, SessionState, WaitingRoom};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{SessionId, UserId};

const SESSION: &str =
    "SELECT s.id, s.title, s.mentor_id, u.display_name, s.state, s.join_code, s.waiting_room, s.end_to_end,
    s.created_at_ms, s.started_at_ms, s.ended_at_ms, s.starts_at_ms,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM participants p WHERE p.session_id = s.id AND p.left_at_ms IS NULL) AS present
  FROM sessions s JOIN users u ON u.id = s.mentor_id";

/// $1 is the mentor or a member.
const MINE: &str = "s.id IN (SELECT id FROM sessions WHERE mentor_id = $1
    UNION SELECT session_id FROM session_members WHERE user_id = $1)";

/// Booked sessions are among a person's sessions from when somebody comes; before that they are among the bookings.
const BEGUN: &str = "(s.starts_at_ms IS NULL OR s.started_at_ms IS NOT NULL)";

/// A session as it is opened.
#[derive(Clone, Copy)]
pub(super) struct NewSession<'a> {
    pub id: SessionId,
    pub mentor: UserId,
    pub title: &'a str,
    pub waiting_room: WaitingRoom,
    pub encryption: Encryption,
    pub code: &'a JoinCode,
}

/// A session whose code is taken is opened again instead.
pub(super) async fn open(conn: &mut AnyConnection, new: NewSession<'_>, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO sessions (id, mentor_id, title, state, join_code, waiting_room, end_to_end, created_at_ms)
         VALUES ($1, $2, $3, 'open', $4, $5, $6, $7)
         ON CONFLICT (join_code) DO UPDATE SET state = 'open', started_at_ms = NULL, ended_at_ms = NULL
           WHERE sessions.state = 'ended'",
    )
    .bind(new.id)
    .bind(new.mentor)
    .bind(new.title)
    .bind(new.code.as_str())
    .bind(match new.waiting_room {
        WaitingRoom::On => 1_i16,
        WaitingRoom::Off => 0,
    })
    .bind(match new.encryption {
        Encryption::EndToEnd => 1_i16,
        Encryption::InTransit => 0,
    })
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn session_by_code(conn: &mut AnyConnection, code: &JoinCode) -> Result<Option<Session>, sqlx::Error> {
    let sql = format!("{SESSION} WHERE s.join_code = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(code.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(session_from).transpose()
}

pub(super) async fn session_by_id(conn: &mut AnyConnection, id: SessionId) -> Result<Option<Session>, sqlx::Error> {
    let sql = format!("{SESSION} WHERE s.id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(session_from).transpose()
}

pub(super) async fn session_of(
    conn: &mut AnyConnection,
    user: UserId,
    id: SessionId,
) -> Result<Option<Session>, sqlx::Error> {
    let sql = format!("{SESSION} WHERE {MINE} AND s.id = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(user).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(session_from).transpose()
}

/// Newest first: ids are ordered by time.
pub(super) async fn sessions_of(
    conn: &mut AnyConnection,
    user: UserId,
    before: Option<SessionId>,
    limit: i64,
) -> Result<Vec<Session>, sqlx::Error> {
    let sql = format!("{SESSION} WHERE {MINE} AND {BEGUN} AND s.id < $2 ORDER BY s.id DESC LIMIT $3");
    // Above every UUID.
    let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(user).bind(before).bind(limit).fetch_all(conn).await?;
    rows.iter().map(session_from).collect()
}

/// Says whether it was not over before.
pub(super) async fn end(conn: &mut AnyConnection, id: SessionId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE sessions SET state = 'ended', ended_at_ms = $2 WHERE id = $1 AND state <> 'ended'";
    let done = sqlx::query(sql).bind(id).bind(now.0).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// The first person is in the room.
pub(super) async fn go_live(conn: &mut AnyConnection, id: SessionId, at: Timestamp) -> Result<(), sqlx::Error> {
    let sql = "UPDATE sessions SET state = 'live', started_at_ms = COALESCE(started_at_ms, $2)
               WHERE id = $1 AND state = 'open'";
    sqlx::query(sql).bind(id).bind(at.0).execute(conn).await.map(|_| ())
}

/// Nobody is in the room any more; the link still works.
pub(super) async fn go_idle(conn: &mut AnyConnection, id: SessionId) -> Result<(), sqlx::Error> {
    let sql = "UPDATE sessions SET state = 'open' WHERE id = $1 AND state = 'live'";
    sqlx::query(sql).bind(id).execute(conn).await.map(|_| ())
}

/// Someone is in the room of a session (rooms without a session are no business of ours).
pub(super) async fn enter(conn: &mut AnyConnection, joined: &ParticipantJoined) -> Result<(), sqlx::Error> {
    let session = sqlx::query("SELECT id FROM sessions WHERE id = $1").bind(joined.session);
    if session.fetch_optional(&mut *conn).await?.is_none() {
        return Ok(());
    }
    // Heard twice, it does not bring back someone who has left since.
    sqlx::query(
        "INSERT INTO participants (id, session_id, user_id, name, role, joined_at_ms) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET left_at_ms = NULL
           WHERE participants.left_at_ms IS NOT NULL AND participants.left_at_ms < excluded.joined_at_ms",
    )
    .bind(joined.participant.to_string())
    .bind(joined.session)
    .bind(joined.user)
    .bind(&joined.name)
    .bind(joined.role.as_str())
    .bind(joined.at.0)
    .execute(&mut *conn)
    .await?;
    let Some(user) = joined.user.filter(|_| joined.role == Role::Member) else { return Ok(()) };
    sqlx::query(
        "INSERT INTO session_members (session_id, user_id, created_at_ms) VALUES ($1, $2, $3)
         ON CONFLICT (session_id, user_id) DO NOTHING",
    )
    .bind(joined.session)
    .bind(user)
    .bind(joined.at.0)
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn leave(
    conn: &mut AnyConnection,
    session: SessionId,
    participant: uuid::Uuid,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE participants SET left_at_ms = $3
               WHERE id = $1 AND session_id = $2 AND left_at_ms IS NULL AND joined_at_ms <= $3";
    sqlx::query(sql).bind(participant.to_string()).bind(session).bind(at.0).execute(conn).await.map(|_| ())
}

pub(super) async fn leave_all(conn: &mut AnyConnection, session: SessionId, at: Timestamp) -> Result<(), sqlx::Error> {
    let sql = "UPDATE participants SET left_at_ms = $2
               WHERE session_id = $1 AND left_at_ms IS NULL AND joined_at_ms <= $2";
    sqlx::query(sql).bind(session).bind(at.0).execute(conn).await.map(|_| ())
}

/// Nobody is in any room; everyone left when their last stay ended.
pub(super) async fn forget_presence(conn: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let leave = "UPDATE participants SET left_at_ms = COALESCE(
                   (SELECT MAX(until_ms) FROM attendance_stays WHERE participant_id = participants.id), joined_at_ms)
                 WHERE left_at_ms IS NULL";
    sqlx::query(leave).execute(&mut *conn).await?;
    sqlx::query("UPDATE sessions SET state = 'open' WHERE state = 'live'").execute(conn).await.map(|_| ())
}

fn session_from(row: &AnyRow) -> Result<Session, sqlx::Error> {
    let state: String = row.try_get("state")?;
    Ok(Session {
        id: row.try_get("id")?,
        title: row.try_get("title")?,
        mentor: Person { id: row.try_get("mentor_id")?, display_name: row.try_get("display_name")? },
        state: SessionState::parse(&state).ok_or_else(|| sqlx::Error::Decode(state.into()))?,
        join_code: JoinCode(row.try_get("join_code")?),
        waiting_room: if row.try_get::<i16, _>("waiting_room")? == 0 { WaitingRoom::Off } else { WaitingRoom::On },
        encryption: if row.try_get::<i16, _>("end_to_end")? == 0 {
            Encryption::InTransit
        } else {
            Encryption::EndToEnd
        },
        created_at: Timestamp(row.try_get("created_at_ms")?),
        started_at: row.try_get::<Option<i64>, _>("started_at_ms")?.map(Timestamp),
        ended_at: row.try_get::<Option<i64>, _>("ended_at_ms")?.map(Timestamp),
        starts_at: row.try_get::<Option<i64>, _>("starts_at_ms")?.map(Timestamp),
        present: row.try_get("present")?,
    })
}
