//! News between domains. A fact is published in the transaction that makes it true; handlers hear of it afterwards:
//! at least once, in order per subject, again with growing pauses when they fail, and set aside as a dead letter when
//! they keep failing.

mod dispatch;
mod metrics;
mod model;
mod store;

pub use dispatch::{Dispatcher, Wake};
pub use metrics::OutboxMetrics;
pub use model::{Event, Fact, Handler, HandlerError};
pub use store::{publish, unheard};
