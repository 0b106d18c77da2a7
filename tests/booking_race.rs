//! Many people after the same times of few mentors, over HTTP: nothing is ever sold twice.
//!
//! A small crowd runs with every test; `make test-booking-race` runs a large one (`RACE_ATTEMPTS`, `RACE_CLIENTS`,
//! `RACE_ENGINE`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use sqlx::Row;

use crate::booking::{mentor_with, offer, text};
use crate::world::{Answer, Browser, Engine, World};

const SETTINGS: &str = "
    [booking]
    book_per_user = { burst = 1000000, per_minute = 1000000 }
    [accounts]
    sign_up_per_ip = { burst = 1000000, per_minute = 1000000 }
";
const MENTORS: usize = 3;
const DAY_MS: i64 = 86_400_000;
/// Few times, so that everyone wants the same.
const GRANULE_MS: i64 = 300_000;
const WINDOW_MS: i64 = 2 * DAY_MS;

/// What one client saw.
#[derive(Default)]
struct Tally {
    attempts: AtomicU32,
    won: AtomicU32,
    lost: AtomicU32,
}

struct Race {
    world: World,
    /// Of all mentors: overlapping lengths, buffers, a group.
    offerings: Vec<(String, i64)>,
    from_ms: i64,
    tally: Tally,
}

impl Race {
    async fn prepare(engine: Engine) -> Self {
        let world = World::with(engine, SETTINGS).await;
        let mut offerings = Vec::new();
        for mentor in 0..MENTORS {
            let plain = json!({"title": "Thirty", "minutes": 30});
            let (mentor, thirty) = mentor_with(&world, &format!("Mentor{mentor}"), plain).await;
            offerings.push((thirty, 30));
            let buffered = json!({"title": "Forty-five", "minutes": 45, "buffer_before_minutes": 10,
                "buffer_after_minutes": 5});
            offerings.push((offer(&mentor, buffered).await, 45));
            offerings.push((offer(&mentor, json!({"title": "Circle", "minutes": 60, "seats": 4})).await, 60));
        }
        let from_ms = (world.now_ms() / DAY_MS + 3) * DAY_MS;
        Self { world, offerings, from_ms, tally: Tally::default() }
    }

    /// Books, moves and cancels at random until the attempts of all are used up.
    async fn run_client(&self, browser: &Browser, seed: u64, attempts: u32) {
        let mut random = SmallRng::seed_from_u64(seed);
        let mut mine: Vec<(String, i64)> = Vec::new();
        while self.tally.attempts.fetch_add(1, Ordering::Relaxed) < attempts {
            let deed = random.random_range(0..10);
            if deed < 6 || mine.is_empty() {
                let (offering, minutes) = &self.offerings[random.random_range(0..self.offerings.len())];
                let body = json!({"offering_id": offering, "starts_at_ms": self.start(&mut random, *minutes)});
                let answer = browser.post("/api/bookings", &body).await;
                if let Some(booking) = self.judge(&answer, 201) {
                    mine.push((text(&booking, "id"), *minutes));
                }
            } else if deed < 8 {
                let (id, minutes) = &mine[random.random_range(0..mine.len())];
                let body = json!({"starts_at_ms": self.start(&mut random, *minutes)});
                self.judge(&browser.post(&format!("/api/bookings/{id}/reschedule"), &body).await, 200);
            } else {
                let (id, _) = mine.swap_remove(random.random_range(0..mine.len()));
                self.judge(&browser.post(&format!("/api/bookings/{id}/cancel"), &json!({})).await, 200);
            }
        }
    }

    /// A start of an offering's grid.
    fn start(&self, random: &mut SmallRng, minutes: i64) -> i64 {
        let step = minutes * 60_000;
        self.from_ms + step * random.random_range(0..WINDOW_MS / step)
    }

    /// A loser is told what is free; nothing ever breaks.
    fn judge(&self, answer: &Answer, success: u16) -> Option<Value> {
        if answer.status.as_u16() == success {
            self.tally.won.fetch_add(1, Ordering::Relaxed);
            return Some(answer.expect(success));
        }
        let body: Value = serde_json::from_str(&answer.text).expect("JSON");
        assert_eq!(answer.status.as_u16(), 409, "{}", answer.text);
        match body["code"].as_str() {
            Some("opening_taken") => assert!(body["alternatives"].is_array(), "{}", answer.text),
            Some("already_booked") => {}
            _ => panic!("{}", answer.text),
        }
        self.tally.lost.fetch_add(1, Ordering::Relaxed);
        None
    }

