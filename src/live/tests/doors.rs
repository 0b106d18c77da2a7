//! WHIP and WHEP as the room sees them.

use serde_json::json;
use sfu::{Event, GoneReason, ParticipantId, Source, Watch};
use signaling::message::{Grant, Grants, Role};

use super::super::media::Order;
use super::super::room::{Answer, DoorError, RequestId, Restart, Watched};
use super::super::token::RoomToken;
use super::hall::{BAD_OFFER, Hall};
use crate::booking::WaitingRoom;

const OFFER: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:abcd\r\n\
    a=ice-pwd:0123456789012345678901\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n";

fn publish(hall: &mut Hall, token: RoomToken, id: &str, offer: &str) -> Result<Answer, DoorError> {
    let request = RequestId(hall.number());
    hall.room.publish(hall.now(), request, token, id, offer.to_owned());
    hall.carry_out();
    hall.doors.remove(&request).expect("an outcome")
}

fn view(hall: &mut Hall, token: RoomToken, watched: Watched) -> Result<Answer, DoorError> {
    let request = RequestId(hall.number());
    hall.room.view(hall.now(), request, token, watched, OFFER.to_owned());
    hall.carry_out();
    hall.doors.remove(&request).expect("an outcome")
}

/// Whom the last connection watches.
fn watch(hall: &Hall) -> Watch {
    let connects = hall.orders.iter().rev().find_map(|order| match order {
        Order::Connect { options, .. } => Some(options.watch),
        _ => None,
    });
    connects.expect("a connection")
}

fn only(watch: Watch) -> ParticipantId {
    match watch {
        Watch::Only(id) => id,
        Watch::Nobody | Watch::Everyone => panic!("only one was asked for"),
    }
}

#[test]
fn a_whip_publisher_is_a_participant() {
    let mut hall = Hall::new(WaitingRoom::Off, 25);
    let ada = hall.join(Role::Host, "Ada");
    let token = hall.token(Role::Member, "");
    let answer = publish(&mut hall, token.clone(), "studio", OFFER).expect("published");
    assert_eq!(answer.body, format!("answer to {OFFER}"));
    let person = hall.heard_of(ada, "participant")["participant"].clone();
    assert_eq!(person["name"], "studio");
    assert_eq!(person["sources"], json!({"camera": {"audio": "on", "video": "on"}}));

    let credentials = answer.ice_servers.first().and_then(|server| server.username.clone()).expect("TURN");
    assert!(credentials.ends_with(person["participant"].as_str().expect("an id")), "{credentials}");

    let closed = hall.room.close_door(hall.now(), &token, &answer.resource);
    hall.carry_out();
    assert_eq!(closed, Ok(()));
    assert_eq!(hall.heard_of(ada, "participant_left")["reason"], "left");
    assert_eq!(hall.room.close_door(hall.now(), &token, &answer.resource), Err(DoorError::ResourceUnknown));
}

#[test]
fn a_publisher_that_comes_back_replaces_itself() {
    let mut hall = Hall::new(WaitingRoom::Off, 25);
    let ada = hall.join(Role::Host, "Ada");
    let token = hall.token(Role::Member, "");
    let first = publish(&mut hall, token.clone(), "studio", OFFER).expect("published");
    let second = publish(&mut hall, token.clone(), "studio", OFFER).expect("published again");
    assert_eq!(hall.heard_of(ada, "participant")["participant"]["name"], "studio");
    // Its former self deletes what it had; that does not touch the new one.
    assert_eq!(hall.room.close_door(hall.now(), &token, &first.resource), Ok(()));
    hall.carry_out();
    assert!(hall.heard(ada).iter().all(|frame| frame["type"] != "participant_left"));
    assert_eq!(hall.room.close_door(hall.now(), &token, &second.resource), Ok(()));
}

#[test]
fn a_viewer_may_come_before_its_publisher() {
    let mut hall = Hall::new(WaitingRoom::Off, 25);
    let ada = hall.join(Role::Host, "Ada");
    hall.heard(ada);
    let token = hall.token(Role::Member, "");
    view(&mut hall, token.clone(), Watched::One("studio".to_owned())).expect("watching");
    let awaited = only(watch(&hall));
    assert_eq!(hall.heard(ada), Vec::<serde_json::Value>::new(), "viewers are not shown");

    publish(&mut hall, token.clone(), "studio", OFFER).expect("published");
    assert_eq!(hall.heard_of(ada, "participant")["participant"]["participant"], json!(awaited));

    view(&mut hall, token.clone(), Watched::One(ada.id.to_string())).expect("watching");
    assert_eq!(only(watch(&hall)), ada.id);
    view(&mut hall, token, Watched::Everyone).expect("watching");
    assert_eq!(watch(&hall), Watch::Everyone);
}

