//! Configuration: the embedded `config/default.toml`, then a file, then `FACEMENTOR_…` variables (`__` between levels).

mod calendars;
mod mail;
mod provider;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

use super::logs::LogFormat;
use super::rate_limit::Rate;

pub use calendars::CalendarsConfig;
pub use mail::{MailConfig, MailSecurity};
pub use provider::ProviderConfig;

const DEFAULTS: &str = include_str!("../../config/default.toml");
const PREFIX: &str = "FACEMENTOR_";

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {} does not exist", .0.display())]
    NoFile(PathBuf),
    /// One line per mistake.
    #[error("{}", .0.join("\n"))]
    Invalid(Vec<String>),
}

/// Every setting. `config/default.toml` explains each; unknown ones are refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub name: String,
    pub data_dir: PathBuf,
    pub demo: bool,
    pub http: HttpConfig,
    pub tls: TlsConfig,
    pub ops: OpsConfig,
    pub database: DatabaseConfig,
    pub accounts: AccountsConfig,
    pub booking: BookingConfig,
    pub calendars: CalendarsConfig,
    pub notes: NotesConfig,
    pub mail: MailConfig,
    pub google: ProviderConfig,
    pub oidc: ProviderConfig,
    pub live: LiveConfig,
    pub turn: TurnConfig,
    pub sfu: SfuConfig,
    pub logs: LogsConfig,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    pub listen: SocketAddr,
    /// Empty: derived from each request.
    pub public_url: String,
    #[serde(deserialize_with = "list")]
    pub trusted_proxies: Vec<Network>,
    #[serde(deserialize_with = "list")]
    pub cors_origins: Vec<String>,
    /// Whose pages may show the booking frame; `*` is everybody's.
    #[serde(deserialize_with = "list")]
    pub embed_origins: Vec<String>,
    pub body_limit_bytes: usize,
    pub timeout_s: u64,
    /// How long open requests and calls may go on after SIGTERM.
    pub drain_s: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// PEM files; both empty: plain HTTP.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl TlsConfig {
    pub fn is_on(&self) -> bool {
        !self.certificate.as_os_str().is_empty()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpsConfig {
    pub listen: SocketAddr,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// Empty: SQLite in the data folder.
    pub url: String,
    pub max_connections: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountsConfig {
    pub access_token_s: u64,
    pub refresh_token_s: u64,
    pub login_max_s: u64,
    pub proof_s: u64,
    pub refresh_retry_s: u64,
    pub log_in_per_ip: Rate,
    pub log_in_per_account: Rate,
    pub log_in_unknown_devices: Rate,
    pub second_step: Rate,
    pub second_step_unknown_devices: Rate,
    pub sign_up_per_ip: Rate,
    pub letters_per_address: Rate,
    pub letters_per_ip: Rate,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookingConfig {
    pub book_per_user: Rate,
    pub no_show_after_s: u64,
    pub hold_s: u64,
    pub holds_per_user: i16,
    pub proposal_s: u64,
    pub waitlist_offer_s: u64,
}

impl BookingConfig {
    /// How long a chosen time is kept.
    pub fn hold_time(&self) -> Duration {
        Duration::from_secs(self.hold_s)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotesConfig {
    pub attachments_per_user_bytes: u64,
    pub upload_per_user: Rate,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveConfig {
    pub capacity: usize,
    pub slots: u8,
    pub grace_s: u64,
    pub room_token_s: u64,
    pub idle_s: u64,
    pub network_test_per_ip: Rate,
    /// STUN and TURN servers for clients that cannot reach us directly.
    pub ice_servers: Vec<IceServerConfig>,
}

/// An `RTCIceServer`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IceServerConfig {
    pub urls: Vec<String>,
    pub username: Option<String>,
    pub credential: Option<String>,
}

/// TURN servers that share a secret with us (`draft-uberti-behave-turn-rest-00`, coturn's `use-auth-secret`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnConfig {
    /// Empty: no TURN.
    #[serde(deserialize_with = "list")]
    pub urls: Vec<String>,
    /// This or `secret_file`.
    pub secret: Secret,
    pub secret_file: PathBuf,
    pub ttl_s: u64,
}

impl TurnConfig {
    /// The configured secret, or what `secret_file` holds, without the line break at its end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn shared_secret(&self) -> std::io::Result<Secret> {
        if self.secret_file.as_os_str().is_empty() {
            return Ok(self.secret.clone());
        }
        std::fs::read_to_string(&self.secret_file).map(|text| Secret(text.trim().to_owned()))
    }
}

/// Text that no log and no debug output shows.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself: to be used, never to be shown.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SfuConfig {
    pub bind: IpAddr,
    /// First UDP (and ICE-TCP) port; shard `i` takes `port + i`. 0: any.
    pub port: u16,
    pub shards: Shards,
    #[serde(deserialize_with = "list")]
    pub announced: Vec<Announced>,
    pub tcp: bool,
    pub pinned: bool,
    pub null_tap: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogsConfig {
    pub format: LogFormat,
    pub filter: String,
}

/// How many threads carry media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shards {
    /// One per core.
    Auto,
    Count(u16),
}

/// An address clients are told to send media to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    pub ip: IpAddr,
    /// The shard's own port when absent.
    pub port: Option<u16>,
}

/// An address, or a network as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip.to_canonical())
    }
}

