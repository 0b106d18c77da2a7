//! Bookings that repeat.

use facementor::kernel::mail::Folder;
use reqwest::Method;
use serde_json::{Value, json};

use crate::booking::{
    HOUR_MS, book, cancel, go_to, half_hour, mentor_with, midnight, offer, openings, path, reschedule, text, titles,
};
use crate::both_engines;
use crate::world::{Answer, Browser};

const WEEK_MS: i64 = 7 * 24 * HOUR_MS;

async fn hold(who: &Browser, offering: &str, starts_at_ms: i64) -> Value {
    let body = json!({"offering_id": offering, "starts_at_ms": starts_at_ms});
    who.post("/api/bookings/holds", &body).await.expect(201)
}

async fn repeat(who: &Browser, held: &Value, rrule: &str, conflicts: &str) -> Answer {
    who.post(&format!("{}/series", path(held)), &json!({"rrule": rrule, "conflicts": conflicts})).await
}

fn starts(series: &Value) -> Vec<i64> {
    let bookings = series["bookings"].as_array().expect("a list");
    bookings.iter().map(|booking| booking["starts_at_ms"].as_i64().expect("a time")).collect()
}

fn states(series: &Value) -> Vec<String> {
    series["bookings"].as_array().expect("a list").iter().map(|booking| text(booking, "state")).collect()
}

async fn series(who: &Browser, series: &Value) -> Value {
    who.get(&format!("/api/series/{}", text(series, "id"))).await.expect(200)
}

