//! What is due when: a heap, so that finding the next costs nothing in rooms or participants.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use crate::room::{ParticipantKey, Room};
use crate::slab::Key;

/// Whose deadline it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Timer {
    Participant(Key<Room>, ParticipantKey),
    Room(Key<Room>),
}

/// Deadlines are never taken out early: the owner remembers which one it holds, and others are passed over when they come.
#[derive(Default)]
pub(super) struct Deadlines {
    heap: BinaryHeap<Reverse<Entry>>,
    pushed: u64,
}

struct Entry {
    at: Instant,
    /// Equal times keep their order: same inputs, same outputs.
    order: u64,
    timer: Timer,
}

impl Deadlines {
    pub(super) fn push(&mut self, at: Instant, timer: Timer) {
        self.pushed += 1;
        self.heap.push(Reverse(Entry { at, order: self.pushed, timer }));
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    pub(super) fn pop_due(&mut self, now: Instant) -> Option<(Instant, Timer)> {
        self.heap.peek().filter(|Reverse(entry)| entry.at <= now)?;
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.timer))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}
