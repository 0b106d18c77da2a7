//! Group sessions as their mentor's: who has a place, the calendar, and cancelling or moving for everyone.

use std::time::Duration;

use facementor::booking::RoomOpened;
use facementor::kernel::clock::Timestamp;
use facementor::kernel::mail::Folder;
use reqwest::Method;
use serde_json::{Value, json};

use crate::booking::{HOUR_MS, book, cancel, go_to, half_hour, offer, openings, path, reschedule, text};
use crate::booking_waitlist::{Full, confirm, full, offered, wait, waits};
use crate::both_engines;
use crate::sessions::tell;
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

    async fn a_session_moves_for_everyone(world: World) {
        let Full { offering, at, ada, seated: [(bo, bos), (eve, eves)] } = full(&world).await;
        let (zoe, kim) = (world.person("Zoe").await, world.person("Kim").await);
        for who in [&zoe, &kim] {
            wait(who, &offering, at).await.expect(201);
        }
        // Zoe is asked, Kim still waits.
        cancel(&bo, &bos).await.expect(200);
        let seat = offered(&zoe).await.expect("a seat");
        let alone = offer(&ada, half_hour()).await;
        let (elsewhere, taken) = (at + 24 * HOUR_MS, at + 48 * HOUR_MS);
        book(&bo, &alone, taken).await.expect(201);
        let move_to = async |who: &Browser, at: i64| {
            who.post(&format!("{}/reschedule", path(&eves)), &json!({"starts_at_ms": at, "reason": "A train is late"})).await
        };
        move_to(&kim, elsewhere).await.problem(404, "not_found");
        let refused = move_to(&ada, taken).await.problem(409, "opening_taken");
        assert!(refused["alternatives"].as_array().is_some_and(|free| !free.is_empty()), "{refused}");
        assert_eq!(zoe.get(&seat).await.expect(200)["state"], "held", "nothing has moved");
        for _ in 0..2 {
            assert_eq!(move_to(&ada, elsewhere).await.expect(200)["starts_at_ms"], elsewhere);
        }

        let moved = eve.get(&path(&eves)).await.expect(200);
        for same in ["session_id", "state", "join_code"] {
            assert_eq!(moved[same], eves[same], "{same}");
        }
        assert_eq!((&moved["starts_at_ms"], &moved["ends_at_ms"]), (&json!(elsewhere), &json!(elsewhere + HOUR_MS)));
        assert_eq!(moved["free_cancellation_until_ms"], elsewhere);
        let history = moved["history"].as_array().expect("a list");
        let line = json!({"at_ms": world.now_ms(), "what": "rescheduled", "by": "mentor", "reason": "A train is late"});
        assert_eq!((history.len(), &history[1]), (2, &line));
        assert_eq!(openings(&bo, &offering, at, at + HOUR_MS).await, [(at, 2)]);
        assert_eq!(openings(&bo, &offering, elsewhere, elsewhere + HOUR_MS).await, []);
        // What was held at the old time is not confirmed at the new one: Zoe is asked anew, and still before Kim.
        confirm(&zoe, &seat).await.problem(409, "hold_over");
        for (who, position) in [(&zoe, 0), (&kim, 1)] {
            let mine = waits(who).await;
            assert_eq!((mine.len(), &mine[0]["starts_at_ms"], &mine[0]["position"]), (1, &json!(elsewhere), &json!(position)));
        }
        let seat = offered(&zoe).await.expect("a seat again");
        assert_eq!(confirm(&zoe, &seat).await.expect(200)["starts_at_ms"], elsewhere);

        world.settle().await;
        let letters = Folder::of(&world.state().kernel.config).letters().into_iter();
        let mut letters: Vec<_> = letters
            .filter(|letter| letter.subject.starts_with("Moved"))
            .map(|letter| (letter.to, letter.calendar.is_some(), letter.text.contains("A train is late"), letter.text.contains("can cancel until it starts"), letter.text.contains("keep your place")))
            .collect();
        letters.sort();
        let told = [("ada", true, true, false, false), ("eve", true, true, true, false), ("kim", false, false, false, true), ("zoe", false, false, false, true)];
        assert_eq!(letters, told.map(|(name, calendar, why, free, line)| (format!("{name}@example.test"), calendar, why, free, line)));

        // The notice that was agreed does not bind who was moved.
        go_to(&world, elsewhere - HOUR_MS, &[&ada, &eve]).await;
        cancel(&eve, &eves).await.expect(200);
        move_to(&ada, at + 5 * 24 * HOUR_MS).await.problem(409, "booking_over");
    }

    async fn a_seat_is_to_be_had_while_others_are_in_the_room_early(world: World) {
        let Full { offering, at, ada, seated: [(bo, bos), _] } = full(&world).await;
        cancel(&bo, &bos).await.expect(200);
        let late = world.person("Late").await;
        go_to(&world, at - HOUR_MS / 12, &[&ada, &late]).await;
        let session = text(&bos, "session_id").parse().expect("an id");
        tell(&world, &RoomOpened { session, at: Timestamp(world.now_ms()) }).await;
        assert_eq!(openings(&late, &offering, at, at + HOUR_MS).await, [(at, 1)]);
        assert_eq!(book(&late, &offering, at).await.expect(201)["state"], "live");
    }

    async fn what_has_begun_does_not_move(world: World) {
        let Full { at, ada, seated: [(_, bos), _], .. } = full(&world).await;
        go_to(&world, at, &[&ada]).await;
        reschedule(&ada, &bos, at + 48 * HOUR_MS).await.problem(409, "booking_over");
        let long = json!({"starts_at_ms": at, "reason": "x".repeat(501)});
        ada.post(&format!("{}/reschedule", path(&bos)), &long).await.problem(422, "reason_invalid");
    }

    async fn whoever_leaves_or_comes_while_it_moves_is_where_they_were_told(world: World) {
        let Full { offering, at, ada, seated: [(_, bos), (eve, eves)] } = full(&world).await;
        let (zoe, late) = (world.person("Zoe").await, world.person("Late").await);
        let elsewhere = at + 24 * HOUR_MS;
        let (moved, again, cancelled, waited, booked) = tokio::join!(
            reschedule(&ada, &bos, elsewhere),
            reschedule(&ada, &eves, elsewhere),
            cancel(&eve, &eves),
            wait(&zoe, &offering, at),
            book(&late, &offering, at),
        );
        assert_eq!((moved.status.as_u16(), cancelled.status.as_u16()), (200, 200));
        assert!([200, 409].contains(&again.status.as_u16()), "{}", again.text);
        let group = ada.get(&path(&bos)).await.expect(200);
        assert_eq!((&group["starts_at_ms"], group["group"].as_array().map(Vec::len)), (&json!(elsewhere), Some(1 + usize::from(
            booked.status == 201 && booked.expect(201)["session_id"] == group["session_id"]))));
        // Who lined up moved with the line, or was told that nothing there is full.
        match waited.status.as_u16() {
            201 => assert_eq!(waits(&zoe).await[0]["starts_at_ms"], elsewhere),
            409 => assert_eq!(waits(&zoe).await.len(), 0),
            _ => panic!("{}", waited.text),
        }
    }

    async fn a_group_that_became_an_offering_for_one_is_left_alone(world: World) {
        let Full { offering, at, ada, seated: [(bo, bos), (eve, eves)] } = full(&world).await;
        let one = json!({"title": "A circle", "minutes": 60, "seats": 1, "minimum_notice_minutes": 0});
        let path_of_it = format!("/api/me/offerings/{offering}");
        ada.send(Method::PUT, &path_of_it, |request| request.json(&one)).await.expect(200);
        let elsewhere = at + 24 * HOUR_MS;
        let moved = reschedule(&bo, &bos, elsewhere).await.expect(200);
        assert_eq!((&moved["starts_at_ms"], moved["session_id"] == bos["session_id"]), (&json!(elsewhere), false));
        let stays = eve.get(&path(&eves)).await.expect(200);
        assert_eq!((&stays["starts_at_ms"], &stays["session_id"]), (&json!(at), &eves["session_id"]));
        assert_eq!(openings(&bo, &offering, at, at + HOUR_MS).await, [], "Eve's time is hers");
    }

    async fn a_mentors_calendar_is_told_of_a_session_and_not_of_each_place(world: World) {
        let Full { offering, at, ada, seated: [(bo, bos), (eve, eves)] } = full(&world).await;
        let uid = format!("{}@facementor", text(&bos, "session_id"));
        // What Ada was written since: (what, of which event, its title, and SEQUENCE).
        let mut read = 0;
        let mut told = async || -> Vec<(String, String, String, i64)> {
            world.settle().await;
            let letters = Folder::of(&world.state().kernel.config).letters().into_iter().rev();
            let calendars: Vec<_> = letters.filter(|letter| letter.to == "ada@example.test").filter_map(|letter| letter.calendar).collect();
            let of = |object: &str, name: &str| object.lines().find_map(|line| line.strip_prefix(name)).expect("a property").to_owned();
            let event = |object: &String| {
                let object = object.replace("\r\n ", "");
                (of(&object, "METHOD:"), of(&object, "UID:"), of(&object, "SUMMARY:"), of(&object, "SEQUENCE:").parse().expect("a number"))
            };
            let new = calendars.iter().skip(read).map(event).collect();
            read = calendars.len();
            world.advance(Duration::from_secs(2));
            new
        };
        let both = told().await;
        assert!(both.len() == 2 && both.iter().all(|one| (one.0.as_str(), &one.1) == ("REQUEST", &uid)), "{both:?}");
        // The first may have been written before Eve was there.
        assert_eq!(both[1].2, "A circle: Bo and Eve");

        // Bo moves away: two sessions; then Eve does, and the first is over.
        let elsewhere = at + 24 * HOUR_MS;
        let other = format!("{}@facementor", text(&reschedule(&bo, &bos, elsewhere).await.expect(200), "session_id"));
        let moved = told().await;
        assert_eq!(moved.iter().map(|one| (one.0.as_str(), &one.1, one.2.as_str())).collect::<Vec<_>>(), [("REQUEST", &other, "A circle: Bo")]);
        reschedule(&eve, &eves, elsewhere).await.expect(200);
        let mut moved = told().await;
        moved.sort();
        assert_eq!(moved.iter().map(|one| (one.0.as_str(), &one.1, one.2.as_str())).collect::<Vec<_>>(),
            [("CANCEL", &uid, "A circle"), ("REQUEST", &other, "A circle: Bo and Eve")]);

        // All at once is told once.
        ada.post(&format!("{}/reschedule", path(&eves)), &json!({"starts_at_ms": elsewhere + HOUR_MS})).await.expect(200);
        let all = told().await;
        assert_eq!(all.len(), 1);
        assert!(all[0].0 == "REQUEST" && all[0].1 == other && all[0].3 > moved[1].3, "{all:?}");
        cancel(&bo, &bos).await.expect(200);
        let fewer = told().await;
        assert_eq!((fewer.len(), fewer[0].0.as_str(), fewer[0].2.as_str()), (1, "REQUEST", "A circle: Eve"));
        ada.post(&format!("{}/cancel", path(&eves)), &json!({"scope": "session"})).await.expect(200);
        let off = told().await;
        assert_eq!((off.len(), off[0].0.as_str(), &off[0].1), (1, "CANCEL", &other));
        assert_eq!(openings(&bo, &offering, elsewhere + HOUR_MS, elsewhere + 2 * HOUR_MS).await, [(elsewhere + HOUR_MS, 2)]);
        // What she downloads is the same event.
        let late = world.person("Late").await;
        let lates = book(&late, &offering, at).await.expect(201);
        let own = ada.get(&format!("{}/calendar.ics", path(&lates))).await.text;
        assert!(own.contains(&format!("UID:{}@facementor", text(&lates, "session_id"))) && own.contains("SUMMARY:A circle: Late"), "{own}");
        let theirs = late.get(&format!("{}/calendar.ics", path(&lates))).await.text;
        assert!(theirs.contains(&format!("UID:{}@facementor", text(&lates, "id"))), "{theirs}");
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
