//! What surrounds every request, and the ports.

use reqwest::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::world::{Engine, World};

both_engines! {
    async fn a_server_says_that_it_is_healthy_and_ready(world: World) {
        for path in ["/healthz", "/readyz"] {
            assert_eq!(world.browser().get(path).await.status, 200, "{path}");
            assert_eq!(reqwest::get(world.ops_url(path)).await.expect("answers").status(), 200, "{path}");
        }
    }

    async fn without_its_database_it_is_alive_but_not_ready(world: World) {
        world.state().kernel.db.close().await;
        let browser = world.browser();
        assert_eq!(browser.get("/healthz").await.status, 200);
        browser.get("/readyz").await.problem(503, "not_ready");
        browser.post("/api/accounts/log-in", &json!({"email": "a@b.test", "password": "x"})).await.problem(500, "internal");
    }
}

#[tokio::test]
async fn metrics_are_on_the_ops_port_alone() {
    let world = World::start(Engine::Sqlite).await;
    world.browser().get("/api/me").await.problem(401, "unauthenticated");
    world.browser().get("/api/sessions/secret-in-the-path").await.problem(401, "unauthenticated");
    let text = reqwest::get(world.ops_url("/metrics")).await.expect("answers").text().await.expect("text");
    assert!(text.contains(r#"facementor_http_requests_total{method="GET",route="/api/me",status="401"} 1"#), "{text}");
    assert!(!text.contains("secret-in-the-path"), "labels are routes, not paths");
    let app = world.browser().get("/metrics").await;
    assert!(!app.text.contains("facementor_http"), "the app's port shows none");
}

#[tokio::test]
async fn every_answer_carries_security_headers_and_an_id() {
    let world = World::start(Engine::Sqlite).await;
    for path in ["/", "/api/site", "/api/nothing", "/join/demo"] {
        let answer = world.browser().get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().expect("ASCII");
        let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src")).expect("a script-src");
        assert_eq!(scripts.trim(), "script-src 'self'", "{path}");
        assert!(policy.ends_with("; frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "same-origin", "{path}");
        assert!(answer.headers.contains_key("x-request-id"), "{path}");
        assert!(!answer.headers.contains_key("strict-transport-security"), "plain HTTP promises nothing");
    }
    assert_eq!(world.browser().get("/api/site").await.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn what_does_not_exist_is_a_problem_never_a_page() {
    let world = World::start(Engine::Sqlite).await;
    let browser = world.browser();
    for path in ["/api", "/api/", "/api/nothing", "/api/me/", "/whip", "/whep/x"] {
        browser.get(path).await.problem(404, "route_unknown");
    }
    browser.get("/assets/missing.js").await.problem(404, "file_unknown");
    let answer = browser.delete("/api/site").await;
    answer.problem(405, "method_not_allowed");
    assert_eq!(answer.headers["allow"], "GET,HEAD");
    browser.delete("/some/page").await.problem(405, "method_not_allowed");
}

/// Needs the web app built, as `make test` does first.
#[tokio::test]
async fn the_code_of_pages_comes_compressed_to_who_takes_it_and_is_kept() {
    let world = World::start(Engine::Sqlite).await;
    let browser = world.browser();
    let page = browser.get("/").await.text;
    let (_, rest) = page.split_once("src=\"/assets/").expect("a script; is the web app built? (make web)");
    let path = format!("/assets/{}", rest.split_once('"').expect("an end").0);
    let url = world.url(&path);
    let client = reqwest::Client::new();
    let ask =
        async |name: &'static str, value: &str| client.get(&url).header(name, value).send().await.expect("an answer");
    let plain = ask("accept-encoding", "identity").await;
    assert!(!plain.headers().contains_key("content-encoding"));
    for refusal in ["br;q=0", "bridge", "br;q=x"] {
        assert!(!ask("accept-encoding", refusal).await.headers().contains_key("content-encoding"), "{refusal}");
    }
    let small = ask("accept-encoding", "gzip, BR;q=0.9").await;
    assert_eq!(small.headers()["content-encoding"], "br");
    assert_eq!(small.headers()["vary"], "accept-encoding");
    assert_eq!(small.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(small.headers()["content-type"], "text/javascript; charset=utf-8");
    let policy = small.headers()["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
    let tag = small.headers()["etag"].to_str().expect("ASCII").to_owned();
    let (plain, small) = (plain.bytes().await.expect("a body"), small.bytes().await.expect("a body"));
    assert!(small.len() * 3 < plain.len(), "{} of {} bytes", small.len(), plain.len());
    assert_eq!(ask("if-none-match", &tag).await.status(), 304);
    browser.get(&format!("{path}.br")).await.problem(404, "file_unknown");
}

#[tokio::test]
async fn bodies_are_checked_before_they_are_believed() {
    let world = World::start(Engine::Sqlite).await;
    let browser = world.browser();
    let path = "/api/accounts/log-in";
    let with = async |kind: &'static str, body: String| {
        browser.send(Method::POST, path, |request| request.header("content-type", kind).body(body)).await
    };
    with("text/plain", "{}".to_owned()).await.problem(415, "json_expected");
    with("application/json", "{".to_owned()).await.problem(400, "json_malformed");
    with("application/json", "{}".to_owned()).await.problem(422, "json_invalid");
    let wrong = with("application/json", r#"{"email":1,"password":"x"}"#.to_owned()).await.problem(422, "json_invalid");
    assert!(wrong["detail"].as_str().expect("text").contains("email"), "{wrong}");
    let large = format!(r#"{{"email":"{}","password":"x"}}"#, "a".repeat(70_000));
    with("application/json", large).await.problem(413, "body_too_large");
}

#[tokio::test]
async fn listed_origins_may_use_the_api_with_cookies() {
    let settings = "[http]\ncors_origins = ['https://app.example.test']";
    let world = World::with(Engine::Sqlite, settings).await;
    let ask = async |origin: &'static str| {
        let browser = world.browser();
        browser
            .send(Method::OPTIONS, "/api/me", |request| {
                request.header("origin", origin).header("access-control-request-method", "GET")
            })
            .await
    };
    let listed = ask("https://app.example.test").await;
    assert_eq!(listed.headers["access-control-allow-origin"], "https://app.example.test");
    assert_eq!(listed.headers["access-control-allow-credentials"], "true");
    let other = ask("https://evil.example.test").await;
    assert!(!other.headers.contains_key("access-control-allow-origin"));

    let browser = world.person("Ada").await;
    let answer = browser
        .send(Method::POST, "/api/accounts/log-out", |request| {
            request.header("origin", "https://app.example.test").header("sec-fetch-site", "same-site")
        })
        .await;
    assert_eq!(answer.status, 204);
}

#[tokio::test]
async fn the_public_address_is_the_one_people_get() {
    let settings = "[http]\npublic_url = 'https://meet.example.test'";
    let world = World::with(Engine::Sqlite, settings).await;
    let ada = world.mentor("Ada").await;
    let session = ada.post("/api/sessions", &json!({"title": "Rust"})).await.expect(201);
    assert!(session["join_url"].as_str().expect("a URL").starts_with("https://meet.example.test/join/"));
    let site = world.browser().get("/api/site").await.expect(200);
    assert_eq!(site["secure_url"], "https://meet.example.test", "a page opened over plain HTTP can say where to go");
    assert_eq!(site["demo"], Value::Null);
}

#[tokio::test]
async fn demo_people_can_log_in_and_starting_again_changes_nothing() {
    let world = World::with(Engine::Sqlite, "demo = true").await.restart().await;
    let site = world.browser().get("/api/site").await.expect(200);
    let people = site["demo"]["people"].as_array().expect("people");
    assert_eq!(people.len(), 3);
    for person in people {
        let browser = world.browser();
        let body = json!({"email": person["email"], "password": person["password"]});
        browser.post("/api/accounts/log-in", &body).await.expect(200);
        let sessions = browser.get("/api/sessions").await.expect(200);
        let mentor = person["role"] == "mentor";
        assert_eq!(sessions["items"].as_array().expect("items").len(), usize::from(mentor));
    }
    let link = world.browser().get("/api/join/demo").await.expect(200);
    assert_eq!(link["session"]["mentor_name"], "Ada");
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_can_read_it() {
    let world = World::start(Engine::Sqlite).await;
    let browser = world.browser();
    let answer =
        browser.send(Method::HEAD, "/api/openapi.json", |request| request.header("accept-encoding", "gzip")).await;
    assert_eq!(answer.headers["content-encoding"], "gzip");
}
