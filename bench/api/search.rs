//! Search over many mentors.

use std::time::Instant;

use facementor::App;
use facementor::discovery::Search;

use crate::figures::{line, percentile, steady};
use crate::people::{self, Dice, skill, word};

const MENTORS: usize = 50_000;
const RATE: u32 = 50;
const SECONDS: u32 = 20;
/// The promise of the product, at the 99th percentile.
const TARGET_MS: f64 = 80.0;

pub(crate) async fn measure(app: &App, engine: &str) {
    let count = std::env::var("MENTORS").ok().and_then(|text| text.parse().ok()).unwrap_or(MENTORS);
    let anyone = app.state.discovery.search(&Search::default(), None, 1).await.expect("search answers");
    if anyone.items.is_empty() {
        let start = Instant::now();
        people::make(&app.state.kernel.db, count).await;
        let found = app.state.discovery.rebuild().await.expect("search is built");
        eprintln!("{engine}: {found} mentors made and indexed in {:.0} s", start.elapsed().as_secs_f64());
    }
    let base = format!("http://{}", app.address());
    let paths = searches();
    steady(&base, &paths, RATE, 2).await;
    let times = steady(&base, &paths, RATE, SECONDS).await;
    eprintln!("{engine}: p50 {:.1} ms, slowest {:.1} ms", percentile(&times, 0.5), percentile(&times, 1.0));
    line(&format!("search-{engine}-p99"), percentile(&times, 0.99), TARGET_MS);
}

/// What people ask: nothing yet, one word, beginnings as they type, several words, filters; common and rare ones.
fn searches() -> Vec<String> {
    let mut dice = Dice(7);
    let mut paths = vec!["/api/mentors".to_owned()];
    for _ in 0..60 {
        let (one, two) = (word(dice.common(5_000)), word(dice.common(5_000)));
        let (three, rare) = (word(dice.common(50)), word(dice.common(20_000)));
        let filter = skill(dice.common(100)).replace(' ', "-");
        paths.extend([
            format!("/api/mentors?q={one}"),
            format!("/api/mentors?q={}", &one[..2]),
            format!("/api/mentors?q={}", one.get(..4).unwrap_or(&one)),
            format!("/api/mentors?q={one}+{two}"),
            format!("/api/mentors?q={three}+{}", &two[..2]),
            format!("/api/mentors?q={one}+{two}+{three}"),
            format!("/api/mentors?q={rare}&language=en"),
            format!("/api/mentors?skill={filter}"),
            format!("/api/mentors?skill={filter}&language=ja&q={three}"),
            "/api/mentors?language=hr&limit=50".to_owned(),
            "/api/mentors?price_max=0".to_owned(),
            format!("/api/mentors?q={one}&price_min=5000&price_max=10000"),
            "/api/mentors?sort=price&price_min=20000".to_owned(),
            format!("/api/mentors?skill={filter}&rating_min=4.4"),
            "/api/mentors?rating_min=4.7&sort=soonest".to_owned(),
            format!("/api/mentors?q={three}&free_this_week=1&sort=rating"),
            "/api/mentors?free_this_week=1&time_zone=Africa%2FLagos".to_owned(),
            format!("/api/mentors?q={}&sort=price", &two[..2]),
            format!("/api/mentors?q={rare}&sort=soonest&price_max=3000"),
            "/api/mentors?sort=rating&language=ja".to_owned(),
            "/api/mentors?sort=soonest".to_owned(),
        ]);
    }
    paths
}
