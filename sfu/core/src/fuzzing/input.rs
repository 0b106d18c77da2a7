//! Fuzz input taken apart from the front: numbers first, then whatever is left.

pub(super) struct Input<'d>(&'d [u8]);

impl<'d> Input<'d> {
    pub(super) fn new(data: &'d [u8]) -> Self {
        Self(data)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    pub(super) fn word(&mut self) -> Option<u16> {
        let (word, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*word))
    }

    /// Bytes behind a 16-bit length; a length beyond the end takes what there is.
    pub(super) fn block(&mut self) -> Option<&'d [u8]> {
        let len = usize::from(self.word()?).min(self.0.len());
        let (block, rest) = self.0.split_at(len);
        self.0 = rest;
        Some(block)
    }

    pub(super) fn rest(self) -> &'d [u8] {
        self.0
    }
}
