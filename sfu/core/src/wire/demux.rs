//! Which protocol a datagram speaks (RFC 7983, RFC 5761).

/// Protocols that share a shard's port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Protocol {
    Stun,
    Dtls,
    Rtp,
    Rtcp,
}

impl Protocol {
    /// By the first byte (RFC 7983 §7), and between RTP and RTCP by the second (RFC 5761 §4: payload types 64–95 are never RTP here).
    pub(crate) fn of(datagram: &[u8]) -> Option<Self> {
        match (datagram.first()?, datagram.get(1)?) {
            (0..=3, _) => Some(Protocol::Stun),
            (20..=63, _) => Some(Protocol::Dtls),
            (128..=191, 192..=223) => Some(Protocol::Rtcp),
            (128..=191, _) => Some(Protocol::Rtp),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_protocol() {
        let table: [(&[u8], Option<Protocol>); 8] = [
            (&[0, 1], Some(Protocol::Stun)),
            (&[22, 254], Some(Protocol::Dtls)),
            (&[0x80, 0x60], Some(Protocol::Rtp)),
            (&[0x80, 0xe0], Some(Protocol::Rtp)),
            (&[0x80, 200], Some(Protocol::Rtcp)),
            (&[0x81, 206], Some(Protocol::Rtcp)),
            (&[200, 0], None),
            (&[0x80], None),
        ];
        for (datagram, protocol) in table {
            assert_eq!(Protocol::of(datagram), protocol, "{datagram:?}");
        }
    }
}
