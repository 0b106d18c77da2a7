//! The stages of forwarding, each by itself, for micro-benches (`make bench-stages`). Behind the feature `stages`, which nothing shipped turns on.
//!
//! A stage does one packet's work at a call, on warm caches: what it costs here is its floor in a busy shard.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::egress::SendBatch;
use crate::ingress::{NackList, PacketMeta, Ring, Shape};
use crate::srtp::{MAX_OVERHEAD, Opener, Sealable, Sealer};
use crate::wire::{ExtensionWriter, Extensions, RtpHeader, Vp8Descriptor, starts_keyframe, write_header};
use crate::{
    Codec, DtlsCertificate, ExtensionIds, Grant, JoinOptions, MediaPlan, Mid, ParticipantId, PayloadMapping,
    PublishPlan, ReceivePlan, Remote, RoomId, Shard, ShardConfig, SlotIndex, SlotPlan, Source, SourceState, SrtpKeys,
    SrtpProfile, Ssrc, TrackState, VideoStart, WallClock, Watch,
};

/// What browsers send most: a packet of 1,200 bytes, its VP8 payload beginning with a descriptor of four bytes.
const PAYLOAD: usize = 1_172;
const VP8: u8 = 96;
const MEDIA_SSRC: u32 = 1_000;
const TRANSPORT_CC: u8 = 3;
/// Packets sealed ahead for the stages that open them.
const SEALED: u64 = 4_096;

/// One stage. `run` does the work of `packets` packets.
pub struct Stage {
    pub name: &'static str,
    pub packets: u64,
    pub run: Box<dyn FnMut()>,
}

impl Stage {
    fn new(name: &'static str, packets: u64, run: impl FnMut() + 'static) -> Self {
        Self { name, packets, run: Box::new(run) }
    }
}

/// Every stage, in the order a packet passes them; `now` is when their clock begins.
pub fn stages(now: Instant) -> Vec<Stage> {
    vec![
        parse(),
        open(),
        describe(),
        nack(now),
        ring(now),
        rewrite(),
        seal(),
        batch(),
        ingress(now),
        forward(now, "forward to 1", 1),
        forward(now, "forward to 50", 50),
        forward(now, "forward to 400", 400),
    ]
}

fn parse() -> Stage {
    let packet = plain(7);
    Stage::new("parse header and extensions", 1, move || {
        let header = RtpHeader::parse(&packet);
        let ids = header.iter().flat_map(|header| Extensions::of(header, &packet)).map(|(id, _)| id);
        std::hint::black_box(ids.max());
    })
}

fn open() -> Stage {
    let mut opener = Opener::new(&keys(0)).expect("keys");
    let sealed = sealed();
    let (mut next, mut packet) = (0, Vec::with_capacity(2_048));
    Stage::new("open SRTP", 1, move || {
        // Each index opens once: when all are used, so is the window.
        if next == sealed.len() {
            (next, opener) = (0, Opener::new(&keys(0)).expect("keys"));
        }
        packet.clone_from(&sealed[next]);
        next += 1;
        let header = RtpHeader::parse(&packet).expect("a header");
        std::hint::black_box(opener.open(&mut packet, &header)).expect("authentic");
    })
}

fn describe() -> Stage {
    let payload = payload();
    Stage::new("read VP8 descriptor", 1, move || {
        std::hint::black_box((starts_keyframe(Codec::Vp8, &payload), Vp8Descriptor::parse(&payload)));
    })
}

fn nack(now: Instant) -> Stage {
    let (mut list, mut index) = (NackList::default(), 0);
    Stage::new("look for gaps", 1, move || {
        list.record(now, Some(index), index + 1);
        index += 1;
        std::hint::black_box(list.deadline());
    })
}

fn ring(now: Instant) -> Stage {
    let payload = payload();
    let (mut ring, mut meta) = (Ring::new(512, 640 * 1024), meta(now, &payload));
    Stage::new("copy into the ring", 1, move || {
        meta.index += 1;
        meta.arrived += Duration::from_millis(2);
        std::hint::black_box(ring.insert(meta, &payload, &[])).expect("room");
    })
}

