//! A newcomer's first picture: asked for while they connect, shown from the ring the moment they can take it.
//!
//! Without it everyone who joins waits for the encoder's next picture, half a frame and a round trip to the publisher.

use std::ops::Range;
use std::time::Instant;

use super::fanout::Progress;
use super::{ParticipantKey, Room};
use crate::egress::OutletKey;
use crate::ingress::Track;
use crate::slab::Key;
use crate::{Counters, MediaKind, SendBatch};

/// Packets of a track that go to one outlet before the fresh ones.
pub(super) struct Replay {
    outlet: OutletKey,
    track: Key<Track>,
    packets: Range<u64>,
}

impl Room {
    /// Someone is about to connect: has keyframes made of what they will be shown, unless the ring still holds one.
    pub(super) fn prepare(&mut self, now: Instant, key: ParticipantKey) {
        let Some(participant) = self.participants.get(key) else { return };
        for outlet in participant.outlets().collect::<Vec<_>>() {
            let track = self.outlets.get(outlet).and_then(|outlet| outlet.next);
            let held = track.and_then(|track| self.tracks.get(track)).and_then(|track| track.replayable(now));
            if held.is_none() {
                self.request_keyframe(track);
            }
        }
    }

    /// Starts an outlet that never played with the newest keyframe in the ring. Returns whether there is one; a later source of the same outlet
    /// begins live, since its timestamps go on from those of the former.
    pub(super) fn start_from_ring(&mut self, now: Instant, key: OutletKey) -> bool {
        let Some(outlet) =
            self.outlets.get(key).filter(|outlet| outlet.kind == MediaKind::Video && outlet.packets == 0)
        else {
            return false;
        };
        let Some(track) = outlet.next else { return false };
        let Some(packets) = self.tracks.get(track).and_then(|track| track.replayable(now)) else { return false };
        self.replays.push_back(Replay { outlet: key, track, packets });
        true
    }

    /// Puts what is replayed into the batch, as far as it holds.
    pub(super) fn flush_replays(&mut self, now: Instant, batch: &mut SendBatch, counters: &mut Counters) -> Progress {
        while let Some(Replay { outlet, track, packets }) = self.replays.front_mut() {
            let (outlet, track) = (*outlet, *track);
            let Some(index) = packets.next() else {
                self.replays.pop_front();
                continue;
            };
            if self.forward_held(now, (outlet, track), index, batch, counters) == Progress::Full {
                if let Some(replay) = self.replays.front_mut() {
                    replay.packets.start = index;
                }
                return Progress::Full;
            }
        }
        Progress::Done
    }
}
