//! Why an offer cannot be answered, in words its author can act on.

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SdpError {
    #[error("the offer is {bytes} bytes long; at most {limit} are read", limit = super::offer::MAX_OFFER_BYTES)]
    TooLarge { bytes: usize },
    #[error("this is not SDP: {0}")]
    Syntax(String),
    #[error("the offer has {count} m-lines; at most {limit} are answered", limit = super::offer::MAX_SECTIONS)]
    TooManySections { count: usize },
    #[error("the offer has no m-line")]
    NoSections,
    #[error("m-line {index} has more formats or attributes than any client needs")]
    SectionTooLong { index: usize },
    #[error("m-line {index} has no usable a=mid (1 to 16 token characters)")]
    MidInvalid { index: usize },
    #[error("two m-lines have the mid {mid}")]
    MidRepeated { mid: String },
    #[error("all m-lines must be in one BUNDLE group; {mid} is not")]
    NotBundled { mid: String },
    #[error("m-line {mid} has no a=rtcp-mux")]
    NoRtcpMux { mid: String },
    #[error("the offer has no a=ice-ufrag and a=ice-pwd (4 to 256 and 22 to 256 characters)")]
    NoIceCredentials,
    #[error("the offer has no valid a=fingerprint:sha-256")]
    NoFingerprint,
    #[error("the server is passive: the offer must say a=setup:actpass or a=setup:active, not {setup}")]
    SetupPassive { setup: String },
    #[error("no m-line can be answered: no codec in common, or nothing the participant may do")]
    NothingToAnswer,
    #[error("a later offer keeps the m-lines of the former one in their places; m-line {index} differs")]
    SectionsMoved { index: usize },
}
