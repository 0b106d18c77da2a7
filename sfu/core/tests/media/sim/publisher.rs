//! What a browser that sends does: sound every 20 ms, pictures in packets, repairs and keyframes when asked.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use rtc_rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc_rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc_rtcp::sender_report::SenderReport;
use rtc_rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;

use super::scenarios::Scenario;
use crate::world::{Packet, VP8_RTX};

const AUDIO_EVERY: Duration = Duration::from_millis(20);
const FRAME_EVERY: Duration = Duration::from_nanos(33_333_333);
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// Packets remembered for repair.
const HISTORY: usize = 400;
/// Requests for a layer's keyframe are no closer than this (PROTOCOL: at least 500 ms apart per layer), whatever the network did to them.
const REQUESTS_APART: Duration = Duration::from_millis(500);
/// Bytes of a packet's payload at most.
const MAX_PART: usize = 1_100;
pub(super) const RIDS: &[&str] = &["q", "h", "f"];

pub(super) struct Publisher {
    client: usize,
    layers: Vec<Layer>,
    pub(super) camera: bool,
    audio_sequence: u16,
    audio_at: Instant,
    frame_at: Instant,
    report_at: Instant,
    began: Instant,
    /// How far the network may push two packets together.
    tolerance: Duration,
    /// Bits a second of each layer; none: small pictures whose parts differ by layer.
    rates: &'static [u32],
    /// How many usual pictures a keyframe is worth.
    keyframe: usize,
}

struct Layer {
    sequence: u16,
    rtx_sequence: u16,
    frame: u32,
    wants_keyframe: bool,
    requested: Option<Instant>,
    history: VecDeque<(u16, u32, bool, Vec<u8>)>,
}

impl Publisher {
    /// Sequence numbers start short of their wrap, so that every run passes it.
    pub(super) fn new(client: usize, scenario: &Scenario, now: Instant, tolerance: Duration) -> Self {
        let Scenario { layers, rates, keyframe, .. } = *scenario;
        let layer = |_| Layer {
            sequence: 65_400,
            rtx_sequence: 65_500,
            frame: 0,
            wants_keyframe: true,
            requested: None,
            history: VecDeque::new(),
        };
        Self {
            client,
            layers: (0..layers).map(layer).collect(),
            camera: true,
            audio_sequence: 65_480,
            // Nobody starts at the same moment as another.
            audio_at: now + Duration::from_millis(client as u64),
            frame_at: now + Duration::from_millis(3 * client as u64),
            report_at: now + Duration::from_millis(100 + client as u64),
            began: now,
            tolerance,
            rates,
            keyframe,
        }
    }

    pub(super) fn next(&self) -> Instant {
        self.audio_at.min(self.frame_at).min(self.report_at)
    }

    /// What is due, as plain RTP and RTCP.
    pub(super) fn tick(&mut self, now: Instant, rtp: &mut Vec<Vec<u8>>, rtcp: &mut Vec<SenderReport>) {
        if now >= self.audio_at {
            self.audio_at += AUDIO_EVERY;
            self.audio_sequence = self.audio_sequence.wrapping_add(1);
            let timestamp = self.ticks(now, 48_000);
            let level = Some(if self.client == 0 { 20 } else { 90 });
            rtp.push(Packet { level, timestamp, ..Packet::audio(self.client, self.audio_sequence, &[7; 60]) }.bytes());
        }
        if now >= self.frame_at {
            self.frame_at += FRAME_EVERY;
            if self.camera {
                (0..self.layers.len()).for_each(|layer| self.film(now, layer, rtp));
            }
        }
        if now >= self.report_at {
            self.report_at += REPORT_EVERY;
            let seconds = (now - self.began).as_secs_f64() + 3_973_000_000.0;
            for layer in 0..self.layers.len() {
                rtcp.push(SenderReport {
                    ssrc: self.ssrc(layer),
                    ntp_time: (seconds * f64::from(u32::MAX)) as u64,
                    rtp_time: self.ticks(now, 90_000),
                    ..SenderReport::default()
                });
            }
        }
    }

    /// Takes RTCP from the server; repairs go out at once.
    pub(super) fn hear(&mut self, now: Instant, packet: &dyn rtc_rtcp::packet::Packet, rtp: &mut Vec<Vec<u8>>) {
        let any = packet.as_any();
        if let Some(pli) = any.downcast_ref::<PictureLossIndication>() {
            self.keyframe(now, pli.media_ssrc);
        } else if let Some(fir) = any.downcast_ref::<FullIntraRequest>() {
            fir.fir.iter().for_each(|entry| self.keyframe(now, entry.ssrc));
        } else if let Some(nack) = any.downcast_ref::<TransportLayerNack>() {
            let lost = nack.nacks.iter().flat_map(|pair| pair.packet_list());
            lost.for_each(|sequence| self.repair(nack.media_ssrc, sequence, rtp));
        }
    }

