//! Having what is known of oneself, and being let go of.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::time::Duration;

use facementor::kernel::mail::Folder;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Column, Row, TypeInfo, ValueRef};

use crate::both_engines;
use crate::world::{Answer, Browser, Engine, PASSWORD, World};

/// In everything that Zebra types, so that it is found wherever it stays.
const MARK: &str = "zebra";

async fn put(browser: &Browser, path: &str, body: &Value) -> Answer {
    browser.send(Method::PUT, path, |request| request.json(body)).await
}

async fn take_out(browser: &Browser) -> Answer {
    browser.press("/api/me/export").await
}

/// The files of the archive.
async fn archive(world: &World, browser: &Browser) -> BTreeMap<String, Vec<u8>> {
    let answer = browser.send(Method::POST, "/api/me/export", |request| request).await;
    assert_eq!(answer.headers["content-type"], "application/zip");
    assert_eq!(answer.headers["cache-control"], "no-store");
    drop(answer);
    // Once more as bytes: [`Answer`] holds text.
    let cookies = ["access", "refresh"].map(|name| {
        let name = format!("__Host-{name}");
        format!("{name}={}", browser.cookie(&name).expect("logged in"))
    });
    let request = reqwest::Client::new().post(world.url("/api/me/export")).header("cookie", cookies.join("; "));
    let bytes = request.send().await.expect("answers").bytes().await.expect("whole");
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let names: Vec<_> = zip.file_names().map(|name| name.expect("a name").into_owned()).collect();
    let mut files = BTreeMap::new();
    for name in names {
        let mut content = Vec::new();
        zip.by_name(&name).expect("is there").read_to_end(&mut content).expect("whole");
        files.insert(name, content);
    }
    files
}

/// Zebra, a mentor with everything a mentor has, whom Bo has booked, and who has booked Ada.
async fn zebra(world: &World) -> (Browser, Browser) {
    let zebra = world.mentor("Zebra").await;
    let profile = json!({
        "headline": format!("{MARK} helps"), "about": format!("I am {MARK}."), "skills": [format!("{MARK}s")],
        "languages": ["en"], "experience": MARK, "links": [format!("https://{MARK}.example/")],
    });
    put(&zebra, "/api/me/mentor-profile", &profile).await.expect(200);
    let mut picture = Cursor::new(Vec::new());
    image::RgbImage::new(40, 40).write_to(&mut picture, image::ImageFormat::Png).expect("encodes");
    let picture = picture.into_inner();
    let answer = zebra.send(Method::PUT, "/api/me/picture", |request| request.body(picture)).await;
    answer.expect(200);
    let profile = json!({"display_name": format!("Z. {MARK}"), "language": "en", "time_zone": "Europe/Madrid"});
    put(&zebra, "/api/me/profile", &profile).await.expect(200);
    let bo = world.person("Bo").await;
    world.settle().await;
    (zebra, bo)
}

