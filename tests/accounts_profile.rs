//! What people say of themselves, and their pictures.

use reqwest::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::world::{Answer, Browser, PASSWORD};

/// One red pixel (written by hand: the server must read what others wrote).
const PNG: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\
    \x00\x01\x08\x02\x00\x00\x00\x90\x77\x53\xde\x00\x00\x00\x0c\x49\x44\x41\x54\x78\xda\x63\
    \x38\xa1\xa1\x01\x00\x02\xd4\x01\x19\x3b\xad\x5c\x08\x00\x00\x00\x00\x49\x45\x4e\x44\xae\
    \x42\x60\x82";

async fn save(browser: &Browser, body: &Value) -> Answer {
    browser.send(Method::PUT, "/api/me/profile", |request| request.json(body)).await
}

async fn upload(browser: &Browser, bytes: Vec<u8>) -> Answer {
    browser.send(Method::PUT, "/api/me/picture", |request| request.body(bytes)).await
}

both_engines! {
    async fn name_language_and_zone_are_saved_in_their_usual_spelling(world: World) {
        let ada = world.person("Ada").await;
        ada.get("/api/me").await.expect(200);
        let body = json!({"display_name": " Ada L. ", "language": "pt-br", "time_zone": "asia/kolkata"});
        let saved = save(&ada, &body).await.expect(200);
        assert_eq!((&saved["display_name"], &saved["language"]), (&json!("Ada L."), &json!("pt-BR")));
        assert_eq!(saved["time_zone"], "Asia/Kolkata");
        let me = ada.get("/api/me").await.expect(200);
        assert_eq!(me["user"]["display_name"], "Ada L.", "at once, whatever was cached");
        assert_eq!(me["user"]["time_zone"], "Asia/Kolkata");
        let saved = save(&ada, &json!({"display_name": "Ada", "language": null, "time_zone": null})).await.expect(200);
        assert_eq!((&saved["language"], &saved["time_zone"]), (&Value::Null, &Value::Null));
    }

    async fn every_mistake_of_a_profile_is_named_and_nothing_is_saved(world: World) {
        let ada = world.person("Ada").await;
        let body = json!({"display_name": "", "language": "english", "time_zone": "Mars/Olympus"});
        let problem = save(&ada, &body).await.problem(422, "display_name_invalid");
        let codes: Vec<_> = problem["fields"].as_array().expect("fields").iter().map(|field| &field["code"]).collect();
        assert_eq!(codes, ["display_name_invalid", "language_invalid", "time_zone_unknown"]);
        assert_eq!(ada.get("/api/me").await.expect(200)["user"]["display_name"], "Ada");
        save(&world.browser(), &body).await.problem(401, "unauthenticated");
    }

    async fn signing_up_takes_the_browsers_zone_and_language_if_they_are_known(world: World) {
        for (name, zone, expected) in [("ada", "Europe/Madrid", json!("Europe/Madrid")), ("bo", "Mars/Olympus", Value::Null)] {
            let email = format!("{name}@example.test");
            let body = json!({
                "email": email, "password": PASSWORD, "display_name": name, "language": "en-GB", "time_zone": zone,
            });
            let user = world.browser().post("/api/accounts/sign-up", &body).await.expect(201)["user"].clone();
            assert_eq!((&user["time_zone"], &user["language"]), (&expected, &json!("en-GB")));
        }
    }

    async fn a_mentor_is_found_under_a_new_name(world: World) {
        let ada = world.mentor("Ada").await;
        let profile = json!({
            "headline": "Rust", "about": "I teach it.", "experience": "", "skills": ["Rust"], "languages": ["en"], "links": [],
        });
        ada.send(Method::PUT, "/api/me/mentor-profile", |request| request.json(&profile)).await.expect(200);
        save(&ada, &json!({"display_name": "Augusta", "language": null, "time_zone": null})).await.expect(200);
        world.settle().await;
        let found = world.browser().get("/api/mentors?q=augusta").await.expect(200);
        assert_eq!(found["items"][0]["display_name"], "Augusta");
        let found = world.browser().get("/api/mentors?q=ada").await.expect(200);
        assert_eq!(found["items"], json!([]));
    }

    async fn a_picture_is_written_anew_and_served_for_ever_until_there_is_another(world: World) {
        let ada = world.person("Ada").await;
        let first = upload(&ada, PNG.to_vec()).await.expect(200)["picture_url"].as_str().expect("a path").to_owned();
        let served = reqwest::get(world.url(&first)).await.expect("answers");
        assert_eq!(served.headers()["content-type"], "image/jpeg");
        assert_eq!(served.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(served.headers()["x-content-type-options"], "nosniff");
        assert!(served.bytes().await.expect("bytes").starts_with(b"\xff\xd8\xff"), "a JPEG, whatever was sent");
        assert_eq!(ada.get("/api/me").await.expect(200)["user"]["picture_url"], first.as_str());

        let second = upload(&ada, PNG.to_vec()).await.expect(200)["picture_url"].clone();
        assert_ne!(second, first.as_str());
        world.browser().get(&first).await.problem(404, "not_found");
        assert_eq!(ada.delete("/api/me/picture").await.expect(200)["picture_url"], Value::Null);
        world.browser().get(second.as_str().expect("a path")).await.problem(404, "not_found");
        ada.delete("/api/me/picture").await.expect(200);
    }

    async fn what_is_no_picture_changes_nothing(world: World) {
        let ada = world.person("Ada").await;
        let kept = upload(&ada, PNG.to_vec()).await.expect(200)["picture_url"].clone();
        for bytes in [Vec::new(), b"GIF89a".to_vec(), b"<svg onload=alert(1)>".to_vec(), PNG[..50].to_vec()] {
            upload(&ada, bytes).await.problem(422, "picture_unreadable");
        }
        upload(&ada, vec![0; (4 << 20) + 1]).await.problem(413, "picture_too_large");
        upload(&world.browser(), PNG.to_vec()).await.problem(401, "unauthenticated");
        assert_eq!(ada.get("/api/me").await.expect(200)["user"]["picture_url"], kept);
        for name in ["..%2f..%2fsecrets.json", "x", "AAAAAAAAAAAAAAAAAAAAAA"] {
            world.browser().get(&format!("/api/pictures/{name}")).await.problem(404, "not_found");
        }
    }
}
