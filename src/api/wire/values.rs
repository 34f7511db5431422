//! Values as services write them: numbers as text, strings that are no Unicode.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use serde_json::value::RawValue;

use crate::text::Untrusted;
use crate::time::expiry::Stated;

/// Above this a float is no longer exact.
const EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// A JSON string read as bytes, which keeps lone surrogates instead of failing on them.
pub(super) struct Wtf8(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Wtf8 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_wtf8(deserializer, |text| Self(text.to_vec()))
    }
}

/// Makes what `make` does of the bytes of a JSON string.
pub(super) fn read_wtf8<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    make: impl Fn(&[u8]) -> T,
) -> Result<T, D::Error> {
    struct Bytes<F>(F);
    impl<T, F: Fn(&[u8]) -> T> Visitor<'_> for Bytes<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<T, E> {
            Ok((self.0)(bytes))
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            Ok((self.0)(text.as_bytes()))
        }
    }
    deserializer.deserialize_bytes(Bytes(make))
}

/// A text; a number or a truth in its place is what it is written as.
pub(super) fn read_string(raw: &RawValue) -> Stated<Untrusted> {
    match raw.get().as_bytes() {
        b"null" => Stated::Nothing,
        b"true" | b"false" | [b'-' | b'0'..=b'9', ..] => Stated::Value(Untrusted::new(raw.get())),
        [b'"', ..] => serde_json::from_str::<Wtf8>(raw.get())
            .map_or(Stated::Odd, |text| Stated::Value(Untrusted::new(text.0))),
        _ => Stated::Odd,
    }
}

/// The text of a number, whether it came as a number or as a string.
pub(super) fn number_text(raw: &RawValue) -> Stated<&str> {
    match raw.get() {
        "null" => Stated::Nothing,
        text => match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) => Stated::Value(inner.trim()),
            None if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                Stated::Value(text)
            }
            None => Stated::Odd,
        },
    }
}

pub(super) fn read_bytes(raw: &RawValue) -> Stated<u64> {
    let text = match number_text(raw) {
        Stated::Value(text) => text,
        Stated::Nothing => return Stated::Nothing,
        Stated::Odd => return Stated::Odd,
    };
    if let Ok(bytes) = text.parse::<u64>() {
        return Stated::Value(bytes);
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked: whole, not negative, exact"
    )]
    match text.parse::<f64>() {
        Ok(float)
            if float.fract() == 0.0
                && (0.0..=EXACT_FLOAT).contains(&float)
                && !float.is_sign_negative() =>
        {
            Stated::Value(float as u64)
        }
        _ => Stated::Odd,
    }
}
