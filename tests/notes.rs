//! What is written down beside a session.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::booking::{book, mentor_with, text};
use crate::both_engines;
use crate::world::{Answer, Browser, Engine, World};

const HOUR_MS: i64 = 3_600_000;

fn midnight(world: &World) -> i64 {
    (world.now_ms() / (24 * HOUR_MS) + 2) * 24 * HOUR_MS
}

/// A mentor, a mentee with a booking, and where its session is in the API.
async fn meeting(world: &World) -> (Browser, Browser, Value, String) {
    let (mentor, offering) = mentor_with(world, "Ada", json!({"title": "Half an hour", "minutes": 30})).await;
    let mentee = world.person("Bo").await;
    let booking = book(&mentee, &offering, midnight(world)).await.expect(201);
    let session = format!("/api/sessions/{}", text(&booking, "session_id"));
    (mentor, mentee, booking, session)
}

async fn notes(who: &Browser, session: &str) -> Value {
    who.get(&format!("{session}/notes")).await.expect(200)
}

async fn write(who: &Browser, session: &str, which: &str, text: &str, version: i64) -> Answer {
    let body = json!({"text": text, "version": version});
    who.send(Method::PUT, &format!("{session}/notes/{which}"), |request| request.json(&body)).await
}

async fn change(who: &Browser, path: &str, body: &Value) -> Answer {
    who.send(Method::PUT, path, |request| request.json(body)).await
}

async fn attach(who: &Browser, session: &str, name: &str, kind: Option<&str>, bytes: &[u8]) -> Answer {
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let path = format!("{session}/attachments?name={name}");
    let bytes = bytes.to_vec();
    who.send(Method::POST, &path, |request| {
        let request = match kind {
            Some(kind) => request.header("content-type", kind),
            None => request,
        };
        request.body(bytes)
    })
    .await
}

