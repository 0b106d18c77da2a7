//! Rust source with everything a rule must not trip over taken out.

/// Source text as the rules read it. Comments, the insides of literals and `#[cfg(test)]` items are blanked, newlines
/// kept, so that a line of `text` is the same line of the file.
pub(crate) struct Code {
    pub(crate) text: String,
    /// String literals with the line they start on.
    pub(crate) strings: Vec<(usize, String)>,
}

impl Code {
    pub(crate) fn read(source: &str) -> Self {
        let mut code = Self { text: String::with_capacity(source.len()), strings: Vec::new() };
        code.blank_comments_and_literals(&source.chars().collect::<Vec<_>>());
        code.blank_test_items();
        code
    }

    fn blank_comments_and_literals(&mut self, source: &[char]) {
        let at = |index: usize| source.get(index).copied().unwrap_or('\0');
        let mut index = 0;
        while index < source.len() {
            let end = match (at(index), at(index + 1)) {
                ('/', '/') => line_end(source, index),
                ('/', '*') => block_comment_end(source, index),
                ('"', _) => {
                    let end = string_end(source, index + 1);
                    self.keep_string(&source[index + 1..end.saturating_sub(1).max(index + 1)]);
                    end
                }
                ('r', '"' | '#') if !is_word(at(index.wrapping_sub(1))) || at(index.wrapping_sub(1)) == 'b' => {
                    let hashes = source[index + 1..].iter().take_while(|&&c| c == '#').count();
                    if at(index + 1 + hashes) != '"' {
                        self.text.push('r');
                        index += 1;
                        continue;
                    }
                    let start = index + 2 + hashes;
                    let end = raw_string_end(source, start, hashes);
                    self.keep_string(&source[start..end.saturating_sub(1 + hashes).max(start)]);
                    end
                }
                // A character literal, not a lifetime.
                ('\'', '\\') => string_end_of(source, index + 1, '\''),
                ('\'', _) if at(index + 2) == '\'' => index + 3,
                (other, _) => {
                    self.text.push(other);
                    index += 1;
                    continue;
                }
            };
            let end = end.min(source.len());
            self.text.extend(source[index..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            index = end;
        }
    }

    fn keep_string(&mut self, content: &[char]) {
        let line = self.text.matches('\n').count() + 1;
        self.strings.push((line, content.iter().collect()));
    }

    /// Blanks whatever follows `#[cfg(test)]`, to its closing brace or semicolon.
    fn blank_test_items(&mut self) {
        let mut from = 0;
        while let Some(found) = self.text[from..].find("#[cfg(test)]") {
            let start = from + found;
            let mut depth = 0_usize;
            let mut end = self.text.len();
            for (offset, c) in self.text[start + 12..].char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0 && matches!(c, '}' | ';') {
                    end = start + 12 + offset + 1;
                    break;
                }
            }
            let first_line = self.text[..start].matches('\n').count() + 1;
            let lines = first_line..=first_line + self.text[start..end].matches('\n').count();
            self.strings.retain(|(line, _)| !lines.contains(line));
            let blank: String = self.text[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
            self.text.replace_range(start..end, &blank);
            from = start + blank.len();
        }
    }

    /// Lines (from 1) on which `pattern` stands as a word of its own.
    pub(crate) fn lines_with(&self, pattern: &str) -> Vec<usize> {
        self.places_of(pattern).into_iter().map(|place| self.line_of(place)).collect()
    }

    /// Names directly under `root` in paths and `use` groups: `crate::a::B` and `crate::{a::B, c}` give a, a and c.
    pub(crate) fn names_under(&self, root: &str) -> Vec<(usize, String)> {
        let mut names = Vec::new();
        for place in self.places_of(&format!("{root}::")) {
            let rest = &self.text[place + root.len() + 2..];
            let line = self.line_of(place);
            match rest.trim_start().strip_prefix('{') {
                Some(group) => names.extend(top_level_names(group).into_iter().map(|name| (line, name))),
                None => names.push((line, word(rest))),
            }
        }
        names
    }

    fn places_of(&self, pattern: &str) -> Vec<usize> {
        let joined = |c: Option<char>| c.is_some_and(|c| is_word(c) || c == '$');
        let bounded = |place: usize| {
            let before = pattern.starts_with(is_word) && joined(self.text[..place].chars().next_back());
            let after = pattern.ends_with(is_word) && joined(self.text[place + pattern.len()..].chars().next());
            !before && !after
        };
        self.text.match_indices(pattern).map(|(place, _)| place).filter(|&place| bounded(place)).collect()
    }

    fn line_of(&self, place: usize) -> usize {
        self.text[..place].matches('\n').count() + 1
    }
}

/// First words of the entries of a `use` group, whose opening brace is already read.
fn top_level_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut entry_starts) = (0, Vec::new(), true);
    for (index, c) in group.char_indices() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => entry_starts = true,
            c if depth == 0 && entry_starts && is_word(c) => {
                names.push(word(&group[index..]));
                entry_starts = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> String {
    text.trim_start().chars().take_while(|&c| is_word(c)).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn line_end(source: &[char], from: usize) -> usize {
    source[from..].iter().position(|&c| c == '\n').map_or(source.len(), |length| from + length)
}

/// Block comments nest in Rust.
fn block_comment_end(source: &[char], from: usize) -> usize {
    let (mut depth, mut index) = (0, from);
    while index < source.len() {
        match (source[index], source.get(index + 1)) {
            ('/', Some('*')) => (depth, index) = (depth + 1, index + 2),
            ('*', Some('/')) => (depth, index) = (depth - 1, index + 2),
            _ => index += 1,
        }
        if depth == 0 {
            return index;
        }
    }
    source.len()
}

fn string_end(source: &[char], from: usize) -> usize {
    string_end_of(source, from, '"')
}

/// One past the closing quote; a backslash hides the character after it.
fn string_end_of(source: &[char], from: usize, quote: char) -> usize {
    let mut index = from;
    while index < source.len() {
        match source[index] {
            '\\' => index += 2,
            c if c == quote => return index + 1,
            _ => index += 1,
        }
    }
    source.len()
}

fn raw_string_end(source: &[char], from: usize, hashes: usize) -> usize {
    let closes = |index: usize| {
        source[index] == '"' && source[index + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes
    };
    (from..source.len()).find(|&index| closes(index)).map_or(source.len(), |index| index + 1 + hashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_literals_and_tests_are_invisible() {
        let source = "//! Instant::now()\nfn a() { /* rand::rng( /* nested */ */ b(\"Uuid::now_v7()\", r#\"x\"y\"#, '\"'); }\n\
                      #[cfg(test)]\nmod tests {\n    fn t() { Instant::now(); }\n}\nfn c<'a>() { SystemTime::now(); }\n";
        let code = Code::read(source);
        assert!(code.lines_with("Instant::now").is_empty());
        assert!(code.lines_with("rand::rng").is_empty());
        assert!(code.lines_with("Uuid::now_v7").is_empty());
        assert_eq!(code.lines_with("SystemTime::now"), [7]);
        let strings: Vec<_> = code.strings.iter().map(|(line, text)| (*line, text.as_str())).collect();
        assert_eq!(strings, [(2, "Uuid::now_v7()"), (2, "x\"y")]);
    }

    #[test]
    fn every_name_of_a_use_group_is_seen() {
        let code = Code::read(
            "use crate::{\n    accounts::{self, LoggedIn},\n    kernel::db,\n};\nfn f() { crate::live::g(); }",
        );
        let names: Vec<_> = code.names_under("crate").into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["accounts", "kernel", "live"]);
    }

    #[test]
    fn a_pattern_matches_whole_words_only() {
        let code = Code::read("my_rand::rng(); rand::rng_extra(); rand::rng();");
        assert_eq!(code.lines_with("rand::rng").len(), 1);
    }
}
