//! What a review may say, how long it may be changed, and what ratings make of it. Pure.

use std::time::Duration;

use crate::kernel::clock::Timestamp;
use crate::kernel::error::FieldProblem;
use crate::kernel::text::is_prose;

const TEXT_MAX_CHARS: usize = 2_000;
const REASON_MAX_CHARS: usize = 1_000;
/// So long after it was written a review may be changed. Product decision.
const EDITABLE: Duration = Duration::from_secs(14 * 86_400);

/// A mentor starts as if they had five reviews of four stars on average: one kind friend does not put a newcomer before
/// somebody whom forty people praised. Product decision.
pub(super) const PRIOR_REVIEWS: i64 = 5;
pub(super) const PRIOR_STARS: i64 = 20;

/// The mean of reviews and prior, in thousandths of a star.
pub(super) fn bayesian_milli(reviews: i64, stars: i64) -> i64 {
    (PRIOR_STARS + stars) * 1_000 / (PRIOR_REVIEWS + reviews)
}

pub(super) fn editable_until(written_at: Timestamp) -> Timestamp {
    written_at.plus(EDITABLE)
}

/// Of a review or a reply: trimmed, lines may break, may be empty.
pub(super) fn text(text: &str) -> Result<String, FieldProblem> {
    tidied(text, TEXT_MAX_CHARS).ok_or_else(|| {
        let detail = format!("It has at most {TEXT_MAX_CHARS} characters.");
        FieldProblem { field: "text", code: "text_invalid", detail }
    })
}

/// Of a report or of what is made of it.
pub(super) fn reason(text: &str) -> Result<String, FieldProblem> {
    tidied(text, REASON_MAX_CHARS).filter(|text| !text.is_empty()).ok_or_else(|| {
        let detail = format!("A reason has 1 to {REASON_MAX_CHARS} characters.");
        FieldProblem { field: "reason", code: "reason_invalid", detail }
    })
}

fn tidied(text: &str, most: usize) -> Option<String> {
    let text = text.trim().replace("\r\n", "\n");
    (is_prose(&text) && text.chars().count() <= most).then_some(text)
}
