//! One SSRC we send: half of a slot. Plays one track at a time and changes it without a jump.

use std::time::{Duration, Instant};

use super::link::{Link, Sent, TransportNumber};
use super::rewrite::{Edit, Numbering, Segment};
use super::selection::{Frame, Selection, Verdict};
use super::thinning::{Fate, Thinning};
use crate::ingress::{Ntp, Packet, Track};
use crate::slab::Key;
use crate::srtp::Sealable;
use crate::wire::{ExtensionWriter, Layers, renumber, write_header};
use crate::{Codec, MediaKind, PayloadMapping, ReceivePlan, SendBatch, Ssrc};

pub(crate) type OutletKey = Key<Outlet>;

/// A gap wider than any network reorders or loses is a source that restarted its numbers.
const MAX_JUMP: u64 = 3_000;
/// MID is sent in the first packets only: the SSRC is declared in the answer, this helps clients that learn it from packets (RFC 8843 §9.2).
const MID_PACKETS: u64 = 50;
/// Retransmissions of one outlet in a window: more would only feed the congestion that lost them.
const RESENDS: (u32, Duration) = (200, Duration::from_millis(200));

/// The longest a picture can be made to wait, in units of 10 ms: twelve bits.
const MAX_WAIT: u16 = 0xfff;

/// The most padding a packet can have: its last byte says how much there is (RFC 3550 §5.1), and the header's bit that there is some.
const PADDING: [u8; 255] = {
    let mut padding = [0; 255];
    padding[254] = 255;
    padding
};
const HAS_PADDING: u8 = 0x20;
/// A dependency descriptor of 255 bytes, which is what a keyframe's structure may take, and what else there is.
const MAX_EXTENSION: usize = 320;

pub(crate) struct Outlet {
    /// The connection it belongs to.
    pub(crate) link: Key<Link>,
    pub(crate) kind: MediaKind,
    pub(crate) plan: ReceivePlan,
    /// The track being played.
    pub(crate) playing: Option<Key<Track>>,
    /// The track to play from its next keyframe on.
    pub(crate) next: Option<Key<Track>>,
    pub(crate) packets: u32,
    pub(crate) octets: u32,
    /// The layers to send of a stream that carries several.
    pub(crate) wanted: Layers,
    /// What is sent of such a stream while one plays.
    layered: Option<Box<Layered>>,
    numbering: Numbering,
    first_index: u64,
    /// What the last sender report said, or at first what the first packet implied: the line between our clock and our timestamps.
    line: Option<(Ntp, u32)>,
    rtx_index: u64,
    resends: (Instant, u32),
    reported_lost: u32,
    /// How long a picture is to wait at least before it is shown, in units of 10 ms; `None` while it never had to.
    wait: Option<u16>,
}

/// What a header says besides its extensions.
struct Head {
    marker: bool,
    payload_type: u8,
    index: u64,
    timestamp: u32,
    ssrc: u32,
}

/// Of the current segment, when its stream has layers.
struct Layered {
    selection: Selection,
    thinning: Thinning,
}

/// What forwarding one packet to one outlet came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    Sent(usize),
    /// As `Sent`, and the outlet has just changed to this track; it no longer listens to the one named, if any.
    Switched(usize, Option<Key<Track>>),
    /// Not for this outlet now.
    Skipped,
    /// The batch is full: try again with an empty one.
    Full,
}

/// Numbers an outlet starts from, drawn by the shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) sequence: u16,
    pub(crate) rtx_sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) picture_id: u16,
}

impl Outlet {
    pub(crate) fn new(now: Instant, link: Key<Link>, kind: MediaKind, plan: ReceivePlan, start: Start) -> Self {
        Self {
            link,
            kind,
            plan,
            playing: None,
            next: None,
            packets: 0,
            octets: 0,
            wanted: Layers::ALL,
            layered: None,
            numbering: Numbering::new(start.sequence, start.timestamp, start.picture_id),
            first_index: u64::from(start.sequence & 0x7fff),
            line: None,
            rtx_index: u64::from(start.rtx_sequence & 0x7fff),
            resends: (now, 0),
            reported_lost: 0,
            wait: None,
        }
    }

