//! Many people after the same times of few mentors, over HTTP: nothing is ever sold twice.
//!
//! A small crowd runs with every test; `make test-booking-race` runs a large one (`RACE_ATTEMPTS`, `RACE_CLIENTS`,
//! `RACE_ENGINE`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{Connection, Row};

use crate::booking::{mentor_with, offer, text};
use crate::world::{Answer, Browser, Engine, World};

const SETTINGS: &str = "
    [booking]
    book_per_user = { burst = 1000000, per_minute = 1000000 }
    hold_s = 5
    holds_per_user = 20
    proposal_s = 60
    waitlist_offer_s = 60
    [accounts]
    sign_up_per_ip = { burst = 1000000, per_minute = 1000000 }
";
const MENTORS: usize = 3;
const DAY_MS: i64 = 86_400_000;
/// Few times, so that everyone wants the same.
const GRANULE_MS: i64 = 300_000;
const WINDOW_MS: i64 = 2 * DAY_MS;
/// A second passes, by the server's clock, with so many attempts of each client: about as many as a hold lives long.
const ATTEMPTS_PER_S: u32 = 3;

/// What one client saw.
#[derive(Default)]
struct Tally {
    attempts: AtomicU32,
    won: AtomicU32,
    lost: AtomicU32,
    /// Confirmations of holds that were over.
    late: AtomicU32,
}

struct Race {
    world: World,
    engine: Engine,
    mentors: Vec<Browser>,
    /// Of all mentors: overlapping lengths, buffers, a group.
    offerings: Vec<Offered>,
    from_ms: i64,
    clients: u32,
    tally: Tally,
}

struct Offered {
    id: String,
    minutes: i64,
    is_group: bool,
    /// Which one's.
    mentor: usize,
}

/// What one client has: bookings and holds, with the index of what was offered.
#[derive(Default)]
struct Mine {
    booked: Vec<(String, usize)>,
    held: Vec<(String, usize)>,
}

impl Race {
    async fn prepare(engine: Engine, clients: u32) -> Self {
        let world = World::with(engine, SETTINGS).await;
        let (mut mentors, mut offerings) = (Vec::new(), Vec::new());
        for mentor in 0..MENTORS {
            let plain = json!({"title": "Thirty", "minutes": 30});
            let (browser, thirty) = mentor_with(&world, &format!("Mentor{mentor}"), plain).await;
            let buffered = json!({"title": "Forty-five", "minutes": 45, "buffer_before_minutes": 10,
                "buffer_after_minutes": 5});
            let forty_five = offer(&browser, buffered).await;
            let circle = offer(&browser, json!({"title": "Circle", "minutes": 60, "seats": 4})).await;
            for (id, minutes, is_group) in [(thirty, 30, false), (forty_five, 45, false), (circle, 60, true)] {
                offerings.push(Offered { id, minutes, is_group, mentor });
            }
            mentors.push(browser);
        }
        let from_ms = (world.now_ms() / DAY_MS + 3) * DAY_MS;
        Self { world, engine, mentors, offerings, from_ms, clients, tally: Tally::default() }
    }

    /// Books, holds, confirms, lets go, moves and cancels at random, now and then as a mentor for everyone, until the attempts
    /// of all are used up. Some holds are forgotten, and run out.
    async fn run_client(&self, browser: &Browser, seed: u64, attempts: u32) {
        let mut random = SmallRng::seed_from_u64(seed);
        let mut mine = Mine::default();
        loop {
            let attempt = self.tally.attempts.fetch_add(1, Ordering::Relaxed);
            if attempt >= attempts {
                return;
            }
            if attempt.is_multiple_of(self.clients * ATTEMPTS_PER_S) {
                self.world.advance(Duration::from_secs(1));
            }
            self.attempt(browser, &mut random, &mut mine).await;
        }
    }

