//! The plaintext ring of one track: each payload once, for forwarding, retransmission and taps alike.

use std::time::Instant;

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
}

/// Payloads lie back to back in `bytes`, overwritten in turn; entries are found by the low bits of the packet index. Both are allocated
/// once; pages never touched cost nothing.
pub(crate) struct Ring {
    bytes: Box<[u8]>,
    /// Bytes ever written, gaps at the end of the buffer included.
    written: u64,
    entries: Box<[Option<Entry>]>,
    newest: Option<u64>,
}

#[derive(Clone, Copy)]
struct Entry {
    meta: PacketMeta,
    /// Value of `written` where the payload begins.
    at: u64,
    len: u32,
}

/// Why a packet did not enter the ring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    /// Already there.
    Duplicate,
    /// Older than the ring reaches, or larger than it.
    OutOfReach,
}

impl Ring {
    /// `entries` is a power of two.
    pub(crate) fn new(entries: usize, bytes: usize) -> Self {
        debug_assert!(entries.is_power_of_two());
        Self {
            bytes: vec![0; bytes].into_boxed_slice(),
            written: 0,
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
        if self.newest.is_some_and(|newest| meta.index + reach <= newest) || payload.len() > self.bytes.len() {
            return Err(Refused::OutOfReach);
        }
        let slot = self.slot(meta.index);
        if self.entries.get(slot).is_some_and(|entry| entry.is_some_and(|entry| entry.meta.index == meta.index)) {
            return Err(Refused::Duplicate);
        }
        let capacity = self.bytes.len() as u64;
        let mut at = self.written;
        let room = capacity - at % capacity;
        if (payload.len() as u64) > room {
            at += room;
        }
        let start = (at % capacity) as usize;
        let place = self.bytes.get_mut(start..start + payload.len()).ok_or(Refused::OutOfReach)?;
        place.copy_from_slice(payload);
        self.written = at + payload.len() as u64;
        if let Some(entry) = self.entries.get_mut(slot) {
            *entry = Some(Entry { meta, at, len: payload.len() as u32 });
        }
        self.newest = self.newest.max(Some(meta.index));
        Ok(())
    }

    /// The packet, unless it never came or has been overwritten.
    pub(crate) fn get(&self, index: u64) -> Option<Packet<'_>> {
        let entry = self.entries.get(self.slot(index))?.as_ref().filter(|entry| entry.meta.index == index)?;
        let capacity = self.bytes.len() as u64;
        if entry.at + capacity < self.written {
            return None;
        }
        let start = (entry.at % capacity) as usize;
        Some(Packet { meta: &entry.meta, payload: self.bytes.get(start..start + entry.len as usize)? })
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
            arrived: Instant::now(),
        }
    }

    fn payload(index: u64, len: usize) -> Vec<u8> {
        (0..len).map(|at| (index as u8).wrapping_mul(31).wrapping_add(at as u8)).collect()
    }

    #[test]
    fn an_index_enters_once() {
        let mut ring = Ring::new(8, 1000);
        assert_eq!(ring.insert(meta(5), b"first"), Ok(()));
        assert_eq!(ring.insert(meta(5), b"other"), Err(Refused::Duplicate));
        assert_eq!(ring.get(5).map(|packet| packet.payload), Some(&b"first"[..]));
        for index in 6..14 {
            assert_eq!(ring.insert(meta(index), b"later"), Ok(()));
        }
        assert_eq!(ring.insert(meta(5), b"again"), Err(Refused::OutOfReach));
    }

    proptest! {
        #[test]
        fn what_the_ring_gives_is_what_entered(steps in prop::collection::vec((0u64..12, 0usize..120), 1..200)) {
            let mut ring = Ring::new(16, 512);
            let mut entered = std::collections::HashMap::new();
            let mut base = 0;
            for (step, len) in steps {
                let index = base + step;
                base += step / 3;
                if ring.insert(meta(index), &payload(index, len)).is_ok() {
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
