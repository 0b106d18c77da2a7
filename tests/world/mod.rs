//! A whole server in this process, on a port of its own, with its own database and a clock that stands still.

mod app;
mod browser;
mod database;
mod passkey;
mod process;

use std::time::Duration;

use facementor::kernel::clock::{Clock, Random, Timestamp, VirtualClock};
use facementor::kernel::config::Config;
use facementor::{App, AppState, Parts};

pub(crate) use app::code;
pub(crate) use browser::{Answer, Browser};
pub(crate) use database::{Engine, TestDatabase};
pub(crate) use passkey::{Authenticator, PRESENT};
pub(crate) use process::{Process, bare, facementor, stderr, stdout};

/// Password of everyone here.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Tests run for SQLite and for PostgreSQL: `both_engines! { async fn a_sentence(world: World) { … } }`.
#[macro_export]
macro_rules! both_engines {
    ($(async fn $name:ident($world:ident: World) $body:block)+) => {$(
        async fn $name($world: $crate::world::World) $body

        mod $name {
            #[tokio::test]
            async fn sqlite() {
                super::$name($crate::world::World::start($crate::world::Engine::Sqlite).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$name($crate::world::World::start($crate::world::Engine::Postgres).await).await;
            }
        }
    )+};
}

pub(crate) struct World {
    app: App,
    time: VirtualClock,
    database: TestDatabase,
    overrides: String,
}

impl World {
    pub(crate) async fn start(engine: Engine) -> Self {
        Self::with(engine, "").await
    }

    /// With more settings, as TOML.
    pub(crate) async fn with(engine: Engine, settings: &str) -> Self {
        let database = TestDatabase::create(engine).await;
        let time = VirtualClock::starting_at(Timestamp(1_764_000_000_000));
        let app = start(&database, &time, settings).await;
        Self { app, time, database, overrides: settings.to_owned() }
    }

    /// Stops the server and starts it again on the same data, at the same time.
    pub(crate) async fn restart(self) -> Self {
        let Self { app, time, database, overrides } = self;
        app.shut_down().await;
        let app = start(&database, &time, &overrides).await;
        Self { app, time, database, overrides }
    }

    pub(crate) fn engine(&self) -> Engine {
        self.database.engine()
    }

    /// The server's insides, for what no request can do.
    pub(crate) fn state(&self) -> &AppState {
        &self.app.state
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.app.address()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.app.address())
    }

    pub(crate) fn ops_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.app.ops_address())
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.time.now().0
    }

    pub(crate) fn advance(&self, duration: Duration) {
        self.time.advance(duration);
    }

    /// Until the outbox's handlers have heard all news.
    pub(crate) async fn settle(&self) {
        self.state().kernel.outbox.settled().await;
    }

    /// Someone without cookies.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(format!("http://{}", self.app.address()))
    }

    /// Someone who has just signed up; their e-mail is `<name>@example.test`.
    pub(crate) async fn person(&self, name: &str) -> Browser {
        let browser = self.browser();
        let email = format!("{}@example.test", name.to_lowercase());
        let body = serde_json::json!({"email": email, "password": PASSWORD, "display_name": name});
        browser.post("/api/accounts/sign-up", &body).await.expect(201);
        browser
    }

    /// Someone who may open sessions.
    pub(crate) async fn mentor(&self, name: &str) -> Browser {
        let browser = self.person(name).await;
        let email = format!("{}@example.test", name.to_lowercase());
        facementor::admin::approve_mentor(&self.state().kernel, &email).await.expect("signed up");
        browser
    }
}

async fn start(database: &TestDatabase, time: &VirtualClock, settings: &str) -> App {
    let config = Config::with(&merged(database, settings)).expect("sound settings");
    let parts = Parts { config, clock: Clock::Virtual(time.clone()), random: Random::default() };
    App::start(parts).await.expect("the server starts")
}

/// The world's settings with `settings` on top, table by table.
fn merged(database: &TestDatabase, settings: &str) -> String {
    let mut table: toml::Table = toml::toml! {
        [http]
        listen = "127.0.0.1:0"
        drain_s = 1
        [ops]
        listen = "127.0.0.1:0"
        [sfu]
        bind = "127.0.0.1"
        port = 0
        shards = 1
        [accounts]
        sign_up_per_ip = { burst = 1000, per_minute = 1000 }
    };
    table.insert("data_dir".to_owned(), database.folder().display().to_string().into());
    table.insert("database".to_owned(), toml::toml! { max_connections = 4 }.into());
    overlay(&mut table, toml::from_str(&format!("[database]\nurl = '{}'", database.url())).expect("TOML"));
    overlay(&mut table, toml::from_str(settings).expect("settings are TOML"));
    table.to_string()
}

fn overlay(base: &mut toml::Table, top: toml::Table) {
    for (key, value) in top {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => overlay(below, above),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}
