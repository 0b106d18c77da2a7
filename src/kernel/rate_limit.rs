//! Rate limits in memory: a token bucket per key, kept as one number (GCRA).

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::Duration;

use serde::Deserialize;

use super::clock::Timestamp;
use super::error::Problem;

/// Beyond this many keys, those that are full again are forgotten.
const SWEEP_AT: usize = 10_000;

/// `burst` at once, then `per_minute` on and on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub burst: u32,
    pub per_minute: u32,
}

/// Counts per key. Forgotten at restart, which is fine: it slows guessing, it does not count money.
pub struct RateLimit<K> {
    /// Milliseconds one use costs.
    cost_ms: i64,
    /// How far ahead of now a key may get.
    tolerance_ms: i64,
    /// When each key's bucket is full again.
    full_at: Mutex<HashMap<K, i64>>,
}

impl<K: Hash + Eq> RateLimit<K> {
    pub fn new(rate: Rate) -> Self {
        let cost_ms = 60_000 / i64::from(rate.per_minute.max(1));
        Self { cost_ms, tolerance_ms: cost_ms * i64::from(rate.burst.max(1)), full_at: Mutex::default() }
    }

    /// Counts one use by `key`, or says how long to wait.
    pub fn take(&self, now: Timestamp, key: K) -> Result<(), Problem> {
        let mut full_at = self.full_at.lock().expect("no code panics while it holds this lock");
        if full_at.len() >= SWEEP_AT {
            full_at.retain(|_, at| *at > now.0);
        }
        let at = full_at.entry(key).or_insert(now.0);
        let next = (*at).max(now.0) + self.cost_ms;
        let wait_ms = next - now.0 - self.tolerance_ms;
        if wait_ms > 0 {
            return Err(Problem::rate_limited(Duration::from_millis(wait_ms.unsigned_abs())));
        }
        *at = next;
        Ok(())
    }

    /// Takes back one use that turned out not to count.
    pub fn give_back(&self, key: K) {
        let mut full_at = self.full_at.lock().expect("no code panics while it holds this lock");
        if let Some(at) = full_at.get_mut(&key) {
            *at -= self.cost_ms;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_one_at_a_time() {
        let limit = RateLimit::new(Rate { burst: 3, per_minute: 6 });
        let now = Timestamp(1_000_000);
        for _ in 0..3 {
            limit.take(now, "a").expect("within the burst");
        }
        assert_eq!(limit.take(now, "a").expect_err("burst used up").code(), "rate_limited");
        limit.take(now, "b").expect("another key is another bucket");
        limit.take(now.plus(Duration::from_secs(10)), "a").expect("one more every ten seconds");
        limit.take(now.plus(Duration::from_secs(10)), "a").expect_err("but only one");
        limit.give_back("a");
        limit.take(now.plus(Duration::from_secs(10)), "a").expect("one was given back");
    }
}
