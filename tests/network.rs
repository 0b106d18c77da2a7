//! `check-network`, run as an operator runs it: against our own server, taken ports, and a real coturn.

use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::world::{Engine, Process, TestDatabase, bare, facementor, stderr, stdout};

/// Somebody's, but never sent to: it is only announced.
const PUBLIC: &str = "93.184.216.34";
const SECRET: &str = "a secret of these tests";

/// A port that nothing had a moment ago, for UDP and TCP.
fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("bound");
        if UdpSocket::bind(address).is_ok() {
            return address.port();
        }
    }
}

/// A command with a configuration that keeps nobody out, as far as it can.
fn sound(folder: &Path, sfu_port: u16) -> Command {
    let mut command = bare(folder);
    command.arg("check-network").envs([
        ("FACEMENTOR_HTTP__PUBLIC_URL", "https://meet.example.org"),
        ("FACEMENTOR_OPS__LISTEN", "127.0.0.1:1"),
        ("FACEMENTOR_SFU__BIND", "127.0.0.1"),
        ("FACEMENTOR_SFU__PORT", &sfu_port.to_string()),
        ("FACEMENTOR_SFU__SHARDS", "1"),
        ("FACEMENTOR_SFU__ANNOUNCED", PUBLIC),
    ]);
    command
}

fn troubles(output: &Output) -> usize {
    stdout(output).matches("TROUBLE").count()
}

#[tokio::test]
async fn a_network_that_lets_everybody_in_passes() {
    let files = TestDatabase::create(Engine::Sqlite).await;
    let port = free_port();
    let output = sound(files.folder(), port).output().expect("runs");
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains(&format!("browsers try {PUBLIC}:{port}")), "{}", stdout(&output));
}

#[tokio::test]
async fn what_keeps_people_out_fails_and_says_what_to_do() {
    let files = TestDatabase::create(Engine::Sqlite).await;
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let taken = udp.local_addr().expect("bound").port();
    let cases = [
        ("FACEMENTOR_HTTP__PUBLIC_URL", "http://meet.example.org".to_owned(), "tls.certificate"),
        ("FACEMENTOR_SFU__ANNOUNCED", "127.0.0.1".to_owned(), "Set sfu.announced"),
        ("FACEMENTOR_SFU__ANNOUNCED", format!("{PUBLIC},2a00:1450:4001::200e"), "sfu.bind = \"::\""),
        ("FACEMENTOR_SFU__PORT", taken.to_string(), "set another sfu.port"),
        ("FACEMENTOR_SFU__BIND", "198.51.100.1".to_owned(), "\"0.0.0.0\""),
    ];
    for (key, value, advice) in cases {
        let output = sound(files.folder(), free_port()).env(key, &value).output().expect("runs");
        assert!(!output.status.success(), "{key}={value}: {}", stdout(&output));
        assert!(troubles(&output) > 0 && stdout(&output).contains(advice), "{key}={value}: {}", stdout(&output));
        assert!(stderr(&output).contains("keep people out"), "{}", stderr(&output));
    }
}

#[tokio::test]
async fn more_shards_than_ports_is_a_trouble_before_the_start() {
    let files = TestDatabase::create(Engine::Sqlite).await;
    let output = sound(files.folder(), 65_535).env("FACEMENTOR_SFU__SHARDS", "2").output().expect("runs");
    assert!(!output.status.success(), "{}", stdout(&output));
    assert!(stdout(&output).contains("2 shards, but ports for 1 only"), "{}", stdout(&output));
}

#[tokio::test]
async fn the_ports_of_a_running_server_are_its_own() {
    let database = TestDatabase::create(Engine::Sqlite).await;
    let (port, ops) = (free_port(), format!("127.0.0.1:{}", free_port()));
    let mut serve = facementor(&database);
    serve.env("FACEMENTOR_SFU__PORT", port.to_string()).env("FACEMENTOR_OPS__LISTEN", &ops);
    let server = Process::serve(serve);
    let output = sound(database.folder(), port).env("FACEMENTOR_OPS__LISTEN", &ops).output().expect("runs");
    assert!(output.status.success(), "{}", stdout(&output));
    assert!(stdout(&output).contains("served by the FaceMentor that runs here"), "{}", stdout(&output));
    drop(server);
}

