//! All rooms of this server: opens them, finds them, and outlives them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sfu::{Event, ParticipantId, RoomId, Sfu};
use sha2::{Digest, Sha256};
use signaling::message::{Credential, Hello};
use signaling::{EndReason, ErrorCode, MessageId, Refusal, SocketId, limits};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;

use super::actor::{Actor, Mail, Queues, SocketSender, Tools};
use super::media;
use super::metrics::Metrics;
use super::policy::RoomPolicy;
use super::records::{Record, Recorder};
use super::resume::ResumeToken;
use super::room::{Answer, DoorError, Now, Restart, Room, RoomInfo, RoomSettings, Watched};
use super::store;
use super::token::{Revocation, Revocations, RoomName, RoomPattern, RoomToken, RoomTokenError};
use super::turn::IceServers;
use crate::booking::{Booking, Closing, Encryption, SessionState, WaitingRoom};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{LoginId, SessionId};

/// Mail a room keeps waiting; whoever writes more waits.
const MAILBOX: usize = 1_024;
/// News of the media plane a room keeps waiting. A room that has so much unread is stuck.
const EVENTS: usize = 4_096;
/// Orders to the media plane a room keeps waiting.
const ORDERS: usize = 4_096;
/// The database is asked about a session for so long; then the token's word must do.
const LOOKUP: Duration = Duration::from_secs(2);
/// People in a room that tools made: for load tests, not for meetings.
const TOOLS_CAPACITY: usize = 2_000;
/// A room that closes just when somebody comes is opened again; more often than this is no coincidence.
const ATTEMPTS: usize = 3;
/// What the media plane gets to forget a room.
const FAREWELL: Duration = Duration::from_secs(5);

/// Why a room did not do what a request asked.
#[derive(Debug, thiserror::Error)]
pub enum RoomsError {
    #[error(transparent)]
    Door(#[from] DoorError),
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// There is no such room.
    #[error("the room is not open")]
    Gone,
}

/// A socket's place in a room.
pub(super) struct Seat {
    pub participant: ParticipantId,
    pub mail: mpsc::Sender<Mail>,
}

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct Rooms(Arc<Shared>);

struct Shared {
    kernel: Kernel,
    booking: Booking,
    sfu: Sfu,
    settings: RoomSettings,
    recorder: Recorder,
    revocations: Arc<Revocations>,
    state: Mutex<State>,
    next_socket: AtomicU64,
}

#[derive(Default)]
struct State {
    open: HashMap<RoomId, Handle>,
    /// Rooms that are over for good, until no token can ask for them any more: booking learns it a little later.
    ended: HashMap<RoomId, Timestamp>,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Phase {
    #[default]
    Serving,
    Stopping,
}

#[derive(Clone)]
struct Handle {
    mail: mpsc::Sender<Mail>,
    events: mpsc::Sender<Event>,
    abort: AbortHandle,
    /// Closed once the room is gone and may be opened anew.
    done: watch::Receiver<()>,
}

impl Rooms {
    pub(super) fn new(
        kernel: &Kernel,
        booking: &Booking,
        sfu: Sfu,
        settings: RoomSettings,
        recorder: Recorder,
        revocations: Revocations,
    ) -> Self {
        Self(Arc::new(Shared {
            kernel: kernel.clone(),
            booking: booking.clone(),
            sfu,
            settings,
            recorder,
            revocations: Arc::new(revocations),
            state: Mutex::default(),
            next_socket: AtomicU64::new(1),
        }))
    }

    /// Hands the media plane's news to the rooms; ends with the media plane.
    pub(super) async fn dispatch(self, mut events: mpsc::Receiver<(RoomId, Event)>) {
        while let Some((id, event)) = events.recv().await {
            let Some(handle) = self.find(id) else { continue };
            if let Err(mpsc::error::TrySendError::Full(_)) = handle.events.try_send(event) {
                tracing::error!(room = %id, "a room does not read its news and is closed");
                handle.abort.abort();
            }
        }
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.settings.metrics
    }

    pub(super) fn ice_servers(&self) -> &IceServers {
        &self.0.settings.ice_servers
    }

    pub(super) fn is_serving(&self) -> bool {
        self.state().phase == Phase::Serving
    }

