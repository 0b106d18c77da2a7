//! RTCP (RFC 3550 §6, RFC 4585, RFC 5104) on rtc-rtcp.

mod read;
mod transport_feedback;
mod transport_wide;
mod write;

pub(crate) use read::{Feedback, read};
pub(crate) use transport_wide::{Status, TICKS_PER_SECOND, TransportWide};
pub(crate) use write::{Compound, ReportBlock};
