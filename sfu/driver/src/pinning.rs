//! Cores for shards.

use crate::config::Pinning;

/// Which of `cores` a shard keeps to: from the last backwards, never the first, which is left to signaling and the rest of the process.
fn place(shard: usize, cores: usize) -> Option<usize> {
    cores.checked_sub(1 + shard).filter(|core| *core > 0)
}

/// Keeps the calling thread, which is that shard's, to its core if so configured.
pub(crate) fn pin(pinning: Pinning, shard: usize) {
    if pinning == Pinning::Off {
        return;
    }
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    match place(shard, cores.len()).and_then(|core| cores.get(core)) {
        Some(core) if core_affinity::set_for_current(*core) => tracing::info!(shard, core = core.id, "pinned"),
        Some(core) => tracing::warn!(shard, core = core.id, "the system refuses to pin a media shard"),
        None => tracing::info!(shard, "no core is left to pin this shard to"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_core_is_nobodys() {
        let places = |cores| (0..4).map(|shard| place(shard, cores)).collect::<Vec<_>>();
        assert_eq!(places(1), [None, None, None, None]);
        assert_eq!(places(2), [Some(1), None, None, None]);
        assert_eq!(places(4), [Some(3), Some(2), Some(1), None]);
    }
}
