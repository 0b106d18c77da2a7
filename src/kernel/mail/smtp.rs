//! Letters leave by SMTP (RFC 5321), encrypted unless told otherwise.

use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::MailError;
use crate::kernel::config::{MailConfig, MailSecurity};

/// RFC 5321 §4.5.3.2 would wait minutes; the outbox asks again instead.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Replies that are about the letter or its mailbox, not about us: asking again changes nothing (RFC 5321 §4.2.3).
const FINAL: &[&str] = &["550", "551", "552", "553", "554"];

#[derive(Clone)]
pub(super) struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    pub(super) fn new(config: &MailConfig) -> Result<Self, MailError> {
        let unsound = |what: &str| MailError::Unsound(what.to_owned());
        let (host, port) = config.host_and_port().ok_or_else(|| unsound("mail.server is not like host:port"))?;
        let tls = || TlsParameters::new(host.to_owned()).map_err(|error| MailError::Unsound(error.to_string()));
        let tls = match config.security {
            MailSecurity::Starttls => Tls::Required(tls()?),
            MailSecurity::Tls => Tls::Wrapper(tls()?),
            MailSecurity::None => Tls::None,
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(port).tls(tls).timeout(Some(TIMEOUT));
        if !config.username.is_empty() {
            let password = config.password().map_err(|_| unsound("mail.password_file cannot be read"))?;
            builder = builder.credentials(Credentials::new(config.username.clone(), password.expose().to_owned()));
        }
        Ok(Self(builder.build()))
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), MailError> {
        let Err(error) = self.0.send(message).await else { return Ok(()) };
        // What a server replies often repeats the address: the code alone says enough.
        let Some(code) = error.status().map(|code| code.to_string()) else {
            let what = match () {
                () if error.is_timeout() => "it did not answer in time",
                () if error.is_tls() => "TLS failed",
                () if error.is_client() => "it does not offer what we need (STARTTLS, a way to log in)",
                () => "no connection",
            };
            return Err(MailError::Unavailable(what.to_owned()));
        };
        if FINAL.contains(&code.as_str()) { Err(MailError::Refused(code)) } else { Err(MailError::Unavailable(code)) }
    }
}