fn rewrite() -> Stage {
    let payload = payload();
    let descriptor = Vp8Descriptor::parse(&payload).expect("a descriptor");
    let (mut out, mut index) = (vec![0; 2_048], 0);
    Stage::new("write header, extensions and descriptor", 1, move || {
        index += 1;
        let mut extensions = ExtensionWriter::<48>::for_ids([TRANSPORT_CC].into_iter());
        extensions.push(TRANSPORT_CC, &(index as u16).to_be_bytes());
        let len = write_header(&mut out, true, VP8, index, 9, MEDIA_SSRC, extensions.finish()).expect("room");
        let prefix = &mut out[len..len + 4];
        prefix.copy_from_slice(&payload[..4]);
        descriptor.rewrite(prefix, 5, 6);
        std::hint::black_box(&mut out);
    })
}

fn seal() -> Stage {
    let payload = payload();
    let (mut sealer, mut out, mut index) = (Sealer::new(&keys(0)).expect("keys"), vec![0; 2_048], 0);
    Stage::new("seal SRTP", 1, move || {
        index += 1;
        let header_len = write_header(&mut out, true, VP8, index, 9, MEDIA_SSRC, &[]).expect("room");
        let packet = Sealable { ssrc: MEDIA_SSRC, index, header_len, prefix_len: 4, rest: &payload[4..] };
        std::hint::black_box(sealer.seal(&mut out, &packet)).expect("seals");
    })
}

fn batch() -> Stage {
    let (mut batch, to) = (SendBatch::new(), remote(1));
    Stage::new("queue in the batch", 1, move || {
        if batch.reserve(1_200).is_none() {
            batch.clear();
        }
        std::hint::black_box(batch.reserve(1_200));
        batch.commit(to, 1_200);
    })
}

fn ingress(now: Instant) -> Stage {
    let mut room = Room::of(now, 0);
    Stage::new("whole way in", 1, move || {
        room.receive();
        room.send();
    })
}

fn forward(now: Instant, name: &'static str, viewers: usize) -> Stage {
    let mut room = Room::of(now, viewers);
    Stage::new(name, viewers as u64, move || {
        room.receive();
        room.send();
    })
}

/// One publisher and so many viewers.
struct Room {
    shard: Shard,
    viewers: usize,
    now: Instant,
    sealed: Vec<Vec<u8>>,
    next: usize,
    packet: Vec<u8>,
}

impl Room {
    fn of(now: Instant, viewers: usize) -> Self {
        let shard = shard(now, viewers);
        Self { shard, viewers, now, sealed: sealed(), next: 0, packet: Vec::with_capacity(2_048) }
    }

    fn receive(&mut self) {
        if self.next == self.sealed.len() {
            // The same indices again are replays to this shard.
            (self.shard, self.next) = (shard(self.now, self.viewers), 0);
        }
        self.packet.clone_from(&self.sealed[self.next]);
        self.next += 1;
        self.now += Duration::from_millis(2);
        self.shard.datagram(self.now, remote(0), &mut self.packet);
    }

    fn send(&mut self) {
        loop {
            let batch = self.shard.batch(self.now);
            if std::hint::black_box(&mut *batch).is_empty() {
                return;
            }
            batch.clear();
        }
    }
}

fn shard(now: Instant, viewers: usize) -> Shard {
    let config = ShardConfig {
        candidates: vec![],
        tcp_candidates: vec![],
        certificate: DtlsCertificate::generate().expect("a certificate"),
        seed: [7; 32],
        clock: WallClock { at: now, unix: Duration::from_secs(1_764_000_000) },
    };
    let mut shard = Shard::new(config);
    for number in 0..=viewers {
        let options = JoinOptions {
            publish: Grant::Allowed,
            subscribe: Grant::Allowed,
            start: VideoStart::WhenConnected,
            slots: 1,
            watch: Watch::Everyone,
        };
        let secured = (&keys(number as u8), remote(number));
        let plan = if number == 0 { publisher() } else { viewer(number) };
        shard.join_secured(now, RoomId(Uuid::nil()), person(number), plan, secured, options).expect("joins");
    }
    let on = SourceState { audio: TrackState::Off, video: TrackState::On };
    shard.publish(now, person(0), Source::Camera, on);
    shard
}

