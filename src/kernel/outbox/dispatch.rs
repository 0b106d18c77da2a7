//! The task that hands events to handlers.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::metrics::OutboxMetrics;
use super::model::{Handler, Lane};
use super::store::{self, Outcome, Pending};
use crate::kernel::clock::{Clock, Timestamp};
use crate::kernel::db::Db;

/// Events of other processes, and retries, are looked for this often; our own wake the dispatcher at once.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Subjects served per handler and look.
const BATCH: i64 = 100;
/// Pauses double from the first to the last; a handler that still fails then needs a person: about 80 minutes in all.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(600);
const MAX_ATTEMPTS: i32 = 16;
/// What is settled is kept this long, for people who wonder what happened.
const KEPT: Duration = Duration::from_secs(30 * 86_400);
const PRUNE_EVERY: Duration = Duration::from_secs(3_600);

/// Call [`Wake::now`] after the commit of a transaction that published.
#[derive(Clone, Default)]
pub struct Wake {
    own: LaneWake,
    others: LaneWake,
}

#[derive(Clone, Default)]
struct LaneWake {
    wanted: Arc<Notify>,
    /// Counts the looks that found nothing to do.
    idle: Arc<watch::Sender<u64>>,
}

impl Wake {
    pub fn now(&self) {
        for lane in Lane::ALL {
            self.lane(lane).wanted.notify_one();
        }
    }

    /// Returns once everything published before and due by now has been handed to its handlers. Never, when no
    /// dispatcher runs.
    pub async fn settled(&self) {
        // News of handlers inside may be for those that talk to others, not the other way round.
        for lane in Lane::ALL {
            let lane = self.lane(lane);
            let mut idle = lane.idle.subscribe();
            // The first look may have begun before we were called.
            for _ in 0..2 {
                idle.borrow_and_update();
                lane.wanted.notify_one();
                let _ = idle.changed().await;
            }
        }
    }

    fn lane(&self, lane: Lane) -> &LaneWake {
        match lane {
            Lane::Own => &self.own,
            Lane::Others => &self.others,
        }
    }
}

/// Runs handlers until its task is dropped. Anything it had not finished is done after the next start.
pub struct Dispatcher {
    pub db: Db,
    pub clock: Clock,
    pub wake: Wake,
    pub metrics: OutboxMetrics,
    pub handlers: Vec<Handler>,
}

impl Dispatcher {
    pub async fn run(self) {
        tokio::join!(self.run_lane(Lane::Own), self.run_lane(Lane::Others));
    }

    async fn run_lane(&self, lane: Lane) {
        let wake = self.wake.lane(lane);
        let mut pruned_at = Timestamp(0);
        loop {
            match self.look(lane, &mut pruned_at).await {
                Ok(0) => {
                    wake.idle.send_modify(|looks| *looks += 1);
                    tokio::select! {
                        () = wake.wanted.notified() => {}
                        () = self.clock.sleep(LOOK_EVERY) => {}
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "the outbox cannot be read, trying again");
                    self.clock.sleep(LOOK_EVERY).await;
                }
            }
        }
    }

    /// Serves what is due now; says how many events it handled.
    async fn look(&self, lane: Lane, pruned_at: &mut Timestamp) -> Result<usize, sqlx::Error> {
        let mut handled = 0;
        let mut oldest = None;
        for handler in self.handlers.iter().filter(|handler| handler.lane == lane) {
            let pending = store::pending(&mut *self.db.read().await?, handler, BATCH).await?;
            oldest = oldest.into_iter().chain(pending.iter().map(|pending| pending.event.occurred_at)).min();
            for pending in pending.into_iter().filter(|pending| pending.due_at <= self.clock.now()) {
                self.deliver(handler, pending).await?;
                handled += 1;
            }
        }
        let now = self.clock.now();
        self.metrics.waiting(lane, oldest.map(|oldest| now.since(oldest)).unwrap_or_default());
        if lane == Lane::Own && handled == 0 && now.since(*pruned_at) >= PRUNE_EVERY {
            *pruned_at = now;
            let before = Timestamp(now.0.saturating_sub(i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX)));
            self.db.write(|mut tx| Box::pin(async move { store::prune(&mut tx, before).await })).await?;
        }
        Ok(handled)
    }

    async fn deliver(&self, handler: &Handler, pending: Pending) -> Result<(), sqlx::Error> {
        let (id, kind) = (pending.event.id, pending.event.kind.clone());
        let attempts = pending.attempts + 1;
        let error = handler.handle(pending.event).await.err().map(|error| error.to_string());
        let outcome = match &error {
            None => Outcome::Done,
            Some(_) if attempts < MAX_ATTEMPTS => Outcome::Retry,
            Some(_) => Outcome::Dead,
        };
        if let Some(error) = &error {
            tracing::warn!(handler = handler.name, event = %id, kind, attempts, error, "a handler failed");
        }
        self.metrics.delivered(outcome);
        let now = self.clock.now();
        let due_at = now.plus(pause_after(attempts));
        let error = error.as_deref();
        let handlers = self.handlers.iter().filter(|handler| handler.kinds.contains(&kind.as_str())).count();
        let handlers = i64::try_from(handlers).unwrap_or(i64::MAX);
        self.db
            .write(|mut tx| {
                Box::pin(async move {
                    store::record(&mut tx, handler, id, outcome, attempts, due_at, error).await?;
                    if outcome == Outcome::Retry { Ok(()) } else { store::settle(&mut tx, id, handlers, now).await }
                })
            })
            .await
    }
}

fn pause_after(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    (FIRST_PAUSE * 2_u32.pow(doublings)).min(LAST_PAUSE)
}
