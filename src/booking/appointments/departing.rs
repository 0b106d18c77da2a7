//! What becomes of the bookings of somebody who deletes their account.

use super::model::What;
use super::{Deed, advance, find, leave, store, tell};
use crate::booking::{Booking, BookingError, end_in};
use crate::kernel::ids::UserId;

/// How many sessions in one look.
const BATCH: i64 = 100;

impl Booking {
    /// Cancels what `user` has before them, whatever the notice, and ends the sessions they host; everybody concerned is
    /// told. Once is as good as twice.
    pub async fn depart(&self, user: UserId, origin: &str) -> Result<(), BookingError> {
        let kernel = &self.kernel;
        let ahead = store::confirmed_of(&mut *kernel.db.read().await?, user, kernel.clock.now()).await?;
        for id in ahead {
            let cancel = kernel.db.write(|mut tx| {
                Box::pin(async move {
                    let booking = find(&mut tx, user, id).await?;
                    let by = booking.party(user).into();
                    let deed = Deed { what: What::Cancelled, by, actor: Some(user), reason: "" };
                    advance(&mut tx, kernel, id, booking.state, &deed).await?;
                    leave(&mut tx, kernel, &booking).await?;
                    tell(&mut tx, kernel, id, origin).await
                })
            });
            match cancel.await {
                // Somebody else was faster.
                Ok(()) | Err(BookingError::BookingOver) => {}
                Err(error) => return Err(error),
            }
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
