//! The only place that reads the time or draws randomness. Everything else is handed a [`Clock`] or a [`Random`].

mod random;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use utoipa::ToSchema;

pub use random::Random;

/// A point in time: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, example = 1764000000000i64)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Saturates at the end of time rather than wrapping.
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Saturates at the beginning of time rather than wrapping.
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// Tells the time. The system's in production; in tests it stands still until [`VirtualClock::advance`].
#[derive(Clone)]
pub enum Clock {
    System,
    Virtual(VirtualClock),
}

impl Clock {
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => {
                let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::Virtual(clock) => clock.now(),
        }
    }

    /// Monotonic time for deadlines and sans-IO parts. Moves together with [`Clock::now`] on a virtual clock.
    pub fn instant(&self) -> Instant {
        match self {
            Clock::System => Instant::now(),
            Clock::Virtual(clock) => clock.origin + Duration::from_millis(clock.elapsed_ms()),
        }
    }

    /// Returns once `duration` has passed on this clock.
    pub async fn sleep(&self, duration: Duration) {
        match self {
            Clock::System => tokio::time::sleep(duration).await,
            Clock::Virtual(clock) => {
                let until = clock.now().plus(duration);
                let mut now = clock.now.subscribe();
                // The sender lives in `clock`, so this cannot fail while we hold it.
                let _ = now.wait_for(|now| *now >= until.0).await;
            }
        }
    }
}

/// Time that moves only by [`advance`](VirtualClock::advance).
#[derive(Clone)]
pub struct VirtualClock {
    origin: Instant,
    origin_ms: i64,
    now: Arc<watch::Sender<i64>>,
}

impl VirtualClock {
    pub fn starting_at(now: Timestamp) -> Self {
        Self { origin: Instant::now(), origin_ms: now.0, now: Arc::new(watch::Sender::new(now.0)) }
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(*self.now.borrow())
    }

    /// Wakes every sleeper whose time has come.
    pub fn advance(&self, duration: Duration) {
        self.now.send_modify(|now| *now = Timestamp(*now).plus(duration).0);
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.now().0.saturating_sub(self.origin_ms)).unwrap_or(0)
    }
}
