//! SQL of `search_terms`, `search_words` and `saved_mentors`.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::model::{Facet, Place, Term, Wanted};
use super::rules;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

/// Rows of one INSERT: three values each stay below every engine's limit.
const ROWS: usize = 2_000;
/// The word as it was typed comes before words it begins.
const TYPED: i64 = 100;

/// Makes these the terms of these mentors, and counts again.
pub(super) async fn replace(conn: &mut AnyConnection, mentors: &[(UserId, Vec<Term>)]) -> Result<(), sqlx::Error> {
    if mentors.is_empty() {
        return Ok(());
    }
    let places: Vec<_> = (1..=mentors.len()).map(|place| format!("${place}")).collect();
    let among = format!("IN ({})", places.join(", "));
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
        let places: Vec<_> = (1..=fewer.len()).map(|place| format!("${place}")).collect();
        let sql = format!("DELETE FROM search_words WHERE mentors = 0 AND term IN ({})", places.join(", "));
        let query = fewer.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, (term, _)| query.bind(term));
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// `($1, $2), ($3, $4)`.
fn values(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<_> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Forgets all terms, for building them anew.
pub(super) async fn clear(conn: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM search_terms").execute(&mut *conn).await?;
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

/// Ids and ranks of mentors that have one of the terms of each of `wanted`, ranked by the one at `by`, best first,
/// after `after`. Reads each ranking term's index from the top and stops as soon as the page is full.
///
/// The conditions are written so that PostgreSQL does that too: it turns EXISTS into joins that read every mentor of a
/// term first, and would sort them all for a condition it takes to be rarely true, as it does `= 1` and `IS NULL`.
pub(super) async fn search(
    conn: &mut AnyConnection,
    wanted: &[Wanted],
    by: usize,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(UserId, i64)>, sqlx::Error> {
    let Some(ranking) = wanted.get(by) else { return Ok(Vec::new()) };
    if ranking.terms.len() > 1 && after.is_none_or(|place| place.rank >= TYPED) {
        // Those with the word as it was typed come first, and mostly they are enough.
        let mut typed = wanted.to_vec();
        if let Some(ranking) = typed.get_mut(by) {
            ranking.terms.truncate(1);
        }
        let found = Box::pin(search(conn, &typed, by, after, limit)).await?;
        if i64::try_from(found.len()).is_ok_and(|found| found >= limit) {
            return Ok(found);
        }
    }
    let mut places = Places::default();
    let must = conditions(&mut places, wanted.iter().filter(|wanted| !std::ptr::eq(*wanted, ranking)));
    let (limit, id) = (places.number(limit), after.map_or_else(|| "g".to_owned(), |place| place.mentor.to_string()));
    let id = places.text(id);
    let all = places.list(&ranking.terms);
    let bonus = |index: usize| if index == 0 { TYPED } else { 0 };
    let typed = places.text(ranking.terms.first().cloned().unwrap_or_default());
    let mut branches = Vec::new();
    for (index, term) in ranking.terms.iter().enumerate() {
        let bonus = bonus(index);
        let term = places.text(term.clone());
        let weight = places.number(after.map_or(i64::from(i16::MAX), |place| place.rank - bonus));
        // Who has several of these words is found by the best alone.
        let best = if ranking.terms.len() == 1 {
            String::new()
        } else {
            format!(
                " AND COALESCE((SELECT 0 FROM search_terms o WHERE o.mentor_id = s.mentor_id AND o.term IN ({all})
                   AND (o.weight + CASE WHEN o.term = {typed} THEN {TYPED} ELSE 0 END, o.term)
                     > (s.weight + {bonus}, s.term) LIMIT 1), 1) <> 0"
            )
        };
        branches.push(format!(
            "SELECT * FROM (SELECT s.mentor_id, CAST(s.weight + {bonus} AS BIGINT) AS rank FROM search_terms s
               WHERE s.term = {term} AND (s.weight, s.mentor_id) < ({weight}, {id}){must}{best}
               ORDER BY s.weight DESC, s.mentor_id DESC LIMIT {limit}) AS b{index}"
        ));
    }
    let sql = format!(
        "SELECT mentor_id, rank FROM ({}) AS found ORDER BY rank DESC, mentor_id DESC LIMIT {limit}",
        branches.join(" UNION ALL ")
    );
    places.run(conn, sql).await
}

/// The same as [`search`] for a filter that few have: reads all of them rather than many others on the way to them.
pub(super) async fn search_among(
    conn: &mut AnyConnection,
    wanted: &[Wanted],
    by: usize,
    few: usize,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(UserId, i64)>, sqlx::Error> {
    let (Some(ranking), Some(few)) = (wanted.get(by), wanted.get(few)) else { return Ok(Vec::new()) };
    let mut places = Places::default();
    let must = conditions(&mut places, wanted.iter().filter(|wanted| !std::ptr::eq(*wanted, ranking)));
    let (all, few) = (places.list(&ranking.terms), places.list(&few.terms));
    let typed = places.text(ranking.terms.first().cloned().unwrap_or_default());
    let rank = places.number(after.map_or(i64::from(i16::MAX), |place| place.rank));
    let id = places.text(after.map_or_else(|| "g".to_owned(), |place| place.mentor.to_string()));
    let limit = places.number(limit);
    let sql = format!(
        "SELECT mentor_id, rank FROM (
           SELECT s.mentor_id, CAST((SELECT MAX(o.weight + CASE WHEN o.term = {typed} THEN {TYPED} ELSE 0 END)
             FROM search_terms o WHERE o.mentor_id = s.mentor_id AND o.term IN ({all})) AS BIGINT) AS rank
           FROM search_terms s WHERE s.term IN ({few}){must}) AS found
         WHERE (rank, mentor_id) < ({rank}, {id}) ORDER BY rank DESC, mentor_id DESC LIMIT {limit}"
    );
    places.run(conn, sql).await
}

/// That a mentor `s` has one of the terms of each.
fn conditions<'a>(places: &mut Places, wanted: impl Iterator<Item = &'a Wanted>) -> String {
    let condition = |wanted: &Wanted| {
        let terms = places.list(&wanted.terms);
        format!(
            " AND (SELECT 1 FROM search_terms o WHERE o.mentor_id = s.mentor_id AND o.term IN ({terms}) LIMIT 1) IS NOT NULL"
        )
    };
    wanted.map(condition).collect()
}

enum Value {
    Text(String),
    Number(i64),
}

/// Values on their way into a statement, and where they stand in it.
#[derive(Default)]
struct Places {
    values: Vec<Value>,
}

impl Places {
    fn text(&mut self, text: String) -> String {
        self.values.push(Value::Text(text));
        format!("${}", self.values.len())
    }

    fn number(&mut self, number: i64) -> String {
        self.values.push(Value::Number(number));
        format!("${}", self.values.len())
    }

    /// Runs a statement of mentors and ranks with these values in it.
    async fn run(self, conn: &mut AnyConnection, sql: String) -> Result<Vec<(UserId, i64)>, sqlx::Error> {
        // Planned each time for these very terms: PostgreSQL's plan for any term is wrong for the common ones.
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        for value in self.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query.fetch_all(conn).await?.iter().map(|row| Ok((row.try_get("mentor_id")?, row.try_get("rank")?))).collect()
    }

    fn list(&mut self, texts: &[String]) -> String {
        texts.iter().map(|text| self.text(text.clone())).collect::<Vec<_>>().join(", ")
    }
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
