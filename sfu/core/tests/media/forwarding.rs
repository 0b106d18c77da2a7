//! What goes in comes out, renumbered.

use std::time::Duration;

use crate::world::*;
use rtc_rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use sfu_core::*;

#[test]
fn audio_reaches_everyone_else_byte_exact_under_their_own_numbers() {
    let mut world = World::of(3);
    for sequence in 65_000..65_010 {
        world.speak(0, sequence, &[sequence as u8; 80]);
    }
    for listener in 1..3 {
        let got = world.audio(listener, 0);
        assert_eq!(got.len(), 10);
        for (packet, sequence) in got.iter().zip(65_000u16..) {
            assert_eq!((packet.payload_type, &packet.payload[..]), (100, &[sequence as u8; 80][..]));
        }
        assert!(got.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
        assert!(got.windows(2).all(|pair| pair[1].timestamp == pair[0].timestamp.wrapping_add(960)));
    }
    assert!(world.clients[0].got.is_empty(), "nobody hears themselves");
}

#[test]
fn the_mid_comes_with_the_first_packets_and_the_audio_level_with_all() {
    let mut world = World::of(2);
    for sequence in 0..60 {
        world.speak(0, sequence, b"x");
    }
    let got = world.audio(1, 0);
    let has = |packet: &Got, needle: &[u8]| packet.sealed[16..].windows(needle.len()).any(|window| window == needle);
    assert!(has(&got[0], &[9 << 4 | 1, b'a', b'0']) && has(&got[0], &[8 << 4, 30]));
    assert!(!has(&got[59], &[9 << 4 | 1, b'a', b'0']) && has(&got[59], &[8 << 4, 30]));
}

#[test]
fn video_waits_for_ready_and_then_for_a_keyframe() {
    let mut world = World::with(&[USUAL, Habits { start: VideoStart::WhenReady, ..USUAL }]);
    world.film(0, 1, true);
    world.advance(Duration::from_millis(600));
    world.film(0, 2, false);
    assert!(world.video(1, 0).is_empty());
    world.shard.ready(world.now, person(1));
    world.film(0, 3, false);
    assert!(world.video(1, 0).is_empty(), "the keyframe in the ring is too old");
    world.advance(Duration::from_millis(1));
    assert!(!world.rtcp_of::<PictureLossIndication>(0).is_empty());
    world.film(0, 4, true);
    world.film(0, 5, false);
    assert_eq!(world.video(1, 0).len(), 2);
    assert!(world.events.contains(&Event::FirstVideo { participant: person(1) }));
}

#[test]
fn a_newcomer_is_shown_the_keyframe_that_was_made_while_they_connected() {
    let mut world = World::of(1);
    world.film(0, 1, false);
    world.join(Habits { start: VideoStart::WhenReady, ..USUAL });
    world.advance(Duration::from_millis(1));
    assert_eq!(world.rtcp_of::<PictureLossIndication>(0).len(), 1, "asked for at the first sign of them");
    world.film(0, 2, true);
    world.film(0, 3, false);
    assert!(world.video(1, 0).is_empty(), "they cannot take video yet");
    world.advance(Duration::from_millis(100));
    world.shard.ready(world.now, person(1));
    world.film(0, 4, false);
    let video = world.video(1, 0);
    assert_eq!(
        video.iter().map(|packet| packet.payload.last().copied()).collect::<Vec<_>>(),
        [Some(2), Some(3), Some(4)]
    );
    assert!(video.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    assert!(world.events.contains(&Event::FirstVideo { participant: person(1) }));
    world.advance(Duration::from_secs(1));
    assert_eq!(world.rtcp_of::<PictureLossIndication>(0).len(), 1, "no other keyframe is needed");
}

#[test]
fn a_subscriber_without_red_gets_the_primary_block() {
    let mut world = World::with(&[USUAL, USUAL, Habits { takes_red: false, ..USUAL }]);
    // One redundant block of two bytes, then the primary.
    let payload = [0x80 | OPUS, 0x0f, 0x00, 0x02, OPUS, b'o', b'l', b'n', b'e', b'w'];
    let packet = Packet { payload_type: RED, ..Packet::audio(0, 1, &payload) };
    world.send(0, &packet.bytes());
    world.deliver();
    let (red, plain) = (&world.audio(1, 0)[0], &world.audio(2, 0)[0]);
    assert_eq!(
        (red.payload_type, red.payload[0] & 0x7f, red.payload[4], &red.payload[5..]),
        (101, 100, 100, &b"olnew"[..])
    );
    assert_eq!((plain.payload_type, &plain.payload[..]), (100, &b"new"[..]));
}

#[test]
fn nothing_is_forwarded_of_a_source_that_is_not_published() {
    let mut world = World::new();
    world.join(USUAL);
    world.join(USUAL);
    world.speak(0, 1, b"x");
    assert!(world.audio(1, 0).is_empty());
    world.shard.publish(world.now, person(0), Source::Camera, ON);
    world.speak(0, 2, b"y");
    assert_eq!(world.audio(1, 0).len(), 1);
}

#[test]
fn a_slot_that_changes_its_source_runs_on_without_a_jump() {
    let mut world = World::with(&[Habits { slots: 1, ..USUAL }, USUAL, USUAL]);
    for frame in 0..20 {
        world.film(1, 500 + frame, frame == 0);
        world.speak(1, 9000 + frame, b"one");
        world.film(2, 20_000 + frame, frame == 0);
        world.speak(2, 100 + frame, b"two");
        world.advance(Duration::from_millis(33));
    }
    world.shard.leave(world.now, person(1));
    for frame in 20..40 {
        world.film(2, 20_000 + frame, frame == 25);
        world.speak(2, 100 + frame, b"two");
        world.advance(Duration::from_millis(33));
    }
    let video = world.video(0, 0);
    assert_eq!(video.len(), 20 + 15);
    for pair in video.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(picture_id(&pair[1].payload), (picture_id(&pair[0].payload) + 1) & 0x7fff);
        let ticks = pair[1].timestamp.wrapping_sub(pair[0].timestamp) as i32;
        let passed = (pair[1].at - pair[0].at).as_millis() as i32 * 90;
        assert!((ticks - passed).abs() < 90 * 10, "{ticks} {passed}");
    }
    let audio = world.audio(0, 0);
    assert!(audio.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    assert!(audio.iter().any(|packet| packet.payload == b"one") && audio.iter().any(|packet| packet.payload == b"two"));
}

#[test]
fn a_burst_to_one_subscriber_leaves_as_one_run() {
    let mut world = World::of(2);
    world.film(0, 1, true);
    for sequence in 2..12 {
        let payload = vp8(sequence, false, &[1; 1000]);
        world.send(0, &Packet::video(0, 0, sequence, &payload).bytes());
    }
    let runs: Vec<_> = world.shard.batch(world.now).transmits().iter().map(|run| run.segments()).collect();
    assert_eq!(runs, [10]);
}

#[test]
fn packets_one_byte_apart_leave_as_one_run_and_arrive_as_they_were() {
    for (takes_rtx, sizes) in [(true, [999, 999, 999, 1000, 1000]), (false, [1000, 1000, 999, 999, 999])] {
        let mut world = World::with(&[USUAL, Habits { takes_rtx, ..USUAL }]);
        world.film(0, 1, true);
        let payloads: Vec<_> =
            (2..).zip(sizes).map(|(sequence, size)| vp8(sequence, false, &vec![sequence as u8; size])).collect();
        for (sequence, payload) in (2..).zip(&payloads) {
            world.send(0, &Packet::video(0, 0, sequence, payload).bytes());
        }
        let runs: Vec<_> = world.shard.batch(world.now).transmits().iter().map(|run| run.segments()).collect();
        assert_eq!(runs, [5]);
        world.deliver();
        let body = |payload: &[u8]| payload[payload.len() - 999..].to_vec();
        let got: Vec<_> =
            world.video(1, 0)[1..].iter().map(|packet| (packet.payload.len(), body(&packet.payload))).collect();
        let sent: Vec<_> = payloads.iter().map(|payload| (payload.len(), body(payload))).collect();
        assert_eq!(got, sent);
        // What is asked for again comes the same, padding included.
        let lost: Vec<u16> = world.video(1, 0)[1..].iter().map(|packet| packet.sequence).collect();
        let before = world.clients[1].got.len();
        crate::repair::nack(&mut world, 1, &lost);
        let again = &world.clients[1].got[before..];
        assert_eq!(again.len(), 5);
        let offset = if takes_rtx { 2 } else { 0 };
        assert!(again.iter().zip(&payloads).all(|(packet, sent)| packet.payload.len() == sent.len() + offset));
    }
}

#[test]
fn transport_wide_numbers_run_over_all_streams_of_a_connection() {
    let mut world = World::with(&[USUAL, Habits { takes_transport_cc: true, ..USUAL }, USUAL]);
    for sequence in 1..20 {
        world.film(0, sequence, sequence == 1);
        world.speak(2, sequence, b"sound");
    }
    let numbers: Vec<_> = world.clients[1].got.iter().filter_map(|packet| packet.transport_sequence).collect();
    assert_eq!(numbers, (0..38).collect::<Vec<u16>>());
    assert!(world.clients[2].got.iter().all(|packet| packet.transport_sequence.is_none()));
}

#[test]
fn a_forged_packet_is_dropped_and_counted() {
    let mut world = World::of(2);
    let remote = world.clients[0].remote;
    let mut forged = Packet::audio(0, 1, &[0; 50]).bytes();
    world.shard.datagram(world.now, remote, &mut forged);
    world.shard.datagram(world.now, Remote::udp(([10, 9, 9, 9], 1).into()), &mut forged);
    world.deliver();
    assert_eq!((world.shard.counters().srtp_rejected, world.shard.counters().unknown_datagrams), (1, 1));
    assert!(world.clients[1].got.is_empty());
}

#[test]
fn a_tap_hears_the_room_and_a_full_one_only_loses_its_own() {
    let mut world = World::of(2);
    let tap = world.shard.attach_tap(room(), 250).expect("the room is there");
    for sequence in 0..5 {
        world.speak(0, sequence, &[sequence as u8; 100]);
    }
    let mut payload = vec![];
    let tap = world.shard.tap(room(), tap).expect("attached");
    let first = tap.take(&mut payload).expect("a packet");
    assert_eq!((first.participant, first.index, &payload[..]), (person(0), 0, &[0; 100][..]));
    assert_eq!(
        (tap.take(&mut payload).map(|packet| packet.index), tap.take(&mut payload), tap.dropped()),
        (Some(1), None, 3)
    );
    assert_eq!(world.audio(1, 0).len(), 5);
}
