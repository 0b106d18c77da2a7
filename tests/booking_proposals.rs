//! Other times for a booking: one proposes, the other decides.

use facementor::kernel::mail::Folder;
use serde_json::{Value, json};

use crate::booking::{
    HOUR_MS, book, cancel, go_to, half_hour, mentor_with, midnight, openings, path, reschedule, settle,
};
use crate::both_engines;
use crate::world::{Answer, Browser, World};

async fn propose(who: &Browser, booking: &Value, times: &[i64]) -> Answer {
    let body = json!({"starts_at_ms": times, "note": "A train"});
    who.post(&format!("{}/proposal", path(booking)), &body).await
}

async fn accept(who: &Browser, booking: &Value, at: i64) -> Answer {
    who.post(&format!("{}/proposal/accept", path(booking)), &json!({"starts_at_ms": at})).await
}

async fn decline(who: &Browser, booking: &Value) -> Answer {
    who.post(&format!("{}/proposal/decline", path(booking)), &json!({"reason": "No"})).await
}

async fn last_deed(who: &Browser, booking: &Value) -> (String, String) {
    let seen = who.get(&path(booking)).await.expect(200);
    let line = seen["history"].as_array().and_then(|lines| lines.last().cloned()).expect("a line");
    (crate::booking::text(&line, "what"), crate::booking::text(&line, "by"))
}

fn letters(world: &World, to: &str) -> Vec<(String, bool)> {
    let letters = Folder::of(&world.state().kernel.config).letters();
    let of = letters.iter().rev().filter(|letter| letter.to == to && !letter.subject.contains("onfirm"));
    of.map(|letter| (letter.subject.clone(), letter.calendar.is_some())).collect()
}