both_engines! {
    async fn a_time_is_booked_for_the_following_weeks_too(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        let held = hold(&bo, &offering, at).await;
        for _ in 0..2 {
            let booked = repeat(&bo, &held, "FREQ=WEEKLY;INTERVAL=2;COUNT=3", "refuse").await.expect(200);
            assert_eq!(starts(&booked), [at, at + 2 * WEEK_MS, at + 4 * WEEK_MS]);
            assert_eq!((&booked["bookings"][0]["id"], &booked["conflicts_ms"]), (&held["id"], &json!([])));
            assert_eq!(states(&booked), ["confirmed"; 3]);
        }
        let booked = bo.get(&path(&held)).await.expect(200);
        let whole = json!({"id": booked["series_id"]});
        assert_eq!(series(&ada, &whole).await["rrule"], "FREQ=WEEKLY;INTERVAL=2;COUNT=3");
        eve.get(&format!("/api/series/{}", text(&whole, "id"))).await.problem(404, "not_found");
        repeat(&eve, &held, "FREQ=WEEKLY;COUNT=2", "refuse").await.problem(404, "not_found");
        assert_eq!(titles(&bo, "upcoming").await.len(), 3);
        book(&eve, &offering, at + 2 * WEEK_MS).await.problem(409, "opening_taken");
        // One is cancelled or moved without the others.
        let all = series(&bo, &whole).await;
        reschedule(&bo, &all["bookings"][1], at + 3 * WEEK_MS).await.expect(200);
        cancel(&bo, &all["bookings"][2]).await.expect(200);
        let all = series(&bo, &whole).await;
        assert_eq!(states(&all), ["confirmed", "confirmed", "cancelled"]);
        assert_eq!((starts(&all)[1], &all["conflicts_ms"]), (at + 3 * WEEK_MS, &json!([])));
    }

    async fn all_or_those_that_are_free(world: World) {
        let (_, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        book(&eve, &offering, at + WEEK_MS).await.expect(201);
        let held = hold(&bo, &offering, at).await;
        let problem = repeat(&bo, &held, "FREQ=WEEKLY;COUNT=3", "refuse").await.problem(409, "series_conflicts");
        assert_eq!((&problem["conflicts"], &problem["free"]), (&json!([at + WEEK_MS]), &json!(2)));
        // Nothing happened: it is still held, and the third is free.
        assert_eq!(bo.get(&path(&held)).await.expect(200)["state"], "held");
        assert!(openings(&eve, &offering, at + 2 * WEEK_MS, at + 2 * WEEK_MS + 1).await.len() == 1);
        let booked = repeat(&bo, &held, "FREQ=WEEKLY;COUNT=3", "skip").await.expect(200);
        assert_eq!((starts(&booked), &booked["conflicts_ms"]), (vec![at, at + 2 * WEEK_MS], &json!([at + WEEK_MS])));
        // Beyond the horizon nothing is free.
        let held = hold(&bo, &offering, at + HOUR_MS).await;
        let far = repeat(&bo, &held, "FREQ=WEEKLY;INTERVAL=4;COUNT=4", "refuse").await.problem(409, "series_conflicts");
        assert_eq!(far["conflicts"].as_array().map(Vec::len), Some(1));
    }

    async fn what_cannot_repeat_is_refused(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        let held = hold(&bo, &offering, at).await;
        for wrong in ["", "FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;COUNT=13", "FREQ=WEEKLY;COUNT=99999999999", "FREQ=WEEKLY"] {
            repeat(&bo, &held, wrong, "refuse").await.problem(422, "rrule_invalid");
        }
        repeat(&bo, &held, "FREQ=WEEKLY;COUNT=2", "perhaps").await.expect(422);
        let circle = offer(&ada, json!({"title": "A circle", "minutes": 60, "seats": 2})).await;
        let seat = hold(&bo, &circle, at + HOUR_MS).await;
        repeat(&bo, &seat, "FREQ=WEEKLY;COUNT=2", "skip").await.problem(409, "group_session");
        bo.press(&format!("{}/release", path(&held))).await.expect(200);
        repeat(&bo, &held, "FREQ=WEEKLY;COUNT=2", "skip").await.problem(409, "hold_over");
        let single = book(&bo, &offering, at).await.expect(201);
        repeat(&bo, &single, "FREQ=WEEKLY;COUNT=2", "skip").await.problem(409, "booking_over");
    }

    async fn this_and_the_following_are_cancelled_together(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        let held = hold(&bo, &offering, at).await;
        let whole = repeat(&bo, &held, "FREQ=WEEKLY;COUNT=4", "refuse").await.expect(200);
        reschedule(&bo, &whole["bookings"][2], at + 2 * WEEK_MS + HOUR_MS).await.expect(200);
        let body = json!({"reason": "Holidays", "scope": "following"});
        let second = path(&whole["bookings"][1]);
        bo.post(&format!("{second}/cancel"), &body).await.expect(200);
        bo.post(&format!("{second}/cancel"), &body).await.problem(409, "booking_over");
        assert_eq!(states(&series(&bo, &whole).await), ["confirmed", "cancelled", "cancelled", "cancelled"]);
        world.settle().await;
        let letters = Folder::of(&world.state().kernel.config).letters();
        let objects = |to: &str, subject: &str| -> Vec<String> {
            let of = letters.iter().filter(|letter| letter.to == to && letter.subject.starts_with(subject));
            of.filter_map(|letter| letter.calendar.clone()).collect()
        };
        let uid = format!("UID:{}@facementor\r\n", text(&whole, "id"));
        for to in ["bo@example.test", "ada@example.test"] {
            let booked = objects(to, "Booked");
            assert_eq!(booked.len(), 1, "one letter for the series");
            for line in [&uid, "RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=4\r\n", "DTSTART;TZID=UTC:", "SEQUENCE:0\r\n", "BEGIN:VTIMEZONE\r\n"] {
                assert!(booked[0].contains(line), "{line} is missing in {}", booked[0]);
            }
            let moved = objects(to, "Moved");
            assert!(moved[0].contains(&uid) && moved[0].contains("RECURRENCE-ID;TZID=UTC:"), "{}", moved[0]);
            assert!(moved[0].contains("SEQUENCE:1\r\n"), "{}", moved[0]);
            let cancelled = objects(to, "Cancelled");
            assert_eq!(cancelled.len(), 1, "one letter for all of them");
            assert_eq!(cancelled[0].matches("RECURRENCE-ID;TZID=UTC:").count(), 3);
            assert!(cancelled[0].contains("METHOD:CANCEL\r\n") && cancelled[0].contains("SEQUENCE:2\r\n"), "{}", cancelled[0]);
        }
        assert_eq!(ada.get("/api/bookings?when=upcoming").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    }

    async fn the_clock_on_the_mentors_wall_stays_through_a_change(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", json!({"title": "An hour", "minutes": 60, "horizon_days": 365})).await;
        let mut hours = crate::booking::always();
        hours["time_zone"] = json!("Europe/Madrid");
        ada.send(Method::PUT, "/api/me/availability", |request| request.json(&hours)).await.expect(200);
        let bo = world.person("Bo").await;
        // Clocks go forward on 29 March 2026: 09:00 is 08:00 UTC before and 07:00 UTC after.
        let at: i64 = 1_774_252_800_000;
        // Logins last a month.
        for days in [100, 80, 60, 40] {
            go_to(&world, at - days * 24 * HOUR_MS, &[&ada, &bo]).await;
        }
        let held = hold(&bo, &offering, at).await;
        let whole = repeat(&bo, &held, "FREQ=WEEKLY;COUNT=3", "refuse").await.expect(200);
        assert_eq!(starts(&whole), [at, at + WEEK_MS - HOUR_MS, at + 2 * WEEK_MS - HOUR_MS]);
        // Half past two does not exist on that day.
        let early = json!({"title": "Half", "minutes": 30, "horizon_days": 365});
        let early = offer(&ada, early).await;
        let before = at - 24 * HOUR_MS - 6 * HOUR_MS - HOUR_MS / 2;
        let held = hold(&bo, &early, before).await;
        let problem = repeat(&bo, &held, "FREQ=WEEKLY;COUNT=2", "skip").await.problem(409, "series_conflicts");
        assert_eq!(problem["free"], 1);
    }
}
