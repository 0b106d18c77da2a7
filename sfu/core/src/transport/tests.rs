//! A client made of rtc-dtls and hand-written STUN against [`Transport`], over a link that drops what the test says.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rtc_dtls::config::{ConfigBuilder, ExtendedMasterSecretType};
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtc_stun::attributes::{ATTR_ICE_CONTROLLED, ATTR_USE_CANDIDATE, ATTR_USERNAME, RawAttribute};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc_stun::xoraddr::XorMappedAddress;

use super::*;
use crate::SrtpProfile;

const GCM: SrtpProtectionProfile = SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm;
const SHA1: SrtpProtectionProfile = SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80;

fn client_at(port: u16) -> Remote {
    Remote::udp(SocketAddr::from(([192, 0, 2, 1], port)))
}

fn server_address() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 9], 50_000))
}

/// The client's credentials, and those after a restart.
fn of_client() -> IceCredentials {
    IceCredentials { ufrag: "theirs".into(), pwd: "the-password-of-the-client".into() }
}

fn of_client_anew() -> IceCredentials {
    IceCredentials { ufrag: "anew".into(), pwd: "the-client's-new-password".into() }
}

/// A Binding request as a browser sends it.
fn check(to: &IceCredentials, extra: Vec<Box<dyn Setter>>) -> Vec<u8> {
    let provider = rtc_crypto::default_provider().expect("a provider");
    let username =
        RawAttribute { typ: ATTR_USERNAME, value: format!("{}:theirs", to.ufrag).into_bytes(), ..Default::default() };
    let mut parts: Vec<Box<dyn Setter>> =
        vec![Box::new(TransactionId([7; 12])), Box::new(BINDING_REQUEST), Box::new(username)];
    parts.extend(extra);
    parts.push(Box::new(MessageIntegrity::new_short_term_integrity_with_provider(to.pwd.clone(), provider.crypto())));
    parts.push(Box::new(FINGERPRINT));
    let mut message = Message::new();
    message.build(&parts).expect("a request");
    message.raw
}

fn attribute(typ: rtc_stun::attributes::AttrType) -> Box<dyn Setter> {
    Box::new(RawAttribute { typ, value: Vec::new(), ..Default::default() })
}

fn nominate(to: &IceCredentials) -> Vec<u8> {
    check(to, vec![attribute(ATTR_USE_CANDIDATE)])
}

/// A server's transport and a client's DTLS endpoint on a virtual clock.
struct Pair {
    now: Instant,
    local: IceCredentials,
    server: Transport,
    client: Endpoint,
    events: Vec<TransportEvent>,
    client_done: bool,
    /// Datagrams to lose, by their place in the sequence of all datagrams either way.
    lose: BTreeSet<usize>,
    sent: usize,
    /// What the client sent last, and when: browsers send it again until it is answered, where rtc-dtls gives up as soon as anything comes.
    flight: (Instant, Vec<BytesMut>),
    /// Records of epoch 0 the client sent: a repeat has new numbers (RFC 6347 §4.2.4).
    records: u32,
}

/// Numbers the unencrypted records of a datagram anew.
fn renumber(datagram: &mut [u8], records: &mut u32) {
    let mut rest = datagram;
    while let Some((header, body)) = rest.split_first_chunk_mut::<13>() {
        let [_, _, _, e0, e1, n0, n1, n2, n3, n4, n5, l0, l1] = header;
        if [*e0, *e1] == [0, 0] {
            ([*n0, *n1], [*n2, *n3, *n4, *n5]) = ([0, 0], records.to_be_bytes());
            *records += 1;
        }
        let length = usize::from(u16::from_be_bytes([*l0, *l1]));
        rest = &mut body[length..];
    }
}

impl Pair {
    fn new(offered: Vec<SrtpProtectionProfile>) -> Self {
        let theirs = DtlsCertificate::generate().expect("a certificate");
        Self::expecting(offered, &theirs, theirs.fingerprint(), 1_200)
    }

