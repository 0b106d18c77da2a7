//! What was accepted is kept, whatever happens to the process.

use serde_json::json;

use crate::world::{Engine, PASSWORD, Process, TestDatabase, facementor};

async fn accepted_is_kept(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let mut process = Process::serve(facementor(&database));
    let browser = process.browser();
    let body =
        json!({"email": "ada@example.test", "password": PASSWORD, "display_name": "Ada", "credentials": "bearer"});
    let login = browser.post("/api/accounts/sign-up", &body).await.expect(201);
    let token = login["tokens"]["access_token"].as_str().expect("a token").to_owned();
    let approved = facementor(&database).args(["mentor", "approve", "ada@example.test"]).output().expect("runs");
    assert!(approved.status.success(), "{approved:?}");

    let mut accepted = Vec::new();
    for round in 0..3 {
        let client = reqwest::Client::new();
        let url = process.browser();
        let open = async |number: usize| {
            let title = format!("{round}-{number}");
            let answer = url
                .send(reqwest::Method::POST, "/api/sessions", |request| {
                    request.bearer_auth(&token).json(&json!({"title": title}))
                })
                .await;
            answer.expect(201)["title"].as_str().expect("a title").to_owned()
        };
        for number in 0..5 {
            accepted.push(open(number).await);
        }
        // One more is on its way while the process dies: it may be kept or not, but it breaks nothing.
        let underway =
            client.post(url.url("/api/sessions")).bearer_auth(&token).json(&json!({"title": "underway"})).send();
        let underway = tokio::spawn(underway);
        tokio::task::yield_now().await;
        process.kill();
        let _ = underway.await;
        process = Process::serve(facementor(&database));
    }
    let list = process
        .browser()
        .send(reqwest::Method::GET, "/api/sessions?limit=100", |request| request.bearer_auth(&token))
        .await
        .expect(200);
    let kept: Vec<_> =
        list["items"].as_array().expect("items").iter().filter_map(|item| item["title"].as_str()).collect();
    for title in &accepted {
        assert!(kept.contains(&title.as_str()), "{title} was accepted and lost; kept {kept:?}");
    }
    assert!(process.terminate(), "SIGTERM ends it well");
}

#[tokio::test]
async fn what_was_accepted_survives_kill_9_on_sqlite() {
    accepted_is_kept(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_was_accepted_survives_kill_9_on_postgres() {
    accepted_is_kept(Engine::Postgres).await;
}
