//! One socket: `hello`, limits, liveness (PROTOCOL.md §1).

use std::collections::VecDeque;
use std::time::Instant;

use crate::code::{CloseCode, ErrorCode, Refusal, Severity};
use crate::frame::{Frame, FrameError};
use crate::limits;
use crate::message::{ClientMessage, Hello, MessageId, ServerMessage};

/// What the owner of a socket has to do.
#[derive(Clone, PartialEq, Debug)]
pub enum ConnectionOutput {
    Send(Box<ServerMessage>),
    /// Say who this is: answer with [`Connection::bound`] or [`Connection::refuse`], and read no frame before.
    Hello(Option<MessageId>, Hello),
    /// For the participant the socket is bound to.
    Message(Frame),
    /// Close the socket once everything sent is on its way. Nothing comes after it.
    Close(CloseCode),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    AwaitingHello { until: Instant },
    Verifying,
    Bound,
    Closed,
}

/// The state of one socket.
///
/// Feed it what the socket says and call [`handle_timeout`](Self::handle_timeout) when
/// [`poll_timeout`](Self::poll_timeout) says so; then drain [`poll_output`](Self::poll_output).
#[derive(Debug)]
pub struct Connection {
    phase: Phase,
    last_heard: Instant,
    pinged: Option<Instant>,
    next_nonce: u64,
    /// When the bucket of frames is full again; every frame moves it one interval on.
    bucket_full_at: Instant,
    malformed: u8,
    outputs: VecDeque<ConnectionOutput>,
}

impl Connection {
    /// A socket that was just accepted.
    pub fn new(now: Instant) -> Self {
        Self {
            phase: Phase::AwaitingHello { until: now + limits::HELLO_TIMEOUT },
            last_heard: now,
            pinged: None,
            next_nonce: 1,
            bucket_full_at: now,
            malformed: 0,
            outputs: VecDeque::new(),
        }
    }

    /// A text frame came.
    pub fn text(&mut self, now: Instant, text: &str) {
        if !self.heard(now) {
            return;
        }
        match Frame::parse(text) {
            Ok(frame) => self.frame(frame),
            Err(FrameError::TooLarge) => self.close(CloseCode::TooLarge),
            Err(error) => self.unreadable(error),
        }
    }

    /// A binary frame came; there are none in this protocol.
    pub fn binary(&mut self, now: Instant) {
        if self.heard(now) {
            self.close(CloseCode::UnsupportedData);
        }
    }

    /// A frame came that was larger than the socket's reader accepts.
    pub fn oversized(&mut self, now: Instant) {
        if self.heard(now) {
            self.close(CloseCode::TooLarge);
        }
    }

    /// `hello` was accepted: frames go to a participant from now on.
    pub fn bound(&mut self) {
        if self.phase == Phase::Verifying {
            self.phase = Phase::Bound;
        }
    }

    /// `hello` was refused.
    pub fn refuse(&mut self, re: Option<MessageId>, refusal: Refusal) {
        self.fail(re, refusal.code, refusal.message);
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called; `None` once closed.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let silent_at = self.last_heard + limits::SILENCE;
        match self.phase {
            Phase::AwaitingHello { until } => Some(until),
            Phase::Verifying => Some(silent_at),
            Phase::Bound if self.pinged.is_none() => Some(self.last_heard + limits::PING_AFTER),
            Phase::Bound => Some(silent_at),
            Phase::Closed => None,
        }
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_none_or(|at| now < at) {
            return;
        }
        match self.phase {
            Phase::AwaitingHello { .. } => self.fail(None, ErrorCode::HelloExpected, "no `hello` came in 10 s"),
            Phase::Bound if self.pinged.is_none() => {
                self.pinged = Some(now);
                self.send(ServerMessage::Ping { nonce: self.next_nonce });
                self.next_nonce += 1;
            }
            Phase::Verifying | Phase::Bound => self.close(CloseCode::Unresponsive),
            Phase::Closed => {}
        }
    }

