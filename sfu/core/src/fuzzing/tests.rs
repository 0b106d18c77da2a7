//! The committed corpora and a bounded number of mutations of them, without a fuzzer: what every `cargo test` checks.

#[path = "../../../../fuzz/replay.rs"]
mod replay;

use super::*;

/// Mutated inputs of each body. The slow ones make handshakes.
fn rounds(name: &str) -> usize {
    match name {
        "dtls" => 40,
        "shard" => 150,
        "sdp_repeated" => 60,
        _ => 2000,
    }
}

#[test]
fn every_body_holds_for_its_corpus_and_what_is_near_it() {
    for (name, body) in BODIES {
        replay::replay(name, body, rounds(name));
    }
}

#[test]
fn every_body_has_a_target_and_a_corpus() {
    let names: Vec<&str> = BODIES.iter().map(|(name, _)| *name).collect();
    replay::check_targets("sfu_core", &names);
}
