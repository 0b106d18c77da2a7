//! What mentors offer, and when.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OfferingId, UserId};

/// Something that can be booked with a mentor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offering {
    pub id: OfferingId,
    pub mentor: UserId,
    pub mentor_name: String,
    /// Whether the mentor is approved.
    pub(super) mentor_approved: bool,
    pub terms: Terms,
}

impl Offering {
    /// Whether anything of it can be booked at all.
    pub fn is_bookable(&self) -> bool {
        self.terms.is_active && self.mentor_approved
    }

    /// How long before its start an opening can last be booked.
    pub fn notice(&self) -> Duration {
        Duration::from_secs(60 * u64::try_from(self.terms.minimum_notice_minutes).unwrap_or(0))
    }

    pub fn ends_at(&self, starts_at: Timestamp) -> Timestamp {
        starts_at.plus(minutes(self.terms.minutes))
    }

    /// What a meeting takes of its mentor's time, buffers included.
    pub fn busy(&self, starts_at: Timestamp) -> (Timestamp, Timestamp) {
        let from = starts_at.minus(minutes(self.terms.buffer_before_minutes));
        (from, self.ends_at(starts_at).plus(minutes(self.terms.buffer_after_minutes)))
    }
}

fn minutes(count: i16) -> Duration {
    Duration::from_secs(60 * u64::try_from(count).unwrap_or(0))
}

/// What an offering says. Checked by [`super::terms`] on its way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OfferingTerms)]
pub struct Terms {
    /// 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120)]
    pub title: String,
    /// Up to 2000 characters; lines may break.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description: String,
    /// 15 to 480, a multiple of 5.
    #[schema(minimum = 15, maximum = 480, multiple_of = 5)]
    pub minutes: i16,
    /// In the currency's smallest unit; 0 is free.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub price_minor: i64,
    /// ISO 4217.
    #[serde(default = "euro")]
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// 1 (one-to-one) to 100.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 100)]
    pub seats: i16,
    /// Asked of whoever books; at most 10.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub questions: Vec<String>,
    /// Kept free before, 0 to 240, a multiple of 5.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 240, multiple_of = 5)]
    pub buffer_before_minutes: i16,
    /// Kept free after, 0 to 240, a multiple of 5.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 240, multiple_of = 5)]
    pub buffer_after_minutes: i16,
    /// How soon one may book, up to 30 days.
    #[serde(default = "two_hours")]
    #[schema(minimum = 0, maximum = 43_200)]
    pub minimum_notice_minutes: i32,
    /// How far ahead one may book, 1 to 365.
    #[serde(default = "two_months")]
    #[schema(minimum = 1, maximum = 365)]
    pub horizon_days: i16,
    /// Meetings of the mentor that start on one date; null: any number.
    #[serde(default)]
    #[schema(required, minimum = 1, maximum = 32_767)]
    pub max_per_day: Option<i16>,
    /// From Monday on; null: any number.
    #[serde(default)]
    #[schema(required, minimum = 1, maximum = 32_767)]
    pub max_per_week: Option<i16>,
    /// A mentee may cancel or move a booking until so long before it starts, up to 30 days.
    #[serde(default = "a_day")]
    #[schema(minimum = 0, maximum = 43_200)]
    pub cancellation_notice_minutes: i32,
    /// Whether it can be booked.
    #[serde(default = "yes")]
    pub is_active: bool,
}

impl Terms {
    /// Free and one-to-one, with the usual limits.
    pub fn new(title: &str, minutes: i16) -> Self {
        Self {
            title: title.to_owned(),
            description: String::new(),
            minutes,
            price_minor: 0,
            currency: euro(),
            seats: one(),
            questions: Vec::new(),
            buffer_before_minutes: 0,
            buffer_after_minutes: 0,
            minimum_notice_minutes: two_hours(),
            horizon_days: two_months(),
            max_per_day: None,
            max_per_week: None,
            cancellation_notice_minutes: a_day(),
            is_active: yes(),
        }
    }
}

fn euro() -> String {
    "EUR".to_owned()
}

fn one() -> i16 {
    1
}

fn two_hours() -> i32 {
    120
}

fn two_months() -> i16 {
    60
}

fn a_day() -> i32 {
    1_440
}

fn yes() -> bool {
    true
}

/// A bookable time, and for how many more people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub seats_left: i16,
}

/// When a mentor can be booked, in civil time of their zone. Checked by [`super::document`] on its way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Availability)]
pub struct Document {
    /// IANA: `Europe/Madrid`.
    pub time_zone: String,
    /// At most 100.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub weekly: Vec<WeeklyHours>,
    /// In place of the weekly hours of a date; at most 400.
    #[serde(default)]
    #[schema(max_items = 400)]
    pub overrides: Vec<DateOverride>,
    /// At most 100.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub time_off: Vec<TimeOff>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WeeklyHours {
    pub weekday: Weekday,
    #[serde(flatten)]
    pub hours: Hours,
}

/// A part of a day: `09:00` to `17:00`, in steps of five minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hours {
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][05]$")]
    pub from: String,
    /// Up to `24:00`.
    #[schema(pattern = "^(([01][0-9]|2[0-3]):[0-5][05]|24:00)$")]
    pub until: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DateOverride {
    /// `2026-12-24`.
    #[schema(format = Date)]
    pub date: String,
    /// Empty: not available on that date.
    #[serde(default)]
    #[schema(max_items = 24)]
    pub windows: Vec<Hours>,
}

/// Whole days without meetings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimeOff {
    #[schema(format = Date)]
    pub first_day: String,
    /// Inclusive.
    #[schema(format = Date)]
    pub last_day: String,
    /// For the mentor's own eyes, up to 200 characters.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl From<Weekday> for jiff::civil::Weekday {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}
