//! Rules of search.

use super::model::{Few, Figure, Place, Sort, Wanted, WantedKind};
use super::rules;
use crate::kernel::clock::{Clock, Random};
use crate::kernel::ids::UserId;
use crate::mentors::{Profile, PublicMentor};

fn id() -> UserId {
    UserId::generate(&Random::default(), &Clock::System)
}

#[test]
fn a_mentor_is_found_by_name_skills_headline_and_prose_in_this_order() {
    let profile = Profile {
        headline: "Rust for the Élan vital".to_owned(),
        about: "Rust, coffee and Ada.".to_owned(),
        skills: vec!["System design".to_owned(), "C++".to_owned()],
        languages: vec!["en".to_owned()],
        ..Profile::default()
    };
    let mentor =
        PublicMentor { id: id(), slug: "ada".to_owned(), display_name: "Ada".to_owned(), picture_url: None, profile };
    let terms: Vec<_> =
        rules::terms(&mentor, Some("Europe/Paris")).into_iter().map(|term| (term.term, term.weight)).collect();
    let expected = [
        ("*", 0),
        ("ada", 10),
        ("c++", 8),
        ("coffee", 2),
        ("design", 8),
        ("elan", 6),
        ("l:en", 0),
        ("rust", 6),
        ("s:c++", 0),
        ("s:system-design", 0),
        ("system", 8),
        ("vital", 6),
        ("z:Europe/Paris", 0),
    ];
    assert_eq!(terms, expected.map(|(term, weight)| (term.to_owned(), weight)));
    assert_eq!(rules::skill_term(" system   DESIGN"), "s:system-design");
}

#[test]
fn queries_are_words_without_empty_ones_unless_there_are_no_others() {
    for (typed, words) in [
        ("", &[][..]),
        ("  Rust  rust ", &["rust"]),
        ("a mentor for the Résumé", &["mentor", "resume"]),
        ("mentor an", &["mentor", "an"]),
        ("the", &["the"]),
        ("\0%_'\";--", &[]),
        ("c# c++", &["c#", "c++"]),
    ] {
        assert_eq!(rules::query_words(typed), words, "{typed:?}");
    }
    assert_eq!(rules::query_words(&"x".repeat(200)), Vec::<String>::new());
    let many = (0..20).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    assert_eq!(rules::query_words(&many).len(), 8);
}

#[test]
fn the_rarest_word_ranks_and_filters_only_without_words() {
    let wanted = |kind, mentors| Wanted { terms: vec![], mentors, kind };
    let (word, filter) = (WantedKind::Word, WantedKind::Filter);
    assert_eq!(rules::ranking(&[wanted(filter, 1), wanted(word, 9), wanted(word, 5)]), 2);
    assert_eq!(rules::ranking(&[wanted(filter, 7), wanted(filter, 3)]), 1);
}

#[test]
fn a_filter_that_few_have_is_read_whole() {
    let wanted = |kind, mentors| Wanted { terms: vec![], mentors, kind };
    let (word, filter) = (WantedKind::Word, WantedKind::Filter);
    let few = |wanted: &[Wanted], by: usize| rules::few(wanted, Some(by), None, 20, 50_000);
    let terms = |index| Some(Few::Terms(index));
    assert_eq!(few(&[wanted(filter, 900), wanted(filter, 30), wanted(word, 5_000)], 2), terms(1));
    assert_eq!(few(&[wanted(filter, 900), wanted(word, 800)], 1), None, "the word is rarer");
    assert_eq!(few(&[wanted(filter, 999), wanted(word, 40_000)], 1), terms(0));
    assert_eq!(few(&[wanted(filter, 1_001), wanted(word, 40_000)], 1), None, "twenty are found sooner");
    assert_eq!(few(&[wanted(filter, 1_001), wanted(filter, 2_500), wanted(word, 40_000)], 2), terms(0));
    assert_eq!(few(&[wanted(filter, 30)], 0), None);
}

#[test]
fn a_bound_that_few_are_within_is_read_whole() {
    let wanted = |kind, mentors| Wanted { terms: vec![], mentors, kind };
    let (word, filter) = (WantedKind::Word, WantedKind::Filter);
    let rated = |mentors| Some((Figure::Rating, mentors));
    let bound = Some(Few::Bound(Figure::Rating));
    let ranked = |wanted: &[Wanted], within| rules::few(wanted, Some(0), within, 20, 50_000);
    assert_eq!(ranked(&[wanted(word, 40_000)], rated(30)), bound);
    assert_eq!(ranked(&[wanted(word, 20)], rated(30)), None, "the word is rarer");
    // Where a figure sorts, any word may be the rarest.
    let sorted = |wanted: &[Wanted], within| rules::few(wanted, None, within, 20, 50_000);
    assert_eq!(sorted(&[], None), None);
    assert_eq!(sorted(&[], rated(0)), bound);
    assert_eq!(sorted(&[], rated(900)), bound);
    assert_eq!(sorted(&[], rated(1_001)), None, "twenty are found sooner");
    assert_eq!(sorted(&[wanted(word, 300)], rated(900)), Some(Few::Terms(0)));
    assert_eq!(sorted(&[wanted(word, 30_000), wanted(filter, 40_000)], None), None);
}

#[test]
fn a_cursor_is_where_the_page_ended() {
    let place = Place { sort: Sort::Price, by: 1, rank: 106, mentor: id() };
    assert_eq!(rules::parse_cursor(&rules::cursor(place)), Some(place));
    for bad in ["", "x", "!!", "MCAxIHg", "MSAtMSAwMTg5MDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA"] {
        assert_eq!(rules::parse_cursor(bad), None, "{bad:?}");
    }
}
