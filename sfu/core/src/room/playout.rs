//! How long a viewer's picture waits at least before it is shown, so that what a repair takes does not show as a freeze
//! (the playout-delay header extension of libwebrtc, which both Chromium and Firefox offer).

use std::time::{Duration, Instant};

use super::{ParticipantKey, Room};
use crate::MediaKind;

/// From this share of lost packets on it is worth the wait; below the lower one no more.
const LOSSES: (f64, f64) = (0.02, 0.005);
/// A packet that is missed only when the next frame comes, asked for, sent again and decoded: so much besides the round trip.
const BESIDES: Duration = Duration::from_millis(110);
/// Of the round trip, which varies.
const ROUND_TRIPS: f64 = 1.2;
/// From this share on what asks for a packet is lost too, twice in a row every few hundred times: so much more of the round trip, and even
/// then no picture stands for more than a fifth of a second.
const HEAVY: (f64, f64) = (0.03, 0.4);
/// Nobody talks well with more.
const MOST: Duration = Duration::from_millis(500);
/// Less is taken back only after a while: each change of delay is seen and heard.
const STAYS: Duration = Duration::from_secs(10);
const STEP_MS: u16 = 20;

/// The wait that one way of a connection asks for.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Floor {
    ms: u16,
    less_since: Option<Instant>,
}

impl Floor {
    /// Milliseconds, for a way with that share of loss.
    fn follow(&mut self, now: Instant, loss: f64, rtt: Duration) -> u16 {
        let round_trips = ROUND_TRIPS + if loss >= HEAVY.0 { HEAVY.1 } else { 0.0 };
        let needed = (rtt.mul_f64(round_trips) + BESIDES).min(MOST).as_millis() as u16;
        let wanted = match loss {
            loss if loss >= LOSSES.0 => needed.next_multiple_of(STEP_MS),
            loss if loss < LOSSES.1 => 0,
            _ => self.ms,
        };
        if wanted > self.ms {
            (self.ms, self.less_since) = (wanted, None);
        } else if wanted + STEP_MS < self.ms {
            let since = *self.less_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= STAYS {
                (self.ms, self.less_since) = (wanted, None);
            }
        } else {
            self.less_since = None;
        }
        self.ms
    }
}

impl Room {
    /// Looks at every connection's losses and sets what pictures wait, on the way from their publisher and to their viewer.
    pub(super) fn settle_playout(&mut self, now: Instant) {
        let keys = self.participants.keys();
        for key in &keys {
            let Some(participant) = self.participants.get_mut(*key) else { continue };
            if let Some((loss, rtt)) = participant.bandwidth.path() {
                participant.playout.to_viewer.follow(now, loss, rtt);
            }
            if let Some(rtt) = participant.quality.rtt() {
                participant.playout.from_publisher.follow(now, f64::from(participant.quality.lost_up()), rtt);
            }
        }
        for key in keys {
            self.set_playout(key);
        }
    }

    fn set_playout(&mut self, key: ParticipantKey) {
        let Some(viewer) = self.participants.get(key) else { return };
        for slot in &viewer.slots {
            let Some((outlet, source)) = slot.video.zip(slot.source) else { continue };
            let publisher = self.find(source.0).and_then(|publisher| self.participants.get(publisher));
            let late = publisher.map_or(0, |publisher| publisher.playout.from_publisher.ms);
            if let Some(outlet) = self.outlets.get_mut(outlet) {
                debug_assert_eq!(outlet.kind, MediaKind::Video);
                outlet.wait(viewer.playout.to_viewer.ms + late);
            }
        }
    }
}

/// Both ways of a participant's connection.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Playout {
    to_viewer: Floor,
    from_publisher: Floor,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_covers_a_repair_while_packets_are_lost_and_ends_some_time_after() {
        let (start, mut floor) = (Instant::now(), Floor::default());
        let rtt = Duration::from_millis(100);
        assert_eq!(floor.follow(start, 0.01, rtt), 0, "a little loss is not worth it");
        assert_eq!(floor.follow(start, 0.025, rtt), 240);
        assert_eq!(floor.follow(start, 0.05, rtt), 280, "what asks for packets is lost too");
        assert_eq!(floor.follow(start, 0.01, rtt), 280, "in between it stays");
        assert_eq!(floor.follow(start, 0.0, rtt), 280);
        assert_eq!(floor.follow(start + STAYS / 2, 0.05, rtt), 280);
        assert_eq!(floor.follow(start + STAYS, 0.0, rtt), 280, "its time begins anew");
        assert_eq!(floor.follow(start + 2 * STAYS, 0.0, rtt), 0);
        assert_eq!(floor.follow(start, 0.5, Duration::from_secs(3)), 500);
    }
}
