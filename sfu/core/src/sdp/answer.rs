//! The answer: ICE-lite, passive, bundled, with the slots' SSRCs declared.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use super::section::{Direction, Section, SectionKind, uri};
use super::{Offer, SdpError};
use crate::transport::MAX_MESSAGE_BYTES;
use crate::{
    Codec, ExtensionIds, Fingerprint, Grant, IceCredentials, MediaKind, MediaPlan, PublishPlan, ReceivePlan, Rid,
    SlotIndex, SlotPlan, Source, Ssrc,
};

/// The SCTP port of every WebRTC data channel (RFC 8841 leaves it free, all use this).
const SCTP_PORT: u16 = 5000;

/// What an answer is made with.
#[derive(Clone, Debug)]
pub struct AnswerParams<'a> {
    /// Ours; fresh ones where the offer restarts ICE.
    pub local: &'a IceCredentials,
    /// Of our certificate.
    pub fingerprint: Fingerprint,
    /// UDP host candidates, best first.
    pub candidates: &'a [SocketAddr],
    /// ICE-TCP passive candidates (RFC 6544).
    pub tcp_candidates: &'a [SocketAddr],
    pub publish: Grant,
    pub subscribe: Grant,
    /// Most slots answered.
    pub slots: u8,
    pub origin: Origin,
    /// What the former answer of this connection agreed on; its SSRCs stay.
    pub previous: Option<&'a MediaPlan>,
}

/// The `o=` line: one id a connection, a version that grows with each answer (RFC 8829 §5.2.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin {
    pub session_id: u64,
    pub version: u64,
}

/// An answer and what it agreed on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub sdp: String,
    pub plan: MediaPlan,
}

/// RTCP CNAME and msid of a slot, the same for its audio and video, so that browsers keep them in time.
pub fn slot_cname(slot: SlotIndex) -> String {
    format!("slot-{}", slot.0)
}

/// Answers an offer laid out as PROTOCOL.md §5 says. `draw` gives SSRCs not used before on this connection.
///
/// # Errors
/// A later offer moves or drops m-lines of the former one; or nothing in the offer can be answered.
pub fn answer(offer: &Offer, params: &AnswerParams<'_>, draw: &mut impl FnMut() -> Ssrc) -> Result<Answer, SdpError> {
    if let Some(previous) = params.previous {
        check_places(offer, previous)?;
    }
    let plan = plan(offer, params, draw);
    if !offer.sections.iter().any(|section| accepted(section, &plan)) {
        return Err(SdpError::NothingToAnswer);
    }
    Ok(Answer { sdp: write(offer, params, &plan), plan })
}

fn check_places(offer: &Offer, previous: &MediaPlan) -> Result<(), SdpError> {
    let published = previous.publish.iter().map(|publish| &publish.mid);
    let received = previous.slots.iter().flat_map(|slot| slot.audio.iter().chain(&slot.video)).map(|half| &half.mid);
    for mid in published.chain(received) {
        if !offer.sections.iter().any(|section| section.mid == *mid) {
            return Err(SdpError::SectionsMoved { index: offer.sections.len() });
        }
    }
    Ok(())
}

fn plan(offer: &Offer, params: &AnswerParams<'_>, draw: &mut impl FnMut() -> Ssrc) -> MediaPlan {
    let mut plan = MediaPlan::default();
    let mut received = [0_u8; 2];
    for section in offer.sections.iter().filter(|section| section.is_offered()) {
        let SectionKind::Rtp(kind) = section.kind else { continue };
        let payloads = section.payloads().to_vec();
        if payloads.is_empty() {
            continue;
        }
        match section.direction {
            Direction::SendOnly | Direction::SendRecv if params.publish == Grant::Allowed => {
                let source = match plan.publish.iter().filter(|publish| publish.kind == kind).count() {
                    0 => Source::Camera,
                    1 => Source::Screen,
                    _ => continue,
                };
                plan.publish.push(PublishPlan {
                    mid: section.mid.clone(),
                    kind,
                    source,
                    payloads,
                    extensions: publish_extensions(section, kind),
                    rids: section.rids(),
                    declared_ssrcs: section.ssrcs(),
                });
            }
            Direction::RecvOnly if params.subscribe == Grant::Allowed => {
                let Some(count) = received.get_mut(kind as usize) else { continue };
                let slot = SlotIndex(*count);
                if *count >= params.slots {
                    continue;
                }
                *count += 1;
                let former = params.previous.and_then(|previous| find(previous, section));
                let ssrc = former.map_or_else(&mut *draw, |former| former.ssrc);
                let rtx = payloads.iter().any(|mapping| mapping.rtx.is_some());
                let rtx_ssrc = rtx.then(|| former.and_then(|former| former.rtx_ssrc).unwrap_or_else(&mut *draw));
                let extensions = slot_extensions(section, kind);
                let half = ReceivePlan { mid: section.mid.clone(), ssrc, rtx_ssrc, payloads, extensions };
                place(&mut plan.slots, slot, kind, half);
            }
            _ => {}
        }
    }
    plan
}

