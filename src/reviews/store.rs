//! SQL of reviews, reports and ratings.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::model::{Direction, Moderation, ModerationLine, Place, Queue, Rating, Report, Review, Words};
use super::rules;
use crate::booking::{Party, Person};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::places;
use crate::kernel::ids::{BookingId, EventId, ReviewId, UserId};

const REVIEW: &str =
    "SELECT r.id, r.booking_id, r.direction, r.author_id, author.display_name AS author_name, r.mentor_id,
    mentor.display_name AS mentor_name, r.rating, r.text, r.created_at_ms, r.edited_at_ms, r.reply, r.replied_at_ms,
    r.hidden_reason
  FROM reviews r JOIN users author ON author.id = r.author_id JOIN users mentor ON mentor.id = r.mentor_id";

/// What `me` is in a booking; None when they are not in it.
pub(super) async fn place(
    conn: &mut AnyConnection,
    me: UserId,
    booking: BookingId,
) -> Result<Option<Place>, sqlx::Error> {
    let sql = "SELECT mentor_id, state FROM bookings WHERE id = $1 AND (mentor_id = $2 OR mentee_id = $2)";
    let row = sqlx::query(sql).bind(booking).bind(me).fetch_optional(conn).await?;
    row.map(|row| {
        let mentor: UserId = row.try_get("mentor_id")?;
        let direction = if mentor == me { Direction::OfMentee } else { Direction::OfMentor };
        let took_place = row.try_get::<String, _>("state")? == "completed";
        Ok(Place { direction, mentor, took_place })
    })
    .transpose()
}

pub(super) async fn insert(
    conn: &mut AnyConnection,
    id: ReviewId,
    booking: BookingId,
    author: UserId,
    place: &Place,
    words: &Words,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    // Twice at once: the second finds the first and says it differently.
    let sql = "INSERT INTO reviews (id, booking_id, direction, author_id, mentor_id, rating, text, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (booking_id, direction) DO UPDATE SET rating = excluded.rating, text = excluded.text";
    sqlx::query(sql)
        .bind(id)
        .bind(booking)
        .bind(place.direction.as_str())
        .bind(author)
        .bind(place.mentor)
        .bind(words.rating)
        .bind(&words.text)
        .bind(now.0)
        .execute(conn)
        .await
        .map(|_| ())
}

pub(super) async fn edit(
    conn: &mut AnyConnection,
    id: ReviewId,
    words: &Words,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE reviews SET rating = $2, text = $3, edited_at_ms = $4
               WHERE id = $1 AND (rating <> $2 OR text <> $3)";
    sqlx::query(sql).bind(id).bind(words.rating).bind(&words.text).bind(now.0).execute(conn).await.map(|_| ())
}

pub(super) async fn by_author(
    conn: &mut AnyConnection,
    author: UserId,
    booking: BookingId,
) -> Result<Option<Review>, sqlx::Error> {
    let sql = format!("{REVIEW} WHERE r.booking_id = $1 AND r.author_id = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(booking).bind(author).fetch_optional(conn).await?;
    row.as_ref().map(review_from).transpose()
}

/// What the mentee said, unless it is hidden.
pub(super) async fn public_of_booking(
    conn: &mut AnyConnection,
    booking: BookingId,
) -> Result<Option<Review>, sqlx::Error> {
    let sql = format!("{REVIEW} WHERE r.booking_id = $1 AND r.direction = 'of_mentor' AND r.is_hidden = 0");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(booking).fetch_optional(conn).await?;
    row.as_ref().map(review_from).transpose()
}

pub(super) async fn review(conn: &mut AnyConnection, id: ReviewId) -> Result<Option<Review>, sqlx::Error> {
    let sql = format!("{REVIEW} WHERE r.id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(review_from).transpose()
}

/// Public ones, newest first, before `after`.
pub(super) async fn of_mentor(
    conn: &mut AnyConnection,
    mentor: UserId,
    after: Option<(Timestamp, ReviewId)>,
    limit: i64,
) -> Result<Vec<Review>, sqlx::Error> {
    // Above every time and every UUID.
    let (at, id) = after.map_or((i64::MAX, "g".to_owned()), |(at, id)| (at.0, id.to_string()));
    let sql = format!(
        "{REVIEW} WHERE r.mentor_id = $1 AND r.direction = 'of_mentor' AND r.is_hidden = 0
           AND (r.created_at_ms, r.id) < ($2, $3) ORDER BY r.created_at_ms DESC, r.id DESC LIMIT $4"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(mentor).bind(at).bind(id).bind(limit).fetch_all(conn).await?;
    rows.iter().map(review_from).collect()
}

/// How many public reviews gave one star, two, … five.
pub(super) async fn counts(conn: &mut AnyConnection, mentor: UserId) -> Result<[i64; 5], sqlx::Error> {
    let sql = "SELECT rating, CAST(COUNT(*) AS BIGINT) AS reviews FROM reviews
               WHERE mentor_id = $1 AND direction = 'of_mentor' AND is_hidden = 0 GROUP BY rating";
    let mut counts = [0; 5];
    for row in sqlx::query(sql).bind(mentor).fetch_all(conn).await? {
        let rating: i16 = row.try_get("rating")?;
        if let Some(count) = usize::try_from(rating - 1).ok().and_then(|index| counts.get_mut(index)) {
            *count = row.try_get("reviews")?;
        }
    }
    Ok(counts)
}

pub(super) async fn ratings(
    conn: &mut AnyConnection,
    mentors: &[UserId],
) -> Result<HashMap<UserId, Rating>, sqlx::Error> {
    if mentors.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT mentor_id, reviews, stars FROM mentor_ratings WHERE reviews > 0 AND mentor_id IN ({})",
        places(1, mentors.len())
    );
    let query = mentors.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, mentor| query.bind(*mentor));
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let (reviews, stars) = (row.try_get("reviews")?, row.try_get("stars")?);
            Ok((row.try_get("mentor_id")?, Rating { milli: rules::bayesian_milli(reviews, stars), reviews }))
        })
        .collect()
}