    /// `mtu`: the client's records are no larger.
    fn expecting(
        offered: Vec<SrtpProtectionProfile>,
        theirs: &DtlsCertificate,
        expected: Fingerprint,
        mtu: usize,
    ) -> Self {
        let now = Instant::now();
        let local = IceCredentials::generate(&mut StdRng::seed_from_u64(1));
        let certificate = DtlsCertificate::generate().expect("a certificate");
        let config =
            TransportConfig { local: local.clone(), remote: of_client(), remote_fingerprint: expected, certificate };
        let server = Transport::new(now, config).expect("a transport");
        let config = ConfigBuilder::default()
            .with_crypto_provider(theirs.provider.clone())
            .with_certificates(vec![theirs.certificate.clone()])
            .with_srtp_protection_profiles(offered)
            .with_insecure_skip_verify(true)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_mtu(mtu)
            .build(true, None)
            .expect("a client configuration");
        let mut client = Endpoint::new(client_at(1000).addr, TransportProtocol::UDP, None);
        client.connect(now, server_address(), Arc::new(config), None).expect("a connection");
        let mut pair = Self {
            now,
            local,
            server,
            client,
            events: Vec::new(),
            client_done: false,
            lose: BTreeSet::new(),
            sent: 0,
            flight: (now, Vec::new()),
            records: 0,
        };
        let request = nominate(&pair.local);
        assert_eq!(pair.server.handle_stun(now, now, client_at(1000), &request), Received::Accepted);
        pair.server.poll_transmit().expect("a STUN answer");
        pair
    }

    fn loses(mut self, place: usize) -> Self {
        self.lose.insert(place);
        self
    }

    fn lost(&mut self) -> bool {
        let place = self.sent;
        self.sent += 1;
        self.lose.contains(&place)
    }

    /// Delivers everything that is under way until both sides are silent.
    fn exchange(&mut self) {
        loop {
            let mut silent = true;
            let flight: Vec<_> = std::iter::from_fn(|| self.client.poll_transmit()).map(|sent| sent.message).collect();
            if !flight.is_empty() {
                silent = false;
                self.flight = (self.now, flight);
                self.send_flight();
            }
            while let Some((_, packet)) = self.server.poll_transmit() {
                silent = false;
                if !self.lost() {
                    // A client may fail on our refusal; that is what some tests are about.
                    let events = self.client.read(self.now, server_address(), None, BytesMut::from(&packet[..]));
                    self.client_done |=
                        events.is_ok_and(|e| e.iter().any(|e| matches!(e, EndpointEvent::HandshakeComplete)));
                }
            }
            self.events.extend(std::iter::from_fn(|| self.server.poll_event()));
            if silent {
                return;
            }
        }
    }

    fn send_flight(&mut self) {
        for mut packet in self.flight.1.clone() {
            renumber(&mut packet, &mut self.records);
            if !self.lost() {
                self.server.handle_dtls(self.now, client_at(1000), &packet);
            }
        }
    }

    fn advance(&mut self, by: Duration) {
        self.now += by;
        // Errors once its retransmissions are used up.
        let _ = self.client.handle_timeout(server_address(), self.now);
        self.server.handle_timeout(self.now);
        if !self.client_done && self.now - self.flight.0 >= Duration::from_secs(1) {
            self.flight.0 = self.now;
            self.send_flight();
        }
        self.exchange();
    }

    /// Runs until both sides are connected or 20 s have passed.
    fn connect(&mut self) -> Option<SrtpKeys> {
        self.exchange();
        for _ in 0..400 {
            if self.client_done && self.keys().is_some() {
                break;
            }
            self.advance(Duration::from_millis(50));
        }
        self.client_done.then(|| self.keys()).flatten()
    }

    fn keys(&self) -> Option<SrtpKeys> {
        self.events.iter().find_map(|event| match event {
            TransportEvent::Connected(keys) => Some(keys.clone()),
            _ => None,
        })
    }
}

#[test]
fn gcm_is_chosen_even_when_the_client_lists_it_last() {
    let keys = Pair::new(vec![SHA1, GCM]).connect().expect("a connection");
    assert_eq!(keys.profile, SrtpProfile::AeadAes128Gcm);
    assert_eq!((keys.local_key.len(), keys.local_salt.len()), (16, 12));
    assert_ne!(keys.local_key, keys.remote_key);
}

