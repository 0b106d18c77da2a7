//! Keys made at first start, kept in a 0600 file in the data folder; the tokens they sign, and what they seal.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::clock::{Clock, Random, Timestamp};
use super::sealing::SealingKey;

const FILE: &str = "secrets.json";

#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error("cannot read or write {}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{} is damaged: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("{} can be read by others: run `chmod 600` on it", path.display())]
    Exposed { path: PathBuf },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not signed by us, for another purpose, or not a token at all.
    #[error("the token is not valid")]
    Invalid,
    #[error("the token has expired")]
    Expired,
}

/// What a token is good for (JWT `aud`, RFC 7519 §4.1.3). A token of one audience is worthless to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Requests of a login.
    Access,
    /// New access tokens of a login.
    Refresh,
    /// A place in a room: signaling, WHIP, WHEP.
    Room,
    /// A device that logged in before.
    Device,
    /// A sign-in by another provider that a browser has begun.
    Attempt,
    /// A log-in whose first step is done.
    SecondStep,
    /// A passkey's ceremony that was begun.
    Ceremony,
    /// A connection of somebody's calendar at Google that a page has begun.
    Calendar,
}

impl Audience {
    fn as_str(self) -> &'static str {
        match self {
            Audience::Access => "access",
            Audience::Refresh => "refresh",
            Audience::Room => "room",
            Audience::Device => "device",
            Audience::Attempt => "attempt",
            Audience::SecondStep => "second_step",
            Audience::Ceremony => "ceremony",
            Audience::Calendar => "calendar",
        }
    }
}

/// Signs and verifies JWTs (HS256, `kid` in the header). The newest key signs; all of them verify, so keys can be rotated.
pub struct Secrets {
    keys: Vec<Key>,
}

struct Key {
    kid: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    sealing: SealingKey,
}

#[derive(Serialize, Deserialize)]
struct File {
    /// Newest first.
    token_keys: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    kid: String,
    secret: String,
}

#[derive(Serialize, Deserialize)]
struct Envelope<C> {
    aud: String,
    exp: i64,
    iat: i64,
    #[serde(flatten)]
    claims: C,
}

impl Secrets {
    /// Reads the secrets of `data_dir`, making them (and the folder) when they do not exist.
    pub fn load_or_create(data_dir: &Path, random: &Random) -> Result<Self, SecretsError> {
        let path = data_dir.join(FILE);
        let io = |source| SecretsError::Io { path: path.clone(), source };
        fs::create_dir_all(data_dir).map_err(io)?;
        if !path.exists() {
            create(&path, random).map_err(io)?;
        }
        if fs::metadata(&path).map_err(io)?.permissions().mode() & 0o077 != 0 {
            return Err(SecretsError::Exposed { path });
        }
        let text = fs::read_to_string(&path).map_err(io)?;
        parse(&text).map_err(|reason| SecretsError::Damaged { path, reason })
    }

    /// A token for `audience` that carries `claims` until `expires_at` (whole seconds, rounded up).
    pub fn sign<C: Serialize>(&self, audience: Audience, clock: &Clock, expires_at: Timestamp, claims: C) -> String {
        let key = self.keys.first().expect("parse() refuses a file without keys");
        let envelope = Envelope {
            aud: audience.as_str().to_owned(),
            exp: expires_at.0.saturating_add(999).div_euclid(1_000),
            iat: clock.now().0.div_euclid(1_000),
            claims,
        };
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &envelope, &key.encoding).expect("claims are plain data and serialize")
    }

    /// The claims of a token we signed for `audience` that has not expired.
    pub fn verify<C: DeserializeOwned>(&self, audience: Audience, clock: &Clock, token: &str) -> Result<C, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        let key = self.keys.iter().find(|key| Some(&key.kid) == header.kid.as_ref()).ok_or(TokenError::Invalid)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[audience.as_str()]);
        // Our clock is injected; the library would ask the system's.
        validation.validate_exp = false;
        validation.required_spec_claims = ["aud", "exp"].map(str::to_owned).into();
        let envelope = jsonwebtoken::decode::<Envelope<C>>(token, &key.decoding, &validation)
            .map_err(|_| TokenError::Invalid)?
            .claims;
        if envelope.exp.saturating_mul(1_000) <= clock.now().0 { Err(TokenError::Expired) } else { Ok(envelope.claims) }
    }

    /// A secret for the database that only this server can read again. What is sealed for one purpose opens for no other: name
    /// the row in it.
    pub fn seal(&self, random: &Random, purpose: &str, plain: &[u8]) -> String {
        let key = self.keys.first().expect("there is at least one key");
        format!("{}.{}", key.kid, URL_SAFE_NO_PAD.encode(key.sealing.seal(random, purpose, plain)))
    }

    /// None for what was not sealed here for this purpose, and when the key it was sealed with is gone.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let (kid, sealed) = sealed.split_once('.')?;
        let key = self.keys.iter().find(|key| key.kid == kid)?;
        key.sealing.open(purpose, URL_SAFE_NO_PAD.decode(sealed).ok()?)
    }
}

