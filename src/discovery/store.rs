//! SQL of `search_terms`, `search_words` and `saved_mentors`.

mod facts;
mod search;

pub(super) use facts::{facts, forget_facts, set_facts, to_recheck};
pub(super) use search::{Asked, search, search_among, sorted, within};

use std::collections::BTreeMap;

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::model::{Facet, Term};
use super::rules;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::places;
use crate::kernel::ids::UserId;

/// Rows of one INSERT: three values each stay below every engine's limit.
const ROWS: usize = 2_000;
/// Above every price and every time: there is none.
const NEVER: i64 = i64::MAX;

/// Makes these the terms of these mentors, and counts again.
pub(super) async fn replace(conn: &mut AnyConnection, mentors: &[(UserId, Vec<Term>)]) -> Result<(), sqlx::Error> {
    if mentors.is_empty() {
        return Ok(());
    }
    let among = format!("IN ({})", places(1, mentors.len()));
    let bound =
        |sql: String| mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, (mentor, _)| query.bind(*mentor));
    // One at a time for one mentor, or the counts would not add up.
    bound(format!("UPDATE mentors SET status = status WHERE user_id {among}")).execute(&mut *conn).await?;
    let counts = format!(
        "SELECT term, CAST(COUNT(*) AS BIGINT) AS mentors FROM search_terms WHERE mentor_id {among} GROUP BY term"
    );
    let mut changes: BTreeMap<String, (String, i64)> = BTreeMap::new();
    for row in bound(counts).fetch_all(&mut *conn).await? {
        changes.insert(row.try_get("term")?, (String::new(), -row.try_get::<i64, _>("mentors")?));
    }
    bound(format!("DELETE FROM search_terms WHERE mentor_id {among}")).execute(&mut *conn).await?;
    for term in mentors.iter().flat_map(|(_, terms)| terms) {
        let (label, mentors) = changes.entry(term.term.clone()).or_default();
        label.clone_from(&term.label);
        *mentors += 1;
    }
    let rows: Vec<_> =
        mentors.iter().flat_map(|(mentor, terms)| terms.iter().map(move |term| (*mentor, term))).collect();
    for rows in rows.chunks(ROWS) {
        let sql = format!("INSERT INTO search_terms (mentor_id, term, weight) VALUES {}", values(rows.len(), 3));
        let query = sqlx::query(AssertSqlSafe(sql));
        let query =
            rows.iter().fold(query, |query, (mentor, term)| query.bind(*mentor).bind(&term.term).bind(term.weight));
        query.execute(&mut *conn).await?;
    }
    // In the order of the terms, which two transactions share.
    let changes: Vec<_> = changes.into_iter().filter(|(_, (_, mentors))| *mentors != 0).collect();
    for changes in changes.chunks(ROWS) {
        let sql = format!(
            "INSERT INTO search_words (term, head, label, mentors) VALUES {}
             ON CONFLICT (term) DO UPDATE SET mentors = search_words.mentors + excluded.mentors",
            values(changes.len(), 4)
        );
        let query = changes.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, (term, (label, mentors))| {
            query.bind(term).bind(rules::head(term)).bind(label).bind(mentors)
        });
        query.execute(&mut *conn).await?;
    }
    // A word that only somebody had who has left says something of them.
    let fewer: Vec<_> = changes.iter().filter(|(_, (_, mentors))| *mentors < 0).collect();
    for fewer in fewer.chunks(ROWS) {
        let sql = format!("DELETE FROM search_words WHERE mentors = 0 AND term IN ({})", places(1, fewer.len()));
        let query = fewer.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, (term, _)| query.bind(term));
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// `($1, $2), ($3, $4)`.
fn values(rows: usize, columns: usize) -> String {
    let row = |row: usize| format!("({})", places(row * columns + 1, columns));
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Forgets all terms and figures, for building them anew.
pub(super) async fn clear(conn: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM search_terms").execute(&mut *conn).await?;
    sqlx::query("DELETE FROM search_facts").execute(&mut *conn).await?;
    sqlx::query("DELETE FROM search_words").execute(conn).await.map(|_| ())
}

/// How many mentors have `term`.
pub(super) async fn mentors_with(conn: &mut AnyConnection, term: &str) -> Result<i64, sqlx::Error> {
    let row = sqlx::query("SELECT mentors FROM search_words WHERE term = $1").bind(term).fetch_optional(conn).await?;
    Ok(row.map(|row| row.try_get("mentors")).transpose()?.unwrap_or_default())
}

/// The most common words that begin with `prefix` (two characters or more), with how many mentors have them.
pub(super) async fn words_with(
    conn: &mut AnyConnection,
    prefix: &str,
    limit: i64,
) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let sql = "SELECT term, mentors FROM search_words WHERE head = $1 AND mentors > 0 AND term LIKE $2
               ORDER BY mentors DESC, term DESC LIMIT $3";
    let query = sqlx::query(sql).bind(rules::head(prefix)).bind(format!("{prefix}%")).bind(limit);
    query.fetch_all(conn).await?.iter().map(|row| Ok((row.try_get("term")?, row.try_get("mentors")?))).collect()
}

/// The most common values of one kind of filter.
pub(super) async fn facets(conn: &mut AnyConnection, kind: &str, limit: i64) -> Result<Vec<Facet>, sqlx::Error> {
    let sql = "SELECT term, label, mentors FROM search_words WHERE head = $1 AND mentors > 0
               ORDER BY mentors DESC, term DESC LIMIT $2";
    let rows = sqlx::query(sql).bind(kind).bind(limit).fetch_all(conn).await?;
    let facet = |row: &sqlx::any::AnyRow| {
        let term: String = row.try_get("term")?;
        let value = term.strip_prefix(kind).unwrap_or(&term).to_owned();
        Ok(Facet { value, label: row.try_get("label")?, mentors: row.try_get("mentors")? })
    };
    rows.iter().map(facet).collect()
}

pub(super) async fn save(
    conn: &mut AnyConnection,
    user: UserId,
    mentor: UserId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO saved_mentors (user_id, mentor_id, saved_at_ms) VALUES ($1, $2, $3)
               ON CONFLICT (user_id, mentor_id) DO NOTHING";
    sqlx::query(sql).bind(user).bind(mentor).bind(now.0).execute(conn).await.map(|_| ())
}

pub(super) async fn forget(conn: &mut AnyConnection, user: UserId, mentor: UserId) -> Result<(), sqlx::Error> {
    let sql = "DELETE FROM saved_mentors WHERE user_id = $1 AND mentor_id = $2";
    sqlx::query(sql).bind(user).bind(mentor).execute(conn).await.map(|_| ())
}

/// Saved mentors of `user`, the newest first.
pub(super) async fn saved(conn: &mut AnyConnection, user: UserId, limit: i64) -> Result<Vec<UserId>, sqlx::Error> {
    let sql = "SELECT mentor_id FROM saved_mentors WHERE user_id = $1
               ORDER BY saved_at_ms DESC, mentor_id DESC LIMIT $2";
    let rows = sqlx::query(sql).bind(user).bind(limit).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get("mentor_id")).collect()
}
