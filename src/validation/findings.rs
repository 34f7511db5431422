//! What was found, all of it counted and the first of it kept.

use super::Code;

/// Findings that are shown; the others are counted.
pub const MOST_SHOWN: usize = 20;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The service refuses the file, or fails the batch.
    Error,
    /// It may work.
    Warning,
}

impl Severity {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something that is wrong with a file, or odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line, from 1; nothing where it concerns the whole file.
    pub line: Option<u64>,
    /// Its kind.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, as printable text.
    pub message: String,
}

/// Findings, counted by severity and by kind, of which the first are kept.
///
/// Errors and warnings are kept apart until they are shown, so that a file whose every line has a
/// warning still shows its errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    counts: [u64; Code::ALL.len()],
    errors: u64,
    warnings: u64,
    /// Those of the whole file, which are few.
    whole: Vec<Finding>,
    kept_errors: Vec<Finding>,
    kept_warnings: Vec<Finding>,
}

impl Findings {
    /// How many errors there are, shown or not.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// How many warnings there are, shown or not.
    #[must_use]
    pub fn warnings(&self) -> u64 {
        self.warnings
    }

    /// How many there are of each kind that there is.
    pub fn counts(&self) -> impl Iterator<Item = (Code, u64)> {
        Code::ALL.into_iter().zip(self.counts).filter(|(_, count)| *count > 0)
    }

    /// The first [`MOST_SHOWN`], in the order of their lines, those of the whole file before all;
    /// where there are more, errors before warnings.
    #[must_use]
    pub fn shown(&self) -> Vec<&Finding> {
        let all = self.whole.iter().chain(&self.kept_errors).chain(&self.kept_warnings);
        let mut shown: Vec<&Finding> = all.take(MOST_SHOWN).collect();
        shown.sort_by_key(|finding| finding.line);
        shown
    }

    /// The first [`MOST_SHOWN`] of one severity, in the order of their lines, those of the whole file before
    /// all.
    #[must_use]
    pub fn first(&self, severity: Severity) -> Vec<&Finding> {
        let kept = match severity {
            Severity::Error => &self.kept_errors,
            Severity::Warning => &self.kept_warnings,
        };
        let whole = self.whole.iter().filter(|finding| finding.severity == severity);
        let mut first: Vec<&Finding> = whole.chain(kept).take(MOST_SHOWN).collect();
        first.sort_by_key(|finding| finding.line);
        first
    }

    /// Adds what a line has; `message` is asked for only where it is kept.
    pub(super) fn add(
        &mut self,
        line: u64,
        code: Code,
        severity: Severity,
        message: impl FnOnce() -> String,
    ) {
        self.count(code, severity);
        let kept = match severity {
            Severity::Error => &mut self.kept_errors,
            Severity::Warning => &mut self.kept_warnings,
        };
        if kept.len() < MOST_SHOWN {
            kept.push(Finding { line: Some(line), code, severity, message: message() });
        }
    }

    /// Adds what is said once of a file, whatever else there is.
    pub(super) fn add_whole(
        &mut self,
        line: Option<u64>,
        code: Code,
        severity: Severity,
        message: String,
    ) {
        self.count(code, severity);
        self.whole.push(Finding { line, code, severity, message });
    }

    fn count(&mut self, code: Code, severity: Severity) {
        // They are numbered in the order of `ALL`.
        self.counts[code as usize] += 1;
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
    }
}

#[test]
fn kinds_are_numbered_as_they_are_listed_and_no_word_is_given_twice() {
    for (at, code) in Code::ALL.into_iter().enumerate() {
        assert_eq!(code as usize, at, "{code:?}");
    }
    let words: std::collections::BTreeSet<_> = Code::ALL.into_iter().map(Code::word).collect();
    assert_eq!(words.len(), Code::ALL.len());
}
