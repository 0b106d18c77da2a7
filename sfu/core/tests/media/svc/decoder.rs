//! What a viewer makes of a stream: it takes packets in order, without gaps, and decodes what has its references.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::encoder::{Body, Coding, FrameId, read};
use crate::world::Got;

pub(super) struct Decoder {
    coding: Coding,
    next: Option<u16>,
    /// The picture that is coming in: its timestamp and parts.
    picture: Option<(u32, Vec<Body>)>,
    decoded: HashSet<FrameId>,
    shown: Option<(Instant, u8)>,
    picture_id: Option<u16>,
    /// What was added to frame numbers.
    number_offset: Option<u16>,
    pub(super) longest_gap: Duration,
    pub(super) pictures: usize,
    /// Packets that were only numbers.
    pub(super) blanks: usize,
}

impl Decoder {
    pub(super) fn new(coding: Coding) -> Self {
        Self {
            coding,
            next: None,
            picture: None,
            decoded: HashSet::new(),
            shown: None,
            picture_id: None,
            number_offset: None,
            longest_gap: Duration::ZERO,
            pictures: 0,
            blanks: 0,
        }
    }

    /// Lines of the picture shown last.
    pub(super) fn shown_height(&self) -> Option<u16> {
        self.shown.map(|(_, size)| 180 << size)
    }

    pub(super) fn take(&mut self, got: &Got) {
        if let Some(next) = self.next {
            assert_eq!(got.sequence, next, "{:?}: a gap", self.coding);
        }
        self.next = Some(got.sequence.wrapping_add(1));
        if got.payload.is_empty() {
            self.blanks += 1;
            return;
        }
        let (body, id) = read(self.coding, &got.payload);
        if matches!(self.coding, Coding::Av1Full | Coding::Av1Key) {
            let descriptor = got.descriptor.as_ref().expect("every packet of AV1 is described");
            let number = u16::from_be_bytes([descriptor[1], descriptor[2]]);
            let offset = number.wrapping_sub((3 * body.frame.0 + u32::from(body.frame.1)) as u16);
            assert_eq!(
                *self.number_offset.get_or_insert(offset),
                offset,
                "frame numbers run on as references need them"
            );
        }
        if let Some((id, before)) = id.zip(self.picture_id) {
            assert!(id.wrapping_sub(before) & 0x7fff < 8, "{:?}: picture id {before}, then {id}", self.coding);
        }
        self.picture_id = id;
        let (timestamp, parts) = self.picture.get_or_insert_with(|| (got.timestamp, vec![]));
        assert_eq!(*timestamp, got.timestamp, "{:?}: a picture without an end", self.coding);
        parts.push(body);
        if got.marker
            && let Some((_, parts)) = self.picture.take()
        {
            self.decode(got.at, &parts);
        }
    }

    fn decode(&mut self, at: Instant, parts: &[Body]) {
        let mut highest = None;
        for frame in parts.chunk_by(|one, other| one.frame == other.frame) {
            let Some(first) = frame.first() else { continue };
            let places: Vec<_> = frame.iter().map(|body| body.part).collect();
            assert_eq!(
                places,
                (0..first.parts).collect::<Vec<_>>(),
                "{:?}: {:?} is not whole",
                self.coding,
                first.frame
            );
            let lacks = first.references.iter().find(|reference| !self.decoded.contains(reference));
            assert_eq!(lacks, None, "{:?}: {:?} refers to what was not sent", self.coding, first.frame);
            self.decoded.insert(first.frame);
            highest = highest.max(Some(first.frame.1));
        }
        let Some(size) = highest else { return };
        self.pictures += 1;
        if let Some((before, _)) = self.shown.replace((at, size)) {
            self.longest_gap = self.longest_gap.max(at - before);
        }
        let picture = parts.first().map_or(0, |body| body.frame.0);
        self.decoded.retain(|(number, _)| number + 400 > picture);
    }
}
