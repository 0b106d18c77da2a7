//! The ICE servers a client is told, and its own credentials for TURN.
//!
//! Credentials follow `draft-uberti-behave-turn-rest-00` §2.2, which coturn implements as `use-auth-secret`: the name
//! says until when it is good and whose it is, the password is its HMAC under a secret shared with the TURN server.
//! Nothing is stored, and a leaked pair is worthless after its time.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sfu::ParticipantId;
use signaling::message::IceServer;

use crate::kernel::clock::Timestamp;
use crate::kernel::config::{IceServerConfig, LiveConfig, TurnConfig};

/// Everything clients are told. Cheap enough to clone once a room.
#[derive(Clone)]
pub(super) struct IceServers {
    listed: Vec<IceServer>,
    turn: Option<Turn>,
}

/// TURN servers and what we share with them.
#[derive(Clone)]
struct Turn {
    urls: Vec<String>,
    key: hmac::Key,
    ttl: Duration,
}

impl IceServers {
    /// As configured.
    ///
    /// # Errors
    /// The file with the secret cannot be read.
    pub(super) fn new(live: &LiveConfig, turn: &TurnConfig) -> std::io::Result<Self> {
        let listed = |server: &IceServerConfig| IceServer {
            urls: server.urls.clone(),
            username: server.username.clone(),
            credential: server.credential.clone(),
        };
        let with = |secret: &[u8]| Turn {
            urls: turn.urls.clone(),
            // The draft and coturn know no other hash; HMAC does not suffer from SHA-1's collisions.
            key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret),
            ttl: Duration::from_secs(turn.ttl_s),
        };
        Ok(Self {
            listed: live.ice_servers.iter().map(listed).collect(),
            turn: match turn.urls.is_empty() {
                true => None,
                false => Some(with(turn.shared_secret()?.expose().as_bytes())),
            },
        })
    }

    /// Those everybody may know.
    pub(super) fn listed(&self) -> &[IceServer] {
        &self.listed
    }

    /// All of them, with credentials that are this participant's from now on.
    pub(super) fn of(&self, now: Timestamp, participant: ParticipantId) -> Vec<IceServer> {
        let turn = self.turn.as_ref().map(|turn| turn.credentials(now, participant));
        self.listed.iter().cloned().chain(turn).collect()
    }
}

impl Turn {
    fn credentials(&self, now: Timestamp, participant: ParticipantId) -> IceServer {
        let username = format!("{}:{participant}", now.plus(self.ttl).0.div_euclid(1_000));
        let credential = STANDARD.encode(hmac::sign(&self.key, username.as_bytes()));
        IceServer { urls: self.urls.clone(), username: Some(username), credential: Some(credential) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::kernel::config::Config;

    fn servers(toml: &str) -> IceServers {
        let config = Config::with(toml).expect("sound");
        IceServers::new(&config.live, &config.turn).expect("no file to read")
    }

    const TURN: &str = "[turn]\nurls = ['turn:turn.example:3478']\nsecret = 'north'\nttl_s = 3600";

    #[test]
    fn credentials_name_their_end_and_their_bearer_and_are_signed() {
        let now = Timestamp(1_764_000_000_999);
        let told = servers(TURN).of(now, ParticipantId(Uuid::from_u128(7)));
        // echo -n 1764003600:00000000-0000-0000-0000-000000000007 | openssl dgst -sha1 -hmac north -binary | base64
        let expected = IceServer {
            urls: vec!["turn:turn.example:3478".to_owned()],
            username: Some("1764003600:00000000-0000-0000-0000-000000000007".to_owned()),
            credential: Some("ZVUizlQ0/X7W11MudwufreH9rvo=".to_owned()),
        };
        assert_eq!(told, [expected]);
    }

    #[test]
    fn no_two_people_and_no_two_seconds_share_credentials() {
        let servers = servers(TURN);
        let of = |at, who| servers.of(Timestamp(at), ParticipantId(Uuid::from_u128(who)));
        assert_ne!(of(0, 1), of(0, 2));
        assert_ne!(of(0, 1), of(1_000, 1));
    }

    #[test]
    fn what_is_listed_comes_first_and_holds_no_credentials_of_ours() {
        let servers = servers(&format!("{TURN}\n[live]\nice_servers = [{{ urls = ['stun:stun.example'] }}]"));
        let stun = IceServer { urls: vec!["stun:stun.example".to_owned()], username: None, credential: None };
        assert_eq!(servers.listed(), std::slice::from_ref(&stun));
        let told = servers.of(Timestamp(0), ParticipantId(Uuid::nil()));
        assert_eq!((told.len(), told.first()), (2, Some(&stun)));
    }
}
