//! Whose is it? Every route with a parameter in its path, asked by whom it is none of their business.
//!
//! The table must name every such route of the OpenAPI document: a new one without a line here fails.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::booking::{always, book, text};
use crate::both_engines;
use crate::world::{Answer, Browser, World};

/// Stands in everything private; nobody else's answer may hold it.
const SECRET: &str = "Zanzibar";
/// An id of nobody's.
const UNKNOWN: &str = "0198c5b2-0000-7000-8000-000000000001";
/// What names nothing.
const MALFORMED: &[&str] = &["x", "00000000-0000-0000-0000-000000000000", "%00", "%FF", "..%2f..", "'%20OR%201=1--"];

/// Who may use a route with the id of somebody's object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The owner (and whom they share it with): to others it is as if it did not exist, guests log in first.
    Owner,
    /// Those who have a booking; others are refused, whatever link they have.
    Booked,
    /// Administrators; everybody else is refused.
    Administrator,
    /// Whoever knows its address.
    Anyone,
    /// The name is public and what is done with it happens to the asker alone.
    Asker,
}

struct Case {
    method: Method,
    route: &'static str,
    /// What stands for the parameter, an object of the owner's.
    id: String,
    body: Value,
    reach: Reach,
}

/// Ada (a mentor), Bo (booked with her) and what is theirs; Eve and Mallory (another mentor), whose it is not.
struct Cast {
    ada: Browser,
    bo: Browser,
    strangers: [Browser; 2],
    cases: Vec<Case>,
}

both_engines! {
    async fn nobody_reaches_what_is_somebody_elses(world: World) {
        let cast = cast(&world).await;
        let (covered, known) = (cast.cases.iter().map(|case| (case.method.to_string(), case.route.to_owned())), routes());
        let covered: BTreeSet<_> = covered.collect();
        let missing: Vec<_> = known.difference(&covered).collect();
        assert!(missing.is_empty(), "give these routes a case in tests/cross_account.rs: {missing:?}");
        let gone: Vec<_> = covered.difference(&known).collect();
        assert!(gone.is_empty(), "no such routes any more: {gone:?}");

        let before = belongings(&cast).await;
        for case in &cast.cases {
            refuses(&world, &cast, case).await;
        }
        assert_eq!(belongings(&cast).await, before, "what is theirs is as it was");
    }
}

/// Asks as everybody who may not, and with ids that name nothing.
async fn refuses(world: &World, cast: &Cast, case: &Case) {
    let guest = world.browser();
    let [eve, mallory] = &cast.strangers;
    let people = [("a guest", &guest), ("a mentee", eve), ("another mentor", mallory)];
    for (who, browser) in people {
        let said = format!("{who}: {} {} -> ", case.method, case.route);
        let answer = ask(browser, case, &case.id).await;
        let status = answer.status.as_u16();
        match (case.reach, who) {
            (Reach::Anyone, _) => assert!(status < 500, "{said}{status}"),
            (Reach::Booked, _) => assert_eq!(status, 403, "{said}{}", answer.text),
            (_, "a guest") => assert_eq!(status, 401, "{said}{}", answer.text),
            (Reach::Asker, _) => assert!(status < 500 && status != 403, "{said}{status}"),
            (Reach::Owner, _) => {
                // The same as for an id that names nothing: nobody learns what exists.
                let unknown = ask(browser, case, UNKNOWN).await;
                assert!(matches!(status, 403 | 404), "{said}{}", answer.text);
                assert_eq!((answer.status, &answer.text), (unknown.status, &unknown.text), "{said}");
            }
            (Reach::Administrator, _) => assert!(matches!(status, 403 | 404), "{said}{} {}", status, answer.text),
        }
        assert!(!answer.text.contains(SECRET), "{said}{}", answer.text);
        for id in MALFORMED {
            let answer = ask(browser, case, id).await;
            let status = answer.status.as_u16();
            let fine = match case.reach {
                // Taking away what is not there may be as good as done.
                Reach::Asker | Reach::Anyone => (400..500).contains(&status) || status == 204,
                Reach::Owner | Reach::Administrator | Reach::Booked => matches!(status, 400 | 401 | 403 | 404),
            };
            assert!(fine, "{said}{id}: {status} {}", answer.text);
        }
    }
}

async fn ask(browser: &Browser, case: &Case, id: &str) -> Answer {
    let parameter = case.route.find('{').expect("a parameter")..case.route.find('}').expect("its end") + 1;
    let mut path = case.route.to_owned();
    path.replace_range(parameter, id);
    browser
        .send(
            case.method.clone(),
            &path,
            |request| if case.body.is_null() { request } else { request.json(&case.body) },
        )
        .await
}

/// Every method and route of the document with a parameter in its path.
fn routes() -> BTreeSet<(String, String)> {
    let document: Value = serde_json::from_str(&facementor::openapi()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").iter().filter(|(path, _)| path.contains('{'));
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("methods").keys().filter(|key| *key != "parameters");
            methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
        })
        .collect()
}

