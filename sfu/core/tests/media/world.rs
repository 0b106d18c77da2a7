//! A shard, its clients and their clock.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rtc_crypto::default_provider;
use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile;
use sfu_core::*;
use uuid::Uuid;

pub(crate) const VP8: u8 = 96;
pub(crate) const VP8_RTX: u8 = 97;
pub(crate) const VP9: u8 = 98;
pub(crate) const H264: u8 = 102;
pub(crate) const AV1: u8 = 45;
pub(crate) const OPUS: u8 = 111;
pub(crate) const RED: u8 = 63;
/// Header extension ids of publishers.
const MID_ID: u8 = 4;
const TRANSPORT_CC_ID: u8 = 7;
const LEVEL_ID: u8 = 1;
const RID_ID: u8 = 10;
const REPAIRED_ID: u8 = 11;
const DESCRIPTOR_ID: u8 = 12;
/// As subscribers number it.
const RECEIVED_DESCRIPTOR_ID: u8 = 13;

pub(crate) fn person(number: usize) -> ParticipantId {
    ParticipantId(Uuid::from_u128(number as u128 + 1))
}

pub(crate) fn room() -> RoomId {
    RoomId(Uuid::from_u128(1000))
}

pub(crate) const ON: SourceState = SourceState { audio: TrackState::On, video: TrackState::On };

/// A packet as a client got it, decrypted.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Got {
    pub(crate) at: Instant,
    pub(crate) ssrc: u32,
    pub(crate) payload_type: u8,
    pub(crate) marker: bool,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) payload: Vec<u8>,
    /// Of transport-wide congestion control, where it is taken.
    pub(crate) transport_sequence: Option<u16>,
    /// The dependency descriptor.
    pub(crate) descriptor: Option<Vec<u8>>,
    /// As it was on the wire.
    pub(crate) sealed: Vec<u8>,
}

pub(crate) struct Client {
    pub(crate) id: ParticipantId,
    pub(crate) remote: Remote,
    pub(crate) plan: MediaPlan,
    pub(crate) got: Vec<Got>,
    pub(crate) rtcp: Vec<Box<dyn rtc_rtcp::packet::Packet>>,
    sealing: Context,
    opening: Context,
}

/// How a client's plan differs from the usual: simulcast or not, RED or not, RTX or not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Habits {
    pub(crate) rids: &'static [&'static str],
    pub(crate) slots: u8,
    pub(crate) takes_red: bool,
    pub(crate) takes_rtx: bool,
    pub(crate) start: VideoStart,
    /// Both ways: numbers its packets, and takes numbered ones.
    pub(crate) takes_transport_cc: bool,
}

pub(crate) const USUAL: Habits = Habits {
    rids: &[],
    slots: 4,
    takes_red: true,
    takes_rtx: true,
    start: VideoStart::WhenConnected,
    takes_transport_cc: false,
};

pub(crate) struct World {
    pub(crate) shard: Shard,
    pub(crate) now: Instant,
    pub(crate) clients: Vec<Client>,
    pub(crate) events: Vec<Event>,
    /// Every datagram ever sent, in order.
    pub(crate) sent: Vec<(Remote, Vec<u8>)>,
    epoch: Instant,
}

impl World {
    pub(crate) fn new() -> Self {
        // The epoch is taken once; from there time moves by `advance` alone.
        let epoch = Instant::now();
        let config = ShardConfig {
            candidates: vec![],
            tcp_candidates: vec![],
            certificate: DtlsCertificate::generate().expect("a certificate"),
            seed: [7; 32],
            clock: WallClock { at: epoch, unix: Duration::from_secs(1_764_000_000) },
        };
        Self { shard: Shard::new(config), now: epoch, clients: vec![], events: vec![], sent: vec![], epoch }
    }

    /// A room of `count` people, each publishing a camera.
    pub(crate) fn of(count: usize) -> Self {
        Self::with(&vec![USUAL; count])
    }

