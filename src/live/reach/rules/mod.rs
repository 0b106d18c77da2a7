//! What the facts mean for people who want to join. Pure.

mod addresses;
mod ports;
mod turn;

pub(crate) use addresses::addresses;
pub(crate) use ports::ports;
pub(crate) use turn::{turn_as_a_whole, turn_server};

use std::net::{IpAddr, SocketAddr};

use super::address::Kind;
use super::report::Finding;
use crate::kernel::config::Config;

/// Where the server seems to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Machine,
    Container,
}

/// An address that browsers are told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Candidate {
    pub address: SocketAddr,
    /// The interface of this machine that has it.
    pub interface: Option<String>,
}

/// What browsers are told about media.
#[derive(Clone, Debug)]
pub(crate) struct Media {
    pub bind: IpAddr,
    pub announced: Announced,
    pub tcp: bool,
    pub place: Place,
    pub shards: Vec<Vec<Candidate>>,
    /// Threads that carry media, whether or not there is a port for each.
    pub wanted: usize,
    /// Addresses of this machine.
    pub own: Vec<IpAddr>,
}

/// Who chose the candidates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Announced {
    /// The operator, by `sfu.announced` or by an address in `sfu.bind`.
    Chosen,
    /// Every address the machine has.
    Found,
}

impl Media {
    /// Every shard has the same addresses, on other ports.
    fn candidates(&self) -> &[Candidate] {
        self.shards.first().map_or(&[], Vec::as_slice)
    }

    fn is_public(&self) -> bool {
        self.candidates().iter().any(|candidate| Kind::of(candidate.address.ip()) == Kind::Public)
    }

    /// What a TURN server on another machine should be able to send to.
    pub(super) fn worth_relaying_to(&self) -> Vec<SocketAddr> {
        let useful = |candidate: &&Candidate| {
            let kind = Kind::of(candidate.address.ip());
            match self.announced {
                Announced::Chosen => kind != Kind::Nowhere,
                Announced::Found if self.is_public() => kind == Kind::Public,
                Announced::Found => kind == Kind::Private && !candidate.is_of_a_bridge(),
            }
        };
        self.candidates().iter().filter(useful).map(|candidate| candidate.address).collect()
    }
}

impl Candidate {
    /// Docker's, Podman's and libvirt's inner networks.
    fn is_of_a_bridge(&self) -> bool {
        let bridges = ["docker", "br-", "podman", "cni", "virbr"];
        self.interface.as_ref().is_some_and(|name| bridges.iter().any(|bridge| name.starts_with(bridge)))
    }
}

/// Whether pages come by HTTPS.
pub(super) fn pages(config: &Config) -> Vec<Finding> {
    let url = config.http.public_url.as_str();
    let local = ["http://localhost", "http://127.0.0.1"]
        .iter()
        .any(|start| url.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
    let https = "Set http.public_url to the https:// address people type, and give tls.certificate and tls.key or put a \
                 proxy with HTTPS in front.";
    vec![if url.starts_with("https://") {
        Finding::fine(format!("{url}: cameras and microphones are allowed."))
    } else if local {
        Finding::note(format!("{url}: only browsers on this machine get cameras."), https)
    } else if !url.is_empty() {
        Finding::trouble(format!("{url}: browsers give cameras and microphones only to pages over HTTPS."), https)
    } else if config.tls.is_on() {
        Finding::note(
            "HTTPS by tls.certificate; http.public_url is not set and taken from each request.",
            "Set http.public_url to the https:// address people type.",
        )
    } else {
        Finding::trouble(
            "Neither http.public_url nor tls.certificate is set: without HTTPS there are no cameras.",
            https,
        )
    }]
}

#[cfg(test)]
mod tests {
    use super::super::report::Verdict;
    use super::*;

    pub(super) const PUBLIC: &str = "93.184.216.34";

    pub(super) fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    pub(super) fn media(announced: Announced, addresses: &[(&str, &str)]) -> Media {
        let candidate = |(address, interface): &(&str, &str)| Candidate {
            address: SocketAddr::new(ip(address), 7_881),
            interface: Some((*interface).to_owned()).filter(|name| !name.is_empty()),
        };
        Media {
            bind: ip("0.0.0.0"),
            announced,
            tcp: true,
            place: Place::Machine,
            shards: vec![addresses.iter().map(candidate).collect()],
            wanted: 1,
            own: Vec::new(),
        }
    }

    pub(super) fn troubles(findings: &[Finding]) -> Vec<&Finding> {
        findings.iter().filter(|finding| finding.verdict == Verdict::Trouble).collect()
    }

    #[test]
    fn pages_need_https() {
        let cases = [
            ("https://meet.example.org", Verdict::Fine),
            ("http://localhost:8080", Verdict::Note),
            ("http://localhost.example.org", Verdict::Trouble),
            ("http://meet.example.org", Verdict::Trouble),
            ("", Verdict::Trouble),
        ];
        for (url, expected) in cases {
            let config = Config::with(&format!("[http]\npublic_url = '{url}'")).expect("sound");
            let verdicts: Vec<_> = pages(&config).into_iter().map(|finding| finding.verdict).collect();
            assert_eq!(verdicts, [expected], "{url}");
        }
    }

    #[test]
    fn relays_are_asked_for_the_best_addresses_there_are() {
        let all = [(PUBLIC, "eth0"), ("10.0.0.5", "eth1"), ("172.17.0.1", "docker0"), ("127.0.0.1", "lo")];
        let worth = |announced, candidates: &[_]| media(announced, candidates).worth_relaying_to();
        assert_eq!(worth(Announced::Found, &all), [SocketAddr::new(ip(PUBLIC), 7_881)]);
        assert_eq!(worth(Announced::Found, &all[1..]), [SocketAddr::new(ip("10.0.0.5"), 7_881)]);
        assert_eq!(worth(Announced::Chosen, &all[3..]).len(), 1);
    }
}
