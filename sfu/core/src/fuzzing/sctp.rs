//! SCTP and DCEP after the handshake: a client that sends chunks of the input's making.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::input::Input;
use crate::DataKind;
use crate::transport::{ChannelId, DataChannels, DataEvent, MAX_MESSAGE_BYTES};

/// PPID of DCEP (RFC 8832 §8.1).
const DCEP: u32 = 50;
const DATA: u8 = 0;
const INIT: u8 = 1;
const SACK: u8 = 3;
const COOKIE_ECHO: u8 = 10;

/// Channels open, speak and close in that order, within their limits, and what is sent stays in proportion.
pub fn sctp(data: &[u8]) {
    let mut input = Input::new(data);
    let mut peer = Peer::new();
    if input.byte().is_some_and(|choice| choice % 8 != 0) {
        peer.establish();
    }
    for _ in 0..64 {
        let Some(kind) = input.byte() else { break };
        match kind % 10 {
            // A packet as it is, checksum and all.
            0 => peer.send(input.block().unwrap_or_default().to_vec()),
            // Chunks in a sound packet.
            1 => peer.chunks(input.block().unwrap_or_default()),
            // Data next in turn, whole or a fragment.
            2 | 3 => peer.data(kind / 10 % 8, input.word(), input.byte(), input.block()),
            // An OPEN of DCEP on a stream.
            4 => {
                let (stream, body) = (input.word().unwrap_or_default(), input.block().unwrap_or_default());
                peer.data_chunk(3, stream % 32, DCEP, &[&[3], body].concat());
            }
            // An acknowledgement near what was sent.
            5 => {
                let ahead = u32::from(input.byte().unwrap_or_default());
                peer.acknowledge(ahead, input.block().unwrap_or_default());
            }
            6 => peer.wait(Duration::from_millis(u64::from(input.word().unwrap_or_default()) * 4)),
            // A reset of streams (RFC 6525), the likeliest chunk with parameters.
            7 => {
                let streams = input.block().unwrap_or_default();
                peer.reset(streams);
            }
            8 => {
                let channel = ChannelId(u16::from(input.byte().unwrap_or_default() % 32));
                let kind = if kind > 127 { DataKind::Text } else { DataKind::Binary };
                peer.server.send(peer.now, channel, kind, input.block().unwrap_or_default());
                peer.collect();
            }
            _ => peer.send(peer.init.clone()),
        }
    }
    peer.wait(Duration::from_secs(20));
}

struct Peer {
    now: Instant,
    server: DataChannels,
    init: Vec<u8>,
    /// Tag of what we send, and our next transmission sequence number.
    tag: u32,
    next: u32,
    /// The server's first transmission sequence number.
    theirs: u32,
    cookie: Vec<u8>,
    open: HashSet<u16>,
    reset: u32,
}

impl Peer {
    fn new() -> Self {
        let body = [&7u32.to_be_bytes()[..], &[0, 2, 0, 0, 0xff, 0xff, 0xff, 0xff], &100u32.to_be_bytes()].concat();
        let init = packet(0, &chunk(INIT, 0, &body));
        Self {
            now: Instant::now(),
            server: DataChannels::new(),
            init,
            tag: 0,
            next: 100,
            theirs: 0,
            cookie: Vec::new(),
            open: HashSet::new(),
            reset: 100,
        }
    }

    fn establish(&mut self) {
        self.send(self.init.clone());
        assert!(!self.cookie.is_empty(), "an INIT ACK with a cookie");
        let echo = chunk(COOKIE_ECHO, 0, &self.cookie);
        self.chunks(&echo);
    }

    fn chunks(&mut self, chunks: &[u8]) {
        self.send(packet(self.tag, chunks));
    }

    fn data(&mut self, flags: u8, stream: Option<u16>, ppid: Option<u8>, body: Option<&[u8]>) {
        let ppid = u32::from(ppid.unwrap_or_default() % 8) + 50;
        self.data_chunk(flags, stream.unwrap_or_default() % 32, ppid, body.unwrap_or_default());
    }

