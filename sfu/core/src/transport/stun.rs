//! Binding requests and answers (RFC 8489) read in place: a packet from a stranger costs a few comparisons and at most one HMAC,
//! and allocates nothing. Answers to authentic requests, and requests of ours, are built with `rtc-stun`.

use aws_lc_rs::hmac;
use rtc_crypto::RTCCryptoProvider;
use rtc_stun::attributes::{ATTR_ICE_CONTROLLED, ATTR_PRIORITY, ATTR_USERNAME, AttrType, RawAttribute};
use rtc_stun::error_code::{CODE_ROLE_CONFLICT, ErrorCodeAttribute};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_ERROR, BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc_stun::xoraddr::XorMappedAddress;

use super::IceCredentials;
use crate::Remote;

const HEADER_BYTES: usize = 20;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const REQUEST: [u8; 2] = [0x00, 0x01];
const SUCCESS: [u8; 2] = [0x01, 0x01];
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const INTEGRITY_BYTES: usize = 20;
const USE_CANDIDATE: u16 = 0x0025;
/// RFC 8445 §16.1: the sender takes itself for the controlled side, which a lite agent always is.
const ICE_CONTROLLED: u16 = 0x8029;
/// Of a host candidate (RFC 8445 §5.1.2), which is all a lite agent has.
const PRIORITY: u32 = 126 << 24 | 65_535 << 8 | 255;

/// What a request and its answer have in common (RFC 8489 §5).
pub(crate) type Transaction = [u8; 12];

/// What a Binding request says, not yet believed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BindingRequest<'a> {
    transaction: Transaction,
    /// `server-ufrag:client-ufrag` (RFC 8445 §7.2.2).
    username: &'a [u8],
    proof: Proof<'a>,
    pub(crate) nomination: Nomination,
    pub(crate) role: Role,
}

/// Whether the client chose this path (USE-CANDIDATE).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Nomination {
    UseCandidate,
    None,
}

/// The ICE role the client claims.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    Controlling,
    /// In conflict with ours.
    Controlled,
}

/// The server's ufrag in a Binding request's USERNAME: whose packet this claims to be, before its 5-tuple is known.
pub fn stun_ufrag(packet: &[u8]) -> Option<&str> {
    std::str::from_utf8(BindingRequest::parse(packet)?.server_ufrag()).ok()
}

/// The transaction a Binding success response is of: whose answer it claims to be, before its 5-tuple is known.
pub(crate) fn stun_answer(packet: &[u8]) -> Option<Transaction> {
    BindingAnswer::parse(packet).map(|answer| answer.transaction)
}

impl<'a> BindingRequest<'a> {
    /// Reads the request, or `None` for anything that is not a well-formed Binding request with USERNAME and
    /// MESSAGE-INTEGRITY.
    pub(crate) fn parse(packet: &'a [u8]) -> Option<Self> {
        let mut username = None;
        let mut nomination = Nomination::None;
        let mut role = Role::Controlling;
        let (transaction, proof) = read(packet, REQUEST, |kind, value| match kind {
            // Of several the first counts (RFC 8489 §14).
            USERNAME => username = username.or(Some(value)),
            USE_CANDIDATE => nomination = Nomination::UseCandidate,
            ICE_CONTROLLED => role = Role::Controlled,
            _ => {}
        })?;
        Some(Self { transaction, username: username?, proof, nomination, role })
    }

    /// The part of USERNAME before the colon; the whole where there is none.
    pub(crate) fn server_ufrag(&self) -> &'a [u8] {
        self.username.split(|byte| *byte == b':').next().unwrap_or_default()
    }

    /// Whether whoever sent this knows the password behind `key`.
    pub(crate) fn is_authentic(&self, key: &hmac::Key) -> bool {
        self.proof.holds(key)
    }

    /// The success response: where the request came from, as we saw it.
    pub(crate) fn success(&self, from: Remote, pwd: &str, provider: &dyn RTCCryptoProvider) -> Option<Vec<u8>> {
        let seen = XorMappedAddress { ip: from.addr.ip(), port: from.addr.port() };
        self.respond(Box::new(BINDING_SUCCESS), Box::new(seen), pwd, provider)
    }

    /// 487 Role Conflict (RFC 8445 §7.3.1.1): the client takes the controlling role and asks again.
    pub(crate) fn role_conflict(&self, pwd: &str, provider: &dyn RTCCryptoProvider) -> Option<Vec<u8>> {
        let error = ErrorCodeAttribute { code: CODE_ROLE_CONFLICT, reason: b"Role Conflict".to_vec() };
        self.respond(Box::new(BINDING_ERROR), Box::new(error), pwd, provider)
    }

    fn respond(
        &self,
        kind: Box<dyn Setter>,
        body: Box<dyn Setter>,
        pwd: &str,
        provider: &dyn RTCCryptoProvider,
    ) -> Option<Vec<u8>> {
        build(vec![Box::new(TransactionId(self.transaction)), kind, body], pwd, provider)
    }
}

