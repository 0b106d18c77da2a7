//! Whether what an authenticator says is sound (WebAuthn Level 3, §7.1 and §7.2). Pure.
//!
//! Ours, because the libraries there are bring the rsa crate (RUSTSEC-2023-0071) or check attestations that nobody here
//! asks for. Attestation is `none`: which make of authenticator somebody has is not our business.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::key::{PublicKey, read_value};

/// WebAuthn §6.1, flags.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENSIONS: u8 = 0x80;

/// WebAuthn §4, "Credential ID".
const MAX_CREDENTIAL_ID: usize = 1_023;
/// A P-256 key takes 77 bytes; RSA of 4,096 bits some 530. More is somebody's joke.
const MAX_PUBLIC_KEY: usize = 2_048;

/// Why an answer is not believed. For logs: people are told that it was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unsound(&'static str);

/// Whether the authenticator must have made sure who holds it, by a PIN or a finger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserVerification {
    Required,
    Preferred,
}

/// What an answer must be to.
pub(super) struct Expected<'a> {
    pub(super) challenge: &'a str,
    /// Pages it may come from.
    pub(super) origins: &'a [String],
    pub(super) rp_id: &'a str,
    pub(super) verification: UserVerification,
}

/// A credential that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) credential_id: Vec<u8>,
    /// As COSE has it.
    pub(super) public_key: Vec<u8>,
    pub(super) sign_count: u32,
}

/// WebAuthn §5.8.1.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<String>,
}

/// WebAuthn §6.1.
struct AuthenticatorData<'a> {
    flags: u8,
    sign_count: u32,
    /// Attested credential data and extensions.
    rest: &'a [u8],
}

/// Reads what `navigator.credentials.create()` answered (§7.1).
pub(super) fn registered(client_data: &[u8], attestation_object: &[u8], expected: &Expected) -> Result<Made, Unsound> {
    read_client_data(client_data, "webauthn.create", expected)?;
    let mut rest = attestation_object;
    let Some(Value::Map(entries)) = read_value(&mut rest) else { return Err(Unsound("no attestation object")) };
    if !rest.is_empty() {
        return Err(Unsound("something after the attestation object"));
    }
    let auth_data = entries.iter().find(|(key, _)| key.as_text() == Some("authData")).map(|(_, value)| value);
    let auth_data = auth_data.and_then(Value::as_bytes).ok_or(Unsound("no authenticator data"))?;
    let data = read_authenticator_data(auth_data, expected)?;
    if data.flags & ATTESTED == 0 {
        return Err(Unsound("no credential"));
    }
    // The model (aaguid) is skipped: with attestation `none` anyone may say anything there.
    let (_, rest) = data.rest.split_first_chunk::<16>().ok_or(Unsound("cut short"))?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(Unsound("cut short"))?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > MAX_CREDENTIAL_ID {
        return Err(Unsound("a credential id of no length or too much"));
    }
    let (credential_id, rest) = rest.split_at_checked(length).ok_or(Unsound("cut short"))?;
    let mut after = rest;
    PublicKey::read(&mut after).ok_or(Unsound("no public key that we take"))?;
    let public_key = rest.get(..rest.len() - after.len()).unwrap_or_default();
    if public_key.len() > MAX_PUBLIC_KEY {
        return Err(Unsound("a public key too long"));
    }
    read_extensions(data.flags, after)?;
    Ok(Made { credential_id: credential_id.to_vec(), public_key: public_key.to_vec(), sign_count: data.sign_count })
}

/// Reads what `navigator.credentials.get()` answered with the key `public_key` (§7.2). Answers with the newest count.
pub(super) fn asserted(
    client_data: &[u8],
    auth_data: &[u8],
    signature: &[u8],
    public_key: &[u8],
    expected: &Expected,
) -> Result<u32, Unsound> {
    read_client_data(client_data, "webauthn.get", expected)?;
    let data = read_authenticator_data(auth_data, expected)?;
    if data.flags & ATTESTED != 0 {
        return Err(Unsound("a credential where none belongs"));
    }
    read_extensions(data.flags, data.rest)?;
    let mut key = public_key;
    let key = PublicKey::read(&mut key).ok_or(Unsound("the stored key cannot be read"))?;
    let message = [auth_data, Sha256::digest(client_data).as_slice()].concat();
    if key.verifies(&message, signature) { Ok(data.sign_count) } else { Err(Unsound("another key's signature")) }
}

fn read_client_data(bytes: &[u8], kind: &str, expected: &Expected) -> Result<(), Unsound> {
    let data: ClientData = serde_json::from_slice(bytes).map_err(|_| Unsound("no client data"))?;
    if data.kind != kind {
        return Err(Unsound("another kind of ceremony"));
    }
    if data.challenge != expected.challenge {
        return Err(Unsound("another challenge"));
    }
    if !expected.origins.contains(&data.origin) {
        return Err(Unsound("another origin"));
    }
    if data.cross_origin || data.top_origin.is_some() {
        return Err(Unsound("inside another site's page"));
    }
    Ok(())
}

fn read_authenticator_data<'a>(bytes: &'a [u8], expected: &Expected) -> Result<AuthenticatorData<'a>, Unsound> {
    let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(Unsound("cut short"))?;
    let (&[flags, count @ ..], rest) = rest.split_first_chunk::<5>().ok_or(Unsound("cut short"))?;
    if rp_id_hash[..] != Sha256::digest(expected.rp_id.as_bytes())[..] {
        return Err(Unsound("another site's"));
    }
    if flags & PRESENT == 0 {
        return Err(Unsound("nobody was there"));
    }
    if expected.verification == UserVerification::Required && flags & VERIFIED == 0 {
        return Err(Unsound("nobody was verified"));
    }
    if flags & BACKED_UP != 0 && flags & BACKUP_ELIGIBLE == 0 {
        return Err(Unsound("a backup of what cannot be backed up"));
    }
    Ok(AuthenticatorData { flags, sign_count: u32::from_be_bytes(count), rest })
}

/// Extensions are read over: none was asked for.
fn read_extensions(flags: u8, mut rest: &[u8]) -> Result<(), Unsound> {
    if flags & EXTENSIONS != 0 && !matches!(read_value(&mut rest), Some(Value::Map(_))) {
        return Err(Unsound("no extensions"));
    }
    if rest.is_empty() { Ok(()) } else { Err(Unsound("something after its end")) }
}

/// Base64url as WebAuthn writes it (§3): without padding.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, Unsound> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Unsound("no base64url"))
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