both_engines! {
    async fn everything_of_a_person_is_in_their_archive(world: World) {
        let (zebra, _) = zebra(&world).await;
        let files = archive(&world, &zebra).await;
        let names: Vec<_> = files.keys().map(String::as_str).collect();
        let expected = [
            "README.txt", "account.json", "bookings.json", "mentor.json", "notes.json", "picture.jpg", "reviews.json",
            "saved.json", "sessions.json",
        ];
        assert_eq!(names, expected);
        let json = |name: &str| serde_json::from_slice::<Value>(&files[name]).expect("JSON");
        let account = json("account.json");
        assert_eq!(account["account"][0]["email"], "zebra@example.test");
        assert_eq!((&account["account"][0]["is_admin"], &account["account"][0]["time_zone"]), (&json!(0), &json!("Europe/Madrid")));
        assert_eq!(account["logins"].as_array().expect("logins").len(), 1);
        assert_eq!(json("mentor.json")["profile"][0]["skills"], json!(["zebras"]));
        let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
        assert!(text("README.txt").contains("24 November 2025"), "{}", text("README.txt"));
        for name in names.iter().filter(|name| name.ends_with(".json")) {
            assert!(!text(name).contains("argon2") && !text(name).contains("secret"), "{name}");
        }
        assert_eq!(image::guess_format(&files["picture.jpg"]).expect("a picture"), image::ImageFormat::Jpeg);
        world.browser().press("/api/me/export").await.problem(401, "unauthenticated");
    }

    async fn nobody_else_is_in_it(world: World) {
        let (zebra, bo) = zebra(&world).await;
        drop(zebra);
        for (_, content) in archive(&world, &bo).await {
            assert!(!String::from_utf8_lossy(&content).to_lowercase().contains(MARK));
        }
    }

    async fn who_leaves_is_out_at_once_and_nobody_finds_them(world: World) {
        let (zebra, _) = zebra(&world).await;
        let phone = world.browser();
        let log_in = json!({"email": "zebra@example.test", "password": PASSWORD});
        phone.post("/api/accounts/log-in", &log_in).await.expect(200);
        let me = zebra.get("/api/me").await.expect(200)["user"].clone();
        let slug = me["mentor"]["slug"].as_str().expect("a page").to_owned();
        let picture = me["picture_url"].as_str().expect("a picture").to_owned();
        world.browser().get(&format!("/api/mentors/{slug}")).await.expect(200);
        assert_eq!(world.browser().get(&picture).await.status, 200);
        assert_eq!(zebra.delete("/api/me").await.status, 204);
        assert_eq!(zebra.cookie("__Host-access"), None);
        for device in [&zebra, &phone] {
            device.get("/api/me").await.problem(401, "unauthenticated");
            device.press("/api/accounts/refresh").await.problem(401, "unauthenticated");
        }
        phone.post("/api/accounts/log-in", &log_in).await.problem(401, "credentials_wrong");
        world.settle().await;
        world.browser().get(&format!("/api/mentors/{slug}")).await.problem(404, "not_found");
        let found = world.browser().get(&format!("/api/mentors?q={MARK}")).await.expect(200);
        assert_eq!(found["items"], json!([]));
        assert_eq!(world.browser().get(&picture).await.status, 404);
        let letters = Folder::of(&world.state().kernel.config).letters();
        let last = letters.iter().find(|letter| letter.to == "zebra@example.test").expect("a letter");
        assert_eq!(last.subject, "Your account at FaceMentor is deleted");
        // The address is free for somebody new.
        let body = json!({"email": "zebra@example.test", "password": PASSWORD, "display_name": "Another"});
        let other = world.browser().post("/api/accounts/sign-up", &body).await.expect(201);
        assert_ne!(other["user"]["id"], me["id"]);
    }

    async fn no_table_holds_anything_of_who_left(world: World) {
        let (zebra, _) = zebra(&world).await;
        assert!(places_of(&world).await.iter().any(|place| place == "mentors.about"), "the search finds what is there");
        assert_eq!(zebra.delete("/api/me").await.status, 204);
        world.settle().await;
        // What was news stays for thirty days after it was heard, and is then forgotten (see the outbox).
        let left: Vec<_> = places_of(&world).await.into_iter().filter(|place| place != "outbox.payload").collect();
        assert!(left.is_empty(), "{left:?}");
    }

    async fn leaving_and_taking_out_need_a_recent_proof(world: World) {
        let ada = world.person("Ada").await;
        world.advance(Duration::from_secs(600));
        ada.press("/api/accounts/refresh").await.expect(200);
        take_out(&ada).await.problem(403, "proof_required");
        ada.delete("/api/me").await.problem(403, "proof_required");
        let proof = json!({"proof": {"way": "password", "password": PASSWORD}});
        assert_eq!(ada.post("/api/me/proof", &proof).await.status, 204);
        for _ in 0..3 {
            assert_eq!(take_out(&ada).await.status, 200);
        }
        take_out(&ada).await.problem(429, "rate_limited");
        assert_eq!(ada.delete("/api/me").await.status, 204);
    }
}

/// Every column of every table in which the mark is found.
async fn places_of(world: &World) -> Vec<String> {
    let mut conn = world.state().kernel.db.read().await.expect("a connection");
    let mut places = Vec::new();
    for table in tables(world).await {
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table}"))).fetch_all(&mut *conn).await;
        for row in rows.expect("rows") {
            for column in row.columns() {
                let raw = row.try_get_raw(column.name()).expect("is there");
                if raw.is_null() || raw.type_info().name() != "TEXT" {
                    continue;
                }
                let text: String = row.try_get(column.name()).expect("text");
                if text.to_lowercase().contains(MARK) {
                    places.push(format!("{table}.{}", column.name()));
                }
            }
        }
    }
    places.sort();
    places.dedup();
    places
}

async fn tables(world: &World) -> Vec<String> {
    let mut conn = world.state().kernel.db.read().await.expect("a connection");
    let sqlite = "SELECT name FROM sqlite_master WHERE type = 'table'";
    let postgres = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()";
    let sql = if world.engine() == Engine::Sqlite { sqlite } else { postgres };
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *conn).await.expect("tables");
    names.into_iter().filter(|name| !name.starts_with("sqlite_") && name != "_sqlx_migrations").collect()
}

/// docs/PRIVACY.md says of every table what of a person is in it, where they find it in their archive, and what becomes of
/// it when they leave.
#[tokio::test]
async fn the_document_names_every_table_and_the_archive_holds_what_it_says() {
    let world = World::start(Engine::Sqlite).await;
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PRIVACY.md");
    let document = std::fs::read_to_string(path).expect("docs/PRIVACY.md");
    let rows: BTreeMap<_, _> = document
        .lines()
        .filter_map(|line| {
            let cells: Vec<_> = line.strip_prefix("| `")?.split('|').map(str::trim).collect();
            Some((cells[0].trim_end_matches('`').to_owned(), cells[2].trim_matches('`').to_owned()))
        })
        .collect();
    let tables = tables(&world).await;
    let missing: Vec<_> = tables.iter().filter(|table| !rows.contains_key(*table)).collect();
    assert!(missing.is_empty(), "docs/PRIVACY.md lacks {missing:?}: say what of a person is in it");
    for (table, file) in &rows {
        assert!(tables.contains(table), "docs/PRIVACY.md has {table}, which is no table");
        let read_by = facementor::privacy::PARTS.iter().filter(|part| part.reads(table)).map(|part| part.file);
        let read_by: Vec<_> = read_by.collect();
        match file.strip_suffix(".json") {
            Some(file) => assert!(read_by.contains(&file), "{table} is not in {file}.json but in {read_by:?}"),
            None => assert!(file == "—" && read_by.is_empty(), "{table}: {file}, yet {read_by:?}"),
        }
    }
}