impl Config {
    /// The embedded defaults, then `file` (or the file `FACEMENTOR_CONFIG` names), then the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(file.to_owned()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        Self::extract(&figment.merge(Env::prefixed(PREFIX).ignore(&["config"]).split("__")))
    }

    /// The embedded defaults with `overrides` (TOML) on top; the environment has no say. For tests.
    pub fn with(overrides: &str) -> Result<Self, ConfigError> {
        Self::extract(&Figment::from(Toml::string(DEFAULTS)).merge(Toml::string(overrides)))
    }

    fn extract(figment: &Figment) -> Result<Self, ConfigError> {
        let config: Self = figment
            .extract()
            .map_err(|errors| ConfigError::Invalid(errors.into_iter().map(|error| describe(&error)).collect()))?;
        let mistakes = config.mistakes();
        if mistakes.is_empty() { Ok(config) } else { Err(ConfigError::Invalid(mistakes)) }
    }

    /// The database to open: the configured one, or SQLite in the data folder.
    pub fn database_url(&self) -> String {
        match self.database.url.as_str() {
            "" => format!("sqlite:{}", self.data_dir.join("facementor.db").display()),
            url => url.to_owned(),
        }
    }

    /// The sign-in providers that are configured, by the ids their addresses have.
    pub fn providers(&self) -> Vec<(&'static str, &ProviderConfig)> {
        let all = [("google", &self.google), ("oidc", &self.oidc)];
        all.into_iter().filter(|(_, provider)| provider.is_on()).collect()
    }

    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.http.drain_s)
    }

    fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let mut check = |fine: bool, mistake: String| {
            if !fine {
                mistakes.push(mistake);
            }
        };
        let url = &self.http.public_url;
        check(
            url.is_empty() || is_origin(url),
            format!("http.public_url: {url:?} is not like https://meet.example.org"),
        );
        for origin in &self.http.cors_origins {
            check(is_origin(origin), format!("http.cors_origins: {origin:?} is not like https://app.example.org"));
        }
        for origin in &self.http.embed_origins {
            let fine = origin == "*" || is_origin(origin);
            check(fine, format!("http.embed_origins: {origin:?} is neither * nor like https://www.example.org"));
        }
        let tls = &self.tls;
        check(
            tls.certificate.as_os_str().is_empty() == tls.key.as_os_str().is_empty(),
            "tls: give both certificate and key, or neither".to_owned(),
        );
        for (name, path) in [("tls.certificate", &tls.certificate), ("tls.key", &tls.key)] {
            let fine = path.as_os_str().is_empty() || path.is_file();
            check(fine, format!("{name}: the file {} does not exist", path.display()));
        }
        let database = self.database.url.split(':').next().unwrap_or_default();
        check(
            matches!(database, "" | "sqlite" | "postgres" | "postgresql"),
            "database.url: must start with sqlite: or postgres:".to_owned(),
        );
        check(self.database.max_connections > 0, "database.max_connections: must be at least 1".to_owned());
        let access_s = self.accounts.access_token_s;
        check((30..=600).contains(&access_s), "accounts.access_token_s: must be 30 to 600".to_owned());
        check(
            self.accounts.refresh_token_s > access_s,
            "accounts.refresh_token_s: must outlive access tokens".to_owned(),
        );
        for (name, rate) in [
            ("accounts.log_in_per_ip", self.accounts.log_in_per_ip),
            ("accounts.log_in_per_account", self.accounts.log_in_per_account),
            ("accounts.log_in_unknown_devices", self.accounts.log_in_unknown_devices),
            ("accounts.sign_up_per_ip", self.accounts.sign_up_per_ip),
            ("accounts.letters_per_address", self.accounts.letters_per_address),
            ("accounts.letters_per_ip", self.accounts.letters_per_ip),
            ("booking.book_per_user", self.booking.book_per_user),
            ("calendars.subscribe_per_user", self.calendars.subscribe_per_user),
            ("notes.upload_per_user", self.notes.upload_per_user),
            ("live.network_test_per_ip", self.live.network_test_per_ip),
        ] {
            let fine = rate.burst > 0 && rate.per_minute > 0;
            check(fine, format!("{name}: burst and per_minute must be at least 1"));
        }
        let hours = 1..=86_400;
        check(hours.contains(&self.booking.no_show_after_s), "booking.no_show_after_s: must be 1 to 86400".to_owned());
        check(self.http.timeout_s > 0, "http.timeout_s: must be at least 1".to_owned());
        check((5..=3_600).contains(&self.booking.hold_s), "booking.hold_s: must be 5 to 3600".to_owned());
        check(
            (60..=86_400).contains(&self.booking.waitlist_offer_s),
            "booking.waitlist_offer_s: must be 60 to 86400".to_owned(),
        );
        check(
            (60..=2_592_000).contains(&self.booking.proposal_s),
            "booking.proposal_s: must be 60 to 2592000".to_owned(),
        );
        check((1..=20).contains(&self.booking.holds_per_user), "booking.holds_per_user: must be 1 to 20".to_owned());
        check(self.live.capacity > 0, "live.capacity: must be at least 1".to_owned());
        check(self.live.slots > 0, "live.slots: must be at least 1".to_owned());
        let turn = &self.turn;
        for url in &turn.urls {
            let fine = url.starts_with("turn:") || url.starts_with("turns:");
            check(fine, format!("turn.urls: {url:?} is not like turn:turn.example.org:3478?transport=udp"));
        }
        let from_file = !turn.secret_file.as_os_str().is_empty();
        check(
            turn.urls.is_empty() || !turn.secret.is_empty() || from_file,
            "turn: give the secret too, as FACEMENTOR_TURN__SECRET or in turn.secret_file".to_owned(),
        );
        check(turn.secret.is_empty() || !from_file, "turn: give secret or secret_file, not both".to_owned());
        check(
            !from_file || turn.shared_secret().is_ok_and(|secret| !secret.is_empty()),
            format!("turn.secret_file: the file {} cannot be read or is empty", turn.secret_file.display()),
        );
        check((60..=604_800).contains(&turn.ttl_s), "turn.ttl_s: must be 60 to 604800".to_owned());
        mistakes.extend(self.calendars.mistakes(&self.google));
        mistakes.extend(self.mail.mistakes(url));
        mistakes.extend(self.google.mistakes("google"));
        mistakes.extend(self.oidc.mistakes("oidc"));
        mistakes
    }
}

