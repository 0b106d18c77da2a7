//! A shard's UDP socket: batches in by `recvmmsg` with GRO, batches out by `sendmmsg` with GSO.
//!
//! The only module of the workspace with `unsafe` code. Every pointer handed to the kernel points into a buffer that the
//! call's own frame or `self` owns, and no longer lives than the call.
#![expect(
    unsafe_code,
    reason = "recvmmsg and sendmmsg with UDP_GRO and UDP_SEGMENT have no safe wrapper that batches both ways"
)]

use std::io;
use std::mem::{self, MaybeUninit};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::ops::Range;
use std::os::fd::{AsRawFd, RawFd};

use mio::net::UdpSocket;
use sfu_core::LocalId;
use socket2::{Domain, Protocol, Socket, Type};

/// Datagrams (or GRO runs) taken by one `recvmmsg`.
const RECEIVE_BATCH: usize = 32;
/// A GRO run is at most one IP packet long.
const RECEIVE_BUFFER: usize = 65_535;
/// Messages given to one `sendmmsg`; UIO_MAXIOV is 1024, and more than 64 no longer pays.
const SEND_BATCH: usize = 64;
/// Asked for both directions; the kernel may grant less to an unprivileged process (`net.core.rmem_max`).
const BUFFER_BYTES: usize = 8 << 20;

/// Bytes of control data of one message: GRO's or GSO's segment size (24), the address information of IPv6 (40) and the count of lost
/// datagrams (24).
const CONTROL_BYTES: usize = 88;
/// Own addresses told apart; the interfaces of any real machine. Further ones are answered from where the system likes.
const LOCAL_ADDRESSES: usize = 256;

/// One message's control data, aligned as `cmsghdr` wants.
#[repr(align(8))]
#[derive(Clone, Copy)]
struct Control([u8; CONTROL_BYTES]);

/// A message to send: one datagram, or a run of datagrams of `segment_size` bytes each (the last may be shorter).
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) to: SocketAddr,
    pub(crate) from: LocalId,
    pub(crate) bytes: Range<usize>,
    pub(crate) segment_size: usize,
}

/// What became of a batch.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Datagrams the kernel took.
    pub(crate) datagrams: u64,
    /// Datagrams dropped because the send buffer was full or the destination unreachable: lost like any other on UDP.
    pub(crate) dropped: u64,
}

pub(crate) struct Udp {
    socket: UdpSocket,
    family: Family,
    segmentation: Segmentation,
    locals: Locals,
    receive: ReceiveBuffers,
    send: SendBuffers,
    overflowed: Overflow,
}

/// Datagrams the kernel dropped since our receive queue was full. It counts in 32 bits and tells with the next datagram.
#[derive(Default)]
struct Overflow {
    told: u32,
    total: u64,
}

impl Overflow {
    fn record(&mut self, told: u32) {
        self.total += u64::from(told.wrapping_sub(self.told));
        self.told = told;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    V4,
    /// Dual stack: IPv4 peers appear as mapped addresses and are translated at this edge.
    V6,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Segmentation {
    Kernel,
    /// The kernel or the interface refused UDP_SEGMENT once: runs are sent datagram by datagram from then on.
    Ours,
}

/// What `recvmmsg` fills. Headers are set up once; a call restores only those the kernel wrote to.
struct ReceiveBuffers {
    bytes: Box<[u8]>,
    /// Everything the headers point to besides `bytes`: kept for that alone.
    parts: Box<[(MaybeUninit<libc::sockaddr_storage>, Control, libc::iovec)]>,
    messages: Box<[libc::mmsghdr]>,
}

/// What `sendmmsg` reads. Filled anew for each group, and only as far as it goes.
struct SendBuffers {
    parts: Box<[(MaybeUninit<libc::sockaddr_storage>, Control, libc::iovec)]>,
    messages: Box<[libc::mmsghdr]>,
}

// SAFETY: the pointers in the headers point into boxes of the same structure, which move to another thread with it, or, between
// calls, are not read.
unsafe impl Send for ReceiveBuffers {}
// SAFETY: as above.
unsafe impl Send for SendBuffers {}

fn parts(count: usize) -> Box<[(MaybeUninit<libc::sockaddr_storage>, Control, libc::iovec)]> {
    let empty = libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 0 };
    (0..count).map(|_| (MaybeUninit::zeroed(), Control([0; CONTROL_BYTES]), empty)).collect()
}

fn messages(count: usize) -> Box<[libc::mmsghdr]> {
    // SAFETY: an all-zero mmsghdr is valid: no name, no buffers, no control data.
    (0..count).map(|_| unsafe { mem::zeroed() }).collect()
}

impl ReceiveBuffers {
    fn new() -> Self {
        let mut buffers = Self {
            // Zeroed pages are not touched before a packet lands on them, so this costs address space, not memory.
            bytes: vec![0; RECEIVE_BATCH * RECEIVE_BUFFER].into_boxed_slice(),
            parts: parts(RECEIVE_BATCH),
            messages: messages(RECEIVE_BATCH),
        };
        let chunks = buffers.bytes.chunks_exact_mut(RECEIVE_BUFFER);
        for ((message, (address, control, vector)), chunk) in
            buffers.messages.iter_mut().zip(&mut buffers.parts).zip(chunks)
        {
            *vector = libc::iovec { iov_base: chunk.as_mut_ptr().cast(), iov_len: chunk.len() };
            let header = &mut message.msg_hdr;
            header.msg_iov = vector;
            header.msg_iovlen = 1;
            header.msg_name = address.as_mut_ptr().cast();
            header.msg_control = control.0.as_mut_ptr().cast();
        }
        buffers.restore(RECEIVE_BATCH);
        buffers
    }

