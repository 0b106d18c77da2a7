//! From the tracks' rings to every listener: the hot loop.
//!
//! Destination by destination, so that what one gets lies in one run. Work is O(listeners of the track) a packet; nothing is allocated.

use std::time::Instant;

use super::participant::Told;
use super::{ParticipantKey, Room};
use crate::bandwidth::SendTime;
use crate::egress::{Link, Outcome, OutletKey};
use crate::ingress::Track;
use crate::slab::Key;
use crate::{Counters, Event, MediaKind, SendBatch};

/// How far a fan-out has come that the batch could not take at once: places in `fresh`, the track's listeners, its packets.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Cursor {
    track: usize,
    listener: usize,
    packet: usize,
}

impl Cursor {
    /// Whether nothing of the track has gone out.
    fn is_at_start(self) -> bool {
        (self.listener, self.packet) == (0, 0)
    }
}

/// Whether everything is in the batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    Done,
    /// Send the batch and call again.
    Full,
}

impl Room {
    /// Puts what is to be sent into the batch, as far as it holds.
    pub(crate) fn flush(&mut self, now: Instant, batch: &mut SendBatch, counters: &mut Counters) -> Progress {
        batch.stamp(SendTime::at(self.clock, now));
        if self.flush_control(batch, counters) == Progress::Full {
            return Progress::Full;
        }
        while let Some((outlet, sequence)) = self.resends.front().copied() {
            if batch.is_nearly_full() {
                return Progress::Full;
            }
            self.resends.pop_front();
            self.resend(now, outlet, sequence, batch, counters);
        }
        if self.flush_replays(now, batch, counters) == Progress::Full
            || self.flush_paced(now, batch, counters) == Progress::Full
            || self.fan_out(now, batch, counters) == Progress::Full
        {
            return Progress::Full;
        }
        self.flush_paddings(batch, counters)
    }

    pub(crate) fn has_work(&self) -> bool {
        let has_more = !(self.replays.is_empty() && self.released.is_empty() && self.paddings.is_empty());
        has_more || !(self.control.is_empty() && self.resends.is_empty() && self.fresh.is_empty())
    }

    fn flush_control(&mut self, batch: &mut SendBatch, counters: &mut Counters) -> Progress {
        while let Some((remote, packet)) = self.control.front() {
            let Some(place) = batch.reserve(packet.len()) else {
                return if batch.is_empty() { self.drop_control(counters) } else { Progress::Full };
            };
            place.copy_from_slice(packet);
            batch.commit(*remote, packet.len());
            counters.datagrams_out += 1;
            counters.bytes_out += packet.len() as u64;
            self.control.pop_front();
        }
        Progress::Done
    }

    /// A packet larger than the arena can never be sent.
    fn drop_control(&mut self, counters: &mut Counters) -> Progress {
        self.control.pop_front();
        counters.forward_dropped += 1;
        Progress::Full
    }

    fn resend(&mut self, now: Instant, key: OutletKey, sequence: u16, batch: &mut SendBatch, counters: &mut Counters) {
        let Some(outlet) = self.outlets.get_mut(key) else { return };
        let Some(link) = self.links.get_mut(outlet.link) else { return };
        match outlet.resend(now, link, batch, sequence, |track| self.tracks.get(track)) {
            Some(bytes) => {
                counters.retransmissions_out += 1;
                counters.datagrams_out += 1;
                counters.bytes_out += bytes as u64;
                link.pace.spend(now, bytes);
            }
            None => counters.retransmissions_refused += 1,
        }
    }

    fn fan_out(&mut self, now: Instant, batch: &mut SendBatch, counters: &mut Counters) -> Progress {
        while let Some(track_key) = self.fresh.get(self.cursor.track).copied() {
            if let Some(track) = self.tracks.get_mut(track_key).filter(|_| self.cursor.is_at_start()) {
                track.level();
            }
            while let Some(listener) =
                self.tracks.get(track_key).and_then(|track| track.listeners.get(self.cursor.listener).copied())
            {
                if self.feed(now, track_key, listener, batch, counters) == Progress::Full {
                    return Progress::Full;
                }
                self.cursor.packet = 0;
                // A listener that switched away has given its place to the next one.
                let stays = self
                    .tracks
                    .get(track_key)
                    .is_some_and(|track| track.listeners.get(self.cursor.listener) == Some(&listener));
                self.cursor.listener += usize::from(stays);
            }
            if let Some(track) = self.tracks.get_mut(track_key) {
                track.fresh.clear();
            }
            self.cursor = Cursor { track: self.cursor.track + 1, ..Cursor::default() };
        }
        self.fresh.clear();
        self.cursor = Cursor::default();
        Progress::Done
    }

