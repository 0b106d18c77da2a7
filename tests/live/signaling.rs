//! People over WebSockets.

use std::time::Duration;

use serde_json::json;

use super::caller::{Caller, pass, recorded, session};
use crate::both_engines;
use crate::world::{Engine, World};

both_engines! {
    async fn two_people_meet_and_the_session_knows(world: World) {
        let ada = world.mentor("Ada").await;
        let bo = world.person("Bo").await;
        let (code, id) = session(&ada, false).await;
        let mut host = Caller::join(&world, &pass(&ada, &code, None).await).await;
        let joined = host.hear("joined").await;
        assert!(joined["answer"].as_str().expect("SDP").starts_with("v=0"));
        let mut member = Caller::join(&world, &pass(&bo, &code, None).await).await;
        let joined = member.hear("joined").await;
        assert_eq!(joined["re"], "join");
        assert_eq!(joined["participants"].as_array().map(Vec::len), Some(2));
        assert_eq!(host.hear("participant").await["participant"]["name"], "Bo");
        // Told again with each change; the first may come before the media plane knows Ada's camera.
        while member.hear("slots").await["slots"][0]["source"] != "camera" {}

        member.say(json!({"type": "chat", "text": "Hello", "id": "1"})).await;
        assert_eq!(host.hear("chat").await["message"]["text"], "Hello");
        recorded(&world).await;
        let now = ada.get(&format!("/api/sessions/{id}")).await.expect(200);
        assert_eq!((&now["state"], &now["present"]), (&json!("live"), &json!(2)));
        let mine = bo.get("/api/sessions").await.expect(200);
        assert_eq!(mine["items"][0]["id"], id.as_str(), "who came is a member now");

        member.say(json!({"type": "leave"})).await;
        assert_eq!(member.closed().await, 1000);
        assert_eq!(host.hear("participant_left").await["reason"], "left");
        host.say(json!({"type": "moderate", "action": "end"})).await;
        assert_eq!(host.hear("ended").await["reason"], "room_ended");
        recorded(&world).await;
        assert_eq!(ada.get(&format!("/api/sessions/{id}")).await.expect(200)["state"], "ended");
        bo.post(&format!("/api/join/{code}"), &json!({})).await.problem(410, "session_ended");
    }

    async fn chat_outlives_the_server(world: World) {
        let ada = world.mentor("Ada").await;
        let (code, _) = session(&ada, false).await;
        let token = pass(&ada, &code, None).await;
        let mut host = Caller::join(&world, &token).await;
        host.hear("joined").await;
        host.say(json!({"type": "chat", "text": "Remember this"})).await;
        host.say(json!({"type": "leave"})).await;
        host.closed().await;
        recorded(&world).await;

        let world = world.restart().await;
        let mut host = Caller::join(&world, &token).await;
        assert_eq!(host.hear("joined").await["chat"][0]["text"], "Remember this");
    }

    async fn a_removed_guest_stays_out_even_after_a_restart(world: World) {
        let ada = world.mentor("Ada").await;
        let (code, _) = session(&ada, false).await;
        let host_token = pass(&ada, &code, None).await;
        let mut host = Caller::join(&world, &host_token).await;
        host.hear("joined").await;
        let token = pass(&world.browser(), &code, Some("Eve")).await;
        let mut eve = Caller::join(&world, &token).await;
        let id = eve.hear("joined").await["you"].clone();

        host.say(json!({"type": "moderate", "action": "remove", "participant": id})).await;
        assert_eq!(eve.hear("ended").await["reason"], "removed");
        let again = json!({"type": "hello", "version": 1, "token": token});
        assert_eq!(refused(&world, again.clone()).await, "token_revoked");
        host.say(json!({"type": "leave"})).await;
        host.closed().await;
        recorded(&world).await;
        let world = world.restart().await;
        assert_eq!(refused(&world, again.clone()).await, "token_revoked");
    }

    async fn ending_a_session_by_http_ends_its_room(world: World) {
        let ada = world.mentor("Ada").await;
        let (code, id) = session(&ada, false).await;
        let token = pass(&world.browser(), &code, Some("Eve")).await;
        let mut eve = Caller::join(&world, &token).await;
        eve.hear("joined").await;
        ada.press(&format!("/api/sessions/{id}/end")).await.expect(200);
        assert_eq!(eve.hear("ended").await["reason"], "room_ended");
        assert_eq!(refused(&world, json!({"type": "hello", "version": 1, "token": token})).await, "room_ended");
    }

    async fn logging_out_closes_the_calls_of_that_login(world: World) {
        let ada = world.mentor("Ada").await;
        let (code, _) = session(&ada, false).await;
        let token = pass(&ada, &code, None).await;
        let mut host = Caller::join(&world, &token).await;
        host.hear("joined").await;
        ada.press("/api/accounts/log-out").await.expect(204);
        assert_eq!(host.closed().await, 1000);
        assert_eq!(refused(&world, json!({"type": "hello", "version": 1, "token": token})).await, "token_revoked");
    }

    async fn a_guest_waits_is_admitted_and_may_come_back(world: World) {
        let ada = world.mentor("Ada").await;
        let (code, _) = session(&ada, true).await;
        let mut host = Caller::join(&world, &pass(&ada, &code, None).await).await;
        host.hear("joined").await;
        let (mut eve, welcome) = Caller::hello(&world, &pass(&world.browser(), &code, Some("Eve")).await).await;
        eve.ask_to_join().await;
        eve.hear("waiting").await;
        let people = host.hear("waiting_people").await;
        let id = people["people"][0]["participant"].clone();
        host.say(json!({"type": "moderate", "action": "admit", "participant": id})).await;
        eve.hear("joined").await;

        drop(eve);
        let gone = |person: &serde_json::Value| person["participant"]["connection"] == "reconnecting";
        while !gone(&host.hear("participant").await) {}
        let mut eve = Caller::connect(&world).await;
        eve.say(json!({"type": "hello", "version": 1, "resume": welcome["resume"]["token"]})).await;
        assert_eq!(eve.hear("resumed").await["participants"].as_array().map(Vec::len), Some(2));

        drop(eve);
        while !gone(&host.hear("participant").await) {}
        world.advance(Duration::from_secs(20));
        host.say(json!({"type": "ping", "nonce": 1})).await;
        host.hear("pong").await;
        world.advance(Duration::from_secs(20));
        host.say(json!({"type": "ping", "nonce": 2})).await;
        host.hear("pong").await;
        world.advance(Duration::from_secs(20));
        assert_eq!(host.hear("participant_left").await["reason"], "lost");
        let late = json!({"type": "hello", "version": 1, "resume": welcome["resume"]["token"]});
        assert_eq!(refused(&world, late).await, "resume_unknown");
    }
}