    /// Makes the first `count` headers fit to receive again.
    fn restore(&mut self, count: usize) {
        for message in self.messages.iter_mut().take(count) {
            message.msg_hdr.msg_namelen = size_of::<libc::sockaddr_storage>() as _;
            message.msg_hdr.msg_controllen = CONTROL_BYTES as _;
        }
    }
}

/// Own addresses that datagrams came to, numbered from 1. Empty for a socket bound to one address: it has no choice.
#[derive(Default)]
struct Locals(Vec<IpAddr>);

impl Locals {
    fn number(&mut self, ip: IpAddr) -> LocalId {
        let index = self.0.iter().position(|known| *known == ip).or_else(|| {
            (self.0.len() < LOCAL_ADDRESSES).then(|| {
                self.0.push(ip);
                self.0.len() - 1
            })
        });
        index.map_or(LocalId::ANY, |index| LocalId::numbered(index as u16 + 1))
    }

    fn address(&self, id: LocalId) -> Option<IpAddr> {
        self.0.get(usize::from(id.number()).checked_sub(1)?).copied()
    }
}

impl Udp {
    /// Binds `address` (port 0: any), non-blocking, with large buffers and GRO where the kernel has it.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            socket.set_only_v6(false)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        let fd = socket.as_raw_fd();
        // The privileged form ignores rmem_max; without the privilege the plain one grants what it may.
        if set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, BUFFER_BYTES as i32).is_err() {
            socket.set_recv_buffer_size(BUFFER_BYTES)?;
        }
        if set_option(fd, libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, BUFFER_BYTES as i32).is_err() {
            socket.set_send_buffer_size(BUFFER_BYTES)?;
        }
        // Kernels before 5.0 have no GRO for UDP: datagrams then come one by one, which the same code reads.
        let _ = set_option(fd, libc::SOL_UDP, libc::UDP_GRO, 1);
        // Without it we only do not know.
        let _ = set_option(fd, libc::SOL_SOCKET, libc::SO_RXQ_OVFL, 1);
        let family = if address.is_ipv6() { Family::V6 } else { Family::V4 };
        if address.ip().is_unspecified() {
            match family {
                Family::V4 => set_option(fd, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?,
                Family::V6 => set_option(fd, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, 1)?,
            }
        }
        Ok(Self {
            socket: UdpSocket::from_std(socket.into()),
            family,
            segmentation: Segmentation::Kernel,
            locals: Locals::default(),
            receive: ReceiveBuffers::new(),
            send: SendBuffers { parts: parts(SEND_BATCH), messages: messages(SEND_BATCH) },
            overflowed: Overflow::default(),
        })
    }

    pub(crate) fn source(&mut self) -> &mut UdpSocket {
        &mut self.socket
    }

