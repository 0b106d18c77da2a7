//! A network that was away for a moment: what was sent meanwhile is lost, and a keyframe is sooner there than all of it again.

use std::time::{Duration, Instant};

use super::participant::Phase;
use super::{Participant, ParticipantKey, Room};
use crate::TrackState;
use crate::egress::OutletKey;

/// Silence of a client that sends all the time: sound, or feedback twenty times a second.
const OUTAGE: Duration = Duration::from_secs(1);

impl Participant {
    /// Whether what just came ends an outage.
    pub(super) fn was_away(&self, now: Instant) -> bool {
        let sends = self.sources.iter().any(|state| state.audio == TrackState::On || state.video == TrackState::On);
        self.phase == Phase::Connected
            && (sends || self.bandwidth.path().is_some())
            && now.saturating_duration_since(self.heard) >= OUTAGE
    }
}

impl Room {
    /// Has everything a participant sees, and what others see of them, begin anew with a keyframe.
    pub(super) fn begin_anew(&mut self, now: Instant, key: ParticipantKey) {
        let Some(participant) = self.participants.get(key) else { return };
        let seen = participant.tracks.iter().flatten().flatten().copied();
        let seen = seen.filter(|track| self.tracks.get(*track).is_some_and(|track| !track.listeners.is_empty()));
        let mut anew: Vec<_> = seen.collect();
        let videos: Vec<OutletKey> = participant.slots.iter().filter_map(|slot| slot.video).collect();
        for key in videos {
            let Some(outlet) = self.outlets.get_mut(key) else { continue };
            let playing = outlet.playing.take();
            if outlet.next.is_none() {
                outlet.next = playing;
            }
            anew.extend(outlet.next);
            if let Some(playing) = playing {
                self.drop_listener(playing, key);
            }
        }
        for key in anew {
            let Some(track) = self.tracks.get_mut(key) else { continue };
            track.want_keyframe_again(now);
            self.rearm.extend(self.publisher_of(key));
        }
    }
}
