//! SQL of `proposals` and `proposal_times`.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{Ending, Proposal};
use crate::booking::appointments::model::{Actor, Party};
use crate::booking::appointments::store::Whose;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, ProposalId, UserId};

const PROPOSAL: &str =
    "SELECT id, booking_id, made_by, note, origin, expires_at_ms FROM proposals WHERE state = 'open'";

/// False when another is open.
pub(super) async fn insert_proposal(
    conn: &mut AnyConnection,
    new: &Proposal,
    mentor: UserId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "INSERT INTO proposals
                 (id, booking_id, mentor_id, made_by, state, note, origin, expires_at_ms, created_at_ms)
               VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let done = sqlx::query(sql)
        .bind(new.id)
        .bind(new.booking)
        .bind(mentor)
        .bind(Actor::from(new.by).as_str())
        .bind(&new.note)
        .bind(&new.origin)
        .bind(new.expires_at.0)
        .bind(now.0)
        .execute(&mut *conn)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    for (time, holder) in &new.times {
        let sql = "INSERT INTO proposal_times (proposal_id, starts_at_ms, holder_id) VALUES ($1, $2, $3)";
        sqlx::query(sql).bind(new.id).bind(time.0).bind(*holder).execute(&mut *conn).await?;
    }
    Ok(true)
}

/// What is open for a booking, overdue or not.
pub(in crate::booking::appointments) async fn open_proposal(
    conn: &mut AnyConnection,
    booking: BookingId,
) -> Result<Option<Proposal>, sqlx::Error> {
    let sql = format!("{PROPOSAL} AND booking_id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(booking).fetch_optional(&mut *conn).await?;
    match row {
        Some(row) => Ok(Some(proposal_from(conn, &row).await?)),
        None => Ok(None),
    }
}

/// Oldest first.
pub(in crate::booking::appointments) async fn overdue_proposals(
    conn: &mut AnyConnection,
    whose: Whose,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Proposal>, sqlx::Error> {
    let (which, mentor) = match whose {
        Whose::Anyones => ("", String::new()),
        Whose::Of { mentor, .. } => (" AND mentor_id = $3", mentor.to_string()),
    };
    let sql = format!("{PROPOSAL} AND expires_at_ms <= $1{which} ORDER BY id LIMIT $2");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(now.0).bind(limit);
    let query = if which.is_empty() { query } else { query.bind(mentor) };
    let rows = query.fetch_all(&mut *conn).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push(proposal_from(conn, row).await?);
    }
    Ok(found)
}

/// False when it was not open any more.
pub(super) async fn end_proposal(
    conn: &mut AnyConnection,
    id: ProposalId,
    ending: Ending,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE proposals SET state = $2 WHERE id = $1 AND state = 'open'";
    Ok(sqlx::query(sql).bind(id).bind(ending.as_str()).execute(conn).await?.rows_affected() == 1)
}

async fn proposal_from(conn: &mut AnyConnection, row: &AnyRow) -> Result<Proposal, sqlx::Error> {
    let (id, by): (ProposalId, String) = (row.try_get("id")?, row.try_get("made_by")?);
    let sql = "SELECT starts_at_ms, holder_id FROM proposal_times WHERE proposal_id = $1 ORDER BY starts_at_ms";
    let rows = sqlx::query(sql).bind(id).fetch_all(conn).await?;
    let time = |row: &AnyRow| Ok((Timestamp(row.try_get("starts_at_ms")?), row.try_get("holder_id")?));
    Ok(Proposal {
        id,
        booking: row.try_get("booking_id")?,
        by: Party::parse(&by).ok_or_else(|| sqlx::Error::Decode(by.into()))?,
        note: row.try_get("note")?,
        origin: row.try_get("origin")?,
        expires_at: Timestamp(row.try_get("expires_at_ms")?),
        times: rows.iter().map(time).collect::<Result<_, sqlx::Error>>()?,
    })
}
