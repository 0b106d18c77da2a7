//! SQL of `busy_calendars` and `busy_weeks`.

use std::collections::{BTreeMap, HashMap, HashSet};

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::model::{BusyCalendar, Kind, Read, Source, Subscription, Tags, Trouble};
use crate::availability::outlook::{Of, note_change};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::places;
use crate::kernel::ids::{CalendarId, UserId};

const WEEK_MS: i64 = 7 * 86_400_000;

const CALENDAR: &str =
    "SELECT id, mentor_id, source, kind, name, secret, checked_at_ms, read_at_ms, due_at_ms, failures,
    trouble, etag, last_modified, whole_at_ms, events, left_out FROM busy_calendars";

/// Oldest first.
pub(super) async fn calendars_of(conn: &mut AnyConnection, mentor: UserId) -> Result<Vec<BusyCalendar>, sqlx::Error> {
    let sql = format!("{CALENDAR} WHERE mentor_id = $1 ORDER BY created_at_ms, id");
    sqlx::query(AssertSqlSafe(sql)).bind(mentor).fetch_all(conn).await?.iter().map(calendar_from).collect()
}

/// Longest due first.
pub(super) async fn due(
    conn: &mut AnyConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<BusyCalendar>, sqlx::Error> {
    let sql = format!("{CALENDAR} WHERE due_at_ms <= $1 ORDER BY due_at_ms, id LIMIT $2");
    sqlx::query(AssertSqlSafe(sql)).bind(now.0).bind(limit).fetch_all(conn).await?.iter().map(calendar_from).collect()
}

/// False when somebody else has begun to read it.
pub(super) async fn lease(
    conn: &mut AnyConnection,
    id: CalendarId,
    seen: Timestamp,
    until: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE busy_calendars SET due_at_ms = $3 WHERE id = $1 AND due_at_ms = $2";
    let done = sqlx::query(sql).bind(id).bind(seen.0).bind(until.0).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn count(conn: &mut AnyConnection, mentor: UserId) -> Result<i64, sqlx::Error> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM busy_calendars WHERE mentor_id = $1";
    sqlx::query_scalar(sql).bind(mentor).fetch_one(conn).await
}

pub(super) async fn is_known(conn: &mut AnyConnection, mentor: UserId, fingerprint: &str) -> Result<bool, sqlx::Error> {
    let sql = "SELECT id FROM busy_calendars WHERE mentor_id = $1 AND fingerprint = $2";
    Ok(sqlx::query(sql).bind(mentor).bind(fingerprint).fetch_optional(conn).await?.is_some())
}

/// False when the mentor has it already.
pub(super) async fn insert(
    conn: &mut AnyConnection,
    new: &Subscription,
    name: &str,
    sealed: &str,
    fingerprint: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "INSERT INTO busy_calendars (id, mentor_id, source, kind, name, secret, fingerprint, created_at_ms,
                 checked_at_ms, read_at_ms, due_at_ms, failures, whole_at_ms, events, left_out)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $8, 0, $8, 0, 0) ON CONFLICT DO NOTHING";
    let done = sqlx::query(sql)
        .bind(new.id)
        .bind(new.mentor)
        .bind(new.source.as_str())
        .bind(new.kind.as_str())
        .bind(name)
        .bind(sealed)
        .bind(fingerprint)
        .bind(now.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// None of it: nothing has changed since it was last read.
pub(super) async fn succeeded(
    conn: &mut AnyConnection,
    id: CalendarId,
    read: Option<&Read>,
    now: Timestamp,
    due_at: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql =
        "UPDATE busy_calendars SET checked_at_ms = $2, read_at_ms = $2, due_at_ms = $3, failures = 0, trouble = NULL
               WHERE id = $1";
    let there = sqlx::query(sql).bind(id).bind(now.0).bind(due_at.0).execute(&mut *conn).await?.rows_affected() == 1;
    let Some(read) = read.filter(|_| there) else { return Ok(()) };
    let sql = "UPDATE busy_calendars SET etag = $2, last_modified = $3, whole_at_ms = $4, events = $5, left_out = $6
               WHERE id = $1";
    sqlx::query(sql)
        .bind(id)
        .bind(&read.tags.etag)
        .bind(&read.tags.last_modified)
        .bind(now.0)
        .bind(read.events)
        .bind(read.left_out)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM busy_weeks WHERE calendar_id = $1").bind(id).execute(&mut *conn).await?;
    for (week, times) in weeks(&read.times) {
        let text = serde_json::to_string(&times).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let sql = "INSERT INTO busy_weeks (calendar_id, week, times) VALUES ($1, $2, $3)";
        sqlx::query(sql).bind(id).bind(week).bind(text).execute(&mut *conn).await?;
    }
    note_change(conn, Of::Calendar(id)).await
}

/// What was read before stays in force.
pub(super) async fn failed(
    conn: &mut AnyConnection,
    id: CalendarId,
    trouble: Trouble,
    failures: i32,
    now: Timestamp,
    due_at: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE busy_calendars SET checked_at_ms = $2, due_at_ms = $3, failures = $4, trouble = $5 WHERE id = $1";
    sqlx::query(sql)
        .bind(id)
        .bind(now.0)
        .bind(due_at.0)
        .bind(failures)
        .bind(trouble.code())
        .execute(conn)
        .await
        .map(|_| ())
}

/// False when it is not this mentor's.
pub(super) async fn delete(conn: &mut AnyConnection, mentor: UserId, id: CalendarId) -> Result<bool, sqlx::Error> {
    let sql = "DELETE FROM busy_weeks
               WHERE calendar_id IN (SELECT id FROM busy_calendars WHERE id = $1 AND mentor_id = $2)";
    sqlx::query(sql).bind(id).bind(mentor).execute(&mut *conn).await?;
    let sql = "DELETE FROM busy_calendars WHERE id = $1 AND mentor_id = $2";
    if sqlx::query(sql).bind(id).bind(mentor).execute(&mut *conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    note_change(conn, Of::Mentor(mentor)).await?;
    Ok(true)
}

/// Whoever connects again has connected once.
pub(super) async fn delete_other_google(
    conn: &mut AnyConnection,
    mentor: UserId,
    kept: CalendarId,
) -> Result<(), sqlx::Error> {
    let sql = "SELECT id FROM busy_calendars WHERE mentor_id = $1 AND source = 'google' AND id <> $2";
    let rows = sqlx::query(sql).bind(mentor).bind(kept).fetch_all(&mut *conn).await?;
    for row in &rows {
        delete(conn, mentor, row.try_get("id")?).await?;
    }
    Ok(())
}

/// All of a mentor's calendars are read anew, and whole: their days are other ones in another zone.
pub(in crate::availability) async fn read_again(
    conn: &mut AnyConnection,
    mentor: UserId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE busy_calendars SET due_at_ms = $2, etag = NULL, last_modified = NULL WHERE mentor_id = $1";
    sqlx::query(sql).bind(mentor).bind(now.0).execute(conn).await.map(|_| ())
}

/// When a mentor is busy in weeks that `from..until` touches, in no order.
pub(in crate::availability) async fn busy_times(
    conn: &mut AnyConnection,
    mentor: UserId,
    range: (Timestamp, Timestamp),
) -> Result<Vec<(Timestamp, Timestamp)>, sqlx::Error> {
    Ok(busy_times_among(conn, &[mentor], range).await?.remove(&mentor).unwrap_or_default())
}

/// As [`busy_times`], of several.
pub(in crate::availability) async fn busy_times_among(
    conn: &mut AnyConnection,
    mentors: &[UserId],
    (from, until): (Timestamp, Timestamp),
) -> Result<HashMap<UserId, Vec<(Timestamp, Timestamp)>>, sqlx::Error> {
    if mentors.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT c.mentor_id, w.times FROM busy_calendars c JOIN busy_weeks w ON w.calendar_id = c.id
         WHERE w.week >= $1 AND w.week <= $2 AND c.mentor_id IN ({})",
        places(3, mentors.len())
    );
    let weeks = (from.0.div_euclid(WEEK_MS), until.0.div_euclid(WEEK_MS));
    let query = sqlx::query(AssertSqlSafe(sql)).bind(weeks.0).bind(weeks.1);
    let query = mentors.iter().fold(query, |query, mentor| query.bind(*mentor));
    let rows = query.fetch_all(conn).await?;
    let mut found: HashMap<UserId, Vec<_>> = HashMap::new();
    for row in &rows {
        let text: String = row.try_get("times")?;
        let times: Vec<(i64, i64)> = serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let times = times.into_iter().map(|(from, until)| (Timestamp(from), Timestamp(until)));
        found.entry(row.try_get("mentor_id")?).or_default().extend(times);
    }
    Ok(found)
}

/// The zone a mentor's days are in: where they said when they can be booked, else of their account.
pub(super) async fn zone_of(conn: &mut AnyConnection, mentor: UserId) -> Result<String, sqlx::Error> {
    if let Some(document) = crate::availability::store::document(conn, mentor).await? {
        return Ok(document.time_zone);
    }
    let zone: Option<String> =
        sqlx::query_scalar("SELECT time_zone FROM users WHERE id = $1").bind(mentor).fetch_one(conn).await?;
    Ok(zone.unwrap_or_else(|| "UTC".to_owned()))
}

/// Bookings, series and group sessions of a mentor's, which are known here better than in a calendar that has copies of them.
pub(super) async fn booking_ids_of(conn: &mut AnyConnection, mentor: UserId) -> Result<HashSet<String>, sqlx::Error> {
    let sql = "SELECT id FROM bookings WHERE mentor_id = $1
               UNION SELECT series_id FROM bookings WHERE mentor_id = $1 AND series_id IS NOT NULL
               UNION SELECT id FROM sessions WHERE mentor_id = $1 AND seats > 1";
    sqlx::query(sql).bind(mentor).fetch_all(conn).await?.iter().map(|row| row.try_get("id")).collect()
}

/// Times cut into the weeks they reach into.
fn weeks(times: &[(Timestamp, Timestamp)]) -> BTreeMap<i64, Vec<(i64, i64)>> {
    let mut found: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
    for (from, until) in times {
        for week in from.0.div_euclid(WEEK_MS)..=(until.0 - 1).div_euclid(WEEK_MS) {
            let cut = (from.0.max(week * WEEK_MS), until.0.min((week + 1) * WEEK_MS));
            found.entry(week).or_default().push(cut);
        }
    }
    found
}

fn calendar_from(row: &AnyRow) -> Result<BusyCalendar, sqlx::Error> {
    let (source, kind): (String, String) = (row.try_get("source")?, row.try_get("kind")?);
    let trouble: Option<String> = row.try_get("trouble")?;
    let at = |column: &str| row.try_get(column).map(Timestamp);
    Ok(BusyCalendar {
        id: row.try_get("id")?,
        mentor: row.try_get("mentor_id")?,
        source: Source::parse(&source).ok_or_else(|| sqlx::Error::Decode(source.into()))?,
        kind: Kind::parse(&kind).ok_or_else(|| sqlx::Error::Decode(kind.into()))?,
        name: row.try_get("name")?,
        host: None,
        sealed: row.try_get("secret")?,
        checked_at: at("checked_at_ms")?,
        read_at: at("read_at_ms")?,
        due_at: at("due_at_ms")?,
        failures: row.try_get("failures")?,
        trouble: trouble.and_then(|code| Trouble::parse(&code)),
        tags: Tags { etag: row.try_get("etag")?, last_modified: row.try_get("last_modified")? },
        whole_at: at("whole_at_ms")?,
        events: row.try_get("events")?,
        left_out: row.try_get("left_out")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_cut_at_weeks() {
        let at = Timestamp;
        let cut = weeks(&[(at(WEEK_MS - 5), at(2 * WEEK_MS)), (at(2 * WEEK_MS + 1), at(2 * WEEK_MS + 2))]);
        let expected = [
            (0, vec![(WEEK_MS - 5, WEEK_MS)]),
            (1, vec![(WEEK_MS, 2 * WEEK_MS)]),
            (2, vec![(2 * WEEK_MS + 1, 2 * WEEK_MS + 2)]),
        ];
        assert_eq!(cut, BTreeMap::from(expected));
        assert_eq!(weeks(&[(at(-1), at(1))]).len(), 2);
    }
}