    pub(crate) fn local_address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes one batch and hands every datagram to `each`, with where it came from and to. Returns how many messages came: fewer than
    /// [`Udp::full_batch`] means the socket is drained.
    pub(crate) fn receive(&mut self, mut each: impl FnMut(SocketAddr, LocalId, &mut [u8])) -> io::Result<usize> {
        // SAFETY: the RECEIVE_BATCH headers point to buffers, addresses and control areas of `self.receive`, each its own.
        let taken = unsafe {
            libc::recvmmsg(
                self.socket.as_raw_fd(),
                self.receive.messages.as_mut_ptr(),
                RECEIVE_BATCH as _,
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        };
        if taken < 0 {
            let error = io::Error::last_os_error();
            return match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(0),
                // An ICMP error of an earlier send is reported here; it concerns nobody else.
                io::ErrorKind::ConnectionRefused => Ok(RECEIVE_BATCH),
                // Memory short, an interface down: it passes, and the shard's people are not to pay for it.
                _ if !is_lasting(&error) => {
                    tracing::warn!(%error, "receiving failed for now");
                    Ok(0)
                }
                _ => Err(error),
            };
        }
        let taken = taken as usize;
        let ReceiveBuffers { bytes, parts, messages } = &mut self.receive;
        let chunks = bytes.chunks_exact_mut(RECEIVE_BUFFER);
        for ((message, (address, ..)), chunk) in messages.iter().zip(parts.iter()).zip(chunks).take(taken) {
            // SAFETY: the kernel filled the address of every message it returned; the storage was zeroed at first.
            let Some(from) = to_socket_address(unsafe { address.assume_init_ref() }) else { continue };
            let length = (message.msg_len as usize).min(RECEIVE_BUFFER);
            let told = Told::read(&message.msg_hdr);
            if let Some(lost) = told.lost {
                self.overflowed.record(lost);
            }
            let segment = told.segment_size.unwrap_or(length.max(1));
            let to = told.to.map_or(LocalId::ANY, |ip| self.locals.number(ip));
            for datagram in chunk[..length].chunks_mut(segment) {
                each(from, to, datagram);
            }
        }
        self.receive.restore(taken);
        Ok(taken)
    }

    /// Datagrams lost so far because we did not read in time.
    pub(crate) fn overflowed(&self) -> u64 {
        self.overflowed.total
    }

    /// Messages in a full receive batch.
    pub(crate) const fn full_batch() -> usize {
        RECEIVE_BATCH
    }

    /// Sends every message of `batch`, whose ranges lie in `arena`. Never blocks: what the kernel does not take is dropped
    /// and counted.
    pub(crate) fn send(&mut self, arena: &[u8], batch: &[Outgoing]) -> Sent {
        let mut sent = Sent::default();
        for group in batch.chunks(SEND_BATCH) {
            self.send_group(arena, group, &mut sent);
        }
        sent
    }

