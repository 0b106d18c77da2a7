//! What is simulated, as data.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use sfu_core::Shedding;

use super::link::{CLEAN, Conditions, Loss};
use super::viewer::Seen;

/// Something people or the network do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Camera(usize, bool),
    /// How many lines the viewer's tiles have.
    Want(usize, u16),
    Shed(Shedding),
    Leave(usize),
    Network(Conditions),
    /// The way down to one client.
    Down(usize, Conditions),
}

impl Act {
    /// What somebody might do next.
    pub(super) fn any(rng: &mut StdRng, people: usize) -> Self {
        let client = rng.random_range(0..people);
        match rng.random_range(0..10) {
            0..3 => Self::Camera(client, false),
            3..6 => Self::Camera(client, true),
            6..9 => Self::Want(client, [90, 180, 360, 720][rng.random_range(0..4)]),
            _ => Self::Shed(
                [Shedding::Nothing, Shedding::TopLayer, Shedding::AllButLowest, Shedding::Cameras]
                    [rng.random_range(0..4)],
            ),
        }
    }
}

pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) people: usize,
    pub(super) layers: usize,
    /// Bits a second of each layer; empty where they do not matter.
    pub(super) rates: &'static [u32],
    /// How many usual pictures a keyframe is worth, where there are rates.
    pub(super) keyframe: usize,
    pub(super) length: Duration,
    pub(super) conditions: Conditions,
    pub(super) acts: &'static [(Duration, Act)],
    /// Somebody does something at random this often.
    pub(super) chaos: Option<Duration>,
    pub(super) promise: Promise,
}

/// What holds for every slot that showed anything, whatever the seed.
pub(super) struct Promise {
    /// Pictures shown, at least, and the share of the time they stood still, at most.
    pub(super) frames: u64,
    pub(super) frozen: f64,
    /// Share of packets that came by no way, repairs included, at most.
    pub(super) missed: f64,
    /// Keyframes a viewer had to ask for, at most.
    pub(super) keyframe_requests: u64,
}

impl Scenario {
    pub(super) fn judge(&self, seen: &[Seen]) {
        assert!(!seen.is_empty(), "{}: nobody saw anything", self.name);
        for seen in seen {
            let Promise { frames, frozen, missed, keyframe_requests } = self.promise;
            let share = seen.frozen.as_secs_f64() / self.length.as_secs_f64();
            assert!(seen.frames >= frames, "{}: {seen:?}", self.name);
            assert!(share <= frozen, "{}: frozen {share}: {seen:?}", self.name);
            assert!(seen.missed as f64 <= missed * seen.packets as f64, "{}: {seen:?}", self.name);
            assert!(seen.keyframe_requests <= keyframe_requests, "{}: {seen:?}", self.name);
        }
    }
}

const LENGTH: Duration = Duration::from_secs(12);

pub(super) const TWO: Scenario = Scenario {
    name: "",
    people: 2,
    layers: 1,
    rates: &[],
    keyframe: 5,
    length: LENGTH,
    conditions: CLEAN,
    acts: &[],
    chaos: None,
    promise: Promise { frames: 350, frozen: 0.0, missed: 0.0, keyframe_requests: 0 },
};

pub(super) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "clean", ..TWO },
    Scenario {
        name: "loss",
        people: 3,
        conditions: Conditions { loss: Loss::Random(0.05), ..CLEAN },
        promise: Promise { frames: 325, frozen: 0.04, missed: 0.001, keyframe_requests: 3 },
        ..TWO
    },
    Scenario {
        name: "bursts",
        conditions: Conditions { loss: Loss::Bursts { begins: 0.004, ends: 0.125 }, ..CLEAN },
        promise: Promise { frames: 320, frozen: 0.03, missed: 0.002, keyframe_requests: 2 },
        ..TWO
    },
    Scenario {
        name: "jitter",
        people: 3,
        conditions: Conditions { jitter: ms(40), ..CLEAN },
        promise: Promise { frames: 345, frozen: 0.0, missed: 0.0, keyframe_requests: 0 },
        ..TWO
    },
    Scenario {
        name: "duplicates",
        conditions: Conditions { duplicates: 0.3, jitter: ms(10), ..CLEAN },
        promise: Promise { frames: 345, frozen: 0.0, missed: 0.0, keyframe_requests: 0 },
        ..TWO
    },
    Scenario {
        name: "narrow",
        conditions: Conditions { rate: Some((400_000, ms(150))), ..CLEAN },
        promise: Promise { frames: 330, frozen: 0.02, missed: 0.01, keyframe_requests: 2 },
        ..TWO
    },
    Scenario {
        name: "outage",
        acts: &[
            (ms(4_000), Act::Network(Conditions { loss: Loss::Random(1.0), ..CLEAN })),
            (ms(6_000), Act::Network(CLEAN)),
        ],
        promise: Promise { frames: 240, frozen: 0.25, missed: 1.0, keyframe_requests: 6 },
        ..TWO
    },
    Scenario {
        name: "layers",
        people: 3,
        layers: 3,
        conditions: Conditions { loss: Loss::Random(0.02), ..CLEAN },
        acts: &[
            (ms(2_000), Act::Want(0, 180)),
            (ms(4_000), Act::Want(0, 360)),
            (ms(6_000), Act::Want(0, 720)),
            (ms(7_000), Act::Shed(Shedding::AllButLowest)),
            (ms(9_000), Act::Shed(Shedding::Nothing)),
        ],
        promise: Promise { frames: 320, frozen: 0.02, missed: 0.001, keyframe_requests: 2 },
        ..TWO
    },
    Scenario {
        name: "comings and goings",
        people: 4,
        layers: 2,
        rates: &[],
        keyframe: 5,
        length: Duration::from_secs(20),
        conditions: Conditions { loss: Loss::Random(0.03), jitter: ms(15), duplicates: 0.02, ..CLEAN },
        acts: &[(ms(15_000), Act::Leave(3))],
        chaos: Some(ms(700)),
        promise: Promise { frames: 0, frozen: 0.10, missed: 0.01, keyframe_requests: 20 },
    },
];

/// Runs that failed once, by scenario and seed.
pub(super) const REGRESSIONS: &[(&str, u64)] = &[];
