//! Search, facets and saved mentors.

use reqwest::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::mentors::{profile, save};
use crate::world::{Browser, World};

pub(crate) async fn mentor(world: &World, name: &str, headline: &str, skills: &[&str], languages: &[&str]) -> Browser {
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

pub(crate) fn names(found: &Value) -> Vec<&str> {
    found["items"].as_array().expect("items").iter().filter_map(|card| card["display_name"].as_str()).collect()
}

pub(crate) async fn find(world: &World, query: &str) -> Vec<String> {
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
        let put = async |browser: &Browser, path: &str| browser.send(Method::PUT, path, |request| request).await;
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
}
