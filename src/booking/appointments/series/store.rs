//! SQL of `booking_series`.

use sqlx::{AnyConnection, Row};

use super::Rrule;
use crate::booking::appointments::model::Appointment;
use crate::booking::appointments::store as appointments;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, SeriesId, UserId};

/// What bookings that repeat have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::booking::appointments) struct Series {
    pub id: SeriesId,
    pub mentor: UserId,
    pub mentee: UserId,
    pub rrule: Rrule,
    /// IANA; the mentor's when it was booked.
    pub time_zone: String,
    pub first: Timestamp,
}

pub(super) async fn insert(conn: &mut AnyConnection, new: &Series, now: Timestamp) -> Result<(), sqlx::Error> {
    let sql =
        "INSERT INTO booking_series (id, mentor_id, mentee_id, rrule, time_zone, first_starts_at_ms, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(new.id)
        .bind(new.mentor)
        .bind(new.mentee)
        .bind(new.rrule.to_string())
        .bind(&new.time_zone)
        .bind(new.first.0)
        .bind(now.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// A booking is the one of a series that starts then.
pub(super) async fn join(
    conn: &mut AnyConnection,
    booking: BookingId,
    series: SeriesId,
    recurrence: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE bookings SET series_id = $2, recurrence_ms = $3 WHERE id = $1";
    sqlx::query(sql).bind(booking).bind(series).bind(recurrence.0).execute(conn).await.map(|_| ())
}

pub(in crate::booking::appointments) async fn series(
    conn: &mut AnyConnection,
    id: SeriesId,
) -> Result<Option<Series>, sqlx::Error> {
    let sql = "SELECT mentor_id, mentee_id, rrule, time_zone, first_starts_at_ms FROM booking_series WHERE id = $1";
    let row = sqlx::query(sql).bind(id).fetch_optional(conn).await?;
    row.map(|row| {
        let rrule: String = row.try_get("rrule")?;
        Ok(Series {
            id,
            mentor: row.try_get("mentor_id")?,
            mentee: row.try_get("mentee_id")?,
            rrule: Rrule::parse(&rrule).map_err(|_| sqlx::Error::Decode(rrule.into()))?,
            time_zone: row.try_get("time_zone")?,
            first: Timestamp(row.try_get("first_starts_at_ms")?),
        })
    })
    .transpose()
}

/// Of a series, in the order of its rule.
pub(in crate::booking::appointments) async fn appointments_of(
    conn: &mut AnyConnection,
    series: SeriesId,
) -> Result<Vec<Appointment>, sqlx::Error> {
    appointments::appointments_where(conn, "b.series_id = $1 ORDER BY b.recurrence_ms", |query| query.bind(series))
        .await
}

/// Those of a series that are still to come, from one of them on.
pub(in crate::booking::appointments) async fn following(
    conn: &mut AnyConnection,
    series: SeriesId,
    from: Timestamp,
) -> Result<Vec<Appointment>, sqlx::Error> {
    let which = "b.series_id = $1 AND b.recurrence_ms >= $2 AND b.state = 'confirmed' ORDER BY b.recurrence_ms";
    appointments::appointments_where(conn, which, |query| query.bind(series).bind(from.0)).await
}
