//! Booking an opening, and what becomes of it.

use std::time::Duration;

use facementor::booking::{Closing, ParticipantJoined, ParticipantLeft, Role, RoomClosed, RoomOpened};
use facementor::kernel::ids::{SessionId, UserId};
use facementor::kernel::mail::Folder;
use facementor::kernel::outbox;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::both_engines;
use crate::world::{Answer, Browser, World};

pub(crate) const HOUR_MS: i64 = 3_600_000;

/// Open day and night, in UTC.
pub(crate) fn always() -> Value {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekly: Vec<_> = days.map(|day| json!({"weekday": day, "from": "00:00", "until": "24:00"})).into();
    json!({"time_zone": "UTC", "weekly": weekly, "overrides": [], "time_off": []})
}

/// A mentor who is always available, and what they offer.
pub(crate) async fn mentor_with(world: &World, name: &str, offering: Value) -> (Browser, String) {
    let mentor = world.mentor(name).await;
    mentor.send(Method::PUT, "/api/me/availability", |request| request.json(&always())).await.expect(200);
    let offering = offer(&mentor, offering).await;
    (mentor, offering)
}

pub(crate) async fn offer(mentor: &Browser, offering: Value) -> String {
    text(&mentor.post("/api/me/offerings", &offering).await.expect(201), "id")
}

pub(crate) fn half_hour() -> Value {
    json!({"title": "Half an hour", "minutes": 30})
}

pub(crate) fn text(value: &Value, member: &str) -> String {
    value[member].as_str().expect("a text").to_owned()
}

/// Midnight of the day after tomorrow: nobody's notice is too short for it.
pub(crate) fn midnight(world: &World) -> i64 {
    (world.now_ms() / (24 * HOUR_MS) + 2) * 24 * HOUR_MS
}

pub(crate) async fn book(who: &Browser, offering: &str, starts_at_ms: i64) -> Answer {
    who.post("/api/bookings", &json!({"offering_id": offering, "starts_at_ms": starts_at_ms})).await
}

pub(crate) fn path(booking: &Value) -> String {
    format!("/api/bookings/{}", text(booking, "id"))
}

pub(crate) async fn cancel(who: &Browser, booking: &Value) -> Answer {
    who.post(&format!("{}/cancel", path(booking)), &json!({"reason": "Ill"})).await
}

pub(crate) async fn reschedule(who: &Browser, booking: &Value, starts_at_ms: i64) -> Answer {
    who.post(&format!("{}/reschedule", path(booking)), &json!({"starts_at_ms": starts_at_ms})).await
}

pub(crate) async fn openings(who: &Browser, offering: &str, from_ms: i64, until_ms: i64) -> Vec<(i64, i64)> {
    let path = format!("/api/offerings/{offering}/openings?from_ms={from_ms}&until_ms={until_ms}");
    let answer = who.get(&path).await.expect(200);
    let items = answer["items"].as_array().expect("a list");
    items
        .iter()
        .map(|item| (item["starts_at_ms"].as_i64().unwrap_or(0), item["seats_left"].as_i64().unwrap_or(0)))
        .collect()
}

pub(crate) async fn titles(who: &Browser, when: &str) -> Vec<String> {
    let answer = who.get(&format!("/api/bookings?when={when}")).await.expect(200);
    answer["items"].as_array().expect("a list").iter().map(|item| text(item, "title")).collect()
}

/// Somebody is in a session's room from the first of these times to the second.
pub(crate) async fn stay(world: &World, session: &Value, who: &Browser, role: Role, (from_ms, until_ms): (i64, i64)) {
    let kernel = &world.state().kernel;
    let session: SessionId = text(session, "session_id").parse().expect("an id");
    let me = who.get("/api/me").await.expect(200);
    let user: UserId = text(&me["user"], "id").parse().expect("an id");
    let participant = Uuid::from_u128(u128::from(user.0.as_u64_pair().1) ^ u128::try_from(from_ms).unwrap_or(0));
    let at = facementor::kernel::clock::Timestamp;
    let joined =
        ParticipantJoined { session, participant, user: Some(user), name: "X".to_owned(), role, at: at(from_ms) };
    let left = ParticipantLeft { session, participant, at: at(until_ms) };
    let opened = RoomOpened { session, at: at(from_ms) };
    let closed = RoomClosed { session, at: at(until_ms), closing: Closing::Idle };
    let facts = (&opened, &joined, &left, &closed);
    kernel
        .db
        .write(|mut tx| {
            Box::pin(async move {
                let (clock, random) = (&kernel.clock, &kernel.random);
                outbox::publish(&mut tx, clock, random, facts.0).await?;
                outbox::publish(&mut tx, clock, random, facts.1).await?;
                outbox::publish(&mut tx, clock, random, facts.2).await?;
                outbox::publish(&mut tx, clock, random, facts.3).await
            })
        })
        .await
        .expect("published");
    kernel.outbox.now();
    world.settle().await;
}

