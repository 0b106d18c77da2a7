//! What a packet costs does not depend on how many rooms and people there are: counted in instructions, which no other work on the machine
//! changes. Needs valgrind, which `make test` installs; where there is none nothing is counted. `cargo test` compares 10 people with 100,
//! `make bench-instructions` also with 1,000, which takes minutes.

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use crate::world::*;

/// Packets a case measures.
const PACKETS: u16 = 100;
/// Set to have a thousand people counted too.
const ALL: &str = "SFU_INSTRUCTIONS_ALL";
/// Name of the case and number of people, told to the process that valgrind watches.
const CASE: &str = "SFU_INSTRUCTIONS_CASE";

struct Case {
    name: &'static str,
    /// Cost among the most people in costs among ten, at most.
    growth: f64,
    /// How many units of work the measured part does.
    units: fn(people: usize) -> u64,
    run: fn(people: usize),
}

const CASES: [Case; 4] = [
    Case { name: "forward-in-one-of-many-rooms", growth: 1.1, units: |_| u64::from(PACKETS), run: many_rooms },
    Case {
        name: "forward-to-many",
        growth: 1.3,
        units: |people| u64::from(PACKETS) * people as u64,
        run: many_viewers,
    },
    Case { name: "packet-of-a-stranger", growth: 1.1, units: |_| u64::from(PACKETS), run: strangers },
    Case { name: "timers-per-connection", growth: 1.3, units: |people| people as u64, run: timers },
];

/// Rooms of two, `people` in all; two more, in a room of their own, come first.
fn rooms_of_two(people: usize) -> World {
    let mut world = World::of(2);
    for number in 0..people {
        let client = world.join_in(number / 2 + 1, Habits { slots: 1, ..USUAL });
        world.shard.publish(world.now, person(client), sfu_core::Source::Camera, ON);
    }
    world.drain();
    world
}

fn packets(world: &mut World) -> Vec<Vec<u8>> {
    world.film(0, 1, true);
    (2..PACKETS + 2)
        .map(|sequence| {
            let payload = vp8(sequence, false, &[1; 1_000]);
            world.seal(0, &Packet::video(0, 0, sequence, &payload).bytes())
        })
        .collect()
}

fn many_rooms(people: usize) {
    let mut world = rooms_of_two(people);
    let packets = packets(&mut world);
    measured_forwarding(&mut world, packets);
}

fn many_viewers(people: usize) {
    let mut world = World::of(1);
    for _ in 0..people {
        world.join(Habits { slots: 1, ..USUAL });
    }
    let packets = packets(&mut world);
    measured_forwarding(&mut world, packets);
}

fn strangers(people: usize) {
    let mut world = rooms_of_two(people);
    let packets = packets(&mut world);
    measured_strangers(&mut world, packets);
}

fn timers(people: usize) {
    let mut world = rooms_of_two(people);
    measured_timers(&mut world);
}

#[inline(never)]
fn measured_forwarding(world: &mut World, packets: Vec<Vec<u8>>) {
    let from = world.clients[0].remote;
    for mut packet in packets {
        world.shard.datagram(world.now, from, &mut packet);
        loop {
            let batch = world.shard.batch(world.now);
            if black_box(&mut *batch).is_empty() {
                break;
            }
            batch.clear();
        }
    }
}

/// Each from another address: where one address falls in a hash map is chance, a hundred average it.
#[inline(never)]
fn measured_strangers(world: &mut World, packets: Vec<Vec<u8>>) {
    for (port, mut packet) in (9..).zip(packets) {
        let from = sfu_core::Remote::udp(([192, 0, 2, 9], port).into());
        world.shard.datagram(world.now, from, &mut packet);
    }
}

/// A second and a half: reports, speakers, who is silent.
#[inline(never)]
fn measured_timers(world: &mut World) {
    let until = world.now + Duration::from_millis(1_500);
    while let Some(due) = world.shard.poll_timeout().filter(|due| *due <= until) {
        world.now = world.now.max(due);
        world.shard.handle_timeout(world.now);
        loop {
            let batch = world.shard.batch(world.now);
            if batch.is_empty() {
                break;
            }
            batch.clear();
        }
    }
}

/// Runs a case under valgrind and returns the instructions of its measured part; `None` without valgrind.
fn count(case: &Case, people: usize) -> Option<u64> {
    let me = std::env::current_exe().expect("a test binary");
    let watched = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*measured_*"])
        .arg(me)
        .args(["--exact", "instructions::what_valgrind_watches", "--ignored", "--test-threads=1"])
        .env(CASE, format!("{} {people}", case.name))
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&watched.stderr);
    assert!(watched.status.success(), "{said}");
    let collected = said.lines().find_map(|line| line.split_once("Collected :")).expect("callgrind's total").1;
    Some(collected.trim().parse().expect("a number"))
}

#[test]
fn a_packet_costs_the_same_however_many_people_there_are() {
    let sizes: &[usize] = if std::env::var_os(ALL).is_some() { &[10, 100, 1_000] } else { &[10, 100] };
    for case in &CASES {
        let mut costs = Vec::new();
        for &people in sizes {
            let Some(total) = count(case, people) else {
                eprintln!("valgrind is not installed: instructions are not counted");
                return;
            };
            let cost = total as f64 / (case.units)(people) as f64;
            println!("{{\"case\":\"{}-{people}\",\"value\":{cost:.0},\"unit\":\"instructions\"}}", case.name);
            costs.push(cost);
        }
        let growth = costs[costs.len() - 1] / costs[0];
        let ok = growth <= case.growth;
        println!(
            "{{\"case\":\"{}-growth\",\"value\":{growth:.3},\"unit\":\"times the cost among 10\",\"target\":\"<= {}\",\"ok\":{ok}}}",
            case.name, case.growth
        );
        assert!(ok, "{} grows {growth:.2} times: {costs:?}", case.name);
    }
}

#[test]
#[ignore = "only under valgrind, by the test above"]
fn what_valgrind_watches() {
    let Ok(wanted) = std::env::var(CASE) else { return };
    let (name, people) = wanted.split_once(' ').expect("a case and a number");
    let case = CASES.iter().find(|case| case.name == name).expect("a case of that name");
    (case.run)(people.parse().expect("a number"));
}
