//! What rules ask of days.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// Days from `first`, the weekday weeks start with, to `day`.
fn since(first: Weekday, day: Weekday) -> i64 {
    let (first, day) = (first.to_monday_zero_offset(), day.to_monday_zero_offset());
    i64::from((day - first).rem_euclid(7))
}

/// The first day of a day's week.
pub(crate) fn week_start(date: Date, first: Weekday) -> Date {
    date.saturating_sub(since(first, date.weekday()).days())
}

/// The day's week number, from the start and from the end (−1) of the year it belongs to: week 1 is the first with at
/// least four days in its year (ISO 8601 for weeks that start on Monday).
pub(crate) fn week_numbers(date: Date, first: Weekday) -> (i16, i16) {
    let start = week_start(date, first);
    // A week belongs to the year most of its days are in: that of its fourth day.
    let year = start.saturating_add(3.days()).year();
    let start_of = |year: i16| Date::new(year, 1, 4).map(|fourth| week_start(fourth, first));
    let (Ok(this), Ok(next)) = (start_of(year), start_of(year.saturating_add(1))) else { return (0, 0) };
    let weeks = |from: Date, to: Date| i16::try_from(days_between(from, to) / 7).unwrap_or(0);
    (weeks(this, start) + 1, -weeks(start, next))
}

pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// Which of its weekday a day is, in its month: from the start and from the end (−1).
pub(crate) fn nth_of_month(date: Date) -> (i16, i16) {
    let day = i16::from(date.day());
    ((day - 1) / 7 + 1, -((i16::from(date.days_in_month()) - day) / 7 + 1))
}

/// Which of its weekday a day is, in its year.
pub(crate) fn nth_of_year(date: Date) -> (i16, i16) {
    let day = date.day_of_year();
    ((day - 1) / 7 + 1, -((date.days_in_year() - day) / 7 + 1))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn weeks_that_start_on_monday_are_iso_weeks() {
        for day in date(2019, 12, 20).series(1.day()).take(3_000) {
            let iso = day.iso_week_date();
            let (number, from_end) = week_numbers(day, Weekday::Monday);
            assert_eq!(number, i16::from(iso.week()), "{day}");
            assert_eq!(from_end, i16::from(iso.week() - iso.weeks_in_year() - 1), "{day}");
        }
    }

    #[test]
    fn the_last_of_a_weekday_is_known_from_the_end() {
        assert_eq!(nth_of_month(date(2026, 3, 29)), (5, -1));
        assert_eq!(nth_of_month(date(2026, 10, 25)), (4, -1));
        assert_eq!(nth_of_year(date(2026, 12, 31)), (53, -1));
    }
}