both_engines! {
    async fn who_writes_at_once_with_another_loses_nothing(world: World) {
        let (mentor, mentee, _, session) = meeting(&world).await;
        let empty = notes(&mentee, &session).await;
        assert_eq!((&empty["shared"]["version"], &empty["shared"]["text"]), (&json!(0), &json!("")));
        let names: Vec<_> = empty["people"].as_array().expect("a list").iter().map(|who| &who["display_name"]).collect();
        assert_eq!(names, ["Ada", "Bo"]);

        // Both saw nothing: the second is told what the first wrote.
        let first = write(&mentor, &session, "shared", "Ownership", 0).await.expect(200);
        assert_eq!((&first["version"], &first["updated_by"]["display_name"]), (&json!(1), &json!("Ada")));
        let refused = write(&mentee, &session, "shared", "Lifetimes", 0).await.problem(409, "note_changed");
        assert_eq!((&refused["current"]["text"], &refused["current"]["version"]), (&json!("Ownership"), &json!(1)));
        write(&mentee, &session, "shared", "Ownership\nLifetimes", 1).await.expect(200);
        write(&mentor, &session, "shared", "x", 1).await.problem(409, "note_changed");
        for version in [-1, 3, 2_147_483_647] {
            write(&mentor, &session, "shared", "x", version).await.problem(409, "note_changed");
        }
        assert_eq!(notes(&mentor, &session).await["shared"]["text"], "Ownership\nLifetimes");
        // A race of many for one version has one winner.
        let racers: Vec<_> = (0..8).map(|_| mentor.copy()).collect();
        let attempts = racers.iter().map(|who| write(who, &session, "shared", "Race", 2));
        let outcomes = futures_util::future::join_all(attempts).await;
        assert_eq!(outcomes.iter().filter(|answer| answer.status == StatusCode::OK).count(), 1);

        let long = "é".repeat(20_000);
        write(&mentor, &session, "shared", &long, 3).await.expect(200);
        write(&mentor, &session, "shared", &format!("{long}x"), 4).await.problem(422, "note_invalid");
        write(&mentor, &session, "shared", "a\u{0}b", 4).await.problem(422, "note_invalid");
    }

    async fn ones_own_notes_are_nobody_elses(world: World) {
        let (mentor, mentee, _, session) = meeting(&world).await;
        write(&mentor, &session, "own", "Needs encouragement", 0).await.expect(200);
        write(&mentee, &session, "own", "Talks fast", 0).await.expect(200);
        let (of_mentor, of_mentee) = (notes(&mentor, &session).await, notes(&mentee, &session).await);
        assert_eq!(of_mentor["own"]["text"], "Needs encouragement");
        assert_eq!(of_mentee["own"]["text"], "Talks fast");
        assert!(!of_mentee.to_string().contains("encouragement") && !of_mentor.to_string().contains("Talks"));
    }

    async fn things_to_do_are_given_to_somebody_and_ticked_off(world: World) {
        let (mentor, mentee, _, session) = meeting(&world).await;
        let stranger = world.person("Eve").await;
        let id = |me: Value| text(&me["user"], "id");
        let bo = id(mentee.get("/api/me").await.expect(200));
        let eve = id(stranger.get("/api/me").await.expect(200));
        let actions = format!("{session}/actions");
        let body = json!({"text": "Read chapter 4", "assignee_id": bo, "due_on": "2026-12-24"});
        let action = mentor.post(&actions, &body).await.expect(201);
        assert_eq!((&action["assignee"]["display_name"], &action["done_at_ms"]), (&json!("Bo"), &Value::Null));
        for (member, value, code) in [
            ("assignee_id", json!(eve), "assignee_invalid"),
            ("due_on", json!("tomorrow"), "due_on_invalid"),
            ("text", json!(" "), "action_invalid"),
        ] {
            let mut wrong = body.clone();
            wrong[member] = value;
            assert_eq!(mentor.post(&actions, &wrong).await.problem(422, code)["fields"][0]["field"], member);
        }
        let path = format!("{actions}/{}", text(&action, "id"));
        let mut done = body.clone();
        (done["is_done"], done["version"]) = (json!(true), json!(1));
        let ticked = change(&mentee, &path, &done).await.expect(200);
        assert_eq!((ticked["done_at_ms"].as_i64(), &ticked["version"]), (Some(world.now_ms()), &json!(2)));
        let refused = change(&mentor, &path, &done).await.problem(409, "action_changed");
        assert_eq!(refused["current"]["version"], 2);
        mentor.delete(&path).await.expect(204);
        mentor.delete(&path).await.problem(404, "not_found");
        change(&mentee, &path, &done).await.problem(404, "not_found");
        for _ in 0..100 {
            mentor.post(&actions, &json!({"text": "x"})).await.expect(201);
        }
        mentor.post(&actions, &json!({"text": "x"})).await.problem(409, "actions_full");
        assert_eq!(notes(&mentee, &session).await["actions"].as_array().expect("a list").len(), 100);
    }

    async fn nobody_without_a_place_sees_or_changes_anything(world: World) {
        let (mentor, mentee, booking, session) = meeting(&world).await;
        let file = attach(&mentee, &session, "a.txt", None, b"hello").await.expect(201);
        let action = mentee.post(&format!("{session}/actions"), &json!({"text": "x"})).await.expect(201);
        let (stranger, other) = (world.person("Eve").await, world.mentor("Mira").await);
        let attachment = format!("{session}/attachments/{}", text(&file, "id"));
        let action = format!("{session}/actions/{}", text(&action, "id"));
        let is_closed = async |who: &Browser| {
            who.get(&format!("{session}/notes")).await.problem(404, "not_found");
            for which in ["shared", "own"] {
                write(who, &session, which, "x", 0).await.problem(404, "not_found");
            }
            who.post(&format!("{session}/actions"), &json!({"text": "x"})).await.problem(404, "not_found");
            change(who, &action, &json!({"text": "x", "version": 1})).await.problem(404, "not_found");
            who.delete(&action).await.problem(404, "not_found");
            attach(who, &session, "a.txt", None, b"hello").await.problem(404, "not_found");
            who.get(&attachment).await.problem(404, "not_found");
            who.delete(&attachment).await.problem(404, "not_found");
        };
        is_closed(&stranger).await;
        is_closed(&other).await;
        world.browser().get(&format!("{session}/notes")).await.problem(401, "unauthenticated");
        world.browser().get(&attachment).await.problem(401, "unauthenticated");
        // A file is found at its own session alone, and a session opened by hand has no notes.
        let opened = mentor.post("/api/sessions", &json!({"title": "By hand"})).await.expect(201);
        let by_hand = format!("/api/sessions/{}", text(&opened, "id"));
        mentor.get(&format!("{by_hand}/notes")).await.problem(404, "not_found");
        mentor.get(&format!("{by_hand}/attachments/{}", text(&file, "id"))).await.problem(404, "not_found");
        // Who cancels has no place any more; the mentor keeps what was written.
        mentee.post(&format!("/api/bookings/{}/cancel", text(&booking, "id")), &json!({})).await.expect(200);
        is_closed(&mentee).await;
        assert_eq!(mentor.get(&attachment).await.text, "hello");
    }

    async fn files_are_kept_as_what_they_are(world: World) {
        let (mentor, mentee, _, session) = meeting(&world).await;
        let file = attach(&mentee, &session, "../../etc/Zoë \"x\".txt", Some("text/plain; charset=utf-8"), b"hello").await;
        let file = file.expect(201);
        assert_eq!((&file["name"], &file["bytes"], &file["media_type"]), (&json!("Zoë _x_.txt"), &json!(5), &json!("text/plain")));
        let path = format!("{session}/attachments/{}", text(&file, "id"));
        let answer = mentor.get(&path).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "hello"));
        let header = |name: &str| answer.headers.get(name).expect(name).to_str().expect("text").to_owned();
        assert_eq!(header("content-disposition"), "attachment; filename=\"Zo_ _x_.txt\"; filename*=UTF-8''Zo%C3%AB%20_x_.txt");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(header("cache-control"), "private, no-store");
        for (name, kind, bytes, code) in [
            ("a.png", Some("image/png"), &b"%PDF-1.7"[..], "attachment_type_mismatch"),
            ("a.html", Some("text/html"), b"<script>alert(1)</script>", "attachment_type_mismatch"),
            ("a.exe", None, b"MZ\x90\0\x03", "attachment_type_refused"),
            ("a.txt", None, b"", "attachment_empty"),
        ] {
            attach(&mentee, &session, name, kind, bytes).await.problem(422, code);
        }
        mentor.delete(&path).await.problem(403, "uploader_required");
        // On disk there is the one file, under a name of the server's making.
        let folder = world.state().kernel.config.data_dir.join("objects/attachments");
        let names = || -> Vec<_> {
            let entries = std::fs::read_dir(&folder).expect("a folder");
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect()
        };
        assert_eq!(names(), [text(&file, "id")]);
        mentee.delete(&path).await.expect(204);
        assert_eq!((names(), mentee.get(&path).await.status), (Vec::<String>::new(), StatusCode::NOT_FOUND));
    }
}

