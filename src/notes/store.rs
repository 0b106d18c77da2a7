//! SQL of `session_notes`, `session_actions`, `session_attachments` and `attachment_usage`.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::model::{Action, Attachment, NewAction, Note, Owner};
use crate::booking::Person;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{ActionId, AttachmentId, SessionId, UserId};

impl Owner {
    fn column(self) -> String {
        match self {
            Self::All => String::new(),
            Self::One(user) => user.to_string(),
        }
    }
}

/// Version 0 where nothing was ever written.
pub(super) async fn note(conn: &mut AnyConnection, session: SessionId, owner: Owner) -> Result<Note, sqlx::Error> {
    let sql = "SELECT n.text, n.version, n.updated_at_ms, u.id, u.display_name
               FROM session_notes n JOIN users u ON u.id = n.updated_by WHERE n.session_id = $1 AND n.owner = $2";
    let row = sqlx::query(sql).bind(session).bind(owner.column()).fetch_optional(conn).await?;
    let Some(row) = row else {
        return Ok(Note { text: String::new(), version: 0, updated_by: None, updated_at_ms: None });
    };
    Ok(Note {
        text: row.try_get("text")?,
        version: row.try_get("version")?,
        updated_by: Some(Person { id: row.try_get("id")?, display_name: row.try_get("display_name")? }),
        updated_at_ms: Some(Timestamp(row.try_get("updated_at_ms")?)),
    })
}

/// False when it is another version than was seen.
pub(super) async fn write_note(
    conn: &mut AnyConnection,
    session: SessionId,
    owner: Owner,
    text: &str,
    seen: i32,
    by: UserId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let insert = "INSERT INTO session_notes (session_id, owner, text, updated_by, updated_at_ms, version)
                  VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (session_id, owner) DO NOTHING";
    let update = "UPDATE session_notes SET text = $3, updated_by = $4, updated_at_ms = $5, version = version + 1
                  WHERE session_id = $1 AND owner = $2 AND version = $6";
    let sql = if seen == 0 { insert } else { update };
    let mut query = sqlx::query(sql).bind(session).bind(owner.column()).bind(text).bind(by).bind(now.0);
    if seen != 0 {
        query = query.bind(seen);
    }
    let done = query.execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

const ACTION: &str = "SELECT a.id, a.text, a.due_on, a.done_at_ms, a.version, a.assignee_id, u.display_name
  FROM session_actions a LEFT JOIN users u ON u.id = a.assignee_id";

/// Oldest first.
pub(super) async fn actions(conn: &mut AnyConnection, session: SessionId) -> Result<Vec<Action>, sqlx::Error> {
    let sql = format!("{ACTION} WHERE a.session_id = $1 ORDER BY a.created_at_ms, a.id");
    sqlx::query(AssertSqlSafe(sql)).bind(session).fetch_all(conn).await?.iter().map(action_from).collect()
}

pub(super) async fn action(
    conn: &mut AnyConnection,
    session: SessionId,
    id: ActionId,
) -> Result<Option<Action>, sqlx::Error> {
    let sql = format!("{ACTION} WHERE a.id = $1 AND a.session_id = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(session).fetch_optional(conn).await?;
    row.as_ref().map(action_from).transpose()
}

pub(super) async fn count_actions(conn: &mut AnyConnection, session: SessionId) -> Result<i64, sqlx::Error> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM session_actions WHERE session_id = $1";
    sqlx::query_scalar(sql).bind(session).fetch_one(conn).await
}

pub(super) async fn insert_action(
    conn: &mut AnyConnection,
    id: ActionId,
    session: SessionId,
    new: &NewAction,
    by: UserId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO session_actions (id, session_id, text, assignee_id, due_on, done_at_ms, version, created_by,
                 created_at_ms) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)";
    sqlx::query(sql)
        .bind(id)
        .bind(session)
        .bind(&new.text)
        .bind(new.assignee_id)
        .bind(&new.due_on)
        .bind(new.is_done.then_some(now.0))
        .bind(by)
        .bind(now.0)
        .execute(conn)
        .await
        .map(|_| ())
}

