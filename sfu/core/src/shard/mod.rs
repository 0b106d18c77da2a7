//! A shard: some rooms, one thread, one port. Everything enters and leaves here.

mod counters;
mod deadlines;
mod event;
mod negotiation;
mod options;
mod packets;
mod routes;
#[cfg(test)]
mod testing;

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

pub use counters::{Counters, LATENCY_BOUNDS_MICROS, LatencyHistogram};
pub use event::{Event, Flow, GoneReason, SlotAssignment};
pub use options::{
    DataKind, Grant, JoinOptions, ShardConfig, SourceState, TrackState, VideoStart, WallClock, Want, Watch,
};

use crate::room::{ParticipantKey, Room, Shedding};
use crate::slab::{Key, Slab};
use crate::{
    MediaPlan, Offer, ParticipantId, Remote, RoomId, SendBatch, Source, SrtpKeys, Tap, TapId, Transport,
    TransportConfig,
};
use deadlines::Deadlines;
use negotiation::{Ice, Negotiation};
use routes::{Place, Routes};

/// Why a participant could not join or renegotiate.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JoinError {
    #[error("the participant is already here")]
    AlreadyJoined,
    #[error("the participant is not here")]
    NotJoined,
    #[error("the offer cannot be answered: {0}")]
    OfferInvalid(String),
    #[error("the secure transport could not be set up: {0}")]
    Transport(String),
}

/// The media logic of one thread. Sans-IO: give it datagrams, commands and the time; take batches, events and the next deadline.
pub struct Shard {
    config: ShardConfig,
    rng: StdRng,
    rooms: Slab<Room>,
    by_id: HashMap<RoomId, Key<Room>>,
    routes: Routes,
    deadlines: Deadlines,
    /// Rooms with something to send.
    busy: VecDeque<Key<Room>>,
    /// Last packets of rooms that are gone.
    parting: VecDeque<(Remote, Vec<u8>)>,
    batch: SendBatch,
    events: VecDeque<(RoomId, Event)>,
    counters: Counters,
    taps: u32,
    shedding: Shedding,
    /// The room being worked on; what a panic leaves behind.
    active: Option<Key<Room>>,
}

impl Shard {
    pub fn new(config: ShardConfig) -> Self {
        Self {
            rng: StdRng::from_seed(config.seed),
            config,
            rooms: Slab::new(),
            by_id: HashMap::new(),
            routes: Routes::default(),
            deadlines: Deadlines::default(),
            busy: VecDeque::new(),
            parting: VecDeque::new(),
            batch: SendBatch::new(),
            events: VecDeque::new(),
            counters: Counters::default(),
            taps: 0,
            shedding: Shedding::Nothing,
            active: None,
        }
    }

    /// Takes a participant into a room, opening the room if absent, and answers the offer.
    ///
    /// # Errors
    /// The offer cannot be answered, or the participant is already on this shard.
    pub fn join(
        &mut self,
        now: Instant,
        room: RoomId,
        participant: ParticipantId,
        offer: &str,
        options: JoinOptions,
    ) -> Result<String, JoinError> {
        if self.routes.place(participant).is_some() {
            return Err(JoinError::AlreadyJoined);
        }
        let offer = Offer::parse(offer).map_err(|error| JoinError::OfferInvalid(error.to_string()))?;
        let routes = &self.routes;
        let (negotiation, answer) =
            Negotiation::begin(&self.config, &mut self.rng, &offer, &options, |ufrag| routes.is_known_ufrag(ufrag))?;
        let transport = TransportConfig {
            local: negotiation.local.clone(),
            remote: negotiation.remote.clone(),
            remote_fingerprint: offer.fingerprint(),
            certificate: self.config.certificate.clone(),
        };
        let transport = Transport::new(now, transport).map_err(|error| JoinError::Transport(error.to_string()))?;
        self.admit(now, room, participant, options, Some((transport, negotiation)), answer.plan);
        Ok(answer.sdp)
    }

    /// Takes in a participant whose connection was secured elsewhere, at `remote` with `keys`: the simulator's door, past the parts that draw
    /// randomness and time of their own.
    ///
    /// # Errors
    /// The participant is already on this shard, or the keys are unusable.
    pub fn join_secured(
        &mut self,
        now: Instant,
        room: RoomId,
        participant: ParticipantId,
        plan: MediaPlan,
        (keys, remote): (&SrtpKeys, Remote),
        options: JoinOptions,
    ) -> Result<(), JoinError> {
        if self.routes.place(participant).is_some() {
            return Err(JoinError::AlreadyJoined);
        }
        let place = self.admit(now, room, participant, options, None, plan);
        self.routes.add_remote(remote, place);
        if let Some(room) = self.rooms.get_mut(place.room) {
            if let Some(participant) = room.participants.get_mut(place.participant) {
                participant.remember(remote);
            }
            room.secure(now, place.participant, keys).map_err(|error| JoinError::Transport(error.to_string()))?;
            room.select(now, place.participant, remote);
        }
        self.settle(now, place.room);
        Ok(())
    }

