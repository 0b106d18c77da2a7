//! RRULE (RFC 5545 §3.3.10), in civil time: which starts fall into a range.
//!
//! A rule is a series of periods (years, months, weeks, days, hours …); the BY parts keep some days of a period and give
//! them times. Without a COUNT the periods before the range are jumped over, so that it does not matter when a series began.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{SignedDuration, ToSpan};

use crate::budget::{Budget, TooMuch};
use crate::days;
use crate::values::{self, When};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Freq {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    freq: Freq,
    interval: i64,
    count: Option<u32>,
    /// Inclusive, as it was written; [`Rule::ends`] says what it means where.
    pub(crate) until: Option<When>,
    months: Vec<i16>,
    week_numbers: Vec<i16>,
    year_days: Vec<i16>,
    month_days: Vec<i16>,
    /// With which of them in the month or the year; 0 is each.
    weekdays: Vec<(i16, Weekday)>,
    hours: Vec<i16>,
    minutes: Vec<i16>,
    seconds: Vec<i16>,
    positions: Vec<i16>,
    week_start: Weekday,
}

impl Rule {
    /// None for what is no rule.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rule = Self {
            freq: Freq::Yearly,
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            week_numbers: Vec::new(),
            year_days: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
            hours: Vec::new(),
            minutes: Vec::new(),
            seconds: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Monday,
        };
        let mut freq = None;
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let (key, value) = part.split_once('=')?;
            let value = value.trim().to_ascii_uppercase();
            match key.trim().to_ascii_uppercase().as_str() {
                "FREQ" => freq = Some(frequency(&value)?),
                // The first no earlier than the last year there is: the same as never again.
                "INTERVAL" => rule.interval = value.parse().ok().filter(|count| (1..=1_000_000).contains(count))?,
                "COUNT" => rule.count = Some(value.parse().ok()?),
                "UNTIL" => rule.until = Some(values::when(&value)?),
                "BYMONTH" => rule.months = numbers(&value, 1, 12, false)?,
                "BYWEEKNO" => rule.week_numbers = numbers(&value, 1, 53, true)?,
                "BYYEARDAY" => rule.year_days = numbers(&value, 1, 366, true)?,
                "BYMONTHDAY" => rule.month_days = numbers(&value, 1, 31, true)?,
                "BYDAY" => rule.weekdays = weekdays(&value)?,
                "BYHOUR" => rule.hours = numbers(&value, 0, 23, false)?,
                "BYMINUTE" => rule.minutes = numbers(&value, 0, 59, false)?,
                "BYSECOND" => rule.seconds = numbers(&value, 0, 59, false)?,
                "BYSETPOS" => rule.positions = numbers(&value, 1, 366, true)?,
                "WKST" => rule.week_start = weekday(&value)?,
                // Of calendars that are not ours (RFC 7529), and names to come.
                _ => return None,
            }
        }
        rule.freq = freq?;
        Some(rule)
    }

    /// The starts of a series that begins with `first`, in order, which fall into `from..until`. The first itself is the
    /// event's, whether or not the rule gives it.
    pub(crate) fn starts(
        &self,
        first: DateTime,
        last: Option<DateTime>,
        (from, until): (DateTime, DateTime),
        budget: &mut Budget,
    ) -> Result<Vec<DateTime>, TooMuch> {
        let rule = self.completed(first);
        let mut found = Vec::new();
        let mut left = rule.count.unwrap_or(u32::MAX);
        let until = last.map_or(until, |last| until.min(last.saturating_add(1.second())));
        let mut index = if rule.count.is_some() { 0 } else { rule.periods_before(first, from) };
        while let Some(period) = rule.period(first, index) {
            if period >= until {
                break;
            }
            budget.spend()?;
            for start in rule.of_period(period, budget)? {
                if start < first {
                    continue;
                }
                if left == 0 || start >= until {
                    return Ok(found);
                }
                left -= 1;
                if start >= from {
                    found.push(start);
                }
            }
            index += 1;
        }
        Ok(found)
    }

    /// With what the first start says where no BY part does.
    fn completed(&self, first: DateTime) -> Self {
        let mut rule = self.clone();
        let days = [&rule.week_numbers, &rule.year_days, &rule.month_days].iter().any(|part| !part.is_empty())
            || !rule.weekdays.is_empty();
        if !days {
            match rule.freq {
                Freq::Yearly => {
                    if rule.months.is_empty() {
                        rule.months.push(i16::from(first.month()));
                    }
                    rule.month_days.push(i16::from(first.day()));
                }
                Freq::Monthly => rule.month_days.push(i16::from(first.day())),
                Freq::Weekly => rule.weekdays.push((0, first.weekday())),
                _ => {}
            }
        }
        let complete = |part: &mut Vec<i16>, freq, value: i8| {
            if part.is_empty() && rule.freq > freq {
                part.push(i16::from(value));
            }
        };
        complete(&mut rule.hours, Freq::Hourly, first.hour());
        complete(&mut rule.minutes, Freq::Minutely, first.minute());
        complete(&mut rule.seconds, Freq::Secondly, first.second());
        rule
    }

    /// How many periods certainly end before `from`.
    fn periods_before(&self, first: DateTime, from: DateTime) -> i64 {
        if from <= first {
            return 0;
        }
        let days = days::days_between(first.date(), from.date());
        let periods = match self.freq {
            Freq::Yearly => i64::from(from.year()) - i64::from(first.year()),
            Freq::Monthly => {
                (i64::from(from.year()) - i64::from(first.year())) * 12 + i64::from(from.month())
                    - i64::from(first.month())
            }
            Freq::Weekly => days / 7,
            Freq::Daily => days,
            Freq::Hourly => days * 24,
            Freq::Minutely => days * 1_440,
            Freq::Secondly => days * 86_400,
        };
        // A period before that, and the day the first one may have begun before.
        (periods / self.interval - 2 - if self.freq < Freq::Daily { self.in_a_day() } else { 0 }).max(0)
    }

    fn in_a_day(&self) -> i64 {
        let periods = match self.freq {
            Freq::Hourly => 24,
            Freq::Minutely => 1_440,
            Freq::Secondly => 86_400,
            _ => 1,
        };
        periods / self.interval + 1
    }

    /// When a period begins; None past the end of calendars.
    fn period(&self, first: DateTime, index: i64) -> Option<DateTime> {
        let ahead = index.checked_mul(self.interval)?;
        let day = |date: Date| date.at(0, 0, 0, 0);
        match self.freq {
            Freq::Yearly => {
                let year = i16::try_from(i64::from(first.year()).checked_add(ahead)?).ok()?;
                Date::new(year, 1, 1).ok().map(day)
            }
            Freq::Monthly => {
                let months = (i64::from(first.year()) * 12 + i64::from(first.month()) - 1).checked_add(ahead)?;
                let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
                Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok().map(day)
            }
            Freq::Weekly => {
                let start = days::week_start(first.date(), self.week_start);
                later(day(start), ahead.checked_mul(7 * 86_400)?)
            }
            Freq::Daily => later(day(first.date()), ahead.checked_mul(86_400)?),
            Freq::Hourly => later(first.date().at(first.hour(), 0, 0, 0), ahead.checked_mul(3_600)?),
            Freq::Minutely => later(first.date().at(first.hour(), first.minute(), 0, 0), ahead.checked_mul(60)?),
            Freq::Secondly => later(first, ahead),
        }
    }

    /// The starts in a period, in order.
    fn of_period(&self, period: DateTime, budget: &mut Budget) -> Result<Vec<DateTime>, TooMuch> {
        let date = period.date();
        let count = match self.freq {
            Freq::Yearly => i64::from(date.days_in_year()),
            Freq::Monthly => i64::from(date.days_in_month()),
            Freq::Weekly => 7,
            _ => 1,
        };
        let mut found = Vec::new();
        let mut day = date;
        for _ in 0..count {
            budget.spend()?;
            if self.keeps(day) {
                self.times(period, day, &mut found, budget)?;
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        if self.positions.is_empty() {
            return Ok(found);
        }
        let size = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let at = |position: &i16| {
            let position = i64::from(*position);
            let index = if position > 0 { position - 1 } else { size + position };
            usize::try_from(index).ok().and_then(|index| found.get(index)).copied()
        };
        let mut picked: Vec<DateTime> = self.positions.iter().filter_map(at).collect();
        picked.sort();
        picked.dedup();
        Ok(picked)
    }

    fn keeps(&self, date: Date) -> bool {
        let (month, day) = (i16::from(date.month()), i16::from(date.day()));
        let of_year = date.day_of_year();
        either(&self.months, || (month, month))
            && either(&self.month_days, || (day, day - i16::from(date.days_in_month()) - 1))
            && either(&self.year_days, || (of_year, of_year - date.days_in_year() - 1))
            && either(&self.week_numbers, || days::week_numbers(date, self.week_start))
            && (self.weekdays.is_empty() || self.weekdays.iter().any(|wanted| self.is_weekday(date, *wanted)))
    }

    fn is_weekday(&self, date: Date, (nth, weekday): (i16, Weekday)) -> bool {
        if date.weekday() != weekday {
            return false;
        }
        // Which of them means something in months and years alone (RFC 5545: and not with week numbers).
        let (from_start, from_end) = match self.freq {
            _ if nth == 0 => return true,
            Freq::Monthly => days::nth_of_month(date),
            Freq::Yearly if !self.months.is_empty() => days::nth_of_month(date),
            Freq::Yearly => days::nth_of_year(date),
            _ => return true,
        };
        nth == from_start || nth == from_end
    }

    /// The times of a day that a period keeps.
    fn times(
        &self,
        period: DateTime,
        day: Date,
        found: &mut Vec<DateTime>,
        budget: &mut Budget,
    ) -> Result<(), TooMuch> {
        let one = |part: &[i16], value: i8| {
            let value = i16::from(value);
            if part.is_empty() || part.contains(&value) { vec![value] } else { Vec::new() }
        };
        let hours = if self.freq <= Freq::Hourly { one(&self.hours, period.hour()) } else { self.hours.clone() };
        let minutes =
            if self.freq <= Freq::Minutely { one(&self.minutes, period.minute()) } else { self.minutes.clone() };
        let seconds =
            if self.freq <= Freq::Secondly { one(&self.seconds, period.second()) } else { self.seconds.clone() };
        for hour in &hours {
            for minute in &minutes {
                for second in &seconds {
                    budget.spend()?;
                    let part = |value: &i16| i8::try_from(*value).unwrap_or(0);
                    if let Ok(time) = Time::new(part(hour), part(minute), part(second), 0) {
                        found.push(DateTime::from_parts(day, time));
                    }
                }
            }
        }
        Ok(())
    }
}

fn later(from: DateTime, seconds: i64) -> Option<DateTime> {
    from.checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// Whether one of two numbers is wanted; nothing wanted is everything.
fn either(wanted: &[i16], of: impl FnOnce() -> (i16, i16)) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let (from_start, from_end) = of();
    wanted.contains(&from_start) || wanted.contains(&from_end)
}

fn frequency(text: &str) -> Option<Freq> {
    Some(match text {
        "SECONDLY" => Freq::Secondly,
        "MINUTELY" => Freq::Minutely,
        "HOURLY" => Freq::Hourly,
        "DAILY" => Freq::Daily,
        "WEEKLY" => Freq::Weekly,
        "MONTHLY" => Freq::Monthly,
        "YEARLY" => Freq::Yearly,
        _ => return None,
    })
}

/// Sorted, each once: a list can be no longer than its range.
fn numbers(text: &str, least: i16, most: i16, negative: bool) -> Option<Vec<i16>> {
    let sound = |number: &i16| (least..=most).contains(number) || (negative && (least..=most).contains(&-number));
    let mut found: Vec<i16> =
        text.split(',').map(|item| item.trim().parse().ok().filter(sound)).collect::<Option<_>>()?;
    found.sort_unstable();
    found.dedup();
    Some(found)
}

fn weekdays(text: &str) -> Option<Vec<(i16, Weekday)>> {
    let item = |item: &str| {
        let item = item.trim();
        let (nth, day) = item.split_at_checked(item.len().checked_sub(2)?)?;
        let nth =
            if nth.is_empty() { 0 } else { nth.parse().ok().filter(|nth: &i16| (1..=53).contains(&nth.abs()))? };
        Some((nth, weekday(day)?))
    };
    let mut found: Vec<(i16, Weekday)> = text.split(',').map(item).collect::<Option<_>>()?;
    found.sort_unstable_by_key(|(nth, day)| (*nth, day.to_monday_zero_offset()));
    found.dedup();
    Some(found)
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Case {
        first: String,
        rule: String,
        /// The first of them.
        starts: Vec<String>,
        count: usize,
    }

    fn starts(rule: &str, first: DateTime, range: (DateTime, DateTime)) -> Result<Vec<DateTime>, TooMuch> {
        let rule = Rule::parse(rule).expect("a rule");
        let last = rule.until.map(|until| match until {
            When::Local(at) | When::Utc(at) => at,
            When::Date(date) => date.at(23, 59, 59, 0),
        });
        rule.starts(first, last, range, &mut Budget::new())
    }

    #[test]
    fn rules_give_what_another_implementation_gives() {
        let range = (datetime(2026, 3, 1, 0, 0, 0, 0), datetime(2027, 4, 5, 0, 0, 0, 0));
        let mut different = Vec::new();
        for line in include_str!("../tests/rules.jsonl").lines() {
            let case: Case = serde_json::from_str(line).expect("a case");
            let first = case.first.parse().expect("a date and time");
            let found = starts(&case.rule, first, range).expect("within the budget");
            let found: Vec<_> = found.iter().map(ToString::to_string).collect();
            if found.len() != case.count || !found.starts_with(&case.starts) {
                different.push(format!("{} from {first}: {found:?} for {:?}", case.rule, case.starts));
            }
        }
        assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    }

    /// What the other implementation takes for none.
    #[test]
    fn days_with_and_without_a_number_may_stand_together() {
        let first = datetime(2026, 5, 1, 9, 0, 0, 0);
        let range = (first, datetime(2026, 6, 1, 0, 0, 0, 0));
        let found = starts("FREQ=MONTHLY;BYDAY=SU,1MO,-1TU", first, range).expect("within the budget");
        let days: Vec<_> = found.iter().map(|start| start.day()).collect();
        assert_eq!(days, [3, 4, 10, 17, 24, 26, 31]);
    }

    #[test]
    fn rules_that_cost_too_much_are_known() {
        let first = datetime(1970, 1, 1, 0, 0, 0, 0);
        let range = (datetime(2026, 1, 1, 0, 0, 0, 0), datetime(2027, 2, 1, 0, 0, 0, 0));
        let seconds = (0..60).map(|second| second.to_string()).collect::<Vec<_>>().join(",");
        for rule in [
            "FREQ=SECONDLY".to_owned(),
            "FREQ=SECONDLY;COUNT=4000000000".to_owned(),
            "FREQ=MINUTELY;COUNT=4000000000;BYMONTH=2;BYMONTHDAY=30".to_owned(),
            format!("FREQ=YEARLY;BYHOUR=1,2,3,4,5,6;BYMINUTE={seconds};BYSECOND={seconds};BYDAY=MO,TU,WE,TH,FR"),
        ] {
            assert_eq!(starts(&rule, first, range), Err(TooMuch), "{rule}");
        }
        // Nothing in it, however long one looks.
        assert_eq!(starts("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", first, range), Ok(Vec::new()));
        assert_eq!(starts("FREQ=DAILY;INTERVAL=1000000", first, range), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in [
            "",
            "FREQ=",
            "FREQ=FORTNIGHTLY",
            "INTERVAL=1",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=DAILY;INTERVAL=99999999999999999999",
            "FREQ=DAILY;COUNT=x",
            "FREQ=DAILY;BYMONTH=13",
            "FREQ=DAILY;BYMONTHDAY=0",
            "FREQ=DAILY;BYDAY=XX",
            "FREQ=DAILY;BYDAY=é",
            "FREQ=DAILY;BYHOUR=-1",
            "RSCALE=CHINESE;FREQ=YEARLY",
        ] {
            assert_eq!(Rule::parse(text), None, "{text}");
        }
    }
}
