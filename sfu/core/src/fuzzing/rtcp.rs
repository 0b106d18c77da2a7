//! RTCP in, and what we write of it.

use bytes::Bytes;

use super::input::Input;
use crate::ingress::Ntp;
use crate::rtcp::{Compound, Feedback, ReportBlock, read};

/// Any compound is read to its end or refused, with work in proportion to its length; what we write reads back.
pub fn rtcp(data: &[u8]) {
    let mut statements = 0;
    let result = read(data, |feedback| {
        statements += 1;
        if let Feedback::Nack { sequences, .. } = &feedback {
            assert!(sequences.len() <= 256, "{} numbers in one NACK", sequences.len());
        }
        if let Feedback::TransportWide(feedback) = &feedback {
            let mut told = 0;
            feedback.each(|_| told += 1);
            // Fourteen packets are told by two bytes at most, or one by the byte of its delta.
            assert!(told <= 7 * data.len(), "{told} packets told in {} bytes", data.len());
        }
    });
    // The shortest statement is an SSRC of a BYE.
    assert!(statements <= data.len() / 4, "{statements} statements in {} bytes", data.len());
    let theirs = rtc_rtcp::packet::unmarshal(&mut Bytes::copy_from_slice(data));
    assert!(theirs.is_err() || result.is_ok(), "rtc-rtcp reads what we call malformed: {theirs:?}");
    round_trip(Input::new(data));
}

fn round_trip(mut input: Input<'_>) {
    let Some(sender) = input.word().map(u32::from) else { return };
    let mut compound = Compound::new(sender);
    let mut expected = Vec::new();
    while let Some((kind, a)) = input.byte().zip(input.word()) {
        let ssrc = u32::from(a) << 8 | u32::from(kind);
        match kind % 4 {
            0 => {
                let ntp = Ntp(i64::from(a) << 32);
                compound.sender_report(ssrc, ntp, ssrc, 1, 2);
                expected.push(Feedback::SenderReport { ssrc, ntp: ntp.to_wire(), timestamp: ssrc });
            }
            1 => {
                let block = ReportBlock { ssrc, fraction_lost: kind, total_lost: u32::from(a), ..Default::default() };
                compound.receiver_report(&[block]);
                expected.push(Feedback::Reception {
                    ssrc,
                    fraction_lost: kind,
                    total_lost: u32::from(a),
                    jitter: 0,
                    last_sender_report: 0,
                    delay: 0,
                });
            }
            2 => {
                let sequences: Vec<u16> = (0..=u16::from(kind / 4)).map(|step| a.wrapping_add(step * 3)).collect();
                compound.nack(ssrc, &sequences);
                expected.push(Feedback::Nack { ssrc, sequences });
            }
            _ => {
                compound.picture_loss(ssrc);
                expected.push(Feedback::KeyframeRequest { ssrc });
            }
        }
    }
    let (compound, mut got) = (compound.finish(), Vec::new());
    read(&compound, |feedback| got.push(feedback)).expect("our own RTCP");
    assert_eq!(got, expected);
}