    async fn attempt(&self, browser: &Browser, random: &mut SmallRng, mine: &mut Mine) {
        let which = random.random_range(0..self.offerings.len());
        let offering = &self.offerings[which];
        let body = json!({"offering_id": offering.id, "starts_at_ms": self.start(random, offering.minutes)});
        match random.random_range(0..16) {
            0..=3 => {
                if let Some(held) = self.judge(&self.send(browser, "/api/bookings/holds", &body).await, 201) {
                    mine.held.push((text(&held, "id"), which));
                }
            }
            4..=5 if !mine.held.is_empty() => {
                let (id, which) = mine.held.swap_remove(random.random_range(0..mine.held.len()));
                let confirm = format!("/api/bookings/{id}/confirm");
                if self.judge(&self.send(browser, &confirm, &json!({})).await, 200).is_some() {
                    mine.booked.push((id, which));
                }
            }
            6 if !mine.held.is_empty() => {
                let (id, _) = mine.held.swap_remove(random.random_range(0..mine.held.len()));
                self.judge(&self.send(browser, &format!("/api/bookings/{id}/release"), &json!({})).await, 200);
            }
            7..=8 if !mine.booked.is_empty() => {
                let (id, which) = &mine.booked[random.random_range(0..mine.booked.len())];
                let offering = &self.offerings[*which];
                let body = json!({"starts_at_ms": self.start(random, offering.minutes)});
                let everyones = offering.is_group && random.random_bool(0.25);
                let who = if everyones { &self.mentors[offering.mentor] } else { browser };
                self.judge(&self.send(who, &format!("/api/bookings/{id}/reschedule"), &body).await, 200);
            }
            9..=11 if !mine.booked.is_empty() => {
                let (id, which) = mine.booked.swap_remove(random.random_range(0..mine.booked.len()));
                let cancel = format!("/api/bookings/{id}/cancel");
                if random.random_bool(0.9) {
                    self.judge(&self.send(browser, &cancel, &json!({})).await, 200);
                } else {
                    let mentor = &self.mentors[self.offerings[which].mentor];
                    self.judge(&self.send(mentor, &cancel, &json!({"scope": "session"})).await, 200);
                }
            }
            12 if !mine.booked.is_empty() => {
                let (id, which) = &mine.booked[random.random_range(0..mine.booked.len())];
                self.propose(browser, random, id, &self.offerings[*which]).await;
            }
            13 => {
                self.judge(&self.send(browser, "/api/waitlist", &body).await, 201);
            }
            _ => {
                if let Some(booking) = self.judge(&self.send(browser, "/api/bookings", &body).await, 201) {
                    mine.booked.push((text(&booking, "id"), which));
                }
            }
        }
    }

    /// A mentee asks for other times; the mentor accepts one, or never answers.
    async fn propose(&self, browser: &Browser, random: &mut SmallRng, booking: &str, offering: &Offered) {
        let (one, other) = (self.start(random, offering.minutes), self.start(random, offering.minutes));
        let times = if one == other { vec![one] } else { vec![one, other] };
        let path = format!("/api/bookings/{booking}/proposal");
        let proposed = self.judge(&self.send(browser, &path, &json!({"starts_at_ms": times})).await, 200);
        if proposed.is_some() && random.random_bool(0.5) {
            let (accept, body) = (format!("{path}/accept"), json!({"starts_at_ms": one}));
            let accepted = self.send(&self.mentors[offering.mentor], &accept, &body).await;
            // The clock may have moved past its end meanwhile, or the mentor called the session off.
            let over = ["proposal_over", "booking_over"].iter().any(|code| accepted.text.contains(code));
            assert!(accepted.status == 200 || over, "{}", accepted.text);
        }
    }

