//! What may be written into a booking, and cursors.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::model::Answered;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::FieldProblem;
use crate::kernel::ids::BookingId;
use crate::kernel::text::is_prose;

const ANSWER_MAX_CHARS: usize = 2_000;
const REASON_MAX_CHARS: usize = 500;

/// An answer to each question, trimmed.
pub(super) fn answers(questions: &[String], answers: &[String]) -> Result<Vec<Answered>, Vec<FieldProblem>> {
    let invalid = |detail: String| vec![FieldProblem { field: "answers", code: "answers_invalid", detail }];
    if answers.len() != questions.len() {
        return Err(invalid(format!("Answer each of the {} questions, in their order.", questions.len())));
    }
    let pairs = questions.iter().zip(answers).map(|(question, answer)| {
        let answer = answer.trim();
        if is_prose(answer) && (1..=ANSWER_MAX_CHARS).contains(&answer.chars().count()) {
            Ok(Answered { question: question.clone(), answer: answer.to_owned() })
        } else {
            Err(invalid(format!("An answer has 1 to {ANSWER_MAX_CHARS} characters.")))
        }
    });
    pairs.collect()
}

/// May be empty.
pub(super) fn reason(text: &str) -> Result<String, FieldProblem> {
    let text = text.trim();
    if is_prose(text) && text.chars().count() <= REASON_MAX_CHARS {
        Ok(text.to_owned())
    } else {
        let detail = format!("A reason has at most {REASON_MAX_CHARS} characters.");
        Err(FieldProblem { field: "reason", code: "reason_invalid", detail })
    }
}

/// One to `most` different times, in order.
pub(super) fn times(mut times: Vec<Timestamp>, most: usize) -> Result<Vec<Timestamp>, FieldProblem> {
    let asked = times.len();
    times.sort();
    times.dedup();
    if (1..=most).contains(&asked) && times.len() == asked {
        Ok(times)
    } else {
        Err(times_invalid(format!("Propose 1 to {most} different times.")))
    }
}

/// One that was not proposed.
pub(super) fn time_unknown() -> FieldProblem {
    times_invalid("This is none of the times that were proposed.".to_owned())
}

fn times_invalid(detail: String) -> FieldProblem {
    FieldProblem { field: "starts_at_ms", code: "times_invalid", detail }
}

/// Opaque to clients: the last booking they saw and when it starts.
pub(super) fn cursor((starts_at, id): (Timestamp, BookingId)) -> String {
    let mut bytes = starts_at.0.to_be_bytes().to_vec();
    bytes.extend(id.0.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn parse_cursor(text: &str) -> Option<(Timestamp, BookingId)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (time, id) = bytes.split_first_chunk::<8>()?;
    Some((Timestamp(i64::from_be_bytes(*time)), BookingId(Uuid::from_slice(id).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_has_its_answer() {
        let questions = ["Why?".to_owned(), "How?".to_owned()];
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let paired = answers(&questions, &owned(&[" so \n", "thus"])).expect("fine");
        assert_eq!(paired[0], Answered { question: "Why?".to_owned(), answer: "so".to_owned() });
        for wrong in [&["so"][..], &["so", ""], &["so", "\u{0}"], &["so", "thus", "x"], &["so", &"x".repeat(2_001)]] {
            assert!(answers(&questions, &owned(wrong)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_few_different_times_are_proposed() {
        let at = |times: &[i64]| times.iter().copied().map(Timestamp).collect::<Vec<_>>();
        assert_eq!(times(at(&[3, 1, 2]), 3).ok(), Some(at(&[1, 2, 3])));
        for wrong in [&[][..], &[1, 1], &[1, 2, 3, 4]] {
            assert!(times(at(wrong), 3).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn cursors_come_back_and_others_do_not() {
        let place = (Timestamp(-5), BookingId(Uuid::from_u128(7)));
        assert_eq!(parse_cursor(&cursor(place)), Some(place));
        for text in ["", "a", "AAAA", "not base64!", &"A".repeat(100)] {
            assert_eq!(parse_cursor(text), None);
        }
    }
}
