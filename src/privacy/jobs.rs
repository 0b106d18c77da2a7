//! What becomes of others' data when somebody leaves.

use super::Privacy;
use crate::accounts::AccountErased;
use crate::kernel::outbox::{Event, Fact, Handler, HandlerError};

/// Hearing twice lets go twice, which changes nothing more.
pub(super) fn letting_go(privacy: &Privacy) -> Handler {
    let privacy = privacy.clone();
    Handler::new("privacy.letting_go", &[AccountErased::KIND], move |event: Event| {
        let privacy = privacy.clone();
        async move {
            let Some(erased) = event.read::<AccountErased>()? else { return Ok(()) };
            let done = privacy.let_go(erased.user, &erased.origin).await;
            done.map_err(|error| HandlerError::Failed(error.to_string()))
        }
    })
}
