//! A whole shard: three people with keys and one with an offer in a room, and datagrams from them and from strangers.

mod member;
mod world;

use std::time::Duration;

use super::input::Input;
use crate::{Source, SourceState, TrackState};
use world::{SECURED, World};

/// Whatever arrives: nothing goes to an address that proved nothing, every datagram is counted, what goes out is authentic
/// and of the receiver's plan, no (key, SSRC, index) is ever sealed with two contents, and time goes on.
pub fn shard(data: &[u8]) {
    let mut input = Input::new(data);
    let mut world = World::new();
    for _ in 0..200 {
        let Some((kind, who)) = input.byte().zip(input.byte()) else { break };
        let member = usize::from(who) % SECURED;
        match kind % 12 {
            0 => world.stranger(input.block().unwrap_or_default()),
            1 => world.unsealed(member, input.block().unwrap_or_default()),
            2 => world.rtp(member, input.block().unwrap_or_default()),
            3..=5 => {
                let numbers = (input.byte(), input.byte(), input.byte());
                let (stream, ahead, flags) =
                    (numbers.0.unwrap_or_default(), numbers.1.unwrap_or_default(), numbers.2.unwrap_or_default());
                world.media(member, stream, ahead, flags, input.block().unwrap_or_default());
            }
            6 => world.rtcp(member, input.block().unwrap_or_default()),
            7 => world.feedback(member, input.byte().unwrap_or_default(), input.word().unwrap_or_default()),
            8 => world.check(who, input.block().unwrap_or_default()),
            9 => world.dtls(who, input.block().unwrap_or_default()),
            10 => world.wait(Duration::from_millis(u64::from(input.word().unwrap_or_default()))),
            _ => command(&mut world, kind / 12, member, &mut input),
        }
    }
    world.wait(Duration::from_secs(3));
}

fn command(world: &mut World, which: u8, member: usize, input: &mut Input<'_>) {
    let state = |byte: u8| [TrackState::On, TrackState::Muted, TrackState::Off][usize::from(byte % 3)];
    match which {
        0 => world.rejoin(member),
        1 | 2 => {
            let byte = input.byte().unwrap_or_default();
            let source = if byte > 127 { Source::Screen } else { Source::Camera };
            world.publish(member, source, SourceState { audio: state(byte), video: state(byte / 3) });
        }
        3 => world.want(member, input.block().unwrap_or_default()),
        4 => world.ready(),
        5 => world.shed(member),
        _ => world.send_data(input.block().unwrap_or_default()),
    }
}
