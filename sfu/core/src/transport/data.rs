//! Data channels (RFC 8831, 8832) over SCTP over DTLS, on rtc-sctp and rtc-datachannel. Clients open them; we accept.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use rtc_datachannel::data_channel::{DataChannel, DataChannelConfig};
use rtc_sctp::{
    Association, AssociationHandle, DatagramEvent, Endpoint, EndpointConfig, Event, Payload, PayloadProtocolIdentifier,
    ReliabilityType, ServerConfig, StreamEvent, TransportConfig,
};
use rtc_shared::TransportProtocol;
use sansio::Protocol;

use super::chunks;
use crate::DataKind;

/// Longest message either way; the answer says so (`a=max-message-size`).
pub(crate) const MAX_MESSAGE_BYTES: usize = 262_144;
/// Channels one participant may hold open.
const MAX_CHANNELS: usize = 16;
/// Unsent bytes kept for one channel; beyond it messages are refused.
const MAX_BUFFERED: usize = 1 << 20;
/// INITs answered before an association is up. A client repeats its INIT while our INIT ACK is on its way.
const MAX_INITS: usize = 8;
/// The one DCEP message a client may begin a stream with (RFC 8832 §8.2.1). rtc-datachannel also knows kinds of its own, and
/// panics where one is cut.
const DATA_CHANNEL_OPEN: u8 = 3;
/// Stands for "the client", as in `dtls`.
const CLIENT: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));

/// SCTP stream of a data channel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ChannelId(pub u16);

pub(crate) enum DataEvent {
    Opened { channel: ChannelId, label: String },
    Message { channel: ChannelId, kind: DataKind, bytes: Bytes },
    Closed { channel: ChannelId },
}

pub(crate) struct DataChannels {
    endpoint: Endpoint,
    /// The client's one association, once it is up.
    association: Option<(AssociationHandle, Association)>,
    /// One for each INIT answered so far: rtc-sctp makes a new association of every INIT, and which of our INIT ACKs the
    /// client goes on with is its choice. The first to come up stays, the others are forgotten.
    attempts: Vec<(AssociationHandle, Association)>,
    inits: usize,
    channels: HashMap<u16, DataChannel>,
    events: VecDeque<DataEvent>,
}

impl DataChannels {
    pub(crate) fn new() -> Self {
        let transport = TransportConfig::default().with_max_message_size(MAX_MESSAGE_BYTES as u32);
        let server = Arc::new(ServerConfig::new(transport));
        let endpoint = Endpoint::new(CLIENT, TransportProtocol::UDP, Arc::new(EndpointConfig::default()), Some(server));
        Self {
            endpoint,
            association: None,
            attempts: Vec::new(),
            inits: 0,
            channels: HashMap::new(),
            events: VecDeque::new(),
        }
    }

    /// Takes an SCTP packet out of DTLS. Malformed ones are dropped.
    pub(crate) fn handle(&mut self, now: Instant, packet: Bytes) {
        if !chunks::are_sound(&packet) {
            return;
        }
        if is_init(&packet) {
            // No browser starts a second association within one DTLS connection.
            if self.association.is_some() || self.inits >= MAX_INITS {
                return;
            }
            self.inits += 1;
        }
        match self.endpoint.handle(now, CLIENT, None, packet) {
            Some((handle, DatagramEvent::NewAssociation(association))) => self.attempts.push((handle, association)),
            Some((handle, DatagramEvent::AssociationEvent(event))) => {
                let mut known = self.association.iter_mut().chain(&mut self.attempts);
                if let Some((_, association)) = known.find(|(known, _)| *known == handle) {
                    association.handle_event(event);
                }
            }
            _ => {}
        }
        self.establish();
        self.drain(now);
    }

    /// Settles on the attempt that came up, if one did.
    fn establish(&mut self) {
        if let Some(place) = self.attempts.iter().position(|(_, association)| !association.is_handshaking()) {
            self.association = Some(self.attempts.swap_remove(place));
            self.attempts.clear();
        }
    }

    /// Queues a message. Refused when the channel is not open, or its peer does not keep up, or it is too long.
    pub(crate) fn send(&mut self, now: Instant, channel: ChannelId, kind: DataKind, bytes: &[u8]) -> Queued {
        let Some((_, association)) = &mut self.association else { return Queued::No };
        let Some(open) = self.channels.get_mut(&channel.0) else { return Queued::No };
        let Ok(stream) = association.stream(channel.0) else { return Queued::No };
        let buffered = stream.buffered_amount().unwrap_or(usize::MAX);
        if bytes.len() > MAX_MESSAGE_BYTES || buffered.saturating_add(bytes.len()) > MAX_BUFFERED {
            return Queued::No;
        }
        let message = DataChannel::get_data_channel_message(kind == DataKind::Text, BytesMut::from(bytes));
        if open.handle_write(message).is_err() {
            return Queued::No;
        }
        write_queued(now, association, open, channel.0);
        Queued::Yes
    }

