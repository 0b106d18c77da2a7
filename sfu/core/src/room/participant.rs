//! The control half of someone present: what they publish, what they are shown, how their connection does.

use std::time::{Duration, Instant};

use super::assign::SourceId;
use super::bandwidth::Bidder;
use super::demand::Demand;
use super::layers::Wanted;
use super::playout::Playout;
use super::quality::QualityMeter;
use super::voice::Voice;
use crate::bandwidth::Bandwidth;
use crate::egress::{Link, OutletKey};
use crate::ingress::{Arrivals, Latch, PayloadTable, PublisherClock, StreamPlace, Track};
use crate::slab::Key;
use crate::srtp::{Opener, Srtcp};
use crate::{
    ChannelId, Flow, JoinOptions, MediaKind, MediaPlan, ParticipantId, PublishPlan, Remote, SlotIndex, Source,
    SourceState, TrackState, Transport, Want, Watch,
};

/// Silence that means trouble where media or reports should come, and where only consent checks do (RFC 7675 §5.1: every 5 s ± 20 %).
const STALLED_AFTER: Duration = Duration::from_secs(3);
const IDLE_STALLED_AFTER: Duration = Duration::from_secs(9);
/// Addresses remembered for one client: a browser checks each of its interfaces.
const MAX_REMOTES: usize = 16;

pub(crate) struct Participant {
    pub(crate) id: ParticipantId,
    pub(crate) options: JoinOptions,
    /// `None` where keys were injected: the simulator.
    pub(crate) transport: Option<Transport>,
    pub(crate) plan: MediaPlan,
    pub(crate) link: Key<Link>,
    pub(crate) opener: Option<Opener>,
    pub(crate) srtcp: Option<Srtcp>,
    pub(crate) latch: Latch,
    pub(crate) arrivals: Arrivals,
    /// The plan's m-lines with what their payload types mean, and beside each its layers' tracks.
    pub(crate) published: Vec<(PublishPlan, PayloadTable)>,
    pub(crate) tracks: Vec<Vec<Option<Key<Track>>>>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) sources: [SourceState; 2],
    /// `None` until the first subscribe: everything at full size.
    pub(crate) wants: Option<Vec<Want>>,
    pub(crate) clock: PublisherClock,
    pub(crate) voice: Voice,
    pub(crate) quality: QualityMeter,
    /// What the client's link carries, and what of it each slot's video is granted.
    pub(crate) bandwidth: Bandwidth<Bidder>,
    /// What is asked of each source.
    pub(crate) demand: [Demand; 2],
    pub(crate) playout: Playout,
    pub(crate) channels: Vec<(ChannelId, String)>,
    /// Addresses whose packets are this client's, as the shard's map has them.
    pub(crate) remotes: Vec<Remote>,
    /// Place in the order of joining.
    pub(crate) joined: u64,
    /// Our SSRC in RTCP about the client's streams.
    pub(crate) control_ssrc: u32,
    pub(crate) phase: Phase,
    pub(crate) readiness: Readiness,
    pub(crate) liveness: Liveness,
    pub(crate) heard: Instant,
    pub(crate) report_due: Instant,
    /// The timer the shard holds for it.
    pub(crate) armed: Option<Instant>,
    pub(crate) sent_first: [Told; 2],
}

/// One slot as it is now.
pub(crate) struct Slot {
    pub(crate) index: SlotIndex,
    pub(crate) audio: Option<OutletKey>,
    pub(crate) video: Option<OutletKey>,
    pub(crate) source: Option<SourceId>,
    /// Layers of the source's video that fit into the client's link, from the lowest; `None` where nothing limits them.
    pub(crate) granted: Option<usize>,
    /// What the client was told last: what it carried, audio, video.
    pub(crate) told: (Option<SourceId>, Flow, Flow),
}

impl Slot {
    pub(crate) fn empty(index: SlotIndex, audio: Option<OutletKey>, video: Option<OutletKey>) -> Self {
        Self { index, audio, video, source: None, granted: None, told: (None, Flow::None, Flow::None) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    Connecting,
    /// A check of theirs came: they will be there within a few round trips.
    Reached,
    Connected,
}

/// Whether the client said it can take video.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Readiness {
    Waiting,
    Ready,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Liveness {
    Lively,
    Stalled,
}

/// Whether an event that is sent once was sent.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Told {
    #[default]
    No,
    Yes,
}

impl Participant {
    pub(crate) fn source_state(&self, source: Source) -> SourceState {
        self.sources.get(source as usize).copied().unwrap_or_default()
    }

    /// What `kind` of `source` carries.
    pub(crate) fn track_state(&self, source: Source, kind: MediaKind) -> TrackState {
        let state = self.source_state(source);
        match kind {
            MediaKind::Audio => state.audio,
            MediaKind::Video => state.video,
        }
    }

    pub(crate) fn is_published(&self, source: Source) -> bool {
        self.source_state(source) != SourceState::default()
    }

    /// Whether the slots may carry a source of `publisher`.
    pub(crate) fn may_watch(&self, publisher: ParticipantId) -> bool {
        publisher != self.id
            && match self.options.watch {
                Watch::Nobody => false,
                Watch::Everyone => true,
                Watch::Only(only) => only == publisher,
            }
    }

    pub(crate) fn want(&self, (participant, source): SourceId) -> Option<&Want> {
        self.wants.as_ref()?.iter().find(|want| (want.participant, want.source) == (participant, source))
    }

    /// How large the source's video should be.
    pub(crate) fn wanted(&self, source: SourceId) -> Wanted {
        match (&self.wants, self.want(source)) {
            (None, _) => Wanted::Full,
            (Some(_), Some(want)) if want.width > 0 && want.height > 0 => Wanted::Height(want.height),
            (Some(_), _) => Wanted::Nothing,
        }
    }

    /// The layers of a published kind, lowest first; empty when there is no such m-line.
    pub(crate) fn layers(&self, source: Source, kind: MediaKind) -> &[Option<Key<Track>>] {
        let place = self.published.iter().position(|(plan, _)| (plan.source, plan.kind) == (source, kind));
        place.and_then(|place| self.tracks.get(place)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn track_at(&self, place: StreamPlace) -> Option<Key<Track>> {
        *self.tracks.get(place.publication)?.get(place.layer)?
    }

    pub(crate) fn all_tracks(&self) -> impl Iterator<Item = Key<Track>> {
        self.tracks.iter().flatten().flatten().copied()
    }

    pub(crate) fn outlets(&self) -> impl Iterator<Item = OutletKey> {
        self.slots.iter().flat_map(|slot| slot.audio.into_iter().chain(slot.video))
    }

    /// When it counts as stalled if nothing more comes.
    pub(crate) fn stall_deadline(&self) -> Instant {
        let expected = self.sources.iter().any(|state| state.audio == TrackState::On || state.video == TrackState::On);
        self.heard + if expected { STALLED_AFTER } else { IDLE_STALLED_AFTER }
    }

    /// Remembers an address the client proved to be at; returns one that no longer counts, when there were too many.
    pub(crate) fn remember(&mut self, remote: Remote) -> Option<Remote> {
        if self.remotes.contains(&remote) {
            return None;
        }
        self.remotes.push(remote);
        (self.remotes.len() > MAX_REMOTES).then(|| self.remotes.remove(0))
    }
}