    /// Again with the login renewed when it ran out, for the clock moves.
    async fn send(&self, browser: &Browser, path: &str, body: &Value) -> Answer {
        let answer = browser.post(path, body).await;
        if answer.status != 401 {
            return answer;
        }
        browser.post("/api/accounts/refresh", &json!({})).await.expect(200);
        browser.post(path, body).await
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
            // The mentor may have cancelled it for everyone.
            Some("already_booked" | "not_full" | "group_session" | "booking_over") => {}
            Some("hold_over") => {
                self.tally.late.fetch_add(1, Ordering::Relaxed);
            }
            _ => panic!("{}", answer.text),
        }
        self.tally.lost.fetch_add(1, Ordering::Relaxed);
        None
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let mut conn = self.world.state().kernel.db.read().await.expect("a connection");
        sqlx::query_scalar(sql).fetch_one(&mut *conn).await.expect("counts")
    }

    /// What the database holds afterwards, read without the code under test.
    async fn check(&self) -> u64 {
        let kernel = &self.world.state().kernel;
        let mut conn = kernel.db.read().await.expect("a connection");
        // One moment's view of it all.
        let begin = if self.engine == Engine::Postgres { "BEGIN ISOLATION LEVEL REPEATABLE READ" } else { "BEGIN" };
        let mut conn = conn.begin_with(begin).await.expect("begins");
        let sql = "SELECT s.id, s.mentor_id, s.starts_at_ms, s.ends_at_ms, CAST(s.seats AS BIGINT) AS seats,
              CAST(s.seats_taken AS BIGINT) AS taken, o.buffer_before_minutes AS b, o.buffer_after_minutes AS a,
              (SELECT CAST(COUNT(*) AS BIGINT) FROM bookings b WHERE b.session_id = s.id AND b.state IN ('confirmed', 'held')) AS places
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
        let sql = "SELECT t.holder_id, p.mentor_id, t.starts_at_ms, o.minutes AS m, o.buffer_before_minutes AS b,
                     o.buffer_after_minutes AS a
                   FROM proposals p JOIN proposal_times t ON t.proposal_id = p.id JOIN bookings k ON k.id = p.booking_id
                   JOIN sessions s ON s.id = k.session_id JOIN offerings o ON o.id = s.offering_id
                   WHERE p.state = 'open'";
        for row in &sqlx::query(sql).fetch_all(&mut *conn).await.expect("reads") {
            let (holder, mentor): (String, String) = (row.get("holder_id"), row.get("mentor_id"));
            let minutes = |name: &str| i64::from(row.get::<i16, _>(name)) * 60_000;
            let start = row.get::<i64, _>("starts_at_ms");
            for granule in (start - minutes("b")) / GRANULE_MS..(start + minutes("m") + minutes("a")) / GRANULE_MS {
                let other = owners.insert((mentor.clone(), granule), holder.clone());
                assert_eq!(other, None, "what {holder} holds for a proposal is taken");
            }
        }
        let rows =
            sqlx::query("SELECT mentor_id, granule, session_id FROM mentor_occupancy").fetch_all(&mut *conn).await;
        let occupied: BTreeSet<(String, i64, String)> =
            rows.expect("reads").iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        let expected: BTreeSet<_> = owners.into_iter().map(|((mentor, granule), id)| (mentor, granule, id)).collect();
        assert_eq!(occupied, expected, "what is occupied is what is booked or held");
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM bookings b JOIN sessions s ON s.id = b.session_id
                   WHERE b.state IN ('confirmed', 'held')
                     AND (b.starts_at_ms <> s.starts_at_ms OR b.ends_at_ms <> s.ends_at_ms)";
        let elsewhere: i64 = sqlx::query_scalar(sql).fetch_one(&mut *conn).await.expect("counts");
        assert_eq!(elsewhere, 0, "a booking is where its session is");
        // Each group session that goes on says how many seats it has left, and no other does.
        let groups = "SELECT id, offering_id, starts_at_ms, CAST(seats - seats_taken AS BIGINT) AS seats_left
                      FROM sessions WHERE seats > 1 AND state <> 'ended' ORDER BY 1";
        let told = "SELECT session_id, offering_id, starts_at_ms, CAST(seats_left AS BIGINT) AS seats_left
                    FROM group_openings ORDER BY 1";
        let mut both = Vec::new();
        for sql in [groups, told] {
            let rows = sqlx::query(sql).fetch_all(&mut *conn).await.expect("reads");
            let line =
                |row: &AnyRow| -> (String, String, i64, i64) { (row.get(0), row.get(1), row.get(2), row.get(3)) };
            both.push(rows.iter().map(line).collect::<Vec<_>>());
        }
        assert_eq!(both[0], both[1], "group sessions and their openings");
        // A life is told line by line, and ends once.
        let sql = "SELECT b.id, b.state, (SELECT CAST(COUNT(*) AS BIGINT) FROM booking_history h
                     WHERE h.booking_id = b.id AND h.what = 'booked') AS booked,
                   (SELECT CAST(COUNT(*) AS BIGINT) FROM booking_history h
                     WHERE h.booking_id = b.id AND h.what IN ('expired', 'released', 'cancelled')) AS ends
                   FROM bookings b";
        for row in &sqlx::query(sql).fetch_all(&mut *conn).await.expect("reads") {
            let (id, state): (String, String) = (row.get("id"), row.get("state"));
            let told = (row.get::<i64, _>("booked"), row.get::<i64, _>("ends"));
            let expected = match state.as_str() {
                "held" => (0, 0),
                "confirmed" => (1, 0),
                "cancelled" => (1, 1),
                "expired" => (0, 1),
                _ => panic!("{id} is {state}"),
            };
            assert_eq!(told, expected, "{id} is {state}");
        }
        sessions.len() as u64
    }
}

