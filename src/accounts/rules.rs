//! What may be typed, and what becomes of a refresh token.

use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::Duration;

use super::model::{DisplayName, Email, Login, Password};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::FieldProblem;
use crate::kernel::time_zone::iana_name;

/// NIST SP 800-63B asks for 8 at least; product decision.
pub(super) const PASSWORD_MIN_CHARS: usize = 10;
/// Beyond this, hashing is work for an attacker to give us.
const PASSWORD_MAX_CHARS: usize = 200;
/// RFC 5321 §4.5.3.1.3, less the angle brackets.
const EMAIL_MAX_BYTES: usize = 254;
const DISPLAY_NAME_MAX_CHARS: usize = 60;

/// Those of the 30,000 most used passwords (the list of Dropbox's zxcvbn) that are long enough to be taken here: what
/// guessers begin with (ASVS 5 §6.2.4).
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());
/// Words that say nothing here (ASVS 5 §6.1.2).
const OF_THIS_PLACE: [&str; 4] = ["facementor", "mentor", "mentee", "password"];
/// What a password has besides them.
const OWN_CHARS: usize = 6;

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
        PASSWORD_MIN_CHARS..=PASSWORD_MAX_CHARS if is_common(&text) => {
            let detail = "Everybody who guesses passwords begins with this one.";
            Err(invalid("password", "password_common", detail))
        }
        PASSWORD_MIN_CHARS..=PASSWORD_MAX_CHARS => Ok(Password(text)),
        _ => {
            let detail = format!("A password has at most {PASSWORD_MAX_CHARS} characters.");
            Err(FieldProblem { field: "password", code: "password_too_long", detail })
        }
    }
}

fn is_common(text: &str) -> bool {
    let lower = text.to_lowercase();
    let own = OF_THIS_PLACE.iter().fold(lower.clone(), |own, word| own.replace(word, ""));
    COMMON.contains(lower.as_str()) || own.chars().count() < OWN_CHARS
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

/// What somebody calls a passkey of theirs.
pub(super) fn passkey_name(text: &str) -> Result<String, FieldProblem> {
    let text = text.trim();
    let fine = (1..=DISPLAY_NAME_MAX_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fine {
        Ok(text.to_owned())
    } else {
        Err(invalid("name", "passkey_name_invalid", "A name has 1 to 60 characters."))
    }
}

/// A language tag of the usual shape, language[-script][-region] (RFC 5646 §2.1), in its usual spelling.
pub(super) fn language(text: &str) -> Result<String, FieldProblem> {
    let letters = |part: &str, count| part.len() == count && part.bytes().all(|c| c.is_ascii_alphabetic());
    let mut parts = text.split('-').peekable();
    let mut tag = parts.next().unwrap_or_default().to_ascii_lowercase();
    let mut fine = letters(&tag, 2) || letters(&tag, 3);
    if let Some(script) = parts.next_if(|part| letters(part, 4)) {
        let (first, rest) = script.split_at(1);
        tag = format!("{tag}-{}{}", first.to_ascii_uppercase(), rest.to_ascii_lowercase());
    }
    let region = |part: &str| letters(part, 2) || (part.len() == 3 && part.bytes().all(|c| c.is_ascii_digit()));
    if let Some(region) = parts.next_if(|part| region(part)) {
        tag = format!("{tag}-{}", region.to_ascii_uppercase());
    }
    fine &= parts.next().is_none();
    if fine {
        Ok(tag)
    } else {
        Err(invalid("language", "language_invalid", "A language is like en, pt-BR or zh-Hant."))
    }
}

/// A zone of the built-in tzdata, in its usual spelling.
pub(super) fn time_zone(text: &str) -> Result<String, FieldProblem> {
    let detail = "A zone is like Europe/Madrid or Asia/Kolkata.";
    iana_name(text).ok_or_else(|| invalid("time_zone", "time_zone_unknown", detail))
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