    fn send_group(&mut self, arena: &[u8], group: &[Outgoing], sent: &mut Sent) {
        if self.segmentation == Segmentation::Ours && group.iter().any(Outgoing::is_run) {
            let single: Vec<Outgoing> = group.iter().flat_map(Outgoing::datagrams).collect();
            for part in single.chunks(SEND_BATCH) {
                self.send_group(arena, part, sent);
            }
            return;
        }
        let buffers = self.send.messages.iter_mut().zip(&mut self.send.parts);
        for (outgoing, (message, (address, control, vector))) in group.iter().zip(buffers) {
            let bytes = &arena[outgoing.bytes.clone()];
            *vector = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
            let header = &mut message.msg_hdr;
            header.msg_namelen = write_address(address, self.family, outgoing.to);
            header.msg_name = address.as_mut_ptr().cast();
            header.msg_iov = vector;
            header.msg_iovlen = 1;
            header.msg_control = std::ptr::null_mut();
            header.msg_controllen = 0;
            let mut control = ControlWriter::new(header, control);
            if outgoing.is_run() {
                control.push(libc::SOL_UDP, libc::UDP_SEGMENT, outgoing.segment_size as u16);
            }
            match (self.locals.address(outgoing.from), self.family) {
                (None, _) => {}
                (Some(IpAddr::V4(ip)), Family::V4) => control.push(libc::IPPROTO_IP, libc::IP_PKTINFO, from_v4(ip)),
                (Some(ip), _) => control.push(libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, from_v6(ip)),
            }
        }
        let mut done = 0;
        while done < group.len() {
            // SAFETY: headers `done..group.len()` were filled above and what they point to lives in `self.send` and `arena`.
            let taken = unsafe {
                libc::sendmmsg(
                    self.socket.as_raw_fd(),
                    self.send.messages.as_mut_ptr().add(done),
                    (group.len() - done) as _,
                    libc::MSG_DONTWAIT,
                )
            };
            if taken > 0 {
                let taken = taken as usize;
                sent.datagrams += group[done..done + taken].iter().map(Outgoing::count).sum::<u64>();
                done += taken;
                continue;
            }
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EINTR) => {}
                // The queue is full: what is left of this group is lost, as it would be on the wire.
                Some(libc::EAGAIN | libc::ENOBUFS) => {
                    sent.dropped += group[done..].iter().map(Outgoing::count).sum::<u64>();
                    return;
                }
                // EIO: no checksum offload for runs on this interface (man 7 udp). It will not come back.
                Some(libc::EIO) if group[done].is_run() => {
                    self.segmentation = Segmentation::Ours;
                    tracing::warn!("this interface refuses UDP segmentation offload; sending datagrams one by one");
                    self.send_group(arena, &group[done..], sent);
                    return;
                }
                // EINVAL: this run is no run for this destination: its path takes only smaller packets, or it cannot be
                // sent to at all. Others keep theirs.
                Some(libc::EINVAL) if group[done].is_run() => {
                    let single: Vec<Outgoing> = group[done].datagrams().collect();
                    for part in single.chunks(SEND_BATCH) {
                        self.send_group(arena, part, sent);
                    }
                    // The headers were used for the parts: the rest is a group of its own.
                    self.send_group(arena, &group[done + 1..], sent);
                    return;
                }
                // One unreachable destination must not stop the others.
                _ => {
                    sent.dropped += group[done].count();
                    done += 1;
                }
            }
        }
    }
}

/// Whether the socket itself is broken, rather than the moment.
fn is_lasting(error: &io::Error) -> bool {
    let broken = [libc::EBADF, libc::ENOTSOCK, libc::EFAULT, libc::EINVAL, libc::EOPNOTSUPP];
    error.raw_os_error().is_none_or(|code| broken.contains(&code))
}

impl Outgoing {
    fn is_run(&self) -> bool {
        self.bytes.len() > self.segment_size
    }

    fn count(&self) -> u64 {
        self.bytes.len().div_ceil(self.segment_size.max(1)) as u64
    }

    fn datagrams(&self) -> impl Iterator<Item = Outgoing> + '_ {
        let size = self.segment_size.max(1);
        self.bytes.clone().step_by(size).map(move |start| Outgoing {
            to: self.to,
            from: self.from,
            bytes: start..(start + size).min(self.bytes.end),
            segment_size: size,
        })
    }
}

fn set_option(fd: RawFd, level: i32, name: i32, value: i32) -> io::Result<()> {
    // SAFETY: `value` lives for the call and its size is given.
    let result = unsafe { libc::setsockopt(fd, level, name, (&raw const value).cast(), size_of::<i32>() as _) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Adds control messages to a header, in the order of `push`.
struct ControlWriter<'a> {
    header: &'a mut libc::msghdr,
    control: &'a mut Control,
    used: usize,
}

impl<'a> ControlWriter<'a> {
    fn new(header: &'a mut libc::msghdr, control: &'a mut Control) -> Self {
        Self { header, control, used: 0 }
    }

    fn push<T: Copy>(&mut self, level: i32, kind: i32, data: T) {
        // SAFETY: CMSG_SPACE and CMSG_LEN only compute.
        let (space, length) = unsafe { (libc::CMSG_SPACE(size_of::<T>() as _), libc::CMSG_LEN(size_of::<T>() as _)) };
        let end = self.used + space as usize;
        assert!(end <= CONTROL_BYTES, "CONTROL_BYTES holds every message that is sent");
        let at = self.control.0[self.used..end].as_mut_ptr();
        // SAFETY: `at` is the start of `space` bytes inside `control`: as large as a cmsghdr with this data, and aligned, since
        // `control` is and CMSG_SPACE is a multiple of the alignment.
        unsafe {
            let message = at.cast::<libc::cmsghdr>();
            (*message).cmsg_level = level;
            (*message).cmsg_type = kind;
            (*message).cmsg_len = length as _;
            libc::CMSG_DATA(message).cast::<T>().write_unaligned(data);
        }
        self.used = end;
        self.header.msg_control = self.control.0.as_mut_ptr().cast();
        self.header.msg_controllen = end as _;
    }
}

/// "Send from this address" (man 7 ip).
fn from_v4(ip: Ipv4Addr) -> libc::in_pktinfo {
    let address = libc::in_addr { s_addr: u32::from(ip).to_be() };
    libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: address, ipi_addr: libc::in_addr { s_addr: 0 } }
}

