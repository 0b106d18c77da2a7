//! DESIGN §4 rule 5: the established forward path does not allocate. Alone in its binary: the allocator is everyone's.
#![expect(unsafe_code, reason = "a counting allocator can only be written so")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[expect(dead_code, reason = "this test needs a part of what the others share")]
#[path = "media/world.rs"]
mod world;

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

/// What the shard allocated while it forwarded `datagrams` of the first client, and how many packets it sent. A tap is emptied on the way.
fn forward(world: &mut World, mut datagrams: Vec<Vec<u8>>, tap: Option<sfu_core::TapId>) -> (usize, u64) {
    let (from, now) = (world.clients[0].remote, world.now);
    let mut heard = Vec::with_capacity(2_000);
    let before = (ALLOCATIONS.load(Ordering::Relaxed), world.shard.counters().rtp_out);
    for burst in datagrams.chunks_mut(10) {
        for datagram in burst {
            world.shard.datagram(now, from, datagram);
        }
        loop {
            let batch = world.shard.batch(now);
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

/// One test, since the count is of the whole process.
#[test]
fn an_established_room_forwards_without_allocating() {
    let mut world = World::of(12);
    // Warm-up: every stream latched, every buffer grown, first reports sent.
    for sequence in 0..60 {
        world.film(0, sequence, sequence == 0);
        world.speak(0, sequence, &[1; 80]);
        world.advance(Duration::from_millis(20));
    }
    // The clients seal ahead, so that only the shard works while it is counted.
    let payload = |sequence: u16| vp8(sequence, false, &[3; 1000]);
    let datagrams = (60..160)
        .flat_map(|sequence| {
            let video = world.seal(0, &Packet::video(0, 0, sequence, &payload(sequence)).bytes());
            let audio = world.seal(0, &Packet { level: Some(30), ..Packet::audio(0, sequence, &[1; 80]) }.bytes());
            [video, audio]
        })
        .collect();
    assert_eq!(forward(&mut world, datagrams, None), (0, 200 * 11), "each packet reached the eleven others");

    // Three layers, transport-wide numbers, packets to be levelled, and a recorder.
    let rids: &[&str] = &["q", "h", "f"];
    let habits = Habits { rids, takes_transport_cc: true, ..USUAL };
    let mut world = World::with(&[habits; 6]);
    let tap = world.shard.attach_tap(room(), 1 << 20);
    assert!(tap.is_some());
    let part = |world: &mut World, sequence: u16, layer: usize| {
        let payload = vp8(sequence, sequence == 0, &vec![3; 900 + usize::from(sequence % 2)]);
        let rid = Some(rids[layer]);
        world.seal(0, &Packet { rid, ..Packet::video(0, layer, sequence, &payload) }.bytes())
    };
    for sequence in 0..120 {
        for layer in 0..3 {
            let mut datagram = part(&mut world, sequence, layer);
            world.shard.datagram(world.now, world.clients[0].remote, &mut datagram);
        }
        world.deliver();
        world.advance(Duration::from_millis(20));
        let tap = tap.and_then(|tap| world.shard.tap(room(), tap)).expect("a tap");
        while tap.take(&mut Vec::new()).is_some() {}
    }
    let datagrams = (120..200).flat_map(|sequence| [0, 1, 2].map(|layer| (sequence, layer))).collect::<Vec<_>>();
    let datagrams = datagrams.into_iter().map(|(sequence, layer)| part(&mut world, sequence, layer)).collect();
    assert_eq!(forward(&mut world, datagrams, tap), (0, 80 * 5), "one layer reached each of the five others");
}
