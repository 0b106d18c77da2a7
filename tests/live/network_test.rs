//! The bandwidth test of the pre-join page, as its requests come.

use reqwest::{Method, StatusCode};

use super::caller::{pass, session};
use crate::world::{Answer, Engine, World};

const PATH: &str = "/api/network-test";

async fn ask(world: &World, token: &str, bytes: &str) -> Answer {
    world.browser().send(Method::GET, &format!("{PATH}?bytes={bytes}"), |request| request.bearer_auth(token)).await
}

async fn give(world: &World, token: &str, bytes: usize) -> Answer {
    world.browser().send(Method::POST, PATH, |request| request.bearer_auth(token).body(vec![7; bytes])).await
}

#[tokio::test]
async fn bytes_go_down_and_up_for_whoever_has_a_room_token() {
    let world = World::start(Engine::Sqlite).await;
    let mentor = world.mentor("ada").await;
    let (code, _) = session(&mentor, false).await;
    let token = pass(&world.browser(), &code, Some("Bo")).await;
    for bytes in [1, 16_384, 100_000] {
        let response = reqwest::Client::new()
            .get(world.url(&format!("{PATH}?bytes={bytes}")))
            .bearer_auth(&token)
            .header("accept-encoding", "gzip")
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-length"], bytes.to_string().as_str());
        assert_eq!(response.headers()["cache-control"], "no-store, no-transform");
        let body = response.bytes().await.expect("all of it");
        assert_eq!(body.len(), bytes);
        let distinct = body.iter().collect::<std::collections::BTreeSet<_>>().len();
        assert!(bytes == 1 || distinct > 200, "noise: {distinct} values");
    }
    assert_eq!(give(&world, &token, 2 << 20).await.status, StatusCode::NO_CONTENT);
    assert_eq!(give(&world, &token, 0).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn too_much_and_strangers_are_refused() {
    let world = World::start(Engine::Sqlite).await;
    let mentor = world.mentor("ada").await;
    let (code, _) = session(&mentor, false).await;
    let token = pass(&world.browser(), &code, Some("Bo")).await;
    for bytes in ["0", "4194305"] {
        ask(&world, &token, bytes).await.problem(422, "bytes_invalid");
    }
    for bytes in ["-1", "x", "99999999999"] {
        ask(&world, &token, bytes).await.problem(400, "query_invalid");
    }
    give(&world, &token, (2 << 20) + 1).await.problem(413, "body_too_large");
    ask(&world, "nonsense", "1").await.problem(401, "token_invalid");
    give(&world, "nonsense", 1).await.problem(401, "token_invalid");
    world.browser().get(&format!("{PATH}?bytes=1")).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn nobody_measures_without_end() {
    let settings = "[live]\nnetwork_test_per_ip = { burst = 3, per_minute = 1 }";
    let world = World::with(Engine::Sqlite, settings).await;
    let mentor = world.mentor("ada").await;
    let (code, _) = session(&mentor, false).await;
    let token = pass(&world.browser(), &code, Some("Bo")).await;
    for _ in 0..3 {
        assert_eq!(ask(&world, &token, "1").await.status, StatusCode::OK);
    }
    ask(&world, &token, "1").await.problem(429, "rate_limited");
    give(&world, &token, 1).await.problem(429, "rate_limited");
    world.advance(std::time::Duration::from_secs(60));
    assert_eq!(ask(&world, &token, "1").await.status, StatusCode::OK);
}
