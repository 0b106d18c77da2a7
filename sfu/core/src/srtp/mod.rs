//! SRTP and SRTCP (RFC 3711, RFC 7714) for one connection.

mod keys;

pub use keys::{SrtpKeys, SrtpProfile};
