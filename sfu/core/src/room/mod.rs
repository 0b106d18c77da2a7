//! A room: who is in it, what they publish, and how it reaches the others.
//!
//! Hot state lies in dense slabs (`tracks`, `outlets`, `links`); `participants` hold everything control needs.

mod assign;
mod bandwidth;
mod choices;
mod connection;
mod demand;
mod fanout;
mod layers;
mod outage;
mod pacing;
mod participant;
mod playout;
mod quality;
mod receive;
mod replay;
mod reports;
mod shedding;
mod slots;
mod timers;
mod voice;

use std::collections::VecDeque;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

pub(crate) use connection::{Clue, Fate};
pub(crate) use fanout::Progress;
pub(crate) use participant::Participant;
use participant::{Liveness, Phase, Readiness, Slot};
pub use shedding::Shedding;

use crate::egress::{Gate, Link, Outlet, OutletKey, Start};
use crate::ingress::{Arrivals, Latch, PayloadTable, PublisherClock, Tap, TapId, Track};
use crate::slab::{Key, Slab};
use crate::{
    Event, Grant, IceCredentials, JoinOptions, MediaKind, MediaPlan, ParticipantId, ReceivePlan, Remote, RoomId,
    Source, SourceState, Transport, VideoStart, WallClock, Want, Watch,
};

pub(crate) type ParticipantKey = Key<Participant>;

pub(crate) struct Room {
    pub(crate) id: RoomId,
    clock: WallClock,
    rng: StdRng,
    pub(crate) participants: Slab<Participant>,
    links: Slab<Link>,
    tracks: Slab<Track>,
    outlets: Slab<Outlet>,
    /// Tracks with packets to fan out, and how far the fan-out has come.
    fresh: Vec<Key<Track>>,
    cursor: fanout::Cursor,
    resends: VecDeque<(OutletKey, u16)>,
    replays: VecDeque<replay::Replay>,
    /// Participants whose paced packets are due.
    released: Vec<ParticipantKey>,
    /// Packets of padding to send.
    paddings: VecDeque<(OutletKey, u16)>,
    /// Packets that are not media: handshakes, RTCP.
    control: VecDeque<(Remote, Vec<u8>)>,
    taps: Vec<(TapId, Tap)>,
    pub(crate) events: VecDeque<Event>,
    /// Participants whose next deadline may have changed.
    pub(crate) rearm: Vec<ParticipantKey>,
    /// By what packets of participants can be told that come from where nobody is known.
    pub(crate) clues: Vec<(ParticipantId, Clue)>,
    /// Whether the shard has it among the rooms with something to send.
    pub(crate) is_queued: bool,
    /// When speakers and layers are looked at again.
    pub(crate) tick: Option<Instant>,
    /// The tick the shard holds a timer for.
    pub(crate) tick_armed: Option<Instant>,
    speakers: Vec<ParticipantId>,
    joined: u64,
    shedding: Shedding,
}

impl Room {
    pub(crate) fn new(id: RoomId, clock: WallClock, seed: [u8; 32], shedding: Shedding) -> Self {
        Self {
            id,
            clock,
            rng: StdRng::from_seed(seed),
            participants: Slab::new(),
            links: Slab::new(),
            tracks: Slab::new(),
            outlets: Slab::new(),
            fresh: Vec::with_capacity(64),
            cursor: fanout::Cursor::default(),
            resends: VecDeque::with_capacity(64),
            replays: VecDeque::new(),
            released: Vec::new(),
            paddings: VecDeque::new(),
            control: VecDeque::new(),
            taps: Vec::new(),
            events: VecDeque::new(),
            rearm: Vec::new(),
            clues: Vec::new(),
            is_queued: false,
            tick: None,
            tick_armed: None,
            speakers: Vec::new(),
            joined: 0,
            shedding,
        }
    }

