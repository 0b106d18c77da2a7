//! How long packets wait on the way: their delay above the least of late, which needs no common clock. While they wait the link is full, and
//! what arrives then is all it carries.

use super::groups::Passage;

/// The least delay is of one to two of these: a route may have become longer, clocks drift (100 ppm make 3 ms).
const BASE_MS: f64 = 15_000.0;
/// And what all packets wait, whatever jitter adds to some, is the least of one to two of these.
const RECENT_MS: f64 = 100.0;
/// Packets delayed by so much wait behind others. A measurement of the link spans so much at least, and at most.
const WAITING_MS: f64 = 8.0;
const SPAN_MS: (f64, f64) = (40.0, 250.0);

#[derive(Default)]
pub(super) struct Queue {
    base: Least,
    recent: Least,
    /// Since when packets have been waiting, when the last of them arrived, and bits in between.
    busy: Option<(f64, f64, f64)>,
    /// The last whole measurement of the link while they have, bits a second.
    full: Option<f64>,
}

/// The least of the last one to two spans of time.
#[derive(Default)]
struct Least(Option<(f64, f64, f64)>);

impl Least {
    fn take(&mut self, at_ms: f64, value: f64, span_ms: f64) {
        let (begun, before, least) = self.0.unwrap_or((at_ms, value, value));
        self.0 = Some(if at_ms - begun > span_ms { (at_ms, least, value) } else { (begun, before, least.min(value)) });
    }

    fn get(&self) -> Option<f64> {
        self.0.map(|(_, before, least)| before.min(least))
    }
}

impl Queue {
    /// Takes any packet: is the link full?
    pub(super) fn pass(&mut self, packet: Passage) {
        let (sent_ms, arrived_ms) = (packet.sent_micros as f64 / 1e3, packet.arrived_micros as f64 / 1e3);
        let Some(base) = self.base.get() else { return };
        if arrived_ms - sent_ms - base < WAITING_MS {
            (self.busy, self.full) = (None, None);
            return;
        }
        let Some((since, _, bits)) = self.busy else {
            self.busy = Some((arrived_ms, arrived_ms, 0.0));
            return;
        };
        let bits = bits + f64::from(packet.bytes) * 8.0;
        self.busy = Some((since, arrived_ms, bits));
        if arrived_ms - since > SPAN_MS.1 {
            self.full = Some(bits / (arrived_ms - since) * 1e3);
            self.busy = Some((arrived_ms, arrived_ms, 0.0));
        }
    }

    /// Bits a second the link carries, while it is full and has been for long enough to tell.
    pub(super) fn full_rate(&self) -> Option<f64> {
        let (since, last, bits) = self.busy?;
        let now = (last - since >= SPAN_MS.0).then(|| bits / (last - since) * 1e3);
        now.or(self.full)
    }

    /// Takes the first packet of a group: does it wait?
    pub(super) fn take(&mut self, packet: Passage) {
        let (sent_ms, arrived_ms) = (packet.sent_micros as f64 / 1e3, packet.arrived_micros as f64 / 1e3);
        self.base.take(arrived_ms, arrived_ms - sent_ms, BASE_MS);
        self.recent.take(arrived_ms, arrived_ms - sent_ms, RECENT_MS);
    }

    /// What every packet of late has waited.
    pub(super) fn ms(&self) -> f64 {
        self.recent.get().zip(self.base.get()).map_or(0.0, |(recent, base)| (recent - base).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_queue_is_seen_and_a_longer_route_becomes_usual() {
        let mut queue = Queue::default();
        let run = |queue: &mut Queue, from: i64, delay_ms: i64| {
            for packet in from..from + 1_000 {
                let sent_micros = 20_000 * packet;
                let passage = Passage { sent_micros, arrived_micros: sent_micros + 1_000 * delay_ms, bytes: 1_000 };
                queue.take(passage);
                queue.pass(passage);
            }
        };
        run(&mut queue, 0, 500);
        assert!(queue.ms() < 1.0 && queue.full_rate().is_none());
        run(&mut queue, 1_000, 560);
        assert_eq!(queue.full_rate().map(f64::round), Some(400_000.0), "1,000 bytes every 20 ms");
        assert!((59.0..61.0).contains(&queue.ms()), "{}", queue.ms());
        (2..5).for_each(|turn| run(&mut queue, 1_000 * turn, 560));
        assert!(queue.ms() < 1.0, "{}", queue.ms());
    }
}
