//! What becomes of bookings and holds whose time is over: a rule decides, and says why.

use std::time::Duration;

use super::model::{Actor, AppointmentState, What};
use super::{Deed, advance, store};
use crate::booking::attendance::{self, Case, Outcome};
use crate::booking::{Booking, BookingError, BookingSettled, end_in};
use crate::kernel::ids::SessionId;
use crate::kernel::outbox;

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
            if let Err(error) = self.mark_alive().await {
                tracing::error!(%error, "that the server lives could not be noted");
            }
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
            match self.settle(session).await {
                // Somebody else was faster: another node, or another look.
                Ok(()) | Err(BookingError::BookingOver) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn settle(&self, session: SessionId) -> Result<(), BookingError> {
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    end_in(&mut tx, kernel, session).await?;
                    for booking in store::unsettled(&mut tx, session).await? {
                        let mentor = attendance::stays(&mut tx, session, booking.mentor).await?;
                        let mentee = attendance::stays(&mut tx, session, booking.mentee).await?;
                        let case = Case {
                            starts_at: booking.starts_at,
                            ends_at: booking.ends_at,
                            closed_at: booking.closed_at,
                            no_show_after: Duration::from_secs(kernel.config.booking.no_show_after_s),
                            mentor: &mentor.room,
                            mentee: &mentee.room,
                        };
                        let verdict = attendance::settle(&mut tx, booking.id, &case, (&mentor, &mentee), now).await?;
                        let what = match verdict.outcome {
                            Outcome::Completed => What::Completed,
                            Outcome::MentorAbsent | Outcome::MenteeAbsent | Outcome::BothAbsent => What::NoShow,
                        };
                        let deed = Deed { what, by: Actor::Rule, actor: None, reason: &verdict.reason };
                        advance(&mut tx, kernel, booking.id, AppointmentState::Confirmed, &deed).await?;
                        let fact = BookingSettled { booking: booking.id, outcome: verdict.outcome };
                        outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    }
                    Ok::<_, BookingError>(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(())
    }
}
