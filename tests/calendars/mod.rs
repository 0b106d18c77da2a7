//! Calendars that keep a mentor busy.

mod google;
mod publisher;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::booking::{book, cancel, mentor_with, offer, path, text};
use crate::mentors::{profile, save};
use crate::world::{Answer, Browser, Engine, World};
use google::Google;
use publisher::{Publisher, event, utc};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const LOCAL: &str = "[calendars]\nprivate_networks = ['127.0.0.1']\nsubscribe_per_user = { burst = 100, per_minute = 100 }\n\
                     [accounts]\naccess_token_s = 600\n";

/// A mentor who is always available in half hours.
async fn start(engine: Engine, settings: &str) -> (World, Browser, String) {
    let world = World::with(engine, settings).await;
    let (mentor, offering) = mentor_with(&world, "Ada", json!({"title": "Half an hour", "minutes": 30})).await;
    (world, mentor, offering)
}

/// Midnight of the day after tomorrow.
fn midnight(world: &World) -> i64 {
    (world.now_ms() / DAY_MS + 2) * DAY_MS
}

async fn subscribe(mentor: &Browser, address: &str) -> Answer {
    mentor.post("/api/me/calendars", &json!({"address": address})).await
}

async fn calendars(mentor: &Browser) -> Vec<Value> {
    let answer = mentor.get("/api/me/calendars").await.expect(200);
    answer["items"].as_array().expect("a list").clone()
}

/// Starts of the openings of a day, in half hours from its midnight.
async fn open_half_hours(who: &Browser, offering: &str, from_ms: i64) -> Vec<i64> {
    let until_ms = from_ms + DAY_MS;
    let path = format!("/api/offerings/{offering}/openings?from_ms={from_ms}&until_ms={until_ms}");
    let answer = who.get(&path).await.expect(200);
    let starts = answer["items"].as_array().expect("a list").iter();
    starts.map(|item| (item["starts_at_ms"].as_i64().expect("a time") - from_ms) / (HOUR_MS / 2)).collect()
}

fn all_but(taken: &[i64]) -> Vec<i64> {
    (0..48).filter(|half_hour| !taken.contains(half_hour)).collect()
}

async fn go_on(world: &World, mentor: &Browser, minutes: u64) {
    world.advance(Duration::from_secs(60 * minutes));
    mentor.post("/api/accounts/refresh", &json!({})).await.expect(200);
    world.state().availability.refresh_due().await.expect("refreshed");
}

#[tokio::test]
async fn a_calendar_closes_openings_and_refuses_bookings() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (world, mentor, offering) = start(engine, LOCAL).await;
        let (publisher, midnight, mentee) = (Publisher::start().await, midnight(&world), world.person("Bo").await);
        let free = event("2", midnight + 4 * HOUR_MS, "TRANSP:TRANSPARENT\r\n");
        let weekly = event("3", midnight - 70 * DAY_MS, "RRULE:FREQ=WEEKLY\r\nEXDATE:20260101T000000Z\r\n");
        publisher.publishes(&[event("1", midnight + 2 * HOUR_MS, ""), free, weekly].concat());
        assert_eq!(open_half_hours(&mentee, &offering, midnight).await, all_but(&[]));

        let calendar = subscribe(&mentor, &publisher.address).await.expect(201);
        assert_eq!((calendar["events"].as_i64(), calendar["left_out"].as_i64()), (Some(3), Some(0)));
        assert_eq!((&calendar["name"], &calendar["host"]), (&json!("127.0.0.1"), &json!("127.0.0.1")));
        assert!(!calendar.to_string().contains("private-1"), "the address is a secret: {calendar}");
        assert_eq!(open_half_hours(&mentee, &offering, midnight).await, all_but(&[0, 4]));
        book(&mentee, &offering, midnight + 2 * HOUR_MS).await.problem(409, "opening_taken");
        book(&mentee, &offering, midnight + 4 * HOUR_MS).await.expect(201);

        // It is asked every quarter of an hour.
        publisher.publishes(&event("1", midnight + 3 * HOUR_MS, ""));
        go_on(&world, &mentor, 14).await;
        assert_eq!(publisher.asked(), 1);
        go_on(&world, &mentor, 1).await;
        assert_eq!((publisher.asked(), open_half_hours(&mentee, &offering, midnight).await), (2, all_but(&[6, 8])));

        let path = format!("/api/me/calendars/{}", text(&calendar, "id"));
        mentor.delete(&path).await.expect(204);
        assert_eq!(open_half_hours(&mentee, &offering, midnight).await, all_but(&[8]));
        mentor.delete(&path).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn lists_and_pages_heed_it_too() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (world, mentor, _) = start(engine, LOCAL).await;
        save(&mentor, &profile("Rust")).await.expect(200);
        world.settle().await;
        let soonest = async || {
            world.state().discovery.refresh().await.expect("refreshed");
            let next = world.browser().get("/api/mentors/ada/next-openings").await.expect(200);
            let listed = world.browser().get("/api/mentors?sort=soonest").await.expect(200);
            let listed = listed["items"][0]["soonest_opening_ms"].as_i64().expect("an opening");
            assert_eq!(next["items"][0]["starts_at_ms"], listed);
            listed
        };
        let (first, publisher) = (soonest().await, Publisher::start().await);
        publisher.publishes(&event("1", first, ""));
        let calendar = subscribe(&mentor, &publisher.address).await.expect(201);
        assert_eq!(soonest().await, first + HOUR_MS / 2);
        publisher.publishes(&event("1", first + HOUR_MS, ""));
        go_on(&world, &mentor, 15).await;
        assert_eq!(soonest().await, first + HOUR_MS / 2, "it is too late for the first");
        mentor.delete(&format!("/api/me/calendars/{}", text(&calendar, "id"))).await.expect(204);
        world.advance(Duration::from_secs(16 * 60));
        assert_eq!(soonest().await, first + HOUR_MS, "which the calendar keeps no longer");
    }
}

