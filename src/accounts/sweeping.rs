//! Forgets logins that ended long ago, and what has expired.

use std::time::Duration;

use super::{Accounts, store};

/// How often is looked.
const EVERY: Duration = Duration::from_secs(3_600);
/// A login that is over stays a while, so that a stolen refresh token is known for one.
const KEPT: Duration = Duration::from_secs(30 * 86_400);

impl Accounts {
    /// Sweeps again and again. Ends when it is dropped.
    pub async fn sweep_forever(self) {
        loop {
            match self.sweep().await {
                Ok(0) => {}
                Ok(logins) => tracing::debug!(logins, "logins that ended long ago are forgotten"),
                Err(error) => tracing::error!(%error, "what is over could not be forgotten"),
            }
            self.kernel.clock.sleep(EVERY).await;
        }
    }

    /// Forgets what is over by now; once is as good as twice. Says how many logins.
    pub async fn sweep(&self) -> Result<u64, sqlx::Error> {
        let now = self.kernel.clock.now();
        let before = now.minus(KEPT);
        self.kernel.db.write(|mut tx| Box::pin(async move { store::sweep(&mut tx, before, now).await })).await
    }
}
