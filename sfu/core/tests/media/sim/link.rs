//! One direction of a network path: what is sent comes out later, or twice, or out of order, or not at all.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::viewer::WIRE_OVERHEAD;

/// How a path behaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conditions {
    pub(super) loss: Loss,
    pub(super) delay: Duration,
    /// Up to so much more, evenly distributed: packets overtake each other.
    pub(super) jitter: Duration,
    /// What comes within so long comes at the end of it, together: a radio that sends in turns, a computer that is busy.
    pub(super) clumps: Duration,
    /// Share that comes twice.
    pub(super) duplicates: f64,
    /// Bits a second, and how long a packet may wait for its turn before it is dropped (a drop-tail queue).
    pub(super) rate: Option<(u64, Duration)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Loss {
    None,
    /// Each packet by itself, with this probability.
    Random(f64),
    /// Gilbert's model: probability that a burst begins at a packet, and that it ends; within, everything is lost.
    Bursts {
        begins: f64,
        ends: f64,
    },
}

/// A path without faults but for the 20 ms it takes.
pub(super) const CLEAN: Conditions = Conditions {
    loss: Loss::None,
    delay: Duration::from_millis(20),
    jitter: Duration::ZERO,
    clumps: Duration::ZERO,
    duplicates: 0.0,
    rate: None,
};

pub(super) struct Link {
    pub(super) conditions: Conditions,
    rng: StdRng,
    in_burst: bool,
    began: Option<Instant>,
    /// When what was accepted has left the sender.
    free_at: Option<Instant>,
    under_way: BinaryHeap<Reverse<(Instant, u64, Vec<u8>)>>,
    order: u64,
}

impl Link {
    pub(super) fn new(conditions: Conditions, seed: u64) -> Self {
        Self {
            conditions,
            rng: StdRng::seed_from_u64(seed),
            in_burst: false,
            began: None,
            free_at: None,
            under_way: BinaryHeap::new(),
            order: 0,
        }
    }

    fn clump(&mut self, now: Instant, arrives: Instant) -> Instant {
        let began = *self.began.get_or_insert(now);
        let clumps = self.conditions.clumps.as_micros() as u64;
        let since = (arrives - began).as_micros() as u64;
        if clumps == 0 { arrives } else { began + Duration::from_micros(since.next_multiple_of(clumps)) }
    }

    /// Returns whether the queue had room.
    pub(super) fn send(&mut self, now: Instant, bytes: &[u8]) -> bool {
        let Some(leaves) = self.queue(now, bytes.len() + WIRE_OVERHEAD) else { return false };
        if self.loses() {
            return true;
        }
        let copies = 1 + usize::from(self.rng.random_bool(self.conditions.duplicates));
        for _ in 0..copies {
            let arrives = leaves + self.conditions.delay + self.conditions.jitter.mul_f64(self.rng.random());
            let arrives = self.clump(now, arrives);
            self.order += 1;
            self.under_way.push(Reverse((arrives, self.order, bytes.to_vec())));
        }
        true
    }

    /// How long what is sent now waits for its turn.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        self.free_at.map_or(Duration::ZERO, |free| free.saturating_duration_since(now))
    }

    /// When the next packet comes out.
    pub(super) fn next(&self) -> Option<Instant> {
        self.under_way.peek().map(|Reverse((at, ..))| *at)
    }

    pub(super) fn receive(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.next().filter(|at| *at <= now)?;
        self.under_way.pop().map(|Reverse((_, _, bytes))| bytes)
    }

    /// When a packet has left, or `None` when the queue before a narrow link is too long.
    fn queue(&mut self, now: Instant, bytes: usize) -> Option<Instant> {
        let Some((bits_per_second, patience)) = self.conditions.rate else { return Some(now) };
        let begins = self.free_at.filter(|free| *free > now).unwrap_or(now);
        if begins - now > patience {
            return None;
        }
        let leaves = begins + Duration::from_secs_f64(bytes as f64 * 8.0 / bits_per_second as f64);
        self.free_at = Some(leaves);
        Some(leaves)
    }

    fn loses(&mut self) -> bool {
        match self.conditions.loss {
            Loss::None => false,
            Loss::Random(share) => self.rng.random_bool(share),
            Loss::Bursts { begins, ends } => {
                let turns = self.rng.random_bool(if self.in_burst { ends } else { begins });
                self.in_burst ^= turns;
                self.in_burst
            }
        }
    }
}

#[test]
fn a_link_loses_delays_and_repeats_as_it_is_told() {
    let now = Instant::now();
    let conditions = Conditions {
        loss: Loss::Random(0.1),
        delay: Duration::from_millis(50),
        jitter: Duration::from_millis(10),
        clumps: Duration::ZERO,
        duplicates: 0.2,
        rate: None,
    };
    let mut link = Link::new(conditions, 1);
    (0..10_000_u32).for_each(|number| assert!(link.send(now, &number.to_be_bytes())));
    let first = link.next().expect("something comes");
    let mut came = Vec::new();
    while let Some(bytes) = link.receive(now + Duration::from_millis(60)) {
        came.push(u32::from_be_bytes(bytes.try_into().expect("four bytes")));
    }
    assert!(first >= now + Duration::from_millis(50) && link.next().is_none());
    assert!(!came.is_sorted(), "jitter reorders");
    assert!((10_600..11_000).contains(&came.len()), "{}", came.len());
    came.sort_unstable();
    came.dedup();
    assert!((8_900..9_100).contains(&came.len()), "{}", came.len());
}

#[test]
fn a_narrow_link_passes_its_rate_and_drops_the_rest() {
    let start = Instant::now();
    let rate = Some((800_000, Duration::from_millis(100)));
    let mut link = Link::new(Conditions { delay: Duration::ZERO, rate, ..CLEAN }, 1);
    // Twice the rate for two seconds.
    for number in 0..400 {
        link.send(start + Duration::from_millis(5 * number), &[0; 1000 - WIRE_OVERHEAD]);
    }
    let mut came = 0;
    while link.receive(start + Duration::from_secs(2)).is_some() {
        came += 1;
    }
    assert!((195..=201).contains(&came), "{came} of 1,000 bytes in 2 s at 100 kB/s");
}
