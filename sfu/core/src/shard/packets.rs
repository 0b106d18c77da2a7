//! Datagrams, batches and deadlines of a shard.

use std::time::Instant;

use super::deadlines::Timer;
use super::routes::Place;
use super::{Event, Shard};
use crate::room::{Fate, Progress, Room};
use crate::slab::Key;
use crate::wire::Protocol;
use crate::{Received, Remote, SendBatch, stun_ufrag};

impl Shard {
    /// Takes a datagram from the socket. The buffer is scratch space: its content is not preserved. Call [`Shard::batch`] when the socket is
    /// drained, or at most 200 µs later.
    pub fn datagram(&mut self, now: Instant, from: Remote, bytes: &mut [u8]) {
        self.counters.datagrams_in += 1;
        self.counters.bytes_in += bytes.len() as u64;
        let protocol = Protocol::of(bytes);
        let place = match protocol {
            // A check says by its ufrag whose it is, from whatever address it comes.
            Some(Protocol::Stun) => stun_ufrag(bytes).and_then(|ufrag| self.routes.by_ufrag(ufrag)),
            Some(_) => self.routes.by_remote(from),
            None => None,
        };
        let Some((protocol, place)) = protocol.zip(place) else {
            self.counters.unknown_datagrams += 1;
            return;
        };
        self.active = Some(place.room);
        let Some(room) = self.rooms.get_mut(place.room) else { return };
        let fate = match protocol {
            Protocol::Rtp => {
                room.handle_rtp(now, place.participant, bytes, &mut self.counters);
                Fate::Stays
            }
            Protocol::Rtcp => {
                room.handle_rtcp(now, place.participant, bytes, &mut self.counters);
                Fate::Stays
            }
            Protocol::Stun => match room.handle_stun(now, place.participant, from, bytes) {
                Received::Accepted => {
                    self.learn(place, from);
                    self.pump(now, place)
                }
                Received::Rejected => self.reject(),
            },
            Protocol::Dtls => match room.handle_dtls(now, place.participant, from, bytes) {
                Received::Accepted => self.pump(now, place),
                Received::Rejected => self.reject(),
            },
        };
        self.seal_fate(now, place, fate);
    }

    fn reject(&mut self) -> Fate {
        self.counters.handshake_rejected += 1;
        Fate::Stays
    }

    /// Remembers that packets from `remote` are this participant's.
    fn learn(&mut self, place: Place, remote: Remote) {
        if self.routes.by_remote(remote) == Some(place) {
            return;
        }
        self.routes.add_remote(remote, place);
        let participant = self.rooms.get_mut(place.room).and_then(|room| room.participants.get_mut(place.participant));
        if let Some(old) = participant.and_then(|participant| participant.remember(remote)) {
            self.routes.remove_remote(old, place);
        }
    }

    fn pump(&mut self, now: Instant, place: Place) -> Fate {
        self.rooms.get_mut(place.room).map_or(Fate::Stays, |room| room.pump(now, place.participant))
    }

    fn seal_fate(&mut self, now: Instant, place: Place, fate: Fate) {
        match fate {
            Fate::Stays => self.settle(now, place.room),
            Fate::Ends(reason) => {
                let room = self.rooms.get(place.room);
                let ended = room.and_then(|room| Some((room.id, room.participants.get(place.participant)?.id)));
                self.remove(now, place);
                if let Some((room, participant)) = ended {
                    self.events.push_back((room, Event::Gone { participant, reason }));
                }
            }
        }
    }

    /// Forwards what came in since the last call, as far as the batch holds, and shows what is to be sent. Send it, clear it, and call again until
    /// it is empty.
    pub fn batch(&mut self, now: Instant) -> &mut SendBatch {
        self.flush_parting();
        while let Some(key) = self.busy.front().copied() {
            self.active = Some(key);
            if let Some(room) = self.rooms.get_mut(key) {
                if room.flush(now, &mut self.batch, &mut self.counters) == Progress::Full {
                    break;
                }
                room.is_queued = false;
            }
            self.busy.pop_front();
            self.settle(now, key);
        }
        &mut self.batch
    }

    fn flush_parting(&mut self) {
        while let Some((remote, packet)) = self.parting.front() {
            let Some(place) = self.batch.reserve(packet.len()) else { return };
            place.copy_from_slice(packet);
            self.batch.commit(*remote, packet.len());
            self.counters.datagrams_out += 1;
            self.counters.bytes_out += packet.len() as u64;
            self.parting.pop_front();
        }
    }

    /// When [`Shard::handle_timeout`] wants to be called next.
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        self.deadlines.next()
    }

    /// Does what is due. Call [`Shard::batch`] afterwards.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some((at, timer)) = self.deadlines.pop_due(now) {
            match timer {
                Timer::Participant(room, participant) => {
                    let place = Place { room, participant };
                    self.active = Some(room);
                    let Some(room) = self.rooms.get_mut(room) else { continue };
                    let Some(owner) = room.participants.get_mut(participant).filter(|owner| owner.armed == Some(at))
                    else {
                        continue;
                    };
                    owner.armed = None;
                    let fate = room.handle_participant_timeout(now, participant, &mut self.counters);
                    self.seal_fate(now, place, fate);
                }
                Timer::Room(key) => {
                    self.active = Some(key);
                    let Some(room) = self.rooms.get_mut(key).filter(|room| room.tick_armed == Some(at)) else {
                        continue;
                    };
                    room.tick_armed = None;
                    room.handle_tick(now);
                    self.settle(now, key);
                }
            }
        }
    }

    /// After any work on a room: timers, events, sending, closing.
    pub(super) fn settle(&mut self, now: Instant, key: Key<Room>) {
        let Some(room) = self.rooms.get_mut(key) else {
            self.active = None;
            return;
        };
        while let Some(participant) = room.rearm.pop() {
            let Some(deadline) = room.participant_deadline(now, participant) else { continue };
            let Some(owner) = room.participants.get_mut(participant) else { continue };
            // An earlier timer looks again when it comes: only an earlier deadline needs a new one.
            if owner.armed.is_none_or(|armed| deadline < armed) {
                owner.armed = Some(deadline);
                self.deadlines.push(deadline, Timer::Participant(key, participant));
            }
        }
        if let Some(tick) = room.tick.filter(|tick| room.tick_armed.is_none_or(|armed| *tick < armed)) {
            room.tick_armed = Some(tick);
            self.deadlines.push(tick, Timer::Room(key));
        }
        while let Some(event) = room.events.pop_front() {
            self.events.push_back((room.id, event));
        }
        if room.participants.is_empty() {
            let id = room.id;
            self.parting.extend(room.take_control());
            self.by_id.remove(&id);
            self.rooms.remove(key);
        } else if room.has_work() && !room.is_queued {
            room.is_queued = true;
            self.busy.push_back(key);
        }
        self.active = None;
    }
}
