//! What mentors are found by, and what a query asks for.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::model::{Few, Figure, Place, Sort, Term, Wanted, WantedKind};
use crate::kernel::text;
use crate::mentors::PublicMentor;

/// Everyone has it: what is found when nothing is asked for.
pub(super) const EVERYONE: &str = "*";
/// Words contain no `:`.
pub(super) const SKILL: &str = "s:";
pub(super) const LANGUAGE: &str = "l:";
pub(super) const ZONE: &str = "z:";

const NAME: i16 = 10;
const SKILL_WORD: i16 = 8;
const HEADLINE: i16 = 6;
const PROSE: i16 = 2;

/// A page of prose has fewer different words; beyond it is not worth finding people by.
const PROSE_WORDS: usize = 400;
/// Longer ones nobody types.
const WORD_MAX_CHARS: usize = 40;
const QUERY_WORDS: usize = 8;

/// Words that say nothing about anyone.
const EMPTY_WORDS: &[&str] =
    &["a", "an", "and", "are", "at", "for", "i", "in", "is", "my", "of", "on", "or", "the", "to", "with", "you"];

/// Everything `mentor` is found by, each term once with its greatest weight.
pub(super) fn terms(mentor: &PublicMentor, time_zone: Option<&str>) -> Vec<Term> {
    let profile = &mentor.profile;
    let mut found = BTreeMap::new();
    let mut add = |term: String, label: &str, weight: i16| {
        let term =
            found.entry(term).or_insert_with_key(|term| Term { term: term.clone(), label: label.into(), weight });
        term.weight = term.weight.max(weight);
    };
    add(EVERYONE.to_owned(), "", 0);
    for skill in &profile.skills {
        add(skill_term(skill), skill, 0);
    }
    for language in &profile.languages {
        add(format!("{LANGUAGE}{language}"), language, 0);
    }
    if let Some(zone) = time_zone {
        add(format!("{ZONE}{zone}"), zone, 0);
    }
    let prose = format!("{}\n{}", profile.about, profile.experience);
    let texts = [
        (mentor.display_name.as_str(), NAME),
        (&profile.skills.join("\n"), SKILL_WORD),
        (&profile.headline, HEADLINE),
        (&prose, PROSE),
    ];
    for (text, weight) in texts {
        for word in text::words(text).into_iter().filter(|word| says_something(word)).take(PROSE_WORDS) {
            add(word, "", weight);
        }
    }
    found.into_values().collect()
}

/// The filter of a skill, however it is written.
pub(super) fn skill_term(skill: &str) -> String {
    format!("{SKILL}{}", text::words(skill).join("-"))
}

/// The words of a query, each once, the last one last. Nothing but empty words is a query for them.
pub(super) fn query_words(typed: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in text::words(typed).into_iter().filter(|word| word.chars().count() <= WORD_MAX_CHARS) {
        words.retain(|known| *known != word);
        words.push(word);
    }
    if words.iter().any(|word| says_something(word)) {
        // The last is still being typed: `an` may become `analysis`.
        let last = words.len() - 1;
        let mut index = 0;
        words.retain(|word| {
            index += 1;
            index > last || says_something(word)
        });
    }
    words.drain(..words.len().saturating_sub(QUERY_WORDS));
    words
}

fn says_something(word: &str) -> bool {
    word.chars().count() <= WORD_MAX_CHARS && !EMPTY_WORDS.contains(&word)
}

/// Where words with the same beginning are looked up: their first two characters.
pub(super) fn head(term: &str) -> String {
    term.chars().take(2).collect()
}

/// Whether `word` may be the beginning of others. One character begins too many.
pub(super) fn is_prefix(word: &str) -> bool {
    word.chars().count() >= 2
}

/// Which of the wanted ranks what is found: the rarest word, since it says the most; the rarest filter when there is no
/// word. The others must be there.
pub(super) fn ranking(wanted: &[Wanted]) -> usize {
    let rarest = |kind| {
        let of_kind = wanted.iter().enumerate().filter(move |(_, wanted)| wanted.kind == kind);
        of_kind.min_by_key(|(_, wanted)| wanted.mentors).map(|(index, _)| index)
    };
    rarest(WantedKind::Word).or_else(|| rarest(WantedKind::Filter)).unwrap_or_default()
}

/// Those to read whole, because that costs less than reading everyone in the order of what ranks (the wanted at `by`;
/// None: a figure) until `count` of them have everything else too: who has some filter, or is within some bound
/// (`within`: of what, and how many; None: many, or no bounds). `everyone` is how many mentors there are.
pub(super) fn few(
    wanted: &[Wanted],
    by: Option<usize>,
    within: Option<(Figure, i64)>,
    count: i64,
    everyone: i64,
) -> Option<Few> {
    let others = || wanted.iter().enumerate().filter(|(index, _)| Some(*index) != by);
    // As if what they have came independently of each other.
    let share = |mentors: i64| mentors.clamp(1, everyone.max(1)) as f64 / everyone.max(1) as f64;
    let bounded = within.map_or(1.0, |(_, mentors)| share(mentors));
    let fit = others().map(|(_, wanted)| share(wanted.mentors)).product::<f64>() * bounded;
    let ranking = by.and_then(|by| wanted.get(by)).map_or(f64::INFINITY, |ranking| ranking.mentors as f64);
    let read_until_enough = (count as f64 / fit).min(ranking);
    // Where a word ranks, the other words are no rarer than it.
    let terms = others().filter(|(_, wanted)| by.is_none() || wanted.kind == WantedKind::Filter);
    let terms = terms.map(|(index, wanted)| (wanted.mentors, Few::Terms(index)));
    let bound = within.map(|(figure, mentors)| (mentors, Few::Bound(figure)));
    let (cost, few) = terms.chain(bound).min_by_key(|(mentors, _)| *mentors)?;
    ((cost as f64) < read_until_enough).then_some(few)
}

/// Opaque to clients.
pub(super) fn cursor(place: Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {} {} {}", place.sort.as_str(), place.by, place.rank, place.mentor))
}

pub(super) fn parse_cursor(text: &str) -> Option<Place> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let mut parts = text.split(' ');
    let place = Place {
        sort: Sort::parse(parts.next()?)?,
        by: parts.next()?.parse().ok()?,
        rank: parts.next()?.parse().ok().filter(|rank| *rank >= 0)?,
        mentor: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(place)
}
