//! Words that settings take. It does not know where they are given.

/// What to load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Pages as the view calls for them.
    Demand,
    /// The whole list.
    All,
}

impl Load {
    /// Each of them, its word, and what it means.
    pub const ALL: [(&str, Self, &str); 2] = [
        ("demand", Self::Demand, "Pages as the view calls for them"),
        ("all", Self::All, "The whole list"),
    ];
}

/// When colour is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colouring {
    /// Unless `NO_COLOR` is set.
    Auto,
    /// Whatever the environment says.
    Always,
    /// Not at all.
    Never,
}

impl Colouring {
    /// Each of them, its word, and what it means.
    pub const ALL: [(&str, Self, &str); 3] = [
        ("auto", Self::Auto, "Unless `NO_COLOR` is set"),
        ("always", Self::Always, "Whatever the environment says"),
        ("never", Self::Never, "Not at all"),
    ];
}