#[tokio::test]
async fn what_was_last_read_stays_in_force_while_a_calendar_fails() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (world, mentor, offering) = start(engine, LOCAL).await;
        let (publisher, midnight) = (Publisher::start().await, midnight(&world));
        publisher.publishes(&event("1", midnight + HOUR_MS, ""));
        subscribe(&mentor, &publisher.address).await.expect(201);
        let read_at = world.now_ms();
        let mut waited = 15;
        for (status, body, code) in [
            (500, "", "calendar_failed"),
            (404, "", "calendar_gone"),
            (200, "<html>Sign in</html>", "calendar_not_one"),
            (200, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "calendar_not_whole"),
        ] {
            publisher.says(status, body);
            let asked = publisher.asked();
            go_on(&world, &mentor, waited - 1).await;
            assert_eq!(publisher.asked(), asked, "too early after {waited} minutes");
            go_on(&world, &mentor, 1).await;
            let calendar = calendars(&mentor).await.remove(0);
            assert_eq!(calendar["trouble"]["code"], code);
            assert!(calendar["trouble"]["detail"].as_str().expect("words").ends_with('.'));
            assert_eq!(calendar["read_at_ms"].as_i64(), Some(read_at));
            assert_eq!(open_half_hours(&mentor, &offering, midnight).await, all_but(&[2]), "{code}");
            waited *= 2;
        }
        // Its mentor does not wait.
        publisher.publishes(&event("1", midnight + 2 * HOUR_MS, ""));
        let path = format!("/api/me/calendars/{}/refresh", text(&calendars(&mentor).await[0], "id"));
        let calendar = mentor.press(&path).await.expect(200);
        assert_eq!((&calendar["trouble"], calendar["read_at_ms"].as_i64()), (&Value::Null, Some(world.now_ms())));
        assert_eq!(open_half_hours(&mentor, &offering, midnight).await, all_but(&[4]));
    }
}

