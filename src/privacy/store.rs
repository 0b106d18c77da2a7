//! SQL over every domain's tables: reading what is somebody's, and letting go of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Column, Row, TypeInfo, ValueRef};

use crate::kernel::ids::UserId;

/// Some rows of an archive: `key` in the file `file`.json.
pub struct Part {
    pub file: &'static str,
    pub key: &'static str,
    /// With the person's id as `$1`.
    sql: &'static str,
    /// Columns that hold JSON.
    json: &'static [&'static str],
}

impl Part {
    const fn new(file: &'static str, key: &'static str, sql: &'static str) -> Self {
        Self { file, key, sql, json: &[] }
    }

    /// Whether the archive has rows of `table`.
    pub fn reads(&self, table: &str) -> bool {
        let mut words = self.sql.split_whitespace();
        // The first table is the one that rows are of; others only say more of them.
        words.by_ref().find(|word| *word == "FROM").and_then(|_| words.next()) == Some(table)
    }

    const fn with_json(self, json: &'static [&'static str]) -> Self {
        Self { json, ..self }
    }
}

/// Content of an archive, by the name of its file.
pub(super) type Files = BTreeMap<&'static str, Map<String, Value>>;

/// Everything that is `user`'s.
pub(super) async fn collect(conn: &mut AnyConnection, user: UserId) -> Result<Files, sqlx::Error> {
    let mut files = Files::new();
    for part in PARTS {
        let rows = sqlx::query(part.sql).bind(user).fetch_all(&mut *conn).await?;
        let rows = rows.iter().map(|row| object(row, part)).collect::<Result<Vec<_>, _>>()?;
        files.entry(part.file).or_default().insert(part.key.to_owned(), Value::Array(rows));
    }
    Ok(files)
}

fn object(row: &AnyRow, part: &Part) -> Result<Value, sqlx::Error> {
    let mut object = Map::new();
    for column in row.columns() {
        let name = column.name();
        object.insert(name.to_owned(), value(row, name, part.json.contains(&name))?);
    }
    Ok(Value::Object(object))
}

fn value(row: &AnyRow, name: &str, json: bool) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(name)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    Ok(match raw.type_info().name() {
        "SMALLINT" | "INTEGER" | "BIGINT" => row.try_get::<i64, _>(name)?.into(),
        _ => {
            let text: String = row.try_get(name)?;
            if json { serde_json::from_str(&text).unwrap_or(Value::String(text)) } else { Value::String(text) }
        }
    })
}

