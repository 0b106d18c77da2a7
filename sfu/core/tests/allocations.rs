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
    let mut datagrams: Vec<Vec<u8>> = (60..160)
        .flat_map(|sequence| {
            let video = world.seal(0, &Packet::video(0, 0, sequence, &payload(sequence)).bytes());
            let audio = world.seal(0, &Packet { level: Some(30), ..Packet::audio(0, sequence, &[1; 80]) }.bytes());
            [video, audio]
        })
        .collect();
    let (from, now) = (world.clients[0].remote, world.now);
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
    }
    let after = (ALLOCATIONS.load(Ordering::Relaxed), world.shard.counters().rtp_out);
    assert_eq!(after.1 - before.1, 200 * 11, "each packet reached the eleven others");
    assert_eq!(after.0 - before.0, 0, "allocations while forwarding");
}
