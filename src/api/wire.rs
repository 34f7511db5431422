//! The tolerant reader: bytes of a `GET /v1/files` answer in, a [`Page`] out.
//!
//! One broken file is one [`Unreadable`], never a lost page; a field that the program does not know
//! is kept; a value that is no number of its kind is [`Stated::Odd`], never guessed. The reader
//! knows neither HTTP nor cursors.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::expiry::{Stated, StatedTime};
use crate::text::{Untrusted, UntrustedRef};

/// Files read from one page at most. The largest page that a known service allows is 10,000
/// (`OpenAI`); a body of eight mebibytes could claim millions.
pub const MOST_FILES_A_PAGE: usize = 10_000;
/// Bytes of an id kept; ids beyond this make the file unreadable.
pub const MOST_ID_BYTES: usize = 1_024;
/// Bytes of a filename kept.
pub const MOST_FILENAME_BYTES: usize = 4_096;
/// Bytes of the unknown fields of one file kept.
const MOST_EXTRA_BYTES: usize = 16 * 1_024;
/// Bytes of an unreadable file, or of an answer that is no files list, kept to be shown.
const BEGINNING_BYTES: usize = 512;
/// Times above this are milliseconds: as seconds they would lie past the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;
/// Above this a float is no longer exact.
const EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// One file, as the service describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// What identifies it; never parsed, at most [`MOST_ID_BYTES`].
    pub id: Untrusted,
    /// Its name, at most [`MOST_FILENAME_BYTES`].
    pub filename: Option<Untrusted>,
    /// Its size.
    pub bytes: Stated<u64>,
    /// When it was made.
    pub created_at: StatedTime,
    /// When the service deletes it.
    pub expires_at: StatedTime,
    /// What it is for.
    pub purpose: Option<Untrusted>,
    /// The fields that have no place above, and the values that could not be read, as the text of
    /// one JSON object.
    pub extra: Option<Box<str>>,
}

/// A file in a page that could not be read, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its JSON, from the beginning.
    pub raw: Untrusted,
    /// Why, in plain words.
    pub why: &'static str,
}

/// What one place of the list held.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A file.
    File(Box<File>),
    /// Something that should have been one.
    Unreadable(Unreadable),
}

/// What the service says of the list's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HasMore {
    /// There are further files.
    Yes,
    /// This was the last page.
    No,
    /// It does not say.
    Unknown,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The files, in the service's order.
    pub readings: Vec<Reading>,
    /// Whether there are more behind it.
    pub has_more: HasMore,
}

impl Page {
    /// The id of the last file that has one: the cursor of the next page.
    #[must_use]
    pub fn last_id(&self) -> Option<&Untrusted> {
        self.readings.iter().rev().find_map(|reading| match reading {
            Reading::File(file) => Some(&file.id),
            Reading::Unreadable(_) => None,
        })
    }
}

/// Why an answer is no files list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAPage {
    /// It is another kind of document; here is its beginning.
    NotAFilesList(Untrusted),
    /// It claims more files than [`MOST_FILES_A_PAGE`].
    TooManyFiles,
}

/// Reads one page.
///
/// The array is the body itself, `data`, `Data` or `data.data`; null is an empty list.
///
/// # Errors
/// [`NotAPage`] where there is no such array, or too large a one.
pub fn read_page(body: &[u8]) -> Result<Page, NotAPage> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}');
    let other = || NotAPage::NotAFilesList(beginning(text));
    let envelope: Envelope = serde_json::from_str(text).map_err(|_| other())?;
    let (list, has_more) = match envelope {
        Envelope::Array(list) => (list, HasMore::Unknown),
        Envelope::Object { data: Some(data), has_more } => {
            let inner: Envelope = serde_json::from_str(data.get()).map_err(|_| other())?;
            match inner {
                Envelope::Array(list) => (list, has_more),
                Envelope::Null => (List::default(), has_more),
                Envelope::Object { data: Some(nested), has_more: inner_more } => {
                    let more = if has_more == HasMore::Unknown { inner_more } else { has_more };
                    match serde_json::from_str(nested.get()).map_err(|_| other())? {
                        Envelope::Array(list) => (list, more),
                        Envelope::Null => (List::default(), more),
                        _ => return Err(other()),
                    }
                }
                _ => return Err(other()),
            }
        }
        _ => return Err(other()),
    };
    if list.too_many {
        return Err(NotAPage::TooManyFiles);
    }
    Ok(Page { readings: list.files.into_iter().map(read_file).collect(), has_more })
}

/// Reads the description of one file, as `GET /v1/files/{id}` answers it.
///
/// # Errors
/// The beginning of the answer, where it is no file.
pub fn read_single(body: &[u8]) -> Result<File, NotAPage> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<&RawValue>(text).map(read_file) {
        Ok(Reading::File(file)) => Ok(*file),
        _ => Err(NotAPage::NotAFilesList(beginning(text))),
    }
}

