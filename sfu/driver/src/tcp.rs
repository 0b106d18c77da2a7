//! ICE over TCP, passive (RFC 6544): the way in for people whose network drops UDP. Each connection carries packets framed
//! by a 16-bit length (RFC 4571); to the shard they look like datagrams from a [`Remote`] of their own.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

/// Connections one shard holds. A participant needs one; the rest is room for reconnects.
const MAX_CONNECTIONS: usize = 2_048;
/// Connections one address may hold: an office behind one NAT fits, a flood does not.
const MAX_PER_ADDRESS: usize = 128;
/// No packet of ours or of a browser is longer; a longer frame is not WebRTC.
const MAX_FRAME: usize = 4_096;
/// Unsent bytes kept for a slow reader (half a second at 8 Mbit/s). Beyond it packets are dropped, as UDP would.
const MAX_UNSENT: usize = 512 * 1024;
/// Reads taken from one connection before the others and the UDP socket have their turn: a flood must not hold the thread.
const READS_PER_TURN: usize = 4;
/// A connection that never delivered a whole frame is closed after this time.
const FIRST_FRAME_WITHIN: Duration = Duration::from_secs(10);
/// A connection silent for longer than ICE consent lasts (RFC 7675) serves nobody.
const IDLE_AFTER: Duration = Duration::from_secs(60);

/// The listener and the connections it accepted.
pub(crate) struct TcpConnections {
    listener: TcpListener,
    connections: HashMap<u64, Connection>,
    per_address: HashMap<IpAddr, usize>,
    /// Connections that may hold more than their last turn took; mio tells of readiness only once.
    unread: BTreeSet<u64>,
    first_token: usize,
    next: u64,
}

struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    inbound: Vec<u8>,
    outbound: VecDeque<u8>,
    heard: Heard,
}

#[derive(Clone, Copy)]
enum Heard {
    Nothing { since: Instant },
    Frame { at: Instant },
}

impl TcpConnections {
    /// Listens on `address`. Connections get tokens from `first_token` on.
    pub(crate) fn bind(address: SocketAddr, first_token: usize) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        Ok(Self {
            listener,
            connections: HashMap::new(),
            per_address: HashMap::new(),
            unread: BTreeSet::new(),
            first_token,
            next: 0,
        })
    }

    pub(crate) fn listener(&mut self) -> &mut TcpListener {
        &mut self.listener
    }

    /// The connection behind a poll token.
    pub(crate) fn id_of(&self, token: Token) -> Option<u64> {
        token.0.checked_sub(self.first_token).map(|id| id as u64)
    }

    /// Accepts everything that waits. Beyond the limits a connection is accepted and closed at once.
    pub(crate) fn accept(&mut self, now: Instant, registry: &Registry) {
        loop {
            let (mut stream, peer) = match self.listener.accept() {
                Ok(accepted) => accepted,
                // This one went away while it waited; those behind it did not.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
                // Nobody waits, or no file descriptor is left: then they wait for the next to knock.
                Err(_) => return,
            };
            let held = self.per_address.get(&peer.ip()).copied().unwrap_or(0);
            if self.connections.len() >= MAX_CONNECTIONS || held >= MAX_PER_ADDRESS {
                continue;
            }
            let id = self.next;
            let Ok(token) = usize::try_from(id).map(|id| Token(self.first_token + id)) else { continue };
            if registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE).is_err() {
                continue;
            }
            // Packets are written whole; Nagle would only hold them back.
            let _ = stream.set_nodelay(true);
            self.next += 1;
            *self.per_address.entry(peer.ip()).or_default() += 1;
            let heard = Heard::Nothing { since: now };
            let connection = Connection { stream, peer, inbound: Vec::new(), outbound: VecDeque::new(), heard };
            self.connections.insert(id, connection);
        }
    }

    /// Reads what has come on a connection and hands each whole packet to `each`. Closes it at its end or on nonsense.
    pub(crate) fn readable(&mut self, now: Instant, id: u64, mut each: impl FnMut(SocketAddr, &mut [u8])) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        match connection.read(now, &mut each) {
            Ok(Unread::Nothing) => {}
            Ok(Unread::Perhaps) => {
                self.unread.insert(id);
            }
            Err(_) => self.close(id),
        }
    }

    /// Whether [`TcpConnections::take_unread`] would give anything.
    pub(crate) fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Connections to read again, though the poll will not say so.
    pub(crate) fn take_unread(&mut self) -> BTreeSet<u64> {
        std::mem::take(&mut self.unread)
    }

    /// Continues sending what an earlier write left over.
    pub(crate) fn writable(&mut self, id: u64) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if connection.flush().is_err() {
            self.close(id);
        }
    }

    /// Frames and sends one packet. `false` when it was dropped: no such connection, or its reader is too slow.
    pub(crate) fn send(&mut self, id: u64, packet: &[u8]) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else { return false };
        let Ok(length) = u16::try_from(packet.len()) else { return false };
        if connection.outbound.len() + packet.len() + 2 > MAX_UNSENT {
            return false;
        }
        connection.outbound.extend(length.to_be_bytes());
        connection.outbound.extend(packet);
        if connection.flush().is_err() {
            self.close(id);
            return false;
        }
        true
    }

    /// Closes connections that never spoke or went silent. Called about once a second.
    pub(crate) fn sweep(&mut self, now: Instant) {
        let stale: Vec<u64> = self
            .connections
            .iter()
            .filter(|(_, connection)| match connection.heard {
                Heard::Nothing { since } => now.saturating_duration_since(since) > FIRST_FRAME_WITHIN,
                Heard::Frame { at } => now.saturating_duration_since(at) > IDLE_AFTER,
            })
            .map(|(id, _)| *id)
            .collect();
        for id in stale {
            self.close(id);
        }
    }

    fn close(&mut self, id: u64) {
        let Some(connection) = self.connections.remove(&id) else { return };
        let address = connection.peer.ip();
        if let Some(held) = self.per_address.get_mut(&address) {
            *held -= 1;
            if *held == 0 {
                self.per_address.remove(&address);
            }
        }
    }
}

