//! The simulator: a shard, publishers and viewers as browsers behave, and a network between them that does not.
//!
//! Time is virtual and every draw comes from one seed, so a run is a pure function of (scenario, seed). `cargo test` runs each scenario with a
//! few seeds; `make sim SEEDS=1000` with many. A run that fails says how to run it again, and becomes a line of [`scenarios::REGRESSIONS`].

mod bandwidth;
mod feedback;
mod link;
mod publisher;
mod scenarios;
mod viewer;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sfu_core::*;

use self::link::Link;
use self::publisher::{Publisher, RIDS};
use self::scenarios::{Act, REGRESSIONS, SCENARIOS, Scenario};
use self::viewer::{Seen, Viewer};
use crate::world::{Habits, ON, USUAL, World, person};

/// Seeds each scenario runs with in `cargo test`.
const SEEDS: u64 = 3;

/// One end of the call and its two links.
struct Peer {
    publisher: Publisher,
    viewer: Viewer,
    up: Link,
    down: Link,
    is_present: bool,
    /// Packets of sound that a queue on the way down had no room for.
    sound_dropped: u64,
    /// How long each packet of sound waited before the way down, and when.
    sound_waits: Vec<(Instant, Duration)>,
}

struct Sim<'s> {
    scenario: &'s Scenario,
    world: World,
    peers: Vec<Peer>,
    rng: StdRng,
    /// Everything sent by the shard so far, in order.
    transcript: DefaultHasher,
    /// What each (client, SSRC, index) was sealed as: ciphertext under one nonce must never differ.
    sealed: HashMap<(usize, u32, u64), u64>,
    highest: HashMap<(usize, u32), u64>,
}

/// What a run came to.
struct Outcome {
    transcript: u64,
    seen: Vec<Seen>,
}

fn run(scenario: &Scenario, seed: u64) -> Outcome {
    let mut sim = Sim::new(scenario, seed);
    sim.play();
    let seen = sim.peers.iter().flat_map(|peer| peer.viewer.seen()).filter(|seen| seen.packets > 0).collect();
    Outcome { transcript: sim.transcript.finish(), seen }
}

impl<'s> Sim<'s> {
    fn new(scenario: &'s Scenario, seed: u64) -> Self {
        let rids = if scenario.layers > 1 { &RIDS[..scenario.layers] } else { &[] };
        let slots = USUAL.slots.max(scenario.people as u8 - 1);
        let habits = Habits { rids, slots, takes_transport_cc: true, takes_red: false, ..USUAL };
        let world = World::with(&vec![habits; scenario.people]);
        let mut rng = StdRng::seed_from_u64(seed);
        let tolerance = scenario.conditions.jitter * 2 + Duration::from_millis(1);
        let peer = |client: usize| Peer {
            publisher: Publisher::new(client, scenario, world.now, tolerance),
            viewer: Viewer::new(&world.clients[client].plan, world.now),
            up: Link::new(scenario.conditions, rng.random()),
            down: Link::new(scenario.conditions, rng.random()),
            is_present: true,
            sound_dropped: 0,
            sound_waits: Vec::new(),
        };
        let peers = (0..scenario.people).map(peer).collect();
        let (transcript, sealed, highest) = (DefaultHasher::new(), HashMap::new(), HashMap::new());
        Self { scenario, world, peers, rng, transcript, sealed, highest }
    }

    fn play(&mut self) {
        let begun = self.world.now;
        let end = begun + self.scenario.length;
        let mut acts = self.scenario.acts.iter().peekable();
        let mut chaos_at = self.scenario.chaos.map(|every| begun + every);
        while let Some(next) = self.next(chaos_at).filter(|next| *next <= end) {
            self.world.now = self.world.now.max(next);
            let now = self.world.now;
            while let Some((_, act)) = acts.next_if(|(at, _)| now - begun >= *at) {
                self.act(*act);
            }
            if let Some((at, every)) = chaos_at.zip(self.scenario.chaos).filter(|(at, _)| *at <= now) {
                chaos_at = Some(at + every);
                let act = Act::any(&mut self.rng, self.peers.len());
                self.act(act);
            }
            self.arrivals();
            self.habits();
            if self.world.shard.poll_timeout().is_some_and(|due| due <= now) {
                self.world.shard.handle_timeout(now);
            }
            self.depart();
        }
    }