#[test]
fn a_client_without_gcm_gets_sha1() {
    let keys = Pair::new(vec![SHA1]).connect().expect("a connection");
    assert_eq!(keys.profile, SrtpProfile::Aes128CmHmacSha1_80);
    assert_eq!((keys.local_key.len(), keys.local_salt.len()), (16, 14));
}

#[test]
fn the_handshake_survives_the_loss_of_any_one_datagram() {
    for profiles in [vec![SHA1, GCM], vec![SHA1]] {
        let mut whole = Pair::new(profiles.clone());
        whole.connect().expect("a connection without loss");
        assert!(whole.sent >= 6, "a handshake is six flights");
        for place in 0..whole.sent {
            let mut pair = Pair::new(profiles.clone()).loses(place);
            assert!(pair.connect().is_some(), "datagram {place} of {} lost once, {profiles:?}", whole.sent);
        }
    }
}

#[test]
fn a_certificate_the_offer_did_not_name_ends_the_connection() {
    let theirs = DtlsCertificate::generate().expect("a certificate");
    let mut pair = Pair::expecting(vec![GCM], &theirs, Fingerprint::of(b"another"), 1_200);
    assert_eq!(pair.connect(), None);
    assert_eq!(pair.events.iter().filter(|e| matches!(e, TransportEvent::Failed)).count(), 1);
}

#[test]
fn dtls_from_an_address_without_an_authentic_check_is_dropped() {
    let mut pair = Pair::new(vec![GCM]);
    let hello = pair.client.poll_transmit().expect("a ClientHello").message;
    assert_eq!(pair.server.handle_dtls(pair.now, client_at(6666), &hello), Received::Rejected);
    assert_eq!(pair.server.poll_transmit(), None);
}

#[test]
fn a_closing_client_is_reported_once() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    pair.client.close(pair.now).expect("close_notify");
    pair.exchange();
    pair.advance(Duration::from_secs(60));
    let last: Vec<_> = pair.events.iter().filter(|e| !matches!(e, TransportEvent::Connected(_))).collect();
    assert_eq!(last, [&TransportEvent::Selected(client_at(1000)), &TransportEvent::Closed]);
}

#[test]
fn a_check_is_answered_with_the_address_it_came_from() {
    let mut pair = Pair::new(vec![GCM]);
    pair.server.handle_stun(pair.now, pair.now, client_at(2000), &check(&pair.local, Vec::new()));
    let (to, response) = pair.server.poll_transmit().expect("an answer");
    assert_eq!(to, client_at(2000));
    let mut message = Message::new();
    message.unmarshal_binary(&response).expect("a STUN message");
    let mut seen = XorMappedAddress::default();
    rtc_stun::message::Getter::get_from(&mut seen, &message).expect("XOR-MAPPED-ADDRESS");
    assert_eq!((seen.ip, seen.port), (client_at(2000).addr.ip(), 2000));
}

#[test]
fn media_moves_only_by_nomination() {
    let mut pair = Pair::new(vec![GCM]);
    assert_eq!(pair.server.selected(), Some(client_at(1000)));
    pair.server.handle_stun(pair.now, pair.now, client_at(2000), &check(&pair.local, Vec::new()));
    assert_eq!(pair.server.selected(), Some(client_at(1000)));
    pair.server.handle_stun(pair.now, pair.now, client_at(2000), &nominate(&pair.local));
    assert_eq!(pair.server.selected(), Some(client_at(2000)));
}

#[test]
fn a_spoofed_check_moves_nothing_and_is_not_answered() {
    let mut pair = Pair::new(vec![GCM]);
    let guess = IceCredentials { ufrag: pair.local.ufrag.clone(), pwd: "guessed-guessed-guessed!".into() };
    assert_eq!(pair.server.handle_stun(pair.now, pair.now, client_at(6666), &nominate(&guess)), Received::Rejected);
    assert_eq!(pair.server.selected(), Some(client_at(1000)));
    assert_eq!(pair.server.poll_transmit(), None);
}

