//! Passkeys over HTTP, with an authenticator in software; browsers' own are met in the browser tests.

use std::time::Duration;

use facementor::kernel::mail::Folder;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Answer, Authenticator, Browser, Engine, PASSWORD, PRESENT, World};

const ORIGIN: &str = "https://meet.example";

async fn start(engine: Engine) -> World {
    World::with(engine, &format!("[http]\npublic_url = '{ORIGIN}'")).await
}

async fn put(browser: &Browser, path: &str, body: &Value) -> Answer {
    browser.send(Method::PUT, path, |request| request.json(body)).await
}

async fn add(browser: &Browser, authenticator: &mut Authenticator) -> Answer {
    let begun = browser.press("/api/me/passkeys/begin").await.expect(200);
    let credential = authenticator.create(&begun["options"]);
    let body = json!({"ceremony": begun["ceremony"], "credential": credential, "name": " My phone "});
    browser.post("/api/me/passkeys", &body).await
}

async fn challenge(browser: &Browser, body: Value) -> Value {
    browser.post("/api/accounts/passkeys/challenge", &body).await.expect(200)
}

async fn sign_in(browser: &Browser, authenticator: &mut Authenticator) -> Answer {
    let asked = challenge(browser, json!({})).await;
    let credential = authenticator.get(&asked["options"]);
    let body = json!({"ceremony": asked["ceremony"], "credential": credential});
    browser.post("/api/accounts/passkeys/log-in", &body).await
}

async fn subjects(world: &World) -> Vec<String> {
    world.settle().await;
    Folder::of(&world.state().kernel.config).letters().into_iter().map(|letter| letter.subject).collect()
}

async fn a_passkey_is_registered_and_signs_in_by_itself(engine: Engine) {
    let world = start(engine).await;
    let ada = world.person("Ada").await;
    let mut phone = Authenticator::new(ORIGIN);
    let begun = ada.press("/api/me/passkeys/begin").await.expect(200);
    let options = &begun["options"];
    assert_eq!(options["rp"], json!({"id": "meet.example", "name": "FaceMentor"}));
    assert_eq!((&options["attestation"], &options["excludeCredentials"]), (&json!("none"), &json!([])));
    let algorithms: Vec<_> = options["pubKeyCredParams"].as_array().expect("some").iter().map(|p| &p["alg"]).collect();
    assert_eq!(algorithms, [-7, -8, -257]);
    assert!(!options["user"].to_string().contains("password"));
    let added = add(&ada, &mut phone).await.expect(201);
    assert_eq!((&added["name"], &added["last_used_at_ms"]), (&json!("My phone"), &Value::Null));
    assert_eq!(subjects(&world).await[0], "A passkey was added at FaceMentor");
    // The same again is refused, and the browser is told so beforehand.
    let begun = ada.press("/api/me/passkeys/begin").await.expect(200);
    assert_eq!(begun["options"]["excludeCredentials"][0]["transports"], json!(["internal"]));
    add(&ada, &mut phone).await.problem(409, "passkey_exists");

    let browser = world.browser();
    let answer = sign_in(&browser, &mut phone).await;
    assert_eq!(answer.expect(200)["user"]["email"], "ada@example.test");
    browser.get("/api/me").await.expect(200);
    let listed = browser.get("/api/me/passkeys").await.expect(200);
    assert_eq!(listed["items"][0]["last_used_at_ms"], world.now_ms());

    let path = format!("/api/me/passkeys/{}", added["id"].as_str().expect("an id"));
    let mallory = world.person("Mallory").await;
    put(&mallory, &path, &json!({"name": "Mine"})).await.problem(404, "not_found");
    mallory.delete(&path).await.problem(404, "not_found");
    put(&ada, &path, &json!({"name": "\u{7}"})).await.problem(422, "passkey_name_invalid");
    assert_eq!(put(&ada, &path, &json!({"name": "Old phone"})).await.status, 204);
    assert_eq!(ada.get("/api/me/passkeys").await.expect(200)["items"][0]["name"], "Old phone");
    assert_eq!(ada.delete(&path).await.status, 204);
    sign_in(&world.browser(), &mut phone).await.problem(403, "passkey_unknown");
}

