//! What people in a room meet with.

use std::time::Duration;

use serde_json::json;
use sfu::{Event, Flow, GoneReason, SlotAssignment, SlotIndex, Source};
use signaling::message::Role;
use signaling::{EndReason, ErrorCode};

use super::super::media::Order;
use super::super::records::Record;
use super::super::token::RoomToken;
use super::hall::{BAD_OFFER, GRACE, Hall, IDLE};
use crate::booking::{Closing, WaitingRoom};
use crate::kernel::ids::LoginId;

fn open() -> Hall {
    Hall::new(WaitingRoom::Off, 25)
}

fn names(snapshot: &serde_json::Value) -> Vec<&str> {
    let people = snapshot["participants"].as_array().expect("a list");
    people.iter().filter_map(|person| person["name"].as_str()).collect()
}

#[test]
fn who_joins_sees_everyone_and_is_seen() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    assert_eq!(names(&hall.heard_of(ada, "joined")), ["Ada"]);

    let bo = hall.join(Role::Member, "Bo");
    let joined = hall.heard_of(bo, "joined");
    assert_eq!(joined["re"], "join");
    assert_eq!(joined["answer"], "answer to v=0");
    assert_eq!(names(&joined), ["Ada", "Bo"]);
    assert_eq!(joined["room"]["present"], 2);
    let told = hall.heard_of(ada, "participant");
    assert_eq!(told["participant"]["name"], "Bo");
    assert_eq!(told["participant"]["sources"], json!({"camera": {"audio": "on", "video": "on"}}));

    let kinds: Vec<_> = hall.records.iter().map(std::mem::discriminant).collect();
    assert_eq!(kinds.len(), 3, "opened once, joined twice: {:?}", hall.records);
    assert!(matches!(hall.records[0], Record::Opened(_)));
}

#[test]
fn everyone_gets_turn_credentials_of_their_own_and_new_ones_with_every_hello() {
    let mut hall = open();
    let (ada, bo) = (hall.token(Role::Host, "Ada"), hall.token(Role::Member, "Bo"));
    let mut told = |token: &RoomToken| {
        let caller = hall.hello(token.clone());
        let server = hall.heard_of(caller, "welcome")["ice_servers"][0].clone();
        hall.advance(Duration::from_secs(1));
        let bearer = token.participant.expect("a session's token").to_string();
        let username = server["username"].as_str().expect("a name").to_owned();
        assert!(username.ends_with(&format!(":{bearer}")), "{username}");
        (username, server["credential"].as_str().expect("a password").to_owned())
    };
    let (first, bos, again) = (told(&ada), told(&bo), told(&ada));
    assert_ne!(first.1, bos.1);
    assert_ne!(first, again);
}

#[test]
fn the_pre_join_page_sees_how_many_are_in_and_nobody_sees_it() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    hall.heard(ada);
    let token = hall.token(Role::Guest, "");
    let eve = hall.hello(token);
    let welcome = hall.heard_of(eve, "welcome");
    assert_eq!(welcome["room"]["present"], 1);
    assert_eq!(welcome["you"]["name"], json!(null));
    assert_eq!(welcome["media"]["slots"], 8);
    assert_eq!(hall.heard(ada), Vec::<serde_json::Value>::new());

    hall.join(Role::Member, "Bo");
    assert_eq!(hall.heard_of(eve, "room")["room"]["present"], 2);
}

