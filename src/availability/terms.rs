//! What an offering may say.

use std::ops::RangeInclusive;

use super::model::Terms;
use crate::kernel::error::FieldProblem;
use crate::kernel::text::is_prose;

const TITLE_MAX_CHARS: usize = 120;
const DESCRIPTION_MAX_CHARS: usize = 2_000;
const QUESTIONS_MAX: usize = 10;
const QUESTION_MAX_CHARS: usize = 200;
/// More than any session costs, and far from where sums overflow.
const PRICE_MAX_MINOR: i64 = 100_000_000;
const MONTH_MINUTES: i32 = 43_200;

/// Trims and checks what was typed; names every field at fault.
pub(super) fn terms(typed: Terms) -> Result<Terms, Vec<FieldProblem>> {
    let mut mistakes = Vec::new();
    let mut check = |fine: bool, field: &'static str, code: &'static str, detail: &str| {
        if !fine {
            mistakes.push(FieldProblem { field, code, detail: detail.to_owned() });
        }
    };
    let title = typed.title.trim().to_owned();
    check(line(&title, 1..=TITLE_MAX_CHARS), "title", "title_invalid", "A title has 1 to 120 characters.");
    let description = typed.description.trim().to_owned();
    let fine = is_prose(&description) && description.chars().count() <= DESCRIPTION_MAX_CHARS;
    check(fine, "description", "description_invalid", "A description has at most 2000 characters.");
    let fives = |minutes: i16, range: RangeInclusive<i16>| range.contains(&minutes) && minutes % 5 == 0;
    let detail = "Minutes are 15 to 480, in steps of 5.";
    check(fives(typed.minutes, 15..=480), "minutes", "minutes_invalid", detail);
    let fine = (0..=PRICE_MAX_MINOR).contains(&typed.price_minor);
    check(fine, "price_minor", "price_invalid", "A price is 0 to 1,000,000.00.");
    let fine = typed.currency.len() == 3 && typed.currency.bytes().all(|c| c.is_ascii_uppercase());
    check(fine, "currency", "currency_invalid", "A currency is like EUR or USD.");
    check((1..=100).contains(&typed.seats), "seats", "seats_invalid", "Seats are 1 to 100.");
    let questions: Vec<String> = typed.questions.iter().map(|question| question.trim().to_owned()).collect();
    let fine = questions.len() <= QUESTIONS_MAX && questions.iter().all(|text| line(text, 1..=QUESTION_MAX_CHARS));
    check(fine, "questions", "questions_invalid", "At most 10 questions of 1 to 200 characters.");
    let detail = "Buffers are 0 to 240 minutes, in steps of 5.";
    check(fives(typed.buffer_before_minutes, 0..=240), "buffer_before_minutes", "buffer_invalid", detail);
    check(fives(typed.buffer_after_minutes, 0..=240), "buffer_after_minutes", "buffer_invalid", detail);
    let month = 0..=MONTH_MINUTES;
    let fine = month.contains(&typed.minimum_notice_minutes);
    check(fine, "minimum_notice_minutes", "notice_invalid", "The notice is 0 to 30 days.");
    check((1..=365).contains(&typed.horizon_days), "horizon_days", "horizon_invalid", "Days ahead are 1 to 365.");
    let positive = |limit: Option<i16>| limit.is_none_or(|limit| limit >= 1);
    check(positive(typed.max_per_day), "max_per_day", "limit_invalid", "A limit is at least 1, or none.");
    check(positive(typed.max_per_week), "max_per_week", "limit_invalid", "A limit is at least 1, or none.");
    let fine = month.contains(&typed.cancellation_notice_minutes);
    let detail = "Cancelling is free until 0 to 30 days before.";
    check(fine, "cancellation_notice_minutes", "cancellation_notice_invalid", detail);
    if mistakes.is_empty() { Ok(Terms { title, description, questions, ..typed }) } else { Err(mistakes) }
}

fn line(text: &str, chars: RangeInclusive<usize>) -> bool {
    chars.contains(&text.chars().count()) && !text.chars().any(char::is_control)
}