    pub(crate) fn with(habits: &[Habits]) -> Self {
        let mut world = Self::new();
        for habits in habits {
            let client = world.join(*habits);
            world.shard.publish(world.now, world.clients[client].id, Source::Camera, ON);
        }
        world.deliver();
        world
    }

    pub(crate) fn join(&mut self, habits: Habits) -> usize {
        self.join_in(0, habits)
    }

    /// Joins the room of that number; 0 is the usual one.
    pub(crate) fn join_in(&mut self, number_of_room: usize, habits: Habits) -> usize {
        let room = RoomId(Uuid::from_u128(1000 + number_of_room as u128));
        let number = self.clients.len();
        let plan = plan(number, habits);
        let seed = (number % 100) as u8 + 1;
        let keys = SrtpKeys {
            profile: SrtpProfile::AeadAes128Gcm,
            local_key: vec![seed; 16],
            local_salt: vec![seed; 12],
            remote_key: vec![seed + 100; 16],
            remote_salt: vec![seed + 100; 12],
        };
        let remote = Remote::udp(SocketAddr::from(([10, 0, (number >> 8) as u8, number as u8], 5000)));
        let options = JoinOptions {
            publish: Grant::Allowed,
            subscribe: Grant::Allowed,
            start: habits.start,
            slots: habits.slots,
            watch: Watch::Everyone,
        };
        self.shard.join_secured(self.now, room, person(number), plan.clone(), (&keys, remote), options).expect("joins");
        let context = |byte: u8| {
            let provider = default_provider().expect("crypto");
            Context::new(&[byte; 16], &[byte; 12], ProtectionProfile::AeadAes128Gcm, None, None, provider.crypto())
                .expect("keys")
        };
        self.clients.push(Client {
            id: person(number),
            remote,
            plan,
            got: vec![],
            rtcp: vec![],
            sealing: context(seed + 100),
            opening: context(seed),
        });
        self.deliver();
        number
    }

    /// A client's RTP packet as it goes over the wire.
    pub(crate) fn seal(&mut self, client: usize, plain: &[u8]) -> Vec<u8> {
        self.clients[client].sealing.encrypt_rtp(plain).expect("seals").to_vec()
    }

    /// A client's RTCP packet as it goes over the wire.
    pub(crate) fn seal_rtcp(&mut self, client: usize, packet: &dyn rtc_rtcp::packet::Packet) -> Vec<u8> {
        let plain = rtc_rtcp::packet::marshal(&[packet.cloned()]).expect("marshals");
        self.clients[client].sealing.encrypt_rtcp(&plain).expect("seals").to_vec()
    }

    /// Sends a datagram of a client's to the shard without delivering what follows.
    pub(crate) fn send(&mut self, client: usize, plain: &[u8]) {
        let mut sealed = self.seal(client, plain);
        self.shard.datagram(self.now, self.clients[client].remote, &mut sealed);
    }

    pub(crate) fn send_rtcp(&mut self, client: usize, packet: &dyn rtc_rtcp::packet::Packet) {
        let mut sealed = self.seal_rtcp(client, packet);
        self.shard.datagram(self.now, self.clients[client].remote, &mut sealed);
        self.deliver();
    }

    pub(crate) fn speak(&mut self, client: usize, sequence: u16, payload: &[u8]) {
        let packet = Packet { level: Some(30), ..Packet::audio(client, sequence, payload) };
        self.send(client, &packet.bytes());
        self.deliver();
    }

    /// A whole one-packet frame.
    pub(crate) fn film(&mut self, client: usize, sequence: u16, keyframe: bool) {
        let payload = vp8(sequence, keyframe, &[sequence as u8; 40]);
        self.send(client, &Packet::video(client, 0, sequence, &payload).bytes());
        self.deliver();
    }