#[test]
fn a_host_admits_and_refuses_from_the_waiting_room() {
    let mut hall = Hall::new(WaitingRoom::On, 25);
    let ada = hall.join(Role::Host, "Ada");
    let bo = hall.join(Role::Member, "Bo");
    let eve = hall.join(Role::Guest, "Eve");
    assert_eq!(hall.heard_of(bo, "waiting")["re"], "join");
    let waiting = hall.heard_of(ada, "waiting_people");
    assert_eq!(waiting["people"].as_array().map(Vec::len), Some(2));

    hall.say(ada, json!({"type": "moderate", "action": "admit", "participant": bo.id, "id": "1"}));
    hall.say(ada, json!({"type": "moderate", "action": "refuse", "participant": "*", "id": "2"}));

    assert_eq!(names(&hall.heard_of(bo, "joined")), ["Ada", "Bo"]);
    assert_eq!(hall.heard_of(eve, "ended")["reason"], "refused");
    assert_eq!(hall.closed(eve), Some(1000));
    let frames = hall.heard(ada);
    let replies: Vec<_> = frames.iter().filter(|frame| frame["type"] == "ok").map(|frame| &frame["re"]).collect();
    assert_eq!(replies, ["1", "2"]);
    assert_eq!(frames.iter().rev().find(|frame| frame["type"] == "waiting_people").expect("told")["people"], json!([]));
}

#[test]
fn a_host_who_comes_later_finds_who_waits() {
    let mut hall = Hall::new(WaitingRoom::On, 25);
    hall.join(Role::Guest, "Eve");
    let ada = hall.join(Role::Host, "Ada");
    assert_eq!(hall.heard_of(ada, "joined")["waiting_people"][0]["name"], "Eve");
    let bo = hall.join(Role::Guest, "Bo");
    hall.say(ada, json!({"type": "moderate", "action": "admit", "participant": bo.id}));
    assert_eq!(hall.heard_of(bo, "joined")["waiting_people"], json!([]), "who waits is the hosts' business");
}

#[test]
fn a_locked_room_takes_nobody_and_an_unlocked_one_does() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    hall.say(ada, json!({"type": "moderate", "action": "lock"}));
    assert_eq!(hall.heard_of(ada, "room")["room"]["locked"], true);
    let bo = hall.join(Role::Member, "Bo");
    assert_eq!(hall.heard_of(bo, "error")["code"], "room_locked");

    hall.say(ada, json!({"type": "moderate", "action": "unlock"}));
    hall.say(bo, json!({"type": "join", "offer": "v=0"}));
    hall.heard_of(bo, "joined");
}

#[test]
fn a_full_room_takes_nobody_until_somebody_leaves() {
    let mut hall = Hall::new(WaitingRoom::Off, 2);
    let ada = hall.join(Role::Host, "Ada");
    let bo = hall.join(Role::Member, "Bo");
    let eve = hall.join(Role::Guest, "Eve");
    assert_eq!(hall.heard_of(eve, "error")["code"], "room_full");

    hall.say(bo, json!({"type": "leave"}));
    assert_eq!(hall.closed(bo), Some(1000));
    assert_eq!(hall.heard_of(ada, "participant_left")["reason"], "left");
    hall.say(eve, json!({"type": "join", "offer": "v=0"}));
    hall.heard_of(eve, "joined");
}

#[test]
fn admitting_more_than_fit_says_so() {
    let mut hall = Hall::new(WaitingRoom::On, 2);
    let ada = hall.join(Role::Host, "Ada");
    hall.join(Role::Guest, "Bo");
    let eve = hall.join(Role::Guest, "Eve");
    hall.say(ada, json!({"type": "moderate", "action": "admit", "participant": "*", "id": "1"}));
    let frames = hall.heard(ada);
    assert!(frames.iter().any(|frame| frame["re"] == "1" && frame["code"] == "room_full"), "{frames:#?}");
    hall.heard_of(eve, "waiting");
}

#[test]
fn a_removed_participant_does_not_come_back_with_what_they_had() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let token = hall.token(Role::Guest, "Eve");
    let eve = hall.hello(token.clone());
    let resume = hall.heard_of(eve, "welcome")["resume"]["token"].as_str().expect("text").to_owned();
    hall.say(eve, json!({"type": "join", "offer": "v=0"}));
    hall.say(ada, json!({"type": "moderate", "action": "remove", "participant": eve.id}));

    assert_eq!(hall.heard_of(eve, "ended")["reason"], "removed");
    assert_eq!(hall.closed(eve), Some(1000));
    assert_eq!(hall.heard_of(ada, "participant_left")["reason"], "removed");
    assert_eq!(hall.revoked.iter().map(|revocation| revocation.key.as_str()).collect::<Vec<_>>(), [token.jti.as_str()]);
    assert_eq!(hall.resume(&resume), Err(ErrorCode::ResumeUnknown));
    assert!(hall.orders.contains(&Order::Leave(eve.id)));

    // With a new token a guest now comes through the waiting room.
    let again = hall.join(Role::Guest, "Eve");
    hall.heard_of(again, "waiting");
}

