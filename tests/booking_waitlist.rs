//! Waiting for a seat of a group that is full.

use facementor::kernel::mail::Folder;
use serde_json::{Value, json};

use crate::booking::{HOUR_MS, book, cancel, go_to, mentor_with, midnight, openings, path, settle, text};
use crate::both_engines;
use crate::world::{Answer, Browser, World};

const OFFER_MS: i64 = 1_800_000;

fn pair() -> Value {
    json!({"title": "A circle", "minutes": 60, "seats": 2, "minimum_notice_minutes": 0})
}

pub(crate) async fn wait(who: &Browser, offering: &str, starts_at_ms: i64) -> Answer {
    who.post("/api/waitlist", &json!({"offering_id": offering, "starts_at_ms": starts_at_ms})).await
}

pub(crate) async fn waits(who: &Browser) -> Vec<Value> {
    who.get("/api/waitlist").await.expect(200)["items"].as_array().expect("a list").clone()
}

/// The seat that is held for somebody.
pub(crate) async fn offered(who: &Browser) -> Option<String> {
    waits(who).await.first().and_then(|wait| wait["booking_id"].as_str().map(|id| format!("/api/bookings/{id}")))
}

pub(crate) async fn confirm(who: &Browser, seat: &str) -> Answer {
    who.post(&format!("{seat}/confirm"), &json!({"answers": []})).await
}

/// A session of Ada's that Bo and Eve have all the seats of.
pub(crate) struct Full {
    pub(crate) offering: String,
    pub(crate) at: i64,
    pub(crate) ada: Browser,
    pub(crate) seated: [(Browser, Value); 2],
}

pub(crate) async fn full(world: &World) -> Full {
    let (ada, offering) = mentor_with(world, "Ada", pair()).await;
    let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(world));
    let (bos, eves) = (book(&bo, &offering, at).await.expect(201), book(&eve, &offering, at).await.expect(201));
    Full { offering, at, ada, seated: [(bo, bos), (eve, eves)] }
}

