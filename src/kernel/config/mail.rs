//! How mail leaves.

use std::path::PathBuf;

use serde::Deserialize;

use super::Secret;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// `host:port`. Empty: letters go into a folder.
    pub server: String,
    pub security: MailSecurity,
    pub username: String,
    /// This or `password_file`.
    pub password: Secret,
    pub password_file: PathBuf,
    pub from: String,
}

/// How the connection to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS after STARTTLS (RFC 3207), or nothing is sent.
    Starttls,
    /// TLS from the first byte (RFC 8314 §3.3).
    Tls,
    None,
}

impl MailConfig {
    /// Whether mail leaves this machine.
    pub fn is_smtp(&self) -> bool {
        !self.server.is_empty()
    }

    /// The parts of `server`, if it has them.
    pub fn host_and_port(&self) -> Option<(&str, u16)> {
        let (host, port) = self.server.rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Some((host, port.parse().ok()?)).filter(|(host, port)| !host.is_empty() && *port > 0)
    }

    /// The configured password, or what `password_file` holds, without the line break at its end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn password(&self) -> std::io::Result<Secret> {
        if self.password_file.as_os_str().is_empty() {
            return Ok(self.password.clone());
        }
        std::fs::read_to_string(&self.password_file).map(|text| Secret(text.trim().to_owned()))
    }

    pub(super) fn mistakes(&self, public_url: &str) -> Vec<String> {
        let mut mistakes = Vec::new();
        let mut check = |fine: bool, mistake: &str| {
            if !fine {
                mistakes.push(mistake.to_owned());
            }
        };
        let from = self.from.is_empty() || self.from.parse::<lettre::message::Mailbox>().is_ok();
        check(from, "mail.from: must be like FaceMentor <noreply@example.org>");
        if !self.is_smtp() {
            return mistakes;
        }
        check(self.host_and_port().is_some(), "mail.server: must be like mail.example.org:587");
        check(!self.from.is_empty(), "mail.from: say whom mail is from, like FaceMentor <noreply@example.org>");
        // Else whoever asks could say by a Host header where the links in other people's mail go.
        check(!public_url.is_empty(), "mail: set http.public_url too, which links in mail start with");
        let from_file = !self.password_file.as_os_str().is_empty();
        check(self.password.is_empty() || !from_file, "mail: give password or password_file, not both");
        check(self.password().is_ok(), "mail.password_file: the file cannot be read");
        mistakes
    }
}
