//! Packets on their way out.

mod send_batch;

pub use send_batch::{SendBatch, Transmit};
