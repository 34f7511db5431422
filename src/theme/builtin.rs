//! The themes that come with the program, by name. This module knows neither which one is in use
//! nor what the terminal can show.

use super::{Background, Theme};

/// The themes that are files, as their name and their text, which a user can copy and edit.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("juniper", include_str!("../../assets/themes/juniper.toml")),
    ("fig", include_str!("../../assets/themes/fig.toml")),
    ("linen", include_str!("../../assets/themes/linen.toml")),
    ("beacon", include_str!("../../assets/themes/beacon.toml")),
];

impl Theme {
    /// The theme that comes with the program under this name, one of [`names`].
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "dark" => Some(Self::ansi(Background::Dark)),
            "light" => Some(Self::ansi(Background::Light)),
            "plain" => Some(Self::plain()),
            _ => {
                let (_, text) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name)?;
                Self::read(text).ok()
            }
        }
    }
}

/// The names of all themes that come with the program, in the order in which one goes through them.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let files = BUILT_IN.iter().map(|(name, _)| *name);
    ["dark", "light"].into_iter().chain(files).chain(["plain"]).collect()
}
