//! Who can send to an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// From where an address is reached (the special-purpose registries of RFC 6890).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Public,
    /// RFC 1918, and unique local IPv6 (RFC 4193): the same network only.
    Private,
    /// RFC 6598: behind the provider's NAT.
    CarrierNat,
    /// This machine only.
    Loopback,
    /// The same cable only, and a candidate cannot say which.
    LinkLocal,
    /// From a document (RFC 5737, RFC 3849): copied, not set.
    Example,
    /// Nobody has it: unspecified, multicast, broadcast.
    Nowhere,
}

impl Kind {
    pub(super) fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => v4(ip),
            IpAddr::V6(ip) => v6(ip),
        }
    }
}

fn v4(ip: Ipv4Addr) -> Kind {
    let [first, second, ..] = ip.octets();
    match ip {
        _ if first == 0 || ip.is_multicast() || ip.is_broadcast() => Kind::Nowhere,
        _ if ip.is_loopback() => Kind::Loopback,
        _ if ip.is_link_local() => Kind::LinkLocal,
        _ if ip.is_private() => Kind::Private,
        _ if first == 100 && (64..128).contains(&second) => Kind::CarrierNat,
        _ if ip.is_documentation() => Kind::Example,
        _ => Kind::Public,
    }
}

fn v6(ip: Ipv6Addr) -> Kind {
    let [first, second, ..] = ip.segments();
    match ip {
        _ if ip.is_unspecified() || ip.is_multicast() => Kind::Nowhere,
        _ if ip.is_loopback() => Kind::Loopback,
        _ if ip.is_unicast_link_local() => Kind::LinkLocal,
        _ if ip.is_unique_local() => Kind::Private,
        _ if first == 0x2001 && second == 0xdb8 => Kind::Example,
        _ => Kind::Public,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_who_reaches_it() {
        let cases = [
            ("93.184.216.34", Kind::Public),
            ("2a00:1450:4001::200e", Kind::Public),
            ("10.1.2.3", Kind::Private),
            ("172.17.0.2", Kind::Private),
            ("172.32.0.2", Kind::Public),
            ("192.168.1.9", Kind::Private),
            ("fd00::1", Kind::Private),
            ("100.64.0.1", Kind::CarrierNat),
            ("100.128.0.1", Kind::Public),
            ("127.0.0.1", Kind::Loopback),
            ("::1", Kind::Loopback),
            ("::ffff:10.0.0.1", Kind::Private),
            ("169.254.1.1", Kind::LinkLocal),
            ("fe80::1", Kind::LinkLocal),
            ("203.0.113.7", Kind::Example),
            ("2001:db8::7", Kind::Example),
            ("0.0.0.0", Kind::Nowhere),
            ("224.0.0.1", Kind::Nowhere),
            ("::", Kind::Nowhere),
        ];
        for (text, expected) in cases {
            assert_eq!(Kind::of(text.parse().expect("an address")), expected, "{text}");
        }
    }
}
