//! What a publisher is told of its own way up, so that it sends what fits.

use std::time::Duration;

use crate::world::*;
use rtc_rtcp::payload_feedbacks::receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate;
use rtc_rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;

const NUMBERED: Habits = Habits { takes_transport_cc: true, ..USUAL };

/// Audio and video of one connection share their numbers.
fn send(world: &mut World, number: u16) {
    let payload = vp8(number, number == 0, &[7; 40]);
    let packet = match number % 2 {
        0 => Packet::video(0, 0, number, &payload),
        _ => Packet { level: Some(30), ..Packet::audio(0, number, b"sound") },
    };
    world.send(0, &Packet { transport_sequence: Some(number), ..packet }.bytes());
    world.deliver();
}

#[test]
fn a_publisher_that_numbers_its_packets_is_told_when_each_came() {
    let mut world = World::with(&[NUMBERED; 2]);
    for number in (0..40).filter(|number| *number != 17) {
        send(&mut world, number);
        world.advance(Duration::from_millis(5));
    }
    world.advance(Duration::from_millis(100));
    let feedback = world.rtcp_of::<TransportLayerCc>(0);
    assert_eq!(feedback.iter().map(|report| report.base_sequence_number).collect::<Vec<_>>(), [0, 21]);
    assert_eq!(feedback.iter().map(|report| report.fb_pkt_count).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(feedback.iter().map(|report| report.packet_status_count).sum::<u16>(), 40);
    let arrived: Vec<_> = feedback.iter().flat_map(|report| &report.recv_deltas).collect();
    assert_eq!(arrived.len(), 39, "one did not come");
    assert!(arrived.iter().skip(1).take(19).all(|delta| delta.delta == 5_000), "{arrived:?}");
    assert!(world.rtcp_of::<ReceiverEstimatedMaximumBitrate>(0).is_empty(), "it estimates for itself");
    assert!(world.rtcp_of::<TransportLayerCc>(1).is_empty(), "who sends nothing is told nothing");
}

#[test]
fn a_publisher_that_does_not_is_given_a_bound() {
    let mut world = World::of(2);
    for number in 0..40 {
        send(&mut world, number);
        world.advance(Duration::from_millis(50));
    }
    assert!(!world.rtcp_of::<ReceiverEstimatedMaximumBitrate>(0).is_empty());
    assert!(world.rtcp_of::<TransportLayerCc>(0).is_empty());
}