#[tokio::test]
async fn a_calendar_that_has_not_changed_is_not_sent_again() {
    let (world, mentor, offering) = start(Engine::Sqlite, LOCAL).await;
    let (publisher, midnight) = (Publisher::start().await, midnight(&world));
    publisher.publishes(&event("1", midnight + HOUR_MS, "RRULE:FREQ=DAILY\r\n"));
    publisher.tags("\"v1\"");
    subscribe(&mentor, &publisher.address).await.expect(201);
    go_on(&world, &mentor, 15).await;
    assert_eq!((publisher.asked(), publisher.unchanged()), (2, 1));
    assert_eq!(open_half_hours(&mentor, &offering, midnight).await, all_but(&[2]));
    // Once a day all of it is read: the days that come are new ones.
    go_on(&world, &mentor, 24 * 60).await;
    assert_eq!((publisher.asked(), publisher.unchanged()), (3, 1));
    // In another zone its days are other ones.
    let noted = json!({"time_zone": "Asia/Kolkata"});
    mentor.send(Method::PUT, "/api/me/availability", |request| request.json(&noted)).await.expect(200);
    world.state().availability.refresh_due().await.expect("refreshed");
    assert_eq!((publisher.asked(), publisher.unchanged()), (4, 1));
}

#[tokio::test]
async fn no_address_inside_is_asked() {
    let (_world, mentor, _) =
        start(Engine::Sqlite, "[calendars]\nsubscribe_per_user = { burst = 100, per_minute = 100 }").await;
    let publisher = Publisher::start().await;
    let port = publisher.address.rsplit(':').next().and_then(|rest| rest.split('/').next()).expect("a port");
    for address in [
        publisher.address.clone(),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://0:{port}/"),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://10.0.0.1/".to_owned(),
        // Public, but not https.
        "http://1.1.1.1/".to_owned(),
    ] {
        let answer = subscribe(&mentor, &address).await;
        assert_eq!(answer.problem(422, "calendar_not_public")["fields"][0]["field"], "address", "{address}");
    }
    for address in ["", "x", "file:///etc/passwd", "gopher://127.0.0.1/", "https://a:b@example.org/", "https://"] {
        subscribe(&mentor, address).await.problem(422, "calendar_address_invalid");
    }
    assert_eq!(publisher.asked(), 0);
}

#[tokio::test]
async fn a_redirect_leads_no_further_than_an_address_does() {
    let (_world, mentor, _) = start(Engine::Sqlite, LOCAL).await;
    let (publisher, other) = (Publisher::start().await, Publisher::start().await);
    other.publishes("");
    publisher.redirects(&other.address.replace("127.0.0.1", "127.0.0.2"));
    subscribe(&mentor, &publisher.address).await.problem(422, "calendar_not_public");
    publisher.redirects(&other.address.replace("127.0.0.1", "localhost.invalid"));
    subscribe(&mentor, &publisher.address).await.problem(422, "calendar_unreachable");
    publisher.redirects("file:///etc/passwd");
    subscribe(&mentor, &publisher.address).await.problem(422, "calendar_failed");
    assert_eq!(other.asked(), 0);
    publisher.redirects(&publisher.address);
    let before = publisher.asked();
    subscribe(&mentor, &publisher.address).await.problem(422, "calendar_failed");
    assert_eq!(publisher.asked() - before, 6);
    publisher.redirects(&other.address);
    subscribe(&mentor, &publisher.address).await.expect(201);
}

#[tokio::test]
async fn calendars_are_their_mentors_alone() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (world, mentor, _) = start(engine, LOCAL).await;
        let (publisher, other) = (Publisher::start().await, world.mentor("Mira").await);
        publisher.publishes("");
        let calendar = subscribe(&mentor, &publisher.address).await.expect(201);
        subscribe(&mentor, &publisher.address).await.problem(409, "calendar_known");
        let path = format!("/api/me/calendars/{}", text(&calendar, "id"));
        for path in [path.as_str(), "/api/me/calendars/x", "/api/me/calendars/00000000-0000-0000-0000-000000000000"] {
            other.delete(path).await.problem(404, "not_found");
            other.press(&format!("{path}/refresh")).await.problem(404, "not_found");
        }
        let mentee = world.person("Bo").await;
        mentee.get("/api/me/calendars").await.problem(403, "mentor_required");
        subscribe(&mentee, &publisher.address).await.problem(403, "mentor_required");
        world.browser().get("/api/me/calendars").await.problem(401, "unauthenticated");
        for number in 1..10 {
            subscribe(&mentor, &format!("{}?{number}", publisher.address)).await.expect(201);
        }
        subscribe(&mentor, &format!("{}?10", publisher.address)).await.problem(409, "calendars_full");
        assert_eq!(calendars(&mentor).await.len(), 10);
        mentor
            .post("/api/me/calendars", &json!({"address": "https://a.example", "kind": "x"}))
            .await
            .problem(422, "json_invalid");
        mentor.post("/api/me/calendars/google/begin", &json!({})).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn the_tenth_attempt_is_the_last() {
    let (_world, mentor, _) = start(Engine::Sqlite, "").await;
    for _ in 0..10 {
        subscribe(&mentor, "https://127.0.0.1/").await.problem(422, "calendar_not_public");
    }
    subscribe(&mentor, "https://127.0.0.1/").await.problem(429, "rate_limited");
}

