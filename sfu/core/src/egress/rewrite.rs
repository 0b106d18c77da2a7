//! How a source's numbers become a slot's: constant offsets from one switch to the next.
//!
//! What is sent for a packet is a pure function of its segment and the packet. That is what makes a repeat byte-exact, and with indices that
//! only rise from segment to segment no (SSRC, index) ever stands for two packets (DESIGN §4 rule 7).

use std::collections::VecDeque;

use crate::ingress::Shape;
use crate::ingress::{Packet, PacketMeta, Track};
use crate::slab::Key;

/// Segments remembered for retransmission: more switches than fit into the time a receiver still asks for.
const MAX_SEGMENTS: usize = 16;

/// A stretch of a slot's stream that comes from one track without a break.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Segment {
    pub(crate) track: Key<Track>,
    /// First index of the stretch in the source's numbering and in ours.
    pub(crate) source_start: u64,
    pub(crate) start: u64,
    pub(crate) timestamp_offset: u32,
    pub(crate) picture_id_offset: u16,
    pub(crate) tl0_offset: u8,
    /// Packets of it may be left out: numbers come from [`Thinning`](super::thinning::Thinning).
    pub(crate) is_layered: bool,
}

impl Segment {
    /// Our index for a source index; `None` for packets from before the stretch.
    pub(crate) fn index(&self, source: u64) -> Option<u64> {
        Some(self.start + source.checked_sub(self.source_start)?)
    }

    pub(crate) fn timestamp(&self, source: u32) -> u32 {
        source.wrapping_add(self.timestamp_offset)
    }
}

/// The numbering of one SSRC we send, over all its segments.
#[derive(Clone, Debug)]
pub(crate) struct Numbering {
    segments: VecDeque<Segment>,
    /// One past the highest index used.
    next: u64,
    /// Highest timestamp, picture id and TL0PICIDX sent.
    timestamp: u32,
    picture_id: u16,
    tl0: u8,
    started: bool,
}

impl Numbering {
    /// Starts at the given numbers. `sequence` must leave room below the first wrap (RFC 3711 §3.3.1 wants it below 2^15).
    pub(crate) fn new(sequence: u16, timestamp: u32, picture_id: u16) -> Self {
        Self {
            segments: VecDeque::with_capacity(MAX_SEGMENTS),
            next: u64::from(sequence & 0x7fff),
            timestamp,
            picture_id,
            tl0: 0,
            started: false,
        }
    }

    pub(crate) fn current(&self) -> Option<&Segment> {
        self.segments.back()
    }

    /// Begins a stretch with `first`. `timestamp` is what it should carry; one that would not move on from the last is raised.
    pub(crate) fn begin(&mut self, track: Key<Track>, first: &PacketMeta, timestamp: u32) -> Segment {
        let ahead = timestamp.wrapping_sub(self.timestamp) as i32;
        let timestamp = if !self.started {
            self.timestamp
        } else if ahead > 0 {
            timestamp
        } else {
            self.timestamp.wrapping_add(1)
        };
        let (picture_id, tl0) = first.shape.running_ids();
        let picture_id_offset = picture_id.map_or(0, |id| self.picture_id.wrapping_add(1).wrapping_sub(id));
        let tl0_offset = tl0.map_or(0, |value| self.tl0.wrapping_add(1).wrapping_sub(value));
        // What was left out of the stretch before is forgotten, and with it what its numbers stood for.
        if self.current().is_some_and(|segment| segment.is_layered) {
            self.forget();
        }
        let segment = Segment {
            track,
            source_start: first.index,
            start: self.next,
            timestamp_offset: timestamp.wrapping_sub(first.timestamp),
            picture_id_offset,
            tl0_offset,
            is_layered: first.shape.is_layered(),
        };
        if self.segments.len() == MAX_SEGMENTS {
            self.segments.pop_front();
        }
        self.segments.push_back(segment);
        self.started = true;
        segment
    }

    /// Notes that a packet of the current segment was sent.
    pub(crate) fn advance(&mut self, segment: &Segment, index: u64, meta: &PacketMeta) {
        if index < self.next {
            return;
        }
        self.next = index + 1;
        let timestamp = segment.timestamp(meta.timestamp);
        if timestamp.wrapping_sub(self.timestamp) as i32 > 0 {
            self.timestamp = timestamp;
        }
        let (picture_id, tl0) = meta.shape.running_ids();
        self.picture_id = picture_id.map_or(self.picture_id, |id| id.wrapping_add(segment.picture_id_offset));
        self.tl0 = tl0.map_or(self.tl0, |value| value.wrapping_add(segment.tl0_offset));
    }

    /// Which packet the receiver means by a sequence number of the recent past: its segment and source index.
    pub(crate) fn find(&self, sequence: u16) -> Option<(Segment, u64, u64)> {
        let newest = self.next.checked_sub(1)?;
        let behind = (newest as u16).wrapping_sub(sequence);
        let index = newest.checked_sub(u64::from(behind))?;
        let segment = self.segments.iter().rev().find(|segment| segment.start <= index)?;
        Some((*segment, segment.source_start + (index - segment.start), index))
    }

    /// How far a source index is beyond the last one sent of the current segment.
    pub(crate) fn jump(&self, index: u64) -> u64 {
        index.saturating_sub(self.next)
    }

    /// Forgets what could be repeated: packets would no longer come out the same.
    pub(crate) fn forget(&mut self) {
        self.segments.clear();
    }
}

/// P (RFC 3550 §5.1).
const PADDING_BIT: u8 = 0x20;