#[test]
fn nobody_is_removed_who_is_not_there() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let token = hall.token(Role::Guest, "Eve");
    let eve = hall.hello(token);
    for id in [eve.id.to_string(), "00000000-0000-0000-0000-00000000ffff".to_owned()] {
        hall.say(ada, json!({"type": "moderate", "action": "remove", "participant": id, "id": "1"}));
        assert_eq!(hall.heard_of(ada, "error")["code"], "participant_unknown");
    }
}

#[test]
fn a_participant_survives_their_socket_for_the_grace_time() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let token = hall.token(Role::Member, "Bo");
    let bo = hall.hello(token);
    let resume = hall.heard_of(bo, "welcome")["resume"]["token"].as_str().expect("text").to_owned();
    hall.say(bo, json!({"type": "join", "offer": "v=0"}));
    hall.say(bo, json!({"type": "ready"}));
    let orders = hall.orders.len();

    hall.lose(bo);
    assert_eq!(hall.heard_of(ada, "participant")["participant"]["connection"], "reconnecting");
    hall.advance(GRACE / 2);
    hall.say(ada, json!({"type": "chat", "text": "Are you there?"}));
    let again = hall.resume(&resume).expect("within the grace time");
    let resumed = hall.heard_of(again, "resumed");
    assert_eq!(names(&resumed), ["Ada", "Bo"]);
    assert_eq!(resumed["chat"][0]["text"], "Are you there?");
    assert!(resumed.get("answer").is_none(), "it was confirmed by ready");
    assert_eq!(hall.heard_of(ada, "participant")["participant"]["connection"], "connected");
    assert_eq!(hall.orders.len(), orders, "media went on untouched");

    hall.lose(again);
    hall.advance(GRACE);
    assert_eq!(hall.heard_of(ada, "participant_left")["reason"], "lost");
    assert_eq!(hall.resume(&resume), Err(ErrorCode::ResumeUnknown));
}

#[test]
fn a_second_hello_with_the_same_token_replaces_the_first() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let token = hall.token(Role::Member, "Bo");
    let first = hall.hello(token.clone());
    hall.say(first, json!({"type": "join", "offer": "v=0"}));
    let second = hall.hello(token);
    assert_eq!(hall.heard_of(first, "ended")["reason"], "replaced");
    assert_eq!(hall.closed(first), Some(4002));
    assert_eq!(hall.heard_of(ada, "participant_left")["reason"], "replaced");
    // A frame still on its way on the old socket is not heard.
    hall.say(first, json!({"type": "leave"}));
    hall.say(second, json!({"type": "join", "offer": "v=0"}));
    hall.heard_of(second, "joined");
}

#[test]
fn a_moderator_mutes_for_everyone_at_once() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let bo = hall.join(Role::Member, "Bo");
    hall.say(ada, json!({"type": "moderate", "action": "mute", "participant": bo.id, "kind": "audio"}));
    assert_eq!(hall.heard_of(ada, "participant")["participant"]["sources"]["camera"]["audio"], "muted");
    let muted = hall.heard_of(bo, "muted");
    assert_eq!((&muted["source"], &muted["kind"], &muted["by"]), (&json!("camera"), &json!("audio"), &json!(ada.id)));
    assert!(matches!(hall.orders.last(), Some(Order::Publish(id, Source::Camera, _)) if *id == bo.id));

    hall.say(bo, json!({"type": "moderate", "action": "mute", "participant": ada.id, "kind": "audio", "id": "1"}));
    assert_eq!(hall.heard_of(bo, "error")["code"], "not_permitted");
}

