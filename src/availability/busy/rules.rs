//! Addresses, names, and when a calendar is read again. Pure.

use std::time::Duration;

use url::Url;

use crate::kernel::clock::Timestamp;
use crate::kernel::error::FieldProblem;

const ADDRESS_MAX: usize = 2_000;
const NAME_MAX_CHARS: usize = 80;
/// How often a calendar is asked.
const EVERY: Duration = Duration::from_secs(15 * 60);
/// The longest wait after failures: half a day of them is six.
const LATEST: Duration = Duration::from_secs(6 * 3_600);
/// What is read reaches a little into the past, and further than anybody books ahead (365 days): for a month without an
/// answer the last good copy still covers every opening.
const BEHIND: Duration = Duration::from_secs(86_400);
const AHEAD: Duration = Duration::from_secs(400 * 86_400);
/// An answer "nothing has changed" is only believed so long: the range moves on.
pub(super) const WHOLE_EVERY: Duration = Duration::from_secs(86_400);

/// A feed's address: https, or http where the operator's networks allow it. `webcal:` is how calendars call https.
pub(super) fn address(text: &str) -> Result<Url, FieldProblem> {
    let text = text.trim();
    let https = text.get(..9).filter(|start| start.eq_ignore_ascii_case("webcal://"));
    let text = https.map_or_else(|| text.to_owned(), |_| format!("https://{}", &text[9..]));
    let address = Url::parse(&text).ok().filter(|address| {
        matches!(address.scheme(), "https" | "http")
            && address.host_str().is_some_and(|host| !host.is_empty())
            && address.username().is_empty()
            && address.password().is_none()
            && address.as_str().len() <= ADDRESS_MAX
    });
    let mut address = address.ok_or_else(|| FieldProblem {
        field: "address",
        code: "calendar_address_invalid",
        detail: "An address is like https://calendar.example.org/private-123/basic.ics.".to_owned(),
    })?;
    address.set_fragment(None);
    Ok(address)
}

/// May be empty.
pub(super) fn name(text: &str) -> Result<String, FieldProblem> {
    let text = text.trim();
    if text.chars().count() <= NAME_MAX_CHARS && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        let detail = format!("A name has at most {NAME_MAX_CHARS} characters.");
        Err(FieldProblem { field: "name", code: "calendar_name_invalid", detail })
    }
}

/// When a calendar is asked again after it failed so often in a row.
pub(super) fn due_after(now: Timestamp, failures: i32) -> Timestamp {
    let doubled = 2_u32.saturating_pow(u32::try_from(failures).unwrap_or(0));
    now.plus(EVERY.saturating_mul(doubled).min(LATEST))
}

/// What is read of a calendar.
pub(super) fn range(now: Timestamp) -> (Timestamp, Timestamp) {
    (now.minus(BEHIND), now.plus(AHEAD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_the_web() {
        for (text, expected) in [
            (" https://a.example/b.ics#x ", Some("https://a.example/b.ics")),
            ("WebCal://a.example/b.ics?k=1", Some("https://a.example/b.ics?k=1")),
            ("http://a.example", Some("http://a.example/")),
            ("https://2130706433/", Some("https://127.0.0.1/")),
            ("https://user:secret@a.example/", None),
            ("file:///etc/passwd", None),
            ("ftp://a.example/b.ics", None),
            ("a.example/b.ics", None),
            ("https://", None),
            ("webcal://", None),
            ("wébcal://a", None),
            ("", None),
        ] {
            assert_eq!(address(text).ok().as_ref().map(Url::as_str), expected, "{text}");
        }
        assert!(address(&format!("https://a.example/{}", "x".repeat(ADDRESS_MAX))).is_err());
    }

    #[test]
    fn who_fails_is_asked_less_often() {
        let minutes = |failures| due_after(Timestamp(0), failures).0 / 60_000;
        assert_eq!([0, 1, 2, 3, 4, 5, 40].map(minutes), [15, 30, 60, 120, 240, 360, 360]);
    }
}