#[test]
fn a_client_in_our_role_is_told_so_and_moves_nothing() {
    let mut pair = Pair::new(vec![GCM]);
    let request = check(&pair.local, vec![attribute(ATTR_ICE_CONTROLLED), attribute(ATTR_USE_CANDIDATE)]);
    pair.server.handle_stun(pair.now, pair.now, client_at(2000), &request);
    let (_, response) = pair.server.poll_transmit().expect("an answer");
    assert_eq!(response[..2], [0x01, 0x11], "a Binding error response");
    assert_eq!(pair.server.selected(), Some(client_at(1000)));
}

#[test]
fn consent_lasts_thirty_seconds_from_the_last_check() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    pair.advance(Duration::from_secs(20));
    pair.server.handle_stun(pair.now, pair.now, client_at(1000), &check(&pair.local, Vec::new()));
    pair.advance(Duration::from_secs(29));
    assert!(!pair.events.contains(&TransportEvent::ConsentExpired));
    pair.advance(Duration::from_secs(2));
    assert!(pair.events.contains(&TransportEvent::ConsentExpired));
    assert_eq!(pair.server.selected(), None);
    assert!(!pair.server.is_authenticated(pair.now, client_at(1000)));
}

#[test]
fn a_client_that_comes_back_within_a_minute_goes_on_with_its_keys() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    pair.advance(Duration::from_secs(45));
    let new = IceCredentials::generate(&mut StdRng::seed_from_u64(2));
    pair.server.restart_ice(pair.now, new.clone(), of_client_anew());
    pair.advance(Duration::from_secs(29));
    pair.events.clear();
    assert_eq!(pair.server.handle_stun(pair.now, pair.now, client_at(3000), &nominate(&new)), Received::Accepted);
    assert_eq!(pair.server.selected(), Some(client_at(3000)));
    pair.advance(Duration::from_secs(29));
    assert_eq!(
        pair.events,
        [TransportEvent::Selected(client_at(3000))],
        "no second handshake, and consent is given anew"
    );
}

#[test]
fn after_consent_ran_out_a_check_is_enough_from_wherever_it_comes() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    pair.advance(Duration::from_secs(31));
    pair.server.handle_stun(pair.now, pair.now, client_at(2000), &check(&pair.local, Vec::new()));
    assert_eq!(pair.server.selected(), Some(client_at(2000)));
    pair.server.handle_stun(pair.now, pair.now, client_at(1000), &check(&pair.local, Vec::new()));
    assert_eq!(pair.server.selected(), Some(client_at(2000)), "the next has to nominate again");
}

#[test]
fn a_client_that_does_not_come_back_within_a_minute_is_given_up() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    pair.advance(Duration::from_secs(59));
    assert!(!pair.events.contains(&TransportEvent::ConsentLost));
    pair.advance(Duration::from_secs(2));
    assert!(pair.events.contains(&TransportEvent::ConsentLost));
    assert_eq!(pair.server.poll_timeout(), None);
}

#[test]
fn after_an_ice_restart_media_goes_by_the_old_credentials_until_a_path_is_nominated_with_the_new_ones() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    let new = IceCredentials::generate(&mut StdRng::seed_from_u64(2));
    pair.server.restart_ice(pair.now, new.clone(), of_client_anew());
    let mut say = |from: u16, packet: Vec<u8>| pair.server.handle_stun(pair.now, pair.now, client_at(from), &packet);
    assert_eq!(say(3000, check(&new, Vec::new())), Received::Accepted);
    assert_eq!(say(2000, nominate(&pair.local)), Received::Accepted);
    assert_eq!(pair.server.selected(), Some(client_at(2000)), "the old path, from another address");
    assert_eq!(pair.server.handle_stun(pair.now, pair.now, client_at(3000), &nominate(&new)), Received::Accepted);
    assert_eq!(pair.server.selected(), Some(client_at(3000)));
    let old = nominate(&pair.local);
    assert_eq!(pair.server.handle_stun(pair.now, pair.now, client_at(2000), &old), Received::Rejected);
}

