//! The talk with a TURN server (RFC 8656), sans-IO: get a relay, ask it to send to the media addresses, give it back.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Instant;

use bytes::BytesMut;
use rtc_shared::{TaggedBytesMut, TransportContext};
use rtc_stun::message::TransactionId;
use rtc_turn::client::{Client, ClientConfig, Event};
use sansio::Protocol;

/// What a TURN server gave us.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Relayed {
    /// Where it relays from.
    pub from: SocketAddr,
    /// The address it sees us at.
    pub seen_as: Option<IpAddr>,
    /// Media addresses it will not send to.
    pub refused: Vec<IpAddr>,
}

/// Ends in a relay, or in the server's words of refusal.
pub(crate) struct Exchange {
    client: Client,
    server: SocketAddr,
    peers: Vec<SocketAddr>,
    relayed: Option<Relayed>,
    refusal: Option<String>,
    /// Requests without an answer; the address where it was a permission.
    open: HashMap<TransactionId, Option<IpAddr>>,
}

impl Exchange {
    /// Begins to ask `server` for a relay that may send to `peers`.
    pub(super) fn start(
        now: Instant,
        server: SocketAddr,
        (username, password): (&str, &str),
        peers: &[SocketAddr],
    ) -> Result<Self, String> {
        let local = match server {
            SocketAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
            SocketAddr::V6(_) => IpAddr::from(Ipv6Addr::UNSPECIFIED),
        };
        let config = ClientConfig {
            turn_serv_addr: server.to_string(),
            local_addr: SocketAddr::new(local, 0),
            username: username.to_owned(),
            password: password.to_owned(),
            ..ClientConfig::default()
        };
        let provider = rtc_crypto::default_provider().map_err(|error| error.to_string())?;
        let mut client = Client::new(config, provider).map_err(|error| error.to_string())?;
        client.allocate(now).map_err(|error| error.to_string())?;
        Ok(Self { client, server, peers: peers.to_vec(), relayed: None, refusal: None, open: HashMap::new() })
    }

    /// A message of the server; what is none is ignored.
    pub(super) fn receive(&mut self, now: Instant, message: &[u8]) {
        let transport = TransportContext { peer_addr: self.server, ..TransportContext::default() };
        // An error means a message that is none of this exchange: the deadline decides.
        let _ = self.client.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(message) });
        while let Some(event) = self.client.poll_event() {
            self.take(now, event);
        }
    }

    /// What to send next, if anything.
    pub(super) fn transmit(&mut self) -> Option<BytesMut> {
        self.client.poll_write().map(|transmit| transmit.message)
    }

    /// When to call [`resend`](Self::resend); over TCP never.
    pub(super) fn deadline(&mut self) -> Option<Instant> {
        self.client.poll_timeout()
    }

    /// Repeats what may have been lost (RFC 8489 §6.2.1).
    pub(super) fn resend(&mut self, now: Instant) {
        // It only schedules.
        let _ = self.client.handle_timeout(now);
        while let Some(event) = self.client.poll_event() {
            self.take(now, event);
        }
    }

    /// The end, once reached.
    pub(super) fn outcome(&self) -> Option<Result<Relayed, String>> {
        if let Some(refusal) = &self.refusal {
            return Some(Err(refusal.clone()));
        }
        let relayed = self.relayed.as_ref()?;
        self.open.is_empty().then(|| Ok(relayed.clone()))
    }

    /// Gives the relay back; there is something to [`transmit`](Self::transmit) then.
    pub(super) fn release(&mut self, now: Instant) {
        if let Some(relayed) = &self.relayed
            && let Ok(mut relay) = self.client.relay(relayed.from)
        {
            // It would end by itself in ten minutes.
            let _ = relay.close(now);
        }
    }

    fn take(&mut self, now: Instant, event: Event) {
        match event {
            Event::AllocateResponse(_, from) => self.ask_more(now, from),
            Event::AllocateError(_, error) => self.refusal = Some(error.to_string()),
            Event::BindingResponse(id, seen_as) => {
                self.open.remove(&id);
                if let Some(relayed) = &mut self.relayed {
                    relayed.seen_as = Some(seen_as.ip());
                }
            }
            Event::CreatePermissionError(id, _) => {
                if let (Some(Some(peer)), Some(relayed)) = (self.open.remove(&id), &mut self.relayed) {
                    relayed.refused.push(peer);
                }
            }
            Event::BindingError(id, _) | Event::CreatePermissionResponse(id, _) => {
                self.open.remove(&id);
            }
            Event::TransactionTimeout(id) => {
                self.open.remove(&id);
            }
            _ => {}
        }
    }

    fn ask_more(&mut self, now: Instant, from: SocketAddr) {
        self.relayed = Some(Relayed { from, seen_as: None, refused: Vec::new() });
        if let Ok(id) = self.client.send_binding_request_to(now, self.server) {
            self.open.insert(id, None);
        }
        // A relay sends to its own family only (RFC 8656 §9.2).
        for peer in self.peers.iter().filter(|peer| peer.is_ipv4() == from.is_ipv4()) {
            let asked = self.client.relay(from).and_then(|mut relay| relay.create_permission(now, *peer));
            if let Ok(Some(id)) = asked {
                self.open.insert(id, Some(peer.ip()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn exchange(now: Instant) -> Exchange {
        let server = SocketAddr::from(([192, 0, 2, 1], 3478));
        Exchange::start(now, server, ("1764003600:somebody", "password"), &[]).expect("starts")
    }

    #[test]
    fn a_silent_server_is_asked_again() {
        let now = Instant::now();
        let mut exchange = exchange(now);
        let first = exchange.transmit().expect("an Allocate request");
        assert_eq!(first.get(..2), Some(&[0x00, 0x03][..]));
        assert!(exchange.transmit().is_none());
        let deadline = exchange.deadline().expect("a time to ask again");
        assert!(deadline > now && deadline < now + Duration::from_secs(1));
        exchange.resend(deadline);
        assert_eq!(exchange.transmit(), Some(first));
        assert_eq!(exchange.outcome(), None);
    }

    #[test]
    fn what_is_no_answer_changes_nothing() {
        let now = Instant::now();
        let mut exchange = exchange(now);
        let request = exchange.transmit().expect("a request");
        let mut of_another = request.to_vec();
        of_another.splice(0..2, [0x01, 0x03]);
        of_another.splice(8..12, [0xff; 4]);
        for message in [&[][..], &[0; 20], b"HTTP/1.1 400 Bad Request\r\n\r\n", &request, &of_another] {
            exchange.receive(now, message);
            assert_eq!(exchange.outcome(), None);
            assert_eq!(exchange.transmit(), None);
        }
    }

    #[test]
    fn a_server_that_wants_no_credentials_of_ours_is_a_refusal() {
        let now = Instant::now();
        let mut exchange = exchange(now);
        let mut answer = exchange.transmit().expect("a request").to_vec();
        // An error response to it without realm and nonce.
        answer.truncate(20);
        answer.splice(0..4, [0x01, 0x13, 0x00, 0x00]);
        exchange.receive(now, &answer);
        assert!(matches!(exchange.outcome(), Some(Err(_))));
    }
}
