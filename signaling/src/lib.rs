//! FaceMentor's signaling protocol, version 1, without sockets: `PROTOCOL.md` is the specification.
//!
//! Two state machines split the work. A [`Connection`] is one socket: it parses frames, holds limits, and knows when a
//! socket is dead. A [`Participant`] is one person, who survives sockets: it knows what they may say in which state.
//! Neither does IO: frames, verdicts and `now` go in; frames to send and [`Ask`]s to the server come out.

mod code;
mod connection;
mod frame;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod limits;
pub mod message;
mod participant;

pub use code::{CloseCode, EndReason, ErrorCode, LeaveReason, Refusal, Severity};
pub use connection::{Connection, ConnectionOutput};
pub use frame::{Frame, FrameError};
pub use message::{ClientMessage, MessageId, ServerMessage};
pub use participant::{
    Ask, Effect, Greeting, Identity, MediaState, Participant, PendingJoin, Presence, SocketId, State, WrongState,
    accepted_name,
};
