//! DTLS up to the end of the handshake: the ClientHello we look into ourselves, and everything rtc-dtls reads.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rtc_dtls::config::{ConfigBuilder, ExtendedMasterSecretType};
use rtc_dtls::endpoint::Endpoint;
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;

use super::input::Input;
use super::stun::request;
use crate::transport::repeats_client_hello;
use crate::{DtlsCertificate, IceCredentials, Received, Remote, Transport, TransportConfig, TransportEvent};

/// Both sides' certificates are made once: keys are not what is tested.
pub(super) static OURS: LazyLock<DtlsCertificate> = LazyLock::new(|| DtlsCertificate::generate().expect("a key"));
static THEIRS: LazyLock<DtlsCertificate> = LazyLock::new(|| DtlsCertificate::generate().expect("a key"));

/// Other records around a datagram do not change whether it holds a repeated ClientHello.
pub fn client_hello(data: &[u8]) {
    let repeats = repeats_client_hello(data);
    let other = [&[23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3][..], &[1, 2, 3]].concat();
    assert_eq!(repeats_client_hello(&[&other, data].concat()), repeats, "a record before it");
    if repeats {
        assert!(repeats_client_hello(&[data, &other].concat()), "a record after it");
        assert!(data.len() >= 25, "a ClientHello in {} bytes", data.len());
    }
}

/// A client's handshake, its datagrams changed, dropped, repeated and replaced as the input says, and records of the input's
/// own between them. The server answers only the client's address and in proportion, and ends at most once.
pub fn dtls(data: &[u8]) {
    let mut input = Input::new(data);
    let Some(first) = input.byte() else { return };
    let mut link = Link::new(first);
    for round in 0..8 {
        link.exchange(&mut input);
        if let Some(record) = input.block().filter(|record| !record.is_empty()) {
            link.up(record);
        } else if round > 2 {
            break;
        }
        link.wait(Duration::from_secs(1));
    }
    link.wait(Duration::from_secs(70));
    let over = [TransportEvent::Failed, TransportEvent::Closed, TransportEvent::ConsentLost];
    assert_eq!(link.events.iter().filter(|event| over.contains(event)).count(), 1, "{:?}", link.events);
    assert_eq!(link.server.poll_timeout(), None, "over, and still waiting for something");
}

struct Link {
    now: Instant,
    server: Transport,
    client: Endpoint,
    events: Vec<TransportEvent>,
    received: usize,
    waits: usize,
    sent: usize,
}

impl Link {
    fn new(choice: u8) -> Self {
        let now = Instant::now();
        let local = IceCredentials { ufrag: "ufrag".into(), pwd: "the-password-of-the-server".into() };
        let remote = IceCredentials { ufrag: "theirs".into(), pwd: "the-password-of-the-client".into() };
        let config =
            TransportConfig { local, remote, remote_fingerprint: THEIRS.fingerprint(), certificate: OURS.clone() };
        let mut server = Transport::new(now, config).expect("a transport");
        let (gcm, sha1) =
            (SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm, SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80);
        let profiles = match choice % 3 {
            0 => vec![gcm],
            1 => vec![sha1],
            _ => vec![sha1, gcm],
        };
        let config = ConfigBuilder::default()
            .with_crypto_provider(THEIRS.provider.clone())
            .with_certificates(vec![THEIRS.certificate.clone()])
            .with_srtp_protection_profiles(profiles)
            .with_insecure_skip_verify(true)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .build(true, None)
            .expect("a client configuration");
        let mut client = Endpoint::new(address(1), TransportProtocol::UDP, None);
        client.connect(now, address(9), Arc::new(config), None).expect("a connection");
        let mut check = vec![0, 6, 0, 5];
        check.extend(b"ufrag\0\0\0");
        let check = request(&check, "the-password-of-the-server");
        assert_eq!(server.handle_stun(now, now, Remote::udp(address(1)), &check), Received::Accepted);
        server.poll_transmit().expect("a STUN answer");
        Self { now, server, client, events: Vec::new(), received: 0, waits: 0, sent: 0 }
    }

    fn exchange(&mut self, input: &mut Input<'_>) {
        // A client that keeps answering nonsense is cut off.
        for _ in 0..32 {
            let Some(transmit) = self.client.poll_transmit() else { break };
            let mut datagram = transmit.message.to_vec();
            match input.byte().unwrap_or_default() % 8 {
                0 | 1 => {}
                2 | 3 => {
                    let (at, value) = (input.word().unwrap_or_default(), input.byte().unwrap_or_default());
                    let at = usize::from(at) % datagram.len().max(1);
                    datagram.get_mut(at).into_iter().for_each(|byte| *byte ^= value);
                }
                4 => continue,
                5 => self.up(&datagram),
                6 => datagram.truncate(usize::from(input.word().unwrap_or_default())),
                _ => datagram = input.block().unwrap_or_default().to_vec(),
            }
            self.up(&datagram);
        }
    }

    /// To the server, and what it says back to the client.
    fn up(&mut self, datagram: &[u8]) {
        self.received += 1;
        let stranger = Remote::udp(address(66));
        assert_eq!(self.server.handle_dtls(self.now, stranger, datagram), Received::Rejected);
        assert_eq!(self.server.handle_dtls(self.now, Remote::udp(address(1)), datagram), Received::Accepted);
        self.down();
    }

    fn down(&mut self) {
        while let Some((to, datagram)) = self.server.poll_transmit() {
            assert_eq!(to, Remote::udp(address(1)), "an address that proved nothing");
            self.sent += 1;
            // What the client makes of refusals is its own affair.
            let _ = self.client.read(self.now, address(9), None, BytesMut::from(&datagram[..]));
        }
        let most = 8 * (self.received + self.waits) + 8;
        assert!(self.sent <= most, "{} datagrams to {} and {} timeouts", self.sent, self.received, self.waits);
        self.events.extend(std::iter::from_fn(|| self.server.poll_event()));
    }

    fn wait(&mut self, duration: Duration) {
        let until = self.now + duration;
        while let Some(due) = self.server.poll_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.waits += 1;
            self.server.handle_timeout(self.now);
            assert!(self.server.poll_timeout().is_none_or(|next| next > self.now), "due again at once");
            self.down();
        }
        self.now = until;
        // Fails once its retransmissions are used up.
        let _ = self.client.handle_timeout(address(9), self.now);
    }
}

fn address(host: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, host], 5000))
}
