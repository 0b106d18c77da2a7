//! A room in which the test plays everyone else: clients, the media plane, time.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use sfu::{Event, ParticipantId, RoomId};
use signaling::message::{Grant, Grants, Role};
use signaling::{ErrorCode, Frame, Refusal, SocketId};
use uuid::Uuid;

use super::super::media::{Answered, Order};
use super::super::metrics::Metrics;
use super::super::policy::RoomPolicy;
use super::super::records::Record;
use super::super::resume::ResumeToken;
use super::super::room::{Answer, DoorError, Now, Output, RequestId, Room, RoomInfo, RoomSettings};
use super::super::token::{Revocation, RoomName, RoomPattern, RoomToken};
use super::super::turn::IceServers;
use super::super::{media_parameters, token};
use crate::booking::{Encryption, WaitingRoom};
use crate::kernel::clock::{Clock, Random, Timestamp, VirtualClock};
use crate::kernel::config::Config;
use crate::kernel::ids::{SessionId, UserId};

pub(super) const GRACE: Duration = Duration::from_secs(60);
pub(super) const IDLE: Duration = Duration::from_secs(300);
/// An offer the media plane refuses.
pub(super) const BAD_OFFER: &str = "bad";

/// Somebody's connection to the room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Caller {
    pub(super) id: ParticipantId,
    pub(super) socket: SocketId,
}

pub(super) struct Hall {
    pub(super) room: Room,
    pub(super) time: VirtualClock,
    pub(super) orders: Vec<Order>,
    pub(super) records: Vec<Record>,
    pub(super) revoked: Vec<Revocation>,
    pub(super) doors: HashMap<RequestId, Result<Answer, DoorError>>,
    frames: HashMap<SocketId, Vec<Value>>,
    closed: HashMap<SocketId, u16>,
    next: u64,
}

/// One TURN server.
fn ice_servers() -> IceServers {
    let config = Config::with("[turn]\nurls = ['turn:turn.example']\nsecret = 's'\nttl_s = 3600").expect("sound");
    IceServers::new(&config.live, &config.turn).expect("no file to read")
}

impl Hall {
    pub(super) fn new(waiting_room: WaitingRoom, capacity: usize) -> Self {
        let time = VirtualClock::starting_at(Timestamp(1_764_000_000_000));
        let clock = Clock::Virtual(time.clone());
        let session = SessionId(Uuid::from_u128(0xA0));
        let info = RoomInfo {
            name: RoomName::of_session(session),
            id: RoomId(session.0),
            title: "Rust mentoring".to_owned(),
            policy: RoomPolicy::new(waiting_room, capacity),
            encryption: Encryption::InTransit,
            chat: Vec::new(),
        };
        let settings = RoomSettings {
            media: media_parameters(8),
            ice_servers: ice_servers(),
            grace: GRACE,
            idle: IDLE,
            random: Random::default(),
            clock: clock.clone(),
            metrics: Metrics::register(&prometheus::Registry::new()).expect("an empty registry"),
        };
        Self {
            room: Room::new(Now::of(&clock), info, settings),
            time,
            orders: Vec::new(),
            records: Vec::new(),
            revoked: Vec::new(),
            doors: HashMap::new(),
            frames: HashMap::new(),
            closed: HashMap::new(),
            next: 1,
        }
    }

    pub(super) fn now(&self) -> Now {
        Now::of(&Clock::Virtual(self.time.clone()))
    }

    /// A number nobody had before.
    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub(super) fn token(&mut self, role: Role, name: &str) -> RoomToken {
        let number = u128::from(self.number());
        let grants = match role {
            Role::Host => vec![Grant::Publish, Grant::Subscribe, Grant::Admit, Grant::Moderate],
            Role::Member | Role::Guest => vec![Grant::Publish, Grant::Subscribe],
        };
        RoomToken {
            room: RoomPattern::One(RoomName::of_session(SessionId(Uuid::from_u128(0xA0)))),
            participant: Some(ParticipantId(Uuid::from_u128(number))),
            user: (role != Role::Guest).then(|| UserId(Uuid::from_u128(number))),
            login: None,
            name: (!name.is_empty()).then(|| name.to_owned()),
            role,
            grants: Grants::from_iter(grants),
            about: Some(token::About { title: String::new(), waiting_room: true, end_to_end: false }),
            jti: format!("jti-{number}"),
            until: self.time.now().plus(Duration::from_secs(3_600)),
        }
    }

