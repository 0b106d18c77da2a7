//! What a shard counts. Plain numbers owned by the shard's thread; the driver copies them out at scrape time.

use std::time::Duration;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Totals since the shard started.
        #[derive(Clone, PartialEq, Eq, Default, Debug)]
        pub struct Counters {
            $($(#[$doc])* pub $name: u64,)*
            /// Time from a packet's arrival to its place in the send batch.
            pub forward_latency: LatencyHistogram,
        }

        impl Counters {
            /// Name and value of every plain counter, for exporters.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }
    };
}

counters! {
    /// Datagrams and their bytes, of any protocol.
    datagrams_in,
    bytes_in,
    datagrams_out,
    bytes_out,
    /// RTP accepted from publishers and forwarded to subscribers, retransmissions apart.
    rtp_in,
    rtp_out,
    /// Dropped: first byte of no protocol we know (RFC 7983), or from an address nobody is at.
    unknown_datagrams,
    /// Dropped: STUN or DTLS that did not prove its origin.
    handshake_rejected,
    /// Questions to clients whether they are where their media comes from now; paths that changed after nothing came by the one before.
    path_questions_out,
    path_moves,
    /// Dropped: failed authentication, replayed, or malformed after it.
    srtp_rejected,
    srtp_replayed,
    srtcp_rejected,
    rtp_malformed,
    rtcp_malformed,
    /// Dropped: authentic RTP that belongs to no m-line of its sender.
    rtp_unroutable,
    /// Dropped: a publisher's packet too late for the ring, or already there by retransmission.
    rtp_stale,
    /// RTX from publishers that filled a gap; padding-only packets.
    rtx_recovered_in,
    padding_in,
    /// Packets publishers' gaps show as missing, and requests sent for them.
    publisher_packets_lost,
    nacks_out,
    /// Packets subscribers asked for again; answered by RTX or exact repeat; not answered (too old, over budget).
    nacks_in,
    retransmissions_out,
    retransmissions_refused,
    /// Keyframe requests by subscribers, and sent to publishers after coalescing.
    keyframe_requests_in,
    keyframe_requests_out,
    /// Round trips and jitter subscribers' reports tell: how many, and their sums in microseconds.
    rtt_samples,
    rtt_micros,
    jitter_samples,
    jitter_micros,
    /// Transport-wide feedback of subscribers.
    transport_feedback_in,
    /// Transport-wide feedback to publishers.
    transport_feedback_out,
    /// Padding sent to find out whether there is more room.
    padding_out,
    /// Looks once a second at what subscribers' connections carry, the sum of the estimates, and looks that found video left out or smaller
    /// than wanted.
    bandwidth_samples,
    bandwidth_kilobits,
    bandwidth_short,
    /// Packets subscribers' own reports call lost.
    subscriber_packets_lost,
    sender_reports_out,
    receiver_reports_out,
    /// Packets not forwarded because the batch could not take them.
    forward_dropped,
    /// Packets a slow tap missed.
    tap_dropped,
    /// Rooms ended because handling them panicked.
    rooms_failed,
    joins,
    leaves,
}

impl Counters {
    /// Counts a media packet put into the batch.
    pub(crate) fn count_forwarded(&mut self, bytes: usize) {
        self.rtp_out += 1;
        self.datagrams_out += 1;
        self.bytes_out += bytes as u64;
    }
}

/// Upper bounds of the buckets in microseconds, 20 µs to 100 ms; one more bucket takes the rest.
pub const LATENCY_BOUNDS_MICROS: [u64; 12] =
    [20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

/// Counts per bucket, not cumulative.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LatencyHistogram {
    pub buckets: [u64; LATENCY_BOUNDS_MICROS.len() + 1],
    pub sum_micros: u64,
}

impl LatencyHistogram {
    /// Adds `count` packets that took `latency` each.
    pub(crate) fn record(&mut self, latency: Duration, count: u64) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        let bucket = LATENCY_BOUNDS_MICROS.iter().take_while(|bound| micros > **bound).count();
        if let Some(slot) = self.buckets.get_mut(bucket) {
            *slot += count;
        }
        self.sum_micros = self.sum_micros.saturating_add(micros.saturating_mul(count));
    }
}
