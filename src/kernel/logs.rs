//! Logs: JSON lines in production, readable lines in development. Never IPs, e-mails, tokens or SDP bodies.

use std::io::IsTerminal;

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Pretty on a terminal, JSON elsewhere.
    Auto,
    Json,
    Pretty,
}

/// Starts logging to stderr for the life of the process. A second call does nothing, so tests may call it.
pub fn start(format: LogFormat, filter: &str) {
    let json = match format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        LogFormat::Json => true,
        LogFormat::Pretty => false,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_target(true);
    // Fails only when a subscriber is already there.
    let _ = if json { subscriber.json().try_init() } else { subscriber.compact().try_init() };
}
