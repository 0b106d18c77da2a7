//! One m-line of an offer.

use rtc_sdp::MediaDescription;

use super::SdpError;
use super::codecs::{self, Format};
use crate::{ExtensionIds, MediaKind, Mid, PayloadMapping, Rid, Ssrc};

/// There are no more payload types (RFC 3551 §6).
const MAX_FORMATS: usize = 128;
/// Four times what Chromium sends for video. Attributes are searched once a format: without a bound an offer within the size
/// limit could hold up the shard's thread for seconds.
const MAX_ATTRIBUTES: usize = 1024;
/// Simulcast encodings read from one m-line.
const MAX_RIDS: usize = 4;
/// Encodings looked at to find those: each of the simulcast's list is sought among the declared.
const MAX_LISTED_RIDS: usize = 32;
/// SSRCs read from one m-line: encodings, their RTX and FEC.
const MAX_SSRCS: usize = 16;

#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) mid: Mid,
    pub(super) kind: SectionKind,
    pub(super) direction: Direction,
    /// The m-line's own words, to echo where it is refused.
    pub(super) media: String,
    pub(super) protocol: String,
    pub(super) formats: Vec<String>,
    state: State,
    attributes: Vec<(String, Option<String>)>,
    codec_formats: Vec<Format>,
    payloads: Vec<PayloadMapping>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SectionKind {
    Rtp(MediaKind),
    DataChannel,
    /// Something we do not do: refused.
    Unknown,
}

/// As the offer says, from the client's side (RFC 8866 §6.7).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Offered,
    /// Port 0 without `bundle-only`: the client itself has given the m-line up (RFC 8829 §5.2.2).
    Rejected,
}

impl Section {
    pub(super) fn read(index: usize, media: &MediaDescription) -> Result<Self, SdpError> {
        let attributes: Vec<_> =
            media.attributes.iter().map(|attribute| (attribute.key.clone(), attribute.value.clone())).collect();
        let name = &media.media_name;
        if name.formats.len() > MAX_FORMATS || attributes.len() > MAX_ATTRIBUTES {
            return Err(SdpError::SectionTooLong { index });
        }
        let bundle_only = media.has_attribute("bundle-only");
        let state = if name.port.value == 0 && !bundle_only { State::Rejected } else { State::Offered };
        let mid = match media.attribute("mid").flatten() {
            Some(mid) if is_mid(mid) => mid,
            // What the client has given up needs no name.
            None if state == State::Rejected => "",
            _ => return Err(SdpError::MidInvalid { index }),
        };
        let protocol = name.protos.join("/");
        let secure_rtp = protocol.ends_with("RTP/SAVPF");
        let kind = match name.media.as_str() {
            "audio" if secure_rtp => SectionKind::Rtp(MediaKind::Audio),
            "video" if secure_rtp => SectionKind::Rtp(MediaKind::Video),
            "application" if name.formats.iter().any(|format| format == "webrtc-datachannel") => {
                SectionKind::DataChannel
            }
            _ => SectionKind::Unknown,
        };
        let codec_formats = codec_formats(&name.formats, &attributes);
        let payloads = match kind {
            SectionKind::Rtp(kind) => codecs::choose(kind, &codec_formats),
            SectionKind::DataChannel | SectionKind::Unknown => Vec::new(),
        };
        Ok(Self {
            mid: Mid(mid.into()),
            kind,
            direction: direction(media),
            media: name.media.clone(),
            protocol,
            formats: name.formats.clone(),
            state,
            attributes,
            codec_formats,
            payloads,
        })
    }

    pub(super) fn is_offered(&self) -> bool {
        self.state == State::Offered
    }

    pub(super) fn is_rtp(&self) -> bool {
        matches!(self.kind, SectionKind::Rtp(_))
    }

    /// The first attribute of this name; empty for one without a value.
    pub(super) fn attribute<'a>(&'a self, key: &'a str) -> Option<&'a str> {
        self.values(key).next()
    }

