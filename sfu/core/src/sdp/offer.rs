//! A session description as far as it matters here, checked.

use std::collections::HashSet;
use std::io::Cursor;

use rtc_sdp::SessionDescription;

use super::SdpError;
use super::section::Section;
use crate::{Fingerprint, IceCredentials};

/// PROTOCOL.md §1.
pub(super) const MAX_OFFER_BYTES: usize = 256 * 1024;
/// Four published m-lines, a data channel, and slots for as many people as fit a page.
pub(super) const MAX_SECTIONS: usize = 136;

/// A client's offer that can be answered.
#[derive(Clone, Debug)]
pub struct Offer {
    pub(super) sections: Vec<Section>,
    ice: IceCredentials,
    fingerprint: Fingerprint,
}

impl Offer {
    /// Reads what browsers and WHIP clients send; attributes that do not matter here may be anything.
    ///
    /// # Errors
    /// The text is no SDP, exceeds the limits, or asks for what this server does not do: no BUNDLE, no rtcp-mux, a passive
    /// client, no SHA-256 fingerprint.
    pub fn parse(text: &str) -> Result<Self, SdpError> {
        if text.len() > MAX_OFFER_BYTES {
            return Err(SdpError::TooLarge { bytes: text.len() });
        }
        if has_broken_lines(text) {
            return Err(SdpError::Syntax("a line has a control character in it".to_owned()));
        }
        let description = SessionDescription::unmarshal(&mut Cursor::new(text.as_bytes()))
            .map_err(|error| SdpError::Syntax(error.to_string()))?;
        let count = description.media_descriptions.len();
        match count {
            0 => return Err(SdpError::NoSections),
            1..=MAX_SECTIONS => {}
            _ => return Err(SdpError::TooManySections { count }),
        }
        let sections =
            description.media_descriptions.iter().enumerate().map(|(index, media)| Section::read(index, media));
        let sections: Vec<Section> = sections.collect::<Result<_, _>>()?;
        check_bundle(&description, &sections)?;
        // Transport attributes may stand at either level; BUNDLE makes those of the first m-line everyone's (RFC 8843 §7.1.3).
        let first = sections.iter().find(|section| section.is_offered()).ok_or(SdpError::NoSections)?;
        let session = |key: &str| description.attribute(key).cloned();
        let attribute = |key: &str| first.attribute(key).map(str::to_owned).or_else(|| session(key));
        let setup = attribute("setup").unwrap_or_else(|| "actpass".to_owned());
        if !matches!(setup.as_str(), "actpass" | "active") {
            return Err(SdpError::SetupPassive { setup });
        }
        let ice = credentials(attribute("ice-ufrag"), attribute("ice-pwd")).ok_or(SdpError::NoIceCredentials)?;
        // There may be one of each hash function (RFC 8122 §5).
        let shared = description.attributes.iter().filter(|attribute| attribute.key == "fingerprint");
        let shared = shared.filter_map(|attribute| attribute.value.as_deref());
        let fingerprint = first.values("fingerprint").chain(shared).find_map(sha256).ok_or(SdpError::NoFingerprint)?;
        Ok(Self { sections, ice, fingerprint })
    }

    /// The client's ICE credentials; new ones in a later offer ask for a restart (RFC 8839 §4.4.1.1.1).
    pub fn ice(&self) -> &IceCredentials {
        &self.ice
    }

    /// Of the certificate the client will show.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

/// NUL and CR belong in no value (RFC 8866 §9, `byte-string`); values are echoed, and lines must stay lines.
fn has_broken_lines(text: &str) -> bool {
    text.lines().any(|line| line.contains(['\0', '\r']))
}

fn check_bundle(description: &SessionDescription, sections: &[Section]) -> Result<(), SdpError> {
    // There may be several groups (LS, FID); one must be BUNDLE.
    let bundle = description.attributes.iter().find_map(|attribute| {
        let value = attribute.value.as_deref().filter(|_| attribute.key == "group")?;
        let mut words = value.split_whitespace();
        (words.next() == Some("BUNDLE")).then(|| words.collect::<HashSet<_>>())
    });
    let bundle = bundle.unwrap_or_default();
    let mut seen = HashSet::new();
    for section in sections {
        let mid = &*section.mid.0;
        if !mid.is_empty() && !seen.insert(mid) {
            return Err(SdpError::MidRepeated { mid: mid.to_owned() });
        }
        // A single m-line is its own bundle.
        if section.is_offered() && sections.len() > 1 && !bundle.contains(mid) {
            return Err(SdpError::NotBundled { mid: mid.to_owned() });
        }
        if section.is_offered() && section.is_rtp() && section.attribute("rtcp-mux").is_none() {
            return Err(SdpError::NoRtcpMux { mid: mid.to_owned() });
        }
    }
    Ok(())
}

fn credentials(ufrag: Option<String>, pwd: Option<String>) -> Option<IceCredentials> {
    let (ufrag, pwd) = (ufrag?, pwd?);
    let sized = (4..=256).contains(&ufrag.len()) && (22..=256).contains(&pwd.len());
    sized.then_some(IceCredentials { ufrag, pwd })
}

fn sha256(value: &str) -> Option<Fingerprint> {
    let (algorithm, bytes) = value.split_once(' ')?;
    algorithm.eq_ignore_ascii_case("sha-256").then(|| bytes.trim().parse().ok()).flatten()
}
