//! The VP9 payload descriptor (RFC 9628 §4.2): which layer a packet is of, and what a slot rewrites when it changes its source.

use super::Layers;
use super::vp8::PictureId;

const PICTURE_ID: u8 = 0x80;
const INTER_PREDICTED: u8 = 0x40;
const LAYERS: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const BEGINS: u8 = 0x08;
const ENDS: u8 = 0x04;
const STRUCTURE: u8 = 0x02;
/// U of the layer byte.
const SWITCHING_UP: u8 = 0x10;

/// The descriptor up to TL0PICIDX: nothing behind it changes on the way to a subscriber.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Vp9Descriptor {
    /// Bytes up to TL0PICIDX or the layer byte, 1–5.
    pub(crate) len: u8,
    pub(crate) picture_id: Option<PictureId>,
    /// Where TL0PICIDX is, and its value.
    pub(crate) tl0: Option<(u8, u8)>,
    /// Of the frame the packet is of.
    pub(crate) layers: Layers,
    flags: u8,
    layer_byte: u8,
}

impl Vp9Descriptor {
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let flags = *payload.first()?;
        let mut len = 1;
        let mut picture_id = None;
        if flags & PICTURE_ID != 0 {
            let id = PictureId::parse(payload, len)?;
            len = id.end();
            picture_id = Some(id);
        }
        let (mut layer_byte, mut tl0) = (0, None);
        if flags & LAYERS != 0 {
            layer_byte = *payload.get(usize::from(len))?;
            len += 1;
            // In flexible mode references are told by P_DIFF instead.
            if flags & FLEXIBLE == 0 {
                tl0 = Some((len, *payload.get(usize::from(len))?));
                len += 1;
            }
        }
        let layers = Layers { spatial: layer_byte >> 1 & 0x07, temporal: layer_byte >> 5 };
        Some(Self { len, picture_id, tl0, layers, flags, layer_byte })
    }

    /// First packet of a layer's frame.
    pub(crate) fn begins_frame(&self) -> bool {
        self.flags & BEGINS != 0
    }

    /// Last packet of a layer's frame.
    pub(crate) fn ends_frame(&self) -> bool {
        self.flags & ENDS != 0
    }

    /// Whether the layer's frame refers to earlier pictures.
    pub(crate) fn is_inter_predicted(&self) -> bool {
        self.flags & INTER_PREDICTED != 0
    }

    /// Later pictures of higher temporal layers refer to none before this one of a higher temporal layer than this one's.
    pub(crate) fn is_switching_up(&self) -> bool {
        self.layer_byte & SWITCHING_UP != 0
    }

    /// Begins a picture that decodes without earlier ones.
    pub(crate) fn starts_keyframe(&self) -> bool {
        self.begins_frame() && !self.is_inter_predicted() && self.layers.spatial == 0
    }

    /// Adds the offsets, modulo each field's width, in `prefix`: a copy of the descriptor's bytes.
    pub(crate) fn rewrite(&self, prefix: &mut [u8], picture_id_offset: u16, tl0_offset: u8) {
        if let Some(id) = self.picture_id {
            id.rewrite(prefix, picture_id_offset);
        }
        if let Some((at, value)) = self.tl0
            && let Some(byte) = prefix.get_mut(usize::from(at))
        {
            *byte = value.wrapping_add(tl0_offset);
        }
    }
}

