//! One encoding a publisher sends: its ring, its health, and who listens.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::capture::CaptureMap;
use super::inner::{InnerLayers, Rung};
use super::nack::NackList;
use super::reception::{Reception, ReceptionSummary};
use super::ring::{Refused, Ring, Shape};
use super::{Ntp, Packet, PacketMeta, PublisherClock};
use crate::bandwidth::RateMeter;
use crate::egress::OutletKey;
use crate::room::ParticipantKey;
use crate::wire::{
    Av1Frame, RedHeader, RtpHeader, Structure, Vp8Descriptor, Vp9Descriptor, keyframe_size, layer_sizes,
    starts_keyframe,
};
use crate::{Codec, MediaKind, Source, WallClock};

/// Ring sizes at most: two seconds of a 2.4 Mbit/s camera (250 packets/s), and two and a half of 20 ms audio packets.
const VIDEO_RING: (usize, usize) = (512, 640 * 1024);
const AUDIO_RING: (usize, usize) = (128, 48 * 1024);
/// Keyframe requests for one layer are at least this far apart (product decision: an encoder must not be driven to keyframes only).
const KEYFRAME_REQUEST_GAP: Duration = Duration::from_millis(500);
/// Even where the one before may be lost: all viewers of a track may come back at once.
const JUST_REQUESTED: Duration = Duration::from_millis(100);
/// A newcomer's picture begins with a keyframe no older than this, from the ring: what came since goes out in one burst, and must neither flood
/// the newcomer nor take the decoder long to catch up with.
const REPLAYABLE: (Duration, u64) = (Duration::from_millis(500), 128);
/// A layer silent for this long is not sent any more: browsers pause upper layers when bandwidth is short.
const ALIVE: Duration = Duration::from_secs(2);

/// An encoding, from its first packet to its last.
pub(crate) struct Track {
    pub(crate) publisher: ParticipantKey,
    pub(crate) source: Source,
    pub(crate) kind: MediaKind,
    /// 0 is the lowest.
    pub(crate) layer: usize,
    /// Known once media, not only retransmission, has come.
    pub(crate) ssrc: Option<u32>,
    pub(crate) ring: Ring,
    pub(crate) nacks: NackList,
    /// Outlets that play this track or wait for its keyframe.
    pub(crate) listeners: Vec<OutletKey>,
    /// Packets that came since the last fan-out.
    pub(crate) fresh: Vec<u64>,
    /// Picture size of the last keyframe, where the codec tells it in the clear.
    pub(crate) size: Option<(u16, u16)>,
    /// What it takes of a subscriber's link.
    pub(crate) rate: RateMeter,
    /// The layers inside of it, where its codec tells them.
    inner: Option<Box<InnerLayers>>,
    /// Of an AV1 stream with dependency descriptors.
    structure: Option<Box<Structure>>,
    reception: Reception,
    map: Option<(CaptureMap, Instant)>,
    last: Option<(Instant, u32)>,
    /// First packet of the newest keyframe: its index and timestamp, and when it came.
    keyframe: Option<(u64, u32, Instant)>,
    keyframe_requested: Option<Instant>,
    keyframe_wanted: bool,
}

/// What became of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arrival {
    /// It waits to be forwarded; so many packets before it are newly missing.
    Fresh { gap: u64 },
    /// Already here, or too late.
    Stale,
    /// It carried nothing.
    Padding,
}

/// A packet as it left decryption.
pub(crate) struct Incoming<'p> {
    pub(crate) index: u64,
    pub(crate) header: &'p RtpHeader,
    pub(crate) codec: Codec,
    pub(crate) payload: &'p [u8],
    pub(crate) audio_level: Option<u8>,
    /// The dependency descriptor; empty without.
    pub(crate) descriptor: &'p [u8],
}

impl Track {
    pub(crate) fn new(publisher: ParticipantKey, source: Source, kind: MediaKind, layer: usize) -> Self {
        let (entries, bytes) = match kind {
            MediaKind::Audio => AUDIO_RING,
            MediaKind::Video => VIDEO_RING,
        };
        Self {
            publisher,
            source,
            kind,
            layer,
            ssrc: None,
            ring: Ring::new(entries, bytes),
            nacks: NackList::default(),
            listeners: Vec::new(),
            fresh: Vec::with_capacity(64),
            size: None,
            rate: RateMeter::default(),
            inner: None,
            structure: None,
            reception: Reception::default(),
            map: None,
            last: None,
            keyframe: None,
            keyframe_requested: None,
            keyframe_wanted: false,
        }
    }