    /// Takes the receive half as renegotiated; the numbers run on. What was sent before can no longer be repeated exactly.
    pub(crate) fn renegotiate(&mut self, plan: ReceivePlan) {
        if self.plan != plan {
            self.plan = plan;
            self.numbering.forget();
            self.next = self.playing.take().or(self.next);
        }
    }

    /// Has pictures wait so many milliseconds at least before they are shown.
    pub(crate) fn wait(&mut self, ms: u16) {
        if ms > 0 || self.wait.is_some() {
            self.wait = Some((ms / 10).min(MAX_WAIT));
        }
    }

    pub(crate) fn listens_to(&self, track: Key<Track>) -> bool {
        self.playing == Some(track) || self.next == Some(track)
    }

    /// The layers of `track` it is sent, where the track has several and plays.
    pub(crate) fn layers_of(&self, track: Key<Track>) -> Option<Layers> {
        let playing = self.numbering.current().filter(|segment| segment.is_layered && segment.track == track);
        playing.and(self.layered.as_ref()).map(|layered| layered.selection.now())
    }

    /// Sends a packet of `track` on, if it is the one played, or its keyframe has been waited for.
    pub(crate) fn forward(
        &mut self,
        link: &mut Link,
        batch: &mut SendBatch,
        track: Key<Track>,
        packet: Packet<'_>,
        captured: impl FnOnce() -> Option<Ntp>,
    ) -> Outcome {
        let begins = self.next == Some(track) && packet.meta.starts_keyframe;
        if !link.passes(self.kind) || !(begins || self.playing == Some(track)) {
            return Outcome::Skipped;
        }
        let Some((payload_type, mut edit)) = self.shape(&packet) else { return Outcome::Skipped };
        let is_layered = packet.meta.shape.is_layered();
        let current = self.numbering.current().copied();
        let current = current.filter(|it| !begins && it.track == track && it.is_layered == is_layered);
        let known = match current.map(|segment| (segment, self.index(&segment, packet.meta.index))) {
            Some((_, None)) => return Outcome::Skipped,
            Some((segment, Some(index))) if self.numbering.jump(index) < MAX_JUMP => Some((segment, index)),
            _ => None,
        };
        // Decided on a copy: if the batch is full, nothing has happened yet.
        let mut marker = packet.meta.marker;
        let chosen = match self.select(&packet, known.is_some()) {
            None => None,
            Some((selection, Fate::Sent(marked))) => {
                marker = marked;
                Some((selection, Fate::Sent(marked)))
            }
            Some((selection, Fate::Blank)) => {
                (edit, marker) = (Edit::blank(), false);
                Some((selection, Fate::Blank))
            }
            Some((selection, Fate::Gone)) => {
                if let Some(layered) = self.layered.as_mut().filter(|_| known.is_some()) {
                    layered.selection = selection;
                    layered.thinning.note(packet.meta.index, Fate::Gone);
                }
                return Outcome::Skipped;
            }
        };
        let (mut numbering, mut line) = (None, self.line);
        let (segment, index) = match known {
            Some(known) => known,
            None => {
                let mut ahead = self.numbering.clone();
                let captured = captured();
                let timestamp = self.continued_timestamp(captured);
                let segment = ahead.begin(track, packet.meta, timestamp);
                line = captured.map(|captured| (captured, segment.timestamp(packet.meta.timestamp)));
                numbering = Some(ahead);
                (segment, segment.start)
            }
        };
        let place = index - self.first_index;
        let timestamp = segment.timestamp(packet.meta.timestamp);
        let head = Head { marker, payload_type, index, timestamp, ssrc: self.plan.ssrc.0 };
        let sealed = link.send(batch, edit.payload.len() + edit.descriptor.len(), |out, number| {
            let header_len = self.write_head(out, &head, place, &packet, &edit, &segment, number)?;
            edit.write_prefix(out.get_mut(header_len..)?, packet.meta, &segment, self.inner_payload_type())?;
            Some(Sealable { ssrc: head.ssrc, index, header_len, prefix_len: edit.prefix_len, rest: edit.rest() })
        });
        let bytes = match sealed {
            Sent::Bytes(bytes) => bytes,
            Sent::Full => return Outcome::Full,
            Sent::No => return Outcome::Skipped,
        };
        if let Some((selection, fate)) = chosen {
            self.remember(&segment, selection, packet.meta.index, fate);
        }
        if let Some(ahead) = numbering {
            self.numbering = ahead;
            self.line = line;
        }
        self.numbering.advance(&segment, index, packet.meta);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add((edit.payload.len() - edit.padding_len) as u32);
        if begins {
            self.next = None;
            return Outcome::Switched(bytes, self.playing.replace(track).filter(|old| *old != track));
        }
        Outcome::Sent(bytes)
    }

