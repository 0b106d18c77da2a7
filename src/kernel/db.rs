//! The database: SQLite or PostgreSQL behind `sqlx::Any`, one SQL text for both.
//!
//! [`Db::write`] alone opens write transactions. SQLite has one writing connection (`BEGIN IMMEDIATE`, so that a
//! transaction never fails half-way for a lock); PostgreSQL transactions that lose a deadlock or a serialization
//! conflict run again from their start.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, ConnectOptions, Executor, SqlSafeStr};

/// The portable schema, embedded: every file of migrations/, in order. (`sqlx::migrate!` would compile both database
/// drivers a second time, for the macro.)
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "foundation", include_str!("../../migrations/0001_foundation.sql")),
    (2, "live", include_str!("../../migrations/0002_live.sql")),
    (3, "end_to_end", include_str!("../../migrations/0003_end_to_end.sql")),
    (5, "mentors", include_str!("../../migrations/0005_mentors.sql")),
    (6, "accounts", include_str!("../../migrations/0006_accounts.sql")),
    (7, "availability", include_str!("../../migrations/0007_availability.sql")),
    (8, "booking", include_str!("../../migrations/0008_booking.sql")),
    (9, "identities", include_str!("../../migrations/0009_identities.sql")),
    (10, "second_factor", include_str!("../../migrations/0010_second_factor.sql")),
    (11, "passkeys", include_str!("../../migrations/0011_passkeys.sql")),
    (12, "erased", include_str!("../../migrations/0012_erased.sql")),
    (15, "holds", include_str!("../../migrations/0015_holds.sql")),
    (16, "proposals", include_str!("../../migrations/0016_proposals.sql")),
    (17, "waitlist", include_str!("../../migrations/0017_waitlist.sql")),
    (20, "busy_calendars", include_str!("../../migrations/0020_busy_calendars.sql")),
    (21, "calendar_feeds", include_str!("../../migrations/0021_calendar_feeds.sql")),
    (22, "session_notes", include_str!("../../migrations/0022_session_notes.sql")),
    (25, "attendance", include_str!("../../migrations/0025_attendance.sql")),
    (26, "reviews", include_str!("../../migrations/0026_reviews.sql")),
    (27, "search_facts", include_str!("../../migrations/0027_search_facts.sql")),
    (28, "profile_versions", include_str!("../../migrations/0028_profile_versions.sql")),
];

/// How often a PostgreSQL transaction that lost a conflict is tried in all.
const ATTEMPTS: u32 = 8;

/// SQLite waits this long for another process (a backup, `facementor migrate`) to let go of the file.
const BUSY_TIMEOUT_MS: u32 = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("database.url must start with sqlite: or postgres:")]
    UnknownEngine,
    #[error("cannot open the database: {0}")]
    Open(#[source] sqlx::Error),
    #[error("cannot bring the schema up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// Lets [`Db::write`] see a database error inside a domain's own error, to know what is worth another try.
pub trait DatabaseFault {
    fn database_fault(&self) -> Option<&sqlx::Error>;
}

impl DatabaseFault for sqlx::Error {
    fn database_fault(&self) -> Option<&sqlx::Error> {
        Some(self)
    }
}

/// A write transaction's connection. `'s` is what the work may borrow; it outlives `'c`, the transaction. (An async
/// closure would say the same, but its future cannot yet be promised to be `Send`.)
pub struct Tx<'c, 's> {
    conn: &'c mut AnyConnection,
    scope: PhantomData<&'c &'s ()>,
}

impl Deref for Tx<'_, '_> {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.conn
    }
}

impl DerefMut for Tx<'_, '_> {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.conn
    }
}

/// The pools. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    readers: AnyPool,
    writers: AnyPool,
}

