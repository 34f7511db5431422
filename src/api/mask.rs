//! The key, hidden in whatever a service echoes.

use memchr::memmem;
use secrecy::ExposeSecret;

use crate::api::secret::{LONG_SECRET, Secret};

/// Bytes below which a key is no secret, and part of many words.
const LEAST: usize = 4;
/// What stands in place of the key.
const HIDDEN: &[u8] = b"[key]";

/// Hides a key, if there is one.
#[derive(Clone, Debug)]
pub struct Mask {
    key: Option<Secret>,
}

impl Mask {
    /// Hides `key`.
    #[must_use]
    pub fn new(key: Option<Secret>) -> Self {
        Self { key }
    }

    /// The key itself.
    #[must_use]
    pub fn key(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    /// The same bytes of a list with the key hidden, unless the key is so short that it could stand
    /// there by chance.
    #[must_use]
    pub fn hide_in_list(&self, body: Vec<u8>) -> Vec<u8> {
        let long = self.key.as_ref().is_some_and(|key| key.expose_secret().len() >= LONG_SECRET);
        if long { self.hide(body) } else { body }
    }

    /// The same bytes with the key hidden wherever it stands, also where JSON spells some of its
    /// characters as escapes.
    #[must_use]
    pub fn hide(&self, text: Vec<u8>) -> Vec<u8> {
        let Some(key) = self.key.as_ref().map(ExposeSecret::expose_secret) else { return text };
        if key.len() < LEAST {
            return text;
        }
        let mut text = without_needless_escapes(text);
        text = replaced(text, key.as_bytes());
        if key.contains(['"', '\\']) {
            let escaped = key.replace('\\', "\\\\").replace('"', "\\\"");
            text = replaced(text, escaped.as_bytes());
        }
        text
    }
}

fn replaced(text: Vec<u8>, key: &[u8]) -> Vec<u8> {
    let mut found = memmem::find_iter(&text, key).peekable();
    if found.peek().is_none() {
        return text;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for at in found {
        out.extend_from_slice(&text[from..at]);
        out.extend_from_slice(HIDDEN);
        from = at + key.len();
    }
    out.extend_from_slice(&text[from..]);
    out
}

/// JSON may spell any character as `\u002d`, and a slash as `\/`: those that need not be spelt so are
/// spelt as themselves, which changes nothing of what the document says.
fn without_needless_escapes(text: Vec<u8>) -> Vec<u8> {
    // Most documents have no escape at all.
    let Some(first) = memchr::memchr(b'\\', &text) else { return text };
    let needless = |escape: &[u8]| memmem::find(&text[first..], escape).is_some();
    if !needless(b"\\u00") && !needless(b"\\/") {
        return text;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_slice();
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let (spelt, length) = match rest {
            [_, b'/', ..] => (Some(b'/'), 2),
            [_, b'u', b'0', b'0', high, low, ..] => (plain(*high, *low), 6),
            _ => (None, 2),
        };
        match spelt {
            Some(byte) => out.push(byte),
            None => out.extend_from_slice(&rest[..length.min(rest.len())]),
        }
        rest = &rest[length.min(rest.len())..];
    }
    out.extend_from_slice(rest);
    out
}

/// The character with these two hexadecimal digits, where it can stand in JSON as it is.
fn plain(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
    (byte.is_ascii_graphic() && !b"\"\\".contains(&byte)).then_some(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(key: &str, text: &str) -> String {
        let mask = Mask::new(Some(Secret::parse(key).unwrap()));
        String::from_utf8(mask.hide(text.as_bytes().to_vec())).unwrap()
    }

    /// Hazards 14: the key echoed by the service, however it is spelt.
    #[test]
    fn the_key_is_found_however_it_is_spelt() {
        for (text, expected) in [
            ("ab/c+D", "[key]"),
            ("xab/c+Dab/c+Dy", "x[key][key]y"),
            (r"ab\/c+D", "[key]"),
            (r"ab\u002fc\u002BD", "[key]"),
            (r"\u0061\u0062\/c+\u0044", "[key]"),
            // An escaped backslash before a slash is no slash.
            (r"ab\\/c+D", r"ab\\/c+D"),
            (r"ab\\u002fc+D", r"ab\\u002fc+D"),
            (r"\u0022\u005c\u000a\u00e4\u00", r"\u0022\u005c\u000a\u00e4\u00"),
            (r"\", r"\"),
            (r"\u00", r"\u00"),
            (r"\u00zz\/", r"\u00zz/"),
        ] {
            assert_eq!(hidden("ab/c+D", text), expected, "{text}");
        }
        assert_eq!(hidden("a\"b\\c", r#""a\"b\\c""#), "\"[key]\"");
    }

    #[test]
    fn what_a_document_says_stays() {
        let text = r#"{"a\/b":"\u0041\\u0042\"\u005c\n\ud83d\ude00","c":["\\","\u00e9"]}"#;
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&hidden("never-there", text)), read(text));
    }

    #[test]
    fn a_key_that_could_be_there_by_chance_is_left_in_lists() {
        let mask = Mask::new(Some(Secret::parse("here").unwrap()));
        assert_eq!(mask.hide_in_list(b"there".to_vec()), b"there");
        assert_eq!(mask.hide(b"there".to_vec()), b"t[key]");
        let mask = Mask::new(Some(Secret::parse("k").unwrap()));
        assert_eq!(mask.hide(b"backend".to_vec()), b"backend");
    }
}
