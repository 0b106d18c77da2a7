//! The committed corpus and a bounded number of mutations of it, without a fuzzer.

#[path = "../../../fuzz/replay.rs"]
mod replay;

#[test]
fn the_body_holds_for_its_corpus_and_what_is_near_it() {
    replay::replay("ical", super::ical, 3_000);
}

#[test]
fn the_body_has_a_target_and_a_corpus() {
    replay::check_targets("ical", &["ical"]);
}