#[test]
fn a_connection_that_is_gone_ends_the_session() {
    let mut hall = Hall::new(WaitingRoom::Off, 25);
    let ada = hall.join(Role::Host, "Ada");
    let token = hall.token(Role::Member, "");
    publish(&mut hall, token.clone(), "studio", OFFER).expect("published");
    let person = hall.heard_of(ada, "participant")["participant"]["participant"].clone();
    let id: ParticipantId = serde_json::from_value(person).expect("an id");
    hall.media(Event::Gone { participant: id, reason: GoneReason::Closed });
    assert_eq!(hall.heard_of(ada, "participant_left")["reason"], "left");
    publish(&mut hall, token.clone(), "studio", OFFER).expect("published");
    hall.media(Event::Gone { participant: id, reason: GoneReason::ConsentLost });
    assert_eq!(hall.heard_of(ada, "participant_left")["reason"], "lost");

    let answer = view(&mut hall, token.clone(), Watched::Everyone).expect("watching");
    let viewer = hall.orders.iter().rev().find_map(|order| match order {
        Order::Connect { participant, .. } => Some(*participant),
        _ => None,
    });
    let viewer = viewer.expect("a connection");
    hall.media(Event::Gone { participant: viewer, reason: GoneReason::ConsentLost });
    assert_eq!(hall.orders.last(), Some(&Order::Leave(viewer)));
    assert_eq!(hall.room.close_door(hall.now(), &token, &answer.resource), Ok(()), "its DELETE comes too late");
    assert_eq!(hall.room.close_door(hall.now(), &token, &answer.resource), Err(DoorError::ResourceUnknown));
}

#[test]
fn doors_open_only_for_those_who_may() {
    let mut hall = Hall::new(WaitingRoom::On, 25);
    let guest = hall.token(Role::Guest, "Eve");
    assert_eq!(publish(&mut hall, guest.clone(), "x", OFFER), Err(DoorError::AdmissionRequired));
    assert_eq!(view(&mut hall, guest.clone(), Watched::Everyone), Err(DoorError::AdmissionRequired));
    let watcher = RoomToken { grants: Grants::from_iter([Grant::Subscribe]), ..guest };
    assert_eq!(publish(&mut hall, watcher, "x", OFFER), Err(DoorError::NotPermitted));

    let host = hall.token(Role::Host, "Ada");
    let answer = publish(&mut hall, host, "x", OFFER).expect("hosts pass");
    let stranger = hall.token(Role::Host, "Bo");
    assert_eq!(hall.room.close_door(hall.now(), &stranger, &answer.resource), Err(DoorError::NotPermitted));
    let host = hall.token(Role::Host, "Ada");
    let refused = publish(&mut hall, host, "y", BAD_OFFER);
    assert!(matches!(refused, Err(DoorError::Refused(_))), "{refused:?}");
}

#[test]
fn removal_closes_what_the_token_opened() {
    let mut hall = Hall::new(WaitingRoom::Off, 25);
    let ada = hall.join(Role::Host, "Ada");
    let token = hall.token(Role::Member, "Bo");
    let bo = hall.hello(token.clone());
    hall.say(bo, json!({"type": "join", "offer": "v=0"}));
    view(&mut hall, token, Watched::Everyone).expect("watching");
    hall.say(ada, json!({"type": "moderate", "action": "remove", "participant": bo.id}));
    let left = hall.orders.iter().filter(|order| matches!(order, Order::Leave(_))).count();
    assert_eq!(left, 2, "the caller and the viewer");
}

#[test]
fn a_patch_trickles_or_restarts() {
    let mut hall = Hall::new(WaitingRoom::Off, 25);
    let token = hall.token(Role::Member, "");
    let answer = publish(&mut hall, token.clone(), "studio", OFFER).expect("published");
    let patch = |hall: &mut Hall, entity_tag: Option<&str>, fragment: &str| {
        let request = RequestId(hall.number());
        let restart = Restart {
            resource: answer.resource.clone(),
            entity_tag: entity_tag.map(str::to_owned),
            fragment: fragment.to_owned(),
        };
        let asked = hall.room.restart(hall.now(), request, token.clone(), restart);
        hall.carry_out();
        asked.map(|asked| asked.and_then(|request| hall.doors.remove(&request)))
    };
    let same = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=candidate:x\r\n";
    let other = "a=ice-ufrag:wxyz\r\na=ice-pwd:ABCDEFGHIJKLMNOPQRSTUV\r\n";
    assert_eq!(patch(&mut hall, Some(&answer.entity_tag), same), Ok(None));
    assert_eq!(patch(&mut hall, Some("\"9\""), same), Err(DoorError::EntityTagStale));
    assert_eq!(patch(&mut hall, None, "nonsense"), Err(DoorError::FragmentInvalid));

    let restarted = patch(&mut hall, None, other).expect("asked").expect("answered").expect("restarted");
    assert_ne!(restarted.entity_tag, answer.entity_tag);
    let Some(Order::Reoffer { offer, .. }) = hall.orders.last() else { panic!("{:?}", hall.orders.last()) };
    assert!(offer.contains("a=ice-ufrag:wxyz"));
    assert_eq!(patch(&mut hall, Some(&answer.entity_tag), other), Err(DoorError::EntityTagStale));
    assert_eq!(patch(&mut hall, Some(&restarted.entity_tag), other), Ok(None));
}

#[test]
fn an_audio_only_publisher_shows_no_camera() {
    let mut hall = Hall::new(WaitingRoom::Off, 25);
    let token = hall.token(Role::Member, "");
    publish(&mut hall, token, "radio", "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n").expect("published");
    let Some(Order::Connect { sources, .. }) = hall.orders.first() else { panic!("{:?}", hall.orders) };
    let camera = sources.state(Source::Camera).expect("published");
    assert_eq!(serde_json::to_value(camera).expect("JSON"), json!({"audio": "on", "video": "off"}));
}