/// Goes on at another time, with the logins of these people renewed.
pub(crate) async fn go_to(world: &World, ms: i64, people: &[&Browser]) {
    world.advance(Duration::from_millis(u64::try_from(ms - world.now_ms()).expect("ahead")));
    for who in people {
        who.post("/api/accounts/refresh", &json!({})).await.expect(200);
    }
}

pub(crate) async fn settle(world: &World) {
    world.state().booking.settle_due().await.expect("settled");
}

both_engines! {
    async fn a_mentee_books_an_opening_and_both_see_it(world: World) {
        let offering = json!({"title": "Half an hour", "minutes": 30, "questions": ["What for?"]});
        let (ada, offering) = mentor_with(&world, "Ada", offering).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        assert_eq!(openings(&bo, &offering, at, at + HOUR_MS).await, [(at, 1), (at + HOUR_MS / 2, 1)]);
        book(&bo, &offering, at).await.problem(422, "answers_invalid");
        let body = json!({"offering_id": offering, "starts_at_ms": at, "answers": [" <b>Rust</b> "]});
        let booking = bo.post("/api/bookings", &body).await.expect(201);
        assert_eq!((&booking["state"], &booking["you"]), (&json!("confirmed"), &json!("mentee")));
        assert_eq!((&booking["starts_at_ms"], &booking["ends_at_ms"]), (&json!(at), &json!(at + HOUR_MS / 2)));
        assert_eq!(booking["opens_at_ms"], at - HOUR_MS / 6);
        assert_eq!(booking["free_cancellation_until_ms"], at - 24 * HOUR_MS);
        assert_eq!(booking["answers"], json!([{"question": "What for?", "answer": "<b>Rust</b>"}]));
        let line = json!({"at_ms": world.now_ms(), "what": "booked", "by": "mentee", "reason": ""});
        assert_eq!(booking["history"], json!([line]));
        assert_eq!(bo.get(&path(&booking)).await.expect(200), booking);
        let adas = ada.get(&path(&booking)).await.expect(200);
        assert_eq!((&adas["you"], &adas["mentee"]["display_name"]), (&json!("mentor"), &json!("Bo")));
        assert_eq!(openings(&bo, &offering, at, at + HOUR_MS).await, [(at + HOUR_MS / 2, 1)]);
        for who in [&ada, &bo] {
            assert_eq!(titles(who, "upcoming").await, ["Half an hour"]);
            assert_eq!(titles(who, "past").await, [] as [&str; 0]);
            // Sessions that have not begun are bookings.
            assert_eq!(who.get("/api/sessions").await.expect(200)["items"], json!([]));
        }
    }

    async fn who_comes_second_is_told_what_is_free(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        book(&bo, &offering, at).await.expect(201);
        let problem = book(&eve, &offering, at).await.problem(409, "opening_taken");
        let free = problem["alternatives"].as_array().expect("a list");
        assert_eq!(free.len(), 5);
        assert!(free.iter().all(|free| free["starts_at_ms"] != json!(at)), "{free:?}");
        // Another offering of the same mentor shares their time.
        let longer = offer(&ada, json!({"title": "An hour", "minutes": 60})).await;
        book(&eve, &longer, at).await.problem(409, "opening_taken");
        book(&eve, &longer, at + HOUR_MS).await.expect(201);
        for odd in [at + 60_000, at + 1, -1, 0, i64::MAX, i64::MIN, world.now_ms()] {
            book(&eve, &offering, odd).await.problem(409, "opening_taken");
        }
        book(&ada, &offering, at + 4 * HOUR_MS).await.problem(409, "own_offering");
        let paid = offer(&ada, json!({"title": "Paid", "minutes": 30, "price_minor": 5_000})).await;
        book(&eve, &paid, at + 4 * HOUR_MS).await.problem(409, "payments_unavailable");
        book(&world.browser(), &offering, at).await.problem(401, "unauthenticated");
        let nobodys = Uuid::from_u128(7).to_string();
        book(&eve, &nobodys, at).await.problem(404, "not_found");
    }

    async fn a_cancelled_time_is_free_again_and_stays_cancelled(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        let booking = book(&bo, &offering, at).await.expect(201);
        cancel(&eve, &booking).await.problem(404, "not_found");
        eve.get(&path(&booking)).await.problem(404, "not_found");
        let long = json!({"reason": "x".repeat(501)});
        bo.post(&format!("{}/cancel", path(&booking)), &long).await.problem(422, "reason_invalid");
        let cancelled = cancel(&bo, &booking).await.expect(200);
        assert_eq!(cancelled["state"], "cancelled");
        assert_eq!(cancelled["history"][1]["reason"], "Ill");
        cancel(&ada, &booking).await.problem(409, "booking_over");
        reschedule(&bo, &booking, at + HOUR_MS).await.problem(409, "booking_over");
        assert_eq!((titles(&bo, "upcoming").await.len(), titles(&bo, "past").await.len()), (0, 1));
        let again = book(&eve, &offering, at).await.expect(201);
        assert_ne!(again["join_code"], booking["join_code"]);
    }

    async fn the_policy_holds_for_the_mentee(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        let booking = book(&bo, &offering, at).await.expect(201);
        go_to(&world, at - 24 * HOUR_MS + 1, &[&ada, &bo]).await;
        cancel(&bo, &booking).await.problem(409, "cancellation_late");
        reschedule(&bo, &booking, at + 48 * HOUR_MS).await.problem(409, "cancellation_late");
        reschedule(&ada, &booking, at + 48 * HOUR_MS).await.problem(403, "mentee_required");
        assert_eq!(cancel(&ada, &booking).await.expect(200)["history"][1]["by"], "mentor");
    }

    async fn a_booking_moves_with_its_link(world: World) {
        let (_, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        let booking = book(&bo, &offering, at).await.expect(201);
        book(&eve, &offering, at + HOUR_MS).await.expect(201);
        reschedule(&bo, &booking, at + HOUR_MS).await.problem(409, "opening_taken");
        assert_eq!(bo.get(&path(&booking)).await.expect(200)["starts_at_ms"], at);
        let moved = reschedule(&bo, &booking, at + 2 * HOUR_MS).await.expect(200);
        assert_eq!((&moved["starts_at_ms"], &moved["join_code"]), (&json!(at + 2 * HOUR_MS), &booking["join_code"]));
        assert_eq!(moved["history"][1]["what"], "rescheduled");
        assert_eq!(openings(&bo, &offering, at, at + HOUR_MS).await.len(), 2);
        reschedule(&eve, &booking, at).await.problem(404, "not_found");
    }

    async fn a_group_fills_up_and_empties(world: World) {
        let group = json!({"title": "A circle", "minutes": 60, "seats": 2});
        let (ada, offering) = mentor_with(&world, "Ada", group).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        let bos = book(&bo, &offering, at).await.expect(201);
        book(&bo, &offering, at).await.problem(409, "already_booked");
        assert_eq!(openings(&eve, &offering, at, at + HOUR_MS).await, [(at, 1)]);
        let eves = book(&eve, &offering, at).await.expect(201);
        assert_eq!(eves["session_id"], bos["session_id"]);
        let zoe = world.person("Zoe").await;
        book(&zoe, &offering, at).await.problem(409, "opening_taken");
        assert_eq!(openings(&zoe, &offering, at, at + HOUR_MS).await, []);
        cancel(&bo, &bos).await.expect(200);
        let zoes = book(&zoe, &offering, at).await.expect(201);
        // A seat moves to another session of the group, which is made.
        let moved = reschedule(&zoe, &zoes, at + HOUR_MS).await.expect(200);
        assert_ne!(moved["session_id"], eves["session_id"]);
        cancel(&ada, &eves).await.expect(200);
        assert_eq!(openings(&zoe, &offering, at, at + 2 * HOUR_MS).await, [(at, 2), (at + HOUR_MS, 1)]);
    }

    async fn the_room_opens_ten_minutes_before_for_those_who_booked(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        let booking = book(&bo, &offering, at).await.expect(201);
        let (door, nothing) = (format!("/api/join/{}", text(&booking, "join_code")), json!({}));
        for who in [&ada, &bo] {
            who.post(&door, &nothing).await.problem(409, "session_not_open_yet");
        }
        ada.press(&format!("/api/sessions/{}/end", text(&booking, "session_id"))).await.problem(409, "session_booked");
        go_to(&world, at - HOUR_MS / 6, &[&ada, &bo, &eve]).await;
        assert_eq!(ada.post(&door, &nothing).await.expect(200)["role"], "host");
        assert_eq!(bo.post(&door, &nothing).await.expect(200)["role"], "member");
        eve.post(&door, &nothing).await.problem(403, "booking_required");
        world.browser().post(&door, &json!({"name": "Guest"})).await.problem(403, "booking_required");
    }

    async fn a_rule_decides_who_came_and_says_why(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        let both = book(&bo, &offering, at).await.expect(201);
        let alone = book(&bo, &offering, at + HOUR_MS).await.expect(201);
        let nobody = book(&bo, &offering, at + 2 * HOUR_MS).await.expect(201);
        stay(&world, &both, &ada, Role::Host, (at - 1_000, at + HOUR_MS / 2)).await;
        stay(&world, &both, &bo, Role::Member, (at + 60_000, at + HOUR_MS / 2)).await;
        stay(&world, &alone, &bo, Role::Member, (at + HOUR_MS, at + HOUR_MS + 700_000)).await;
        go_to(&world, at + 10 * HOUR_MS, &[&ada, &bo]).await;
        for _ in 0..2 {
            settle(&world).await;
        }
        let state = async |booking: &Value| {
            let seen = bo.get(&path(booking)).await.expect(200);
            assert_eq!(seen["history"].as_array().map(Vec::len), Some(2));
            (text(&seen, "state"), text(&seen["history"][1], "reason"))
        };
        let there = "Both were in the room in the first 10 minutes.";
        assert_eq!(state(&both).await, ("completed".to_owned(), there.to_owned()));
        let absent = "The mentor was not in the room in the first 10 minutes: they never came.";
        assert_eq!(state(&alone).await, ("no_show".to_owned(), absent.to_owned()));
        assert_eq!(state(&nobody).await.0, "no_show");
        cancel(&ada, &both).await.problem(409, "booking_over");
    }

    async fn both_are_written_to_with_something_for_their_calendars(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        let booking = book(&bo, &offering, at).await.expect(201);
        reschedule(&bo, &booking, at + HOUR_MS).await.expect(200);
        cancel(&ada, &booking).await.expect(200);
        world.settle().await;
        let letters = Folder::of(&world.state().kernel.config).letters();
        let to = |person: &str| {
            let of = letters.iter().filter(|letter| letter.to == person && letter.calendar.is_some());
            let mut told: Vec<_> = of.map(|letter| (letter.subject.as_str(), letter)).collect();
            told.reverse();
            told
        };
        for person in ["bo@example.test", "ada@example.test"] {
            let subjects: Vec<_> = to(person).iter().map(|(subject, _)| *subject).collect();
            assert_eq!(subjects, ["Booked: Half an hour", "Moved: Half an hour", "Cancelled: Half an hour"]);
        }
        let (_, last) = to("bo@example.test")[2];
        assert!(last.text.contains("Ada cancelled your session.") && last.text.contains("Ill"), "{}", last.text);
        assert!(last.text.contains(&world.url(&format!("/bookings/{}", text(&booking, "id")))), "{}", last.text);
        let object = last.calendar.as_deref().expect("an object");
        let uid = format!("UID:{}@facementor\r\n", text(&booking, "id"));
        for line in [&uid, "METHOD:CANCEL\r\n", "SEQUENCE:2\r\n", "ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:bo@exa"] {
            assert!(object.contains(line), "{line} is missing in {object}");
        }
        let own = bo.get(&format!("{}/calendar.ics", path(&booking))).await;
        assert_eq!((own.status.as_u16(), &own.headers["content-type"]), (200, &HeaderValue::from_static("text/calendar; charset=utf-8")));
        assert!(own.text.contains(&uid) && !own.text.contains("mailto:"), "{}", own.text);
        world.person("Eve").await.get(&format!("{}/calendar.ics", path(&booking))).await.problem(404, "not_found");
    }

    async fn lists_go_on_where_they_ended(world: World) {
        let (_, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        for hour in 0..5 {
            book(&bo, &offering, at + hour * HOUR_MS).await.expect(201);
        }
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let page = bo.get(&format!("/api/bookings?when=upcoming&limit=2{cursor}")).await.expect(200);
            seen.extend(page["items"].as_array().expect("a list").iter().map(|item| item["starts_at_ms"].as_i64()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, (0..5).map(|hour| Some(at + hour * HOUR_MS)).collect::<Vec<_>>());
        bo.get("/api/bookings?when=upcoming&cursor=nonsense").await.problem(400, "cursor_invalid");
        bo.get("/api/bookings?when=never").await.expect(400);
    }
}
