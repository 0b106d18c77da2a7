//! The signaling protocol of FaceMentor (signaling/PROTOCOL.md): JSON over one WebSocket a participant.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tungstenite::{Error, HandshakeError, Message, WebSocket};
use url::Url;

use super::{Negotiator, Signalling};

const TIMEOUT: Duration = Duration::from_secs(20);

/// Participants as browsers are: whoever publishes and watches does both over one peer connection.
pub struct Participants {
    url: Url,
    tokens: Vec<String>,
    sockets: Vec<Socket>,
}

impl Participants {
    /// `url` is the WebSocket's, such as `ws://127.0.0.1:8080/signaling`; `tokens` open the rooms in turn, the last one
    /// all further rooms.
    pub fn new(url: &str, tokens: Vec<String>) -> Result<Self> {
        let url = Url::parse(url).with_context(|| format!("URL {url}"))?;
        ensure!(url.scheme() == "ws", "{url} is no ws:// URL");
        ensure!(!tokens.is_empty(), "no room token");
        Ok(Participants {
            url,
            tokens,
            sockets: Vec::new(),
        })
    }

    fn join(&mut self, room: usize, id: &str, sources: Value, peer: &mut dyn Negotiator) -> Result<()> {
        let token = &self.tokens[room.min(self.tokens.len() - 1)];
        let mut socket = Socket::connect(&self.url)?;
        socket.say(&json!({ "type": "hello", "version": 1, "token": token }))?;
        socket.hear("welcome")?;
        socket.say(&json!({ "type": "join", "name": id, "offer": peer.offer()?, "sources": sources }))?;
        let joined = socket.hear("joined")?;
        peer.accept_answer(joined["answer"].as_str().context("joined carries no answer")?)?;
        socket.say(&json!({ "type": "ready" }))?;
        self.sockets.push(socket);
        Ok(())
    }
}

impl Signalling for Participants {
    fn publish(&mut self, room: usize, id: &str, peer: &mut dyn Negotiator) -> Result<()> {
        let camera = json!({ "camera": { "audio": "on", "video": "on" } });
        self.join(room, id, camera, peer)
    }

    fn subscribe(&mut self, room: usize, id: &str, _publishers: &[String], peer: &mut dyn Negotiator) -> Result<()> {
        self.join(room, id, json!({}), peer)
    }

    fn one_peer_per_participant(&self) -> bool {
        true
    }

    fn keep_alive(&mut self) -> Result<()> {
        self.sockets.iter_mut().try_for_each(Socket::keep_alive)
    }

    fn close(&mut self) -> Result<()> {
        for mut socket in self.sockets.drain(..) {
            socket.say(&json!({ "type": "leave" }))?;
            socket.hear("ended")?;
        }
        Ok(())
    }
}

struct Socket(WebSocket<TcpStream>);

impl Socket {
    fn connect(url: &Url) -> Result<Self> {
        let addresses = url.socket_addrs(|| Some(80))?;
        let stream = TcpStream::connect(&addresses[..]).with_context(|| format!("connect to {url}"))?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_nodelay(true)?;
        match tungstenite::client(url.as_str(), stream) {
            Ok((socket, _)) => Ok(Socket(socket)),
            Err(HandshakeError::Failure(error)) => Err(error).with_context(|| format!("open {url}")),
            Err(HandshakeError::Interrupted(_)) => bail!("{url} did not answer"),
        }
    }

    fn say(&mut self, message: &Value) -> Result<()> {
        Ok(self.0.send(Message::text(message.to_string()))?)
    }

    /// The next message of a type; others are passed over.
    fn hear(&mut self, kind: &str) -> Result<Value> {
        loop {
            let message = self.read().with_context(|| format!("while waiting for {kind}"))?;
            let is = |kind: &str| message["type"] == kind;
            if is(kind) {
                return Ok(message);
            }
            ensure!(
                !is("error") && !is("ended") && !is("waiting"),
                "{message} instead of {kind}"
            );
        }
    }