fn find<'a>(previous: &'a MediaPlan, section: &Section) -> Option<&'a ReceivePlan> {
    previous.slots.iter().flat_map(|slot| slot.audio.iter().chain(&slot.video)).find(|half| half.mid == section.mid)
}

fn place(slots: &mut Vec<SlotPlan>, slot: SlotIndex, kind: MediaKind, half: ReceivePlan) {
    let index = usize::from(slot.0);
    if slots.len() <= index {
        slots.push(SlotPlan { slot, audio: None, video: None });
    }
    if let Some(place) = slots.get_mut(index) {
        match kind {
            MediaKind::Audio => place.audio = Some(half),
            MediaKind::Video => place.video = Some(half),
        }
    }
}

/// What we read from a publisher.
fn publish_extensions(section: &Section, kind: MediaKind) -> ExtensionIds {
    let offered = section.extensions();
    match kind {
        MediaKind::Audio => {
            let ExtensionIds { mid, audio_level, transport_cc, .. } = offered;
            ExtensionIds { mid, audio_level, transport_cc, ..ExtensionIds::default() }
        }
        MediaKind::Video => ExtensionIds {
            mid: offered.mid,
            rid: offered.rid,
            repaired_rid: offered.repaired_rid,
            transport_cc: offered.transport_cc,
            abs_send_time: offered.abs_send_time,
            // Browsers send it with any codec once it is agreed on; for all but AV1 it is only more bytes.
            dependency_descriptor: offered.dependency_descriptor.filter(|_| prefers_av1(section)),
            ..ExtensionIds::default()
        },
    }
}

/// Whether a publisher means to send AV1: clients send what the answer names first, which is what they offered first.
fn prefers_av1(section: &Section) -> bool {
    section.payloads().first().is_some_and(|mapping| mapping.codec == Codec::Av1)
}

/// What we write to a subscriber.
fn slot_extensions(section: &Section, kind: MediaKind) -> ExtensionIds {
    let offered = section.extensions();
    let audio_level = offered.audio_level.filter(|_| kind == MediaKind::Audio);
    let playout_delay = offered.playout_delay.filter(|_| kind == MediaKind::Video);
    let takes_av1 = section.payloads().iter().any(|mapping| mapping.codec == Codec::Av1);
    let dependency_descriptor = offered.dependency_descriptor.filter(|_| takes_av1);
    let ExtensionIds { mid, transport_cc, .. } = offered;
    ExtensionIds { mid, audio_level, transport_cc, playout_delay, dependency_descriptor, ..ExtensionIds::default() }
}

