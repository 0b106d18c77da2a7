//! Made-up mentors: the same ones every time, with words as common and as rare as words are.

use facementor::kernel::db::Db;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor};
use uuid::Uuid;

const ROWS: usize = 500;
const SYLLABLES: &[&str] = &[
    "ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu", "ish", "an", "er", "ol",
];
const ZONES: &[&str] = &["Europe/Paris", "America/New_York", "Asia/Kolkata", "UTC", "Asia/Tokyo", "Africa/Lagos"];
const DAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday"];
const LANGUAGES: &[&str] = &["en", "es", "de", "fr", "pt", "it", "hr", "ja"];

/// A sequence that is the same every time (SplitMix64, Steele et al. 2014).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `count`, the first ones far more often: the n-th about as often as 1/n (Zipf's law).
    pub(crate) fn common(&mut self, count: usize) -> usize {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        (((count as f64 + 1.0).powf(unit) - 1.0) as usize).min(count - 1)
    }
}

/// The n-th word of a language nobody speaks.
pub(crate) fn word(mut n: usize) -> String {
    let mut word = String::new();
    n += SYLLABLES.len();
    while n > 0 {
        word.push_str(SYLLABLES[n % SYLLABLES.len()]);
        n /= SYLLABLES.len();
    }
    word
}

/// The n-th skill: one word or two.
pub(crate) fn skill(n: usize) -> String {
    if n.is_multiple_of(3) { format!("{} {}", word(n), word(n / 3)) } else { word(n) }
}

/// Approved mentors with profiles, straight into the tables: signing up 50,000 people would take the night.
pub(crate) async fn make(db: &Db, count: usize) {
    let mut dice = Dice(5);
    for first in (0..count).step_by(ROWS) {
        let (mut users, mut mentors) = (Vec::new(), Vec::new());
        let (mut hours, mut offerings, mut ratings) = (Vec::new(), Vec::new(), Vec::new());
        for number in first..(first + ROWS).min(count) {
            let id = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, 1_700_000_000 + number as u64, 0));
            let name = format!("{} {}", word(dice.common(3_000)), word(dice.common(20_000)));
            let text = |dice: &mut Dice, words: usize| {
                (0..words).map(|_| word(dice.common(20_000))).collect::<Vec<_>>().join(" ")
            };
            let (headline, about) = (text(&mut dice, 7), text(&mut dice, 60));
            let skills: Vec<_> = (0..5).map(|_| skill(dice.common(1_000))).collect();
            let language = [LANGUAGES[dice.common(LANGUAGES.len())]];
            users.push(format!("('{id}', 'm{number}@x.test', 'm{number}@x.test', '{name}', '-', 0, 1700000000000)"));
            // A quarter is free, and most are free this week; two thirds have reviews.
            let price = [0, 1_500, 3_000, 4_000, 5_000, 7_500, 10_000, 25_000][dice.common(8)];
            let notice = [120, 1_440, 2_880, 20_000][dice.common(4)];
            hours.push(format!(
                "('{id}', '{{\"time_zone\":\"{}\",\"weekly\":[{{\"weekday\":\"{}\",\"from\":\"09:00\",\"until\":\"17:00\"}}],\
                   \"overrides\":[],\"time_off\":[]}}', 0)",
                ZONES[dice.common(ZONES.len())],
                DAYS[dice.common(DAYS.len())]
            ));
            let offering = Uuid::from_u128(id.as_u128() ^ 1);
            offerings.push(format!(
                "('{offering}', '{id}', 'Half an hour', '', 30, {price}, 'EUR', 1, '[]', 0, 0, {notice}, 60, 1440, 1, 0, 0)"
            ));
            let reviews = dice.common(40);
            ratings.push(format!("('{id}', {reviews}, {})", reviews + reviews * 4 * (50 + dice.common(50)) / 100));
            mentors.push(format!(
                "('{id}', 'approved', 1700000000000, 'm-{number}', '{headline}', '{about}', '{}', '{}')",
                json!(skills),
                json!(language)
            ));
        }
        let users = format!(
            "INSERT INTO users (id, email, email_key, display_name, password_hash, is_admin, created_at_ms) VALUES {}",
            users.join(", ")
        );
        let mentors = format!(
            "INSERT INTO mentors (user_id, status, created_at_ms, slug, headline, about, skills, languages) VALUES {}",
            mentors.join(", ")
        );
        let statements = &[
            users,
            mentors,
            format!("INSERT INTO availability (mentor_id, document, updated_at_ms) VALUES {}", hours.join(", ")),
            format!(
                "INSERT INTO offerings (id, mentor_id, title, description, minutes, price_minor, currency, seats, questions,
                   buffer_before_minutes, buffer_after_minutes, minimum_notice_minutes, horizon_days,
                   cancellation_notice_minutes, is_active, created_at_ms, updated_at_ms) VALUES {}",
                offerings.join(", ")
            ),
            format!("INSERT INTO mentor_ratings (mentor_id, reviews, stars) VALUES {}", ratings.join(", ")),
        ];
        db.write(|mut tx| {
            Box::pin(async move {
                for statement in statements {
                    tx.execute(sqlx::raw_sql(AssertSqlSafe(statement.clone()))).await?;
                }
                Ok::<_, sqlx::Error>(())
            })
        })
        .await
        .expect("the mentors are stored");
    }
}

/// A database of our own on the server at `url`.
pub(crate) async fn fresh_postgres(url: &str) -> String {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(url).await.expect("PostgreSQL answers");
    let name = format!("bench_api_{}", std::process::id());
    let sql = format!("CREATE DATABASE {name}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.expect("a database can be made");
    let (server, _) = url.rsplit_once('/').expect("a URL with a database");
    format!("{server}/{name}")
}