/// A calendar that holds a copy of a booking or a series does not keep its own booking from moving, or a time from being free again.
#[tokio::test]
async fn bookings_do_not_stand_in_their_own_way() {
    let (world, mentor, offering) = start(Engine::Sqlite, LOCAL).await;
    let (publisher, midnight, mentee) = (Publisher::start().await, midnight(&world), world.person("Bo").await);
    let booking = book(&mentee, &offering, midnight).await.expect(201);
    let third = json!({"offering_id": offering, "starts_at_ms": midnight + 3 * HOUR_MS});
    let held = mentee.post("/api/bookings/holds", &third).await.expect(201);
    let weekly = json!({"rrule": "FREQ=WEEKLY;COUNT=2", "conflicts": "refuse"});
    let series = mentee.post(&format!("{}/series", path(&held)), &weekly).await.expect(200);
    let circle = offer(&mentor, json!({"title": "A circle", "minutes": 60, "seats": 3})).await;
    let seat = book(&mentee, &circle, midnight + 5 * HOUR_MS).await.expect(201);
    let ids = [text(&booking, "id"), text(&series, "id"), text(&seat, "session_id")];
    let [copy, copies, group] = ids.map(|id| format!("{id}@facementor"));
    let theirs = event("else@facementor", midnight + HOUR_MS, "");
    let group = event(&group, midnight + 5 * HOUR_MS, "");
    let ours = [event(&copy, midnight, ""), event(&copies, midnight + 3 * HOUR_MS, ""), group];
    publisher.publishes(&[ours.concat(), theirs].concat());
    subscribe(&mentor, &publisher.address).await.expect(201);
    let tenth = json!({"starts_at_ms": midnight + 10 * HOUR_MS});
    mentee.post(&format!("{}/reschedule", path(&booking)), &tenth).await.expect(200);
    cancel(&mentee, &held).await.expect(200);
    cancel(&mentee, &seat).await.expect(200);
    assert_eq!(open_half_hours(&mentee, &offering, midnight).await, all_but(&[2, 20]));
}

#[tokio::test]
async fn holidays_are_days_off_in_the_mentors_zone() {
    let (world, mentor, offering) = start(Engine::Sqlite, LOCAL).await;
    let (publisher, midnight) = (Publisher::start().await, midnight(&world));
    let date = utc(midnight)[..8].to_owned();
    publisher.publishes(&format!(
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:{date}\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n"
    ));
    let address = &publisher.address;
    let calendar = subscribe(&mentor, address).await.expect(201);
    assert_eq!(open_half_hours(&mentor, &offering, midnight).await, all_but(&[]));
    mentor.delete(&format!("/api/me/calendars/{}", text(&calendar, "id"))).await.expect(204);
    let body = json!({"address": address, "kind": "holidays", "name": "Feiertage"});
    assert_eq!(mentor.post("/api/me/calendars", &body).await.expect(201)["name"], "Feiertage");
    assert_eq!(open_half_hours(&mentor, &offering, midnight).await, Vec::<i64>::new());
    assert_eq!(open_half_hours(&mentor, &offering, midnight + DAY_MS).await, all_but(&[]));
}

/// Begins to connect; the answer is state, code and what finishes it.
async fn consent(mentor: &Browser, google: &Google, scope: &str) -> Value {
    let begun = mentor.press("/api/me/calendars/google/begin").await.expect(200);
    let (state, code) = google.consent(begun["url"].as_str().expect("an address"), scope);
    json!({"attempt": begun["attempt"], "state": state, "code": code})
}

async fn finish(mentor: &Browser, body: &Value) -> Answer {
    mentor.post("/api/me/calendars/google/finish", body).await
}

