//! DESIGN §4 rule 5: the established forward path does not allocate. Alone in its binary: the allocator is everyone's.
#![expect(unsafe_code, reason = "a counting allocator can only be written so")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[expect(dead_code, reason = "this test needs a part of what the others share")]
#[path = "media/world.rs"]
mod world;

use sfu_core::TapId;
use world::*;

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What the shard allocated while it forwarded `datagrams` of the first client, ten every 100 ms, and how many packets it sent. A tap is emptied on
/// the way.
fn forward(world: &mut World, datagrams: Vec<Vec<u8>>, tap: Option<TapId>) -> (usize, u64) {
    let (from, mut datagrams) = (world.clients[0].remote, datagrams);
    let mut heard = Vec::with_capacity(2_000);
    let before = (ALLOCATIONS.load(Ordering::Relaxed), world.shard.counters().rtp_out);
    for burst in datagrams.chunks_mut(10) {
        world.now += Duration::from_millis(100);
        for datagram in burst {
            world.shard.datagram(world.now, from, datagram);
        }
        loop {
            let batch = world.shard.batch(world.now);
            if batch.is_empty() {
                break;
            }
            batch.clear();
        }
        if let Some(tap) = tap.and_then(|tap| world.shard.tap(room(), tap)) {
            while tap.take(&mut heard).is_some() {}
        }
    }
    (ALLOCATIONS.load(Ordering::Relaxed) - before.0, world.shard.counters().rtp_out - before.1)
}

/// One test, since the count is of the whole process. Each room first gets what it gets while it is counted: buffers grow to what a second takes.
#[test]
fn an_established_room_forwards_without_allocating() {
    let mut world = World::of(12);
    world.film(0, 0, true);
    world.speak(0, 0, &[1; 80]);
    world.advance(Duration::from_secs(1));
    // The clients seal ahead, so that only the shard works while it is counted.
    let datagrams = |world: &mut World, sequences: Range<u16>| {
        let both = sequences.flat_map(|sequence| {
            let payload = vp8(sequence, false, &[3; 1000]);
            let video = world.seal(0, &Packet::video(0, 0, sequence, &payload).bytes());
            let audio = world.seal(0, &Packet { level: Some(30), ..Packet::audio(0, sequence, &[1; 80]) }.bytes());
            [video, audio]
        });
        both.collect::<Vec<_>>()
    };
    let (warm_up, counted) = (datagrams(&mut world, 1..160), datagrams(&mut world, 160..260));
    forward(&mut world, warm_up, None);
    assert_eq!(forward(&mut world, counted, None), (0, 200 * 11), "each packet reached the eleven others");

    // Three layers, transport-wide numbers, packets to be levelled, and a recorder.
    let rids: &[&str] = &["q", "h", "f"];
    let habits = Habits { rids, takes_transport_cc: true, ..USUAL };
    let mut world = World::with(&[habits; 6]);
    let tap = world.shard.attach_tap(room(), 1 << 20);
    assert!(tap.is_some());
    let datagrams = |world: &mut World, sequences: Range<u16>| {
        let layers = sequences.flat_map(|sequence| [0, 1, 2].map(|layer| (sequence, layer)));
        let parts = layers.map(|(sequence, layer)| {
            let payload = vp8(sequence, sequence == 0, &vec![3; 900 + usize::from(sequence % 2)]);
            let rid = Some(rids[layer]);
            world.seal(0, &Packet { rid, ..Packet::video(0, layer, sequence, &payload) }.bytes())
        });
        parts.collect::<Vec<_>>()
    };
    for mut datagram in datagrams(&mut world, 0..1) {
        world.shard.datagram(world.now, world.clients[0].remote, &mut datagram);
    }
    world.deliver();
    world.advance(Duration::from_secs(1));
    let (warm_up, counted) = (datagrams(&mut world, 1..160), datagrams(&mut world, 160..240));
    forward(&mut world, warm_up, tap);
    assert_eq!(forward(&mut world, counted, tap), (0, 80 * 5), "one layer reached each of the five others");
}
