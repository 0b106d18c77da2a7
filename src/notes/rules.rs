//! What may be written beside a session. Pure.

use jiff::civil::Date;

use super::model::NewAction;
use crate::booking::Person;
use crate::kernel::error::FieldProblem;
use crate::kernel::text::is_prose;

const NOTE_MAX_CHARS: usize = 20_000;
const ACTION_MAX_CHARS: usize = 500;
const NAME_MAX_CHARS: usize = 120;

/// May be empty. Spaces at its end may be on their way to a next word.
pub(super) fn note(text: &str) -> Result<String, FieldProblem> {
    let text = text.replace("\r\n", "\n");
    if text.chars().count() <= NOTE_MAX_CHARS && is_prose(&text) {
        Ok(text)
    } else {
        let detail = format!("A note has at most {NOTE_MAX_CHARS} characters.");
        Err(FieldProblem { field: "text", code: "note_invalid", detail })
    }
}

/// Trimmed; names every field at fault.
pub(super) fn action(typed: NewAction, people: &[Person]) -> Result<NewAction, Vec<FieldProblem>> {
    let mut mistakes = Vec::new();
    let mut check = |fine: bool, field, code, detail: &str| {
        if !fine {
            mistakes.push(FieldProblem { field, code, detail: detail.to_owned() });
        }
    };
    let text = typed.text.trim().to_owned();
    let fine = (1..=ACTION_MAX_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    check(fine, "text", "action_invalid", "What is to do has 1 to 500 characters.");
    let fine = typed.assignee_id.is_none_or(|id| people.iter().any(|person| person.id == id));
    check(fine, "assignee_id", "assignee_invalid", "Only those who take part can be asked to do it.");
    let fine = typed.due_on.as_deref().is_none_or(is_date);
    check(fine, "due_on", "due_on_invalid", "A day is like 2026-12-24.");
    if mistakes.is_empty() { Ok(NewAction { text, ..typed }) } else { Err(mistakes) }
}

fn is_date(text: &str) -> bool {
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    date.is_some_and(|date| (2_000..=2_200).contains(&date.year()))
}

/// What a file is called when it is saved elsewhere: no path, nothing that hides or turns around what follows.
pub(super) fn file_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let shows = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = last.chars().filter(shows).map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let name = name.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if name.is_empty() {
        return "file".to_owned();
    }
    let count = name.chars().count();
    if count <= NAME_MAX_CHARS {
        return name.to_owned();
    }
    // The end says what it is.
    let end: String = name.chars().skip(count - 20).collect();
    name.chars().take(NAME_MAX_CHARS - 21).chain(['…']).chain(end.chars()).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::kernel::ids::UserId;

    #[test]
    fn names_of_files_lead_nowhere() {
        for (text, expected) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system32\\evil.exe", "evil.exe"),
            ("..", "file"),
            ("", "file"),
            (".htaccess", "htaccess"),
            ("a\u{0}b\r\nSet-Cookie: x", "abSet-Cookie_ x"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            ("Ünïcode \"quoted\".txt", "Ünïcode _quoted_.txt"),
        ] {
            assert_eq!(file_name(text), expected, "{text:?}");
        }
        let long = file_name(&format!("{}.pdf", "x".repeat(300)));
        assert!(long.chars().count() == NAME_MAX_CHARS && long.ends_with(".pdf"), "{long}");
    }

    #[test]
    fn what_is_to_do_is_for_somebody_who_takes_part() {
        let person = |number| Person { id: UserId(Uuid::from_u128(number)), display_name: "A".to_owned() };
        let people = [person(1), person(2)];
        let typed = |text: &str, assignee: Option<u128>, due_on: Option<&str>| {
            let assignee_id = assignee.map(|number| UserId(Uuid::from_u128(number)));
            action(
                NewAction { text: text.to_owned(), assignee_id, due_on: due_on.map(str::to_owned), is_done: false },
                &people,
            )
        };
        assert_eq!(typed(" Read ", Some(2), Some("2026-12-24")).expect("sound").text, "Read");
        for (text, assignee, due_on) in [
            ("", None, None),
            ("a\nb", None, None),
            ("a", Some(3), None),
            ("a", None, Some("24.12.2026")),
            ("a", None, Some("2026-02-30")),
            ("a", None, Some("")),
        ] {
            assert_eq!(typed(text, assignee, due_on).expect_err("unsound").len(), 1, "{text} {assignee:?} {due_on:?}");
        }
    }
}
