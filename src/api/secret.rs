//! The key of the account, and where it comes from.

use std::env::VarError;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::text::secrets;

/// What a text in quotes begins or ends with, as a shell knows them and as they are pasted.
pub(super) const QUOTES: [char; 7] =
    ['"', '\'', '`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'];

/// The environment variable that holds the key.
pub const SECRET_VARIABLE: &str = "CEREBRAS_API_KEY";

/// Where a secret comes from, in the words of an operator who is told to mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// The environment variable of this name.
    Variable(&'static str),
}

/// Where the key of the account is kept.
pub const KEY: SecretSource = SecretSource::Variable(SECRET_VARIABLE);

/// A key that is fit to stand in a header; neither `Debug` nor an error shows it, nor any text that
/// is printed.
#[derive(Clone, Debug)]
pub struct Secret {
    text: SecretString,
    source: SecretSource,
}

/// Why there is no usable key. The texts never show it.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadSecret {
    /// The source is not there, or empty.
    #[error("no key: {}, as its console makes them (`shelflife --demo` needs none)", .0.to_be_set("a key of the account"))]
    Missing(SecretSource),
    /// It holds something that no header can carry.
    #[error(
        "the key in {0} is malformed: it must be printable ASCII without spaces or line breaks"
    )]
    Malformed(SecretSource),
    /// It stands in quotes, as a shell would take them off and other readers of such lines do not.
    #[error(
        "the key in {0} stands in quotes, which would be sent as a part of it: leave them out there \
         (files of variables are often read with their quotes)"
    )]
    Quoted(SecretSource),
    /// It is the whole header, or the whole assignment.
    #[error("the key in {0} begins with {1:?}, which is no part of it: leave that out")]
    Prefixed(SecretSource, &'static str),
}

impl SecretSource {
    /// The sentence that has `what` put there.
    #[must_use]
    pub fn to_be_set(self, what: &str) -> String {
        match self {
            Self::Variable(name) => format!("set {name} to {what}"),
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
        }
    }
}

impl Secret {
    /// Reads the key where it is kept.
    ///
    /// # Errors
    /// [`BadSecret`], which does not show it.
    pub fn read(source: SecretSource) -> Result<Self, BadSecret> {
        let SecretSource::Variable(name) = source;
        match std::env::var(name) {
            Ok(text) => Self::parse(&text, source),
            Err(VarError::NotPresent) => Err(BadSecret::Missing(source)),
            Err(VarError::NotUnicode(_)) => Err(BadSecret::Malformed(source)),
        }
    }

    /// Checks a key; one trailing line break, as files and commands leave it, is trimmed. From now on
    /// no printed text shows it ([`secrets`]).
    ///
    /// # Errors
    /// [`BadSecret`], which does not show it.
    pub fn parse(text: &str, source: SecretSource) -> Result<Self, BadSecret> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() {
            return Err(BadSecret::Missing(source));
        }
        if text.starts_with(QUOTES) || text.ends_with(QUOTES) {
            return Err(BadSecret::Quoted(source));
        }
        let of_source = match source {
            SecretSource::Variable(SECRET_VARIABLE) => "CEREBRAS_API_KEY=",
            SecretSource::Variable(_) => "export ",
        };
        let prefixes = ["Bearer ", "bearer ", "Authorization:", "export ", of_source];
        if let Some(prefix) = prefixes.into_iter().find(|prefix| text.starts_with(prefix)) {
            return Err(BadSecret::Prefixed(source, prefix.trim_end()));
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(BadSecret::Malformed(source));
        }
        let text = SecretString::from(text);
        secrets::register(&text);
        Ok(Self { text, source })
    }

    /// Where it was kept.
    #[must_use]
    pub fn source(&self) -> SecretSource {
        self.source
    }
}

impl ExposeSecret<str> for Secret {
    fn expose_secret(&self) -> &str {
        self.text.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::UntrustedRef;

    /// Hazards 14 and 18.
    #[test]
    fn keys_are_checked_and_never_shown() {
        let parse = |text| Secret::parse(text, KEY);
        assert_eq!(parse("csk-abc\n").unwrap().expose_secret(), "csk-abc");
        assert_eq!(parse("").unwrap_err(), BadSecret::Missing(KEY));
        assert_eq!(parse("\n").unwrap_err(), BadSecret::Missing(KEY));
        for bad in ["a b", "a\r\nb", "a\n\n", "\u{1b}[31m", "schlüssel", " a", "a\0"] {
            let error = parse(bad).unwrap_err();
            assert_eq!(error, BadSecret::Malformed(KEY), "{bad:?}");
            assert!(!error.to_string().contains(bad));
        }
        for bad in
            ["\"csk-a\"", "'csk-a'\n", "\"csk-a", "csk-a'", "`a`", "\u{201c}a\u{201d}", "\"\""]
        {
            let error = parse(bad).unwrap_err();
            assert_eq!(error, BadSecret::Quoted(KEY), "{bad:?}");
            assert!(error.to_string().contains("quotes") && !error.to_string().contains("csk"));
        }
        for bad in ["Bearer csk-a", "Authorization: Bearer csk-a", "CEREBRAS_API_KEY=csk-a"] {
            let error = parse(bad).unwrap_err();
            assert!(matches!(error, BadSecret::Prefixed(KEY, _)), "{bad:?}");
            assert!(!error.to_string().contains("csk"), "{error}");
        }
        let debug = format!("{:?}", parse("canary-key").unwrap());
        assert!(!debug.contains("canary"), "{debug}");
    }

    /// Hazards 14: whatever reads a key, no way to show a text shows it; what is kept is as it came.
    #[test]
    fn a_key_that_was_read_is_hidden_in_all_that_is_shown() {
        let key = "csk-read-for-this-test+1";
        let echo = format!("a {key} b");
        let text = UntrustedRef::new(echo.as_bytes());
        assert!(text.printable().contains(key), "it is no key yet");
        Secret::parse(key, KEY).unwrap();
        assert_eq!(text.printable(), "a [key] b");
        assert_eq!(text.printable_within(6), "a [ke…");
        assert_eq!(text.refusal_within(40), "a [key] b");
        assert_eq!(text.json(), "\"a [key] b\"");
        assert_eq!(serde_json::to_string(&text).unwrap(), "\"a [key] b\"");
        assert_eq!(format!("{text:?}"), "\"a [key] b\"");
        assert_eq!(secrets::without_secrets(&echo), "a [key] b");
        assert_eq!((text.raw(), text.exact_json()), (echo.as_bytes(), format!("\"{echo}\"")));
        // A text that is cut shows no beginning of it either.
        let long = format!("{}{key}", "x".repeat(60));
        let cut = &long.as_bytes()[..70];
        assert!(UntrustedRef::new(cut).printable_within(200).ends_with("x[key]"));
    }
}
