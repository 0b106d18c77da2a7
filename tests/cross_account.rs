//! Whose is it? Every route with a parameter in its path, asked by whom it is none of their business.
//!
//! The table must name every such route of the OpenAPI document: a new one without a line here fails.

use std::collections::BTreeSet;
use std::time::Duration;

use facementor::kernel::ids::CalendarId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::booking::{always, book, text};
use crate::both_engines;
use crate::world::{Answer, Browser, World};

/// Stands in everything private; nobody else's answer may hold it.
const SECRET: &str = "Zanzibar";
/// An id of nobody's.
const UNKNOWN: &str = "0198c5b2-0000-7000-8000-000000000001";
/// A passkey of Ada's.
const PASSKEY: &str = "0198c5b2-0000-7000-8000-000000000002";
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
    /// What stands for the parameter, an object of the owner's; for two of them with a space between.
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
    let (mut path, mut ids) = (case.route.to_owned(), id.split(' ').cycle());
    while let Some(start) = path.find('{') {
        let end = path.find('}').expect("its end") + 1;
        path.replace_range(start..end, ids.next().expect("an id"));
    }
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
        (
            &cast.ada,
            &[
                "/api/me/offerings",
                "/api/me/availability",
                "/api/sessions",
                "/api/me/saved-mentors",
                "/api/me/passkeys",
            ][..],
        ),
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
    // No authenticator makes passkeys for a bare address: the row itself.
    let owner = &ada_id;
    let insert = world.state().kernel.db.write(|mut tx| {
        Box::pin(async move {
            let sql = "INSERT INTO passkeys (id, user_id, credential_id, public_key, sign_count, transports, name,
                         created_at_ms) VALUES ($1, $2, 'c', 'k', 0, '[]', $3, 0)";
            sqlx::query(sql).bind(PASSKEY).bind(owner).bind(SECRET).execute(&mut *tx).await.map(|_| ())
        })
    });
    insert.await.expect("a row");
    // What is written beside their session, and a calendar of Ada's.
    let beside = text(&booked, "session_id");
    let notes = format!("/api/sessions/{beside}/notes");
    put(&ada, &format!("{notes}/shared"), &json!({"text": SECRET, "version": 0})).await;
    let done = bo.post(&format!("/api/sessions/{beside}/actions"), &json!({"text": SECRET})).await.expect(201);
    let action = format!("{beside} {}", text(&done, "id"));
    let path = format!("/api/sessions/{beside}/attachments?name=a.txt");
    let file = bo.send(Method::POST, &path, |request| request.body(SECRET)).await.expect(201);
    let file = format!("{beside} {}", text(&file, "id"));
    let calendar = calendar(world, &ada_id).await;
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
    case(delete, "/api/me/calendars/{id}", &calendar, none(), Reach::Owner);
    case(post, "/api/me/calendars/{id}/refresh", &calendar, none(), Reach::Owner);
    case(get, "/calendar/{file}", "no-such-feed.ics", none(), Reach::Anyone);
    let write = || json!({"text": "Mine now", "version": 1});
    case(get, "/api/sessions/{id}/notes", &beside, none(), Reach::Owner);
    case(put, "/api/sessions/{id}/notes/shared", &beside, write(), Reach::Owner);
    case(put, "/api/sessions/{id}/notes/own", &beside, write(), Reach::Owner);
    case(post, "/api/sessions/{id}/actions", &beside, write(), Reach::Owner);
    case(put, "/api/sessions/{id}/actions/{action}", &action, write(), Reach::Owner);
    case(delete, "/api/sessions/{id}/actions/{action}", &action, none(), Reach::Owner);
    case(post, "/api/sessions/{id}/attachments", &beside, none(), Reach::Owner);
    case(get, "/api/sessions/{id}/attachments/{attachment}", &file, none(), Reach::Owner);
    case(delete, "/api/sessions/{id}/attachments/{attachment}", &file, none(), Reach::Owner);
    // Only who knows the code can be here; what it says is for the whole link.
    case(get, "/api/join/{join_code}", "no-such-code", none(), Reach::Anyone);
    case(post, "/api/join/{join_code}", &code, json!({"name": "X"}), Reach::Booked);
    case(delete, "/api/me/logins/{id}", &login, none(), Reach::Owner);
    case(delete, "/api/me/identities/{provider}", "google", none(), Reach::Asker);
    case(put, "/api/me/passkeys/{id}", PASSKEY, json!({"name": "Mine now"}), Reach::Owner);
    case(delete, "/api/me/passkeys/{id}", PASSKEY, none(), Reach::Owner);
    case(put, "/api/me/saved-mentors/{mentor_id}", &ada_id, none(), Reach::Asker);
    case(delete, "/api/me/saved-mentors/{mentor_id}", &ada_id, none(), Reach::Asker);
    case(get, "/api/mentors/{slug}", &slug, none(), Reach::Anyone);
    case(get, "/api/mentors/{slug}/offerings", &slug, none(), Reach::Anyone);
    case(get, "/api/pictures/{name}", "no-such-picture", none(), Reach::Anyone);
    case(post, "/api/accounts/providers/{id}/begin", "google", none(), Reach::Anyone);
    let read = json!({"version": 1});
    case(post, "/api/admin/mentor-applications/{user_id}/approve", &bo_id, read, Reach::Administrator);
    case(
        post,
        "/api/admin/mentor-applications/{user_id}/decline",
        &bo_id,
        json!({"reason": "No"}),
        Reach::Administrator,
    );
    Cast { ada, bo, strangers, cases }
}

/// A calendar that keeps somebody busy, as if it had been read.
async fn calendar(world: &World, mentor: &str) -> String {
    let kernel = &world.state().kernel;
    let id = &CalendarId::generate(&kernel.random, &kernel.clock).to_string();
    let sql = "INSERT INTO busy_calendars (id, mentor_id, source, kind, name, secret, fingerprint, created_at_ms,
                 checked_at_ms, read_at_ms, due_at_ms, failures, whole_at_ms, events, left_out)
               VALUES ($1, $2, 'feed', 'own', $3, 'x', 'x', 0, 0, 0, $4, 0, 0, 0, 0)";
    kernel
        .db
        .write(|mut tx| {
            Box::pin(async move {
                sqlx::query(sql).bind(id).bind(mentor).bind(SECRET).bind(i64::MAX).execute(&mut *tx).await
            })
        })
        .await
        .expect("stored");
    id.clone()
}