/// "Send from this address" (man 7 ipv6); IPv4 as a mapped one.
fn from_v6(ip: IpAddr) -> libc::in6_pktinfo {
    let ip = match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    libc::in6_pktinfo { ipi6_addr: libc::in6_addr { s6_addr: ip.octets() }, ipi6_ifindex: 0 }
}

/// What the kernel tells beside a message.
#[derive(Default)]
struct Told {
    /// Size of the datagrams in a GRO run, if the kernel made one.
    segment_size: Option<usize>,
    /// The address it was sent to.
    to: Option<IpAddr>,
    /// Datagrams dropped before it since the socket was made.
    lost: Option<u32>,
}

impl Told {
    fn read(header: &libc::msghdr) -> Self {
        let mut told = Self::default();
        // SAFETY: the kernel wrote `msg_controllen` bytes of well-formed control messages, each with the data of its kind; the
        // macros stay inside them.
        unsafe {
            let mut next = libc::CMSG_FIRSTHDR(header);
            while !next.is_null() {
                let data = libc::CMSG_DATA(next);
                match ((*next).cmsg_level, (*next).cmsg_type) {
                    (libc::SOL_UDP, libc::UDP_GRO) => {
                        let size = data.cast::<i32>().read_unaligned();
                        told.segment_size = usize::try_from(size).ok().filter(|size| *size > 0);
                    }
                    (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                        let address = data.cast::<libc::in_pktinfo>().read_unaligned().ipi_addr;
                        told.to = Some(Ipv4Addr::from(u32::from_be(address.s_addr)).into());
                    }
                    (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                        let address = data.cast::<libc::in6_pktinfo>().read_unaligned().ipi6_addr;
                        told.to = Some(Ipv6Addr::from(address.s6_addr).to_canonical());
                    }
                    (libc::SOL_SOCKET, libc::SO_RXQ_OVFL) => told.lost = Some(data.cast::<u32>().read_unaligned()),
                    _ => {}
                }
                next = libc::CMSG_NXTHDR(header, next);
            }
        }
        told
    }
}

fn to_socket_address(storage: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match i32::from(storage.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says which structure the kernel wrote; sockaddr_storage is large and aligned enough.
            let v4 = unsafe { &*(&raw const *storage).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr));
            Some(SocketAddr::V4(SocketAddrV4::new(ip, u16::from_be(v4.sin_port))))
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let v6 = unsafe { &*(&raw const *storage).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
            let port = u16::from_be(v6.sin6_port);
            Some(match ip.to_canonical() {
                IpAddr::V4(mapped) => SocketAddr::V4(SocketAddrV4::new(mapped, port)),
                IpAddr::V6(ip) => SocketAddr::V6(SocketAddrV6::new(ip, port, 0, v6.sin6_scope_id)),
            })
        }
        _ => None,
    }
}

