//! What TURN servers answered.

use super::super::address::Kind;
use super::super::exchange::Relayed;
use super::super::relay::NoRelay;
use super::super::report::Finding;
use super::super::url::{Transport, TurnUrl};
use super::Media;

/// What asking one TURN server came to.
pub(crate) fn turn_server(text: &str, url: &TurnUrl, result: &Result<Relayed, NoRelay>, media: &Media) -> Vec<Finding> {
    let relayed = match result {
        Ok(relayed) => relayed,
        Err(error) => return vec![Finding::trouble(format!("{text}: {error}"), no_relay(url, error))],
    };
    let mut found = vec![Finding::fine(format!("{text} relays from {}.", relayed.from.ip()))];
    for peer in &relayed.refused {
        found.push(Finding::trouble(
            format!("{text} refuses to relay to {peer}, where media is."),
            format!("Let it: in coturn, allowed-peer-ip={peer}"),
        ));
    }
    let seen_elsewhere = relayed.seen_as.filter(|ip| Kind::of(*ip) == Kind::Public && !media.is_public());
    if let Some(ip) = seen_elsewhere {
        found.push(Finding::note(
            format!("It sees this machine as {ip}."),
            "If the media ports are forwarded from there, that is what sfu.announced should be.",
        ));
    }
    found
}

fn no_relay(url: &TurnUrl, error: &NoRelay) -> String {
    let place = format!("{}:{}", url.host, url.port);
    match error {
        NoRelay::Name(_) => "Is the name right, and does it have an address in the DNS?".to_owned(),
        NoRelay::Unreachable(_) | NoRelay::Silent => {
            format!("Does it run, listen on {place}, and does its firewall let this machine through?")
        }
        NoRelay::Tls(_) => format!("It needs a certificate for {} from an authority that browsers know.", url.host),
        NoRelay::Refused(words) if words.contains("401") => {
            "Is turn.secret its static-auth-secret (with use-auth-secret), and do both machines' clocks agree?"
                .to_owned()
        }
        NoRelay::Refused(_) => "Its log says why; a full quota or port range are the usual reasons.".to_owned(),
        NoRelay::Dtls => "Write turns: with ?transport=tcp.".to_owned(),
    }
}

/// Whether the TURN servers together help everybody they could.
pub(crate) fn turn_as_a_whole(urls: &[TurnUrl]) -> Option<Finding> {
    let tls = |url: &TurnUrl| url.transport == Transport::Tls && url.port == 443;
    let advice = "docs/REACH.md tells how to run coturn beside this server.";
    if urls.is_empty() {
        let what = "No TURN server: networks that let neither UDP nor the media ports through keep people out.";
        Some(Finding::note(what, advice))
    } else if !urls.iter().any(tls) {
        Some(Finding::note("None is reached by TLS on port 443, the only way out of the strictest networks.", advice))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::super::Announced;
    use super::super::tests::{PUBLIC, ip, media, troubles};
    use super::*;

    #[test]
    fn a_relay_has_to_reach_what_is_worth_reaching() {
        let url: TurnUrl = "turns:t.example:443".parse().expect("a URL");
        let relayed =
            Relayed { from: SocketAddr::new(ip(PUBLIC), 50_000), seen_as: None, refused: vec![ip("10.0.0.5")] };
        let found =
            turn_server("turns:t.example:443", &url, &Ok(relayed), &media(Announced::Found, &[("10.0.0.5", "eth0")]));
        assert!(troubles(&found)[0].advice.contains("allowed-peer-ip=10.0.0.5"), "{found:#?}");
    }

    #[test]
    fn a_turn_server_tells_the_public_address_of_who_announces_none() {
        let url: TurnUrl = "turn:t.example".parse().expect("a URL");
        let relayed =
            Relayed { from: SocketAddr::new(ip("8.8.8.8"), 1), seen_as: Some(ip(PUBLIC)), refused: Vec::new() };
        for (own, expected) in [("10.0.0.5", true), ("8.8.4.4", false)] {
            let found =
                turn_server("turn:t.example", &url, &Ok(relayed.clone()), &media(Announced::Found, &[(own, "")]));
            assert_eq!(found.iter().any(|finding| finding.what.contains(PUBLIC)), expected, "{own}");
        }
    }

    #[test]
    fn refused_credentials_point_at_the_secret_and_the_clock() {
        let url: TurnUrl = "turn:t.example".parse().expect("a URL");
        let refused = Err(NoRelay::Refused("Allocate error response (error 401: Unauthorized)".to_owned()));
        let found = turn_server("turn:t.example", &url, &refused, &media(Announced::Chosen, &[(PUBLIC, "")]));
        assert!(found[0].advice.contains("turn.secret") && found[0].advice.contains("clocks"), "{found:#?}");
    }

    #[test]
    fn the_strictest_networks_want_tls_on_443() {
        let parse = |urls: &[&str]| urls.iter().map(|url| url.parse().expect("a URL")).collect::<Vec<TurnUrl>>();
        for (urls, fine) in [
            (&[][..], false),
            (&["turn:t.example:443?transport=tcp"][..], false),
            (&["turns:t.example"][..], false),
            (&["turn:t.example", "turns:t.example:443"][..], true),
        ] {
            assert_eq!(turn_as_a_whole(&parse(urls)).is_none(), fine, "{urls:?}");
        }
    }
}
