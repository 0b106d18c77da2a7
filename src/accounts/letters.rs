//! What accounts write to people. Pure.

use super::events::SecurityChange;
use super::links::{Purpose, Secret};
use crate::kernel::mail::{Action, Letter};

/// Who writes: the installation, and where it is.
pub(super) struct Sender<'a> {
    pub(super) site: &'a str,
    pub(super) origin: &'a str,
}

impl Sender<'_> {
    /// With a link that proves whose the address is, for a new account or a new address.
    pub(super) fn confirmation(&self, name: &str, purpose: Purpose, secret: &Secret) -> Letter {
        let Self { site, origin } = self;
        let why = match purpose {
            Purpose::Change => format!("you asked {site} to use this address instead of your old one."),
            _ => format!("welcome to {site}. One thing is left: say that this address is yours."),
        };
        Letter {
            subject: format!("Confirm your address for {site}"),
            paragraphs: vec![format!("Hello {name},"), why],
            action: Some(Action {
                label: "Confirm this address".to_owned(),
                url: format!("{origin}/verify-email#{}", secret.expose()),
            }),
            closing: vec![
                format!("The link works once, for {}.", purpose.lifetime_words()),
                "If this was not you, ignore this letter: nothing happens without the link.".to_owned(),
            ],
        }
    }

    /// With a link that lets the reader choose a password.
    pub(super) fn password_reset(&self, name: &str, secret: &Secret) -> Letter {
        let Self { site, origin } = self;
        Letter {
            subject: format!("A new password for {site}"),
            paragraphs: vec![
                format!("Hello {name},"),
                format!("somebody, hopefully you, asked for a new password for your account at {site}."),
            ],
            action: Some(Action {
                label: "Choose a new password".to_owned(),
                url: format!("{origin}/reset-password#{}", secret.expose()),
            }),
            closing: vec![
                format!(
                    "The link works once, for {}. A new password signs you out on all devices.",
                    Purpose::Reset.lifetime_words()
                ),
                "If this was not you, ignore this letter: your password stays as it is.".to_owned(),
            ],
        }
    }

    /// So that a stranger who did it does not go unnoticed.
    pub(super) fn password_changed(&self, name: &str) -> Letter {
        let site = self.site;
        Letter {
            subject: format!("Your password for {site} was changed"),
            paragraphs: vec![
                format!("Hello {name},"),
                format!("the password of your account at {site} was changed. Your other devices were signed out."),
            ],
            action: None,
            closing: vec![
                "If this was not you, choose a new one at once: \"Forgot your password?\" on the sign-in page."
                    .to_owned(),
            ],
        }
    }

    /// So that a stranger who did it does not go unnoticed.
    pub(super) fn security_changed(&self, name: &str, what: &SecurityChange) -> Letter {
        let site = self.site;
        let (subject, happened) = match what {
            SecurityChange::TotpAdded => (
                "Two-step sign-in is on",
                "signing in with your password now asks for a code of your authenticator app too.".to_owned(),
            ),
            SecurityChange::TotpRemoved => {
                ("Your authenticator app was removed", "your authenticator app is no longer asked for.".to_owned())
            }
            SecurityChange::BackupCodesRenewed => {
                ("New backup codes", "you have new backup codes. The old ones work no more.".to_owned())
            }
            SecurityChange::BackupCodeUsed { left: 1 } => {
                ("A backup code was used", "one of your backup codes was used. One is left.".to_owned())
            }
            SecurityChange::BackupCodeUsed { left } => {
                ("A backup code was used", format!("one of your backup codes was used. {left} are left."))
            }
            SecurityChange::PasskeyAdded { name } => {
                ("A passkey was added", format!("the passkey \"{name}\" now signs in to your account."))
            }
            SecurityChange::PasskeyRemoved { name } => {
                ("A passkey was removed", format!("the passkey \"{name}\" no longer signs in to your account."))
            }
            SecurityChange::PasskeyAskedFor => (
                "Two-step sign-in is on",
                "signing in with your password now asks for one of your passkeys too.".to_owned(),
            ),
            SecurityChange::PasskeyNotAskedFor => (
                "A passkey is no longer asked for",
                "signing in with your password no longer asks for a passkey.".to_owned(),
            ),
            SecurityChange::PasskeyCopied => (
                "A passkey may have been copied",
                "a passkey of yours was refused, since somebody else seems to have a copy of it. Remove it in the \
                 settings, and make a new one."
                    .to_owned(),
            ),
        };
        Letter {
            subject: format!("{subject} at {site}"),
            paragraphs: vec![format!("Hello {name},"), happened],
            action: None,
            closing: vec![
                "If this was not you, choose a new password at once (\"Forgot your password?\" on the sign-in page), and \
                 look through the security part of your settings."
                    .to_owned(),
            ],
        }
    }

    /// The last one.
    pub(super) fn account_erased(&self, name: &str) -> Letter {
        let site = self.site;
        Letter {
            subject: format!("Your account at {site} is deleted"),
            paragraphs: vec![
                format!("Hello {name},"),
                format!("your account at {site} is deleted, as you asked. Sessions you had booked are cancelled."),
                "What you did with others stays with them, without your name.".to_owned(),
            ],
            action: None,
            closing: vec![format!("If this was not you, write to whoever runs {site}. This is the last letter.")],
        }
    }

    /// To the old address.
    pub(super) fn email_changed(&self, name: &str) -> Letter {
        let site = self.site;
        Letter {
            subject: format!("Your address at {site} was changed"),
            paragraphs: vec![
                format!("Hello {name},"),
                format!("your account at {site} uses another e-mail address from now on; this one was taken off it."),
            ],
            action: None,
            closing: vec![format!("If this was not you, write to whoever runs {site}.")],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::Random;

    #[test]
    fn links_hold_the_secret_where_no_server_sees_it() {
        let sender = Sender { site: "Meet", origin: "https://meet.example" };
        let secret = Secret::draw(&Random::default());
        for letter in [sender.confirmation("Zoë", Purpose::Verify, &secret), sender.password_reset("Zoë", &secret)] {
            let url = letter.action.expect("a link").url;
            let (before, fragment) = url.split_once('#').expect("a fragment");
            assert!(before.starts_with("https://meet.example/") && !before.contains(secret.expose()), "{before}");
            assert_eq!(fragment, secret.expose());
        }
    }
}
