//! Reading a filter as it is typed: by recursive descent, up to the first place that makes no sense.
//!
//! The parser knows neither files nor zones. What it says is wrong is for whoever types, so it is
//! short, and names what would be right.

use std::ops::Range;

use super::FilterError;
use super::expr::{Expr, Op, Property, TextField, TextOp, is_connective};
use super::pattern::Pattern;
use super::scan::{Result, Scanner, Written, error, unfinished};
use super::values::{self, When};
use crate::time::span::read_span;

/// More is not typed, and hardly pasted.
const MOST_BYTES: usize = 1 << 16;
/// Parentheses and `not`s inside one another; what reads and asks a filter calls itself as often.
pub(super) const DEEPEST: usize = 100;
/// Patterns in a filter, since each may take a megabyte.
const MOST_PATTERNS: usize = 16;

const OPERAND_AFTER: &str = "a word or a comparison is expected after this";
const OPERAND_BEFORE: &str = "a word or a comparison is expected before this";
const NOT_OPEN: &str = "no parenthesis is open here";
const NO_FIELD: &str = "a field is expected before this; a text with such a sign needs quotes";
const UNKNOWN_FIELD: &str = "there is no such field, only left, age, size, created, expires, \
                             purpose, name and id; a text with such a sign needs quotes";

/// What may be missing of a date, of a time of day, and of an offset.
const DATE_TAILS: &[&str] = &[
    "s",
    "000-01-01",
    "00-01-01",
    "0-01-01",
    "-01-01",
    "01-01",
    "1-01",
    "0-01",
    "-01",
    "01",
    "1",
    "0",
    "T00:00",
    "00:00",
    "0:00",
    ":00",
    "00",
];

/// A field that can be compared.
#[derive(Clone, Copy)]
enum Subject {
    Left,
    Age,
    Bytes,
    Created,
    Expires,
    Text(TextField),
}

/// Whether a word is a field, or one with half an operator behind it: more is to follow it.
pub(super) fn begins_a_comparison(word: &str) -> bool {
    Subject::read(word.strip_suffix('!').unwrap_or(word)).is_some()
}

impl Subject {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "left" => Self::Left,
            "age" => Self::Age,
            "size" | "bytes" => Self::Bytes,
            "created" => Self::Created,
            "expires" => Self::Expires,
            "purpose" => Self::Text(TextField::Purpose),
            "name" | "filename" => Self::Text(TextField::Name),
            "id" => Self::Text(TextField::Id),
            _ => return None,
        })
    }

    /// What is said where nothing is compared.
    fn lacks(self) -> &'static str {
        match self {
            Self::Left => "a comparison such as left<6h; the word itself needs quotes",
            Self::Age => "a comparison such as age<3d; the word itself needs quotes",
            Self::Bytes => "a comparison such as size>10MiB; the word itself needs quotes",
            Self::Created | Self::Expires => {
                "a comparison such as created>2026-11-01; the word itself needs quotes"
            }
            Self::Text(_) => "a comparison such as name:output; the word itself needs quotes",
        }
    }

    /// What may follow what was begun of a value, so that it is one.
    fn tails(self) -> &'static [&'static str] {
        match self {
            Self::Left | Self::Age => &["s"],
            Self::Bytes => &["B", "iB", "MiB", "0MiB"],
            Self::Created | Self::Expires => DATE_TAILS,
            Self::Text(_) => &[],
        }
    }

    /// What is said where its value is missing or is none.
    fn expected(self) -> &'static str {
        match self {
            Self::Left | Self::Age => "a time such as 90s, 6h or 1d12h is expected",
            Self::Bytes => "a size such as 10MiB or 512 is expected",
            Self::Created => "a date such as 2026-11-01 or an age such as 3d is expected",
            Self::Expires => "a date such as 2026-11-01 or 2026-11-01T15:04 is expected",
            Self::Text(_) => "a text is expected; what is more than a plain word needs quotes",
        }
    }
}

