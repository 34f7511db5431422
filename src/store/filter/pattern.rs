//! Regular expressions between slashes.
//!
//! Patterns know neither files nor where in a filter they stand.

use std::fmt;

use regex::Error;
use regex::bytes::{Regex, RegexBuilder};

use crate::text::composed;

/// What one pattern, and its cache, may take of memory; a hundred times what people write needs.
const MOST_BYTES: usize = 1 << 20;

/// Groups in groups; beyond what anybody can read.
const DEEPEST: u32 = 50;

/// A regular expression, as it is written between two slashes, and ready for use.
#[derive(Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

/// What is wrong with a pattern, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It would take more memory than a filter may.
    #[error("this pattern is too large")]
    TooLarge,
    /// The text is no regular expression.
    #[error("this pattern cannot be read: {why}")]
    Unreadable {
        /// What the library says of it; it repeats nothing of the pattern.
        why: String,
    },
}

impl Pattern {
    /// Reads a pattern, for texts in their [composed] spelling. It matches any case, unless it names a
    /// capital.
    ///
    /// # Errors
    /// [`PatternError`] where it is none, or too large.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let source = composed(source.as_bytes());
        let source = &*String::from_utf8_lossy(&source);
        let regex = RegexBuilder::new(source)
            .case_insensitive(!names_a_capital(source))
            .size_limit(MOST_BYTES)
            .dfa_size_limit(MOST_BYTES)
            .nest_limit(DEEPEST)
            .build()
            .map_err(|error| PatternError::of(&error))?;
        Ok(Self { source: with_slashes_escaped(source), regex })
    }

    /// The pattern, with every slash in it escaped.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn regex(&self) -> &Regex {
        &self.regex
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.source)
    }
}

fn with_slashes_escaped(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut escaped = false;
    for c in source.chars() {
        if c == '/' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// Whether a capital stands in it for itself, and not in the name of a class or a group.
pub(super) fn names_a_capital(source: &str) -> bool {
    let mut rest = source.chars();
    while let Some(c) = rest.next() {
        if c == '\\' {
            // `\S`, `\pL`, `\p{Greek}`, `\x{1F4A9}`
            let class = rest.next();
            let argument = matches!(class, Some('p' | 'P' | 'x' | 'u' | 'U'));
            if argument && rest.next() == Some('{') {
                rest.by_ref().find(|c| *c == '}');
            }
        } else if c == '(' && rest.as_str().starts_with('?') {
            // `(?P<Name>`, `(?U)`, `(?U:`
            rest.by_ref().find(|c| ">):".contains(*c));
        } else if c.is_uppercase() {
            return true;
        }
    }
    false
}

impl PatternError {
    /// The library draws the pattern with a caret below it over several lines; the last says why.
    fn of(error: &Error) -> Self {
        if let Error::CompiledTooBig(_) = error {
            return Self::TooLarge;
        }
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        Self::Unreadable { why: last.strip_prefix("error: ").unwrap_or(last).to_owned() }
    }
}
