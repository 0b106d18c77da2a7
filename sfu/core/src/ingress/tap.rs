//! A second kind of consumer of tracks (recording): packets copied out, bounded, never slowing forwarding.

use std::collections::VecDeque;
use std::time::Instant;

use super::Packet;
use crate::{Codec, ParticipantId, Source};

/// Names a tap of a room.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TapId(pub u32);

/// What a tap hears of one packet. The payload is as the publisher sent it, decrypted.
#[derive(Clone, PartialEq, Debug)]
pub struct TappedPacket {
    pub participant: ParticipantId,
    pub source: Source,
    /// Simulcast layer, 0 the lowest.
    pub layer: u8,
    pub codec: Codec,
    /// ROC and sequence of the publisher's stream.
    pub index: u64,
    pub timestamp: u32,
    pub marker: bool,
    pub starts_keyframe: bool,
    pub arrived: Instant,
}

/// A bounded queue of packets. When full, new packets are dropped and counted: the recorder sees gaps by `index`.
#[derive(Debug)]
pub struct Tap {
    bytes: Box<[u8]>,
    start: usize,
    used: usize,
    packets: VecDeque<(TappedPacket, usize)>,
    dropped: u64,
}

impl Tap {
    /// Holds at most `capacity` bytes of payload.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            bytes: vec![0; capacity].into_boxed_slice(),
            start: 0,
            used: 0,
            packets: VecDeque::with_capacity(capacity / 512 + 16),
            dropped: 0,
        }
    }

    /// Copies a packet in; `false` when it was dropped.
    pub(crate) fn offer(&mut self, participant: ParticipantId, source: Source, layer: u8, packet: Packet<'_>) -> bool {
        let len = packet.payload.len();
        if self.used + len > self.bytes.len() || self.packets.len() == self.packets.capacity() {
            self.dropped += 1;
            return false;
        }
        let at = (self.start + self.used) % self.bytes.len().max(1);
        let (before, after) = packet.payload.split_at(len.min(self.bytes.len() - at));
        if let Some(place) = self.bytes.get_mut(at..at + before.len()) {
            place.copy_from_slice(before);
        }
        if let Some(place) = self.bytes.get_mut(..after.len()) {
            place.copy_from_slice(after);
        }
        self.used += len;
        let meta = packet.meta;
        let tapped = TappedPacket {
            participant,
            source,
            layer,
            codec: meta.codec,
            index: meta.index,
            timestamp: meta.timestamp,
            marker: meta.marker,
            starts_keyframe: meta.starts_keyframe,
            arrived: meta.arrived,
        };
        self.packets.push_back((tapped, len));
        true
    }

    /// Takes the oldest packet; its payload replaces what `payload` held.
    pub fn take(&mut self, payload: &mut Vec<u8>) -> Option<TappedPacket> {
        let (packet, len) = self.packets.pop_front()?;
        payload.clear();
        let first = len.min(self.bytes.len() - self.start);
        payload.extend_from_slice(self.bytes.get(self.start..self.start + first).unwrap_or_default());
        payload.extend_from_slice(self.bytes.get(..len - first).unwrap_or_default());
        self.start = (self.start + len) % self.bytes.len().max(1);
        self.used -= len;
        Some(packet)
    }

    /// Packets dropped because the tap was full.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}
