//! What a filter says, as a tree, and how it is written.
//!
//! The tree knows neither files nor the zone in which its dates are meant.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use super::parse::begins_a_comparison;
use super::pattern::Pattern;
use super::values::{self, When};
use crate::time::span::short_span;

/// A filter's meaning. Its `Display` reads back as an equal tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// All of two or more hold.
    And(Vec<Self>),
    /// Any of two or more.
    Or(Vec<Self>),
    /// The opposite.
    Not(Box<Self>),
    /// The filename or the id contains this.
    Word(String),
    /// The filename or the id has a match.
    Regex(Pattern),
    /// The time left, in whole seconds rounded up, compares so.
    Left(Op, u64),
    /// The time since the creation, in whole seconds, compares so.
    Age(Op, u64),
    /// The size in bytes compares so.
    Bytes(Op, u64),
    /// The creation compares so.
    Created(Op, When),
    /// The expiry compares so.
    Expires(Op, When),
    /// A text of the file compares so.
    Text(TextField, TextOp, String),
    /// The file is so.
    Is(Property),
}

/// How numbers and times are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
    /// `!=`
    Unequal,
}

/// How texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextOp {
    /// `:`, with smart case.
    Contains,
    /// `=`, letter by letter; an id byte by byte.
    Equal,
    /// `!=`, letter by letter; an id byte by byte.
    Unequal,
}

/// A text of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField {
    /// `purpose`
    Purpose,
    /// `name` or `filename`
    Name,
    /// `id`
    Id,
}

/// What a file is or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// No time is left.
    Expired,
    /// No expiry is given.
    Never,
    /// The operator marked it.
    Marked,
    /// The file could not be read.
    Unreadable,
    /// Its content is saved on this machine.
    Saved,
}

impl Op {
    /// Whether it holds for a value that is so, seen from the bound.
    pub(super) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::More => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
            Self::Equal => ordering.is_eq(),
            Self::Unequal => ordering.is_ne(),
        }
    }
}

impl Property {
    /// The word for it.
    pub(super) fn read(word: &str) -> Option<Self> {
        Some(match word {
            "expired" => Self::Expired,
            "never" => Self::Never,
            "marked" => Self::Marked,
            "unreadable" => Self::Unreadable,
            "saved" => Self::Saved,
            _ => return None,
        })
    }
}

impl Expr {
    /// See [`Filter::ages_s`](super::Filter::ages_s).
    pub(super) fn ages_s(&self) -> Vec<u64> {
        let mut all = BTreeSet::new();
        self.visit(&mut |expr| {
            let Self::Age(op, bound) = expr else { return };
            let (at, above) = (Some(*bound), bound.checked_add(1));
            match op {
                Op::Less | Op::AtLeast => all.extend(at),
                Op::AtMost | Op::More => all.extend(above),
                Op::Equal | Op::Unequal => all.extend(at.into_iter().chain(above)),
            }
        });
        all.into_iter().collect()
    }

    /// Calls `each` with this and everything in it.
    fn visit(&self, each: &mut impl FnMut(&Self)) {
        each(self);
        match self {
            Self::And(all) | Self::Or(all) => all.iter().for_each(|expr| expr.visit(each)),
            Self::Not(expr) => expr.visit(each),
            _ => {}
        }
    }

    /// See [`Filter::thresholds_s`](super::Filter::thresholds_s).
    pub(super) fn thresholds_s(&self) -> Vec<u64> {
        let mut all = BTreeSet::new();
        self.visit(&mut |expr| match expr {
            Self::Left(op, bound) => {
                // Between one second more than the bound and the bound, and between it and one less.
                let (above, below) = (Some(*bound), bound.checked_sub(1));
                match op {
                    Op::AtMost | Op::More => all.extend(above),
                    Op::Less | Op::AtLeast => all.extend(below),
                    Op::Equal | Op::Unequal => all.extend(above.into_iter().chain(below)),
                }
            }
            Self::Is(Property::Expired) => {
                all.insert(0);
            }
            _ => {}
        });
        all.into_iter().collect()
    }