/// A scheme and an authority, nothing after.
fn is_origin(text: &str) -> bool {
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    authority.is_some_and(|authority| {
        authority.parse::<axum::http::uri::Authority>().is_ok() && !authority.contains(['/', '@', '?', '#'])
    })
}

/// `http.listen: invalid value … (in the environment variable)`.
fn describe(error: &figment::Error) -> String {
    let place = error.metadata.as_ref().and_then(|metadata| metadata.source.as_ref().map(ToString::to_string));
    let place = place.or_else(|| error.metadata.as_ref().map(|metadata| metadata.name.to_string()));
    let key = error.path.join(".");
    let colon = if key.is_empty() { "" } else { ": " };
    match place {
        Some(place) => format!("{key}{colon}{} (in {place})", error.kind),
        None => format!("{key}{colon}{}", error.kind),
    }
}

/// A list, or text with commas between, which is what an environment variable can say.
fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum List {
        Items(Vec<String>),
        Text(String),
    }
    let items = match List::deserialize(deserializer)? {
        List::Items(items) => items,
        List::Text(text) => text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect(),
    };
    items
        .iter()
        .map(|item| item.parse().map_err(|error| serde::de::Error::custom(format!("{item:?}: {error}"))))
        .collect()
}

impl<'de> Deserialize<'de> for Shards {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Count(u16),
            Text(String),
        }
        match Raw::deserialize(deserializer)? {
            Raw::Count(count @ 1..=256) => Ok(Self::Count(count)),
            Raw::Text(text) if text == "auto" => Ok(Self::Auto),
            _ => Err(serde::de::Error::custom("must be \"auto\" or 1 to 256")),
        }
    }
}

