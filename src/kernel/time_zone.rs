//! Names of time zones, by the tzdata that is built in, so that all installations agree.

use jiff::tz::TimeZoneDatabase;

/// The usual spelling of a zone's name, `Europe/Madrid`; None when there is no such zone.
pub fn iana_name(text: &str) -> Option<String> {
    TimeZoneDatabase::bundled().get(text).ok()?.iana_name().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_one_spelling() {
        assert_eq!(iana_name("europe/madrid").as_deref(), Some("Europe/Madrid"));
        assert_eq!(iana_name("UTC").as_deref(), Some("UTC"));
        for unknown in ["", "Europe", "Mars/Olympus", "\0", "../UTC", "+02:00"] {
            assert_eq!(iana_name(unknown), None, "{unknown:?}");
        }
    }
}
