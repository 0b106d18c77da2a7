//! Transport-wide feedback as we write it (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).

use crate::ingress::ArrivalReport;

/// Transport-layer feedback (RFC 4585 §6.1) with the draft's format.
const VERSION_AND_FORMAT: u8 = 0x80 | 15;
const TRANSPORT_FEEDBACK: u8 = 205;
/// Ticks of 250 µs in one unit of the reference time, 64 ms.
const REFERENCE_TICKS: u64 = 256;
/// Longest run one chunk tells of.
const MAX_RUN: usize = 0x1fff;

/// How a packet's arrival is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Missing = 0,
    /// The delta to the packet before takes a byte.
    Near = 1,
    /// Two, signed.
    Far = 2,
}

/// Appends the feedback packet to `out`. `media` is any SSRC of the sender's.
pub(super) fn write(out: &mut Vec<u8>, sender: u32, media: u32, report: &ArrivalReport) {
    let Some(first) = report.times.iter().flatten().next() else { return };
    let reference = first / REFERENCE_TICKS;
    let (mut statuses, mut deltas) = (Vec::with_capacity(report.times.len()), Vec::with_capacity(report.times.len()));
    let mut before = reference * REFERENCE_TICKS;
    for time in &report.times {
        let Some(time) = time else {
            statuses.push(Status::Missing);
            continue;
        };
        let delta = time.wrapping_sub(before) as i64;
        before = *time;
        match u8::try_from(delta) {
            Ok(near) => {
                statuses.push(Status::Near);
                deltas.push(near);
            }
            Err(_) => {
                statuses.push(Status::Far);
                deltas.extend((delta as i16).to_be_bytes());
            }
        }
    }

    let start = out.len();
    out.extend([VERSION_AND_FORMAT, TRANSPORT_FEEDBACK, 0, 0]);
    out.extend(sender.to_be_bytes());
    out.extend(media.to_be_bytes());
    out.extend(report.base.to_be_bytes());
    out.extend((statuses.len() as u16).to_be_bytes());
    out.extend((reference as u32 & 0x00ff_ffff).to_be_bytes().into_iter().skip(1));
    out.push(report.count);
    write_chunks(out, &statuses);
    out.extend(deltas);
    let padding = (out.len() - start).wrapping_neg() % 4;
    if padding > 0 {
        out.resize(out.len() + padding, 0);
        if let Some(last) = out.last_mut() {
            *last = padding as u8;
        }
        if let Some(first) = out.get_mut(start) {
            *first |= 0x20;
        }
    }
    let words = ((out.len() - start) / 4 - 1) as u16;
    if let Some(length) = out.get_mut(start + 2..start + 4) {
        length.copy_from_slice(&words.to_be_bytes());
    }
}

/// Runs where they pay, else vectors of one bit or of two for each packet (§3.1.3, §3.1.4).
fn write_chunks(out: &mut Vec<u8>, mut statuses: &[Status]) {
    while let Some(first) = statuses.first() {
        let run = statuses.iter().take_while(|status| *status == first).count().min(MAX_RUN);
        let ahead = statuses.iter().take(14);
        let (chunk, told) = if run > 14 || run == statuses.len() {
            ((*first as u16) << 13 | run as u16, run)
        } else if ahead.clone().all(|status| *status != Status::Far) {
            (ahead.enumerate().fold(0x8000, |chunk, (at, status)| chunk | (*status as u16) << (13 - at)), 14)
        } else {
            let ahead = statuses.iter().take(7).enumerate();
            (ahead.fold(0xc000, |chunk, (at, status)| chunk | (*status as u16) << (12 - 2 * at)), 7)
        };
        out.extend(chunk.to_be_bytes());
        statuses = statuses.get(told..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use rtc_rtcp::transport_feedbacks::transport_layer_cc::{
        PacketStatusChunk, StatusChunkTypeTcc, SymbolTypeTcc, TransportLayerCc,
    };
    use rtc_shared::marshal::Unmarshal;

    use super::*;

    /// What rtc-rtcp reads: arrivals in ticks.
    fn read(packet: &[u8]) -> (u16, u8, Vec<Option<u64>>) {
        let feedback = TransportLayerCc::unmarshal(&mut Bytes::copy_from_slice(packet)).expect("well formed");
        let mut symbols = vec![];
        for chunk in &feedback.packet_chunks {
            match chunk {
                PacketStatusChunk::RunLengthChunk(run) => {
                    assert_eq!(run.type_tcc, StatusChunkTypeTcc::RunLengthChunk);
                    symbols.extend(vec![run.packet_status_symbol; usize::from(run.run_length)]);
                }
                PacketStatusChunk::StatusVectorChunk(vector) => symbols.extend(vector.symbol_list.clone()),
            }
        }
        symbols.truncate(usize::from(feedback.packet_status_count));
        let mut deltas = feedback.recv_deltas.iter();
        let mut at = i64::from(feedback.reference_time) * REFERENCE_TICKS as i64;
        let times = symbols.into_iter().map(|symbol| {
            (symbol != SymbolTypeTcc::PacketNotReceived).then(|| {
                at += deltas.next().expect("a delta for each arrival").delta / 250;
                at as u64
            })
        });
        (feedback.base_sequence_number, feedback.fb_pkt_count, times.collect())
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(base: u16, count: u8, start in 0_u64..1_000_000, steps in prop::collection::vec(
            prop_oneof![8 => (0_i64..40).prop_map(Some), 1 => (-300_i64..3_000).prop_map(Some), 3 => Just(None)], 0..250), long_run in 0_usize..120)
        {
            let (mut at, mut times) = (1_000_000 + start, vec![Some(1_000_000 + start)]);
            times.extend(vec![None; long_run]);
            for step in steps.into_iter().chain([Some(1)]) {
                times.push(step.map(|step| {
                    at = at.saturating_add_signed(step);
                    at
                }));
            }
            let mut out = vec![1, 2, 3, 4];
            write(&mut out, 7, 9, &ArrivalReport { base, count, times: times.clone() });
            prop_assert_eq!(out.len() % 4, 0);
            prop_assert_eq!(read(&out[4..]), (base, count, times));
        }
    }
}