fn write_address(storage: &mut MaybeUninit<libc::sockaddr_storage>, family: Family, to: SocketAddr) -> libc::socklen_t {
    match (family, to) {
        (Family::V4, SocketAddr::V4(to)) => {
            // SAFETY: an all-zero sockaddr_in is valid.
            let mut v4: libc::sockaddr_in = unsafe { mem::zeroed() };
            v4.sin_family = libc::AF_INET as _;
            v4.sin_port = to.port().to_be();
            v4.sin_addr.s_addr = u32::from(*to.ip()).to_be();
            // SAFETY: sockaddr_storage holds any address structure.
            unsafe { storage.as_mut_ptr().cast::<libc::sockaddr_in>().write(v4) };
            size_of::<libc::sockaddr_in>() as _
        }
        (_, to) => {
            let (ip, scope) = match to {
                SocketAddr::V4(to) => (to.ip().to_ipv6_mapped(), 0),
                SocketAddr::V6(to) => (*to.ip(), to.scope_id()),
            };
            // SAFETY: an all-zero sockaddr_in6 is valid.
            let mut v6: libc::sockaddr_in6 = unsafe { mem::zeroed() };
            v6.sin6_family = libc::AF_INET6 as _;
            v6.sin6_port = to.port().to_be();
            v6.sin6_addr.s6_addr = ip.octets();
            v6.sin6_scope_id = scope;
            // SAFETY: as above.
            unsafe { storage.as_mut_ptr().cast::<libc::sockaddr_in6>().write(v6) };
            size_of::<libc::sockaddr_in6>() as _
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loopback() -> Udp {
        Udp::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a loopback port")
    }

    /// Receives until `count` datagrams have come; the data is already queued, so this never waits.
    fn receive_all(socket: &mut Udp, count: usize) -> Vec<Vec<u8>> {
        let mut got = Vec::new();
        while got.len() < count {
            let taken = socket.receive(|_, _, datagram| got.push(datagram.to_vec())).expect("receive");
            assert!(taken > 0, "only {} of {count} datagrams came", got.len());
        }
        got
    }

    fn numbered(sizes: &[usize]) -> (Vec<u8>, Vec<Range<usize>>) {
        let mut arena = Vec::new();
        let ranges = sizes.iter().enumerate().map(|(i, size)| {
            let start = arena.len();
            arena.extend(std::iter::repeat_n(i as u8, *size));
            start..arena.len()
        });
        let ranges = ranges.collect();
        (arena, ranges)
    }

    #[test]
    fn a_run_arrives_as_its_datagrams_in_order() {
        let (mut a, mut b) = (loopback(), loopback());
        let (arena, _) = numbered(&[1200, 1200, 1200, 300]);
        let to = b.local_address().expect("address");
        let sent = a.send(&arena, &[Outgoing { to, from: LocalId::ANY, bytes: 0..arena.len(), segment_size: 1200 }]);
        assert_eq!(sent, Sent { datagrams: 4, dropped: 0 });
        let got = receive_all(&mut b, 4);
        assert_eq!(got.iter().map(Vec::len).collect::<Vec<_>>(), [1200, 1200, 1200, 300]);
        assert!(got.iter().enumerate().all(|(i, datagram)| datagram.iter().all(|byte| *byte == i as u8)));
    }

    #[test]
    fn without_kernel_segmentation_a_run_is_sent_datagram_by_datagram() {
        let (mut a, mut b) = (loopback(), loopback());
        a.segmentation = Segmentation::Ours;
        let (arena, _) = numbered(&[500; 100]);
        let to = b.local_address().expect("address");
        let batch = [
            Outgoing { to, from: LocalId::ANY, bytes: 0..30_000, segment_size: 500 },
            Outgoing { to, from: LocalId::ANY, bytes: 30_000..50_000, segment_size: 500 },
        ];
        assert_eq!(a.send(&arena, &batch), Sent { datagrams: 100, dropped: 0 });
        assert_eq!(receive_all(&mut b, 100).len(), 100);
    }

    #[test]
    fn one_unreachable_destination_does_not_stop_the_others() {
        let (mut a, mut b) = (loopback(), loopback());
        let (arena, ranges) = numbered(&[100, 100, 100]);
        let good = b.local_address().expect("address");
        // Port 0 cannot be sent to: the kernel refuses it with EINVAL.
        let bad = SocketAddr::from(([127, 0, 0, 1], 0));
        let batch: Vec<Outgoing> = [good, bad, good]
            .into_iter()
            .zip(ranges)
            .map(|(to, bytes)| Outgoing { to, from: LocalId::ANY, bytes, segment_size: 100 })
            .collect();
        assert_eq!(a.send(&arena, &batch), Sent { datagrams: 2, dropped: 1 });
        assert_eq!(receive_all(&mut b, 2).len(), 2);
    }

    #[test]
    fn a_run_nobody_can_be_sent_costs_the_others_no_offload() {
        let (mut a, mut b) = (loopback(), loopback());
        let (arena, _) = numbered(&[500; 8]);
        let good = b.local_address().expect("address");
        let bad = SocketAddr::from(([127, 0, 0, 1], 0));
        let batch = [
            Outgoing { to: bad, from: LocalId::ANY, bytes: 0..2000, segment_size: 500 },
            Outgoing { to: good, from: LocalId::ANY, bytes: 2000..4000, segment_size: 500 },
        ];
        assert_eq!(a.send(&arena, &batch), Sent { datagrams: 4, dropped: 4 });
        assert!(a.segmentation == Segmentation::Kernel);
        assert_eq!(receive_all(&mut b, 4).len(), 4);
    }

    #[test]
    fn a_dual_stack_socket_names_ipv4_peers_by_their_ipv4_address() {
        let Ok(mut dual) = Udp::bind(SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))) else {
            return; // a machine without IPv6
        };
        let mut peer = loopback();
        let port = dual.local_address().expect("address").port();
        let to = SocketAddr::from(([127, 0, 0, 1], port));
        peer.send(b"hello", &[Outgoing { to, from: LocalId::ANY, bytes: 0..5, segment_size: 5 }]);
        let mut from = None;
        dual.receive(|address, _, _| from = Some(address)).expect("receive");
        assert_eq!(from, peer.local_address().ok());
        let back = dual
            .send(b"back", &[Outgoing { to: from.expect("a peer"), from: LocalId::ANY, bytes: 0..4, segment_size: 4 }]);
        assert_eq!(back.datagrams, 1);
        assert_eq!(receive_all(&mut peer, 1), [b"back".to_vec()]);
    }

    #[test]
    fn an_answer_leaves_from_the_address_that_was_asked() {
        for (bind, asked) in
            [("0.0.0.0:0", "127.0.0.2"), ("[::]:0", "127.0.0.2"), ("[::]:0", "127.0.0.1"), ("[::]:0", "::1")]
        {
            let Ok(mut server) = Udp::bind(bind.parse().expect("an address")) else { continue };
            let port = server.local_address().expect("address").port();
            let asked = SocketAddr::new(asked.parse().expect("an address"), port);
            let home: IpAddr = if asked.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
            let Ok(mut client) = Udp::bind(SocketAddr::new(home, 0)) else { continue };
            let question = Outgoing { to: asked, from: LocalId::ANY, bytes: 0..5, segment_size: 5 };
            assert_eq!(client.send(b"hello", &[question]).datagrams, 1);
            let mut met = None;
            server.receive(|from, to, _| met = Some((from, to))).expect("receive");
            let (to, from) = met.expect("a question");
            // A run and a single datagram: each carries its own set of control messages.
            let answers = [
                Outgoing { to, from, bytes: 0..600, segment_size: 200 },
                Outgoing { to, from, bytes: 600..700, segment_size: 100 },
            ];
            assert_eq!(server.send(&[7; 700], &answers), Sent { datagrams: 4, dropped: 0 });
            let mut heard = Vec::new();
            while heard.len() < 4 {
                assert!(client.receive(|from, _, answer| heard.push((from, answer.len()))).expect("receive") > 0);
            }
            assert_eq!(heard, [(asked, 200), (asked, 200), (asked, 200), (asked, 100)], "bound to {bind}");
        }
    }

    #[test]
    fn what_overflows_the_receive_queue_is_counted() {
        let (mut a, mut b) = (loopback(), loopback());
        set_option(b.socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_RCVBUF, 4096).expect("a small queue");
        let to = b.local_address().expect("address");
        let one = |i: usize| Outgoing { to, from: LocalId::ANY, bytes: i..i + 500, segment_size: 500 };
        let many: Vec<Outgoing> = (0..64).map(one).collect();
        assert_eq!(a.send(&[1; 600], &many).datagrams, 64);
        let mut came = 0;
        while b.receive(|_, _, _| came += 1).expect("receive") > 0 {}
        // The count comes with the first datagram after the loss.
        a.send(&[1; 600], &[one(0)]);
        b.receive(|_, _, _| ()).expect("receive");
        assert!(came < 64, "the queue holds less than was sent");
        assert_eq!(b.overflowed(), 64 - came);
    }
}