/// Written beside and renamed, so that a crash leaves no half file.
fn create(path: &Path, random: &Random) -> std::io::Result<()> {
    let file = File { token_keys: vec![StoredKey { kid: random.text::<6>(), secret: random.text::<32>() }] };
    let draft = path.with_extension("new");
    let _ = fs::remove_file(&draft);
    let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    out.write_all(serde_json::to_string_pretty(&file)?.as_bytes())?;
    out.sync_all()?;
    fs::rename(&draft, path)
}

fn parse(text: &str) -> Result<Secrets, String> {
    let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut keys = Vec::new();
    for stored in file.token_keys {
        let secret = URL_SAFE_NO_PAD.decode(&stored.secret).map_err(|error| error.to_string())?;
        if secret.len() < 32 {
            return Err(format!("key {} is shorter than 32 bytes", stored.kid));
        }
        let (encoding, decoding) = (EncodingKey::from_secret(&secret), DecodingKey::from_secret(&secret));
        keys.push(Key { kid: stored.kid, encoding, decoding, sealing: SealingKey::of(&secret) });
    }
    if keys.is_empty() { Err("it holds no token_keys".to_owned()) } else { Ok(Secrets { keys }) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::clock::VirtualClock;
    use super::*;

    fn secrets() -> Secrets {
        let secret = URL_SAFE_NO_PAD.encode([7; 32]);
        parse(&format!(r#"{{"token_keys":[{{"kid":"a","secret":"{secret}"}}]}}"#)).expect("a sound file")
    }

    #[test]
    fn a_token_is_good_for_its_audience_until_it_expires() {
        let time = VirtualClock::starting_at(Timestamp(1_764_000_000_000));
        let clock = Clock::Virtual(time.clone());
        let expires = clock.now().plus(Duration::from_secs(60));
        let token = secrets().sign(Audience::Room, &clock, expires, serde_json::json!({"room": "r"}));

        let claims: serde_json::Value = secrets().verify(Audience::Room, &clock, &token).expect("fresh");
        assert_eq!(claims["room"], "r");
        let other = secrets().verify::<serde_json::Value>(Audience::Access, &clock, &token);
        assert_eq!(other, Err(TokenError::Invalid));

        time.advance(Duration::from_secs(60));
        let late = secrets().verify::<serde_json::Value>(Audience::Room, &clock, &token);
        assert_eq!(late, Err(TokenError::Expired));
    }

    #[test]
    fn what_is_sealed_opens_for_its_purpose_alone() {
        let (secrets, random) = (secrets(), Random::default());
        let sealed = secrets.seal(&random, "row 1", b"do not tell");
        assert!(!sealed.contains("tell") && sealed != secrets.seal(&random, "row 1", b"do not tell"));
        assert_eq!(secrets.open("row 1", &sealed).as_deref(), Some(&b"do not tell"[..]));
        let mut damaged = sealed.clone();
        damaged.replace_range(sealed.len() - 2.., if sealed.ends_with("AA") { "BB" } else { "AA" });
        for (purpose, text) in [("row 2", sealed.as_str()), ("row 1", &damaged), ("row 1", ""), ("row 1", "a.AAAA")] {
            assert_eq!(secrets.open(purpose, text), None, "{purpose} {text}");
        }
    }

    #[test]
    fn tampered_and_unsigned_tokens_are_invalid() {
        let clock = Clock::Virtual(VirtualClock::starting_at(Timestamp(1_764_000_000_000)));
        let token = secrets().sign(Audience::Room, &clock, Timestamp(1_764_000_060_000), serde_json::json!({}));
        let unsigned = format!("eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.{}.", token.split('.').nth(1).unwrap_or_default());
        for bad in ["", "x", "a.b.c", &token[..token.len() - 2], &unsigned] {
            assert_eq!(secrets().verify::<serde_json::Value>(Audience::Room, &clock, bad), Err(TokenError::Invalid));
        }
    }
}
