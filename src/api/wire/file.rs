//! One file: its fields found first, then interpreted, and what has no place kept.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::times::{read_expiry, read_time};
use super::values::{Wtf8, read_bytes, read_string, read_wtf8};
use super::{Element, File, MOST_FILENAME_BYTES, MOST_ID_BYTES, Reading, Unreadable, beginning};
use crate::text::Untrusted;
use crate::time::expiry::Stated;

/// Bytes of the unknown fields of one file kept.
const MOST_EXTRA_BYTES: usize = 16 * 1_024;

pub(super) fn read_file(raw: &RawValue) -> Element {
    match serde_json::from_str::<Fields>(raw.get()) {
        Ok(Fields { kind: Some(kind), .. }) => Element {
            reading: Reading::Unreadable(Unreadable {
                raw: beginning(raw.get()),
                why: format!("it says of itself that it is no file: \"object\": \"{kind}\"").into(),
            }),
            is_another_kind: true,
        },
        fields => Element { reading: read_fields(raw, fields.ok()), is_another_kind: false },
    }
}

fn read_fields(raw: &RawValue, fields: Option<Fields<'_>>) -> Reading {
    let unreadable = |why: &'static str| {
        Reading::Unreadable(Unreadable { raw: beginning(raw.get()), why: why.into() })
    };
    let Some(fields) = fields else {
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
    let expires_at = fields.expires_at.map_or(Stated::Nothing, read_expiry);
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
    Reading::File(File { id, filename, bytes, created_at, expires_at, purpose, extra })
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
    /// What it says that it is, where that is no file.
    kind: Option<&'static str>,
}

/// What the services of this shape list elsewhere, by what `object` begins with there (`OpenAI`'s
/// reference of its API, and the lists of models that nearly all of them have). A word that is not
/// among them may be somebody's word for a file.
const OTHER_KINDS: [&str; 26] = [
    "assistant",
    "batch",
    "chat",
    "conversation",
    "deployment",
    "embedding",
    "engine",
    "error",
    "eval",
    "event",
    "fine-tune",
    "fine_tune",
    "fine_tuning",
    "invite",
    "job",
    "message",
    "model",
    "model_permission",
    "moderation",
    "organization",
    "project",
    "response",
    "run",
    "thread",
    "user",
    "vector_store",
];

/// What else than a file the value of `object` says that it is.
fn other_kind(object: &RawValue) -> Option<&'static str> {
    let Stated::Value(kind) = read_string(object) else { return None };
    let kind = kind.raw().to_ascii_lowercase();
    let mut words = kind.split(|byte| *byte == b'.');
    let first = words.next()?;
    // Such as the files of a container, or of a store.
    if words.any(|word| word == b"file") {
        return None;
    }
    OTHER_KINDS.into_iter().find(|other| other.as_bytes() == first)
}

/// Collects fields into the text of one JSON object, up to [`MOST_EXTRA_BYTES`].
#[derive(Default)]
pub(super) struct Extra(String);

impl Extra {
    pub(super) fn push(&mut self, name: &Untrusted, value: &RawValue) {
        let cut = "\"…\"";
        let name = name.borrow().exact_json();
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

    pub(super) fn finish(mut self) -> Option<Box<str>> {
        if self.0.is_empty() {
            return None;
        }
        self.0.push('}');
        Some(self.0.into_boxed_str())
    }
}

/// The name of a field; nothing is allocated for those that the program knows.
enum Name {
    Id,
    Filename,
    Bytes,
    CreatedAt,
    ExpiresAt,
    Purpose,
    Object,
    Other(Vec<u8>),
}

impl From<&[u8]> for Name {
    fn from(name: &[u8]) -> Self {
        match name {
            b"id" => Self::Id,
            b"filename" => Self::Filename,
            b"bytes" => Self::Bytes,
            b"created_at" => Self::CreatedAt,
            b"expires_at" => Self::ExpiresAt,
            b"purpose" => Self::Purpose,
            b"object" => Self::Object,
            other => Self::Other(other.to_vec()),
        }
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_wtf8(deserializer, |name| Self::from(name))
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
                while let Some(name) = map.next_key::<Name>()? {
                    let value: &RawValue = map.next_value()?;
                    let (place, twice) = match name {
                        Name::Id => (&mut fields.id, "its id is given twice"),
                        Name::Filename => (&mut fields.filename, "its filename is given twice"),
                        Name::Bytes => (&mut fields.bytes, "its bytes are given twice"),
                        Name::CreatedAt => {
                            (&mut fields.created_at, "its created_at is given twice")
                        }
                        Name::ExpiresAt => {
                            (&mut fields.expires_at, "its expires_at is given twice")
                        }
                        Name::Purpose => (&mut fields.purpose, "its purpose is given twice"),
                        Name::Object if value.get() == "\"file\"" => continue,
                        Name::Object => {
                            fields.kind = other_kind(value);
                            fields.extra.push(&Untrusted::new("object"), value);
                            continue;
                        }
                        Name::Other(name) => {
                            fields.extra.push(&Untrusted::new(name), value);
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
