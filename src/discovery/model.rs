//! What search takes and gives.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::clock::Timestamp;
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
    /// IANA.
    pub time_zone: Option<String>,
    pub bounds: Bounds,
    pub sort: Sort,
}

/// What figures of a mentor must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// Of the cheapest that can be booked, in the smallest unit of its currency.
    pub price_min: Option<i64>,
    pub price_max: Option<i64>,
    /// In thousandths, 1000 to 5000; only mentors with reviews.
    pub rating_min: Option<i64>,
    pub free: Free,
}

impl Bounds {
    /// Each bound by itself, and of what it is.
    pub(super) fn one_by_one(self) -> impl Iterator<Item = (Figure, Self)> {
        let Self { price_min, price_max, rating_min, free } = self;
        let all = [
            (Figure::Price, Self { price_min, price_max, ..Self::default() }),
            (Figure::Rating, Self { rating_min, ..Self::default() }),
            (Figure::Soonest, Self { free, ..Self::default() }),
        ];
        all.into_iter().filter(|(_, bounds)| *bounds != Self::default())
    }
}

/// What a mentor is bounded and sorted by that is no word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    Price,
    Rating,
    Soonest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Free {
    #[default]
    Whenever,
    /// With an opening in the next seven days.
    ThisWeek,
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SearchSort)]
pub enum Sort {
    #[default]
    Relevance,
    /// The best rated; those without reviews last.
    Rating,
    /// The cheapest; only who has something to book.
    Price,
    /// Who can be booked soonest; only who can be booked.
    Soonest,
}

impl Sort {
    const ALL: [Self; 4] = [Self::Relevance, Self::Rating, Self::Price, Self::Soonest];

    /// As it stands in addresses and cursors.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Rating => "rating",
            Self::Price => "price",
            Self::Soonest => "soonest",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }
}

/// More of a query is not read.
const QUERY_MAX_CHARS: usize = 200;

impl Search {
    /// As it was typed; empty means anything.
    pub fn new(text: &str, skill: &str, language: &str) -> Self {
        let kept = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let text = text.chars().take(QUERY_MAX_CHARS).collect();
        Self { text, skill: kept(skill), language: kept(language), ..Self::default() }
    }
}

/// What search knows of a mentor that is no word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    /// Of the cheapest that can be booked, and its currency.
    pub price: Option<(i64, String)>,
    /// 0 without reviews.
    pub rating_milli: i64,
    pub reviews: i64,
    pub soonest: Option<Timestamp>,
    /// A term, too: who moves to another zone is indexed anew.
    pub time_zone: Option<String>,
    /// When they may be others although nobody did anything.
    pub recheck_at: Timestamp,
}

/// A mentor in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
    /// Of the cheapest that can be booked; null: nothing can.
    #[schema(required)]
    pub price: Option<Price>,
    /// 1 to 5, the Bayesian mean; null without reviews.
    #[schema(required)]
    pub rating: Option<f64>,
    pub reviews: i64,
    /// When the next opening starts, as far as is known; null: there is none.
    #[schema(required)]
    pub soonest_opening_ms: Option<Timestamp>,
}

/// An amount in the smallest unit of a currency; 0 is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Price {
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
}

impl MentorCard {
    pub(super) fn new(mentor: PublicMentor, facts: Option<&Facts>) -> Self {
        let PublicMentor { id, slug, display_name, picture_url, profile } = mentor;
        let rated = facts.filter(|facts| facts.reviews > 0);
        let price = facts.and_then(|facts| facts.price.clone());
        Self {
            price: price.map(|(minor, currency)| Price { minor, currency }),
            rating: rated.map(|facts| facts.rating_milli as f64 / 1_000.0),
            reviews: rated.map_or(0, |facts| facts.reviews),
            soonest_opening_ms: facts.and_then(|facts| facts.soonest),
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
    /// IANA.
    pub time_zones: Vec<Facet>,
}

/// Mentors of one page, best first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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

/// Mentors who are so few that all of them are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Few {
    /// Those who have one of the terms of the wanted at this place.
    Terms(usize),
    /// Those whose figure is within its bound.
    Bound(Figure),
}

/// Where a page ended: the rank (or figure) and id of its last mentor, and by what it was ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub sort: Sort,
    /// Which of the wanted ranks; nothing where a figure does.
    pub by: usize,
    pub rank: i64,
    pub mentor: UserId,
}
