//! Applying as a mentor, the administrator's decision, and the public page.

use std::time::Duration;

use facementor::kernel::outbox::Fact;
use facementor::mentors::{MentorApplied, MentorApproved, MentorDeclined};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::booking::{book, mentor_with, midnight, text};
use crate::both_engines;
use crate::world::{Answer, Browser, PASSWORD, World};

pub(crate) fn profile(headline: &str) -> Value {
    json!({
        "headline": headline, "about": "I help people.\n<script>alert(1)</script>", "experience": "Ten years of Rust.",
        "skills": ["Rust", "System design"], "languages": ["en", "es"],
        "links": ["https://example.org/me"], "intro_video_url": "https://video.example.org/1",
    })
}

pub(crate) async fn save(person: &Browser, profile: &Value) -> Answer {
    person.send(Method::PUT, "/api/me/mentor-profile", |request| request.json(profile)).await
}

pub(crate) async fn administrator(world: &World) -> Browser {
    let browser = world.person("Root").await;
    facementor::admin::create_admin(&world.state().kernel, "root@example.test").await.expect("promoted");
    // The login's cached person is looked at again.
    world.advance(Duration::from_secs(60));
    browser
}

async fn applicant(world: &World, name: &str) -> (Browser, String) {
    let browser = world.person(name).await;
    save(&browser, &profile("Rust and databases")).await.expect(200);
    let id = browser.get("/api/me").await.expect(200)["user"]["id"].as_str().expect("an id").to_owned();
    (browser, id)
}

async fn named(world: &World, email: &str, name: &str) -> Browser {
    let browser = world.browser();
    let body = json!({"email": email, "password": PASSWORD, "display_name": name});
    browser.post("/api/accounts/sign-up", &body).await.expect(201);
    browser
}

fn decision(id: &str, what: &str) -> String {
    format!("/api/admin/mentor-applications/{id}/{what}")
}

async fn approve(who: &Browser, id: &str, version: i64) -> Answer {
    who.post(&decision(id, "approve"), &json!({"version": version})).await
}

/// How often a fact was published.
async fn told<F: Fact>(world: &World) -> i64 {
    let mut conn = world.state().kernel.db.read().await.expect("a connection");
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM outbox WHERE kind = $1";
    sqlx::query_scalar(sql).bind(F::KIND).fetch_one(&mut *conn).await.expect("counts")
}

