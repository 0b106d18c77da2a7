//! What the shards listen on.

use std::net::SocketAddr;

use super::super::ports::{Port, ShardPorts};
use super::super::report::{Finding, Verdict};
use super::Media;

/// Whether the media ports can be had.
pub(crate) fn ports(media: &Media, ports: &[ShardPorts]) -> Vec<Finding> {
    ports
        .iter()
        .zip(&media.shards)
        .enumerate()
        .flat_map(|(index, (ports, candidates))| {
            let told: Vec<_> = candidates.iter().map(|candidate| candidate.address.to_string()).collect();
            let name = format!("Shard {}", index + 1);
            if ports.bind.port() == 0 {
                return vec![Finding::note(
                    format!("{name}: any free port, another one at every start."),
                    "Set sfu.port, or no firewall can let it through.",
                )];
            }
            let verdicts = [port(&name, "UDP", ports.bind, &ports.udp), port(&name, "TCP", ports.bind, &ports.tcp)];
            let mut found: Vec<Finding> = verdicts.into_iter().flatten().collect();
            if found.iter().all(|finding| finding.verdict != Verdict::Trouble) {
                let how = match (&ports.udp, &ports.tcp) {
                    (Port::Served, _) => "served by the FaceMentor that runs here",
                    _ => "free to be bound",
                };
                let protocols = if media.tcp { "UDP and TCP" } else { "UDP" };
                let what =
                    format!("{name}: {protocols} {} {how}; browsers try {}.", ports.bind.port(), told.join(", "));
                found.insert(0, Finding::fine(what));
            }
            found
        })
        .chain((media.wanted > media.shards.len()).then(|| {
            Finding::trouble(
                format!("{} shards, but ports for {} only: the last is 65535.", media.wanted, media.shards.len()),
                "The server will not start: set a lower sfu.port, or fewer sfu.shards.",
            )
        }))
        .chain((!media.tcp).then(|| {
            Finding::note(
                "sfu.tcp is off: where UDP is blocked, people get in by a TURN server only.",
                "Set sfu.tcp = true, unless the firewall lets no TCP through anyway.",
            )
        }))
        .collect()
}

fn port(name: &str, protocol: &str, bind: SocketAddr, port: &Port) -> Option<Finding> {
    let which = format!("{name}: {protocol} {bind}");
    match port {
        Port::Free | Port::Served | Port::Off => None,
        Port::Taken => Some(Finding::trouble(
            format!("{which} is taken by another program."),
            format!("See whose it is (ss -lnp 'sport = :{}') and end it, or set another sfu.port.", bind.port()),
        )),
        Port::NotHere => Some(Finding::trouble(
            format!("{which}: this machine does not have that address."),
            "Set sfu.bind to \"0.0.0.0\" or \"::\" and, behind NAT, the public address in sfu.announced.",
        )),
        Port::Failed(error) => Some(Finding::trouble(
            format!("{which} cannot be bound: {error}"),
            "Ports below 1024 need CAP_NET_BIND_SERVICE; set sfu.port, or give the right.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Announced;
    use super::super::tests::{PUBLIC, media, troubles};
    use super::*;

    #[test]
    fn ports_are_free_or_ours_or_a_trouble() {
        let media = media(Announced::Chosen, &[(PUBLIC, "")]);
        let cases = [
            (Port::Free, Port::Free, 0),
            (Port::Served, Port::Served, 0),
            (Port::Free, Port::Taken, 1),
            (Port::Taken, Port::Taken, 2),
            (Port::NotHere, Port::NotHere, 2),
            (Port::Failed("permission denied".to_owned()), Port::Free, 1),
        ];
        for (udp, tcp, expected) in cases {
            let bind = SocketAddr::new(media.bind, 7_881);
            let found = ports(&media, &[ShardPorts { bind, udp: udp.clone(), tcp: tcp.clone() }]);
            assert_eq!(troubles(&found).len(), expected, "{udp:?} {tcp:?}: {found:#?}");
            let says_what_browsers_try = found.iter().any(|finding| finding.what.contains("93.184.216.34:7881"));
            assert_eq!(says_what_browsers_try, expected == 0);
        }
    }
}
