//! SQL of `booking_history`.

use sqlx::{AnyConnection, Row};

use crate::booking::appointments::model::{Actor, HistoryLine, What};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, EventId, UserId};

pub(in crate::booking::appointments) async fn write_history(
    conn: &mut AnyConnection,
    id: EventId,
    booking: BookingId,
    line: &HistoryLine,
    actor: Option<UserId>,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO booking_history (id, booking_id, what, done_by, actor_id, reason, at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(id)
        .bind(booking)
        .bind(line.what.as_str())
        .bind(line.by.as_str())
        .bind(actor)
        .bind(&line.reason)
        .bind(line.at_ms.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Oldest first.
pub(in crate::booking::appointments) async fn history(
    conn: &mut AnyConnection,
    booking: BookingId,
) -> Result<Vec<HistoryLine>, sqlx::Error> {
    let sql = "SELECT what, done_by, reason, at_ms FROM booking_history WHERE booking_id = $1 ORDER BY id";
    let rows = sqlx::query(sql).bind(booking).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let (what, by): (String, String) = (row.try_get("what")?, row.try_get("done_by")?);
            Ok(HistoryLine {
                at_ms: Timestamp(row.try_get("at_ms")?),
                what: What::parse(&what).ok_or_else(|| sqlx::Error::Decode(what.into()))?,
                by: Actor::parse(&by).ok_or_else(|| sqlx::Error::Decode(by.into()))?,
                reason: row.try_get("reason")?,
            })
        })
        .collect()
}
