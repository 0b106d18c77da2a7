//! What a client's RTCP says to us, packet by packet.

use bytes::Bytes;
use rtc_rtcp::goodbye::Goodbye;
use rtc_rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc_rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc_rtcp::receiver_report::ReceiverReport;
use rtc_rtcp::reception_report::ReceptionReport;
use rtc_rtcp::sender_report::SenderReport;
use rtc_rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;

use super::TransportWide;

/// One statement of a client, about the SSRC it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Feedback<'p> {
    /// The client's own stream: this NTP time is this timestamp.
    SenderReport { ssrc: u32, ntp: u64, timestamp: u32 },
    /// How our stream arrives there.
    Reception { ssrc: u32, fraction_lost: u8, total_lost: u32, jitter: u32, last_sender_report: u32, delay: u32 },
    /// Our stream: these did not arrive.
    Nack { ssrc: u32, sequences: Vec<u16> },
    /// Our stream cannot be decoded without a keyframe (PLI or FIR).
    KeyframeRequest { ssrc: u32 },
    /// How our packets arrive there, over all streams (transport-wide congestion control).
    TransportWide(TransportWide<'p>),
    /// The client's own stream has ended.
    Bye { ssrc: u32 },
}

/// The compound could not be read to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("malformed RTCP")]
pub(crate) struct Malformed;

/// Sequence numbers taken from one NACK; a receiver that lost more needs a keyframe.
const MAX_NACKED: usize = 256;

/// Reads a compound or reduced-size packet. Each packet in it is routed by its own SSRC; kinds we have no use for (SDES, REMB, XR) are passed
/// over.
///
/// # Errors
/// A packet is malformed; statements before it have been given.
pub(crate) fn read<'p>(mut compound: &'p [u8], mut each: impl FnMut(Feedback<'p>)) -> Result<(), Malformed> {
    const RTPFB_NACK: (u8, u8) = (205, 1);
    const RTPFB_TRANSPORT_CC: (u8, u8) = (205, 15);
    const PSFB_PLI: (u8, u8) = (206, 1);
    const PSFB_FIR: (u8, u8) = (206, 4);
    while let [first, kind, l0, l1, ..] = *compound {
        let len = 4 * (usize::from(u16::from_be_bytes([l0, l1])) + 1);
        let (packet, rest) = compound.split_at_checked(len).ok_or(Malformed)?;
        compound = rest;
        match (kind, first & 0x1f) {
            (200, _) => {
                let report: SenderReport = decode(packet)?;
                each(Feedback::SenderReport { ssrc: report.ssrc, ntp: report.ntp_time, timestamp: report.rtp_time });
                report.reports.iter().for_each(|block| each(reception(block)));
            }
            (201, _) => decode::<ReceiverReport>(packet)?.reports.iter().for_each(|block| each(reception(block))),
            (203, _) => decode::<Goodbye>(packet)?.sources.into_iter().for_each(|ssrc| each(Feedback::Bye { ssrc })),
            RTPFB_NACK => {
                let nack: TransportLayerNack = decode(packet)?;
                let sequences = nack.nacks.iter().flat_map(|pair| pair.packet_list()).take(MAX_NACKED).collect();
                each(Feedback::Nack { ssrc: nack.media_ssrc, sequences });
            }
            RTPFB_TRANSPORT_CC => each(Feedback::TransportWide(TransportWide::parse(packet).ok_or(Malformed)?)),
            PSFB_PLI => each(Feedback::KeyframeRequest { ssrc: decode::<PictureLossIndication>(packet)?.media_ssrc }),
            PSFB_FIR => {
                let entries = decode::<FullIntraRequest>(packet)?.fir;
                entries.into_iter().for_each(|entry| each(Feedback::KeyframeRequest { ssrc: entry.ssrc }));
            }
            _ => {}
        }
    }
    if compound.is_empty() { Ok(()) } else { Err(Malformed) }
}

fn decode<P: rtc_shared::marshal::Unmarshal>(packet: &[u8]) -> Result<P, Malformed> {
    P::unmarshal(&mut Bytes::copy_from_slice(packet)).map_err(|_| Malformed)
}

fn reception(block: &ReceptionReport) -> Feedback<'static> {
    Feedback::Reception {
        ssrc: block.ssrc,
        fraction_lost: block.fraction_lost,
        total_lost: block.total_lost,
        jitter: block.jitter,
        last_sender_report: block.last_sender_report,
        delay: block.delay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingress::Ntp;
    use crate::rtcp::{Compound, ReportBlock};
    use proptest::prelude::*;

    fn all(compound: &[u8]) -> Vec<Feedback<'_>> {
        let mut out = vec![];
        read(compound, |feedback| out.push(feedback)).expect("well formed");
        out
    }

    #[test]
    fn each_packet_of_a_compound_is_routed_by_its_own_ssrc() {
        let mut compound = Compound::new(1);
        compound.sender_report(10, Ntp(0), 7, 1, 2);
        compound.receiver_report(&[ReportBlock { ssrc: 20, ..Default::default() }]);
        compound.nack(30, &[5, 6, 65_535]);
        compound.picture_loss(40);
        let compound = compound.finish();
        let read = all(&compound);
        assert!(matches!(read[0], Feedback::SenderReport { ssrc: 10, timestamp: 7, .. }));
        assert!(matches!(read[1], Feedback::Reception { ssrc: 20, .. }));
        assert!(
            matches!(&read[2], Feedback::Nack { ssrc: 30, sequences } if sequences.len() == 3 && sequences.contains(&65_535))
        );
        assert_eq!(read[3], Feedback::KeyframeRequest { ssrc: 40 });
    }

    #[test]
    fn a_cut_compound_is_malformed() {
        let mut compound = Compound::new(1);
        compound.picture_loss(40);
        let whole = compound.finish();
        for len in 1..whole.len() {
            assert_eq!(read(&whole[..len], |_| {}), Err(Malformed), "{len}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn any_bytes_are_read_without_panic(kind in 198u8..210, count: u8, body in prop::collection::vec(any::<[u8; 4]>(), 0..40), extra in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut packet = vec![0x80 | count & 0x3f, kind];
            packet.extend((body.len() as u16).to_be_bytes());
            packet.extend(body.concat());
            packet.extend(extra);
            let _ = read(&packet, |feedback| {
                if let Feedback::TransportWide(feedback) = feedback {
                    feedback.each(|_| {});
                }
            });
        }
    }
}
