//! The limit probe: what any SFU has to pay for a run's traffic, measured on the spot.
//!
//! It seals every packet for every receiver (AES-128-GCM, a key each) and hands it to the kernel, with nothing else
//! around it: no receiving, no rewriting, no state. The traffic is the run's: sizes, rates, bursts, number of
//! receivers. A publisher's packet is one batch of `sendmmsg`; packets that leave back to back go to one
//! destination as one message (UDP GSO). Its receivers are read by another thread the way the generator reads its
//! peers, because on loopback the price of sending contains that of delivery.

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{SocketAddr, UdpSocket};
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde::Serialize;

use crate::cli::Args;
use crate::media::TrackSpec;
use crate::socket::{Batch, Poller, bind_loopback};

/// An RTP header (RFC 3550) with one small extension such as the MID (RFC 8285): 12 + 4 + 4 bytes.
const HEADER_LEN: usize = 20;
const TAG_LEN: usize = 16;
/// Messages handed to one `sendmmsg`. Larger fan-outs take several, so that sealed bytes are still in the cache when
/// the kernel copies them.
const MESSAGES: usize = 64;
const WARM_UP: Duration = Duration::from_millis(500);
/// At full speed, so many packets go out before the receivers get time to empty their sockets.
const RUSH: u64 = 512;
/// How long the receivers go on after the last packet.
const DRAIN: Duration = Duration::from_millis(100);

/// What the probe found.
#[derive(Serialize)]
pub struct LimitProbe {
    /// User + system time of the sending thread per packet sent to one receiver, batch after batch with nothing in
    /// between: the limit.
    pub cpu_us_per_packet: f64,
    /// The part of it that is sealing; the rest is the kernel's.
    pub seal_us_per_packet: f64,
    /// The same as the first at the run's rate, where the thread sleeps between batches and finds the caches cold.
    pub paced_us_per_packet: f64,
    /// Packets × their receivers.
    pub packets: u64,
    /// Packets that the receivers did not get; a probe that loses some did less than it should.
    pub lost: u64,
    pub receivers: usize,
}

/// Measures for `length`.
pub fn measure(args: &Args, length: Duration) -> Result<LimitProbe> {
    let fanouts = args.fanouts();
    let receivers = fanouts.iter().map(|(fanout, publishers)| fanout * publishers).sum();
    ensure!(receivers > 0, "the limit probe needs somebody to send to");
    let drain = Drain::start(receivers, args.tick())?;
    let mut sender = Sender::new(&args.tracks(), &drain.addresses)?;
    let mut schedule = schedule(&fanouts, &args.tracks());

    sender.run(&mut schedule, Instant::now() + WARM_UP)?;
    let paced = sender.cost_of(|sender| sender.run(&mut schedule, Instant::now() + length / 2))?;
    let cost = sender.cost_of(|sender| sender.rush(&mut schedule, Instant::now() + length / 2, args.tick()))?;
    let sent = sender.packets;
    sender.sending = Sending::Off;
    let seal = sender.cost_of(|sender| sender.rush(&mut schedule, Instant::now() + length / 4, args.tick()))?;
    thread::sleep(DRAIN);
    Ok(LimitProbe {
        cpu_us_per_packet: cost,
        seal_us_per_packet: seal,
        paced_us_per_packet: paced,
        packets: sent,
        lost: sent.saturating_sub(drain.finish()?),
        receivers,
    })
}

/// A track of a publisher and who gets it.
struct Departure {
    track: usize,
    receivers: Range<usize>,
    interval: Duration,
    due: Instant,
}

/// The departures of all publishers, spread over an interval as publishers that came one by one are.
fn schedule(fanouts: &[(usize, usize)], tracks: &[TrackSpec]) -> Vec<Departure> {
    let start = Instant::now();
    let all: usize = fanouts.iter().map(|(_, publishers)| publishers).sum();
    let mut departures = Vec::new();
    let (mut first, mut publisher) = (0, 0);
    for &(fanout, publishers) in fanouts {
        for _ in 0..publishers {
            for (track, spec) in tracks.iter().enumerate() {
                let interval = spec.interval();
                departures.push(Departure {
                    track,
                    receivers: first..first + fanout,
                    interval,
                    due: start + interval * publisher as u32 / all as u32,
                });
            }
            first += fanout;
            publisher += 1;
        }
    }
    departures
}