    /// Takes everything out of the shard, with where it goes.
    pub(crate) fn drain(&mut self) -> Vec<(Remote, Vec<u8>)> {
        let mut datagrams = vec![];
        loop {
            let batch = self.shard.batch(self.now);
            if batch.is_empty() {
                break;
            }
            datagrams.extend(batch.datagrams().map(|(to, bytes)| (to, bytes.to_vec())));
            batch.clear();
        }
        while let Some((_, event)) = self.shard.poll_event() {
            self.events.push(event);
        }
        datagrams
    }

    /// Takes everything out of the shard and to its clients.
    pub(crate) fn deliver(&mut self) {
        for (to, bytes) in self.drain() {
            if let Some(client) = self.clients.iter_mut().find(|client| client.remote == to) {
                client.take(self.now, &bytes);
            }
            self.sent.push((to, bytes));
        }
    }

    /// Moves time on, doing what falls due on the way.
    pub(crate) fn advance(&mut self, duration: Duration) {
        let until = self.now + duration;
        while let Some(due) = self.shard.poll_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.shard.handle_timeout(self.now);
            self.deliver();
        }
        self.now = until;
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.now - self.epoch
    }

    pub(crate) fn audio(&self, client: usize, slot: usize) -> Vec<Got> {
        let ssrc = self.clients[client].plan.slots[slot].audio.as_ref().expect("planned").ssrc.0;
        self.clients[client].got.iter().filter(|got| got.ssrc == ssrc).cloned().collect()
    }

    pub(crate) fn video(&self, client: usize, slot: usize) -> Vec<Got> {
        let ssrc = self.clients[client].plan.slots[slot].video.as_ref().expect("planned").ssrc.0;
        self.clients[client].got.iter().filter(|got| got.ssrc == ssrc).cloned().collect()
    }

    pub(crate) fn rtx(&self, client: usize, slot: usize) -> Vec<Got> {
        let ssrc =
            self.clients[client].plan.slots[slot].video.as_ref().and_then(|video| video.rtx_ssrc).expect("planned").0;
        self.clients[client].got.iter().filter(|got| got.ssrc == ssrc).cloned().collect()
    }

    /// What RTCP of a kind a client got.
    pub(crate) fn rtcp_of<P: Clone + 'static>(&self, client: usize) -> Vec<P> {
        self.clients[client].rtcp.iter().filter_map(|packet| packet.as_any().downcast_ref::<P>().cloned()).collect()
    }
}

impl Client {
    pub(crate) fn take(&mut self, now: Instant, sealed: &[u8]) {
        if (192..=223).contains(&sealed[1]) {
            let plain = self.opening.decrypt_rtcp(sealed).expect("authentic");
            self.rtcp.extend(rtc_rtcp::packet::unmarshal(&mut plain.freeze()).expect("well formed"));
            return;
        }
        let plain = self.opening.decrypt_rtp(sealed).expect("authentic");
        let extension = if plain[0] & 0x10 != 0 { 4 + 4 * usize::from(plain[15]) } else { 0 };
        let word = |at: usize| u32::from_be_bytes(plain[at..at + 4].try_into().expect("four bytes"));
        let padding = if plain[0] & 0x20 != 0 { usize::from(plain[plain.len() - 1]) } else { 0 };
        self.got.push(Got {
            at: now,
            ssrc: word(8),
            payload_type: plain[1] & 0x7f,
            marker: plain[1] & 0x80 != 0,
            sequence: word(0) as u16,
            timestamp: word(4),
            payload: plain[12 + extension..plain.len() - padding].to_vec(),
            transport_sequence: element(&plain[12..12 + extension], TRANSPORT_CC_ID)
                .map(|data| u16::from_be_bytes(data.try_into().expect("two bytes"))),
            descriptor: element(&plain[12..12 + extension], RECEIVED_DESCRIPTOR_ID).map(<[u8]>::to_vec),
            sealed: sealed.to_vec(),
        });
    }
}