#[tokio::test]
async fn files_are_bounded_one_by_one_and_together() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let settings =
            "[notes]\nattachments_per_user_bytes = 11000000\nupload_per_user = { burst = 30, per_minute = 1 }";
        let world = World::with(engine, settings).await;
        let (mentor, mentee, _, session) = meeting(&world).await;
        let bytes = vec![b'a'; 10 << 20];
        attach(&mentee, &session, "a.txt", None, &[&bytes[..], b"a"].concat())
            .await
            .problem(413, "attachment_too_large");
        let large = attach(&mentee, &session, "a.txt", None, &bytes).await.expect(201);
        attach(&mentee, &session, "b.txt", None, &bytes[..600_000]).await.problem(409, "attachments_quota");
        attach(&mentee, &session, "b.txt", None, &bytes[..500_000]).await.expect(201);
        // Another's are not counted.
        attach(&mentor, &session, "b.txt", None, &bytes[..600_000]).await.expect(201);
        mentee.delete(&format!("{session}/attachments/{}", text(&large, "id"))).await.expect(204);
        // Many at once do not get past the quota either.
        let racers: Vec<_> = (0..8).map(|_| mentee.copy()).collect();
        let attempts = racers.iter().map(|who| attach(who, &session, "c.txt", None, &bytes[..5_000_000]));
        let outcomes = futures_util::future::join_all(attempts).await;
        assert_eq!(outcomes.iter().filter(|answer| answer.status == StatusCode::CREATED).count(), 2);
        let mut last = StatusCode::CREATED;
        for _ in 0..30 {
            last = attach(&mentee, &session, "d.txt", None, b"d").await.status;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    }
}
