//! Two-step sign-in: an authenticator app, backup codes, and proving oneself anew.

use std::time::Duration;

use facementor::kernel::mail::Folder;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::world::{Answer, Browser, Engine, PASSWORD, World, code};

const STEP: Duration = Duration::from_secs(30);

fn credentials(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD})
}

/// The password is right: what comes next.
async fn first_step(browser: &Browser) -> Value {
    let answer = browser.post("/api/accounts/log-in", &credentials("ada@example.test")).await;
    assert!(answer.headers.get("set-cookie").is_none(), "nobody is logged in by half");
    answer.expect(202)
}

async fn second_step(browser: &Browser, first: &Value, way: &str, code: &str) -> Answer {
    let proof = json!({"way": way, "code": code});
    let body = json!({"second_step_token": first["second_step_token"], "proof": proof});
    browser.post("/api/accounts/log-in/second-step", &body).await
}

async fn prove(browser: &Browser, proof: Value) -> Answer {
    browser.post("/api/me/proof", &json!({"proof": proof})).await
}

/// Ada with an app: her browser, the app's secret, her backup codes.
async fn with_app(world: &World) -> (Browser, String, Vec<String>) {
    let ada = world.person("Ada").await;
    let offer = ada.press("/api/me/totp").await.expect(200);
    let secret = offer["secret"].as_str().expect("a secret").to_owned();
    let body = json!({"code": code(&secret, world.now_ms())});
    let codes = ada.post("/api/me/totp/confirm", &body).await.expect(200)["backup_codes"].clone();
    let codes = codes.as_array().expect("codes").iter().map(|code| code.as_str().expect("a code").to_owned());
    let codes = codes.collect();
    world.advance(STEP);
    (ada, secret, codes)
}

async fn subjects(world: &World) -> Vec<String> {
    world.settle().await;
    let letters = Folder::of(&world.state().kernel.config).letters();
    letters.into_iter().filter(|letter| letter.to == "ada@example.test").map(|letter| letter.subject).collect()
}