    /// What the database holds afterwards, read without the code under test.
    async fn check(&self) -> u64 {
        let mut conn = self.world.state().kernel.db.read().await.expect("a connection");
        let sql = "SELECT s.id, s.mentor_id, s.starts_at_ms, s.ends_at_ms, CAST(s.seats AS BIGINT) AS seats,
              CAST(s.seats_taken AS BIGINT) AS taken, o.buffer_before_minutes AS b, o.buffer_after_minutes AS a,
              (SELECT CAST(COUNT(*) AS BIGINT) FROM bookings b WHERE b.session_id = s.id AND b.state = 'confirmed') AS places
            FROM sessions s JOIN offerings o ON o.id = s.offering_id WHERE s.state <> 'ended'";
        let sessions = sqlx::query(sql).fetch_all(&mut *conn).await.expect("reads");
        let mut owners: BTreeMap<(String, i64), String> = BTreeMap::new();
        for row in &sessions {
            let (id, mentor): (String, String) = (row.get("id"), row.get("mentor_id"));
            let (seats, taken, places): (i64, i64, i64) = (row.get("seats"), row.get("taken"), row.get("places"));
            assert!(
                places == taken && (1..=seats).contains(&places),
                "{id}: {places} places, {taken} of {seats} taken"
            );
            let minutes = |name: &str| i64::from(row.get::<i16, _>(name)) * 60_000;
            let (start, end) =
                (row.get::<i64, _>("starts_at_ms") - minutes("b"), row.get::<i64, _>("ends_at_ms") + minutes("a"));
            for granule in start / GRANULE_MS..end / GRANULE_MS {
                let other = owners.insert((mentor.clone(), granule), id.clone());
                assert_eq!(other, None, "two sessions of a mentor overlap, one of them {id}");
            }
        }
        let rows =
            sqlx::query("SELECT mentor_id, granule, session_id FROM mentor_occupancy").fetch_all(&mut *conn).await;
        let occupied: BTreeSet<(String, i64, String)> =
            rows.expect("reads").iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        let expected: BTreeSet<_> = owners.into_iter().map(|((mentor, granule), id)| (mentor, granule, id)).collect();
        assert_eq!(occupied, expected, "what is occupied is what is booked");
        sessions.len() as u64
    }
}

async fn race(engine: Engine, clients: usize, attempts: u32) {
    let race = Arc::new(Race::prepare(engine).await);
    let mut running = Vec::new();
    for client in 0..clients {
        let browser = race.world.person(&format!("Client{client}")).await;
        let race = Arc::clone(&race);
        running.push(tokio::spawn(async move { race.run_client(&browser, client as u64, attempts).await }));
    }
    for client in running {
        client.await.expect("no client saw anything but success or a clean 409");
    }
    let sessions = race.check().await;
    let (won, lost) = (race.tally.won.load(Ordering::Relaxed), race.tally.lost.load(Ordering::Relaxed));
    assert_eq!(won + lost, attempts);
    assert!(won > 0 && lost > 0 && sessions > 0, "{won} won, {lost} lost, {sessions} sessions");
    println!(
        "{}",
        json!({"case": format!("booking-race-{engine:?}").to_lowercase(), "attempts": attempts,
        "clients": clients, "won": won, "lost": lost, "sessions": sessions, "overlaps": 0, "oversold": 0})
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_sells_nothing_twice_on_sqlite() {
    race(Engine::Sqlite, 8, 300).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_sells_nothing_twice_on_postgres() {
    race(Engine::Postgres, 8, 300).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "minutes; make test-booking-race"]
async fn a_large_crowd() {
    let number = |name: &str, default: u32| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let engine = match std::env::var("RACE_ENGINE").as_deref() {
        Ok("sqlite") => Engine::Sqlite,
        _ => Engine::Postgres,
    };
    race(engine, number("RACE_CLIENTS", 64) as usize, number("RACE_ATTEMPTS", 100_000)).await;
}
