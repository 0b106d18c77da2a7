//! SQL of who has a place in a session.

use sqlx::{AnyConnection, Row};

use crate::booking::model::Person;
use crate::kernel::ids::SessionId;

/// The mentor first; nobody for a session without bookings.
pub(super) async fn people(conn: &mut AnyConnection, session: SessionId) -> Result<Vec<Person>, sqlx::Error> {
    let mentor = "SELECT u.id, u.display_name FROM sessions s JOIN users u ON u.id = s.mentor_id
                  WHERE s.id = $1 AND s.offering_id IS NOT NULL";
    let mentees = "SELECT u.id, u.display_name FROM bookings b JOIN users u ON u.id = b.mentee_id
                   WHERE b.session_id = $1 AND b.state IN ('confirmed', 'completed', 'no_show')
                   ORDER BY b.created_at_ms, b.id";
    let mut found = Vec::new();
    for sql in [mentor, mentees] {
        for row in sqlx::query(sql).bind(session).fetch_all(&mut *conn).await? {
            found.push(Person { id: row.try_get("id")?, display_name: row.try_get("display_name")? });
        }
    }
    Ok(found)
}