/// Nobody else counts this mentor's reviews until the transaction is over.
pub(super) async fn lock_rating(conn: &mut AnyConnection, mentor: UserId) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO mentor_ratings (mentor_id, reviews, stars) VALUES ($1, 0, 0)
               ON CONFLICT (mentor_id) DO UPDATE SET reviews = mentor_ratings.reviews";
    sqlx::query(sql).bind(mentor).execute(conn).await.map(|_| ())
}

pub(super) async fn count_again(conn: &mut AnyConnection, mentor: UserId) -> Result<(), sqlx::Error> {
    let public = "FROM reviews WHERE mentor_id = $1 AND direction = 'of_mentor' AND is_hidden = 0";
    let sql = format!(
        "UPDATE mentor_ratings SET reviews = (SELECT COUNT(*) {public}),
           stars = (SELECT COALESCE(SUM(rating), 0) {public}) WHERE mentor_id = $1"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(mentor).execute(conn).await.map(|_| ())
}

/// False when it is no public review of this mentor.
pub(super) async fn reply(
    conn: &mut AnyConnection,
    review: ReviewId,
    mentor: UserId,
    reply: Option<&str>,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE reviews SET reply = $3, replied_at_ms = $4
               WHERE id = $1 AND mentor_id = $2 AND direction = 'of_mentor' AND is_hidden = 0";
    let query = sqlx::query(sql).bind(review).bind(mentor).bind(reply).bind(reply.map(|_| now.0));
    Ok(query.execute(conn).await?.rows_affected() == 1)
}

/// False when they reported it before.
pub(super) async fn report(
    conn: &mut AnyConnection,
    review: ReviewId,
    reporter: UserId,
    reason: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "INSERT INTO review_reports (review_id, reporter_id, reason, reported_at_ms) VALUES ($1, $2, $3, $4)
               ON CONFLICT (review_id, reporter_id) DO NOTHING";
    let done = sqlx::query(sql).bind(review).bind(reporter).bind(reason).bind(now.0).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Ids of a queue, with when they came into it, after `after`.
pub(super) async fn listed(
    conn: &mut AnyConnection,
    queue: Queue,
    after: Option<(Timestamp, ReviewId)>,
    limit: i64,
) -> Result<Vec<(Timestamp, ReviewId)>, sqlx::Error> {
    let (at, id) = after.map_or((i64::MIN, String::new()), |(at, id)| (at.0, id.to_string()));
    let sql = match queue {
        Queue::Reported => {
            "SELECT review_id AS id, MIN(reported_at_ms) AS at_ms FROM review_reports WHERE settled_at_ms IS NULL
             GROUP BY review_id HAVING (MIN(reported_at_ms), review_id) > ($1, $2)
             ORDER BY MIN(reported_at_ms), review_id LIMIT $3"
        }
        Queue::Hidden => {
            "SELECT id, created_at_ms AS at_ms FROM reviews WHERE is_hidden = 1 AND (created_at_ms, id) > ($1, $2)
             ORDER BY created_at_ms, id LIMIT $3"
        }
    };
    let rows = sqlx::query(sql).bind(at).bind(id).bind(limit).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((Timestamp(row.try_get("at_ms")?), row.try_get("id")?))).collect()
}

/// Those nobody has decided about, oldest first.
pub(super) async fn reports(conn: &mut AnyConnection, review: ReviewId) -> Result<Vec<Report>, sqlx::Error> {
    let sql = "SELECT p.reporter_id, u.display_name, p.reason, p.reported_at_ms FROM review_reports p
               JOIN users u ON u.id = p.reporter_id
               WHERE p.review_id = $1 AND p.settled_at_ms IS NULL ORDER BY p.reported_at_ms, p.reporter_id";
    let rows = sqlx::query(sql).bind(review).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Report {
                reporter: Person { id: row.try_get("reporter_id")?, display_name: row.try_get("display_name")? },
                reason: row.try_get("reason")?,
                reported_at_ms: Timestamp(row.try_get("reported_at_ms")?),
            })
        })
        .collect()
}