fn write(offer: &Offer, params: &AnswerParams<'_>, plan: &MediaPlan) -> String {
    let bundled: Vec<&str> =
        offer.sections.iter().filter(|s| accepted(s, plan)).map(|section| &*section.mid.0).collect();
    let first = bundled.first().copied();
    let mut sdp = Writer(String::with_capacity(1024 + 512 * offer.sections.len()));
    sdp.line("v=0");
    sdp.line(format_args!("o=- {} {} IN IP4 127.0.0.1", params.origin.session_id, params.origin.version));
    sdp.line("s=-");
    sdp.line("t=0 0");
    sdp.line(format_args!("a=group:BUNDLE {}", bundled.join(" ")));
    sdp.line("a=ice-lite");
    sdp.line("a=msid-semantic: WMS *");
    sdp.line(format_args!("a=fingerprint:sha-256 {}", params.fingerprint));
    for section in &offer.sections {
        let mid = &*section.mid.0;
        if !accepted(section, plan) {
            let formats = section.formats.join(" ");
            sdp.line(format_args!("m={} 0 {} {formats}", section.media, section.protocol));
            sdp.line("c=IN IP4 0.0.0.0");
            if !mid.is_empty() {
                sdp.line(format_args!("a=mid:{mid}"));
            }
            sdp.line("a=inactive");
            continue;
        }
        let transport = |sdp: &mut Writer| {
            sdp.line("c=IN IP4 0.0.0.0");
            sdp.line(format_args!("a=mid:{mid}"));
            sdp.line("a=setup:passive");
            sdp.line(format_args!("a=ice-ufrag:{}", params.local.ufrag));
            sdp.line(format_args!("a=ice-pwd:{}", params.local.pwd));
            if first == Some(mid) {
                write_candidates(sdp, params);
            }
        };
        let publish = plan.publish.iter().find(|publish| publish.mid == section.mid);
        match (section.kind, publish, find(plan, section)) {
            (SectionKind::Rtp(kind), Some(publish), _) => {
                write_codecs(&mut sdp, section, kind, &publish.payloads, &PUBLISHER_FEEDBACK, transport);
                write_extensions(&mut sdp, &publish.extensions);
                sdp.line("a=recvonly");
                write_simulcast(&mut sdp, &publish.rids);
            }
            (SectionKind::Rtp(kind), None, Some(half)) => {
                write_codecs(&mut sdp, section, kind, &half.payloads, &SUBSCRIBER_FEEDBACK, transport);
                write_extensions(&mut sdp, &half.extensions);
                sdp.line("a=sendonly");
                write_streams(&mut sdp, slot_of(plan, section), kind, half);
            }
            (SectionKind::Rtp(kind), None, None) => {
                write_codecs(&mut sdp, section, kind, section.payloads(), &[], transport);
                sdp.line("a=inactive");
            }
            _ => {
                sdp.line(format_args!("m=application 9 {} webrtc-datachannel", section.protocol));
                transport(&mut sdp);
                sdp.line(format_args!("a=sctp-port:{SCTP_PORT}"));
                sdp.line(format_args!("a=max-message-size:{MAX_MESSAGE_BYTES}"));
            }
        }
    }
    sdp.0
}

/// Whether the m-line stays: a refused one leaves the bundle (RFC 8843 §7.3.3) and the client's transceiver ends with it, so
/// one that only rests (inactive) is kept.
fn accepted(section: &Section, plan: &MediaPlan) -> bool {
    section.is_offered()
        && match section.kind {
            SectionKind::DataChannel => true,
            SectionKind::Rtp(_) if section.direction == Direction::Inactive => !section.payloads().is_empty(),
            SectionKind::Rtp(_) => {
                plan.publish.iter().any(|publish| publish.mid == section.mid) || find(plan, section).is_some()
            }
            SectionKind::Unknown => false,
        }
}

fn slot_of(plan: &MediaPlan, section: &Section) -> SlotIndex {
    let holds = |slot: &&SlotPlan| slot.audio.iter().chain(&slot.video).any(|half| half.mid == section.mid);
    plan.slots.iter().find(holds).map_or(SlotIndex(0), |slot| slot.slot)
}

const PUBLISHER_FEEDBACK: [&str; 5] = ["nack", "nack pli", "ccm fir", "goog-remb", TRANSPORT_CC];
const SUBSCRIBER_FEEDBACK: [&str; 4] = ["nack", "nack pli", "ccm fir", TRANSPORT_CC];
/// Of all feedback the only one that is also about sound.
const TRANSPORT_CC: &str = "transport-cc";

fn write_codecs(
    sdp: &mut Writer,
    section: &Section,
    kind: MediaKind,
    payloads: &[crate::PayloadMapping],
    feedback: &[&str],
    transport: impl FnOnce(&mut Writer),
) {
    let numbers = payloads.iter().flat_map(|mapping| [Some(mapping.payload_type), mapping.rtx]).flatten();
    let numbers: Vec<u8> = numbers.collect();
    let list: Vec<String> = numbers.iter().map(u8::to_string).collect();
    sdp.line(format_args!("m={} 9 {} {}", section.media, section.protocol, list.join(" ")));
    transport(sdp);
    sdp.line("a=rtcp-mux");
    sdp.line("a=rtcp-rsize");
    let formats = section.codec_formats();
    for number in numbers {
        let Some(format) = formats.iter().find(|format| format.payload_type == number) else { continue };
        sdp.line(format_args!("a=rtpmap:{number} {}", format.encoding));
        if !format.fmtp.is_empty() {
            sdp.line(format_args!("a=fmtp:{number} {}", format.fmtp));
        }
        let is_media = payloads.iter().any(|mapping| mapping.payload_type == number && mapping.codec != Codec::Red);
        let concerns = |wanted: &&&str| is_media && (kind == MediaKind::Video || **wanted == TRANSPORT_CC);
        for wanted in feedback.iter().filter(concerns) {
            if section.offers_feedback(number, wanted) {
                sdp.line(format_args!("a=rtcp-fb:{number} {wanted}"));
            }
        }
    }
}

