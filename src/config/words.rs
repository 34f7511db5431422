//! Words that settings take. It does not know where they are given.

use super::given::Given;
use crate::account::Load;
use crate::app::table::columns::{Column, WIDTHS};
use crate::store::field::Field;

/// What can be loaded: each word, and what it means.
pub const LOADS: [(&str, Load, &str); 3] = [
    ("auto", Load::Auto, "Pages as the view calls for them, and the rest at leisure"),
    ("demand", Load::Demand, "Pages as the view calls for them"),
    ("all", Load::All, "The whole list at once"),
];

/// When colour is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colouring {
    /// Where the terminal has any, unless `NO_COLOR` is set.
    Auto,
    /// Whatever the environment says.
    Always,
    /// Not at all.
    Never,
}

impl Colouring {
    /// Each of them, its word, and what it means.
    pub const ALL: [(&str, Self, &str); 3] = [
        ("auto", Self::Auto, "Where the terminal has any, unless `NO_COLOR` is set"),
        ("always", Self::Always, "Whatever the environment says"),
        ("never", Self::Never, "Not at all"),
    ];
}

pub(super) fn one_of<T: Copy>(given: &Given, all: &[(&str, T)], place: &mut T) -> Option<()> {
    let text = given.text()?;
    let (_, value) = all.iter().find(|(name, _)| *name == text)?;
    *place = *value;
    Some(())
}

pub(super) fn sort_key(word: &str) -> Option<Field> {
    Field::ALL.into_iter().find(|key| key.word() == word)
}

pub(super) fn column(text: &str) -> Option<Column> {
    let (word, width) = match text.split_once(':') {
        None => (text, None),
        Some((word, width)) => {
            (word, Some(width.parse::<u16>().ok().filter(|width| WIDTHS.contains(width))?))
        }
    };
    Some(Column { field: sort_key(word)?, width })
}
