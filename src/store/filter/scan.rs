//! The pieces of a filter's text: words, operators, quoted texts, patterns and values.
//!
//! The scanner knows neither fields nor what belongs together.

use std::ops::Range;

use super::FilterError;
use super::expr::Op;

pub(super) type Result<T> = std::result::Result<T, FilterError>;

/// An operator as written, before it is known what it compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Compare(Op),
    Contains,
}

const OPERATORS: [(&str, Written); 7] = [
    ("<=", Written::Compare(Op::AtMost)),
    (">=", Written::Compare(Op::AtLeast)),
    ("!=", Written::Compare(Op::Unequal)),
    ("<", Written::Compare(Op::Less)),
    (">", Written::Compare(Op::More)),
    ("=", Written::Compare(Op::Equal)),
    (":", Written::Contains),
];

pub(super) fn error<T>(at: Range<usize>, what: &str) -> Result<T> {
    Err(FilterError { at, what: what.to_owned(), unfinished: false })
}

/// What is missing behind the end.
pub(super) fn unfinished<T>(at: Range<usize>, what: &str) -> Result<T> {
    Err(FilterError { at, what: what.to_owned(), unfinished: true })
}

/// The operator at the beginning of `text`, and its length.
fn operator(text: &str) -> Option<(usize, Written)> {
    let found = OPERATORS.iter().find(|(sign, _)| text.starts_with(sign));
    found.map(|(sign, written)| (sign.len(), *written))
}

/// Whether a value can go no further than to the beginning of `text`.
fn ends_value(text: &str) -> bool {
    text.starts_with(|c: char| c.is_whitespace() || "()\"".contains(c))
}

/// A place in the text at which no space is.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut scanner = Self { text, at: 0 };
        scanner.advance(0);
        scanner
    }

    /// What is still to be read.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Whether nothing follows any more.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// The text of a place.
    pub(super) fn text_at(&self, at: &Range<usize>) -> &'a str {
        self.text.get(at.clone()).unwrap_or_default()
    }

    /// So many bytes from here.
    pub(super) fn next(&self, bytes: usize) -> Range<usize> {
        self.at..self.at + bytes
    }

    /// Takes so many bytes and the space behind them, and says where they stood.
    pub(super) fn advance(&mut self, bytes: usize) -> Range<usize> {
        let taken = self.next(bytes);
        self.at = taken.end;
        self.at = self.text.len() - self.rest().trim_start().len();
        taken
    }

    /// The bare word here; empty where none begins.
    pub(super) fn peek_word(&self) -> &'a str {
        self.peek_until(|rest| ends_value(rest) || operator(rest).is_some())
    }

    /// The bare value here, which may contain operators; empty where none begins.
    pub(super) fn peek_value(&self) -> &'a str {
        self.peek_until(ends_value)
    }

    fn peek_until(&self, ends: impl Fn(&str) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.char_indices().map(|(at, _)| at).find(|at| ends(&rest[*at..]));
        &rest[..end.unwrap_or(rest.len())]
    }

    /// The operator here, and its length.
    pub(super) fn peek_operator(&self) -> Option<(usize, Written)> {
        operator(self.rest())
    }

    /// Takes `word` where it stands here, and says where that was.
    pub(super) fn take(&mut self, word: &str) -> Option<Range<usize>> {
        (self.peek_word() == word).then(|| self.advance(word.len()))
    }

    /// Takes the sign for `not`, which is `!` or `-` with something behind it, or at the end, where
    /// that is still to come.
    pub(super) fn take_sign(&mut self) -> Option<Range<usize>> {
        let mut chars = self.rest().chars();
        let is_sign = matches!(chars.next(), Some('!' | '-')) && self.peek_operator().is_none();
        let ends = chars.next().is_some_and(char::is_whitespace);
        (is_sign && !ends).then(|| self.advance(1))
    }

    /// Takes a text in quotes; `\"` and `\\` in it stand for a quote and a backslash.
    pub(super) fn quoted(&mut self) -> Result<(String, Range<usize>)> {
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return Ok((text, self.advance(at + 1))),
                '\\' => {
                    let escaped = chars.next_if(|(_, c)| matches!(c, '"' | '\\'));
                    text.push(escaped.map_or(c, |(_, c)| c));
                }
                c => text.push(c),
            }
        }
        unfinished(self.next(self.rest().len()), "this quote is not closed")
    }

    /// Takes what stands between slashes, the escaped ones in it as they are.
    pub(super) fn pattern(&mut self) -> Result<(&'a str, Range<usize>)> {
        let rest = self.rest();
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            if c == '/' && !escaped {
                return Ok((&rest[1..at], self.advance(at + 1)));
            }
            escaped = c == '\\' && !escaped;
        }
        unfinished(self.next(rest.len()), "this pattern is not closed; it ends with a slash")
    }

    /// Takes a bare value, and further words for as long as they make a longer value; gives the
    /// range of its first word where it is none, and `None` where nothing begins here.
    pub(super) fn value<T>(
        &mut self,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<std::result::Result<T, Range<usize>>> {
        let word = Some(self.peek_value()).filter(|word| !word.is_empty())?;
        let first = self.advance(word.len());
        let mut value = read(word);
        loop {
            let next = self.peek_value();
            let longer = read(&self.text[first.start..self.at + next.len()]);
            if next.is_empty() || longer.is_none() {
                return Some(value.ok_or(first));
            }
            value = longer;
            self.advance(next.len());
        }
    }
}
