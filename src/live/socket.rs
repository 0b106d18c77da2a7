//! The WebSocket route of signaling: one task a socket.

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use signaling::{CloseCode, Connection, ConnectionOutput, SocketId, limits};
use std::time::Duration;
use tokio::sync::mpsc;

use super::Live;
use super::actor::{Mail, ToSocket};
use super::rooms::{Rooms, Seat};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Clock;
use crate::kernel::error::Problem;

/// Messages kept for a client that reads slowly: a few seconds of the busiest room.
const QUEUE: usize = 256;
/// A write that takes longer means that nobody reads.
const WRITE: Duration = Duration::from_secs(10);
/// How long a closed socket is read on, so that what the client had in flight does not reset the connection before it
/// has read our last words.
const LINGER: Duration = Duration::from_secs(1);
/// Beyond the protocol's own limit, which closes with a code, the library drops what comes.
const HARD_LIMIT: usize = 2 * limits::MAX_OFFER_FRAME;

/// `GET /signaling`: signaling/PROTOCOL.md.
pub(super) async fn upgrade(
    State(live): State<Live>,
    State(kernel): State<Kernel>,
    client: Client,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let listed = |origin: &str| kernel.config.http.cors_origins.iter().any(|listed| listed == origin);
    // Clients that are no browsers send none.
    if origin.is_some_and(|origin| origin != client.origin && !listed(origin)) {
        let detail = "This request came from a page of another site.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "cross_site_refused", detail));
    }
    if !live.rooms.is_serving() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "The server is being restarted."));
    }
    let upgrade = upgrade.max_frame_size(HARD_LIMIT).max_message_size(HARD_LIMIT);
    Ok(upgrade.on_upgrade(move |web_socket| async move {
        let metrics = live.rooms.metrics().clone();
        metrics.sockets.inc();
        Socket::new(live.rooms, kernel.clock, web_socket).run().await;
        metrics.sockets.dec();
    }))
}

struct Socket {
    id: SocketId,
    rooms: Rooms,
    clock: Clock,
    web_socket: WebSocket,
    connection: Connection,
    /// Once `hello` is accepted: the place in the room, and what the room sends.
    seat: Option<(Seat, mpsc::Receiver<ToSocket>)>,
}

/// Why a socket's task ends.
enum End {
    Close(CloseCode),
    /// The client is gone.
    Lost,
}

impl Socket {
    fn new(rooms: Rooms, clock: Clock, web_socket: WebSocket) -> Self {
        let connection = Connection::new(clock.instant());
        Self { id: rooms.next_socket(), rooms, clock, web_socket, connection, seat: None }
    }

    async fn run(mut self) {
        let end = self.serve().await;
        if let Some((seat, _)) = self.seat.take() {
            let _ = seat.mail.send(Mail::Lost { participant: seat.participant, socket: self.id }).await;
        }
        if let End::Close(code) = end {
            self.close(code).await;
        }
    }

    async fn serve(&mut self) -> End {
        loop {
            if let Some(end) = self.carry_out().await {
                return end;
            }
            if let Some(end) = self.wait().await {
                return end;
            }
        }
    }

    /// Does what the protocol's machine wants.
    async fn carry_out(&mut self) -> Option<End> {
        while let Some(output) = self.connection.poll_output() {
            match output {
                ConnectionOutput::Send(message) => self.write(message.to_text().into()).await?,
                ConnectionOutput::Hello(re, hello) => {
                    let (sender, inbox) = mpsc::channel(QUEUE);
                    match self.rooms.seat(self.id, sender, re.clone(), hello).await {
                        Ok(seat) => {
                            self.seat = Some((seat, inbox));
                            self.connection.bound();
                        }
                        Err(refusal) => {
                            self.rooms.metrics().refused(refusal.code);
                            self.connection.refuse(re, refusal);
                        }
                    }
                }
                ConnectionOutput::Message(frame) => {
                    let Some((seat, _)) = &self.seat else { continue };
                    let mail = Mail::Frame { participant: seat.participant, socket: self.id, frame };
                    if seat.mail.send(mail).await.is_err() {
                        return Some(End::Close(CloseCode::Unresponsive));
                    }
                }
                ConnectionOutput::Close(code) => return Some(End::Close(code)),
            }
        }
        None
    }

    /// Waits for the client, the room or a timer.
    async fn wait(&mut self) -> Option<End> {
        let now = self.clock.instant();
        let wait = self.connection.poll_timeout().map(|at| at.saturating_duration_since(now));
        let clock = self.clock.clone();
        let timeout = async {
            match wait {
                Some(wait) => clock.sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        let from_room = async {
            match &mut self.seat {
                Some((_, inbox)) => inbox.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            message = self.web_socket.recv() => self.heard(message),
            to_socket = from_room => match to_socket {
                Some(ToSocket::Text(text)) => self.write(text).await.map_or(Some(End::Lost), |()| None),
                Some(ToSocket::Close(code)) => Some(End::Close(code)),
                // The room let go of us: we did not read, or it is gone itself.
                None => Some(End::Close(CloseCode::Unresponsive)),
            },
            () = timeout => {
                self.connection.handle_timeout(self.clock.instant());
                None
            }
        }
    }

    fn heard(&mut self, message: Option<Result<Message, axum::Error>>) -> Option<End> {
        let now = self.clock.instant();
        match message {
            Some(Ok(Message::Text(text))) => self.connection.text(now, &text),
            Some(Ok(Message::Binary(_))) => self.connection.binary(now),
            // The library answers pings by itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Err(error)) if error.to_string().contains("too long") => self.connection.oversized(now),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Some(End::Lost),
        }
        None
    }

    /// `None` when the client does not take it.
    async fn write(&mut self, text: Utf8Bytes) -> Option<()> {
        tokio::select! {
            sent = self.web_socket.send(Message::Text(text)) => sent.ok(),
            () = self.clock.sleep(WRITE) => None,
        }
    }

    async fn close(mut self, code: CloseCode) {
        let frame = CloseFrame { code: code.number(), reason: Utf8Bytes::default() };
        let farewell = async {
            if self.web_socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.web_socket.recv().await {}
            }
        };
        // Real time on purpose: it is about packets on their way.
        let _ = tokio::time::timeout(LINGER, farewell).await;
    }
}