#[tokio::test]
async fn turn_servers_are_asked_as_browsers_ask_them() {
    let files = TestDatabase::create(Engine::Sqlite).await;
    let turn = Turn::start(files.folder());
    let check = |url: &str, key: &str, value: &str| {
        let mut command = sound(files.folder(), free_port());
        command.env("FACEMENTOR_TURN__URLS", url).env("FACEMENTOR_TURN__SECRET", SECRET);
        command.env(key, value).output().expect("runs")
    };
    let urls = format!("turn:127.0.0.1:{0},turn:127.0.0.1:{0}?transport=tcp", turn.port);
    let fine = check(&urls, "FACEMENTOR_TURN__TTL_S", "600");
    assert!(fine.status.success(), "{}", stdout(&fine));
    assert_eq!(stdout(&fine).matches("relays from 127.0.0.1").count(), 2, "{}", stdout(&fine));
    assert!(!stdout(&fine).contains(SECRET));

    let tls = format!("turns:127.0.0.1:{}", turn.tls_port);
    let nobody = format!("turn:127.0.0.1:{}?transport=tcp", free_port());
    let cases = [
        (urls.as_str(), "FACEMENTOR_TURN__SECRET", "another", "static-auth-secret", 2),
        (urls.as_str(), "FACEMENTOR_SFU__ANNOUNCED", "8.8.8.8", "allowed-peer-ip=8.8.8.8", 2),
        (tls.as_str(), "FACEMENTOR_TURN__TTL_S", "600", "from an authority that browsers know", 1),
        (nobody.as_str(), "FACEMENTOR_TURN__TTL_S", "600", "Does it run", 1),
        ("turn:127.0.0.1:port", "FACEMENTOR_TURN__TTL_S", "600", "turns:turn.example.org:443", 1),
    ];
    for (url, key, value, advice, expected) in cases {
        let output = check(url, key, value);
        assert!(!output.status.success(), "{url} {key}: {}", stdout(&output));
        assert_eq!(stdout(&output).matches(advice).count(), expected, "{url} {key}: {}", stdout(&output));
        assert_eq!(troubles(&output), expected, "{url} {key}: {}", stdout(&output));
    }
}

/// coturn on loopback, allowed to reach [`PUBLIC`] and nothing else. Killed when dropped.
struct Turn {
    process: Child,
    port: u16,
    tls_port: u16,
}

impl Turn {
    fn start(folder: &Path) -> Self {
        let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        let (certificate, key) = (folder.join("turn.pem"), folder.join("turn-key.pem"));
        std::fs::write(&certificate, certified.cert.pem()).expect("written");
        std::fs::write(&key, certified.signing_key.serialize_pem()).expect("written");
        let (port, tls_port) = (free_port(), free_port());
        let process = Command::new("turnserver")
            .args(["-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--use-auth-secret", "--no-cli"])
            .args(["--realm=facementor.test", "--log-file=stdout", "--pidfile=/dev/null"])
            .args(["--denied-peer-ip=0.0.0.0-255.255.255.255".to_owned(), format!("--allowed-peer-ip={PUBLIC}")])
            .args([format!("--listening-port={port}"), format!("--tls-listening-port={tls_port}")])
            .arg(format!("--static-auth-secret={SECRET}"))
            .arg(format!("--cert={}", certificate.display()))
            .arg(format!("--pkey={}", key.display()))
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("coturn is installed (scripts/install-test-deps.sh)");
        let mut turn = Self { process, port, tls_port };
        while [port, tls_port].iter().any(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_err()) {
            let ended = turn.process.try_wait().expect("asked");
            assert_eq!(ended, None, "coturn ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        turn
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