    /// Whether what went out under this number belongs to what plays now, and not to a layer that was left since.
    pub(crate) fn still_plays(&self, sequence: u16) -> bool {
        self.numbering.find(sequence).is_some_and(|(segment, ..)| self.playing == Some(segment.track))
    }

    /// Answers a NACK: by RTX where negotiated (RFC 4588), else by the same bytes again. `None` when nothing is to be sent.
    pub(crate) fn resend<'t>(
        &mut self,
        now: Instant,
        link: &mut Link,
        batch: &mut SendBatch,
        sequence: u16,
        track: impl FnOnce(Key<Track>) -> Option<&'t Track>,
    ) -> Option<usize> {
        if !link.passes(self.kind) || !self.may_resend(now) {
            return None;
        }
        let (segment, mut source_index, index) = self.numbering.find(sequence)?;
        let mut fate = None;
        if segment.is_layered {
            let thinning = &self.layered.as_ref()?.thinning;
            source_index = thinning.source(&segment, index)?;
            fate = thinning.fate(source_index);
        }
        let packet = track(segment.track)?.packet(source_index)?;
        let (payload_type, mut edit) = self.shape(&packet)?;
        let marker = match fate {
            Some(Fate::Sent(marker)) => marker,
            Some(Fate::Blank | Fate::Gone) => {
                edit = Edit::blank();
                false
            }
            None => packet.meta.marker,
        };
        let timestamp = segment.timestamp(packet.meta.timestamp);
        let rtx = self.plan.rtx_ssrc.zip(self.mapping(packet.meta.codec).and_then(|mapping| mapping.rtx));
        // The same bytes again would carry the same transport-wide number, which is another packet's meanwhile.
        if rtx.is_none() && self.plan.extensions.transport_cc.is_some() {
            return None;
        }
        let rtx_index = self.rtx_index;
        let sent = link.send(batch, edit.payload.len() + edit.descriptor.len(), |out, number| match rtx {
            Some((Ssrc(ssrc), payload_type)) => {
                let head = Head { marker, payload_type, index: rtx_index, timestamp, ssrc };
                let header_len = self.write_head(out, &head, MID_PACKETS, &packet, &edit, &segment, number)?;
                let (original, front) = out.get_mut(header_len..)?.split_first_chunk_mut()?;
                *original = sequence.to_be_bytes();
                edit.write_prefix(front, packet.meta, &segment, self.inner_payload_type())?;
                Some(Sealable {
                    ssrc,
                    index: rtx_index,
                    header_len,
                    prefix_len: 2 + edit.prefix_len,
                    rest: edit.rest(),
                })
            }
            None => {
                let head = Head { marker, payload_type, index, timestamp, ssrc: self.plan.ssrc.0 };
                let place = index - self.first_index;
                let header_len = self.write_head(out, &head, place, &packet, &edit, &segment, number)?;
                edit.write_prefix(out.get_mut(header_len..)?, packet.meta, &segment, self.inner_payload_type())?;
                Some(Sealable { ssrc: head.ssrc, index, header_len, prefix_len: edit.prefix_len, rest: edit.rest() })
            }
        });
        let Sent::Bytes(bytes) = sent else { return None };
        self.rtx_index += u64::from(rtx.is_some());
        self.resends.1 += 1;
        Some(bytes)
    }

    /// Sends a packet of nothing but padding, under the retransmission SSRC, where numbers are free (RFC 4588 §4; RFC 3550 §5.1). `None` where
    /// RTX was not negotiated or nothing can be sent.
    pub(crate) fn pad(&mut self, link: &mut Link, batch: &mut SendBatch) -> Option<usize> {
        let Ssrc(ssrc) = self.plan.rtx_ssrc.filter(|_| link.passes(self.kind))?;
        let payload_type = self.plan.payloads.iter().find_map(|mapping| mapping.rtx)?;
        let index = self.rtx_index;
        let sent = link.send(batch, PADDING.len(), |out, number| {
            let writer = ExtensionWriter::<48>::for_ids(self.extension_ids());
            let mut extension = self.extension(writer, MID_PACKETS, None, number);
            let header_len = write_header(out, false, payload_type, index, 0, ssrc, extension.finish())?;
            *out.first_mut()? |= HAS_PADDING;
            Some(Sealable { ssrc, index, header_len, prefix_len: 0, rest: &PADDING })
        });
        let Sent::Bytes(bytes) = sent else { return None };
        self.rtx_index += 1;
        Some(bytes)
    }

    /// Whether [`pad`](Self::pad) can send anything.
    pub(crate) fn is_paddable(&self) -> bool {
        let has_rtx = self.plan.rtx_ssrc.is_some() && self.plan.payloads.iter().any(|mapping| mapping.rtx.is_some());
        has_rtx && self.plan.extensions.transport_cc.is_some()
    }

    /// The pair a sender report states now: our clock and this stream's timestamp at the same moment. `None` when nothing plays.
    pub(crate) fn report(
        &mut self,
        now: Ntp,
        track: Key<Track>,
        captured_now: impl FnOnce(u32) -> Option<(Ntp, u32)>,
    ) -> Option<(Ntp, u32)> {
        let segment =
            self.numbering.current().filter(|segment| segment.track == track && self.playing == Some(track))?;
        let rate = self.clock_rate();
        let (captured, source_timestamp) = captured_now(rate)?;
        let ahead = now.ticks_since(captured, rate);
        let timestamp = segment.timestamp(source_timestamp).wrapping_add(ahead as u32);
        self.line = Some((now, timestamp));
        self.line
    }

    /// Takes the receiver's count of lost packets, cumulative and 24 bits signed; returns how many are new.
    pub(crate) fn record_lost(&mut self, total: u32) -> u32 {
        let total = if total < 0x80_0000 { total } else { 0 };
        let fresh = total.saturating_sub(self.reported_lost);
        self.reported_lost += fresh;
        fresh
    }

    /// The timestamp for media captured then, on the line of what went before, whatever its source was.
    fn continued_timestamp(&self, captured: Option<Ntp>) -> u32 {
        let Some(((at, timestamp), captured)) = self.line.zip(captured) else { return 0 };
        timestamp.wrapping_add(captured.ticks_since(at, self.clock_rate()) as u32)
    }

    pub(crate) fn clock_rate(&self) -> u32 {
        match self.kind {
            MediaKind::Audio => Codec::Opus.clock_rate(),
            MediaKind::Video => Codec::Vp8.clock_rate(),
        }
    }

    /// Our index for a source index of a segment.
    fn index(&self, segment: &Segment, source: u64) -> Option<u64> {
        if !segment.is_layered {
            return segment.index(source);
        }
        self.layered.as_ref()?.thinning.index(segment, source)
    }

    /// What is to become of a packet of a stream with layers, and the selection after it; `None` for other streams.
    fn select(&self, packet: &Packet<'_>, is_known: bool) -> Option<(Selection, Fate)> {
        let frame = Frame::of(&packet.meta.shape)?;
        let layered = self.layered.as_ref().filter(|_| is_known);
        let begin = || (Selection::new(self.wanted, packet.meta), packet.meta.index);
        let (mut selection, next) = layered.map_or_else(begin, |it| (it.selection, it.thinning.next()));
        let fate = match selection.judge(self.wanted, next, packet.meta, &frame) {
            Verdict::Send { marker } => Fate::Sent(marker),
            Verdict::Drop if packet.meta.index < next => Fate::Blank,
            Verdict::Drop => Fate::Gone,
        };
        Some((selection, fate))
    }

    /// Keeps what [`select`](Self::select) decided, once the packet is in the batch.
    fn remember(&mut self, segment: &Segment, selection: Selection, source: u64, fate: Fate) {
        let goes_on = self.numbering.current() == Some(segment);
        match self.layered.as_mut() {
            Some(layered) => {
                layered.selection = selection;
                if !goes_on {
                    layered.thinning = Thinning::new(source);
                }
                layered.thinning.note(source, fate);
            }
            None => {
                let mut thinning = Thinning::new(source);
                thinning.note(source, fate);
                self.layered = Some(Box::new(Layered { selection, thinning }));
            }
        }
    }

    fn mapping(&self, codec: Codec) -> Option<&PayloadMapping> {
        self.plan.payloads.iter().find(|mapping| mapping.codec == codec)
    }

    /// Payload type and edit for this subscriber; `None` when it does not take the codec.
    fn shape<'p>(&self, packet: &Packet<'p>) -> Option<(u8, Edit<'p>)> {
        match self.mapping(packet.meta.codec) {
            Some(mapping) => Some((mapping.payload_type, Edit::keep(packet))),
            None => Some((self.mapping(Codec::Opus)?.payload_type, Edit::primary(packet)?)),
        }
    }

    fn inner_payload_type(&self) -> u8 {
        self.mapping(Codec::Opus).map_or(0, |mapping| mapping.payload_type)
    }

    /// Writes the header with its extensions. `place` counts packets from the SSRC's first, so that a repeat carries what the original did.
    #[expect(clippy::too_many_arguments, reason = "one packet's parts")]
    #[inline]
    fn write_head(
        &self,
        out: &mut [u8],
        head: &Head,
        place: u64,
        packet: &Packet<'_>,
        edit: &Edit<'_>,
        segment: &Segment,
        number: &mut TransportNumber,
    ) -> Option<usize> {
        let Head { marker, payload_type, index, timestamp, ssrc } = *head;
        let level = packet.meta.audio_level;
        let mut write = |extension: &[u8]| write_header(out, marker, payload_type, index, timestamp, ssrc, extension);
        let len = match self.plan.extensions.dependency_descriptor.filter(|_| !edit.descriptor.is_empty()) {
            None => {
                let writer = ExtensionWriter::<48>::for_ids(self.extension_ids());
                write(self.extension(writer, place, level, number).finish())?
            }
            Some(id) => {
                let ids = self.extension_ids().chain([id]);
                let is_short = edit.descriptor.len() <= 16;
                let writer = if is_short { ExtensionWriter::for_ids(ids) } else { ExtensionWriter::two_byte() };
                let mut writer: ExtensionWriter<MAX_EXTENSION> = self.extension(writer, place, level, number);
                let mut descriptor = [0; u8::MAX as usize];
                let descriptor = descriptor.get_mut(..edit.descriptor.len())?;
                descriptor.copy_from_slice(edit.descriptor);
                renumber(descriptor, segment.picture_id_offset);
                writer.push(id, descriptor);
                write(writer.finish())?
            }
        };
        edit.mark_padding(out);
        Some(len)
    }

    /// How long a picture is to wait. Where packets may be repeated byte by byte, which transport-wide numbers rule out, nothing may come and go.
    fn playout_delay(&self) -> Option<(u8, u16)> {
        let ids = &self.plan.extensions;
        ids.playout_delay.zip(self.wait).filter(|_| ids.transport_cc.is_some())
    }

    /// Of what every packet may carry.
    fn extension_ids(&self) -> impl Iterator<Item = u8> + use<> {
        let ids = &self.plan.extensions;
        let known = ids.mid.into_iter().chain(ids.audio_level).chain(ids.transport_cc);
        known.chain(self.playout_delay().map(|(id, _)| id))
    }

    /// Adds what every packet may carry.
    fn extension<const CAPACITY: usize>(
        &self,
        mut writer: ExtensionWriter<CAPACITY>,
        place: u64,
        audio_level: Option<u8>,
        number: &mut TransportNumber,
    ) -> ExtensionWriter<CAPACITY> {
        let ids = &self.plan.extensions;
        if let Some(id) = ids.mid.filter(|_| place < MID_PACKETS) {
            writer.push(id, self.plan.mid.0.as_bytes());
        }
        if let Some((id, level)) = ids.audio_level.zip(audio_level) {
            writer.push(id, &[level]);
        }
        if let Some(id) = ids.transport_cc {
            writer.push(id, &number.take().to_be_bytes());
        }
        if let Some((id, wait)) = self.playout_delay() {
            let [_, a, b, c] = (u32::from(wait) << 12 | u32::from(MAX_WAIT)).to_be_bytes();
            writer.push(id, &[a, b, c]);
        }
        writer
    }

    fn may_resend(&mut self, now: Instant) -> bool {
        let (limit, window) = RESENDS;
        if now.saturating_duration_since(self.resends.0) >= window {
            self.resends = (now, 0);
        }
        self.resends.1 < limit
    }
}
