//! Where a datagram came from and where one goes.

use std::net::SocketAddr;

/// The far end of a 5-tuple as a shard sees it; its own end is the shard's one port.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Remote {
    pub transport: RemoteTransport,
    pub addr: SocketAddr,
}

/// What carries the datagrams of a [`Remote`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum RemoteTransport {
    Udp,
    /// ICE-TCP (RFC 6544) with the framing of RFC 4571 done by the driver; the id names the accepted connection.
    Tcp(u64),
}

impl Remote {
    pub fn udp(addr: SocketAddr) -> Self {
        Self { transport: RemoteTransport::Udp, addr }
    }

    pub fn tcp(connection: u64, addr: SocketAddr) -> Self {
        Self { transport: RemoteTransport::Tcp(connection), addr }
    }
}
