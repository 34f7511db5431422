//! Pages as services mostly write them, read in one pass: every field is of its kind, and none is
//! given twice.
//!
//! Whatever differs in the least is nothing here, and left to the tolerant reader, which needs three
//! passes and reads these pages alike.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::file::Extra;
use super::times::{expiry_of, time_of};
use super::{File, HasMore, MOST_FILENAME_BYTES, MOST_FILES_A_PAGE, MOST_ID_BYTES, Page, Reading};
use crate::text::Untrusted;
use crate::time::expiry::{Stated, StatedTime};

/// The page, where there is nothing odd about it.
pub(super) fn read_page(text: &str) -> Option<Page> {
    let Plain { files: Files(readings), has_more } = serde_json::from_str(text).ok()?;
    let has_more = match has_more {
        Some(true) => HasMore::Yes,
        Some(false) => HasMore::No,
        None => HasMore::Unknown,
    };
    Some(Page { readings, has_more })
}

/// Most services give at most so many files in a page.
const LIKELY_FILES: usize = 100;

/// The object around the files.
struct Plain {
    files: Files,
    has_more: Option<bool>,
}

struct Files(Vec<Reading>);

struct PlainFile(File);

/// Puts a value where none was yet.
fn once<T, E: Error>(place: &mut Option<T>, value: T) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::custom("it is given twice")),
    }
}

/// A text of at most so many bytes, which has one byte at least.
fn text<E: Error>(text: &str, most: usize) -> Result<Untrusted, E> {
    if text.is_empty() || text.len() > most {
        return Err(E::custom("its length is odd"));
    }
    Ok(Untrusted::new(text))
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Plain;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut files, mut has_more) = (None, None);
                while let Some(name) = map.next_key::<&str>()? {
                    match name {
                        "data" => once(&mut files, map.next_value()?)?,
                        "has_more" => once(&mut has_more, map.next_value()?)?,
                        "Data" => return Err(A::Error::custom("another name for the files")),
                        "error" | "errors" | "code" => {
                            return Err(A::Error::custom("it may say that something went wrong"));
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                let files = files.ok_or_else(|| A::Error::missing_field("data"))?;
                Ok(Plain { files, has_more })
            }
        }
        deserializer.deserialize_map(Read)
    }
}

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Files;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("files")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut files = Vec::with_capacity(LIKELY_FILES);
                while let Some(PlainFile(file)) = seq.next_element()? {
                    if files.len() == MOST_FILES_A_PAGE {
                        return Err(A::Error::custom("too many files"));
                    }
                    files.push(Reading::File(file));
                }
                Ok(Files(files))
            }
        }
        deserializer.deserialize_seq(Read)
    }
}

impl<'de> Deserialize<'de> for PlainFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = PlainFile;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a file")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut id, mut filename, mut purpose) = (None, None, None);
                let (mut bytes, mut created_at, mut expires_at) = (None, None, None);
                let mut extra = Extra::default();
                while let Some(name) = map.next_key::<&str>()? {
                    match name {
                        "id" => once(&mut id, map.next_value::<&str>()?)?,
                        "filename" => once(&mut filename, map.next_value::<&str>()?)?,
                        "purpose" => once(&mut purpose, map.next_value::<&str>()?)?,
                        "bytes" => once(&mut bytes, map.next_value::<Option<u64>>()?)?,
                        "created_at" => once(&mut created_at, map.next_value::<Option<i64>>()?)?,
                        "expires_at" => once(&mut expires_at, map.next_value::<Option<i64>>()?)?,
                        "object" => {
                            if map.next_value::<&str>()? != "file" {
                                return Err(A::Error::custom("it is no file"));
                            }
                        }
                        _ => {
                            let value: &RawValue = map.next_value()?;
                            extra.push(&Untrusted::new(name), value);
                        }
                    }
                }
                let time = |given: Option<StatedTime>| match given {
                    Some(Stated::Odd) => Err(A::Error::custom("it is no time")),
                    Some(time) => Ok(time),
                    None => Ok(Stated::Nothing),
                };
                let id = id.ok_or_else(|| A::Error::missing_field("id"))?;
                Ok(PlainFile(File {
                    id: text(id, MOST_ID_BYTES)?,
                    filename: filename.map(|name| text(name, MOST_FILENAME_BYTES)).transpose()?,
                    bytes: bytes.flatten().map_or(Stated::Nothing, Stated::Value),
                    created_at: time(created_at.flatten().map(time_of))?,
                    expires_at: time(expires_at.flatten().map(expiry_of))?,
                    purpose: purpose.map(|purpose| text(purpose, MOST_ID_BYTES)).transpose()?,
                    extra: extra.finish(),
                }))
            }
        }
        deserializer.deserialize_map(Read)
    }
}
