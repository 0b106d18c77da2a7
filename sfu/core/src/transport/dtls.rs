//! DTLS as server (RFC 8842 `setup:passive`) on rtc-dtls, with what browsers need on top of it.
//!
//! - rtc-dtls takes the client's first SRTP profile it knows; Chromium lists SHA1 before GCM. So GCM alone is configured, and
//!   for a client without it the endpoint is rebuilt with SHA1 and the client's first datagrams are replayed.
//! - When flight 4 is lost rtc-dtls resends nothing, because the client's repeated ClientHello cancels its timer. So the last
//!   flight is kept, and sent again when a complete repeated ClientHello yields no output.
//! - Endpoints key connections by remote address; ours is constant, so that a client's move cannot orphan its association.
//!
//! rtc-dtls draws its own randomness: the handshake is outside the determinism of what follows it.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtc_shared::error::Error;

use super::hello::repeats_client_hello;
use super::{DtlsCertificate, Fingerprint};
use crate::{SrtpKeys, SrtpProfile};

/// RFC 5764 §4.2.
const SRTP_EXPORTER_LABEL: &str = "EXTRACTOR-dtls_srtp";
/// Stands for "the client" whatever its address is.
const CLIENT: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));
/// A ClientHello with a post-quantum key share comes in two datagrams, sent twice with the cookie, and each may be repeated.
const KEPT_DATAGRAMS: usize = 6;
/// Times the last flight is sent again: enough for 97 % loss, too few to be of use to an amplifier.
const MAX_RESENDS: u32 = 10;

pub(super) enum DtlsEvent {
    Connected(SrtpKeys),
    Data(Bytes),
    /// The client closed the connection.
    Closed,
    /// The client showed another certificate than its offer said, or the keys could not be agreed.
    Failed,
}

pub(super) struct Dtls {
    endpoint: Endpoint,
    certificate: DtlsCertificate,
    expected: Fingerprint,
    phase: Phase,
    events: VecDeque<DtlsEvent>,
    transmits: VecDeque<Bytes>,
}

enum Phase {
    Handshaking { profile: SrtpProfile, received: Vec<Bytes>, last_flight: Vec<Bytes>, resends: u32 },
    Connected,
    Over,
}

impl Dtls {
    /// # Errors
    /// rtc-dtls refuses the configuration, which with a certificate of ours it does not.
    pub(super) fn new(certificate: DtlsCertificate, expected: Fingerprint) -> Result<Self, Error> {
        let profile = SrtpProfile::AeadAes128Gcm;
        let endpoint = endpoint(&certificate, expected, profile)?;
        let phase = Phase::Handshaking { profile, received: Vec::new(), last_flight: Vec::new(), resends: 0 };
        Ok(Self { endpoint, certificate, expected, phase, events: VecDeque::new(), transmits: VecDeque::new() })
    }

    /// Takes a datagram of an authenticated path. Malformed ones are dropped.
    pub(super) fn handle(&mut self, now: Instant, packet: &[u8]) {
        if let Phase::Handshaking { received, .. } = &mut self.phase
            && received.len() < KEPT_DATAGRAMS
        {
            received.push(Bytes::copy_from_slice(packet));
        }
        let mut result = self.read(now, packet);
        if matches!(result, Err(Error::ErrServerNoMatchingSrtpProfile)) {
            result = self.fall_back(now);
        }
        if matches!(result, Err(Error::ErrNoMatchingCertificateFingerprint | Error::ErrServerNoMatchingSrtpProfile)) {
            self.events.push_back(DtlsEvent::Failed);
            self.phase = Phase::Over;
        }
        if self.collect() == Output::None && repeats_client_hello(packet) {
            self.resend();
        }
    }

    /// Queues application data. Before the handshake is complete it is dropped.
    pub(super) fn write(&mut self, now: Instant, data: &[u8]) {
        if matches!(self.phase, Phase::Connected) && self.endpoint.write(now, CLIENT, data).is_ok() {
            self.collect();
        }
    }

    /// Says goodbye (close_notify).
    pub(super) fn close(&mut self, now: Instant) {
        self.endpoint.stop(now, CLIENT);
        self.collect();
        self.phase = Phase::Over;
    }

    pub(super) fn poll_transmit(&mut self) -> Option<Bytes> {
        self.transmits.pop_front()
    }

    pub(super) fn poll_event(&mut self) -> Option<DtlsEvent> {
        self.events.pop_front()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        // The timer outlives the handshake it belongs to.
        matches!(self.phase, Phase::Handshaking { .. }).then(|| self.endpoint.poll_timeout(&CLIENT)).flatten()
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        // Fails before the first ClientHello and when the retransmissions are used up; consent then ends the connection.
        let _ = self.endpoint.handle_timeout(CLIENT, now);
        self.collect();
    }