    /// Gives one listener the track's fresh packets from the cursor on.
    fn feed(
        &mut self,
        now: Instant,
        track_key: Key<Track>,
        listener: OutletKey,
        batch: &mut SendBatch,
        counters: &mut Counters,
    ) -> Progress {
        let (Some(track), Some(outlet)) = (self.tracks.get(track_key), self.outlets.get_mut(listener)) else {
            return Progress::Done;
        };
        let Some(link) = self.links.get_mut(outlet.link) else { return Progress::Done };
        let clock = self.clock;
        let publisher = self.participants.get(track.publisher);
        let before = outlet.packets;
        let (mut switched_from, mut waits) = (None, false);
        while let Some(index) = track.fresh.get(self.cursor.packet) {
            self.cursor.packet += 1;
            let Some(packet) = track.packet(*index) else { continue };
            if link.pace.must_wait(now) && outlet.kind == MediaKind::Video {
                let plays = outlet.playing == Some(track_key)
                    || packet.meta.starts_keyframe
                    || link.pace.holds(listener, track_key);
                if plays && !link.pace.hold(now, listener, track_key, *index) {
                    counters.forward_dropped += 1;
                }
                waits = true;
                continue;
            }
            let captured =
                || track.captured(clock, &publisher?.clock, packet.meta.timestamp, packet.meta.codec.clock_rate());
            let bytes = match outlet.forward(link, batch, track_key, packet, captured) {
                Outcome::Sent(bytes) => bytes,
                Outcome::Switched(bytes, old) => {
                    switched_from = old;
                    bytes
                }
                Outcome::Skipped => continue,
                Outcome::Full => {
                    self.cursor.packet -= 1;
                    if batch.is_empty() {
                        self.cursor.packet += 1;
                        counters.forward_dropped += 1;
                    }
                    return Progress::Full;
                }
            };
            link.pace.spend(now, bytes);
            counters.count_forwarded(bytes);
            counters.forward_latency.record(now.saturating_duration_since(packet.meta.arrived), 1);
        }
        let (kind, started) = (outlet.kind, before == 0 && outlet.packets > 0);
        let link = outlet.link;
        if let Some(old) = switched_from {
            self.drop_listener(old, listener);
        }
        if started {
            self.tell_first(link, kind);
        }
        if waits {
            self.rearm.extend(self.owner_of(link));
        }
        Progress::Done
    }

    fn owner_of(&self, link: Key<Link>) -> Option<ParticipantKey> {
        self.participants.iter().find(|(_, participant)| participant.link == link).map(|(key, _)| key)
    }

    /// Sends one packet of a track's ring to an outlet, apart from the track's fresh ones.
    pub(super) fn forward_held(
        &mut self,
        now: Instant,
        (outlet_key, track_key): (OutletKey, Key<Track>),
        index: u64,
        batch: &mut SendBatch,
        counters: &mut Counters,
    ) -> Progress {
        let (Some(track), Some(outlet)) = (self.tracks.get(track_key), self.outlets.get_mut(outlet_key)) else {
            return Progress::Done;
        };
        let (Some(link), Some(packet)) = (self.links.get_mut(outlet.link), track.packet(index)) else {
            return Progress::Done;
        };
        let (clock, publisher) = (self.clock, self.participants.get(track.publisher));
        let captured =
            || track.captured(clock, &publisher?.clock, packet.meta.timestamp, packet.meta.codec.clock_rate());
        let is_first = outlet.packets == 0;
        let (bytes, old) = match outlet.forward(link, batch, track_key, packet, captured) {
            Outcome::Sent(bytes) => (bytes, None),
            Outcome::Switched(bytes, old) => (bytes, old),
            Outcome::Skipped => return Progress::Done,
            Outcome::Full if batch.is_empty() => {
                counters.forward_dropped += 1;
                return Progress::Done;
            }
            Outcome::Full => return Progress::Full,
        };
        link.pace.spend(now, bytes);
        counters.count_forwarded(bytes);
        let (link, kind) = (outlet.link, outlet.kind);
        if let Some(old) = old {
            self.drop_listener(old, outlet_key);
        }
        if is_first {
            self.tell_first(link, kind);
        }
        Progress::Done
    }

    pub(super) fn tell_first(&mut self, link: Key<Link>, kind: MediaKind) {
        let Some(key) = self.owner_of(link) else { return };
        let Some(participant) = self.participants.get_mut(key) else { return };
        let Some(told) = participant.sent_first.get_mut(kind as usize).filter(|told| **told == Told::No) else {
            return;
        };
        *told = Told::Yes;
        let participant = participant.id;
        self.events.push_back(match kind {
            MediaKind::Audio => Event::FirstAudio { participant },
            MediaKind::Video => Event::FirstVideo { participant },
        });
    }
}
