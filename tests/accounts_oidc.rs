//! Signing in by another provider: whom it lets in, and everything it must not believe.
//!
//! The provider here says whatever a test wants it to, with a sound signature; a real one is met in the browser tests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::world::{Answer, Browser, Engine, PASSWORD, World, code};

const CLIENT: &str = "facementor";

#[derive(Clone)]
struct Provider {
    issuer: String,
    key: Arc<rcgen::KeyPair>,
    said: Arc<Mutex<Said>>,
}

/// What the provider will say next.
#[derive(Default)]
struct Said {
    claims: Value,
    challenge: String,
    /// Instead of its own.
    token: Option<String>,
}

impl Provider {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("bound"));
        let key = Arc::new(rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key"));
        let provider = Self { issuer, key, said: Arc::default() };
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        provider
    }

    fn settings(&self) -> String {
        let issuer = &self.issuer;
        format!("[oidc]\nname = 'Example'\nissuer = '{issuer}'\nclient_id = '{CLIENT}'\nclient_secret = 's'")
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::ES256) };
        let key = EncodingKey::from_ec_der(self.key.serialized_der());
        jsonwebtoken::encode(&header, claims, &key).expect("signed")
    }
}

async fn metadata(State(Provider { issuer, .. }): State<Provider>) -> Json<Value> {
    Json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/jwks"),
    }))
}

async fn jwks(State(provider): State<Provider>) -> Json<Value> {
    let point = provider.key.public_key_raw();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
    Json(json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "k", "alg": "ES256", "use": "sig", "x": x, "y": y}]}))
}

async fn token(State(provider): State<Provider>, body: String) -> Json<Value> {
    let form: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).collect();
    let value = |name: &str| {
        let found = form.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.to_string()).unwrap_or_default()
    };
    let said = provider.said.lock().expect("unpoisoned");
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier"))), said.challenge, "PKCE");
    assert_eq!((value("client_id").as_str(), value("client_secret").as_str()), (CLIENT, "s"));
    assert_eq!(value("grant_type"), "authorization_code");
    let id_token = said.token.clone().unwrap_or_else(|| provider.sign(&said.claims));
    Json(json!({"access_token": "a", "token_type": "Bearer", "id_token": id_token}))
}

/// A sign-in that has come to the provider.
struct There {
    state: String,
    claims: Value,
}

async fn there(world: &World, provider: &Provider, browser: &Browser) -> There {
    let begun = browser.press("/api/accounts/providers/oidc/begin").await.expect(200);
    let url = Url::parse(begun["url"].as_str().expect("an address")).expect("an address");
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).expect("is there").1.to_string();
    assert_eq!(value("redirect_uri"), world.url("/sign-in/callback"));
    assert_eq!((value("response_type").as_str(), value("code_challenge_method").as_str()), ("code", "S256"));
    let claims = json!({
        "iss": provider.issuer, "aud": CLIENT, "sub": "1", "email": "ada@example.test", "email_verified": true,
        "name": "Ada", "nonce": value("nonce"), "exp": world.now_ms() / 1_000 + 300,
    });
    *provider.said.lock().expect("unpoisoned") =
        Said { claims: claims.clone(), challenge: value("code_challenge"), token: None };
    There { state: value("state"), claims }
}

async fn finish(browser: &Browser, state: &str) -> Answer {
    let body = json!({"state": state, "code": "c", "time_zone": "Europe/Madrid"});
    browser.post("/api/accounts/providers/finish", &body).await
}

/// Signs in as what `change` makes of the claims.
async fn sign_in(world: &World, provider: &Provider, browser: &Browser, change: Value) -> Answer {
    let There { state, mut claims } = there(world, provider, browser).await;
    for (name, value) in change.as_object().expect("claims") {
        claims[name] = value.clone();
    }
    provider.said.lock().expect("unpoisoned").claims = claims;
    finish(browser, &state).await
}

async fn start(engine: Engine) -> (World, Provider) {
    let provider = Provider::start().await;
    let limits = "[accounts]\nlog_in_per_ip = { burst = 100, per_minute = 100 }\n";
    (World::with(engine, &format!("{limits}{}", provider.settings())).await, provider)
}

