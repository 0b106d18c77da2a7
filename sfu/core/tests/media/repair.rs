//! Loss on either side.

use std::time::Duration;

use rtc_rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc_rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers};

use crate::world::*;

pub(crate) fn nack(world: &mut World, client: usize, sequences: &[u16]) {
    let media_ssrc = world.video(client, 0)[0].ssrc;
    let nack = TransportLayerNack { sender_ssrc: 1, media_ssrc, nacks: nack_pairs_from_sequence_numbers(sequences) };
    world.send_rtcp(client, &nack);
}

#[test]
fn a_nack_is_answered_by_rtx_under_its_own_numbers() {
    let mut world = World::of(2);
    (1..20).for_each(|sequence| world.film(0, sequence, sequence == 1));
    let lost = world.video(1, 0)[7].clone();
    nack(&mut world, 1, &[lost.sequence]);
    nack(&mut world, 1, &[lost.sequence]);
    let repairs = world.rtx(1, 0);
    assert_eq!(repairs.len(), 2);
    for repair in &repairs {
        assert_eq!((repair.payload_type, &repair.payload[..2]), (121, &lost.sequence.to_be_bytes()[..]));
        assert_eq!(
            (&repair.payload[2..], repair.timestamp, repair.marker),
            (&lost.payload[..], lost.timestamp, lost.marker)
        );
    }
    assert_eq!(repairs[1].sequence, repairs[0].sequence.wrapping_add(1));
}

#[test]
fn without_rtx_a_repeat_is_the_same_bytes() {
    let mut world = World::with(&[USUAL, Habits { takes_rtx: false, ..USUAL }]);
    (1..20).for_each(|sequence| world.film(0, sequence, sequence == 1));
    let lost = world.video(1, 0)[7].clone();
    world.sent.clear();
    nack(&mut world, 1, &[lost.sequence]);
    assert_eq!(world.sent.last().map(|(_, bytes)| bytes), Some(&lost.sealed));
}

#[test]
fn a_packet_from_before_a_switch_is_still_repaired_from_its_own_source() {
    let mut world = World::with(&[Habits { slots: 1, ..USUAL }, USUAL, USUAL]);
    (1..10).for_each(|sequence| world.film(1, sequence, sequence == 1));
    let lost = world.video(0, 0)[4].clone();
    let hide = sfu_core::SourceState { audio: sfu_core::TrackState::Off, video: sfu_core::TrackState::Off };
    world.shard.publish(world.now, person(1), sfu_core::Source::Camera, hide);
    (1..10).for_each(|sequence| world.film(2, sequence, sequence == 1));
    nack(&mut world, 0, &[lost.sequence]);
    assert_eq!(world.rtx(0, 0).last().map(|repair| repair.payload[2..].to_vec()), Some(lost.payload));
}

#[test]
fn a_gap_of_the_publisher_is_asked_for_and_its_repair_goes_where_it_belongs() {
    let mut world = World::of(2);
    (1..5).for_each(|sequence| world.film(0, sequence, sequence == 1));
    (6..9).for_each(|sequence| world.film(0, sequence, false));
    world.advance(Duration::from_millis(10));
    let asked: Vec<u16> = world
        .rtcp_of::<TransportLayerNack>(0)
        .iter()
        .flat_map(|nack| nack.nacks.iter().flat_map(|pair| pair.packet_list()))
        .collect();
    assert_eq!(asked, [5]);
    let mut payload = 5u16.to_be_bytes().to_vec();
    payload.extend(vp8(5, false, &[5; 40]));
    let media = Packet::video(0, 0, 5, &payload);
    world.send(0, &Packet { payload_type: VP8_RTX, ssrc: 99, sequence: 1, ..media }.bytes());
    world.deliver();
    let mut got = world.video(1, 0);
    got.sort_by_key(|packet| packet.sequence);
    assert!(
        got.windows(2)
            .all(|pair| pair[1].sequence == pair[0].sequence + 1 && pair[1].timestamp == pair[0].timestamp + 3000)
    );
    assert_eq!((got.len(), world.shard.counters().rtx_recovered_in), (8, 1));
}

#[test]
fn padding_on_rtx_before_any_media_harms_nothing() {
    let mut world = World::of(2);
    let padding = Packet { payload_type: VP8_RTX, ssrc: 99, sequence: 1, ..Packet::video(0, 0, 1, &[]) };
    world.send(0, &padding.bytes());
    world.film(0, 1, true);
    assert_eq!((world.video(1, 0).len(), world.shard.counters().padding_in), (1, 1));
}

#[test]
fn keyframe_requests_of_many_are_one_every_half_second() {
    let mut world = World::of(6);
    world.film(0, 1, true);
    let ask = |world: &mut World| {
        for client in 1..6 {
            let media_ssrc = world.video(client, 0)[0].ssrc;
            world.send_rtcp(client, &PictureLossIndication { sender_ssrc: 1, media_ssrc });
        }
    };
    let before = world.rtcp_of::<PictureLossIndication>(0).len();
    for sequence in 2..32 {
        ask(&mut world);
        world.film(0, sequence, false);
        world.advance(Duration::from_millis(50));
    }
    let asked = world.rtcp_of::<PictureLossIndication>(0).len() - before;
    assert!((3..=4).contains(&asked), "{asked} in 1.5 s");
}

#[test]
fn who_was_away_for_a_moment_begins_anew_with_a_keyframe() {
    let mut world = World::of(2);
    (1..20).for_each(|sequence| {
        world.film(0, sequence, sequence == 19);
        world.speak(1, sequence, b"here");
        world.advance(Duration::from_millis(33));
    });
    let (before, asked) = (world.video(1, 0).len(), world.rtcp_of::<PictureLossIndication>(0).len());
    (20..80).for_each(|sequence| {
        world.film(0, sequence, false);
        world.advance(Duration::from_millis(33));
    });
    assert_eq!(world.video(1, 0).len(), before + 60, "nobody knows yet");
    world.speak(1, 20, b"back");
    world.advance(Duration::from_millis(1));
    assert_eq!(world.rtcp_of::<PictureLossIndication>(0).len(), asked + 1, "without waiting for the viewer to ask");
    world.film(0, 80, false);
    assert_eq!(world.video(1, 0).len(), before + 60, "what cannot be decoded is not sent");
    (81..90).for_each(|sequence| world.film(0, sequence, sequence == 81));
    let got = world.video(1, 0);
    assert_eq!(got.len(), before + 69);
    assert!(got.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
}

#[test]
fn what_others_see_of_who_was_away_begins_anew_too() {
    let mut world = World::of(2);
    (1..20).for_each(|sequence| {
        world.film(0, sequence, sequence == 19);
        world.advance(Duration::from_millis(33));
    });
    let asked = world.rtcp_of::<PictureLossIndication>(0).len();
    world.advance(Duration::from_millis(1_100));
    assert_eq!(world.rtcp_of::<PictureLossIndication>(0).len(), asked);
    let media_ssrc = world.video(1, 0)[0].ssrc;
    world.send_rtcp(1, &PictureLossIndication { sender_ssrc: 1, media_ssrc });
    world.advance(Duration::from_millis(101));
    assert_eq!(world.rtcp_of::<PictureLossIndication>(0).len(), asked + 1, "into the void");
    world.film(0, 20, false);
    world.advance(Duration::from_millis(1));
    assert_eq!(world.rtcp_of::<PictureLossIndication>(0).len(), asked + 2, "without waiting half a second more");
}
