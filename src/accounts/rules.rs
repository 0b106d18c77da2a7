//! What may be typed, and what becomes of a refresh token.

use std::time::Duration;

use super::model::{DisplayName, Email, Login, Password};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::FieldProblem;

/// NIST SP 800-63B asks for 8 at least; product decision.
pub(super) const PASSWORD_MIN_CHARS: usize = 10;
/// Beyond this, hashing is work for an attacker to give us.
const PASSWORD_MAX_CHARS: usize = 200;
/// RFC 5321 §4.5.3.1.3, less the angle brackets.
const EMAIL_MAX_BYTES: usize = 254;
const DISPLAY_NAME_MAX_CHARS: usize = 60;

/// Sound in form; whether it exists only a letter can tell.
pub(super) fn email(text: &str) -> Result<Email, FieldProblem> {
    let text = text.trim();
    let fine = text.len() <= EMAIL_MAX_BYTES
        && text.split_once('@').is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain));
    if fine {
        Ok(Email(text.to_owned()))
    } else {
        Err(invalid("email", "email_invalid", "This is not an e-mail address."))
    }
}

fn is_local_part(local: &str) -> bool {
    (1..=64).contains(&local.len()) && local.chars().all(|c| c.is_ascii_graphic() && !"@\"(),:;<>[\\]".contains(c))
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

pub(super) fn password(text: String) -> Result<Password, FieldProblem> {
    match text.chars().count() {
        0..PASSWORD_MIN_CHARS => {
            let detail = format!("A password has at least {PASSWORD_MIN_CHARS} characters.");
            Err(FieldProblem { field: "password", code: "password_too_short", detail })
        }
        PASSWORD_MIN_CHARS..=PASSWORD_MAX_CHARS => Ok(Password(text)),
        _ => {
            let detail = format!("A password has at most {PASSWORD_MAX_CHARS} characters.");
            Err(FieldProblem { field: "password", code: "password_too_long", detail })
        }
    }
}

pub(super) fn display_name(text: &str) -> Result<DisplayName, FieldProblem> {
    let text = text.trim();
    let fine = (1..=DISPLAY_NAME_MAX_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fine {
        Ok(DisplayName(text.to_owned()))
    } else {
        Err(invalid("display_name", "display_name_invalid", "A name has 1 to 60 characters."))
    }
}

fn invalid(field: &'static str, code: &'static str, detail: &str) -> FieldProblem {
    FieldProblem { field, code, detail: detail.to_owned() }
}

/// What a sound refresh token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refresh {
    /// The newest one: a new one replaces it.
    Rotate,
    /// The one before, replaced a moment ago: another tab, or an answer lost on the way. It gets the newest again.
    Repeat,
    /// An old one: someone else has it. The login ends.
    Reuse,
    /// The login is over.
    Over,
}

pub(super) fn refresh(login: &Login, generation: i64, now: Timestamp, retry: Duration) -> Refresh {
    if login.revoked_at.is_some() || login.expires_at <= now {
        Refresh::Over
    } else if generation == login.generation {
        Refresh::Rotate
    } else if generation == login.generation - 1 && now.since(login.rotated_at) <= retry {
        Refresh::Repeat
    } else {
        Refresh::Reuse
    }
}
