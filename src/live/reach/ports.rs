//! Whether the media ports can be had.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::time::Duration;

use sfu::ShardAddresses;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::kernel::config::Config;

/// The server is on this machine.
const HEALTH_WITHIN: Duration = Duration::from_secs(2);

/// What binding a port came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Port {
    Free,
    /// A FaceMentor that runs here has it.
    Served,
    Taken,
    /// The address to listen on is none of this machine's.
    NotHere,
    Failed(String),
    /// Not used.
    Off,
}

/// One shard's ports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ShardPorts {
    pub bind: SocketAddr,
    pub udp: Port,
    pub tcp: Port,
}

/// Binds each port and lets it go.
pub(super) async fn look(config: &Config, planned: &[ShardAddresses]) -> Vec<ShardPorts> {
    let taken = if is_running(config.ops.listen).await { Port::Served } else { Port::Taken };
    let judge = |result: std::io::Result<()>| match result {
        Ok(()) => Port::Free,
        Err(error) if error.kind() == ErrorKind::AddrInUse => taken.clone(),
        Err(error) if error.kind() == ErrorKind::AddrNotAvailable => Port::NotHere,
        Err(error) => Port::Failed(error.to_string()),
    };
    let shard = |ShardAddresses { bind, .. }: &ShardAddresses| ShardPorts {
        bind: *bind,
        udp: judge(UdpSocket::bind(bind).map(drop)),
        tcp: if config.sfu.tcp { judge(TcpListener::bind(bind).map(drop)) } else { Port::Off },
    };
    planned.iter().map(shard).collect()
}

/// Whether health is answered where our own server answers it.
async fn is_running(ops: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(ops).await?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        std::io::Result::Ok(&status == b"HTTP/1.1 200")
    };
    matches!(timeout(HEALTH_WITHIN, ask).await, Ok(Ok(true)))
}
