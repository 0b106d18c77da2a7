//! Search, facets and saved mentors.

use reqwest::Method;
use serde_json::{Value, json};

use crate::booking::mentor_with;
use crate::both_engines;
use crate::mentors::{profile, save};
use crate::reviews::{attended, write};
use crate::world::{Browser, World};

async fn mentor(world: &World, name: &str, headline: &str, skills: &[&str], languages: &[&str]) -> Browser {
    let mentor = world.mentor(name).await;
    let mut profile = profile(headline);
    profile["about"] = json!("Mentoring in plain words.");
    profile["experience"] = json!("");
    profile["skills"] = json!(skills);
    profile["languages"] = json!(languages);
    save(&mentor, &profile).await.expect(200);
    world.settle().await;
    mentor
}

async fn three(world: &World) {
    mentor(world, "Ada", "Systems programming", &["Rust", "System design"], &["en", "fr"]).await;
    mentor(world, "Mira", "Rust and résumés", &["Product design"], &["en", "hr"]).await;
    mentor(world, "Tom", "Rustic furniture", &["Woodwork", "C++"], &["de"]).await;
}

fn names(found: &Value) -> Vec<&str> {
    found["items"].as_array().expect("items").iter().filter_map(|card| card["display_name"].as_str()).collect()
}

async fn find(world: &World, query: &str) -> Vec<String> {
    let found = world.browser().get(&format!("/api/mentors?{query}")).await.expect(200);
    names(&found).into_iter().map(str::to_owned).collect()
}

