//! Words that settings take. It does not know where they are given.

use crate::account::Load;

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
