//! Where a list by time goes on: opaque to clients, the last item they saw.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::clock::Timestamp;

pub fn cursor<I: Display>((at, id): (Timestamp, I)) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {id}", at.0))
}

/// None for what no list of ours gave.
pub fn parse_cursor<I: FromStr>(text: &str) -> Option<(Timestamp, I)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (at, id) = text.split_once(' ')?;
    Some((Timestamp(at.parse().ok()?), id.parse().ok()?))
}
