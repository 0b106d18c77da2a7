//! Group sessions as their mentor's: who has a place, the calendar, and cancelling for everyone.

use facementor::kernel::mail::Folder;
use serde_json::{Value, json};

use crate::booking::{HOUR_MS, book, cancel, half_hour, offer, openings, path, reschedule, text};
use crate::booking_waitlist::{Full, confirm, full, offered, wait, waits};
use crate::both_engines;
use crate::world::Browser;

async fn agenda(who: &Browser, from_ms: i64, until_ms: i64) -> Vec<Value> {
    let answer = who.get(&format!("/api/me/agenda?from_ms={from_ms}&until_ms={until_ms}")).await.expect(200);
    answer["items"].as_array().expect("a list").clone()
}

both_engines! {
    async fn a_calendar_has_a_session_once(world: World) {
        let Full { at, ada, seated: [(bo, bos), (eve, eves)], .. } = full(&world).await;
        let alone = offer(&ada, half_hour()).await;
        let later = book(&bo, &alone, at + 2 * HOUR_MS).await.expect(201);
        let week = at + 7 * 24 * HOUR_MS;
        let shown = |items: Vec<Value>| -> Vec<(Value, Value, Value, Value)> {
            let four = |item: &Value| (item["booking_id"].clone(), item["with"]["display_name"].clone(), item["others"].clone(), item["you"].clone());
            items.iter().map(four).collect()
        };
        let (mentor, mentee) = (json!("mentor"), json!("mentee"));
        let adas = [(bos["id"].clone(), json!("Bo"), json!(1), mentor.clone()), (later["id"].clone(), json!("Bo"), json!(0), mentor)];
        assert_eq!(shown(agenda(&ada, at, week).await), adas);
        assert_eq!(shown(agenda(&eve, at, week).await), [(eves["id"].clone(), json!("Ada"), json!(0), mentee)]);
        // What goes on at one of the ends belongs to it.
        assert_eq!(agenda(&ada, at + HOUR_MS - 1, at + 2 * HOUR_MS).await.len(), 1);
        assert_eq!(agenda(&ada, at + HOUR_MS, at + 2 * HOUR_MS).await.len(), 0);
        assert_eq!(agenda(&ada, at + HOUR_MS, at + 2 * HOUR_MS + 1).await.len(), 1);
        // What is cancelled is in no calendar.
        cancel(&bo, &bos).await.expect(200);
        assert_eq!(shown(agenda(&ada, at, at + HOUR_MS).await)[0].1, "Eve");
        assert_eq!(agenda(&bo, at, at + HOUR_MS).await.len(), 0);
        for (from, until, code) in [(at, at, "range_invalid"), (at, at - 1, "range_invalid"), (at, at + 32 * 24 * HOUR_MS, "range_too_long"),
            (i64::MIN, i64::MAX, "range_too_long")] {
            ada.get(&format!("/api/me/agenda?from_ms={from}&until_ms={until}")).await.problem(400, code);
        }
        world.browser().get(&format!("/api/me/agenda?from_ms={at}&until_ms={week}")).await.problem(401, "unauthenticated");
    }

    async fn a_session_is_called_off_for_everyone(world: World) {
        let Full { offering, at, ada, seated: [(bo, bos), (eve, eves)] } = full(&world).await;
        let (zoe, kim) = (world.person("Zoe").await, world.person("Kim").await);
        for who in [&zoe, &kim] {
            wait(who, &offering, at).await.expect(201);
        }
        let group = ada.get(&path(&bos)).await.expect(200)["group"].clone();
        let names: Vec<_> = group.as_array().expect("a list").iter().map(|place| text(&place["mentee"], "display_name")).collect();
        assert_eq!((names, &group[1]["booking_id"]), (vec!["Bo".to_owned(), "Eve".to_owned()], &eves["id"]));
        assert_eq!(bo.get(&path(&bos)).await.expect(200)["group"], json!([]));
        // Zoe is asked, Kim still waits.
        cancel(&bo, &bos).await.expect(200);
        let seat = offered(&zoe).await.expect("a seat");
        let everyones = json!({"reason": "The mentor is ill", "scope": "session"});
        let call_off = async |who: &Browser| who.post(&format!("{}/cancel", path(&eves)), &everyones).await;
        call_off(&eve).await.problem(403, "host_required");
        call_off(&kim).await.problem(404, "not_found");
        assert_eq!(call_off(&ada).await.expect(200)["state"], "cancelled");
        call_off(&ada).await.problem(409, "booking_over");
        let eves = eve.get(&path(&eves)).await.expect(200);
        assert_eq!((text(&eves, "state"), text(&eves["history"][1], "reason")), ("cancelled".to_owned(), "The mentor is ill".to_owned()));
        assert_eq!(zoe.get(&seat).await.expect(200)["state"], "expired");
        confirm(&zoe, &seat).await.problem(409, "hold_over");
        assert_eq!((waits(&zoe).await.len(), waits(&kim).await.len()), (0, 0));
        assert_eq!(openings(&bo, &offering, at, at + HOUR_MS).await, [(at, 2)]);
        world.settle().await;
        let letters = Folder::of(&world.state().kernel.config).letters().into_iter();
        let about = letters.filter(|letter| letter.text.contains("The mentor is ill") || letter.text.contains("in line for"));
        let mut letters: Vec<_> = about
            .map(|letter| (letter.to, letter.calendar.is_some(), letter.text.contains("in line for")))
            .collect();
        letters.sort();
        let told = [("ada", true, false), ("eve", true, false), ("kim", false, true), ("zoe", false, true)];
        assert_eq!(letters, told.map(|(name, calendar, line)| (format!("{name}@example.test"), calendar, line)));
    }

    async fn a_mentor_who_leaves_leaves_no_line(world: World) {
        let Full { offering, at, ada, seated: [(bo, bos), (eve, eves)] } = full(&world).await;
        let (zoe, kim) = (world.person("Zoe").await, world.person("Kim").await);
        for who in [&zoe, &kim] {
            wait(who, &offering, at).await.expect(201);
        }
        cancel(&bo, &bos).await.expect(200);
        assert_eq!(ada.delete("/api/me").await.status, 204);
        world.settle().await;
        assert_eq!(eve.get(&path(&eves)).await.expect(200)["state"], "cancelled");
        assert_eq!((waits(&zoe).await.len(), waits(&kim).await.len()), (0, 0));
    }

    async fn whoever_moves_or_comes_meanwhile_has_a_place_or_knows_they_have_none(world: World) {
        let Full { offering, at, ada, seated: [(bo, bos), (eve, eves)] } = full(&world).await;
        let (zoe, late) = (world.person("Zoe").await, world.person("Late").await);
        let everyones = json!({"scope": "session"});
        let off = format!("{}/cancel", path(&bos));
        let elsewhere = at + 24 * HOUR_MS;
        let (called, moved, waited, booked) = tokio::join!(
            ada.post(&off, &everyones),
            reschedule(&eve, &eves, elsewhere),
            wait(&zoe, &offering, at),
            book(&late, &offering, at),
        );
        assert_eq!(called.status, 200);
        assert_eq!(bo.get(&path(&bos)).await.expect(200)["state"], "cancelled");
        let now = eve.get(&path(&eves)).await.expect(200);
        match moved.status.as_u16() {
            200 => assert_eq!((&now["state"], &now["starts_at_ms"]), (&json!("confirmed"), &json!(elsewhere))),
            409 => assert_eq!(now["state"], "cancelled"),
            _ => panic!("{}", moved.text),
        }
        assert!([201, 409].contains(&waited.status.as_u16()) && [201, 409].contains(&booked.status.as_u16()));
        // Who was too late for the old session may have begun a new one, and who took Eve's seat lost it.
        let left = openings(&eve, &offering, at, at + HOUR_MS).await;
        assert!(left == [(at, 1)] || left == [(at, 2)], "{left:?}");
        assert_eq!(waits(&zoe).await.len(), 0);
    }
}
