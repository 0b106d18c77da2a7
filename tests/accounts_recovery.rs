//! Letters, confirmed addresses, forgotten passwords, and who may keep whom out.

use std::time::Duration;

use facementor::kernel::mail::{FiledLetter, Folder};
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::world::{Browser, Engine, PASSWORD, World};

const NEW_PASSWORD: &str = "battery staple horse";

/// Letters to `to`, the newest first.
async fn letters(world: &World, to: &str) -> Vec<FiledLetter> {
    world.settle().await;
    let letters = Folder::of(&world.state().kernel.config).letters();
    letters.into_iter().filter(|letter| letter.to == to).collect()
}

/// What stands after the `#` of a letter's link to `page`.
#[track_caller]
fn secret(letter: &FiledLetter, page: &str) -> String {
    let line = letter.text.lines().find(|line| line.contains(&format!("{page}#"))).expect("a link");
    line.split_once('#').expect("a fragment").1.to_owned()
}

async fn confirm(browser: &Browser, token: &str) -> crate::world::Answer {
    browser.post("/api/accounts/confirm-email", &json!({"token": token})).await
}

async fn log_in(browser: &Browser, email: &str, password: &str) -> crate::world::Answer {
    browser.post("/api/accounts/log-in", &json!({"email": email, "password": password})).await
}

async fn put(browser: &Browser, path: &str, body: &Value) -> crate::world::Answer {
    browser.send(Method::PUT, path, |request| request.json(body)).await
}

async fn forget_password(world: &World, email: &str) {
    let answer = world.browser().post("/api/accounts/password-reset", &json!({"email": email})).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
}

async fn reset(world: &World, token: &str, password: &str) -> crate::world::Answer {
    let body = json!({"token": token, "password": password});
    world.browser().post("/api/accounts/reset-password", &body).await
}

async fn is_verified(browser: &Browser) -> bool {
    browser.get("/api/me").await.expect(200)["user"]["email_verified"] == true
}