both_engines! {
    async fn words_find_mentors_the_best_first(world: World) {
        three(&world).await;
        // A skill says more than a headline; a word typed whole more than the beginning of another.
        assert_eq!(find(&world, "q=rust").await, ["Ada", "Mira", "Tom"]);
        assert_eq!(find(&world, "q=RUSTI").await, ["Tom"]);
        assert_eq!(find(&world, "q=resum%C3%A9").await, ["Mira"]);
        assert_eq!(find(&world, "q=rust+design").await.len(), 2);
        // The rarer word ranks: both design, and who came last is first.
        assert_eq!(find(&world, "q=design+rust").await, ["Mira", "Ada"]);
        assert_eq!(find(&world, "q=rusti+design").await, Vec::<String>::new(), "only the last word may be a beginning");
        assert_eq!(find(&world, "q=c%2B%2B").await, ["Tom"]);
        assert_eq!(find(&world, "q=mira").await, ["Mira"]);
        assert_eq!(find(&world, "q=nobody").await, Vec::<String>::new());
        assert_eq!(find(&world, "q=the+rust").await, ["Ada", "Mira", "Tom"]);
        assert_eq!(find(&world, "").await, ["Tom", "Mira", "Ada"], "the newest first");
    }

    async fn filters_narrow_and_are_counted(world: World) {
        three(&world).await;
        let found = world.browser().get("/api/mentors?q=design&language=en&limit=1").await.expect(200);
        assert_eq!(found["facets"]["languages"][0], json!({"value": "en", "label": "en", "mentors": 2}));
        let skills = found["facets"]["skills"].as_array().expect("facets");
        let system = json!({"value": "system-design", "label": "System design", "mentors": 1});
        assert!(skills.contains(&system), "{skills:?}");
        assert_eq!(find(&world, "skill=system-design").await, ["Ada"]);
        assert_eq!(find(&world, "skill=C%2B%2B&language=de").await, ["Tom"]);
        assert_eq!(find(&world, "language=de&q=design").await, Vec::<String>::new());
        assert_eq!(find(&world, "language=en&q=rust").await, ["Ada", "Mira"]);
        assert_eq!(find(&world, "language=%00&skill=%00").await, Vec::<String>::new());
        assert_eq!(find(&world, "language=&skill=&q=").await.len(), 3);
    }

    async fn pages_follow_each_other_without_gaps_or_repeats(world: World) {
        for number in 0..7 {
            let headline = if number % 2 == 0 { "Rustacean" } else { "Rust rustic rusty" };
            mentor(&world, &format!("Person{number}"), headline, &["Rust"], &["en"]).await;
        }
        // Rarer than the word: read another way, in the same order.
        mentor(&world, "Elsewhere", "Rust rusty", &["Rust"], &["fr"]).await;
        for query in ["q=rus", "q=rust", "language=en", "q=rus&language=en", "q=rust&language=en", ""] {
            let mut seen = Vec::new();
            let mut cursor = None::<String>;
            loop {
                let after = cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
                let page = world.browser().get(&format!("/api/mentors?limit=2&{query}{after}")).await.expect(200);
                assert_eq!(page["facets"].is_null(), cursor.is_some());
                seen.extend(names(&page).into_iter().map(str::to_owned));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = Some(next.to_owned());
                // Whoever comes meanwhile moves nobody.
                if seen.len() == 2 {
                    mentor(&world, &format!("Late{}", query.replace(['=', '&'], "")), "Nothing of it", &["Other"], &["fr"]).await;
                }
            }
            let whole = find(&world, &format!("limit=100&{query}")).await;
            let whole: Vec<_> = whole.into_iter().filter(|name| !query.is_empty() || seen.contains(name)).collect();
            assert_eq!(seen, whole, "{query}");
            assert!(seen.len() >= 7, "{query}: {seen:?}");
        }
        world.browser().get("/api/mentors?cursor=nonsense").await.problem(400, "cursor_invalid");
        world.browser().get("/api/mentors?limit=x").await.problem(400, "query_invalid");
    }

    async fn a_changed_profile_is_found_by_its_new_words_only(world: World) {
        let ada = mentor(&world, "Ada", "Systems", &["Rust"], &["en"]).await;
        mentor(&world, "Mira", "Systems", &["Rust"], &["en"]).await;
        let mut new = profile("Gardening");
        new["skills"] = json!(["Roses"]);
        new["about"] = json!("Green.");
        new["experience"] = json!("");
        save(&ada, &new).await.expect(200);
        world.settle().await;
        assert_eq!(find(&world, "q=systems").await, ["Mira"]);
        assert_eq!(find(&world, "q=roses").await, ["Ada"]);
        let facets = world.browser().get("/api/mentors").await.expect(200)["facets"]["skills"].clone();
        assert_eq!(facets, json!([
            {"value": "rust", "label": "Rust", "mentors": 1},
            {"value": "roses", "label": "Roses", "mentors": 1},
        ]));
    }

    async fn search_is_built_anew_from_the_profiles(world: World) {
        three(&world).await;
        let before = world.browser().get("/api/mentors?q=design").await.expect(200);
        assert_eq!(world.state().discovery.rebuild().await.expect("rebuilt"), 3);
        assert_eq!(world.browser().get("/api/mentors?q=design").await.expect(200), before);
    }

    async fn applicants_are_not_found(world: World) {
        save(&world.person("Bo").await, &profile("Rust")).await.expect(200);
        mentor(&world, "Ada", "Rust", &["Rust"], &["en"]).await;
        world.mentor("Nameless").await;
        world.settle().await;
        assert_eq!(find(&world, "q=rust").await, ["Ada"]);
        assert_eq!(find(&world, "").await, ["Ada"]);
    }

    async fn mentors_are_saved_for_oneself(world: World) {
        three(&world).await;
        let (bo, eve) = (world.person("Bo").await, world.person("Eve").await);
        let found = bo.get("/api/mentors").await.expect(200);
        let path = |index: usize| format!("/api/me/saved-mentors/{}", found["items"][index]["id"].as_str().expect("an id"));
        let put = async |browser: &Browser, path: &str| browser.send(reqwest::Method::PUT, path, |request| request).await;
        for index in [0, 0, 2] {
            put(&bo, &path(index)).await.expect(204);
            world.advance(std::time::Duration::from_secs(1));
        }
        assert_eq!(names(&bo.get("/api/me/saved-mentors").await.expect(200)), ["Ada", "Tom"]);
        assert_eq!(names(&eve.get("/api/me/saved-mentors").await.expect(200)), Vec::<&str>::new());
        eve.delete(&path(0)).await.expect(204);
        bo.delete(&path(2)).await.expect(204);
        bo.delete(&path(2)).await.expect(204);
        assert_eq!(names(&bo.get("/api/me/saved-mentors").await.expect(200)), ["Tom"]);
        let me = bo.get("/api/me").await.expect(200)["user"]["id"].as_str().expect("an id").to_owned();
        put(&bo, &format!("/api/me/saved-mentors/{me}")).await.problem(404, "not_found");
        put(&bo, "/api/me/saved-mentors/nonsense").await.problem(404, "not_found");
        put(&world.browser(), &path(0)).await.problem(401, "unauthenticated");
        world.browser().get("/api/me/saved-mentors").await.problem(401, "unauthenticated");
    }

    async fn a_changed_name_is_found_at_once(world: World) {
        let ada = mentor(&world, "Ada", "Systems programming", &["Rust"], &["en"]).await;
        let body = json!({"display_name": "Countess Lovelace", "language": null, "time_zone": null});
        ada.send(Method::PUT, "/api/me/profile", |request| request.json(&body)).await.expect(200);
        world.settle().await;
        assert_eq!(find(&world, "q=lovelace").await, ["Countess Lovelace"]);
        assert_eq!(find(&world, "q=ada").await, Vec::<String>::new());
    }

    async fn figures_narrow_and_sort(world: World) {
        let all = [("Ada", 0, "Europe/Paris"), ("Mira", 5_000, "Europe/Zagreb"), ("Tom", 9_000, "Europe/Paris"), ("Zoe", 20_000, "UTC")];
        let mut people = Vec::new();
        for (name, price_minor, zone) in all {
            let browser = mentor(&world, name, "Rust", &["Rust"], &["en"]).await;
            let mut hours = crate::booking::always();
            hours["time_zone"] = json!(zone);
            if name == "Zoe" {
                hours["weekly"] = json!([]);
            }
            browser.send(Method::PUT, "/api/me/availability", |request| request.json(&hours)).await.expect(200);
            let notice = if name == "Mira" { 9 * 24 * 60 } else if name == "Tom" { 26 * 60 } else { 120 };
            let offering = json!({"title": "Short", "minutes": 30, "price_minor": price_minor, "minimum_notice_minutes": notice});
            // The cheapest counts.
            let dear = json!({"title": "Long", "minutes": 60, "price_minor": price_minor + 100_000, "minimum_notice_minutes": notice});
            crate::booking::offer(&browser, dear).await;
            let short = crate::booking::offer(&browser, offering).await;
            people.push((browser, short));
        }
        mentor(&world, "Bare", "Rust", &["Rust"], &["fr"]).await;
        let refresh = async || world.state().discovery.refresh().await.expect("refreshed");
        refresh().await;
        for (query, names) in [
            ("price_max=0", &["Ada"][..]),
            ("price_max=5000", &["Mira", "Ada"]),
            ("price_min=1&price_max=9000", &["Tom", "Mira"]),
            ("price_min=30000", &[]),
            ("time_zone=Europe%2FParis", &["Tom", "Ada"]),
            ("time_zone=Europe%2FParis&price_max=100", &["Ada"]),
            ("time_zone=%00", &[]),
            ("free_this_week=1", &["Tom", "Ada"]),
            ("free_this_week=true&q=rust&price_min=1", &["Tom"]),
            ("sort=price", &["Ada", "Mira", "Tom", "Zoe"]),
            ("sort=price&language=en&q=rust", &["Ada", "Mira", "Tom", "Zoe"]),
            ("sort=price&language=fr", &[]),
            ("sort=soonest", &["Ada", "Tom", "Mira"]),
            ("sort=soonest&time_zone=Europe%2FParis", &["Ada", "Tom"]),
            ("rating_min=1", &[]),
            ("sort=rating&language=fr", &["Bare"]),
        ] {
            assert_eq!(find(&world, query).await, names, "{query}");
        }
        let page = world.browser().get("/api/mentors?sort=price&limit=2").await.expect(200);
        assert_eq!(page["items"][1]["price"], json!({"minor": 5_000, "currency": "EUR"}));
        assert_eq!(page["facets"]["time_zones"][0], json!({"value": "Europe/Paris", "label": "Europe/Paris", "mentors": 2}));
        for query in ["sort=price", "sort=soonest", "sort=rating", "sort=price&q=rust"] {
            let (mut cursor, mut seen) = (String::new(), Vec::new());
            loop {
                let page = world.browser().get(&format!("/api/mentors?{query}&limit=1{cursor}")).await.expect(200);
                seen.extend(names(&page).into_iter().map(str::to_owned));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen, find(&world, query).await, "{query}");
        }
        let cursor = page["next_cursor"].as_str().expect("more");
        world.browser().get(&format!("/api/mentors?sort=soonest&cursor={cursor}")).await.problem(400, "cursor_invalid");
        for bad in ["sort=odd", "price_max=cheap", "rating_min=x"] {
            world.browser().get(&format!("/api/mentors?{bad}")).await.problem(400, "query_invalid");
        }

        // What is booked is no opening any more, and time that passes takes openings with it.
        let soonest = async |name: &str| {
            let found = world.browser().get("/api/mentors?sort=soonest").await.expect(200);
            let items = found["items"].as_array().expect("items");
            items.iter().find(|card| card["display_name"] == name).and_then(|card| card["soonest_opening_ms"].as_i64())
        };
        let (first, bo) = (soonest("Ada").await.expect("an opening"), world.person("Bo").await);
        let next = world.browser().get("/api/mentors/ada/next-openings?limit=2").await.expect(200);
        assert_eq!((&next["items"][0]["starts_at_ms"], next["items"].as_array().map(Vec::len)), (&json!(first), Some(2)));
        let (_, short) = &people[0];
        crate::booking::book(&bo, short, first).await.expect(201);
        refresh().await;
        assert!(soonest("Ada").await > Some(first));
        world.advance(std::time::Duration::from_secs(12 * 3_600));
        refresh().await;
        assert!(soonest("Ada").await > Some(world.now_ms() + 2 * 3_600_000 - 1));
        world.browser().get("/api/mentors/nobody/next-openings").await.problem(404, "not_found");
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
        assert_eq!(find(&world, "rating_min=3.5").await, ["Ada"]);
    }
}
