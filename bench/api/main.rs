//! How fast the API answers on a lot of data: `make bench-api`. One JSON line a case on the standard output.
//!
//! Requests leave at their times whatever the answers do, and are counted from when they should have left, so that a
//! server that falls behind cannot hide it.

mod booking;
mod figures;
mod people;
mod search;

use facementor::kernel::clock::{Clock, Random};
use facementor::kernel::config::Config;
use facementor::{App, Parts};

#[tokio::main]
async fn main() {
    let folder = std::env::temp_dir().join(format!("facementor-bench-api-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the data");
    let sqlite = format!("sqlite://{}", folder.join("facementor.db").display());
    let mut engines = vec![("sqlite", sqlite)];
    // As scripts/postgres.sh gives it.
    if let Ok(server) = std::env::var("FACEMENTOR_TEST_POSTGRES") {
        engines.push(("postgres", people::fresh_postgres(&server).await));
    }
    // ENGINE=postgres measures that one alone; DATABASE=postgres://… one that was filled before.
    if let Ok(url) = std::env::var("DATABASE") {
        engines = vec![(if url.starts_with("sqlite:") { "sqlite" } else { "postgres" }, url)];
    }
    let only = std::env::var("ENGINE").unwrap_or_default();
    engines.retain(|(engine, _)| only.is_empty() || only == *engine);
    for (engine, url) in engines {
        let app = start(&folder, &url).await;
        // ONLY=booking leaves the others out.
        let wanted = |part: &str| std::env::var("ONLY").map_or(true, |only| only == part);
        if wanted("booking") {
            booking::measure(&app, engine).await;
        }
        if wanted("search") {
            search::measure(&app, engine).await;
        }
        app.shut_down().await;
    }
    std::fs::remove_dir_all(&folder).expect("the data goes");
}

async fn start(folder: &std::path::Path, url: &str) -> App {
    let settings = format!(
        "data_dir = '{}'\n[http]\nlisten = '127.0.0.1:0'\ndrain_s = 1\n[ops]\nlisten = '127.0.0.1:0'\n\
         [accounts]\nsign_up_per_ip = {{ burst = 100000, per_minute = 60000 }}\n\
         [booking]\nbook_per_user = {{ burst = 100000, per_minute = 60000 }}\n\
         [sfu]\nbind = '127.0.0.1'\nport = 0\nshards = 1\n[database]\nurl = '{url}'\n",
        folder.display()
    );
    let config = Config::with(&settings).expect("sound settings");
    App::start(Parts { config, clock: Clock::System, random: Random::default() }).await.expect("the server starts")
}
