//! A shard's thread: sockets and commands in, batches and events out.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use sfu_core::{Event, Remote, RemoteTransport, RoomId, Shard};
use tokio::sync::mpsc;

use crate::command::{Command, Next};
use crate::null_tap::NullTap;
use crate::overload::{Overload, Window};
use crate::snapshot::{Shown, Snapshot};
use crate::socket::{Outgoing, Udp};
use crate::tcp::TcpConnections;

pub(crate) const WAKER: Token = Token(0);
const UDP: Token = Token(1);
const LISTENER: Token = Token(2);
const FIRST_CONNECTION: usize = 3;

/// Packets are taken this long before what they caused is sent: bounds the time one waits for the rest of a burst.
const TURN: Duration = Duration::from_micros(200);
/// Commands run per turn, so that a flood of joins does not hold up media.
const COMMANDS_PER_TURN: usize = 16;
/// Panics of the send batch survived in one turn. Each ends a room; should one outlive its room, packets and commands still
/// have their turn.
const PANICS_PER_TURN: u32 = 8;
/// How often the snapshot is written and idle TCP connections are swept.
const HOUSEKEEPING: Duration = Duration::from_secs(1);
/// Pause before events are offered again to a listener whose queue was full.
const EVENT_RETRY: Duration = Duration::from_millis(10);

/// Where a shard's thread gets its work from and brings it to.
pub(crate) struct Channels {
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) events: mpsc::Sender<(RoomId, Event)>,
    pub(crate) shown: Shown,
}

pub(crate) struct Worker {
    poll: Poll,
    udp: Udp,
    tcp: Option<TcpConnections>,
    shard: Shard,
    channels: Channels,
    outgoing: Vec<Outgoing>,
    events_waiting: VecDeque<(RoomId, Event)>,
    snapshot: Snapshot,
    overload: Overload,
    /// When the window of `overload` began, and what the totals were then.
    window: (Instant, Totals),
    null_tap: NullTap,
}

/// Totals whose growth tells whether a shard keeps up.
#[derive(Clone, Copy, Default)]
struct Totals {
    busy: Duration,
    packets: u64,
    lost: u64,
}

/// Whether the socket may hold more: mio tells of readiness once, so it must be read until it is empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Backlog {
    Drained,
    More,
}

impl Worker {
    /// Registers the sockets with `poll`, whose waker has the token [`WAKER`].
    pub(crate) fn new(
        poll: Poll,
        mut udp: Udp,
        tcp: Option<std::net::SocketAddr>,
        shard: Shard,
        channels: Channels,
        null_tap: NullTap,
    ) -> io::Result<Self> {
        poll.registry().register(udp.source(), UDP, Interest::READABLE)?;
        let tcp = match tcp {
            Some(address) => {
                let mut tcp = TcpConnections::bind(address, FIRST_CONNECTION)?;
                poll.registry().register(tcp.listener(), LISTENER, Interest::READABLE)?;
                Some(tcp)
            }
            None => None,
        };
        Ok(Self {
            poll,
            udp,
            tcp,
            shard,
            channels,
            outgoing: Vec::with_capacity(1024),
            events_waiting: VecDeque::new(),
            snapshot: Snapshot::default(),
            overload: Overload::default(),
            window: (Instant::now(), Totals::default()),
            null_tap,
        })
    }