enum Unread {
    Nothing,
    Perhaps,
}

impl Connection {
    fn read(&mut self, now: Instant, each: &mut impl FnMut(SocketAddr, &mut [u8])) -> io::Result<Unread> {
        let mut chunk = [0; 16 * 1024];
        for _ in 0..READS_PER_TURN {
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(n) => {
                    self.inbound.extend_from_slice(chunk.get(..n).unwrap_or_default());
                    self.deliver(now, each)?;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Unread::Nothing),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Unread::Perhaps)
    }

    /// Hands over the whole frames and keeps the rest, which is shorter than one frame.
    fn deliver(&mut self, now: Instant, each: &mut impl FnMut(SocketAddr, &mut [u8])) -> io::Result<()> {
        let mut consumed = 0;
        while let Some((length, body)) =
            self.inbound.get_mut(consumed..).and_then(|rest| rest.split_first_chunk_mut::<2>())
        {
            let length = usize::from(u16::from_be_bytes(*length));
            if length > MAX_FRAME {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let Some(packet) = body.get_mut(..length) else { break };
            each(self.peer, packet);
            self.heard = Heard::Frame { at: now };
            consumed += 2 + length;
        }
        self.inbound.drain(..consumed);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.outbound.is_empty() {
            let (front, _) = self.outbound.as_slices();
            match self.stream.write(front) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => drop(self.outbound.drain(..n)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream as Client;

    use mio::{Events, Poll};

    use super::*;

    const LISTENER: Token = Token(0);

    struct World {
        poll: Poll,
        tcp: TcpConnections,
        now: Instant,
    }

    impl World {
        fn new() -> Self {
            let poll = Poll::new().expect("poll");
            let mut tcp = TcpConnections::bind(SocketAddr::from(([127, 0, 0, 1], 0)), 10).expect("bind");
            poll.registry().register(tcp.listener(), LISTENER, Interest::READABLE).expect("register");
            Self { poll, tcp, now: Instant::now() }
        }

        fn connect(&mut self) -> Client {
            let address = self.tcp.listener.local_addr().expect("address");
            let client = Client::connect(address).expect("connect");
            self.turn();
            client
        }

        /// One round of the poll: accepts and reads; returns the packets that came.
        fn turn(&mut self) -> Vec<Vec<u8>> {
            let mut events = Events::with_capacity(64);
            let mut packets = Vec::new();
            let again = self.tcp.take_unread();
            let wait = if again.is_empty() { Duration::from_secs(5) } else { Duration::ZERO };
            for id in again {
                self.tcp.readable(self.now, id, |_, packet| packets.push(packet.to_vec()));
            }
            self.poll.poll(&mut events, Some(wait)).expect("poll");
            for event in &events {
                if event.token() == LISTENER {
                    self.tcp.accept(self.now, self.poll.registry());
                } else if let Some(id) = self.tcp.id_of(event.token()).filter(|_| event.is_readable()) {
                    self.tcp.readable(self.now, id, |_, packet| packets.push(packet.to_vec()));
                }
            }
            packets
        }

        fn turn_until(&mut self, count: usize) -> Vec<Vec<u8>> {
            let mut packets = Vec::new();
            while packets.len() < count {
                packets.extend(self.turn());
            }
            packets
        }
    }

    fn frame(packet: &[u8]) -> Vec<u8> {
        [&(packet.len() as u16).to_be_bytes(), packet].concat()
    }

    #[test]
    fn packets_survive_any_fragmentation_of_the_stream() {
        let mut world = World::new();
        let mut client = world.connect();
        let stream: Vec<u8> = [frame(b"one"), frame(b""), frame(&[7; 1200]), frame(b"last")].concat();
        let (head, tail) = stream.split_at(300);
        client.write_all(head).expect("write");
        let mut packets = world.turn_until(2);
        client.write_all(tail).expect("write");
        packets.extend(world.turn_until(2));
        assert_eq!(packets, [b"one".to_vec(), Vec::new(), vec![7; 1200], b"last".to_vec()]);
    }

    #[test]
    fn a_flood_takes_turns_and_loses_nothing() {
        let mut world = World::new();
        let mut client = world.connect();
        let stream = frame(&[7; 1000]).repeat(400);
        let flood = std::thread::spawn(move || client.write_all(&stream).map(|()| client));
        let mut count = 0;
        while count < 400 {
            let turn = world.turn().len();
            assert!(turn <= 2 * READS_PER_TURN * 17, "{turn} packets in one turn");
            count += turn;
        }
        flood.join().expect("no panic").expect("all written");
    }

    #[test]
    fn a_packet_out_is_framed() {
        let mut world = World::new();
        let mut client = world.connect();
        assert!(world.tcp.send(0, b"answer"));
        let mut got = [0; 8];
        client.read_exact(&mut got).expect("read");
        assert_eq!(&got, b"\x00\x06answer");
    }

    #[test]
    fn a_frame_longer_than_any_packet_closes_the_connection() {
        let mut world = World::new();
        let mut client = world.connect();
        client.write_all(&[0xff; 64]).expect("write");
        while !world.tcp.connections.is_empty() {
            world.turn();
        }
        assert!(world.tcp.per_address.is_empty());
        assert!(!world.tcp.send(0, b"gone"));
    }

    #[test]
    fn a_reader_that_does_not_read_loses_packets_not_memory() {
        let mut world = World::new();
        let _client = world.connect();
        let packet = [0; 1200];
        let taken = (0..20_000).take_while(|_| world.tcp.send(0, &packet)).count();
        assert!(taken < 20_000, "24 MB were queued for a reader that reads nothing");
        assert!(world.tcp.connections[&0].outbound.len() <= MAX_UNSENT);
    }

    #[test]
    fn a_connection_that_says_nothing_is_closed() {
        let mut world = World::new();
        let _silent = world.connect();
        let mut spoke = world.connect();
        spoke.write_all(&frame(b"hi")).expect("write");
        world.turn_until(1);
        world.tcp.sweep(world.now + FIRST_FRAME_WITHIN + Duration::from_secs(1));
        assert_eq!(world.tcp.connections.keys().collect::<Vec<_>>(), [&1]);
        world.tcp.sweep(world.now + IDLE_AFTER + Duration::from_secs(1));
        assert!(world.tcp.connections.is_empty());
    }
}
