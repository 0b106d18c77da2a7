//! The openings of the rules beside those of an oracle (tests/zones/oracle.py): `make test-zones`.

use std::collections::{BTreeMap, BTreeSet};

use facementor::availability::{Calendar, Length, Limits, Minutes, Window, openings_by_rules};
use jiff::civil::Weekday;
use jiff::tz::TimeZoneDatabase;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Case {
    zone: String,
    windows: Vec<(Minutes, Minutes)>,
    minutes: i64,
    from_ms: i64,
    until_ms: i64,
    starts_ms: Vec<i64>,
}

/// The starts that the rules find.
fn found(case: &Case) -> Vec<i64> {
    let zone = TimeZoneDatabase::bundled().get(&case.zone).expect("a zone of the bundled database");
    let windows = case.windows.iter().map(|&(from, until)| Window { from, until });
    let days = (0..7).map(|day| Weekday::from_monday_zero_offset(day).expect("a weekday"));
    let weekly = days.flat_map(|day| windows.clone().map(move |window| (day, window))).collect();
    let calendar = Calendar { zone, weekly, overrides: BTreeMap::new(), time_off: Vec::new() };
    let at = |ms| Timestamp::from_millisecond(ms).expect("an instant");
    let zero = SignedDuration::ZERO;
    let length = Length { meeting: SignedDuration::from_mins(case.minutes), buffer_before: zero, buffer_after: zero };
    let limits =
        Limits { minimum_notice: zero, horizon: SignedDuration::from_hours(24 * 365), per_day: None, per_week: None };
    let range = (at(case.from_ms), at(case.until_ms));
    let openings = openings_by_rules(range.0, &calendar, length, limits, &[], range);
    openings.iter().map(|opening| opening.starts_at.as_millisecond()).collect()
}

#[test]
#[ignore = "needs the oracle's cases; make test-zones"]
fn the_rules_and_the_oracle_agree_on_every_change_of_clocks() {
    let path = std::env::var("ZONES_CASES").expect("ZONES_CASES names the oracle's cases");
    let text = std::fs::read_to_string(path).expect("cases");
    let (mut cases, mut openings, mut zones, mut different) = (0, 0, BTreeSet::new(), Vec::new());
    for line in text.lines() {
        let case: Case = serde_json::from_str(line).expect("a case");
        cases += 1;
        openings += case.starts_ms.len();
        if found(&case) != case.starts_ms {
            different.push(format!("{} from {} windows {:?}", case.zone, case.from_ms, case.windows));
        }
        zones.insert(case.zone);
    }
    println!(
        "{}",
        json!({"case": "zones", "cases": cases, "zones": zones.len(), "openings": openings,
        "differences": different.len()})
    );
    assert!(cases > 10_000, "only {cases} cases");
    assert_eq!(different, Vec::<String>::new());
}