#[test]
fn who_is_heard_from_another_address_alone_has_moved_there_nominated_or_not() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    let heard = pair.now;
    let ping = check(&pair.local, Vec::new());
    pair.server.handle_stun(heard + Duration::from_millis(249), heard, client_at(2000), &ping);
    assert_eq!(pair.server.selected(), Some(client_at(1000)), "a second path beside one that lives");
    pair.server.handle_stun(heard + Duration::from_millis(250), heard, client_at(2000), &ping);
    assert_eq!(pair.server.selected(), Some(client_at(2000)));
}

/// The client's answer to a question of ours, proved by `pwd`.
fn reply(question: &[u8], pwd: &str) -> Vec<u8> {
    let provider = rtc_crypto::default_provider().expect("a provider");
    let transaction = question.get(8..20).and_then(<[u8]>::first_chunk).copied().expect("a transaction");
    let integrity = MessageIntegrity::new_short_term_integrity_with_provider(pwd.into(), provider.crypto());
    let seen = XorMappedAddress { ip: server_address().ip(), port: server_address().port() };
    let mut message = Message::new();
    let parts: [Box<dyn Setter>; 5] = [
        Box::new(TransactionId(transaction)),
        Box::new(BINDING_SUCCESS),
        Box::new(seen),
        Box::new(integrity),
        Box::new(FINGERPRINT),
    ];
    message.build(&parts).expect("a response");
    message.raw
}

impl Pair {
    /// The question the server asks about media from `port`, if it asks.
    fn asked(&mut self, port: u16, transaction: u8) -> Option<Bytes> {
        self.server.ask(self.now, client_at(port), [transaction; 12])?;
        let (to, question) = self.server.poll_transmit().expect("a question");
        assert_eq!(to, client_at(port));
        Some(question)
    }
}

#[test]
fn media_moves_to_where_the_client_answers_that_it_is() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    let heard = pair.now;
    pair.now += Duration::from_millis(60);
    let question = pair.asked(2000, 1).expect("a question");
    let mut read = Message::new();
    read.unmarshal_binary(&question).expect("a request");
    assert_eq!(read.get(ATTR_USERNAME).expect("a username"), format!("theirs:{}", pair.local.ufrag).into_bytes());
    let provider = rtc_crypto::default_provider().expect("a provider");
    MessageIntegrity::check(&mut read, of_client().pwd.as_bytes(), provider.crypto())
        .expect("proved by their password");

    let mut answer = |from: u16, packet: Vec<u8>| {
        let received = pair.server.handle_stun(pair.now, heard, client_at(from), &packet);
        (received, pair.server.selected())
    };
    let stays = (Received::Rejected, Some(client_at(1000)));
    assert_eq!(answer(2000, reply(&question, "guessed-guessed-guessed!")), stays);
    assert_eq!(answer(3000, reply(&question, &of_client().pwd)), stays, "from elsewhere than it was asked");
    let moved = (Received::Accepted, Some(client_at(2000)));
    assert_eq!(answer(2000, reply(&question, &of_client().pwd)), moved);
    assert_eq!(answer(2000, reply(&question, &of_client().pwd)), (Received::Rejected, moved.1), "answered already");
    assert!(pair.server.is_authenticated(pair.now, client_at(2000)));
    pair.advance(Duration::from_secs(29));
    assert!(!pair.events.contains(&TransportEvent::ConsentExpired), "the answer is consent (RFC 7675 §5.1)");
}

#[test]
fn a_client_that_is_heard_by_its_path_meanwhile_has_not_moved() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    let question = pair.asked(2000, 1).expect("a question");
    let heard = pair.now + Duration::from_millis(1);
    let answer = reply(&question, &of_client().pwd);
    assert_eq!(pair.server.handle_stun(heard, heard, client_at(2000), &answer), Received::Accepted);
    assert_eq!(pair.server.selected(), Some(client_at(1000)));
}

#[test]
fn a_question_is_repeated_as_it_was_and_not_at_once() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    let first = pair.asked(2000, 1).expect("a question");
    pair.now += Duration::from_millis(49);
    assert_eq!(pair.asked(2000, 2), None);
    assert_eq!(pair.asked(3000, 2), None, "nor another by the packets of another address");
    pair.now += Duration::from_millis(1);
    assert_eq!(pair.asked(2000, 2), Some(first.clone()), "so that the answer to either counts");
    pair.now += Duration::from_secs(5);
    assert_ne!(pair.asked(2000, 2), Some(first));
}

