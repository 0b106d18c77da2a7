//! What people say of each other after a session.

use std::time::Duration;

use facementor::booking::Role;
use facementor::kernel::mail::Folder;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::booking::{book, go_to, mentor_with, midnight, settle, stay, text};
use crate::both_engines;
use crate::mentors::{administrator, profile, save};
use crate::world::{Answer, Browser, World};

const HOUR_MS: i64 = 3_600_000;

pub(crate) async fn write(who: &Browser, booking: &str, rating: i64, text: &str) -> Answer {
    let body = json!({"rating": rating, "text": text});
    who.send(Method::PUT, &format!("/api/bookings/{booking}/review"), |request| request.json(&body)).await
}

/// A mentor with a page at /mentors/ada, always there.
async fn ada(world: &World) -> (Browser, String) {
    let (ada, offering) = mentor_with(world, "Ada", json!({"title": "Half an hour", "minutes": 30})).await;
    save(&ada, &profile("Rust")).await.expect(200);
    (ada, offering)
}

/// Bookings of the same day, an hour apart, that both came to, settled.
pub(crate) async fn attended(world: &World, mentor: &Browser, offering: &str, mentees: &[&Browser]) -> Vec<String> {
    let at = midnight(world);
    let mut ids = Vec::new();
    for (hour, mentee) in (0..).zip(mentees) {
        let start = at + hour * HOUR_MS;
        let booking = book(mentee, offering, start).await.expect(201);
        stay(world, &booking, mentor, Role::Host, (start, start + HOUR_MS / 2)).await;
        stay(world, &booking, mentee, Role::Member, (start, start + HOUR_MS / 2)).await;
        ids.push(text(&booking, "id"));
    }
    let people: Vec<_> = mentees.iter().copied().chain([mentor]).collect();
    go_to(world, at + 24 * HOUR_MS, &people).await;
    settle(world).await;
    world.settle().await;
    ids
}

async fn reviews(world: &World) -> Value {
    world.browser().get("/api/mentors/ada/reviews").await.expect(200)
}