/// What an archive holds. Secrets are left out, and what other people said.
pub const PARTS: &[Part] = &[
    Part::new(
        "account",
        "account",
        "SELECT id, email, email_verified_at_ms, display_name, is_admin, language, time_zone, asks_for_passkey,
           created_at_ms FROM users WHERE id = $1",
    ),
    Part::new(
        "account",
        "linked_accounts",
        "SELECT issuer, subject, email, created_at_ms FROM identities WHERE user_id = $1 ORDER BY created_at_ms",
    ),
    Part::new(
        "account",
        "passkeys",
        "SELECT name, transports, created_at_ms, last_used_at_ms FROM passkeys WHERE user_id = $1 ORDER BY id",
    )
    .with_json(&["transports"]),
    Part::new(
        "account",
        "authenticator_apps",
        "SELECT created_at_ms, confirmed_at_ms FROM totp WHERE user_id = $1",
    ),
    Part::new(
        "account",
        "logins",
        "SELECT id, user_agent, created_at_ms, last_seen_at_ms, expires_at_ms, revoked_at_ms, proved_at_ms
         FROM logins WHERE user_id = $1 ORDER BY created_at_ms",
    ),
    Part::new(
        "mentor",
        "profile",
        "SELECT status, slug, headline, about, experience, skills, languages, links, intro_video_url, created_at_ms,
           applied_at_ms, decided_at_ms, decline_reason FROM mentors WHERE user_id = $1",
    )
    .with_json(&["skills", "languages", "links"]),
    Part::new(
        "mentor",
        "availability",
        "SELECT document, updated_at_ms FROM availability WHERE mentor_id = $1",
    )
    .with_json(&["document"]),
    Part::new(
        "mentor",
        "offerings",
        "SELECT id, title, description, minutes, price_minor, currency, seats, questions, buffer_before_minutes,
           buffer_after_minutes, minimum_notice_minutes, horizon_days, max_per_day, max_per_week,
           cancellation_notice_minutes, is_active, created_at_ms, updated_at_ms
         FROM offerings WHERE mentor_id = $1 ORDER BY created_at_ms",
    )
    .with_json(&["questions"]),
    Part::new(
        "sessions",
        "hosted",
        "SELECT id, title, state, starts_at_ms, ends_at_ms, seats, seats_taken, waiting_room, end_to_end, created_at_ms,
           started_at_ms, ended_at_ms FROM sessions WHERE mentor_id = $1 ORDER BY created_at_ms",
    ),
    Part::new(
        "sessions",
        "member_of",
        "SELECT s.id, s.title, s.state, s.starts_at_ms, s.ends_at_ms, m.created_at_ms
         FROM session_members m JOIN sessions s ON s.id = m.session_id WHERE m.user_id = $1 ORDER BY m.created_at_ms",
    ),
    Part::new(
        "sessions",
        "presence",
        "SELECT session_id, name, role, joined_at_ms, left_at_ms FROM participants WHERE user_id = $1
         ORDER BY joined_at_ms",
    ),
    Part::new(
        "sessions",
        "chat",
        "SELECT c.session_id, c.text, c.sent_at_ms FROM chat_messages c JOIN participants p ON p.id = c.participant_id
         WHERE p.user_id = $1 ORDER BY c.sent_at_ms",
    ),
    Part::new(
        "bookings",
        "as_mentee",
        "SELECT id, session_id, state, title, price_minor, currency, cancellation_notice_minutes, answers, starts_at_ms,
           ends_at_ms, created_at_ms FROM bookings WHERE mentee_id = $1 ORDER BY starts_at_ms, id",
    )
    .with_json(&["answers"]),
    Part::new(
        "bookings",
        "as_mentor",
        "SELECT id, session_id, state, title, price_minor, currency, starts_at_ms, ends_at_ms, created_at_ms
         FROM bookings WHERE mentor_id = $1 ORDER BY starts_at_ms, id",
    ),
    Part::new(
        "bookings",
        "my_changes",
        "SELECT booking_id, what, done_by, reason, at_ms FROM booking_history WHERE actor_id = $1 ORDER BY id",
    ),
    Part::new(
        "bookings",
        "my_proposals",
        "SELECT p.booking_id, p.state, p.note FROM proposals p JOIN bookings b ON b.id = p.booking_id
         WHERE (p.made_by = 'mentor' AND b.mentor_id = $1) OR (p.made_by = 'mentee' AND b.mentee_id = $1) ORDER BY p.id",
    ),
    Part::new(
        "bookings",
        "waiting_for",
        "SELECT offering_id, starts_at_ms, state FROM waitlist WHERE person_id = $1 ORDER BY id",
    ),
    Part::new(
        "mentor",
        "other_calendars",
        "SELECT name, source, kind FROM busy_calendars WHERE mentor_id = $1 ORDER BY id",
    ),
    Part::new(
        "notes",
        "notes",
        "SELECT session_id, text, updated_at_ms FROM session_notes
         WHERE owner = $1 OR (owner = '' AND updated_by = $1) ORDER BY session_id",
    ),
    Part::new(
        "notes",
        "to_do",
        "SELECT session_id, text, due_on, created_at_ms FROM session_actions WHERE created_by = $1 ORDER BY id",
    ),
    Part::new(
        "notes",
        "files",
        "SELECT session_id, name, media_type, created_at_ms FROM session_attachments
         WHERE uploaded_by = $1 ORDER BY id",
    ),
    Part::new(
        "reviews",
        "written",
        "SELECT booking_id, direction, rating, text, created_at_ms FROM reviews WHERE author_id = $1 ORDER BY id",
    ),
    Part::new(
        "reviews",
        "reported",
        "SELECT review_id, reason, reported_at_ms FROM review_reports WHERE reporter_id = $1 ORDER BY review_id",
    ),
    Part::new(
        "saved",
        "mentors",
        "SELECT m.slug, s.saved_at_ms FROM saved_mentors s JOIN mentors m ON m.user_id = s.mentor_id
         WHERE s.user_id = $1 ORDER BY s.saved_at_ms",
    ),
];

/// Nobody can book who leaves.
pub(super) const CLOSE: &[&str] = &[
    "UPDATE offerings SET is_active = 0, description = '', questions = '[]' WHERE mentor_id = $1",
    "DELETE FROM availability WHERE mentor_id = $1",
    "DELETE FROM saved_mentors WHERE user_id = $1 OR mentor_id = $1",
];

/// What stays for the others no longer names them, and no longer says what only they said of themselves.
pub(super) const LET_GO: &[&str] = &[
    "UPDATE chat_messages SET name = 'Deleted person'
     WHERE participant_id IN (SELECT id FROM participants WHERE user_id = $1)",
    "UPDATE participants SET name = 'Deleted person' WHERE user_id = $1",
    "UPDATE bookings SET answers = '[]' WHERE mentee_id = $1",
    "UPDATE booking_history SET reason = '' WHERE actor_id = $1",
    "UPDATE proposals SET note = '' WHERE (made_by = 'mentor' AND mentor_id = $1)
     OR (made_by = 'mentee' AND booking_id IN (SELECT id FROM bookings WHERE mentee_id = $1))",
    "UPDATE waitlist SET state = 'left' WHERE person_id = $1 AND state = 'waiting'",
    "DELETE FROM busy_weeks WHERE calendar_id IN (SELECT id FROM busy_calendars WHERE mentor_id = $1)",
    "DELETE FROM busy_calendars WHERE mentor_id = $1",
    "DELETE FROM calendar_feeds WHERE user_id = $1",
    "DELETE FROM session_notes WHERE owner = $1",
    "UPDATE reviews SET text = '' WHERE author_id = $1",
    "UPDATE reviews SET reply = NULL WHERE mentor_id = $1 AND direction = 'of_mentor'",
    "UPDATE review_reports SET reason = '' WHERE reporter_id = $1",
];

pub(super) async fn run(
    conn: &mut AnyConnection,
    statements: &'static [&'static str],
    user: UserId,
) -> Result<(), sqlx::Error> {
    for sql in statements {
        sqlx::query(*sql).bind(user).execute(&mut *conn).await?;
    }
    Ok(())
}