/// False when it is another version than was seen, or gone. What was done stays done when it was.
pub(super) async fn update_action(
    conn: &mut AnyConnection,
    session: SessionId,
    id: ActionId,
    new: &NewAction,
    seen: i32,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE session_actions SET text = $4, assignee_id = $5, due_on = $6, version = version + 1,
                 done_at_ms = CASE WHEN $7 = 0 THEN NULL WHEN done_at_ms IS NULL THEN $8 ELSE done_at_ms END
               WHERE id = $1 AND session_id = $2 AND version = $3";
    let done = sqlx::query(sql)
        .bind(id)
        .bind(session)
        .bind(seen)
        .bind(&new.text)
        .bind(new.assignee_id)
        .bind(&new.due_on)
        .bind(i16::from(new.is_done))
        .bind(now.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn delete_action(
    conn: &mut AnyConnection,
    session: SessionId,
    id: ActionId,
) -> Result<bool, sqlx::Error> {
    let sql = "DELETE FROM session_actions WHERE id = $1 AND session_id = $2";
    Ok(sqlx::query(sql).bind(id).bind(session).execute(conn).await?.rows_affected() == 1)
}

fn action_from(row: &AnyRow) -> Result<Action, sqlx::Error> {
    let assignee = match row.try_get::<Option<UserId>, _>("assignee_id")? {
        Some(id) => Some(Person { id, display_name: row.try_get("display_name")? }),
        None => None,
    };
    Ok(Action {
        id: row.try_get("id")?,
        text: row.try_get("text")?,
        assignee,
        due_on: row.try_get("due_on")?,
        done_at_ms: row.try_get::<Option<i64>, _>("done_at_ms")?.map(Timestamp),
        version: row.try_get("version")?,
    })
}

const ATTACHMENT: &str = "SELECT a.id, a.name, a.media_type, a.bytes, a.created_at_ms, a.uploaded_by, u.display_name
  FROM session_attachments a JOIN users u ON u.id = a.uploaded_by";

/// Oldest first.
pub(super) async fn attachments(conn: &mut AnyConnection, session: SessionId) -> Result<Vec<Attachment>, sqlx::Error> {
    let sql = format!("{ATTACHMENT} WHERE a.session_id = $1 ORDER BY a.created_at_ms, a.id");
    sqlx::query(AssertSqlSafe(sql)).bind(session).fetch_all(conn).await?.iter().map(attachment_from).collect()
}

pub(super) async fn attachment(
    conn: &mut AnyConnection,
    session: SessionId,
    id: AttachmentId,
) -> Result<Option<Attachment>, sqlx::Error> {
    let sql = format!("{ATTACHMENT} WHERE a.id = $1 AND a.session_id = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(session).fetch_optional(conn).await?;
    row.as_ref().map(attachment_from).transpose()
}

pub(super) async fn count_attachments(conn: &mut AnyConnection, session: SessionId) -> Result<i64, sqlx::Error> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM session_attachments WHERE session_id = $1";
    sqlx::query_scalar(sql).bind(session).fetch_one(conn).await
}

pub(super) async fn insert_attachment(
    conn: &mut AnyConnection,
    id: AttachmentId,
    session: SessionId,
    by: UserId,
    (name, media_type, bytes): (&str, &str, i64),
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO session_attachments (id, session_id, uploaded_by, name, media_type, bytes, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(id)
        .bind(session)
        .bind(by)
        .bind(name)
        .bind(media_type)
        .bind(bytes)
        .bind(now.0)
        .execute(conn)
        .await
        .map(|_| ())
}

pub(super) async fn delete_attachment(conn: &mut AnyConnection, id: AttachmentId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM session_attachments WHERE id = $1").bind(id).execute(conn).await.map(|_| ())
}

/// False when it would be more than `quota`.
pub(super) async fn use_quota(
    conn: &mut AnyConnection,
    user: UserId,
    bytes: i64,
    quota: i64,
) -> Result<bool, sqlx::Error> {
    let sql = "INSERT INTO attachment_usage (user_id, bytes) VALUES ($1, 0) ON CONFLICT (user_id) DO NOTHING";
    sqlx::query(sql).bind(user).execute(&mut *conn).await?;
    let sql = "UPDATE attachment_usage SET bytes = bytes + $2 WHERE user_id = $1 AND bytes + $2 <= $3";
    Ok(sqlx::query(sql).bind(user).bind(bytes).bind(quota).execute(conn).await?.rows_affected() == 1)
}

pub(super) async fn give_quota_back(conn: &mut AnyConnection, user: UserId, bytes: i64) -> Result<(), sqlx::Error> {
    let sql = "UPDATE attachment_usage SET bytes = bytes - $2 WHERE user_id = $1 AND bytes >= $2";
    sqlx::query(sql).bind(user).bind(bytes).execute(conn).await.map(|_| ())
}

fn attachment_from(row: &AnyRow) -> Result<Attachment, sqlx::Error> {
    Ok(Attachment {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        media_type: row.try_get("media_type")?,
        bytes: row.try_get("bytes")?,
        uploaded_by: Person { id: row.try_get("uploaded_by")?, display_name: row.try_get("display_name")? },
        created_at_ms: Timestamp(row.try_get("created_at_ms")?),
    })
}
