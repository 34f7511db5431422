//! Whether a file is a sound input of a batch, before it is sent: what would make a service refuse it,
//! or fail the batch hours later, each with its line.
//!
//! A [`Validator`] is fed the bytes of a file in pieces, in whatever cuts, and holds no more of them
//! than the line that is being read, up to a bound. It knows neither where the bytes come from nor who
//! is told; what a service takes is data ([`BatchLimits`]).

mod code;
mod findings;
mod limits;
mod request;
mod seen;
#[cfg(test)]
mod tests;
mod validator;
mod words;

pub use code::Code;
pub use findings::{Finding, Findings, MOST_SHOWN, Severity};
pub use limits::{BatchLimits, Bound, LIMITS, of_host, of_service};
pub use validator::{MOST_OF_A_LINE, Validator};
pub use words::{document, lines};

/// What a file is to be used for, as far as it changes what is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The input of a batch: every line is looked at.
    Batch,
    /// Anything else: its size is looked at, and that it can be read.
    Other,
}

impl Use {
    /// What a purpose means: `batch`, or as Together spells it `batch-api`.
    #[must_use]
    pub fn of_purpose(purpose: &str) -> Self {
        if matches!(purpose, "batch" | "batch-api") { Self::Batch } else { Self::Other }
    }
}

/// What a validator has to say of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its lines; blank ones, and one without an end, count.
    pub lines: u64,
    /// Its bytes.
    pub bytes: u64,
    /// What is wrong with it, or odd.
    pub findings: Findings,
}

impl Report {
    /// Of a file that could not be read, for which `words` say why.
    #[must_use]
    pub fn unreadable(words: String) -> Self {
        let mut findings = Findings::default();
        findings.add_whole(None, Code::Unreadable, Severity::Error, words);
        Self { lines: 0, bytes: 0, findings }
    }

    /// Whether a service would take it.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.errors() == 0
    }
}