/// CPU time of the calling thread.
fn thread_cpu() -> Result<Duration> {
    // SAFETY: all-zero is a valid rusage, and it lives for the call.
    let (rc, usage) = unsafe {
        let mut usage: libc::rusage = zeroed();
        (libc::getrusage(libc::RUSAGE_THREAD, &mut usage), usage)
    };
    ensure!(rc == 0, "getrusage: {}", io::Error::last_os_error());
    let of = |t: libc::timeval| Duration::new(t.tv_sec as u64, t.tv_usec as u32 * 1000);
    Ok(of(usage.ru_utime) + of(usage.ru_stime))
}

/// Packets of a track: how many at once, of what size on the wire, and the payload they carry.
struct Traffic {
    at_once: usize,
    wire_len: usize,
    payload: Vec<u8>,
}

struct Sender {
    socket: UdpSocket,
    traffic: Vec<Traffic>,
    keys: Vec<LessSafeKey>,
    names: Vec<libc::sockaddr_in>,
    arena: Vec<u8>,
    index: u64,
    packets: u64,
    sending: Sending,
}

/// Whether what was sealed is handed to the kernel.
#[derive(PartialEq, Eq)]
enum Sending {
    On,
    Off,
}

#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Control([u8; 32]);

impl Sender {
    fn new(tracks: &[TrackSpec], receivers: &[SocketAddr]) -> Result<Self> {
        let traffic: Vec<Traffic> = tracks
            .iter()
            .map(|spec| Traffic {
                at_once: spec.packets_at_once() as usize,
                wire_len: HEADER_LEN + spec.payload_bytes + TAG_LEN,
                payload: (0..spec.payload_bytes).map(|i| i as u8).collect(),
            })
            .collect();
        let longest = traffic
            .iter()
            .map(|t| t.at_once * t.wire_len)
            .max()
            .context("no tracks")?;
        ensure!(
            longest <= 65_507,
            "a burst of {longest} bytes is more than one datagram run can hold"
        );
        let key = |n: usize| {
            let mut bytes = [0x5a; 16];
            bytes[..8].copy_from_slice(&n.to_be_bytes());
            UnboundKey::new(&AES_128_GCM, &bytes)
                .map(LessSafeKey::new)
                .map_err(|_| anyhow!("AES-128-GCM refused a key"))
        };
        Ok(Sender {
            socket: bind_loopback()?,
            traffic,
            keys: (0..receivers.len()).map(key).collect::<Result<_>>()?,
            names: receivers.iter().map(name).collect::<Result<_>>()?,
            arena: vec![0; MESSAGES * longest],
            index: 0,
            packets: 0,
            sending: Sending::On,
        })
    }

    /// CPU time per packet, in microseconds, of what `send` sends.
    fn cost_of(&mut self, send: impl FnOnce(&mut Self) -> Result<()>) -> Result<f64> {
        let (packets, used) = (self.packets, thread_cpu()?);
        send(self)?;
        Ok((thread_cpu()? - used).as_secs_f64() * 1e6 / (self.packets - packets) as f64)
    }

    /// Sends what is due, when it is due, until `end`.
    fn run(&mut self, schedule: &mut [Departure], end: Instant) -> Result<()> {
        loop {
            let next = schedule.iter_mut().min_by_key(|d| d.due).context("nothing to send")?;
            if next.due >= end {
                return Ok(());
            }
            if let Some(left) = next.due.checked_duration_since(Instant::now()) {
                thread::sleep(left);
            }
            self.depart(next)?;
        }
    }

    /// Sends in the schedule's order but ahead of it, until `end`.
    fn rush(&mut self, schedule: &mut [Departure], end: Instant, tick: Duration) -> Result<()> {
        while Instant::now() < end {
            let before = self.packets;
            while self.packets - before < RUSH {
                self.depart(schedule.iter_mut().min_by_key(|d| d.due).context("nothing to send")?)?;
            }
            thread::sleep(2 * tick);
        }
        Ok(())
    }

