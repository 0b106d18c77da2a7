//! What becomes of bookings and holds whose time is over: a rule decides, and says why.

use std::time::Duration;

use super::attendance::{self, Outcome};
use super::model::{Actor, AppointmentState, What};
use super::{Deed, advance, store};
use crate::booking::{Booking, BookingError, end_in};
use crate::kernel::ids::SessionId;

/// How often is looked.
const EVERY: Duration = Duration::from_secs(30);
/// A session that nobody is in is over so long after its end.
const LATE: Duration = Duration::from_secs(300);
/// How many in one look.
const BATCH: i64 = 100;

impl Booking {
    /// Settles what is over, again and again. Ends when it is dropped.
    pub async fn settle_forever(self) {
        loop {
            if let Err(error) = self.settle_due().await {
                tracing::error!(%error, "bookings could not be settled");
            }
            self.kernel.clock.sleep(EVERY).await;
        }
    }

    /// Settles what is over now; once is as good as twice.
    pub async fn settle_due(&self) -> Result<(), BookingError> {
        self.sweep().await?;
        let now = self.kernel.clock.now();
        let due = store::due(&mut *self.kernel.db.read().await?, now, LATE, BATCH).await?;
        for session in due {
            self.settle(session).await?;
        }
        Ok(())
    }

    async fn settle(&self, session: SessionId) -> Result<(), BookingError> {
        let kernel = &self.kernel;
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    end_in(&mut tx, kernel, session).await?;
                    for booking in store::unsettled(&mut tx, session).await? {
                        let mentor = store::stays(&mut tx, session, booking.mentor).await?;
                        let mentee = store::stays(&mut tx, session, booking.mentee).await?;
                        let came = |stays: &[attendance::Stay]| attendance::came(stays, booking.starts_at);
                        let outcome = attendance::outcome(came(&mentor), came(&mentee));
                        let what = match outcome {
                            Outcome::Completed => What::Completed,
                            Outcome::NoShow(_) => What::NoShow,
                        };
                        let deed = Deed { what, by: Actor::Rule, actor: None, reason: outcome.reason() };
                        advance(&mut tx, kernel, booking.id, AppointmentState::Confirmed, &deed).await?;
                    }
                    Ok::<_, BookingError>(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(())
    }
}