    /// Takes someone in. Their slots are filled and their sources offered to the others from now on.
    pub(crate) fn join(
        &mut self,
        now: Instant,
        id: ParticipantId,
        options: JoinOptions,
        transport: Option<Transport>,
        plan: MediaPlan,
    ) -> ParticipantKey {
        let readiness = match options.start {
            VideoStart::WhenReady => Readiness::Waiting,
            VideoStart::WhenConnected => Readiness::Ready,
        };
        self.joined += 1;
        let participant = Participant {
            id,
            options,
            transport,
            plan: MediaPlan::default(),
            link: self.links.insert(Link::default()),
            opener: None,
            srtcp: None,
            latch: Latch::default(),
            arrivals: Arrivals::default(),
            published: Vec::new(),
            tracks: Vec::new(),
            slots: Vec::new(),
            sources: Default::default(),
            wants: None,
            clock: PublisherClock::default(),
            voice: Default::default(),
            quality: Default::default(),
            bandwidth: Default::default(),
            demand: Default::default(),
            playout: Default::default(),
            channels: Vec::new(),
            remotes: Vec::new(),
            joined: self.joined,
            control_ssrc: self.rng.random(),
            phase: Phase::Connecting,
            readiness,
            liveness: Liveness::Lively,
            heard: now,
            report_due: now,
            armed: None,
            sent_first: Default::default(),
        };
        let key = self.participants.insert(participant);
        self.adopt(now, key, plan);
        self.rearm.push(key);
        key
    }

