//! Bandwidth in a room: what each subscriber's slots bid for, what they are granted, and padding that looks for more.

use std::cmp::Reverse;
use std::time::Instant;

use super::assign::SourceId;
use super::layers::{Wanted, height, ideal};
use super::{Participant, ParticipantKey, Progress, Room};
use crate::bandwidth::{Bid, Numbered, Offer, Prominence, SendTime};
use crate::egress::OutletKey;
use crate::rtcp::TransportWide;
use crate::{Counters, MediaKind, ParticipantId, SendBatch, SlotIndex, Source, TrackState};

/// A slot, its source, and the layer its tile wants: another of these is another wish, to be granted without delay.
pub(crate) type Bidder = (SlotIndex, SourceId, usize);

/// How a slot goes over to a lower layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Handover {
    /// The old one plays until the new one's keyframe.
    Seamless,
    /// The old one stops: a queue stands before the link, and every packet of it makes sound late.
    AtOnce,
}

/// What layers take before they are measured, by lines: what `welcome` asks cameras for.
const NOMINAL: [(u16, u64); 3] = [(600, 1_700_000), (300, 400_000), (0, 150_000)];
/// Packets of padding in one step of a probe, at most.
const MAX_PADDINGS: usize = 64;
/// What one takes of the link, about.
const PADDING_BYTES: usize = 320;

impl Room {
    /// Decides how many layers each slot's video is granted.
    pub(super) fn grant(&mut self, now: Instant, key: ParticipantKey) -> Handover {
        let Some(participant) = self.participants.get(key) else { return Handover::Seamless };
        let bids = self.bids(now, participant);
        let sound = self.sound(participant);
        let is_numbered = |outlet: OutletKey| {
            self.outlets.get(outlet).is_some_and(|outlet| outlet.plan.extensions.transport_cc.is_some())
        };
        let numbered = if participant.outlets().any(is_numbered) { Numbered::Yes } else { Numbered::No };
        let paddable = self.paddable(participant).is_some();
        let Some(participant) = self.participants.get_mut(key) else { return Handover::Seamless };
        participant.bandwidth.set_paddable(paddable);
        participant.bandwidth.decide(now, numbered, sound, &bids);
        let mut withheld_changes = false;
        for slot in &mut participant.slots {
            let bid = bids.iter().find(|bid| bid.key.0 == slot.index);
            let granted = bid.and_then(|bid| participant.bandwidth.granted(bid.key));
            withheld_changes |= (granted == Some(0)) != (slot.granted == Some(0));
            slot.granted = granted;
        }
        let handover = if participant.bandwidth.is_cut() { Handover::AtOnce } else { Handover::Seamless };
        self.rearm.push(key);
        if withheld_changes {
            self.tell_slots(key);
        }
        handover
    }

    fn bids(&self, now: Instant, participant: &Participant) -> Vec<Bid<Bidder>> {
        let speaker = self.speaker_for(participant);
        let bid = |slot: &super::participant::Slot| {
            let (source, _) = slot.source.zip(slot.video)?;
            let publisher = self.participants.get(self.find(source.0)?)?;
            if publisher.track_state(source.1, MediaKind::Video) != TrackState::On {
                return None;
            }
            let choices = self.choices(now, publisher.layers(source.1, MediaKind::Video));
            let views: Vec<_> = choices.iter().map(|choice| choice.view).collect();
            let wanted = participant.wanted(source);
            let ideal = ideal(&views, wanted)?;
            let playable = self.shedding.playable(source.1, choices.len()).min(ideal + 1);
            let measured = |layer: usize| choices.get(layer).and_then(|choice| choice.rate);
            let rate = |layer: usize| measured(layer).unwrap_or_else(|| nominal(height(&views, layer), views.len()));
            let mut least = 0;
            let rising = |layer: usize| {
                least = rate(layer).max(least);
                least
            };
            let rates = (0..playable).map(rising).collect();
            let priority = participant.want(source).map_or(0, |want| want.priority);
            let prominence = match (source.1, priority) {
                (Source::Screen, _) => Prominence::Screen,
                (_, 1..) => Prominence::Pinned(priority),
                _ if speaker == Some(source.0) => Prominence::Speaker,
                _ => Prominence::Other(match wanted {
                    Wanted::Height(lines) => lines,
                    Wanted::Nothing | Wanted::Full => u16::MAX,
                }),
            };
            Some(Bid { key: (slot.index, source, ideal), offer: Offer { prominence, rates } })
        };
        participant.slots.iter().filter_map(bid).collect()
    }