both_engines! {
    async fn a_free_seat_goes_to_the_first_in_line(world: World) {
        let Full { offering, at, seated: [(bo, bos), _], .. } = full(&world).await;
        let (zoe, kim) = (world.person("Zoe").await, world.person("Kim").await);
        let found = zoe.get(&format!("/api/offerings/{offering}/openings?from_ms={at}&until_ms={}", at + 1)).await.expect(200);
        assert_eq!((&found["items"], &found["full"][0]["starts_at_ms"]), (&json!([]), &json!(at)));
        for _ in 0..2 {
            assert_eq!(wait(&zoe, &offering, at).await.expect(201)["position"], 1);
        }
        assert_eq!(wait(&kim, &offering, at).await.expect(201)["position"], 2);
        cancel(&bo, &bos).await.expect(200);
        // Nobody gets past them.
        assert_eq!(openings(&bo, &offering, at, at + HOUR_MS).await, []);
        book(&bo, &offering, at).await.problem(409, "opening_taken");
        let mine = waits(&zoe).await;
        assert_eq!((&mine[0]["position"], &mine[0]["expires_at_ms"]), (&json!(0), &json!(world.now_ms() + OFFER_MS)));
        assert_eq!((waits(&kim).await[0]["position"].clone(), offered(&kim).await), (json!(1), None));
        let seat = offered(&zoe).await.expect("a seat");
        kim.get(&seat).await.problem(404, "not_found");
        world.settle().await;
        let letters = Folder::of(&world.state().kernel.config).letters();
        let letter = letters.iter().find(|letter| letter.to == "zoe@example.test" && letter.subject.starts_with("A seat"));
        let letter = letter.expect("a letter");
        assert!(letter.calendar.is_none() && letter.text.contains("held for you until"), "{}", letter.text);
        assert!(letter.text.contains(&world.url(&seat.replace("/api", ""))), "{}", letter.text);
        for _ in 0..2 {
            assert_eq!(confirm(&zoe, &seat).await.expect(200)["state"], "confirmed");
        }
        assert_eq!(waits(&zoe).await.len(), 0);
        let history = zoe.get(&seat).await.expect(200)["history"].clone();
        assert_eq!((text(&history[0], "what"), text(&history[0], "by")), ("offered".to_owned(), "rule".to_owned()));
        assert_eq!(text(&history[1], "what"), "booked");
    }

    async fn who_lets_it_pass_is_out_and_the_next_is_asked(world: World) {
        let Full { offering, at, ada, seated: [(bo, bos), (eve, eves)] } = full(&world).await;
        let (zoe, kim, lea) = (world.person("Zoe").await, world.person("Kim").await, world.person("Lea").await);
        for who in [&zoe, &kim, &lea] {
            wait(who, &offering, at).await.expect(201);
        }
        cancel(&bo, &bos).await.expect(200);
        let zoes = offered(&zoe).await.expect("a seat");
        go_to(&world, world.now_ms() + OFFER_MS, &[&ada, &bo, &eve, &zoe, &kim, &lea]).await;
        confirm(&zoe, &zoes).await.problem(409, "hold_over");
        settle(&world).await;
        assert_eq!(zoe.get(&zoes).await.expect(200)["state"], "expired");
        assert_eq!((waits(&zoe).await.len(), offered(&kim).await.is_some()), (0, true));
        // Stepping out hands it on at once.
        let kims = waits(&kim).await[0]["id"].as_str().expect("an id").to_owned();
        lea.delete(&format!("/api/waitlist/{kims}")).await.problem(404, "not_found");
        for _ in 0..2 {
            kim.delete(&format!("/api/waitlist/{kims}")).await.expect(204);
        }
        let leas = offered(&lea).await.expect("a seat");
        lea.press(&format!("{leas}/release")).await.expect(200);
        assert_eq!(openings(&bo, &offering, at, at + HOUR_MS).await, [(at, 1)]);
        wait(&zoe, &offering, at).await.problem(409, "not_full");
        cancel(&eve, &eves).await.expect(200);
        assert_eq!(openings(&bo, &offering, at, at + HOUR_MS).await, [(at, 2)]);
    }

    async fn who_leaves_gives_back_what_was_kept_for_them(world: World) {
        let Full { offering, at, seated: [(bo, _), (eve, eves)], .. } = full(&world).await;
        let (zoe, kim) = (world.person("Zoe").await, world.person("Kim").await);
        for who in [&zoe, &bo, &kim] {
            // Bo has a seat, and waits for nothing.
            let wanted = if std::ptr::eq(who, &bo) { 409 } else { 201 };
            assert_eq!(wait(who, &offering, at).await.status.as_u16(), wanted);
        }
        cancel(&eve, &eves).await.expect(200);
        assert!(offered(&zoe).await.is_some());
        assert_eq!(zoe.delete("/api/me").await.status, 204);
        world.settle().await;
        assert!(offered(&kim).await.is_some(), "Zoe's seat is the next's");
        // Who has a seat and leaves does not come back to it by the line.
        assert_eq!(bo.delete("/api/me").await.status, 204);
        world.settle().await;
        assert_eq!(openings(&eve, &offering, at, at + HOUR_MS).await, [(at, 1)]);
    }

    async fn nobody_is_asked_in_the_last_hour(world: World) {
        let Full { offering, at, ada, seated: [(bo, _), (eve, eves)] } = full(&world).await;
        let (zoe, kim) = (world.person("Zoe").await, world.person("Kim").await);
        wait(&zoe, &offering, at).await.expect(201);
        go_to(&world, at - HOUR_MS - OFFER_MS / 2, &[&ada, &bo, &eve, &zoe, &kim]).await;
        cancel(&ada, &eves).await.expect(200);
        assert_eq!(waits(&zoe).await[0]["expires_at_ms"], at - HOUR_MS);
        go_to(&world, at - HOUR_MS, &[&bo, &zoe, &kim]).await;
        book(&kim, &offering, at).await.expect(201);
        wait(&zoe, &offering, at).await.problem(409, "waitlist_closed");
    }

    async fn there_is_something_to_wait_for(world: World) {
        let Full { offering, at, ada, seated: [(bo, _), _] } = full(&world).await;
        let zoe = world.person("Zoe").await;
        wait(&bo, &offering, at).await.problem(409, "already_booked");
        wait(&ada, &offering, at).await.problem(409, "own_offering");
        wait(&world.browser(), &offering, at).await.problem(401, "unauthenticated");
        for odd in [at + HOUR_MS, at + 1, 0, -1, i64::MAX] {
            wait(&zoe, &offering, odd).await.problem(409, "not_full");
        }
        wait(&zoe, &uuid::Uuid::from_u128(7).to_string(), at).await.problem(404, "not_found");
        zoe.delete(&format!("/api/waitlist/{}", uuid::Uuid::from_u128(7))).await.problem(404, "not_found");
        zoe.get(&path(&json!({"id": uuid::Uuid::from_u128(8).to_string()}))).await.problem(404, "not_found");
    }

    async fn racing_for_seats_given_back_keeps_the_line(world: World) {
        let Full { offering, at, seated: [(bo, bos), (eve, eves)], .. } = full(&world).await;
        let mut waiting = Vec::new();
        for number in 0..4 {
            let who = world.person(&format!("W{number}")).await;
            wait(&who, &offering, at).await.expect(201);
            waiting.push(who);
        }
        let late = world.person("Late").await;
        let (one, two, three) = tokio::join!(cancel(&bo, &bos), cancel(&eve, &eves), book(&late, &offering, at));
        assert_eq!((one.status.as_u16(), two.status.as_u16(), three.status.as_u16()), (200, 200, 409));
        let mut seats = Vec::new();
        for who in &waiting {
            seats.push(offered(who).await.is_some());
        }
        assert_eq!(seats, [true, true, false, false]);
    }
}
