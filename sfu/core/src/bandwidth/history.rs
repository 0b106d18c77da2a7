//! What was sent with which transport-wide number, when, and how large.

use std::time::{Duration, Instant};

use crate::WallClock;
use crate::bandwidth::WIRE_OVERHEAD;

/// Packets remembered: more than a second of 2,000 a second, in 16 KiB.
const ENTRIES: usize = 2_048;

/// Microseconds since the shard's epoch; wraps after 71 minutes, far more than any round trip.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct SendTime(u32);

impl SendTime {
    pub(crate) fn at(clock: WallClock, now: Instant) -> Self {
        Self(now.saturating_duration_since(clock.at).as_micros() as u32)
    }

    pub(super) fn micros(self) -> u32 {
        self.0
    }

    /// Time from `earlier` to this.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::from(self.0.wrapping_sub(earlier.0)))
    }
}

/// One connection's packets in flight. Costs nothing until the first feedback shows that the client gives any.
#[derive(Default)]
pub(crate) struct History {
    /// Found by the low bits of the number.
    entries: Option<Box<[Entry; ENTRIES]>>,
    /// Number of the next packet, without wrap.
    next: u64,
    /// The first number that is in the entries.
    begins: u64,
    /// One more than the highest number feedback has told of.
    told: u64,
}

#[derive(Clone, Copy, Default)]
struct Entry {
    at: SendTime,
    /// On the wire; 0 once it is acknowledged.
    bytes: u16,
}

/// A packet we sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SentPacket {
    /// Without wrap.
    pub(crate) number: u64,
    pub(crate) at: SendTime,
    /// On the wire.
    pub(crate) bytes: u16,
}

impl History {
    /// The number of the next packet, as its extension carries it.
    pub(crate) fn next(&self) -> u16 {
        self.next as u16
    }

    /// How many packets have been numbered.
    pub(crate) fn sent(&self) -> u64 {
        self.next
    }

    /// One more than the highest number feedback has told of.
    pub(super) fn told(&self) -> u64 {
        self.told
    }

    /// A packet of `len` bytes above UDP has taken the next number.
    #[inline]
    pub(crate) fn record(&mut self, at: SendTime, len: usize) {
        if let Some(entry) = self.entries.as_mut().and_then(|entries| entries.get_mut(self.next as usize % ENTRIES)) {
            *entry = Entry { at, bytes: (len + WIRE_OVERHEAD) as u16 };
        }
        self.next += 1;
    }

    /// Remembers packets from now on. The only allocation.
    pub(crate) fn begin(&mut self) {
        if self.entries.is_none() {
            self.entries = Some(Box::new([Entry::default(); ENTRIES]));
            (self.begins, self.told) = (self.next, self.next);
        }
    }

    /// The packet a number of feedback means, the first time it is told to have come. `None` also for numbers never sent, or too long ago.
    pub(crate) fn acknowledge(&mut self, sequence: u16) -> Option<SentPacket> {
        let number = self.number(sequence)?;
        self.told = self.told.max(number + 1);
        let entry = self.entries.as_mut()?.get_mut(number as usize % ENTRIES).filter(|entry| entry.bytes > 0)?;
        let bytes = std::mem::take(&mut entry.bytes);
        Some(SentPacket { number, at: entry.at, bytes })
    }

    /// How many packets are told for the first time by the statement that `count` from `first` on are missing.
    pub(crate) fn miss(&mut self, first: u16, count: u16) -> u64 {
        let last = first.wrapping_add(count.saturating_sub(1));
        let Some(number) = self.number(last).filter(|_| count > 0) else { return 0 };
        let fresh = (number + 1).saturating_sub(self.told).min(u64::from(count));
        self.told = self.told.max(number + 1);
        fresh
    }

    /// The number without wrap, if such a packet was sent and is remembered.
    fn number(&self, sequence: u16) -> Option<u64> {
        let behind = (self.next as u16).wrapping_sub(sequence);
        let number = self.next.checked_sub(u64::from(behind)).filter(|_| behind > 0)?;
        (number >= self.begins && usize::from(behind) <= ENTRIES).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun() -> History {
        let mut history = History { next: 65_530, ..History::default() };
        history.begin();
        history
    }

    #[test]
    fn a_packet_is_acknowledged_once_across_the_wrap_of_numbers() {
        let mut history = begun();
        (0..10).for_each(|at| history.record(SendTime(at), 100));
        let sent = history.acknowledge(2).expect("it was sent");
        assert_eq!((sent.number, sent.at, sent.bytes), (65_538, SendTime(8), 128));
        assert_eq!(history.acknowledge(2), None, "told twice");
        assert_eq!(history.acknowledge(4), None, "never sent");
        assert_eq!(history.acknowledge(65_529), None, "before it was remembered");
    }

    #[test]
    fn losses_are_counted_once_and_only_of_what_was_sent() {
        let mut history = begun();
        (0..10).for_each(|at| history.record(SendTime(at), 100));
        assert_eq!(history.miss(65_530, 3), 3);
        assert_eq!(history.miss(65_531, 4), 2, "two of them are known");
        assert_eq!(history.miss(0, 8_000), 0, "a claim that reaches beyond what was sent counts for nothing");
        assert!(history.acknowledge(65_531).is_some(), "it came after all");
    }

    #[test]
    fn packets_overtaken_by_a_whole_ring_are_forgotten() {
        let mut history = begun();
        (0..3_000).for_each(|at| history.record(SendTime(at), 100));
        assert_eq!(history.acknowledge(65_530), None);
        assert!(history.acknowledge(history.next().wrapping_sub(2_048)).is_some());
    }
}
