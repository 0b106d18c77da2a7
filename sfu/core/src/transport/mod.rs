//! Everything of a participant's connection below media: ICE-lite, DTLS, SRTP keys, data channels.
//!
//! Sans-IO: packets and `now` in, packets, events and the next deadline out.

mod certificate;
mod chunks;
mod credentials;
mod data;
mod dtls;
mod fingerprint;
mod hello;
mod ice;
mod stun;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;

pub use certificate::{CertificateError, DtlsCertificate};
pub use credentials::IceCredentials;
pub(crate) use data::MAX_MESSAGE_BYTES;
pub use data::{ChannelId, Queued};
#[cfg(any(test, fuzzing))]
pub(crate) use data::{DataChannels, DataEvent};
pub use fingerprint::{Fingerprint, FingerprintError};
#[cfg(any(test, fuzzing))]
pub(crate) use hello::repeats_client_hello;
pub(crate) use ice::is_quiet;
pub use stun::stun_ufrag;
#[cfg(any(test, fuzzing))]
pub(crate) use stun::{BindingAnswer, BindingRequest, Role};
pub(crate) use stun::{Transaction, stun_answer};

use crate::{DataKind, Remote, SrtpKeys};
#[cfg(not(any(test, fuzzing)))]
use data::{DataChannels, DataEvent};
use dtls::{Dtls, DtlsEvent};
use ice::{Checked, IceLite, PathChange};

/// A handshake not finished after this time will not finish: its retransmissions are used up.
const CONNECT_WITHIN: Duration = Duration::from_secs(30);

/// What a connection is made from.
#[derive(Clone, Debug)]
pub struct TransportConfig {
    /// Our credentials, as in the answer.
    pub local: IceCredentials,
    /// The client's, as in its offer.
    pub remote: IceCredentials,
    /// Of the certificate the client's offer named.
    pub remote_fingerprint: Fingerprint,
    pub certificate: DtlsCertificate,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TransportEvent {
    /// The handshake is complete; sent once.
    Connected(SrtpKeys),
    /// The client nominated this path, or is heard from there alone: media goes there from now on.
    Selected(Remote),
    DataOpened {
        channel: ChannelId,
        label: String,
    },
    DataMessage {
        channel: ChannelId,
        kind: DataKind,
        bytes: Bytes,
    },
    DataClosed {
        channel: ChannelId,
    },
    /// The client closed the connection (close_notify).
    Closed,
    /// No authenticated check for 30 s (RFC 7675): nothing is sent any more, until one nominates a path.
    ConsentExpired,
    /// And none for as long again: the client is not coming back.
    ConsentLost,
    /// The handshake failed or did not finish in time.
    Failed,
}

/// Whether a packet was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Received {
    Accepted,
    /// Not authentic, or from an address that has not proved itself: dropped; to be counted.
    Rejected,
}

/// The crypto library refused to set up DTLS.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot set up DTLS: {0}")]
pub struct TransportError(String);

/// One participant's connection.
pub struct Transport {
    ice: IceLite,
    dtls: Dtls,
    data: DataChannels,
    progress: Progress,
    events: VecDeque<TransportEvent>,
    transmits: VecDeque<(Remote, Bytes)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Connecting {
        until: Instant,
    },
    Connected,
    /// Without consent. Keys and channels are kept: a client that comes back needs an ICE restart at most, and no handshake.
    Expired {
        until: Instant,
    },
    Over,
}

/// Product decision: with the 30 s before, a minute, as long as signaling waits.
const KEPT_WITHOUT_CONSENT: Duration = Duration::from_secs(30);

impl Transport {
    /// # Errors
    /// The crypto library refuses the configuration.
    pub fn new(now: Instant, config: TransportConfig) -> Result<Self, TransportError> {
        let provider = config.certificate.provider.clone();
        let dtls =
            Dtls::new(config.certificate, config.remote_fingerprint).map_err(|e| TransportError(e.to_string()))?;
        Ok(Self {
            ice: IceLite::new(now, config.local, config.remote, provider),
            dtls,
            data: DataChannels::new(),
            progress: Progress::Connecting { until: now + CONNECT_WITHIN },
            events: VecDeque::new(),
            transmits: VecDeque::new(),
        })
    }

    /// Takes a packet whose first byte says STUN (RFC 7983: 0–3). `heard` is when something authentic of the client came last, media too.
    pub fn handle_stun(&mut self, now: Instant, heard: Instant, from: Remote, packet: &[u8]) -> Received {
        let path = match self.ice.handle(now, heard, from, packet) {
            Checked::Rejected => return Received::Rejected,
            Checked::Answered { response, path } => {
                self.transmits.push_back((from, response.into()));
                path
            }
            Checked::Told(path) => path,
        };
        if let PathChange::Selected(remote) = path {
            if matches!(self.progress, Progress::Expired { .. }) {
                self.progress = Progress::Connected;
            }
            self.events.push_back(TransportEvent::Selected(remote));
        }
        Received::Accepted
    }

