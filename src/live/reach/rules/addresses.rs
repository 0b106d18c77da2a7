//! What is announced, and who reaches it.

use super::super::address::Kind;
use super::super::report::{Finding, Verdict};
use super::{Announced, Candidate, Media, Place};

/// Whether browsers can reach what they are told.
pub(crate) fn addresses(media: &Media) -> Vec<Finding> {
    let mut found: Vec<Finding> = media.candidates().iter().map(|candidate| address(media, candidate)).collect();
    if !media.is_public() && found.iter().all(|finding| finding.verdict != Verdict::Trouble) {
        found.push(nothing_public(media));
    }
    if let Some(ip) = media.own.iter().find(|ip| ip.is_ipv6() && Kind::of(**ip) == Kind::Public)
        && media.candidates().iter().all(|candidate| candidate.address.is_ipv4())
    {
        found.push(Finding::note(
            format!("This machine has an IPv6 address, {ip}, which nobody is told."),
            "For networks with IPv6 only set sfu.bind = \"::\", and name it in sfu.announced if that is set.",
        ));
    }
    found
}

fn address(media: &Media, candidate: &Candidate) -> Finding {
    let ip = candidate.address.ip();
    let chosen = media.announced == Announced::Chosen;
    if ip.is_ipv6() && media.bind.is_ipv4() || ip.is_ipv4() && media.bind.is_ipv6() && !media.bind.is_unspecified() {
        return Finding::trouble(
            format!("{ip} is announced, but media listens on {} only.", media.bind),
            "Set sfu.bind = \"::\", which listens on IPv4 and IPv6, or take the address out of sfu.announced.",
        );
    }
    match Kind::of(ip) {
        Kind::Public => Finding::fine(format!("{ip} is announced: a public address.")),
        Kind::Private if candidate.is_of_a_bridge() => Finding::note(
            format!("{ip} is announced, but belongs to the bridge {}.", candidate.interface.as_deref().unwrap_or("?")),
            "Nobody outside this machine reaches it. Name the others in sfu.announced to leave it out.",
        ),
        Kind::Private => {
            Finding::note(format!("{ip} is announced: a private address, reached from the same network only."), "")
        }
        Kind::CarrierNat => Finding::trouble(
            format!("{ip} is announced, which is behind the provider's NAT (RFC 6598)."),
            "Nobody outside reaches it: ask the provider for a public address, or host elsewhere.",
        ),
        Kind::Loopback if chosen => Finding::trouble(
            format!("{ip} is announced: only browsers on this very machine reach it."),
            "Set sfu.announced (and sfu.bind, if that is it) to the address people reach.",
        ),
        Kind::Loopback => Finding::fine(format!("{ip} is announced last, for browsers on this very machine.")),
        Kind::LinkLocal => Finding::trouble(
            format!("{ip} is announced: a link-local address, which browsers do not use."),
            "Set sfu.announced to an address that is routed.",
        ),
        Kind::Example => Finding::trouble(
            format!("{ip} is announced, an address from documents that nobody has."),
            "Set sfu.announced to the address people reach.",
        ),
        Kind::Nowhere => Finding::trouble(
            format!("{ip} is announced, which is no address of a machine."),
            "Set sfu.announced to the address people reach.",
        ),
    }
}

fn nothing_public(media: &Media) -> Finding {
    match (media.announced, media.place) {
        (Announced::Chosen, _) => Finding::note(
            "No public address is announced: people elsewhere get in by a TURN server only.",
            "If that is not meant, add the public address to sfu.announced.",
        ),
        (Announced::Found, Place::Container) => Finding::trouble(
            "In a container, and the container's own address is all that browsers are told.",
            "Publish the media ports as they are (UDP and TCP) and set sfu.announced to the host's address: \
             FACEMENTOR_SFU__ANNOUNCED=<the address people reach>",
        ),
        (Announced::Found, Place::Machine) => Finding::trouble(
            "No public address is announced: people elsewhere cannot send media here.",
            "Behind NAT 1:1 or a router that forwards the ports, set sfu.announced to the public address. If everyone is in \
             this network, set it to this machine's address there.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PUBLIC, ip, media, troubles};
    use super::*;

    #[test]
    fn addresses_that_were_found_have_to_be_reached_from_elsewhere() {
        use Announced::{Chosen, Found};
        let cases = [
            (Found, vec![(PUBLIC, "eth0"), ("127.0.0.1", "lo")], 0),
            (Found, vec![(PUBLIC, "eth0"), ("172.17.0.1", "docker0"), ("127.0.0.1", "lo")], 0),
            (Found, vec![("10.0.0.5", "eth0"), ("127.0.0.1", "lo")], 1),
            (Found, vec![("127.0.0.1", "lo")], 1),
            (Chosen, vec![("10.0.0.5", "eth0")], 0),
            (Chosen, vec![("127.0.0.1", "lo")], 1),
            (Chosen, vec![("203.0.113.7", "")], 1),
            (Chosen, vec![("100.64.3.2", "")], 1),
            (Chosen, vec![(PUBLIC, ""), ("2a00:1450:4001::200e", "")], 1),
        ];
        for (announced, candidates, expected) in cases {
            let found = addresses(&media(announced, &candidates));
            assert_eq!(troubles(&found).len(), expected, "{announced:?} {candidates:?}: {found:#?}");
            assert!(
                troubles(&found)
                    .iter()
                    .all(|trouble| trouble.advice.contains("sfu.") || trouble.advice.contains("ask"))
            );
        }
    }

    #[test]
    fn a_container_is_told_what_to_publish() {
        let mut media = media(Announced::Found, &[("172.17.0.2", "eth0"), ("127.0.0.1", "lo")]);
        media.place = Place::Container;
        let found = addresses(&media);
        assert!(
            troubles(&found).iter().any(|trouble| trouble.advice.contains("FACEMENTOR_SFU__ANNOUNCED")),
            "{found:#?}"
        );
    }

    #[test]
    fn an_unused_address_of_ipv6_is_mentioned_once_it_is_public() {
        let mut media = media(Announced::Found, &[(PUBLIC, "eth0")]);
        for (own, expected) in [("fe80::1", 1), ("fd00::1", 1), ("2a00:1450:4001::200e", 2)] {
            media.own = vec![ip(own)];
            assert_eq!(addresses(&media).len(), expected, "{own}");
        }
    }
}