fn write_extensions(sdp: &mut Writer, ids: &ExtensionIds) {
    for (id, uri) in [
        (ids.mid, uri::MID),
        (ids.rid, uri::RID),
        (ids.repaired_rid, uri::REPAIRED_RID),
        (ids.audio_level, uri::AUDIO_LEVEL),
        (ids.transport_cc, uri::TRANSPORT_CC),
        (ids.abs_send_time, uri::ABS_SEND_TIME),
        (ids.dependency_descriptor, uri::DEPENDENCY_DESCRIPTOR),
    ] {
        if let Some(id) = id {
            sdp.line(format_args!("a=extmap:{id} {uri}"));
        }
    }
    // A keyframe's descriptor is longer than the one-byte form holds (RFC 8285 §4.1.2); whoever offers it offers this too.
    if ids.dependency_descriptor.is_some() {
        sdp.line("a=extmap-allow-mixed");
    }
    // Firefox offers it for what it receives alone, and the answer's direction is the other (RFC 8285 §6).
    if let Some(id) = ids.playout_delay {
        sdp.line(format_args!("a=extmap:{id}/sendonly {}", uri::PLAYOUT_DELAY));
    }
}

fn write_simulcast(sdp: &mut Writer, rids: &[Rid]) {
    if rids.is_empty() {
        return;
    }
    for rid in rids {
        sdp.line(format_args!("a=rid:{} recv", rid.0));
    }
    let list: Vec<&str> = rids.iter().map(|rid| &*rid.0).collect();
    sdp.line(format_args!("a=simulcast:recv {}", list.join(";")));
}

fn write_streams(sdp: &mut Writer, slot: SlotIndex, kind: MediaKind, half: &ReceivePlan) {
    let stream = slot_cname(slot);
    let track = match kind {
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    };
    sdp.line(format_args!("a=msid:{stream} {stream}-{track}"));
    if let Some(rtx) = half.rtx_ssrc {
        sdp.line(format_args!("a=ssrc-group:FID {} {}", half.ssrc.0, rtx.0));
    }
    for ssrc in [Some(half.ssrc), half.rtx_ssrc].into_iter().flatten() {
        sdp.line(format_args!("a=ssrc:{} cname:{stream}", ssrc.0));
        sdp.line(format_args!("a=ssrc:{} msid:{stream} {stream}-{track}", ssrc.0));
    }
}

/// Host candidates (RFC 8839 §5.1); TCP ones below every UDP one, so that they are the fallback (RFC 6544 §4.2).
fn write_candidates(sdp: &mut Writer, params: &AnswerParams<'_>) {
    let priority = |type_preference: u32, index: usize| {
        (type_preference << 24) | ((65_535 - u32::try_from(index).unwrap_or(65_535).min(65_535)) << 8) | 255
    };
    let ip = |ip: IpAddr| ip.to_string();
    for (index, address) in params.candidates.iter().enumerate() {
        let (priority, ip, port) = (priority(126, index), ip(address.ip()), address.port());
        sdp.line(format_args!("a=candidate:{} 1 udp {priority} {ip} {port} typ host", index + 1));
    }
    for (index, address) in params.tcp_candidates.iter().enumerate() {
        let (priority, ip, port) = (priority(90, index), ip(address.ip()), address.port());
        sdp.line(format_args!("a=candidate:{} 1 tcp {priority} {ip} {port} typ host tcptype passive", index + 101));
    }
    sdp.line("a=end-of-candidates");
}

struct Writer(String);

impl Writer {
    fn line(&mut self, line: impl std::fmt::Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{line}\r\n");
    }
}
