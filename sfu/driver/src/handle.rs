//! The handle a server holds: asynchronous, cheap to clone, and all that is visible of the threads behind it.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use mio::{Poll, Waker};
use sfu_core::{
    DataKind, DtlsCertificate, Event, JoinError, JoinOptions, ParticipantId, RoomId, Shard, ShardConfig, Source,
    SourceState, WallClock, Want, Watch,
};
use tokio::sync::{mpsc, oneshot};

use crate::command::Command;
use crate::config::{IceTcp, SfuConfig, candidates};
use crate::metrics::Exporter;
use crate::null_tap::NullTap;
use crate::pinning::pin;
use crate::placement::{ShardLoad, least_loaded};
use crate::snapshot::{Shown, Snapshot};
use crate::socket::Udp;
use crate::worker::{Channels, WAKER, Worker};

/// Commands one shard keeps waiting; callers beyond that wait themselves.
const COMMAND_QUEUE: usize = 1_024;
/// Events kept for the server, all shards together. Full, they wait in the shards.
const EVENT_QUEUE: usize = 4_096;

/// The media plane of a process.
#[derive(Clone)]
pub struct Sfu {
    inner: Arc<Inner>,
}

struct Inner {
    shards: Vec<ShardHandle>,
    /// Which shard holds a room. A room stays where it was placed until it is closed.
    rooms: Mutex<HashMap<RoomId, usize>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct ShardHandle {
    commands: mpsc::Sender<Command>,
    waker: Arc<Waker>,
    shown: Shown,
    local: SocketAddr,
}

/// Why the media plane did not do what it was asked.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SfuError {
    /// The request itself was refused.
    #[error(transparent)]
    Refused(#[from] JoinError),
    /// No such room is live.
    #[error("the room is not live")]
    RoomUnknown,
    /// The room's media logic failed while it handled the request.
    #[error("the room failed")]
    RoomFailed,
    /// The media plane is shut down.
    #[error("the media plane is stopped")]
    Stopped,
}

/// How many ports are tried when any will do.
const PORT_TRIES: u32 = 32;

impl Sfu {
    /// Binds the sockets and starts the threads. Events of all rooms come out of the receiver; it must be read.
    ///
    /// # Errors
    /// A port is taken, the address is not this machine's, or a thread cannot be started.
    pub fn start(config: &SfuConfig) -> io::Result<(Self, mpsc::Receiver<(RoomId, Event)>)> {
        let (events_in, events) = mpsc::channel(EVENT_QUEUE);
        let clock =
            WallClock { at: Instant::now(), unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() };
        let mut shards = Vec::new();
        let mut threads = Vec::new();
        for index in 0..config.shards.count() {
            let mut tries = 1;
            let (shard, worker) = loop {
                match prepare(config, index, clock, events_in.clone()) {
                    // The UDP port the system chose is someone's TCP port.
                    Err(error)
                        if config.port == 0 && error.kind() == io::ErrorKind::AddrInUse && tries < PORT_TRIES =>
                    {
                        tries += 1;
                    }
                    prepared => break prepared?,
                }
            };
            let pinning = config.pinning;
            let run = move || {
                pin(pinning, index);
                if let Err(error) = worker.run() {
                    tracing::error!(%error, "a media shard stopped");
                }
            };
            threads.push(thread::Builder::new().name(format!("sfu-{index}")).spawn(run)?);
            shards.push(shard);
        }
        let inner = Inner { shards, rooms: Mutex::default(), threads: Mutex::new(threads) };
        Ok((Self { inner: Arc::new(inner) }, events))
    }

    /// Takes a participant into a room and answers the offer (SDP both ways). Opens the room if absent, on the
    /// least loaded shard. If the returned future is dropped the participant is not left behind.
    ///
    /// # Errors
    /// The offer cannot be answered, the participant is already there, or the media plane is stopped.
    pub async fn join(
        &self,
        room: RoomId,
        participant: ParticipantId,
        offer: String,
        options: JoinOptions,
    ) -> Result<String, SfuError> {
        let shard = self.place(room);
        let (reply, answer) = oneshot::channel();
        shard.order(Command::Join { room, participant, offer, options, reply }).await?;
        Ok(answer.await.map_err(|_| SfuError::RoomFailed)??)
    }

    /// Answers a later offer of the same peer connection: more slots, or an ICE restart.
    ///
    /// # Errors
    /// As [`Sfu::join`]; the connection then stays as it was.
    pub async fn reoffer(&self, room: RoomId, participant: ParticipantId, offer: String) -> Result<String, SfuError> {
        let (reply, answer) = oneshot::channel();
        self.shard(room)?.order(Command::Reoffer { participant, offer, reply }).await?;
        Ok(answer.await.map_err(|_| SfuError::RoomFailed)??)
    }

    /// The client's `setRemoteDescription` has resolved: video may flow to it.
    ///
    /// # Errors
    /// This and the methods below: the room is not live, or the media plane is stopped.
    pub async fn ready(&self, room: RoomId, participant: ParticipantId) -> Result<(), SfuError> {
        self.shard(room)?.order(Command::Ready(participant)).await
    }

    /// Ends a participant's connection; no [`Event::Gone`] follows.
    pub async fn leave(&self, room: RoomId, participant: ParticipantId) -> Result<(), SfuError> {
        self.shard(room)?.order(Command::Leave(participant)).await
    }

