//! The arena a shard's outgoing datagrams are sealed into, and the runs the socket sends from it.

use std::ops::Range;

use crate::Remote;
use crate::bandwidth::SendTime;

/// Bytes of the arena. Small enough to stay in a core's second-level cache between sealing and sending.
const ARENA_BYTES: usize = 512 * 1024;

/// Kernel limits of one UDP GSO message: `UDP_MAX_SEGMENTS` is 64 on every kernel that has GSO (128 since 6.9), and the message is one IP
/// packet before it is cut (65,535 bytes less headers).
const MAX_SEGMENTS: usize = 64;
const MAX_RUN_BYTES: usize = 65_000;

/// One message for the socket: datagrams to one destination, back to back in the arena, all of `segment_size` bytes but the last, which may
/// be shorter. A single datagram has `segment_size == range.len()`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transmit {
    pub to: Remote,
    /// Place in [`SendBatch::arena`].
    pub range: Range<usize>,
    /// Value for `UDP_SEGMENT`; never 0.
    pub segment_size: usize,
}

impl Transmit {
    /// How many datagrams the run holds.
    pub fn segments(&self) -> usize {
        self.range.len().div_ceil(self.segment_size.max(1))
    }
}

/// Datagrams ready to send. The shard fills it, the driver sends every [`Transmit`] and calls [`SendBatch::clear`].
#[derive(Debug)]
pub struct SendBatch {
    arena: Box<[u8]>,
    used: usize,
    transmits: Vec<Transmit>,
    /// When what is being sealed leaves.
    leaves: SendTime,
}

impl SendBatch {
    pub(crate) fn new() -> Self {
        Self {
            arena: vec![0; ARENA_BYTES].into_boxed_slice(),
            used: 0,
            transmits: Vec::with_capacity(1024),
            leaves: SendTime::default(),
        }
    }

    /// The runs in sending order.
    pub fn transmits(&self) -> &[Transmit] {
        &self.transmits
    }

    /// All bytes; index with [`Transmit::range`].
    pub fn arena(&self) -> &[u8] {
        &self.arena
    }

    /// The bytes of one run.
    pub fn bytes(&self, transmit: &Transmit) -> &[u8] {
        self.arena.get(transmit.range.clone()).unwrap_or_default()
    }

    /// Each datagram by itself, for a driver without GSO and for tests.
    pub fn datagrams(&self) -> impl Iterator<Item = (Remote, &[u8])> {
        self.transmits
            .iter()
            .flat_map(|run| self.bytes(run).chunks(run.segment_size.max(1)).map(move |bytes| (run.to, bytes)))
    }

    pub fn is_empty(&self) -> bool {
        self.transmits.is_empty()
    }

    /// Whether the next media packet may not fit.
    pub(crate) fn is_nearly_full(&self) -> bool {
        self.arena.len() - self.used < 2048
    }

    /// Forgets everything; the buffers stay.
    pub fn clear(&mut self) {
        self.used = 0;
        self.transmits.clear();
    }

    /// What is put in from here on leaves at this time.
    pub(crate) fn stamp(&mut self, leaves: SendTime) {
        self.leaves = leaves;
    }

    pub(crate) fn leaves(&self) -> SendTime {
        self.leaves
    }

    /// `len` free bytes to write the next datagram into, or `None` when the arena is full. Nothing is queued until
    /// [`commit`](Self::commit).
    pub(crate) fn reserve(&mut self, len: usize) -> Option<&mut [u8]> {
        self.arena.get_mut(self.used..self.used.checked_add(len)?)
    }

    /// Queues the first `len` reserved bytes as one datagram, joined to the previous run where GSO allows.
    pub(crate) fn commit(&mut self, to: Remote, len: usize) {
        let start = self.used;
        let end = (start + len).min(self.arena.len());
        self.used = end;
        if let Some(run) = self.transmits.last_mut() {
            let whole = run.range.len() == run.segment_size * run.segments();
            let fits =
                len <= run.segment_size && run.segments() < MAX_SEGMENTS && run.range.len() + len <= MAX_RUN_BYTES;
            if run.to == to && run.range.end == start && whole && fits {
                run.range.end = end;
                return;
            }
        }
        if len > 0 {
            self.transmits.push(Transmit { to, range: start..end, segment_size: len });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(port: u16) -> Remote {
        Remote::udp(([127, 0, 0, 1], port).into())
    }

    fn runs(sizes: &[(u16, usize)]) -> Vec<(u16, usize, usize)> {
        let mut batch = SendBatch::new();
        for &(port, len) in sizes {
            batch.reserve(len).expect("the arena holds the test's datagrams").fill(port as u8);
            batch.commit(remote(port), len);
        }
        batch.transmits().iter().map(|run| (run.to.addr.port(), run.range.len(), run.segment_size)).collect()
    }

    #[test]
    fn equal_sizes_to_one_destination_leave_as_one_run() {
        assert_eq!(runs(&[(1, 100), (1, 100), (1, 100)]), [(1, 300, 100)]);
    }

    #[test]
    fn only_the_last_datagram_of_a_run_may_be_shorter() {
        assert_eq!(runs(&[(1, 100), (1, 90), (1, 100), (1, 101)]), [(1, 190, 100), (1, 100, 100), (1, 101, 101)]);
    }

    #[test]
    fn another_destination_starts_another_run() {
        assert_eq!(runs(&[(1, 100), (2, 100), (1, 100)]), [(1, 100, 100), (2, 100, 100), (1, 100, 100)]);
    }

    #[test]
    fn a_run_stays_within_what_the_kernel_takes() {
        let sizes = vec![(1, 1200); 200];
        for (_, bytes, segment) in runs(&sizes) {
            assert!(bytes <= MAX_RUN_BYTES && bytes / segment <= MAX_SEGMENTS);
        }
    }

    #[test]
    fn a_full_arena_refuses_instead_of_growing() {
        let mut batch = SendBatch::new();
        let mut sent = 0;
        while batch.reserve(1200).is_some() {
            batch.commit(remote(1), 1200);
            sent += 1;
        }
        assert_eq!(sent, ARENA_BYTES / 1200);
        batch.clear();
        assert!(batch.is_empty() && batch.reserve(1200).is_some());
    }
}
