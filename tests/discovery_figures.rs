//! Search by what is no word: price, rating, zone and the next openings.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::booking::{HOUR_MS, always, book, cancel, mentor_with, offer};
use crate::both_engines;
use crate::discovery::{find, mentor, names};
use crate::mentors::{profile, save};
use crate::reviews::{attended, write};
use crate::world::{Browser, World};

/// Search looks at what changed by itself every few seconds; here it does so now.
async fn refresh(world: &World) {
    world.state().discovery.refresh().await.expect("refreshed");
}

async fn set_hours(mentor: &Browser, time_zone: &str, weekly: Value) {
    let mut hours = always();
    hours["time_zone"] = json!(time_zone);
    hours["weekly"] = weekly;
    mentor.send(Method::PUT, "/api/me/availability", |request| request.json(&hours)).await.expect(200);
}

/// Always there, in this zone, for half an hour at this price and for a whole one that costs more.
async fn priced(world: &World, name: &str, time_zone: &str, price_minor: i64, notice_hours: i64) -> (Browser, String) {
    let browser = mentor(world, name, "Rust", &["Rust"], &["en"]).await;
    set_hours(&browser, time_zone, always()["weekly"].clone()).await;
    let notice = notice_hours * 60;
    let long =
        json!({"title": "Long", "minutes": 60, "price_minor": price_minor + 100_000, "minimum_notice_minutes": notice});
    offer(&browser, long).await;
    let short = json!({"title": "Short", "minutes": 30, "price_minor": price_minor, "minimum_notice_minutes": notice});
    let short = offer(&browser, short).await;
    (browser, short)
}

/// Ada is free and there soonest, Mira in nine days, Tom tomorrow; Zoe has no hours and Bare nothing to book.
async fn five(world: &World) {
    priced(world, "Ada", "Europe/Paris", 0, 2).await;
    priced(world, "Mira", "Europe/Zagreb", 5_000, 9 * 24).await;
    priced(world, "Tom", "Europe/Paris", 9_000, 26).await;
    let (zoe, _) = priced(world, "Zoe", "UTC", 20_000, 2).await;
    set_hours(&zoe, "UTC", json!([])).await;
    mentor(world, "Bare", "Rust", &["Rust"], &["fr"]).await;
    refresh(world).await;
}

/// When the next opening of somebody starts, as lists say it.
async fn soonest(world: &World, name: &str) -> Option<i64> {
    refresh(world).await;
    let found = world.browser().get("/api/mentors?sort=soonest").await.expect(200);
    let items = found["items"].as_array().expect("items");
    items.iter().find(|card| card["display_name"] == name).and_then(|card| card["soonest_opening_ms"].as_i64())
}

