//! A client's SCTP against [`DataChannels`], packets handed over by the test.

use std::time::Duration;

use rtc_sctp::ClientConfig;
use rtc_shared::marshal::Unmarshal;

use super::*;

const TEXT: PayloadProtocolIdentifier = PayloadProtocolIdentifier::String;
const BINARY: PayloadProtocolIdentifier = PayloadProtocolIdentifier::Binary;
const DCEP: PayloadProtocolIdentifier = PayloadProtocolIdentifier::Dcep;

struct Pair {
    now: Instant,
    server: DataChannels,
    endpoint: Endpoint,
    handle: AssociationHandle,
    client: Association,
    /// What came to the client: stream, PPID, bytes.
    got: Vec<(u16, PayloadProtocolIdentifier, Vec<u8>)>,
    events: Vec<DataEvent>,
}

impl Pair {
    fn new() -> Self {
        let now = Instant::now();
        let mut endpoint = Endpoint::new(CLIENT, TransportProtocol::UDP, Arc::new(EndpointConfig::default()), None);
        let transport = TransportConfig::default().with_max_message_size(MAX_MESSAGE_BYTES as u32);
        let (handle, client) = endpoint.connect(now, ClientConfig::new(transport), CLIENT).expect("an association");
        let server = DataChannels::new();
        Self { now, server, endpoint, handle, client, got: Vec::new(), events: Vec::new() }
    }

    fn connected() -> Self {
        let mut pair = Self::new();
        pair.exchange();
        assert!(!pair.client.is_handshaking());
        pair
    }

    fn sent_up(&mut self) -> Vec<Bytes> {
        let mut packets = Vec::new();
        while let Some(transmit) = self.client.poll_transmit(self.now) {
            if let Payload::RawEncode(raw) = transmit.message {
                packets.extend(raw);
            }
        }
        packets
    }

    fn sent_down(&mut self) -> Vec<Bytes> {
        let mut packets = Vec::new();
        self.server.poll_transmit(self.now, |packet| packets.push(Bytes::copy_from_slice(packet)));
        packets
    }

    fn deliver_down(&mut self, packet: Bytes) {
        if let Some((handle, DatagramEvent::AssociationEvent(event))) =
            self.endpoint.handle(self.now, CLIENT, None, packet)
        {
            assert_eq!(handle, self.handle);
            self.client.handle_event(event);
        }
        while let Some(event) = self.client.poll() {
            let Event::Stream(StreamEvent::Readable { id }) = event else { continue };
            while let Ok(Some(chunks)) = self.client.stream(id).expect("a stream").read_sctp() {
                let ppi = chunks.ppi;
                self.got.push((id, ppi, chunks.to_payload(MAX_MESSAGE_BYTES).expect("a message").to_vec()));
            }
        }
    }

    /// Until both sides are silent, timers for delayed acknowledgements included.
    fn exchange(&mut self) {
        let mut idle = 0;
        while idle < 3 {
            let (up, down) = (self.sent_up(), self.sent_down());
            idle = if up.is_empty() && down.is_empty() { idle + 1 } else { 0 };
            for packet in up {
                self.server.handle(self.now, packet);
            }
            for packet in down {
                self.deliver_down(packet);
            }
            self.events.extend(std::iter::from_fn(|| self.server.poll_event()));
            if idle > 0 {
                self.now += Duration::from_millis(250);
                self.client.handle_timeout(self.now);
                self.server.handle_timeout(self.now);
            }
        }
    }

    fn open(&mut self, id: u16, label: &str) {
        let config = DataChannelConfig { label: label.to_owned(), ..DataChannelConfig::default() };
        let mut channel = DataChannel::dial(config, self.handle.0, id).expect("a channel");
        let open = channel.poll_write().expect("an OPEN").payload;
        self.client.open_stream(id, BINARY).expect("a stream");
        self.write(id, DCEP, &open);
    }

    fn write(&mut self, id: u16, ppi: PayloadProtocolIdentifier, bytes: &[u8]) {
        self.client.stream(id).expect("a stream").write_with_ppi(self.now, bytes, ppi).expect("a write");
        self.exchange();
    }

    fn opened(&self) -> Vec<(u16, &str)> {
        let opened = |event: &'_ DataEvent| match event {
            DataEvent::Opened { channel, .. } => Some(channel.0),
            _ => None,
        };
        let labels = self.events.iter().filter_map(|event| match event {
            DataEvent::Opened { label, .. } => Some(label.as_str()),
            _ => None,
        });
        self.events.iter().filter_map(opened).zip(labels).collect()
    }

    fn messages(&mut self) -> Vec<(u16, DataKind, Bytes)> {
        let events = std::mem::take(&mut self.events);
        let message = |event| match event {
            DataEvent::Message { channel, kind, bytes } => Some((channel.0, kind, bytes)),
            _ => None,
        };
        events.into_iter().filter_map(message).collect()
    }
}

#[test]
fn a_channel_the_client_opens_is_acknowledged_and_named() {
    let mut pair = Pair::connected();
    pair.open(1, "app");
    assert_eq!(pair.opened(), [(1, "app")]);
    let (id, ppi, bytes) = pair.got.first().expect("an ACK");
    assert_eq!((*id, *ppi), (1, DCEP));
    let ack = rtc_datachannel::message::Message::unmarshal(&mut &bytes[..]).expect("DCEP");
    assert!(matches!(ack, rtc_datachannel::message::Message::DataChannelAck(_)));
}

