//! RTCP we send.

use bytes::Bytes;
use rtc_rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc_rtcp::payload_feedbacks::receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate;
use rtc_rtcp::receiver_report::ReceiverReport;
use rtc_rtcp::reception_report::ReceptionReport;
use rtc_rtcp::sender_report::SenderReport;
use rtc_rtcp::source_description::{SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem};
use rtc_rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers};
use rtc_shared::marshal::Marshal;

use super::transport_feedback;
use crate::ingress::{ArrivalReport, Ntp};

/// How a client's stream arrives here (RFC 3550 §6.4.1).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct ReportBlock {
    pub(crate) ssrc: u32,
    pub(crate) fraction_lost: u8,
    pub(crate) total_lost: u32,
    pub(crate) highest: u32,
    pub(crate) jitter: u32,
    pub(crate) last_sender_report: u32,
    pub(crate) delay: u32,
}

/// Report blocks one packet holds: a 5-bit count.
const MAX_BLOCKS: usize = 31;

/// A compound packet in the making. Alone, feedback goes reduced-size (RFC 5506), which every answer of ours allows.
pub(crate) struct Compound {
    /// Our own SSRC where RTCP wants one and no stream of ours is meant.
    sender: u32,
    bytes: Vec<u8>,
}

impl Compound {
    pub(crate) fn new(sender: u32) -> Self {
        Self { sender, bytes: Vec::with_capacity(256) }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn sender_report(&mut self, ssrc: u32, ntp: Ntp, timestamp: u32, packets: u32, octets: u32) {
        self.push(&SenderReport {
            ssrc,
            ntp_time: ntp.to_wire(),
            rtp_time: timestamp,
            packet_count: packets,
            octet_count: octets,
            reports: vec![],
            profile_extensions: Bytes::new(),
        });
    }

    pub(crate) fn receiver_report(&mut self, blocks: &[ReportBlock]) {
        for blocks in blocks.chunks(MAX_BLOCKS) {
            let reports = blocks.iter().map(|block| ReceptionReport {
                ssrc: block.ssrc,
                fraction_lost: block.fraction_lost,
                total_lost: block.total_lost,
                last_sequence_number: block.highest,
                jitter: block.jitter,
                last_sender_report: block.last_sender_report,
                delay: block.delay,
            });
            self.push(&ReceiverReport {
                ssrc: self.sender,
                reports: reports.collect(),
                profile_extensions: Bytes::new(),
            });
        }
    }

    /// Canonical names of streams of ours; halves of a slot share one (RFC 3550 §6.5.1).
    pub(crate) fn names(&mut self, names: &[(u32, String)]) {
        for names in names.chunks(MAX_BLOCKS) {
            let chunks = names.iter().map(|(ssrc, name)| SourceDescriptionChunk {
                source: *ssrc,
                items: vec![SourceDescriptionItem {
                    sdes_type: SdesType::SdesCname,
                    text: Bytes::copy_from_slice(name.as_bytes()),
                }],
            });
            self.push(&SourceDescription { chunks: chunks.collect() });
        }
    }

    pub(crate) fn nack(&mut self, ssrc: u32, sequences: &[u16]) {
        let nacks = nack_pairs_from_sequence_numbers(sequences);
        self.push(&TransportLayerNack { sender_ssrc: self.sender, media_ssrc: ssrc, nacks });
    }

    pub(crate) fn picture_loss(&mut self, ssrc: u32) {
        self.push(&PictureLossIndication { sender_ssrc: self.sender, media_ssrc: ssrc });
    }

    /// When packets of the streams around `ssrc` came, by their transport-wide numbers.
    pub(crate) fn arrivals(&mut self, ssrc: u32, report: &ArrivalReport) {
        transport_feedback::write(&mut self.bytes, self.sender, ssrc, report);
    }

    /// What the sender of these streams may send in all (draft-alvestrand-rmcat-remb).
    pub(crate) fn maximum_bitrate(&mut self, bits_per_second: f32, ssrcs: Vec<u32>) {
        self.push(&ReceiverEstimatedMaximumBitrate { sender_ssrc: self.sender, bitrate: bits_per_second, ssrcs });
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn push(&mut self, packet: &impl Marshal) {
        if let Ok(bytes) = packet.marshal() {
            self.bytes.extend_from_slice(&bytes);
        }
    }
}
