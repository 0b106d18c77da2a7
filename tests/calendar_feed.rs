//! The secret address under which somebody's calendar finds their bookings.

use reqwest::Method;
use serde_json::{Value, json};

use crate::booking::{book, cancel, mentor_with, text};
use crate::booking_waitlist::{Full, full};
use crate::both_engines;
use crate::world::{Answer, Browser, World};

const HOUR_MS: i64 = 3_600_000;

/// Makes an address; its path.
async fn feed(who: &Browser) -> String {
    let url = text(&who.press("/api/me/calendar-feed").await.expect(201), "url");
    url[url.find("/calendar/").expect("a path")..].to_owned()
}

async fn read(world: &World, path: &str, etag: Option<&str>) -> Answer {
    let guest = world.browser();
    guest
        .send(Method::GET, path, |request| match etag {
            Some(etag) => request.header("if-none-match", etag),
            None => request,
        })
        .await
}

fn etag(answer: &Answer) -> String {
    answer.headers.get("etag").expect("a tag").to_str().expect("text").to_owned()
}

both_engines! {
    async fn a_calendar_follows_what_becomes_of_a_booking(world: World) {
        let (mentor, offering) = mentor_with(&world, "Ada", json!({"title": "Rust; and more", "minutes": 30})).await;
        let mentee = world.person("Bo").await;
        assert_eq!(mentee.get("/api/me/calendar-feed").await.expect(200)["url"], Value::Null);
        let (of_mentee, of_mentor) = (feed(&mentee).await, feed(&mentor).await);
        let empty = read(&world, &of_mentee, None).await;
        assert_eq!(empty.status, 200, "{}", empty.text);
        assert_eq!(empty.headers.get("content-type").expect("a type"), "text/calendar; charset=utf-8");
        assert!(!empty.text.contains("VEVENT"), "{}", empty.text);

        let midnight = (world.now_ms() / (24 * HOUR_MS) + 2) * 24 * HOUR_MS;
        let booking = book(&mentee, &offering, midnight).await.expect(201);
        let uid = format!("UID:{}@facementor\r\n", text(&booking, "id"));
        let first = read(&world, &of_mentee, Some(&etag(&empty))).await;
        for line in [uid.as_str(), "SEQUENCE:0\r\n", "STATUS:CONFIRMED\r\n", "SUMMARY:Rust\\; and more: Ada and Bo\r\n"] {
            assert!(first.text.contains(line), "{line} in {}", first.text);
        }
        assert!(!first.text.contains("mailto:"), "nobody's address: {}", first.text);
        assert!(read(&world, &of_mentor, None).await.text.contains(&uid));
        // The same until something changes, whenever one asks.
        world.advance(std::time::Duration::from_secs(300));
        let same = read(&world, &of_mentee, Some(&etag(&first))).await;
        assert_eq!((same.status.as_u16(), same.text.as_str()), (304, ""));
        assert_eq!(read(&world, &of_mentee, Some("*")).await.status, 304);
        assert_eq!(read(&world, &of_mentee, Some(&format!("\"x\", W/{}", etag(&first)))).await.status, 304);

        let path = format!("/api/bookings/{}", text(&booking, "id"));
        mentee.post(&format!("{path}/reschedule"), &json!({"starts_at_ms": midnight + HOUR_MS})).await.expect(200);
        let moved = read(&world, &of_mentee, Some(&etag(&first))).await;
        assert!(moved.text.contains(&uid) && moved.text.contains("SEQUENCE:1\r\n"), "{}", moved.text);
        mentee.post(&format!("{path}/cancel"), &json!({})).await.expect(200);
        let cancelled = read(&world, &of_mentee, Some(&etag(&moved))).await;
        for line in [uid.as_str(), "SEQUENCE:2\r\n", "STATUS:CANCELLED\r\n"] {
            assert!(cancelled.text.contains(line), "{line} in {}", cancelled.text);
        }
        // What is read here is what a calendar program would be told.
        let zone = jiff::tz::TimeZone::UTC;
        let at = |ms: i64| jiff::Timestamp::from_millisecond(ms).expect("an instant");
        let range = (at(midnight - 24 * HOUR_MS), at(midnight + 24 * HOUR_MS));
        let reading = ical::Reading { zone, range, kind: ical::Kind::Own, is_ours: &|_| false };
        let times = |text: &str| ical::busy(text.as_bytes(), &reading).expect("a calendar").times;
        assert_eq!(times(&moved.text), [(at(midnight + HOUR_MS), at(midnight + HOUR_MS + HOUR_MS / 2))]);
        assert_eq!(times(&cancelled.text), []);
    }

    async fn a_group_is_one_event_of_its_mentors(world: World) {
        let Full { at, ada, seated: [(bo, bos), (eve, eves)], .. } = full(&world).await;
        let (of_ada, of_eve) = (feed(&ada).await, feed(&eve).await);
        let events = async |path: &str| -> Vec<(String, String, i64, String)> {
            let calendar = read(&world, path, None).await.text.replace("\r\n ", "");
            let of = |event: &str, name: &str| -> String {
                let line = event.lines().find_map(|line| line.strip_prefix(name));
                line.expect("a property").to_owned()
            };
            let event = |event: &str| (of(event, "UID:"), of(event, "SUMMARY:"), of(event, "SEQUENCE:").parse().expect("a number"), of(event, "STATUS:"));
            calendar.split("BEGIN:VEVENT").skip(1).map(event).collect()
        };
        let session = format!("{}@facementor", text(&bos, "session_id"));
        let first = events(&of_ada).await;
        let [(uid, summary, sequence, status)] = &first[..] else { panic!("{first:?}") };
        assert_eq!((uid, summary.as_str(), status.as_str()), (&session, "A circle: Bo and Eve", "CONFIRMED"));
        let [(uid, summary, _, _)] = &events(&of_eve).await[..] else { panic!() };
        assert_eq!((uid, summary.as_str()), (&format!("{}@facementor", text(&eves, "id")), "A circle: Ada and Eve"));
        // Who leaves is not there any more; whoever is last takes the session along.
        world.advance(std::time::Duration::from_secs(2));
        cancel(&bo, &bos).await.expect(200);
        let fewer = events(&of_ada).await;
        assert_eq!((fewer.len(), fewer[0].1.as_str(), fewer[0].3.as_str()), (1, "A circle: Eve", "CONFIRMED"));
        assert!(fewer[0].2 > *sequence, "{fewer:?}");
        ada.post(&format!("{}/reschedule", crate::booking::path(&eves)), &json!({"starts_at_ms": at + HOUR_MS})).await.expect(200);
        cancel(&eve, &eves).await.expect(200);
        let over = read(&world, &of_ada, None).await;
        assert!(over.text.contains("STATUS:CANCELLED") && !over.text.contains("CONFIRMED"), "{}", over.text);
    }

    async fn an_address_works_until_it_is_replaced(world: World) {
        let (bo, eve) = (world.person("Bo").await, world.person("Eve").await);
        let (first, other) = (feed(&bo).await, feed(&eve).await);
        assert!(first.len() > 50 && first != other);
        // It is shown again, to its owner.
        assert!(text(&bo.get("/api/me/calendar-feed").await.expect(200), "url").ends_with(&first));
        let second = feed(&bo).await;
        read(&world, &first, None).await.problem(404, "not_found");
        assert_eq!(read(&world, &second, None).await.status, 200);
        bo.delete("/api/me/calendar-feed").await.expect(204);
        bo.delete("/api/me/calendar-feed").await.expect(204);
        read(&world, &second, None).await.problem(404, "not_found");
        assert_eq!(read(&world, &other, None).await.status, 200);
        let cut = other.trim_end_matches(".ics");
        for path in ["/calendar/x.ics", "/calendar/.ics", "/calendar/%00.ics", cut, &cut[..cut.len() - 1]] {
            read(&world, path, None).await.problem(404, "not_found");
        }
        world.browser().get("/api/me/calendar-feed").await.problem(401, "unauthenticated");
    }
}
