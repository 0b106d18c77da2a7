//! SQL of `search_terms`, `search_words`, `search_facts` and `saved_mentors`.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::model::{Bounds, Driver, Facet, Facts, Free, Place, Sort, Term, Wanted};
use super::rules;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

/// Rows of one INSERT: three values each stay below every engine's limit.
const ROWS: usize = 2_000;
/// The word as it was typed comes before words it begins.
const TYPED: i64 = 100;
/// Above every price and every time.
const NEVER: i64 = i64::MAX;
/// So many within bounds are many: there is no need to count on.
const MANY: i64 = 2_000;
const WEEK: Duration = Duration::from_secs(7 * 86_400);

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

/// Ids and ranks of mentors that have one of the terms of each of `wanted` and are within `bounds`, ranked by the one at
/// `by`, best first, after `after`. Reads each ranking term's index from the top and stops as soon as the page is full.
///
/// The conditions are written so that PostgreSQL does that too: it turns EXISTS into joins that read every mentor of a
/// term first, and would sort them all for a condition it takes to be rarely true, as it does `= 1` and `IS NULL`.
pub(super) async fn search(
    conn: &mut AnyConnection,
    asked: &Asked<'_>,
    by: usize,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(UserId, i64)>, sqlx::Error> {
    let Some(ranking) = asked.wanted.get(by) else { return Ok(Vec::new()) };
    if ranking.terms.len() > 1 && after.is_none_or(|place| place.rank >= TYPED) {
        // Those with the word as it was typed come first, and mostly they are enough.
        let mut typed = asked.wanted.to_vec();
        if let Some(ranking) = typed.get_mut(by) {
            ranking.terms.truncate(1);
        }
        let typed = Asked { wanted: &typed, ..*asked };
        let found = Box::pin(search(conn, &typed, by, after, limit)).await?;
        if i64::try_from(found.len()).is_ok_and(|found| found >= limit) {
            return Ok(found);
        }
    }
    let mut places = Places::default();
    let must = asked.conditions(&mut places, Some(by));
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

/// The same as [`search`] when few have one of what is wanted, or are within bounds: reads all of them rather than many
/// others on the way to them.
pub(super) async fn search_among(
    conn: &mut AnyConnection,
    asked: &Asked<'_>,
    by: usize,
    driver: Driver,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(UserId, i64)>, sqlx::Error> {
    let Some(ranking) = asked.wanted.get(by) else { return Ok(Vec::new()) };
    let mut places = Places::default();
    let must = asked.conditions(&mut places, None);
    let all = places.list(&ranking.terms);
    let source = asked.source(&mut places, driver);
    let typed = places.text(ranking.terms.first().cloned().unwrap_or_default());
    let rank = places.number(after.map_or(i64::from(i16::MAX), |place| place.rank));
    let id = places.text(after.map_or_else(|| "g".to_owned(), |place| place.mentor.to_string()));
    let limit = places.number(limit);
    let sql = format!(
        "SELECT mentor_id, rank FROM (
           SELECT s.mentor_id, CAST((SELECT MAX(o.weight + CASE WHEN o.term = {typed} THEN {TYPED} ELSE 0 END)
             FROM search_terms o WHERE o.mentor_id = s.mentor_id AND o.term IN ({all})) AS BIGINT) AS rank
           FROM {source}{must}) AS found
         WHERE (rank, mentor_id) < ({rank}, {id}) ORDER BY rank DESC, mentor_id DESC LIMIT {limit}"
    );
    places.run(conn, sql).await
}

/// Ids of mentors that fit, in the order of a figure (with the figure), after `after`.
pub(super) async fn sorted(
    conn: &mut AnyConnection,
    asked: &Asked<'_>,
    sort: Sort,
    driver: Driver,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(UserId, i64)>, sqlx::Error> {
    let (key, beyond, order, first) = match sort {
        Sort::Relevance | Sort::Rating => ("rating_key", "<", "DESC", NEVER),
        Sort::Price => ("price_key", ">", "ASC", -1),
        Sort::Soonest => ("soonest_key", ">", "ASC", asked.now.0),
    };
    let mut places = Places::default();
    // Above every id.
    let (rank, id) = after.map_or((first, "g".to_owned()), |place| (place.rank, place.mentor.to_string()));
    let (rank, id, never) = (places.number(rank), places.text(id), places.number(NEVER));
    let limit = places.number(limit);
    let after = |f: &str| format!("({f}.{key}, {f}.mentor_id) {beyond} ({rank}, {id}) AND {f}.{key} < {never}",);
    let sql = match driver {
        Driver::Order => {
            let bounds: String = asked.bounds(&mut places, "s").iter().map(|bound| format!(" AND {bound}")).collect();
            let must = asked.having(&mut places, None);
            format!(
                "SELECT s.mentor_id, s.{key} AS rank FROM search_facts s WHERE {}{bounds}{must}
                 ORDER BY s.{key} {order}, s.mentor_id {order} LIMIT {limit}",
                after("s")
            )
        }
        Driver::Terms(_) | Driver::Bounds => {
            let source = asked.source(&mut places, driver);
            let must = asked.conditions(&mut places, None);
            format!(
                "SELECT f.mentor_id, f.{key} AS rank FROM (SELECT DISTINCT s.mentor_id FROM {source}{must}) AS few
                 JOIN search_facts f ON f.mentor_id = few.mentor_id WHERE {}
                 ORDER BY f.{key} {order}, f.mentor_id {order} LIMIT {limit}",
                after("f")
            )
        }
    };
    places.run(conn, sql).await
}

/// How many are within the bounds; None when many are, or nothing bounds.
pub(super) async fn within(conn: &mut AnyConnection, asked: &Asked<'_>) -> Result<Option<i64>, sqlx::Error> {
    let mut fewest = MANY;
    // Each by its own index, up to what is many.
    for bounds in asked.bounds.one_by_one() {
        let mut places = Places::default();
        let bound = Asked { bounds, ..*asked }.bounds(&mut places, "f").join(" AND ");
        let many = places.number(fewest);
        let sql = format!(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM search_facts f WHERE {bound} LIMIT {many}) AS few"
        );
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false);
        for value in places.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        fewest = fewest.min(query.fetch_one(&mut *conn).await?);
    }
    Ok(Some(fewest).filter(|fewest| *fewest < MANY))
}

/// Keeps what search knows of these mentors; None forgets them.
pub(super) async fn set_facts(
    conn: &mut AnyConnection,
    mentors: &[(UserId, Option<Facts>)],
) -> Result<(), sqlx::Error> {
    let gone: Vec<_> = mentors.iter().filter(|(_, facts)| facts.is_none()).map(|(mentor, _)| *mentor).collect();
    for mentors in gone.chunks(ROWS) {
        let places: Vec<_> = (1..=mentors.len()).map(|place| format!("${place}")).collect();
        let sql = format!("DELETE FROM search_facts WHERE mentor_id IN ({})", places.join(", "));
        let query = mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, mentor| query.bind(*mentor));
        query.execute(&mut *conn).await?;
    }
    let known: Vec<_> =
        mentors.iter().filter_map(|(mentor, facts)| facts.as_ref().map(|facts| (*mentor, facts))).collect();
    for known in known.chunks(ROWS / 4) {
        let sql = format!(
            "INSERT INTO search_facts
               (mentor_id, price_key, currency, rating_key, reviews, soonest_key, recheck_at_ms) VALUES {}
             ON CONFLICT (mentor_id) DO UPDATE SET price_key = excluded.price_key, currency = excluded.currency,
               rating_key = excluded.rating_key, reviews = excluded.reviews, soonest_key = excluded.soonest_key,
               recheck_at_ms = excluded.recheck_at_ms",
            values(known.len(), 7)
        );
        let query = known.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, (mentor, facts)| {
            query
                .bind(*mentor)
                .bind(facts.price.as_ref().map_or(NEVER, |(minor, _)| *minor))
                .bind(facts.price.as_ref().map(|(_, currency)| currency.clone()))
                .bind(facts.rating_milli)
                .bind(facts.reviews)
                .bind(facts.soonest.map_or(NEVER, |soonest| soonest.0))
                .bind(facts.recheck_at.0)
        });
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// What search knows of these mentors.
pub(super) async fn facts(conn: &mut AnyConnection, mentors: &[UserId]) -> Result<HashMap<UserId, Facts>, sqlx::Error> {
    if mentors.is_empty() {
        return Ok(HashMap::new());
    }
    let places: Vec<_> = (1..=mentors.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT mentor_id, price_key, currency, rating_key, reviews, soonest_key, recheck_at_ms FROM search_facts
         WHERE mentor_id IN ({})",
        places.join(", ")
    );
    let query = mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, mentor| query.bind(*mentor));
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let (price, soonest): (i64, i64) = (row.try_get("price_key")?, row.try_get("soonest_key")?);
            let currency: Option<String> = row.try_get("currency")?;
            let facts = Facts {
                price: currency.map(|currency| (price, currency)),
                rating_milli: row.try_get("rating_key")?,
                reviews: row.try_get("reviews")?,
                soonest: Some(Timestamp(soonest)).filter(|soonest| soonest.0 < NEVER),
                recheck_at: Timestamp(row.try_get("recheck_at_ms")?),
                time_zone: None,
            };
            Ok((row.try_get("mentor_id")?, facts))
        })
        .collect()
}