/// A packet a client is about to send.
#[derive(Clone)]
pub(crate) struct Packet<'p> {
    pub(crate) payload_type: u8,
    pub(crate) marker: bool,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    pub(crate) mid: &'static str,
    pub(crate) rid: Option<&'static str>,
    pub(crate) repaired: Option<&'static str>,
    pub(crate) level: Option<u8>,
    pub(crate) transport_sequence: Option<u16>,
    /// The dependency descriptor; empty: none.
    pub(crate) descriptor: &'p [u8],
    pub(crate) payload: &'p [u8],
}

impl<'p> Packet<'p> {
    pub(crate) fn audio(client: usize, sequence: u16, payload: &'p [u8]) -> Self {
        Self {
            payload_type: OPUS,
            marker: false,
            sequence,
            timestamp: u32::from(sequence).wrapping_mul(960).wrapping_add(client as u32 * 1_000_000),
            ssrc: 10 * client as u32 + 1,
            mid: "0",
            rid: None,
            repaired: None,
            level: None,
            transport_sequence: None,
            descriptor: &[],
            payload,
        }
    }

    pub(crate) fn video(client: usize, layer: usize, sequence: u16, payload: &'p [u8]) -> Self {
        Self {
            payload_type: VP8,
            marker: true,
            timestamp: u32::from(sequence)
                .wrapping_mul(3000)
                .wrapping_add(client as u32 * 77_000_000 + layer as u32 * 900_000),
            ssrc: 10 * client as u32 + 2 + 2 * layer as u32,
            mid: "1",
            ..Self::audio(client, sequence, payload)
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut elements = vec![];
        let is_one_byte = self.descriptor.len() <= 16;
        let mut push = |id: u8, data: &[u8]| {
            match is_one_byte {
                true => elements.push(id << 4 | (data.len() as u8 - 1)),
                false => elements.extend([id, data.len() as u8]),
            }
            elements.extend_from_slice(data);
        };
        push(MID_ID, self.mid.as_bytes());
        self.rid.iter().for_each(|rid| push(RID_ID, rid.as_bytes()));
        self.repaired.iter().for_each(|rid| push(REPAIRED_ID, rid.as_bytes()));
        self.level.iter().for_each(|level| push(LEVEL_ID, &[*level]));
        self.transport_sequence.iter().for_each(|number| push(TRANSPORT_CC_ID, &number.to_be_bytes()));
        if !self.descriptor.is_empty() {
            push(DESCRIPTOR_ID, self.descriptor);
        }
        elements.resize(elements.len().next_multiple_of(4), 0);
        let mut bytes = vec![0x90, u8::from(self.marker) << 7 | self.payload_type];
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.timestamp.to_be_bytes());
        bytes.extend(self.ssrc.to_be_bytes());
        let profile = if is_one_byte { [0xbe, 0xde] } else { [0x10, 0x00] };
        bytes.extend(profile);
        bytes.extend([0, (elements.len() / 4) as u8]);
        bytes.extend(elements);
        bytes.extend(self.payload);
        bytes
    }
}

/// A VP8 packet that is a frame by itself, its 15-bit picture id the sequence number.
pub(crate) fn vp8(picture_id: u16, keyframe: bool, body: &[u8]) -> Vec<u8> {
    let mut payload = vec![0x90, 0xe0];
    payload.extend((picture_id | 0x8000).to_be_bytes());
    payload.extend([picture_id as u8, 0x20, u8::from(!keyframe)]);
    payload.extend_from_slice(body);
    payload
}

/// The picture id of such a packet.
pub(crate) fn picture_id(payload: &[u8]) -> u16 {
    u16::from_be_bytes([payload[2], payload[3]]) & 0x7fff
}