/// Reads the whole of `text`; `None` where it is blank.
pub(super) fn parse(text: &str) -> Result<Option<Expr>> {
    if text.len() > MOST_BYTES {
        let from = (0..=MOST_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        return error(from..text.len(), "this is too long for a filter");
    }
    let mut parser = Parser { scanner: Scanner::new(text), depth: 0, patterns: 0 };
    if parser.scanner.rest().is_empty() {
        return Ok(None);
    }
    let expr = parser.read_or(0..0)?;
    if parser.scanner.rest().is_empty() {
        return Ok(Some(expr));
    }
    error(parser.scanner.next(1), NOT_OPEN)
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    depth: usize,
    patterns: usize,
}

/// In these `after` is where that stands which cannot be without what is read; empty for nothing.
impl Parser<'_> {
    /// `a or b`.
    fn read_or(&mut self, after: Range<usize>) -> Result<Expr> {
        let mut any = vec![self.read_and(after)?];
        while let Some(or) = self.scanner.take("or") {
            any.push(self.read_and(or)?);
        }
        Ok(one_or(any, Expr::Or))
    }

    /// `a b and c`.
    fn read_and(&mut self, after: Range<usize>) -> Result<Expr> {
        let mut all = vec![self.read_not(after)?];
        loop {
            let rest = self.scanner.rest();
            if let Some(and) = self.scanner.take("and") {
                all.push(self.read_not(and)?);
            } else if rest.is_empty() || rest.starts_with(')') || self.scanner.peek_word() == "or" {
                return Ok(one_or(all, Expr::And));
            } else {
                all.push(self.read_not(0..0)?);
            }
        }
    }

    fn read_not(&mut self, after: Range<usize>) -> Result<Expr> {
        let not = self.scanner.take("not").or_else(|| self.scanner.take_sign());
        let Some(not) = not else { return self.read_operand(after) };
        self.within(not, |parser, not| Ok(Expr::Not(Box::new(parser.read_not(not)?))))
    }

    /// Reads something that stands inside of something else.
    fn within(
        &mut self,
        outer: Range<usize>,
        read: impl FnOnce(&mut Self, Range<usize>) -> Result<Expr>,
    ) -> Result<Expr> {
        if self.depth == DEEPEST {
            return error(outer, "this is inside of too many parentheses and nots");
        }
        self.depth += 1;
        let expr = read(self, outer)?;
        self.depth -= 1;
        Ok(expr)
    }

    /// A word, a pattern, a comparison, a property, or something in parentheses.
    fn read_operand(&mut self, after: Range<usize>) -> Result<Expr> {
        let word = self.scanner.peek_word();
        match self.scanner.rest().chars().next() {
            Some(')') if after.is_empty() => error(self.scanner.next(1), NOT_OPEN),
            Some(')') => error(after, OPERAND_AFTER),
            None => unfinished(after, OPERAND_AFTER),
            Some('(') => self.read_group(),
            Some('"') => Ok(Expr::Word(self.scanner.quoted()?.0)),
            Some('/') => self.read_pattern(),
            _ if is_connective(word) => error(self.scanner.next(word.len()), OPERAND_BEFORE),
            _ => self.read_word_or_comparison(word),
        }
    }

    fn read_group(&mut self) -> Result<Expr> {
        let open = self.scanner.advance(1);
        let expr = self.within(open.clone(), Self::read_or)?;
        if !self.scanner.rest().starts_with(')') {
            return unfinished(open, "this parenthesis is not closed");
        }
        self.scanner.advance(1);
        Ok(expr)
    }

    fn read_pattern(&mut self) -> Result<Expr> {
        let (source, at) = self.scanner.pattern()?;
        self.patterns += 1;
        if self.patterns > MOST_PATTERNS {
            return error(at, "these are too many patterns for a filter");
        }
        Pattern::new(source).map(Expr::Regex).map_err(|error| FilterError {
            at,
            what: error.to_string(),
            unfinished: false,
        })
    }

    fn read_word_or_comparison(&mut self, word: &str) -> Result<Expr> {
        let name = self.scanner.advance(word.len());
        let Some((length, written)) = self.scanner.peek_operator() else {
            return self.read_word(word, name);
        };
        if word.is_empty() {
            return error(self.scanner.next(length), NO_FIELD);
        }
        let Some(field) = Subject::read(word) else { return error(name, UNKNOWN_FIELD) };
        let sign = self.scanner.advance(length);
        match (field, written) {
            (Subject::Text(text), written) => self.read_text(text, written, sign),
            (_, Written::Contains) => error(sign, "here stands one of <, <=, >, >=, = and !="),
            (Subject::Left, Written::Compare(op)) => {
                Ok(Expr::Left(op, self.read_value(field, sign, read_span)?))
            }
            (Subject::Bytes, Written::Compare(op)) => {
                Ok(Expr::Bytes(op, self.read_value(field, sign, values::read_size)?))
            }
            (Subject::Age, Written::Compare(op)) => {
                Ok(Expr::Age(op, self.read_value(field, sign, read_span)?))
            }
            (Subject::Created, Written::Compare(op)) => self.read_created(op, sign),
            (Subject::Expires, Written::Compare(op)) => {
                Ok(Expr::Expires(op, self.read_value(field, sign, When::read)?))
            }
        }
    }

    /// A word that no operator follows.
    fn read_word(&self, word: &str, at: Range<usize>) -> Result<Expr> {
        let (stem, ends) = (word.strip_suffix('!').unwrap_or(word), self.scanner.is_at_end());
        match Subject::read(stem) {
            // `left!=` is being typed.
            Some(field) if ends => unfinished(at, field.lacks()),
            Some(field) if stem == word => error(at, field.lacks()),
            _ => {
                let property = Property::read(word).map(Expr::Is);
                Ok(property.unwrap_or_else(|| Expr::Word(word.to_owned())))
            }
        }
    }

    /// A date, or how long ago: `created<3d` is what `age<3d` is.
    fn read_created(&mut self, op: Op, sign: Range<usize>) -> Result<Expr> {
        let read = |text: &str| {
            let date = When::read(text).map(|when| Expr::Created(op, when));
            date.or_else(|| Some(Expr::Age(op, read_span(text)?)))
        };
        self.read_value(Subject::Created, sign, read)
    }

    fn read_value<T>(
        &mut self,
        field: Subject,
        sign: Range<usize>,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T> {
        if self.scanner.rest().starts_with('"') {
            let (text, at) = self.scanner.quoted()?;
            return read(&text).map_or_else(|| error(at, field.expected()), Ok);
        }
        let Some(value) = self.scanner.value(&read) else {
            let say = if self.scanner.is_at_end() { unfinished } else { error };
            return say(sign, field.expected());
        };
        value.or_else(|at| {
            let begun = self.scanner.text_at(&at);
            let mut tails = field.tails().iter();
            let is_begun = self.scanner.is_at_end()
                && tails.any(|tail| read(&format!("{begun}{tail}")).is_some());
            let say = if is_begun { unfinished } else { error };
            say(at, field.expected())
        })
    }

    fn read_text(
        &mut self,
        field: TextField,
        written: Written,
        sign: Range<usize>,
    ) -> Result<Expr> {
        let op = match written {
            Written::Contains => TextOp::Contains,
            Written::Compare(Op::Equal) => TextOp::Equal,
            Written::Compare(Op::Unequal) => TextOp::Unequal,
            Written::Compare(_) => return error(sign, "here stands one of :, = and !="),
        };
        let expected = Subject::Text(field).expected();
        if self.scanner.rest().starts_with('"') {
            return Ok(Expr::Text(field, op, self.scanner.quoted()?.0));
        }
        let text = self.scanner.peek_value();
        if text.is_empty() {
            let say = if self.scanner.is_at_end() { unfinished } else { error };
            return say(sign, expected);
        }
        let at = self.scanner.advance(text.len());
        if is_connective(text) && self.scanner.is_at_end() {
            return unfinished(at, expected);
        }
        if text.starts_with(['<', '>', '=', ':', '!']) || is_connective(text) {
            return error(at, expected);
        }
        Ok(Expr::Text(field, op, text.to_owned()))
    }
}

/// The only one, or all of them joined.
fn one_or(mut exprs: Vec<Expr>, join: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match exprs.pop() {
        Some(only) if exprs.is_empty() => only,
        last => {
            exprs.extend(last);
            join(exprs)
        }
    }
}
