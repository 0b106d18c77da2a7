//! The plaintext ring of one track: each payload once, for forwarding, retransmission and taps alike.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::Codec;
use crate::wire::{RedHeader, Vp8Descriptor};

/// What is known of a packet besides its payload.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct PacketMeta {
    /// SRTP packet index in the publisher's stream: ROC and sequence.
    pub(crate) index: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) codec: Codec,
    pub(crate) starts_keyframe: bool,
    pub(crate) shape: Shape,
    /// The byte of RFC 6464, as it came.
    pub(crate) audio_level: Option<u8>,
    /// Whether it goes out with a byte of padding, as large as its neighbours.
    pub(crate) is_padded: bool,
    pub(crate) arrived: Instant,
}

/// The part of a payload that subscribers may need changed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Shape {
    Opaque,
    Vp8(Vp8Descriptor),
    Red(RedHeader),
}

/// A packet in the ring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'r> {
    pub(crate) meta: &'r PacketMeta,
    pub(crate) payload: &'r [u8],
    /// The payload and one byte of padding (RFC 3550 §5.1).
    pub(crate) padded: &'r [u8],
}

/// Payloads lie in chunks that are filled in turn; entries are found by the low bits of the packet index. Everything is allocated once;
/// pages never touched cost nothing, so a chunk is only begun when the oldest is too young to be overwritten.
pub(crate) struct Ring {
    bytes: Box<[u8]>,
    chunks: Box<[Chunk]>,
    /// Chunks in use, the oldest first; the last is being filled.
    order: VecDeque<usize>,
    /// Where in the last chunk the next payload goes.
    head: usize,
    entries: Box<[Option<Entry>]>,
    newest: Option<u64>,
}

#[derive(Clone, Copy, Default)]
struct Chunk {
    /// How often it was begun: an entry of an earlier time is gone.
    generation: u32,
    /// When the last payload came in.
    filled: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Entry {
    meta: PacketMeta,
    chunk: u32,
    generation: u32,
    start: u32,
    len: u32,
}

/// Packets younger than this are kept while there is room at all: a receiver asks for a packet up to three times at a round trip of 300 ms.
const HISTORY: Duration = Duration::from_secs(1);
/// Bytes of a chunk: a few packets, a few pages.
const CHUNK: usize = 8 * 1024;

/// Why a packet did not enter the ring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    /// Already there.
    Duplicate,
    /// Older than the ring reaches, or larger than it.
    OutOfReach,
}

impl Ring {
    /// `entries` is a power of two, `bytes` a multiple of 8 KiB.
    pub(crate) fn new(entries: usize, bytes: usize) -> Self {
        debug_assert!(entries.is_power_of_two() && bytes.is_multiple_of(CHUNK));
        Self {
            bytes: vec![0; bytes].into_boxed_slice(),
            chunks: vec![Chunk::default(); bytes / CHUNK].into_boxed_slice(),
            order: VecDeque::with_capacity(bytes / CHUNK),
            head: CHUNK,
            entries: vec![None; entries].into_boxed_slice(),
            newest: None,
        }
    }

    /// Highest index that entered.
    pub(crate) fn newest(&self) -> Option<u64> {
        self.newest
    }

    /// Copies the payload in. Each index enters at most once while the ring reaches back to it, and never again after.
    ///
    /// # Errors
    /// See [`Refused`].
    pub(crate) fn insert(&mut self, meta: PacketMeta, payload: &[u8]) -> Result<(), Refused> {
        let reach = self.entries.len() as u64;
        if self.newest.is_some_and(|newest| meta.index + reach <= newest) || payload.len() >= CHUNK {
            return Err(Refused::OutOfReach);
        }
        let slot = self.slot(meta.index);
        if self.entries.get(slot).is_some_and(|entry| entry.is_some_and(|entry| entry.meta.index == meta.index)) {
            return Err(Refused::Duplicate);
        }
        let chunk = self.chunk_for(meta.arrived, payload.len() + 1).ok_or(Refused::OutOfReach)?;
        let start = chunk * CHUNK + self.head;
        let place = self.bytes.get_mut(start..start + payload.len() + 1).ok_or(Refused::OutOfReach)?;
        let (padding, place) = place.split_last_mut().ok_or(Refused::OutOfReach)?;
        place.copy_from_slice(payload);
        *padding = 1;
        self.head += payload.len() + 1;
        let Some(filled) = self.chunks.get_mut(chunk) else { return Err(Refused::OutOfReach) };
        filled.filled = Some(meta.arrived);
        let (chunk, generation) = (chunk as u32, filled.generation);
        if let Some(entry) = self.entries.get_mut(slot) {
            *entry = Some(Entry { meta, chunk, generation, start: start as u32, len: payload.len() as u32 });
        }
        self.newest = self.newest.max(Some(meta.index));
        Ok(())
    }

    /// Has the packet go out padded from now on. Only for packets that have not gone out: a repeat must be the same.
    pub(crate) fn pad(&mut self, index: u64) {
        let slot = self.slot(index);
        if let Some(Some(entry)) =
            self.entries.get_mut(slot).filter(|entry| entry.is_some_and(|it| it.meta.index == index))
        {
            entry.meta.is_padded = true;
        }
    }