/// The explanation in an error body, in the order in which services hide it: `error.message`,
/// `error`, `message`, `detail`, plain text. Markup is no explanation.
#[must_use]
pub fn read_error_message(body: &[u8]) -> Option<Untrusted> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let Ok(json) = serde_json::from_str::<serde_json::Value>(text) else {
        let plain = !text.is_empty() && !text.starts_with(['<', '{', '[']);
        return plain.then(|| beginning(text));
    };
    let places = [&json["error"]["message"], &json["error"], &json["message"], &json["detail"]];
    let found = places.into_iter().chain([&json]).find_map(serde_json::Value::as_str)?;
    Some(beginning(found)).filter(|text| !text.raw().is_empty())
}

fn beginning(text: &str) -> Untrusted {
    let mut raw = Untrusted::new(text.trim().as_bytes());
    raw.cap(BEGINNING_BYTES);
    raw
}

#[derive(Default)]
struct List<'a> {
    files: Vec<&'a RawValue>,
    too_many: bool,
}

/// A document, looked at only as deep as needed to find the array.
enum Envelope<'a> {
    Array(List<'a>),
    Object { data: Option<&'a RawValue>, has_more: HasMore },
    Null,
    Other,
}

impl<'de> Deserialize<'de> for Envelope<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Look;
        impl<'de> Visitor<'de> for Look {
            type Value = Envelope<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a files list")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Envelope::Null)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Envelope::Other)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Envelope::Other)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Envelope::Other)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Envelope::Other)
            }
            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Envelope::Other)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = List::default();
                while let Some(file) = seq.next_element::<&RawValue>()? {
                    if list.files.len() == MOST_FILES_A_PAGE {
                        list.too_many = true;
                        while seq.next_element::<IgnoredAny>()?.is_some() {}
                        break;
                    }
                    list.files.push(file);
                }
                Ok(Envelope::Array(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut data, mut has_more) = (None, HasMore::Unknown);
                while let Some(Wtf8(key)) = map.next_key()? {
                    match key.as_slice() {
                        b"data" | b"Data" => data = Some(map.next_value::<&RawValue>()?),
                        b"has_more" => has_more = read_has_more(map.next_value::<&RawValue>()?),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Envelope::Object { data, has_more })
            }
        }
        deserializer.deserialize_any(Look)
    }
}

fn read_has_more(raw: &RawValue) -> HasMore {
    match raw.get() {
        "true" | "\"true\"" | "1" => HasMore::Yes,
        "false" | "\"false\"" | "0" => HasMore::No,
        _ => HasMore::Unknown,
    }
}

fn read_file(raw: &RawValue) -> Reading {
    let unreadable = |why| Reading::Unreadable(Unreadable { raw: beginning(raw.get()), why });
    let Ok(fields) = serde_json::from_str::<Fields>(raw.get()) else {
        return unreadable(if raw.get().starts_with('{') {
            "its fields cannot be read"
        } else {
            "it is no object"
        });
    };
    if let Some(why) = fields.twice {
        return unreadable(why);
    }
    let Some(id) = fields.id.map(read_string) else { return unreadable("it has no id") };
    let id = match id {
        Stated::Value(id) if id.raw().is_empty() => return unreadable("its id is empty"),
        Stated::Value(id) if id.raw().len() > MOST_ID_BYTES => {
            return unreadable("its id is longer than 1,024 bytes");
        }
        Stated::Value(id) => id,
        Stated::Nothing | Stated::Odd => return unreadable("its id is no text"),
    };
    let mut extra = fields.extra;
    let mut keep_odd = |name: &str, raw: Option<&RawValue>, odd: bool| {
        if let (true, Some(raw)) = (odd, raw) {
            extra.push(&Untrusted::new(name), raw);
        }
    };
    let filename = fields.filename.map_or(Stated::Nothing, read_string);
    let purpose = fields.purpose.map_or(Stated::Nothing, read_string);
    let bytes = fields.bytes.map_or(Stated::Nothing, read_bytes);
    let created_at = fields.created_at.map_or(Stated::Nothing, read_time);
    let expires_at = fields.expires_at.map_or(Stated::Nothing, read_time);
    keep_odd("filename", fields.filename, matches!(filename, Stated::Odd));
    keep_odd("purpose", fields.purpose, matches!(purpose, Stated::Odd));
    keep_odd("bytes", fields.bytes, bytes == Stated::Odd);
    keep_odd("created_at", fields.created_at, created_at == Stated::Odd);
    keep_odd("expires_at", fields.expires_at, expires_at == Stated::Odd);
    let mut filename = filename.value();
    if let Some(name) = &mut filename {
        name.cap(MOST_FILENAME_BYTES);
    }
    let mut purpose = purpose.value();
    if let Some(purpose) = &mut purpose {
        purpose.cap(MOST_ID_BYTES);
    }
    let extra = extra.finish();
    Reading::File(Box::new(File { id, filename, bytes, created_at, expires_at, purpose, extra }))
}

