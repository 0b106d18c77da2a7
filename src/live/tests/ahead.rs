//! Who connects before being let in.

use serde_json::json;
use sfu::{Event, GoneReason, Watch};
use signaling::message::Role;

use super::super::media::Order;
use super::hall::{BAD_OFFER, Caller, Hall};
use crate::booking::WaitingRoom;

fn open() -> Hall {
    Hall::new(WaitingRoom::Off, 25)
}

fn previewing(hall: &mut Hall, name: &str) -> Caller {
    let token = hall.token(Role::Member, name);
    hall.hello(token)
}

fn prepare(hall: &mut Hall, caller: Caller) {
    hall.say(caller, json!({"type": "prepare", "id": "prepare", "offer": "v=0"}));
}

/// What the media plane was told of `caller`, in short.
fn orders(hall: &Hall, caller: Caller) -> Vec<&'static str> {
    let of = |order: &Order| match order {
        Order::Connect { participant, options, .. } if *participant == caller.id => {
            Some(if options.watch == Watch::Nobody { "connect ahead" } else { "connect" })
        }
        Order::LetIn { participant, .. } if *participant == caller.id => Some("let in"),
        Order::Leave(participant) if *participant == caller.id => Some("leave"),
        Order::Ready(participant) if *participant == caller.id => Some("ready"),
        _ => None,
    };
    hall.orders.iter().filter_map(of).collect()
}

#[test]
fn who_is_prepared_joins_without_an_offer() {
    let mut hall = open();
    let ada = hall.join(Role::Host, "Ada");
    let bo = previewing(&mut hall, "Bo");
    hall.heard(ada);
    prepare(&mut hall, bo);
    let prepared = hall.heard_of(bo, "prepared");
    assert_eq!((&prepared["re"], &prepared["answer"]), (&json!("prepare"), &json!("answer to v=0")));
    hall.say(bo, json!({"type": "ready"}));
    hall.media(Event::Connected { participant: bo.id });
    hall.media(Event::Quality { participant: bo.id, score: 5.0 });
    assert_eq!(hall.heard(ada), Vec::<serde_json::Value>::new(), "nobody learns of them");
    hall.say(bo, json!({"type": "join", "id": "join", "sources": {"camera": {"audio": "on"}}}));
    let joined = hall.heard_of(bo, "joined");
    assert_eq!(joined["re"], "join");
    assert_eq!(joined.get("answer"), None);
    assert_eq!(joined["participants"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        hall.heard_of(ada, "participant")["participant"]["sources"],
        json!({"camera": {"audio": "on", "video": "off"}})
    );
    assert_eq!(orders(&hall, bo), ["connect ahead", "ready", "let in"]);
    hall.say(bo, json!({"type": "leave"}));
    assert_eq!(orders(&hall, bo).last(), Some(&"leave"));
}

#[test]
fn who_goes_before_joining_leaves_no_connection() {
    let mut hall = open();
    let bo = previewing(&mut hall, "Bo");
    prepare(&mut hall, bo);
    hall.lose(bo);
    assert_eq!(orders(&hall, bo), ["connect ahead", "leave"]);
}

#[test]
fn who_waits_is_let_in_over_the_connection_they_have() {
    let mut hall = Hall::new(WaitingRoom::On, 25);
    let ada = hall.join(Role::Host, "Ada");
    let token = hall.token(Role::Guest, "Eve");
    let eve = hall.hello(token);
    prepare(&mut hall, eve);
    hall.say(eve, json!({"type": "join"}));
    hall.heard_of(eve, "waiting");
    assert_eq!(orders(&hall, eve), ["connect ahead"]);
    hall.say(ada, json!({"type": "moderate", "action": "admit", "participant": eve.id}));
    hall.heard_of(eve, "joined");
    assert_eq!(orders(&hall, eve), ["connect ahead", "let in"]);
}

#[test]
fn a_connection_that_went_meanwhile_is_said_so_and_an_offer_helps() {
    let mut hall = open();
    let bo = previewing(&mut hall, "Bo");
    prepare(&mut hall, bo);
    hall.media(Event::Gone { participant: bo.id, reason: GoneReason::ConsentLost });
    hall.say(bo, json!({"type": "join", "id": "1"}));
    assert_eq!(hall.heard_of(bo, "error")["code"], "offer_invalid");
    hall.say(bo, json!({"type": "join", "id": "2", "offer": "v=0"}));
    assert_eq!(hall.heard_of(bo, "joined")["re"], "2");
    assert_eq!(orders(&hall, bo), ["connect ahead", "connect"]);
}

#[test]
fn an_offer_with_the_join_replaces_what_was_prepared() {
    let mut hall = open();
    let bo = previewing(&mut hall, "Bo");
    prepare(&mut hall, bo);
    prepare(&mut hall, bo);
    hall.say(bo, json!({"type": "join", "offer": "v=0"}));
    assert_eq!(hall.heard_of(bo, "joined")["answer"], "answer to v=0");
    assert_eq!(orders(&hall, bo), ["connect ahead", "leave", "connect ahead", "leave", "connect"]);
}

#[test]
fn an_offer_that_cannot_be_answered_prepares_nothing() {
    let mut hall = open();
    let bo = previewing(&mut hall, "Bo");
    hall.say(bo, json!({"type": "prepare", "id": "1", "offer": BAD_OFFER}));
    assert_eq!(hall.heard_of(bo, "error")["code"], "offer_invalid");
    hall.say(bo, json!({"type": "join", "id": "2"}));
    assert_eq!(hall.heard_of(bo, "error")["re"], "2");
    hall.lose(bo);
    assert_eq!(orders(&hall, bo), ["connect ahead"]);
}

#[test]
fn a_room_holds_so_many_connections_ahead_and_no_more() {
    let mut hall = open();
    for _ in 0..64 {
        let someone = previewing(&mut hall, "Someone");
        prepare(&mut hall, someone);
        hall.heard_of(someone, "prepared");
    }
    let late = previewing(&mut hall, "Late");
    prepare(&mut hall, late);
    assert_eq!(hall.heard_of(late, "error")["code"], "room_full");
    hall.say(late, json!({"type": "join", "offer": "v=0"}));
    hall.heard_of(late, "joined");
}
