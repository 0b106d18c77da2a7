//! What a shard with more to do than it can leaves out: pictures first get smaller, then fewer; sound never.

use std::time::Instant;

use super::Room;
use crate::Source;

/// What is left out, least first. Each step includes those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum Shedding {
    #[default]
    Nothing,
    /// The highest layer of each simulcast.
    TopLayer,
    /// Every layer but the lowest.
    AllButLowest,
    /// Cameras altogether; screens stay, since people read on them.
    Cameras,
}

impl Shedding {
    /// One step more; the last stays.
    pub fn more(self) -> Self {
        match self {
            Shedding::Nothing => Shedding::TopLayer,
            Shedding::TopLayer => Shedding::AllButLowest,
            Shedding::AllButLowest | Shedding::Cameras => Shedding::Cameras,
        }
    }

    /// One step less; the first stays.
    pub fn less(self) -> Self {
        match self {
            Shedding::Nothing | Shedding::TopLayer => Shedding::Nothing,
            Shedding::AllButLowest => Shedding::TopLayer,
            Shedding::Cameras => Shedding::AllButLowest,
        }
    }

    /// How many of a source's `layers` may be played, counted from the lowest.
    pub(super) fn playable(self, source: Source, layers: usize) -> usize {
        match self {
            Shedding::Nothing => layers,
            Shedding::TopLayer => layers.saturating_sub(1).max(1),
            Shedding::AllButLowest => 1,
            Shedding::Cameras if source == Source::Camera => 0,
            Shedding::Cameras => 1,
        }
    }
}

impl Room {
    /// Leaves out so much from now on. A slot changes down at the lower layer's next keyframe, so nobody's picture freezes.
    pub(crate) fn shed(&mut self, now: Instant, shedding: Shedding) {
        self.shedding = shedding;
        for key in self.participants.keys() {
            self.retune(now, key);
            self.tell_slots(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_plays_less_and_leads_back() {
        use Shedding::{AllButLowest, Cameras, Nothing, TopLayer};
        let table = [
            (Nothing, (3, 1), (1, 1)),
            (TopLayer, (2, 1), (1, 1)),
            (AllButLowest, (1, 1), (1, 1)),
            (Cameras, (0, 0), (1, 1)),
        ];
        for (step, cameras, screens) in table {
            let playable = |source| (step.playable(source, 3), step.playable(source, 1));
            assert_eq!((playable(Source::Camera).0, playable(Source::Camera).1), cameras, "{step:?}");
            assert_eq!((step.playable(Source::Screen, 1), step.playable(Source::Screen, 1)), screens, "{step:?}");
            assert_eq!(step.more().less(), step.min(AllButLowest), "{step:?}");
        }
    }
}