both_engines! {
    async fn an_app_counts_once_its_code_was_typed(world: World) {
        let ada = world.person("Ada").await;
        let offer = ada.press("/api/me/totp").await.expect(200);
        let secret = offer["secret"].as_str().expect("a secret").to_owned();
        assert_eq!(secret.len(), 32);
        let uri = offer["uri"].as_str().expect("an address");
        assert_eq!(uri, format!("otpauth://totp/FaceMentor:ada%40example.test?secret={secret}&issuer=FaceMentor"));
        assert!(offer["qr"]["size"].as_i64().expect("a size") > 20 && offer["qr"]["path"].is_string());
        // Until then the password alone does.
        world.browser().post("/api/accounts/log-in", &credentials("ada@example.test")).await.expect(200);

        let wrong = code(&secret, world.now_ms() + 600_000);
        let problem = ada.post("/api/me/totp/confirm", &json!({"code": wrong})).await.problem(422, "code_wrong");
        assert_eq!(problem["fields"][0]["field"], "code");
        let body = json!({"code": code(&secret, world.now_ms())});
        let codes = ada.post("/api/me/totp/confirm", &body).await.expect(200)["backup_codes"].clone();
        assert_eq!(codes.as_array().expect("codes").len(), 10);
        ada.post("/api/me/totp/confirm", &body).await.problem(409, "totp_unknown");
        ada.press("/api/me/totp").await.problem(409, "totp_exists");

        let security = ada.get("/api/me/security").await.expect(200);
        let expected = json!({
            "two_step": true, "totp": true, "asks_for_passkey": false, "backup_codes_left": 10, "has_password": true,
            "proofs": ["totp", "backup_code"],
        });
        assert_eq!(security, expected);
        assert_eq!(subjects(&world).await[0], "Two-step sign-in is on at FaceMentor");
    }

    async fn logging_in_takes_two_steps_for_browsers_and_apps_alike(world: World) {
        let (_, secret, _) = with_app(&world).await;
        let browser = world.browser();
        let first = first_step(&browser).await;
        assert_eq!(first["ways"], json!(["totp", "backup_code"]));
        assert_eq!(first["expires_at_ms"], world.now_ms() + 300_000);
        browser.get("/api/me").await.problem(401, "unauthenticated");
        // The token of the first step opens nothing.
        let token = first["second_step_token"].as_str().expect("a token").to_owned();
        let answer = browser.send(Method::GET, "/api/me", |request| request.bearer_auth(token.clone())).await;
        answer.problem(401, "unauthenticated");
        second_step(&browser, &first, "totp", "000000").await.problem(422, "proof_wrong");
        let right = code(&secret, world.now_ms());
        second_step(&browser, &first, "totp", &right).await.expect(200);
        assert_eq!(browser.get("/api/me").await.expect(200)["user"]["email"], "ada@example.test");

        world.advance(STEP);
        let app = world.browser();
        let mut body = credentials("ada@example.test");
        body["credentials"] = json!("bearer");
        let first = app.post("/api/accounts/log-in", &body).await.expect(202);
        let proof = json!({"way": "totp", "code": code(&secret, world.now_ms())});
        let body = json!({"second_step_token": first["second_step_token"], "proof": proof, "credentials": "bearer"});
        let answer = app.post("/api/accounts/log-in/second-step", &body).await;
        assert!(answer.headers.get("set-cookie").is_none());
        let token = answer.expect(200)["tokens"]["access_token"].as_str().expect("a token").to_owned();
        app.send(Method::GET, "/api/me", |request| request.bearer_auth(token)).await.expect(200);
    }

    async fn no_code_is_taken_twice(world: World) {
        let (_, secret, codes) = with_app(&world).await;
        let right = code(&secret, world.now_ms());
        let (one, two) = (world.browser(), world.browser());
        let (first, other) = (first_step(&one).await, first_step(&two).await);
        // Two at once, with one code between them.
        let (a, b) = tokio::join!(second_step(&one, &first, "totp", &right), second_step(&two, &other, "totp", &right));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422]);
        let late = first_step(&world.browser()).await;
        second_step(&world.browser(), &late, "totp", &right).await.problem(422, "proof_wrong");
        // Nor the one before it, which was never used.
        let before = code(&secret, world.now_ms() - 30_000);
        second_step(&world.browser(), &late, "totp", &before).await.problem(422, "proof_wrong");

        second_step(&world.browser(), &late, "backup_code", &codes[3].to_uppercase()).await.expect(200);
        let next = first_step(&world.browser()).await;
        second_step(&world.browser(), &next, "backup_code", &codes[3]).await.problem(422, "proof_wrong");
        let newest = &subjects(&world).await[0];
        assert_eq!(newest, "A backup code was used at FaceMentor");
        // Nor a first step.
        second_step(&world.browser(), &late, "backup_code", &codes[4]).await.problem(401, "second_step_over");
    }

    async fn clocks_may_be_one_step_off_and_the_second_step_five_minutes_late(world: World) {
        let (_, secret, _) = with_app(&world).await;
        world.advance(10 * STEP);
        for off in [-2, 2] {
            let first = first_step(&world.browser()).await;
            let code = code(&secret, world.now_ms() + off * 30_000);
            second_step(&world.browser(), &first, "totp", &code).await.problem(422, "proof_wrong");
        }
        for off in [-1, 1] {
            let first = first_step(&world.browser()).await;
            let code = code(&secret, world.now_ms() + off * 30_000);
            second_step(&world.browser(), &first, "totp", &code).await.expect(200);
        }
        let first = first_step(&world.browser()).await;
        world.advance(Duration::from_secs(300));
        let code = code(&secret, world.now_ms());
        second_step(&world.browser(), &first, "totp", &code).await.problem(401, "second_step_over");
        let forged = json!({"second_step_token": "x"});
        second_step(&world.browser(), &forged, "totp", &code).await.problem(401, "second_step_over");
    }

    async fn turning_it_off_takes_a_recent_proof_and_brings_the_password_back(world: World) {
        let (ada, secret, codes) = with_app(&world).await;
        world.advance(Duration::from_secs(600));
        ada.press("/api/accounts/refresh").await.expect(200);
        for (method, path) in [
            (Method::DELETE, "/api/me/totp"),
            (Method::POST, "/api/me/totp"),
            (Method::POST, "/api/me/backup-codes"),
            (Method::POST, "/api/me/passkeys/begin"),
        ] {
            let problem = ada.send(method, path, |request| request).await.problem(403, "proof_required");
            assert_eq!(problem["ways"], json!(["totp", "backup_code"]), "{path}");
        }
        // Who looked over her shoulder knows the password.
        prove(&ada, json!({"way": "password", "password": PASSWORD})).await.problem(422, "proof_wrong");
        prove(&ada, json!({"way": "totp", "code": "000000"})).await.problem(422, "proof_wrong");
        assert_eq!(prove(&ada, json!({"way": "totp", "code": code(&secret, world.now_ms())})).await.status, 204);

        let renewed = ada.press("/api/me/backup-codes").await.expect(200)["backup_codes"].clone();
        let first = first_step(&world.browser()).await;
        second_step(&world.browser(), &first, "backup_code", &codes[0]).await.problem(422, "proof_wrong");
        let fresh = renewed[0].as_str().expect("a code");
        second_step(&world.browser(), &first, "backup_code", fresh).await.expect(200);

        assert_eq!(ada.delete("/api/me/totp").await.status, 204);
        ada.delete("/api/me/totp").await.problem(409, "totp_unknown");
        ada.press("/api/me/backup-codes").await.problem(409, "two_step_off");
        world.browser().post("/api/accounts/log-in", &credentials("ada@example.test")).await.expect(200);
        let security = ada.get("/api/me/security").await.expect(200);
        assert_eq!((&security["backup_codes_left"], &security["proofs"]), (&json!(0), &json!(["password"])));
        let subjects = subjects(&world).await;
        let expected = [
            "Your authenticator app was removed at FaceMentor",
            "A backup code was used at FaceMentor",
            "New backup codes at FaceMentor",
            "Two-step sign-in is on at FaceMentor",
        ];
        assert_eq!(subjects[..4], expected);
    }

    async fn a_password_proves_those_who_have_nothing_else(world: World) {
        let ada = world.person("Ada").await;
        world.advance(Duration::from_secs(600));
        ada.press("/api/accounts/refresh").await.expect(200);
        let problem = ada.press("/api/me/totp").await.problem(403, "proof_required");
        assert_eq!(problem["ways"], json!(["password"]));
        prove(&ada, json!({"way": "password", "password": "wrong password"})).await.problem(422, "proof_wrong");
        prove(&ada, json!({"way": "totp", "code": "000000"})).await.problem(422, "proof_wrong");
        let other = world.browser();
        other.post("/api/accounts/log-in", &credentials("ada@example.test")).await.expect(200);
        world.advance(Duration::from_secs(599));
        assert_eq!(prove(&ada, json!({"way": "password", "password": PASSWORD})).await.status, 204);
        ada.press("/api/me/totp").await.expect(200);
        // The proof is this login's alone.
        world.advance(Duration::from_secs(1));
        other.press("/api/accounts/refresh").await.expect(200);
        other.press("/api/me/totp").await.problem(403, "proof_required");
    }

    async fn a_new_password_keeps_the_second_step(world: World) {
        let (_, secret, _) = with_app(&world).await;
        let asked = world.browser().post("/api/accounts/password-reset", &json!({"email": "ada@example.test"})).await;
        assert_eq!(asked.status, 202);
        world.settle().await;
        let letters = Folder::of(&world.state().kernel.config).letters();
        let line = letters.iter().find_map(|letter| letter.text.lines().find(|line| line.contains("/reset-password#")));
        let token = line.expect("a link").split_once('#').expect("a fragment").1;
        let body = json!({"token": token, "password": PASSWORD});
        let answer = world.browser().post("/api/accounts/reset-password", &body).await;
        assert_eq!(answer.status, 204);
        let first = first_step(&world.browser()).await;
        second_step(&world.browser(), &first, "totp", &code(&secret, world.now_ms())).await.expect(200);
    }

    async fn no_secret_of_a_second_factor_is_in_the_database(world: World) {
        let (_, secret, codes) = with_app(&world).await;
        let mut conn = world.state().kernel.db.read().await.expect("a connection");
        let sql = "SELECT sealed_secret FROM totp UNION ALL SELECT code_hash FROM backup_codes
                   UNION ALL SELECT payload FROM outbox";
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *conn).await.expect("rows");
        assert!(rows.len() >= 12, "{}", rows.len());
        let plain = codes.iter().map(|code| code.replace('-', ""));
        for needle in plain.chain(codes.clone()).chain([secret]) {
            assert!(rows.iter().all(|row| !row.contains(&needle)));
        }
        assert_eq!(rows.iter().filter(|row| row.starts_with("$argon2id$")).count(), 10);
    }

    async fn logins_that_ended_long_ago_are_forgotten(world: World) {
        let (laptop, phone) = (world.person("Ada").await, world.browser());
        phone.post("/api/accounts/log-in", &credentials("ada@example.test")).await.expect(200);
        assert_eq!(phone.press("/api/accounts/log-out").await.status, 204);
        let count = async || {
            let mut conn = world.state().kernel.db.read().await.expect("a connection");
            let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM logins";
            sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *conn).await.expect("a count")
        };
        let sweep = async || world.state().accounts.sweep().await.expect("sweeps");
        world.advance(Duration::from_secs(29 * 86_400));
        laptop.press("/api/accounts/refresh").await.expect(200);
        assert_eq!((sweep().await, count().await), (0, 2));
        world.advance(Duration::from_secs(86_400));
        sweep().await;
        assert_eq!(count().await, 1);
        laptop.press("/api/accounts/refresh").await.expect(200);
    }
}

