//! A room: everyone in it and everything they may learn of each other. Sans-IO: mail and the time go in, [`Output`]s
//! come out; `actor` joins it to sockets, the SFU and the database.

mod doors;
mod member;
mod moderation;
mod settle;
mod view;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use axum::extract::ws::Utf8Bytes;
use sfu::{Event, GoneReason, ParticipantId, RoomId};
use signaling::message::{ChatMessage, Grant, MediaParameters, Quality, Resume};
use signaling::{
    CloseCode, EndReason, ErrorCode, Frame, Greeting, Identity, MediaState, MessageId, Participant, Presence, Refusal,
    ServerMessage, SocketId,
};

pub(super) use self::doors::{Answer, DoorError, Restart, Watched};
use self::doors::{ClosedDoor, Door, PendingDoor};
use self::member::{Connection, Member, Viewer};
use super::media::{self, Answered, Asker, Order};
use super::metrics::{JoinStep, Metrics};
use super::policy::RoomPolicy;
use super::records::Record;
use super::resume::{ResumeKey, ResumeToken};
use super::token::{Revocation, RoomName, RoomToken};
use super::turn::IceServers;
use crate::booking::{Closing, Encryption, Media};
use crate::kernel::clock::{Clock, Random, Timestamp};
use crate::kernel::ids::{LoginId, SessionId};

/// One moment, monotonic and civil.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub at: Instant,
    pub wall: Timestamp,
}

impl Now {
    pub(super) fn of(clock: &Clock) -> Self {
        Self { at: clock.instant(), wall: clock.now() }
    }

    fn wall_ms(self) -> u64 {
        u64::try_from(self.wall.0).unwrap_or(0)
    }
}

/// Names a WHIP or WHEP request that waits for its answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct RequestId(pub u64);

/// What the room is.
#[derive(Clone, Debug)]
pub(super) struct RoomInfo {
    pub name: RoomName,
    pub id: RoomId,
    pub title: String,
    pub policy: RoomPolicy,
    pub encryption: Encryption,
    /// What was said before the room was last closed.
    pub chat: Vec<ChatMessage>,
}

/// What all rooms of a server share.
#[derive(Clone)]
pub(super) struct RoomSettings {
    pub media: MediaParameters,
    pub ice_servers: IceServers,
    pub grace: Duration,
    /// An empty room closes after it.
    pub idle: Duration,
    pub random: Random,
    pub clock: Clock,
    pub metrics: Metrics,
}

/// What the room wants done, in order.
#[derive(Debug)]
pub(super) enum Output {
    Send(SocketId, Utf8Bytes),
    /// After everything sent before.
    Close(SocketId, CloseCode),
    Media(Order),
    Record(Record),
    Revoke(Revocation),
    /// The verdict on a WHIP or WHEP request.
    Door(RequestId, Result<Answer, DoorError>),
}

