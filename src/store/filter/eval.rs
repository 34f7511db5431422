//! Filters made ready to be asked about a million files: texts prepared, dates turned into seconds,
//! what is cheap asked first.
//!
//! A test reads those columns that it needs, and allocates nothing. It knows nothing of how a filter
//! is written.

use std::cmp::Ordering;
use std::ops::Range;

use regex::bytes::Regex;

use super::expr::{Expr, Op, Property, TextField, TextOp};
use super::tested::Tested;
use super::words::Needle;
use crate::text::composed;
use crate::time::expiry::{StatedTime, TimeLeft};
use crate::time::zone::Zone;

/// An [`Expr`] that is ready for use.
#[derive(Clone, Debug)]
pub(super) enum Test {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Word(Needle),
    Regex(Regex),
    Left(Op, u64),
    Age(Op, u64),
    Bytes(Op, u64),
    Created(Op, Span),
    Expires(Op, Span),
    Text(TextField, TextTest),
    Is(Property),
}

#[derive(Clone, Debug)]
pub(super) enum TextTest {
    Contains(Needle),
    Equal(Vec<u8>),
    Unequal(Vec<u8>),
}

/// Seconds since the epoch, from the first up to and without the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span(i64, i64);

impl Span {
    /// Where `at` lies, seen from the span.
    fn order(self, at: i64) -> Ordering {
        if at < self.0 {
            Ordering::Less
        } else if at < self.1 {
            Ordering::Equal
        } else {
            Ordering::Greater
        }
    }
}

impl Test {
    pub(super) fn compile(expr: &Expr, zone: Zone) -> Self {
        let all = |exprs: &[Expr]| {
            let mut tests: Vec<Self> = exprs.iter().map(|expr| Self::compile(expr, zone)).collect();
            tests.sort_by_key(Self::cost);
            tests
        };
        let span = |when: super::When| {
            let (from, until) = when.span_s(zone);
            Span(from, until)
        };
        match expr {
            Expr::And(exprs) => Self::All(all(exprs)),
            Expr::Or(exprs) => Self::Any(all(exprs)),
            Expr::Not(expr) => Self::Not(Box::new(Self::compile(expr, zone))),
            Expr::Word(word) => Self::Word(Needle::new(word)),
            Expr::Regex(pattern) => Self::Regex(pattern.regex().clone()),
            Expr::Left(op, seconds) => Self::Left(*op, *seconds),
            Expr::Age(op, seconds) => Self::Age(*op, *seconds),
            Expr::Bytes(op, bytes) => Self::Bytes(*op, *bytes),
            Expr::Created(op, when) => Self::Created(*op, span(*when)),
            Expr::Expires(op, when) => Self::Expires(*op, span(*when)),
            Expr::Text(field, op, text) => Self::Text(*field, TextTest::compile(*field, *op, text)),
            Expr::Is(property) => Self::Is(*property),
        }
    }

    /// The rank of the test by the time that it takes, by and large: cheaper ones are made first.
    fn cost(&self) -> u8 {
        match self {
            Self::Bytes(..)
            | Self::Created(..)
            | Self::Expires(..)
            | Self::Left(..)
            | Self::Age(..) => 0,
            Self::Is(_) => 1,
            Self::Text(..) => 2,
            Self::Word(_) => 3,
            Self::Regex(_) => 4,
            Self::Not(test) => test.cost(),
            Self::All(tests) | Self::Any(tests) => tests.iter().map(Self::cost).max().unwrap_or(0),
        }
    }

