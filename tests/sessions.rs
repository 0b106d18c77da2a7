//! Sessions over HTTP, and what the rooms tell about them.

use std::time::Duration;

use facementor::booking::{Closing, ParticipantJoined, ParticipantLeft, Role, RoomClosed, RoomOpened};
use facementor::kernel::clock::Timestamp;
use facementor::kernel::ids::SessionId;
use facementor::kernel::outbox::{self, Fact};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::both_engines;
use crate::world::{Browser, World};

async fn open(mentor: &Browser, title: &str) -> Value {
    mentor.post("/api/sessions", &json!({"title": title})).await.expect(201)
}

/// As live does it.
pub(crate) async fn tell(world: &World, fact: &impl SyncFact) {
    let kernel = &world.state().kernel;
    kernel
        .db
        .write(|mut tx| {
            Box::pin(async move { outbox::publish(&mut tx, &kernel.clock, &kernel.random, fact).await.map(|_| ()) })
        })
        .await
        .expect("published");
    world.settle().await;
}

pub(crate) trait SyncFact: Fact + Sync {}
impl<F: Fact + Sync> SyncFact for F {}

fn id_of(session: &Value) -> SessionId {
    session["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

async fn user_id(browser: &Browser) -> facementor::kernel::ids::UserId {
    let me = browser.get("/api/me").await.expect(200);
    me["user"]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

both_engines! {
    async fn an_approved_mentor_opens_a_session(world: World) {
        let ada = world.mentor("Ada").await;
        let session = open(&ada, " Rust ").await;
        assert_eq!(session["title"], "Rust");
        assert_eq!(session["state"], "open");
        assert_eq!(session["waiting_room"], true);
        assert_eq!(session["end_to_end"], false);
        assert_eq!(session["mentor"]["display_name"], "Ada");
        assert_eq!(session["you"], "mentor");
        assert_eq!(session["present"], 0);
        assert_eq!(session["created_at_ms"], world.now_ms());
        assert_eq!((&session["started_at_ms"], &session["ended_at_ms"]), (&Value::Null, &Value::Null));
        let code = session["join_code"].as_str().expect("a code");
        assert_eq!(code.len(), 16);
        assert_eq!(session["join_url"], world.url(&format!("/join/{code}")));
        let path = format!("/api/sessions/{}", id_of(&session));
        assert_eq!(ada.get(&path).await.expect(200), session);
        assert_eq!(ada.get("/api/me").await.expect(200)["user"]["mentor"]["status"], "approved");
    }

    async fn whoever_has_the_link_is_told_of_end_to_end_encryption(world: World) {
        let ada = world.mentor("Ada").await;
        let session = ada.post("/api/sessions", &json!({"title": "Rust", "end_to_end": true})).await.expect(201);
        assert_eq!(session["end_to_end"], true);
        // The key is not the server's: its link ends with the code.
        let code = session["join_code"].as_str().expect("a code");
        assert_eq!(session["join_url"], world.url(&format!("/join/{code}")));
        let link = world.browser().get(&format!("/api/join/{code}")).await.expect(200);
        assert_eq!(link["session"]["end_to_end"], true);
    }

    async fn others_open_no_sessions(world: World) {
        let body = json!({"title": "Rust"});
        world.person("Bo").await.post("/api/sessions", &body).await.problem(403, "mentor_required");
        world.browser().post("/api/sessions", &body).await.problem(401, "unauthenticated");
        let ada = world.mentor("Ada").await;
        for title in ["", "  ", "a\u{0}b", &"x".repeat(121)] {
            let problem = ada.post("/api/sessions", &json!({"title": title})).await.problem(422, "title_invalid");
            assert_eq!(problem["fields"][0]["field"], "title");
        }
    }

    async fn a_session_is_only_shown_to_those_in_it(world: World) {
        let session = open(&world.mentor("Ada").await, "Rust").await;
        let path = format!("/api/sessions/{}", id_of(&session));
        let bo = world.person("Bo").await;
        bo.get(&path).await.problem(404, "not_found");
        bo.press(&format!("{path}/end")).await.problem(404, "not_found");
        world.browser().get(&path).await.problem(401, "unauthenticated");
        world.browser().press(&format!("{path}/end")).await.problem(401, "unauthenticated");
        bo.get("/api/sessions/nonsense").await.problem(404, "not_found");
        assert_eq!(bo.get("/api/sessions").await.expect(200), json!({"items": [], "next_cursor": null}));
    }

    async fn a_link_shows_what_it_leads_to(world: World) {
        let ada = world.mentor("Ada").await;
        let session = open(&ada, "Rust").await;
        let path = format!("/api/join/{}", session["join_code"].as_str().expect("a code"));
        let guest = world.browser().get(&path).await.expect(200);
        let expected = json!({"id": session["id"], "title": "Rust", "mentor_name": "Ada", "state": "open", "end_to_end": false});
        assert_eq!(guest["session"], expected);
        assert_eq!(guest["you"], Value::Null);
        let bo = world.person("Bo").await;
        assert_eq!(bo.get(&path).await.expect(200)["you"], json!({"display_name": "Bo", "role": "member"}));
        assert_eq!(ada.get(&path).await.expect(200)["you"], json!({"display_name": "Ada", "role": "host"}));
        for code in ["unknown", "%00", "a%2Fb", "%F0%9F%98%80"] {
            world.browser().get(&format!("/api/join/{code}")).await.problem(404, "link_unknown");
        }
        // A stale login is told to refresh rather than taken for a stranger.
        world.advance(Duration::from_secs(600));
        bo.get(&path).await.problem(401, "unauthenticated");
    }

    async fn lists_come_newest_first_in_pages(world: World) {
        let ada = world.mentor("Ada").await;
        for number in 0..5 {
            open(&ada, &format!("Session {number}")).await;
            world.advance(Duration::from_millis(1));
        }
        let mut titles = Vec::new();
        let mut path = "/api/sessions?limit=2".to_owned();
        loop {
            let page = ada.get(&path).await.expect(200);
            let items = page["items"].as_array().expect("items");
            assert!(items.len() <= 2);
            titles.extend(items.iter().map(|item| item["title"].as_str().expect("a title").to_owned()));
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/api/sessions?limit=2&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(titles, ["Session 4", "Session 3", "Session 2", "Session 1", "Session 0"]);
        ada.get("/api/sessions?cursor=nonsense").await.problem(400, "cursor_invalid");
        ada.get("/api/sessions?limit=many").await.problem(400, "query_invalid");
        assert_eq!(ada.get("/api/sessions?limit=0").await.expect(200)["items"].as_array().expect("items").len(), 1);
        world.browser().get("/api/sessions").await.problem(401, "unauthenticated");
    }

    async fn the_mentor_ends_a_session_once(world: World) {
        let ada = world.mentor("Ada").await;
        let session = open(&ada, "Rust").await;
        world.advance(Duration::from_secs(5));
        let path = format!("/api/sessions/{}/end", id_of(&session));
        let ended = ada.press(&path).await.expect(200);
        assert_eq!(ended["state"], "ended");
        assert_eq!(ended["ended_at_ms"], world.now_ms());
        world.advance(Duration::from_secs(5));
        assert_eq!(ada.press(&path).await.expect(200), ended, "ending again changes nothing");
        let link = format!("/api/join/{}", session["join_code"].as_str().expect("a code"));
        assert_eq!(world.browser().get(&link).await.expect(200)["session"]["state"], "ended");
    }

    async fn the_rooms_tell_who_is_present(world: World) {
        let (ada, bo) = (world.mentor("Ada").await, world.person("Bo").await);
        let session = open(&ada, "Rust").await;
        let (id, at) = (id_of(&session), Timestamp(world.now_ms()));
        let path = format!("/api/sessions/{id}");
        let look = async || {
            let session = ada.get(&path).await.expect(200);
            (session["state"].as_str().expect("a state").to_owned(), session["present"].as_i64().expect("a count"))
        };
        tell(&world, &RoomOpened { session: id, at }).await;
        assert_eq!(look().await, ("live".to_owned(), 0));
        let joined = |user, name: &str, role, at| ParticipantJoined {
            session: id, participant: Uuid::from_u128(name.len() as u128), user, name: name.to_owned(), role, at,
        };
        let bo_joined = joined(Some(user_id(&bo).await), "Bo", Role::Member, at);
        tell(&world, &joined(Some(user_id(&ada).await), "Ada", Role::Host, at)).await;
        tell(&world, &bo_joined).await;
        tell(&world, &joined(None, "Guest", Role::Guest, at)).await;
        assert_eq!(look().await, ("live".to_owned(), 3));
        // Whoever was there finds the session among theirs.
        assert_eq!(bo.get(&path).await.expect(200)["you"], "member");
        bo.press(&format!("{path}/end")).await.problem(403, "host_required");

        let left = ParticipantLeft { session: id, participant: bo_joined.participant, at: at.plus(Duration::from_secs(9)) };
        tell(&world, &left).await;
        tell(&world, &left).await;
        tell(&world, &bo_joined).await;
        assert_eq!(look().await, ("live".to_owned(), 2), "old news heard again changes nothing");
        let again = ParticipantJoined { at: at.plus(Duration::from_secs(20)), ..bo_joined };
        tell(&world, &again).await;
        assert_eq!(look().await, ("live".to_owned(), 3));

        let closed = RoomClosed { session: id, at: at.plus(Duration::from_secs(30)), closing: Closing::Idle };
        tell(&world, &closed).await;
        assert_eq!(look().await, ("open".to_owned(), 0));
        tell(&world, &RoomOpened { session: id, at: at.plus(Duration::from_secs(40)) }).await;
        let live = ada.get(&path).await.expect(200);
        assert_eq!(live["started_at_ms"], at.0, "the session started once");
        tell(&world, &RoomClosed { at: at.plus(Duration::from_secs(50)), closing: Closing::Ended, ..closed }).await;
        assert_eq!(look().await, ("ended".to_owned(), 0));
    }

    async fn after_a_crash_nobody_is_present(world: World) {
        let ada = world.mentor("Ada").await;
        let session = open(&ada, "Rust").await;
        let (id, at) = (id_of(&session), Timestamp(world.now_ms()));
        tell(&world, &RoomOpened { session: id, at }).await;
        let host = user_id(&ada).await;
        tell(&world, &ParticipantJoined { session: id, participant: Uuid::from_u128(1), user: Some(host), name: "Ada".to_owned(), role: Role::Host, at }).await;
        world.state().booking.forget_presence().await.expect("forgotten");
        let session = ada.get(&format!("/api/sessions/{id}")).await.expect(200);
        assert_eq!((&session["state"], &session["present"]), (&json!("open"), &json!(0)));
    }

    async fn news_of_rooms_without_a_session_is_ignored(world: World) {
        let id = SessionId(Uuid::from_u128(7));
        let at = Timestamp(world.now_ms());
        tell(&world, &RoomOpened { session: id, at }).await;
        tell(&world, &ParticipantJoined { session: id, participant: Uuid::from_u128(1), user: None, name: "x".to_owned(), role: Role::Guest, at }).await;
        tell(&world, &RoomClosed { session: id, at, closing: Closing::Idle }).await;
    }
}
