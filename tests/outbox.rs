//! News between domains.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use facementor::kernel::db::Db;
use facementor::kernel::outbox::{self, Dispatcher, Fact, Handler, HandlerError, OutboxMetrics, Wake};
use serde::{Deserialize, Serialize};

use crate::both_engines;
use crate::world::World;

#[derive(Serialize, Deserialize)]
struct Counted {
    subject: String,
    number: u32,
}

impl Fact for Counted {
    const KIND: &'static str = "tests.counted";

    fn subject(&self) -> String {
        self.subject.clone()
    }
}

/// A dispatcher of the test's own, whose handler fails for the numbers in `broken`.
struct Listener {
    heard: Arc<Mutex<Vec<String>>>,
    broken: Arc<Mutex<Vec<u32>>>,
    wake: Wake,
    task: tokio::task::JoinHandle<()>,
}

impl Listener {
    fn start(world: &World) -> Self {
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let broken = Arc::<Mutex<Vec<u32>>>::default();
        let wake = Wake::default();
        let (into, failing) = (Arc::clone(&heard), Arc::clone(&broken));
        let handler = Handler::new("tests.listener", &[Counted::KIND], move |event| {
            let (into, failing) = (Arc::clone(&into), Arc::clone(&failing));
            async move {
                let fact: Counted = event.read()?.expect("asked for nothing else");
                if failing.lock().expect("unpoisoned").contains(&fact.number) {
                    return Err(HandlerError::Failed("not now".to_owned()));
                }
                into.lock().expect("unpoisoned").push(format!("{}{}", fact.subject, fact.number));
                Ok(())
            }
        });
        let kernel = &world.state().kernel;
        let dispatcher = Dispatcher {
            db: kernel.db.clone(),
            clock: kernel.clock.clone(),
            wake: wake.clone(),
            metrics: OutboxMetrics::register(&prometheus::Registry::new()).expect("a registry of its own"),
            handlers: vec![handler],
        };
        Self { heard, broken, wake, task: tokio::spawn(dispatcher.run()) }
    }

    async fn heard(&self) -> Vec<String> {
        self.wake.settled().await;
        self.heard.lock().expect("unpoisoned").clone()
    }

    fn break_on(&self, numbers: &[u32]) {
        *self.broken.lock().expect("unpoisoned") = numbers.to_vec();
    }
}

async fn publish(world: &World, subject: &str, numbers: &[u32]) {
    let kernel = &world.state().kernel;
    for &number in numbers {
        let fact = &Counted { subject: subject.to_owned(), number };
        let published = kernel.db.write(|mut tx| {
            Box::pin(async move { outbox::publish(&mut tx, &kernel.clock, &kernel.random, fact).await })
        });
        published.await.expect("published");
    }
}

both_engines! {
    async fn a_subject_is_heard_in_order_and_waits_for_its_failures(world: World) {
        let listener = Listener::start(&world);
        listener.break_on(&[2]);
        publish(&world, "a", &[1, 2, 3]).await;
        publish(&world, "b", &[1]).await;
        let mut heard = listener.heard().await;
        heard.sort();
        assert_eq!(heard, ["a1", "b1"], "another subject does not wait");
        listener.break_on(&[]);
        assert_eq!(listener.heard().await.len(), 2, "a failure is tried again after a pause, not at once");
        world.advance(Duration::from_secs(1));
        assert_eq!(listener.heard().await[2..], ["a2", "a3"]);
    }

    async fn what_keeps_failing_is_set_aside(world: World) {
        let listener = Listener::start(&world);
        listener.break_on(&[1]);
        publish(&world, "a", &[1, 2]).await;
        for _ in 1..16 {
            assert_eq!(listener.heard().await, Vec::<String>::new());
            world.advance(Duration::from_secs(600));
        }
        assert_eq!(listener.heard().await, ["a2"]);
    }

    async fn a_fact_rolled_back_is_never_heard(world: World) {
        let listener = Listener::start(&world);
        let kernel = &world.state().kernel;
        let fact = &Counted { subject: "a".to_owned(), number: 1 };
        let rolled_back: Result<(), sqlx::Error> = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, fact).await?;
                    Err(sqlx::Error::RowNotFound)
                })
            })
            .await;
        rolled_back.expect_err("rolled back");
        assert_eq!(listener.heard().await, Vec::<String>::new());
    }

    async fn what_was_not_delivered_is_delivered_after_a_restart(world: World) {
        publish(&world, "a", &[1]).await;
        let world = world.restart().await;
        let listener = Listener::start(&world);
        assert_eq!(listener.heard().await, ["a1"]);
        listener.task.abort();
        let second = Listener::start(&world);
        assert_eq!(second.heard().await, Vec::<String>::new(), "and only once");
    }

    async fn what_is_settled_is_forgotten_after_a_month_but_for_dead_letters(world: World) {
        let listener = Listener::start(&world);
        listener.break_on(&[2]);
        publish(&world, "a", &[1, 2, 3]).await;
        for _ in 0..16 {
            listener.heard().await;
            world.advance(Duration::from_secs(600));
        }
        assert_eq!(listener.heard().await, ["a1", "a3"]);
        world.advance(Duration::from_secs(31 * 86_400));
        listener.heard().await;
        let sql = "SELECT payload FROM outbox WHERE kind = 'tests.counted'";
        let mut conn = world.state().kernel.db.read().await.expect("a connection");
        let kept = sqlx::query_scalar::<_, String>(sql).fetch_all(&mut *conn).await.expect("read");
        assert_eq!(kept, [r#"{"subject":"a","number":2}"#]);
    }

    async fn counters_raced_by_many_tasks_lose_nothing(world: World) {
        let db = &world.state().kernel.db;
        let bump = async |db: Db| {
            for _ in 0..10 {
                let done: Result<(), sqlx::Error> = db
                    .write(|mut tx| {
                        Box::pin(async move {
                            sqlx::query(
                                "INSERT INTO outbox (id, kind, version, subject_id, payload, occurred_at_ms)
                                 VALUES ('count', 'tests.race', 1, 'x', '{}', 1)
                                 ON CONFLICT (id) DO UPDATE SET occurred_at_ms = outbox.occurred_at_ms + 1",
                            )
                            .execute(&mut *tx)
                            .await
                            .map(|_| ())
                        })
                    })
                    .await;
                done.expect("written");
            }
        };
        let (_, _, _, _) = tokio::join!(bump(db.clone()), bump(db.clone()), bump(db.clone()), bump(db.clone()));
        let count = sqlx::query_scalar::<_, i64>("SELECT occurred_at_ms FROM outbox WHERE id = 'count'")
            .fetch_one(&mut *db.read().await.expect("a connection"))
            .await;
        assert_eq!(count.expect("a row"), 40);
    }
}
