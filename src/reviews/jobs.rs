//! Whoever came is asked what they say, once.

use crate::booking::{BookingSettled, Outcome, Party};
use crate::kernel::Kernel;
use crate::kernel::outbox::{self, Event, Fact, Handler, HandlerError};

use super::events::ReviewWanted;
use super::store;

/// Heard twice, or settled twice, each of the two is asked once.
pub(super) fn requests(kernel: &Kernel) -> Handler {
    let kernel = kernel.clone();
    Handler::new("reviews.requests", &[BookingSettled::KIND], move |event| {
        let kernel = kernel.clone();
        async move { ask(&kernel, event).await }
    })
}

async fn ask(kernel: &Kernel, event: Event) -> Result<(), HandlerError> {
    let Some(settled) = event.read::<BookingSettled>()?.filter(|settled| settled.outcome == Outcome::Completed) else {
        return Ok(());
    };
    let booking = settled.booking;
    let asked = kernel.db.write(|mut tx| {
        Box::pin(async move {
            for of in [Party::Mentee, Party::Mentor] {
                if store::ask_once(&mut tx, booking, of).await? {
                    let fact = ReviewWanted { booking, of };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                }
            }
            Ok::<_, HandlerError>(())
        })
    });
    asked.await?;
    kernel.outbox.now();
    Ok(())
}
