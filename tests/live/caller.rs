//! A client of signaling that is not ours: tungstenite and JSON. Its offer is one a real Chromium made.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::world::{Browser, World};

pub(super) const OFFER: &str = include_str!("../../sfu/core/src/sdp/fixtures/chromium.sdp");

pub(super) struct Caller {
    web_socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Caller {
    /// A socket that has said nothing yet.
    pub(super) async fn connect(world: &World) -> Self {
        Self::connect_from(world, None).await.expect("the upgrade is accepted")
    }

    pub(super) async fn connect_from(world: &World, origin: Option<&str>) -> Result<Self, Box<Error>> {
        let url = world.url("/signaling").replacen("http", "ws", 1);
        let mut request = url.into_client_request().expect("a URL");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header"));
        }
        let (web_socket, _) = connect_async(request).await.map_err(Box::new)?;
        Ok(Self { web_socket })
    }

    /// Says `hello` with a room token; returns `welcome`.
    pub(super) async fn hello(world: &World, token: &str) -> (Self, Value) {
        let mut caller = Self::connect(world).await;
        caller.say(json!({"type": "hello", "version": 1, "token": token, "id": "hello"})).await;
        let welcome = caller.hear("welcome").await;
        (caller, welcome)
    }

    /// Says `hello` and `join`.
    pub(super) async fn join(world: &World, token: &str) -> Self {
        let (mut caller, _) = Self::hello(world, token).await;
        caller.ask_to_join().await;
        caller
    }

    pub(super) async fn ask_to_join(&mut self) {
        let sources = json!({"camera": {"audio": "on", "video": "on"}});
        self.say(json!({"type": "join", "id": "join", "offer": OFFER, "sources": sources})).await;
    }

    pub(super) async fn say(&mut self, message: Value) {
        self.say_text(message.to_string()).await;
    }

    pub(super) async fn say_text(&mut self, text: String) {
        self.web_socket.send(Message::text(text)).await.expect("the socket is open");
    }

    pub(super) async fn say_bytes(&mut self, bytes: Vec<u8>) {
        self.web_socket.send(Message::binary(bytes)).await.expect("the socket is open");
    }

    /// The next message of a type; others are passed over.
    #[track_caller]
    pub(super) fn hear(&mut self, kind: &str) -> impl Future<Output = Value> {
        let kind = kind.to_owned();
        async move {
            loop {
                match self.web_socket.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let message: Value = serde_json::from_str(&text).expect("JSON");
                        if message["type"] == *kind {
                            return message;
                        }
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    other => panic!("{other:?} came while waiting for {kind}"),
                }
            }
        }
    }

    /// The code the server closes with; messages before it are passed over.
    pub(super) async fn closed(&mut self) -> u16 {
        loop {
            match self.web_socket.next().await {
                Some(Ok(Message::Close(Some(CloseFrame { code, .. })))) => return code.into(),
                Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{other:?} instead of a close"),
            }
        }
    }
}

/// A session of Ada's; returns its join code and id.
pub(super) async fn session(mentor: &Browser, waiting_room: bool) -> (String, String) {
    let body = json!({"title": "Rust mentoring", "waiting_room": waiting_room});
    let session = mentor.post("/api/sessions", &body).await.expect(201);
    let text = |field: &str| session[field].as_str().expect("text").to_owned();
    (text("join_code"), text("id"))
}

/// A room token for whoever `browser` is; `name` is for guests.
pub(super) async fn pass(browser: &Browser, join_code: &str, name: Option<&str>) -> String {
    let pass = browser.post(&format!("/api/join/{join_code}"), &json!({"name": name})).await.expect(200);
    pass["room_token"].as_str().expect("text").to_owned()
}

/// Until the database, and whoever hears of it, knows what happened in rooms.
pub(super) async fn recorded(world: &World) {
    world.state().live.recorded().await;
    world.settle().await;
}
