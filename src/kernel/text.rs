//! Text as people type it, and as search and addresses see it: without case, diacritics and punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters that Unicode does not decompose, though people type them without their strokes.
const STROKES: &[(char, &str)] =
    &[('ß', "ss"), ('æ', "ae"), ('œ', "oe"), ('ø', "o"), ('ł', "l"), ('đ', "d"), ('ð', "d"), ('þ', "th"), ('ı', "i")];

/// Lower case without diacritics: `Élan` and `elan` are the same word. Letters of other scripts stay.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match STROKES.iter().find(|(stroke, _)| *stroke == c) {
            Some((_, plain)) => folded.push_str(plain),
            None => folded.push(c),
        }
    }
    folded
}

/// Whether people typed it: no control characters but tabs and ends of lines.
pub fn is_prose(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
}

/// The words of `text`, folded. `C++` and `C#` are words.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in fold(text).chars() {
        if c.is_alphanumeric() || (matches!(c, '+' | '#') && !word.is_empty()) {
            word.push(c);
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// What stands for `text` in an address: `Mira Kovač` is `mira-kovac`. ASCII alone; empty when nothing of it is left.
pub fn slug(text: &str) -> String {
    let ascii = |word: String| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let words = words(text).into_iter().map(ascii).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").chars().take(60).collect::<String>().trim_end_matches('-').to_owned()
}

/// For text and quoted attributes of HTML and XML.
pub fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_diacritics_and_punctuation() {
        for (text, expected) in [
            ("Élan  vital!", &["elan", "vital"][..]),
            ("Straße, Łódź & Ærø", &["strasse", "lodz", "aero"]),
            ("C++, C# and node.js", &["c++", "c#", "and", "node", "js"]),
            ("Программа на Расте", &["программа", "на", "расте"]),
            ("ﬁve ＡＢＣ", &["five", "abc"]),
            ("+++ # -- \u{301}", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn addresses_are_ascii() {
        for (text, expected) in [("Mira Kovač", "mira-kovac"), ("Ada  L.", "ada-l"), ("山田", ""), ("C++", "c")] {
            assert_eq!(slug(text), expected, "{text}");
        }
        assert_eq!(slug(&"a ".repeat(80)).len(), 59);
    }
}