#[test]
fn messages_of_every_kind_and_size_pass_both_ways() {
    let mut pair = Pair::connected();
    pair.open(1, "app");
    pair.messages();
    pair.got.clear();
    let long: Vec<u8> = (0..MAX_MESSAGE_BYTES).map(|i| i as u8).collect();
    for (kind, bytes, ppi, on_the_wire) in [
        (DataKind::Text, &b"hello"[..], TEXT, &b"hello"[..]),
        (DataKind::Binary, &long, BINARY, &long),
        (DataKind::Text, b"", PayloadProtocolIdentifier::StringEmpty, b"\0"),
        (DataKind::Binary, b"", PayloadProtocolIdentifier::BinaryEmpty, b"\0"),
    ] {
        pair.write(1, ppi, on_the_wire);
        assert_eq!(pair.messages(), [(1, kind, Bytes::copy_from_slice(bytes))], "up: {kind:?} {}", bytes.len());
        assert_eq!(pair.server.send(pair.now, ChannelId(1), kind, bytes), Queued::Yes);
        pair.exchange();
        assert_eq!(pair.got.pop(), Some((1, ppi, on_the_wire.to_vec())), "down: {kind:?} {}", bytes.len());
    }
}

#[test]
fn a_message_that_is_too_long_or_goes_nowhere_is_refused() {
    let mut pair = Pair::connected();
    assert_eq!(pair.server.send(pair.now, ChannelId(1), DataKind::Text, b"early"), Queued::No);
    pair.open(1, "app");
    let long = vec![0; MAX_MESSAGE_BYTES + 1];
    assert_eq!(pair.server.send(pair.now, ChannelId(1), DataKind::Binary, &long), Queued::No);
    assert_eq!(pair.server.send(pair.now, ChannelId(2), DataKind::Text, b"nowhere"), Queued::No);
}

#[test]
fn a_client_that_does_not_read_is_sent_a_bounded_backlog() {
    let mut pair = Pair::connected();
    pair.open(1, "app");
    let message = vec![0; 64 * 1024];
    let queued =
        (0..100).take_while(|_| pair.server.send(pair.now, ChannelId(1), DataKind::Binary, &message) == Queued::Yes);
    assert_eq!(queued.count() * message.len(), MAX_BUFFERED);
}

#[test]
fn a_reset_closes_its_own_channel_and_its_id_may_be_used_again() {
    let mut pair = Pair::connected();
    pair.open(1, "one");
    pair.open(3, "three");
    pair.client.stream(1).expect("a stream").stop(pair.now).expect("a reset");
    pair.exchange();
    let closed: Vec<u16> = pair
        .events
        .iter()
        .filter_map(|event| match event {
            DataEvent::Closed { channel } => Some(channel.0),
            _ => None,
        })
        .collect();
    assert_eq!(closed, [1]);
    pair.events.clear();
    pair.write(3, TEXT, b"still here");
    assert_eq!(pair.messages(), [(3, DataKind::Text, Bytes::from_static(b"still here"))]);
    pair.open(1, "one again");
    assert_eq!(pair.opened(), [(1, "one again")]);
}

#[test]
fn more_channels_than_allowed_are_not_opened() {
    let mut pair = Pair::connected();
    for id in 0..MAX_CHANNELS as u16 + 4 {
        pair.open(id, "many");
    }
    assert_eq!(pair.opened().len(), MAX_CHANNELS);
}

#[test]
fn a_repeated_init_does_not_lose_the_association() {
    // The client repeats its INIT while our INIT ACK is on its way, and goes on with the first ACK to come.
    let mut pair = Pair::new();
    let init = pair.sent_up();
    let mut acks = Vec::new();
    for packet in init.iter().chain(&init) {
        pair.server.handle(pair.now, packet.clone());
        acks.extend(pair.sent_down());
    }
    assert_eq!(acks.len(), 2);
    acks.into_iter().for_each(|ack| pair.deliver_down(ack));
    pair.exchange();
    // Nor does a late copy, once it is up.
    for packet in init {
        pair.server.handle(pair.now, packet);
    }
    assert!(pair.sent_down().is_empty());
    pair.open(1, "app");
    assert_eq!(pair.opened(), [(1, "app")]);
}

#[test]
fn dcep_that_is_no_open_begins_no_channel() {
    let mut pair = Pair::connected();
    pair.client.open_stream(1, BINARY).expect("a stream");
    for kind in (0..=255).filter(|kind| *kind != DATA_CHANNEL_OPEN) {
        pair.write(1, DCEP, &[kind, 1]);
    }
    assert_eq!(pair.opened(), []);
    pair.open(3, "app");
    assert_eq!(pair.opened(), [(3, "app")]);
}

#[test]
fn a_flood_of_inits_makes_no_more_than_a_few_attempts() {
    let mut pair = Pair::new();
    let init = pair.sent_up();
    for _ in 0..1000 {
        pair.server.handle(pair.now, init[0].clone());
    }
    assert_eq!(pair.server.attempts.len(), MAX_INITS);
}
