//! What a room keeps of each person, besides the state machine of signaling.

use std::collections::BTreeMap;
use std::time::Instant;

use sfu::Source;
use signaling::message::{Slot, Want};
use signaling::{Participant, Presence};

use super::super::metrics::{JoinStep, Metrics};
use super::super::resume::ResumeKey;
use super::super::token::RoomToken;
use crate::booking::Media;

/// Somebody with a room token who is previewing, waiting or present.
pub(super) struct Member {
    pub(super) participant: Participant,
    /// What they came with.
    pub(super) token: RoomToken,
    pub(super) resume: Option<ResumeKey>,
    pub(super) slots: Vec<Slot>,
    pub(super) quality: Option<f32>,
    /// Layers of their camera and screen that somebody can see, where that is not all.
    pub(super) layers: BTreeMap<Source, usize>,
    /// The last `subscribe`; told again when a new peer connection takes over.
    pub(super) wants: Option<Vec<Want>>,
    pub(super) connection: Connection,
    /// First offers of peer connections on their way to the media plane.
    pub(super) connecting: u32,
    /// Whether media flows between them and us.
    pub(super) media: Media,
    /// When they were let in.
    pub(super) entered_at: Option<Instant>,
}

/// What the media plane holds of somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Connection {
    None,
    /// Made before they are let in; the room does not reach them.
    Ahead,
    Inside,
}

/// A WHEP session: somebody who watches and is not shown.
pub(super) struct Viewer {
    pub(super) token: RoomToken,
}

impl Member {
    pub(super) fn new(participant: Participant, token: RoomToken, resume: Option<ResumeKey>) -> Self {
        let connection = if resume.is_some() { Connection::None } else { Connection::Inside };
        Self {
            participant,
            token,
            resume,
            slots: Vec::new(),
            quality: None,
            layers: BTreeMap::new(),
            wants: None,
            connection,
            connecting: 0,
            media: Media::Lost,
            entered_at: None,
        }
    }

    /// Whether they take a place.
    pub(super) fn is_inside(&self) -> bool {
        matches!(self.participant.presence(), Presence::Entering | Presence::Here)
    }

    /// Whether they have no socket, ever.
    pub(super) fn came_by_whip(&self) -> bool {
        self.resume.is_none()
    }

    pub(super) fn joining(&self, metrics: &Metrics, step: JoinStep, now: Instant) {
        if let Some(entered_at) = self.entered_at {
            metrics.joining(step, now.saturating_duration_since(entered_at));
        }
    }
}
