//! One person in one room, from `hello` to `ended` (PROTOCOL.md §2).
//!
//! A participant survives its sockets: frames come in with the socket they came on, and a stale one is not heard.
//! What only the room can decide leaves as an [`Ask`]; the verdict comes back by the method the ask names.

mod receive;
mod state;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sfu_core::{MediaKind, ParticipantId, Source};

pub use self::receive::accepted_name;
use self::state::{Link, Preparation, View};
pub use self::state::{MediaState, PendingJoin, Presence, State, WrongState};
use crate::code::{CloseCode, EndReason, ErrorCode, Refusal, Severity};
use crate::limits;
use crate::message::{
    ConnectionState, Grants, IceServer, MediaParameters, MessageId, Moderation, OfferKind, Person, Resume, Role, Room,
    ServerMessage, Snapshot, SourceState, Sources, TrackState, WaitingPerson, Want, You,
};

/// Names a socket among all sockets of the server; the owner of the sockets gives them out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SocketId(pub u64);

/// Who the room token says somebody is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    pub participant: ParticipantId,
    pub name: Option<String>,
    pub role: Role,
    pub grants: Grants,
}

/// What `welcome` tells besides who the receiver is.
#[derive(Clone, PartialEq, Debug)]
pub struct Greeting {
    pub room: Room,
    pub media: MediaParameters,
    pub ice_servers: Vec<IceServer>,
    pub resume: Resume,
    pub server_time_ms: u64,
}

/// What the room has to do for a participant, in order.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    Send(SocketId, Box<ServerMessage>),
    /// Close the socket after everything sent before. It no longer belongs to the participant.
    Close(SocketId, CloseCode),
    Ask(Ask),
    /// Somebody joined: tell the others.
    Arrived,
    /// What people see of this participant changed: tell everyone.
    Changed,
    /// It is over: forget the participant and tell who knew of it.
    Left {
        reason: EndReason,
        was: Presence,
    },
}

/// What only the room can decide or do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ask {
    /// May they come in? [`Participant::admit`], [`Participant::wait`] or [`Participant::deny`].
    Enter,
    /// Answer the first offer of somebody who is not let in yet, and keep the room from them: [`Participant::answered`]. A
    /// connection prepared before is replaced.
    Prepare {
        offer: String,
    },
    /// Let them in over the connection that was prepared.
    LetIn {
        sources: Sources,
    },
    /// Answer the first offer, or one of a new peer connection: [`Participant::answered`].
    Connect {
        offer: String,
        sources: Sources,
    },
    /// Answer a later offer of the same peer connection: [`Participant::answered`].
    Reoffer {
        offer: String,
    },
    /// The state of the room as they may see it: [`Participant::show`].
    Snapshot,
    /// The client has the answer: video may start.
    Ready,
    Publish {
        source: Source,
        state: SourceState,
    },
    Subscribe {
        wants: Vec<Want>,
    },
    /// Text that was checked. [`Participant::reply`] when it is on its way.
    Chat {
        re: Option<MessageId>,
        text: String,
    },
    /// The grant was checked. [`Participant::reply`] with what came of it.
    Moderate {
        re: Option<MessageId>,
        moderation: Moderation,
    },
}

/// The state machine of one participant.
#[derive(Debug)]
pub struct Participant {
    identity: Identity,
    state: State,
    link: Link,
    media: MediaState,
    preparation: Preparation,
    sources: Sources,
    hand_raised: bool,
    /// The last answer until `ready` confirms it.
    unconfirmed_answer: Option<String>,
    /// A later offer that waits for its answer, by its message id.
    open_offer: Option<Option<MessageId>>,
    /// What is owed once the room shows its state.
    view: Option<View>,
    grace: Duration,
    effects: VecDeque<Effect>,
}

impl Participant {
    /// Somebody whose `hello` was accepted; [`greet`](Self::greet) them.
    pub fn new(identity: Identity, socket: SocketId, grace: Duration) -> Self {
        Self::with_link(identity, State::Previewing, Link::Attached(socket), grace)
    }

    /// Somebody who came by WHIP: present at once, never on a socket.
    pub fn without_socket(identity: Identity, sources: Sources, joined_at_ms: u64) -> Self {
        let mut participant =
            Self::with_link(identity, State::Joined { joined_at_ms }, Link::Socketless, Duration::ZERO);
        participant.sources = sources.normalized();
        participant.effects.push_back(Effect::Arrived);
        participant
    }

    fn with_link(identity: Identity, state: State, link: Link, grace: Duration) -> Self {
        Self {
            identity,
            state,
            link,
            media: MediaState::Connecting,
            preparation: Preparation::None,
            sources: Sources::default(),
            hand_raised: false,
            unconfirmed_answer: None,
            open_offer: None,
            view: None,
            grace,
            effects: VecDeque::new(),
        }
    }