    /// Ends everyone's connection in the room and forgets where it was.
    pub async fn close_room(&self, room: RoomId) -> Result<(), SfuError> {
        let shard = self.shard(room)?;
        self.rooms().remove(&room);
        shard.order(Command::CloseRoom(room)).await
    }

    /// Declares what a source carries now; both kinds off ends it.
    pub async fn publish(
        &self,
        room: RoomId,
        participant: ParticipantId,
        source: Source,
        state: SourceState,
    ) -> Result<(), SfuError> {
        self.shard(room)?.order(Command::Publish(participant, source, state)).await
    }

    /// Replaces what the participant wants to see.
    pub async fn subscribe(&self, room: RoomId, participant: ParticipantId, wants: Vec<Want>) -> Result<(), SfuError> {
        self.shard(room)?.order(Command::Subscribe(participant, wants)).await
    }

    /// Changes whose sources the participant's slots may carry: how somebody connected ahead is let in.
    pub async fn watch(&self, room: RoomId, participant: ParticipantId, watch: Watch) -> Result<(), SfuError> {
        self.shard(room)?.order(Command::Watch(participant, watch)).await
    }

    /// Sends an application message to one participant on its data channel `label`.
    pub async fn send_data(
        &self,
        room: RoomId,
        participant: ParticipantId,
        label: String,
        kind: DataKind,
        bytes: Vec<u8>,
    ) -> Result<(), SfuError> {
        self.shard(room)?.order(Command::SendData { participant, label, kind, bytes }).await
    }

    /// The addresses the shards listen on, UDP and (where on) TCP alike.
    pub fn local_addresses(&self) -> Vec<SocketAddr> {
        self.inner.shards.iter().map(|shard| shard.local).collect()
    }

    /// What each shard counted, at most a second old.
    pub fn snapshots(&self) -> Vec<Snapshot> {
        self.inner.shards.iter().map(|shard| shard.shown.read()).collect()
    }

    /// Exports every shard's numbers; docs/METRICS.md lists them.
    ///
    /// # Errors
    /// The registry has metrics of these names already.
    pub fn register_metrics(&self, registry: &prometheus::Registry) -> prometheus::Result<()> {
        let shown = self.inner.shards.iter().map(|shard| shard.shown.clone()).collect();
        registry.register(Box::new(Exporter::new(shown)?))
    }

    /// Stops the threads and closes the sockets. People are to be told before.
    pub async fn shutdown(&self) {
        for shard in &self.inner.shards {
            let _ = shard.order(Command::Stop).await;
        }
        let threads = std::mem::take(&mut *self.inner.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let _ = tokio::task::spawn_blocking(|| threads.into_iter().for_each(|thread| drop(thread.join()))).await;
    }

    fn rooms(&self) -> std::sync::MutexGuard<'_, HashMap<RoomId, usize>> {
        self.inner.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shard(&self, room: RoomId) -> Result<&ShardHandle, SfuError> {
        let index = self.rooms().get(&room).copied();
        index.and_then(|index| self.inner.shards.get(index)).ok_or(SfuError::RoomUnknown)
    }

    fn place(&self, room: RoomId) -> &ShardHandle {
        let mut rooms = self.rooms();
        if let Some(placed) = rooms.get(&room) {
            return &self.inner.shards[*placed];
        }
        let mut placed = vec![0_usize; self.inner.shards.len()];
        rooms.values().for_each(|shard| placed[*shard] += 1);
        let loads = self.inner.shards.iter().zip(placed).map(|(shard, placed)| {
            let shown = shard.shown.read();
            let rooms = shown.held.rooms;
            ShardLoad { load: shown.load, rooms, placed_since: placed.saturating_sub(rooms) }
        });
        let index = least_loaded(&loads.collect::<Vec<_>>());
        rooms.insert(room, index);
        &self.inner.shards[index]
    }
}

impl ShardHandle {
    async fn order(&self, command: Command) -> Result<(), SfuError> {
        self.commands.send(command).await.map_err(|_| SfuError::Stopped)?;
        // A waker fails only when its poll is gone, and then so is the queue.
        self.waker.wake().map_err(|_| SfuError::Stopped)
    }
}

fn prepare(
    config: &SfuConfig,
    index: usize,
    clock: WallClock,
    events: mpsc::Sender<(RoomId, Event)>,
) -> io::Result<(ShardHandle, Worker)> {
    let port = match config.port {
        0 => 0,
        base => base.checked_add(index as u16).ok_or_else(|| io::Error::from(io::ErrorKind::AddrNotAvailable))?,
    };
    let udp = Udp::bind(SocketAddr::new(config.bind, port))?;
    let local = udp.local_address()?;
    let candidates = candidates(config, local, index);
    let tcp = match config.tcp {
        IceTcp::On => Some(local),
        IceTcp::Off => None,
    };
    let tcp_candidates = if tcp.is_some() { candidates.clone() } else { Vec::new() };
    let certificate = DtlsCertificate::generate().map_err(io::Error::other)?;
    let shard = Shard::new(ShardConfig { candidates, tcp_candidates, certificate, seed: rand::random(), clock });
    let poll = Poll::new()?;
    let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
    let (commands, queue) = mpsc::channel(COMMAND_QUEUE);
    let shown = Shown::default();
    let channels = Channels { commands: queue, events, shown: shown.clone() };
    let worker = Worker::new(poll, udp, tcp, shard, channels, NullTap::new(config.null_tap))?;
    Ok((ShardHandle { commands, waker, shown, local }, worker))
}
