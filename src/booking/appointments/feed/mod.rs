//! A person's bookings as a calendar others' programs subscribe to, under a secret address: no cookie, no log-in, nothing
//! but the address. Its token is looked up by its hash and kept sealed; it can be replaced, and taken away.

mod routes;
mod store;
mod text;

use std::time::Duration;

pub(super) use routes::routes;

use crate::booking::{Booking, BookingError};
use crate::kernel::clock::Timestamp;
use crate::kernel::digest::sha256_hex;
use crate::kernel::ids::UserId;

/// What is over for longer is left out.
const BEHIND: Duration = Duration::from_secs(366 * 86_400);
/// The latest of them, where somebody has more.
const EVENTS_MAX: i64 = 5_000;
/// Of 32 bytes in base64url.
const TOKEN_CHARS: usize = 43;

/// A calendar's text, and what it is known by (RFC 9110 §8.8.3).
struct Published {
    text: String,
    etag: String,
}

/// Where somebody's feed is.
struct Feed {
    token: String,
    created_at: Timestamp,
}

impl Booking {
    async fn feed(&self, me: UserId) -> Result<Option<Feed>, BookingError> {
        let found = store::feed_of(&mut *self.kernel.db.read().await?, me).await?;
        // Sealed with a key that is gone: nobody has the address any more, and a new one can be made.
        Ok(found.and_then(|(sealed, created_at)| {
            let token = String::from_utf8(self.kernel.secrets.open(&purpose(me), &sealed)?).ok()?;
            Some(Feed { token, created_at })
        }))
    }

    /// Makes an address, in place of the one before.
    async fn renew_feed(&self, me: UserId) -> Result<Feed, BookingError> {
        self.limit(me)?;
        let kernel = &self.kernel;
        let token = kernel.random.text::<32>();
        let (hash, sealed) =
            (&sha256_hex(&token), &kernel.secrets.seal(&kernel.random, &purpose(me), token.as_bytes()));
        let now = kernel.clock.now();
        let stored =
            kernel.db.write(|mut tx| Box::pin(async move { store::set_feed(&mut tx, me, hash, sealed, now).await }));
        stored.await?;
        Ok(Feed { token, created_at: now })
    }

    async fn remove_feed(&self, me: UserId) -> Result<(), BookingError> {
        self.kernel.db.write(|mut tx| Box::pin(async move { Ok(store::remove_feed(&mut tx, me).await?) })).await
    }

    /// What is behind a token; None when nothing is.
    async fn published(&self, token: &str, origin: &str) -> Result<Option<Published>, BookingError> {
        if token.len() != TOKEN_CHARS {
            return Ok(None);
        }
        let mut conn = self.kernel.db.read().await?;
        let Some(user) = store::owner(&mut conn, &sha256_hex(token)).await? else { return Ok(None) };
        let since = self.kernel.clock.now().minus(BEHIND);
        let bookings = super::store::appointments_since(&mut conn, user, since, EVENTS_MAX).await?;
        drop(conn);
        let text = text::feed(&self.kernel.config.name, origin, user, &bookings);
        let etag = format!("\"{}\"", &sha256_hex(&text)[..32]);
        Ok(Some(Published { text, etag }))
    }
}

fn purpose(user: UserId) -> String {
    format!("calendar_feeds {user}")
}
