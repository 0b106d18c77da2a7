//! What is believed of an authenticator, and what is not: one that can be made to lie in every way.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256};
use ciborium::Value;
use sha2::{Digest, Sha256};

use super::ceremony::{Expected, Made, Unsound, UserVerification, asserted, registered};

const ORIGIN: &str = "https://meet.example";
const RP_ID: &str = "meet.example";

enum Key {
    Es256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl Key {
    fn all() -> [Self; 3] {
        [
            Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key")),
            Self::Ed25519(Ed25519KeyPair::generate().expect("a key")),
            Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key")),
        ]
    }

    fn cose(&self) -> Value {
        let map = |entries: Vec<(i64, Value)>| {
            Value::Map(entries.into_iter().map(|(label, value)| (Value::from(label), value)).collect())
        };
        match self {
            Self::Es256(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = (Value::Bytes(point[1..33].to_vec()), Value::Bytes(point[33..].to_vec()));
                map(vec![(1, 2.into()), (3, (-7).into()), (-1, 1.into()), (-2, x), (-3, y)])
            }
            Self::Ed25519(key) => {
                let x = Value::Bytes(key.public_key().as_ref().to_vec());
                map(vec![(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, x)])
            }
            Self::Rs256(key) => {
                // PKCS #1: a sequence of two integers; of 2,048 bits the first begins at the tenth byte.
                let der = key.public_key().as_ref();
                let (n, e) = (Value::Bytes(der[9..265].to_vec()), Value::Bytes(der[der.len() - 3..].to_vec()));
                map(vec![(1, 3.into()), (3, (-257).into()), (-1, n), (-2, e)])
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(key) => key.sign(&random, message).expect("signs").as_ref().to_vec(),
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("signs");
                signature
            }
        }
    }
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("plain data");
    bytes
}

/// What an authenticator says, to be changed before it is sent.
struct Said {
    kind: &'static str,
    challenge: &'static str,
    origin: &'static str,
    more: &'static str,
    rp_id: &'static str,
    flags: u8,
    count: u32,
    credential_id: Vec<u8>,
    key: Value,
    tail: Vec<u8>,
}

impl Said {
    fn client_data(&self) -> Vec<u8> {
        let Self { kind, challenge, origin, more, .. } = self;
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"{more}}}"#).into_bytes()
    }

    fn auth_data(&self) -> Vec<u8> {
        let mut bytes = Sha256::digest(self.rp_id).to_vec();
        bytes.push(self.flags);
        bytes.extend(self.count.to_be_bytes());
        if self.flags & 0x40 != 0 {
            bytes.extend([0; 16]);
            bytes.extend(u16::try_from(self.credential_id.len()).expect("short").to_be_bytes());
            bytes.extend(&self.credential_id);
            bytes.extend(cbor(&self.key));
        }
        bytes.extend(&self.tail);
        bytes
    }

