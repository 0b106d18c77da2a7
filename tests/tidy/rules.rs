//! The rules of the repository, each a function from one file to what breaks it.

use super::code::Code;

/// Which domains a domain may call. Calls go rightwards along
/// `admin, discovery, privacy → notifications → reviews, recordings → live → booking → availability → mentors, payments →
/// accounts → kernel`; news travels leftwards through the outbox.
const CALLS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("accounts", &["kernel"]),
    ("mentors", &["accounts", "kernel"]),
    ("payments", &["accounts", "kernel"]),
    ("availability", &["mentors", "accounts", "kernel"]),
    ("booking", &["availability", "mentors", "payments", "accounts", "kernel"]),
    ("notes", &["booking", "accounts", "kernel"]),
    ("live", &["booking", "availability", "mentors", "payments", "accounts", "kernel"]),
    ("reviews", &["live", "booking", "availability", "mentors", "payments", "accounts", "kernel"]),
    ("recordings", &["live", "booking", "availability", "mentors", "payments", "accounts", "kernel"]),
    (
        "notifications",
        &["reviews", "recordings", "live", "booking", "availability", "mentors", "payments", "accounts", "kernel"],
    ),
    ("admin", EVERY_DOMAIN),
    ("discovery", EVERY_DOMAIN),
    ("privacy", EVERY_DOMAIN),
    // Health and metrics of the process; what a domain counts, it registers with the kernel itself.
    ("ops", &["live", "accounts", "kernel"]),
];

const EVERY_DOMAIN: &[&str] = &[
    "notifications",
    "reviews",
    "recordings",
    "live",
    "notes",
    "booking",
    "availability",
    "mentors",
    "payments",
    "accounts",
    "kernel",
];

/// Macros of the kernel live at the crate's root.
const ROOT_MACROS: &[&str] = &["row_id"];

/// Packages of the media plane: HTTP meets them in `live` alone.
const MEDIA_PACKAGES: &[&str] = &["sfu", "sfu_core", "signaling"];

/// What signaling may know of the media plane: ids and their companions.
const MEDIA_IDS: &[&str] = &["MediaKind", "ParticipantId", "RoomId", "SlotIndex", "Source"];

const AMBIENT: &[&str] = &[
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Timestamp::now",
    "Zoned::now",
    "OffsetDateTime::now_utc",
    ".elapsed()",
    "rand::rng",
    "rand::random",
    "rand::fill",
    "rand::make_rng",
    "thread_rng",
    "OsRng",
    "SysRng",
    "SystemRandom::new",
    "from_os_rng",
    "getrandom",
    "Uuid::now_v7",
    "Uuid::new_v4",
];

/// Everything a sans-IO package has no business with.
const IO: &[&str] =
    &["tokio", "std::thread", "std::fs", "std::env", "std::process", "UdpSocket", "TcpStream", "TcpListener"];

const LONG: usize = 400;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) what: String,
}

/// One Rust file: its path from the repository's root, with `/` between, and its content.
pub(crate) struct File<'a> {
    pub(crate) path: &'a str,
    pub(crate) source: &'a str,
    pub(crate) code: Code,
}

impl<'a> File<'a> {
    pub(crate) fn new(path: &'a str, source: &'a str) -> Self {
        Self { path, source, code: Code::read(source) }
    }

    pub(crate) fn violations(&self) -> Vec<Violation> {
        let mut found = self.attributes();
        if !self.is_test() {
            found.extend(self.foreign_calls());
            found.extend(self.foreign_packages());
            found.extend(self.sql_outside_stores());
            found.extend(self.transactions());
            found.extend(self.ambient());
            found.extend(self.input_and_output());
        }
        found
    }

    /// Files with, likely, a second idea in them: worth a look, not a failure.
    pub(crate) fn is_long(&self) -> bool {
        self.source.lines().count() > LONG
    }

    fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self
                .path
                .split('/')
                .any(|part| matches!(part, "tests" | "tests.rs" | "fuzzing" | "fuzzing.rs" | "benches" | "examples"))
    }

    /// `booking` for `src/booking/store.rs`. Files directly in src/ compose the domains and may know them all.
    fn domain(&self) -> Option<&str> {
        self.path.strip_prefix("src/")?.split_once('/').map(|(domain, _)| domain)
    }

    fn foreign_calls(&self) -> Vec<Violation> {
        let Some(domain) = self.domain() else { return Vec::new() };
        let Some((_, may_call)) = CALLS.iter().find(|(name, _)| *name == domain) else {
            return vec![
                self.violation(1, format!("src/{domain}/ is not in the table of domains (tests/tidy/rules.rs)")),
            ];
        };
        let allowed = |name: &str| name == domain || may_call.contains(&name) || ROOT_MACROS.contains(&name);
        let mut found: Vec<_> = self
            .code
            .names_under("crate")
            .into_iter()
            .filter(|(_, name)| !allowed(name))
            .map(|(line, name)| self.violation(line, format!("{domain} may not call {name}: send news by the outbox")))
            .collect();
        // `super` enough times leaves the domain without saying `crate`.
        let depth = self.path.split('/').count() - 1 - usize::from(self.path.ends_with("/mod.rs"));
        for line in self.code.lines_with(&["super"; 16][..depth.min(16)].join("::")) {
            found.push(self.violation(line, format!("leaves {domain} through super: write crate::")));
        }
        found
    }

    fn foreign_packages(&self) -> Vec<Violation> {
        let names_of = |package: &str| self.code.names_under(package);
        if self.path.starts_with("signaling/") {
            let mut found = Vec::new();
            for (line, name) in names_of("sfu_core") {
                if !MEDIA_IDS.contains(&name.as_str()) {
                    found.push(self.violation(line, format!("signaling takes only ids from sfu-core, not {name}")));
                }
            }
            return found;
        }
        let Some(domain) = self.domain().filter(|domain| *domain != "live") else { return Vec::new() };
        let packages =
            MEDIA_PACKAGES.iter().flat_map(|package| names_of(package).into_iter().map(move |at| (at.0, package)));
        packages
            .map(|(line, package)| self.violation(line, format!("only live may use {package}, not {domain}")))
            .collect()
    }

    fn sql_outside_stores(&self) -> Vec<Violation> {
        let store = self.path.split('/').any(|part| matches!(part, "store" | "store.rs"));
        if !self.path.starts_with("src/") || store || self.domain() == Some("kernel") {
            return Vec::new();
        }
        let calls = ["query", "query_as", "query_scalar", "query_with", "raw_sql", "QueryBuilder"];
        let calls = calls.iter().flat_map(|name| self.code.lines_with(&format!("sqlx::{name}")));
        let texts = self.code.strings.iter().filter(|(_, text)| is_sql(text)).map(|(line, _)| *line);
        let mut lines: Vec<_> = calls.chain(texts).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.into_iter().map(|line| self.violation(line, "SQL outside store.rs".to_owned())).collect()
    }

    fn transactions(&self) -> Vec<Violation> {
        if !self.path.starts_with("src/") || self.path == "src/kernel/db.rs" {
            return Vec::new();
        }
        let calls =
            [".begin()", ".begin_with(", "Transaction::begin"].iter().flat_map(|call| self.code.lines_with(call));
        // `BEGIN:VEVENT` is a calendar's.
        let opens = |text: &str| text.trim_start().strip_prefix("BEGIN").is_some_and(|rest| !rest.starts_with(':'));
        let texts = self.code.strings.iter().filter(|(_, text)| opens(text)).map(|(line, _)| *line);
        let what = "only kernel::db::Db::write opens transactions";
        calls.chain(texts).map(|line| self.violation(line, what.to_owned())).collect()
    }

    fn ambient(&self) -> Vec<Violation> {
        let injected =
            ["src/", "ical/src/", "sfu/core/src/", "signaling/src/"].iter().any(|folder| self.path.starts_with(folder));
        if !injected || self.path.starts_with("src/kernel/clock") {
            return Vec::new();
        }
        let found =
            AMBIENT.iter().flat_map(|name| self.code.lines_with(name).into_iter().map(move |line| (line, name)));
        found.map(|(line, name)| self.violation(line, format!("{name}: time and randomness are injected"))).collect()
    }

    fn input_and_output(&self) -> Vec<Violation> {
        if !["ical/src/", "sfu/core/src/", "signaling/src/"].iter().any(|folder| self.path.starts_with(folder)) {
            return Vec::new();
        }
        let found = IO.iter().flat_map(|name| self.code.lines_with(name).into_iter().map(move |line| (line, name)));
        found.map(|(line, name)| self.violation(line, format!("{name}: this package is sans-IO"))).collect()
    }

    fn attributes(&self) -> Vec<Violation> {
        let found = ["#[allow", "#![allow"].iter().flat_map(|attribute| self.code.lines_with(attribute));
        found.map(|line| self.violation(line, "write #[expect(…, reason = \"…\")]".to_owned())).collect()
    }

    fn violation(&self, line: usize, what: String) -> Violation {
        Violation { path: self.path.to_owned(), line, what }
    }
}

/// Whether a literal is a statement, not a sentence that starts like one.
fn is_sql(text: &str) -> bool {
    let text = text.trim_start();
    let starts = |word: &str| text.starts_with(word);
    (starts("SELECT ") && text.contains(" FROM "))
        || starts("INSERT INTO ")
        || starts("DELETE FROM ")
        || (starts("UPDATE ") && text.contains(" SET "))
        || (starts("WITH ") && text.contains(" AS ("))
}
