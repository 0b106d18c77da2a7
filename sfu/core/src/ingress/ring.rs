//! The plaintext ring of one track: each payload once, for forwarding, retransmission and taps alike.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::Codec;
use crate::wire::{Av1Frame, Layers, RedHeader, Vp8Descriptor, Vp9Descriptor};

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
    Vp9(Vp9Descriptor),
    /// With its dependency descriptor.
    Av1(Av1Frame),
    Red(RedHeader),
}

impl Shape {
    /// Picture id, or frame number, and TL0PICIDX, which run on from source to source.
    #[inline]
    pub(crate) fn running_ids(&self) -> (Option<u16>, Option<u8>) {
        let (picture_id, tl0) = match self {
            Self::Vp8(descriptor) => (descriptor.picture_id, descriptor.tl0),
            Self::Vp9(descriptor) => (descriptor.picture_id, descriptor.tl0),
            Self::Av1(frame) => return (Some(frame.number), None),
            Self::Opaque | Self::Red(_) => (None, None),
        };
        (picture_id.map(|id| id.value), tl0.map(|(_, value)| value))
    }

    /// The layer a packet is of, where one stream may carry several.
    pub(crate) fn layers(&self) -> Option<Layers> {
        match self {
            Self::Vp9(descriptor) => Some(descriptor.layers),
            Self::Av1(frame) => Some(frame.layers).filter(|_| *frame != Av1Frame::UNKNOWN),
            Self::Opaque | Self::Vp8(_) | Self::Red(_) => None,
        }
    }

    #[inline]
    pub(crate) fn is_layered(&self) -> bool {
        matches!(self, Self::Vp9(_) | Self::Av1(_))
    }
}

/// A packet in the ring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'r> {
    pub(crate) meta: &'r PacketMeta,
    pub(crate) payload: &'r [u8],
    /// The payload and one byte of padding (RFC 3550 §5.1).
    pub(crate) padded: &'r [u8],
    /// Its dependency descriptor; empty without.
    pub(crate) descriptor: &'r [u8],
}

/// Payloads lie in chunks that are filled in turn; entries are found by the low bits of the packet index. Both grow to what the stream's last
/// second takes, and are then used over and over: a chunk is only added when the oldest is too young to be overwritten.
pub(crate) struct Ring {
    chunks: Vec<Chunk>,
    max_chunks: usize,
    /// Chunks in use, the oldest first; the last is being filled.
    order: VecDeque<usize>,
    /// Where in the last chunk the next payload goes.
    head: usize,
    entries: Box<[Option<Entry>]>,
    max_entries: usize,
    newest: Option<u64>,
    /// Indices below it may have been there when the table was smaller, and never enter again.
    floor: u64,
}

struct Chunk {
    bytes: Box<[u8]>,
    /// How often it was begun: an entry of an earlier time is gone.
    generation: u32,
    /// When the last payload came in.
    filled: Instant,
}

#[derive(Clone, Copy)]
struct Entry {
    meta: PacketMeta,
    chunk: u16,
    start: u16,
    len: u16,
    descriptor_len: u8,
    generation: u32,
}

/// Packets younger than this are kept while there is room at all: a receiver asks for a packet up to three times at a round trip of 300 ms.
const HISTORY: Duration = Duration::from_secs(1);
/// Bytes of a chunk: a few packets, a few pages.
const CHUNK: usize = 8 * 1024;
/// What the table of entries begins with: half a second of an idle camera, further back than any network reorders.
const FIRST_ENTRIES: usize = 32;

/// Why a packet did not enter the ring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    /// Already there.
    Duplicate,
    /// Older than the ring reaches, or larger than it.
    OutOfReach,
}

