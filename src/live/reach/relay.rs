//! Asking a TURN server, as a browser would.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::exchange::{Exchange, Relayed};
use super::url::{Transport, TurnUrl};
use crate::kernel::clock::Clock;

/// Longer than any sound way, shorter than an operator's patience.
const WITHIN: Duration = Duration::from_secs(5);
/// Of a STUN header (RFC 8489 §5).
const HEADER: usize = 20;

/// Why there is no relay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoRelay {
    #[error("the name cannot be resolved: {0}")]
    Name(io::Error),
    #[error("cannot be reached: {0}")]
    Unreachable(io::Error),
    #[error("no trusted TLS: {0}")]
    Tls(io::Error),
    #[error("does not answer within {} seconds", WITHIN.as_secs())]
    Silent,
    #[error("refuses: {0}")]
    Refused(String),
    #[error("DTLS, which no browser speaks")]
    Dtls,
}

/// Gets a relay, asks it for a way to `peers`, and gives it back.
pub(super) async fn ask(
    clock: &Clock,
    url: &TurnUrl,
    credentials: (&str, &str),
    peers: &[SocketAddr],
) -> Result<Relayed, NoRelay> {
    let talk = async {
        let servers: Vec<_> = lookup_host((url.host.as_str(), url.port)).await.map_err(NoRelay::Name)?.collect();
        let mut last = NoRelay::Name(io::ErrorKind::NotFound.into());
        for server in servers {
            match ask_at(clock, url, server, credentials, peers).await {
                // A name has addresses of both families, this machine perhaps not.
                Err(error @ NoRelay::Unreachable(_)) => last = error,
                answer => return answer,
            }
        }
        Err(last)
    };
    timeout(WITHIN, talk).await.unwrap_or(Err(NoRelay::Silent))
}

async fn ask_at(
    clock: &Clock,
    url: &TurnUrl,
    server: SocketAddr,
    credentials: (&str, &str),
    peers: &[SocketAddr],
) -> Result<Relayed, NoRelay> {
    let mut exchange = Exchange::start(clock.instant(), server, credentials, peers).map_err(NoRelay::Refused)?;
    match url.transport {
        Transport::Udp => by_datagrams(clock, &mut exchange, server).await,
        Transport::Tcp => by_stream(clock, &mut exchange, connect(server).await?).await,
        Transport::Tls => by_stream(clock, &mut exchange, secure(&url.host, connect(server).await?).await?).await,
        Transport::Dtls => Err(NoRelay::Dtls),
    }
}

async fn by_datagrams(clock: &Clock, exchange: &mut Exchange, server: SocketAddr) -> Result<Relayed, NoRelay> {
    let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).await.map_err(NoRelay::Unreachable)?;
    socket.connect(server).await.map_err(NoRelay::Unreachable)?;
    let mut buffer = [0; 2_048];
    loop {
        while let Some(message) = exchange.transmit() {
            socket.send(&message).await.map_err(NoRelay::Unreachable)?;
        }
        if let Some(outcome) = exchange.outcome() {
            exchange.release(clock.instant());
            while let Some(message) = exchange.transmit() {
                // The relay ends by itself too.
                let _ = socket.send(&message).await;
            }
            return outcome.map_err(NoRelay::Refused);
        }
        let wait = exchange.deadline().map_or(WITHIN, |at| at.saturating_duration_since(clock.instant()));
        match timeout(wait, socket.recv(&mut buffer)).await {
            Ok(received) => {
                let length = received.map_err(NoRelay::Unreachable)?;
                exchange.receive(clock.instant(), buffer.get(..length).unwrap_or_default());
            }
            Err(_) => exchange.resend(clock.instant()),
        }
    }
}

/// STUN messages follow each other without framing: their headers tell their lengths (RFC 8489 §6.2.2).
async fn by_stream<S>(clock: &Clock, exchange: &mut Exchange, mut stream: S) -> Result<Relayed, NoRelay>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        while let Some(message) = exchange.transmit() {
            stream.write_all(&message).await.map_err(NoRelay::Unreachable)?;
        }
        stream.flush().await.map_err(NoRelay::Unreachable)?;
        if let Some(outcome) = exchange.outcome() {
            exchange.release(clock.instant());
            while let Some(message) = exchange.transmit() {
                // The relay ends with the connection too.
                let _ = stream.write_all(&message).await;
            }
            let _ = stream.shutdown().await;
            return outcome.map_err(NoRelay::Refused);
        }
        let mut message = vec![0; HEADER];
        stream.read_exact(&mut message).await.map_err(NoRelay::Unreachable)?;
        let length =
            message.get(2..4).map_or(0, |bytes| bytes.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte)));
        message.resize(HEADER + length, 0);
        stream.read_exact(message.get_mut(HEADER..).unwrap_or_default()).await.map_err(NoRelay::Unreachable)?;
        exchange.receive(clock.instant(), &message);
    }
}

async fn connect(server: SocketAddr) -> Result<TcpStream, NoRelay> {
    TcpStream::connect(server).await.map_err(NoRelay::Unreachable)
}

/// Believes the authorities that browsers believe.
async fn secure(host: &str, stream: TcpStream) -> Result<impl AsyncRead + AsyncWrite + Unpin, NoRelay> {
    let other = |error: &dyn std::fmt::Display| NoRelay::Tls(io::Error::other(error.to_string()));
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| other(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| other(&error))?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(NoRelay::Tls)
}