    /// Pads fresh packets that are one byte shorter than the longest by that byte. libwebrtc splits a frame into packets one byte apart, and
    /// only equal ones leave as one GSO run: without this a frame takes two or three runs a subscriber. To be called before any is sent.
    pub(crate) fn level(&mut self) {
        if self.kind == MediaKind::Audio || self.fresh.len() < 2 {
            return;
        }
        let len = |index: &u64| self.ring.get(*index).map_or(0, |packet| packet.payload.len());
        let longest = self.fresh.iter().map(len).max().unwrap_or_default();
        for at in 0..self.fresh.len() {
            let Some(index) = self.fresh.get(at).copied() else { continue };
            if self.ring.get(index).is_some_and(|packet| packet.payload.len() + 1 == longest) {
                self.ring.pad(index);
            }
        }
    }

    /// Takes a packet of the media SSRC.
    pub(crate) fn receive(&mut self, now: Instant, clock: WallClock, packet: &Incoming<'_>) -> Arrival {
        self.ssrc = Some(packet.header.ssrc);
        let since_epoch = now.saturating_duration_since(clock.at);
        self.reception.record(packet.index, packet.header.timestamp, since_epoch, packet.codec.clock_rate());
        let newest = self.ring.newest();
        let gap = match self.kind {
            MediaKind::Video => self.nacks.record(now, newest, packet.index),
            MediaKind::Audio => newest.map_or(0, |newest| packet.index.saturating_sub(newest + 1)),
        };
        if packet.payload.is_empty() {
            return Arrival::Padding;
        }
        match self.store(now, packet) {
            Ok(()) => Arrival::Fresh { gap },
            Err(Refused::Duplicate | Refused::OutOfReach) => Arrival::Stale,
        }
    }

    /// Takes a packet of the RTX SSRC; `payload` begins with the original sequence number (RFC 4588 §4).
    pub(crate) fn receive_rtx(&mut self, now: Instant, packet: &Incoming<'_>) -> Arrival {
        let Some(([s0, s1], payload)) = packet.payload.split_first_chunk() else { return Arrival::Padding };
        // Nothing of the stream is known before its first media packet; a repair then has no index to stand at.
        let Some(newest) = self.ring.newest().filter(|_| !payload.is_empty()) else { return Arrival::Padding };
        let behind = (newest as u16).wrapping_sub(u16::from_be_bytes([*s0, *s1]));
        let Some(index) = newest.checked_sub(u64::from(behind)) else { return Arrival::Stale };
        self.nacks.record(now, Some(newest), index);
        match self.store(now, &Incoming { index, payload, ..*packet }) {
            Ok(()) => Arrival::Fresh { gap: 0 },
            Err(Refused::Duplicate | Refused::OutOfReach) => Arrival::Stale,
        }
    }

    fn store(&mut self, now: Instant, packet: &Incoming<'_>) -> Result<(), Refused> {
        let Incoming { index, header, codec, payload, audio_level, descriptor } = *packet;
        let starts_keyframe = starts_keyframe(codec, payload);
        let shape = match codec {
            Codec::Vp8 => Vp8Descriptor::parse(payload).map_or(Shape::Opaque, Shape::Vp8),
            Codec::Vp9 => Vp9Descriptor::parse(payload).map_or(Shape::Opaque, Shape::Vp9),
            Codec::Av1 if !descriptor.is_empty() => {
                let structure = self.structure.get_or_insert_default();
                // One that no known structure explains may be of any layer: it is forwarded to nobody.
                Shape::Av1(structure.read(descriptor).unwrap_or(Av1Frame::UNKNOWN))
            }
            Codec::Red => RedHeader::parse(payload).map_or(Shape::Opaque, Shape::Red),
            _ => Shape::Opaque,
        };
        if starts_keyframe {
            self.keyframe_wanted = false;
            if let Shape::Vp8(descriptor) = shape {
                self.size = keyframe_size(payload, descriptor).or(self.size);
            }
        }
        let (timestamp, marker) = (header.timestamp, header.marker);
        let meta = PacketMeta {
            index,
            timestamp,
            marker,
            codec,
            starts_keyframe,
            shape,
            audio_level,
            is_padded: false,
            arrived: now,
        };
        self.ring.insert(meta, payload, descriptor)?;
        // Several packets of one keyframe may say that they begin it: an SPS, then the picture.
        let is_newer = self.keyframe.is_none_or(|(known, at, _)| known < index && at != timestamp);
        if starts_keyframe && self.kind == MediaKind::Video && is_newer {
            self.keyframe = Some((index, timestamp, now));
        }
        self.rate.take(now, payload.len());
        if let Some(layers) = shape.layers() {
            let inner = self.inner.get_or_insert_default();
            inner.take(now, layers, payload.len());
            if let Shape::Vp9(descriptor) = shape
                && let Some(sizes) = layer_sizes(payload, &descriptor)
            {
                inner.set_sizes(sizes);
            }
            if let Some(structure) = self.structure.as_ref().filter(|_| starts_keyframe) {
                inner.set_sizes(structure.sizes());
            }
        }
        self.last = Some((now, timestamp));
        self.fresh.push(index);
        Ok(())
    }