impl Ring {
    /// `entries`, a power of two, and `bytes`, a multiple of 8 KiB, are what it takes at most.
    pub(crate) fn new(entries: usize, bytes: usize) -> Self {
        debug_assert!(entries.is_power_of_two() && bytes.is_multiple_of(CHUNK));
        Self {
            chunks: Vec::new(),
            max_chunks: bytes / CHUNK,
            order: VecDeque::new(),
            head: CHUNK,
            entries: vec![None; FIRST_ENTRIES.min(entries)].into_boxed_slice(),
            max_entries: entries,
            newest: None,
            floor: 0,
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
    pub(crate) fn insert(&mut self, meta: PacketMeta, payload: &[u8], descriptor: &[u8]) -> Result<(), Refused> {
        let descriptor_len = u8::try_from(descriptor.len()).map_err(|_| Refused::OutOfReach)?;
        let taken = payload.len() + 1 + descriptor.len();
        let reach = self.entries.len() as u64;
        let is_behind = self.newest.is_some_and(|newest| meta.index + reach <= newest) || meta.index < self.floor;
        if is_behind || taken > CHUNK {
            return Err(Refused::OutOfReach);
        }
        match self.entries.get(self.slot(meta.index)).and_then(Option::as_ref) {
            Some(entry) if entry.meta.index == meta.index => return Err(Refused::Duplicate),
            Some(entry) if is_young(meta.arrived, entry.meta.arrived) => self.grow(),
            _ => {}
        }
        let chunk = self.chunk_for(meta.arrived, taken).ok_or(Refused::OutOfReach)?;
        let start = self.head;
        let Some(place) = self.chunks.get_mut(chunk) else { return Err(Refused::OutOfReach) };
        let bytes = place.bytes.get_mut(start..start + taken).ok_or(Refused::OutOfReach)?;
        let (bytes, behind) = bytes.split_at_mut_checked(payload.len() + 1).ok_or(Refused::OutOfReach)?;
        behind.copy_from_slice(descriptor);
        let (padding, bytes) = bytes.split_last_mut().ok_or(Refused::OutOfReach)?;
        bytes.copy_from_slice(payload);
        *padding = 1;
        place.filled = meta.arrived;
        let generation = place.generation;
        self.head += taken;
        let slot = self.slot(meta.index);
        if let Some(entry) = self.entries.get_mut(slot) {
            let (chunk, start, len) = (chunk as u16, start as u16, payload.len() as u16);
            *entry = Some(Entry { meta, chunk, start, len, descriptor_len, generation });
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
        let chunk = self.chunks.get(usize::from(entry.chunk)).filter(|chunk| chunk.generation == entry.generation)?;
        let (start, len) = (usize::from(entry.start), usize::from(entry.len));
        let padded = chunk.bytes.get(start..=start + len)?;
        let descriptor = chunk.bytes.get(start + len + 1..start + len + 1 + usize::from(entry.descriptor_len))?;
        Some(Packet { meta: &entry.meta, payload: padded.get(..len)?, padded, descriptor })
    }

    /// The chunk `len` more bytes go into: the last, or else the oldest when it is old enough, a new one, or the oldest all the same.
    fn chunk_for(&mut self, now: Instant, len: usize) -> Option<usize> {
        if self.head + len <= CHUNK {
            return self.order.back().copied();
        }
        let oldest = self.order.front().and_then(|oldest| self.chunks.get(*oldest));
        let is_reused = oldest.is_some_and(|it| self.chunks.len() == self.max_chunks || !is_young(now, it.filled));
        let chunk = if is_reused { self.order.pop_front()? } else { self.chunks.len() };
        match self.chunks.get_mut(chunk) {
            Some(begun) => begun.generation = begun.generation.wrapping_add(1),
            None => {
                let bytes = vec![0; CHUNK].into_boxed_slice();
                self.chunks.push(Chunk { bytes, generation: 0, filled: now });
            }
        }
        self.order.push_back(chunk);
        self.head = 0;
        Some(chunk)
    }

    /// Doubles the table, up to its limit.
    fn grow(&mut self) {
        let (before, after) = (self.entries.len(), self.entries.len() * 2);
        if after > self.max_entries {
            return;
        }
        self.floor = self.newest.map_or(0, |newest| (newest + 1).saturating_sub(before as u64)).max(self.floor);
        let known = std::mem::replace(&mut self.entries, vec![None; after].into_boxed_slice());
        for entry in known.into_iter().flatten() {
            let slot = self.slot(entry.meta.index);
            if let Some(place) = self.entries.get_mut(slot) {
                *place = Some(entry);
            }
        }
    }

    fn slot(&self, index: u64) -> usize {
        (index & (self.entries.len() as u64 - 1)) as usize
    }
}

fn is_young(now: Instant, arrived: Instant) -> bool {
    now.saturating_duration_since(arrived) < HISTORY
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
        assert_eq!(ring.insert(meta(5), b"first", &[]), Ok(()));
        assert_eq!(ring.insert(meta(5), b"other", &[]), Err(Refused::Duplicate));
        assert_eq!(ring.get(5).map(|packet| packet.payload), Some(&b"first"[..]));
        for index in 6..14 {
            assert_eq!(ring.insert(meta(index), b"later", &[]), Ok(()));
        }
        assert_eq!(ring.insert(meta(5), b"again", &[]), Err(Refused::OutOfReach));
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
            ring.insert(PacketMeta { arrived, ..meta(index) }, &payload(index, 1_100), &[]).expect("room");
            ages.push_back((index, arrived));
            while ages.front().is_some_and(|(_, old)| arrived - *old >= HISTORY) {
                ages.pop_front();
            }
            for (young, _) in &ages {
                assert!(ring.get(*young).is_some(), "{young} of the last second is gone at {index}");
            }
        }
        assert!(ring.order.len() * CHUNK <= 190 * 1024, "{} chunks for 140 kB a second", ring.order.len());
        assert!(ring.entries.len() <= 256, "{} entries for 125 packets a second", ring.entries.len());
    }

    #[test]
    fn a_burst_beyond_the_memory_overwrites_the_oldest() {
        let mut ring = Ring::new(512, 64 * 1024);
        for index in 0..500 {
            ring.insert(meta(index), &payload(index, 1_000), &[]).expect("room");
            assert_eq!(ring.get(index).map(|packet| packet.payload), Some(&payload(index, 1_000)[..]));
        }
        let kept = (0..500).filter(|index| ring.get(*index).is_some()).count();
        assert!((56..=64).contains(&kept), "{kept}");
    }

    proptest! {
        #[test]
        fn what_the_ring_gives_is_what_entered(entries in prop_oneof![Just(16), Just(256)], steps in prop::collection::vec((0u64..12, 0usize..3_000, 0u64..900), 1..200)) {
            let mut ring = Ring::new(entries, 2 * CHUNK);
            let mut entered = std::collections::HashMap::new();
            let mut base = 0;
            let mut arrived = Instant::now();
            for (step, len, pause) in steps {
                arrived += Duration::from_millis(pause);
                let index = base + step;
                base += step / 3;
                if ring.insert(PacketMeta { arrived, ..meta(index) }, &payload(index, len), &payload(index, len % 90)).is_ok() {
                    prop_assert!(entered.insert(index, len).is_none(), "an index entered twice");
                    prop_assert!(ring.get(index).is_some());
                }
                for (&index, &len) in &entered {
                    if let Some(packet) = ring.get(index) {
                        prop_assert_eq!(packet.payload, &payload(index, len)[..]);
                        prop_assert_eq!(packet.descriptor, &payload(index, len % 90)[..]);
                    }
                }
            }
        }
    }
}
