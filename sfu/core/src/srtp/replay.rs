//! A sliding window of packet indices already accepted (RFC 3711 §3.3.2).

/// Remembers the last `64 * WORDS` indices. Marked only after authentication, so forgeries cannot move it.
#[derive(Clone, Debug)]
pub(crate) struct ReplayWindow<const WORDS: usize> {
    /// One past the newest accepted index.
    end: u64,
    seen: [u64; WORDS],
}

impl<const WORDS: usize> ReplayWindow<WORDS> {
    const SPAN: u64 = 64 * WORDS as u64;

    pub(crate) fn new() -> Self {
        Self { end: 0, seen: [0; WORDS] }
    }

    /// Whether `index` is inside or ahead of the window and was not accepted before.
    pub(crate) fn is_fresh(&self, index: u64) -> bool {
        if index >= self.end {
            return true;
        }
        let (word, bit) = Self::place(index);
        self.end - index <= Self::SPAN && self.seen.get(word).is_some_and(|bits| bits & bit == 0)
    }

    pub(crate) fn accept(&mut self, index: u64) {
        if index >= self.end {
            // Indices between the old newest and this one enter the window unseen.
            for skipped in self.end.max(index.saturating_sub(Self::SPAN - 1))..index {
                let (word, bit) = Self::place(skipped);
                if let Some(bits) = self.seen.get_mut(word) {
                    *bits &= !bit;
                }
            }
            self.end = index + 1;
        }
        let (word, bit) = Self::place(index);
        if let Some(bits) = self.seen.get_mut(word) {
            *bits |= bit;
        }
    }

    fn place(index: u64) -> (usize, u64) {
        (((index / 64) % WORDS as u64) as usize, 1 << (index % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn each_index_is_accepted_at_most_once(steps in prop::collection::vec(0i64..400, 1..300)) {
            let mut window = ReplayWindow::<2>::new();
            let mut model = BTreeSet::new();
            let mut at = 1000i64;
            for step in steps {
                at += step - 150;
                let index = at.max(0) as u64;
                let newest = model.last().copied();
                let expected = !model.contains(&index) && newest.is_none_or(|newest| index + 128 > newest);
                prop_assert_eq!(window.is_fresh(index), expected);
                if expected {
                    window.accept(index);
                    model.insert(index);
                }
            }
        }
    }
}