    pub(super) fn hello(&mut self, token: RoomToken) -> Caller {
        let socket = SocketId(self.number());
        let id = self.room.hello(self.now(), socket, token, None).expect("the room is open");
        self.carry_out();
        Caller { id, socket }
    }

    /// Says `hello` and `join`.
    pub(super) fn join(&mut self, role: Role, name: &str) -> Caller {
        let token = self.token(role, name);
        let caller = self.hello(token);
        self.say(
            caller,
            json!({"type": "join", "id": "join", "offer": "v=0",
            "sources": {"camera": {"audio": "on", "video": "on"}}}),
        );
        caller
    }

    pub(super) fn say(&mut self, caller: Caller, message: Value) {
        let frame = Frame::parse(&message.to_string()).expect("a message of the protocol");
        self.room.receive(self.now(), caller.id, caller.socket, frame);
        self.carry_out();
    }

    pub(super) fn lose(&mut self, caller: Caller) {
        self.room.lost(self.now(), caller.id, caller.socket);
        self.carry_out();
    }

    /// Comes back on a new socket with the resume token of `welcome`.
    pub(super) fn resume(&mut self, token: &str) -> Result<Caller, ErrorCode> {
        let socket = SocketId(self.number());
        let key = ResumeToken::parse(token).expect("one of ours").key();
        let id = self.room.resume(self.now(), socket, &key, None).map_err(|refusal| refusal.code)?;
        self.carry_out();
        Ok(Caller { id, socket })
    }

    pub(super) fn media(&mut self, event: Event) {
        self.room.media(self.now(), event);
        self.carry_out();
    }

    pub(super) fn advance(&mut self, by: Duration) {
        let until = self.time.now().plus(by);
        while let Some(at) = self.room.poll_timeout() {
            let wait = at.saturating_duration_since(self.now().at);
            if self.time.now().plus(wait) > until {
                break;
            }
            self.time.advance(wait);
            self.room.handle_timeout(self.now());
            self.carry_out();
            if self.room.end_reason().is_some() {
                break;
            }
        }
        self.time.advance(until.since(self.time.now()));
    }

    /// What came on a socket since it was last asked.
    pub(super) fn heard(&mut self, caller: Caller) -> Vec<Value> {
        self.frames.remove(&caller.socket).unwrap_or_default()
    }

    /// The last message of a type since it was last asked.
    #[track_caller]
    pub(super) fn heard_of(&mut self, caller: Caller, kind: &str) -> Value {
        let frames = self.heard(caller);
        let found = frames.iter().rev().find(|frame| frame["type"] == kind).cloned();
        found.unwrap_or_else(|| panic!("no {kind} among {frames:#?}"))
    }

    pub(super) fn closed(&self, caller: Caller) -> Option<u16> {
        self.closed.get(&caller.socket).copied()
    }

    pub(super) fn carry_out(&mut self) {
        while let Some(output) = self.room.poll_output() {
            match output {
                Output::Send(socket, text) => {
                    assert!(!self.closed.contains_key(&socket), "nothing follows a close");
                    self.frames.entry(socket).or_default().push(serde_json::from_str(&text).expect("JSON"));
                }
                Output::Close(socket, code) => drop(self.closed.insert(socket, code.number())),
                Output::Media(order) => {
                    self.orders.push(order.clone());
                    if let Order::Connect { offer, asker, .. } | Order::Reoffer { offer, asker, .. } = order {
                        let answer = match offer.as_str() {
                            BAD_OFFER => Err(Refusal::new(ErrorCode::OfferInvalid, "not SDP")),
                            offer => Ok(format!("answer to {offer}")),
                        };
                        self.room.answered(self.now(), Answered { asker, answer });
                    }
                }
                Output::Record(record) => self.records.push(record),
                Output::Revoke(revocation) => self.revoked.push(revocation),
                Output::Door(request, outcome) => drop(self.doors.insert(request, outcome)),
            }
        }
    }
}