both_engines! {
    async fn a_mentor_proposes_and_the_mentee_accepts(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        let booking = book(&bo, &offering, at).await.expect(201);
        let times = [at + 3 * HOUR_MS, at + 2 * HOUR_MS];
        let proposed = propose(&ada, &booking, &times).await.expect(200);
        let expected = json!({"by": "mentor", "note": "A train", "starts_at_ms": [times[1], times[0]],
            "expires_at_ms": at});
        assert_eq!(proposed["proposal"], expected);
        assert_eq!(bo.get(&path(&booking)).await.expect(200)["proposal"], expected);
        // They are held for the mentee alone.
        book(&eve, &offering, times[0]).await.problem(409, "opening_taken");
        eve.get(&path(&booking)).await.problem(404, "not_found");
        for answer in [propose(&eve, &booking, &times).await, accept(&eve, &booking, times[0]).await, decline(&eve, &booking).await] {
            answer.problem(404, "not_found");
        }
        accept(&ada, &booking, times[0]).await.problem(409, "proposal_own");
        accept(&bo, &booking, at + 9 * HOUR_MS).await.problem(422, "times_invalid");
        for _ in 0..2 {
            let moved = accept(&bo, &booking, times[0]).await.expect(200);
            assert_eq!((&moved["starts_at_ms"], &moved["proposal"]), (&json!(times[0]), &Value::Null));
            assert_eq!(moved["join_code"], booking["join_code"]);
        }
        assert_eq!(last_deed(&ada, &booking).await, ("rescheduled".to_owned(), "mentee".to_owned()));
        accept(&bo, &booking, times[1]).await.problem(409, "proposal_over");
        let free = openings(&eve, &offering, at, at + 4 * HOUR_MS).await;
        assert!(free.contains(&(at, 1)) && free.contains(&(times[1], 1)) && !free.contains(&(times[0], 1)), "{free:?}");
    }

    async fn a_mentee_asks_when_it_is_too_late_to_move(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        let booking = book(&bo, &offering, at).await.expect(201);
        go_to(&world, at - 23 * HOUR_MS, &[&ada, &bo]).await;
        reschedule(&bo, &booking, at + HOUR_MS).await.problem(409, "cancellation_late");
        propose(&bo, &booking, &[at + HOUR_MS]).await.expect(200);
        accept(&bo, &booking, at + HOUR_MS).await.problem(409, "proposal_own");
        assert_eq!(decline(&ada, &booking).await.expect(200)["proposal"], Value::Null);
        assert_eq!(last_deed(&bo, &booking).await, ("declined".to_owned(), "mentor".to_owned()));
        decline(&ada, &booking).await.problem(409, "proposal_over");
        // The mentor proposes instead, the mentee something else again, and the mentor takes it.
        propose(&ada, &booking, &[at + 2 * HOUR_MS]).await.expect(200);
        let countered = propose(&bo, &booking, &[at + 3 * HOUR_MS]).await.expect(200);
        assert_eq!(countered["proposal"]["by"], "mentee");
        accept(&bo, &booking, at + 2 * HOUR_MS).await.problem(409, "proposal_own");
        assert_eq!(accept(&ada, &booking, at + 3 * HOUR_MS).await.expect(200)["starts_at_ms"], at + 3 * HOUR_MS);
        assert_eq!(openings(&bo, &offering, at, at + 3 * HOUR_MS).await.len(), 6);
    }

    async fn proposals_run_out_are_taken_back_and_end_with_the_booking(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world) + 72 * HOUR_MS);
        let booking = book(&bo, &offering, at).await.expect(201);
        let proposed = propose(&ada, &booking, &[at + HOUR_MS]).await.expect(200);
        assert_eq!(proposed["proposal"]["expires_at_ms"], world.now_ms() + 48 * HOUR_MS);
        decline(&ada, &booking).await.expect(200);
        assert_eq!(last_deed(&bo, &booking).await.0, "withdrawn");
        propose(&ada, &booking, &[at + HOUR_MS]).await.expect(200);
        go_to(&world, world.now_ms() + 48 * HOUR_MS, &[&ada, &bo, &eve]).await;
        accept(&bo, &booking, at + HOUR_MS).await.problem(409, "proposal_over");
        let taken = book(&eve, &offering, at + HOUR_MS).await.expect(201);
        settle(&world).await;
        assert_eq!(last_deed(&bo, &booking).await, ("proposal_expired".to_owned(), "rule".to_owned()));
        cancel(&eve, &taken).await.expect(200);
        propose(&bo, &booking, &[at + HOUR_MS]).await.expect(200);
        cancel(&bo, &booking).await.expect(200);
        accept(&ada, &booking, at + HOUR_MS).await.problem(409, "proposal_over");
        propose(&ada, &booking, &[at + HOUR_MS]).await.problem(409, "booking_over");
        assert_eq!(openings(&bo, &offering, at, at + 2 * HOUR_MS).await.len(), 4);
    }

    async fn only_free_times_are_proposed(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, eve, at) = (world.person("Bo").await, world.person("Eve").await, midnight(&world));
        let booking = book(&bo, &offering, at).await.expect(201);
        book(&eve, &offering, at + HOUR_MS).await.expect(201);
        let problem = propose(&ada, &booking, &[at + 2 * HOUR_MS, at + HOUR_MS]).await.problem(409, "opening_taken");
        assert!(problem["alternatives"].as_array().is_some_and(|free| !free.is_empty()));
        // Nothing is left held of what was not proposed.
        book(&eve, &offering, at + 2 * HOUR_MS).await.expect(201);
        for odd in [world.now_ms() - HOUR_MS, at + 1, i64::MAX, at] {
            propose(&bo, &booking, &[odd]).await.problem(409, "opening_taken");
        }
        for wrong in [&[][..], &[at + 5 * HOUR_MS; 2], &[1, 2, 3, 4]] {
            propose(&bo, &booking, wrong).await.problem(422, "times_invalid");
        }
        let circle = crate::booking::offer(&ada, json!({"title": "A circle", "minutes": 60, "seats": 2})).await;
        let seat = book(&bo, &circle, at + 6 * HOUR_MS).await.expect(201);
        propose(&ada, &seat, &[at + 8 * HOUR_MS]).await.problem(409, "group_session");
    }

    async fn the_other_one_is_written_to(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", half_hour()).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        let booking = book(&bo, &offering, at).await.expect(201);
        propose(&ada, &booking, &[at + HOUR_MS]).await.expect(200);
        world.settle().await;
        propose(&bo, &booking, &[at + 2 * HOUR_MS]).await.expect(200);
        world.settle().await;
        decline(&ada, &booking).await.expect(200);
        propose(&ada, &booking, &[at + HOUR_MS]).await.expect(200);
        world.settle().await;
        accept(&bo, &booking, at + HOUR_MS).await.expect(200);
        world.settle().await;
        let told = |subject: &str, calendar| (format!("{subject}: Half an hour"), calendar);
        let (asked, kept) = (told("Another time?", false), told("Not moved", false));
        assert_eq!(letters(&world, "bo@example.test"),
            [told("Booked", true), asked.clone(), kept, asked, told("Moved", true)]);
        assert_eq!(letters(&world, "ada@example.test"),
            [told("Booked", true), told("Another time?", false), told("Moved", true)]);
        let all = Folder::of(&world.state().kernel.config).letters();
        let asked = all.iter().find(|letter| letter.to == "bo@example.test" && letter.subject.starts_with("Another"));
        let asked = asked.expect("a letter");
        assert!(asked.text.contains("Proposed instead:\n") && asked.text.contains("A train"), "{}", asked.text);
        let moved = all.iter().find(|letter| letter.to == "bo@example.test" && letter.subject.starts_with("Moved"));
        let object = moved.and_then(|letter| letter.calendar.clone()).expect("an object");
        assert!(object.contains("SEQUENCE:1\r\n") && object.contains("METHOD:REQUEST\r\n"), "{object}");
    }
}
