//! What was found, in the words of a report.

use std::fmt;

/// How a fact bears on people who want to join.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Fine,
    /// Worth knowing; nobody is kept out, or only few.
    Note,
    /// Keeps people out.
    Trouble,
}

/// One fact, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) what: String,
    /// Empty where nothing is to be done.
    pub(super) advice: String,
}

impl Finding {
    pub(super) fn fine(what: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fine, what: what.into(), advice: String::new() }
    }

    pub(super) fn note(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Note, what: what.into(), advice: advice.into() }
    }

    pub(super) fn trouble(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Trouble, what: what.into(), advice: advice.into() }
    }
}

/// All findings, by section. Its `Display` is what the command prints.
#[derive(Default, Debug)]
pub(crate) struct Report {
    sections: Vec<(&'static str, Vec<Finding>)>,
}

impl Report {
    pub(super) fn section(&mut self, name: &'static str, findings: Vec<Finding>) {
        self.sections.push((name, findings));
    }

    /// Findings that keep people out.
    pub(crate) fn troubles(&self) -> usize {
        let findings = self.sections.iter().flat_map(|(_, findings)| findings);
        findings.filter(|finding| finding.verdict == Verdict::Trouble).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, findings) in &self.sections {
            writeln!(f, "{name}")?;
            for Finding { verdict, what, advice } in findings {
                let mark = match verdict {
                    Verdict::Fine => "fine   ",
                    Verdict::Note => "note   ",
                    Verdict::Trouble => "TROUBLE",
                };
                writeln!(f, "  {mark}  {what}")?;
                if !advice.is_empty() {
                    writeln!(f, "           -> {advice}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_from_top_to_bottom_and_counts_its_troubles() {
        let mut report = Report::default();
        report.section("Pages", vec![Finding::fine("https://a.example")]);
        report.section("Media", vec![Finding::trouble("no way in", "make one"), Finding::note("by the way", "")]);
        assert_eq!(report.troubles(), 1);
        let expected = "Pages\n  fine     https://a.example\nMedia\n  TROUBLE  no way in\n           -> make one\n  note     by the way\n";
        assert_eq!(report.to_string(), expected);
    }
}
