//! Who is here, who speaks, who is shown, how they are doing.

use std::time::Duration;

use rtc_rtcp::receiver_report::ReceiverReport;
use rtc_rtcp::reception_report::ReceptionReport;
use rtc_rtcp::sender_report::SenderReport;

use crate::world::*;
use sfu_core::*;

fn shown(world: &World, client: usize) -> Vec<Option<ParticipantId>> {
    let lists = world.events.iter().rev().find_map(|event| match event {
        Event::Slots { participant, slots } if *participant == person(client) => Some(slots),
        _ => None,
    });
    lists.map(|slots| slots.iter().map(|slot| slot.source.map(|source| source.0)).collect()).unwrap_or_default()
}

#[test]
fn people_keep_their_slots_when_others_come_and_go() {
    let mut world = World::of(4);
    assert_eq!(shown(&world, 0), [Some(person(1)), Some(person(2)), Some(person(3)), None]);
    world.shard.leave(world.now, person(2));
    world.deliver();
    assert_eq!(shown(&world, 0), [Some(person(1)), None, Some(person(3)), None]);
}

#[test]
fn a_camera_put_out_is_told_while_its_microphone_stays() {
    let mut world = World::of(2);
    let flows = |world: &World| {
        let told = world.events.iter().rev().find_map(|event| match event {
            Event::Slots { participant, slots } if *participant == person(0) => Some((slots[0].audio, slots[0].video)),
            _ => None,
        });
        told.expect("slots were told")
    };
    assert_eq!(flows(&world), (Flow::Forwarded, Flow::Forwarded));
    world.shard.publish(world.now, person(1), Source::Camera, SourceState { video: TrackState::Off, ..ON });
    world.deliver();
    assert_eq!(flows(&world), (Flow::Forwarded, Flow::None));
    world.shard.publish(world.now, person(1), Source::Camera, ON);
    world.deliver();
    assert_eq!(flows(&world), (Flow::Forwarded, Flow::Forwarded));
}

#[test]
fn a_screen_takes_a_slot_of_its_own() {
    let mut world = World::of(2);
    world.shard.publish(
        world.now,
        person(1),
        Source::Screen,
        SourceState { audio: TrackState::Off, video: TrackState::On },
    );
    world.deliver();
    assert_eq!(shown(&world, 0), [Some(person(1)), Some(person(1)), None, None]);
}

#[test]
fn whoever_speaks_is_told_and_comes_into_a_rotating_slot() {
    let mut world = World::with(&[Habits { slots: 2, ..USUAL }, USUAL, USUAL, USUAL]);
    assert_eq!(shown(&world, 0), [Some(person(1)), Some(person(2))]);
    for sequence in 0..50 {
        world.speak(3, sequence, b"me");
        world.advance(Duration::from_millis(20));
    }
    assert!(world.events.contains(&Event::Speakers { participants: vec![person(3)] }));
    assert_eq!(shown(&world, 0), [Some(person(1)), Some(person(3))]);
    assert!(!world.audio(0, 1).is_empty());
    world.advance(Duration::from_secs(2));
    assert!(world.events.contains(&Event::Speakers { participants: vec![] }));
}

#[test]
fn three_silent_seconds_are_a_stall_and_one_packet_ends_it() {
    let mut world = World::of(2);
    world.speak(0, 1, b"x");
    world.advance(Duration::from_millis(2900));
    assert!(!world.events.contains(&Event::Stalled { participant: person(0) }));
    world.advance(Duration::from_millis(200));
    assert!(world.events.contains(&Event::Stalled { participant: person(0) }));
    world.speak(0, 2, b"x");
    assert!(world.events.contains(&Event::Revived { participant: person(0) }));
}

#[test]
fn loss_and_delay_told_by_a_subscriber_lower_its_score() {
    let mut world = World::of(2);
    let score = |world: &World| {
        world.events.iter().rev().find_map(|event| match event {
            Event::Quality { participant, score } if *participant == person(1) => Some(*score),
            _ => None,
        })
    };
    for second in 0..9u16 {
        for packet in 0..50 {
            world.speak(0, second * 50 + packet, b"x");
            world.advance(Duration::from_millis(20));
        }
        if second < 2 {
            assert!(score(&world).is_none_or(|score| score > 4.5));
            continue;
        }
        let Some(report) = world.rtcp_of::<SenderReport>(1).pop() else { continue };
        let block = ReceptionReport {
            ssrc: report.ssrc,
            fraction_lost: 77,
            last_sender_report: (report.ntp_time >> 16) as u32,
            ..Default::default()
        };
        world.advance(Duration::from_millis(300));
        world.send_rtcp(1, &ReceiverReport { ssrc: 9, reports: vec![block], ..Default::default() });
    }
    assert!(score(&world).is_some_and(|score| score < 3.0), "{:?}", score(&world));
}

#[test]
fn a_room_ends_with_its_last_participant() {
    let mut world = World::of(2);
    world.shard.leave(world.now, person(0));
    world.shard.close_room(world.now, room());
    assert_eq!(world.shard.load(), Load::default());
    world.join(USUAL);
}

#[test]
fn a_quarantine_with_no_room_at_work_ends_nothing() {
    let mut world = World::of(2);
    world.shard.quarantine(world.now);
    assert_eq!(world.shard.load().rooms, 1, "no room was being worked on");
}

#[test]
fn who_is_connected_ahead_is_shown_nothing_until_let_in() {
    let mut world = World::of(2);
    let late = world.join(USUAL);
    world.shard.watch(world.now, person(late), Watch::Nobody);
    world.deliver();
    world.speak(0, 1, &[1; 40]);
    world.film(0, 1, true);
    assert_eq!(world.clients[late].got, []);
    assert!(shown(&world, late).iter().all(Option::is_none));
    world.shard.watch(world.now, person(late), Watch::Everyone);
    world.deliver();
    assert_eq!(shown(&world, late)[..2], [Some(person(0)), Some(person(1))]);
    world.speak(0, 2, &[2; 40]);
    assert_eq!(world.audio(late, 0).len(), 1);
    assert!(!world.video(late, 0).is_empty(), "the last keyframe is still in the ring");
}
