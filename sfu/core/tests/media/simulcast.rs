//! Layers.

use std::time::Duration;

use crate::world::*;
use sfu_core::*;

const LAYERS: Habits = Habits { rids: &["q", "h", "f"], ..USUAL };

/// One frame on each of the given layers; the layer's number is in the body.
fn film(world: &mut World, layers: &[usize], sequence: u16, keyframe: bool) {
    for &layer in layers {
        let payload = vp8(sequence, keyframe, &[layer as u8; 20]);
        let rid = Some(["q", "h", "f"][layer]);
        world.send(0, &Packet { rid, ..Packet::video(0, layer, sequence, &payload) }.bytes());
    }
    world.deliver();
    world.advance(Duration::from_millis(33));
}

fn layers(got: &[Got]) -> Vec<u8> {
    let mut layers: Vec<u8> = got.iter().filter_map(|packet| packet.payload.last().copied()).collect();
    layers.dedup();
    layers
}

fn want(world: &mut World, width: u16, height: u16) {
    let want = Want { participant: person(0), source: Source::Camera, width, height, priority: 0 };
    world.shard.subscribe(world.now, person(1), &[want]);
}

#[test]
fn the_highest_layer_is_forwarded_by_default() {
    let mut world = World::with(&[LAYERS, USUAL]);
    (1..30).for_each(|sequence| film(&mut world, &[0, 1, 2], sequence, sequence % 10 == 1));
    assert_eq!(layers(&world.video(1, 0)), [2], "from the first frame on");
}

#[test]
fn a_smaller_tile_changes_the_layer_at_its_keyframe_without_a_jump() {
    let mut world = World::with(&[LAYERS, USUAL]);
    (1..30).for_each(|sequence| film(&mut world, &[0, 1, 2], sequence, sequence == 1 || sequence == 11));
    want(&mut world, 320, 180);
    (30..40).for_each(|sequence| film(&mut world, &[0, 1, 2], sequence, false));
    assert_eq!(layers(&world.video(1, 0)).last(), Some(&2), "it plays on until the keyframe");
    (40..50).for_each(|sequence| film(&mut world, &[0, 1, 2], sequence, sequence == 40));
    let got = world.video(1, 0);
    assert_eq!(layers(&got).last(), Some(&0));
    for pair in got.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(picture_id(&pair[1].payload), (picture_id(&pair[0].payload) + 1) & 0x7fff);
        let ticks = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert!((2900..3100).contains(&ticks), "{ticks}");
    }
}

#[test]
fn a_layer_that_stops_gives_way_to_the_next_lower_one() {
    let mut world = World::with(&[LAYERS, USUAL]);
    (1..40).for_each(|sequence| film(&mut world, &[0, 1, 2], sequence, sequence % 10 == 1));
    (40..160).for_each(|sequence| film(&mut world, &[0, 1], sequence, sequence % 10 == 1));
    assert_eq!(layers(&world.video(1, 0)).last(), Some(&1));
}

#[test]
fn a_layer_that_stays_behind_the_others_gives_way_before_it_is_silent() {
    let mut world = World::with(&[LAYERS, USUAL]);
    (1..40).for_each(|sequence| film(&mut world, &[0, 1, 2], sequence, sequence % 10 == 1));
    let stopped = world.now;
    let mut sequence = 40;
    while layers(&world.video(1, 0)).last() != Some(&1) {
        film(&mut world, &[0, 1], sequence, sequence % 2 == 1);
        sequence += 1;
        assert!(world.now - stopped < Duration::from_millis(800), "the viewer looks at a picture that stands still");
    }
    // It comes back as soon as it is there again.
    (sequence..sequence + 20).for_each(|sequence| film(&mut world, &[0, 1, 2], sequence, sequence % 10 == 1));
    assert_eq!(layers(&world.video(1, 0)).last(), Some(&2));
}

#[test]
fn a_source_that_is_not_wanted_is_heard_but_not_seen() {
    let mut world = World::with(&[LAYERS, USUAL]);
    (1..20).for_each(|sequence| film(&mut world, &[0, 1, 2], sequence, sequence == 1));
    let before = world.video(1, 0).len();
    world.shard.subscribe(world.now, person(1), &[]);
    (20..30).for_each(|sequence| film(&mut world, &[0, 1, 2], sequence, sequence == 20));
    world.speak(0, 1, b"heard");
    assert_eq!((world.video(1, 0).len(), world.audio(1, 0).len()), (before, 1));
}

#[test]
fn an_overloaded_shard_leaves_out_high_layers_then_cameras_and_never_sound() {
    let mut world = World::with(&[LAYERS, USUAL]);
    let mut sequence = 0;
    let mut played = |world: &mut World, shedding| {
        world.shard.shed(world.now, shedding);
        let before = world.video(1, 0).len();
        for _ in 0..10 {
            sequence += 1;
            film(world, &[0, 1, 2], sequence, sequence % 10 == 1);
        }
        world.speak(0, sequence, b"heard");
        layers(&world.video(1, 0)[before..])
    };
    assert_eq!(played(&mut world, Shedding::Nothing), [2]);
    assert_eq!(played(&mut world, Shedding::TopLayer), [1]);
    assert_eq!(played(&mut world, Shedding::AllButLowest), [0]);
    assert_eq!(played(&mut world, Shedding::Cameras), []);
    assert_eq!(world.audio(1, 0).len(), 4, "sound is never left out");
    assert_eq!(played(&mut world, Shedding::Nothing), [2], "and all comes back");
}

#[test]
fn a_publisher_is_told_how_many_layers_somebody_sees() {
    let mut world = World::with(&[LAYERS, USUAL, USUAL]);
    let asked = |world: &World| -> Vec<usize> {
        let asked = world.events.iter().filter_map(|event| match event {
            Event::Demand { participant, layers, .. } if *participant == person(0) => Some(*layers),
            _ => None,
        });
        asked.collect()
    };
    let mut sequence = 0;
    let mut seconds = |world: &mut World, seconds: u16, layers: &[usize]| {
        for _ in 0..seconds * 30 {
            sequence += 1;
            film(world, layers, sequence, sequence % 30 == 1);
        }
    };
    seconds(&mut world, 7, &[0, 1, 2]);
    assert_eq!(asked(&world), [], "the second viewer sees it at its best");
    world.shard.subscribe(world.now, person(2), &[]);
    want(&mut world, 320, 180);
    seconds(&mut world, 4, &[0, 1, 2]);
    assert_eq!(asked(&world), [], "tiles come and go");
    seconds(&mut world, 2, &[0, 1, 2]);
    assert_eq!(asked(&world), [1]);
    seconds(&mut world, 1, &[0]);
    want(&mut world, 1280, 720);
    assert_eq!(asked(&world), [1], "told with the next look at the room");
    seconds(&mut world, 1, &[0, 1, 2]);
    assert_eq!(asked(&world), [1, 3]);
    assert_eq!(layers(&world.video(1, 0)).last(), Some(&2));
}