    /// What it says of a file that is not loaded, as far as that is known without asking for it: no
    /// such file is marked, and which is saved is known of those that are loaded.
    pub(super) fn holds_unloaded(&self) -> Option<bool> {
        // What settles the matter whatever the others say, or what all of them say.
        let settled = |exprs: &[Self], by: bool| {
            let mut said = exprs.iter().map(Self::holds_unloaded);
            if said.clone().any(|one| one == Some(by)) {
                return Some(by);
            }
            said.all(|one| one == Some(!by)).then_some(!by)
        };
        match self {
            Self::And(all) => settled(all, false),
            Self::Or(any) => settled(any, true),
            Self::Not(expr) => expr.holds_unloaded().map(|holds| !holds),
            Self::Is(Property::Marked | Property::Saved) => Some(false),
            _ => None,
        }
    }

    pub(super) fn depends_on_marks(&self) -> bool {
        let mut found = false;
        self.visit(&mut |expr| found |= *expr == Self::Is(Property::Marked));
        found
    }

    pub(super) fn depends_on_what_is_saved(&self) -> bool {
        let mut found = false;
        self.visit(&mut |expr| found |= *expr == Self::Is(Property::Saved));
        found
    }

    /// Writes parts with `between` between them, in parentheses those that bind no tighter.
    fn join(f: &mut fmt::Formatter<'_>, parts: &[Self], between: &str, or: bool) -> fmt::Result {
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                f.write_str(between)?;
            }
            let loose = matches!(part, Self::Or(_)) || !or && matches!(part, Self::And(_));
            part.write(f, loose)?;
        }
        Ok(())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, parentheses: bool) -> fmt::Result {
        if parentheses { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(all) => Self::join(f, all, " ", false),
            Self::Or(any) => Self::join(f, any, " or ", true),
            Self::Not(expr) => {
                f.write_str("not ")?;
                expr.write(f, matches!(**expr, Self::And(_) | Self::Or(_)))
            }
            Self::Word(word) if is_plain_word(word) => f.write_str(word),
            Self::Word(word) => write_quoted(f, word),
            Self::Regex(pattern) => write!(f, "/{}/", pattern.source()),
            Self::Left(op, seconds) => write!(f, "left{op}{}", short_span(*seconds)),
            Self::Age(op, seconds) => write!(f, "age{op}{}", short_span(*seconds)),
            Self::Bytes(op, bytes) => {
                write!(f, "size{op}")?;
                values::write_size(f, *bytes)
            }
            Self::Created(op, when) => write!(f, "created{op}{when}"),
            Self::Expires(op, when) => write!(f, "expires{op}{when}"),
            Self::Text(field, op, text) => {
                write!(f, "{field}{op}")?;
                if is_plain_value(text) { f.write_str(text) } else { write_quoted(f, text) }
            }
            Self::Is(property) => write!(f, "{property}"),
        }
    }
}

/// Whether a word means itself without quotes, wherever it stands.
fn is_plain_word(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(['/', '!', '-'])
        && !word.contains(|c: char| c.is_whitespace() || "()\"<>=:".contains(c))
        && Property::read(word).is_none()
        && !is_connective(word)
        && !begins_a_comparison(word)
        && !values::continues_a_value(word)
}

/// Whether a text means itself without quotes after `:`, `=` or `!=`.
fn is_plain_value(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['<', '>', '=', ':', '!'])
        && !text.contains(|c: char| c.is_whitespace() || "()\"".contains(c))
        && !is_connective(text)
}

/// Whether it is a word that joins others.
pub(super) fn is_connective(word: &str) -> bool {
    matches!(word, "and" | "or" | "not")
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "=",
            Self::Unequal => "!=",
        })
    }
}

impl fmt::Display for TextOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contains => ":",
            Self::Equal => "=",
            Self::Unequal => "!=",
        })
    }
}

impl fmt::Display for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Purpose => "purpose",
            Self::Name => "name",
            Self::Id => "id",
        })
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "expired",
            Self::Never => "never",
            Self::Marked => "marked",
            Self::Unreadable => "unreadable",
            Self::Saved => "saved",
        })
    }
}