    fn next(&mut self, chaos_at: Option<Instant>) -> Option<Instant> {
        let due = self.world.shard.poll_timeout();
        let peers = self.peers.iter().flat_map(|peer| {
            let own = peer.is_present.then(|| peer.publisher.next().min(peer.viewer.next()));
            [peer.up.next(), peer.down.next(), own]
        });
        peers.flatten().chain(due).chain(chaos_at).min()
    }

    /// What comes out of the links: to the shard, and to the clients.
    fn arrivals(&mut self) {
        let now = self.world.now;
        for (client, peer) in self.peers.iter_mut().enumerate() {
            while let Some(mut bytes) = peer.up.receive(now) {
                self.world.shard.datagram(now, self.world.clients[client].remote, &mut bytes);
            }
            while let Some(bytes) = peer.down.receive(now) {
                if !peer.is_present {
                    continue;
                }
                let end = &mut self.world.clients[client];
                end.take(now, &bytes);
                end.got.drain(..).for_each(|got| peer.viewer.take(now, &got));
                let (mut repairs, rtcp) = (Vec::new(), std::mem::take(&mut end.rtcp));
                rtcp.iter().for_each(|packet| peer.publisher.hear(now, &**packet, &mut repairs));
                for plain in repairs {
                    let sealed = self.world.seal(client, &plain);
                    peer.up.send(now, &sealed);
                }
            }
        }
    }

    /// What clients send by themselves.
    fn habits(&mut self) {
        let now = self.world.now;
        for (client, peer) in self.peers.iter_mut().enumerate().filter(|(_, peer)| peer.is_present) {
            let (mut rtp, mut reports, mut feedback) = (Vec::new(), Vec::new(), Vec::new());
            peer.publisher.tick(now, &mut rtp, &mut reports);
            peer.viewer.tick(now, &mut feedback);
            feedback
                .extend(reports.into_iter().map(|report| -> Box<dyn rtc_rtcp::packet::Packet> { Box::new(report) }));
            for plain in rtp {
                let sealed = self.world.seal(client, &plain);
                peer.up.send(now, &sealed);
            }
            for packet in feedback {
                let sealed = self.world.seal_rtcp(client, &*packet);
                peer.up.send(now, &sealed);
            }
        }
    }

    /// What the shard sends, into the links.
    fn depart(&mut self) {
        let now = self.world.now;
        for (to, bytes) in self.world.drain() {
            (to, &bytes).hash(&mut self.transcript);
            let client = self.world.clients.iter().position(|client| client.remote == to);
            let client = client.expect("nothing is sent where nobody has proved to be");
            self.note_sealed(client, &bytes);
            let ssrc = u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
            let plan = &self.world.clients[client].plan;
            let is_sound = plan.slots.iter().any(|slot| slot.audio.as_ref().is_some_and(|half| half.ssrc.0 == ssrc));
            let peer = &mut self.peers[client];
            if is_sound {
                peer.sound_waits.push((now, peer.down.wait(now)));
            }
            let queued = peer.down.send(now, &bytes);
            peer.sound_dropped += u64::from(is_sound && !queued);
        }
    }

    fn note_sealed(&mut self, client: usize, bytes: &[u8]) {
        if (192..=223).contains(&bytes[1]) {
            return;
        }
        let sequence = u16::from_be_bytes([bytes[2], bytes[3]]);
        let ssrc = u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
        let highest = self.highest.entry((client, ssrc)).or_insert(u64::from(sequence));
        let ahead = sequence.wrapping_sub(*highest as u16) as i16;
        let index = highest.saturating_add_signed(i64::from(ahead));
        *highest = (*highest).max(index);
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let hash = hasher.finish();
        let before = *self.sealed.entry((client, ssrc, index)).or_insert(hash);
        assert_eq!(before, hash, "SSRC {ssrc}, index {index} was sealed twice with different bytes");
    }