    fn depart(&mut self, departure: &mut Departure) -> Result<()> {
        departure.due += departure.interval;
        let receivers = departure.receivers.clone();
        for start in receivers.clone().step_by(MESSAGES) {
            self.send(departure.track, start..(start + MESSAGES).min(receivers.end))?;
        }
        Ok(())
    }

    /// Seals a track's next packets for each of the receivers, and sends them all.
    fn send(&mut self, track: usize, receivers: Range<usize>) -> Result<()> {
        let traffic = &self.traffic[track];
        let message_len = traffic.at_once * traffic.wire_len;
        // SAFETY: all-zero is a valid value of these plain C structs.
        let (mut iovecs, mut headers): ([libc::iovec; MESSAGES], [libc::mmsghdr; MESSAGES]) =
            unsafe { (zeroed(), zeroed()) };
        let mut controls = [Control([0; 32]); MESSAGES];
        let messages = self.arena.chunks_exact_mut(message_len);
        let count = receivers.len();
        for (i, (message, receiver)) in messages.zip(receivers).enumerate() {
            for packet in message.chunks_exact_mut(traffic.wire_len) {
                self.index += 1;
                seal(packet, &traffic.payload, &self.keys[receiver], self.index)?;
            }
            iovecs[i].iov_base = message.as_mut_ptr().cast();
            iovecs[i].iov_len = message_len;
            let header = &mut headers[i].msg_hdr;
            header.msg_name = (&raw mut self.names[receiver]).cast();
            header.msg_namelen = size_of::<libc::sockaddr_in>() as _;
            header.msg_iov = &raw mut iovecs[i];
            header.msg_iovlen = 1;
            if traffic.at_once > 1 {
                set_segment(header, &mut controls[i], traffic.wire_len as u16);
            }
        }
        let mut done = if self.sending == Sending::On { 0 } else { count };
        while done < count {
            // SAFETY: headers `done..count` were filled above; what they point to outlives the call.
            let sent = unsafe {
                let rest = headers.as_mut_ptr().add(done);
                libc::sendmmsg(self.socket.as_raw_fd(), rest, (count - done) as _, libc::MSG_DONTWAIT)
            };
            ensure!(sent > 0, "the probe's sendmmsg: {}", io::Error::last_os_error());
            done += sent as usize;
        }
        self.packets += (count * traffic.at_once) as u64;
        Ok(())
    }
}

/// `[header | sealed payload | tag]`, the payload read from where it lies.
fn seal(packet: &mut [u8], payload: &[u8], key: &LessSafeKey, index: u64) -> Result<()> {
    let (header, sealed) = packet.split_at_mut(HEADER_LEN);
    header[0] = 0x90; // version 2, an extension
    header[2..4].copy_from_slice(&(index as u16).to_be_bytes());
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&index.to_be_bytes());
    let (sealed, tag) = sealed.split_at_mut(payload.len());
    key.seal_out_of_place_scatter(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(&*header),
        payload,
        sealed,
        &[],
        tag,
    )
    .map_err(|_| anyhow!("AES-128-GCM refused to seal"))
}

/// Makes a message a run of datagrams of one size (`UDP_SEGMENT`).
fn set_segment(header: &mut libc::msghdr, control: &mut Control, size: u16) {
    header.msg_control = control.0.as_mut_ptr().cast();
    // SAFETY: CMSG_SPACE(2) is 24 bytes; `control` holds 32, aligned for cmsghdr.
    unsafe {
        header.msg_controllen = libc::CMSG_SPACE(size_of::<u16>() as _) as _;
        let first = libc::CMSG_FIRSTHDR(header);
        (*first).cmsg_level = libc::SOL_UDP;
        (*first).cmsg_type = libc::UDP_SEGMENT;
        (*first).cmsg_len = libc::CMSG_LEN(size_of::<u16>() as _) as _;
        libc::CMSG_DATA(first).cast::<u16>().write_unaligned(size);
    }
}

