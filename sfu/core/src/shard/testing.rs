//! What the shard's tests begin with.

use std::time::{Duration, Instant};

use super::ShardConfig;
use crate::{DtlsCertificate, Grant, JoinOptions, SrtpKeys, SrtpProfile, VideoStart, WallClock, Watch};

pub(super) const OPTIONS: JoinOptions = JoinOptions {
    publish: Grant::Allowed,
    subscribe: Grant::Allowed,
    start: VideoStart::WhenConnected,
    slots: 4,
    watch: Watch::Everyone,
};

pub(super) fn config(now: Instant) -> ShardConfig {
    ShardConfig {
        candidates: Vec::new(),
        tcp_candidates: Vec::new(),
        certificate: DtlsCertificate::generate().expect("a certificate"),
        seed: [7; 32],
        clock: WallClock { at: now, unix: Duration::ZERO },
    }
}

/// The keys of who writes `local` all over its own, and reads `remote`.
pub(super) fn keys(local: u8, remote: u8) -> SrtpKeys {
    SrtpKeys {
        profile: SrtpProfile::AeadAes128Gcm,
        local_key: vec![local; SrtpProfile::KEY_BYTES],
        local_salt: vec![local; 12],
        remote_key: vec![remote; SrtpProfile::KEY_BYTES],
        remote_salt: vec![remote; 12],
    }
}