both_engines! {
    async fn an_application_is_approved_and_its_page_is_public(world: World) {
        let admin = administrator(&world).await;
        let bo = named(&world, "bo@example.test", "Bó Ñandú").await;
        let nothing = bo.get("/api/me/mentor-profile").await.expect(200);
        assert_eq!((&nothing["status"], &nothing["profile"]), (&Value::Null, &Value::Null));
        let saved = save(&bo, &profile(" Rust and databases ")).await.expect(200);
        assert_eq!(saved["status"], "applied");
        assert_eq!(saved["profile"], profile("Rust and databases"));
        assert_eq!(saved["slug"], "bo-nandu");
        world.browser().get("/api/mentors/bo-nandu").await.problem(404, "not_found");

        let list = admin.get("/api/admin/mentor-applications").await.expect(200);
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(list["items"][0]["profile"]["headline"], "Rust and databases");
        let id = list["items"][0]["user_id"].as_str().expect("an id").to_owned();
        assert_eq!(approve(&admin, &id, 1).await.expect(200)["status"], "approved");
        approve(&admin, &id, 1).await.problem(409, "application_decided");
        let body = json!({"reason": "Too late"});
        admin.post(&decision(&id, "decline"), &body).await.problem(409, "application_decided");

        let page = world.browser().get("/api/mentors/bo-nandu").await.expect(200);
        assert_eq!(page["display_name"], "Bó Ñandú");
        assert_eq!(page["about"], profile("")["about"]);
        assert_eq!(page.get("email"), None);
        assert_eq!(bo.get("/api/me").await.expect(200)["user"]["mentor"], json!({"status": "approved", "slug": "bo-nandu"}));
        bo.post("/api/sessions", &json!({"title": "Rust"})).await.expect(201);
        assert_eq!((told::<MentorApplied>(&world).await, told::<MentorApproved>(&world).await), (1, 1));
        // A mentor's changes need nobody's consent.
        assert_eq!(save(&bo, &profile("Rust alone")).await.expect(200)["status"], "approved");
        assert_eq!(world.browser().get("/api/mentors/bo-nandu").await.expect(200)["headline"], "Rust alone");
    }

    async fn a_declined_applicant_reads_why_and_applies_again(world: World) {
        let admin = administrator(&world).await;
        let (bo, id) = applicant(&world, "Bo").await;
        for reason in ["", " ", "a\u{0}b", &"x".repeat(1_001)] {
            admin.post(&decision(&id, "decline"), &json!({"reason": reason})).await.problem(422, "reason_invalid");
        }
        let why = "Say more\nabout your work.";
        assert_eq!(admin.post(&decision(&id, "decline"), &json!({"reason": why})).await.expect(200)["status"], "declined");
        let mine = bo.get("/api/me/mentor-profile").await.expect(200);
        assert_eq!((&mine["status"], &mine["decline_reason"]), (&json!("declined"), &json!(why)));
        let list = admin.get("/api/admin/mentor-applications").await.expect(200);
        assert_eq!(list, json!({"items": [], "next_cursor": null}));
        let declined = admin.get("/api/admin/mentor-applications?status=declined").await.expect(200);
        assert_eq!(declined["items"][0]["decline_reason"], why);

        let again = save(&bo, &profile("More about my work")).await.expect(200);
        assert_eq!((&again["status"], &again["decline_reason"]), (&json!("applied"), &Value::Null));
        // Changing what still waits is no second application.
        save(&bo, &profile("Even more")).await.expect(200);
        assert_eq!((told::<MentorApplied>(&world).await, told::<MentorDeclined>(&world).await), (2, 1));
        let list = admin.get("/api/admin/mentor-applications").await.expect(200);
        approve(&admin, &id, list["items"][0]["version"].as_i64().expect("a version")).await.expect(200);
    }

    async fn what_changed_since_it_was_read_is_not_approved(world: World) {
        let admin = administrator(&world).await;
        let (bo, id) = applicant(&world, "Bo").await;
        let read = admin.get("/api/admin/mentor-applications").await.expect(200)["items"][0]["version"].as_i64();
        save(&bo, &profile("Buy my pills")).await.expect(200);
        approve(&admin, &id, read.expect("a version")).await.problem(409, "application_changed");
        assert_eq!(bo.get("/api/me").await.expect(200)["user"]["mentor"]["status"], "applied");
        let again = &admin.get("/api/admin/mentor-applications").await.expect(200)["items"][0];
        assert_eq!(again["profile"]["headline"], "Buy my pills");
        approve(&admin, &id, again["version"].as_i64().expect("a version")).await.expect(200);
        admin.press(&decision(&id, "approve")).await.problem(415, "json_expected");
    }

    async fn an_approval_is_withdrawn_and_bookings_stay(world: World) {
        let admin = administrator(&world).await;
        let (ada, offering) = mentor_with(&world, "Ada", json!({"title": "Half an hour", "minutes": 30})).await;
        save(&ada, &profile("Rust")).await.expect(200);
        world.settle().await;
        let (bo, id) = (world.person("Bo").await, text(&ada.get("/api/me").await.expect(200)["user"], "id"));
        let booking = book(&bo, &offering, midnight(&world)).await.expect(201);
        let found = async || world.browser().get("/api/mentors?q=rust").await.expect(200)["items"].as_array().map(Vec::len);
        assert_eq!(found().await, Some(1));
        let withdraw = async |who: &Browser, id: &str, reason: &str| {
            who.post(&format!("/api/admin/mentors/{id}/withdraw"), &json!({"reason": reason})).await
        };
        withdraw(&ada, &id, "No").await.problem(403, "admin_required");
        withdraw(&world.browser(), &id, "No").await.problem(401, "unauthenticated");
        withdraw(&admin, &id, " ").await.problem(422, "reason_invalid");
        withdraw(&admin, &Uuid::from_u128(9).to_string(), "No").await.problem(404, "not_found");
        assert_eq!(withdraw(&admin, &id, "Spam <b>here</b>").await.expect(200)["status"], "declined");
        withdraw(&admin, &id, "Again").await.problem(409, "not_approved");
        world.settle().await;
        world.browser().get("/api/mentors/ada").await.problem(404, "not_found");
        assert_eq!(found().await, Some(0));
        book(&bo, &offering, midnight(&world) + 3_600_000).await.problem(404, "not_found");
        ada.post("/api/sessions", &json!({"title": "Rust"})).await.problem(403, "mentor_required");
        assert_eq!(ada.get("/api/me/mentor-profile").await.expect(200)["decline_reason"], "Spam <b>here</b>");
        assert_eq!(bo.get(&format!("/api/bookings/{}", text(&booking, "id"))).await.expect(200)["state"], "confirmed");
        // They may ask again.
        assert_eq!(save(&ada, &profile("Rust, really")).await.expect(200)["status"], "applied");
    }

    async fn only_administrators_decide(world: World) {
        let (bo, id) = applicant(&world, "Bo").await;
        let ada = world.mentor("Ada").await;
        for (asker, status, code) in
            [(&bo, 403, "admin_required"), (&ada, 403, "admin_required"), (&world.browser(), 401, "unauthenticated")]
        {
            asker.get("/api/admin/mentor-applications").await.problem(status, code);
            approve(asker, &id, 1).await.problem(status, code);
            asker.post(&decision(&id, "decline"), &json!({"reason": "No"})).await.problem(status, code);
        }
        let admin = administrator(&world).await;
        for unknown in ["nonsense", "%00", "01890000-0000-7000-8000-000000000000"] {
            approve(&admin, unknown, 1).await.problem(404, "not_found");
        }
        admin.get("/api/admin/mentor-applications?cursor=nonsense").await.problem(400, "cursor_invalid");
        admin.get("/api/admin/mentor-applications?status=odd").await.problem(400, "query_invalid");
        world.browser().get("/api/me/mentor-profile").await.problem(401, "unauthenticated");
        save(&world.browser(), &profile("x")).await.problem(401, "unauthenticated");
    }

    async fn applications_are_listed_page_by_page(world: World) {
        let admin = administrator(&world).await;
        for name in ["One", "Two", "Three"] {
            applicant(&world, name).await;
            world.advance(Duration::from_secs(1));
        }
        let mut path = "/api/admin/mentor-applications?limit=2".to_owned();
        let mut names = Vec::new();
        loop {
            let page = admin.get(&path).await.expect(200);
            names.extend(page["items"].as_array().expect("items").iter().map(|item| item["display_name"].clone()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/api/admin/mentor-applications?limit=2&cursor={cursor}");
        }
        assert_eq!(names, ["One", "Two", "Three"]);
    }

    async fn bad_profiles_are_refused_field_by_field_and_nothing_is_stored(world: World) {
        let bo = world.person("Bo").await;
        let mut bad = profile("");
        bad["links"] = json!(["javascript:alert(1)"]);
        let problem = save(&bo, &bad).await.problem(422, "headline_invalid");
        let fields: Vec<_> = problem["fields"].as_array().expect("fields").iter().map(|at| at["field"].clone()).collect();
        assert_eq!(fields, ["headline", "links"]);
        save(&bo, &json!({"headline": "x"})).await.problem(422, "json_invalid");
        assert_eq!(bo.get("/api/me/mentor-profile").await.expect(200)["status"], Value::Null);
    }

    async fn people_of_one_name_have_addresses_of_their_own(world: World) {
        let first = world.person("Sam").await;
        let second = named(&world, "sam2@example.test", "sam").await;
        let third = named(&world, "san@example.test", "山田").await;
        let one = save(&first, &profile("a")).await.expect(200)["slug"].clone();
        let two = save(&second, &profile("b")).await.expect(200)["slug"].clone();
        assert_eq!(one, "sam");
        assert!(two.as_str().is_some_and(|slug| slug.starts_with("sam-")), "{two}");
        assert_eq!(save(&third, &profile("c")).await.expect(200)["slug"], "mentor");
        // It is theirs for good.
        assert_eq!(save(&second, &profile("d")).await.expect(200)["slug"], two);
        for odd in ["%00", "%F0%9F%98%80", "Sam", "a%2Fb", "..%2Fadmin"] {
            world.browser().get(&format!("/api/mentors/{odd}")).await.problem(404, "not_found");
        }
    }

    async fn a_mentor_approved_by_command_is_public_once_there_is_a_profile(world: World) {
        let ada = world.mentor("Ada").await;
        let mine = ada.get("/api/me/mentor-profile").await.expect(200);
        assert_eq!((&mine["status"], &mine["profile"]), (&json!("approved"), &Value::Null));
        world.browser().get("/api/mentors/ada").await.problem(404, "not_found");
        assert_eq!(save(&ada, &profile("Rust")).await.expect(200)["status"], "approved");
        world.browser().get("/api/mentors/ada").await.expect(200);
    }
}