impl Db {
    /// Opens the database at `url`, without touching its schema. A missing SQLite file is created.
    pub async fn open(url: &str, max_connections: u32) -> Result<Self, DbError> {
        sqlx::any::install_default_drivers();
        let engine = engine_of(url)?;
        let options = |url: &str| url.parse::<AnyConnectOptions>().map(|options| options.disable_statement_logging());
        match engine {
            Engine::Postgres => {
                let options = options(url).map_err(DbError::Open)?;
                let pool = pool(max_connections).connect_with(options).await.map_err(DbError::Open)?;
                Ok(Self { engine, readers: pool.clone(), writers: pool })
            }
            Engine::Sqlite => {
                let separator = if url.contains('?') { '&' } else { '?' };
                let options = options(&format!("{url}{separator}mode=rwc")).map_err(DbError::Open)?;
                let writers = sqlite_pool(1).connect_with(options.clone()).await.map_err(DbError::Open)?;
                let readers = sqlite_pool(max_connections).connect_with(options).await.map_err(DbError::Open)?;
                Ok(Self { engine, readers, writers })
            }
        }
    }

    /// Applies the migrations that are missing.
    pub async fn migrate(&self) -> Result<(), DbError> {
        let migration = |(version, name, sql): &(i64, &'static str, &'static str)| {
            Migration::new(*version, (*name).into(), MigrationType::Simple, (*sql).into_sql_str(), false)
        };
        Ok(Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect()).run(&self.writers).await?)
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A connection to read with; it sees everything committed before.
    pub async fn read(&self) -> Result<PoolConnection<Any>, sqlx::Error> {
        self.readers.acquire().await
    }

    /// Runs `work` in a write transaction: committed when it returns Ok, rolled back when it returns Err or is dropped.
    /// `work` may run several times; it must have no effects outside `conn`.
    ///
    /// ```ignore
    /// db.write(|mut tx| Box::pin(async move { store::insert(&mut tx, &row).await })).await
    /// ```
    pub async fn write<'s, T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: for<'c> FnMut(Tx<'c, 's>) -> BoxFuture<'c, Result<T, E>>,
        E: From<sqlx::Error> + DatabaseFault,
    {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        let mut attempt = 1;
        loop {
            let mut transaction = self.writers.begin_with(begin).await?;
            let outcome = match work(Tx { conn: &mut transaction, scope: PhantomData }).await {
                Ok(value) => transaction.commit().await.map(|()| value).map_err(E::from),
                Err(error) => {
                    transaction.rollback().await?;
                    Err(error)
                }
            };
            match outcome {
                Err(error) if attempt < ATTEMPTS && error.database_fault().is_some_and(is_conflict) => {
                    // Real time on purpose: other transactions finish by it, whatever the clock of the domain says.
                    tokio::time::sleep(Duration::from_millis(1 << attempt)).await;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1").execute(&mut *self.read().await?).await.map(|_| ())
    }

    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

/// Whether `error` says that a unique key is taken already.
pub fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

/// `$1, $2, …`: so many places of a statement, numbered from `first` on.
pub fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

fn engine_of(url: &str) -> Result<Engine, DbError> {
    match url.split_once(':') {
        Some(("sqlite", _)) => Ok(Engine::Sqlite),
        Some(("postgres" | "postgresql", _)) => Ok(Engine::Postgres),
        _ => Err(DbError::UnknownEngine),
    }
}

fn pool(max_connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(max_connections).acquire_timeout(Duration::from_secs(10))
}

fn sqlite_pool(max_connections: u32) -> AnyPoolOptions {
    pool(max_connections).after_connect(|conn, _| {
        Box::pin(async move {
            conn.execute(sqlx::AssertSqlSafe(format!(
                "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON"
            )))
            .await?;
            Ok(())
        })
    })
}

/// PostgreSQL's deadlock_detected and serialization_failure (its manual, appendix A).
fn is_conflict(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("40P01" | "40001"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_file_is_embedded() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).expect("migrations/");
        let mut files: Vec<_> =
            folder.map(|file| file.expect("a file").file_name().into_string().expect("ASCII")).collect();
        files.sort();
        let embedded: Vec<_> = MIGRATIONS.iter().map(|(version, name, _)| format!("{version:04}_{name}.sql")).collect();
        assert_eq!(files, embedded);
    }
}