    /// The packet, unless it never came or has been overwritten.
    pub(crate) fn get(&self, index: u64) -> Option<Packet<'_>> {
        let entry = self.entries.get(self.slot(index))?.as_ref().filter(|entry| entry.meta.index == index)?;
        self.chunks.get(entry.chunk as usize).filter(|chunk| chunk.generation == entry.generation)?;
        let start = entry.start as usize;
        let padded = self.bytes.get(start..=start + entry.len as usize)?;
        Some(Packet { meta: &entry.meta, payload: padded.get(..entry.len as usize)?, padded })
    }

    /// The chunk `len` more bytes go into: the last, or else the oldest when it is old enough, a new one, or the oldest all the same.
    fn chunk_for(&mut self, now: Instant, len: usize) -> Option<usize> {
        if self.head + len <= CHUNK {
            return self.order.back().copied();
        }
        let is_old = |chunk: &Chunk| chunk.filled.is_none_or(|filled| now.saturating_duration_since(filled) >= HISTORY);
        let is_full = self.order.len() == self.chunks.len();
        let reused = self.order.front().is_some_and(|oldest| is_full || self.chunks.get(*oldest).is_some_and(is_old));
        let chunk = if reused { self.order.pop_front()? } else { self.order.len() };
        let begun = self.chunks.get_mut(chunk)?;
        begun.generation = begun.generation.wrapping_add(1);
        self.order.push_back(chunk);
        self.head = 0;
        Some(chunk)
    }

    fn slot(&self, index: u64) -> usize {
        (index & (self.entries.len() as u64 - 1)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn meta(index: u64) -> PacketMeta {
        PacketMeta {
            index,
            timestamp: 0,
            marker: false,
            codec: Codec::Opus,
            starts_keyframe: true,
            shape: Shape::Opaque,
            audio_level: None,
            is_padded: false,
            arrived: Instant::now(),
        }
    }

    fn payload(index: u64, len: usize) -> Vec<u8> {
        (0..len).map(|at| (index as u8).wrapping_mul(31).wrapping_add(at as u8)).collect()
    }

    #[test]
    fn an_index_enters_once() {
        let mut ring = Ring::new(8, CHUNK);
        assert_eq!(ring.insert(meta(5), b"first"), Ok(()));
        assert_eq!(ring.insert(meta(5), b"other"), Err(Refused::Duplicate));
        assert_eq!(ring.get(5).map(|packet| packet.payload), Some(&b"first"[..]));
        for index in 6..14 {
            assert_eq!(ring.insert(meta(index), b"later"), Ok(()));
        }
        assert_eq!(ring.insert(meta(5), b"again"), Err(Refused::OutOfReach));
    }

    #[test]
    fn it_takes_as_much_memory_as_the_history_asks_and_no_more() {
        let begun = Instant::now();
        let mut ring = Ring::new(512, 640 * 1024);
        let mut ages = VecDeque::new();
        for index in 0..3_000 {
            // 125 packets a second, and now and then a burst of ten.
            let arrived =
                begun + Duration::from_millis(index / 10 * 80 + if index % 500 < 250 { index % 10 * 8 } else { 0 });
            ring.insert(PacketMeta { arrived, ..meta(index) }, &payload(index, 1_100)).expect("room");
            ages.push_back((index, arrived));
            while ages.front().is_some_and(|(_, old)| arrived - *old >= HISTORY) {
                ages.pop_front();
            }
            for (young, _) in &ages {
                assert!(ring.get(*young).is_some(), "{young} of the last second is gone at {index}");
            }
        }
        assert!(ring.order.len() * CHUNK <= 190 * 1024, "{} chunks for 140 kB a second", ring.order.len());
    }

    #[test]
    fn a_burst_beyond_the_memory_overwrites_the_oldest() {
        let mut ring = Ring::new(512, 64 * 1024);
        for index in 0..500 {
            ring.insert(meta(index), &payload(index, 1_000)).expect("room");
            assert_eq!(ring.get(index).map(|packet| packet.payload), Some(&payload(index, 1_000)[..]));
        }
        let kept = (0..500).filter(|index| ring.get(*index).is_some()).count();
        assert!((56..=64).contains(&kept), "{kept}");
    }

    proptest! {
        #[test]
        fn what_the_ring_gives_is_what_entered(steps in prop::collection::vec((0u64..12, 0usize..3_000, 0u64..900), 1..200)) {
            let mut ring = Ring::new(16, 2 * CHUNK);
            let mut entered = std::collections::HashMap::new();
            let mut base = 0;
            let mut arrived = Instant::now();
            for (step, len, pause) in steps {
                arrived += Duration::from_millis(pause);
                let index = base + step;
                base += step / 3;
                if ring.insert(PacketMeta { arrived, ..meta(index) }, &payload(index, len)).is_ok() {
                    prop_assert!(entered.insert(index, len).is_none(), "an index entered twice");
                    prop_assert!(ring.get(index).is_some());
                }
                for (&index, &len) in &entered {
                    if let Some(packet) = ring.get(index) {
                        prop_assert_eq!(packet.payload, &payload(index, len)[..]);
                    }
                }
            }
        }
    }
}
