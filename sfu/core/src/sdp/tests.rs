//! Real offers of both browsers, laid out as PROTOCOL.md §5 says, with two slots.

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::{Codec, Fingerprint, Grant, IceCredentials, MediaKind, MediaPlan, Rid, Source, Ssrc};

const CHROMIUM: &str = include_str!("fixtures/chromium.sdp");
const FIREFOX: &str = include_str!("fixtures/firefox.sdp");

fn respond(text: &str, change: impl FnOnce(&mut AnswerParams<'_>)) -> Result<Answer, SdpError> {
    let local = IceCredentials::generate(&mut StdRng::seed_from_u64(1));
    let candidates =
        ["127.0.0.1:50000".parse().expect("an address"), "[2001:db8::7]:50000".parse().expect("an address")];
    let mut params = AnswerParams {
        local: &local,
        fingerprint: Fingerprint::of(b"ours"),
        candidates: &candidates,
        tcp_candidates: &candidates[..1],
        publish: Grant::Allowed,
        subscribe: Grant::Allowed,
        slots: 8,
        origin: Origin { session_id: 1, version: 1 },
        previous: None,
    };
    change(&mut params);
    let mut next = 100;
    answer(&Offer::parse(text)?, &params, &mut || {
        next += 1;
        Ssrc(next)
    })
}

fn section<'a>(sdp: &'a str, mid: &str) -> &'a str {
    let line = format!("\r\na=mid:{mid}\r\n");
    sdp.split("\r\nm=").find(|part| part.contains(&line)).unwrap_or_else(|| panic!("no m-line {mid}"))
}

#[test]
fn dependency_descriptors_are_agreed_on_with_who_prefers_av1_and_who_may_watch_it() {
    let usual = respond(CHROMIUM, |_| {}).expect("answered");
    assert_eq!(usual.plan.publish[1].extensions.dependency_descriptor, None, "VP8 has no use for them");
    let watched = usual.plan.slots[0].video.as_ref().expect("a video half");
    assert_eq!(watched.extensions.dependency_descriptor, Some(12));
    assert!(usual.sdp.contains("a=extmap-allow-mixed"), "a keyframe's is longer than the one-byte form holds");

    let av1_first = CHROMIUM.replacen("SAVPF 96 97 ", "SAVPF 45 46 96 97 ", 1).replacen(" 40 45 46 98", " 40 98", 1);
    let preferred = respond(&av1_first, |_| {}).expect("answered");
    assert_eq!(preferred.plan.publish[1].payloads[0].codec, Codec::Av1);
    assert_eq!(preferred.plan.publish[1].extensions.dependency_descriptor, Some(12));
}

#[test]
fn both_browsers_offers_become_two_sources_and_two_slots() {
    for (browser, offer) in [("chromium", CHROMIUM), ("firefox", FIREFOX)] {
        let plan = respond(offer, |_| {}).expect(browser).plan;
        let published: Vec<_> = plan.publish.iter().map(|publish| (publish.source, publish.kind)).collect();
        let expected = [
            (Source::Camera, MediaKind::Audio),
            (Source::Camera, MediaKind::Video),
            (Source::Screen, MediaKind::Video),
            (Source::Screen, MediaKind::Audio),
        ];
        assert_eq!(published, expected, "{browser}");
        let camera = &plan.publish[1];
        assert_eq!(camera.rids, ["q", "h", "f"].map(|rid| Rid(rid.into())), "{browser}");
        assert!(camera.extensions.mid.is_some() && camera.extensions.rid.is_some(), "{browser}");
        assert!(plan.publish[0].extensions.audio_level.is_some(), "{browser}");
        assert_eq!(plan.slots.len(), 2, "{browser}");
        for slot in &plan.slots {
            let (audio, video) = (slot.audio.as_ref().expect("audio"), slot.video.as_ref().expect("video"));
            assert!(audio.payloads.iter().any(|mapping| mapping.codec == Codec::Opus), "{browser}");
            assert!(
                video.payloads.iter().any(|mapping| mapping.codec == Codec::Vp8 && mapping.rtx.is_some()),
                "{browser}"
            );
            assert!(video.rtx_ssrc.is_some(), "{browser}");
        }
    }
}

