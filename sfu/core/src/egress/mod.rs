//! Packets on their way out: one outlet per SSRC we send, all sealing into one arena.

mod link;
mod outlet;
mod pace;
mod rewrite;
mod selection;
mod send_batch;
mod thinning;

pub(crate) use link::{Gate, Link};
pub(crate) use outlet::{Outcome, Outlet, OutletKey, Start};
pub(crate) use pace::Held;
pub use send_batch::{SendBatch, Transmit};