#[test]
fn the_mentor_ends_it_for_everyone() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let bo = hall.join(Role::Member, "Bo");
    let token = hall.token(Role::Guest, "");
    let eve = hall.hello(token);
    hall.say(ada, json!({"type": "moderate", "action": "end", "id": "1"}));
    for caller in [ada, bo, eve] {
        assert_eq!(hall.heard_of(caller, "ended")["reason"], "room_ended");
        assert_eq!(hall.closed(caller), Some(1000));
    }
    assert_eq!(hall.room.end_reason(), Some(EndReason::RoomEnded));
    assert_eq!(hall.orders.last(), Some(&Order::Close));
    let last = hall.records.last().expect("records");
    assert!(matches!(last, Record::Closed(closed) if closed.closing == Closing::Ended), "{last:?}");
    let token = hall.token(Role::Host, "Ada");
    let late = hall.room.hello(hall.now(), signaling::SocketId(99), token, None);
    assert_eq!(late.map_err(|refusal| refusal.code), Err(ErrorCode::RoomEnded));
}

#[test]
fn chat_reaches_everyone_and_those_who_come_later() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    for number in 0..201 {
        hall.say(ada, json!({"type": "chat", "text": format!("message {number}"), "id": "1"}));
    }
    let frames = hall.heard(ada);
    assert_eq!(frames.iter().filter(|frame| frame["type"] == "chat").count(), 201);
    assert_eq!(frames.iter().filter(|frame| frame["type"] == "ok").count(), 201);
    let bo = hall.join(Role::Member, "Bo");
    let chat = hall.heard_of(bo, "joined")["chat"].clone();
    assert_eq!(chat.as_array().map(Vec::len), Some(200));
    assert_eq!(chat[0]["text"], "message 1");
    assert_eq!(hall.records.iter().filter(|record| matches!(record, Record::Chat(..))).count(), 201);
}

#[test]
fn slots_speakers_and_quality_are_told_and_told_again() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let token = hall.token(Role::Member, "Bo");
    let bo = hall.hello(token);
    let resume = hall.heard_of(bo, "welcome")["resume"]["token"].as_str().expect("text").to_owned();
    hall.say(bo, json!({"type": "join", "offer": "v=0"}));
    let carrying = SlotAssignment {
        slot: SlotIndex(0),
        source: Some((ada.id, Source::Camera)),
        audio: Flow::Forwarded,
        video: Flow::None,
    };
    let empty = SlotAssignment { slot: SlotIndex(1), source: None, audio: Flow::None, video: Flow::None };
    hall.media(Event::Slots { participant: bo.id, slots: vec![carrying, empty] });
    hall.media(Event::Speakers { participants: vec![ada.id] });
    hall.media(Event::Quality { participant: ada.id, score: 4.5 });
    hall.media(Event::Demand { participant: bo.id, source: Source::Camera, layers: 1 });

    let slots = json!([
        {"slot": 0, "participant": ada.id, "source": "camera", "audio": true, "video": false},
        {"slot": 1, "participant": null},
    ]);
    let frames = hall.heard(bo);
    assert_eq!(frames.iter().find(|frame| frame["type"] == "slots").expect("told")["slots"], slots);
    assert!(hall.heard(ada).iter().all(|frame| frame["type"] != "slots"), "slots are the receiver's own");

    hall.lose(bo);
    let again = hall.resume(&resume).expect("here");
    let frames = hall.heard(again);
    let kinds: Vec<_> = frames.iter().filter_map(|frame| frame["type"].as_str()).collect();
    assert_eq!(kinds[..4], ["resumed", "quality", "layers", "speakers"], "the whole state comes first");
    assert_eq!(frames[0]["slots"], slots);
    assert_eq!(frames[2], json!({"type": "layers", "source": "camera", "layers": 1}));
}