    fn admit(
        &mut self,
        now: Instant,
        id: RoomId,
        participant: ParticipantId,
        options: JoinOptions,
        connection: Option<(Transport, Negotiation)>,
        plan: MediaPlan,
    ) -> Place {
        let room = match self.by_id.get(&id) {
            Some(room) => *room,
            None => {
                let room = self.rooms.insert(Room::new(id, self.config.clock, self.rng.random(), self.shedding));
                self.by_id.insert(id, room);
                room
            }
        };
        self.active = Some(room);
        let (transport, negotiation) = connection.unzip();
        let key = self.rooms.get_mut(room).map(|room| room.join(now, participant, options, transport, plan));
        // `room` was found or inserted above; a key of another slab cannot come out of it.
        let place = Place { room, participant: key.unwrap_or_else(ParticipantKey::dangling) };
        self.routes.add(participant, place, negotiation);
        self.counters.joins += 1;
        self.settle(now, room);
        place
    }

    /// Answers a later offer of the same peer connection: more slots, or an ICE restart.
    ///
    /// # Errors
    /// The offer cannot be answered (the connection then stays as it was), or the participant is not here.
    pub fn reoffer(&mut self, now: Instant, participant: ParticipantId, offer: &str) -> Result<String, JoinError> {
        let place = self.routes.place(participant).ok_or(JoinError::NotJoined)?;
        let negotiation = self.routes.negotiation(participant).ok_or(JoinError::NotJoined)?;
        let room = self.rooms.get_mut(place.room).ok_or(JoinError::NotJoined)?;
        let known = room.participants.get(place.participant).ok_or(JoinError::NotJoined)?;
        let offer = Offer::parse(offer).map_err(|error| JoinError::OfferInvalid(error.to_string()))?;
        let is_taken = |ufrag: &str| self.routes.is_known_ufrag(ufrag);
        let (negotiation, answer, ice) =
            negotiation.resume(&self.config, &mut self.rng, &offer, &known.options, &known.plan, is_taken)?;
        self.active = Some(place.room);
        if ice == Ice::Restarted {
            room.restart_ice(now, place.participant, negotiation.local.clone(), negotiation.remote.clone());
        }
        room.adopt(now, place.participant, answer.plan);
        self.routes.renegotiate(participant, negotiation);
        self.settle(now, place.room);
        Ok(answer.sdp)
    }

    /// The client's `setRemoteDescription` has resolved: video may flow to it.
    pub fn ready(&mut self, now: Instant, participant: ParticipantId) {
        self.with(now, participant, |room, key| room.ready(now, key));
    }

    /// Ends a participant's connection; no [`Event::Gone`] follows. An emptied room closes.
    pub fn leave(&mut self, now: Instant, participant: ParticipantId) {
        if let Some(place) = self.routes.place(participant) {
            self.remove(now, place);
        }
    }

    /// Ends everyone's connection in the room; no [`Event::Gone`] follows.
    pub fn close_room(&mut self, now: Instant, room: RoomId) {
        let Some(key) = self.by_id.get(&room).copied() else { return };
        for participant in self.rooms.get(key).map(|room| room.participants.keys()).unwrap_or_default() {
            self.remove(now, Place { room: key, participant });
        }
    }

    /// Declares what a source carries now; both kinds [`TrackState::Off`] ends it. Nothing of a source is forwarded before it is declared.
    pub fn publish(&mut self, now: Instant, participant: ParticipantId, source: Source, state: SourceState) {
        self.with(now, participant, |room, key| room.publish(now, key, source, state));
    }

    /// Replaces what the participant wants to see. Until the first call everything is wanted at full size.
    pub fn subscribe(&mut self, now: Instant, participant: ParticipantId, wants: &[Want]) {
        self.with(now, participant, |room, key| room.subscribe(now, key, wants));
    }

    /// Changes whose sources the participant's slots may carry: how somebody connected ahead is let in.
    pub fn watch(&mut self, now: Instant, participant: ParticipantId, watch: Watch) {
        self.with(now, participant, |room, key| room.watch(now, key, watch));
    }

    /// Sends an application message to one participant on its data channel `label`.
    pub fn send_data(&mut self, now: Instant, participant: ParticipantId, label: &str, kind: DataKind, bytes: &[u8]) {
        self.with(now, participant, |room, key| room.send_data(now, key, label, kind, bytes));
    }

