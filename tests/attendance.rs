//! Who came, decided by rule from what rooms told; and what the two may say against it.

use std::collections::BTreeMap;
use std::time::Duration;

use facementor::booking::{
    Closing, Media, ParticipantJoined, ParticipantLeft, ParticipantMedia, Role, RoomClosed, RoomOpened,
};
use facementor::kernel::clock::Timestamp;
use facementor::kernel::ids::{SessionId, UserId};
use facementor::kernel::outbox::{self, Fact};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::booking::{book, mentor_with, offer, text};
use crate::both_engines;
use crate::mentors::administrator;
use crate::world::{Browser, Engine, World};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// One line of scenarios.txt.
struct Scenario {
    name: &'static str,
    facts: Vec<&'static str>,
    decisions: BTreeMap<&'static str, &'static str>,
    seconds: BTreeMap<&'static str, i64>,
    explanations: Vec<&'static str>,
}

impl Scenario {
    fn all() -> Vec<Self> {
        let lines = include_str!("attendance/scenarios.txt").lines();
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(Self::read).collect()
    }

    fn read(line: &'static str) -> Self {
        let parts: Vec<_> = line.split(" | ").collect();
        let [name, facts, decisions, seconds, explanations] = parts[..] else { panic!("{line}") };
        let pairs = |text: &'static str| text.split(' ').map(|pair| pair.split_once('=').expect("a pair"));
        Self {
            name,
            facts: facts.split(' ').filter(|fact| !fact.is_empty()).collect(),
            decisions: pairs(decisions).collect(),
            seconds: pairs(seconds).map(|(who, seconds)| (who, seconds.parse().expect("a number"))).collect(),
            explanations: explanations.split(" // ").collect(),
        }
    }

    fn value(&self, name: &str) -> Option<&'static str> {
        self.facts.iter().find_map(|fact| fact.strip_prefix(name))
    }

    fn says(&self, word: &str) -> bool {
        self.facts.contains(&word)
    }
}