    pub(crate) fn packet(&self, index: u64) -> Option<Packet<'_>> {
        self.ring.get(index)
    }

    /// Takes in the publisher's sender report for this track.
    pub(crate) fn record_sender_report(&mut self, now: Instant, ntp: u64, timestamp: u32) {
        self.reception.record_sender_report(now, ntp);
        self.map = Some((CaptureMap { ntp: Ntp::from_wire(ntp), timestamp }, now));
    }

    pub(crate) fn report(&mut self, now: Instant) -> Option<(u32, ReceptionSummary)> {
        Some((self.ssrc?, self.reception.report(now)?))
    }

    /// When media with `timestamp` was captured, on our clock: by the publisher's reports, before the first of them by arrivals.
    pub(crate) fn captured(
        &self,
        clock: WallClock,
        publisher: &PublisherClock,
        timestamp: u32,
        rate: u32,
    ) -> Option<Ntp> {
        let (arrived, newest) = self.last?;
        let reported = self.map.filter(|(_, at)| arrived.saturating_duration_since(*at) < CaptureMap::VALID);
        reported.and_then(|(map, _)| map.captured(publisher, timestamp, rate)).or_else(|| {
            let ticks = i64::from(timestamp.wrapping_sub(newest) as i32);
            Some(Ntp::at(clock, arrived).plus_ticks(ticks, rate))
        })
    }

    /// Timestamp of the newest packet.
    pub(crate) fn newest_timestamp(&self) -> Option<u32> {
        self.last.map(|(_, timestamp)| timestamp)
    }

    /// When its last packet came.
    pub(crate) fn heard(&self) -> Option<Instant> {
        self.last.map(|(at, _)| at)
    }

    pub(crate) fn is_alive(&self, now: Instant) -> bool {
        self.last.is_some_and(|(at, _)| now.saturating_duration_since(at) < ALIVE)
    }

    /// The choices among the layers inside of it; fewer than two where there is nothing to choose.
    pub(crate) fn rungs(&self) -> Vec<Rung> {
        self.inner.as_ref().map(|inner| inner.rungs()).unwrap_or_default()
    }

    /// The packets that go out again to show the newest picture to someone who joins: from its keyframe up to those that wait to be forwarded
    /// anyway. `None` when the keyframe is too old or too far back.
    pub(crate) fn replayable(&self, now: Instant) -> Option<Range<u64>> {
        let (age, count) = REPLAYABLE;
        let (first, ..) = self.keyframe.filter(|(.., at)| now.saturating_duration_since(*at) <= age)?;
        let end = self.fresh.iter().copied().min().or_else(|| Some(self.ring.newest()? + 1))?;
        (first < end && end - first <= count && self.ring.get(first).is_some()).then_some(first..end)
    }

    /// Whether a spatial layer flows above the one a subscriber is sent, and the last keyframe, which would have brought it, is long past.
    pub(crate) fn has_left_behind(&self, now: Instant, sent: u8, wanted: u8) -> bool {
        let highest = self.inner.as_ref().map_or(0, |inner| inner.highest(now));
        let is_past = self.keyframe.is_none_or(|(.., at)| now.saturating_duration_since(at) >= ALIVE);
        sent < wanted.min(highest) && is_past
    }

    /// Someone needs a keyframe.
    pub(crate) fn want_keyframe(&mut self) {
        self.keyframe_wanted = self.kind == MediaKind::Video;
    }

    /// One is wanted although one may have been asked for: what was lost with a network was the request, or its keyframe.
    pub(crate) fn want_keyframe_again(&mut self, now: Instant) {
        self.keyframe_requested =
            self.keyframe_requested.filter(|at| now.saturating_duration_since(*at) < JUST_REQUESTED);
        self.want_keyframe();
    }

    /// When a keyframe is to be requested, if one is wanted.
    pub(crate) fn keyframe_deadline(&self, now: Instant) -> Option<Instant> {
        (self.keyframe_wanted && self.ssrc.is_some())
            .then(|| self.keyframe_requested.map_or(now, |at| (at + KEYFRAME_REQUEST_GAP).max(now)))
    }

    /// The SSRC to send a PLI for, if it is time; the want stands until a keyframe comes.
    pub(crate) fn take_keyframe_request(&mut self, now: Instant) -> Option<u32> {
        self.keyframe_deadline(now).filter(|due| *due <= now)?;
        self.keyframe_requested = Some(now);
        self.ssrc
    }
}