both_engines! {
    async fn figures_narrow_and_sort(world: World) {
        five(&world).await;
        for (query, expected) in [
            ("price_max=0", &["Ada"][..]),
            ("price_max=5000", &["Mira", "Ada"]),
            ("price_min=1&price_max=9000", &["Tom", "Mira"]),
            ("price_min=30000", &[]),
            ("price_min=9000&price_max=1", &[]),
            ("time_zone=Europe%2FParis", &["Tom", "Ada"]),
            ("time_zone=europe%2Fparis&price_max=100", &["Ada"]),
            ("time_zone=Asia%2FTokyo", &[]),
            ("free_this_week=1", &["Tom", "Ada"]),
            ("free_this_week=false&price_max=0", &["Ada"]),
            ("free_this_week=true&q=rust&price_min=1", &["Tom"]),
            ("sort=price", &["Ada", "Mira", "Tom", "Zoe"]),
            ("sort=price&language=en&q=ru", &["Ada", "Mira", "Tom", "Zoe"]),
            ("sort=price&language=fr", &[]),
            ("sort=price&price_min=1&free_this_week=1", &["Tom"]),
            ("sort=soonest", &["Ada", "Tom", "Mira"]),
            ("sort=soonest&time_zone=Europe%2FParis", &["Ada", "Tom"]),
            ("sort=relevance&q=nobody", &[]),
            ("rating_min=1", &[]),
            ("sort=rating&language=fr", &["Bare"]),
            ("price_min=&price_max=&rating_min=&free_this_week=&time_zone=", &["Bare", "Zoe", "Tom", "Mira", "Ada"]),
        ] {
            assert_eq!(find(&world, query).await, expected, "{query}");
        }
        let found = world.browser().get("/api/mentors?sort=price").await.expect(200);
        assert_eq!(found["items"][1]["price"], json!({"minor": 5_000, "currency": "EUR"}));
        let zones = &found["facets"]["time_zones"];
        assert_eq!(zones[0], json!({"value": "Europe/Paris", "label": "Europe/Paris", "mentors": 2}));
        let bare = &world.browser().get("/api/mentors?language=fr").await.expect(200)["items"][0];
        for nothing in ["price", "rating", "soonest_opening_ms"] {
            assert_eq!(bare[nothing], Value::Null, "{nothing}");
        }
    }

    async fn sorted_pages_follow_each_other(world: World) {
        five(&world).await;
        for query in [
            "sort=price", "sort=soonest", "sort=rating", "sort=price&q=rust", "sort=rating&price_min=0",
            "sort=rating&price_min=1", "price_min=0", "q=rust&price_min=0",
        ] {
            let (mut cursor, mut seen) = (String::new(), Vec::new());
            loop {
                let page = world.browser().get(&format!("/api/mentors?{query}&limit=1{cursor}")).await.expect(200);
                seen.extend(names(&page).into_iter().map(str::to_owned));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen, find(&world, query).await, "{query}");
        }
        let page = world.browser().get("/api/mentors?sort=price&limit=2").await.expect(200);
        let cursor = page["next_cursor"].as_str().expect("more");
        for other in ["sort=soonest", "sort=relevance", "q=rust"] {
            let path = format!("/api/mentors?{other}&cursor={cursor}");
            world.browser().get(&path).await.problem(400, "cursor_invalid");
        }
    }

    async fn what_no_search_can_mean_is_refused(world: World) {
        for bad in [
            "sort=odd", "price_max=cheap", "price_min=-1", "price_max=1.5", "price_max=99999999999999999999", "rating_min=x",
            "rating_min=0.9", "rating_min=5.1", "rating_min=NaN", "free_this_week=maybe", "time_zone=%00", "time_zone=Nowhere",
            "price_min=1&price_min=2",
        ] {
            world.browser().get(&format!("/api/mentors?{bad}")).await.problem(400, "query_invalid");
        }
    }

    async fn what_is_booked_or_over_is_no_next_opening(world: World) {
        let (ada, short) = priced(&world, "Ada", "Europe/Paris", 0, 2).await;
        let bo = world.person("Bo").await;
        let first = soonest(&world, "Ada").await.expect("an opening");
        assert_eq!(first, world.now_ms() + 2 * HOUR_MS);
        let next = async |limit: usize| {
            let next = world.browser().get(&format!("/api/mentors/ada/next-openings?limit={limit}")).await.expect(200);
            next["items"].as_array().expect("items").clone()
        };
        let starts: Vec<_> = next(3).await.iter().map(|item| item["starts_at_ms"].clone()).collect();
        assert_eq!(starts, [json!(first), json!(first), json!(first + HOUR_MS / 2)], "both at once, then the shorter again");
        let booking = book(&bo, &short, first).await.expect(201);
        assert_eq!(soonest(&world, "Ada").await, Some(first + HOUR_MS / 2));
        assert_eq!(next(1).await[0]["starts_at_ms"], first + HOUR_MS / 2);
        assert_eq!((&next(1).await[0]["title"], &next(1).await[0]["price_minor"]), (&json!("Short"), &json!(0)));
        cancel(&ada, &booking).await.expect(200);
        assert_eq!(soonest(&world, "Ada").await, Some(first));
        // Nobody did anything, and yet it is too late for the first.
        world.advance(Duration::from_secs(12 * 3_600));
        assert_eq!(soonest(&world, "Ada").await, Some(world.now_ms() + 2 * HOUR_MS));
        for path in ["/api/mentors/nobody/next-openings", "/api/mentors/%00/next-openings"] {
            world.browser().get(path).await.problem(404, "not_found");
        }
        world.browser().get("/api/mentors/ada/next-openings?limit=x").await.problem(400, "query_invalid");
    }

    async fn a_full_group_session_is_no_next_opening(world: World) {
        let (ada, circle) = mentor_with(&world, "Ada", json!({"title": "A circle", "minutes": 60, "seats": 2})).await;
        save(&ada, &profile("Rust")).await.expect(200);
        world.settle().await;
        let first = soonest(&world, "Ada").await.expect("an opening");
        book(&world.person("Bo").await, &circle, first).await.expect(201);
        assert_eq!(soonest(&world, "Ada").await, Some(first), "there is a seat left");
        book(&world.person("Eve").await, &circle, first).await.expect(201);
        assert_eq!(soonest(&world, "Ada").await, Some(first + HOUR_MS));
    }

    async fn who_moves_is_found_in_the_other_zone(world: World) {
        let (ada, _) = priced(&world, "Ada", "Europe/Paris", 0, 2).await;
        refresh(&world).await;
        assert_eq!(find(&world, "time_zone=Europe%2FParis").await, ["Ada"]);
        set_hours(&ada, "America/Bogota", always()["weekly"].clone()).await;
        refresh(&world).await;
        assert_eq!(find(&world, "time_zone=Europe%2FParis").await, Vec::<String>::new());
        assert_eq!(find(&world, "time_zone=America%2FBogota&q=rust").await, ["Ada"]);
    }

    async fn changes_are_known_until_they_are_dealt_with(world: World) {
        let (ada, _) = priced(&world, "Ada", "Europe/Paris", 0, 2).await;
        refresh(&world).await;
        let availability = &world.state().availability;
        let changed = async || availability.changed(10).await.expect("reads");
        assert!(changed().await.is_empty());
        set_hours(&ada, "UTC", json!([])).await;
        let taken = changed().await;
        assert_eq!(taken.len(), 1);
        // Whoever took it and did not come to an end takes it again; what changed since is known afterwards, too.
        assert_eq!(changed().await, taken);
        set_hours(&ada, "UTC", always()["weekly"].clone()).await;
        availability.looked_at(&taken).await.expect("writes");
        assert_eq!(changed().await, taken);
        refresh(&world).await;
        assert!(changed().await.is_empty());
    }

    async fn ratings_are_found_and_sorted_by(world: World) {
        let (ada, offering) = mentor_with(&world, "Ada", json!({"title": "Half an hour", "minutes": 30})).await;
        save(&ada, &profile("Rust")).await.expect(200);
        mentor(&world, "Mira", "Rust", &["Rust"], &["en"]).await;
        let bo = world.person("Bo").await;
        let ids = attended(&world, &ada, &offering, &[&bo]).await;
        write(&bo, &ids[0], 5, "").await.expect(200);
        world.settle().await;
        assert_eq!(find(&world, "sort=rating").await, ["Ada", "Mira"]);
        assert_eq!(find(&world, "rating_min=4.1").await, ["Ada"]);
        assert_eq!(find(&world, "rating_min=4.2").await, Vec::<String>::new());
        let card = &world.browser().get("/api/mentors?sort=rating").await.expect(200)["items"][0];
        assert_eq!((&card["rating"], &card["reviews"]), (&json!(4.166), &json!(1)));
        write(&bo, &ids[0], 1, "").await.expect(200);
        world.settle().await;
        assert_eq!(find(&world, "rating_min=4").await, Vec::<String>::new());
        assert_eq!(find(&world, "rating_min=3.5&sort=price").await, ["Ada"]);
    }
}
