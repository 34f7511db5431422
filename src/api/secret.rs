//! The key of the account.

use secrecy::{ExposeSecret, SecretString};

/// The environment variable that holds the key.
pub const SECRET_VARIABLE: &str = "CEREBRAS_API_KEY";

/// Bytes from which a key is looked for in texts of all kinds. A shorter one could stand there by
/// chance, as one of a letter would; real ones have some fifty.
pub const LONG_SECRET: usize = 8;

/// A key that is fit to stand in a header; neither `Debug` nor an error shows it.
#[derive(Clone, Debug)]
pub struct Secret(SecretString);

/// Why there is no usable key. The texts never show it.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadSecret {
    /// The variable is not set, or empty.
    #[error("no key: set {SECRET_VARIABLE} to the key of the account (--demo needs none)")]
    Missing,
    /// It holds something that no header can carry.
    #[error(
        "the key in {SECRET_VARIABLE} is malformed: it must be printable ASCII without spaces or line breaks"
    )]
    Malformed,
}

impl Secret {
    /// Checks a key; one trailing line break, as files and commands leave it, is trimmed.
    ///
    /// # Errors
    /// [`BadSecret`], which does not show it.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() {
            return Err(BadSecret::Missing);
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(BadSecret::Malformed);
        }
        Ok(Self(SecretString::from(text)))
    }
}

impl ExposeSecret<str> for Secret {
    fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

/// `text` without the key that the environment holds, for what is printed about this machine: it may
/// have been put in another place than meant.
#[must_use]
pub fn without_secrets(text: &str) -> String {
    match std::env::var(SECRET_VARIABLE).map(|key| Secret::parse(&key)) {
        Ok(Ok(key)) if key.expose_secret().len() >= LONG_SECRET => {
            text.replace(key.expose_secret(), "[key]")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hazards 14 and 18.
    #[test]
    fn keys_are_checked_and_never_shown() {
        assert_eq!(Secret::parse("csk-abc\n").unwrap().expose_secret(), "csk-abc");
        assert_eq!(Secret::parse("").unwrap_err(), BadSecret::Missing);
        assert_eq!(Secret::parse("\n").unwrap_err(), BadSecret::Missing);
        for bad in ["a b", "a\r\nb", "a\n\n", "\u{1b}[31m", "schlüssel", " a", "a\0"] {
            let error = Secret::parse(bad).unwrap_err();
            assert_eq!(error, BadSecret::Malformed, "{bad:?}");
            assert!(!error.to_string().contains(bad));
        }
        let debug = format!("{:?}", Secret::parse("canary-key").unwrap());
        assert!(!debug.contains("canary"), "{debug}");
    }
}
