//! Bandwidth on a narrow link: what the viewer of three layers sees and hears while the link changes.

use std::time::Duration;

use sfu_core::{Event, Flow};

use super::link::{CLEAN, Conditions};
use super::scenarios::{Act, Scenario, TWO, ms};
use super::{Peer, Sim};
use crate::world::person;

/// Bits a second of the layers, as Chromium encodes 180, 360 and 720 lines, headers apart.
const RATES: &[u32] = &[140_000, 470_000, 1_600_000];

const fn narrow(bits_per_second: u64) -> Conditions {
    Conditions { rate: Some((bits_per_second, ms(600))), ..CLEAN }
}

fn play(scenario: &Scenario, seed: u64) -> Sim<'_> {
    let mut sim = Sim::new(scenario, seed);
    sim.play();
    sim
}

/// Layers shown in a slot, and when each began, in seconds from the start.
fn layers(sim: &Sim<'_>, client: usize, slot: usize) -> Vec<(f64, u8)> {
    let begun = sim.world.now - sim.scenario.length;
    let of_slot = sim.peers[client].viewer.layers.iter().filter(|(_, of, _)| *of == slot);
    of_slot.map(|(at, _, layer)| (at.saturating_duration_since(begun).as_secs_f64(), *layer)).collect()
}

fn at(layers: &[(f64, u8)], second: f64) -> Option<u8> {
    layers.iter().rev().find(|(at, _)| *at <= second).map(|(_, layer)| *layer)
}

/// How often the layer changed between two moments.
fn changes(layers: &[(f64, u8)], from: f64, to: f64) -> usize {
    layers.iter().filter(|(at, _)| (from..to).contains(at)).count()
}

/// Bits a second that came between two moments.
fn rate(sim: &Sim<'_>, peer: &Peer, from: f64, to: f64) -> f64 {
    let begun = sim.world.now - sim.scenario.length;
    let within = peer.viewer.came.iter().filter(|(at, _)| {
        let second = at.saturating_duration_since(begun).as_secs_f64();
        (from..to).contains(&second)
    });
    within.map(|(_, bytes)| *bytes as f64 * 8.0).sum::<f64>() / (to - from)
}

#[test]
fn a_link_that_narrows_and_widens_is_followed() {
    const CHANGES: Scenario = Scenario {
        name: "rate changes",
        layers: 3,
        rates: RATES,
        length: Duration::from_secs(120),
        acts: &[
            (ms(0), Act::Down(0, narrow(3_000_000))),
            (ms(20_000), Act::Down(0, narrow(600_000))),
            (ms(90_000), Act::Down(0, narrow(3_000_000))),
        ],
        ..TWO
    };
    for seed in 1..3 {
        let sim = play(&CHANGES, seed);
        let (peer, shown) = (&sim.peers[0], layers(&sim, 0, 0));
        assert_eq!([19.0, 21.7, 80.0, 95.0].map(|second| at(&shown, second)), [2, 0, 1, 2].map(Some), "{shown:?}");
        assert!(changes(&shown, 30.0, 90.0) <= 2 && changes(&shown, 96.0, 120.0) == 0, "{shown:?}");
        let used = rate(&sim, peer, 30.0, 90.0) / 600e3;
        assert!(used >= 0.85, "{used} of the link");
        assert!(peer.sound_dropped <= 3, "{} packets of sound", peer.sound_dropped);
        let seen = peer.viewer.seen().next().expect("a slot");
        assert!(seen.frozen < ms(300) && seen.missed == 0, "{seen:?}");
    }
}

/// The longest that sound waited before the way down between two moments.
fn longest_wait(sim: &Sim<'_>, peer: &Peer, from: f64, to: f64) -> Duration {
    let begun = sim.world.now - sim.scenario.length;
    let within = peer.sound_waits.iter().filter(|(at, _)| {
        let second = at.saturating_duration_since(begun).as_secs_f64();
        (from..to).contains(&second)
    });
    within.map(|(_, waited)| *waited).max().unwrap_or_default()
}

#[test]
fn sound_goes_past_a_keyframe_before_a_narrow_link() {
    const KEYFRAMES: Scenario = Scenario {
        name: "keyframes",
        layers: 3,
        rates: RATES,
        keyframe: 12,
        length: Duration::from_secs(60),
        acts: &[
            (ms(0), Act::Down(0, narrow(3_000_000))),
            (ms(15_000), Act::Down(0, narrow(600_000))),
            // The middle layer by now, which begins anew with a keyframe each time.
            (ms(40_000), Act::Want(0, 180)),
            (ms(42_000), Act::Want(0, 720)),
            (ms(44_000), Act::Want(0, 180)),
            (ms(46_000), Act::Want(0, 720)),
        ],
        ..TWO
    };
    for seed in 1..4 {
        let sim = play(&KEYFRAMES, seed);
        let waited = longest_wait(&sim, &sim.peers[0], 35.0, 60.0);
        assert!(waited < ms(150), "336 ms unpaced: {waited:?}, {:?}", layers(&sim, 0, 0));
    }
}