    pub fn poll_output(&mut self) -> Option<ConnectionOutput> {
        self.outputs.pop_front()
    }

    /// Counts a frame against liveness and rate; false when the socket is or gets closed.
    fn heard(&mut self, now: Instant) -> bool {
        if self.phase == Phase::Closed {
            return false;
        }
        self.last_heard = now;
        self.pinged = None;
        self.bucket_full_at = self.bucket_full_at.max(now) + limits::FRAME_INTERVAL;
        if self.bucket_full_at > now + limits::FRAME_INTERVAL * limits::FRAME_BURST {
            self.fail(None, ErrorCode::RateLimited, "too many messages");
            return false;
        }
        true
    }

    fn frame(&mut self, frame: Frame) {
        match (self.phase, frame.message) {
            (Phase::AwaitingHello { .. }, ClientMessage::Hello(hello)) => {
                if hello.version == limits::VERSION {
                    self.phase = Phase::Verifying;
                    self.outputs.push_back(ConnectionOutput::Hello(frame.id, hello));
                } else {
                    let message = format!("this server speaks version {} of the protocol", limits::VERSION);
                    self.fail(frame.id, ErrorCode::UnsupportedVersion, message);
                }
            }
            (Phase::AwaitingHello { .. } | Phase::Verifying, _) => {
                self.fail(frame.id, ErrorCode::HelloExpected, "the first message must be `hello`");
            }
            (Phase::Bound, ClientMessage::Hello(_)) => {
                self.error(frame.id, ErrorCode::AlreadyJoined, "`hello` was said before", Severity::Recoverable);
            }
            (Phase::Bound, ClientMessage::Ping { nonce }) => {
                self.send(ServerMessage::Pong { re: frame.id, nonce });
            }
            (Phase::Bound, ClientMessage::Pong { .. }) => {
                if let Some(re) = frame.id {
                    self.send(ServerMessage::Ok { re });
                }
            }
            (Phase::Bound, message) => {
                self.outputs.push_back(ConnectionOutput::Message(Frame { id: frame.id, message }));
            }
            (Phase::Closed, _) => {}
        }
    }

    fn unreadable(&mut self, error: FrameError) {
        let explanation = error.to_string();
        match error {
            FrameError::Malformed { id, .. } => {
                self.malformed += 1;
                if self.malformed < limits::MALFORMED_LIMIT {
                    self.error(id, ErrorCode::Malformed, explanation, Severity::Recoverable);
                } else {
                    self.fail(id, ErrorCode::Malformed, explanation);
                }
            }
            // A newer client may try something before `hello` tells it our version; still, `hello` comes first.
            FrameError::Unknown { id, .. } if self.phase != Phase::Bound => {
                self.fail(id, ErrorCode::HelloExpected, "the first message must be `hello`");
            }
            FrameError::Unknown { id, .. } => {
                self.error(id, ErrorCode::UnknownMessage, explanation, Severity::Recoverable);
            }
            FrameError::TooLarge => self.close(CloseCode::TooLarge),
        }
    }

    fn fail(&mut self, re: Option<MessageId>, code: ErrorCode, message: impl Into<String>) {
        self.error(re, code, message, Severity::Fatal);
        self.close(CloseCode::after(code));
    }

    fn error(&mut self, re: Option<MessageId>, code: ErrorCode, message: impl Into<String>, severity: Severity) {
        let fatal = severity == Severity::Fatal;
        self.send(ServerMessage::Error { re, code, message: message.into(), fatal });
    }

    fn send(&mut self, message: ServerMessage) {
        self.outputs.push_back(ConnectionOutput::Send(Box::new(message)));
    }

    fn close(&mut self, code: CloseCode) {
        if self.phase != Phase::Closed {
            self.phase = Phase::Closed;
            self.outputs.push_back(ConnectionOutput::Close(code));
        }
    }
}
