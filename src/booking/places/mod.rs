//! Who has a place in a session with a time.

mod store;

use super::{Booking, BookingError, Person};
use crate::kernel::ids::{SessionId, UserId};

impl Booking {
    /// Those who meet in a booked session, its mentor first, when `user` is one of them. Who cancelled is none any more.
    pub async fn people(&self, session: SessionId, user: UserId) -> Result<Vec<Person>, BookingError> {
        let people = store::people(&mut *self.kernel.db.read().await?, session).await?;
        if people.iter().any(|person| person.id == user) { Ok(people) } else { Err(BookingError::SessionUnknown) }
    }
}
