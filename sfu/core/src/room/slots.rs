//! Slots put into effect: who is assigned, which layer plays, what is told.

use std::time::Instant;

use super::assign::{Candidate, SourceId, assign};
use super::bandwidth::Handover;
use super::layers::choose;
use super::{ParticipantKey, Room};
use crate::egress::OutletKey;
use crate::ingress::Track;
use crate::slab::Key;
use crate::wire::Layers;
use crate::{Event, Flow, MediaKind, ParticipantId, SlotAssignment, Source, TrackState};

impl Room {
    /// Decides anew for everyone: someone came, went, spoke, or changed what they publish.
    pub(super) fn reassign(&mut self, now: Instant) {
        for key in self.participants.keys() {
            self.reassign_one(now, key);
        }
    }

    pub(super) fn reassign_one(&mut self, now: Instant, key: ParticipantKey) {
        let Some(participant) = self.participants.get(key) else { return };
        if participant.slots.is_empty() {
            return;
        }
        let current: Vec<_> = participant.slots.iter().map(|slot| slot.source).collect();
        let candidates: Vec<Candidate> = self
            .participants
            .iter()
            .filter(|(_, publisher)| participant.may_watch(publisher.id))
            .flat_map(|(_, publisher)| {
                let published =
                    [Source::Camera, Source::Screen].into_iter().filter(|source| publisher.is_published(*source));
                published.map(|source| Candidate {
                    source: (publisher.id, source),
                    priority: participant.want((publisher.id, source)).map_or(0, |want| want.priority),
                    spoke: publisher.voice.spoke.filter(|_| source == Source::Camera),
                    joined: publisher.joined,
                })
            })
            .collect();
        let next = assign(&current, &candidates);
        if let Some(participant) = self.participants.get_mut(key) {
            for (slot, source) in participant.slots.iter_mut().zip(next) {
                slot.source = source;
            }
        }
        self.retune(now, key);
        self.tell_slots(key);
    }

    /// Tells a participant its slots, if they differ from what it was told last: also when a source in place changed what it carries.
    pub(super) fn tell_slots(&mut self, key: ParticipantKey) {
        let slots = self.shown(key);
        let Some(participant) = self.participants.get_mut(key) else { return };
        let mut differs = false;
        for (slot, shown) in participant.slots.iter_mut().zip(&slots) {
            let told = std::mem::replace(&mut slot.told, (shown.source, shown.audio, shown.video));
            differs |= told != slot.told;
        }
        if differs {
            self.events.push_back(Event::Slots { participant: participant.id, slots });
        }
    }

    /// The slots as told to the participant.
    fn shown(&self, key: ParticipantKey) -> Vec<SlotAssignment> {
        let Some(participant) = self.participants.get(key) else { return Vec::new() };
        let slots = participant.slots.iter().map(|slot| {
            let flow = |kind, outlet: Option<OutletKey>| {
                let published = slot.source.is_some_and(|source| self.state_of(source, kind) != TrackState::Off);
                let wanted = kind == MediaKind::Audio
                    || slot.source.is_some_and(|source| {
                        participant.wanted(source) != super::layers::Wanted::Nothing
                            && self.shedding.playable(source.1, 1) > 0
                    });
                match (outlet.is_some() && published && wanted, kind, slot.granted) {
                    (false, ..) => Flow::None,
                    (true, MediaKind::Video, Some(0)) => Flow::Withheld,
                    (true, ..) => Flow::Forwarded,
                }
            };
            SlotAssignment {
                slot: slot.index,
                source: slot.source,
                audio: flow(MediaKind::Audio, slot.audio),
                video: flow(MediaKind::Video, slot.video),
            }
        });
        slots.collect()
    }

    pub(super) fn state_of(&self, (participant, source): SourceId, kind: MediaKind) -> TrackState {
        self.find(participant)
            .and_then(|key| self.participants.get(key))
            .map_or(TrackState::Off, |publisher| publisher.track_state(source, kind))
    }

    pub(super) fn find(&self, id: ParticipantId) -> Option<ParticipantKey> {
        self.participants.iter().find(|(_, participant)| participant.id == id).map(|(key, _)| key)
    }

    /// Points every outlet of a participant at the track it should play.
    pub(super) fn retune(&mut self, now: Instant, key: ParticipantKey) {
        let handover = self.grant(now, key);
        let Some(participant) = self.participants.get(key) else { return };
        let choices: Vec<_> = participant
            .slots
            .iter()
            .flat_map(|slot| {
                let audio = slot.source.and_then(|source| Some((self.audio_of(source)?, Layers::ALL)));
                let video =
                    slot.source.and_then(|source| self.video_of(now, source, participant.wanted(source), slot.granted));
                [
                    slot.audio.map(|outlet| (outlet, slot.source, audio)),
                    slot.video.map(|outlet| (outlet, slot.source, video)),
                ]
            })
            .flatten()
            .collect();
        for (outlet, source, track) in choices {
            let (track, layers) = track.map_or((None, Layers::ALL), |(track, layers)| (Some(track), layers));
            if handover == Handover::AtOnce && self.is_lower(outlet, track) {
                self.silence(outlet);
            }
            self.tune(outlet, source, track);
            self.aim(now, outlet, layers);
        }
    }

