//! Whatever a client says, the machines neither panic nor leave a named message unanswered.

use std::time::Instant;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use signaling::message::{Grant, Grants, Role};
use signaling::{
    Ask, Connection, ConnectionOutput, Effect, Frame, Identity, Participant, ServerMessage, SocketId, limits,
};

/// Any JSON at all.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Messages that are nearly right: known types and fields, each field right or anything.
fn nearly_a_message() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![
        "hello",
        "join",
        "offer",
        "ready",
        "publish",
        "unpublish",
        "mute",
        "subscribe",
        "chat",
        "hand",
        "moderate",
        "ping",
        "pong",
        "dance",
    ]);
    let right: Vec<(&str, Value)> = vec![
        ("version", json!(1)),
        ("token", json!("t")),
        ("name", json!("Ada")),
        ("offer", json!("v=0")),
        ("sources", json!({"camera":{"audio":"on","video":"muted"}})),
        ("source", json!("camera")),
        ("audio", json!("on")),
        ("kind", json!("audio")),
        ("muted", json!(true)),
        ("wants", json!([])),
        ("text", json!("Hello")),
        ("raised", json!(true)),
        ("action", json!("lock")),
        ("participant", json!("*")),
        ("nonce", json!(7)),
    ];
    let fields: Vec<_> = right
        .into_iter()
        .map(|(name, value)| {
            prop_oneof![4 => Just(Some(value)), 1 => any_json().prop_map(Some), 1 => Just(None)]
                .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
        })
        .collect();
    (kind, fields).prop_map(|(kind, fields)| {
        let mut message: Map<String, Value> = fields.into_iter().flatten().collect();
        message.insert("type".to_owned(), kind.into());
        Value::Object(message)
    })
}

fn joined_participant() -> Participant {
    let grants = Grants::from_iter([Grant::Publish, Grant::Subscribe, Grant::Admit, Grant::Moderate]);
    let identity = Identity {
        participant: crate::stage::participant_id(1),
        name: Some("Ada".to_owned()),
        role: Role::Host,
        grants,
    };
    let mut participant = Participant::new(identity, SocketId(1), limits::GRACE);
    let join = Frame::parse(r#"{"type":"join","offer":"v=0"}"#).expect("a join");
    participant.receive(SocketId(1), join);
    participant.admit(0).expect("asked");
    participant.answered(0, Ok("v=0".to_owned())).expect("joining");
    while participant.poll_effect().is_some() {}
    participant
}

/// How a named message was answered, replies of the room included.
fn reply_to(participant: &mut Participant, frame: Frame) -> Vec<ServerMessage> {
    let mut replies = Vec::new();
    participant.receive(SocketId(1), frame);
    while let Some(effect) = participant.poll_effect() {
        match effect {
            Effect::Send(_, message) => replies.push(*message),
            Effect::Ask(Ask::Chat { re, .. } | Ask::Moderate { re, .. }) => participant.reply(re, Ok(())),
            Effect::Ask(Ask::Connect { .. } | Ask::Reoffer { .. }) => {
                participant.answered(0, Ok("v=0".to_owned())).expect("an open offer");
            }
            _ => {}
        }
    }
    replies
}

proptest! {
    #[test]
    fn a_socket_survives_any_text(texts in prop::collection::vec(".{0,200}", 0..8)) {
        let now = Instant::now();
        let mut connection = Connection::new(now);
        for text in texts {
            connection.text(now, &text);
        }
        while connection.poll_output().is_some() {}
    }

    #[test]
    fn every_unreadable_frame_is_answered_or_closes(json in prop_oneof![any_json(), nearly_a_message()]) {
        let now = Instant::now();
        let mut connection = Connection::new(now);
        connection.text(now, r#"{"type":"hello","version":1,"token":"t"}"#);
        connection.bound();
        while connection.poll_output().is_some() {}
        connection.text(now, &json.to_string());
        let quiet = matches!(json.get("type").and_then(Value::as_str), Some("pong"));
        prop_assert!(quiet || connection.poll_output().is_some(), "no output for {json}");
    }

    #[test]
    fn every_named_message_gets_exactly_one_reply(mut json in nearly_a_message()) {
        json["id"] = "x".into();
        let Ok(frame) = Frame::parse(&json.to_string()) else { return Ok(()) };
        let mut participant = joined_participant();
        let replies = reply_to(&mut participant, frame);
        let named = replies.iter().filter(|reply| {
            serde_json::to_value(reply).is_ok_and(|reply| reply["re"] == "x")
        });
        prop_assert_eq!(named.count(), 1, "{:?} to {}", replies, json);
    }

    #[test]
    fn what_is_written_is_read_back(json in nearly_a_message()) {
        if let Ok(frame) = Frame::parse(&json.to_string()) {
            let again = serde_json::to_string(&frame.message).expect("a message has a JSON form");
            prop_assert_eq!(Frame::parse(&again).expect("our own text").message, frame.message);
        }
    }
}

#[test]
fn a_closed_socket_hears_nothing() {
    let now = Instant::now();
    let mut connection = Connection::new(now);
    connection.binary(now);
    assert!(matches!(connection.poll_output(), Some(ConnectionOutput::Close(_))));
    connection.text(now, r#"{"type":"hello","version":1,"token":"t"}"#);
    assert_eq!(connection.poll_output(), None);
}