/// Picture sizes of the spatial layers, lowest first, where the payload carries a scalability structure with them (RFC 9628 §4.2.1).
pub(crate) fn layer_sizes(
    payload: &[u8],
    descriptor: &Vp9Descriptor,
) -> Option<impl Iterator<Item = (u16, u16)> + use<>> {
    const MAX_REFERENCES: usize = 3;
    const HAS_SIZES: u8 = 0x10;
    if descriptor.flags & STRUCTURE == 0 {
        return None;
    }
    let mut rest = payload.get(usize::from(descriptor.len)..)?;
    if descriptor.flags & FLEXIBLE != 0 && descriptor.is_inter_predicted() {
        // P_DIFFs, each of which says whether another follows.
        for _ in 0..MAX_REFERENCES {
            let (&reference, after) = rest.split_first()?;
            rest = after;
            if reference & 1 == 0 {
                break;
            }
        }
    }
    let (&head, rest) = rest.split_first()?;
    let count = if head & HAS_SIZES != 0 { usize::from(head >> 5) + 1 } else { 0 };
    let mut sizes = [(0, 0); 8];
    let bytes = rest.get(..4 * count)?;
    for (size, bytes) in sizes.iter_mut().zip(bytes.chunks_exact(4)) {
        if let [w0, w1, h0, h1] = *bytes {
            *size = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
        }
    }
    Some(sizes.into_iter().take(count))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_of_the_descriptor_is_read() {
        type Row = (&'static [u8], u8, Option<u16>, Option<u8>, (u8, u8));
        let table: [Row; 6] = [
            (&[0x08, 0xff], 1, None, None, (0, 0)),
            (&[0x88, 0x11, 0xff], 2, Some(0x11), None, (0, 0)),
            (&[0x88, 0x91, 0x22, 0xff], 3, Some(0x1122), None, (0, 0)),
            (&[0xa8, 0x91, 0x22, 0x44, 0x33, 0xff], 5, Some(0x1122), Some(0x33), (2, 2)),
            (&[0xb8, 0x91, 0x22, 0x52, 0xff], 4, Some(0x1122), None, (1, 2)),
            (&[0x28, 0x25, 0x07, 0xff], 3, None, Some(7), (2, 1)),
        ];
        for (payload, len, picture_id, tl0, (spatial, temporal)) in table {
            let read = Vp9Descriptor::parse(payload).expect("whole");
            let (id, tl0_read) = (read.picture_id.map(|id| id.value), read.tl0.map(|(_, value)| value));
            assert_eq!((read.len, id, tl0_read), (len, picture_id, tl0), "{payload:x?}");
            assert_eq!(read.layers, Layers { spatial, temporal }, "{payload:x?}");
        }
    }

    #[test]
    fn a_cut_descriptor_is_refused() {
        let whole = [0xa8, 0x91, 0x22, 0x44, 0x33];
        for len in 0..whole.len() {
            assert_eq!(Vp9Descriptor::parse(&whole[..len]), None, "{len}");
        }
    }

    #[test]
    fn a_structure_tells_the_size_of_every_layer() {
        let mut payload = vec![0xba, 0x81, 0x02, 0x00, 0x30, 0x00, 0xa0, 0x00, 0x5a, 0x01, 0x40, 0x00, 0xb4];
        let sizes = |payload: &[u8]| {
            let descriptor = Vp9Descriptor::parse(payload).expect("whole");
            layer_sizes(payload, &descriptor).map(|sizes| sizes.collect::<Vec<_>>())
        };
        assert_eq!(sizes(&payload), Some(vec![(160, 90), (320, 180)]));
        assert_eq!(sizes(&payload[..12]), None, "cut");
        payload[0] = 0xfa;
        payload.splice(4..4, [0x03, 0x04]);
        assert_eq!(sizes(&payload), Some(vec![(160, 90), (320, 180)]), "behind two references");
    }

    proptest! {
        #[test]
        fn rewriting_adds_modulo_the_width_and_touches_nothing_else(wide: bool, value in 0u16..0x8000, tl0: u8, layer: u8, pid_offset: u16, tl0_offset: u8) {
            let value = if wide { value } else { value & 0x7f };
            let mut payload = vec![0xa8];
            if wide { payload.extend((value | 0x8000).to_be_bytes()) } else { payload.push(value as u8) }
            payload.extend([layer, tl0, 0xaa]);
            let before = Vp9Descriptor::parse(&payload).expect("whole");
            let mut after = payload.clone();
            before.rewrite(&mut after[..usize::from(before.len)], pid_offset, tl0_offset);
            let read = Vp9Descriptor::parse(&after).expect("whole");
            let mask = if wide { 0x7fff } else { 0x7f };
            prop_assert_eq!(read.picture_id.expect("kept").value, value.wrapping_add(pid_offset) & mask);
            prop_assert_eq!(read.tl0.expect("kept").1, tl0.wrapping_add(tl0_offset));
            prop_assert_eq!((read.len, read.layers, read.flags), (before.len, before.layers, before.flags));
            prop_assert_eq!(after.last(), payload.last());
        }

        #[test]
        fn any_bytes_parse_or_not_but_never_panic(payload in prop::collection::vec(any::<u8>(), 0..48)) {
            if let Some(descriptor) = Vp9Descriptor::parse(&payload) {
                prop_assert!(descriptor.len <= 5 && usize::from(descriptor.len) <= payload.len());
                prop_assert!(layer_sizes(&payload, &descriptor).map_or(0, Iterator::count) <= 8);
            }
        }
    }
}
