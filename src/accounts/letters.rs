//! What accounts write to people. Pure.

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
