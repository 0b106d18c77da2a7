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
/// A link that has carried less than this share of what came before, for so long and so many packets, and lets the newest wait for so long, has
/// just become narrow. The longest time between two packets does not count: it may have been a pause.
const NARROW: f64 = 0.6;
const NARROW_SPAN_MS: f64 = 50.0;
const NARROW_PACKETS: usize = 4;
const NARROW_WAIT_MS: f64 = 50.0;
/// Packets looked at, at most.
const TAIL: usize = 16;

#[derive(Default)]
pub(super) struct Queue {
    base: Least,
    recent: Least,
    /// How long the newest packet waited.
    newest: f64,
    /// Since when packets have been waiting, when the last of them arrived, and bits in between.
    busy: Option<(f64, f64, f64)>,
    /// The last whole measurement of the link while packets wait, bits a second.
    full: Option<f64>,
    /// The last packets that waited, in a row: when each arrived, and its bits. The newest is at `(tail_len − 1) mod TAIL`.
    tail: [(f64, f64); TAIL],
    tail_len: usize,
}

/// The least of the last one to two spans of time.
#[derive(Default)]
struct Least(Option<(f64, f64, f64)>);

impl Least {
    fn take(&mut self, at_ms: f64, value: f64, span_ms: f64) {
        let (begun, before, least) = self.0.unwrap_or((at_ms, value, value));
        self.0 = Some(if at_ms - begun > span_ms { (at_ms, least, value) } else { (begun, before, least.min(value)) });
    }

    fn begin(&mut self, at_ms: f64, value: f64) {
        self.0 = Some((at_ms, value, value));
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
        self.newest = arrived_ms - sent_ms - base;
        if self.newest < WAITING_MS {
            (self.busy, self.full, self.tail_len) = (None, None, 0);
            return;
        }
        let packet_bits = f64::from(packet.bytes) * 8.0;
        if self.busy.is_some_and(|(_, before, _)| arrived_ms - before > self.newest) {
            // It left after that one had arrived: the link was not full in between.
            self.tail_len = 0;
        }
        if let Some(place) = self.tail.get_mut(self.tail_len % TAIL) {
            *place = (arrived_ms, packet_bits);
        }
        self.tail_len += 1;
        let Some((since, _, bits)) = self.busy else {
            self.busy = Some((arrived_ms, arrived_ms, 0.0));
            return;
        };
        let bits = bits + packet_bits;
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

    /// Bits a second the link carries when it has just become much narrower than `before`, which came until now. Sooner known than by the
    /// slope of the delays. What was sent as fast as before since the newest packet left, `ms` ago, waits too.
    pub(super) fn narrowed(&mut self, before: f64, ms: f64) -> Option<f64> {
        let base = self.base.get().filter(|_| self.newest >= NARROW_WAIT_MS)?;
        let (at_ms, apart_from_a_pause, rate) = self.tail_rate()?;
        if apart_from_a_pause > NARROW * before {
            return None;
        }
        self.recent.begin(at_ms, base + self.newest + ms * (before / rate - 1.0).max(0.0));
        Some(rate)
    }

    /// When the newest packet arrived, and bits a second of the least number of packets up to it that tell: apart from their longest pause, and
    /// with it.
    fn tail_rate(&self) -> Option<(f64, f64, f64)> {
        let get = |back: usize| self.tail.get((self.tail_len.checked_sub(1 + back)?) % TAIL).copied();
        let (last, mut bits) = get(0)?;
        let (mut after, mut pause) = (last, 0.0f64);
        for back in 1..TAIL {
            let (at, of_packet) = get(back)?;
            pause = pause.max(after - at);
            if back >= NARROW_PACKETS && last - at >= NARROW_SPAN_MS {
                return Some((last, bits / (last - at - pause).max(1.0) * 1e3, bits / (last - at) * 1e3));
            }
            (after, bits) = (at, bits + of_packet);
        }
        None
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

    /// Frames of six packets every 33 ms, 1.7 Mbit/s; each packet takes `millis` of the link, which pauses before the one at `pause`.
    fn frames(queue: &mut Queue, from: i64, frames: i64, millis: i64, pause: Option<i64>) -> Option<f64> {
        let (mut free, mut narrowed) = (0, None);
        for packet in from * 6..(from + frames) * 6 {
            let sent = packet / 6 * 33_000;
            free = free.max(sent) + 1_000 * millis + if pause == Some(packet) { 150_000 } else { 0 };
            let passage = Passage { sent_micros: sent, arrived_micros: free + 20_000, bytes: 1_200 };
            queue.pass(passage);
            if packet % 6 == 0 {
                queue.take(passage);
            }
            narrowed = narrowed.or(queue.narrowed(1.7e6, 50.0));
        }
        narrowed
    }

    #[test]
    fn a_link_that_has_become_narrow_is_known_by_its_second_frame_and_a_pause_is_none() {
        let mut queue = Queue::default();
        assert_eq!(frames(&mut queue, 0, 60, 3, None), None);
        let narrowed = frames(&mut queue, 60, 2, 16, None).expect("16 ms a packet");
        assert!((550e3..650e3).contains(&narrowed) && queue.ms() > NARROW_WAIT_MS, "{narrowed} {}", queue.ms());
        let mut queue = Queue::default();
        assert_eq!(frames(&mut queue, 0, 120, 3, Some(300)), None, "what was held comes together");
    }
}
