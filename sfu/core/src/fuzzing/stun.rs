//! Binding requests, as they come and completed with a true MESSAGE-INTEGRITY.

use std::net::SocketAddr;

use aws_lc_rs::hmac;
use rtc_crypto::{RTCCryptoProvider, default_provider};
use rtc_stun::attributes::ATTR_USERNAME;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{METHOD_BINDING, Message};

use crate::Remote;
use crate::transport::{BindingAnswer, BindingRequest, Role};
use crate::wire::Protocol;

const PWD: &str = "the-password-of-the-server";

/// A request we read is one rtc-stun reads alike, its proof holds exactly when rtc-stun says so, and our answer to it is
/// sound; bytes that are no request stay none.
pub fn stun(data: &[u8]) {
    check(data);
    check(&signed(data));
    check(&message([1, 1], data, PWD));
}

/// `attributes` as the attributes of a request that proves knowledge of the password.
pub(super) fn signed(attributes: &[u8]) -> Vec<u8> {
    request(attributes, PWD)
}

/// A Binding request of these raw attributes, cut to whole words, with MESSAGE-INTEGRITY by `pwd`.
pub(super) fn request(attributes: &[u8], pwd: &str) -> Vec<u8> {
    message([0, 1], attributes, pwd)
}

fn message(kind: [u8; 2], attributes: &[u8], pwd: &str) -> Vec<u8> {
    let attributes = attributes.get(..(attributes.len() & !3).min(1200)).unwrap_or_default();
    let length = (attributes.len() + 24) as u16;
    let mut packet = kind.to_vec();
    packet.extend(length.to_be_bytes());
    packet.extend([0x21, 0x12, 0xa4, 0x42]);
    packet.extend([7; 12]);
    packet.extend(attributes);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, pwd.as_bytes());
    let tag = hmac::sign(&key, &packet);
    packet.extend([0, 8, 0, 20]);
    packet.extend(tag.as_ref());
    packet
}

fn check(packet: &[u8]) {
    if let Some(answer) = BindingAnswer::parse(packet) {
        return check_answer(packet, &answer);
    }
    let Some(request) = BindingRequest::parse(packet) else {
        return assert_eq!(crate::stun_ufrag(packet), None);
    };
    assert_eq!(Protocol::of(packet), Some(Protocol::Stun), "a request that would not reach its parser");
    assert!(!request.server_ufrag().contains(&b':'));
    let provider = default_provider().expect("a crypto provider");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, PWD.as_bytes());
    let authentic = request.is_authentic(&key);
    // rtc-stun also reads what follows MESSAGE-INTEGRITY, which may be anything.
    let mut theirs = Message::new();
    if theirs.unmarshal_binary(packet).is_ok() {
        let username = theirs.get(ATTR_USERNAME).expect("a username");
        assert!(username.starts_with(request.server_ufrag()), "the first USERNAME counts (RFC 8489 §14)");
        let proof = MessageIntegrity::check(&mut theirs, PWD.as_bytes(), provider.crypto());
        assert_eq!(authentic, proof.is_ok(), "whether the request is authentic");
    }
    if authentic {
        answer(packet, &request, &*provider);
    }
}

/// An answer of a client: its proof holds exactly when rtc-stun says so.
fn check_answer(packet: &[u8], answer: &BindingAnswer<'_>) {
    assert_eq!(Protocol::of(packet), Some(Protocol::Stun), "an answer that would not reach its parser");
    assert_eq!(packet.get(8..20), Some(&answer.transaction[..]));
    let provider = default_provider().expect("a crypto provider");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, PWD.as_bytes());
    let mut theirs = Message::new();
    if theirs.unmarshal_binary(packet).is_ok() {
        let proof = MessageIntegrity::check(&mut theirs, PWD.as_bytes(), provider.crypto());
        assert_eq!(answer.is_authentic(&key), proof.is_ok(), "whether the answer is authentic");
    }
}

fn answer(packet: &[u8], request: &BindingRequest<'_>, provider: &dyn RTCCryptoProvider) {
    let from = Remote::udp(SocketAddr::from(([192, 0, 2, 1], 5000)));
    let response = match request.role {
        Role::Controlling => request.success(from, PWD, provider),
        Role::Controlled => request.role_conflict(PWD, provider),
    };
    let response = response.expect("an answer");
    let mut read = Message::new();
    read.unmarshal_binary(&response).expect("our own answer");
    assert_eq!(read.typ.method, METHOD_BINDING);
    assert_eq!(Some(&read.transaction_id.0[..]), packet.get(8..20));
    MessageIntegrity::check(&mut read, PWD.as_bytes(), provider.crypto()).expect("our own integrity");
    assert!(response.len() <= packet.len() + 80, "an answer of {} bytes to {}", response.len(), packet.len());
}