    pub fn id(&self) -> ParticipantId {
        self.identity.participant
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// How far into the room they are.
    pub fn presence(&self) -> Presence {
        match self.state {
            State::Previewing | State::Asking(_) | State::Left(_) => Presence::Outside,
            State::Waiting { .. } => Presence::Waiting,
            State::Joining { .. } => Presence::Entering,
            State::Joined { .. } => Presence::Here,
        }
    }

    /// What they publish now.
    pub fn sources(&self) -> Sources {
        self.sources
    }

    /// The socket that news of the room goes to: `None` while there is none, or before `joined` was sent.
    pub fn audience(&self) -> Option<SocketId> {
        match (&self.state, &self.view, self.link) {
            (State::Joined { .. }, None, Link::Attached(socket)) => Some(socket),
            _ => None,
        }
    }

    /// The socket they are on, in whatever state.
    pub fn socket(&self) -> Option<SocketId> {
        match self.link {
            Link::Attached(socket) => Some(socket),
            Link::Lost { .. } | Link::Socketless => None,
        }
    }

    /// What the others see; `None` unless joined.
    pub fn person(&self) -> Option<Person> {
        let State::Joined { joined_at_ms } = self.state else { return None };
        Some(Person {
            participant: self.id(),
            name: self.identity.name.clone().unwrap_or_default(),
            role: self.identity.role,
            connection: self.connection(),
            hand_raised: self.hand_raised,
            joined_at_ms,
            sources: self.sources,
        })
    }

    /// What moderators see; `None` unless waiting.
    pub fn waiting_person(&self) -> Option<WaitingPerson> {
        let State::Waiting { since_ms, .. } = self.state else { return None };
        let name = self.identity.name.clone().unwrap_or_default();
        Some(WaitingPerson { participant: self.id(), name, since_ms })
    }

    /// Sends `welcome`.
    pub fn greet(&mut self, re: Option<MessageId>, greeting: Greeting) {
        let you = You {
            participant: self.id(),
            name: self.identity.name.clone(),
            role: self.identity.role,
            grants: self.identity.grants.clone(),
        };
        let Greeting { room, media, ice_servers, resume, server_time_ms } = greeting;
        let version = limits::VERSION;
        self.send(ServerMessage::Welcome { re, version, you, room, media, ice_servers, resume, server_time_ms });
    }

    /// They may come in: over the connection they prepared, or else now the offer needs its answer.
    pub fn admit(&mut self, now_ms: u64) -> Result<(), WrongState> {
        let (State::Asking(join) | State::Waiting { join, .. }) = &mut self.state else { return Err(WrongState) };
        let PendingJoin { re, offer, sources } = std::mem::take(join);
        match (std::mem::take(&mut self.preparation), offer) {
            (Preparation::None, None) => {
                self.state = State::Previewing;
                self.error(re, ErrorCode::OfferInvalid, "the prepared connection is gone");
                return Ok(());
            }
            (Preparation::Prepared, None) => {
                self.effects.push_back(Effect::Ask(Ask::LetIn { sources }));
                self.arrive(now_ms, re);
            }
            (asked @ Preparation::Asked { .. }, _) => {
                self.preparation = asked;
                self.effects.push_back(Effect::Ask(Ask::LetIn { sources }));
                self.state = State::Joining { re };
            }
            (Preparation::None | Preparation::Prepared, Some(offer)) => {
                self.effects.push_back(Effect::Ask(Ask::Connect { offer, sources }));
                self.state = State::Joining { re };
            }
        }
        self.sources = sources;
        Ok(())
    }

    fn arrive(&mut self, now_ms: u64, re: Option<MessageId>) {
        self.state = State::Joined { joined_at_ms: now_ms };
        self.view.get_or_insert(View::Joined { re });
        self.effects.push_back(Effect::Arrived);
        self.effects.push_back(Effect::Ask(Ask::Snapshot));
    }

    /// They have to wait for a moderator.
    pub fn wait(&mut self, since_ms: u64) -> Result<(), WrongState> {
        let State::Asking(join) = &mut self.state else { return Err(WrongState) };
        let join = std::mem::take(join);
        self.send(ServerMessage::Waiting { re: join.re.clone(), since_ms });
        self.state = State::Waiting { since_ms, join };
        Ok(())
    }

    /// They may not come in; they may ask again.
    pub fn deny(&mut self, refusal: Refusal) -> Result<(), WrongState> {
        let State::Asking(join) = &mut self.state else { return Err(WrongState) };
        let re = join.re.take();
        self.state = State::Previewing;
        self.refuse(re, refusal);
        Ok(())
    }

    /// The media server's verdict on the open offer.
    pub fn answered(&mut self, now_ms: u64, answer: Result<String, Refusal>) -> Result<(), WrongState> {
        match (&mut self.state, answer) {
            (State::Previewing | State::Asking(_) | State::Waiting { .. }, answer) => {
                let Preparation::Asked { re } = std::mem::take(&mut self.preparation) else { return Err(WrongState) };
                match answer {
                    Ok(answer) => {
                        // Newer than an offer that came with `join`.
                        if let State::Waiting { join, .. } = &mut self.state {
                            join.offer = None;
                        }
                        self.preparation = Preparation::Prepared;
                        self.send(ServerMessage::Prepared { re, answer });
                    }
                    Err(refusal) => self.refuse(re, refusal),
                }
            }
            (State::Joining { re }, Ok(answer)) => {
                let re = re.take();
                if let Preparation::Asked { re } = std::mem::take(&mut self.preparation) {
                    self.send(ServerMessage::Prepared { re, answer });
                } else {
                    self.unconfirmed_answer = Some(answer);
                }
                self.arrive(now_ms, re);
            }
            (State::Joining { re }, Err(refusal)) => {
                let re = re.take();
                if let Preparation::Asked { re } = std::mem::take(&mut self.preparation) {
                    self.refuse(re, refusal.clone());
                }
                self.state = State::Previewing;
                self.sources = Sources::default();
                self.view = None;
                self.refuse(re, refusal);
                if !matches!(self.link, Link::Attached(_)) {
                    self.end(EndReason::Lost);
                }
            }
            (State::Joined { .. }, answer) => {
                let re = self.open_offer.take().ok_or(WrongState)?;
                match answer {
                    Ok(answer) => {
                        self.send(ServerMessage::Answer { re, answer: answer.clone() });
                        self.unconfirmed_answer = Some(answer);
                    }
                    Err(refusal) => self.refuse(re, refusal),
                }
            }
            _ => return Err(WrongState),
        }
        Ok(())
    }

    /// The state of the room, asked for by [`Ask::Snapshot`].
    pub fn show(&mut self, snapshot: Snapshot) -> Result<(), WrongState> {
        let you = self.id();
        let message = match (self.view.take().ok_or(WrongState)?, self.unconfirmed_answer.clone()) {
            (View::Joined { re }, answer) => ServerMessage::Joined { re, answer, you, snapshot },
            (View::Resumed { re }, answer) => ServerMessage::Resumed { re, answer, you, snapshot },
        };
        self.send(message);
        Ok(())
    }

    /// The verdict on [`Ask::Chat`] or [`Ask::Moderate`].
    pub fn reply(&mut self, re: Option<MessageId>, outcome: Result<(), Refusal>) {
        match outcome {
            Ok(()) => self.ok(re),
            Err(refusal) => self.refuse(re, refusal),
        }
    }

    /// A moderator mutes them: at once for the others, and the client is told.
    pub fn mute(&mut self, source: Source, kind: MediaKind, by: ParticipantId) {
        let Some(mut state) = self.sources.state(source) else { return };
        let track = match kind {
            MediaKind::Audio => &mut state.audio,
            MediaKind::Video => &mut state.video,
        };
        if *track == TrackState::On {
            *track = TrackState::Muted;
            self.send(ServerMessage::Muted { source, kind, by });
            self.put_source(source, state);
        }
    }

    /// The socket is gone, by whatever cause.
    pub fn lost(&mut self, now: Instant, socket: SocketId) {
        if self.link != Link::Attached(socket) {
            return;
        }
        let before = self.connection();
        self.link = Link::Lost { since: now };
        match self.state {
            State::Previewing | State::Asking(_) => self.end(EndReason::Left),
            State::Waiting { .. } | State::Joining { .. } | State::Left(_) => {}
            State::Joined { .. } => self.changed_from(before),
        }
    }

    /// A new socket said `hello` with this participant's resume token.
    pub fn resume(&mut self, socket: SocketId, re: Option<MessageId>) -> Result<(), WrongState> {
        // Before `join` nothing was asked for yet: a fresh `hello` is what the client needs.
        let resumable = matches!(self.state, State::Waiting { .. } | State::Joining { .. } | State::Joined { .. });
        if !resumable || matches!(self.link, Link::Socketless) {
            return Err(WrongState);
        }
        if let Link::Attached(former) = self.link {
            self.send(ServerMessage::ended(None, EndReason::Replaced));
            self.effects.push_back(Effect::Close(former, CloseCode::Replaced));
        }
        let before = self.connection();
        self.link = Link::Attached(socket);
        match &self.state {
            State::Waiting { since_ms, .. } => self.send(ServerMessage::Waiting { re, since_ms: *since_ms }),
            // `resumed` follows with the answer.
            State::Joining { .. } => self.view = Some(View::Resumed { re }),
            State::Joined { .. } => {
                self.view = Some(View::Resumed { re });
                self.changed_from(before);
                self.effects.push_back(Effect::Ask(Ask::Snapshot));
            }
            State::Previewing | State::Asking(_) | State::Left(_) => return Err(WrongState),
        }
        Ok(())
    }

    /// What the media server says of their peer connection.
    pub fn media(&mut self, media: MediaState) {
        if matches!(self.presence(), Presence::Outside | Presence::Waiting) {
            match media {
                MediaState::Gone { .. } => self.preparation = Preparation::None,
                MediaState::Connecting | MediaState::Connected | MediaState::Stalled => self.media = media,
            }
            return;
        }
        let before = self.connection();
        self.media = media;
        if matches!((self.link, media), (Link::Socketless, MediaState::Gone { .. })) {
            self.end(EndReason::Lost);
        } else {
            self.changed_from(before);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if matches!(self.state, State::Left(_)) {
            return None;
        }
        let lost = match self.link {
            Link::Lost { since } => Some(since),
            Link::Attached(_) | Link::Socketless => None,
        };
        let gone = match self.media {
            MediaState::Gone { since } => Some(since),
            MediaState::Connecting | MediaState::Connected | MediaState::Stalled => None,
        };
        lost.into_iter().chain(gone).min().map(|since| since + self.grace)
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_some_and(|at| at <= now) {
            self.end(EndReason::Lost);
        }
    }

    /// It is over for them.
    pub fn end(&mut self, reason: EndReason) {
        self.end_with_reply(None, reason);
    }

    fn end_with_reply(&mut self, re: Option<MessageId>, reason: EndReason) {
        if matches!(self.state, State::Left(_)) {
            return;
        }
        self.send(ServerMessage::ended(re, reason));
        if let Link::Attached(socket) = self.link {
            self.effects.push_back(Effect::Close(socket, reason.close_code()));
        }
        let was = self.presence();
        self.state = State::Left(reason);
        self.effects.push_back(Effect::Left { reason, was });
    }

    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Whether the others see them as here.
    fn connection(&self) -> ConnectionState {
        let media_lost = matches!(self.media, MediaState::Stalled | MediaState::Gone { .. });
        if media_lost || matches!(self.link, Link::Lost { .. }) {
            ConnectionState::Reconnecting
        } else {
            ConnectionState::Connected
        }
    }

    fn changed_from(&mut self, before: ConnectionState) {
        if before != self.connection() {
            self.changed();
        }
    }

    fn changed(&mut self) {
        if matches!(self.state, State::Joined { .. }) {
            self.effects.push_back(Effect::Changed);
        }
    }

    fn put_source(&mut self, source: Source, state: SourceState) {
        if self.sources.state(source).unwrap_or_default() != state {
            self.sources.put(source, state);
            self.effects.push_back(Effect::Ask(Ask::Publish { source, state }));
            self.changed();
        }
    }

    /// Sends to the socket there is; without one the message is not owed, `resumed` tells everything.
    fn send(&mut self, message: ServerMessage) {
        if let Link::Attached(socket) = self.link {
            self.effects.push_back(Effect::Send(socket, Box::new(message)));
        }
    }

    fn ok(&mut self, re: Option<MessageId>) {
        if let Some(re) = re {
            self.send(ServerMessage::Ok { re });
        }
    }

    fn refuse(&mut self, re: Option<MessageId>, refusal: Refusal) {
        let Refusal { code, message } = refusal;
        let fatal = code.severity() == Severity::Fatal;
        self.send(ServerMessage::Error { re, code, message, fatal });
        if let (true, Link::Attached(socket)) = (fatal, self.link) {
            self.effects.push_back(Effect::Close(socket, CloseCode::after(code)));
        }
    }

    fn error(&mut self, re: Option<MessageId>, code: ErrorCode, message: &str) {
        self.refuse(re, Refusal::new(code, message));
    }

    /// Later offers of the open one's connection wait for its answer.
    fn open_offer(&mut self, re: Option<MessageId>, offer: String, kind: OfferKind) {
        if self.open_offer.is_some() {
            return self.error(re, ErrorCode::OfferInvalid, receive::UNANSWERED);
        }
        self.open_offer = Some(re);
        self.effects.push_back(Effect::Ask(match kind {
            OfferKind::Same => Ask::Reoffer { offer },
            OfferKind::New => Ask::Connect { offer, sources: self.sources },
        }));
    }
}