#[tokio::test]
async fn google_tells_when_a_mentor_is_busy_until_it_may_not_any_more() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let google = Google::start().await;
        let (world, mentor, offering) = start(engine, &google.settings()).await;
        let midnight = midnight(&world);
        google.is_busy(&[(midnight, midnight + HOUR_MS), (midnight + 300 * DAY_MS, midnight + 301 * DAY_MS)]);
        let calendar = finish(&mentor, &consent(&mentor, &google, google::SCOPE).await).await.expect(201);
        assert_eq!((&calendar["source"], &calendar["trouble"]), (&json!("google"), &Value::Null));
        assert_eq!(open_half_hours(&mentor, &offering, midnight).await, all_but(&[0, 1]));
        assert_eq!(google.queries(), 10);
        google.is_busy(&[(midnight + HOUR_MS, midnight + 2 * HOUR_MS)]);
        go_on(&world, &mentor, 15).await;
        assert_eq!(open_half_hours(&mentor, &offering, midnight).await, all_but(&[2, 3]));

        // Whoever connects again has one calendar.
        finish(&mentor, &consent(&mentor, &google, google::SCOPE).await).await.expect(201);
        assert_eq!(calendars(&mentor).await.len(), 1);
        google.fails(true);
        go_on(&world, &mentor, 15).await;
        assert_eq!(calendars(&mentor).await[0]["trouble"]["code"], "calendar_failed");
        google.fails(false);
        google.revoke();
        go_on(&world, &mentor, 30).await;
        assert_eq!(calendars(&mentor).await[0]["trouble"]["code"], "calendar_revoked");
        assert_eq!(open_half_hours(&mentor, &offering, midnight).await, all_but(&[2, 3]));
    }
}

#[tokio::test]
async fn a_connection_is_finished_by_who_began_it() {
    let google = Google::start().await;
    let (world, mentor, _) = start(Engine::Sqlite, &google.settings()).await;
    let other = world.mentor("Mira").await;
    let sound = consent(&mentor, &google, google::SCOPE).await;
    finish(&other, &sound).await.problem(400, "calendar_attempt_invalid");
    for (member, value) in [("state", json!("x")), ("attempt", json!("x")), ("attempt", json!(""))] {
        let mut body = sound.clone();
        body[member] = value;
        finish(&mentor, &body).await.problem(400, "calendar_attempt_invalid");
    }
    let mut body = sound.clone();
    body["code"] = Value::Null;
    finish(&mentor, &body).await.problem(403, "calendar_permission_denied");
    body["code"] = json!("another");
    finish(&mentor, &body).await.problem(403, "calendar_permission_denied");
    // Without the one permission there is nothing to ask.
    finish(&mentor, &consent(&mentor, &google, "openid").await).await.problem(403, "calendar_permission_denied");
    assert!(calendars(&mentor).await.is_empty());
    let late = consent(&mentor, &google, google::SCOPE).await;
    world.advance(Duration::from_secs(600));
    mentor.post("/api/accounts/refresh", &json!({})).await.expect(200);
    finish(&mentor, &late).await.problem(400, "calendar_attempt_invalid");
    finish(&mentor, &consent(&mentor, &google, google::SCOPE).await).await.expect(201);
    // Once is enough.
    finish(&mentor, &sound).await.problem(400, "calendar_attempt_invalid");
}

/// What opens other people's calendars lies in no table as it is.
#[tokio::test]
async fn addresses_and_tokens_are_sealed() {
    let google = Google::start().await;
    let settings = google.settings().replace("[calendars]", "[calendars]\nprivate_networks = ['127.0.0.1']");
    let (world, mentor, _) = start(Engine::Sqlite, &settings).await;
    let publisher = Publisher::start().await;
    publisher.publishes("");
    subscribe(&mentor, &publisher.address).await.expect(201);
    finish(&mentor, &consent(&mentor, &google, google::SCOPE).await).await.expect(201);
    let mut conn = world.state().kernel.db.read().await.expect("a connection");
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT secret FROM busy_calendars").fetch_all(&mut *conn).await.expect("rows");
    assert_eq!(kept.len(), 2);
    let token = google.refresh_token().expect("a token");
    assert!(kept.iter().all(|kept| !kept.contains("private-1") && !kept.contains(&token)), "{kept:?}");
}
