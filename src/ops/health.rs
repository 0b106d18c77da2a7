//! Whether the process lives, and whether it should be sent people.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use crate::kernel::db::Db;
use crate::kernel::error::{ApiResult, Problem};

/// A database that takes longer is as good as gone.
const DATABASE_PATIENCE: Duration = Duration::from_secs(2);

/// Shared by the routes and the shutdown.
#[derive(Clone)]
pub struct Readiness {
    db: Db,
    draining: Arc<AtomicBool>,
}

impl Readiness {
    pub fn new(db: &Db) -> Self {
        Self { db: db.clone(), draining: Arc::default() }
    }

    /// From now on, not ready: balancers send people elsewhere.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    async fn check(&self) -> ApiResult<&'static str> {
        let not_ready = |detail| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", detail);
        if self.draining.load(Ordering::Relaxed) {
            return Err(not_ready("This server is shutting down."));
        }
        match tokio::time::timeout(DATABASE_PATIENCE, self.db.ping()).await {
            Ok(Ok(())) => Ok("ready\n"),
            _ => Err(not_ready("The database does not answer.")),
        }
    }
}

/// `/healthz`: the process answers. `/readyz`: so does the database, and it is not going away.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(readiness: Readiness) -> Router<S> {
    let ready = async move || readiness.check().await;
    Router::new().route("/healthz", get(async || "healthy\n")).route("/readyz", get(ready))
}