/// What Ada and Bo see of their own.
async fn belongings(cast: &Cast) -> Vec<Value> {
    let mut all = Vec::new();
    for (person, paths) in [
        (&cast.ada, &["/api/me/offerings", "/api/me/availability", "/api/sessions", "/api/me/saved-mentors"][..]),
        (&cast.bo, &["/api/bookings?when=upcoming", "/api/me/saved-mentors", "/api/me/mentor-profile"]),
    ] {
        for path in paths {
            all.push(person.get(path).await.expect(200));
        }
        let logins = person.get("/api/me/logins").await.expect(200);
        all.push(json!(logins["items"].as_array().expect("a list").len()));
    }
    all
}

async fn cast(world: &World) -> Cast {
    let (ada, bo) = (world.mentor("Ada").await, world.person("Bo").await);
    let strangers = [world.person("Eve").await, world.mentor("Mallory").await];
    let put = async |who: &Browser, path: &str, body: &Value| {
        who.send(Method::PUT, path, |request| request.json(body)).await.expect(200)
    };
    put(&ada, "/api/me/availability", &always()).await;
    let terms = |title: &str| json!({"title": title, "minutes": 15, "minimum_notice_minutes": 0, "max_per_day": null, "max_per_week": null});
    let profile = |headline: &str| {
        json!({"headline": headline, "about": "About", "experience": "", "skills": ["Rust"], "languages": ["en"], "links": [],
               "intro_video_url": null})
    };
    let slug = text(&put(&ada, "/api/me/mentor-profile", &profile("Rust")).await, "slug");
    world.settle().await;
    // Bo applies to be a mentor: his application is for administrators.
    put(&bo, "/api/me/mentor-profile", &profile(SECRET)).await;
    let offering = text(&ada.post("/api/me/offerings", &terms("A quarter")).await.expect(201), "id");
    let hidden = json!({"title": SECRET, "minutes": 30, "is_active": false, "max_per_day": null, "max_per_week": null});
    ada.post("/api/me/offerings", &hidden).await.expect(201);
    let day_ms = 86_400_000;
    let quarter_ms = 900_000;
    let starts_at_ms = (world.now_ms() / quarter_ms + 1) * quarter_ms;
    let booked = book(&bo, &offering, starts_at_ms).await.expect(201);
    let (booking, code) = (text(&booked, "id"), text(&booked, "join_code"));
    // Its room is open: only who has a booking gets in.
    world.advance(Duration::from_millis(u64::try_from(starts_at_ms - world.now_ms() - 540_000).expect("it is ahead")));
    let session = ada.post("/api/sessions", &json!({"title": SECRET})).await.expect(201);
    let id_of = async |who: &Browser| text(&who.get("/api/me").await.expect(200)["user"], "id");
    let (ada_id, bo_id) = (id_of(&ada).await, id_of(&bo).await);
    put(&bo, "/api/me/profile", &json!({"display_name": "Bo", "language": null, "time_zone": null})).await;
    bo.send(Method::PUT, &format!("/api/me/saved-mentors/{ada_id}"), |request| request).await.expect(204);
    let login = text(&ada.get("/api/me/logins").await.expect(200)["items"][0], "id");

    let hour_ms = 3_600_000;
    let day_later = (starts_at_ms / hour_ms + 24) * hour_ms;
    let at = |offering: &str, starts_at_ms: i64| json!({"offering_id": offering, "starts_at_ms": starts_at_ms});
    let hold = async |starts_at_ms: i64| {
        text(&bo.post("/api/bookings/holds", &at(&offering, starts_at_ms)).await.expect(201), "id")
    };
    let weekly = json!({"rrule": "FREQ=WEEKLY;COUNT=2", "conflicts": "skip"});
    let first = hold(day_later + hour_ms).await;
    let series = text(&bo.post(&format!("/api/bookings/{first}/series"), &weekly).await.expect(200), "id");
    let held = hold(day_later + 2 * hour_ms).await;
    let mut circle = terms("A circle");
    circle["seats"] = json!(2);
    let circle = text(&ada.post("/api/me/offerings", &circle).await.expect(201), "id");
    let full = at(&circle, day_later + 4 * hour_ms);
    for stranger in &strangers {
        stranger.post("/api/bookings", &full).await.expect(201);
    }
    let wait = text(&bo.post("/api/waitlist", &full).await.expect(201), "id");

    let mut cases = Vec::new();
    let mut case = |method: &Method, route, id: &str, body: Value, reach| {
        cases.push(Case { method: method.clone(), route, id: id.to_owned(), body, reach });
    };
    let (get, post, put, delete) = (&Method::GET, &Method::POST, &Method::PUT, &Method::DELETE);
    let none = || Value::Null;
    let later = || json!({"starts_at_ms": starts_at_ms + day_ms});
    case(get, "/api/bookings/{id}", &booking, none(), Reach::Owner);
    case(get, "/api/bookings/{id}/calendar.ics", &booking, none(), Reach::Owner);
    case(post, "/api/bookings/{id}/cancel", &booking, json!({"reason": ""}), Reach::Owner);
    case(post, "/api/bookings/{id}/reschedule", &booking, later(), Reach::Owner);
    case(post, "/api/bookings/{id}/confirm", &held, json!({}), Reach::Owner);
    case(post, "/api/bookings/{id}/release", &held, none(), Reach::Owner);
    case(post, "/api/bookings/{id}/series", &held, weekly, Reach::Owner);
    case(get, "/api/series/{id}", &series, none(), Reach::Owner);
    case(post, "/api/bookings/{id}/proposal", &booking, json!({"starts_at_ms": [day_later]}), Reach::Owner);
    case(post, "/api/bookings/{id}/proposal/accept", &booking, later(), Reach::Owner);
    case(post, "/api/bookings/{id}/proposal/decline", &booking, json!({}), Reach::Owner);
    case(delete, "/api/waitlist/{id}", &wait, none(), Reach::Owner);
    let why = || json!({"reason": "Because"});
    case(get, "/api/bookings/{id}/attendance", &booking, none(), Reach::Owner);
    case(post, "/api/bookings/{id}/dispute", &booking, why(), Reach::Owner);
    case(get, "/api/bookings/{id}/review", &booking, none(), Reach::Owner);
    case(put, "/api/bookings/{id}/review", &booking, json!({"rating": 1, "text": "Mine"}), Reach::Owner);
    case(get, "/api/mentors/{slug}/reviews", &slug, none(), Reach::Anyone);
    case(get, "/api/mentors/{slug}/next-openings", &slug, none(), Reach::Anyone);
    case(post, "/api/admin/mentors/{user_id}/withdraw", &ada_id, why(), Reach::Administrator);
    // Of whom a review is tests/reviews.rs knows: here nobody has one.
    case(put, "/api/reviews/{id}/reply", UNKNOWN, json!({"text": "Mine"}), Reach::Owner);
    case(post, "/api/reviews/{id}/reports", UNKNOWN, why(), Reach::Asker);
    case(get, "/api/admin/disputes/{booking_id}/attendance", &booking, none(), Reach::Administrator);
    case(post, "/api/admin/disputes/{booking_id}/uphold", &booking, why(), Reach::Administrator);
    let changed = json!({"reason": "Because", "outcome": "completed"});
    case(post, "/api/admin/disputes/{booking_id}/overturn", &booking, changed, Reach::Administrator);
    case(post, "/api/admin/reviews/{id}/hide", UNKNOWN, why(), Reach::Administrator);
    case(post, "/api/admin/reviews/{id}/restore", UNKNOWN, why(), Reach::Administrator);
    case(post, "/api/admin/reviews/{id}/keep", UNKNOWN, why(), Reach::Administrator);
    case(put, "/api/me/offerings/{id}", &offering, terms("Mine now"), Reach::Owner);
    case(get, "/api/offerings/{id}/openings", &offering, none(), Reach::Anyone);
    case(get, "/api/sessions/{id}", &text(&session, "id"), none(), Reach::Owner);
    case(post, "/api/sessions/{id}/end", &text(&session, "id"), none(), Reach::Owner);
    // Only who knows the code can be here; what it says is for the whole link.
    case(get, "/api/join/{join_code}", "no-such-code", none(), Reach::Anyone);
    case(post, "/api/join/{join_code}", &code, json!({"name": "X"}), Reach::Booked);
    case(delete, "/api/me/logins/{id}", &login, none(), Reach::Owner);
    case(delete, "/api/me/identities/{provider}", "google", none(), Reach::Asker);
    case(put, "/api/me/saved-mentors/{mentor_id}", &ada_id, none(), Reach::Asker);
    case(delete, "/api/me/saved-mentors/{mentor_id}", &ada_id, none(), Reach::Asker);
    case(get, "/api/mentors/{slug}", &slug, none(), Reach::Anyone);
    case(get, "/api/mentors/{slug}/offerings", &slug, none(), Reach::Anyone);
    case(get, "/api/pictures/{name}", "no-such-picture", none(), Reach::Anyone);
    case(post, "/api/accounts/providers/{id}/begin", "google", none(), Reach::Anyone);
    case(post, "/api/admin/mentor-applications/{user_id}/approve", &bo_id, none(), Reach::Administrator);
    case(
        post,
        "/api/admin/mentor-applications/{user_id}/decline",
        &bo_id,
        json!({"reason": "No"}),
        Reach::Administrator,
    );
    Cast { ada, bo, strangers, cases }
}
