//! What an encoder makes: pictures whose frames say in their bodies what they refer to.

use std::time::{Duration, Instant};

use crate::world::{AV1, H264, Packet, VP8, VP9};

/// How a picture is encoded in three sizes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Coding {
    /// Three encodings.
    Vp8,
    H264,
    /// L3T3: every larger frame refers to the smaller one of its picture.
    Vp9Full,
    /// `L3T3_KEY`: only in a keyframe.
    Vp9Key,
    /// As `Vp9Full` and `Vp9Key`, told by dependency descriptors.
    Av1Full,
    Av1Key,
}

impl Coding {
    pub(super) fn is_simulcast(self) -> bool {
        matches!(self, Self::Vp8 | Self::H264)
    }

    fn is_av1(self) -> bool {
        matches!(self, Self::Av1Full | Self::Av1Key)
    }

    fn predicts_from_smaller(self) -> bool {
        matches!(self, Self::Vp9Full | Self::Av1Full)
    }
}

/// A frame of one size: the picture's number, and the size from 0 on.
pub(super) type FrameId = (u32, u8);

/// What a packet says of the frame it is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Body {
    pub(super) frame: FrameId,
    pub(super) temporal: u8,
    pub(super) part: u8,
    pub(super) parts: u8,
    pub(super) references: Vec<FrameId>,
}

impl Body {
    const LEN: usize = 23;

    fn write(&self, payload: &mut Vec<u8>) {
        let begin = payload.len();
        payload.extend(self.frame.0.to_be_bytes());
        payload.extend([self.frame.1, self.temporal, self.part, self.parts, self.references.len() as u8]);
        for (picture, size) in &self.references {
            payload.extend(picture.to_be_bytes());
            payload.push(*size);
        }
        payload.resize(begin + Self::LEN + usize::from(self.frame.1) * 40, 0xaa);
    }

    pub(super) fn read(body: &[u8]) -> Self {
        let word = |at: usize| u32::from_be_bytes(body[at..at + 4].try_into().expect("four bytes"));
        let references = (0..usize::from(body[8])).map(|at| (word(9 + 5 * at), body[13 + 5 * at])).collect();
        Self { frame: (word(0), body[4]), temporal: body[5], part: body[6], parts: body[7], references }
    }
}

pub(super) struct Encoder {
    coding: Coding,
    began: Option<Instant>,
    picture: u32,
    sequences: [u16; 3],
    /// Pictures since the keyframe, and the newest frame of each size and temporal layer.
    since: [u32; 3],
    newest: [[Option<u32>; 3]; 3],
    wanted: [Option<Instant>; 3],
    tl0: u8,
}

/// Temporal layers of pictures, over and over.
const PATTERN: [u8; 4] = [0, 2, 1, 2];

impl Encoder {
    pub(super) fn new(coding: Coding) -> Self {
        Self {
            coding,
            began: None,
            picture: 0,
            sequences: [65_000; 3],
            since: [0; 3],
            newest: [[None; 3]; 3],
            wanted: [None; 3],
            tl0: 250,
        }
    }

    /// A keyframe is to be made from then on.
    pub(super) fn ask(&mut self, at: Instant, ssrc: u32) {
        let stream = (ssrc as usize - 2) / 2;
        self.wanted[stream].get_or_insert(at);
    }

    /// The next picture's packets.
    pub(super) fn picture(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let elapsed = now - *self.began.get_or_insert(now);
        self.picture += 1;
        if self.coding.is_simulcast() { self.simulcast(now, elapsed) } else { self.layered(now, elapsed) }
    }

    fn takes_keyframe(&mut self, now: Instant, stream: usize) -> bool {
        let is_key = self.picture == 1 || self.wanted[stream].take_if(|at| *at <= now).is_some();
        self.since[stream] = if is_key { 0 } else { self.since[stream] + 1 };
        is_key
    }

