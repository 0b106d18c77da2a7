//! Nothing anyone sends is our fault: 4xx, never 5xx.

use reqwest::Method;
use serde_json::Value;

use crate::both_engines;

/// Fragments for paths and queries, percent-encoded where a URL needs it.
const WORDS: &[&str] = &[
    "x",
    "%00",
    "%FF",
    "..%2f..%2fetc",
    "'%20OR%201=1--",
    "%F0%9F%92%A9",
    "-1",
    "99999999999999999999",
    "null",
    "%25",
    "00000000-0000-0000-0000-000000000000",
    "%E2%80%AE",
];

fn bodies() -> Vec<String> {
    let fields = ["email", "password", "display_name", "title", "name", "refresh_token", "credentials", "waiting_room"];
    let values = [
        "null",
        "1",
        "-1",
        "1e999",
        "true",
        "[]",
        "{}",
        r#""""#,
        r#""\u0000""#,
        r#""\ud800""#,
        r#""a@b.test""#,
        "\"\u{202e}💩' OR 1=1 --\"",
    ];
    let mut bodies: Vec<String> = values
        .iter()
        .map(|value| {
            let pairs: Vec<_> = fields.iter().map(|field| format!("\"{field}\":{value}")).collect();
            format!("{{{}}}", pairs.join(","))
        })
        .collect();
    bodies.extend(["", "null", "[]", "{", "\"", "{\"a\":", "\u{feff}{}"].map(str::to_owned));
    bodies.push("[".repeat(20_000));
    bodies.push(format!("{{\"email\":\"{}\"}}", "a".repeat(100_000)));
    bodies.push(format!("{{\"title\":\"{0}\",\"name\":\"{0}\"}}", "é".repeat(5_000)));
    bodies
}

both_engines! {
    async fn every_route_survives_every_body_path_and_query(world: World) {
        let document: Value = serde_json::from_str(&facementor::openapi()).expect("JSON");
        let (guest, mentor) = (world.browser(), world.mentor("Ada").await);
        let bodies = bodies();
        let mut sent = 0;
        for (path, item) in document["paths"].as_object().expect("paths") {
            for method in item.as_object().expect("methods").keys() {
                let method: Method = method.to_uppercase().parse().expect("a method");
                let paths = WORDS.iter().flat_map(|word| {
                    let filled = fill(path, word);
                    [format!("{filled}?cursor={word}&limit={word}"), filled]
                });
                let reads = method == Method::GET;
                for path in paths {
                    let answer = mentor.send(method.clone(), &path, |request| request).await;
                    assert!(answer.status.as_u16() < 500, "{method} {path}: {} {}", answer.status, answer.text);
                    sent += 1;
                }
                for body in bodies.iter().filter(|_| !reads) {
                    for person in [&guest, &mentor] {
                        let path = fill(path, "demo");
                        let answer = person
                            .send(method.clone(), &path, |request| {
                                request.header("content-type", "application/json").body(body.clone())
                            })
                            .await;
                        let start: String = body.chars().take(60).collect();
                        assert!(answer.status.as_u16() < 500, "{method} {path} {start}: {} {}", answer.status, answer.text);
                        sent += 1;
                    }
                }
            }
        }
        assert!(sent > 300, "only {sent} requests");
    }

    async fn strange_headers_are_no_excuse(world: World) {
        let browser = world.browser();
        let long = "x".repeat(4_000);
        let cases: &[(&str, &[u8])] = &[
            ("authorization", b"Bearer"),
            ("authorization", b"Bearer \xff\xfe"),
            ("authorization", b"Bearer a.b.c"),
            ("cookie", b"__Host-access"),
            ("cookie", b"__Host-access=\xff; ;;=;"),
            ("cookie", b"__Host-access=eyJhbGciOiJub25lIn0.e30."),
            ("user-agent", b"\xf0\x9f\x92\xa9"),
            ("user-agent", long.as_bytes()),
            ("x-forwarded-for", b"::::, 1.2.3.4.5"),
            ("host", b"evil test"),
            ("origin", b"\xff"),
            ("x-request-id", long.as_bytes()),
            ("content-length", b"5"),
        ];
        for (name, value) in cases {
            for (method, path) in [(Method::GET, "/api/me"), (Method::POST, "/api/accounts/refresh"), (Method::GET, "/api/join/demo")] {
                let value = reqwest::header::HeaderValue::from_bytes(value).expect("sendable");
                let request = reqwest::Client::new().request(method, world.url(path)).header(*name, value);
                // A request our parser refuses outright may end without an answer.
                let status = request.send().await.map_or(400, |answer| answer.status().as_u16());
                assert!(status < 500, "{name}: {status}");
            }
        }
        browser.get("/healthz").await;
    }
}

/// `/api/sessions/{id}` with `word` for every parameter.
fn fill(path: &str, word: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { word } else { part });
    parts.collect::<Vec<_>>().join("/")
}