    /// Runs until told to stop or until the last handle is gone.
    ///
    /// # Errors
    /// The poll or the UDP socket failed in a way that concerns the shard as a whole.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut ready = Events::with_capacity(256);
        let mut backlog = Backlog::Drained;
        let mut housekeeping_at = Instant::now() + HOUSEKEEPING;
        loop {
            let wait = self.wait(backlog, housekeeping_at);
            if let Err(error) = self.poll.poll(&mut ready, Some(wait))
                && error.kind() != io::ErrorKind::Interrupted
            {
                return Err(error);
            }
            let woke = Instant::now();
            let waiting = self.tcp.as_mut().map(TcpConnections::take_unread).unwrap_or_default();
            waiting.into_iter().for_each(|id| self.read(woke, id));
            for event in &ready {
                match event.token() {
                    UDP => backlog = Backlog::More,
                    WAKER => {}
                    LISTENER => {
                        if let Some(tcp) = &mut self.tcp {
                            tcp.accept(woke, self.poll.registry());
                        }
                    }
                    token => self.connection(woke, token, event.is_readable(), event.is_writable()),
                }
            }
            if backlog == Backlog::More {
                backlog = self.receive()?;
            }
            if self.commands() == Next::Stop {
                return Ok(());
            }
            let now = Instant::now();
            if self.shard.poll_timeout().is_some_and(|due| due <= now) {
                self.guarded(now, |shard| shard.handle_timeout(now));
            }
            self.send();
            self.null_tap.drain(&mut self.shard);
            self.tell();
            let now = Instant::now();
            self.snapshot.busy += now.saturating_duration_since(woke);
            if now >= housekeeping_at {
                housekeeping_at = now + HOUSEKEEPING;
                self.housekeeping(now);
            }
        }
    }

    fn wait(&mut self, backlog: Backlog, housekeeping_at: Instant) -> Duration {
        let unread = self.tcp.as_ref().is_some_and(TcpConnections::has_unread);
        if backlog == Backlog::More || unread || !self.channels.commands.is_empty() {
            return Duration::ZERO;
        }
        let due = self.shard.poll_timeout().map_or(housekeeping_at, |due| due.min(housekeeping_at));
        let wait = due.saturating_duration_since(Instant::now());
        if self.events_waiting.is_empty() { wait } else { wait.min(EVENT_RETRY) }
    }

    fn receive(&mut self) -> io::Result<Backlog> {
        let begun = Instant::now();
        let mut now = begun;
        while now.saturating_duration_since(begun) < TURN {
            let (shard, panics) = (&mut self.shard, &mut self.snapshot.panics);
            let taken = self.udp.receive(|from, to, datagram| {
                guard(shard, panics, now, |shard| shard.datagram(now, Remote::udp(from).at(to), datagram));
            })?;
            if taken < Udp::full_batch() {
                return Ok(Backlog::Drained);
            }
            now = Instant::now();
        }
        Ok(Backlog::More)
    }

    fn connection(&mut self, now: Instant, token: Token, readable: bool, writable: bool) {
        let Some(tcp) = &mut self.tcp else { return };
        let Some(id) = tcp.id_of(token) else { return };
        if writable {
            tcp.writable(id);
        }
        if readable {
            self.read(now, id);
        }
    }

    fn read(&mut self, now: Instant, id: u64) {
        let Some(tcp) = &mut self.tcp else { return };
        let (shard, panics) = (&mut self.shard, &mut self.snapshot.panics);
        tcp.readable(now, id, |from, packet| {
            guard(shard, panics, now, |shard| shard.datagram(now, Remote::tcp(id, from), packet));
        });
    }

    fn commands(&mut self) -> Next {
        for _ in 0..COMMANDS_PER_TURN {
            let command = match self.channels.commands.try_recv() {
                Ok(command) => command,
                Err(mpsc::error::TryRecvError::Empty) => break,
                Err(mpsc::error::TryRecvError::Disconnected) => return Next::Stop,
            };
            let now = Instant::now();
            let mut next = Next::Go;
            let joined = command.joined_room();
            self.guarded(now, |shard| next = command.run(now, shard));
            if let Some(room) = joined {
                self.null_tap.attach(&mut self.shard, room);
            }
            if next == Next::Stop {
                // What the commands before it caused (goodbyes, say) still leaves.
                self.send();
                self.tell();
                return Next::Stop;
            }
        }
        Next::Go
    }

    /// Sends everything the shard has, batch after batch.
    fn send(&mut self) {
        let mut panics_left = PANICS_PER_TURN;
        loop {
            let now = Instant::now();
            let mut shard = Some(&mut self.shard);
            let batch = match catch_unwind(AssertUnwindSafe(|| shard.take().map(|shard| shard.batch(now)))) {
                Ok(Some(batch)) if !batch.is_empty() => batch,
                Ok(_) => return,
                Err(_) => {
                    quarantine(&mut self.shard, &mut self.snapshot.panics, now);
                    panics_left -= 1;
                    if panics_left == 0 {
                        return;
                    }
                    continue;
                }
            };
            self.outgoing.clear();
            for transmit in batch.transmits() {
                match transmit.to.transport {
                    RemoteTransport::Udp => self.outgoing.push(Outgoing {
                        to: transmit.to.addr,
                        from: transmit.to.local,
                        bytes: transmit.range.clone(),
                        segment_size: transmit.segment_size,
                    }),
                    RemoteTransport::Tcp(id) => {
                        for packet in batch.bytes(transmit).chunks(transmit.segment_size.max(1)) {
                            let taken = self.tcp.as_mut().is_some_and(|tcp| tcp.send(id, packet));
                            self.snapshot.send_dropped += u64::from(!taken);
                        }
                    }
                }
            }
            let sent = self.udp.send(batch.arena(), &self.outgoing);
            self.snapshot.send_dropped += sent.dropped;
            batch.clear();
        }
    }

    /// Hands events to the server. Its queue is bounded; what does not fit waits here rather than being lost.
    fn tell(&mut self) {
        while let Some(event) = self.shard.poll_event() {
            self.events_waiting.push_back(event);
        }
        while let Some(event) = self.events_waiting.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(event)) = self.channels.events.try_send(event) {
                self.events_waiting.push_front(event);
                return;
            }
        }
    }

    fn housekeeping(&mut self, now: Instant) {
        if let Some(tcp) = &mut self.tcp {
            tcp.sweep(now);
        }
        self.snapshot.counters = self.shard.counters().clone();
        self.snapshot.held = self.shard.load();
        self.snapshot.receive_dropped = self.udp.overflowed();
        self.keep_up(now);
        self.snapshot.events_waiting = self.events_waiting.len() as u64;
        self.channels.shown.write(self.snapshot.clone());
    }

    /// Looks whether the shard had more to do than it could, and leaves out more or less from now on.
    fn keep_up(&mut self, now: Instant) {
        let (since, before) = self.window;
        let counters = &self.snapshot.counters;
        let totals = Totals {
            busy: self.snapshot.busy,
            packets: counters.datagrams_in + counters.datagrams_out,
            lost: self.snapshot.send_dropped + self.snapshot.receive_dropped,
        };
        let window = Window {
            length: now.saturating_duration_since(since),
            busy: totals.busy.saturating_sub(before.busy),
            packets: totals.packets.saturating_sub(before.packets),
            lost: totals.lost.saturating_sub(before.lost),
        };
        self.window = (now, totals);
        self.snapshot.load = window.load();
        if let Some(shedding) = self.overload.observe(window) {
            tracing::warn!(?shedding, load = window.load(), lost = window.lost, "this shard leaves out quality");
            self.guarded(now, |shard| shard.shed(now, shedding));
        }
        self.snapshot.shedding = self.overload.shedding();
    }

    fn guarded(&mut self, now: Instant, action: impl FnOnce(&mut Shard)) {
        guard(&mut self.shard, &mut self.snapshot.panics, now, action);
    }
}

/// Runs `action`; if it panics, ends the room it was working on. The shard's other rooms share no state with it, so they go on.
fn guard(shard: &mut Shard, panics: &mut u64, now: Instant, action: impl FnOnce(&mut Shard)) {
    if catch_unwind(AssertUnwindSafe(|| action(shard))).is_err() {
        quarantine(shard, panics, now);
    }
}

fn quarantine(shard: &mut Shard, panics: &mut u64, now: Instant) {
    *panics += 1;
    tracing::error!("a room's media logic panicked; the room is closed, the others go on");
    if catch_unwind(AssertUnwindSafe(|| shard.quarantine(now))).is_err() {
        tracing::error!("closing the panicked room panicked as well");
    }
}
