//! The shard under test, its members and its clock, with everything that must hold after every step.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::member::Member;
use crate::fuzzing::dtls::OURS;
use crate::fuzzing::stun::request;
use crate::rtcp::Compound;
use crate::{
    DataKind, Grant, JoinOptions, ParticipantId, Remote, RoomId, Shard, ShardConfig, Shedding, Source, SourceState,
    TrackState, VideoStart, WallClock, Want, Watch,
};

/// Members whose keys are known; one more joins by an offer.
pub(super) const SECURED: usize = 3;
const OFFER: &str = include_str!("../../sdp/fixtures/firefox.sdp");
const ROOM: RoomId = RoomId(Uuid::from_u128(1));

pub(super) struct World {
    shard: Shard,
    now: Instant,
    members: Vec<Member>,
    generation: u8,
    /// ICE credentials of the one who joined by an offer.
    ufrag: String,
    pwd: String,
    /// Addresses that have proved themselves.
    proved: HashSet<Remote>,
    fed: (u64, u64),
    sent: (u64, u64),
}

impl World {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let mut shard = Shard::new(ShardConfig {
            candidates: Vec::new(),
            tcp_candidates: Vec::new(),
            certificate: OURS.clone(),
            seed: [7; 32],
            clock: WallClock { at: now, unix: Duration::from_secs(1_764_000_000) },
        });
        let answer = shard.join(now, ROOM, person(SECURED), OFFER, options(4)).expect("a browser's offer");
        let value = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)).expect("in the answer");
        let (ufrag, pwd) = (value("a=ice-ufrag:").to_owned(), value("a=ice-pwd:").to_owned());
        let (members, proved) = (Vec::new(), HashSet::new());
        let mut world = Self { shard, now, members, generation: 0, ufrag, pwd, proved, fed: (0, 0), sent: (0, 0) };
        for number in 0..SECURED {
            world.members.push(Member::new(number, 0));
            world.enter(number);
        }
        world
    }

    fn enter(&mut self, number: usize) {
        let member = &self.members[number];
        let secured = (&member.keys, member.remote);
        self.proved.insert(member.remote);
        self.shard
            .join_secured(self.now, ROOM, person(number), member.plan.clone(), secured, options(2))
            .expect("has left before");
        let on = SourceState { audio: TrackState::On, video: TrackState::On };
        self.publish(number, Source::Camera, on);
    }

    /// Leaves and comes back with new keys.
    pub(super) fn rejoin(&mut self, number: usize) {
        self.shard.leave(self.now, person(number));
        self.deliver();
        self.generation += 1;
        self.members[number] = Member::new(number, self.generation);
        self.enter(number);
    }

    pub(super) fn publish(&mut self, number: usize, source: Source, state: SourceState) {
        self.shard.publish(self.now, person(number), source, state);
        self.deliver();
    }

    pub(super) fn want(&mut self, number: usize, bytes: &[u8]) {
        let wants: Vec<Want> = bytes
            .chunks_exact(3)
            .map(|bytes| Want {
                participant: person(usize::from(bytes[0]) % (SECURED + 2)),
                source: if bytes[0] > 127 { Source::Screen } else { Source::Camera },
                width: u16::from(bytes[1]) * 16,
                height: u16::from(bytes[1]) * 9,
                priority: bytes[2],
            })
            .collect();
        self.shard.subscribe(self.now, person(number), &wants);
        self.deliver();
    }

    pub(super) fn ready(&mut self) {
        self.shard.ready(self.now, person(SECURED));
        self.deliver();
    }

    pub(super) fn shed(&mut self, step: usize) {
        let steps = [Shedding::Nothing, Shedding::TopLayer, Shedding::AllButLowest, Shedding::Cameras];
        self.shard.shed(self.now, steps[step % steps.len()]);
        self.deliver();
    }

    pub(super) fn send_data(&mut self, bytes: &[u8]) {
        self.shard.send_data(self.now, person(SECURED), "app", DataKind::Binary, bytes);
        self.deliver();
    }

    /// From an address nobody is at: dropped and counted, whatever it is.
    pub(super) fn stranger(&mut self, datagram: &[u8]) {
        let dropped = self.dropped();
        self.feed(stranger(66), datagram);
        assert_eq!(self.dropped(), dropped + 1, "a stranger's datagram was not counted as dropped");
    }

    /// From a member's address but without its keys.
    pub(super) fn unsealed(&mut self, number: usize, datagram: &[u8]) {
        let counted = self.counted();
        self.feed(self.members[number].remote, datagram);
        assert_eq!(self.counted(), counted + 1, "a forged datagram was not counted");
    }

    pub(super) fn rtp(&mut self, number: usize, plain: &[u8]) {
        let Some(sealed) = self.members[number].seal(plain) else { return };
        // Its second byte may say RTCP; then it is no RTP to the shard, nor sound SRTCP.
        let counted = self.counted();
        self.feed(self.members[number].remote, &sealed);
        assert_eq!(self.counted(), counted + 1, "an RTP packet was not counted");
    }

    pub(super) fn media(&mut self, number: usize, stream: u8, ahead: u8, flags: u8, payload: &[u8]) {
        let packet = self.members[number].packet(stream, ahead, flags, payload);
        self.rtp(number, &packet);
    }

    pub(super) fn rtcp(&mut self, number: usize, plain: &[u8]) {
        let Some(sealed) = self.members[number].seal_rtcp(plain) else { return };
        self.feed(self.members[number].remote, &sealed);
    }

    /// Feedback about a stream the member is really sent.
    pub(super) fn feedback(&mut self, number: usize, choice: u8, sequence: u16) {
        let ssrc = 1000 + u32::from(choice & 1) * 10 + u32::from(choice >> 1 & 1);
        let mut compound = Compound::new(1);
        if choice & 4 == 0 {
            let sequences: Vec<u16> = (0..u16::from(choice >> 3)).map(|step| sequence.wrapping_add(step)).collect();
            compound.nack(ssrc, &sequences);
        } else {
            compound.picture_loss(ssrc);
        }
        self.rtcp(number, &compound.finish());
    }

    /// A connectivity check with a true proof, and attributes of the input's making between.
    pub(super) fn check(&mut self, host: u8, attributes: &[u8]) {
        let name = format!("{}:them", self.ufrag);
        let mut all = vec![0, 6];
        all.extend((name.len() as u16).to_be_bytes());
        all.extend(name.as_bytes());
        all.resize(all.len().next_multiple_of(4), 0);
        all.extend(attributes);
        let (from, packet) = (stranger(host % 8), request(&all, &self.pwd));
        // Attributes that spoil the proof make this weaker, not wrong.
        self.proved.insert(from);
        self.feed(from, &packet);
    }

    pub(super) fn dtls(&mut self, host: u8, record: &[u8]) {
        let from = stranger(host % 8);
        if self.proved.contains(&from) {
            self.feed(from, record);
        } else {
            self.stranger(record);
        }
    }

    pub(super) fn wait(&mut self, duration: Duration) {
        let until = self.now + duration;
        while let Some(due) = self.shard.poll_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.shard.handle_timeout(self.now);
            self.deliver();
            assert!(self.shard.poll_timeout().is_none_or(|next| next > self.now), "due again at once");
        }
        self.now = until;
    }

    fn feed(&mut self, from: Remote, datagram: &[u8]) {
        self.fed = (self.fed.0 + 1, self.fed.1 + datagram.len() as u64);
        self.shard.datagram(self.now, from, &mut datagram.to_vec());
        self.deliver();
        let counters = self.shard.counters();
        assert_eq!((counters.datagrams_in, counters.bytes_in), self.fed);
    }

    fn deliver(&mut self) {
        loop {
            let batch = self.shard.batch(self.now);
            if batch.is_empty() {
                break;
            }
            let datagrams: Vec<_> = batch.datagrams().map(|(to, bytes)| (to, bytes.to_vec())).collect();
            batch.clear();
            for (to, datagram) in datagrams {
                assert!(self.proved.contains(&to), "{to:?} proved nothing and was sent {datagram:02x?}");
                self.sent = (self.sent.0 + 1, self.sent.1 + datagram.len() as u64);
                if let Some(member) = self.members.iter_mut().find(|member| member.remote == to) {
                    member.take(&datagram);
                }
            }
        }
        while self.shard.poll_event().is_some() {}
        let counters = self.shard.counters();
        assert_eq!((counters.datagrams_out, counters.bytes_out), self.sent);
        assert!(self.shard.load().participants <= SECURED + 1);
    }

    fn dropped(&self) -> u64 {
        let counters = self.shard.counters();
        counters.unknown_datagrams + counters.handshake_rejected
    }

    /// Datagrams of members, by what became of them.
    fn counted(&self) -> u64 {
        let counters = self.shard.counters();
        let media = counters.rtp_in + counters.rtp_malformed + counters.rtp_unroutable;
        self.dropped() + media + counters.srtp_rejected + counters.srtp_replayed + counters.srtcp_rejected
    }
}

fn person(number: usize) -> ParticipantId {
    ParticipantId(Uuid::from_u128(number as u128 + 100))
}

fn stranger(host: u8) -> Remote {
    Remote::udp(SocketAddr::from(([192, 0, 2, host], 5000)))
}

fn options(slots: u8) -> JoinOptions {
    JoinOptions {
        publish: Grant::Allowed,
        subscribe: Grant::Allowed,
        start: VideoStart::WhenConnected,
        slots,
        watch: Watch::Everyone,
    }
}