    fn act(&mut self, act: Act) {
        let now = self.world.now;
        match act {
            Act::Camera(client, on) => {
                let peer = &mut self.peers[client];
                if !peer.is_present || peer.publisher.camera == on {
                    return;
                }
                peer.publisher.camera = on;
                let state = if on { ON } else { SourceState { audio: TrackState::On, video: TrackState::Off } };
                self.world.shard.publish(now, person(client), Source::Camera, state);
                self.forgive();
            }
            Act::Want(client, height) => {
                let others = (0..self.peers.len()).filter(|other| *other != client);
                let want = |other| Want {
                    participant: person(other),
                    source: Source::Camera,
                    width: height * 16 / 9,
                    height,
                    priority: 0,
                };
                let wants: Vec<_> = others.map(want).collect();
                self.world.shard.subscribe(now, person(client), &wants);
                self.forgive();
            }
            Act::Shed(shedding) => {
                self.world.shard.shed(now, shedding);
                self.forgive();
            }
            Act::Leave(client) => {
                self.peers[client].is_present = false;
                self.world.shard.leave(now, person(client));
                self.forgive();
            }
            Act::Down(client, conditions) => self.peers[client].down.conditions = conditions,
            Act::Network(conditions) => {
                for peer in &mut self.peers {
                    (peer.up.conditions, peer.down.conditions) = (conditions, conditions);
                }
            }
        }
    }

    /// A picture may stand still while people change what is to be seen.
    fn forgive(&mut self) {
        self.peers.iter_mut().for_each(|peer| peer.viewer.forgive());
    }
}

/// Runs a scenario with a seed and checks what it promises; a failure says how to see it again.
fn check(scenario: &Scenario, seed: u64) -> Outcome {
    let checked = catch_unwind(AssertUnwindSafe(|| {
        let outcome = run(scenario, seed);
        assert_eq!(run(scenario, seed).transcript, outcome.transcript, "the same seed gave another run");
        scenario.judge(&outcome.seen);
        outcome
    }));
    checked.unwrap_or_else(|panic| {
        eprintln!(
            "\n{} fails with seed {seed}. Again: make sim SCENARIO='{}' SEED={seed}",
            scenario.name, scenario.name
        );
        resume_unwind(panic)
    })
}

/// The seeds to run: one, a number of them, or the few of every test run.
fn seeds() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    match (number("SIM_SEED"), number("SIM_SEEDS")) {
        (Some(seed), _) => seed..seed + 1,
        (None, count) => 1..count.unwrap_or(SEEDS) + 1,
    }
}

#[test]
fn every_scenario_keeps_its_promises_with_every_seed() {
    let only = std::env::var("SIM_SCENARIO").ok().filter(|name| !name.is_empty());
    let chosen: Vec<_> =
        SCENARIOS.iter().filter(|scenario| only.as_deref().is_none_or(|name| name == scenario.name)).collect();
    assert!(!chosen.is_empty(), "no scenario is named {only:?}");
    for scenario in chosen {
        let mut sum = Seen::default();
        for seed in seeds() {
            for seen in check(scenario, seed).seen {
                sum.frames += seen.frames;
                sum.frozen += seen.frozen;
                sum.packets += seen.packets;
                sum.missed += seen.missed;
                sum.keyframe_requests += seen.keyframe_requests;
            }
        }
        println!("{:12} {sum:?}", scenario.name);
    }
}

#[test]
fn what_failed_once_does_not_fail_again() {
    for (name, seed) in REGRESSIONS {
        let scenario = SCENARIOS.iter().find(|scenario| scenario.name == *name).expect("a scenario of that name");
        check(scenario, *seed);
    }
}