    /// Starts copying the room's packets out; the tap holds at most `capacity` bytes. `None` when there is no such room.
    pub fn attach_tap(&mut self, room: RoomId, capacity: usize) -> Option<TapId> {
        let room = self.rooms.get_mut(*self.by_id.get(&room)?)?;
        self.taps += 1;
        room.attach_tap(TapId(self.taps), capacity);
        Some(TapId(self.taps))
    }

    /// The tap, to take packets from.
    pub fn tap(&mut self, room: RoomId, tap: TapId) -> Option<&mut Tap> {
        self.rooms.get_mut(*self.by_id.get(&room)?)?.tap(tap)
    }

    pub fn detach_tap(&mut self, room: RoomId, tap: TapId) {
        if let Some(room) = self.by_id.get(&room).and_then(|room| self.rooms.get_mut(*room)) {
            room.detach_tap(tap);
        }
    }

    /// Leaves out so much of what its rooms forward, until told otherwise: what the driver asks for when the thread cannot keep up.
    pub fn shed(&mut self, now: Instant, shedding: Shedding) {
        self.shedding = shedding;
        for key in self.rooms.keys() {
            self.active = Some(key);
            if let Some(room) = self.rooms.get_mut(key) {
                room.shed(now, shedding);
            }
            self.settle(now, key);
        }
    }

    /// To be called after a panic was caught in any other call: ends the room it was working on, with [`Event::Gone`] for
    /// each of its participants. Other rooms are untouched.
    pub fn quarantine(&mut self, _now: Instant) {
        let Some(key) = self.active.take() else { return };
        self.batch.clear();
        let Some(room) = self.rooms.remove(key) else { return };
        self.counters.rooms_failed += 1;
        self.by_id.remove(&room.id);
        for (_, participant) in room.participants.iter() {
            self.routes.remove(participant.id, &participant.remotes);
            self.events.push_back((room.id, Event::Gone { participant: participant.id, reason: GoneReason::Failed }));
        }
    }

    /// The next thing the server should know.
    pub fn poll_event(&mut self) -> Option<(RoomId, Event)> {
        self.events.pop_front()
    }

    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Rooms and participants here now.
    pub fn load(&self) -> Load {
        Load { rooms: self.rooms.len(), participants: self.rooms.iter().map(|(_, room)| room.participants.len()).sum() }
    }

    fn with(&mut self, now: Instant, participant: ParticipantId, action: impl FnOnce(&mut Room, ParticipantKey)) {
        let Some(place) = self.routes.place(participant) else { return };
        self.active = Some(place.room);
        if let Some(room) = self.rooms.get_mut(place.room) {
            action(room, place.participant);
        }
        self.settle(now, place.room);
    }

    fn remove(&mut self, now: Instant, place: Place) {
        self.active = Some(place.room);
        if let Some(participant) = self.rooms.get_mut(place.room).and_then(|room| room.leave(now, place.participant)) {
            self.routes.remove(participant.id, &participant.remotes);
            self.counters.leaves += 1;
        }
        self.settle(now, place.room);
    }
}

/// How much a shard holds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Load {
    pub rooms: usize,
    pub participants: usize,
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use uuid::Uuid;

    use super::testing::{OPTIONS, config, keys};
    use super::*;

    #[test]
    fn a_panic_ends_the_room_it_happened_in_and_no_other() {
        let now = Instant::now();
        let mut shard = Shard::new(config(now));
        let rooms = [1, 2].map(|number| RoomId(Uuid::from_u128(number)));
        let people = [11, 12, 21].map(|number| ParticipantId(Uuid::from_u128(number)));
        for (participant, room, port) in [(people[0], rooms[0], 1), (people[1], rooms[0], 2), (people[2], rooms[1], 3)]
        {
            let remote = Remote::udp(SocketAddr::from(([192, 0, 2, 1], port)));
            shard
                .join_secured(now, room, participant, MediaPlan::default(), (&keys(1, 2), remote), OPTIONS)
                .expect("a place");
        }
        while shard.poll_event().is_some() {}

        let panicked = catch_unwind(AssertUnwindSafe(|| shard.with(now, people[0], |_, _| panic!("planted"))));
        assert!(panicked.is_err());
        shard.quarantine(now);

        assert_eq!(shard.load(), Load { rooms: 1, participants: 1 });
        let gone = |participant| (rooms[0], Event::Gone { participant, reason: GoneReason::Failed });
        let events: Vec<_> = std::iter::from_fn(|| shard.poll_event()).collect();
        assert_eq!(events, [gone(people[0]), gone(people[1])]);
        shard.ready(now, people[2]);
        shard.leave(now, people[2]);
        assert_eq!(shard.load(), Load::default(), "the other room went on and ended by itself");
    }
}