async fn newcomers_get_an_account_and_come_back_by_their_subject(engine: Engine) {
    let (world, provider) = start(engine).await;
    let listed = world.browser().get("/api/accounts/providers").await.expect(200);
    assert_eq!(listed["items"], json!([{"id": "oidc", "name": "Example"}]));
    let ada = world.browser();
    let user = sign_in(&world, &provider, &ada, json!({})).await.expect(200)["user"].clone();
    assert_eq!((&user["email"], &user["email_verified"]), (&json!("ada@example.test"), &json!(true)));
    assert_eq!((&user["display_name"], &user["time_zone"]), (&json!("Ada"), &json!("Europe/Madrid")));
    ada.get("/api/me").await.expect(200);
    // Nobody has the password of an account without one.
    for password in ["", PASSWORD] {
        let body = json!({"email": "ada@example.test", "password": password});
        world.browser().post("/api/accounts/log-in", &body).await.problem(401, "credentials_wrong");
    }
    // Whoever they are called now, and whatever address they have there.
    let change = json!({"email": "other@example.test", "email_verified": false, "name": "X"});
    let again = sign_in(&world, &provider, &world.browser(), change).await.expect(200);
    assert_eq!(again["user"]["id"], user["id"]);
    // Another subject with the same address is the same person here: both sides know whose it is.
    let twin = sign_in(&world, &provider, &world.browser(), json!({"sub": "2"})).await.expect(200);
    assert_eq!(twin["user"]["id"], user["id"]);
}

#[tokio::test]
async fn newcomers_get_an_account_on_sqlite() {
    newcomers_get_an_account_and_come_back_by_their_subject(Engine::Sqlite).await;
}

#[tokio::test]
async fn newcomers_get_an_account_on_postgres() {
    newcomers_get_an_account_and_come_back_by_their_subject(Engine::Postgres).await;
}

#[tokio::test]
async fn nothing_unsound_is_believed() {
    let (world, provider) = start(Engine::Sqlite).await;
    let now_s = world.now_ms() / 1_000;
    for (what, change) in [
        ("nonce", json!({"nonce": "another"})),
        ("no nonce", json!({"nonce": null})),
        ("issuer", json!({"iss": "https://evil.test"})),
        ("audience", json!({"aud": "another client"})),
        ("audiences", json!({"aud": ["another client", "a third"]})),
        ("party", json!({"aud": [CLIENT, "another client"], "azp": "another client"})),
        ("expired", json!({"exp": now_s - 60})),
        ("no subject", json!({"sub": ""})),
    ] {
        let browser = world.browser();
        let answer = sign_in(&world, &provider, &browser, change).await;
        let problem = answer.problem(403, "provider_answer_refused");
        assert!(problem["detail"].is_string(), "{what}");
        browser.get("/api/me").await.problem(401, "unauthenticated");
    }
    // Signed by nobody, by another key, or with the client's secret.
    let browser = world.browser();
    let There { claims, .. } = there(&world, &provider, &browser).await;
    let other = Provider { key: Arc::new(rcgen::KeyPair::generate().expect("a key")), ..provider.clone() };
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let unsigned = format!("{}.{}.", encode(r#"{"alg":"none","kid":"k"}"#), encode(&claims.to_string()));
    let header = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::HS256) };
    let secret = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(b"s")).expect("signed");
    for forged in [unsigned, other.sign(&claims), secret, "x".to_owned(), String::new()] {
        let There { state, .. } = there(&world, &provider, &browser).await;
        provider.said.lock().expect("unpoisoned").token = Some(forged);
        finish(&browser, &state).await.problem(403, "provider_answer_refused");
    }
}

#[tokio::test]
async fn an_attempt_belongs_to_the_browser_that_began_it() {
    let (world, provider) = start(Engine::Sqlite).await;
    let (browser, victim) = (world.browser(), world.browser());
    let There { state, .. } = there(&world, &provider, &browser).await;
    finish(&browser, "tampered").await.problem(400, "attempt_invalid");
    // A link sent to somebody else signs them in to nothing.
    finish(&victim, &state).await.problem(400, "attempt_invalid");
    let body = json!({"state": state, "code": "c", "iss": "https://evil.test"});
    browser.post("/api/accounts/providers/finish", &body).await.problem(403, "provider_answer_refused");
    let body = json!({"state": state});
    browser.post("/api/accounts/providers/finish", &body).await.problem(403, "provider_denied");
    world.advance(Duration::from_secs(600));
    finish(&browser, &state).await.problem(400, "attempt_invalid");
    world.browser().press("/api/accounts/providers/google/begin").await.problem(404, "not_found");
}

