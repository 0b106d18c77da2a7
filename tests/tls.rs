//! HTTPS by certificate and key from the configuration.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::world::{Engine, TestDatabase, World};

#[tokio::test]
async fn with_a_certificate_it_speaks_https_alone() {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let files = TestDatabase::create(Engine::Sqlite).await;
    let (certificate, key) = (files.folder().join("certificate.pem"), files.folder().join("key.pem"));
    std::fs::write(&certificate, certified.cert.pem()).expect("written");
    std::fs::write(&key, certified.signing_key.serialize_pem()).expect("written");
    let settings = format!("[tls]\ncertificate = '{}'\nkey = '{}'", certificate.display(), key.display());
    let world = World::with(Engine::Sqlite, &settings).await;

    let mut roots = RootCertStore::empty();
    roots.add(certified.cert.der().clone()).expect("a sound certificate");
    let client = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let socket = TcpStream::connect(world.address()).await.expect("accepts");
    let mut stream = TlsConnector::from(Arc::new(client)).connect(name, socket).await.expect("a handshake");
    let request = "GET /api/site HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    // A server may close without close_notify; what came before counts.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age="), "{answer}");

    assert!(reqwest::get(world.url("/api/site")).await.is_err(), "no plain HTTP on this port");
}

#[tokio::test]
async fn a_certificate_that_is_none_is_an_error_that_says_so() {
    let files = TestDatabase::create(Engine::Sqlite).await;
    let path = files.folder().join("certificate.pem");
    std::fs::write(&path, "nonsense").expect("written");
    let output = crate::world::facementor(&files)
        .arg("serve")
        .envs([("FACEMENTOR_TLS__CERTIFICATE", &path), ("FACEMENTOR_TLS__KEY", &path)])
        .output()
        .expect("runs");
    assert!(!output.status.success());
    let text = crate::world::stderr(&output);
    assert!(text.contains("TLS certificate"), "{text}");
}