both_engines! {
    async fn a_new_address_is_confirmed_by_the_link_in_its_letter_once(world: World) {
        let ada = world.person("Ada").await;
        assert!(!is_verified(&ada).await);
        let found = letters(&world, "ada@example.test").await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "Confirm your address for FaceMentor");
        assert!(found[0].text.starts_with("Hello Ada,"), "{}", found[0].text);
        assert!(found[0].text.contains(&format!("{}/verify-email#", world.url(""))), "{}", found[0].text);
        let token = secret(&found[0], "/verify-email");

        // Read on another device, without a login.
        let answer = confirm(&world.browser(), &token).await.expect(200);
        assert_eq!(answer["email"], "ada@example.test");
        assert!(is_verified(&ada).await, "at once, whatever was cached");
        confirm(&ada, &token).await.problem(410, "link_invalid");
        ada.press("/api/me/email/confirmation").await.problem(409, "email_verified");
    }

    async fn a_letter_can_be_had_again_and_one_link_used_up_takes_the_others_with_it(world: World) {
        let ada = world.person("Ada").await;
        assert_eq!(ada.press("/api/me/email/confirmation").await.status, 202);
        let found = letters(&world, "ada@example.test").await;
        assert_eq!(found.len(), 2);
        let (newer, older) = (secret(&found[0], "/verify-email"), secret(&found[1], "/verify-email"));
        confirm(&ada, &older).await.expect(200);
        confirm(&ada, &newer).await.problem(410, "link_invalid");
    }

    async fn a_link_is_worthless_when_it_is_old_or_made_up(world: World) {
        let ada = world.person("Ada").await;
        let token = secret(&letters(&world, "ada@example.test").await[0], "/verify-email");
        for wrong in ["", "x", "\u{0}", &token[1..], &"a".repeat(10_000)] {
            confirm(&ada, wrong).await.problem(410, "link_invalid");
        }
        world.advance(Duration::from_secs(3 * 86_400));
        confirm(&ada, &token).await.problem(410, "link_invalid");
    }

    async fn no_secret_of_a_link_is_in_the_database(world: World) {
        world.person("Ada").await;
        forget_password(&world, "ada@example.test").await;
        let found = letters(&world, "ada@example.test").await;
        let secrets = [secret(&found[0], "/reset-password"), secret(&found[1], "/verify-email")];
        let mut conn = world.state().kernel.db.read().await.expect("a connection");
        let sql = "SELECT secret_hash FROM email_links UNION ALL SELECT payload FROM outbox";
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *conn).await.expect("rows");
        assert!(rows.len() >= 4, "{rows:?}");
        for secret in secrets {
            assert!(secret.len() == 43 && rows.iter().all(|row| !row.contains(&secret)));
        }
    }

    async fn another_address_counts_once_its_letter_was_opened_and_the_old_one_hears_of_it(world: World) {
        let ada = world.person("Ada").await;
        let body = |email: &str, password: &str| json!({"email": email, "current_password": password});
        let path = "/api/me/email";
        put(&ada, path, &body("new@example.test", "wrong password")).await.problem(422, "password_wrong");
        put(&ada, path, &body("nonsense", PASSWORD)).await.problem(422, "email_invalid");
        world.person("Bo").await;
        put(&ada, path, &body("BO@example.test", PASSWORD)).await.problem(409, "email_taken");
        forget_password(&world, "ada@example.test").await;
        assert_eq!(put(&ada, path, &body("new@example.test", PASSWORD)).await.status, 202);
        assert_eq!(ada.get("/api/me").await.expect(200)["user"]["email"], "ada@example.test");

        let token = secret(&letters(&world, "new@example.test").await[0], "/verify-email");
        assert_eq!(confirm(&world.browser(), &token).await.expect(200)["email"], "new@example.test");
        let me = ada.get("/api/me").await.expect(200);
        assert_eq!((&me["user"]["email"], &me["user"]["email_verified"]), (&json!("new@example.test"), &json!(true)));
        log_in(&world.browser(), "new@example.test", PASSWORD).await.expect(200);
        log_in(&world.browser(), "ada@example.test", PASSWORD).await.problem(401, "credentials_wrong");

        let old = letters(&world, "ada@example.test").await;
        assert_eq!(old[0].subject, "Your address at FaceMentor was changed");
        // Whoever reads the old mailbox has nothing to open any more.
        let stale = old.iter().find(|letter| letter.text.contains("/reset-password#")).expect("asked for before");
        reset(&world, &secret(stale, "/reset-password"), NEW_PASSWORD).await.problem(410, "link_invalid");
        let stale = old.iter().find(|letter| letter.text.contains("/verify-email#")).expect("signed up by it");
        confirm(&ada, &secret(stale, "/verify-email")).await.problem(410, "link_invalid");
    }

    async fn two_people_who_want_one_address_do_not_both_get_it(world: World) {
        let (ada, bo) = (world.person("Ada").await, world.person("Bo").await);
        let body = json!({"email": "new@example.test", "current_password": PASSWORD});
        for person in [&ada, &bo] {
            assert_eq!(put(person, "/api/me/email", &body).await.status, 202);
        }
        let found = letters(&world, "new@example.test").await;
        let (bos, adas) = (secret(&found[0], "/verify-email"), secret(&found[1], "/verify-email"));
        let (one, other) = (world.browser(), world.browser());
        let (one, other) = tokio::join!(confirm(&one, &adas), confirm(&other, &bos));
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }

    async fn a_forgotten_password_is_replaced_by_a_letter_and_every_login_ends(world: World) {
        let (laptop, phone) = (world.person("Ada").await, world.browser());
        log_in(&phone, "ada@example.test", PASSWORD).await.expect(200);
        forget_password(&world, "ADA@example.test").await;
        let token = secret(&letters(&world, "ada@example.test").await[0], "/reset-password");
        reset(&world, &token, "short").await.problem(422, "password_too_short");
        assert_eq!(reset(&world, &token, NEW_PASSWORD).await.status, 204);

        for device in [&laptop, &phone] {
            device.get("/api/me").await.problem(401, "unauthenticated");
            device.press("/api/accounts/refresh").await.problem(401, "unauthenticated");
        }
        log_in(&world.browser(), "ada@example.test", PASSWORD).await.problem(401, "credentials_wrong");
        let browser = world.browser();
        log_in(&browser, "ada@example.test", NEW_PASSWORD).await.expect(200);
        assert!(is_verified(&browser).await, "they have read a letter sent there");
        reset(&world, &token, "yet another password").await.problem(410, "link_invalid");
        assert_eq!(letters(&world, "ada@example.test").await[0].subject, "Your password for FaceMentor was changed");
    }

    async fn a_reset_link_works_for_an_hour_and_for_one_of_two_racing_forms(world: World) {
        world.person("Ada").await;
        forget_password(&world, "ada@example.test").await;
        let late = secret(&letters(&world, "ada@example.test").await[0], "/reset-password");
        world.advance(Duration::from_secs(3_600));
        reset(&world, &late, NEW_PASSWORD).await.problem(410, "link_invalid");
        forget_password(&world, "ada@example.test").await;
        let token = secret(&letters(&world, "ada@example.test").await[0], "/reset-password");
        // A link for one thing is none for another.
        confirm(&world.browser(), &token).await.problem(410, "link_invalid");
        let (one, other) =
            tokio::join!(reset(&world, &token, NEW_PASSWORD), reset(&world, &token, "some other password"));
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 410]);
    }

    async fn asking_for_a_reset_tells_nothing_about_who_is_here(world: World) {
        world.person("Ada").await;
        forget_password(&world, "nobody@example.test").await;
        assert_eq!(letters(&world, "nobody@example.test").await.len(), 0);
        // Beyond the limit too; the letters that came keep working.
        for _ in 0..8 {
            forget_password(&world, "ada@example.test").await;
            forget_password(&world, "nobody@example.test").await;
        }
        let found = letters(&world, "ada@example.test").await;
        let resets = found.iter().filter(|letter| letter.text.contains("/reset-password#")).count();
        assert_eq!(resets, 5);
        let body = json!({"email": "nonsense"});
        world.browser().post("/api/accounts/password-reset", &body).await.problem(422, "email_invalid");
    }

    async fn another_password_takes_the_old_one_and_ends_the_other_logins(world: World) {
        let (laptop, phone) = (world.person("Ada").await, world.browser());
        log_in(&phone, "ada@example.test", PASSWORD).await.expect(200);
        let body = |current: &str, new: &str| json!({"current_password": current, "password": new});
        let path = "/api/me/password";
        let problem = put(&laptop, path, &body("wrong password", NEW_PASSWORD)).await.problem(422, "password_wrong");
        assert_eq!(problem["fields"][0]["field"], "current_password");
        put(&laptop, path, &body(PASSWORD, "short")).await.problem(422, "password_too_short");
        assert_eq!(put(&laptop, path, &body(PASSWORD, NEW_PASSWORD)).await.status, 204);
        laptop.get("/api/me").await.expect(200);
        phone.get("/api/me").await.problem(401, "unauthenticated");
        log_in(&phone, "ada@example.test", NEW_PASSWORD).await.expect(200);
        put(&world.browser(), path, &body(PASSWORD, NEW_PASSWORD)).await.problem(401, "unauthenticated");
    }

    async fn signing_out_everywhere_keeps_the_device_that_asks(world: World) {
        let laptop = world.person("Ada").await;
        let (phone, stranger) = (world.browser(), world.person("Bo").await);
        log_in(&phone, "ada@example.test", PASSWORD).await.expect(200);
        assert_eq!(phone.delete("/api/me/logins").await.status, 204);
        phone.get("/api/me").await.expect(200);
        stranger.get("/api/me").await.expect(200);
        laptop.get("/api/me").await.problem(401, "unauthenticated");
        assert_eq!(phone.delete("/api/me/logins").await.status, 204);
        world.browser().delete("/api/me/logins").await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn who_guesses_elsewhere_does_not_lock_the_owners_device_out() {
    let settings = "[accounts]\nlog_in_per_account = { burst = 3, per_minute = 6 }\n\
                    log_in_unknown_devices = { burst = 2, per_minute = 6 }";
    let world = World::with(Engine::Sqlite, settings).await;
    let owner = world.person("Ada").await;
    assert_eq!(owner.press("/api/accounts/log-out").await.status, 204);
    let guesser = world.browser();
    for _ in 0..2 {
        log_in(&guesser, "ada@example.test", "wrong password").await.problem(401, "credentials_wrong");
    }
    log_in(&guesser, "ada@example.test", "wrong password").await.problem(429, "rate_limited");
    // Another account's device is as unknown as none.
    let bo = world.person("Bo").await;
    log_in(&bo, "ada@example.test", "wrong password").await.problem(429, "rate_limited");

    log_in(&owner, "ada@example.test", PASSWORD).await.expect(200);
    // The device has a budget of its own: stolen, it is no way to guess on and on either.
    for _ in 0..2 {
        log_in(&owner, "ada@example.test", "wrong password").await.problem(401, "credentials_wrong");
    }
    log_in(&owner, "ada@example.test", PASSWORD).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn apps_without_cookies_are_known_devices_too() {
    let settings = "[accounts]\nlog_in_unknown_devices = { burst = 1, per_minute = 6 }";
    let world = World::with(Engine::Sqlite, settings).await;
    world.person("Ada").await;
    let app = world.browser();
    let mut body = json!({"email": "ada@example.test", "password": PASSWORD, "credentials": "bearer"});
    // The right password is not counted against those who come after.
    let token = app.post("/api/accounts/log-in", &body).await.expect(200)["device_token"].clone();
    app.post("/api/accounts/log-in", &body).await.expect(200);
    log_in(&world.browser(), "ada@example.test", "wrong password").await.problem(401, "credentials_wrong");
    app.post("/api/accounts/log-in", &body).await.problem(429, "rate_limited");
    body["device_token"] = token;
    app.post("/api/accounts/log-in", &body).await.expect(200);
}

#[tokio::test]
async fn letters_on_demand_have_a_limit() {
    let world = World::with(Engine::Sqlite, "[accounts]\nletters_per_address = { burst = 2, per_minute = 1 }").await;
    let ada = world.person("Ada").await;
    for _ in 0..2 {
        assert_eq!(ada.press("/api/me/email/confirmation").await.status, 202);
    }
    ada.press("/api/me/email/confirmation").await.problem(429, "rate_limited");
}

#[tokio::test]
async fn mail_is_read_in_the_browser_in_demos_alone() {
    let world = World::start(Engine::Sqlite).await;
    world.browser().get("/dev/mail.txt").await.problem(404, "file_unknown");
    let page = world.browser().get("/dev/mail").await;
    assert!(!page.text.contains("This server sends no mail"), "{}", page.text);

    let world = World::with(Engine::Sqlite, "demo = true").await;
    let body = json!({"email": "mallory@example.test", "password": PASSWORD, "display_name": "<b>Mallory</b>"});
    world.browser().post("/api/accounts/sign-up", &body).await.expect(201);
    world.settle().await;
    let page = world.browser().get("/dev/mail").await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.text.contains("Hello &lt;b&gt;Mallory&lt;/b&gt;,"), "{}", page.text);
    assert!(page.text.contains("/verify-email#"), "{}", page.text);
}
