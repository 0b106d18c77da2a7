//! Reviews and ratings.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules;
use crate::booking::Person;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::FieldProblem;
use crate::kernel::ids::{BookingId, ReviewId, UserId};

/// Of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewDirection)]
pub enum Direction {
    OfMentor,
    OfMentee,
}

impl Direction {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::OfMentor => "of_mentor",
            Self::OfMentee => "of_mentee",
        }
    }
}

/// What somebody says of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub rating: i16,
    pub text: String,
}

impl Words {
    pub(super) fn new(rating: i16, text: &str) -> Result<Self, Vec<FieldProblem>> {
        let mut mistakes = Vec::new();
        if !(1..=5).contains(&rating) {
            let detail = "A rating is 1 to 5.".to_owned();
            mistakes.push(FieldProblem { field: "rating", code: "rating_invalid", detail });
        }
        match rules::text(text) {
            Ok(text) if mistakes.is_empty() => Ok(Self { rating, text }),
            Ok(_) => Err(mistakes),
            Err(mistake) => {
                mistakes.push(mistake);
                Err(mistakes)
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub id: ReviewId,
    pub booking: BookingId,
    pub direction: Direction,
    pub author: Person,
    pub mentor: Person,
    pub rating: i16,
    pub text: String,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub reply: Option<String>,
    pub replied_at: Option<Timestamp>,
    /// Why an administrator took it off the pages.
    pub hidden_reason: Option<String>,
}

/// Somebody's part in a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Of what they write.
    pub direction: Direction,
    pub mentor: UserId,
    /// Whether both came.
    pub took_place: bool,
}

/// What was said after a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfBooking {
    pub took_place: bool,
    pub mine: Option<Review>,
    pub of_me: Option<Review>,
}

/// A mentor's rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating {
    /// The Bayesian mean in thousandths: 4250.
    pub milli: i64,
    pub reviews: i64,
}

/// A mentor's rating, with how it comes about.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RatingSummary {
    /// 1 to 5, the Bayesian mean: a mentor without reviews counts as `prior` from `prior_weight` reviews. Null without
    /// reviews.
    #[schema(required)]
    pub rating: Option<f64>,
    pub reviews: i64,
    /// How many gave one star, two, … five.
    pub counts: [i64; 5],
    pub prior: f64,
    pub prior_weight: i64,
}

impl RatingSummary {
    pub(super) fn of(counts: [i64; 5]) -> Self {
        let reviews = counts.iter().sum();
        let stars = counts.iter().zip(1..).map(|(count, stars): (&i64, i64)| count * stars).sum();
        let rating = (reviews > 0).then(|| rules::bayesian_milli(reviews, stars) as f64 / 1_000.0);
        let prior = rules::PRIOR_STARS as f64 / rules::PRIOR_REVIEWS as f64;
        Self { rating, reviews, counts, prior, prior_weight: rules::PRIOR_REVIEWS }
    }
}

/// Which reviews an administrator looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewQueue)]
pub enum Queue {
    /// Somebody reported them, and nobody has decided.
    Reported,
    Hidden,
}

/// What an administrator does with a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moderation {
    Hide,
    Restore,
    /// It stays; the reports are settled.
    Keep,
}

impl Moderation {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Hide => "hidden",
            Self::Restore => "restored",
            Self::Keep => "kept",
        }
    }
}

/// A report, for administrators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewReport)]
pub struct Report {
    pub reporter: Person,
    pub reason: String,
    pub reported_at_ms: Timestamp,
}

/// A line of what administrators did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewModerationLine)]
pub struct ModerationLine {
    /// `hidden`, `restored` or `kept`.
    pub what: String,
    pub admin: Person,
    pub reason: String,
    pub at_ms: Timestamp,
}

/// A review in an administrator's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moderated {
    pub review: Review,
    /// Those nobody has decided about.
    pub reports: Vec<Report>,
    pub history: Vec<ModerationLine>,
    /// Where it stands in its list.
    pub listed_at: Timestamp,
}