#[test]
fn the_answer_is_lite_passive_and_declares_each_slots_streams() {
    let Answer { sdp, plan } = respond(CHROMIUM, |_| {}).expect("an answer");
    assert!(sdp.contains("\r\na=ice-lite\r\n") && !sdp.contains("a=setup:actpass"));
    assert_eq!(sdp.matches("a=setup:passive").count(), sdp.matches("\r\nm=").count());
    assert_eq!(sdp.matches("a=end-of-candidates").count(), 1);
    assert!(sdp.contains(" udp 2130706431 127.0.0.1 50000 typ host\r\n"));
    assert!(sdp.contains(" 127.0.0.1 50000 typ host tcptype passive\r\n"));
    let video = plan.slots[1].video.as_ref().expect("a video half");
    let part = section(&sdp, &video.mid.0);
    let rtx = video.rtx_ssrc.expect("RTX");
    assert!(part.contains("a=sendonly") && part.contains("a=msid:slot-1 slot-1-video"));
    assert!(part.contains(&format!("a=ssrc-group:FID {} {}", video.ssrc.0, rtx.0)));
    assert!(part.contains(&format!("a=ssrc:{} cname:slot-1", video.ssrc.0)));
    assert!(!part.contains("goog-remb"));
    assert!(part.contains("transport-wide-cc") && part.contains(" transport-cc\r\n"));
    let audio = plan.slots[1].audio.as_ref().expect("an audio half");
    assert!(section(&sdp, &audio.mid.0).contains(" transport-cc\r\n"));
    let camera = section(&sdp, &plan.publish[1].mid.0);
    assert!(
        camera.contains("a=recvonly") && camera.contains("a=simulcast:recv q;h;f") && camera.contains("a=rid:q recv")
    );
    assert!(
        camera.contains("nack pli") && camera.contains("transport-wide-cc") && camera.contains(" transport-cc\r\n")
    );
}

#[test]
fn the_answer_is_sdp_that_answers_every_m_line_in_order() {
    for offer in [CHROMIUM, FIREFOX] {
        let sdp = respond(offer, |_| {}).expect("an answer").sdp;
        let mids =
            |text: &str| text.lines().filter_map(|l| l.strip_prefix("a=mid:").map(str::to_owned)).collect::<Vec<_>>();
        assert_eq!(mids(&sdp), mids(offer));
        let mut reader = std::io::Cursor::new(sdp.as_bytes());
        let parsed = rtc_sdp::SessionDescription::unmarshal(&mut reader).expect("our own SDP");
        assert_eq!(parsed.media_descriptions.len(), mids(offer).len());
    }
}

#[test]
fn what_is_not_granted_is_refused_in_its_place() {
    let watching = respond(CHROMIUM, |params| params.publish = Grant::Denied).expect("an answer");
    assert!(watching.plan.publish.is_empty());
    assert_eq!(watching.sdp.matches("\r\nm=audio 0 ").count() + watching.sdp.matches("\r\nm=video 0 ").count(), 4);
    let sending = respond(CHROMIUM, |params| params.subscribe = Grant::Denied).expect("an answer");
    assert!(sending.plan.slots.is_empty());
    assert_eq!(respond(CHROMIUM, |params| params.slots = 1).expect("an answer").plan.slots.len(), 1);
}

#[test]
fn a_later_offer_keeps_the_ssrcs_of_its_slots() {
    let first = respond(CHROMIUM, |_| {}).expect("an answer").plan;
    let mut draw = || Ssrc(9_999);
    let offer = Offer::parse(CHROMIUM).expect("an offer");
    let local = IceCredentials::generate(&mut StdRng::seed_from_u64(2));
    let params = AnswerParams {
        local: &local,
        fingerprint: Fingerprint::of(b"ours"),
        candidates: &[],
        tcp_candidates: &[],
        publish: Grant::Allowed,
        subscribe: Grant::Allowed,
        slots: 8,
        origin: Origin { session_id: 1, version: 2 },
        previous: Some(&first),
    };
    assert_eq!(answer(&offer, &params, &mut draw).expect("an answer").plan, first);
    let other = MediaPlan {
        publish: vec![crate::PublishPlan { mid: crate::Mid("gone".into()), ..first.publish[0].clone() }],
        slots: Vec::new(),
    };
    let params = AnswerParams { previous: Some(&other), ..params };
    assert!(matches!(answer(&offer, &params, &mut draw), Err(SdpError::SectionsMoved { .. })));
}

#[test]
fn an_offer_that_cannot_be_answered_says_why() {
    let without =
        |line: &str| CHROMIUM.lines().filter(|l| !l.starts_with(line)).map(|l| format!("{l}\r\n")).collect::<String>();
    for (offer, expected) in [
        ("hello".to_owned(), "this is not SDP"),
        (String::new(), "this is not SDP"),
        ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n".to_owned(), "the offer has no m-line"),
        (format!("{CHROMIUM}a=x:{}\r\n", "y".repeat(300_000)), "bytes long"),
        (without("a=group:BUNDLE"), "BUNDLE"),
        (without("a=rtcp-mux"), "rtcp-mux"),
        (without("a=fingerprint"), "fingerprint"),
        (without("a=ice-pwd"), "a=ice-ufrag and a=ice-pwd"),
        (without("a=mid:"), "a=mid"),
        (CHROMIUM.replace("a=mid:1\r", "a=mid:0\r"), "two m-lines have the mid 0"),
        (CHROMIUM.replace("a=setup:actpass", "a=setup:passive"), "the server is passive"),
        (CHROMIUM.replace("a=fingerprint:sha-256", "a=fingerprint:sha-1"), "fingerprint"),
    ] {
        let error = respond(&offer, |_| {}).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error} should say {expected}");
    }
}