fn plan(client: usize, habits: Habits) -> MediaPlan {
    let audio = |red: bool| {
        let opus = PayloadMapping { codec: Codec::Opus, payload_type: OPUS, rtx: None };
        let red = red.then_some(PayloadMapping { codec: Codec::Red, payload_type: RED, rtx: None });
        red.into_iter().chain([opus]).collect::<Vec<_>>()
    };
    let transport_cc = habits.takes_transport_cc.then_some(TRANSPORT_CC_ID);
    let extensions = ExtensionIds {
        transport_cc,
        mid: Some(MID_ID),
        rid: Some(RID_ID),
        repaired_rid: Some(REPAIRED_ID),
        audio_level: Some(LEVEL_ID),
        dependency_descriptor: Some(DESCRIPTOR_ID),
        ..ExtensionIds::default()
    };
    let publish = |mid: &str, kind, payloads, rids: &[&str]| PublishPlan {
        mid: Mid(mid.into()),
        kind,
        source: Source::Camera,
        payloads,
        extensions,
        rids: rids.iter().map(|rid| Rid((*rid).into())).collect(),
        declared_ssrcs: vec![],
    };
    let video = vec![
        PayloadMapping { codec: Codec::Vp8, payload_type: VP8, rtx: Some(VP8_RTX) },
        PayloadMapping { codec: Codec::Vp9, payload_type: VP9, rtx: Some(VP9 + 1) },
        PayloadMapping { codec: Codec::H264, payload_type: H264, rtx: Some(H264 + 1) },
        PayloadMapping { codec: Codec::Av1, payload_type: AV1, rtx: Some(AV1 + 1) },
    ];
    // Subscribers number payload types and extensions their own way.
    let received = ExtensionIds {
        mid: Some(9),
        audio_level: Some(8),
        transport_cc,
        dependency_descriptor: Some(RECEIVED_DESCRIPTOR_ID),
        ..ExtensionIds::default()
    };
    let opus = PayloadMapping { codec: Codec::Opus, payload_type: 100, rtx: None };
    let red = PayloadMapping { codec: Codec::Red, payload_type: 101, rtx: None };
    let slots = (0..habits.slots).map(|slot| {
        let ssrc = 100_000 * (client as u32 + 1) + 10 * u32::from(slot);
        SlotPlan {
            slot: SlotIndex(slot),
            audio: Some(ReceivePlan {
                mid: Mid(format!("a{slot}").into()),
                ssrc: Ssrc(ssrc),
                rtx_ssrc: None,
                payloads: if habits.takes_red { vec![red, opus] } else { vec![opus] },
                extensions: received,
            }),
            video: Some(ReceivePlan {
                mid: Mid(format!("v{slot}").into()),
                ssrc: Ssrc(ssrc + 1),
                rtx_ssrc: habits.takes_rtx.then_some(Ssrc(ssrc + 2)),
                payloads: [(Codec::Vp8, 120), (Codec::Vp9, 122), (Codec::H264, 124), (Codec::Av1, 126)]
                    .map(|(codec, payload_type)| PayloadMapping {
                        codec,
                        payload_type,
                        rtx: habits.takes_rtx.then_some(payload_type + 1),
                    })
                    .to_vec(),
                extensions: received,
            }),
        }
    });
    MediaPlan {
        publish: vec![
            publish("0", MediaKind::Audio, audio(true), &[]),
            publish("1", MediaKind::Video, video, habits.rids),
        ],
        slots: slots.collect(),
    }
}

/// An element of an extension block in either form (RFC 8285).
fn element(block: &[u8], wanted: u8) -> Option<&[u8]> {
    let is_one_byte = block.starts_with(&[0xbe, 0xde]);
    let mut elements = block.get(4..)?;
    while let [head, rest @ ..] = elements {
        let (id, len, rest) = match (head, is_one_byte) {
            (0, _) => (0, 0, rest),
            (head, true) => (head >> 4, usize::from(head & 0x0f) + 1, rest),
            (head, false) => (*head, usize::from(rest[0]), &rest[1..]),
        };
        if id == wanted {
            return Some(&rest[..len]);
        }
        elements = &rest[len..];
    }
    None
}
