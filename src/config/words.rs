//! Words that settings take, in the file as on the command line.

use clap::ValueEnum;

/// What to load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Load {
    /// Pages as the view calls for them.
    Demand,
    /// The whole list.
    All,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Unless `NO_COLOR` is set.
    Auto,
    /// Whatever the environment says.
    Always,
    /// Not at all.
    Never,
}