#[test]
fn a_single_m_line_needs_no_bundle_group() {
    let (session, rest) = CHROMIUM.split_once("\r\nm=").expect("m-lines");
    let audio = rest.split("\r\nm=").next().expect("the first m-line");
    let session: String = session.lines().filter(|l| !l.starts_with("a=group")).map(|l| format!("{l}\r\n")).collect();
    let plan = respond(&format!("{session}m={audio}\r\n"), |_| {}).expect("an answer").plan;
    assert_eq!(plan.publish.len(), 1);
}

#[test]
fn a_fingerprint_is_found_among_others_at_either_level() {
    let line = CHROMIUM.lines().find(|l| l.starts_with("a=fingerprint:sha-256 ")).expect("a fingerprint");
    let others = CHROMIUM.replace(line, &format!("a=fingerprint:sha-1 AA:BB\r\n{line}"));
    let session = CHROMIUM.replace(&format!("{line}\r\n"), "a=fingerprint:sha-1 AA:BB\r\n");
    let session = session.replacen("t=0 0\r\n", &format!("t=0 0\r\n{line}\r\n"), 1);
    let expected = Offer::parse(CHROMIUM).expect("an offer").fingerprint();
    for offer in [others, session] {
        assert_eq!(Offer::parse(&offer).expect("an offer").fingerprint(), expected);
    }
}

#[test]
fn an_inactive_m_line_rests_and_is_not_ended() {
    let (before, rest) = CHROMIUM.split_once("a=sendonly").expect("a published m-line");
    let Answer { sdp, plan } = respond(&format!("{before}a=inactive{rest}"), |_| {}).expect("an answer");
    assert_eq!(plan.publish.len(), 3);
    let resting = section(&sdp, "0");
    assert!(resting.starts_with("audio 9 ") && resting.contains("a=inactive") && resting.contains("a=setup:passive"));
    assert!(sdp.contains("a=group:BUNDLE 0 1 "));
}

#[test]
fn an_m_line_the_client_gave_up_needs_no_mid() {
    let resigned = "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n";
    let sdp = respond(&format!("{CHROMIUM}{resigned}{resigned}"), |_| {}).expect("an answer").sdp;
    assert_eq!(sdp.matches("m=audio 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n").count(), 2);
}

#[test]
fn an_offer_of_which_nothing_is_left_is_refused() {
    let end = CHROMIUM.find("m=application").expect("a data channel");
    let offer = CHROMIUM[..end].to_owned();
    let refused = respond(&offer, |params| (params.publish, params.subscribe) = (Grant::Denied, Grant::Denied));
    assert_eq!(refused, Err(SdpError::NothingToAnswer));
}

#[test]
fn an_m_line_longer_than_any_clients_is_refused_before_it_is_read() {
    let head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
    let formats = format!("{head}m=audio 9 UDP/TLS/RTP/SAVPF{}\r\na=mid:0\r\n", " 96".repeat(40_000));
    let attributes =
        format!("{head}m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n{}", "a=rtpmap:1 x\r\n".repeat(10_000));
    for offer in [formats, attributes] {
        assert_eq!(Offer::parse(&offer).map(|_| ()), Err(SdpError::SectionTooLong { index: 0 }));
    }
}

proptest! {
    #[test]
    fn mangled_offers_never_panic(place in 0_usize..CHROMIUM.len(), length in 0_usize..400, with in "[ -~\r\n]{0,40}") {
        let mut offer = CHROMIUM.as_bytes().to_vec();
        let end = (place + length).min(offer.len());
        offer.splice(place..end, with.bytes());
        let _ = respond(&String::from_utf8_lossy(&offer), |_| {});
    }
}

#[test]
fn a_value_with_a_line_end_in_it_is_refused() {
    for control in ['\r', '\0'] {
        let offer = CHROMIUM.replace("useinbandfec=1", &format!("useinbandfec=1{control}a=ice-lite"));
        assert_ne!(offer, CHROMIUM);
        assert!(matches!(Offer::parse(&offer), Err(SdpError::Syntax(_))), "{control:?}");
    }
}

#[test]
fn a_simulcast_list_is_not_read_to_any_length() {
    let encodings = |list: &str| {
        let offer = CHROMIUM.replace("a=simulcast:send q;h;f", &format!("a=simulcast:send {list}"));
        let plan = respond(&offer, |_| {}).expect("an answer").plan;
        plan.publish.iter().map(|publish| publish.rids.len()).max().expect("a publication")
    };
    assert_eq!(encodings("q;h;f"), 3);
    assert_eq!(encodings(&format!("q;{}h;f", "none;".repeat(40))), 1);
}