/// Whether there were any.
pub(super) async fn settle_reports(
    conn: &mut AnyConnection,
    review: ReviewId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE review_reports SET settled_at_ms = $2 WHERE review_id = $1 AND settled_at_ms IS NULL";
    Ok(sqlx::query(sql).bind(review).bind(now.0).execute(conn).await?.rows_affected() > 0)
}

/// False when it is hidden already.
pub(super) async fn hide(conn: &mut AnyConnection, review: ReviewId, reason: &str) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE reviews SET is_hidden = 1, hidden_reason = $2 WHERE id = $1 AND is_hidden = 0";
    Ok(sqlx::query(sql).bind(review).bind(reason).execute(conn).await?.rows_affected() == 1)
}

/// False when it is not hidden.
pub(super) async fn restore(conn: &mut AnyConnection, review: ReviewId) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE reviews SET is_hidden = 0, hidden_reason = NULL WHERE id = $1 AND is_hidden = 1";
    Ok(sqlx::query(sql).bind(review).execute(conn).await?.rows_affected() == 1)
}

pub(super) async fn note(
    conn: &mut AnyConnection,
    id: EventId,
    review: ReviewId,
    what: Moderation,
    admin: UserId,
    reason: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql =
        "INSERT INTO review_moderation (id, review_id, what, admin_id, reason, at_ms) VALUES ($1, $2, $3, $4, $5, $6)";
    let query = sqlx::query(sql).bind(id).bind(review).bind(what.as_str()).bind(admin).bind(reason).bind(now.0);
    query.execute(conn).await.map(|_| ())
}

/// Oldest first.
pub(super) async fn moderation(conn: &mut AnyConnection, review: ReviewId) -> Result<Vec<ModerationLine>, sqlx::Error> {
    let sql = "SELECT m.what, m.admin_id, u.display_name, m.reason, m.at_ms FROM review_moderation m
               JOIN users u ON u.id = m.admin_id WHERE m.review_id = $1 ORDER BY m.id";
    let rows = sqlx::query(sql).bind(review).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(ModerationLine {
                what: row.try_get("what")?,
                admin: Person { id: row.try_get("admin_id")?, display_name: row.try_get("display_name")? },
                reason: row.try_get("reason")?,
                at_ms: Timestamp(row.try_get("at_ms")?),
            })
        })
        .collect()
}

/// Whether they had not been asked.
pub(super) async fn ask_once(conn: &mut AnyConnection, booking: BookingId, of: Party) -> Result<bool, sqlx::Error> {
    let sql =
        "INSERT INTO review_requests (booking_id, party) VALUES ($1, $2) ON CONFLICT (booking_id, party) DO NOTHING";
    let party = match of {
        Party::Mentor => "mentor",
        Party::Mentee => "mentee",
    };
    Ok(sqlx::query(sql).bind(booking).bind(party).execute(conn).await?.rows_affected() == 1)
}

/// Whom a letter is for.
pub(super) struct Addressee {
    pub email: String,
    pub display_name: String,
    /// The name of the other.
    pub other: String,
    pub title: String,
}

/// None for whoever has written a review.
pub(super) async fn addressee(
    conn: &mut AnyConnection,
    booking: BookingId,
    of: Party,
) -> Result<Option<Addressee>, sqlx::Error> {
    let (me, other) = match of {
        Party::Mentor => ("b.mentor_id", "b.mentee_id"),
        Party::Mentee => ("b.mentee_id", "b.mentor_id"),
    };
    let sql = format!(
        "SELECT me.email, me.display_name, other.display_name AS other_name, b.title
         FROM bookings b JOIN users me ON me.id = {me} JOIN users other ON other.id = {other}
         WHERE b.id = $1 AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.booking_id = b.id AND r.author_id = {me})"
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(booking).fetch_optional(conn).await?;
    row.map(|row| {
        Ok(Addressee {
            email: row.try_get("email")?,
            display_name: row.try_get("display_name")?,
            other: row.try_get("other_name")?,
            title: row.try_get("title")?,
        })
    })
    .transpose()
}

fn review_from(row: &AnyRow) -> Result<Review, sqlx::Error> {
    let time = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(Timestamp));
    let direction: String = row.try_get("direction")?;
    Ok(Review {
        id: row.try_get("id")?,
        booking: row.try_get("booking_id")?,
        direction: if direction == "of_mentee" { Direction::OfMentee } else { Direction::OfMentor },
        author: Person { id: row.try_get("author_id")?, display_name: row.try_get("author_name")? },
        mentor: Person { id: row.try_get("mentor_id")?, display_name: row.try_get("mentor_name")? },
        rating: row.try_get("rating")?,
        text: row.try_get("text")?,
        created_at: Timestamp(row.try_get("created_at_ms")?),
        edited_at: time("edited_at_ms")?,
        reply: row.try_get("reply")?,
        replied_at: time("replied_at_ms")?,
        hidden_reason: row.try_get("hidden_reason")?,
    })
}