/// The code of the fatal error that answers a first frame.
async fn refused(world: &World, hello: serde_json::Value) -> String {
    let mut caller = Caller::connect(world).await;
    caller.say(hello).await;
    let error = caller.hear("error").await;
    assert_eq!(error["fatal"], true, "{error}");
    assert_eq!(caller.closed().await, 4001);
    error["code"].as_str().expect("text").to_owned()
}

#[tokio::test]
async fn only_good_tokens_open_a_room() {
    let world = World::start(Engine::Sqlite).await;
    let ada = world.mentor("Ada").await;
    let (code, _) = session(&ada, false).await;
    let token = pass(&ada, &code, None).await;
    let tampered = format!("{}x", &token[..token.len() - 1]);
    let for_tools = facementor::live::tool_token(&world.state().kernel, "load-*", Duration::from_secs(60));
    let hello = |token: &str| json!({"type": "hello", "version": 1, "token": token});
    for (token, expected) in
        [("nonsense", "token_invalid"), (&tampered, "token_invalid"), (&for_tools.expect("a pattern"), "token_invalid")]
    {
        assert_eq!(refused(&world, hello(token)).await, expected);
    }
    assert_eq!(refused(&world, json!({"type": "hello", "version": 2, "token": token})).await, "unsupported_version");
    assert_eq!(refused(&world, json!({"type": "ping", "nonce": 1})).await, "hello_expected");
    assert_eq!(refused(&world, json!({"type": "hello", "version": 1, "resume": "x"})).await, "resume_unknown");
    world.advance(Duration::from_secs(14_400));
    assert_eq!(refused(&world, hello(&token)).await, "token_expired");
}

#[tokio::test]
async fn sockets_have_limits() {
    let world = World::start(Engine::Sqlite).await;
    let mut silent = Caller::connect(&world).await;
    // Answered only once its task is running.
    silent.say_text("nonsense".to_owned()).await;
    silent.hear("error").await;
    world.advance(Duration::from_secs(10));
    assert_eq!(silent.closed().await, 4001);

    for size in [65_537, 600_000] {
        let mut caller = Caller::connect(&world).await;
        caller.say_text("x".repeat(size)).await;
        assert_eq!(caller.closed().await, 1009, "{size} bytes");
    }
    let mut caller = Caller::connect(&world).await;
    caller.say_bytes(vec![1, 2, 3]).await;
    assert_eq!(caller.closed().await, 1003);
    let mut caller = Caller::connect(&world).await;
    for _ in 0..3 {
        caller.say_text("nonsense".to_owned()).await;
    }
    assert_eq!(caller.closed().await, 4001);
}

#[tokio::test]
async fn pages_of_other_sites_do_not_get_a_socket() {
    let world = World::with(Engine::Sqlite, "[http]\ncors_origins = ['https://app.example.org']").await;
    let own = world.url("");
    for (origin, accepted) in
        [(Some(own.as_str()), true), (Some("https://app.example.org"), true), (Some("https://evil.example"), false)]
    {
        assert_eq!(Caller::connect_from(&world, origin).await.is_ok(), accepted, "{origin:?}");
    }
}

#[tokio::test]
async fn too_many_messages_close_a_socket() {
    let world = World::start(Engine::Sqlite).await;
    let ada = world.mentor("Ada").await;
    let (code, _) = session(&ada, false).await;
    let (mut caller, _) = Caller::hello(&world, &pass(&ada, &code, None).await).await;
    for nonce in 0..100 {
        caller.say(json!({"type": "ping", "nonce": nonce})).await;
    }
    assert_eq!(caller.closed().await, 4008);
}

#[tokio::test]
async fn people_in_a_call_are_told_when_the_server_stops() {
    let world = World::start(Engine::Sqlite).await;
    let ada = world.mentor("Ada").await;
    let (code, _) = session(&ada, false).await;
    let mut host = Caller::join(&world, &pass(&ada, &code, None).await).await;
    host.hear("joined").await;
    let live = world.state().live.clone();
    let stopping = tokio::spawn(async move { live.shutdown().await });
    let deadline = host.hear("shutdown").await["deadline_ms"].as_i64().expect("a time");
    assert_eq!(deadline, world.now_ms() + 1_000);
    world.advance(Duration::from_secs(1));
    assert_eq!(host.hear("ended").await["reason"], "shutdown");
    assert_eq!(host.closed().await, 1001);
    stopping.await.expect("it ends");
}
