//! A fresh database per test: a file for SQLite, a copy of a migrated template for PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use facementor::kernel::db::Db;
use sqlx::{AssertSqlSafe, Connection};
use tokio::sync::OnceCell;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A folder for the server's data, and a database; the folder goes when the test ends.
pub(crate) struct TestDatabase {
    folder: PathBuf,
    url: String,
}

impl TestDatabase {
    pub(crate) async fn create(engine: Engine) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("facementor_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).expect("a writable temporary folder");
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.join("facementor.db").display()),
            Engine::Postgres => {
                let template = template().await;
                execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
                postgres_url(&name)
            }
        };
        Self { folder, url }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn engine(&self) -> Engine {
        if self.url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // What is left behind is in the temporary folder; the databases go with their server.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let make = async || {
        let name = format!("template_{}", std::process::id());
        execute(&format!("CREATE DATABASE {name}")).await;
        let db = Db::open(&postgres_url(&name), 1).await.expect("the template opens");
        db.migrate().await.expect("the migrations apply");
        db.close().await;
        name
    };
    TEMPLATE.get_or_init(make).await
}

async fn execute(sql: &str) {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(server()).await.expect("PostgreSQL answers");
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.expect("a database can be made");
    conn.close().await.expect("closes");
}

fn postgres_url(database: &str) -> String {
    let (server, _) = server().rsplit_once('/').expect("a URL with a database");
    format!("{server}/{database}")
}

/// The superuser's URL of a PostgreSQL that lives as long as this process; `make test` brings its own.
fn server() -> &'static str {
    static SERVER: OnceLock<String> = OnceLock::new();
    SERVER.get_or_init(|| {
        if let Ok(url) = std::env::var("FACEMENTOR_TEST_POSTGRES") {
            return url;
        }
        let folder = std::env::temp_dir().join(format!("facementor-postgres-{}", std::process::id()));
        let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres.sh"))
            .arg("start")
            .arg(folder)
            .args(["--for", &std::process::id().to_string()])
            .output()
            .expect("scripts/postgres.sh runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a URL").trim().to_owned()
    })
}
