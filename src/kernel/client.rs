//! Who asks, and under which address they reach us; trusted proxies are believed, others are not.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::Kernel;
use super::config::HttpConfig;
use super::error::Problem;

/// The client of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// For rate limits; never logged.
    pub ip: IpAddr,
    /// This server's origin: `http.public_url`, else the one the client used. Like `https://meet.example.org`.
    pub origin: String,
    /// Scheme and authority the client used.
    pub asked_origin: String,
}

impl<S> FromRequestParts<S> for Client
where
    S: Send + Sync,
    Kernel: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self::of(parts, &Kernel::from_ref(state)))
    }
}

impl Client {
    pub fn of(parts: &Parts, kernel: &Kernel) -> Self {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
        let config = &kernel.config;
        let scheme = if config.tls.is_on() { "https" } else { "http" };
        let asked_origin = asked_origin(&config.http, parts, peer, scheme);
        let public_url = &config.http.public_url;
        Self {
            ip: forwarded_for(&config.http, &parts.headers, peer),
            origin: if public_url.is_empty() { asked_origin.clone() } else { public_url.clone() },
            asked_origin,
        }
    }
}

fn is_trusted(config: &HttpConfig, ip: IpAddr) -> bool {
    config.trusted_proxies.iter().any(|network| network.contains(ip))
}

/// The last address of X-Forwarded-For that is not a trusted proxy: what came before it anyone could have written.
fn forwarded_for(config: &HttpConfig, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
    if !is_trusted(config, peer) {
        return peer;
    }
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> = hops.flat_map(|line| line.split(',')).map_while(|hop| hop.trim().parse().ok()).collect();
    let client = hops.iter().rev().map(IpAddr::to_canonical).find(|hop| !is_trusted(config, *hop));
    client.unwrap_or(peer)
}

fn asked_origin(config: &HttpConfig, parts: &Parts, peer: IpAddr, scheme: &str) -> String {
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let trusted = is_trusted(config, peer);
    let scheme = match header("x-forwarded-proto") {
        Some(forwarded) if trusted && matches!(forwarded.as_str(), "http" | "https") => forwarded,
        _ => scheme.to_owned(),
    };
    let forwarded_host = header("x-forwarded-host").filter(|_| trusted);
    // HTTP/2 has no Host but an authority in the URI.
    let host = forwarded_host
        .or_else(|| header(header::HOST.as_str()))
        .or_else(|| parts.uri.authority().map(ToString::to_string))
        .filter(|host| host.parse::<axum::http::uri::Authority>().is_ok_and(|_| !host.contains('@')))
        .unwrap_or_else(|| "localhost".to_owned());
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let config = Config::with("[http]\ntrusted_proxies = ['10.0.0.0/8']").expect("sound").http;
        let cases = [
            ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
            ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
            ("10.0.0.1", "10.0.0.3", "10.0.0.1"),
        ];
        for (peer, forwarded, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().expect("a header"));
            let ip = forwarded_for(&config, &headers, peer.parse().expect("an address"));
            assert_eq!(ip.to_string(), expected, "{peer} says {forwarded}");
        }
    }
}