    /// Who speaks, or spoke last, among those a participant is shown.
    fn speaker_for(&self, participant: &Participant) -> Option<ParticipantId> {
        let shown = participant.slots.iter().filter_map(|slot| slot.source);
        let cameras = shown.filter(|(_, source)| *source == Source::Camera);
        let spoke = cameras.filter_map(|(id, _)| {
            let spoke = self.participants.get(self.find(id)?)?.voice.spoke?;
            let place = self.speakers.iter().position(|speaker| *speaker == id).unwrap_or(usize::MAX);
            Some((spoke, Reverse(place), id))
        });
        spoke.max().map(|(.., id)| id)
    }

    /// Bits a second of all the sound a participant is sent.
    fn sound(&self, participant: &Participant) -> u64 {
        let tracks = participant.slots.iter().filter_map(|slot| self.audio_of(slot.source?));
        tracks.filter_map(|track| self.tracks.get(track)?.rate.rate()).sum()
    }

    /// The outlet whose retransmission stream padding goes into: one that plays, so that the client knows it.
    fn paddable(&self, participant: &Participant) -> Option<OutletKey> {
        let mut videos = participant.slots.iter().filter_map(|slot| slot.video);
        videos.find(|key| self.outlets.get(*key).is_some_and(|outlet| outlet.is_paddable() && outlet.packets > 0))
    }

    pub(super) fn take_transport_feedback(&mut self, now: Instant, key: ParticipantKey, feedback: &TransportWide<'_>) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        let Some(link) = self.links.get_mut(participant.link) else { return };
        let is_news = participant.bandwidth.take(now, SendTime::at(self.clock, now), &mut link.history, feedback);
        link.pace.set(participant.bandwidth.pace());
        if is_news {
            self.retune(now, key);
        }
    }

    /// Puts the padding of a probe's step in line, if it is due.
    pub(super) fn probe(&mut self, now: Instant, key: ParticipantKey) {
        let outlet = self.participants.get(key).and_then(|participant| self.paddable(participant));
        let Some(participant) = self.participants.get_mut(key) else { return };
        let Some(link) = self.links.get(participant.link) else { return };
        let bytes = participant.bandwidth.probe(now, &link.history);
        if let Some((outlet, bytes)) = outlet.zip(bytes) {
            let count = bytes.div_ceil(PADDING_BYTES).min(MAX_PADDINGS);
            self.paddings.push_back((outlet, count as u16));
        }
    }

    /// Sends the padding that is in line, as far as the batch holds.
    pub(super) fn flush_paddings(&mut self, batch: &mut SendBatch, counters: &mut Counters) -> Progress {
        while let Some((key, count)) = self.paddings.front_mut() {
            if batch.is_nearly_full() {
                return Progress::Full;
            }
            let outlet = self.outlets.get_mut(*key).filter(|_| *count > 0);
            let sent = outlet.and_then(|outlet| outlet.pad(self.links.get_mut(outlet.link)?, batch));
            let Some(bytes) = sent else {
                self.paddings.pop_front();
                continue;
            };
            *count -= 1;
            counters.padding_out += 1;
            counters.datagrams_out += 1;
            counters.bytes_out += bytes as u64;
        }
        Progress::Done
    }

    pub(super) fn count_bandwidth(&self, now: Instant, key: ParticipantKey, counters: &mut Counters) {
        let Some(participant) = self.participants.get(key) else { return };
        if let Some(estimate) = participant.bandwidth.estimate(now) {
            counters.bandwidth_samples += 1;
            counters.bandwidth_kilobits += (estimate / 1e3) as u64;
            counters.bandwidth_short += u64::from(participant.bandwidth.is_short());
        }
    }
}

/// An encoding alone may be of any size: it is let in and then measured.
fn nominal(lines: u16, layers: usize) -> u64 {
    let of_size = NOMINAL.iter().find(|(least, _)| lines >= *least).map_or(0, |(_, rate)| *rate);
    if layers > 1 { of_size } else { 0 }
}
