//! The VP8 payload descriptor (RFC 7741 §4.2): what a slot rewrites when it changes its source.

/// Positions and values of the fields that must run on when a slot's source changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Vp8Descriptor {
    /// Bytes of the descriptor, 1–6.
    pub(crate) len: u8,
    pub(crate) picture_id: Option<PictureId>,
    /// Where TL0PICIDX is, and its value.
    pub(crate) tl0: Option<(u8, u8)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PictureId {
    at: u8,
    width: PictureIdWidth,
    pub(crate) value: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PictureIdWidth {
    Seven,
    Fifteen,
}

impl PictureId {
    /// Of 7 or 15 bits by its first bit; VP9 has the same (RFC 9628 §4.2).
    #[inline]
    pub(super) fn parse(payload: &[u8], at: u8) -> Option<Self> {
        let high = *payload.get(usize::from(at))?;
        let (width, value) = if high & 0x80 != 0 {
            (PictureIdWidth::Fifteen, u16::from_be_bytes([high & 0x7f, *payload.get(usize::from(at) + 1)?]))
        } else {
            (PictureIdWidth::Seven, u16::from(high))
        };
        Some(Self { at, width, value })
    }

    /// Where the next field is.
    pub(super) fn end(self) -> u8 {
        self.at + if self.width == PictureIdWidth::Fifteen { 2 } else { 1 }
    }

    /// Adds the offset modulo the width.
    #[inline]
    pub(super) fn rewrite(self, prefix: &mut [u8], offset: u16) {
        let value = self.value.wrapping_add(offset);
        let at = usize::from(self.at);
        match self.width {
            PictureIdWidth::Seven => {
                if let Some(byte) = prefix.get_mut(at) {
                    *byte = (value & 0x7f) as u8;
                }
            }
            PictureIdWidth::Fifteen => {
                if let Some(bytes) = prefix.get_mut(at..at + 2) {
                    bytes.copy_from_slice(&(value | 0x8000).to_be_bytes());
                }
            }
        }
    }
}

impl Vp8Descriptor {
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        if first & 0x80 == 0 {
            return Some(Self { len: 1, picture_id: None, tl0: None });
        }
        let flags = *payload.get(1)?;
        let mut at = 2u8;
        let mut picture_id = None;
        if flags & 0x80 != 0 {
            let id = PictureId::parse(payload, at)?;
            picture_id = Some(id);
            at = id.end();
        }
        let mut tl0 = None;
        if flags & 0x40 != 0 {
            tl0 = Some((at, *payload.get(usize::from(at))?));
            at += 1;
        }
        if flags & 0x30 != 0 {
            payload.get(usize::from(at))?;
            at += 1;
        }
        Some(Self { len: at, picture_id, tl0 })
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

/// Width and height in a keyframe's first packet (RFC 7741 §4.3, RFC 6386 §9.1).
pub(crate) fn keyframe_size(payload: &[u8], descriptor: Vp8Descriptor) -> Option<(u16, u16)> {
    let frame = payload.get(usize::from(descriptor.len)..)?;
    let [tag, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1] = *frame.first_chunk()? else { return None };
    (tag & 1 == 0).then(|| (u16::from_le_bytes([w0, w1]) & 0x3fff, u16::from_le_bytes([h0, h1]) & 0x3fff))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_of_the_descriptor_is_read() {
        type Row = (&'static [u8], u8, Option<u16>, Option<u8>);
        let table: [Row; 6] = [
            (&[0x10, 0xff], 1, None, None),
            (&[0x90, 0x00, 0xff], 2, None, None),
            (&[0x90, 0x80, 0x11, 0xff], 3, Some(0x11), None),
            (&[0x90, 0x80, 0x91, 0x22, 0xff], 4, Some(0x1122), None),
            (&[0x90, 0xe0, 0x91, 0x22, 0x33, 0x40, 0xff], 6, Some(0x1122), Some(0x33)),
            (&[0x90, 0x10, 0x01, 0xff], 3, None, None),
        ];
        for (payload, len, picture_id, tl0) in table {
            let parsed = Vp8Descriptor::parse(payload).expect("whole");
            assert_eq!(
                (parsed.len, parsed.picture_id.map(|id| id.value), parsed.tl0.map(|(_, value)| value)),
                (len, picture_id, tl0)
            );
        }
    }

    #[test]
    fn a_cut_descriptor_is_refused() {
        let whole = [0x90, 0xf0, 0x91, 0x22, 0x33, 0x40];
        for len in 0..whole.len() {
            assert_eq!(Vp8Descriptor::parse(&whole[..len]), None, "{len}");
        }
    }

    #[test]
    fn a_keyframe_tells_its_size() {
        let payload = [0x10, 0x00, 0x01, 0x02, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02, 0xff];
        let descriptor = Vp8Descriptor::parse(&payload).expect("whole");
        assert_eq!(keyframe_size(&payload, descriptor), Some((1280, 720)));
    }

    proptest! {
        #[test]
        fn rewriting_adds_modulo_the_width_and_touches_nothing_else(wide: bool, value in 0u16..0x8000, tl0: u8, pid_offset: u16, tl0_offset: u8) {
            let value = if wide { value } else { value & 0x7f };
            let mut payload = vec![0x90, 0xe0];
            if wide { payload.extend((value | 0x8000).to_be_bytes()) } else { payload.push(value as u8) }
            payload.extend([tl0, 0x40, 0xaa]);
            let before = Vp8Descriptor::parse(&payload).expect("whole");
            let mut after = payload.clone();
            before.rewrite(&mut after[..usize::from(before.len)], pid_offset, tl0_offset);
            let read = Vp8Descriptor::parse(&after).expect("whole");
            let mask = if wide { 0x7fff } else { 0x7f };
            prop_assert_eq!(read.picture_id.expect("kept").value, value.wrapping_add(pid_offset) & mask);
            prop_assert_eq!(read.tl0.expect("kept").1, tl0.wrapping_add(tl0_offset));
            prop_assert_eq!((read.len, &after[after.len() - 2..]), (before.len, &payload[payload.len() - 2..]));
        }

        #[test]
        fn any_bytes_parse_or_not_but_never_panic(payload in prop::collection::vec(any::<u8>(), 0..20)) {
            if let Some(descriptor) = Vp8Descriptor::parse(&payload) {
                prop_assert!(descriptor.len <= 6);
                let _ = keyframe_size(&payload, descriptor);
            }
        }
    }
}