#[test]
fn during_a_restart_the_path_of_before_is_asked_by_the_credentials_of_before() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    let new = IceCredentials::generate(&mut StdRng::seed_from_u64(2));
    pair.server.restart_ice(pair.now, new.clone(), of_client_anew());
    let by = |question: &[u8]| BindingRequest::parse(question).map(|read| read.server_ufrag().to_vec());
    let question = pair.asked(2000, 1).expect("a question");
    assert_eq!(by(&question), Some(b"theirs".to_vec()));
    pair.server.handle_stun(pair.now, pair.now, client_at(3000), &nominate(&new));
    pair.server.poll_transmit();
    pair.now += Duration::from_secs(6);
    let question = pair.asked(4000, 2).expect("a question");
    assert_eq!(by(&question), Some(b"anew".to_vec()));
}

#[test]
fn a_client_without_consent_is_asked_as_well() {
    let mut pair = Pair::new(vec![GCM]);
    pair.connect().expect("a connection");
    let heard = pair.now;
    pair.advance(Duration::from_secs(31));
    let question = pair.asked(2000, 1).expect("a question");
    pair.server.handle_stun(pair.now, heard, client_at(2000), &reply(&question, &of_client().pwd));
    assert_eq!(pair.server.selected(), Some(client_at(2000)));
    pair.advance(Duration::from_secs(29));
    assert!(!pair.events.contains(&TransportEvent::ConsentLost));
}

#[test]
fn a_request_names_the_ufrag_it_is_for() {
    let local = IceCredentials::generate(&mut StdRng::seed_from_u64(3));
    assert_eq!(stun_ufrag(&nominate(&local)), Some(local.ufrag.as_str()));
    assert_eq!(stun_ufrag(b"\x80\x60 this is RTP, not STUN"), None);
}

#[test]
fn of_two_usernames_the_first_counts() {
    let user = |name: &str| -> Box<dyn Setter> {
        Box::new(RawAttribute { typ: ATTR_USERNAME, value: name.as_bytes().to_vec(), ..Default::default() })
    };
    let local = IceCredentials::generate(&mut StdRng::seed_from_u64(3));
    assert_eq!(stun_ufrag(&check(&local, vec![user("other:theirs")])), Some(local.ufrag.as_str()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_handshake_outlives_heavy_loss(lose in prop::collection::btree_set(0_usize..40, 0..9), mtu in prop_oneof![Just(1_200), Just(150)]) {
        let theirs = DtlsCertificate::generate().expect("a certificate");
        let mut pair = Pair::expecting(vec![SHA1, GCM], &theirs, theirs.fingerprint(), mtu);
        pair.lose = lose;
        prop_assert!(pair.connect().is_some());
    }
}

proptest! {
    #[test]
    fn garbage_and_truncation_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..1500), cut in 0_usize..200, flip in 0_usize..200, bit in 0_u8..8) {
        let mut pair = Pair::new(vec![GCM]);
        let mut request = nominate(&pair.local);
        let hello = pair.client.poll_transmit().expect("a ClientHello").message;
        let (now, from) = (pair.now, client_at(1000));
        pair.server.handle_stun(now, now, from, &bytes);
        pair.server.handle_dtls(now, from, &bytes);
        pair.server.handle_dtls(now, from, &hello[..cut.min(hello.len())]);
        pair.server.handle_stun(now, now, from, &request[..cut.min(request.len())]);
        let place = flip % request.len();
        request[place] ^= 1 << bit;
        // Everything up to MESSAGE-INTEGRITY is covered; FINGERPRINT (8 bytes) after it is ignored.
        let covered = place < request.len() - 8;
        prop_assert_eq!(pair.server.handle_stun(now, now, client_at(6666), &request) == Received::Rejected, covered);
        pair.server.handle_timeout(now + Duration::from_secs(1));
    }
}
