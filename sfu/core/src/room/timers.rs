//! When a room and its participants want to be looked at, and what is done then.

use std::time::{Duration, Instant};

use super::connection::Fate;
use super::participant::{Liveness, Phase};
use super::voice::speakers;
use super::{ParticipantKey, Room};
use crate::{Counters, Event, SourceState};

/// Reports go out once a second: often enough for a new source's lips and for quality (RFC 3550 §6.2 with a small group), the first soon.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
pub(super) const FIRST_REPORT: Duration = Duration::from_millis(200);
/// Speakers change no faster than people notice.
const TICK: Duration = Duration::from_millis(200);

impl Room {
    /// When [`handle_participant_timeout`](Self::handle_participant_timeout) is due.
    pub(crate) fn participant_deadline(&self, now: Instant, key: ParticipantKey) -> Option<Instant> {
        let participant = self.participants.get(key)?;
        let mut deadline = participant.transport.as_ref().and_then(|transport| transport.poll_timeout());
        let mut consider = |other: Option<Instant>| deadline = [deadline, other].into_iter().flatten().min();
        if participant.phase == Phase::Connected {
            consider(participant.arrivals.deadline());
            consider(Some(participant.report_due));
            if participant.liveness == Liveness::Lively {
                consider(Some(participant.stall_deadline()));
            }
            consider(participant.bandwidth.probe_deadline());
            consider(self.links.get(participant.link).and_then(|link| link.pace.deadline()));
        }
        for track in participant.all_tracks().filter_map(|track| self.tracks.get(track)) {
            consider(track.nacks.deadline());
            // A silent layer's encoder is paused; it begins with a keyframe by itself.
            consider(track.keyframe_deadline(now).filter(|_| track.is_alive(now)));
        }
        deadline
    }

    /// Does what is due for one participant.
    pub(crate) fn handle_participant_timeout(
        &mut self,
        now: Instant,
        key: ParticipantKey,
        counters: &mut Counters,
    ) -> Fate {
        let Some(participant) = self.participants.get_mut(key) else { return Fate::Stays };
        if let Some(transport) =
            participant.transport.as_mut().filter(|transport| transport.poll_timeout().is_some_and(|due| due <= now))
        {
            transport.handle_timeout(now);
            if let ends @ Fate::Ends(_) = self.pump(now, key) {
                return ends;
            }
        }
        let Some(participant) = self.participants.get_mut(key) else { return Fate::Stays };
        if participant.phase == Phase::Connected {
            if participant.liveness == Liveness::Lively && participant.stall_deadline() <= now {
                participant.liveness = Liveness::Stalled;
                self.events.push_back(Event::Stalled { participant: participant.id });
            }
            if participant.arrivals.deadline().is_some_and(|due| due <= now) {
                self.report_arrivals(key, counters);
            }
            let Some(participant) = self.participants.get_mut(key) else { return Fate::Stays };
            if participant.report_due <= now {
                participant.report_due = now + REPORT_INTERVAL;
                self.report(now, key, counters);
            }
        }
        self.request_repairs(now, key, counters);
        self.probe(now, key);
        self.release(now, key);
        self.rearm.push(key);
        Fate::Stays
    }

    /// Makes sure the room is looked at while there is something to see.
    pub(super) fn schedule_tick(&mut self, now: Instant) {
        self.tick.get_or_insert(now + TICK);
    }

    /// Looks at who speaks and which layers flow.
    pub(crate) fn handle_tick(&mut self, now: Instant) {
        self.tick = None;
        let keys = self.participants.keys();
        let mut voices = std::mem::take(&mut self.speakers);
        let mut heard: Vec<_> = Vec::with_capacity(keys.len());
        for key in &keys {
            if let Some(participant) = self.participants.get_mut(*key) {
                heard.push((participant.id, std::mem::take(&mut participant.voice)));
            }
        }
        let changed = speakers(now, &voices, heard.iter_mut().map(|(id, voice)| (*id, voice)));
        for (key, (_, voice)) in keys.iter().zip(heard) {
            if let Some(participant) = self.participants.get_mut(*key) {
                participant.voice = voice;
            }
        }
        if let Some(changed) = &changed {
            voices.clone_from(changed);
            self.events.push_back(Event::Speakers { participants: changed.clone() });
        }
        self.speakers = voices;
        if changed.is_some() {
            self.reassign(now);
        } else {
            for key in &keys {
                self.retune(now, *key);
            }
        }
        self.settle_demand(now);
        self.settle_playout(now);
        let busy = |participant: &super::Participant| {
            participant.voice.is_active(now) || participant.sources.iter().any(|state| *state != SourceState::default())
        };
        if self.participants.iter().any(|(_, participant)| busy(participant)) {
            self.schedule_tick(now);
        }
    }
}
