//! What must hold of every parser of outside bytes, whatever the bytes: one function each, that panics where it does not.
//!
//! libFuzzer calls them (`fuzz/`, which sets `cfg(fuzzing)`), and `cargo test` replays the committed corpora and a bounded
//! number of mutations through the same functions. Nothing of this is part of a build for use.

mod dependency_descriptor;
mod descriptors;
mod dtls;
mod input;
mod media;
mod rtcp;
mod sctp;
mod sdp;
mod shard;
mod stun;
#[cfg(test)]
mod tests;

pub use dependency_descriptor::dependency_descriptor;
pub use descriptors::descriptors;
pub use dtls::{client_hello, dtls};
pub use media::{red, rtp};
pub use rtcp::rtcp;
pub use sctp::sctp;
pub use sdp::{ice_fragment, sdp, sdp_repeated};
pub use shard::shard;
pub use stun::stun;

/// Panics where a parser does not keep what it must.
pub type Body = fn(&[u8]);

/// Every body here with the name of its corpus and of its fuzz target.
pub const BODIES: [(&str, Body); 13] = [
    ("client_hello", client_hello),
    ("dependency_descriptor", dependency_descriptor),
    ("descriptors", descriptors),
    ("dtls", dtls),
    ("ice_fragment", ice_fragment),
    ("red", red),
    ("rtcp", rtcp),
    ("rtp", rtp),
    ("sctp", sctp),
    ("sdp", sdp),
    ("sdp_repeated", sdp_repeated),
    ("shard", shard),
    ("stun", stun),
];
