//! Values as they were given, before a setting takes them.

use crate::time::span::read_span;

/// A value as it was given, in the file, the environment or a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Text.
    Text(String),
    /// True or false.
    Switch(bool),
    /// A whole number.
    Number(i64),
    /// Several texts.
    List(Vec<String>),
    /// Anything else; no setting takes it.
    Other,
}

impl Given {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn switch(&self) -> Option<bool> {
        match self {
            Self::Switch(switch) => Some(*switch),
            _ => None,
        }
    }

    /// A whole number from `least` to `most`; flags give it as text.
    pub(super) fn number<T: TryFrom<i64>>(&self, least: i64, most: i64) -> Option<T> {
        let number = match self {
            Self::Number(number) => *number,
            Self::Text(text) => text.parse().ok()?,
            _ => return None,
        };
        (least..=most).contains(&number).then(|| T::try_from(number).ok())?
    }

    pub(super) fn span(&self, least_s: u64, most_s: u64) -> Option<u64> {
        self.text().and_then(read_span).filter(|span| (least_s..=most_s).contains(span))
    }
}
