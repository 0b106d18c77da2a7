//! Where a datagram came from and where one goes.

use std::net::SocketAddr;

/// A 5-tuple as a shard sees it: the far end, what carries it, and which of our addresses it is about. Our port is the
/// shard's one port.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Remote {
    pub transport: RemoteTransport,
    pub addr: SocketAddr,
    pub local: LocalId,
}

/// One of the driver's own addresses, by its number for it. What answers a datagram leaves from the address the datagram came
/// to: a browser ignores an answer to its check from another (RFC 8445 §7.2.5.2.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct LocalId(u16);

impl LocalId {
    /// The only address, or one for the system to choose.
    pub const ANY: Self = Self(0);

    /// The number of an address the driver tells apart from others.
    pub fn numbered(number: u16) -> Self {
        Self(number)
    }

    pub fn number(self) -> u16 {
        self.0
    }
}

/// What carries the datagrams of a [`Remote`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum RemoteTransport {
    Udp,
    /// ICE-TCP (RFC 6544) with the framing of RFC 4571 done by the driver; the id names the accepted connection.
    Tcp(u64),
}

impl Remote {
    pub const fn udp(addr: SocketAddr) -> Self {
        Self { transport: RemoteTransport::Udp, addr, local: LocalId::ANY }
    }

    pub fn tcp(connection: u64, addr: SocketAddr) -> Self {
        Self { transport: RemoteTransport::Tcp(connection), addr, local: LocalId::ANY }
    }

    /// The same far end, about another of our addresses.
    pub fn at(self, local: LocalId) -> Self {
        Self { local, ..self }
    }
}