    pub(super) fn next_socket(&self) -> SocketId {
        SocketId(self.0.next_socket.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn verify(&self, token: &str) -> Result<RoomToken, RoomTokenError> {
        RoomToken::verify(&self.0.kernel, &self.0.revocations, token)
    }

    /// Finds the place that `hello` asks for.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub(super) async fn seat(
        &self,
        socket: SocketId,
        sender: SocketSender,
        re: Option<MessageId>,
        hello: Hello,
    ) -> Result<Seat, Refusal> {
        match hello.credential {
            Credential::RoomToken(token) => {
                let token = self.verify(&token).map_err(refusal)?;
                let RoomPattern::One(name) = token.room.clone() else {
                    return Err(refusal(RoomTokenError::Invalid));
                };
                for _ in 0..ATTEMPTS {
                    let handle = self.open(&name, &token).await?;
                    let (sender, token, re) = (sender.clone(), token.clone(), re.clone());
                    let mail = |verdict| Mail::Hello { socket, sender, token, re, verdict };
                    if let Some(verdict) = handle.ask(mail).await {
                        return verdict.map(|participant| Seat { participant, mail: handle.mail });
                    }
                    handle.gone().await;
                }
                Err(Refusal::new(ErrorCode::Internal, "the room does not stay open"))
            }
            Credential::ResumeToken(token) => {
                let unknown = || Refusal::new(ErrorCode::ResumeUnknown, "Say `hello` with a room token.");
                let resume = ResumeToken::parse(&token).ok_or_else(unknown)?;
                let handle = self.find(resume.room()).ok_or_else(unknown)?;
                let resume = resume.key();
                let mail = |verdict| Mail::Resume { socket, sender, resume, re, verdict };
                let verdict = handle.ask(mail).await.ok_or_else(unknown)?;
                verdict.map(|participant| Seat { participant, mail: handle.mail })
            }
        }
    }

    /// Publishes by WHIP.
    pub(super) async fn publish(
        &self,
        room: &RoomName,
        token: RoomToken,
        id: String,
        offer: String,
    ) -> Result<Answer, RoomsError> {
        let handle = self.open(room, &token).await.map_err(RoomsError::Refused)?;
        let verdict = handle.ask(|verdict| Mail::Publish { token, id, offer, verdict }).await;
        Ok(verdict.ok_or(RoomsError::Gone)??)
    }

    /// Watches by WHEP.
    pub(super) async fn view(
        &self,
        room: &RoomName,
        token: RoomToken,
        watched: Watched,
        offer: String,
    ) -> Result<Answer, RoomsError> {
        let handle = self.open(room, &token).await.map_err(RoomsError::Refused)?;
        let verdict = handle.ask(|verdict| Mail::View { token, watched, offer, verdict }).await;
        Ok(verdict.ok_or(RoomsError::Gone)??)
    }

    /// Trickles to, or restarts the ICE of, a WHIP or WHEP session.
    pub(super) async fn restart(
        &self,
        room: &RoomName,
        token: RoomToken,
        restart: Restart,
    ) -> Result<Option<Answer>, RoomsError> {
        let handle = self.find(room_id(room)).ok_or(RoomsError::Gone)?;
        let verdict = handle.ask(|verdict| Mail::Restart { token, restart, verdict }).await;
        Ok(verdict.ok_or(RoomsError::Gone)??)
    }

    /// Ends a WHIP or WHEP session.
    pub(super) async fn close_door(
        &self,
        room: &RoomName,
        token: RoomToken,
        resource: String,
    ) -> Result<(), RoomsError> {
        let handle = self.find(room_id(room)).ok_or(RoomsError::Gone)?;
        let verdict = handle.ask(|verdict| Mail::CloseDoor { token, resource, verdict }).await;
        Ok(verdict.ok_or(RoomsError::Gone)??)
    }

    /// The session is over: its room ends for everyone.
    pub(super) async fn end(&self, session: SessionId) {
        let id = room_id(&RoomName::of_session(session));
        self.remember_ended(id);
        if let Some(handle) = self.find(id) {
            let _ = handle.mail.send(Mail::End(EndReason::RoomEnded)).await;
        }
    }

    /// A login is revoked: room tokens it was given are worthless, and whoever came by it goes.
    pub(super) async fn revoke_login(&self, login: LoginId) {
        let now = self.0.kernel.clock.now();
        let revocation = Revocation { key: login.to_string(), until: now.plus(self.token_life()) };
        self.0.revocations.add(now, revocation.clone());
        self.0.recorder.store(Record::Revoked(revocation));
        for handle in self.all() {
            let _ = handle.mail.send(Mail::LoginRevoked(login)).await;
        }
    }

    /// Tells everyone, lets calls go on until they end or `drain` has passed, then ends them.
    pub(super) async fn shutdown(&self, drain: Duration) {
        self.state().phase = Phase::Stopping;
        let clock = &self.0.kernel.clock;
        let deadline = clock.now().plus(drain);
        for handle in self.all() {
            let _ = handle.mail.send(Mail::AnnounceShutdown(deadline)).await;
        }
        tokio::select! {
            () = self.all_gone() => {}
            () = clock.sleep(drain) => {}
        }
        for handle in self.all() {
            let _ = handle.mail.send(Mail::End(EndReason::Shutdown)).await;
        }
        // Real time on purpose: this is about threads and sockets, not about what people agreed on.
        let _ = tokio::time::timeout(FAREWELL, self.all_gone()).await;
        let _ = tokio::time::timeout(FAREWELL, self.0.recorder.flushed()).await;
        self.0.sfu.shutdown().await;
    }

    /// Returns when everything that happened until now is stored.
    pub(super) async fn recorded(&self) {
        self.0.recorder.flushed().await;
    }

    async fn all_gone(&self) {
        for handle in self.all() {
            handle.gone().await;
        }
    }

    async fn open(&self, name: &RoomName, token: &RoomToken) -> Result<Handle, Refusal> {
        let id = room_id(name);
        {
            let state = self.state();
            if state.ended.contains_key(&id) {
                return Err(Refusal::new(ErrorCode::RoomEnded, EndReason::RoomEnded.message()));
            }
            if let Some(handle) = state.open.get(&id) {
                return Ok(handle.clone());
            }
        }
        let info = self.look_up(name, id, token).await?;
        let mut state = self.state();
        if state.phase == Phase::Stopping {
            return Err(Refusal::new(ErrorCode::Internal, EndReason::Shutdown.message()));
        }
        // Somebody may have opened it while the database was asked.
        Ok(state.open.entry(id).or_insert_with(|| self.spawn(info)).clone())
    }

    async fn look_up(&self, name: &RoomName, id: RoomId, token: &RoomToken) -> Result<RoomInfo, Refusal> {
        let shared = &self.0;
        let Some(session) = name.session() else {
            let policy = RoomPolicy::new(WaitingRoom::Off, TOOLS_CAPACITY);
            let (title, encryption) = (name.to_string(), Encryption::InTransit);
            return Ok(RoomInfo { name: name.clone(), id, title, policy, encryption, chat: Vec::new() });
        };
        let asked = tokio::time::timeout(LOOKUP, shared.booking.session_by_id(session)).await;
        let (title, waiting_room, encryption) = match (asked, &token.about) {
            (Ok(Ok(Some(session))), _) if session.state == SessionState::Ended => {
                return Err(Refusal::new(ErrorCode::RoomEnded, EndReason::RoomEnded.message()));
            }
            (Ok(Ok(Some(session))), _) => (session.title, session.waiting_room, session.encryption),
            (Ok(Ok(None)), _) => return Err(refusal(RoomTokenError::Invalid)),
            // Control may fail, calls go on: the token says enough.
            (_, Some(about)) => {
                tracing::warn!(room = %id, "the database did not say what the room is like; its token did");
                let waiting_room = if about.waiting_room { WaitingRoom::On } else { WaitingRoom::Off };
                let encryption = if about.end_to_end { Encryption::EndToEnd } else { Encryption::InTransit };
                (about.title.clone(), waiting_room, encryption)
            }
            (_, None) => return Err(Refusal::new(ErrorCode::Internal, "the room cannot be opened now")),
        };
        let chat = tokio::time::timeout(LOOKUP, self.last_chat(session)).await;
        let chat = chat.ok().and_then(Result::ok).unwrap_or_default();
        let policy = RoomPolicy::new(waiting_room, shared.kernel.config.live.capacity);
        Ok(RoomInfo { name: name.clone(), id, title, policy, encryption, chat })
    }

    async fn last_chat(&self, session: SessionId) -> Result<Vec<signaling::message::ChatMessage>, sqlx::Error> {
        let mut conn = self.0.kernel.db.read().await?;
        store::last_chat(&mut conn, session, i64::try_from(limits::CHAT_REPLAY).unwrap_or(i64::MAX)).await
    }

    /// Starts a room's tasks: its own, the one that carries its orders to the media plane, and one that buries it.
    fn spawn(&self, info: RoomInfo) -> Handle {
        let shared = &self.0;
        let (id, session) = (info.id, info.name.session());
        let (mail, mailbox) = mpsc::channel(MAILBOX);
        let (events_in, events) = mpsc::channel(EVENTS);
        let (orders, orders_out) = mpsc::channel(ORDERS);
        let (answers_in, answers) = mpsc::channel(ORDERS);
        let (alive, done) = watch::channel(());
        let tools = Tools {
            clock: shared.kernel.clock.clone(),
            recorder: shared.recorder.clone(),
            revocations: shared.revocations.clone(),
            metrics: shared.settings.metrics.clone(),
        };
        let room = Room::new(Now::of(&shared.kernel.clock), info, shared.settings.clone());
        let queues = Queues { mail: mailbox, events, answers, orders };
        let actor = tokio::spawn(Actor::new(room, queues, tools).run());
        let carrier = tokio::spawn(media::carry_out(shared.sfu.clone(), id, orders_out, answers_in));
        let handle = Handle { mail, events: events_in, abort: actor.abort_handle(), done };
        shared.settings.metrics.rooms.inc();
        let rooms = self.clone();
        tokio::spawn(async move {
            match actor.await {
                Ok(Some(EndReason::RoomEnded)) if session.is_some() => rooms.remember_ended(id),
                Ok(_) => {}
                Err(error) => rooms.failed(id, session, &error),
            }
            // The room may be opened anew only when the media plane has forgotten the old one.
            let _ = tokio::time::timeout(FAREWELL, carrier).await;
            rooms.state().open.remove(&id);
            rooms.metrics().rooms.dec();
            drop(alive);
        });
        handle
    }

    /// A room died of a bug. Its people's sockets are closed with it; they come back to a new one.
    fn failed(&self, id: RoomId, session: Option<SessionId>, error: &tokio::task::JoinError) {
        self.metrics().room_panics.inc();
        tracing::error!(room = %id, %error, "a room failed");
        if let Some(session) = session {
            self.0.recorder.store(Record::closed(session, self.0.kernel.clock.now(), Closing::Idle));
        }
    }

    fn remember_ended(&self, id: RoomId) {
        let now = self.0.kernel.clock.now();
        let until = now.plus(self.token_life());
        let mut state = self.state();
        state.ended.retain(|_, until| *until > now);
        state.ended.insert(id, until);
    }

    fn token_life(&self) -> Duration {
        Duration::from_secs(self.0.kernel.config.live.room_token_s)
    }

    fn find(&self, id: RoomId) -> Option<Handle> {
        self.state().open.get(&id).cloned()
    }

    fn all(&self) -> Vec<Handle> {
        self.state().open.values().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a bug in a room, for tests.
    #[cfg(test)]
    pub(super) async fn break_room(&self, room: &RoomName) {
        let handle = self.find(room_id(room)).expect("an open room");
        let _ = handle.mail.send(Mail::Panic).await;
        handle.gone().await;
    }
}

impl Handle {
    /// Asks the room; `None` when it is gone.
    async fn ask<T>(&self, mail: impl FnOnce(oneshot::Sender<T>) -> Mail) -> Option<T> {
        let (verdict, outcome) = oneshot::channel();
        self.mail.send(mail(verdict)).await.ok()?;
        outcome.await.ok()
    }

    async fn gone(&self) {
        let mut done = self.done.clone();
        while done.changed().await.is_ok() {}
    }
}

/// A session's room has its session's id; any other's follows from its name.
fn room_id(name: &RoomName) -> RoomId {
    RoomId(match name.session() {
        Some(session) => session.0,
        None => {
            let mut bytes = [0; 16];
            bytes.iter_mut().zip(Sha256::digest(name.as_str())).for_each(|(byte, digest)| *byte = digest);
            uuid::Builder::from_custom_bytes(bytes).into_uuid()
        }
    })
}

fn refusal(error: RoomTokenError) -> Refusal {
    let code = match error {
        RoomTokenError::Invalid => ErrorCode::TokenInvalid,
        RoomTokenError::Expired => ErrorCode::TokenExpired,
        RoomTokenError::Revoked => ErrorCode::TokenRevoked,
    };
    Refusal::new(code, error.to_string())
}