    /// Whether it holds of a file at `server_ms` on the service's clock.
    pub(super) fn holds(&self, file: &impl Tested, server_ms: i64) -> bool {
        let left = || TimeLeft::of(file.expires_at(), server_ms);
        let time = |at: StatedTime, op: Op, span: Span| {
            at.value().is_some_and(|at| op.holds(span.order(at)))
        };
        match self {
            Self::All(tests) => tests.iter().all(|test| test.holds(file, server_ms)),
            Self::Any(tests) => tests.iter().any(|test| test.holds(file, server_ms)),
            Self::Not(test) => !test.holds(file, server_ms),
            Self::Word(needle) => file.in_name_or_id(|text| needle.is_in(text)),
            Self::Regex(regex) => file.in_name_or_id(|text| regex.is_match(&composed(text))),
            Self::Left(op, bound) => match left() {
                TimeLeft::Expired => op.holds(0.cmp(bound)),
                TimeLeft::Seconds(seconds) => op.holds(seconds.cmp(bound)),
                TimeLeft::Never | TimeLeft::Unknown => false,
            },
            Self::Age(op, bound) => {
                let age = |at| server_ms.div_euclid(1_000).saturating_sub(at);
                let age = file.created_at().value().map(age);
                age.is_some_and(|age| op.holds(u64::try_from(age).unwrap_or(0).cmp(bound)))
            }
            Self::Bytes(op, bound) => {
                file.bytes().value().is_some_and(|bytes| op.holds(bytes.cmp(bound)))
            }
            Self::Created(op, span) => time(file.created_at(), *op, *span),
            Self::Expires(op, span) => time(file.expires_at(), *op, *span),
            Self::Text(TextField::Id, test) => {
                file.text(TextField::Id).is_some_and(|id| test.holds(id))
            }
            Self::Text(field, test) => {
                file.text(*field).is_some_and(|text| test.holds(&composed(text)))
            }
            Self::Is(Property::Expired) => left() == TimeLeft::Expired,
            Self::Is(Property::Never) => file.has_no_expiry(),
            Self::Is(Property::Marked) => file.is_marked(),
            Self::Is(Property::Saved) => file.is_saved(),
            Self::Is(Property::Unreadable) => file.is_unreadable(),
        }
    }

    /// Adds where `shown` has what is looked for; not what is looked for in order to leave it out.
    pub(super) fn highlights(&self, shown: &str, wanted: bool, found: &mut Vec<Range<usize>>) {
        match self {
            Self::All(tests) | Self::Any(tests) => {
                for test in tests {
                    test.highlights(shown, wanted, found);
                }
            }
            Self::Not(test) => test.highlights(shown, !wanted, found),
            Self::Word(needle)
            | Self::Text(TextField::Name | TextField::Id, TextTest::Contains(needle))
                if wanted =>
            {
                found.extend(needle.ranges_in(shown));
            }
            Self::Regex(regex) if wanted => {
                let matches = regex.find_iter(shown.as_bytes()).map(|found| found.range());
                found.extend(
                    matches.filter(|range| !range.is_empty()).map(|range| whole(shown, range)),
                );
            }
            _ => {}
        }
    }
}

/// The range with the characters at its ends whole: a pattern may ask for single bytes.
fn whole(text: &str, range: Range<usize>) -> Range<usize> {
    let start = (0..=range.start).rev().find(|at| text.is_char_boundary(*at));
    let end = (range.end..=text.len()).find(|at| text.is_char_boundary(*at));
    start.unwrap_or(0)..end.unwrap_or(text.len())
}

impl TextTest {
    fn compile(field: TextField, op: TextOp, text: &str) -> Self {
        // Two files may have ids that are two spellings of one text.
        let wanted = || match field {
            TextField::Id => text.as_bytes().to_vec(),
            TextField::Name | TextField::Purpose => composed(text.as_bytes()).into_owned(),
        };
        match op {
            TextOp::Contains => Self::Contains(Needle::new(text)),
            TextOp::Equal => Self::Equal(wanted()),
            TextOp::Unequal => Self::Unequal(wanted()),
        }
    }

    fn holds(&self, text: &[u8]) -> bool {
        match self {
            Self::Contains(needle) => needle.is_in(text),
            Self::Equal(wanted) => text == wanted,
            Self::Unequal(unwanted) => text != unwanted,
        }
    }
}
