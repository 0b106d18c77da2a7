//! Packets that left together, and how much further apart than they left two groups arrived (draft-ietf-rmcat-gcc-02 §5.2).
//!
//! A group's delay is its first packet's. We do not pace: a keyframe leaves at once, and its own bytes on a narrow link are no queue that
//! grows. What they leave standing is seen by the next group.

/// Packets within so much of a group's first belong to it (§5.2: `burst_time`).
const BURST_MICROS: i64 = 5_000;
/// A receiver's clock that jumps so far was set anew.
const MAX_JUMP_MICROS: i64 = 3_000_000;

/// A packet's way: when it left by our clock, and when it arrived by the receiver's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Passage {
    pub(super) sent_micros: i64,
    pub(super) arrived_micros: i64,
    pub(super) bytes: u16,
}

/// How two groups in a row followed each other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Step {
    pub(super) sent_ms: f64,
    pub(super) arrived_ms: f64,
    /// When the later one arrived.
    pub(super) at_ms: f64,
}

#[derive(Default)]
pub(super) struct Groups {
    first: Option<Passage>,
}

impl Groups {
    /// Takes the next packet in the order of sending; tells the step when it begins a group.
    pub(super) fn take(&mut self, packet: Passage) -> Option<Step> {
        let Some(first) = self.first else {
            self.first = Some(packet);
            return None;
        };
        let sent = packet.sent_micros - first.sent_micros;
        if sent <= BURST_MICROS {
            return None;
        }
        self.first = Some(packet);
        let arrived = packet.arrived_micros - first.arrived_micros;
        ((arrived - sent).abs() < MAX_JUMP_MICROS).then(|| Step {
            sent_ms: sent as f64 / 1e3,
            arrived_ms: arrived as f64 / 1e3,
            at_ms: packet.arrived_micros as f64 / 1e3,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(sent_ms: i64, arrived_ms: i64) -> Passage {
        Passage { sent_micros: sent_ms * 1_000, arrived_micros: arrived_ms * 1_000, bytes: 1_000 }
    }

    #[test]
    fn the_tail_of_a_burst_is_no_queue_but_what_it_leaves_behind_is() {
        let mut groups = Groups::default();
        // Ten packets at once through a link that takes 5 ms for each; then the next frame, 33 ms later.
        for place in 0..10 {
            assert_eq!(groups.take(passage(0, 20 + 5 * place)), None);
        }
        let step = groups.take(passage(33, 75)).expect("a new group");
        assert_eq!((step.sent_ms, step.arrived_ms), (33.0, 55.0));
    }

    #[test]
    fn a_clock_that_jumps_is_no_delay() {
        let mut groups = Groups::default();
        groups.take(passage(0, 0));
        assert_eq!(groups.take(passage(20, 10_000)), None);
        assert!(groups.take(passage(40, 10_020)).is_some());
    }
}