pub(super) struct Room {
    info: RoomInfo,
    settings: RoomSettings,
    members: BTreeMap<ParticipantId, Member>,
    viewers: HashMap<ParticipantId, Viewer>,
    resumes: HashMap<ResumeKey, ParticipantId>,
    doors: HashMap<String, Door>,
    closed_doors: VecDeque<ClosedDoor>,
    pending_doors: HashMap<RequestId, PendingDoor>,
    chat: VecDeque<ChatMessage>,
    speakers: Vec<ParticipantId>,
    /// Whether anybody was present since it opened.
    occupied: Occupied,
    idle_since: Option<Instant>,
    over: Option<EndReason>,
    /// Participants whose effects are not yet carried out.
    dirty: VecDeque<ParticipantId>,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Occupied {
    Never,
    Once,
}

impl Room {
    pub(super) fn new(now: Now, info: RoomInfo, settings: RoomSettings) -> Self {
        let chat = info.chat.iter().cloned().collect();
        Self {
            info,
            settings,
            members: BTreeMap::new(),
            viewers: HashMap::new(),
            resumes: HashMap::new(),
            doors: HashMap::new(),
            closed_doors: VecDeque::new(),
            pending_doors: HashMap::new(),
            chat,
            speakers: Vec::new(),
            occupied: Occupied::Never,
            idle_since: Some(now.at),
            over: None,
            dirty: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Why it has ended; then only its outputs are left to carry out.
    pub(super) fn end_reason(&self) -> Option<EndReason> {
        self.over
    }

    pub(super) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Somebody with a token that was verified said `hello`: they are previewing now.
    ///
    /// # Errors
    /// The room is over.
    pub(super) fn hello(
        &mut self,
        now: Now,
        socket: SocketId,
        token: RoomToken,
        re: Option<MessageId>,
    ) -> Result<ParticipantId, Refusal> {
        if self.over.is_some() {
            return Err(Refusal::new(ErrorCode::RoomEnded, EndReason::RoomEnded.message()));
        }
        let id = token.participant.unwrap_or_else(|| ParticipantId(self.uuid()));
        if let Some(member) = self.members.get_mut(&id) {
            member.participant.end(EndReason::Replaced);
            self.settle(now, id);
        }
        let resume = ResumeToken::new(self.info.id, &self.settings.random);
        let identity =
            Identity { participant: id, name: token.name.clone(), role: token.role, grants: token.grants.clone() };
        let mut participant = Participant::new(identity, socket, self.settings.grace);
        let greeting = Greeting {
            room: self.room(),
            media: self.settings.media.clone(),
            ice_servers: self.settings.ice_servers.of(now.wall, id),
            resume: Resume { token: resume.to_string(), grace_ms: milliseconds(self.settings.grace) },
            server_time_ms: now.wall_ms(),
        };
        participant.greet(re, greeting);
        self.resumes.insert(resume.key(), id);
        self.members.insert(id, Member::new(participant, token, Some(resume.key())));
        self.settle(now, id);
        Ok(id)
    }

    /// A new socket of somebody who is here said `hello` with their resume token.
    ///
    /// # Errors
    /// Nobody here has that token.
    pub(super) fn resume(
        &mut self,
        now: Now,
        socket: SocketId,
        resume: &ResumeKey,
        re: Option<MessageId>,
    ) -> Result<ParticipantId, Refusal> {
        let unknown = || Refusal::new(ErrorCode::ResumeUnknown, "Say `hello` with a room token.");
        let id = *self.resumes.get(resume).ok_or_else(unknown)?;
        let member = self.members.get_mut(&id).ok_or_else(unknown)?;
        member.participant.resume(socket, re).map_err(|_| unknown())?;
        self.settings.metrics.resumes.inc();
        self.settle(now, id);
        Ok(id)
    }

    /// A message of a participant.
    pub(super) fn receive(&mut self, now: Now, id: ParticipantId, socket: SocketId, frame: Frame) {
        if let Some(member) = self.members.get_mut(&id) {
            member.participant.receive(socket, frame);
            self.settle(now, id);
        }
    }

    /// A socket is gone, or its client does not read.
    pub(super) fn lost(&mut self, now: Now, id: ParticipantId, socket: SocketId) {
        if let Some(member) = self.members.get_mut(&id) {
            member.participant.lost(now.at, socket);
            self.settle(now, id);
        }
    }

    /// The media plane answered an offer.
    pub(super) fn answered(&mut self, now: Now, answered: Answered) {
        match answered.asker {
            Asker::Door(request) => self.door_answered(now, request, answered.answer),
            Asker::Participant(id) => {
                let answer = answered.answer;
                if let (Some(member), true) = (self.members.get(&id), answer.is_ok()) {
                    member.joining(&self.settings.metrics, JoinStep::Answered, now.at);
                }
                if let Some(member) = self.members.get_mut(&id) {
                    member.connecting = member.connecting.saturating_sub(1);
                    if answer.is_err() && member.participant.presence() != Presence::Here {
                        member.connection = Connection::None;
                    }
                    if member.participant.answered(now.wall_ms(), answer).is_err() {
                        tracing::debug!("an answer came for an offer nobody waits for");
                    }
                    self.settle(now, id);
                }
            }
        }
    }

    /// The media plane has news.
    pub(super) fn media(&mut self, now: Now, event: Event) {
        match event {
            Event::Connected { participant } => {
                self.join_step(now, participant, JoinStep::Connected);
                self.media_state(now, participant, MediaState::Connected);
            }
            Event::Revived { participant } => self.media_state(now, participant, MediaState::Connected),
            Event::Stalled { participant } => self.media_state(now, participant, MediaState::Stalled),
            Event::Gone { participant, reason } => {
                self.close_viewer(now, participant);
                match self.members.get_mut(&participant) {
                    // A publisher that closes its connection has left; a caller with a socket may come back.
                    Some(member) if member.came_by_whip() && reason == GoneReason::Closed => {
                        member.participant.end(EndReason::Left);
                        self.settle(now, participant);
                    }
                    _ => self.media_state(now, participant, MediaState::Gone { since: now.at }),
                }
            }
            Event::Slots { participant, slots } => {
                let Some(member) = self.members.get_mut(&participant) else { return };
                member.slots = slots.iter().map(media::slot).collect();
                let (slots, socket) = (member.slots.clone(), member.participant.audience());
                if let Some(socket) = socket {
                    self.send(socket, &ServerMessage::Slots { slots });
                }
            }
            Event::Speakers { participants } => {
                self.speakers = participants;
                self.broadcast(&ServerMessage::Speakers { participants: self.speakers.clone() });
            }
            Event::Quality { participant, score } => {
                let here = |member: &&mut Member| member.participant.presence() == Presence::Here;
                if let Some(member) = self.members.get_mut(&participant).filter(here) {
                    member.quality = Some(score);
                    self.broadcast(&ServerMessage::Quality { scores: vec![Quality { participant, score }] });
                }
            }
            Event::Demand { participant, source, layers } => {
                let Some(member) = self.members.get_mut(&participant) else { return };
                member.layers.insert(source, layers);
                let socket = member.participant.audience();
                if let Some(socket) = socket {
                    self.send(socket, &ServerMessage::Layers { source, layers });
                }
            }
            Event::FirstVideo { participant } => self.join_step(now, participant, JoinStep::FirstVideo),
            Event::FirstAudio { .. } => {}
        }
    }

    /// A login is revoked: whoever came by it goes.
    pub(super) fn login_revoked(&mut self, now: Now, login: LoginId) {
        let gone: Vec<_> =
            self.members.iter().filter(|(_, member)| member.token.login == Some(login)).map(|(id, _)| *id).collect();
        for id in gone {
            if let Some(member) = self.members.get_mut(&id) {
                member.participant.end(EndReason::Removed);
                self.settle(now, id);
            }
        }
        let viewers: Vec<_> =
            self.viewers.iter().filter(|(_, viewer)| viewer.token.login == Some(login)).map(|(id, _)| *id).collect();
        viewers.into_iter().for_each(|id| self.close_viewer(now, id));
    }

    /// The server is about to stop. From now on an empty room closes at once.
    pub(super) fn announce_shutdown(&mut self, now: Now, deadline: Timestamp) {
        self.settings.idle = Duration::ZERO;
        self.check_idle(now);
        let message = ServerMessage::Shutdown { deadline_ms: u64::try_from(deadline.0).unwrap_or(0) };
        let text = Utf8Bytes::from(message.to_text());
        for socket in self.members.values().filter_map(|member| member.participant.socket()) {
            self.outputs.push_back(Output::Send(socket, text.clone()));
        }
    }

    /// Ends the room for everyone.
    pub(super) fn end(&mut self, now: Now, reason: EndReason) {
        if self.over.is_some() {
            return;
        }
        self.over = Some(reason);
        let ids: Vec<_> = self.members.keys().copied().collect();
        for id in ids {
            if let Some(member) = self.members.get_mut(&id) {
                member.participant.end(reason);
                self.settle(now, id);
            }
        }
        let viewers: Vec<_> = self.viewers.keys().copied().collect();
        viewers.into_iter().for_each(|id| self.close_viewer(now, id));
        let pending: Vec<_> = self.pending_doors.drain().collect();
        for (request, _) in pending {
            self.outputs.push_back(Output::Door(request, Err(DoorError::RoomEnded)));
        }
        self.outputs.push_back(Output::Media(Order::Close));
        if let (Some(session), Occupied::Once) = (self.session(), self.occupied) {
            let closing = if reason == EndReason::RoomEnded { Closing::Ended } else { Closing::Idle };
            self.record(Record::closed(session, now.wall, closing));
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let people = self.members.values().filter_map(|member| member.participant.poll_timeout());
        people.chain(self.idle_since.map(|since| since + self.settings.idle)).min()
    }

    pub(super) fn handle_timeout(&mut self, now: Now) {
        let due = |member: &&Member| member.participant.poll_timeout().is_some_and(|at| at <= now.at);
        let due: Vec<_> = self.members.values().filter(due).map(|member| member.participant.id()).collect();
        for id in due {
            if let Some(member) = self.members.get_mut(&id) {
                member.participant.handle_timeout(now.at);
                self.settle(now, id);
            }
        }
        if self.idle_since.is_some_and(|since| since + self.settings.idle <= now.at) {
            self.end(now, EndReason::Idle);
        }
    }

    fn media_state(&mut self, now: Now, id: ParticipantId, state: MediaState) {
        let Some(member) = self.members.get_mut(&id) else { return };
        // News of a peer connection that is being replaced is old news.
        if member.connecting == 0 {
            if matches!(state, MediaState::Gone { .. }) && member.connection == Connection::Ahead {
                member.connection = Connection::None;
            }
            member.participant.media(state);
            let media = if state == MediaState::Connected { Media::Connected } else { Media::Lost };
            self.note_media(now, id, media);
            self.settle(now, id);
        }
    }

    /// Attendance counts the time with media: whoever is here and has it, or no longer has it, is told of.
    fn note_media(&mut self, now: Now, id: ParticipantId, media: Media) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let former = std::mem::replace(&mut member.media, media);
        if former != media && member.participant.presence() == Presence::Here {
            self.sessions_only(|session| Record::media(session, now.wall, id, media));
        }
    }

    fn join_step(&mut self, now: Now, id: ParticipantId, step: JoinStep) {
        if let Some(member) = self.members.get(&id) {
            member.joining(&self.settings.metrics, step, now.at);
        }
    }

    fn session(&self) -> Option<SessionId> {
        self.info.name.session()
    }

    /// People inside, those whose offer is being answered included.
    fn present(&self) -> usize {
        self.members.values().filter(|member| member.is_inside()).count()
    }

    fn uuid(&self) -> uuid::Uuid {
        self.settings.random.uuid(&self.settings.clock)
    }

    fn send(&mut self, socket: SocketId, message: &ServerMessage) {
        self.outputs.push_back(Output::Send(socket, message.to_text().into()));
    }

    /// To everyone present.
    fn broadcast(&mut self, message: &ServerMessage) {
        self.tell(message, |_| true);
    }

    /// To everyone present whom `whom` picks; written once.
    fn tell(&mut self, message: &ServerMessage, whom: impl Fn(&Member) -> bool) {
        let text = Utf8Bytes::from(message.to_text());
        let audience = self.members.values().filter(|member| whom(member));
        for socket in audience.filter_map(|member| member.participant.audience()) {
            self.outputs.push_back(Output::Send(socket, text.clone()));
        }
    }

    fn record(&mut self, record: Record) {
        self.outputs.push_back(Output::Record(record));
    }

    /// Participations that are recorded are those in a session's room.
    fn sessions_only(&mut self, record: impl FnOnce(SessionId) -> Record) {
        if let Some(session) = self.session() {
            self.record(record(session));
        }
    }

    fn holds(&self, id: ParticipantId, grant: Grant) -> bool {
        self.members.get(&id).is_some_and(|member| member.token.grants.contain(grant))
    }

    /// Whom nobody is left to wait for.
    fn check_idle(&mut self, now: Now) {
        let empty = self.members.is_empty() && self.viewers.is_empty() && self.pending_doors.is_empty();
        self.idle_since = if empty { self.idle_since.or(Some(now.at)) } else { None };
    }
}

/// A room that a bug ended does not take its people out of the figures itself.
impl Drop for Room {
    fn drop(&mut self) {
        let here = self.members.values().filter(|member| member.participant.presence() == Presence::Here).count();
        self.settings.metrics.participants.sub(i64::try_from(here).unwrap_or(0));
        self.settings.metrics.viewers.sub(i64::try_from(self.viewers.len()).unwrap_or(0));
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
