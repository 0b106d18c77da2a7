//! What search takes and gives.

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::ids::UserId;
use crate::mentors::PublicMentor;

/// What is asked for. Everything in it must hold of a mentor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// Words; the last may be the beginning of one.
    pub text: String,
    /// A facet's value.
    pub skill: Option<String>,
    /// ISO 639-1.
    pub language: Option<String>,
}

/// More of a query is not read.
const QUERY_MAX_CHARS: usize = 200;

impl Search {
    /// As it was typed; empty means anything.
    pub fn new(text: &str, skill: &str, language: &str) -> Self {
        let kept = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let text = text.chars().take(QUERY_MAX_CHARS).collect();
        Self { text, skill: kept(skill), language: kept(language) }
    }
}

/// A mentor in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MentorCard {
    pub id: UserId,
    pub slug: String,
    pub display_name: String,
    /// Null: they have none.
    #[schema(required)]
    pub picture_url: Option<String>,
    pub headline: String,
    pub skills: Vec<String>,
    /// ISO 639-1 codes.
    pub languages: Vec<String>,
}

impl From<PublicMentor> for MentorCard {
    fn from(PublicMentor { id, slug, display_name, picture_url, profile }: PublicMentor) -> Self {
        Self {
            id,
            slug,
            display_name,
            picture_url,
            headline: profile.headline,
            skills: profile.skills,
            languages: profile.languages,
        }
    }
}

/// A value to filter by, and how many mentors have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Facet {
    /// For the query.
    pub value: String,
    /// For people; of languages the code.
    pub label: String,
    pub mentors: i64,
}

/// What one may filter by, the most common first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Facets {
    pub skills: Vec<Facet>,
    pub languages: Vec<Facet>,
}

/// Mentors of one page, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FoundMentors {
    pub items: Vec<MentorCard>,
    /// Null on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// On the first page only.
    #[schema(required)]
    pub facets: Option<Facets>,
}

/// One thing a mentor is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub term: String,
    /// For people, where the term is a facet.
    pub label: String,
    pub weight: i16,
}

/// Terms of which a mentor must have one, and how many mentors do at most. The first is the word as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub terms: Vec<String>,
    pub mentors: i64,
    pub kind: WantedKind,
}

/// Whether it ranks what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WantedKind {
    Word,
    Filter,
}

/// Where a page ended: the rank and id of its last mentor, and by what it was ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Which of the wanted ranks.
    pub by: usize,
    pub rank: i64,
    pub mentor: UserId,
}