/// The fields of one file, found but not yet interpreted.
#[derive(Default)]
struct Fields<'a> {
    id: Option<&'a RawValue>,
    filename: Option<&'a RawValue>,
    bytes: Option<&'a RawValue>,
    created_at: Option<&'a RawValue>,
    expires_at: Option<&'a RawValue>,
    purpose: Option<&'a RawValue>,
    extra: Extra,
    twice: Option<&'static str>,
}

/// Collects fields into the text of one JSON object, up to [`MOST_EXTRA_BYTES`].
#[derive(Default)]
struct Extra(String);

impl Extra {
    fn push(&mut self, name: &Untrusted, value: &RawValue) {
        let cut = "\"…\"";
        let name = name.borrow().json();
        let room = MOST_EXTRA_BYTES.saturating_sub(self.0.len());
        if name.len() + cut.len() + 2 > room {
            return;
        }
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&name);
        self.0.push(':');
        let fits = name.len() + value.get().len() + 2 <= room;
        self.0.push_str(if fits { value.get() } else { cut });
    }

    fn finish(mut self) -> Option<Box<str>> {
        if self.0.is_empty() {
            return None;
        }
        self.0.push('}');
        Some(self.0.into_boxed_str())
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a file")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Fields::default();
                while let Some(Wtf8(key)) = map.next_key()? {
                    let value: &RawValue = map.next_value()?;
                    let (place, twice) = match key.as_slice() {
                        b"id" => (&mut fields.id, "its id is given twice"),
                        b"filename" => (&mut fields.filename, "its filename is given twice"),
                        b"bytes" => (&mut fields.bytes, "its bytes are given twice"),
                        b"created_at" => (&mut fields.created_at, "its created_at is given twice"),
                        b"expires_at" => (&mut fields.expires_at, "its expires_at is given twice"),
                        b"purpose" => (&mut fields.purpose, "its purpose is given twice"),
                        b"object" if value.get() == "\"file\"" => continue,
                        _ => {
                            fields.extra.push(&Untrusted::new(key), value);
                            continue;
                        }
                    };
                    if place.replace(value).is_some_and(|before| before.get() != value.get()) {
                        fields.twice = Some(twice);
                    }
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A JSON string read as bytes, which keeps lone surrogates instead of failing on them.
struct Wtf8(Vec<u8>);

impl<'de> Deserialize<'de> for Wtf8 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Wtf8;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Wtf8, E> {
                Ok(Wtf8(bytes.to_vec()))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Wtf8, E> {
                Ok(Wtf8(text.as_bytes().to_vec()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

fn read_string(raw: &RawValue) -> Stated<Untrusted> {
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

fn read_bytes(raw: &RawValue) -> Stated<u64> {
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

fn read_time(raw: &RawValue) -> StatedTime {
    let text = match number_text(raw) {
        Stated::Value(text) => text,
        Stated::Nothing => return Stated::Nothing,
        Stated::Odd => return Stated::Odd,
    };
    #[allow(clippy::cast_possible_truncation, reason = "checked: exact")]
    let number = text.parse::<i64>().ok().or_else(|| {
        let float = text.parse::<f64>().ok().filter(|float| float.abs() <= EXACT_FLOAT)?;
        Some(float.floor() as i64)
    });
    match number {
        Some(0) => Stated::Nothing,
        Some(seconds) if (1..=MILLISECONDS_FROM).contains(&seconds) => Stated::Value(seconds),
        Some(milliseconds) if milliseconds > 0 => Stated::Value(milliseconds / 1_000),
        Some(_) => Stated::Odd,
        None => OffsetDateTime::parse(text, &Rfc3339)
            .map_or(Stated::Odd, |at| Stated::Value(at.unix_timestamp())),
    }
}

/// The names and raw JSON values of an object kept as text, in the service's order.
#[must_use]
pub fn extra_fields(extra: &str) -> Vec<(Untrusted, Untrusted)> {
    struct Pairs(Vec<(Untrusted, Untrusted)>);
    impl<'de> Deserialize<'de> for Pairs {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Collect;
            impl<'de> Visitor<'de> for Collect {
                type Value = Pairs;

                fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                    let mut pairs = vec![];
                    while let Some(Wtf8(key)) = map.next_key()? {
                        let value: &RawValue = map.next_value()?;
                        pairs.push((Untrusted::new(key), Untrusted::new(value.get())));
                    }
                    Ok(Pairs(pairs))
                }
            }
            deserializer.deserialize_map(Collect)
        }
    }
    serde_json::from_str::<Pairs>(extra).map(|pairs| pairs.0).unwrap_or_default()
}

/// Whether `id` may stand as one segment of a path: 1 to 128 characters of the unreserved set, and
/// no dot segment. Anything else could address another resource, or the collection itself.
#[must_use]
pub fn is_usable_id(id: UntrustedRef<'_>) -> bool {
    let raw = id.raw();
    (1..=128).contains(&raw.len())
        && raw.iter().all(|b| b.is_ascii_alphanumeric() || b"-._~=+:@".contains(b))
        && raw != b"."
        && raw != b".."
}

#[cfg(test)]
mod tests;