/// The bytes of a payload as one subscriber gets them: `prefix_len` bytes from `payload` to be rewritten, the rest shared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit<'p> {
    /// With its padding.
    pub(crate) payload: &'p [u8],
    pub(crate) prefix_len: usize,
    pub(crate) padding_len: usize,
    /// The dependency descriptor to go with it; empty without.
    pub(crate) descriptor: &'p [u8],
}

impl<'p> Edit<'p> {
    /// How the packet goes to a subscriber that takes its codec as it is.
    pub(crate) fn keep(packet: &Packet<'p>) -> Self {
        let prefix_len = match packet.meta.shape {
            Shape::Vp8(descriptor) if descriptor.picture_id.is_some() || descriptor.tl0.is_some() => {
                usize::from(descriptor.len)
            }
            Shape::Vp9(descriptor) => usize::from(descriptor.len),
            Shape::Red(red) => red.len,
            _ => 0,
        };
        let payload = if packet.meta.is_padded { packet.padded } else { packet.payload };
        let padding_len = payload.len() - packet.payload.len();
        Self { payload, prefix_len, padding_len, descriptor: packet.descriptor }
    }

    /// A number without a payload: browsers take such packets as kept alive.
    pub(crate) fn blank() -> Self {
        Self { payload: &[], prefix_len: 0, padding_len: 0, descriptor: &[] }
    }

    /// The primary block of a RED packet, for a subscriber without RED.
    pub(crate) fn primary(packet: &Packet<'p>) -> Option<Self> {
        let Shape::Red(red) = packet.meta.shape else { return None };
        Some(Self { payload: packet.payload.get(red.primary..)?, prefix_len: 0, padding_len: 0, descriptor: &[] })
    }

    /// Says so in the header when the payload ends in padding.
    pub(crate) fn mark_padding(&self, header: &mut [u8]) {
        if let Some(first) = header.first_mut().filter(|_| self.padding_len > 0) {
            *first |= PADDING_BIT;
        }
    }

    /// Writes the prefix at the front of `out`, rewritten for the segment.
    pub(crate) fn write_prefix(
        &self,
        out: &mut [u8],
        meta: &PacketMeta,
        segment: &Segment,
        inner_payload_type: u8,
    ) -> Option<()> {
        if self.prefix_len == 0 {
            return Some(());
        }
        let prefix = out.get_mut(..self.prefix_len)?;
        prefix.copy_from_slice(self.payload.get(..self.prefix_len)?);
        match meta.shape {
            Shape::Vp8(descriptor) => descriptor.rewrite(prefix, segment.picture_id_offset, segment.tl0_offset),
            Shape::Vp9(descriptor) => descriptor.rewrite(prefix, segment.picture_id_offset, segment.tl0_offset),
            Shape::Red(red) => red.rewrite(prefix, inner_payload_type),
            Shape::Opaque | Shape::Av1(_) => {}
        }
        Some(())
    }

    pub(crate) fn rest(&self) -> &'p [u8] {
        self.payload.get(self.prefix_len..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;
    use crate::Codec;
    use crate::slab::Slab;

    fn packet(index: u64) -> PacketMeta {
        PacketMeta {
            index,
            timestamp: (index as u32).wrapping_mul(3_000),
            marker: true,
            codec: Codec::Vp8,
            starts_keyframe: true,
            shape: Shape::Opaque,
            audio_level: None,
            is_padded: false,
            arrived: Instant::now(),
        }
    }

    proptest! {
        /// Whatever a source loses, reorders or restarts, and however often the slot changes its source: an index stands for one packet, and a
        /// sequence number of the recent past leads back to it, across every wrap.
        #[test]
        fn an_index_stands_for_one_packet_and_leads_back_to_it(
            start in prop_oneof![Just(0_u16), Just(32_767), any::<u16>()],
            steps in prop::collection::vec((prop_oneof![20 => Just(false), 1 => Just(true)], -40_i64..60, prop_oneof![Just(65_530_u64), 0..200_000_u64]), 1..400),
        ) {
            let mut keys = Slab::<Track>::new();
            let mut numbering = Numbering::new(start, 1, 1);
            let (mut sent, mut source) = (Vec::new(), 0_u64);
            let mut track = Key::dangling();
            let mut timestamp = None;
            for (switches, ahead, restart) in steps {
                let segment = if switches || sent.is_empty() {
                    track = keys.insert(Track::new(Key::dangling(), crate::Source::Camera, crate::MediaKind::Video, sent.len()));
                    source = restart + 100;
                    numbering.begin(track, &packet(source), 0)
                } else {
                    *numbering.current().expect("a segment was begun")
                };
                let wanted = if switches || timestamp.is_none() { source } else { source.saturating_add_signed(ahead) };
                let Some(index) = segment.index(wanted) else { continue };
                // The ring lets each packet through once.
                if sent.iter().any(|(_, known, at)| (*known, *at) == (track, wanted)) {
                    continue;
                }
                source = source.max(wanted);
                prop_assert!(sent.iter().all(|(known, ..)| *known != index), "index {index} stands for two packets");
                sent.push((index, track, wanted));
                numbering.advance(&segment, index, &packet(wanted));
                let now = segment.timestamp(packet(wanted).timestamp);
                timestamp = Some(now);
                let newest = sent.iter().map(|(index, ..)| *index).max().expect("one was sent");
                for (index, track, wanted) in sent.iter().rev().take(100).filter(|(index, ..)| newest - index < 1 << 15) {
                    if let Some((segment, found, at)) = numbering.find(*index as u16) {
                        prop_assert_eq!((segment.track, found, at), (*track, *wanted, *index));
                    }
                }
            }
        }
    }
}
