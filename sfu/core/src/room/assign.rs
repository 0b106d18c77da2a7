//! Which sources a participant's slots carry. A pure decision: stable while there is room, and when there is not, the last slots rotate among
//! those who speak.

use std::time::Instant;

use crate::{ParticipantId, Source};

pub(crate) type SourceId = (ParticipantId, Source);

/// A source that could be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Candidate {
    pub(crate) source: SourceId,
    /// As wanted by the subscriber.
    pub(crate) priority: u8,
    /// When it was last among the active speakers.
    pub(crate) spoke: Option<Instant>,
    /// Place in the order of joining.
    pub(crate) joined: u64,
}

impl Candidate {
    /// Greater is placed first: what was asked for, screens, who spoke last, who came first.
    fn rank(&self) -> (u8, Source, Option<Instant>, std::cmp::Reverse<u64>) {
        (self.priority, self.source.1, self.spoke, std::cmp::Reverse(self.joined))
    }
}

/// How many of `slots` rotate when there are more sources than slots.
fn rotating(slots: usize) -> usize {
    (slots / 4).max(1)
}

/// The next assignment. Sources keep the slot they have; empty slots are filled; then a higher priority displaces a lower one anywhere, and a
/// later speaker an earlier one in the rotating slots.
pub(crate) fn assign(current: &[Option<SourceId>], candidates: &[Candidate]) -> Vec<Option<SourceId>> {
    let find = |source: SourceId| candidates.iter().find(|candidate| candidate.source == source);
    let mut slots: Vec<Option<&Candidate>> = current.iter().map(|slot| slot.and_then(find)).collect();
    let mut waiting: Vec<&Candidate> =
        candidates.iter().filter(|candidate| !slots.contains(&Some(candidate))).collect();
    waiting.sort_by_key(|candidate| std::cmp::Reverse(candidate.rank()));
    let mut waiting = waiting.into_iter();

    for empty in slots.iter_mut().filter(|slot| slot.is_none()) {
        *empty = waiting.next();
    }
    let first_rotating = slots.len() - rotating(slots.len()).min(slots.len());
    for candidate in waiting {
        let displaceable = slots.iter_mut().enumerate().filter_map(|(at, slot)| {
            let shown = (*slot)?;
            let outranked = candidate.priority > shown.priority;
            let outspoken =
                at >= first_rotating && candidate.priority == shown.priority && candidate.spoke > shown.spoke;
            (outranked || outspoken).then_some((shown.priority, shown.spoke, std::cmp::Reverse(at), slot))
        });
        if let Some((.., slot)) = displaceable.min_by_key(|(priority, spoke, at, _)| (*priority, *spoke, *at)) {
            *slot = Some(candidate);
        }
    }
    slots.into_iter().map(|slot| slot.map(|candidate| candidate.source)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;
    use uuid::Uuid;

    fn person(number: u128) -> SourceId {
        (ParticipantId(Uuid::from_u128(number)), Source::Camera)
    }

    fn candidate(number: u128) -> Candidate {
        Candidate { source: person(number), priority: 0, spoke: None, joined: number as u64 }
    }

    #[test]
    fn people_take_slots_in_the_order_they_came() {
        let people: Vec<_> = (1..=3).map(candidate).collect();
        assert_eq!(assign(&[None; 4], &people), [Some(person(1)), Some(person(2)), Some(person(3)), None]);
    }

    #[test]
    fn who_stays_keeps_the_slot_when_another_leaves() {
        let current = [Some(person(1)), Some(person(2)), Some(person(3))];
        assert_eq!(assign(&current, &[candidate(1), candidate(3)]), [Some(person(1)), None, Some(person(3))]);
    }

    #[test]
    fn a_screen_goes_before_people_who_wait() {
        let screen = Candidate { source: (person(9).0, Source::Screen), ..candidate(9) };
        assert_eq!(assign(&[None], &[candidate(1), screen]), [Some(screen.source)]);
    }

    #[test]
    fn beyond_the_slots_speakers_rotate_through_the_last_ones() {
        let now = Instant::now();
        let current: Vec<_> = (1..=8).map(|number| Some(person(number))).collect();
        let mut people: Vec<_> = (1..=10).map(candidate).collect();
        people[9].spoke = Some(now);
        let after = assign(&current, &people);
        assert_eq!(after[..7], current[..7]);
        assert_eq!(after[7], Some(person(10)));
        people[8].spoke = Some(now + Duration::from_secs(1));
        let after = assign(&after, &people);
        assert_eq!(after[6..], [Some(person(9)), Some(person(10))], "the rotating slot of who never spoke goes first");
    }

    #[test]
    fn a_pinned_person_displaces_an_unpinned_one() {
        let pinned = Candidate { priority: 5, ..candidate(3) };
        let after = assign(&[Some(person(1)), Some(person(2))], &[candidate(1), candidate(2), pinned]);
        assert_eq!(after, [Some(person(1)), Some(person(3))]);
    }

    proptest! {
        #[test]
        fn nobody_is_shown_twice_and_no_slot_stays_empty_in_need(slots in 1usize..9, people in prop::collection::btree_map(0u128..30, (0u8..3, prop::option::of(0u64..5)), 0..20), shown in prop::collection::vec(prop::option::of(0u128..30), 9)) {
            let start = Instant::now();
            let candidates: Vec<_> = people.iter().map(|(&number, &(priority, spoke))| Candidate { priority, spoke: spoke.map(|at| start + Duration::from_secs(at)), ..candidate(number) }).collect();
            let mut seen = std::collections::BTreeSet::new();
            let current: Vec<_> = shown.iter().take(slots).map(|number| number.filter(|number| seen.insert(*number)).map(person)).collect();
            let after = assign(&current, &candidates);
            let mut placed: Vec<_> = after.iter().flatten().collect();
            prop_assert_eq!(placed.len(), slots.min(candidates.len()));
            placed.sort();
            placed.dedup();
            prop_assert_eq!(placed.len(), slots.min(candidates.len()));
            prop_assert_eq!(assign(&after, &candidates), after, "the decision is settled");
        }
    }
}
