//! A participant whose keys the test knows: its plan, and both directions of its SRTP.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::srtp::{OpenError, Opener, Sealable, Sealer, Srtcp};
use crate::wire::{ExtensionWriter, RtpHeader, write_header};
use crate::{
    Codec, ExtensionIds, MediaKind, MediaPlan, Mid, PayloadMapping, PublishPlan, ReceivePlan, Remote, Rid, SlotIndex,
    SlotPlan, Source, SrtpKeys, SrtpProfile, Ssrc,
};

const VIDEO: [(Codec, u8); 4] = [(Codec::Vp8, 96), (Codec::Vp9, 98), (Codec::H264, 102), (Codec::Av1, 45)];
const MID_ID: u8 = 4;
const LEVEL_ID: u8 = 1;
const RID_ID: u8 = 10;
const REPAIRED_ID: u8 = 11;
const TRANSPORT_CC_ID: u8 = 5;
const RIDS: [&str; 3] = ["q", "h", "f"];

pub(super) struct Member {
    pub(super) remote: Remote,
    pub(super) plan: MediaPlan,
    pub(super) keys: SrtpKeys,
    sealer: Sealer,
    opener: Opener,
    srtcp: Srtcp,
    /// Newest packet index of each SSRC, by direction.
    sent: HashMap<u32, u64>,
    got: HashMap<u32, u64>,
    sealed: HashMap<(u32, u64), Vec<u8>>,
}

impl Member {
    pub(super) fn new(number: usize, generation: u8) -> Self {
        let seed = number as u8 + 16 * (generation % 15);
        // One of them has no GCM.
        let profile = if number == 2 { SrtpProfile::Aes128CmHmacSha1_80 } else { SrtpProfile::AeadAes128Gcm };
        let salt = profile.salt_bytes();
        let keys = SrtpKeys {
            profile,
            local_key: vec![seed; 16],
            local_salt: vec![seed; salt],
            remote_key: vec![!seed; 16],
            remote_salt: vec![!seed; salt],
        };
        let theirs = SrtpKeys {
            profile,
            local_key: keys.remote_key.clone(),
            local_salt: keys.remote_salt.clone(),
            remote_key: keys.local_key.clone(),
            remote_salt: keys.local_salt.clone(),
        };
        Self {
            remote: Remote::udp(SocketAddr::from(([10, 0, 0, number as u8], 5000))),
            plan: plan(number),
            keys,
            sealer: Sealer::new(&theirs).expect("keys"),
            opener: Opener::new(&theirs).expect("keys"),
            srtcp: Srtcp::new(&theirs).expect("keys"),
            sent: HashMap::new(),
            got: HashMap::new(),
            sealed: HashMap::new(),
        }
    }

    /// A plain packet as it goes over the wire; `None` for what is no RTP, or longer than any network carries.
    pub(super) fn seal(&mut self, plain: &[u8]) -> Option<Vec<u8>> {
        let header = RtpHeader::parse(plain).filter(|_| plain.len() <= 1500)?;
        let newest = self.sent.entry(header.ssrc).or_insert_with(|| u64::from(header.sequence));
        let index = nearest(*newest, header.sequence)?;
        *newest = index.max(*newest);
        let mut out = plain.to_vec();
        out.resize(plain.len() + 32, 0);
        let rest = plain.get(header.len..)?;
        let packet = Sealable { ssrc: header.ssrc, index, header_len: header.len, prefix_len: 0, rest };
        let len = self.sealer.seal(&mut out, &packet)?;
        out.truncate(len);
        Some(out)
    }

    pub(super) fn seal_rtcp(&mut self, plain: &[u8]) -> Option<Vec<u8>> {
        self.srtcp.seal(plain)
    }

    /// A packet of one of its own streams: `stream` picks m-line, encoding and codec, `flags` what the header carries.
    pub(super) fn packet(&mut self, stream: u8, ahead: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let video = stream & 1 != 0;
        let layer = usize::from(stream >> 1 & 3) % RIDS.len();
        let repair = video && flags & 8 != 0;
        let ssrc = 100 + u32::from(stream & 7) + if repair { 50 } else { 0 };
        let payload_type = match (video, usize::from(stream >> 3) % VIDEO.len()) {
            (false, codec) => [111, 111, 63, 63][codec],
            (true, codec) => VIDEO[codec].1 + u8::from(repair),
        };
        let newest = self.sent.get(&ssrc).copied().unwrap_or(65_530);
        let index = newest.saturating_add_signed(i64::from(ahead as i8));
        let mut writer = ExtensionWriter::<48>::for_ids([14].into_iter());
        if flags & 1 == 0 {
            writer.push(MID_ID, if video { b"1" } else { b"0" });
        }
        if video && flags & 2 == 0 {
            let rid = RIDS[layer].as_bytes();
            writer.push(if repair { REPAIRED_ID } else { RID_ID }, rid);
        }
        if !video {
            writer.push(LEVEL_ID, &[flags >> 1]);
        }
        if flags & 16 == 0 {
            writer.push(TRANSPORT_CC_ID, &[ahead, flags]);
        }
        let mut out = vec![0; 64 + payload.len()];
        let timestamp = (index as u32).wrapping_mul(3000);
        let len = write_header(&mut out, flags & 4 != 0, payload_type, index, timestamp, ssrc, writer.finish())
            .expect("a header fits");
        out.truncate(len);
        out.extend_from_slice(payload);
        out
    }