    /// Hands out the SCTP packets to put into DTLS.
    pub(crate) fn poll_transmit(&mut self, now: Instant, mut each: impl FnMut(&[u8])) {
        for (_, association) in self.association.iter_mut().chain(&mut self.attempts) {
            while let Some(transmit) = association.poll_transmit(now) {
                if let Payload::RawEncode(packets) = transmit.message {
                    packets.iter().for_each(|packet| each(packet));
                }
            }
        }
    }

    pub(crate) fn poll_event(&mut self) -> Option<DataEvent> {
        self.events.pop_front()
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.association.iter().chain(&self.attempts).filter_map(|(_, association)| association.poll_timeout()).min()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        for (_, association) in self.association.iter_mut().chain(&mut self.attempts) {
            if association.poll_timeout().is_some_and(|due| due <= now) {
                association.handle_timeout(now);
            }
        }
        self.drain(now);
    }

    fn drain(&mut self, now: Instant) {
        let Some((handle, association)) = &mut self.association else { return };
        let handle = *handle;
        let mut over = false;
        while let Some(event) = association.poll() {
            match event {
                Event::Stream(StreamEvent::Readable { id }) => {
                    read(now, handle, association, id, &mut self.channels, &mut self.events);
                }
                // A reset of one stream is reported this way as well; dropping more would orphan the other channels, and
                // keeping it would leave a reused id unacknowledged.
                Event::AssociationLost { id, .. } if self.channels.remove(&id).is_some() => {
                    self.events.push_back(DataEvent::Closed { channel: ChannelId(id) });
                }
                Event::HandshakeFailed { .. } => over = true,
                _ => {}
            }
        }
        while let Some(event) = association.poll_endpoint_event() {
            self.endpoint.handle_event(handle, event);
            over = true;
        }
        if over || association.is_closed() {
            self.association = None;
            let closed = self.channels.drain().map(|(id, _)| DataEvent::Closed { channel: ChannelId(id) });
            self.events.extend(closed);
        }
    }
}

/// Whether a message will be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Queued {
    Yes,
    No,
}

/// Whether an SCTP packet is an INIT: alone in its packet, with verification tag 0 (RFC 9260 §8.5.1).
fn is_init(packet: &[u8]) -> bool {
    const INIT: u8 = 1;
    packet.get(4..8) == Some(&[0; 4]) && packet.get(12) == Some(&INIT)
}

fn read(
    now: Instant,
    handle: AssociationHandle,
    association: &mut Association,
    id: u16,
    channels: &mut HashMap<u16, DataChannel>,
    events: &mut VecDeque<DataEvent>,
) {
    loop {
        let Ok(mut stream) = association.stream(id) else { return };
        let Ok(Some(chunks)) = stream.read_sctp() else { return };
        let identifier = chunks.ppi;
        let Ok(payload) = chunks.to_payload(MAX_MESSAGE_BYTES) else { continue };
        match (identifier, channels.contains_key(&id)) {
            (PayloadProtocolIdentifier::Dcep, false)
                if channels.len() < MAX_CHANNELS && payload.first() == Some(&DATA_CHANNEL_OPEN) =>
            {
                let config = DataChannelConfig::default();
                let Ok(mut channel) = DataChannel::accept(config, handle.0, id, identifier, &payload) else { continue };
                let (unordered, reliability) = DataChannel::get_reliability_params(channel.config().channel_type);
                // The acknowledgement itself travels reliably and in order (RFC 8832 §6), so it is written first.
                write_queued(now, association, &mut channel, id);
                set_reliability(association, id, unordered, reliability, channel.config().reliability_parameter);
                let label = channel.config().label.clone();
                channels.insert(id, channel);
                events.push_back(DataEvent::Opened { channel: ChannelId(id), label });
            }
            // A repeated OPEN, an ACK to a channel we did not open, or nonsense.
            (PayloadProtocolIdentifier::Dcep, _) => {}
            (_, false) => {}
            (identifier, true) => {
                let (kind, bytes) = match identifier {
                    PayloadProtocolIdentifier::String => (DataKind::Text, payload.freeze()),
                    PayloadProtocolIdentifier::Binary => (DataKind::Binary, payload.freeze()),
                    // SCTP cannot carry nothing; these say so and bring one byte to ignore (RFC 8831 §6.6).
                    PayloadProtocolIdentifier::StringEmpty => (DataKind::Text, Bytes::new()),
                    PayloadProtocolIdentifier::BinaryEmpty => (DataKind::Binary, Bytes::new()),
                    _ => continue,
                };
                events.push_back(DataEvent::Message { channel: ChannelId(id), kind, bytes });
            }
        }
    }
}

fn set_reliability(association: &mut Association, id: u16, unordered: bool, reliability: ReliabilityType, value: u32) {
    if let Ok(mut stream) = association.stream(id) {
        // Fails only when the stream is gone, and then nothing will be written to it.
        let _ = stream.set_reliability_params(unordered, reliability, value);
    }
}

fn write_queued(now: Instant, association: &mut Association, channel: &mut DataChannel, id: u16) {
    while let Some(message) = channel.poll_write() {
        if let Ok(mut stream) = association.stream(id) {
            // Fails only when the stream is gone; its end is reported as an event.
            let _ = stream.write_with_ppi(now, &message.payload, message.ppi);
        }
    }
}