#[tokio::test]
async fn a_passkey_signs_in_on_sqlite() {
    a_passkey_is_registered_and_signs_in_by_itself(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_passkey_signs_in_on_postgres() {
    a_passkey_is_registered_and_signs_in_by_itself(Engine::Postgres).await;
}

async fn a_passkey_is_the_step_after_the_password_for_those_who_say_so(engine: Engine) {
    let world = start(engine).await;
    let ada = world.person("Ada").await;
    let mut key = Authenticator::new(ORIGIN);
    // A key without a PIN: good for a second step, not for more.
    key.flags = PRESENT;
    let path = "/api/me/second-step/passkey";
    put(&ada, path, &json!({"after_password": true})).await.problem(409, "passkey_missing");
    let added = add(&ada, &mut key).await.expect(201);
    sign_in(&world.browser(), &mut key).await.problem(403, "passkey_refused");
    let log_in = json!({"email": "ada@example.test", "password": PASSWORD});
    world.browser().post("/api/accounts/log-in", &log_in).await.expect(200);

    let on = put(&ada, path, &json!({"after_password": true})).await.expect(200);
    assert_eq!(on["backup_codes"].as_array().expect("codes").len(), 10);
    let again = put(&ada, path, &json!({"after_password": true})).await.expect(200);
    assert_eq!(again["backup_codes"], json!([]));
    let browser = world.browser();
    let first = browser.post("/api/accounts/log-in", &log_in).await.expect(202);
    assert_eq!(first["ways"], json!(["passkey", "backup_code"]));
    let token = &first["second_step_token"];
    let asked = challenge(&browser, json!({"second_step_token": token})).await;
    assert_eq!(asked["options"]["allowCredentials"].as_array().expect("some").len(), 1);
    let second = async |browser: &Browser, ceremony: &Value, credential: &Value| {
        let proof = json!({"way": "passkey", "ceremony": ceremony, "credential": credential});
        let body = json!({"second_step_token": token, "proof": proof});
        browser.post("/api/accounts/log-in/second-step", &body).await
    };
    // Somebody else's passkey is no second step, nor is an answer to another challenge.
    let bo = world.person("Bo").await;
    let mut bos = Authenticator::new(ORIGIN);
    add(&bo, &mut bos).await.expect(201);
    let theirs = bos.get(&asked["options"]);
    second(&browser, &asked["ceremony"], &theirs).await.problem(422, "proof_wrong");
    let other = challenge(&browser, json!({})).await;
    let credential = key.get(&other["options"]);
    second(&browser, &other["ceremony"], &credential).await.problem(400, "ceremony_over");
    let asked = challenge(&browser, json!({"second_step_token": token})).await;
    let credential = key.get(&asked["options"]);
    second(&browser, &asked["ceremony"], &credential).await.expect(200);
    // Played once more, it is over.
    second(&world.browser(), &asked["ceremony"], &credential).await.problem(400, "ceremony_over");

    // With the last passkey the second step goes.
    let passkey = format!("/api/me/passkeys/{}", added["id"].as_str().expect("an id"));
    assert_eq!(ada.delete(&passkey).await.status, 204);
    world.browser().post("/api/accounts/log-in", &log_in).await.expect(200);
    assert_eq!(ada.get("/api/me/security").await.expect(200)["backup_codes_left"], 0);
}

#[tokio::test]
async fn a_passkey_after_the_password_on_sqlite() {
    a_passkey_is_the_step_after_the_password_for_those_who_say_so(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_passkey_after_the_password_on_postgres() {
    a_passkey_is_the_step_after_the_password_for_those_who_say_so(Engine::Postgres).await;
}

#[tokio::test]
async fn a_passkey_of_another_site_or_another_ceremony_lets_nobody_in() {
    let world = start(Engine::Sqlite).await;
    let ada = world.person("Ada").await;
    let mut phished = Authenticator::new("https://meet.example.evil");
    add(&ada, &mut phished).await.problem(403, "passkey_refused");
    let mut phone = Authenticator::new(ORIGIN);
    add(&ada, &mut phone).await.expect(201);
    let browser = world.browser();
    // Too late, twice, forged, or for something else.
    let asked = challenge(&browser, json!({})).await;
    let credential = phone.get(&asked["options"]);
    let body = json!({"ceremony": asked["ceremony"], "credential": credential});
    let path = "/api/accounts/passkeys/log-in";
    let (one, other) = (world.browser(), world.browser());
    let (a, b) = tokio::join!(one.post(path, &body), other.post(path, &body));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    let asked = challenge(&browser, json!({})).await;
    let credential = phone.get(&asked["options"]);
    world.advance(Duration::from_secs(300));
    let body = json!({"ceremony": asked["ceremony"], "credential": credential});
    browser.post(path, &body).await.problem(400, "ceremony_over");
    let body = json!({"ceremony": "x", "credential": credential});
    browser.post(path, &body).await.problem(400, "ceremony_over");
    let for_proof = ada.post("/api/accounts/passkeys/challenge", &json!({})).await.expect(200);
    let body = json!({"ceremony": for_proof["ceremony"], "credential": phone.get(&for_proof["options"])});
    browser.post(path, &body).await.problem(400, "ceremony_over");
    browser.get("/api/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_passkey_that_counts_back_was_copied() {
    let world = start(Engine::Sqlite).await;
    let ada = world.person("Ada").await;
    let mut key = Authenticator::new(ORIGIN);
    key.count = 5;
    add(&ada, &mut key).await.expect(201);
    key.count = 6;
    sign_in(&world.browser(), &mut key).await.expect(200);
    for count in [6, 5, 0] {
        key.count = count;
        sign_in(&world.browser(), &mut key).await.problem(403, "passkey_copied");
    }
    assert_eq!(subjects(&world).await[0], "A passkey may have been copied at FaceMentor");
    key.count = 7;
    sign_in(&world.browser(), &mut key).await.expect(200);
}

#[tokio::test]
async fn a_passkey_proves_who_is_logged_in() {
    let world = start(Engine::Sqlite).await;
    let ada = world.person("Ada").await;
    let mut phone = Authenticator::new(ORIGIN);
    let id = add(&ada, &mut phone).await.expect(201)["id"].as_str().expect("an id").to_owned();
    world.advance(Duration::from_secs(600));
    ada.press("/api/accounts/refresh").await.expect(200);
    let path = format!("/api/me/passkeys/{id}");
    let problem = ada.delete(&path).await.problem(403, "proof_required");
    assert_eq!(problem["ways"], json!(["password", "passkey"]));
    let asked = challenge(&ada, json!({})).await;
    let proof = json!({"way": "passkey", "ceremony": asked["ceremony"], "credential": phone.get(&asked["options"])});
    assert_eq!(ada.post("/api/me/proof", &json!({"proof": proof})).await.status, 204);
    assert_eq!(ada.delete(&path).await.status, 204);
}

#[tokio::test]
async fn at_a_bare_address_there_are_no_passkeys() {
    let world = World::start(Engine::Sqlite).await;
    let answer = world.browser().post("/api/accounts/passkeys/challenge", &json!({})).await;
    answer.problem(409, "passkeys_unavailable");
}
