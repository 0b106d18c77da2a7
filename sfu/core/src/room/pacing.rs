//! Bursts of video towards narrow links, spread out.

use std::time::Instant;

use super::fanout::Progress;
use super::{ParticipantKey, Room};
use crate::egress::Held;
use crate::{Counters, SendBatch};

impl Room {
    /// Notes that some of what waits for a participant may leave, if so.
    pub(super) fn release(&mut self, now: Instant, key: ParticipantKey) {
        let link = self.participants.get(key).and_then(|participant| self.links.get_mut(participant.link));
        if link.is_some_and(|link| link.pace.release(now)) {
            self.released.push(key);
        }
    }

    /// Puts what may leave into the batch, as far as it holds.
    pub(super) fn flush_paced(&mut self, now: Instant, batch: &mut SendBatch, counters: &mut Counters) -> Progress {
        while let Some(key) = self.released.last().copied() {
            let link = self.participants.get(key).map(|participant| participant.link);
            let held = link.and_then(|link| self.links.get_mut(link)).and_then(|link| link.pace.next(now));
            let Some(held) = held else {
                self.released.pop();
                self.rearm.push(key);
                continue;
            };
            let Held { outlet, track, index, .. } = held;
            if self.forward_held(now, (outlet, track), index, batch, counters) == Progress::Full {
                if let Some(link) = link.and_then(|link| self.links.get_mut(link)) {
                    link.pace.put_back(held);
                }
                return Progress::Full;
            }
        }
        Progress::Done
    }
}