fn name(address: &SocketAddr) -> Result<libc::sockaddr_in> {
    let SocketAddr::V4(address) = address else {
        return Err(anyhow!("{address} is not IPv4"));
    };
    // SAFETY: all-zero is a valid sockaddr_in.
    let mut name: libc::sockaddr_in = unsafe { zeroed() };
    name.sin_family = libc::AF_INET as _;
    name.sin_port = address.port().to_be();
    name.sin_addr.s_addr = u32::from(*address.ip()).to_be();
    Ok(name)
}

/// The receivers: sockets that are read and thrown away.
struct Drain {
    addresses: Vec<SocketAddr>,
    stop: Arc<AtomicBool>,
    received: Arc<AtomicU64>,
    thread: thread::JoinHandle<Result<()>>,
}

impl Drain {
    fn start(receivers: usize, tick: Duration) -> Result<Self> {
        let sockets: Vec<UdpSocket> = (0..receivers).map(|_| bind_loopback()).collect::<Result<_>>()?;
        let addresses = sockets.iter().map(UdpSocket::local_addr).collect::<io::Result<_>>()?;
        let (stop, received) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let thread = thread::spawn({
            let (stop, received) = (stop.clone(), received.clone());
            move || read(&sockets, tick, &stop, &received)
        });
        Ok(Drain {
            addresses,
            stop,
            received,
            thread,
        })
    }

    /// Ends the thread; how many datagrams came.
    fn finish(self) -> Result<u64> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread
            .join()
            .map_err(|_| anyhow!("the probe's receiver panicked"))??;
        Ok(self.received.load(Ordering::SeqCst))
    }
}

fn read(sockets: &[UdpSocket], tick: Duration, stop: &AtomicBool, received: &AtomicU64) -> Result<()> {
    let poller = Poller::new()?;
    for (i, socket) in sockets.iter().enumerate() {
        poller.add(socket.as_raw_fd(), i)?;
    }
    let (mut poller, mut batch, mut ready) = (poller, Batch::new(), Vec::new());
    while !stop.load(Ordering::Relaxed) {
        thread::sleep(tick);
        poller.wait(Duration::ZERO, &mut ready)?;
        for &index in &ready {
            loop {
                let n = batch.receive(sockets[index].as_raw_fd())?;
                received.fetch_add(n as u64, Ordering::Relaxed);
                if !Batch::is_full(n) {
                    break;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn args(more: &[&str]) -> Args {
        let base = [
            "sfu-load",
            "--rooms",
            "2",
            "--publishers",
            "1",
            "--subscribers",
            "3",
            "--participants",
            "2",
        ];
        Args::parse_from(base.iter().chain(more).chain(&["janus"]))
    }

    #[test]
    fn every_packet_reaches_every_receiver() {
        for more in [&[][..], &["--video-burst", "--video-pps", "480", "--video-fps", "30"]] {
            let probe = measure(&args(more), Duration::from_millis(300)).unwrap();
            // In each of two rooms a publisher reaches five, two participants reach four.
            assert_eq!(probe.receivers, 2 * (5 + 2 * 4));
            assert_eq!(probe.lost, 0);
            let costs = [
                probe.cpu_us_per_packet,
                probe.seal_us_per_packet,
                probe.paced_us_per_packet,
            ];
            assert!(costs.iter().all(|cost| *cost > 0.0), "{costs:?}");
        }
    }

    #[test]
    fn publishers_do_not_depart_together() {
        let args = args(&[]);
        let departures = schedule(&args.fanouts(), &args.tracks());
        let mut due: Vec<Instant> = departures.iter().filter(|d| d.track == 0).map(|d| d.due).collect();
        assert_eq!(due.len(), 6);
        due.dedup();
        assert_eq!(due.len(), 6);
    }

    #[test]
    fn sealed_packets_open_again() {
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &[1; 16]).unwrap());
        let mut packet = [0; HEADER_LEN + 5 + TAG_LEN];
        seal(&mut packet, b"hello", &key, 7).unwrap();
        let (header, sealed) = packet.split_at_mut(HEADER_LEN);
        let mut nonce = [0; 12];
        nonce[11] = 7;
        let nonce = Nonce::assume_unique_for_key(nonce);
        assert_eq!(key.open_in_place(nonce, Aad::from(&*header), sealed).unwrap(), b"hello");
    }
}
