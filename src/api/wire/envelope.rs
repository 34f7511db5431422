//! Finding the array: a document is looked at only as deep as needed.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::values::Wtf8;
use super::{HasMore, MOST_FILES_A_PAGE};

#[derive(Default)]
pub(super) struct List<'a> {
    pub(super) files: Vec<&'a RawValue>,
    pub(super) too_many: bool,
}

/// A document, looked at only as deep as needed to find the array.
pub(super) enum Envelope<'a> {
    Array(List<'a>),
    Object { data: Option<Box<Envelope<'a>>>, has_more: HasMore, failed: bool },
    Null,
    Other,
}

impl<'a> Envelope<'a> {
    /// The array, and what is said of its end by the outermost object that says anything.
    pub(super) fn list(self) -> Option<(List<'a>, HasMore)> {
        match self {
            Self::Array(list) => Some((list, HasMore::Unknown)),
            Self::Object { data: Some(within), has_more, failed } => {
                let (list, more) = match *within {
                    // Only within an object, where it stands for an empty list.
                    Self::Null => (List::default(), HasMore::Unknown),
                    within => within.list()?,
                };
                // Beside an error, nothing is no list without files.
                if failed && list.files.is_empty() {
                    return None;
                }
                Some((list, if has_more == HasMore::Unknown { more } else { has_more }))
            }
            Self::Object { data: None, .. } | Self::Null | Self::Other => None,
        }
    }
}

/// Objects within objects in which an array is looked for.
pub(super) const DEPTH: u8 = 2;

impl<'de> Deserialize<'de> for Envelope<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Look { depth: DEPTH }.deserialize(deserializer)
    }
}

/// Looks at a document as many objects deep.
struct Look {
    depth: u8,
}

impl<'de> DeserializeSeed<'de> for Look {
    type Value = Envelope<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

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
        let (mut data, mut has_more, mut failed) = (None, HasMore::Unknown, false);
        while let Some(Wtf8(key)) = map.next_key()? {
            match key.as_slice() {
                b"data" | b"Data" if self.depth > 0 => {
                    let within = map.next_value_seed(Look { depth: self.depth - 1 })?;
                    data = Some(Box::new(within));
                }
                b"has_more" => has_more = has_more_of(map.next_value::<&RawValue>()?.get()),
                b"error" | b"errors" => failed |= says_error(map.next_value::<&RawValue>()?.get()),
                b"code" => failed |= is_failure(map.next_value::<&RawValue>()?.get()),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Envelope::Object { data, has_more, failed })
    }
}

/// Whether the JSON of what is called an error is one.
fn says_error(json: &str) -> bool {
    !matches!(json, "null" | "false" | "0" | "\"\"" | "{}" | "[]")
}

/// Whether the JSON of a code is a number that says no success: neither zero, nor one of HTTP's.
fn is_failure(json: &str) -> bool {
    json.trim_matches('"').parse().is_ok_and(|code: i64| code != 0 && !(200..300).contains(&code))
}

/// What the JSON of a value says.
pub(super) fn has_more_of(json: &str) -> HasMore {
    match json {
        "true" | "\"true\"" | "1" => HasMore::Yes,
        "false" | "\"false\"" | "0" => HasMore::No,
        _ => HasMore::Unknown,
    }
}
