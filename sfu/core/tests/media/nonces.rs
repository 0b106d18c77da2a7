//! DESIGN §4 rule 7: one (key, SSRC, index) never seals two different packets.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use rtc_rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers};

use crate::world::*;
use sfu_core::*;

#[derive(Clone, Debug)]
enum Step {
    /// Publisher 1 or 2 sends the packet so far from its newest; the step may repeat or go back.
    Film {
        client: usize,
        ahead: i16,
        keyframe: bool,
    },
    Speak {
        client: usize,
        ahead: i16,
    },
    Repair {
        client: usize,
        behind: u16,
    },
    Nack {
        behind: u16,
    },
    Publish {
        client: usize,
        state: TrackState,
    },
    Wait {
        millis: u64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let client = 1usize..3;
    let step = prop_oneof![
        8 => (client.clone(), prop_oneof![4 => Just(1i16), 1 => -8i16..40], any::<bool>()).prop_map(|(client, ahead, keyframe)| Step::Film { client, ahead, keyframe }),
        4 => (client.clone(), prop_oneof![4 => Just(1i16), 1 => -8i16..40]).prop_map(|(client, ahead)| Step::Speak { client, ahead }),
        2 => (client.clone(), 0u16..30).prop_map(|(client, behind)| Step::Repair { client, behind }),
        3 => (0u16..40).prop_map(|behind| Step::Nack { behind }),
        1 => (client, prop_oneof![Just(TrackState::Off), Just(TrackState::On)]).prop_map(|(client, state)| Step::Publish { client, state }),
        1 => (0u64..1200).prop_map(|millis| Step::Wait { millis }),
    ];
    prop::collection::vec(step, 1..250)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn no_index_is_sealed_twice_with_different_bytes(steps in steps(), takes_rtx: bool, takes_transport_cc: bool, start in prop_oneof![Just(10u16), Just(32_700), Just(65_500)]) {
        let mut world = World::with(&[Habits { slots: 1, takes_rtx, takes_transport_cc, ..USUAL }, USUAL, USUAL]);
        let (mut film, mut speak, mut repair) = ([start; 3], [start; 3], [0u16; 3]);
        for step in steps {
            match step {
                Step::Film { client, ahead, keyframe } => {
                    let sequence = film[client].wrapping_add_signed(ahead);
                    if ahead > 0 { film[client] = sequence }
                    world.film(client, sequence, keyframe);
                }
                Step::Speak { client, ahead } => {
                    let sequence = speak[client].wrapping_add_signed(ahead);
                    if ahead > 0 { speak[client] = sequence }
                    world.speak(client, sequence, &[sequence as u8; 30]);
                }
                Step::Repair { client, behind } => {
                    repair[client] += 1;
                    let original = film[client].wrapping_sub(behind);
                    let payload = [&original.to_be_bytes()[..], &vp8(original, false, &[0xee; 33])].concat();
                    let packet = Packet { payload_type: VP8_RTX, ssrc: 900 + client as u32, sequence: repair[client], ..Packet::video(client, 0, original, &payload) };
                    world.send(client, &packet.bytes());
                    world.deliver();
                }
                Step::Nack { behind } => {
                    let Some(newest) = world.video(0, 0).last().cloned() else { continue };
                    let nacks = nack_pairs_from_sequence_numbers(&[newest.sequence.wrapping_sub(behind)]);
                    world.send_rtcp(0, &TransportLayerNack { sender_ssrc: 1, media_ssrc: newest.ssrc, nacks });
                }
                Step::Publish { client, state } => {
                    world.shard.publish(world.now, person(client), Source::Camera, SourceState { audio: state, video: state });
                    world.deliver();
                }
                Step::Wait { millis } => world.advance(Duration::from_millis(millis)),
            }
        }
        let mut sealed: HashMap<(u32, u16), &[u8]> = HashMap::new();
        for got in &world.clients[0].got {
            // Fewer than 2^16 packets were sent on each SSRC, so the sequence tells the index.
            let before = sealed.entry((got.ssrc, got.sequence)).or_insert(&got.sealed);
            prop_assert_eq!(*before, &got.sealed[..]);
        }
    }
}