    fn data_chunk(&mut self, flags: u8, stream: u16, ppid: u32, body: &[u8]) {
        let mut data = self.next.to_be_bytes().to_vec();
        self.next = self.next.wrapping_add(1);
        data.extend(stream.to_be_bytes());
        data.extend([0, 0]);
        data.extend(ppid.to_be_bytes());
        data.extend(body);
        // Unordered: then a message need not wait for others of its stream.
        self.chunks(&chunk(DATA, flags | 4, &data));
    }

    fn acknowledge(&mut self, ahead: u32, rest: &[u8]) {
        let mut sack = self.theirs.wrapping_sub(2).wrapping_add(ahead).to_be_bytes().to_vec();
        sack.extend([0, 2, 0, 0]);
        sack.extend(rest);
        self.chunks(&chunk(SACK, 0, &sack));
    }

    fn reset(&mut self, streams: &[u8]) {
        let mut parameter = self.reset.to_be_bytes().to_vec();
        self.reset = self.reset.wrapping_add(1);
        parameter.extend(0u32.to_be_bytes());
        parameter.extend(self.next.wrapping_sub(1).to_be_bytes());
        parameter.extend(streams);
        let mut whole = vec![0, 13];
        whole.extend((parameter.len() as u16 + 4).to_be_bytes());
        whole.extend(parameter);
        self.chunks(&chunk(130, 0, &whole));
    }

    fn send(&mut self, packet: Vec<u8>) {
        self.server.handle(self.now, Bytes::from(packet));
        self.collect();
    }

    fn wait(&mut self, duration: Duration) {
        let until = self.now + duration;
        for _ in 0..1000 {
            let Some(due) = self.server.poll_timeout().filter(|due| *due <= until) else { break };
            self.now = self.now.max(due);
            self.server.handle_timeout(self.now);
            self.collect();
            assert!(self.server.poll_timeout().is_none_or(|next| next > self.now), "due again at once");
        }
        self.now = until;
    }

    fn collect(&mut self) {
        let mut packets = Vec::new();
        self.server.poll_transmit(self.now, |packet| packets.push(packet.to_vec()));
        assert!(packets.len() < 2000, "{} packets at once", packets.len());
        for packet in packets {
            // The INIT ACK: our tag from now on, their first number, and the cookie in its parameters.
            if packet.get(12) == Some(&2) && self.cookie.is_empty() {
                let word =
                    |at: usize| packet.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
                (self.tag, self.theirs) = (u32::from_be_bytes(word(16)), u32::from_be_bytes(word(28)));
                self.cookie = cookie(packet.get(32..).unwrap_or_default());
            }
        }
        while let Some(event) = self.server.poll_event() {
            match event {
                DataEvent::Opened { channel, .. } => {
                    assert!(self.open.insert(channel.0), "opened twice");
                    assert!(self.open.len() <= 16);
                }
                DataEvent::Message { channel, bytes, .. } => {
                    assert!(self.open.contains(&channel.0), "a message on a closed channel");
                    assert!(bytes.len() <= MAX_MESSAGE_BYTES);
                }
                DataEvent::Closed { channel } => assert!(self.open.remove(&channel.0), "closed twice"),
            }
        }
    }
}

/// The state cookie among the parameters of an INIT ACK (RFC 9260 §3.3.3).
fn cookie(mut parameters: &[u8]) -> Vec<u8> {
    while let Some(([t0, t1, l0, l1], rest)) = parameters.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([*l0, *l1])).saturating_sub(4);
        if [*t0, *t1] == [0, 7] {
            return rest.get(..length).unwrap_or_default().to_vec();
        }
        parameters = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Vec::new()
}

fn chunk(kind: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    let mut chunk = vec![kind, flags];
    chunk.extend((body.len() as u16 + 4).to_be_bytes());
    chunk.extend(body);
    chunk.resize(chunk.len().next_multiple_of(4), 0);
    chunk
}

fn packet(tag: u32, chunks: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x13, 0x88, 0x13, 0x88];
    packet.extend(tag.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(chunks);
    let checksum = crc32c(&packet);
    packet.splice(8..12, checksum.to_le_bytes());
    packet
}

/// RFC 9260 appendix A, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let byte = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg()))
    };
    !bytes.iter().fold(!0, byte)
}
