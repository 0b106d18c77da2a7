//! How much a connection can carry, and what of everything wanted goes into it.
//!
//! Feedback of the client about packets we numbered ([`History`]) drives the [`Estimator`]: Google Congestion Control
//! (draft-ietf-rmcat-gcc-02) as today's browsers run it. A [`Prober`] looks for more room while it is wanted, an allocator divides what there
//! is among the slots, and [`Limits`] keep that steady. Sans-IO and per connection.

mod acked;
mod allocator;
mod estimator;
mod groups;
mod history;
mod limits;
mod loss;
mod probe;
mod queue;
mod rate;
mod rate_control;
mod subscriber;
mod trendline;

pub(crate) use allocator::{Offer, Prominence};
pub(crate) use history::{History, SendTime};
pub(crate) use limits::Bid;
pub(crate) use rate::RateMeter;
pub(crate) use subscriber::{Bandwidth, Numbered};

/// IPv4 and UDP headers: rates are what a link carries, whatever share of small packets they are made of.
pub(crate) const WIRE_OVERHEAD: usize = 28;