/// "-1:30.500" in milliseconds.
fn clock(text: &str) -> i64 {
    let (sign, rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (minutes, seconds) = rest.split_once(':').expect("minutes:seconds");
    let seconds: f64 = seconds.parse().expect("seconds");
    sign * (minutes.parse::<i64>().expect("minutes") * MINUTE_MS + (seconds * 1_000.0).round() as i64)
}

/// What a room tells.
enum News {
    Opened(RoomOpened),
    Joined(ParticipantJoined),
    Media(ParticipantMedia),
    Left(ParticipantLeft),
    Closed(RoomClosed),
    /// The server comes back, last known to live then.
    Crash(i64),
}

/// The people of all scenarios.
struct Cast {
    ids: BTreeMap<&'static str, UserId>,
}

impl Cast {
    /// What happens in a session that starts then, in order.
    fn news(&self, scenario: &Scenario, session: SessionId, start: i64) -> Vec<News> {
        let at = |text: &str| Timestamp(start + clock(text));
        let mut news = Vec::new();
        let mut order = 0;
        let mut add = |at: i64, what: News| {
            order += 1;
            news.push(((at, order), what));
        };
        for (number, fact) in scenario.facts.iter().enumerate() {
            let Some((who, stay)) = fact.split_once('[') else { continue };
            let (from, until) = stay.trim_end_matches(']').split_once("..").expect("a stay");
            let letter = &who[..1];
            let name = who.split_once('(').map_or("Somebody", |(_, name)| name.trim_end_matches(')'));
            let place = if who.contains('#') { who } else { fact };
            let participant = participant(session, place, if who.contains('#') { 0 } else { number });
            let role = match letter {
                "M" => Role::Host,
                "G" => Role::Guest,
                _ => Role::Member,
            };
            let (name, user, at_ms) = (name.to_owned(), self.ids.get(letter).copied(), at(from));
            add(at_ms.0, News::Joined(ParticipantJoined { session, participant, user, name, role, at: at_ms }));
            let media = ParticipantMedia { session, participant, at: at_ms, media: Media::Connected };
            add(at_ms.0, News::Media(media));
            if until != "!" {
                add(at(until).0, News::Left(ParticipantLeft { session, participant, at: at(until) }));
            }
        }
        if let Some(back) = scenario.value("crash@") {
            add(at(back).0, News::Crash(at(scenario.value("alive@").expect("a sign of life")).0));
        }
        if let Some(end) = scenario.value("end@") {
            add(at(end).0, News::Closed(RoomClosed { session, at: at(end), closing: Closing::Ended }));
        }
        news.sort_by_key(|(at, _)| *at);
        let opens = news.first().map(|((at, _), _)| Timestamp(*at));
        let closes = news.last().map(|((at, _), _)| Timestamp(*at));
        let opened = opens.map(|at| News::Opened(RoomOpened { session, at }));
        let closed = closes.map(|at| News::Closed(RoomClosed { session, at, closing: Closing::Idle }));
        opened.into_iter().chain(news.into_iter().map(|(_, news)| news)).chain(closed).collect()
    }
}

fn participant(session: SessionId, place: &str, number: usize) -> Uuid {
    let mut id = session.0.as_u128();
    for byte in place.bytes().chain(number.to_be_bytes()) {
        id = id.wrapping_mul(31).wrapping_add(u128::from(byte));
    }
    Uuid::from_u128(id)
}

async fn publish<F: Fact + Sync>(world: &World, fact: &F, times: usize) {
    let kernel = &world.state().kernel;
    for _ in 0..times {
        let published = kernel.db.write(|mut tx| {
            Box::pin(async move { outbox::publish(&mut tx, &kernel.clock, &kernel.random, fact).await })
        });
        published.await.expect("published");
    }
}

async fn play(world: &World, scenario: &Scenario, news: Vec<News>) {
    let times = if scenario.says("twice") { 2 } else { 1 };
    for news in news {
        match news {
            News::Opened(fact) => publish(world, &fact, times).await,
            News::Joined(fact) => publish(world, &fact, times).await,
            News::Media(fact) => publish(world, &fact, times).await,
            News::Left(fact) => publish(world, &fact, times).await,
            News::Closed(fact) => publish(world, &fact, times).await,
            News::Crash(alive) => {
                if !scenario.says("unheard") {
                    world.settle().await;
                }
                last_alive(world, alive).await;
                world.state().booking.forget_presence().await.expect("forgotten");
            }
        }
    }
    world.settle().await;
}

/// As if the server had died right after.
async fn last_alive(world: &World, ms: i64) {
    let mark = world.state().kernel.db.write(|mut tx| {
        Box::pin(async move {
            let sql = "INSERT INTO server_marks (name, at_ms) VALUES ('presence', $1)
                       ON CONFLICT (name) DO UPDATE SET at_ms = excluded.at_ms";
            sqlx::query(sql).bind(ms).execute(&mut *tx).await
        })
    });
    mark.await.expect("marked");
}

async fn id_of(who: &Browser) -> UserId {
    text(&who.get("/api/me").await.expect(200)["user"], "id").parse().expect("an id")
}

async fn the_rule_decides_every_scenario(engine: Engine) {
    let world = World::with(engine, "[booking]\nbook_per_user = { burst = 100000, per_minute = 1 }").await;
    let scenarios = Scenario::all();
    assert!(scenarios.len() >= 200, "{}", scenarios.len());
    let far =
        |minutes: i64, seats: i64| json!({"title": "Time", "minutes": minutes, "seats": seats, "horizon_days": 365});
    let (ada, half) = mentor_with(&world, "Ada", far(30, 1)).await;
    let mut offerings = BTreeMap::from([((30, false), half)]);
    for (minutes, seats) in [(15, 1), (60, 1), (120, 1), (30, 2)] {
        offerings.insert((minutes, seats == 2), offer(&ada, far(minutes, seats)).await);
    }
    let (bo, eve, zoe) = (world.person("Bo").await, world.person("Eve").await, world.person("Zoe").await);
    let mut cast = Cast { ids: BTreeMap::new() };
    for (letter, who) in [("M", &ada), ("A", &bo), ("B", &eve), ("C", &zoe)] {
        cast.ids.insert(letter, id_of(who).await);
    }
    let midnight = (world.now_ms() / (24 * HOUR_MS) + 2) * 24 * HOUR_MS;
    let mut booked = Vec::new();
    for (number, scenario) in scenarios.iter().enumerate() {
        let start = midnight + 2 * HOUR_MS * i64::try_from(number).expect("few");
        let minutes: i64 = scenario.value("minutes=").map_or(30, |minutes| minutes.parse().expect("minutes"));
        let offering = &offerings[&(minutes, scenario.says("group"))];
        let mut places = vec![("A", book(&bo, offering, start).await.expect(201))];
        if scenario.says("group") {
            places.push(("B", book(&eve, offering, start).await.expect(201)));
        }
        let session = text(&places[0].1, "session_id").parse().expect("an id");
        play(&world, scenario, cast.news(scenario, session, start)).await;
        booked.push(places);
    }
    world.advance(Duration::from_millis(u64::try_from(21 * 24 * HOUR_MS).expect("positive")));
    for _ in 0..5 {
        world.state().booking.settle_due().await.expect("settled");
    }
    for who in [&bo, &eve] {
        who.post("/api/accounts/refresh", &json!({})).await.expect(200);
    }
    let mut wrong = Vec::new();
    for (scenario, places) in scenarios.iter().zip(&booked) {
        for (index, (letter, booking)) in places.iter().enumerate() {
            let who = if *letter == "A" { &bo } else { &eve };
            let path = format!("/api/bookings/{}", text(booking, "id"));
            let seen = who.get(&format!("{path}/attendance")).await.expect(200);
            let (verdict, people) = (&seen["verdict"], &seen["people"]);
            let told = (&verdict["outcome"], &verdict["reason"], &people[0]["room_s"], &people[1]["room_s"]);
            let expected = (
                &json!(scenario.decisions[letter]),
                &json!(scenario.explanations[index]),
                &json!(scenario.seconds["M"]),
                &json!(scenario.seconds[letter]),
            );
            if told != expected {
                wrong.push(format!("{}: {told:?} instead of {expected:?}", scenario.name));
            }
            // Here media is connected as long as somebody is in the room.
            assert_eq!(people[1]["room_s"], people[1]["media_s"], "{}", scenario.name);
            let page = who.get(&path).await.expect(200);
            let state = if scenario.decisions[letter] == "completed" { "completed" } else { "no_show" };
            assert_eq!(page["state"], state, "{}", scenario.name);
            assert_eq!(page["history"][1]["reason"], scenario.explanations[index], "{}", scenario.name);
        }
    }
    assert!(wrong.is_empty(), "{} of {} scenarios:\n{}", wrong.len(), scenarios.len(), wrong.join("\n"));
}

#[tokio::test]
async fn the_rule_decides_every_scenario_on_sqlite() {
    the_rule_decides_every_scenario(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_rule_decides_every_scenario_on_postgres() {
    the_rule_decides_every_scenario(Engine::Postgres).await;
}

/// A booking whose time is over and that nobody came to.
async fn missed(world: &World, offering: &str, bo: &Browser, people: &[&Browser]) -> String {
    let midnight = (world.now_ms() / (24 * HOUR_MS) + 2) * 24 * HOUR_MS;
    let booking = book(bo, offering, midnight).await.expect(201);
    let path = format!("/api/bookings/{}", text(&booking, "id"));
    let dispute = json!({"reason": "I was there"});
    bo.post(&format!("{path}/dispute"), &dispute).await.problem(409, "nothing_to_dispute");
    let ahead = midnight + HOUR_MS - world.now_ms();
    world.advance(Duration::from_millis(u64::try_from(ahead).expect("ahead")));
    world.state().booking.settle_due().await.expect("settled");
    for who in people {
        who.post("/api/accounts/refresh", &json!({})).await.expect(200);
    }
    path
}

both_engines! {
    async fn time_with_media_is_counted_apart(world: World) {
        let (_, offering) = mentor_with(&world, "Ada", json!({"title": "Time", "minutes": 30})).await;
        let bo = world.person("Bo").await;
        let midnight = (world.now_ms() / (24 * HOUR_MS) + 2) * 24 * HOUR_MS;
        let booking = book(&bo, &offering, midnight).await.expect(201);
        let session: SessionId = text(&booking, "session_id").parse().expect("an id");
        let (participant, user) = (Uuid::from_u128(7), Some(id_of(&bo).await));
        let at = |minutes: i64| Timestamp(midnight + minutes * MINUTE_MS);
        let (name, role) = ("Bo".to_owned(), Role::Member);
        publish(&world, &ParticipantJoined { session, participant, user, name, role, at: at(-1) }, 1).await;
        for (minutes, media) in [(1, Media::Connected), (5, Media::Lost), (6, Media::Connected), (40, Media::Lost)] {
            publish(&world, &ParticipantMedia { session, participant, at: at(minutes), media }, 1).await;
        }
        publish(&world, &ParticipantLeft { session, participant, at: at(41) }, 1).await;
        world.settle().await;
        let ahead = u64::try_from(midnight + HOUR_MS - world.now_ms()).expect("ahead");
        world.advance(Duration::from_millis(ahead));
        bo.post("/api/accounts/refresh", &json!({})).await.expect(200);
        let seen = bo.get(&format!("/api/bookings/{}/attendance", text(&booking, "id"))).await.expect(200);
        let me = &seen["people"][1];
        assert_eq!((&me["party"], &me["room_s"], &me["media_s"]), (&json!("mentee"), &json!(1_800), &json!(28 * 60)));
        assert_eq!(me["stays"], json!([{"from_ms": at(-1), "until_ms": at(41)}]));
        assert_eq!(me["media"].as_array().map(Vec::len), Some(2));
        assert_eq!(seen["people"][0]["room_s"], 0);
        assert_eq!(seen["no_show_after_s"], 600);
    }

    async fn a_verdict_is_disputed_and_overturned(world: World) {
        let admin = administrator(&world).await;
        let (ada, offering) = mentor_with(&world, "Ada", json!({"title": "Time", "minutes": 30})).await;
        let (bo, eve) = (world.person("Bo").await, world.person("Eve").await);
        let path = missed(&world, &offering, &bo, &[&ada, &bo, &eve, &admin]).await;
        let seen = bo.get(&format!("{path}/attendance")).await.expect(200);
        assert_eq!(seen["verdict"]["outcome"], "both_absent");
        assert_eq!(seen["disputable_until_ms"], json!(world.now_ms() + 72 * HOUR_MS));
        // Whoever it is not about learns nothing and says nothing.
        eve.get(&format!("{path}/attendance")).await.problem(404, "not_found");
        let words = json!({"reason": "We met <script>alert(1)</script>\nelsewhere"});
        eve.post(&format!("{path}/dispute"), &words).await.problem(404, "not_found");
        for reason in ["", " ", "a\u{0}b", &"x".repeat(1_001)] {
            bo.post(&format!("{path}/dispute"), &json!({"reason": reason})).await.problem(422, "reason_invalid");
        }
        let disputed = bo.post(&format!("{path}/dispute"), &words).await.expect(201);
        assert_eq!((&disputed["dispute"]["state"], &disputed["dispute"]["raised_by"]), (&json!("open"), &json!("mentee")));
        assert_eq!(disputed["disputable_until_ms"], Value::Null);
        ada.post(&format!("{path}/dispute"), &words).await.problem(409, "already_disputed");

        let list = admin.get("/api/admin/disputes").await.expect(200);
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(list["items"][0]["dispute"]["reason"], words["reason"]);
        let one = format!("/api/admin/disputes/{}", text(&list["items"][0], "booking_id"));
        assert_eq!(admin.get(&format!("{one}/attendance")).await.expect(200)["people"][1]["person"]["display_name"], "Bo");
        for (who, status, code) in [(&bo, 403, "admin_required"), (&world.browser(), 401, "unauthenticated")] {
            who.get("/api/admin/disputes").await.problem(status, code);
            who.get(&format!("{one}/attendance")).await.problem(status, code);
            who.post(&format!("{one}/uphold"), &json!({"reason": "x"})).await.problem(status, code);
            who.post(&format!("{one}/overturn"), &json!({"reason": "x", "outcome": "completed"})).await.problem(status, code);
        }
        let overturn = |outcome: &str| json!({"reason": "The chat shows both.", "outcome": outcome});
        admin.post(&format!("{one}/overturn"), &overturn("both_absent")).await.problem(409, "verdict_unchanged");
        admin.post(&format!("{one}/overturn"), &json!({"reason": "", "outcome": "completed"})).await.problem(422, "reason_invalid");
        let done = admin.post(&format!("{one}/overturn"), &overturn("completed")).await.expect(200);
        assert_eq!((&done["dispute"]["state"], &done["verdict"]["by"]), (&json!("overturned"), &json!("admin")));
        admin.post(&format!("{one}/uphold"), &json!({"reason": "x"})).await.problem(409, "dispute_resolved");
        assert_eq!(admin.get("/api/admin/disputes").await.expect(200)["items"], json!([]));
        let kept = admin.get("/api/admin/disputes?state=overturned").await.expect(200);
        assert_eq!(kept["items"][0]["dispute"]["resolution"], "The chat shows both.");

        let page = ada.get(&path).await.expect(200);
        assert_eq!(page["state"], "completed");
        let lines: Vec<_> = page["history"].as_array().expect("a list").iter().map(|line| (text(line, "what"), text(line, "by"))).collect();
        let line = |what: &str, by: &str| (what.to_owned(), by.to_owned());
        assert_eq!(lines[1..], [line("no_show", "rule"), line("disputed", "mentee"), line("ruled_completed", "admin")]);
        let unknown = format!("/api/admin/disputes/{}", Uuid::from_u128(9));
        admin.post(&format!("{unknown}/uphold"), &json!({"reason": "x"})).await.problem(404, "not_found");
        admin.get(&format!("{unknown}/attendance")).await.problem(404, "not_found");
        admin.get("/api/admin/disputes?cursor=nonsense").await.problem(400, "cursor_invalid");
    }

    async fn a_dispute_has_three_days_and_a_verdict_may_stand(world: World) {
        let admin = administrator(&world).await;
        let (ada, offering) = mentor_with(&world, "Ada", json!({"title": "Time", "minutes": 30})).await;
        let bo = world.person("Bo").await;
        let everyone = [&ada, &bo, &admin];
        let first = missed(&world, &offering, &bo, &everyone).await;
        world.advance(Duration::from_secs(72 * 3_600));
        for who in everyone {
            who.post("/api/accounts/refresh", &json!({})).await.expect(200);
        }
        ada.post(&format!("{first}/dispute"), &json!({"reason": "I was there"})).await.expect(201);
        let id = first.rsplit('/').next().expect("an id").to_owned();
        let upheld = admin.post(&format!("/api/admin/disputes/{id}/uphold"), &json!({"reason": "No trace of it."})).await.expect(200);
        assert_eq!((&upheld["dispute"]["state"], &upheld["verdict"]["by"]), (&json!("upheld"), &json!("rule")));
        assert_eq!(bo.get(&first).await.expect(200)["state"], "no_show");
        let second = missed(&world, &offering, &bo, &everyone).await;
        world.advance(Duration::from_millis(72 * 3_600_000 + 1));
        for who in everyone {
            who.post("/api/accounts/refresh", &json!({})).await.expect(200);
        }
        bo.post(&format!("{second}/dispute"), &json!({"reason": "I was there"})).await.problem(409, "dispute_late");
        assert_eq!(bo.get(&format!("{second}/attendance")).await.expect(200)["disputable_until_ms"], Value::Null);
    }
}