async fn race(engine: Engine, clients: u32, attempts: u32) {
    let race = Arc::new(Race::prepare(engine, clients).await);
    let mut running = Vec::new();
    for client in 0..clients {
        let browser = race.world.person(&format!("Client{client}")).await;
        let race = Arc::clone(&race);
        running.push(tokio::spawn(async move { race.run_client(&browser, u64::from(client), attempts).await }));
    }
    for client in running {
        client.await.expect("no client saw anything but success or a clean 409");
    }
    race.check().await;
    // Once everything that is only held has run out, what is left is booked.
    for _ in 0..=clients {
        race.world.advance(Duration::from_secs(61));
        race.world.state().booking.settle_due().await.expect("swept");
    }
    let sessions = race.check().await;
    assert_eq!(race.count("SELECT CAST(COUNT(*) AS BIGINT) FROM bookings WHERE state = 'held'").await, 0);
    assert_eq!(race.count("SELECT CAST(COUNT(*) AS BIGINT) FROM proposals WHERE state = 'open'").await, 0);
    let offered = race.count("SELECT CAST(COUNT(*) AS BIGINT) FROM booking_history WHERE what = 'offered'").await;
    let moved = race.count("SELECT CAST(COUNT(*) AS BIGINT) FROM proposals WHERE state = 'accepted'").await;
    let moved_in_groups =
        "SELECT CAST(COUNT(*) AS BIGINT) FROM booking_history h JOIN bookings b ON b.id = h.booking_id
        JOIN sessions s ON s.id = b.session_id WHERE s.seats > 1 AND h.what = 'rescheduled' AND h.done_by = 'mentor'";
    let moved_in_groups = race.count(moved_in_groups).await;
    let expired = race.count("SELECT CAST(COUNT(*) AS BIGINT) FROM booking_history WHERE what = 'expired'").await;
    let read = |count: &AtomicU32| count.load(Ordering::Relaxed);
    let (won, lost, late) = (read(&race.tally.won), read(&race.tally.lost), read(&race.tally.late));
    assert_eq!(won + lost, attempts);
    assert!(won > 0 && lost > 0 && sessions > 0 && expired > 0, "{won} won, {lost} lost, {sessions} sessions");
    println!(
        "{}",
        json!({"case": format!("booking-race-{engine:?}").to_lowercase(), "attempts": attempts, "clients": clients,
        "won": won, "lost": lost, "confirmed_late": late, "holds_expired": expired, "seats_offered": offered, "proposals_accepted": moved, "moved_in_groups": moved_in_groups,
        "sessions": sessions,
        "overlaps": 0, "oversold": 0, "answers_5xx": 0})
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_sells_nothing_twice_on_sqlite() {
    race(Engine::Sqlite, 8, 400).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_sells_nothing_twice_on_postgres() {
    race(Engine::Postgres, 8, 400).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "minutes; make test-booking-race"]
async fn a_large_crowd() {
    let number = |name: &str, default: u32| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let engine = match std::env::var("RACE_ENGINE").as_deref() {
        Ok("sqlite") => Engine::Sqlite,
        _ => Engine::Postgres,
    };
    race(engine, number("RACE_CLIENTS", 64), number("RACE_ATTEMPTS", 100_000)).await;
}