impl std::str::FromStr for Announced {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self { ip, port: None });
        }
        let address: SocketAddr = text.parse().map_err(|_| "must be an IP address, or IP:port")?;
        Ok(Self { ip: address.ip(), port: Some(address.port()) })
    }
}

impl std::str::FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| "must be an IP address, or a network like 10.0.0.0/8")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound() {
        let config = Config::with("").expect("defaults");
        assert_eq!(config.database_url(), "sqlite:data/facementor.db");
        assert_eq!(config.sfu.shards, Shards::Auto);
    }

    #[test]
    fn every_mistake_is_named() {
        let cases = [
            ("naem = 'x'", "unknown field: found `naem`"),
            ("[http]\nlisten = 'here'", "http.listen"),
            ("[http]\npublic_url = 'meet.example.org'", "http.public_url"),
            ("[http]\ncors_origins = ['https://a.example/path']", "http.cors_origins"),
            ("[http]\nembed_origins = ['www.example.org']", "http.embed_origins"),
            ("[http]\ntrusted_proxies = ['10.0.0.0/99']", "10.0.0.0/99"),
            ("[tls]\ncertificate = '/nowhere.pem'", "give both"),
            ("[database]\nurl = 'mysql://x'", "database.url"),
            ("[accounts]\naccess_token_s = 3600", "accounts.access_token_s"),
            ("[turn]\nurls = ['turn.example.org']\nsecret = 's'", "turn.urls"),
            ("[turn]\nurls = ['turn:turn.example.org']", "FACEMENTOR_TURN__SECRET"),
            ("[turn]\nsecret = 's'\nsecret_file = '/nowhere'", "not both"),
            ("[turn]\nsecret_file = '/nowhere'", "turn.secret_file"),
            ("[turn]\nttl_s = 1", "turn.ttl_s"),
            ("[mail]\nserver = 'mail.example.org'", "mail.server"),
            ("[mail]\nserver = 'mail.example.org:587'", "http.public_url"),
            ("[mail]\nfrom = 'nobody'", "mail.from"),
            ("[oidc]\nissuer = 'http://idp.example'\nclient_id = 'c'\nclient_secret = 's'", "oidc.issuer"),
            ("[google]\nclient_id = 'c'", "FACEMENTOR_GOOGLE__CLIENT_SECRET"),
            ("[calendars]\ngoogle = true", "google.client_id"),
            ("[calendars]\ngoogle_api = 'http://example.org'", "calendars.google_api"),
            ("[calendars]\nprivate_networks = ['here']", "must be an IP address"),
            ("[sfu]\nshards = 0", "\"auto\" or 1 to 256"),
            ("[sfu]\nannounced = ['example.org']", "must be an IP address"),
        ];
        for (toml, expected) in cases {
            let error = Config::with(toml).expect_err(toml).to_string();
            assert!(error.contains(expected), "{toml}: {error}");
        }
    }

    #[test]
    fn a_secret_shows_in_no_debug_output() {
        let config = Config::with("[turn]\nurls = ['turn:t.example']\nsecret = 'do not tell'").expect("sound");
        assert_eq!(config.turn.shared_secret().expect("no file").expose(), "do not tell");
        assert!(!format!("{config:?}").contains("do not tell"));
    }

    #[test]
    fn lists_can_be_written_with_commas() {
        let config = Config::with("[sfu]\nannounced = '192.0.2.7, 192.0.2.7:4000'").expect("sound");
        let ports: Vec<_> = config.sfu.announced.iter().map(|announced| announced.port).collect();
        assert_eq!(ports, [None, Some(4000)]);
    }
}
