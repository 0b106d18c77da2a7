//! Mail: letters to people, and how they leave: by SMTP, or into a folder where nobody configured any.
//!
//! Handlers of the outbox send them ([`Handler::talks_to_others`](super::outbox::Handler::talks_to_others)), at least
//! once: a letter's Message-ID is made of its event, so that mailboxes know a repeat. What a letter says is built by
//! pure functions, and no error and no log names its recipient.

mod folder;
mod letter;
mod metrics;
mod smtp;

pub use folder::{FiledLetter, Folder};
pub use letter::{Action, Invitation, Letter, Parcel};
pub use metrics::MailMetrics;

use super::clock::Clock;
use super::config::Config;
use super::ids::EventId;
use super::outbox::HandlerError;
use metrics::Outcome;
use smtp::Smtp;

#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The mail server will never take this letter: its mailbox does not exist, say.
    #[error("the mail server refused a letter for good ({0})")]
    Refused(String),
    /// Not now: no answer, no TLS, wrong credentials, a full queue.
    #[error("the mail server did not take a letter: {0}")]
    Unavailable(String),
    /// The letter or its sender is not valid.
    #[error("a letter could not be built: {0}")]
    Unsound(String),
}

/// Where letters go. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    /// What letters say they are from: the installation's name and address.
    from: String,
    clock: Clock,
    metrics: MailMetrics,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Smtp(Smtp),
    Folder(Folder),
}

impl Mailer {
    /// By SMTP when `mail.server` is set, else into `mail/` in the data folder.
    ///
    /// # Errors
    /// A setting that `check-config` would name, or a password file that cannot be read.
    pub fn new(config: &Config, clock: &Clock, metrics: MailMetrics) -> Result<Self, MailError> {
        let from = if config.mail.from.is_empty() {
            format!("\"{}\" <noreply@localhost>", config.name.replace(['"', '\\'], ""))
        } else {
            config.mail.from.clone()
        };
        let way = match config.mail.is_smtp() {
            true => Way::Smtp(Smtp::new(&config.mail)?),
            false => Way::Folder(Folder::of(config)),
        };
        Ok(Self { from, clock: clock.clone(), metrics, way })
    }

    /// Sends `letter`, whose cause is `event`. For handlers: failures that pass are for the outbox to repeat; what is
    /// refused for good is counted and over.
    pub async fn deliver(&self, event: EventId, to: &str, letter: &Letter) -> Result<(), HandlerError> {
        self.deliver_parcel(event, to, letter, None).await
    }

    /// The same, with something for the calendar.
    pub async fn deliver_invitation(
        &self,
        event: EventId,
        to: &str,
        letter: &Letter,
        invitation: &Invitation,
    ) -> Result<(), HandlerError> {
        self.deliver_parcel(event, to, letter, Some(invitation)).await
    }

    /// The address that letters are from, without a name.
    pub fn address(&self) -> &str {
        let address = self.from.rsplit_once('<').map_or(self.from.as_str(), |(_, address)| address);
        address.trim_end_matches('>').trim()
    }

    async fn deliver_parcel(
        &self,
        event: EventId,
        to: &str,
        letter: &Letter,
        invitation: Option<&Invitation>,
    ) -> Result<(), HandlerError> {
        // People who deleted their account have no address: nobody is written to.
        if to.is_empty() {
            return Ok(());
        }
        match self.send(event, to, letter, invitation).await {
            Ok(()) => {
                self.metrics.count(Outcome::Sent);
                Ok(())
            }
            Err(MailError::Refused(code)) => {
                self.metrics.count(Outcome::Refused);
                tracing::warn!(event = %event, code, "the mail server refused a letter for good");
                Ok(())
            }
            Err(error) => {
                self.metrics.count(Outcome::Failed);
                Err(HandlerError::Failed(error.to_string()))
            }
        }
    }

    async fn send(
        &self,
        event: EventId,
        to: &str,
        letter: &Letter,
        invitation: Option<&Invitation>,
    ) -> Result<(), MailError> {
        let parcel = Parcel { event, from: &self.from, to, sent_at: self.clock.now(), letter, invitation };
        match &self.way {
            Way::Smtp(smtp) => smtp.send(parcel.message()?).await,
            Way::Folder(folder) => folder.file(&parcel).map_err(|error| MailError::Unavailable(error.to_string())),
        }
    }
}
