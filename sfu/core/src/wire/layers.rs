//! Layers inside of one stream (VP9 and AV1 SVC).

/// A spatial and a temporal layer: of a frame where it lies, of a choice how far up it goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Layers {
    /// 0–7; a higher one is a larger picture.
    pub(crate) spatial: u8,
    /// 0–7; a higher one is more pictures a second.
    pub(crate) temporal: u8,
}

impl Layers {
    pub(crate) const ALL: Self = Self { spatial: 7, temporal: 7 };

    /// Whether a choice of `self` takes in a frame of `frame`.
    pub(crate) fn hold(self, frame: Self) -> bool {
        frame.spatial <= self.spatial && frame.temporal <= self.temporal
    }
}
