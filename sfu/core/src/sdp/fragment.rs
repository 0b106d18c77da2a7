//! SDP fragments of WHIP's PATCH (RFC 8840 §9, RFC 9725 §4.3): what trickles in, and what a restart changes.

use std::fmt::Write as _;

/// What a client's fragment says about ICE. Its candidates are of no use to an ICE-lite server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IceFragment {
    credentials: Option<(String, String)>,
}

impl IceFragment {
    /// `None` when the credentials are incomplete or not made of ice-chars, or when it is no fragment at all.
    pub fn parse(text: &str) -> Option<Self> {
        let is_fragment = text.lines().any(|line| line.starts_with("a="));
        let credentials = match (value(text, "ice-ufrag:"), value(text, "ice-pwd:")) {
            (None, None) => None,
            (Some(ufrag), Some(pwd)) if is_ice(ufrag, 4) && is_ice(pwd, 22) => Some((ufrag.into(), pwd.into())),
            _ => return None,
        };
        is_fragment.then_some(Self { credentials })
    }

    /// Whether it belongs to the ICE session that `offer` began: trickled candidates, not a restart.
    pub fn is_of(&self, offer: &str) -> bool {
        let Some((ufrag, pwd)) = &self.credentials else { return true };
        // At whatever level or m-line: a restart changes them all.
        let says = |name: &str, value: &str| values(offer, name).any(|said| said == value);
        says("ice-ufrag:", ufrag) && says("ice-pwd:", pwd)
    }

    /// `offer` with the credentials of a restart in place of its own, and without the candidates of before.
    pub fn renewed(&self, offer: &str) -> String {
        let Some((ufrag, pwd)) = &self.credentials else { return offer.to_owned() };
        let mut renewed = String::with_capacity(offer.len());
        for line in offer.lines() {
            let is = |name| said(line, name).is_some();
            // Writing to a String cannot fail.
            let _ = match line {
                _ if is("ice-ufrag:") => write!(renewed, "a=ice-ufrag:{ufrag}\r\n"),
                _ if is("ice-pwd:") => write!(renewed, "a=ice-pwd:{pwd}\r\n"),
                _ if is("candidate:") || said(line, "end-of-candidates") == Some("") => Ok(()),
                line => write!(renewed, "{line}\r\n"),
            };
        }
        renewed
    }
}

/// What a client needs of the answer to its restart: our credentials and candidates, under the m-line that has them.
/// (That is the one BUNDLE names first; those before it may be rejected.)
pub fn answer_fragment(answer: &str) -> String {
    const OF_SESSION: [&str; 3] = ["a=ice-lite", "a=ice-options:", "a=group:BUNDLE"];
    const CREDENTIALS: [&str; 2] = ["a=ice-ufrag:", "a=ice-pwd:"];
    const OF_MEDIA: [&str; 5] = ["a=mid:", "a=ice-ufrag:", "a=ice-pwd:", "a=candidate:", "a=end-of-candidates"];
    let mut sections = answer.split("\nm=");
    let session = sections.next().unwrap_or_default();
    let media: Vec<&str> = sections.collect();
    let has_ice = |section: &&&str| section.contains("\na=ice-ufrag:");
    let media = media.iter().find(has_ice).or(media.first()).copied().unwrap_or_default();
    let lines = |text: &'static [&'static str], section: &str| -> Vec<String> {
        let wanted = section.lines().filter(|line| text.iter().any(|wanted| line.starts_with(wanted)));
        wanted.map(str::to_owned).collect()
    };
    let mut fragment = lines(&OF_SESSION, session);
    fragment.push(format!("m={}", media.lines().next().unwrap_or_default()));
    fragment.extend(lines(&CREDENTIALS, session));
    fragment.extend(lines(&OF_MEDIA, media));
    fragment.iter().map(|line| format!("{}\r\n", line.trim_end())).collect()
}

fn value<'t>(text: &'t str, name: &'t str) -> Option<&'t str> {
    values(text, name).next()
}

fn values<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.lines().filter_map(move |line| said(line, name))
}

/// What an attribute line says after `name`. Spaces around it are overlooked, as they are where offers are read.
fn said<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    line.strip_prefix("a=")?.trim().strip_prefix(name)
}

/// RFC 8839 §5.4: `least` to 256 ice-chars.
fn is_ice(text: &str, least: usize) -> bool {
    let ice_char = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    (least..=256).contains(&text.len()) && text.bytes().all(ice_char)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\na=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:abcd\r\n\
        a=ice-pwd:0123456789012345678901\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n\
        a=mid:1\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n";

    #[test]
    fn other_credentials_make_a_restart() {
        let same = IceFragment::parse("a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n").expect("sound");
        let bare = IceFragment::parse("m=audio 9 RTP/AVP 0\r\na=mid:0\r\na=end-of-candidates\r\n").expect("sound");
        let new = IceFragment::parse("a=ice-ufrag:wxyz\r\na=ice-pwd:ABCDEFGHIJKLMNOPQRSTUV\r\n").expect("sound");
        assert!(same.is_of(OFFER) && bare.is_of(OFFER) && !new.is_of(OFFER));

        let other_at_session_level = OFFER.replacen("v=0", "v=0\r\na=ice-pwd:another-one-for-everybody", 1);
        assert!(same.is_of(&other_at_session_level), "what the m-line says counts");

        assert!(!new.renewed(&OFFER.replace("a=ice", "a= ice")).contains("abcd"), "a space, and yet an attribute");
        let offer = new.renewed(OFFER);
        assert_eq!(offer.matches("a=ice-ufrag:wxyz\r\n").count(), 2);
        assert!(!offer.contains("abcd") && !offer.contains("candidate"));
        assert_eq!(offer.lines().count(), OFFER.lines().count() - 1);
    }

    #[test]
    fn a_fragment_with_half_or_odd_credentials_is_none() {
        for text in [
            "",
            "nonsense",
            "a=ice-ufrag:abcd\r\n",
            "a=ice-ufrag:a\r\na=ice-pwd:0123456789012345678901\r\n",
            "a=ice-ufrag:ab\u{1}d\r\na=ice-pwd:0123456789012345678901\r\n",
        ] {
            assert_eq!(IceFragment::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_answer_is_cut_down_to_ice() {
        let answer = "v=0\r\na=ice-lite\r\na=group:BUNDLE 0\r\nm=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:x\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n\
            a=ice-ufrag:SFU1\r\na=ice-pwd:p\r\na=rtpmap:111 opus/48000/2\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n\
            a=end-of-candidates\r\n";
        assert_eq!(
            answer_fragment(answer),
            "a=ice-lite\r\na=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:SFU1\r\n\
            a=ice-pwd:p\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n"
        );
    }
}