#[tokio::test]
async fn an_address_nobody_vouches_for_opens_no_account() {
    let (world, provider) = start(Engine::Sqlite).await;
    for change in [json!({"email_verified": false}), json!({"email_verified": null}), json!({"email": null})] {
        let answer = sign_in(&world, &provider, &world.browser(), change).await;
        answer.problem(403, "provider_email_unverified");
    }
    // An account somebody made in another's name is not handed on, nor is its maker let in with the owner.
    world.person("Ada").await;
    let answer = sign_in(&world, &provider, &world.browser(), json!({})).await;
    answer.problem(409, "account_unverified");
}

#[tokio::test]
async fn a_provider_is_linked_in_the_settings_and_taken_off_again() {
    let (world, provider) = start(Engine::Sqlite).await;
    let ada = world.person("Ada").await;
    let change = json!({"sub": "7", "email": "elsewhere@example.test", "email_verified": false});
    sign_in(&world, &provider, &ada, change.clone()).await.expect(200);
    let linked = ada.get("/api/me/identities").await.expect(200);
    assert_eq!(linked["items"][0], json!({"provider": "oidc", "name": "Example", "email": "elsewhere@example.test"}));
    // Now it lets her in.
    let phone = world.browser();
    let answer = sign_in(&world, &provider, &phone, change.clone()).await.expect(200);
    assert_eq!(answer["user"]["email"], "ada@example.test");
    // Nobody else can have it.
    let bo = world.person("Bo").await;
    sign_in(&world, &provider, &bo, change).await.problem(409, "identity_taken");

    assert_eq!(ada.delete("/api/me/identities/oidc").await.status, 204);
    assert_eq!(ada.get("/api/me/identities").await.expect(200)["items"], json!([]));
    // Who has no password keeps their only way in.
    let eve = world.browser();
    let change = json!({"sub": "9", "email": "eve@example.test"});
    sign_in(&world, &provider, &eve, change).await.expect(200);
    eve.delete("/api/me/identities/oidc").await.problem(409, "last_way_in");
}

#[tokio::test]
async fn a_provider_is_only_the_first_step_where_there_is_a_second() {
    let (world, provider) = start(Engine::Sqlite).await;
    let ada = world.browser();
    sign_in(&world, &provider, &ada, json!({})).await.expect(200);
    let secret = ada.press("/api/me/totp").await.expect(200)["secret"].as_str().expect("a secret").to_owned();
    let body = json!({"code": code(&secret, world.now_ms())});
    ada.post("/api/me/totp/confirm", &body).await.expect(200);
    world.advance(Duration::from_secs(30));
    let phone = world.browser();
    let first = sign_in(&world, &provider, &phone, json!({})).await.expect(202);
    assert_eq!(first["ways"], json!(["totp", "backup_code"]));
    phone.get("/api/me").await.problem(401, "unauthenticated");
    let proof = json!({"way": "totp", "code": code(&secret, world.now_ms())});
    let body = json!({"second_step_token": first["second_step_token"], "proof": proof});
    phone.post("/api/accounts/log-in/second-step", &body).await.expect(200);
    phone.get("/api/me").await.expect(200);
}

#[tokio::test]
async fn linking_a_provider_takes_a_recent_proof() {
    let (world, provider) = start(Engine::Sqlite).await;
    let ada = world.person("Ada").await;
    world.advance(Duration::from_secs(600));
    ada.press("/api/accounts/refresh").await.expect(200);
    let begin = "/api/accounts/providers/oidc/begin";
    let problem = ada.press(begin).await.problem(403, "proof_required");
    assert_eq!(problem["ways"], json!(["password"]));
    let proof = json!({"proof": {"way": "password", "password": PASSWORD}});
    assert_eq!(ada.post("/api/me/proof", &proof).await.status, 204);
    sign_in(&world, &provider, &ada, json!({"sub": "7"})).await.expect(200);
    world.advance(Duration::from_secs(600));
    ada.press("/api/accounts/refresh").await.expect(200);
    ada.delete("/api/me/identities/oidc").await.problem(403, "proof_required");
    // Coming back by one that is linked is a proof by itself.
    sign_in(&world, &provider, &ada, json!({"sub": "7"})).await.expect(200);
    assert_eq!(ada.delete("/api/me/identities/oidc").await.status, 204);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_no_fault_of_ours() {
    let settings = "[oidc]\nissuer = 'http://127.0.0.1:9'\nclient_id = 'c'\nclient_secret = 's'";
    let world = World::with(Engine::Sqlite, settings).await;
    let answer = world.browser().press("/api/accounts/providers/oidc/begin").await;
    answer.problem(502, "provider_unavailable");
}
