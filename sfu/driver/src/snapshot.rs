//! What a shard's thread shows of itself, about once a second, to whoever scrapes metrics.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sfu_core::{Counters, Load, Shedding};

/// Totals since the shard started, but for what says "now" or "last".
#[derive(Clone, Default, Debug)]
pub struct Snapshot {
    pub counters: Counters,
    /// Time the thread spent working rather than waiting.
    pub busy: Duration,
    /// Share of the last second it worked, 0 to 1.
    pub load: f64,
    /// What it holds now.
    pub held: Load,
    /// What it leaves out now because it has too much to do.
    pub shedding: Shedding,
    /// Datagrams the kernel did not take.
    pub send_dropped: u64,
    /// Datagrams the kernel dropped because we did not read in time.
    pub receive_dropped: u64,
    /// Panics caught while handling a packet or a command.
    pub panics: u64,
    /// Events that wait for a slow listener.
    pub events_waiting: u64,
}

/// The place a shard's thread writes its [`Snapshot`] to.
#[derive(Clone, Default)]
pub(crate) struct Shown(Arc<Mutex<Snapshot>>);

impl Shown {
    pub(crate) fn read(&self) -> Snapshot {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn write(&self, snapshot: Snapshot) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = snapshot;
    }
}