fn person(number: usize) -> ParticipantId {
    ParticipantId(Uuid::from_u128(number as u128 + 1))
}

fn remote(number: usize) -> Remote {
    Remote::udp(SocketAddr::from(([10, 0, (number >> 8) as u8, number as u8], 5000)))
}

/// The same both ways, so that what is sealed with them opens with them.
fn keys(seed: u8) -> SrtpKeys {
    SrtpKeys {
        profile: SrtpProfile::AeadAes128Gcm,
        local_key: vec![seed; 16],
        local_salt: vec![seed; 12],
        remote_key: vec![seed; 16],
        remote_salt: vec![seed; 12],
    }
}

fn payloads() -> Vec<PayloadMapping> {
    vec![PayloadMapping { codec: Codec::Vp8, payload_type: VP8, rtx: Some(VP8 + 1) }]
}

fn publisher() -> MediaPlan {
    let publish = PublishPlan {
        mid: Mid("0".into()),
        kind: crate::MediaKind::Video,
        source: Source::Camera,
        payloads: payloads(),
        extensions: ExtensionIds::default(),
        rids: vec![],
        declared_ssrcs: vec![(Ssrc(MEDIA_SSRC), None)],
    };
    MediaPlan { publish: vec![publish], slots: vec![] }
}

fn viewer(number: usize) -> MediaPlan {
    let ssrc = Ssrc(2_000 + 2 * number as u32);
    let video = ReceivePlan {
        mid: Mid("v0".into()),
        ssrc,
        rtx_ssrc: Some(Ssrc(ssrc.0 + 1)),
        payloads: payloads(),
        extensions: ExtensionIds { transport_cc: Some(TRANSPORT_CC), ..ExtensionIds::default() },
    };
    MediaPlan { publish: vec![], slots: vec![SlotPlan { slot: SlotIndex(0), audio: None, video: Some(video) }] }
}

/// Always the first packet of a keyframe: any of them may begin a stream.
fn payload() -> Vec<u8> {
    let mut payload = vec![1; PAYLOAD];
    payload[..5].copy_from_slice(&[0x90, 0x80, 0x80, 0x01, 0x00]);
    payload
}

fn meta(now: Instant, payload: &[u8]) -> PacketMeta {
    PacketMeta {
        index: 0,
        timestamp: 0,
        marker: true,
        codec: Codec::Vp8,
        starts_keyframe: true,
        shape: Vp8Descriptor::parse(payload).map_or(Shape::Opaque, Shape::Vp8),
        audio_level: None,
        is_padded: false,
        arrived: now,
    }
}

fn plain(index: u64) -> Vec<u8> {
    let mut packet = vec![0; 64];
    let extension = [0xbe, 0xde, 0, 1, 0x30, 0, 0, 0];
    let len = write_header(&mut packet, true, VP8, index, index as u32 * 3_000, MEDIA_SSRC, &extension).expect("room");
    packet.truncate(len);
    packet.extend(payload());
    packet
}

fn sealed() -> Vec<Vec<u8>> {
    let mut sealer = Sealer::new(&keys(0)).expect("keys");
    let seal = |index| {
        let packet = plain(index);
        let header_len = packet.len() - PAYLOAD;
        let mut out = packet.clone();
        out.resize(packet.len() + MAX_OVERHEAD, 0);
        let sealable = Sealable { ssrc: MEDIA_SSRC, index, header_len, prefix_len: 0, rest: &packet[header_len..] };
        let len = sealer.seal(&mut out, &sealable).expect("seals");
        out.truncate(len);
        out
    };
    (1..=SEALED).map(seal).collect()
}
