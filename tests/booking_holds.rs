//! Holding a time while the questions are answered.

use reqwest::Method;
use serde_json::{Value, json};

use crate::booking::{
    HOUR_MS, book, cancel, go_to, half_hour, mentor_with, midnight, openings, path, settle, text, titles,
};
use crate::both_engines;
use crate::world::{Answer, Browser, Engine, World};

const HOLD_MS: i64 = 600_000;

async fn hold(who: &Browser, offering: &str, starts_at_ms: i64) -> Answer {
    who.post("/api/bookings/holds", &json!({"offering_id": offering, "starts_at_ms": starts_at_ms})).await
}

async fn confirm(who: &Browser, held: &Value) -> Answer {
    who.post(&format!("{}/confirm", path(held)), &json!({"answers": []})).await
}

async fn release(who: &Browser, held: &Value) -> Answer {
    who.press(&format!("{}/release", path(held))).await
}

fn deeds(booking: &Value) -> Vec<String> {
    booking["history"].as_array().expect("a list").iter().map(|line| text(line, "what")).collect()
}

both_engines! {
    async fn a_held_time_becomes_the_booking(world: World) {
        let offering = json!({"title": "Half an hour", "minutes": 30, "questions": ["What for?"]});
        let (ada, offering) = mentor_with(&world, "Ada", offering).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        let held = hold(&bo, &offering, at).await.expect(201);
        assert_eq!((&held["state"], &held["expires_at_ms"]), (&json!("held"), &json!(world.now_ms() + HOLD_MS)));
        // It is nobody else's: neither to take nor to see.
        assert_eq!(openings(&eve, &offering, at, at + HOUR_MS).await, [(at + HOUR_MS / 2, 1)]);
        hold(&eve, &offering, at).await.problem(409, "opening_taken");
        for who in [&ada, &eve] {
            who.get(&path(&held)).await.problem(404, "not_found");
            confirm(who, &held).await.problem(404, "not_found");
            release(who, &held).await.problem(404, "not_found");
        }
        assert_eq!((titles(&bo, "upcoming").await.len(), titles(&bo, "past").await.len()), (0, 0));
        cancel(&bo, &held).await.problem(409, "booking_not_confirmed");
        confirm(&bo, &held).await.problem(422, "answers_invalid");
        let answers = json!({"answers": ["Rust"]});
        for _ in 0..2 {
            let booked = bo.post(&format!("{}/confirm", path(&held)), &answers).await.expect(200);
            assert_eq!((&booked["state"], &booked["id"]), (&json!("confirmed"), &held["id"]));
            assert_eq!((&booked["expires_at_ms"], deeds(&booked)), (&Value::Null, vec!["held".to_owned(), "booked".to_owned()]));
            assert_eq!(booked["answers"], json!([{"question": "What for?", "answer": "Rust"}]));
        }
        release(&bo, &held).await.problem(409, "hold_over");
        assert_eq!(ada.get(&path(&held)).await.expect(200)["state"], "confirmed");
        go_to(&world, world.now_ms() + 2 * HOLD_MS, &[&bo]).await;
        settle(&world).await;
        assert_eq!(bo.get(&path(&held)).await.expect(200)["state"], "confirmed");
    }

    async fn a_hold_that_ran_out_is_in_nobodys_way(world: World) {
        let (_, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        let held = hold(&bo, &offering, at).await.expect(201);
        let other = hold(&bo, &offering, at + HOUR_MS).await.expect(201);
        go_to(&world, world.now_ms() + HOLD_MS, &[&bo, &eve]).await;
        confirm(&bo, &held).await.problem(409, "hold_over");
        assert_eq!(openings(&eve, &offering, at, at + HOUR_MS).await.len(), 2);
        book(&eve, &offering, at).await.expect(201);
        for _ in 0..2 {
            settle(&world).await;
        }
        for held in [&held, &other] {
            let expired = bo.get(&path(held)).await.expect(200);
            assert_eq!((&expired["state"], deeds(&expired)), (&json!("expired"), vec!["held".to_owned(), "expired".to_owned()]));
            assert_eq!(expired["history"][1]["by"], "rule");
            confirm(&bo, held).await.problem(409, "hold_over");
        }
        assert_eq!((titles(&bo, "upcoming").await.len(), titles(&bo, "past").await.len()), (0, 0));
    }

    async fn a_time_given_back_is_free_at_once(world: World) {
        let (_, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        let held = hold(&bo, &offering, at).await.expect(201);
        for _ in 0..2 {
            assert_eq!(release(&bo, &held).await.expect(200)["state"], "expired");
        }
        confirm(&bo, &held).await.problem(409, "hold_over");
        hold(&eve, &offering, at).await.expect(201);
    }

    async fn a_person_holds_only_a_few_times(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        let first = hold(&bo, &offering, at).await.expect(201);
        for hour in 1..3 {
            hold(&bo, &offering, at + hour * HOUR_MS).await.expect(201);
        }
        hold(&bo, &offering, at + 4 * HOUR_MS).await.problem(409, "holds_full");
        confirm(&bo, &first).await.expect(200);
        hold(&bo, &offering, at + 4 * HOUR_MS).await.expect(201);
        hold(&ada, &offering, at + 5 * HOUR_MS).await.problem(409, "own_offering");
        hold(&world.browser(), &offering, at).await.problem(401, "unauthenticated");
        for odd in [at + 1, -1, i64::MAX, world.now_ms()] {
            let problem = hold(&world.person(&format!("P{odd}")).await, &offering, odd).await;
            problem.problem(409, "opening_taken");
        }
    }

    async fn racing_clicks_hold_no_more_than_one_may(world: World) {
        let (_, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        let clicks = (0..8).map(|hour| hold(&bo, &offering, at + hour * HOUR_MS));
        let answers = futures_util::future::join_all(clicks).await;
        let won = answers.iter().filter(|answer| answer.status == 201).count();
        assert!((1..=3).contains(&won), "{won}");
        assert!(answers.iter().all(|answer| answer.status == 201 || answer.status == 409), "a clean loss");
        let held: Vec<Value> = answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.expect(201)).collect();
        let twice = futures_util::future::join_all((0..4).map(|_| confirm(&bo, &held[0]))).await;
        assert!(twice.iter().all(|answer| answer.status == 200), "the same click again is the same booking");
        assert_eq!(deeds(&bo.get(&path(&held[0])).await.expect(200)), ["held", "booked"]);
    }

    async fn a_held_seat_counts(world: World) {
        let group = json!({"title": "A circle", "minutes": 60, "seats": 2});
        let (_, offering) = mentor_with(&world, "Ada", group).await;
        let (bo, eve, zoe) = (world.person("Bo").await, world.person("Eve").await, world.person("Zoe").await);
        let at = midnight(&world);
        let bos = hold(&bo, &offering, at).await.expect(201);
        hold(&bo, &offering, at).await.problem(409, "already_booked");
        let eves = book(&eve, &offering, at).await.expect(201);
        assert_eq!(eves["session_id"], bos["session_id"]);
        hold(&zoe, &offering, at).await.problem(409, "opening_taken");
        // The first one's hold runs out; the session is the other's all the same.
        go_to(&world, world.now_ms() + HOLD_MS, &[&bo, &eve, &zoe]).await;
        let zoes = hold(&zoe, &offering, at).await.expect(201);
        assert_eq!(zoes["session_id"], eves["session_id"]);
        confirm(&zoe, &zoes).await.expect(200);
        cancel(&eve, &eves).await.expect(200);
        cancel(&zoe, &zoes).await.expect(200);
        assert_eq!(openings(&zoe, &offering, at, at + HOUR_MS).await, [(at, 2)]);
    }
}

#[tokio::test]
async fn how_long_and_how_many_is_a_setting() {
    let world = World::with(Engine::Sqlite, "[booking]\nhold_s = 60\nholds_per_user = 1").await;
    let (_, offering) = mentor_with(&world, "Ada", half_hour()).await;
    let (bo, at) = (world.person("Bo").await, midnight(&world));
    let held = hold(&bo, &offering, at).await.expect(201);
    assert_eq!(held["expires_at_ms"], world.now_ms() + 60_000);
    hold(&bo, &offering, at + HOUR_MS).await.problem(409, "holds_full");
    let body = json!({"answers": [1]});
    bo.send(Method::POST, &format!("{}/confirm", path(&held)), |request| request.json(&body)).await.expect(422);
}