    fn simulcast(&mut self, now: Instant, elapsed: Duration) -> Vec<Vec<u8>> {
        let mut packets = vec![];
        for size in 0..3u8 {
            let is_key = self.takes_keyframe(now, usize::from(size));
            let references = if is_key { vec![] } else { vec![(self.picture - 1, size)] };
            for part in 0..2 {
                let body =
                    Body { frame: (self.picture, size), temporal: 0, part, parts: 2, references: references.clone() };
                let mut payload = match (self.coding, part) {
                    (Coding::H264, 0) => vec![if is_key { 0x65 } else { 0x61 }],
                    (Coding::H264, _) => vec![0x01],
                    (_, part) => {
                        let id = (self.picture as u16 | 0x8000).to_be_bytes();
                        let begins = if part == 0 { 0x90 } else { 0x80 };
                        vec![begins, 0xe0, id[0], id[1], self.picture as u8, 0x20, u8::from(!is_key)]
                    }
                };
                body.write(&mut payload);
                let payload_type = if self.coding == Coding::H264 { H264 } else { VP8 };
                packets.push(self.packet(elapsed, usize::from(size), payload_type, part == 1, &payload));
            }
        }
        packets
    }

    fn layered(&mut self, now: Instant, elapsed: Duration) -> Vec<Vec<u8>> {
        let is_key = self.takes_keyframe(now, 0);
        let temporal = PATTERN[self.since[0] as usize % 4];
        self.tl0 = self.tl0.wrapping_add(u8::from(temporal == 0));
        let mut packets = vec![];
        for size in 0..3u8 {
            let row = &mut self.newest[usize::from(size)];
            if is_key {
                *row = [None; 3];
            }
            // The newest frame of the same temporal layer for the lowest, else of any below.
            let below = usize::from(temporal.max(1));
            let earlier = row[..below].iter().flatten().max().copied();
            let mut references: Vec<_> = earlier.map(|picture| (picture, size)).into_iter().collect();
            row[usize::from(temporal)] = Some(self.picture);
            let is_inter = !references.is_empty();
            if size > 0 && (is_key || self.coding.predicts_from_smaller()) {
                references.push((self.picture, size - 1));
            }
            let parts = 1 + size;
            for part in 0..parts {
                let body = Body { frame: (self.picture, size), temporal, part, parts, references: references.clone() };
                let ends = part + 1 == parts;
                if self.coding.is_av1() {
                    let number = (3 * self.picture + u32::from(size)) as u16;
                    let back = |(picture, other): &FrameId| 3 * (self.picture - picture) + u32::from(size - other);
                    let distances: Vec<_> = references.iter().map(back).collect();
                    let template = if is_key { size } else { 3 + 3 * size + temporal };
                    let is_first = is_key && size == 0 && part == 0;
                    let descriptor = descriptor(part == 0, ends, template, number, &distances, is_first);
                    let mut payload = vec![if is_first { 0x18 } else { 0x10 }];
                    body.write(&mut payload);
                    packets.push(self.described(elapsed, size == 2 && ends, &descriptor, &payload));
                    continue;
                }
                let flags = 0xa0
                    | if is_inter { 0x40 } else { 0 }
                    | if part == 0 { 0x08 } else { 0 }
                    | if part + 1 == parts { 0x04 } else { 0 }
                    | if is_key && size == 0 && part == 0 { 0x02 } else { 0 };
                let id = (self.picture as u16 | 0x8000).to_be_bytes();
                let layer = temporal << 5 | 0x10 | size << 1 | u8::from(references.len() > usize::from(is_inter));
                let mut payload = vec![flags, id[0], id[1], layer, self.tl0];
                if flags & 0x02 != 0 {
                    payload.push(0x50);
                    [(320u16, 180u16), (640, 360), (1280, 720)].iter().for_each(|(width, height)| {
                        payload.extend(width.to_be_bytes());
                        payload.extend(height.to_be_bytes());
                    });
                }
                body.write(&mut payload);
                packets.push(self.packet(elapsed, 0, VP9, size == 2 && part + 1 == parts, &payload));
            }
        }
        packets
    }

