//! WHIP and WHEP over HTTP. Media through them is measured by bench/sfu-load and tested in sfu/driver.

use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, StatusCode};

use super::caller::{Caller, OFFER, pass, session};
use crate::world::{Answer, Engine, World};

struct Tool<'w> {
    world: &'w World,
    token: String,
}

impl<'w> Tool<'w> {
    fn new(world: &'w World, pattern: &str) -> Self {
        let kernel = &world.state().kernel;
        let token = facementor::live::tool_token(kernel, pattern, Duration::from_secs(60)).expect("a pattern");
        Self { world, token }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let browser = self.world.browser();
        let send = |mut request: reqwest::RequestBuilder| {
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.bearer_auth(&self.token).body(body.to_owned())
        };
        browser.send(method, path, send).await
    }

    async fn offer(&self, path: &str) -> Answer {
        self.send(Method::POST, path, &[("content-type", "application/sdp")], OFFER).await
    }
}

fn location(headers: &HeaderMap) -> &str {
    headers.get(LOCATION).expect("a resource").to_str().expect("ASCII")
}

#[tokio::test]
async fn a_publisher_and_its_viewer_come_and_go() {
    let world = World::start(Engine::Sqlite).await;
    let tool = Tool::new(&world, "load-*");
    let viewer = tool.offer("/whep/load-0/s0?publisher=p0").await;
    assert_eq!(viewer.status, StatusCode::CREATED, "a viewer may come first: {}", viewer.text);
    let publisher = tool.offer("/whip/load-0/p0").await;
    assert_eq!(publisher.status, StatusCode::CREATED, "{}", publisher.text);
    assert!(publisher.text.starts_with("v=0"));
    for name in ["etag", "accept-patch", "access-control-allow-origin"] {
        assert!(publisher.headers.contains_key(name), "{name}");
    }

    for answer in [&publisher, &viewer] {
        let resource = location(&answer.headers);
        let restart = "a=ice-ufrag:wxyz\r\na=ice-pwd:ABCDEFGHIJKLMNOPQRSTUV\r\n";
        let fragment = ("content-type", "application/trickle-ice-sdpfrag");
        let missing = tool.send(Method::PATCH, resource, &[fragment], restart).await;
        missing.problem(428, "if_match_required");
        let restarted = tool.send(Method::PATCH, resource, &[fragment, ("if-match", "*")], restart).await;
        assert_eq!(restarted.status, StatusCode::OK, "{}", restarted.text);
        assert!(restarted.text.contains("a=ice-ufrag:"), "{}", restarted.text);
        let tag = restarted.headers.get("etag").expect("a tag").to_str().expect("ASCII");
        let trickled = tool.send(Method::PATCH, resource, &[fragment, ("if-match", tag)], restart).await;
        assert_eq!(trickled.status, StatusCode::NO_CONTENT);
        tool.send(Method::PATCH, resource, &[fragment, ("if-match", "\"0\"")], restart)
            .await
            .problem(412, "entity_tag_stale");
        assert_eq!(tool.send(Method::DELETE, resource, &[], "").await.status, StatusCode::OK);
        tool.send(Method::DELETE, resource, &[], "").await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn what_is_not_right_is_refused_with_a_reason() {
    let world = World::start(Engine::Sqlite).await;
    let tool = Tool::new(&world, "load-*");
    tool.offer("/whip/other/p0").await.problem(401, "token_invalid");
    tool.offer("/whip/load-0/p%2F0").await.problem(404, "not_found");
    tool.send(Method::POST, "/whip/load-0/p0", &[], OFFER).await.problem(415, "media_type_unsupported");
    let sdp = ("content-type", "application/sdp");
    tool.send(Method::POST, "/whip/load-0/p0", &[sdp], "nonsense").await.problem(400, "offer_invalid");
    let anonymous = world.browser();
    let post = |request: reqwest::RequestBuilder| request.header("content-type", "application/sdp").body(OFFER);
    anonymous.send(Method::POST, "/whip/load-0/p0", post).await.problem(401, "unauthenticated");
    world.advance(Duration::from_secs(60));
    tool.offer("/whip/load-0/p0").await.problem(401, "token_expired");
}

#[tokio::test]
async fn a_sessions_waiting_room_has_no_back_door() {
    let world = World::start(Engine::Sqlite).await;
    let ada = world.mentor("Ada").await;
    let (code, id) = session(&ada, true).await;
    let guest = Tool { world: &world, token: pass(&world.browser(), &code, Some("Eve")).await };
    guest.offer(&format!("/whep/{id}/eve")).await.problem(403, "admission_required");
    guest.offer(&format!("/whip/{id}/eve")).await.problem(403, "admission_required");

    // The mentor's encoder is shown to people in the room.
    let token = pass(&ada, &code, None).await;
    let mut host = Caller::join(&world, &token).await;
    host.hear("joined").await;
    let encoder = Tool { world: &world, token };
    assert_eq!(encoder.offer(&format!("/whip/{id}/studio")).await.status, StatusCode::CREATED);
    assert_eq!(host.hear("participant").await["participant"]["sources"]["camera"]["video"], "on");
}