    /// Whether the track is a lower layer than the one the outlet plays.
    fn is_lower(&self, outlet: OutletKey, track: Option<Key<Track>>) -> bool {
        let playing = self.outlets.get(outlet).and_then(|outlet| self.tracks.get(outlet.playing?));
        let next = track.and_then(|track| self.tracks.get(track));
        playing.zip(next).is_some_and(|(playing, next)| next.layer < playing.layer)
    }

    pub(super) fn audio_of(&self, (participant, source): SourceId) -> Option<Key<Track>> {
        let publisher = self.participants.get(self.find(participant)?)?;
        if publisher.track_state(source, MediaKind::Audio) == TrackState::Off {
            return None;
        }
        publisher.layers(source, MediaKind::Audio).first().copied().flatten()
    }

    fn video_of(
        &self,
        now: Instant,
        (participant, source): SourceId,
        wanted: super::layers::Wanted,
        granted: Option<usize>,
    ) -> Option<(Key<Track>, Layers)> {
        let publisher = self.participants.get(self.find(participant)?)?;
        if publisher.track_state(source, MediaKind::Video) == TrackState::Off {
            return None;
        }
        let choices = self.choices(now, publisher.layers(source, MediaKind::Video));
        let views: Vec<_> = choices.iter().map(|choice| choice.view).collect();
        let playable = self.shedding.playable(source, choices.len()).min(granted.unwrap_or(usize::MAX));
        choices.get(choose(&views, wanted, playable)?)?.played()
    }

    /// Makes an outlet play `track`. Another layer of the source it plays takes over at its keyframe; another source silences it at once.
    fn tune(&mut self, key: OutletKey, source: Option<SourceId>, track: Option<Key<Track>>) {
        let Some(outlet) = self.outlets.get(key) else { return };
        let (playing, next) = (outlet.playing, outlet.next);
        let keeps = playing.filter(|playing| {
            track.is_some() && self.tracks.get(*playing).is_some_and(|track| self.source_of(track) == source)
        });
        let next_now = track.filter(|track| keeps != Some(*track));
        if (keeps, next_now) == (playing, next) {
            return;
        }
        if let Some(outlet) = self.outlets.get_mut(key) {
            (outlet.playing, outlet.next) = (keeps, next_now);
        }
        for old in playing.into_iter().chain(next) {
            self.drop_listener(old, key);
        }
        if let Some(track) = next_now.and_then(|track| self.tracks.get_mut(track)) {
            if !track.listeners.contains(&key) {
                track.listeners.push(key);
            }
            if next != next_now {
                self.want_keyframe_for(key);
            }
        }
    }

    /// Has an outlet play these layers of its track. Fewer from the next picture on; a larger picture needs a keyframe, which is asked for when
    /// it is first wanted, and again when that one did not bring it.
    fn aim(&mut self, now: Instant, key: OutletKey, layers: Layers) {
        let Some(outlet) = self.outlets.get_mut(key) else { return };
        let before = std::mem::replace(&mut outlet.wanted, layers);
        let Some(track) = outlet.playing.filter(|_| outlet.next.is_none()) else { return };
        let Some(sent) = outlet.layers_of(track) else { return };
        let is_raised = before.spatial < layers.spatial && sent.spatial < layers.spatial;
        let track = self.tracks.get(track);
        if is_raised || track.is_some_and(|track| track.has_left_behind(now, sent.spatial, layers.spatial)) {
            self.want_keyframe_for(key);
        }
    }

    fn source_of(&self, track: &Track) -> Option<SourceId> {
        self.participants.get(track.publisher).map(|publisher| (publisher.id, track.source))
    }

    /// Takes an outlet off a track's list unless it still listens.
    pub(super) fn drop_listener(&mut self, track: Key<Track>, outlet: OutletKey) {
        let listens = self.outlets.get(outlet).is_some_and(|outlet| outlet.listens_to(track));
        if let Some(track) = self.tracks.get_mut(track).filter(|_| !listens) {
            track.listeners.retain(|listener| *listener != outlet);
        }
    }

    /// Takes an outlet off every list.
    pub(super) fn silence(&mut self, key: OutletKey) {
        self.tune(key, None, None);
    }
}
