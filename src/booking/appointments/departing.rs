//! What becomes of the bookings of somebody who deletes their account.

use super::model::{Party, What};
use super::{Deed, cancel_in, find, group, store, tell};
use crate::booking::{Booking, BookingError, end_in};
use crate::kernel::ids::UserId;

/// How many sessions in one look.
const BATCH: i64 = 100;

impl Booking {
    /// Gives back what is kept for `user`, cancels what they have before them, whatever the notice, and ends the sessions
    /// they host; everybody concerned is told. Once is as good as twice.
    pub async fn depart(&self, user: UserId, origin: &str) -> Result<(), BookingError> {
        let kernel = &self.kernel;
        // Out of every line first, or a seat they give back would be offered to themselves.
        for wait in self.waits(user).await? {
            unless_over(self.step_out(user, wait.id).await)?;
        }
        let held = store::held_by(&mut *kernel.db.read().await?, user).await?;
        for id in held {
            unless_over(self.release(user, id).await)?;
        }
        let ahead = store::confirmed_of(&mut *kernel.db.read().await?, user, kernel.clock.now()).await?;
        for id in ahead {
            let cancel = kernel.db.write(|mut tx| {
                Box::pin(async move {
                    let booking = find(&mut tx, user, id).await?;
                    let by = booking.party(user);
                    let deed = Deed { what: What::Cancelled, by: by.into(), actor: Some(user), reason: "" };
                    if by == Party::Mentor {
                        return group::call_off(&mut tx, kernel, &booking, &deed, origin).await;
                    }
                    cancel_in(&mut tx, kernel, &booking, &deed).await?;
                    tell(&mut tx, kernel, id, origin).await
                })
            });
            unless_over(cancel.await)?;
        }
        loop {
            let hosted = store::open_sessions_of(&mut *kernel.db.read().await?, user, BATCH).await?;
            if hosted.is_empty() {
                break;
            }
            kernel
                .db
                .write(|mut tx| {
                    let hosted = hosted.clone();
                    Box::pin(async move {
                        for session in hosted {
                            end_in(&mut tx, kernel, session).await?;
                        }
                        Ok::<_, BookingError>(())
                    })
                })
                .await?;
        }
        kernel.outbox.now();
        Ok(())
    }
}

/// It may be over already: somebody else was faster.
fn unless_over<T>(done: Result<T, BookingError>) -> Result<(), BookingError> {
    match done {
        Ok(_) | Err(BookingError::BookingOver | BookingError::HoldOver) => Ok(()),
        Err(error) => Err(error),
    }
}
