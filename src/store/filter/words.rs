//! Looking for a text in others, with smart case, for a million of them per key press.
//!
//! A text in lower case matches any case, one with a capital only itself. Words know neither files
//! nor fields.

use std::ops::Range;

use memchr::memchr2_iter;
use memchr::memmem::Finder;

/// A text that is looked for.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    /// Boxed, since it carries its preparations with it.
    finder: Box<Finder<'static>>,
    any_case: bool,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        let has_case = text.chars().any(|c| c.is_ascii_alphabetic() || !c.is_ascii());
        let any_case = has_case && !text.chars().any(char::is_uppercase);
        let text: String =
            if any_case { text.chars().flat_map(fold).collect() } else { text.into() };
        Self { finder: Box::new(Finder::new(text.as_bytes()).into_owned()), any_case }
    }

    /// Whether it is in `haystack`; nothing is allocated but for a haystack beyond ASCII.
    pub(super) fn is_in(&self, haystack: &[u8]) -> bool {
        if !self.any_case {
            self.finder.find(haystack).is_some()
        } else if haystack.is_ascii() {
            contains_in_any_case(haystack, self.finder.needle())
        } else {
            let folded: String = String::from_utf8_lossy(haystack).chars().flat_map(fold).collect();
            self.finder.find(folded.as_bytes()).is_some()
        }
    }

    /// Where it is in `text`, from left to right.
    pub(super) fn ranges_in(&self, text: &str) -> Vec<Range<usize>> {
        let length = self.finder.needle().len();
        if length == 0 {
            return vec![];
        }
        if !self.any_case {
            return self.finder.find_iter(text.as_bytes()).map(|at| at..at + length).collect();
        }
        let mut folded = String::with_capacity(text.len());
        // For each byte of `folded` the character of `text` that it came from.
        let mut origins: Vec<Range<usize>> = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            folded.extend(fold(c));
            origins.resize(folded.len(), at..at + c.len_utf8());
        }
        let found = self.finder.find_iter(folded.as_bytes());
        found.map(|at| origins[at].start..origins[at + length - 1].end).collect()
    }
}

/// The letter in lower case, a sigma the same wherever it stands in its word.
fn fold(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c })
}

/// Whether `haystack`, which is ASCII, contains `needle`, which has no capitals.
fn contains_in_any_case(haystack: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return true };
    let Some(last) = haystack.len().checked_sub(needle.len()) else { return false };
    memchr2_iter(*first, first.to_ascii_uppercase(), &haystack[..=last])
        .any(|at| haystack[at + 1..][..rest.len()].eq_ignore_ascii_case(rest))
}
