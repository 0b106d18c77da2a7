//! The task of one room: mail in, outputs carried out. It waits for nobody: not for slow sockets, not for the media
//! plane, not for the database.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use sfu::{Event, ParticipantId};
use signaling::{CloseCode, EndReason, Frame, MessageId, Refusal, SocketId};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::media::{Answered, Order};
use super::metrics::Metrics;
use super::records::{Record, Recorder};
use super::resume::ResumeKey;
use super::room::{Answer, DoorError, Now, Output, RequestId, Restart, Room, Watched};
use super::token::{Revocations, RoomToken};
use crate::kernel::clock::{Clock, Timestamp};
use crate::kernel::ids::LoginId;

/// What a socket's task is told.
#[derive(Debug)]
pub(super) enum ToSocket {
    Text(Utf8Bytes),
    Close(CloseCode),
}

/// The way to a socket's task. Bounded: a client that does not read fills it, and loses its socket.
pub(super) type SocketSender = mpsc::Sender<ToSocket>;

type Verdict<T, E> = oneshot::Sender<Result<T, E>>;

/// What a room is told.
pub(super) enum Mail {
    Hello {
        socket: SocketId,
        sender: SocketSender,
        token: RoomToken,
        re: Option<MessageId>,
        verdict: Verdict<ParticipantId, Refusal>,
    },
    Resume {
        socket: SocketId,
        sender: SocketSender,
        resume: ResumeKey,
        re: Option<MessageId>,
        verdict: Verdict<ParticipantId, Refusal>,
    },
    Frame {
        participant: ParticipantId,
        socket: SocketId,
        frame: Frame,
    },
    Lost {
        participant: ParticipantId,
        socket: SocketId,
    },
    Publish {
        token: RoomToken,
        id: String,
        offer: String,
        verdict: Verdict<Answer, DoorError>,
    },
    View {
        token: RoomToken,
        watched: Watched,
        offer: String,
        verdict: Verdict<Answer, DoorError>,
    },
    /// `None`: done, there is nothing to say.
    Restart {
        token: RoomToken,
        restart: Restart,
        verdict: Verdict<Option<Answer>, DoorError>,
    },
    CloseDoor {
        token: RoomToken,
        resource: String,
        verdict: Verdict<(), DoorError>,
    },
    LoginRevoked(LoginId),
    AnnounceShutdown(Timestamp),
    End(EndReason),
    /// A bug, for the test that shows that it stays in its room.
    #[cfg(test)]
    Panic,
}

/// The ends of a room's queues that its task holds.
pub(super) struct Queues {
    pub mail: mpsc::Receiver<Mail>,
    pub events: mpsc::Receiver<Event>,
    pub answers: mpsc::Receiver<Answered>,
    pub orders: mpsc::Sender<Order>,
}

/// What a room's task works with.
pub(super) struct Tools {
    pub clock: Clock,
    pub recorder: Recorder,
    pub revocations: Arc<Revocations>,
    pub metrics: Metrics,
}

pub(super) struct Actor {
    room: Room,
    queues: Queues,
    tools: Tools,
    sockets: HashMap<SocketId, Socket>,
    doors: HashMap<RequestId, DoorVerdict>,
    next_request: u64,
}

struct Socket {
    sender: SocketSender,
    /// Known once `hello` is accepted.
    participant: Option<ParticipantId>,
}

enum DoorVerdict {
    Open(Verdict<Answer, DoorError>),
    Restart(Verdict<Option<Answer>, DoorError>),
}

impl Actor {
    pub(super) fn new(room: Room, queues: Queues, tools: Tools) -> Self {
        Self { room, queues, tools, sockets: HashMap::new(), doors: HashMap::new(), next_request: 1 }
    }

