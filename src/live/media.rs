//! Between the words of signaling and those of the SFU; and the task that carries a room's orders to it.

use sfu::{Flow, Grant, JoinOptions, ParticipantId, RoomId, Sfu, SfuError, SlotAssignment, Source, VideoStart, Watch};
use signaling::message::{Slot, SlotContent, SourceState, Sources, TrackState, Want};
use signaling::{ErrorCode, Refusal};
use tokio::sync::mpsc;

use super::room::RequestId;

/// Slots of one WHEP session: it offers its own count, this bounds it.
pub(super) const MAX_VIEWER_SLOTS: u8 = 50;

/// What a room wants of the media plane. One task carries them out in order, so that a room never waits.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Order {
    /// Answers the first offer of a peer connection.
    Connect {
        participant: ParticipantId,
        offer: String,
        options: JoinOptions,
        sources: Sources,
        asker: Asker,
    },
    /// Answers a later one.
    Reoffer {
        participant: ParticipantId,
        offer: String,
        asker: Asker,
    },
    /// Opens the room to somebody connected ahead.
    LetIn {
        participant: ParticipantId,
        sources: Sources,
    },
    Ready(ParticipantId),
    Publish(ParticipantId, Source, SourceState),
    Subscribe(ParticipantId, Vec<Want>),
    Leave(ParticipantId),
    Close,
}

/// Who waits for an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asker {
    Participant(ParticipantId),
    /// A WHIP or WHEP request.
    Door(RequestId),
}

/// The media plane's answer.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Answered {
    pub asker: Asker,
    pub answer: Result<String, Refusal>,
}

/// Publishes as the token allows, watches everyone once it is let in, and says itself when video may start.
pub(super) fn caller_options(grants: &signaling::message::Grants, slots: u8, watch: Watch) -> JoinOptions {
    use signaling::message::Grant::{Publish, Subscribe};
    let allowed = |grant| if grants.contain(grant) { Grant::Allowed } else { Grant::Denied };
    JoinOptions { publish: allowed(Publish), subscribe: allowed(Subscribe), start: VideoStart::WhenReady, slots, watch }
}

/// A WHIP publisher only sends.
pub(super) fn publisher_options() -> JoinOptions {
    JoinOptions {
        publish: Grant::Allowed,
        subscribe: Grant::Denied,
        start: VideoStart::WhenConnected,
        slots: 0,
        watch: Watch::Everyone,
    }
}

/// A WHEP viewer only receives.
pub(super) fn viewer_options(watch: Watch) -> JoinOptions {
    JoinOptions {
        publish: Grant::Denied,
        subscribe: Grant::Allowed,
        start: VideoStart::WhenConnected,
        slots: MAX_VIEWER_SLOTS,
        watch,
    }
}

/// Carries out a room's orders until the room is gone, then closes it at the SFU.
pub(super) async fn carry_out(
    sfu: Sfu,
    room: RoomId,
    mut orders: mpsc::Receiver<Order>,
    answers: mpsc::Sender<Answered>,
) {
    while let Some(order) = orders.recv().await {
        let outcome = match order {
            Order::Connect { participant, offer, options, sources, asker } => {
                let answer = sfu.join(room, participant, offer, options).await.map_err(refusal);
                if answer.is_ok() {
                    publish_all(&sfu, room, participant, sources).await;
                }
                let _ = answers.send(Answered { asker, answer }).await;
                Ok(())
            }
            Order::Reoffer { participant, offer, asker } => {
                let answer = sfu.reoffer(room, participant, offer).await.map_err(refusal);
                let _ = answers.send(Answered { asker, answer }).await;
                Ok(())
            }
            Order::LetIn { participant, sources } => {
                publish_all(&sfu, room, participant, sources).await;
                sfu.watch(room, participant, Watch::Everyone).await
            }
            Order::Ready(participant) => sfu.ready(room, participant).await,
            Order::Publish(participant, source, state) => {
                sfu.publish(room, participant, source, track_states(state)).await
            }
            Order::Subscribe(participant, wants) => {
                sfu.subscribe(room, participant, wants.iter().map(want).collect()).await
            }
            Order::Leave(participant) => sfu.leave(room, participant).await,
            Order::Close => sfu.close_room(room).await,
        };
        // A room nobody has connected to yet is unknown to the SFU: nothing to leave or close there.
        if let Err(error) = outcome
            && error != SfuError::RoomUnknown
        {
            tracing::warn!(%error, %room, "the media plane did not carry out an order");
        }
    }
    let _ = sfu.close_room(room).await;
}

async fn publish_all(sfu: &Sfu, room: RoomId, participant: ParticipantId, sources: Sources) {
    for (source, state) in sources.iter() {
        let _ = sfu.publish(room, participant, source, track_states(state)).await;
    }
}

/// A slot as the receiver is told of it.
pub(super) fn slot(assignment: &SlotAssignment) -> Slot {
    match assignment.source {
        None => Slot::empty(assignment.slot),
        Some((participant, source)) => {
            let forwarded = |flow| matches!(flow, Flow::Forwarded);
            let content =
                SlotContent { source, audio: forwarded(assignment.audio), video: forwarded(assignment.video) };
            Slot::carrying(assignment.slot, participant, content)
        }
    }
}

fn refusal(error: SfuError) -> Refusal {
    match error {
        SfuError::Refused(error) => Refusal::new(ErrorCode::OfferInvalid, error.to_string()),
        SfuError::RoomUnknown => Refusal::new(ErrorCode::OfferInvalid, "there is no such peer connection any more"),
        SfuError::RoomFailed | SfuError::Stopped => {
            tracing::error!(%error, "an offer got no answer");
            Refusal::new(ErrorCode::Internal, "the media server failed")
        }
    }
}

fn track_states(state: SourceState) -> sfu::SourceState {
    let track = |state| match state {
        TrackState::Off => sfu::TrackState::Off,
        TrackState::Muted => sfu::TrackState::Muted,
        TrackState::On => sfu::TrackState::On,
    };
    sfu::SourceState { audio: track(state.audio), video: track(state.video) }
}

fn want(want: &Want) -> sfu::Want {
    let Want { participant, source, width, height, priority } = *want;
    sfu::Want { participant, source, width, height, priority }
}