    /// Asks the client whether it is at `remote`, where its media came from; media moves there once it answers. To be called for every
    /// such packet. Gives the transaction its answer will have: `transaction`, or that of the same question asked before.
    pub(crate) fn ask(&mut self, now: Instant, remote: Remote, transaction: Transaction) -> Option<Transaction> {
        let request = Bytes::copy_from_slice(self.ice.ask(now, remote, transaction)?);
        self.transmits.push_back((remote, request));
        self.ice.asked()
    }

    /// Takes a packet whose first byte says DTLS (RFC 7983: 20–63).
    pub fn handle_dtls(&mut self, now: Instant, from: Remote, packet: &[u8]) -> Received {
        if !self.ice.is_authenticated(now, from) {
            return Received::Rejected;
        }
        self.dtls.handle(now, packet);
        self.after_dtls(now);
        Received::Accepted
    }

    /// New credentials of both sides for an ICE restart; DTLS, SRTP and data channels go on.
    pub fn restart_ice(&mut self, now: Instant, local: IceCredentials, remote: IceCredentials) {
        self.ice.restart(now, local, remote);
        if let Progress::Expired { until } = &mut self.progress {
            *until = now + KEPT_WITHOUT_CONSENT;
        }
    }

    /// Queues a data channel message.
    pub fn send_data(&mut self, now: Instant, channel: ChannelId, kind: DataKind, bytes: &[u8]) -> Queued {
        let queued = self.data.send(now, channel, kind, bytes);
        self.flush(now);
        queued
    }

    /// Says goodbye to the client. Transmits remain to be polled; no event follows.
    pub fn close(&mut self, now: Instant) {
        self.dtls.close(now);
        self.flush(now);
        self.progress = Progress::Over;
    }

    /// The path media goes to, once the client has nominated one and while it consents.
    pub fn selected(&self) -> Option<Remote> {
        self.ice.selected()
    }

    /// Whether packets from `remote` may be taken for the client's.
    pub fn is_authenticated(&self, now: Instant, remote: Remote) -> bool {
        self.ice.is_authenticated(now, remote)
    }

    pub fn poll_transmit(&mut self) -> Option<(Remote, Bytes)> {
        self.transmits.pop_front()
    }

    pub fn poll_event(&mut self) -> Option<TransportEvent> {
        self.events.pop_front()
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        let own = match self.progress {
            Progress::Connecting { until } => until.min(self.ice.consent_until()),
            Progress::Connected => self.ice.consent_until(),
            Progress::Expired { until } => until,
            Progress::Over => return None,
        };
        [Some(own), self.dtls.poll_timeout(), self.data.poll_timeout()].into_iter().flatten().min()
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        match self.progress {
            Progress::Over => return,
            Progress::Connecting { until } if until <= now => return self.end(TransportEvent::Failed),
            Progress::Connected if self.ice.consent_until() <= now => {
                self.progress = Progress::Expired { until: self.ice.consent_until() + KEPT_WITHOUT_CONSENT };
                self.ice.expire();
                self.events.push_back(TransportEvent::ConsentExpired);
            }
            Progress::Connecting { .. } if self.ice.consent_until() <= now => {
                return self.end(TransportEvent::ConsentLost);
            }
            Progress::Expired { until } if until <= now => return self.end(TransportEvent::ConsentLost),
            Progress::Connecting { .. } | Progress::Connected | Progress::Expired { .. } => {}
        }
        if self.dtls.poll_timeout().is_some_and(|due| due <= now) {
            self.dtls.handle_timeout(now);
        }
        self.data.handle_timeout(now);
        self.after_dtls(now);
    }

    fn after_dtls(&mut self, now: Instant) {
        while let Some(event) = self.dtls.poll_event() {
            match event {
                DtlsEvent::Connected(keys) => {
                    self.progress = Progress::Connected;
                    self.events.push_back(TransportEvent::Connected(keys));
                }
                DtlsEvent::Data(packet) => self.data.handle(now, packet),
                DtlsEvent::Closed => self.end(TransportEvent::Closed),
                DtlsEvent::Failed => self.end(TransportEvent::Failed),
            }
        }
        while let Some(event) = self.data.poll_event() {
            self.events.push_back(match event {
                DataEvent::Opened { channel, label } => TransportEvent::DataOpened { channel, label },
                DataEvent::Message { channel, kind, bytes } => TransportEvent::DataMessage { channel, kind, bytes },
                DataEvent::Closed { channel } => TransportEvent::DataClosed { channel },
            });
        }
        self.flush(now);
    }

    fn end(&mut self, event: TransportEvent) {
        if self.progress != Progress::Over {
            self.progress = Progress::Over;
            self.events.push_back(event);
        }
    }

    /// SCTP packets into DTLS, DTLS records to the client's address.
    fn flush(&mut self, now: Instant) {
        let Self { data, dtls, .. } = self;
        data.poll_transmit(now, |packet| dtls.write(now, packet));
        let remote = self.ice.remote();
        while let Some(record) = self.dtls.poll_transmit() {
            if let Some(remote) = remote {
                self.transmits.push_back((remote, record));
            }
        }
    }
}
