//! `turn:` and `turns:` URLs (RFC 7065).

use std::str::FromStr;

/// How a client talks to a TURN server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Transport {
    Udp,
    Tcp,
    Tls,
    /// No browser speaks it.
    Dtls,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TurnUrl {
    /// A name or an address, an IPv6 one without brackets.
    pub host: String,
    pub port: u16,
    pub transport: Transport,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not the URL of a TURN server")]
pub(crate) struct TurnUrlError;

impl FromStr for TurnUrl {
    type Err = TurnUrlError;

    fn from_str(text: &str) -> Result<Self, TurnUrlError> {
        let (scheme, rest) = text.split_once(':').ok_or(TurnUrlError)?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (transport, default_port) = match (scheme, query) {
            ("turn", "" | "transport=udp") => (Transport::Udp, 3478),
            ("turn", "transport=tcp") => (Transport::Tcp, 3478),
            ("turns", "" | "transport=tcp") => (Transport::Tls, 5349),
            ("turns", "transport=udp") => (Transport::Dtls, 5349),
            _ => return Err(TurnUrlError),
        };
        let (host, port) = if let Some(bracketed) = place.strip_prefix('[') {
            let (host, after) = bracketed.split_once(']').ok_or(TurnUrlError)?;
            (host, after.strip_prefix(':').or(after.is_empty().then_some("")).ok_or(TurnUrlError)?)
        } else {
            place.split_once(':').unwrap_or((place, ""))
        };
        let port = if port.is_empty() { default_port } else { port.parse().map_err(|_| TurnUrlError)? };
        if host.is_empty() || host.contains(['/', '@']) || port == 0 {
            return Err(TurnUrlError);
        }
        Ok(Self { host: host.to_owned(), port, transport })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_host_port_and_transport() {
        let cases = [
            ("turn:t.example", Some(("t.example", 3478, Transport::Udp))),
            ("turn:t.example:9?transport=udp", Some(("t.example", 9, Transport::Udp))),
            ("turn:192.0.2.1?transport=tcp", Some(("192.0.2.1", 3478, Transport::Tcp))),
            ("turns:t.example", Some(("t.example", 5349, Transport::Tls))),
            ("turns:t.example:443?transport=tcp", Some(("t.example", 443, Transport::Tls))),
            ("turns:t.example?transport=udp", Some(("t.example", 5349, Transport::Dtls))),
            ("turn:[2001:db8::7]:80", Some(("2001:db8::7", 80, Transport::Udp))),
            ("turn:[::1]", Some(("::1", 3478, Transport::Udp))),
            ("turn:", None),
            ("turn:t.example:port", None),
            ("turn:t.example:0", None),
            ("turn:[::1", None),
            ("turn:[::1]9", None),
            ("turn:t.example?transport=sctp", None),
            ("turn://t.example", None),
            ("stun:t.example", None),
            ("t.example", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(host, port, transport)| TurnUrl { host: host.to_owned(), port, transport });
            assert_eq!(text.parse().ok(), expected, "{text}");
        }
    }
}