#[test]
fn lost_media_shows_and_a_new_peer_connection_takes_over() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let bo = hall.join(Role::Member, "Bo");
    hall.say(bo, json!({"type": "subscribe", "wants": []}));
    hall.media(Event::Stalled { participant: bo.id });
    assert_eq!(hall.heard_of(ada, "participant")["participant"]["connection"], "reconnecting");
    hall.media(Event::Gone { participant: bo.id, reason: GoneReason::ConsentLost });
    hall.orders.clear();

    hall.say(bo, json!({"type": "offer", "offer": "v=0 new", "peer_connection": "new", "id": "3"}));
    assert_eq!(hall.heard_of(bo, "answer")["answer"], "answer to v=0 new");
    hall.media(Event::Connected { participant: bo.id });
    assert_eq!(hall.heard_of(ada, "participant")["participant"]["connection"], "connected");
    let [Order::Leave(_), Order::Connect { sources, .. }, Order::Subscribe(..)] = hall.orders.as_slice() else {
        panic!("{:?}", hall.orders);
    };
    assert!(sources.state(Source::Camera).is_some(), "what was published is published again");
}

#[test]
fn media_that_stays_away_ends_a_participation() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let bo = hall.join(Role::Member, "Bo");
    hall.media(Event::Gone { participant: bo.id, reason: GoneReason::Failed });
    hall.advance(GRACE);
    assert_eq!(hall.heard_of(bo, "ended")["reason"], "lost");
    assert_eq!(hall.heard_of(ada, "participant_left")["reason"], "lost");
}

#[test]
fn an_offer_that_cannot_be_answered_leaves_no_trace() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    hall.heard(ada);
    let token = hall.token(Role::Member, "Bo");
    let bo = hall.hello(token);
    hall.say(bo, json!({"type": "join", "offer": BAD_OFFER, "id": "2"}));
    assert_eq!(hall.heard_of(bo, "error")["code"], "offer_invalid");
    assert_eq!(hall.heard(ada), Vec::<serde_json::Value>::new());
    hall.say(bo, json!({"type": "join", "offer": "v=0"}));
    hall.heard_of(bo, "joined");
}

#[test]
fn an_empty_room_closes_after_a_while() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    hall.advance(IDLE * 3);
    assert_eq!(hall.room.end_reason(), None);
    hall.say(ada, json!({"type": "leave"}));
    hall.advance(IDLE - Duration::from_secs(1));
    assert_eq!(hall.room.end_reason(), None);
    hall.advance(Duration::from_secs(1));
    assert_eq!(hall.room.end_reason(), Some(EndReason::Idle));
    let last = hall.records.last().expect("records");
    assert!(matches!(last, Record::Closed(closed) if closed.closing == Closing::Idle), "{last:?}");
}

#[test]
fn a_stopping_server_tells_and_an_empty_room_does_not_hold_it_up() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let deadline = hall.time.now().plus(Duration::from_secs(10));
    hall.room.announce_shutdown(hall.now(), deadline);
    hall.carry_out();
    assert_eq!(hall.heard_of(ada, "shutdown")["deadline_ms"], deadline.0);
    hall.say(ada, json!({"type": "leave"}));
    hall.advance(Duration::ZERO);
    assert_eq!(hall.room.end_reason(), Some(EndReason::Idle));

    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    hall.room.end(hall.now(), EndReason::Shutdown);
    hall.carry_out();
    assert_eq!(hall.heard_of(ada, "ended")["reason"], "shutdown");
    assert_eq!(hall.closed(ada), Some(1001));
}

#[test]
fn whoever_came_by_a_revoked_login_goes() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let login = LoginId(uuid::Uuid::from_u128(7));
    let mut token = hall.token(Role::Member, "Bo");
    token.login = Some(login);
    let bo = hall.hello(token);
    hall.say(bo, json!({"type": "join", "offer": "v=0"}));
    hall.room.login_revoked(hall.now(), login);
    hall.carry_out();
    assert_eq!(hall.closed(bo), Some(1000));
    assert_eq!(hall.closed(ada), None);
}
