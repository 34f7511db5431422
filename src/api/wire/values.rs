//! Values as services write them: numbers as text, times in three notations, strings that are no
//! Unicode.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::text::Untrusted;
use crate::time::expiry::{Stated, StatedTime};

/// Times above this are no seconds: they would lie past the year 5138.
const MOST_SECONDS: i64 = 100_000_000_000;
/// Times from this on are milliseconds: it is September 2001. What lies between could be neither a
/// file's time in seconds nor one in milliseconds, and is not guessed at.
const LEAST_MILLISECONDS: i64 = 1_000_000_000_000;
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

pub(super) fn read_string(raw: &RawValue) -> Stated<Untrusted> {
    match raw.get().as_bytes() {
        b"null" => Stated::Nothing,
        [b'"', ..] => serde_json::from_str::<Wtf8>(raw.get())
            .map_or(Stated::Odd, |text| Stated::Value(Untrusted::new(text.0))),
        _ => Stated::Odd,
    }
}

/// The text of a number, whether it came as a number or as a string.
fn number_text(raw: &RawValue) -> Stated<&str> {
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

pub(super) fn read_time(raw: &RawValue) -> StatedTime {
    let text = match number_text(raw) {
        Stated::Value(text) => text,
        Stated::Nothing => return Stated::Nothing,
        Stated::Odd => return Stated::Odd,
    };
    #[allow(clippy::cast_possible_truncation, reason = "checked: exact")]
    let number = text.parse::<i64>().ok().or_else(|| {
        let float = text.parse::<f64>().ok().filter(|float| float.abs() <= EXACT_FLOAT)?;
        // A part of the first second of 1970 is no time of a file, and must not read as none.
        (float == 0.0 || float.abs() >= 1.0).then_some(float.floor() as i64)
    });
    match number {
        Some(number) => time_of(number),
        None => OffsetDateTime::parse(text, &Rfc3339)
            .map_or(Stated::Odd, |at| Stated::Value(at.unix_timestamp())),
    }
}

/// A time given as a whole number.
pub(super) fn time_of(number: i64) -> StatedTime {
    match number {
        0 => Stated::Nothing,
        seconds if (1..=MOST_SECONDS).contains(&seconds) => Stated::Value(seconds),
        milliseconds if milliseconds >= LEAST_MILLISECONDS => Stated::Value(milliseconds / 1_000),
        _ => Stated::Odd,
    }
}
