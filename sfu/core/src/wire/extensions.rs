//! RTP header extensions (RFC 8285), one-byte and two-byte form.

use super::RtpHeader;

const ONE_BYTE_PROFILE: u16 = 0xbede;
/// The low four bits are the application's (RFC 8285 §4.3).
const TWO_BYTE_PROFILE: u16 = 0x1000;

/// The elements of one packet's extension, in order: `(id, data)`. Stops at the first malformed one.
pub(crate) struct Extensions<'p> {
    form: Form,
    rest: &'p [u8],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    OneByte,
    TwoByte,
}

impl<'p> Extensions<'p> {
    pub(crate) fn of(header: &RtpHeader, packet: &'p [u8]) -> Self {
        let Some((profile, range)) = &header.extension else { return Self { form: Form::OneByte, rest: &[] } };
        let rest = packet.get(range.clone()).unwrap_or_default();
        match profile {
            &ONE_BYTE_PROFILE => Self { form: Form::OneByte, rest },
            profile if profile & 0xfff0 == TWO_BYTE_PROFILE => Self { form: Form::TwoByte, rest },
            _ => Self { form: Form::OneByte, rest: &[] },
        }
    }

    fn take(&mut self, id: u8, len: usize, from: &'p [u8]) -> Option<(u8, &'p [u8])> {
        let (data, rest) = from.split_at_checked(len)?;
        self.rest = rest;
        Some((id, data))
    }
}

impl<'p> Iterator for Extensions<'p> {
    type Item = (u8, &'p [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (&head, rest) = std::mem::take(&mut self.rest).split_first()?;
            match (self.form, head) {
                (_, 0) => self.rest = rest,
                // Id 15 ends the list, and so does id 0 with a length (RFC 8285 §4.2).
                (Form::OneByte, 0x01..0x10 | 0xf0..) => return None,
                (Form::OneByte, head) => return self.take(head >> 4, usize::from(head & 0x0f) + 1, rest),
                (Form::TwoByte, id) => {
                    let (&len, rest) = rest.split_first()?;
                    return self.take(id, usize::from(len), rest);
                }
            }
        }
    }
}

/// Builds an extension block on the stack: profile word, elements, padding. A MID of 16 bytes and an audio level in two-byte form need 24.
pub(crate) struct ExtensionWriter<const CAPACITY: usize = 48> {
    block: [u8; CAPACITY],
    len: usize,
    form: Form,
}

impl<const CAPACITY: usize> ExtensionWriter<CAPACITY> {
    /// The form that can carry `ids`: one-byte up to 14, two-byte above (only offered with `extmap-allow-mixed`).
    pub(crate) fn for_ids(ids: impl Iterator<Item = u8>) -> Self {
        Self::in_form(if ids.max() > Some(14) { Form::TwoByte } else { Form::OneByte })
    }

    /// The two-byte form, which holds elements of up to 255 bytes.
    pub(crate) fn two_byte() -> Self {
        Self::in_form(Form::TwoByte)
    }

    fn in_form(form: Form) -> Self {
        let mut block = [0; CAPACITY];
        let [p0, p1] = match form {
            Form::OneByte => ONE_BYTE_PROFILE,
            Form::TwoByte => TWO_BYTE_PROFILE,
        }
        .to_be_bytes();
        block[0] = p0;
        block[1] = p1;
        Self { block, len: 4, form }
    }

    /// Adds an element of 1–16 bytes, in the two-byte form of up to 255; one that does not fit is left out.
    pub(crate) fn push(&mut self, id: u8, data: &[u8]) {
        let most = if self.form == Form::OneByte { 16 } else { u8::MAX };
        let Some(short) = u8::try_from(data.len()).ok().filter(|len| (1..=most).contains(len)) else { return };
        let mut head = [0; 2];
        let head: &[u8] = match self.form {
            Form::OneByte => {
                head[0] = id << 4 | (short - 1);
                &head[..1]
            }
            Form::TwoByte => {
                head = [id, short];
                &head
            }
        };
        let end = self.len + head.len() + data.len();
        let Some(place) = self.block.get_mut(self.len..end) else { return };
        let (at, body) = place.split_at_mut(head.len());
        at.copy_from_slice(head);
        body.copy_from_slice(data);
        self.len = end;
    }

    /// The whole block, padded to words; empty when nothing was pushed.
    pub(crate) fn finish(&mut self) -> &[u8] {
        if self.len == 4 {
            return &[];
        }
        let end = self.len.next_multiple_of(4);
        let words = (end / 4 - 1) as u8;
        self.block[3] = words;
        self.block.get(..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(block: &[u8]) -> Vec<(u8, Vec<u8>)> {
        let mut packet = vec![0x90, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        packet.extend_from_slice(block);
        let header = RtpHeader::parse(&packet).expect("whole");
        Extensions::of(&header, &packet).map(|(id, data)| (id, data.to_vec())).collect()
    }

    #[test]
    fn one_byte_elements_are_read_past_padding() {
        assert_eq!(read(&[0xbe, 0xde, 0, 2, 0x10, 7, 0, 0, 0x31, 8, 9, 0]), [(1, vec![7]), (3, vec![8, 9])]);
    }

    #[test]
    fn two_byte_elements_may_be_empty() {
        assert_eq!(read(&[0x10, 0x00, 0, 2, 20, 0, 21, 2, 8, 9, 0, 0]), [(20, vec![]), (21, vec![8, 9])]);
    }

    #[test]
    fn an_element_longer_than_its_block_ends_the_list() {
        assert_eq!(read(&[0xbe, 0xde, 0, 1, 0x10, 7, 0x3f, 1]), [(1, vec![7])]);
    }

    #[test]
    fn id_fifteen_ends_the_list() {
        assert_eq!(read(&[0xbe, 0xde, 0, 1, 0xf0, 7, 0x10, 7]), []);
    }

    #[test]
    fn id_zero_with_a_length_ends_the_list() {
        assert_eq!(read(&[0xbe, 0xde, 0, 2, 0x10, 7, 0x02, 1, 2, 3, 0x10, 8]), [(1, vec![7])]);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(mid in prop::collection::vec(any::<u8>(), 1..17), level: u8, mid_id in 1u8..20, level_id in 20u8..30) {
            let level_id = if mid_id > 14 { level_id } else { (level_id - 20) % 14 + 1 };
            prop_assume!(mid_id != level_id);
            let mut writer = ExtensionWriter::<48>::for_ids([mid_id, level_id].into_iter());
            writer.push(mid_id, &mid);
            writer.push(level_id, &[level]);
            prop_assert_eq!(read(writer.finish()), [(mid_id, mid), (level_id, vec![level])]);
        }

        #[test]
        fn any_block_is_read_without_panic(profile: u16, words in prop::collection::vec(any::<[u8; 4]>(), 0..8)) {
            let mut block = profile.to_be_bytes().to_vec();
            block.extend((words.len() as u16).to_be_bytes());
            block.extend(words.concat());
            let _ = read(&block);
        }
    }
}