    /// All attributes of this name.
    pub(super) fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.attributes
            .iter()
            .filter(move |(name, _)| name == key)
            .map(|(_, value)| value.as_deref().unwrap_or_default())
    }

    /// The codecs of this m-line that we forward, in the order of the offer.
    pub(super) fn payloads(&self) -> &[PayloadMapping] {
        &self.payloads
    }

    /// Every format with what rtpmap and fmtp say of it.
    pub(super) fn codec_formats(&self) -> &[Format] {
        &self.codec_formats
    }

    /// Whether the offer asks for this feedback on the payload type, or on all (`*`).
    pub(super) fn offers_feedback(&self, payload_type: u8, feedback: &str) -> bool {
        self.values("rtcp-fb").any(|value| {
            let (number, rest) = value.split_once(' ').unwrap_or((value, ""));
            (number == "*" || number.parse() == Ok(payload_type)) && rest.trim() == feedback
        })
    }

    /// Id the offer gave a header extension (RFC 8285 §5); ids 1–14 fit the one-byte form we write.
    pub(super) fn extension(&self, uri: &str) -> Option<u8> {
        self.values("extmap").find_map(|value| {
            let mut words = value.split_whitespace();
            let id = words.next()?.split('/').next()?.parse().ok()?;
            (words.next()? == uri && (1..=14).contains(&id)).then_some(id)
        })
    }

    pub(super) fn extensions(&self) -> ExtensionIds {
        ExtensionIds {
            mid: self.extension(uri::MID),
            rid: self.extension(uri::RID),
            repaired_rid: self.extension(uri::REPAIRED_RID),
            audio_level: self.extension(uri::AUDIO_LEVEL),
            transport_cc: self.extension(uri::TRANSPORT_CC),
            playout_delay: self.extension(uri::PLAYOUT_DELAY),
            abs_send_time: self.extension(uri::ABS_SEND_TIME),
            dependency_descriptor: self.extension(uri::DEPENDENCY_DESCRIPTOR),
        }
    }

    /// Simulcast encodings the client wants to send, in the order of `a=simulcast` (RFC 8853 §5.1): of alternatives the
    /// first, paused ones included.
    pub(super) fn rids(&self) -> Vec<Rid> {
        let declared: Vec<&str> = self
            .values("rid")
            .filter_map(|value| {
                let mut words = value.split_whitespace();
                let rid = words.next()?;
                (words.next()? == "send" && is_rid(rid)).then_some(rid)
            })
            .take(MAX_LISTED_RIDS)
            .collect();
        let Some(simulcast) = self.attribute("simulcast") else { return Vec::new() };
        let mut words = simulcast.split_whitespace();
        let list = loop {
            match (words.next(), words.next()) {
                (Some("send"), Some(list)) => break list,
                (Some(_), Some(_)) => {}
                _ => return Vec::new(),
            }
        };
        let first = |alternatives: &'_ str| {
            alternatives.split(',').next().map(|rid| rid.trim_start_matches('~').to_owned()).unwrap_or_default()
        };
        let mut rids: Vec<Rid> = Vec::new();
        for rid in list.split(';').take(MAX_LISTED_RIDS).map(first) {
            if declared.contains(&rid.as_str()) && rids.len() < MAX_RIDS && !rids.iter().any(|known| *known.0 == *rid) {
                rids.push(Rid(rid.into()));
            }
        }
        rids
    }

    /// (media, RTX) SSRCs the client declared (RFC 5576); RTX by its FID group.
    pub(super) fn ssrcs(&self) -> Vec<(Ssrc, Option<Ssrc>)> {
        let pairs: Vec<(u32, u32)> = self
            .values("ssrc-group")
            .filter_map(|value| {
                let mut words = value.strip_prefix("FID ")?.split_whitespace().map(str::parse);
                Some((words.next()?.ok()?, words.next()?.ok()?))
            })
            .take(MAX_SSRCS)
            .collect();
        let mut media: Vec<u32> = Vec::new();
        for ssrc in self.values("ssrc").filter_map(|value| value.split_whitespace().next()?.parse().ok()) {
            let is_rtx = pairs.iter().any(|(_, rtx)| *rtx == ssrc);
            if !is_rtx && !media.contains(&ssrc) && media.len() < MAX_SSRCS {
                media.push(ssrc);
            }
        }
        let rtx_of = |ssrc: u32| pairs.iter().find(|(of, _)| *of == ssrc).map(|(_, rtx)| Ssrc(*rtx));
        media.into_iter().map(|ssrc| (Ssrc(ssrc), rtx_of(ssrc))).collect()
    }
}

pub(super) mod uri {
    pub(in crate::sdp) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
    pub(in crate::sdp) const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
    pub(in crate::sdp) const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
    pub(in crate::sdp) const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
    pub(in crate::sdp) const TRANSPORT_CC: &str =
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
    pub(in crate::sdp) const PLAYOUT_DELAY: &str = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
    pub(in crate::sdp) const ABS_SEND_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
    pub(in crate::sdp) const DEPENDENCY_DESCRIPTOR: &str =
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
}

/// Reads the attributes once, not once a format: of several about one payload type the first counts.
fn codec_formats(formats: &[String], attributes: &[(String, Option<String>)]) -> Vec<Format> {
    let mut rtpmap = [None; MAX_FORMATS];
    let mut fmtp = [None; MAX_FORMATS];
    for (key, value) in attributes {
        let said = match key.as_str() {
            "rtpmap" => &mut rtpmap,
            "fmtp" => &mut fmtp,
            _ => continue,
        };
        let parts = value.as_deref().and_then(|value| value.split_once(' '));
        let Some((Ok(payload_type), rest)) = parts.map(|(number, rest)| (number.parse::<usize>(), rest)) else {
            continue;
        };
        if let Some(place) = said.get_mut(payload_type) {
            place.get_or_insert(rest.trim());
        }
    }
    let payload_types = formats.iter().filter_map(|format| format.parse().ok());
    payload_types
        .filter_map(|payload_type: u8| {
            let encoding = (*rtpmap.get(usize::from(payload_type))?)?.to_owned();
            let fmtp = fmtp.get(usize::from(payload_type)).copied().flatten().unwrap_or_default().to_owned();
            Some(Format { payload_type, encoding, fmtp })
        })
        .collect()
}

fn direction(media: &MediaDescription) -> Direction {
    let said = |key| media.has_attribute(key);
    if said("sendonly") {
        Direction::SendOnly
    } else if said("recvonly") {
        Direction::RecvOnly
    } else if said("inactive") {
        Direction::Inactive
    } else {
        Direction::SendRecv
    }
}

/// RFC 8843 §15 wants short tokens; 16 bytes is what the one-byte header extension carries.
fn is_mid(mid: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&byte);
    (1..=16).contains(&mid.len()) && mid.bytes().all(token)
}

/// RFC 8851 §10; `-` and `_` are allowed there and forbidden in RFC 8852's SDES item, so both forms are met.
fn is_rid(rid: &str) -> bool {
    (1..=16).contains(&rid.len()) && rid.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
