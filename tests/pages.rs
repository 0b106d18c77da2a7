//! Public pages as they leave the server: head, share metadata, first data, robots.txt and the sitemap.

use serde_json::{Value, json};

use crate::both_engines;
use crate::mentors::{profile, save};
use crate::world::{Engine, World};

/// The page's text, which must be HTML. Needs the web app built, as `make test` does first.
async fn html(world: &World, path: &str, status: u16) -> String {
    let answer = world.browser().get(path).await;
    assert_eq!(answer.status.as_u16(), status, "is the web app built? (make web) {}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    let policy = answer.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    answer.text
}

/// What the API answers, as the page brings it.
fn first_data(html: &str) -> Value {
    let (_, rest) = html.split_once("<script type=\"application/json\" id=\"first-data\">").expect("first data");
    let (data, _) = rest.split_once("</script>").expect("an end");
    serde_json::from_str(data).expect("JSON")
}

both_engines! {
    async fn only_the_booking_frame_may_stand_in_pages_of_others(world: World) {
        let ada = world.mentor("Ada").await;
        save(&ada, &profile("Rust")).await.expect(200);
        let frames = async |path: &str| {
            let answer = world.browser().get(path).await;
            let policy = answer.headers["content-security-policy"].to_str().expect("ASCII").to_owned();
            let (_, ancestors) = policy.rsplit_once("frame-ancestors ").expect("a policy for frames");
            (ancestors.to_owned(), answer.headers.contains_key("x-frame-options"))
        };
        for path in ["/embed/ada", "/embed/nobody"] {
            assert_eq!(frames(path).await, ("*".to_owned(), false), "{path}");
        }
        for path in ["/mentors/ada", "/mentors", "/sign-in", "/embed", "/embed/ada/x", "/api/mentors/ada", "/widget.js"] {
            assert_eq!(frames(path).await, ("'none'".to_owned(), true), "{path}");
        }
        let page = world.browser().get("/embed/ada").await;
        assert_eq!(page.headers["x-robots-tag"], "noindex");
        assert_eq!(page.headers["cross-origin-resource-policy"], "cross-origin");
        assert!(first_data(&page.text)["/mentors/ada/offerings"]["items"].is_array());
        let script = world.browser().get("/widget.js").await;
        assert_eq!(script.headers["cross-origin-resource-policy"], "cross-origin", "pages of others load it");
        assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    }

    async fn a_mentor_page_comes_with_its_head_and_data(world: World) {
        let ada = world.mentor("Ada").await;
        let mut nasty = profile("\"><script>alert(1)</script>");
        nasty["about"] = json!("</script><!-- & \u{2028} 'x'");
        save(&ada, &nasty).await.expect(200);
        let page = html(&world, "/mentors/ada", 200).await;
        assert!(page.contains("<title>Ada · FaceMentor</title>"), "{page}");
        assert_eq!(page.matches("<title>").count(), 1);
        assert_eq!(page.matches("name=\"description\"").count(), 1);
        let canonical = format!("<link rel=\"canonical\" href=\"{}\" />", world.url("/mentors/ada"));
        assert!(page.contains(&canonical), "{page}");
        assert!(page.contains("<meta property=\"og:type\" content=\"profile\" />"));
        assert!(page.contains("<meta property=\"og:description\" content=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;. "));
        // Nothing that was typed is markup.
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(!page.contains("<!-- &"), "{page}");
        let api = world.browser().get("/api/mentors/ada").await.expect(200);
        let offerings = world.browser().get("/api/mentors/ada/offerings").await.expect(200);
        let next = world.browser().get("/api/mentors/ada/next-openings").await.expect(200);
        let reviews = world.browser().get("/api/mentors/ada/reviews").await.expect(200);
        let first = json!({
            "/mentors/ada": api, "/mentors/ada/offerings": offerings, "/mentors/ada/next-openings": next,
            "/mentors/ada/reviews": reviews,
        });
        assert_eq!(first_data(&page), first);
    }

    async fn a_search_comes_with_its_first_page(world: World) {
        save(&world.mentor("Ada").await, &profile("Rust")).await.expect(200);
        save(&world.mentor("Mira").await, &profile("Design")).await.expect(200);
        world.settle().await;
        for (asked, key) in [
            ("/mentors", "/mentors"),
            ("/mentors?q=rust&skill=system-design&utm=x", "/mentors?q=rust&skill=system-design"),
            ("/mentors?q=%00&limit=x&q=2", "/mentors?q=%00"),
            ("/mentors?sort=price&price_max=0&rating_min=", "/mentors?price_max=0&sort=price"),
        ] {
            let page = html(&world, asked, 200).await;
            assert!(page.contains("<title>Find a mentor · FaceMentor</title>"), "{page}");
            let api = world.browser().get(&format!("/api{key}")).await.expect(200);
            assert_eq!(first_data(&page), json!({key: api}), "{asked}");
        }
    }

    async fn an_unknown_mentor_is_a_page_that_is_not_found(world: World) {
        save(&world.person("Bo").await, &profile("Rust")).await.expect(200);
        for path in ["/mentors/nobody", "/mentors/bo", "/mentors/%00", "/mentors/%3Cscript%3E"] {
            let page = html(&world, path, 404).await;
            assert!(page.contains("<title>Mentor not found · FaceMentor</title>") && !page.contains("first-data"));
        }
    }

    async fn search_engines_are_told_where_to_look(world: World) {
        save(&world.mentor("Ada").await, &profile("Rust")).await.expect(200);
        save(&world.person("Bo").await, &profile("Rust")).await.expect(200);
        let robots = world.browser().get("/robots.txt").await;
        assert_eq!(robots.headers["content-type"], "text/plain; charset=utf-8");
        assert!(robots.text.contains(&format!("Sitemap: {}\n", world.url("/sitemap.xml"))), "{}", robots.text);
        let sitemap = world.browser().get("/sitemap.xml").await;
        assert_eq!(sitemap.headers["content-type"], "application/xml; charset=utf-8");
        let places: Vec<_> = sitemap.text.split("<loc>").skip(1).map(|rest| rest.split('<').next().expect("text")).collect();
        assert_eq!(places, [world.url("/"), world.url("/mentors"), world.url("/mentors/ada")]);
    }

    async fn a_search_that_means_nothing_is_a_page_without_data(world: World) {
        for asked in ["/mentors?sort=odd", "/mentors?price_max=cheap", "/mentors?time_zone=Nowhere"] {
            let page = html(&world, asked, 200).await;
            assert!(page.contains("<title>Find a mentor · FaceMentor</title>") && !page.contains("first-data"), "{asked}");
        }
    }

    async fn more_mentors_than_a_sitemap_holds_are_listed_in_parts(world: World) {
        // One more than fit; their addresses are u-100000 to u-149000.
        let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 100000 UNION ALL SELECT n + 1 FROM numbers WHERE n < 149000)";
        let statements = &[
            format!(
                "INSERT INTO users (id, email, email_key, display_name, password_hash, is_admin, created_at_ms)
                 {numbers} SELECT 'u' || n, n || '@x.test', n || '@x.test', 'U', '-', 0, 0 FROM numbers"
            ),
            format!(
                "INSERT INTO mentors (user_id, status, created_at_ms, slug)
                 {numbers} SELECT 'u' || n, 'approved', 0, 'u-' || n FROM numbers"
            ),
        ];
        run(&world, statements).await;
        let places = async |path: &str| {
            let xml = world.browser().get(path).await.text;
            let places = xml.split("<loc>").skip(1).map(|rest| rest.split('<').next().expect("text").to_owned());
            (xml.contains("<sitemapindex"), places.collect::<Vec<_>>())
        };
        let (is_index, parts) = places("/sitemap.xml").await;
        let part = |after: &str| world.url(&format!("/sitemap-mentors.xml?after={after}"));
        assert_eq!((is_index, &parts), (true, &vec![part(""), part("u-148999")]));
        let mut all = Vec::new();
        for part in &parts {
            let (is_index, places) = places(part.strip_prefix(&world.url("")).expect("ours")).await;
            assert!(!is_index && places.len() <= 50_000, "{part}: {}", places.len());
            all.extend(places);
        }
        assert_eq!((all.len(), all.last()), (49_003, Some(&world.url("/mentors/u-149000"))));
        for odd in ["%00", "%F0%9F%98%80", "Ada"] {
            world.browser().get(&format!("/sitemap-mentors.xml?after={odd}")).await.problem(404, "not_found");
        }
        world.browser().get("/sitemap-mentors.xml?after=a&after=b").await.problem(400, "query_invalid");
        // As many as fit need no index.
        run(&world, &["UPDATE mentors SET status = 'declined' WHERE slug = 'u-149000'".to_owned()]).await;
        let (is_index, all) = places("/sitemap.xml").await;
        assert_eq!((is_index, all.len()), (false, 49_002));
    }
}

/// What no request does in a moment.
async fn run(world: &World, statements: &[String]) {
    let written = world.state().kernel.db.write(|mut tx| {
        Box::pin(async move {
            for sql in statements {
                sqlx::query(sqlx::AssertSqlSafe(sql.clone())).execute(&mut *tx).await?;
            }
            Ok::<_, sqlx::Error>(())
        })
    });
    written.await.expect("written");
}

#[tokio::test]
async fn an_operator_says_whose_pages_may_show_the_booking_frame() {
    let cases = [
        ("['https://a.example', 'https://b.example:8443']", "https://a.example https://b.example:8443"),
        ("[]", "'none'"),
    ];
    for (origins, expected) in cases {
        let world = World::with(Engine::Sqlite, &format!("[http]\nembed_origins = {origins}")).await;
        let answer = world.browser().get("/embed/nobody").await;
        let policy = answer.headers["content-security-policy"].to_str().expect("ASCII");
        assert!(policy.ends_with(&format!("; frame-ancestors {expected}")), "{policy}");
    }
}
