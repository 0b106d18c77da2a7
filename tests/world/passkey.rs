//! An authenticator in software: makes one passkey and signs with it as a browser would have it do.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Flags (WebAuthn §6.1): somebody was there, and was verified.
const VERIFIED: u8 = 0x05;
pub(crate) const PRESENT: u8 = 0x01;

pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    origin: String,
    credential_id: String,
    user_handle: String,
    pub(crate) count: u32,
    pub(crate) flags: u8,
}

impl Authenticator {
    /// For pages at `origin`.
    pub(crate) fn new(origin: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        // Of its key: as good as random, and no two are the same.
        let credential_id = URL_SAFE_NO_PAD.encode(Sha256::digest(key.public_key().as_ref()));
        Self { key, origin: origin.to_owned(), credential_id, user_handle: String::new(), count: 0, flags: VERIFIED }
    }

    /// Answers `navigator.credentials.create()`.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        self.user_handle = options["user"]["id"].as_str().expect("a handle").to_owned();
        let point = self.key.public_key().as_ref();
        let (x, y) = (Cbor::Bytes(point[1..33].to_vec()), Cbor::Bytes(point[33..].to_vec()));
        let key = [(1, 2.into()), (3, (-7).into()), (-1, 1.into()), (-2, x), (-3, y)];
        let key = Cbor::Map(key.into_iter().map(|(label, value): (i64, Cbor)| (label.into(), value)).collect());
        let id = URL_SAFE_NO_PAD.decode(&self.credential_id).expect("base64url");
        let mut auth_data = self.auth_data(options["rp"]["id"].as_str().expect("a name"), self.flags | 0x40);
        auth_data.extend([0; 16]);
        auth_data.extend(u16::try_from(id.len()).expect("short").to_be_bytes());
        auth_data.extend(id);
        auth_data.extend(cbor(&key));
        let object = Cbor::Map(vec![
            ("fmt".into(), "none".into()),
            ("attStmt".into(), Cbor::Map(Vec::new())),
            ("authData".into(), Cbor::Bytes(auth_data)),
        ]);
        json!({
            "id": self.credential_id, "rawId": self.credential_id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", options)),
                "attestationObject": URL_SAFE_NO_PAD.encode(cbor(&object)),
                "transports": ["internal"],
            },
        })
    }

    /// Answers `navigator.credentials.get()`.
    pub(crate) fn get(&mut self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", options);
        let auth_data = self.auth_data(options["rpId"].as_str().expect("a name"), self.flags);
        let message = [auth_data.as_slice(), Sha256::digest(&client_data).as_slice()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &message).expect("signs");
        json!({
            "id": self.credential_id, "type": "public-key",
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
                "authenticatorData": URL_SAFE_NO_PAD.encode(auth_data),
                "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
                "userHandle": self.user_handle,
            },
        })
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data =
            json!({"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false});
        data.to_string().into_bytes()
    }

    fn auth_data(&mut self, rp_id: &str, flags: u8) -> Vec<u8> {
        let mut bytes = Sha256::digest(rp_id.as_bytes()).to_vec();
        bytes.push(flags);
        bytes.extend(self.count.to_be_bytes());
        bytes
    }
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("plain data");
    bytes
}
