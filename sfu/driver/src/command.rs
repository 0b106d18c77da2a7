//! What the asynchronous world asks of a shard.

use std::time::Instant;

use sfu_core::{DataKind, JoinError, JoinOptions, ParticipantId, RoomId, Shard, Source, SourceState, Want, Watch};
use tokio::sync::oneshot;

/// A command in a shard's queue; those that can fail carry the way back.
pub(crate) enum Command {
    Join {
        room: RoomId,
        participant: ParticipantId,
        offer: String,
        options: JoinOptions,
        reply: oneshot::Sender<Result<String, JoinError>>,
    },
    Reoffer {
        participant: ParticipantId,
        offer: String,
        reply: oneshot::Sender<Result<String, JoinError>>,
    },
    Ready(ParticipantId),
    Leave(ParticipantId),
    CloseRoom(RoomId),
    Publish(ParticipantId, Source, SourceState),
    Subscribe(ParticipantId, Vec<Want>),
    Watch(ParticipantId, Watch),
    SendData {
        participant: ParticipantId,
        label: String,
        kind: DataKind,
        bytes: Vec<u8>,
    },
    Stop,
}

/// Whether the shard's thread goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Go,
    Stop,
}

impl Command {
    /// The room this takes someone into.
    pub(crate) fn joined_room(&self) -> Option<RoomId> {
        match self {
            Self::Join { room, .. } => Some(*room),
            _ => None,
        }
    }

    pub(crate) fn run(self, now: Instant, shard: &mut Shard) -> Next {
        match self {
            Command::Join { room, participant, offer, options, reply } => {
                let answer = shard.join(now, room, participant, &offer, options);
                // Nobody waits for the answer any more: the caller was cancelled, so nobody will send media either.
                if let Err(Ok(_)) = reply.send(answer) {
                    shard.leave(now, participant);
                }
            }
            Command::Reoffer { participant, offer, reply } => {
                let _ = reply.send(shard.reoffer(now, participant, &offer));
            }
            Command::Ready(participant) => shard.ready(now, participant),
            Command::Leave(participant) => shard.leave(now, participant),
            Command::CloseRoom(room) => shard.close_room(now, room),
            Command::Publish(participant, source, state) => shard.publish(now, participant, source, state),
            Command::Watch(participant, watch) => shard.watch(now, participant, watch),
            Command::Subscribe(participant, wants) => shard.subscribe(now, participant, &wants),
            Command::SendData { participant, label, kind, bytes } => {
                shard.send_data(now, participant, &label, kind, &bytes);
            }
            Command::Stop => return Next::Stop,
        }
        Next::Go
    }
}