    fn described(&mut self, elapsed: Duration, marker: bool, descriptor: &[u8], payload: &[u8]) -> Vec<u8> {
        self.sequences[0] = self.sequences[0].wrapping_add(1);
        let timestamp = (elapsed.as_micros() as u64 * 9 / 100) as u32;
        let sequence = self.sequences[0];
        Packet { payload_type: AV1, marker, timestamp, descriptor, ..Packet::video(0, 0, sequence, payload) }.bytes()
    }

    fn packet(&mut self, elapsed: Duration, stream: usize, payload_type: u8, marker: bool, payload: &[u8]) -> Vec<u8> {
        self.sequences[stream] = self.sequences[stream].wrapping_add(1);
        let timestamp = (elapsed.as_micros() as u64 * 9 / 100) as u32;
        let rid = self.coding.is_simulcast().then(|| ["q", "h", "f"][stream]);
        let sequence = self.sequences[stream];
        Packet { payload_type, marker, rid, timestamp, ..Packet::video(0, stream, sequence, payload) }.bytes()
    }
}

/// A dependency descriptor whose frame tells its references itself; with a keyframe's first packet the structure of L3T3: templates 0 to 2 of a
/// keyframe, then three of each size.
fn descriptor(starts: bool, ends: bool, template: u8, number: u16, distances: &[u32], with_structure: bool) -> Vec<u8> {
    let templates: Vec<(u8, u8, bool)> = (0..3u8)
        .flat_map(|size| [(size, 0, true)].into_iter().chain((0..3).map(move |temporal| (size, temporal, false))))
        .collect();
    // The order of the layers is fixed: of each size first the keyframe's, then the others by temporal layer.
    let place = match template {
        0..3 => 4 * template,
        other => 4 * ((other - 3) / 3) + 1 + (other - 3) % 3,
    };
    let mut bits = format!("{}{}{:06b}{number:016b}", u8::from(starts), u8::from(ends), (place + 9) & 0x3f);
    bits += if with_structure { "10010" } else { "00010" };
    if with_structure {
        bits += "00100101000";
        for (at, (size, temporal, _)) in templates.iter().enumerate() {
            bits += match templates.get(at + 1) {
                None => "11",
                Some((next, ..)) if next > size => "10",
                Some((_, next, _)) if next > temporal => "01",
                Some(_) => "00",
            };
        }
        for (size, temporal, is_key) in &templates {
            for target in 0..9u8 {
                let (to_size, to_temporal) = (target / 3, target % 3);
                bits += match (to_size >= *size && to_temporal >= *temporal, to_size == *size || *is_key) {
                    (false, _) => "00",
                    (true, true) if *temporal < 2 => "10",
                    (true, true) => "01",
                    (true, false) => "11",
                };
            }
        }
        // No template refers to anything, and there are no chains: every frame tells its own.
        bits += &"0".repeat(templates.len());
        bits += "000";
        bits += "1";
        for (width, height) in [(320, 180), (640, 360), (1280, 720)] {
            bits += &format!("{:016b}{:016b}", width - 1, height - 1);
        }
    }
    for distance in distances {
        bits += &format!("10{:08b}", distance - 1);
    }
    bits += "00";
    let bits: Vec<u8> = bits.bytes().map(|bit| bit - b'0').collect();
    bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | bit << (7 - at))).collect()
}

/// The body in a payload as it was sent on, and the picture id where there is one.
pub(super) fn read(coding: Coding, payload: &[u8]) -> (Body, Option<u16>) {
    let id = |at: usize| Some(u16::from_be_bytes([payload[at], payload[at + 1]]) & 0x7fff);
    match coding {
        Coding::H264 => (Body::read(&payload[1..]), None),
        Coding::Av1Full | Coding::Av1Key => (Body::read(&payload[1..]), None),
        Coding::Vp8 => (Body::read(&payload[7..]), id(2)),
        Coding::Vp9Full | Coding::Vp9Key => {
            let structure = if payload[0] & 0x02 != 0 { 13 } else { 0 };
            (Body::read(&payload[5 + structure..]), id(1))
        }
    }
}