    /// Takes over what an offer and its answer agreed on: at first, or again. Streams that stay keep their numbers.
    pub(crate) fn adopt(&mut self, now: Instant, key: ParticipantKey, plan: MediaPlan) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        let link = participant.link;
        if participant.plan.publish != plan.publish {
            let gone: Vec<_> = participant.all_tracks().collect();
            participant.latch.clear();
            participant.published =
                plan.publish.iter().map(|publish| (publish.clone(), PayloadTable::new(publish))).collect();
            participant.tracks = plan.publish.iter().map(|publish| vec![None; publish.rids.len().max(1)]).collect();
            gone.into_iter().for_each(|track| self.remove_track(track));
        }
        for (place, slot) in plan.slots.iter().enumerate() {
            let known = self
                .participants
                .get(key)
                .and_then(|participant| participant.slots.get(place))
                .map(|slot| (slot.audio, slot.video));
            let (audio, video) = known.unwrap_or_default();
            let audio = self.adopt_half(now, link, MediaKind::Audio, audio, slot.audio.as_ref());
            let video = self.adopt_half(now, link, MediaKind::Video, video, slot.video.as_ref());
            let Some(participant) = self.participants.get_mut(key) else { return };
            match participant.slots.get_mut(place) {
                Some(slot) => (slot.audio, slot.video) = (audio, video),
                None => participant.slots.push(Slot::empty(slot.slot, audio, video)),
            }
        }
        if let Some(participant) = self.participants.get_mut(key) {
            participant.plan = plan;
        }
        self.reassign(now);
    }

    fn adopt_half(
        &mut self,
        now: Instant,
        link: Key<Link>,
        kind: MediaKind,
        known: Option<OutletKey>,
        plan: Option<&ReceivePlan>,
    ) -> Option<OutletKey> {
        let plan = plan?;
        if let Some((key, outlet)) = known.and_then(|key| Some((key, self.outlets.get_mut(key)?)))
            && outlet.plan.ssrc == plan.ssrc
        {
            outlet.renegotiate(plan.clone());
            return Some(key);
        }
        let start = Start {
            sequence: self.rng.random::<u16>() & 0x7fff,
            rtx_sequence: self.rng.random::<u16>() & 0x7fff,
            timestamp: self.rng.random(),
            picture_id: self.rng.random::<u16>() & 0x7fff,
        };
        Some(self.outlets.insert(Outlet::new(now, link, kind, plan.clone(), start)))
    }

    /// Forgets someone. Returns them for the shard to forget too.
    pub(crate) fn leave(&mut self, now: Instant, key: ParticipantKey) -> Option<Participant> {
        let mut participant = self.participants.remove(key)?;
        if let Some(transport) = &mut participant.transport {
            transport.close(now);
            while let Some((remote, packet)) = transport.poll_transmit() {
                self.control.push_back((remote, packet.to_vec()));
            }
        }
        for track in participant.all_tracks().collect::<Vec<_>>() {
            self.remove_track(track);
        }
        for outlet in participant.outlets().collect::<Vec<_>>() {
            self.silence(outlet);
            self.outlets.remove(outlet);
        }
        self.links.remove(participant.link);
        self.reassign(now);
        self.schedule_tick(now);
        Some(participant)
    }

    /// The client can take video now.
    pub(crate) fn ready(&mut self, now: Instant, key: ParticipantKey) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        participant.readiness = Readiness::Ready;
        self.open_gate(now, key);
    }

    pub(crate) fn publish(&mut self, now: Instant, key: ParticipantKey, source: Source, state: SourceState) {
        let Some(participant) =
            self.participants.get_mut(key).filter(|participant| participant.options.publish == Grant::Allowed)
        else {
            return;
        };
        if let Some(known) = participant.sources.get_mut(source as usize) {
            *known = state;
        }
        self.rearm.push(key);
        self.reassign(now);
    }

    pub(crate) fn subscribe(&mut self, now: Instant, key: ParticipantKey, wants: &[Want]) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        participant.wants = Some(wants.to_vec());
        self.reassign_one(now, key);
        self.settle_demand(now);
    }

    pub(crate) fn watch(&mut self, now: Instant, key: ParticipantKey, watch: Watch) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        participant.options.watch = watch;
        let outlets: Vec<_> = participant.outlets().collect();
        self.reassign_one(now, key);
        for outlet in outlets {
            self.start_from_ring(now, outlet);
        }
        self.schedule_tick(now);
        self.settle_demand(now);
    }

    pub(crate) fn attach_tap(&mut self, id: TapId, capacity: usize) {
        self.taps.push((id, Tap::new(capacity)));
    }

    pub(crate) fn tap(&mut self, id: TapId) -> Option<&mut Tap> {
        self.taps.iter_mut().find(|(known, _)| *known == id).map(|(_, tap)| tap)
    }

    pub(crate) fn detach_tap(&mut self, id: TapId) {
        self.taps.retain(|(known, _)| *known != id);
    }

    /// What is left to send when the room closes.
    pub(crate) fn take_control(&mut self) -> VecDeque<(Remote, Vec<u8>)> {
        std::mem::take(&mut self.control)
    }

    /// New ICE credentials; everything above goes on.
    pub(crate) fn restart_ice(
        &mut self,
        now: Instant,
        key: ParticipantKey,
        local: IceCredentials,
        remote: IceCredentials,
    ) {
        if let Some(transport) = self.participants.get_mut(key).and_then(|participant| participant.transport.as_mut()) {
            transport.restart_ice(now, local, remote);
        }
        self.rearm.push(key);
    }

    /// Ends a track: whoever listened waits for another.
    fn remove_track(&mut self, key: Key<Track>) {
        let Some(track) = self.tracks.remove(key) else { return };
        for listener in track.listeners {
            if let Some(outlet) = self.outlets.get_mut(listener) {
                outlet.playing = outlet.playing.filter(|playing| *playing != key);
                outlet.next = outlet.next.filter(|next| *next != key);
            }
        }
    }

    /// Video may flow once the client is connected and ready.
    pub(super) fn open_gate(&mut self, now: Instant, key: ParticipantKey) {
        let Some(participant) = self.participants.get(key) else { return };
        if participant.phase != Phase::Connected || participant.readiness != Readiness::Ready {
            return;
        }
        if let Some(link) = self.links.get_mut(participant.link) {
            link.video = Gate::Open;
        }
        for outlet in participant.outlets().collect::<Vec<_>>() {
            if !self.start_from_ring(now, outlet) {
                self.want_keyframe_for(outlet);
            }
        }
        self.schedule_tick(now);
    }

    /// Asks the track an outlet waits for, else the one it plays, for a keyframe.
    fn want_keyframe_for(&mut self, outlet: OutletKey) {
        let Some(outlet) = self.outlets.get(outlet) else { return };
        // Before it can leave, a keyframe helps only as far as the ring keeps it; `prepare` asked for that one, and the gate asks again.
        if self.links.get(outlet.link).is_some_and(|link| link.passes(outlet.kind)) {
            self.request_keyframe(outlet.next.or(outlet.playing));
        }
    }

    fn request_keyframe(&mut self, track: Option<Key<Track>>) {
        if let Some((key, track)) = track.and_then(|key| Some((key, self.tracks.get_mut(key)?))) {
            track.want_keyframe();
            self.rearm.extend(self.publisher_of(key));
        }
    }

    fn publisher_of(&self, track: Key<Track>) -> Option<ParticipantKey> {
        self.tracks.get(track).map(|track| track.publisher)
    }
}
