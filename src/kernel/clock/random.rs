//! Randomness for ids, codes and keys.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::{ContextV7, Uuid};

use super::Clock;

/// Draws from the thread's cryptographic generator, seeded by the operating system.
#[derive(Clone, Default)]
pub struct Random {
    /// Keeps ids made within one millisecond in the order they were made.
    context: Arc<std::sync::Mutex<ContextV7>>,
}

impl Random {
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        rand::fill(&mut bytes);
        bytes
    }

    /// `N` random bytes as URL-safe text without padding.
    pub fn text<const N: usize>(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<N>())
    }

    /// A UUIDv7 (RFC 9562 §5.7) stamped with `clock`'s time.
    pub fn uuid(&self, clock: &Clock) -> Uuid {
        let now_ms = u64::try_from(clock.now().0).unwrap_or(0);
        let nanos = u32::try_from((now_ms % 1_000) * 1_000_000).unwrap_or(0);
        let context = self.context.lock().expect("no code panics while it holds this lock");
        Uuid::new_v7(uuid::Timestamp::from_unix(&*context, now_ms / 1_000, nanos))
    }
}
