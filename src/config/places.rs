//! Where the program's files lie: the XDG places.
//!
//! Not by a library: those ask the system's table of users where `HOME` is not set, or take one that
//! is no absolute path. A service account without a home shall have no place rather than somebody's.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// `$XDG_CONFIG_HOME/shelflife`, or `~/.config/shelflife`; nothing without a home.
#[must_use]
pub fn config() -> Option<PathBuf> {
    place("XDG_CONFIG_HOME", ".config", |variable| env::var_os(variable))
}

/// `$XDG_STATE_HOME/shelflife`, or `~/.local/state/shelflife`; nothing without a home.
#[must_use]
pub fn state() -> Option<PathBuf> {
    place("XDG_STATE_HOME", ".local/state", |variable| env::var_os(variable))
}

/// The program's folder in the one that `variable` names, or in this one below the home. What is no
/// absolute path counts as not given, as the specification has it.
fn place(
    variable: &str,
    below_home: &str,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    let absolute = |variable| {
        let path = PathBuf::from(environment(variable)?);
        path.is_absolute().then_some(path)
    };
    let base = absolute(variable).or_else(|| Some(absolute("HOME")?.join(below_home)))?;
    Some(base.join("shelflife"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_absolute_or_none() {
        for (named, home, expected) in [
            (Some("/x"), Some("/home/me"), Some("/x/shelflife")),
            (Some("/x"), None, Some("/x/shelflife")),
            (Some("x"), Some("/home/me"), Some("/home/me/.config/shelflife")),
            (Some(""), Some("/home/me"), Some("/home/me/.config/shelflife")),
            (None, Some("/home/me"), Some("/home/me/.config/shelflife")),
            (None, Some("me"), None),
            (Some("x"), Some(""), None),
            (None, None, None),
        ] {
            let environment = |variable: &str| match variable {
                "HOME" => home.map(OsString::from),
                _ => named.map(OsString::from),
            };
            let found = place("XDG_CONFIG_HOME", ".config", environment);
            assert_eq!(found, expected.map(PathBuf::from), "{named:?} {home:?}");
        }
    }
}