    /// Runs until the room is over, and says why.
    pub(super) async fn run(mut self) -> Option<EndReason> {
        while self.room.end_reason().is_none() {
            let clock = self.tools.clock.clone();
            let until = self.room.poll_timeout().map(|at| at.saturating_duration_since(clock.instant()));
            let timeout = async {
                match until {
                    Some(wait) => clock.sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                mail = self.queues.mail.recv() => match mail {
                    Some(mail) => self.open(mail),
                    None => self.room.end(self.now(), EndReason::Shutdown),
                },
                Some(event) = self.queues.events.recv() => self.room.media(self.now(), event),
                Some(answered) = self.queues.answers.recv() => self.room.answered(self.now(), answered),
                () = timeout => self.room.handle_timeout(self.now()),
            }
            self.carry_out();
        }
        self.room.end_reason()
    }

    fn now(&self) -> Now {
        Now::of(&self.tools.clock)
    }

    fn open(&mut self, mail: Mail) {
        let now = self.now();
        match mail {
            Mail::Hello { socket, sender, token, re, verdict } => {
                self.sockets.insert(socket, Socket { sender, participant: None });
                let outcome = self.room.hello(now, socket, token, re);
                self.bind(socket, outcome, verdict);
            }
            Mail::Resume { socket, sender, resume, re, verdict } => {
                self.sockets.insert(socket, Socket { sender, participant: None });
                let outcome = self.room.resume(now, socket, &resume, re);
                self.bind(socket, outcome, verdict);
            }
            Mail::Frame { participant, socket, frame } => self.room.receive(now, participant, socket, frame),
            Mail::Lost { participant, socket } => {
                self.sockets.remove(&socket);
                self.room.lost(now, participant, socket);
            }
            Mail::Publish { token, id, offer, verdict } => {
                let request = self.request(DoorVerdict::Open(verdict));
                self.room.publish(now, request, token, &id, offer);
            }
            Mail::View { token, watched, offer, verdict } => {
                let request = self.request(DoorVerdict::Open(verdict));
                self.room.view(now, request, token, watched, offer);
            }
            Mail::Restart { token, restart, verdict } => {
                let request = RequestId(self.next_request);
                self.next_request += 1;
                match self.room.restart(now, request, token, restart) {
                    Ok(Some(request)) => drop(self.doors.insert(request, DoorVerdict::Restart(verdict))),
                    Ok(None) => drop(verdict.send(Ok(None))),
                    Err(error) => drop(verdict.send(Err(error))),
                }
            }
            Mail::CloseDoor { token, resource, verdict } => {
                let outcome = self.room.close_door(now, &token, &resource);
                let _ = verdict.send(outcome);
            }
            Mail::LoginRevoked(login) => self.room.login_revoked(now, login),
            Mail::AnnounceShutdown(deadline) => self.room.announce_shutdown(now, deadline),
            Mail::End(reason) => self.room.end(now, reason),
            #[cfg(test)]
            Mail::Panic => panic!("as the test asked"),
        }
    }

    /// The verdict goes out before the frames the room has for the socket: both are in order that way.
    fn bind(
        &mut self,
        socket: SocketId,
        outcome: Result<ParticipantId, Refusal>,
        verdict: Verdict<ParticipantId, Refusal>,
    ) {
        match (&outcome, self.sockets.get_mut(&socket)) {
            (Ok(participant), Some(socket)) => socket.participant = Some(*participant),
            _ => drop(self.sockets.remove(&socket)),
        }
        let participant = outcome.as_ref().ok().copied();
        if let (Err(_), Some(participant)) = (verdict.send(outcome), participant) {
            // The socket's task is gone already.
            self.sockets.remove(&socket);
            self.room.lost(self.now(), participant, socket);
        }
    }

    fn request(&mut self, verdict: DoorVerdict) -> RequestId {
        let request = RequestId(self.next_request);
        self.next_request += 1;
        self.doors.insert(request, verdict);
        request
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.room.poll_output() {
            match output {
                Output::Send(socket, text) => self.send(socket, text),
                Output::Close(socket, code) => {
                    if let Some(socket) = self.sockets.remove(&socket) {
                        // When it is too full even for this, dropping the sender closes it just as well.
                        let _ = socket.sender.try_send(ToSocket::Close(code));
                    }
                }
                Output::Media(order) => {
                    if let Err(error) = self.queues.orders.try_send(order) {
                        tracing::error!(%error, "the media plane does not take a room's orders; the room is closed");
                        self.room.end(self.now(), EndReason::Idle);
                    }
                }
                Output::Record(record) => self.tools.recorder.store(record),
                Output::Revoke(revocation) => {
                    self.tools.revocations.add(self.tools.clock.now(), revocation.clone());
                    self.tools.recorder.store(Record::Revoked(revocation));
                }
                Output::Door(request, outcome) => match self.doors.remove(&request) {
                    Some(DoorVerdict::Open(verdict)) => drop(verdict.send(outcome)),
                    Some(DoorVerdict::Restart(verdict)) => drop(verdict.send(outcome.map(Some))),
                    None => {}
                },
            }
        }
    }

    fn send(&mut self, id: SocketId, text: Utf8Bytes) {
        let Some(socket) = self.sockets.get(&id) else { return };
        let Err(error) = socket.sender.try_send(ToSocket::Text(text)) else { return };
        if let TrySendError::Full(_) = error {
            self.tools.metrics.slow_sockets.inc();
        }
        let participant = socket.participant;
        self.sockets.remove(&id);
        if let Some(participant) = participant {
            self.room.lost(self.now(), participant, id);
        }
    }
}
