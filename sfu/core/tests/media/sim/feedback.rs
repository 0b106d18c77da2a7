//! Transport-wide feedback as browsers give it: every 60 ms, about all that came and the gaps between.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rtc_rtcp::packet::Packet;
use rtc_rtcp::transport_feedbacks::transport_layer_cc::{
    PacketStatusChunk, RecvDelta, StatusChunkTypeTcc, StatusVectorChunk, SymbolSizeTypeTcc, SymbolTypeTcc,
    TransportLayerCc,
};

const EVERY: Duration = Duration::from_millis(60);
/// Units of the reference time and of deltas.
const REFERENCE: u64 = 64_000;
const TICK: u64 = 250;
/// Symbols in a chunk, and packets one message tells of at most.
const SYMBOLS: usize = 7;
const PACKETS: u64 = 400;

pub(super) struct Feedback {
    at: Instant,
    began: Instant,
    /// Packets that came since the last message, by their numbers without wrap.
    came: BTreeMap<u64, u64>,
    /// Highest number so far, and the next to be told of.
    highest: Option<u64>,
    next: u64,
    count: u8,
}

impl Feedback {
    pub(super) fn new(now: Instant) -> Self {
        Self { at: now + EVERY, began: now, came: BTreeMap::new(), highest: None, next: 0, count: 0 }
    }

    pub(super) fn next(&self) -> Instant {
        self.at
    }

    pub(super) fn take(&mut self, now: Instant, sequence: u16) {
        let highest = *self.highest.get_or_insert_with(|| {
            self.next = u64::from(sequence) + 65_536;
            self.next
        });
        let index = highest.saturating_add_signed(i64::from(sequence.wrapping_sub(highest as u16) as i16));
        self.highest = Some(highest.max(index));
        // What comes late is told again, as libwebrtc does.
        self.next = self.next.min(index);
        self.came.insert(index, (now - self.began).as_micros() as u64 + 10_000_000);
    }

    pub(super) fn tick(&mut self, now: Instant, rtcp: &mut Vec<Box<dyn Packet>>) {
        if now < self.at {
            return;
        }
        self.at = now + EVERY;
        while let Some(message) = self.message() {
            rtcp.push(Box::new(message));
        }
    }

    fn message(&mut self) -> Option<TransportLayerCc> {
        let (_, first) = self.came.first_key_value()?;
        let reference = first / REFERENCE;
        let (base, mut tick) = (self.next, reference * REFERENCE / TICK);
        let end = self.came.last_key_value().map_or(base, |(last, _)| last + 1).min(base + PACKETS);
        let (mut symbols, mut recv_deltas) = (Vec::new(), Vec::new());
        for number in base..end {
            let Some(at) = self.came.remove(&number) else {
                symbols.push(SymbolTypeTcc::PacketNotReceived);
                continue;
            };
            let delta = (at / TICK) as i64 - tick as i64;
            tick = at / TICK;
            let symbol = if (0..256).contains(&delta) {
                SymbolTypeTcc::PacketReceivedSmallDelta
            } else {
                SymbolTypeTcc::PacketReceivedLargeDelta
            };
            symbols.push(symbol);
            recv_deltas.push(RecvDelta { type_tcc_packet: symbol, delta: delta * TICK as i64 });
        }
        self.next = end;
        self.count = self.count.wrapping_add(1);
        let chunk = |symbols: &[SymbolTypeTcc]| {
            let mut symbol_list = symbols.to_vec();
            symbol_list.resize(SYMBOLS, SymbolTypeTcc::PacketNotReceived);
            PacketStatusChunk::StatusVectorChunk(StatusVectorChunk {
                type_tcc: StatusChunkTypeTcc::StatusVectorChunk,
                symbol_size: SymbolSizeTypeTcc::TwoBit,
                symbol_list,
            })
        };
        Some(TransportLayerCc {
            sender_ssrc: 1,
            media_ssrc: 1,
            base_sequence_number: base as u16,
            packet_status_count: symbols.len() as u16,
            reference_time: reference as u32,
            fb_pkt_count: self.count,
            packet_chunks: symbols.chunks(SYMBOLS).map(chunk).collect(),
            recv_deltas,
        })
    }
}