both_engines! {
    async fn both_say_something_once_after_a_session_they_came_to(world: World) {
        let (ada, offering) = ada(&world).await;
        let (bo, eve) = (world.person("Bo").await, world.person("Eve").await);
        let ahead = book(&eve, &offering, midnight(&world) + 30 * HOUR_MS).await.expect(201);
        let ids = attended(&world, &ada, &offering, &[&bo]).await;
        go_to(&world, world.now_ms(), &[&eve]).await;
        let id = &ids[0];
        let path = format!("/api/bookings/{id}/review");
        assert_eq!(bo.get(&path).await.expect(200), json!({"may_write": true, "mine": null, "of_me": null}));
        for (rating, text, code) in [(0, "", "rating_invalid"), (6, "", "rating_invalid"), (5, "\u{0}", "text_invalid"), (5, &*"x".repeat(2_001), "text_invalid")] {
            write(&bo, id, rating, text).await.problem(422, code);
        }
        let words = " <img src=x onerror=alert(1)>\r\nGreat ";
        let mine = write(&bo, id, 5, words).await.expect(200);
        assert_eq!((&mine["rating"], &mine["text"]), (&json!(5), &json!("<img src=x onerror=alert(1)>\nGreat")));
        assert_eq!(mine["editable_until_ms"], json!(world.now_ms() + 14 * 24 * HOUR_MS));
        // The mentor's note is theirs alone.
        write(&ada, id, 3, "Came unprepared").await.expect(200);
        assert_eq!(bo.get(&path).await.expect(200)["of_me"], Value::Null);
        let adas = ada.get(&path).await.expect(200);
        assert_eq!((&adas["mine"]["text"], &adas["of_me"]["rating"]), (&json!("Came unprepared"), &json!(5)));
        let public = reviews(&world).await;
        assert_eq!(public["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(public["items"][0]["author_name"], "Bo");
        assert_eq!(public["summary"], json!({"rating": 4.166, "reviews": 1, "counts": [0, 0, 0, 0, 1], "prior": 4.0, "prior_weight": 5}));
        // Again is otherwise, not twice.
        let edited = write(&bo, id, 4, "Good").await.expect(200);
        assert_eq!((&edited["id"], &edited["edited_at_ms"]), (&mine["id"], &json!(world.now_ms())));
        assert_eq!(reviews(&world).await["summary"]["counts"], json!([0, 0, 0, 1, 0]));
        // Not before it took place, not by others.
        write(&eve, &text(&ahead, "id"), 5, "").await.problem(409, "not_attended");
        write(&eve, id, 1, "").await.problem(404, "not_found");
        eve.get(&path).await.problem(404, "not_found");
        write(&world.browser(), id, 1, "").await.problem(401, "unauthenticated");
        write(&bo, "nonsense", 1, "").await.problem(404, "not_found");
        world.browser().get("/api/mentors/nobody/reviews").await.problem(404, "not_found");
        world.browser().get("/api/mentors/ada/reviews?cursor=nonsense").await.problem(400, "cursor_invalid");
    }

    async fn a_review_can_be_changed_for_two_weeks(world: World) {
        let (ada, offering) = ada(&world).await;
        let bo = world.person("Bo").await;
        let ids = attended(&world, &ada, &offering, &[&bo]).await;
        write(&bo, &ids[0], 1, "").await.expect(200);
        go_to(&world, world.now_ms() + 14 * 24 * HOUR_MS, &[&bo]).await;
        write(&bo, &ids[0], 2, "").await.expect(200);
        world.advance(Duration::from_millis(1));
        write(&bo, &ids[0], 3, "").await.problem(409, "edit_over");
        assert_eq!(reviews(&world).await["items"][0]["rating"], 2);
    }

    async fn a_missed_session_has_no_reviews(world: World) {
        let (_, offering) = ada(&world).await;
        let (bo, at) = (world.person("Bo").await, midnight(&world));
        let missed = book(&bo, &offering, at).await.expect(201);
        go_to(&world, at + 2 * HOUR_MS, &[&bo]).await;
        settle(&world).await;
        write(&bo, &text(&missed, "id"), 1, "Nobody came").await.problem(409, "not_attended");
    }

    async fn a_mentor_answers_in_public(world: World) {
        let (ada, offering) = ada(&world).await;
        let (bo, mira) = (world.person("Bo").await, world.mentor("Mira").await);
        let ids = attended(&world, &ada, &offering, &[&bo]).await;
        go_to(&world, world.now_ms(), &[&mira]).await;
        let review = text(&write(&bo, &ids[0], 2, "Too fast").await.expect(200), "id");
        let note = text(&write(&ada, &ids[0], 5, "Nice").await.expect(200), "id");
        let reply = async |who: &Browser, id: &str, text: &str| {
            let body = json!({"text": text});
            who.send(Method::PUT, &format!("/api/reviews/{id}/reply"), |request| request.json(&body)).await
        };
        reply(&mira, &review, "Not mine").await.problem(404, "not_found");
        reply(&bo, &review, "Not mine").await.problem(404, "not_found");
        reply(&ada, &note, "A note").await.problem(404, "not_found");
        reply(&ada, &review, &"x".repeat(2_001)).await.problem(422, "text_invalid");
        reply(&ada, &review, "<script>alert(1)</script> Thanks").await.expect(200);
        assert_eq!(reviews(&world).await["items"][0]["reply"], "<script>alert(1)</script> Thanks");
        assert_eq!(reply(&ada, &review, " ").await.expect(200)["reply"], Value::Null);
    }

    async fn a_reported_review_is_hidden_and_restored(world: World) {
        let admin = administrator(&world).await;
        let (ada, offering) = ada(&world).await;
        let (bo, eve) = (world.person("Bo").await, world.person("Eve").await);
        let ids = attended(&world, &ada, &offering, &[&bo, &eve, &admin]).await;
        let bad = text(&write(&bo, &ids[0], 1, "Rude words").await.expect(200), "id");
        write(&eve, &ids[1], 5, "").await.expect(200);
        let note = text(&write(&ada, &ids[0], 1, "Private").await.expect(200), "id");
        let report = async |who: &Browser, id: &str, reason: &str| {
            who.post(&format!("/api/reviews/{id}/reports"), &json!({"reason": reason})).await
        };
        report(&ada, &bad, "").await.problem(422, "reason_invalid");
        report(&ada, &note, "Mine").await.problem(404, "not_found");
        report(&world.browser(), &bad, "x").await.problem(401, "unauthenticated");
        assert_eq!(report(&ada, &bad, "Insulting <b>me</b>").await.status.as_u16(), 204);
        assert_eq!(report(&eve, &bad, "Rude").await.status.as_u16(), 204);
        report(&ada, &bad, "Again").await.problem(409, "already_reported");
        let list = admin.get("/api/admin/reviews").await.expect(200);
        assert_eq!((list["items"].as_array().map(Vec::len), &list["items"][0]["reports"][0]["reason"]), (Some(1), &json!("Insulting <b>me</b>")));
        let act = async |who: &Browser, what: &str, reason: &str| {
            who.post(&format!("/api/admin/reviews/{bad}/{what}"), &json!({"reason": reason})).await
        };
        for what in ["hide", "restore", "keep"] {
            act(&ada, what, "x").await.problem(403, "admin_required");
            act(&world.browser(), what, "x").await.problem(401, "unauthenticated");
        }
        ada.get("/api/admin/reviews").await.problem(403, "admin_required");
        act(&admin, "hide", "").await.problem(422, "reason_invalid");
        act(&admin, "restore", "It is there").await.problem(409, "review_decided");
        act(&admin, "hide", "Insults").await.expect(200);
        act(&admin, "hide", "Insults").await.problem(409, "review_decided");
        assert_eq!(admin.get("/api/admin/reviews").await.expect(200)["items"], json!([]));
        let seen = reviews(&world).await;
        assert_eq!((seen["items"].as_array().map(Vec::len), &seen["summary"]["counts"]), (Some(1), &json!([0, 0, 0, 0, 1])));
        // Its author learns why; the mentor no longer sees it.
        let path = format!("/api/bookings/{}/review", ids[0]);
        assert_eq!(bo.get(&path).await.expect(200)["mine"]["hidden_reason"], "Insults");
        assert_eq!(ada.get(&path).await.expect(200)["of_me"], Value::Null);
        assert_eq!(admin.get("/api/admin/reviews?queue=hidden").await.expect(200)["items"][0]["id"], json!(bad));
        let back = act(&admin, "restore", "A mistake").await.expect(200);
        let whats: Vec<_> = back["history"].as_array().expect("a list").iter().map(|line| text(line, "what")).collect();
        assert_eq!(whats, ["hidden", "restored"]);
        assert_eq!(reviews(&world).await["summary"]["reviews"], 2);
        act(&admin, "keep", "Nothing to keep").await.problem(409, "review_decided");
        let unknown = Uuid::from_u128(9);
        admin.post(&format!("/api/admin/reviews/{unknown}/hide"), &json!({"reason": "x"})).await.problem(404, "not_found");
    }

    async fn reviews_go_on_where_they_ended(world: World) {
        let (ada, offering) = ada(&world).await;
        let mut mentees = Vec::new();
        for name in ["Un", "Deux", "Trois", "Quatre", "Cinq"] {
            mentees.push(world.person(name).await);
        }
        let ids = attended(&world, &ada, &offering, &mentees.iter().collect::<Vec<_>>()).await;
        for (rating, (mentee, id)) in (1..).zip(mentees.iter().zip(&ids)) {
            write(mentee, id, rating, "").await.expect(200);
            world.advance(Duration::from_millis(1));
        }
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let page = world.browser().get(&format!("/api/mentors/ada/reviews?limit=2{cursor}")).await.expect(200);
            seen.extend(page["items"].as_array().expect("a list").iter().map(|item| item["rating"].as_i64().unwrap_or(0)));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);
        assert_eq!(reviews(&world).await["summary"]["rating"], 3.5);
    }

    async fn each_of_the_two_is_asked_once(world: World) {
        let (ada, offering) = ada(&world).await;
        let bo = world.person("Bo").await;
        let ids = attended(&world, &ada, &offering, &[&bo]).await;
        settle(&world).await;
        world.settle().await;
        let asked = |person: &str| {
            let letters = Folder::of(&world.state().kernel.config).letters();
            let asked = letters.into_iter().filter(|letter| letter.to == person && letter.subject.starts_with("How was"));
            asked.map(|letter| letter.text).collect::<Vec<_>>()
        };
        let (bos, adas) = (asked("bo@example.test"), asked("ada@example.test"));
        assert_eq!((bos.len(), adas.len()), (1, 1));
        assert!(bos[0].contains("with Ada?") && adas[0].contains("Only you"), "{bos:?} {adas:?}");
        write(&bo, &ids[0], 5, "").await.expect(200);
    }
}