#[tokio::test]
async fn who_knows_the_password_guesses_codes_slowly_and_keeps_nobody_out() {
    let settings = "[accounts]\nsecond_step = { burst = 3, per_minute = 6 }\n\
                    second_step_unknown_devices = { burst = 4, per_minute = 6 }";
    let world = World::with(Engine::Sqlite, settings).await;
    let (owner, secret, _) = with_app(&world).await;
    assert_eq!(owner.press("/api/accounts/log-out").await.status, 204);
    let guesser = world.browser();
    let first = first_step(&guesser).await;
    for _ in 0..3 {
        second_step(&guesser, &first, "totp", "000000").await.problem(422, "proof_wrong");
    }
    let answer = second_step(&guesser, &first, "totp", &code(&secret, world.now_ms())).await;
    answer.problem(429, "rate_limited");
    assert_eq!(answer.headers["retry-after"], "10");
    // The owner's device is none of the guesser's business.
    let first = first_step(&owner).await;
    second_step(&owner, &first, "totp", &code(&secret, world.now_ms())).await.expect(200);
    // What was right is not counted: the owner comes in again and again.
    for _ in 0..5 {
        world.advance(STEP);
        assert_eq!(owner.press("/api/accounts/log-out").await.status, 204);
        let first = first_step(&owner).await;
        second_step(&owner, &first, "totp", &code(&secret, world.now_ms())).await.expect(200);
    }
}
