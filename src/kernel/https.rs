//! Small requests to other servers: one connection each, TLS by the authorities browsers believe, bounded in time and
//! size, no redirects (who answers is who was asked).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// From the first packet to the last.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Answers are documents of a few kilobytes.
const MAX_BYTES: usize = 1 << 20;

/// Why there is no answer. Says nothing of what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpsError {
    #[error("{0} is not an address one can ask")]
    Address(String),
    #[error("no connection: {0}")]
    Connection(String),
    #[error("no answer in time")]
    Timeout,
}

/// Sends `request`, whose address is absolute, and reads the answer to its end.
pub async fn ask(request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpsError> {
    tokio::time::timeout(TIMEOUT, exchange(request)).await.map_err(|_| HttpsError::Timeout)?
}

async fn exchange(request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpsError> {
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
    let stream = TcpStream::connect((name, port)).await.map_err(connection)?;
    if tls {
        let name = ServerName::try_from(name.to_owned()).map_err(|_| unsound())?;
        let stream = connector()?.connect(name, stream).await.map_err(connection)?;
        talk(request, stream).await
    } else {
        talk(request, stream).await
    }
}

async fn talk<S>(request: Request<Vec<u8>>, stream: S) -> Result<Response<Vec<u8>>, HttpsError>
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
        let body = Limited::new(body, MAX_BYTES).collect().await.map_err(connection)?;
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
