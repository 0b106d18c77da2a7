//! Small requests to other servers: one connection each, TLS by the authorities browsers believe, bounded in time and
//! size, no redirects (who answers is who was asked).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::addresses::is_public;
use super::config::Network;

/// From the first packet to the last.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Answers are documents of a few kilobytes.
const MAX_BYTES: usize = 1 << 20;

/// What a request may cost, and where it may go.
pub struct Bounds<'a> {
    /// From the first packet to the last.
    pub timeout: Duration,
    /// Of the answer's body.
    pub max_bytes: usize,
    pub reach: Reach<'a>,
}

/// Which addresses may be asked.
pub enum Reach<'a> {
    /// Whatever the operator has configured.
    Anywhere,
    /// What people typed: public addresses by https, and these networks, by http too. The name is looked up once, and what
    /// it says is checked and then connected to: it cannot say one thing to the check and another to the connection.
    Public { besides: &'a [Network] },
}

impl Reach<'_> {
    fn allows(&self, ip: IpAddr, tls: bool) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public { besides } => (tls && is_public(ip)) || besides.iter().any(|network| network.contains(ip)),
        }
    }
}

/// Why there is no answer. Says nothing of what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpsError {
    #[error("{0} is not an address one can ask")]
    Address(String),
    /// It is an address that nobody but the operator may have asked.
    #[error("the address is not public")]
    Refused,
    #[error("no connection: {0}")]
    Connection(String),
    #[error("the answer is too large")]
    TooLarge,
    #[error("no answer in time")]
    Timeout,
}

/// Sends `request`, whose address is absolute, and reads the answer to its end.
pub async fn ask(request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpsError> {
    ask_within(request, &Bounds { timeout: TIMEOUT, max_bytes: MAX_BYTES, reach: Reach::Anywhere }).await
}

/// The same within other bounds.
pub async fn ask_within(request: Request<Vec<u8>>, bounds: &Bounds<'_>) -> Result<Response<Vec<u8>>, HttpsError> {
    tokio::time::timeout(bounds.timeout, exchange(request, bounds)).await.map_err(|_| HttpsError::Timeout)?
}

async fn exchange(request: Request<Vec<u8>>, bounds: &Bounds<'_>) -> Result<Response<Vec<u8>>, HttpsError> {
    let uri = request.uri().clone();
    let unsound = || HttpsError::Address(uri.host().unwrap_or_default().to_owned());
    let host = uri.host().ok_or_else(unsound)?;
    let tls = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(unsound()),
    };
    let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let mut addresses: Vec<SocketAddr> = tokio::net::lookup_host((name, port)).await.map_err(connection)?.collect();
    addresses.retain(|address| bounds.reach.allows(address.ip(), tls));
    if addresses.is_empty() {
        return Err(HttpsError::Refused);
    }
    let stream = TcpStream::connect(addresses.as_slice()).await.map_err(connection)?;
    if tls {
        let name = ServerName::try_from(name.to_owned()).map_err(|_| unsound())?;
        let stream = connector()?.connect(name, stream).await.map_err(connection)?;
        talk(request, stream, bounds.max_bytes).await
    } else {
        talk(request, stream, bounds.max_bytes).await
    }
}

async fn talk<S>(request: Request<Vec<u8>>, stream: S, max_bytes: usize) -> Result<Response<Vec<u8>>, HttpsError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, conn) = http1::handshake(TokioIo::new(stream)).await.map_err(connection)?;
    let conn = tokio::spawn(conn);
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().map(ToString::to_string).unwrap_or_default();
    let host = header::HeaderValue::from_str(&authority).map_err(|_| HttpsError::Address(authority))?;
    parts.headers.insert(header::HOST, host);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse().map_err(connection)?;
    let answer = sender.send_request(Request::from_parts(parts, Full::new(Bytes::from(body)))).await;
    let read = async {
        let (parts, body) = answer.map_err(connection)?.into_parts();
        let body = Limited::new(body, max_bytes)
            .collect()
            .await
            .map_err(|error| if error.is::<LengthLimitError>() { HttpsError::TooLarge } else { connection(error) })?;
        Ok(Response::from_parts(parts, body.to_bytes().to_vec()))
    };
    let answer = read.await;
    conn.abort();
    answer
}

fn connector() -> Result<TlsConnector, HttpsError> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(connection)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn connection(error: impl std::fmt::Display) -> HttpsError {
    HttpsError::Connection(error.to_string())
}