/// What a Binding success response says, not yet believed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BindingAnswer<'a> {
    pub(crate) transaction: Transaction,
    proof: Proof<'a>,
}

impl<'a> BindingAnswer<'a> {
    /// Reads the response, or `None` for anything that is not a well-formed Binding success response with MESSAGE-INTEGRITY.
    pub(crate) fn parse(packet: &'a [u8]) -> Option<Self> {
        let (transaction, proof) = read(packet, SUCCESS, |_, _| {})?;
        Some(Self { transaction, proof })
    }

    /// Whether whoever sent this knows the password behind `key`.
    pub(crate) fn is_authentic(&self, key: &hmac::Key) -> bool {
        self.proof.holds(key)
    }
}

/// A Binding request of ours to the client `theirs`, as the controlled side (RFC 8445 §7.2.2).
pub(crate) fn question(
    transaction: Transaction,
    ours: &IceCredentials,
    theirs: &IceCredentials,
    provider: &dyn RTCCryptoProvider,
) -> Option<Vec<u8>> {
    let attribute = |typ: AttrType, value: Vec<u8>| Box::new(RawAttribute { typ, value, ..RawAttribute::default() });
    let parts: Vec<Box<dyn Setter>> = vec![
        Box::new(TransactionId(transaction)),
        Box::new(BINDING_REQUEST),
        attribute(ATTR_USERNAME, format!("{}:{}", theirs.ufrag, ours.ufrag).into_bytes()),
        // The tie-breaker never matters: a client that takes the controlled role too is answered with 487 by its own request.
        attribute(ATTR_ICE_CONTROLLED, vec![0; 8]),
        attribute(ATTR_PRIORITY, PRIORITY.to_be_bytes().to_vec()),
    ];
    build(parts, &theirs.pwd, provider)
}

/// A message of these parts, proved by `pwd`. `None` only where they do not fit a message, which ours do.
fn build<'p>(mut parts: Vec<Box<dyn Setter + 'p>>, pwd: &str, provider: &'p dyn RTCCryptoProvider) -> Option<Vec<u8>> {
    let integrity = MessageIntegrity::new_short_term_integrity_with_provider(pwd.to_owned(), provider.crypto());
    parts.push(Box::new(integrity));
    parts.push(Box::new(FINGERPRINT));
    let mut message = Message::new();
    message.build(&parts).ok()?;
    Some(message.raw)
}

/// MESSAGE-INTEGRITY, and the packet it stands in.
#[derive(Clone, Copy, Debug)]
struct Proof<'a> {
    packet: &'a [u8],
    /// Bytes before the attribute.
    before: usize,
    value: &'a [u8; INTEGRITY_BYTES],
}

impl Proof<'_> {
    /// Whether it was made with `key` (RFC 8489 §14.5).
    fn holds(&self, key: &hmac::Key) -> bool {
        // The HMAC covers a header whose length ends with MESSAGE-INTEGRITY itself.
        let length = (self.before - HEADER_BYTES + 4 + INTEGRITY_BYTES) as u16;
        let (Some(kind), Some(rest)) = (self.packet.get(..2), self.packet.get(4..self.before)) else { return false };
        let mut context = hmac::Context::with_key(key);
        context.update(kind);
        context.update(&length.to_be_bytes());
        context.update(rest);
        aws_lc_rs::constant_time::verify_slices_are_equal(context.sign().as_ref(), self.value).is_ok()
    }
}

/// Reads a message of type `kind` up to its MESSAGE-INTEGRITY, showing every attribute before it. `None` for any other packet.
fn read<'a>(
    packet: &'a [u8],
    kind: [u8; 2],
    mut attribute: impl FnMut(u16, &'a [u8]),
) -> Option<(Transaction, Proof<'a>)> {
    let (header, mut attributes) = packet.split_first_chunk::<HEADER_BYTES>()?;
    let [t0, t1, l0, l1, m0, m1, m2, m3, transaction @ ..] = *header;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if [t0, t1] != kind || [m0, m1, m2, m3] != MAGIC_COOKIE || length != attributes.len() {
        return None;
    }
    while let Some(([k0, k1, l0, l1], rest)) = attributes.split_first_chunk::<4>() {
        let length = usize::from(u16::from_be_bytes([*l0, *l1]));
        let value = rest.get(..length)?;
        match u16::from_be_bytes([*k0, *k1]) {
            MESSAGE_INTEGRITY => {
                // What follows, FINGERPRINT apart, is not covered and must be ignored (RFC 8489 §14.5). FINGERPRINT
                // guards against mistaking other protocols for STUN; the HMAC does that too.
                let before = packet.len() - attributes.len();
                return Some((transaction, Proof { packet, before, value: value.try_into().ok()? }));
            }
            kind => attribute(kind, value),
        }
        attributes = rest.get(length.next_multiple_of(4)..)?;
    }
    None
}