/// Mentors whose facts are no longer so by themselves, longest first.
pub(super) async fn to_recheck(
    conn: &mut AnyConnection,
    now: Timestamp,
    most: i64,
) -> Result<Vec<UserId>, sqlx::Error> {
    let sql = "SELECT mentor_id FROM search_facts WHERE recheck_at_ms <= $1 ORDER BY recheck_at_ms, mentor_id LIMIT $2";
    let rows = sqlx::query(sql).bind(now.0).bind(most).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get("mentor_id")).collect()
}

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub wanted: &'a [Wanted],
    pub bounds: Bounds,
    pub now: Timestamp,
}

impl Asked<'_> {
    /// That a mentor `s` has one of the terms of each but the one at `except`, and is within the bounds.
    fn conditions(&self, places: &mut Places, except: Option<usize>) -> String {
        let mut conditions = self.having(places, except);
        let bounds = self.bounds(places, "f");
        if !bounds.is_empty() {
            conditions.push_str(&format!(
                " AND (SELECT 1 FROM search_facts f WHERE f.mentor_id = s.mentor_id AND {} LIMIT 1) IS NOT NULL",
                bounds.join(" AND ")
            ));
        }
        conditions
    }

    /// That a mentor `s` has one of the terms of each but the one at `except`.
    fn having(&self, places: &mut Places, except: Option<usize>) -> String {
        let others = self.wanted.iter().enumerate().filter(|(index, _)| Some(*index) != except);
        others
            .map(|(_, wanted)| {
                let terms = places.list(&wanted.terms);
                format!(
                    " AND (SELECT 1 FROM search_terms o WHERE o.mentor_id = s.mentor_id AND o.term IN ({terms}) LIMIT 1)
                       IS NOT NULL"
                )
            })
            .collect()
    }

    /// `table s WHERE …`: who is read first.
    fn source(&self, places: &mut Places, driver: Driver) -> String {
        match driver {
            Driver::Terms(index) => {
                let terms = self.wanted.get(index).map(|wanted| wanted.terms.clone()).unwrap_or_default();
                format!("search_terms s WHERE s.term IN ({})", places.list(&terms))
            }
            Driver::Bounds | Driver::Order => {
                format!("search_facts s WHERE {}", self.bounds(places, "s").join(" AND "))
            }
        }
    }

    /// One condition for each figure that is bounded.
    fn bounds(&self, places: &mut Places, table: &str) -> Vec<String> {
        let Bounds { price_min, price_max, rating_min, free } = self.bounds;
        let mut found = Vec::new();
        if price_min.is_some() || price_max.is_some() {
            let (min, max) = (places.number(price_min.unwrap_or(0)), places.number(price_max.unwrap_or(NEVER - 1)));
            found.push(format!("{table}.price_key >= {min} AND {table}.price_key <= {max}"));
        }
        if let Some(min) = rating_min {
            found.push(format!("{table}.rating_key >= {}", places.number(min.max(1))));
        }
        if free == Free::ThisWeek {
            let (now, until) = (places.number(self.now.0), places.number(self.now.plus(WEEK).0));
            found.push(format!("{table}.soonest_key > {now} AND {table}.soonest_key <= {until}"));
        }
        found
    }
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
