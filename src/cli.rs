//! The command line.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use crate::admin::{self, AdminError, NewAdmin};
use crate::app::{App, Parts, StartError, open_kernel};
use crate::availability::Availability;
use crate::demo;
use crate::discovery::Discovery;
use crate::kernel::clock::{Clock, Random};
use crate::kernel::config::{Config, ConfigError};
use crate::kernel::logs;
use crate::live;
use crate::mentors::Mentors;
use crate::reviews::Reviews;

/// FaceMentor: mentorship with calls, in one binary.
#[derive(Parser)]
#[command(name = "facementor", version, about)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Global {
    /// Configuration file (TOML); config/default.toml explains every key.
    #[arg(long, short, env = "FACEMENTOR_CONFIG", global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve {
        /// Make demo people and an open session to try.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database's schema up to date.
    Migrate,
    /// Administrators.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Mentors.
    #[command(subcommand)]
    Mentor(MentorCommand),
    /// The index that mentors are found by.
    #[command(subcommand)]
    Search(SearchCommand),
    /// Print a room token for tools: it may publish and subscribe in every room that matches, which it creates.
    Token {
        /// A room's name, or the start of many: load-*
        #[arg(long)]
        room: String,
        /// How long it is good: 90s, 15m, 1h, 2d.
        #[arg(long, default_value = "1h", value_parser = duration)]
        ttl: Duration,
    },
    /// Say what is wrong with the configuration.
    CheckConfig,
    /// Say what browsers will see of this server's network, and what to set.
    CheckNetwork,
    /// Print the OpenAPI document.
    Openapi,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make a person an administrator, with a new account if they have none.
    Create { email: String },
}

#[derive(Subcommand)]
enum MentorCommand {
    /// Let a person open sessions.
    Approve { email: String },
}

#[derive(Subcommand)]
enum SearchCommand {
    /// Build it anew from all mentors' profiles: after a change of its rules, or when it was damaged.
    Rebuild,
}

#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("the configuration is not valid:\n{0}")]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Admin(#[from] AdminError),
    #[error(transparent)]
    Room(#[from] live::RoomNameInvalid),
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("{0} of these keep people out: see TROUBLE above")]
    Network(usize),
    #[error("turn.secret_file cannot be read: {0}")]
    TurnSecret(std::io::Error),
    #[error("cannot write or listen for signals: {0}")]
    Io(#[from] std::io::Error),
}

/// Does what the arguments say; errors go to stderr.
pub async fn run() -> ExitCode {
    match execute(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("facementor: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(cli: Cli) -> Result<(), CliError> {
    let mut out = std::io::stdout();
    if matches!(cli.command, Command::Openapi) {
        return Ok(out.write_all(crate::routes::openapi().as_bytes())?);
    }
    let config = Config::load(cli.global.config.as_deref())?;
    let parts = |config| Parts { config, clock: Clock::System, random: Random::default() };
    match cli.command {
        Command::Serve { demo } => {
            let config = Config { demo: demo || config.demo, ..config };
            logs::start(config.logs.format, &config.logs.filter);
            serve(parts(config)).await?;
        }
        Command::Migrate => {
            open_kernel(parts(config)).await?;
            writeln!(out, "The schema is up to date.")?;
        }
        Command::Admin(AdminCommand::Create { email }) => {
            match admin::create_admin(&open_kernel(parts(config)).await?, &email).await? {
                NewAdmin::Promoted(user) => writeln!(out, "{} is an administrator.", user.email)?,
                NewAdmin::Created(user, password) => {
                    writeln!(out, "{} is an administrator. Password, shown only now: {password}", user.email)?;
                }
            }
        }
        Command::Mentor(MentorCommand::Approve { email }) => {
            let user = admin::approve_mentor(&open_kernel(parts(config)).await?, &email).await?;
            writeln!(out, "{} is a mentor.", user.email)?;
        }
        Command::Search(SearchCommand::Rebuild) => {
            let kernel = open_kernel(parts(config)).await?;
            let mentors = Mentors::new(&kernel);
            let (availability, reviews) = (Availability::new(&kernel, &mentors), Reviews::new(&kernel, &mentors));
            let count = Discovery::new(&kernel, &mentors, &availability, &reviews).rebuild().await?;
            writeln!(out, "{count} mentors can be found.")?;
        }
        Command::Token { room, ttl } => {
            let token = live::tool_token(&open_kernel(parts(config)).await?, &room, ttl)?;
            writeln!(out, "{token}")?;
        }
        Command::CheckConfig => writeln!(out, "The configuration is valid.")?,
        Command::CheckNetwork => {
            let report = live::check_network(&config, &Clock::System).await.map_err(CliError::TurnSecret)?;
            write!(out, "{report}")?;
            if report.troubles() > 0 {
                return Err(CliError::Network(report.troubles()));
            }
        }
        Command::Openapi => {}
    }
    Ok(())
}

async fn serve(parts: Parts) -> Result<(), CliError> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let app = App::start(parts).await?;
    greet(&app)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("shutting down");
    tokio::select! {
        () = app.shut_down() => tracing::info!("stopped"),
        // A second signal: now.
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Says where to click.
fn greet(app: &App) -> std::io::Result<()> {
    let config = &app.state.kernel.config;
    let scheme = if config.tls.is_on() { "https" } else { "http" };
    let local = format!("{scheme}://localhost:{}", app.address().port());
    let url = if config.http.public_url.is_empty() { &local } else { &config.http.public_url };
    let mut out = std::io::stdout();
    writeln!(out, "\n  {} {} is ready: {url}", config.name, env!("CARGO_PKG_VERSION"))?;
    if config.demo {
        let code = demo::JOIN_CODE;
        writeln!(out, "\n  Try a call: open {url}/join/{code} in two tabs, type a name, and join.")?;
        writeln!(out, "  Or be the mentor: log in as one of these, password demo-demo-demo")?;
        for person in demo::PEOPLE {
            writeln!(out, "    {person}")?;
        }
    }
    writeln!(out, "\n  Metrics: http://{}/metrics\n", app.ops_address())?;
    out.flush()
}

/// `90s`, `15m`, `1h`, `2d`.
fn duration(text: &str) -> Result<Duration, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(number.len()..).unwrap_or_default() {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err("write 90s, 15m, 1h or 2d".to_owned()),
    };
    let count: u32 = number.parse().map_err(|_| "write 90s, 15m, 1h or 2d".to_owned())?;
    if count == 0 {
        Err("must be more than nothing".to_owned())
    } else {
        Ok(Duration::from_secs(u64::from(count) * unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3_600)));
        for bad in ["", "1", "h", "-1h", "1w", "0s", "1.5h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