    /// What the shard sent here is authentic, of the plan, and no index comes with two contents.
    pub(super) fn take(&mut self, datagram: &[u8]) {
        if datagram.get(1).is_some_and(|kind| (192..=223).contains(kind)) {
            let plain = self.srtcp.open(datagram).expect("authentic, new SRTCP");
            return crate::rtcp::read(&plain, |_| {}).expect("well-formed RTCP");
        }
        let header = RtpHeader::parse(datagram).expect("an RTP header");
        let halves = self.plan.slots.iter().flat_map(|slot| slot.audio.iter().chain(&slot.video));
        let half = halves
            .clone()
            .find(|half| half.ssrc.0 == header.ssrc || half.rtx_ssrc.is_some_and(|rtx| rtx.0 == header.ssrc))
            .unwrap_or_else(|| panic!("SSRC {} is not of the plan", header.ssrc));
        let mut types = half.payloads.iter().flat_map(|payload| [Some(payload.payload_type), payload.rtx]).flatten();
        assert!(types.any(|known| known == header.payload_type), "payload type {}", header.payload_type);
        let newest = *self.got.entry(header.ssrc).or_insert_with(|| u64::from(header.sequence));
        let index = nearest(newest, header.sequence).expect("not before the first");
        self.got.insert(header.ssrc, newest.max(index));
        let known = self.sealed.entry((header.ssrc, index)).or_insert_with(|| datagram.to_vec());
        assert!(known == datagram, "index {index} of SSRC {} sealed twice", header.ssrc);
        let mut plain = datagram.to_vec();
        match self.opener.open(&mut plain, &header) {
            Ok((opened, len)) => {
                assert_eq!(opened, index);
                plain.truncate(len);
                assert!(header.payload(&plain).is_some(), "padding that is none");
            }
            Err(error) => assert_eq!(error, OpenError::Replayed, "index {index} of SSRC {}", header.ssrc),
        }
    }
}

/// The index nearest to `newest` that ends in `sequence` (RFC 3711 §3.3.1).
fn nearest(newest: u64, sequence: u16) -> Option<u64> {
    newest.checked_add_signed(i64::from(sequence.wrapping_sub(newest as u16) as i16))
}

fn plan(number: usize) -> MediaPlan {
    let extensions = ExtensionIds {
        mid: Some(MID_ID),
        rid: Some(RID_ID),
        repaired_rid: Some(REPAIRED_ID),
        audio_level: Some(LEVEL_ID),
        transport_cc: Some(TRANSPORT_CC_ID),
        ..ExtensionIds::default()
    };
    let mapping = |codec, payload_type, rtx| PayloadMapping { codec, payload_type, rtx };
    let audio = vec![mapping(Codec::Red, 63, None), mapping(Codec::Opus, 111, None)];
    let video: Vec<_> =
        VIDEO.iter().map(|(codec, payload_type)| mapping(*codec, *payload_type, Some(payload_type + 1))).collect();
    let publish = |mid: &str, kind, payloads: &[PayloadMapping], rids: &[&str]| PublishPlan {
        mid: Mid(mid.into()),
        kind,
        source: Source::Camera,
        payloads: payloads.to_vec(),
        extensions,
        rids: rids.iter().map(|rid| Rid((*rid).into())).collect(),
        declared_ssrcs: Vec::new(),
    };
    // The second has neither RED nor RTX, the third neither simulcast nor extensions.
    let (plain, bare) = (number == 1, number == 2);
    let ids = if bare { ExtensionIds::default() } else { ExtensionIds { mid: Some(9), ..extensions } };
    let slots = (0..2u8).map(|slot| {
        let ssrc = 1000 + 10 * u32::from(slot);
        SlotPlan {
            slot: SlotIndex(slot),
            audio: Some(ReceivePlan {
                mid: Mid(format!("a{slot}").into()),
                ssrc: Ssrc(ssrc),
                rtx_ssrc: None,
                payloads: if plain { audio.get(1..).unwrap_or_default().to_vec() } else { audio.clone() },
                extensions: ids,
            }),
            video: Some(ReceivePlan {
                mid: Mid(format!("v{slot}").into()),
                ssrc: Ssrc(ssrc + 1),
                rtx_ssrc: (!plain).then_some(Ssrc(ssrc + 2)),
                payloads: video
                    .iter()
                    .map(|payload| PayloadMapping { rtx: payload.rtx.filter(|_| !plain), ..*payload })
                    .collect(),
                extensions: ids,
            }),
        }
    });
    MediaPlan {
        publish: vec![
            publish("0", MediaKind::Audio, &audio, &[]),
            publish("1", MediaKind::Video, &video, if bare { &[] } else { &RIDS }),
        ],
        slots: slots.collect(),
    }
}