#[test]
fn a_link_that_narrows_at_once_shows_no_gap_of_three_tenths() {
    const fn short_queue(bits_per_second: u64) -> Conditions {
        Conditions { rate: Some((bits_per_second, ms(300))), ..CLEAN }
    }
    const NARROWS: Scenario = Scenario {
        name: "narrows",
        layers: 3,
        rates: RATES,
        length: Duration::from_secs(30),
        acts: &[(ms(0), Act::Down(0, short_queue(3_000_000))), (ms(20_000), Act::Down(0, short_queue(600_000)))],
        ..TWO
    };
    for seed in 1..6 {
        let sim = play(&NARROWS, seed);
        let shown = layers(&sim, 0, 0);
        let seen = sim.peers[0].viewer.seen().next().expect("a slot");
        assert_eq!([19.0, 21.0, 26.0].map(|second| at(&shown, second)), [2, 0, 1].map(Some), "{shown:?}");
        assert_eq!(seen.frozen, Duration::ZERO, "{seen:?} {shown:?}");
    }
}

#[test]
fn packets_that_come_in_clumps_are_no_congestion() {
    const fn clumped(bits_per_second: u64) -> Conditions {
        Conditions { clumps: ms(20), ..narrow(bits_per_second) }
    }
    const CLUMPS: Scenario = Scenario {
        name: "clumps",
        layers: 3,
        rates: RATES,
        length: Duration::from_secs(90),
        acts: &[
            (ms(0), Act::Down(0, clumped(3_000_000))),
            (ms(20_000), Act::Down(0, clumped(700_000))),
            (ms(60_000), Act::Down(0, clumped(3_000_000))),
        ],
        ..TWO
    };
    for seed in 1..3 {
        let sim = play(&CLUMPS, seed);
        let (peer, shown) = (&sim.peers[0], layers(&sim, 0, 0));
        assert_eq!([19.0, 59.0, 70.0].map(|second| at(&shown, second)), [2, 1, 2].map(Some), "{shown:?}");
        let used = rate(&sim, peer, 30.0, 60.0) / 700e3;
        assert!(used >= 0.7, "{used} of the link");
        // How full the link is shows later: its queue overflows for a moment.
        assert!(peer.sound_dropped <= 60, "{} packets of sound", peer.sound_dropped);
        let seen = peer.viewer.seen().next().expect("a slot");
        assert!(seen.frozen < ms(500) && seen.missed == 0, "{seen:?}");
    }
}

#[test]
fn twelve_people_on_two_megabits_hear_everyone_and_see_who_speaks() {
    const TWELVE: Scenario = Scenario {
        name: "twelve",
        people: 12,
        layers: 3,
        rates: RATES,
        length: Duration::from_secs(45),
        acts: &[
            (ms(0), Act::Down(1, narrow(2_000_000))),
            (ms(0), Act::Want(0, 0)),
            (ms(0), Act::Want(2, 0)),
            (ms(0), Act::Want(3, 0)),
            (ms(0), Act::Want(4, 0)),
            (ms(0), Act::Want(5, 0)),
            (ms(0), Act::Want(6, 0)),
            (ms(0), Act::Want(7, 0)),
            (ms(0), Act::Want(8, 0)),
            (ms(0), Act::Want(9, 0)),
            (ms(0), Act::Want(10, 0)),
            (ms(0), Act::Want(11, 0)),
        ],
        ..TWO
    };
    let sim = play(&TWELVE, 1);
    let told = sim.world.events.iter().filter_map(|event| match event {
        Event::Slots { participant, slots } if *participant == person(1) => Some(slots),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    let last = told.last().expect("slots were told");
    let viewer = &sim.peers[1];
    assert!(last.iter().all(|slot| slot.audio == Flow::Forwarded) && viewer.sound_dropped == 0, "everyone is heard");
    assert_eq!(layers(&sim, 1, 0).iter().map(|(_, layer)| *layer).collect::<Vec<_>>(), [1], "1,700 kbit/s do not fit");
    let shown = last.iter().filter(|slot| slot.video == Flow::Forwarded).count();
    assert!((5..11).contains(&shown), "{shown} of eleven are seen");
    assert!(told.len() <= 18, "{} changes in 45 s: eleven came", told.len());
    let used = rate(&sim, viewer, 15.0, 45.0) / 2e6;
    assert!((0.85..1.0).contains(&used), "{used} of the link");
}
