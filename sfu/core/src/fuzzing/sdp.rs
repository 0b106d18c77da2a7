//! Session descriptions: offers of browsers and of WHIP and WHEP clients, and the fragments that follow them.

use std::collections::HashSet;
use std::io::Cursor;
use std::net::SocketAddr;

use rtc_sdp::SessionDescription;

use super::input::Input;
use crate::{
    Answer, AnswerParams, Fingerprint, Grant, IceCredentials, IceFragment, MediaPlan, Offer, Origin, SdpError, Ssrc,
    answer, answer_fragment,
};

/// Whatever the offer says, the answer is SDP with the same m-lines, adds no line of the client's making, stays in
/// proportion, and comes out the same when the client offers the same again.
pub fn sdp(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(offer) = Offer::parse(text) else { return };
    for (publish, subscribe, slots) in [(Grant::Allowed, Grant::Allowed, 4), (Grant::Denied, Grant::Allowed, 255)] {
        let mut drawn = 0;
        let draw = || {
            drawn += 1;
            Ssrc(drawn)
        };
        let Ok(first) = respond(&offer, (publish, subscribe, slots), None, draw) else { continue };
        check(text, &first);
        let again = respond(&offer, (publish, subscribe, slots), Some(&first.plan), || unreachable!("all are known"));
        assert_eq!(again.as_ref(), Ok(&first), "a repeated offer is answered otherwise");
    }
}

/// An offer made of blocks and how often each comes: what makes the reading slow is found so, not by single bytes.
pub fn sdp_repeated(data: &[u8]) {
    const MOST: usize = 256 * 1024;
    let mut input = Input::new(data);
    let mut text = Vec::new();
    while let Some((times, block)) = input.word().zip(input.block()) {
        for _ in 0..times {
            if text.len() + block.len() > MOST {
                break;
            }
            text.extend_from_slice(block);
        }
    }
    sdp(&text);
}

fn respond(
    offer: &Offer,
    (publish, subscribe, slots): (Grant, Grant, u8),
    previous: Option<&MediaPlan>,
    mut draw: impl FnMut() -> Ssrc,
) -> Result<Answer, SdpError> {
    let local = IceCredentials { ufrag: "SFUufrag".into(), pwd: "SFUpwdSFUpwdSFUpwdSFUpwd".into() };
    let candidates = [SocketAddr::from(([192, 0, 2, 1], 5000))];
    let params = AnswerParams {
        local: &local,
        fingerprint: Fingerprint([7; 32]),
        candidates: &candidates,
        tcp_candidates: &candidates,
        publish,
        subscribe,
        slots,
        origin: Origin { session_id: 1, version: 1 },
        previous,
    };
    answer(offer, &params, &mut draw)
}

fn check(offer: &str, answer: &Answer) {
    let lines: Vec<&str> = answer.sdp.split("\r\n").collect();
    for line in &lines {
        assert!(!line.contains(['\r', '\n', '\0']), "a line in a line: {line:?}");
    }
    let theirs = SessionDescription::unmarshal(&mut Cursor::new(offer)).expect("read before");
    let ours = SessionDescription::unmarshal(&mut Cursor::new(&answer.sdp)).expect("our answer is SDP");
    let media = |description: &SessionDescription| -> Vec<String> {
        description.media_descriptions.iter().map(|media| media.media_name.media.clone()).collect()
    };
    assert_eq!(media(&ours), media(&theirs), "m-lines");
    assert_eq!(lines.iter().filter(|line| **line == "a=ice-lite").count(), 1, "session attributes come once");
    let most = 2000 + 1500 * theirs.media_descriptions.len() + 3 * offer.len();
    assert!(answer.sdp.len() <= most, "an answer of {} bytes to {}", answer.sdp.len(), offer.len());

    let plan = &answer.plan;
    let halves = || plan.slots.iter().flat_map(|slot| slot.audio.iter().chain(&slot.video));
    let mids: Vec<_> = plan.publish.iter().map(|publish| &publish.mid).chain(halves().map(|half| &half.mid)).collect();
    assert_eq!(mids.iter().collect::<HashSet<_>>().len(), mids.len(), "an m-line in two places");
    let ssrcs: Vec<_> = halves().flat_map(|half| [Some(half.ssrc), half.rtx_ssrc]).flatten().collect();
    assert_eq!(ssrcs.iter().collect::<HashSet<_>>().len(), ssrcs.len(), "an SSRC in two places");
    for publish in &plan.publish {
        assert!(publish.rids.len() <= 4 && publish.declared_ssrcs.len() <= 16);
        assert!(!publish.payloads.is_empty());
    }
    let fragment = answer_fragment(&answer.sdp);
    assert!(fragment.contains("\r\na=ice-ufrag:SFUufrag\r\n"), "{fragment:?}");
}

/// An offer and a fragment, a NUL between: a restart changes the credentials of an offer and nothing else in it.
pub fn ice_fragment(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (offer, fragment) = text.split_once('\0').unwrap_or((text, text));
    let Some(fragment) = IceFragment::parse(fragment) else { return };
    let renewed = fragment.renewed(offer);
    assert!(!fragment.is_of(offer) || fragment.is_of(&renewed));
    let Ok(before) = Offer::parse(offer) else { return };
    if fragment.is_of(offer) {
        return;
    }
    let after = match Offer::parse(&renewed) {
        Ok(after) => after,
        Err(SdpError::TooLarge { .. }) => return,
        Err(error) => panic!("the restart broke the offer: {error}"),
    };
    assert!(fragment.is_of(&renewed), "restarted, and yet of the session before");
    assert_ne!(after.ice(), before.ice(), "a restart without new credentials");
    assert_eq!(after.fingerprint(), before.fingerprint());
    assert_eq!(fragment.renewed(&renewed), renewed, "once more changes nothing");
}