    /// The next message; pings are answered.
    fn read(&mut self) -> Result<Value, Error> {
        loop {
            let Message::Text(text) = self.0.read()? else { continue };
            let message: Value = serde_json::from_str(&text).unwrap_or_default();
            if message["type"] == "ping" {
                let pong = json!({ "type": "pong", "nonce": message["nonce"] });
                self.0.send(Message::text(pong.to_string()))?;
            }
            return Ok(message);
        }
    }

    /// Says that we are there, and empties the socket: a client that does not read is closed.
    fn keep_alive(&mut self) -> Result<()> {
        self.say(&json!({ "type": "ping", "nonce": 1 }))?;
        self.0.get_ref().set_nonblocking(true)?;
        let end = loop {
            match self.read() {
                Ok(_) => {}
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(error).context("a participant's socket"),
            }
        };
        self.0.get_ref().set_nonblocking(false)?;
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};

    struct Sdp(Option<String>);

    impl Negotiator for Sdp {
        fn offer(&mut self) -> Result<String> {
            Ok("our offer".into())
        }

        fn accept_answer(&mut self, sdp: &str) -> Result<()> {
            self.0 = Some(sdp.to_owned());
            Ok(())
        }

        fn answer(&mut self, _offer: &str) -> Result<String> {
            bail!("the client offers, always")
        }
    }

    /// A server for one socket, which answers each message with those listed for its type; returns what it heard.
    fn server(replies: &'static [(&str, &[&str])]) -> (String, JoinHandle<Vec<Value>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/signaling", listener.local_addr().unwrap());
        let heard = thread::spawn(move || {
            let mut socket = tungstenite::accept(listener.accept().unwrap().0).unwrap();
            let mut heard = Vec::new();
            while let Ok(Message::Text(text)) = socket.read() {
                let message: Value = serde_json::from_str(&text).unwrap();
                let answers = replies.iter().filter(|(kind, _)| message["type"] == **kind);
                for answer in answers.flat_map(|(_, answers)| *answers) {
                    socket.send(Message::text(*answer)).unwrap();
                }
                heard.push(message);
            }
            heard
        });
        (url, heard)
    }

    #[test]
    fn a_participant_says_hello_joins_is_ready_and_leaves() {
        let (url, heard) = server(&[
            ("hello", &[r#"{"type":"welcome"}"#]),
            (
                "join",
                &[
                    r#"{"type":"participant"}"#,
                    r#"{"type":"joined","answer":"their answer"}"#,
                ],
            ),
            ("ready", &[r#"{"type":"ping","nonce":5}"#]),
            ("leave", &[r#"{"type":"ended","reason":"left"}"#]),
        ]);
        let mut participants = Participants::new(&url, vec!["first".into(), "second".into()]).unwrap();
        let mut sdp = Sdp(None);
        participants.publish(1, "p0", &mut sdp).unwrap();
        participants.close().unwrap();

        assert_eq!(sdp.0.as_deref(), Some("their answer"));
        let camera = json!({ "camera": { "audio": "on", "video": "on" } });
        let expected = [
            json!({ "type": "hello", "version": 1, "token": "second" }),
            json!({ "type": "join", "name": "p0", "offer": "our offer", "sources": camera }),
            json!({ "type": "ready" }),
            json!({ "type": "leave" }),
            json!({ "type": "pong", "nonce": 5 }),
        ];
        assert_eq!(heard.join().unwrap(), expected);
    }

    #[test]
    fn what_the_server_refuses_with_is_told() {
        let (url, _) = server(&[("hello", &[r#"{"type":"error","code":"token_invalid","fatal":true}"#])]);
        let mut participants = Participants::new(&url, vec!["bad".into()]).unwrap();
        let error = participants.subscribe(0, "s0", &[], &mut Sdp(None)).unwrap_err();
        assert!(format!("{error:#}").contains("token_invalid"), "{error:#}");
    }
}