    fn keyframe(&mut self, now: Instant, ssrc: u32) {
        let tolerance = self.tolerance;
        let Some(layer) = (0..self.layers.len()).find(|layer| self.ssrc(*layer) == ssrc) else { return };
        let layer = &mut self.layers[layer];
        if let Some(before) = layer.requested {
            // A duplicate of the same request, made by the network, is no second request.
            let apart = now - before;
            assert!(apart <= tolerance || apart + tolerance >= REQUESTS_APART, "keyframes asked for {apart:?} apart");
        }
        layer.requested = Some(now);
        layer.wants_keyframe = true;
    }

    fn repair(&mut self, ssrc: u32, sequence: u16, rtp: &mut Vec<Vec<u8>>) {
        let Some(index) = (0..self.layers.len()).find(|layer| self.ssrc(*layer) == ssrc) else { return };
        let layer = &mut self.layers[index];
        let Some((_, timestamp, marker, payload)) = layer.history.iter().find(|(known, ..)| *known == sequence) else {
            return;
        };
        layer.rtx_sequence = layer.rtx_sequence.wrapping_add(1);
        let payload = [&sequence.to_be_bytes()[..], payload].concat();
        let packet = Packet {
            payload_type: VP8_RTX,
            marker: *marker,
            timestamp: *timestamp,
            ssrc: ssrc + 1,
            repaired: (self.layers.len() > 1).then(|| RIDS[index]),
            ..Packet::video(self.client, index, self.layers[index].rtx_sequence, &payload)
        };
        rtp.push(packet.bytes());
    }

    fn film(&mut self, now: Instant, index: usize, rtp: &mut Vec<Vec<u8>>) {
        let (client, timestamp, ssrc) = (self.client, self.ticks(now, 90_000), self.ssrc(index));
        let rid = (self.layers.len() > 1).then(|| RIDS[index]);
        let rate = self.rates.get(index).copied();
        let layer = &mut self.layers[index];
        let is_keyframe = std::mem::take(&mut layer.wants_keyframe);
        layer.frame += 1;
        let (parts, len) = match rate {
            None => (if is_keyframe { 8 } else { 2 + index as u8 }, 500),
            Some(rate) => {
                // Pictures differ by up to a fifth.
                let usual = rate as usize / 8 / 30;
                let bytes =
                    usual * (80 + (layer.frame as usize * 37) % 41) / 100 * if is_keyframe { self.keyframe } else { 1 };
                let parts = bytes.div_ceil(MAX_PART).max(1);
                (parts as u8, (bytes / parts).max(100))
            }
        };
        for part in 0..parts {
            layer.sequence = layer.sequence.wrapping_add(1);
            let frame = Frame { client: client as u8, layer: index as u8, number: layer.frame, is_keyframe };
            // One byte apart, as libwebrtc splits them.
            let payload = frame.part(part, parts, len + usize::from(part + 1 == parts));
            let marker = part + 1 == parts;
            let packet =
                Packet { marker, timestamp, rid, ssrc, ..Packet::video(client, index, layer.sequence, &payload) };
            rtp.push(packet.bytes());
            layer.history.push_back((layer.sequence, timestamp, marker, payload));
            if layer.history.len() > HISTORY {
                layer.history.pop_front();
            }
        }
    }

    fn ssrc(&self, layer: usize) -> u32 {
        10 * self.client as u32 + 2 + 2 * layer as u32
    }

    fn ticks(&self, now: Instant, rate: u64) -> u32 {
        // Shortly before the wrap of 32 bits.
        let ticks = (now - self.began).as_nanos() as u64 * rate / 1_000_000_000;
        (ticks as u32).wrapping_add(u32::MAX - 60_000 - 1_000 * self.client as u32)
    }
}

/// A picture, by its number in its layer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Frame {
    pub(super) client: u8,
    pub(super) layer: u8,
    pub(super) number: u32,
    pub(super) is_keyframe: bool,
}

/// Bytes of the VP8 descriptor with a 15-bit picture id, TL0PICIDX and the layer byte (RFC 7741 §4.2).
const DESCRIPTOR: usize = 6;

impl Frame {
    /// A part of it as a VP8 payload of `len` bytes.
    fn part(&self, part: u8, parts: u8, len: usize) -> Vec<u8> {
        let picture_id = (self.number as u16).wrapping_add(32_700) | 0x8000;
        let mut payload = vec![if part == 0 { 0x90 } else { 0x80 }, 0xe0];
        payload.extend(picture_id.to_be_bytes());
        payload.extend([self.number as u8, 0x20, u8::from(!self.is_keyframe)]);
        payload.extend([self.client, self.layer, part, parts, u8::from(self.is_keyframe)]);
        payload.extend(self.number.to_be_bytes());
        payload.resize(len, 0xaa);
        payload
    }

    /// The picture a payload is of, its place in it, the number of places, and the picture id as it came.
    pub(super) fn read(payload: &[u8]) -> (Self, u8, u8, u16) {
        let picture_id = u16::from_be_bytes([payload[2], payload[3]]) & 0x7fff;
        let body = &payload[DESCRIPTOR + 1..];
        let number = u32::from_be_bytes(body[5..9].try_into().expect("four bytes"));
        (Self { client: body[0], layer: body[1], number, is_keyframe: body[4] == 1 }, body[2], body[3], picture_id)
    }
}