    fn object(&self) -> Vec<u8> {
        cbor(&Value::Map(vec![
            ("fmt".into(), "none".into()),
            ("attStmt".into(), Value::Map(Vec::new())),
            ("authData".into(), Value::Bytes(self.auth_data())),
        ]))
    }
}

fn said(kind: &'static str, key: &Key) -> Said {
    let flags = if kind == "webauthn.create" { 0x45 } else { 0x05 };
    Said {
        kind,
        challenge: "c",
        origin: ORIGIN,
        more: "",
        rp_id: RP_ID,
        flags,
        count: 7,
        credential_id: vec![9; 32],
        key: key.cose(),
        tail: Vec::new(),
    }
}

fn register(said: &Said, verification: UserVerification) -> Result<Made, Unsound> {
    let origins = [ORIGIN.to_owned()];
    let expected = Expected { challenge: "c", origins: &origins, rp_id: RP_ID, verification };
    registered(&said.client_data(), &said.object(), &expected)
}

fn assert(said: &Said, key: &Key, stored: &[u8], verification: UserVerification) -> Result<u32, Unsound> {
    let origins = [ORIGIN.to_owned()];
    let expected = Expected { challenge: "c", origins: &origins, rp_id: RP_ID, verification };
    let (client_data, auth_data) = (said.client_data(), said.auth_data());
    let signature = key.sign(&[auth_data.as_slice(), Sha256::digest(&client_data).as_slice()].concat());
    asserted(&client_data, &auth_data, &signature, stored, &expected)
}

#[test]
fn every_algorithm_we_ask_for_registers_and_signs_in() {
    for key in Key::all() {
        let made = register(&said("webauthn.create", &key), UserVerification::Required).expect("sound");
        assert_eq!((made.credential_id, made.sign_count), (vec![9; 32], 7));
        assert_eq!(made.public_key, cbor(&key.cose()));
        let said = said("webauthn.get", &key);
        assert_eq!(assert(&said, &key, &made.public_key, UserVerification::Required), Ok(7));
        for other in Key::all() {
            assert!(assert(&said, &other, &made.public_key, UserVerification::Required).is_err(), "another key");
        }
    }
}

/// A lie, and what makes it.
type Lie = (&'static str, fn(&mut Said));

const LIES: &[Lie] = &[
    ("another kind", |said| said.kind = if said.kind == "webauthn.get" { "webauthn.create" } else { "webauthn.get" }),
    ("another challenge", |said| said.challenge = "d"),
    ("another origin", |said| said.origin = "https://meet.example.evil"),
    ("a port that is not ours", |said| said.origin = "https://meet.example:8443"),
    ("an unencrypted page", |said| said.origin = "http://meet.example"),
    ("inside another page", |said| said.more = r#","crossOrigin":true"#),
    ("below another page", |said| said.more = r#","topOrigin":"https://evil.example""#),
    ("another site's key", |said| said.rp_id = "evil.example"),
    ("nobody there", |said| said.flags &= !0x01),
    ("nobody verified", |said| said.flags &= !0x04),
    ("a backup of what has none", |said| said.flags |= 0x10),
    ("more than it says", |said| said.tail = vec![0]),
    ("extensions that are none", |said| said.flags |= 0x80),
];

#[test]
fn no_lie_is_believed() {
    let key = Key::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"));
    let stored = cbor(&key.cose());
    for (what, lie) in LIES {
        let mut create = said("webauthn.create", &key);
        lie(&mut create);
        assert!(register(&create, UserVerification::Required).is_err(), "{what}");
        let mut get = said("webauthn.get", &key);
        lie(&mut get);
        assert!(assert(&get, &key, &stored, UserVerification::Required).is_err(), "{what}");
    }
    // For a second step a touch is enough.
    let mut touched = said("webauthn.get", &key);
    touched.flags &= !0x04;
    assert_eq!(assert(&touched, &key, &stored, UserVerification::Preferred), Ok(7));
    // Extensions nobody asked for are read over.
    let mut extended = said("webauthn.get", &key);
    extended.flags |= 0x80;
    extended.tail = cbor(&Value::Map(vec![("credProtect".into(), 2.into())]));
    assert_eq!(assert(&extended, &key, &stored, UserVerification::Required), Ok(7));
}

#[test]
fn a_key_that_is_none_is_not_registered() {
    let key = Key::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"));
    let Value::Map(sound) = key.cose() else { unreachable!("a map") };
    let with = |label: i64, value: Value| {
        let mut entries = sound.clone();
        entries.retain(|(key, _)| *key != Value::from(label));
        entries.push((label.into(), value));
        Value::Map(entries)
    };
    let twice = Value::Map([sound.clone(), vec![(3.into(), (-7).into())]].concat());
    let mut deep = Value::Null;
    for _ in 0..100 {
        deep = Value::Array(vec![deep]);
    }
    for (what, cose) in [
        ("no map", Value::Null),
        ("an algorithm we do not take", with(3, (-35).into())),
        ("another curve", with(-1, 2.into())),
        ("another type", with(1, 3.into())),
        ("a short coordinate", with(-2, Value::Bytes(vec![1; 31]))),
        ("a label twice", twice),
        ("something deep", with(-9, deep)),
    ] {
        let mut create = said("webauthn.create", &key);
        create.key = cose;
        assert!(register(&create, UserVerification::Preferred).is_err(), "{what}");
    }
    for id in [Vec::new(), vec![1; 1_024]] {
        let mut create = said("webauthn.create", &key);
        create.credential_id = id;
        assert!(register(&create, UserVerification::Preferred).is_err());
    }
    // Whatever is cut off, wherever.
    let whole = said("webauthn.create", &key);
    let origins = [ORIGIN.to_owned()];
    let expected =
        Expected { challenge: "c", origins: &origins, rp_id: RP_ID, verification: UserVerification::Preferred };
    let object = whole.object();
    for length in 0..object.len() {
        assert!(registered(&whole.client_data(), &object[..length], &expected).is_err(), "{length} bytes");
    }
}
