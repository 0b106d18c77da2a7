//! SQL of `search_facts`.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{NEVER, values};
use crate::discovery::model::Facts;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::places;
use crate::kernel::ids::UserId;

/// Rows of one INSERT: eight values each stay below every engine's limit.
const ROWS: usize = 500;

/// Keeps what search knows of these mentors.
pub(in crate::discovery) async fn set_facts(
    conn: &mut AnyConnection,
    mentors: &[(UserId, Facts)],
) -> Result<(), sqlx::Error> {
    for mentors in mentors.chunks(ROWS) {
        let sql = format!(
            "INSERT INTO search_facts
               (mentor_id, price_key, currency, rating_key, reviews, soonest_key, time_zone, recheck_at_ms) VALUES {}
             ON CONFLICT (mentor_id) DO UPDATE SET price_key = excluded.price_key, currency = excluded.currency,
               rating_key = excluded.rating_key, reviews = excluded.reviews, soonest_key = excluded.soonest_key,
               time_zone = excluded.time_zone, recheck_at_ms = excluded.recheck_at_ms",
            values(mentors.len(), 8)
        );
        let query = mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, (mentor, facts)| {
            query
                .bind(*mentor)
                .bind(facts.price.as_ref().map_or(NEVER, |(minor, _)| *minor))
                .bind(facts.price.as_ref().map(|(_, currency)| currency.clone()))
                .bind(facts.rating_milli)
                .bind(facts.reviews)
                .bind(facts.soonest.map_or(NEVER, |soonest| soonest.0))
                .bind(facts.time_zone.clone())
                .bind(facts.recheck_at.0)
        });
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

pub(in crate::discovery) async fn forget_facts(
    conn: &mut AnyConnection,
    mentors: &[UserId],
) -> Result<(), sqlx::Error> {
    if mentors.is_empty() {
        return Ok(());
    }
    let sql = format!("DELETE FROM search_facts WHERE mentor_id IN ({})", places(1, mentors.len()));
    let query = mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, mentor| query.bind(*mentor));
    query.execute(conn).await.map(|_| ())
}

/// What search knows of those of these mentors who can be found.
pub(in crate::discovery) async fn facts(
    conn: &mut AnyConnection,
    mentors: &[UserId],
) -> Result<HashMap<UserId, Facts>, sqlx::Error> {
    if mentors.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT mentor_id, price_key, currency, rating_key, reviews, soonest_key, time_zone, recheck_at_ms
         FROM search_facts WHERE mentor_id IN ({})",
        places(1, mentors.len())
    );
    let query = mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, mentor| query.bind(*mentor));
    query.fetch_all(conn).await?.iter().map(|row| Ok((row.try_get("mentor_id")?, facts_from(row)?))).collect()
}

/// Mentors whose figures may be others by now, although nobody did anything; longest first.
pub(in crate::discovery) async fn to_recheck(
    conn: &mut AnyConnection,
    now: Timestamp,
    most: i64,
) -> Result<Vec<UserId>, sqlx::Error> {
    let sql = "SELECT mentor_id FROM search_facts WHERE recheck_at_ms <= $1 ORDER BY recheck_at_ms, mentor_id LIMIT $2";
    let rows = sqlx::query(sql).bind(now.0).bind(most).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get("mentor_id")).collect()
}

fn facts_from(row: &AnyRow) -> Result<Facts, sqlx::Error> {
    let (price, soonest): (i64, i64) = (row.try_get("price_key")?, row.try_get("soonest_key")?);
    let currency: Option<String> = row.try_get("currency")?;
    Ok(Facts {
        price: currency.map(|currency| (price, currency)),
        rating_milli: row.try_get("rating_key")?,
        reviews: row.try_get("reviews")?,
        soonest: Some(Timestamp(soonest)).filter(|soonest| soonest.0 < NEVER),
        time_zone: row.try_get("time_zone")?,
        recheck_at: Timestamp(row.try_get("recheck_at_ms")?),
    })
}