    fn read(&mut self, now: Instant, packet: &[u8]) -> Result<(), Error> {
        for event in self.endpoint.read(now, CLIENT, None, BytesMut::from(packet))? {
            match event {
                EndpointEvent::HandshakeComplete => {
                    let event = self.export_keys().map_or(DtlsEvent::Failed, DtlsEvent::Connected);
                    self.events.push_back(event);
                    // The last flight (ChangeCipherSpec, Finished) is repeated by rtc-dtls itself from here on.
                    self.collect();
                    self.phase = Phase::Connected;
                }
                EndpointEvent::ApplicationData(data) => self.events.push_back(DtlsEvent::Data(data.freeze())),
                EndpointEvent::PeerClosed => {
                    self.events.push_back(DtlsEvent::Closed);
                    self.phase = Phase::Over;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Starts again with SHA1 for a client without GCM, as if it had been asked for that way.
    fn fall_back(&mut self, now: Instant) -> Result<(), Error> {
        let Phase::Handshaking { profile, received, .. } = &mut self.phase else { return Ok(()) };
        if *profile == SrtpProfile::Aes128CmHmacSha1_80 {
            return Err(Error::ErrServerNoMatchingSrtpProfile);
        }
        *profile = SrtpProfile::Aes128CmHmacSha1_80;
        let replay = received.clone();
        self.endpoint = endpoint(&self.certificate, self.expected, SrtpProfile::Aes128CmHmacSha1_80)?;
        for packet in &replay {
            // Malformed then, malformed now; what follows it still counts.
            if let Err(error @ (Error::ErrServerNoMatchingSrtpProfile | Error::ErrNoMatchingCertificateFingerprint)) =
                self.read(now, packet)
            {
                return Err(error);
            }
        }
        Ok(())
    }

    fn export_keys(&self) -> Option<SrtpKeys> {
        let state = self.endpoint.get_connection_state(CLIENT)?;
        let profile = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => SrtpProfile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => SrtpProfile::Aes128CmHmacSha1_80,
            _ => return None,
        };
        let (key, salt) = (SrtpProfile::KEY_BYTES, profile.salt_bytes());
        let material = state.export_keying_material(SRTP_EXPORTER_LABEL, &[], 2 * (key + salt)).ok()?;
        // client key, server key, client salt, server salt (RFC 5764 §4.2); we are the server.
        let (remote_key, rest) = material.as_ref().split_at_checked(key)?;
        let (local_key, rest) = rest.split_at_checked(key)?;
        let (remote_salt, local_salt) = rest.split_at_checked(salt)?;
        Some(SrtpKeys {
            profile,
            local_key: local_key.to_vec(),
            local_salt: local_salt.to_vec(),
            remote_key: remote_key.to_vec(),
            remote_salt: remote_salt.to_vec(),
        })
    }

    /// Moves what rtc-dtls wants to send to our queue, and keeps it as the last flight while the handshake runs.
    fn collect(&mut self) -> Output {
        let mut flight: Vec<Bytes> = Vec::new();
        while let Some(transmit) = self.endpoint.poll_transmit() {
            flight.push(transmit.message.freeze());
        }
        if flight.is_empty() {
            return Output::None;
        }
        self.transmits.extend(flight.iter().cloned());
        if let Phase::Handshaking { last_flight, .. } = &mut self.phase {
            *last_flight = flight;
        }
        Output::Some
    }

    fn resend(&mut self) {
        let Phase::Handshaking { last_flight, resends, .. } = &mut self.phase else { return };
        if *resends < MAX_RESENDS {
            *resends += 1;
            self.transmits.extend(last_flight.iter().cloned());
        }
    }
}

#[derive(PartialEq, Eq)]
enum Output {
    None,
    Some,
}

fn endpoint(certificate: &DtlsCertificate, expected: Fingerprint, profile: SrtpProfile) -> Result<Endpoint, Error> {
    let offered = match profile {
        SrtpProfile::AeadAes128Gcm => SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
        SrtpProfile::Aes128CmHmacSha1_80 => SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
    };
    let config: HandshakeConfig = ConfigBuilder::default()
        .with_crypto_provider(certificate.provider.clone())
        .with_certificates(vec![certificate.certificate.clone()])
        .with_srtp_protection_profiles(vec![offered])
        .with_client_auth(ClientAuthType::RequireAnyClientCert)
        // There is no authority to ask: the certificate is the one the offer named, or it is refused (RFC 8122 §6.2).
        .with_insecure_skip_verify(true)
        .with_verify_peer_certificate(Some(Arc::new(move |chain: &[Vec<u8>], _: &[_]| match chain.first() {
            Some(der) if Fingerprint::of(der) == expected => Ok(()),
            _ => Err(Error::ErrNoMatchingCertificateFingerprint),
        })))
        .with_extended_master_secret(ExtendedMasterSecretType::Require)
        .build(false, None)?;
    Ok(Endpoint::new(CLIENT, TransportProtocol::UDP, Some(Arc::new(config))))
}
