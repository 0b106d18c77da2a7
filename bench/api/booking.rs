//! Openings of a mentor with many bookings, and bookings of many people at once.

use std::time::{SystemTime, UNIX_EPOCH};

use facementor::App;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::figures::{line, paced, percentile, steady};

/// Of one mentor, all within the days asked for.
const BOOKINGS: i64 = 1_000;
const OPENINGS_RATE: u32 = 200;
const OPENINGS_SECONDS: u32 = 15;
const OPENINGS_TARGET_MS: f64 = 30.0;

const MENTORS: usize = 50;
const MENTEES: usize = 40;
const BOOK_RATE: u32 = 100;
const BOOK_SECONDS: u32 = 15;
const BOOK_TARGET_MS: f64 = 100.0;

const DAY_MS: i64 = 86_400_000;
const SLOT_MS: i64 = 1_800_000;

/// Somebody who is logged in.
struct Person {
    http: Client,
    base: String,
    token: String,
}

pub(crate) async fn measure(app: &App, engine: &str) {
    let base = format!("http://{}", app.address());
    let http = Client::new();
    let mut mentees = Vec::new();
    for number in 0..MENTEES {
        mentees.push(Person::new(&http, &base, &format!("mentee{number}")).await);
    }
    let mut offerings = Vec::new();
    for number in 0..=MENTORS {
        offerings.push(offering(app, &http, &base, number).await);
    }
    let (busy, others) = offerings.split_first().expect("at least one");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let tomorrow = (i64::try_from(now).expect("a time of ours") / DAY_MS + 1) * DAY_MS;

    // Two of three times of a month are taken.
    let slots = (0..).filter(|slot| slot % 3 != 2).take(usize::try_from(BOOKINGS).expect("a small number"));
    let taken = slots.zip(mentees.iter().cycle()).map(|(slot, mentee)| mentee.books(busy, tomorrow + slot * SLOT_MS));
    paced(taken, BOOK_RATE, 201).await;
    let paths = [format!("/api/offerings/{busy}/openings?from_ms={tomorrow}&until_ms={}", tomorrow + 30 * DAY_MS)];
    let answer: Value = http.get(format!("{base}{}", paths[0])).send().await.expect("sent").json().await.expect("JSON");
    let free = answer["items"].as_array().expect("a list").len();
    assert!((400..1_000).contains(&free), "{free} openings are left");
    steady(&base, &paths, OPENINGS_RATE, 2).await;
    let times = steady(&base, &paths, OPENINGS_RATE, OPENINGS_SECONDS).await;
    report(engine, "openings-30-days", &times, OPENINGS_TARGET_MS);

    let places = (0..).flat_map(|slot| others.iter().map(move |offering| (offering, tomorrow + slot * SLOT_MS)));
    let count = usize::try_from(BOOK_RATE * (BOOK_SECONDS + 2)).expect("a small number");
    let mut requests = places
        .zip(mentees.iter().cycle())
        .take(count)
        .map(|((offering, starts_at), mentee)| mentee.books(offering, starts_at));
    paced(requests.by_ref().take(usize::try_from(2 * BOOK_RATE).expect("a small number")), BOOK_RATE, 201).await;
    let times = paced(requests, BOOK_RATE, 201).await;
    report(engine, "booking", &times, BOOK_TARGET_MS);
}

fn report(engine: &str, case: &str, times: &[f64], target: f64) {
    eprintln!("{engine}: {case}: p50 {:.1} ms, slowest {:.1} ms", percentile(times, 0.5), percentile(times, 1.0));
    line(&format!("{case}-{engine}-p99"), percentile(times, 0.99), target);
}

/// A mentor who is always free, and the half hours they offer.
async fn offering(app: &App, http: &Client, base: &str, number: usize) -> String {
    let name = format!("mentor{number}");
    let mentor = Person::new(http, base, &name).await;
    facementor::admin::approve_mentor(&app.state.kernel, &email(&name)).await.expect("they signed up");
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekly: Vec<_> = days.map(|day| json!({"weekday": day, "from": "00:00", "until": "24:00"})).into();
    let hours = json!({"time_zone": "UTC", "weekly": weekly});
    let put = mentor.with(http.put(format!("{base}/api/me/availability"))).json(&hours);
    assert_eq!(put.send().await.expect("sent").status(), 200);
    let terms = json!({"title": "Half an hour", "minutes": 30, "minimum_notice_minutes": 0, "max_per_day": null,
                       "max_per_week": null});
    let post = mentor.with(http.post(format!("{base}/api/me/offerings"))).json(&terms);
    let answer: Value = post.send().await.expect("sent").json().await.expect("JSON");
    answer["id"].as_str().expect("an offering").to_owned()
}

fn email(name: &str) -> String {
    format!("{name}@bench.test")
}

impl Person {
    async fn new(http: &Client, base: &str, name: &str) -> Self {
        let body = json!({"email": email(name), "password": "correct horse battery", "display_name": name,
                          "credentials": "bearer"});
        let answer = http.post(format!("{base}/api/accounts/sign-up")).json(&body).send().await.expect("sent");
        let answer: Value = answer.json().await.expect("JSON");
        let token = answer["tokens"]["access_token"].as_str().expect("a token").to_owned();
        Self { http: http.clone(), base: base.to_owned(), token }
    }

    fn with(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token)
    }

    fn books(&self, offering: &str, starts_at_ms: i64) -> RequestBuilder {
        let body = json!({"offering_id": offering, "starts_at_ms": starts_at_ms});
        self.with(self.http.post(format!("{}/api/bookings", self.base))).json(&body)
    }
}
