//! Offers in, answers out (RFC 8829, 8839, 8851, 8853). The client offers, always; nothing below this folder knows SDP.

mod answer;
mod codecs;
mod error;
mod fragment;
mod offer;
mod section;
#[cfg(test)]
mod tests;

pub use answer::{Answer, AnswerParams, Origin, answer, slot_cname};
pub use error::SdpError;
pub use fragment::{IceFragment, answer_fragment};
pub use offer::Offer;
