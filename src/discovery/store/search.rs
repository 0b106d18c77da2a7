//! The statements of a search, over `search_terms` and `search_facts`.

use std::time::Duration;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::NEVER;
use crate::discovery::model::{Bounds, Few, Figure, Free, Place, Sort, Wanted};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

/// The word as it was typed comes before words it begins.
const TYPED: i64 = 100;
/// So many within bounds are many: there is no need to count on.
const MANY: i64 = 2_000;
const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// Ids and ranks of mentors that fit, ranked by the wanted at `by`, best first, after `after`. Reads each ranking
/// term's index from the top and stops as soon as the page is full.
///
/// The conditions are written so that PostgreSQL does that too: it turns EXISTS into joins that read every mentor of a
/// term first, and would sort them all for a condition it takes to be rarely true, as it does `= 1` and `IS NULL`.
pub(in crate::discovery) async fn search(
    conn: &mut AnyConnection,
    asked: &Asked<'_>,
    by: usize,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(UserId, i64)>, sqlx::Error> {
    let Some(ranking) = asked.wanted.get(by) else { return Ok(Vec::new()) };
    if ranking.terms.len() > 1 && after.is_none_or(|place| place.rank >= TYPED) {
        // Those with the word as it was typed come first, and mostly they are enough.
        let mut wanted = asked.wanted.to_vec();
        if let Some(ranking) = wanted.get_mut(by) {
            ranking.terms.truncate(1);
        }
        let typed = Asked { wanted: &wanted, bounds: asked.bounds, now: asked.now };
        let found = Box::pin(search(conn, &typed, by, after, limit)).await?;
        if i64::try_from(found.len()).is_ok_and(|found| found >= limit) {
            return Ok(found);
        }
    }
    let mut places = Places::default();
    let must = [asked.having(&mut places, &[by]), asked.within(&mut places)].concat();
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

/// The same as [`search`], by reading all of the few rather than many others on the way to them.
pub(in crate::discovery) async fn search_among(
    conn: &mut AnyConnection,
    asked: &Asked<'_>,
    by: usize,
    few: Few,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(UserId, i64)>, sqlx::Error> {
    let Some(ranking) = asked.wanted.get(by) else { return Ok(Vec::new()) };
    let mut places = Places::default();
    let among = asked.among(&mut places, few, Some(by));
    let all = places.list(&ranking.terms);
    let typed = places.text(ranking.terms.first().cloned().unwrap_or_default());
    let rank = places.number(after.map_or(i64::from(i16::MAX), |place| place.rank));
    let id = places.text(after.map_or_else(|| "g".to_owned(), |place| place.mentor.to_string()));
    let limit = places.number(limit);
    // Who has nothing that ranks has no rank, which is below none.
    let sql = format!(
        "SELECT mentor_id, rank FROM (
           SELECT s.mentor_id, CAST((SELECT MAX(o.weight + CASE WHEN o.term = {typed} THEN {TYPED} ELSE 0 END)
             FROM search_terms o WHERE o.mentor_id = s.mentor_id AND o.term IN ({all})) AS BIGINT) AS rank
           FROM {among}) AS found
         WHERE (rank, mentor_id) < ({rank}, {id}) ORDER BY rank DESC, mentor_id DESC LIMIT {limit}"
    );
    places.run(conn, sql).await
}

/// Ids of mentors that fit, in the order of a figure (with the figure), after `after`: walks the figure's index and
/// stops as soon as the page is full, or reads all of the few.
pub(in crate::discovery) async fn sorted(
    conn: &mut AnyConnection,
    asked: &Asked<'_>,
    sort: Sort,
    few: Option<Few>,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(UserId, i64)>, sqlx::Error> {
    let (figure, beyond, order, first) = match sort {
        Sort::Relevance | Sort::Rating => (Figure::Rating, "<", "DESC", NEVER),
        Sort::Price => (Figure::Price, ">", "ASC", -1),
        Sort::Soonest => (Figure::Soonest, ">", "ASC", asked.now.0),
    };
    let key = column(figure);
    let mut places = Places::default();
    // Above every id.
    let (rank, id) = after.map_or((first, "g".to_owned()), |place| (place.rank, place.mentor.to_string()));
    let (rank, id, never) = (places.number(rank), places.text(id), places.number(NEVER));
    let limit = places.number(limit);
    let source = match few {
        None => {
            let bounds = asked.bounds(&mut places, "s", Some(figure));
            let bounds: String = bounds.iter().map(|bound| format!(" AND {bound}")).collect();
            format!("search_facts s WHERE s.{key} < {never}{bounds}{}", asked.having(&mut places, &[]))
        }
        Some(few) => format!(
            "(SELECT DISTINCT s.mentor_id FROM {}) AS few JOIN search_facts s ON s.mentor_id = few.mentor_id
             WHERE s.{key} < {never}",
            asked.among(&mut places, few, None)
        ),
    };
    let sql = format!(
        "SELECT s.mentor_id, s.{key} AS rank FROM {source} AND (s.{key}, s.mentor_id) {beyond} ({rank}, {id})
         ORDER BY s.{key} {order}, s.mentor_id {order} LIMIT {limit}"
    );
    places.run(conn, sql).await
}

/// The bound that the fewest are within, and how many; None when many are, or nothing bounds. Each is counted by its own
/// index.
pub(in crate::discovery) async fn within(
    conn: &mut AnyConnection,
    asked: &Asked<'_>,
) -> Result<Option<(Figure, i64)>, sqlx::Error> {
    let mut fewest: Option<(Figure, i64)> = None;
    for (figure, bounds) in asked.bounds.one_by_one() {
        let most = fewest.map_or(MANY, |(_, mentors)| mentors);
        let mut places = Places::default();
        let bound = Asked { wanted: &[], bounds, now: asked.now }.bounds(&mut places, "f", Some(figure)).join(" AND ");
        let enough = places.number(most);
        let sql = format!(
            "SELECT CAST(COUNT(*) AS BIGINT) AS mentors
             FROM (SELECT 1 AS one FROM search_facts f WHERE {bound} LIMIT {enough}) AS some_of_them"
        );
        let counted = places.fetch(conn, sql).await?;
        let mentors = counted.first().map(|row| row.try_get::<i64, _>("mentors")).transpose()?.unwrap_or(most);
        if mentors < most {
            fewest = Some((figure, mentors));
        }
    }
    Ok(fewest)
}

fn column(figure: Figure) -> &'static str {
    match figure {
        Figure::Price => "price_key",
        Figure::Rating => "rating_key",
        Figure::Soonest => "soonest_key",
    }
}

/// What is asked for.
pub(in crate::discovery) struct Asked<'a> {
    pub wanted: &'a [Wanted],
    pub bounds: Bounds,
    pub now: Timestamp,
}

impl Asked<'_> {
    /// That a mentor `s` has one of the terms of each of the wanted, but those at `except`.
    fn having(&self, places: &mut Places, except: &[usize]) -> String {
        let others = self.wanted.iter().enumerate().filter(|(index, _)| !except.contains(index));
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

    /// That a mentor `s` is within the bounds.
    fn within(&self, places: &mut Places) -> String {
        let bounds = self.bounds(places, "f", None);
        if bounds.is_empty() {
            return String::new();
        }
        format!(
            " AND (SELECT 1 FROM search_facts f WHERE f.mentor_id = s.mentor_id AND {} LIMIT 1) IS NOT NULL",
            bounds.join(" AND ")
        )
    }

    /// `table s WHERE …`: all of the few who fit, but for what ranks. Who has several terms is there several times.
    fn among(&self, places: &mut Places, few: Few, by: Option<usize>) -> String {
        let except = |index: Option<usize>| by.into_iter().chain(index).collect::<Vec<_>>();
        match few {
            Few::Terms(index) => {
                let terms = self.wanted.get(index).map(|wanted| places.list(&wanted.terms)).unwrap_or_default();
                let must = [self.having(places, &except(Some(index))), self.within(places)].concat();
                format!("search_terms s WHERE s.term IN ({terms}){must}")
            }
            Few::Bound(figure) => {
                let bounds = self.bounds(places, "s", Some(figure)).join(" AND ");
                format!("search_facts s WHERE {bounds}{}", self.having(places, &except(None)))
            }
        }
    }

    /// One condition for each figure of `table` that is bounded. Of their indexes only the one of `by` may be read: the
    /// engines do not know how many are within a bound, and would read thousands for another.
    fn bounds(&self, places: &mut Places, table: &str, by: Option<Figure>) -> Vec<String> {
        let Bounds { price_min, price_max, rating_min, free } = self.bounds;
        // To both engines a column with a sign is no column of an index.
        let of = |figure: Figure| format!("{}{table}.{}", if by == Some(figure) { "" } else { "+" }, column(figure));
        let mut found = Vec::new();
        if price_min.is_some() || price_max.is_some() {
            let (min, max) = (places.number(price_min.unwrap_or(0)), places.number(price_max.unwrap_or(NEVER - 1)));
            found.push(format!("{price} >= {min} AND {price} <= {max}", price = of(Figure::Price)));
        }
        if let Some(min) = rating_min {
            found.push(format!("{} >= {}", of(Figure::Rating), places.number(min)));
        }
        if free == Free::ThisWeek {
            let (now, until) = (places.number(self.now.0), places.number(self.now.plus(WEEK).0));
            found.push(format!("{soonest} > {now} AND {soonest} <= {until}", soonest = of(Figure::Soonest)));
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

    fn list(&mut self, texts: &[String]) -> String {
        texts.iter().map(|text| self.text(text.clone())).collect::<Vec<_>>().join(", ")
    }

    /// Runs a statement of mentors and ranks with these values in it.
    async fn run(self, conn: &mut AnyConnection, sql: String) -> Result<Vec<(UserId, i64)>, sqlx::Error> {
        let rows = self.fetch(conn, sql).await?;
        rows.iter().map(|row| Ok((row.try_get("mentor_id")?, row.try_get("rank")?))).collect()
    }

    async fn fetch(self, conn: &mut AnyConnection, sql: String) -> Result<Vec<AnyRow>, sqlx::Error> {
        // Planned each time for these very terms: PostgreSQL's plan for any term is wrong for the common ones.
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        for value in self.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query.fetch_all(conn).await
    }
}
