//! Accounts over HTTP.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::world::{Browser, Engine, PASSWORD, World};

fn credentials(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

async fn log_in(browser: &Browser, email: &str, password: &str) -> crate::world::Answer {
    browser.post("/api/accounts/log-in", &credentials(email, password)).await
}

both_engines! {
    async fn signing_up_logs_in(world: World) {
        let browser = world.browser();
        let body = json!({"email": "Ada@Example.test", "password": PASSWORD, "display_name": " Ada L. "});
        let answer = browser.post("/api/accounts/sign-up", &body).await.expect(201);
        assert_eq!(answer["user"]["email"], "Ada@Example.test");
        assert_eq!(answer["user"]["display_name"], "Ada L.");
        assert_eq!(answer["user"]["is_admin"], false);
        assert!(answer.get("tokens").is_none(), "tokens are in HTTP-only cookies");
        let me = browser.get("/api/me").await.expect(200);
        assert_eq!(me["user"]["id"], answer["user"]["id"]);
        assert_eq!(me["user"]["mentor"], Value::Null);
    }

    async fn an_email_has_one_account_whatever_its_case(world: World) {
        world.person("Ada").await;
        let body = json!({"email": "ADA@example.test", "password": PASSWORD, "display_name": "Other"});
        let problem = world.browser().post("/api/accounts/sign-up", &body).await.problem(409, "email_taken");
        assert_eq!(problem["fields"][0]["field"], "email");
    }

    async fn every_mistake_of_a_sign_up_is_named(world: World) {
        let body = json!({"email": "ada", "password": "short", "display_name": "\u{7}"});
        let problem = world.browser().post("/api/accounts/sign-up", &body).await.problem(422, "email_invalid");
        let codes: Vec<_> = problem["fields"].as_array().expect("fields").iter().map(|field| &field["code"]).collect();
        assert_eq!(codes, ["email_invalid", "password_too_short", "display_name_invalid"]);
    }

    async fn racing_sign_ups_make_one_account(world: World) {
        let (one, two) = (world.browser(), world.browser());
        let body = json!({"email": "ada@example.test", "password": PASSWORD, "display_name": "Ada"});
        let path = "/api/accounts/sign-up";
        let (one, two) = tokio::join!(one.post(path, &body), two.post(path, &body));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }

    async fn logging_in_needs_the_password(world: World) {
        world.person("Ada").await;
        let browser = world.browser();
        log_in(&browser, "ada@example.test", "wrong password").await.problem(401, "credentials_wrong");
        log_in(&browser, "nobody@example.test", PASSWORD).await.problem(401, "credentials_wrong");
        log_in(&browser, "not an address", PASSWORD).await.problem(401, "credentials_wrong");
        browser.get("/api/me").await.problem(401, "unauthenticated");
        log_in(&browser, "ADA@example.test", PASSWORD).await.expect(200);
        browser.get("/api/me").await.expect(200);
    }

    async fn bearer_tokens_come_in_the_answer_and_work_without_cookies(world: World) {
        world.person("Ada").await;
        let app = world.browser();
        let body = json!({"email": "ada@example.test", "password": PASSWORD, "credentials": "bearer"});
        let answer = app.post("/api/accounts/log-in", &body).await;
        let tokens = answer.expect(200)["tokens"].clone();
        assert!(answer.headers.get("set-cookie").is_none());
        assert_eq!(tokens["access_expires_at_ms"], world.now_ms() + 600_000);
        let with = async |token: &Value| {
            let token = token.as_str().expect("a token").to_owned();
            app.send(Method::GET, "/api/me", |request| request.bearer_auth(token)).await
        };
        with(&tokens["access_token"]).await.expect(200);
        // A refresh token is not an access token.
        with(&tokens["refresh_token"]).await.problem(401, "unauthenticated");
        let body = json!({"refresh_token": tokens["refresh_token"]});
        let renewed = app.post("/api/accounts/refresh", &body).await.expect(200);
        with(&renewed["tokens"]["access_token"]).await.expect(200);
    }

    async fn an_access_token_expires_and_a_refresh_brings_a_new_one(world: World) {
        let browser = world.person("Ada").await;
        world.advance(Duration::from_secs(599));
        browser.get("/api/me").await.expect(200);
        world.advance(Duration::from_secs(1));
        browser.get("/api/me").await.problem(401, "unauthenticated");
        browser.press("/api/accounts/refresh").await.expect(200);
        browser.get("/api/me").await.expect(200);
    }

    async fn a_stolen_refresh_token_ends_the_login_for_both(world: World) {
        let browser = world.person("Ada").await;
        let thief = browser.copy();
        browser.press("/api/accounts/refresh").await.expect(200);
        world.advance(Duration::from_secs(31));
        thief.press("/api/accounts/refresh").await.problem(401, "unauthenticated");
        assert_eq!(thief.cookie("__Host-refresh"), None, "a dead cookie is taken away");
        browser.get("/api/me").await.problem(401, "unauthenticated");
        browser.press("/api/accounts/refresh").await.problem(401, "unauthenticated");
    }

    async fn a_second_tab_may_refresh_with_the_same_token_for_a_moment(world: World) {
        let tab = world.person("Ada").await;
        let other = tab.copy();
        tab.press("/api/accounts/refresh").await.expect(200);
        world.advance(Duration::from_secs(29));
        other.press("/api/accounts/refresh").await.expect(200);
        world.advance(Duration::from_secs(60));
        // Both hold the newest token now.
        tab.press("/api/accounts/refresh").await.expect(200);
        other.press("/api/accounts/refresh").await.expect(200);
        tab.get("/api/me").await.expect(200);
    }

    async fn tabs_that_refresh_at_once_all_stay_logged_in(world: World) {
        let tab = world.person("Ada").await;
        let tabs = [tab.copy(), tab.copy(), tab.copy(), tab];
        let refresh = |tab: &Browser| {
            let tab = tab.copy();
            async move { (tab.press("/api/accounts/refresh").await.expect(200), tab) }
        };
        let (a, b, c, d) = tokio::join!(refresh(&tabs[0]), refresh(&tabs[1]), refresh(&tabs[2]), refresh(&tabs[3]));
        world.advance(Duration::from_secs(60));
        for (_, tab) in [a, b, c, d] {
            tab.press("/api/accounts/refresh").await.expect(200);
        }
    }

    async fn a_login_not_used_for_a_month_is_over(world: World) {
        let browser = world.person("Ada").await;
        world.advance(Duration::from_secs(2_592_000));
        browser.press("/api/accounts/refresh").await.problem(401, "unauthenticated");
    }

    async fn a_login_is_over_after_half_a_year_however_often_it_is_used(world: World) {
        let browser = world.person("Ada").await;
        for _ in 0..6 {
            world.advance(Duration::from_secs(29 * 86_400));
            browser.press("/api/accounts/refresh").await.expect(200);
        }
        world.advance(Duration::from_secs(6 * 86_400 - 1));
        browser.press("/api/accounts/refresh").await.expect(200);
        world.advance(Duration::from_secs(1));
        browser.press("/api/accounts/refresh").await.problem(401, "unauthenticated");
        browser.get("/api/me").await.problem(401, "unauthenticated");
    }

    async fn logging_out_ends_the_login_everywhere_it_was_copied(world: World) {
        let browser = world.person("Ada").await;
        let copy = browser.copy();
        assert_eq!(browser.press("/api/accounts/log-out").await.status, 204);
        assert_eq!(browser.cookie("__Host-access"), None);
        copy.get("/api/me").await.problem(401, "unauthenticated");
        copy.press("/api/accounts/refresh").await.problem(401, "unauthenticated");
        world.browser().press("/api/accounts/log-out").await.problem(401, "unauthenticated");
    }

    async fn logins_are_listed_and_ended_one_by_one(world: World) {
        let laptop = world.person("Ada").await;
        world.advance(Duration::from_secs(1));
        let phone = world.browser();
        log_in(&phone, "ada@example.test", PASSWORD).await.expect(200);
        let list = phone.get("/api/me/logins").await.expect(200);
        let items = list["items"].as_array().expect("items");
        assert_eq!(items.iter().map(|item| &item["current"]).collect::<Vec<_>>(), [true, false]);
        let laptop_id = items[1]["id"].as_str().expect("an id");
        let path = format!("/api/me/logins/{laptop_id}");

        let stranger = world.person("Mallory").await;
        stranger.delete(&path).await.problem(404, "not_found");
        world.browser().delete(&path).await.problem(401, "unauthenticated");
        world.browser().get("/api/me/logins").await.problem(401, "unauthenticated");
        laptop.get("/api/me").await.expect(200);

        assert_eq!(phone.delete(&path).await.status, 204);
        laptop.get("/api/me").await.problem(401, "unauthenticated");
        phone.delete(&path).await.problem(404, "not_found");
        phone.delete("/api/me/logins/nonsense").await.problem(404, "not_found");
        assert_eq!(phone.get("/api/me/logins").await.expect(200)["items"].as_array().expect("items").len(), 1);
    }

    async fn requests_of_other_sites_change_nothing(world: World) {
        let browser = world.person("Ada").await;
        let path = "/api/accounts/log-out";
        for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.test"), ("origin", "null")] {
            let answer = browser.send(Method::POST, path, |request| request.header(name, value)).await;
            answer.problem(403, "cross_site_refused");
        }
        browser.get("/api/me").await.expect(200);
        let own = world.url("");
        let answer = browser.send(Method::POST, path, |request| request.header("origin", own)).await;
        assert_eq!(answer.status, 204);
    }

    async fn a_login_outlives_a_restart(world: World) {
        let browser = world.person("Ada").await;
        let cookie = browser.cookie("__Host-access").expect("logged in");
        let world = world.restart().await;
        let after = world.browser();
        let answer = after.send(Method::GET, "/api/me", |request| request.bearer_auth(cookie)).await;
        answer.expect(200);
    }
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let settings = "[accounts]\nlog_in_per_account = { burst = 3, per_minute = 6 }";
    let world = World::with(Engine::Sqlite, settings).await;
    world.person("Ada").await;
    let browser = world.browser();
    for _ in 0..3 {
        log_in(&browser, "ada@example.test", "wrong password").await.problem(401, "credentials_wrong");
    }
    let answer = log_in(&browser, "ada@example.test", PASSWORD).await;
    answer.problem(429, "rate_limited");
    assert_eq!(answer.headers["retry-after"], "10");
    log_in(&browser, "bo@example.test", "wrong password").await.problem(401, "credentials_wrong");
    world.advance(Duration::from_secs(10));
    log_in(&browser, "ada@example.test", PASSWORD).await.expect(200);
}
