//! A tap on every room that throws away what it hears, to measure what recording costs forwarding.

use std::collections::HashMap;

use sfu_core::{RoomId, Shard, TapId};

use crate::config;

/// What a recorder would hold for one room: half a second of a large call.
const CAPACITY: usize = 1 << 20;

/// The taps of one shard.
pub(crate) enum NullTap {
    Off,
    On { taps: HashMap<RoomId, TapId>, payload: Vec<u8> },
}

impl NullTap {
    pub(crate) fn new(wanted: config::NullTap) -> Self {
        match wanted {
            config::NullTap::Off => Self::Off,
            config::NullTap::On => Self::On { taps: HashMap::new(), payload: Vec::new() },
        }
    }

    /// Makes sure the room is tapped, if rooms are.
    pub(crate) fn attach(&mut self, shard: &mut Shard, room: RoomId) {
        let Self::On { taps, .. } = self else { return };
        let lives = taps.get(&room).is_some_and(|tap| shard.tap(room, *tap).is_some());
        if !lives && let Some(tap) = shard.attach_tap(room, CAPACITY) {
            taps.insert(room, tap);
        }
    }

    /// Takes what the taps heard; forgets those whose room is gone.
    pub(crate) fn drain(&mut self, shard: &mut Shard) {
        let Self::On { taps, payload } = self else { return };
        taps.retain(|room, id| {
            let Some(tap) = shard.tap(*room, *id) else { return false };
            while tap.take(payload).is_some() {}
            true
        });
    }
}
