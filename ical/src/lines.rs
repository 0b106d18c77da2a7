//! Content lines (RFC 5545 §3.1): unfolded, taken apart, one at a time.

/// Octets kept of a logical line; what follows is dropped. No property that is read here is longer, descriptions are.
const LONGEST: usize = 65_536;

/// `NAME;PARAM=value:value`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Upper case.
    pub(crate) name: String,
    params: Vec<(String, String)>,
    pub(crate) value: String,
}

impl Line {
    /// The first value of a parameter; names are compared without case.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_date(&self) -> bool {
        self.param("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("DATE"))
    }
}

/// The lines of a calendar. What is no line is left out.
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Lines<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) }
    }

    /// A line as it stands in the file, without its end (CRLF, or LF alone).
    fn physical(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n').unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        loop {
            let mut logical = self.physical()?.to_vec();
            logical.truncate(LONGEST);
            while let Some(b' ' | b'\t') = self.rest.first() {
                let more = self.physical().unwrap_or_default();
                let room = LONGEST.saturating_sub(logical.len());
                logical.extend(more.iter().skip(1).take(room));
            }
            if let Some(line) = parse(&String::from_utf8_lossy(&logical)) {
                return Some(line);
            }
        }
    }
}

fn parse(text: &str) -> Option<Line> {
    let end = text.find([';', ':'])?;
    let name = text[..end].trim().to_ascii_uppercase();
    let mut rest = &text[end..];
    let mut params = Vec::new();
    while let Some(param) = rest.strip_prefix(';') {
        let (key, after) = param.split_once('=')?;
        let (value, after) = param_value(after)?;
        params.push((key.trim().to_ascii_uppercase(), value));
        rest = after;
    }
    let value = rest.strip_prefix(':')?.trim().to_owned();
    (!name.is_empty()).then_some(Line { name, params, value })
}

/// Values with commas between are one here: none of those that are read has several.
fn param_value(text: &str) -> Option<(String, &str)> {
    let mut quoted = false;
    let end = text.find(|c| {
        quoted ^= c == '"';
        !quoted && matches!(c, ';' | ':')
    })?;
    Some((text[..end].replace('"', ""), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Option<(String, String, Option<String>)> {
        Lines::of(text.as_bytes()).next().map(|line| {
            let tzid = line.param("TZID").map(str::to_owned);
            (line.name, line.value, tzid)
        })
    }

    #[test]
    fn lines_are_unfolded_and_taken_apart() {
        let owned = |name: &str, value: &str, tzid: Option<&str>| {
            Some((name.to_owned(), value.to_owned(), tzid.map(str::to_owned)))
        };
        for (text, expected) in [
            ("DTSTART:20260101T000000Z\r\n", owned("DTSTART", "20260101T000000Z", None)),
            ("\u{feff}dtstart;tzid=Europe/Paris:2026\n", owned("DTSTART", "2026", Some("Europe/Paris"))),
            ("DTSTART;TZID=\"(UTC+01:00) Paris; x\":2026", owned("DTSTART", "2026", Some("(UTC+01:00) Paris; x"))),
            ("DTST\r\n ART:20\n\t26", owned("DTSTART", "2026", None)),
            ("nonsense\r\n;:\r\nUID:1", owned("UID", "1", None)),
            ("A;B=\"unclosed:1\n", None),
            ("", None),
            ("\n\n", None),
        ] {
            assert_eq!(line(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let text = format!("DESCRIPTION:{}\r\nUID:1", "\r\n x".repeat(200_000));
        let mut lines = Lines::of(text.as_bytes());
        assert!(lines.next().expect("a line").value.len() <= LONGEST);
        assert_eq!(lines.next().expect("a line").name, "UID");
    }
}
