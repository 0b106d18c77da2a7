//! Where the SFU listens and what it tells browsers about it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::thread;

/// How to run the media plane.
#[derive(Clone, Debug)]
pub struct SfuConfig {
    /// Address of the media sockets. Unspecified (`0.0.0.0`, `::`) means every interface.
    pub bind: IpAddr,
    /// UDP (and ICE-TCP) port of the first shard; shard *i* listens on `port + i`. 0: any free port for each.
    pub port: u16,
    pub shards: Shards,
    /// What browsers are told instead of the machine's own addresses: behind NAT, in a container, on a cloud.
    pub announced: Vec<Announced>,
    pub tcp: IceTcp,
    pub pinning: Pinning,
    pub null_tap: NullTap,
}

impl Default for SfuConfig {
    /// Loopback, free ports, one shard: what a test wants.
    fn default() -> Self {
        Self {
            bind: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            shards: Shards::Count(NonZeroUsize::MIN),
            announced: Vec::new(),
            tcp: IceTcp::On,
            pinning: Pinning::Off,
            null_tap: NullTap::Off,
        }
    }
}

/// Number of shards: threads that forward media.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shards {
    /// One for every core but one, which is left to signaling and the rest; at least one.
    Auto,
    Count(NonZeroUsize),
}

impl Shards {
    /// How many that are on this machine.
    pub fn count(self) -> usize {
        match self {
            Shards::Auto => thread::available_parallelism().map_or(1, |cores| (cores.get() - 1).max(1)),
            Shards::Count(count) => count.get(),
        }
    }
}

/// Whether media may come over TCP where a network drops UDP (RFC 6544).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IceTcp {
    On,
    Off,
}

/// Whether each shard keeps to a core of its own. It steadies latency on a machine that does nothing else; on a shared one the
/// scheduler knows better.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pinning {
    Off,
    /// One core is left to signaling and the rest: shards beyond the others float.
    On,
}

/// Whether every room has a tap that throws away what it hears: what recording costs forwarding, for measurements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NullTap {
    Off,
    On,
}

/// An address to announce: `203.0.113.7`, or with a port where that is mapped too: `203.0.113.7:50000`, `[2001:db8::7]:50000`.
/// A port is the first shard's; the others follow it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Announced {
    pub ip: IpAddr,
    pub port: Option<u16>,
}

/// Not an IP address, nor one with a port.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is neither an IP address nor an IP address with a port (names are not resolved)")]
pub struct AnnouncedError(String);

impl FromStr for Announced {
    type Err = AnnouncedError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ip = |ip| Announced { ip, port: None };
        let socket = |address: SocketAddr| Announced { ip: address.ip(), port: Some(address.port()) };
        text.parse().map(ip).or_else(|_| text.parse().map(socket)).map_err(|_| AnnouncedError(text.to_owned()))
    }
}

/// Where a shard listens, and what browsers are told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShardAddresses {
    /// For UDP, and for TCP where that is on. Port 0: any free one.
    pub bind: SocketAddr,
    pub candidates: Vec<SocketAddr>,
}

/// What each shard would listen on and announce, without binding anything. Shards beyond the last port are left out.
pub fn shard_addresses(config: &SfuConfig) -> Vec<ShardAddresses> {
    let port = |shard: usize| match config.port {
        0 => Some(0),
        first => first.checked_add(u16::try_from(shard).ok()?),
    };
    let addresses = |shard: usize| {
        let bind = SocketAddr::new(config.bind, port(shard)?);
        Some(ShardAddresses { bind, candidates: candidates(config, bind, shard) })
    };
    (0..config.shards.count()).map_while(addresses).collect()
}

/// The candidates of a shard that listens on `local`: what was announced, or else the addresses of this machine.
pub(crate) fn candidates(config: &SfuConfig, local: SocketAddr, shard: usize) -> Vec<SocketAddr> {
    if !config.announced.is_empty() {
        let port = |announced: &Announced| match announced.port {
            Some(first) => first.saturating_add(shard as u16),
            None => local.port(),
        };
        return config.announced.iter().map(|announced| SocketAddr::new(announced.ip, port(announced))).collect();
    }
    if !local.ip().is_unspecified() {
        return vec![local];
    }
    machine_addresses(local.ip()).into_iter().map(|ip| SocketAddr::new(ip, local.port())).collect()
}

/// Addresses of this machine's interfaces that a socket bound to `bind` hears on, loopback last: it only helps a browser on
/// this very machine. IPv6 link-local addresses are left out, since a candidate cannot carry their zone.
fn machine_addresses(bind: IpAddr) -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut found: Vec<IpAddr> = interfaces
        .iter()
        .map(if_addrs::Interface::ip)
        .filter(|ip| match ip {
            IpAddr::V4(ip) => !ip.is_link_local() && !ip.is_loopback(),
            IpAddr::V6(ip) => bind.is_ipv6() && !ip.is_unicast_link_local() && !ip.is_loopback(),
        })
        .collect();
    found.push(Ipv4Addr::LOCALHOST.into());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announced_address_is_an_ip_with_or_without_a_port() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        for (text, expected) in [
            ("203.0.113.7", Ok(Announced { ip: ip("203.0.113.7"), port: None })),
            ("203.0.113.7:50000", Ok(Announced { ip: ip("203.0.113.7"), port: Some(50000) })),
            ("2001:db8::7", Ok(Announced { ip: ip("2001:db8::7"), port: None })),
            ("[2001:db8::7]:9", Ok(Announced { ip: ip("2001:db8::7"), port: Some(9) })),
            ("example.org", Err(AnnouncedError("example.org".into()))),
            ("", Err(AnnouncedError(String::new()))),
        ] {
            assert_eq!(text.parse::<Announced>(), expected, "{text}");
        }
    }

    #[test]
    fn announced_addresses_replace_the_machines_own() {
        let announced = vec!["203.0.113.7".parse().expect("ip"), "198.51.100.2:6000".parse().expect("ip and port")];
        let config = SfuConfig { announced, ..SfuConfig::default() };
        let local = SocketAddr::from(([0, 0, 0, 0], 50_001));
        let expected: Vec<SocketAddr> =
            vec![SocketAddr::from(([203, 0, 113, 7], 50_001)), SocketAddr::from(([198, 51, 100, 2], 6_001))];
        assert_eq!(candidates(&config, local, 1), expected);
    }

    #[test]
    fn each_shard_has_the_next_port_in_what_it_binds_and_announces() {
        let announced = vec!["198.51.100.2:6000".parse().expect("ip and port")];
        let shards = Shards::Count(NonZeroUsize::new(3).expect("three"));
        let config = SfuConfig { announced, shards, port: 65_534, ..SfuConfig::default() };
        let ports: Vec<_> =
            shard_addresses(&config).iter().map(|shard| (shard.bind.port(), shard.candidates[0].port())).collect();
        // There is no port 65536.
        assert_eq!(ports, [(65_534, 6_000), (65_535, 6_001)]);
    }

    #[test]
    fn a_wildcard_socket_is_reached_by_loopback_last() {
        let local = SocketAddr::from(([0, 0, 0, 0], 50_000));
        let found = candidates(&SfuConfig::default(), local, 0);
        assert_eq!(found.last(), Some(&SocketAddr::from(([127, 0, 0, 1], 50_000))));
        assert!(found.iter().all(SocketAddr::is_ipv4));
    }
}
