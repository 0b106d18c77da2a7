//! What an encoder makes: pictures whose frames say in their bodies what they refer to.

use std::time::{Duration, Instant};

use crate::world::{H264, Packet, VP8, VP9};

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
}

impl Coding {
    pub(super) fn is_simulcast(self) -> bool {
        matches!(self, Self::Vp8 | Self::H264)
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
            if size > 0 && (is_key || self.coding == Coding::Vp9Full) {
                references.push((self.picture, size - 1));
            }
            let parts = 1 + size;
            for part in 0..parts {
                let body = Body { frame: (self.picture, size), temporal, part, parts, references: references.clone() };
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

    fn packet(&mut self, elapsed: Duration, stream: usize, payload_type: u8, marker: bool, payload: &[u8]) -> Vec<u8> {
        self.sequences[stream] = self.sequences[stream].wrapping_add(1);
        let timestamp = (elapsed.as_micros() as u64 * 9 / 100) as u32;
        let rid = self.coding.is_simulcast().then(|| ["q", "h", "f"][stream]);
        let sequence = self.sequences[stream];
        Packet { payload_type, marker, rid, timestamp, ..Packet::video(0, stream, sequence, payload) }.bytes()
    }
}

/// The body in a payload as it was sent on, and the picture id where there is one.
pub(super) fn read(coding: Coding, payload: &[u8]) -> (Body, Option<u16>) {
    let id = |at: usize| Some(u16::from_be_bytes([payload[at], payload[at + 1]]) & 0x7fff);
    match coding {
        Coding::H264 => (Body::read(&payload[1..]), None),
        Coding::Vp8 => (Body::read(&payload[7..]), id(2)),
        Coding::Vp9Full | Coding::Vp9Key => {
            let structure = if payload[0] & 0x02 != 0 { 13 } else { 0 };
            (Body::read(&payload[5 + structure..]), id(1))
        }
    }
}
