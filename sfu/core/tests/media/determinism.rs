//! Same inputs, same outputs (DESIGN §4 rule 4).

use std::time::Duration;

use crate::world::*;

fn run() -> Vec<Vec<u8>> {
    let mut world =
        World::with(&[Habits { rids: &["q", "h", "f"], ..USUAL }, USUAL, USUAL, Habits { slots: 1, ..USUAL }]);
    for sequence in 0..200u16 {
        for client in 0..4 {
            world.speak(client, sequence, &[client as u8; 50]);
            if client > 0 {
                world.film(client, sequence, sequence.is_multiple_of(50));
            }
        }
        if sequence == 120 {
            world.shard.leave(world.now, person(1));
        }
        world.advance(Duration::from_millis(20));
    }
    world.sent.into_iter().map(|(_, bytes)| bytes).collect()
}

#[test]
fn the_same_scenario_sends_the_same_bytes() {
    let (first, second) = (run(), run());
    assert!(first.len() > 1000);
    assert_eq!(first, second);
}
