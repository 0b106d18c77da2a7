//! Dates, times, durations and offsets as RFC 5545 §3.3 writes them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// A DATE or a DATE-TIME.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Date(Date),
    /// On the clocks of whatever zone stands beside it.
    Local(DateTime),
    Utc(DateTime),
}

pub(crate) fn when(text: &str) -> Option<When> {
    let Some((day, rest)) = text.split_once(['T', 't']) else { return date(text).map(When::Date) };
    let local = DateTime::from_parts(date(day)?, time(rest.trim_end_matches(['Z', 'z']))?);
    Some(if rest.ends_with(['Z', 'z']) { When::Utc(local) } else { When::Local(local) })
}

fn date(text: &str) -> Option<Date> {
    let digits = digits(text, 8)?;
    Date::new(i16::try_from(digits / 10_000).ok()?, two(digits / 100), two(digits)).ok()
}

/// A leap second is the second before.
fn time(text: &str) -> Option<Time> {
    let digits = digits(text, 6)?;
    Time::new(two(digits / 10_000), two(digits / 100), two(digits).min(59), 0).ok()
}

fn digits(text: &str, count: usize) -> Option<i32> {
    (text.len() == count && text.bytes().all(|c| c.is_ascii_digit())).then(|| text.parse().ok())?
}

fn two(digits: i32) -> i8 {
    i8::try_from(digits % 100).unwrap_or(i8::MAX)
}

/// `+0530`, `-080000`.
pub(crate) fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let full = if rest.len() == 4 { format!("{rest}00") } else { rest.to_owned() };
    let digits = digits(&full, 6)?;
    let seconds = digits / 10_000 * 3_600 + digits / 100 % 100 * 60 + digits % 100;
    Offset::from_seconds(sign * seconds).ok()
}

/// A DURATION (§3.3.6): days, which are as long as the zone has them, and seconds, which are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Length {
    pub(crate) days: i32,
    pub(crate) seconds: i64,
}

impl Length {
    pub(crate) const DAY: Self = Self { days: 1, seconds: 0 };

    pub(crate) fn seconds(seconds: i64) -> Self {
        Self { days: 0, seconds }
    }
}

/// None for what is negative or longer than ten years.
pub(crate) fn length(text: &str) -> Option<Length> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let mut found = Length::default();
    let mut number: Option<i64> = None;
    for c in text.strip_prefix('P')?.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(number.unwrap_or(0) * 10 + i64::from(digit)).filter(|number| *number < 400_000_000);
            number?;
            continue;
        }
        if c == 'T' {
            continue;
        }
        let count = number.take()?;
        match c {
            'W' => found.days = found.days.checked_add(i32::try_from(count).ok()?.checked_mul(7)?)?,
            'D' => found.days = found.days.checked_add(i32::try_from(count).ok()?)?,
            'H' => found.seconds += count * 3_600,
            'M' => found.seconds += count * 60,
            'S' => found.seconds += count,
            _ => return None,
        }
    }
    let sound = number.is_none() && found.days <= 3_660 && found.seconds <= 3_660 * 86_400;
    sound.then_some(found)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;

    #[test]
    fn dates_and_times() {
        let local = datetime(2026, 11, 28, 9, 5, 7, 0);
        for (text, expected) in [
            ("20261128", Some(When::Date(date(2026, 11, 28)))),
            ("20261128T090507", Some(When::Local(local))),
            ("20261128T090507Z", Some(When::Utc(local))),
            ("20261128T235960Z", Some(When::Utc(datetime(2026, 11, 28, 23, 59, 59, 0)))),
            ("20260230", None),
            ("2026112", None),
            ("20261128T9", None),
            ("20261128T250000", None),
            ("+0261128", None),
            ("", None),
        ] {
            assert_eq!(when(text), expected, "{text}");
        }
    }

    #[test]
    fn durations_and_offsets() {
        for (text, days, seconds) in [("P1D", 1, 0), ("PT1H30M", 0, 5_400), ("P2W", 14, 0), ("+P1DT1S", 1, 1)] {
            assert_eq!(length(text), Some(Length { days, seconds }), "{text}");
        }
        for text in ["-PT1H", "PT", "P5", "1H", "P99999999999999999999D", "P400000000D", "PTx"] {
            assert!(length(text).is_none_or(|length| length == Length::default()), "{text}");
        }
        for (text, seconds) in [("+0530", 19_800), ("-080000", -28_800), ("+0545", 20_700), ("+005328", 3_208)] {
            assert_eq!(offset(text).map(Offset::seconds), Some(seconds), "{text}");
        }
        for text in ["0530", "+5", "+99999", "+990000", ""] {
            assert_eq!(offset(text), None, "{text}");
        }
    }
}
