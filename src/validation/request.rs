//! One line, read once: what matters of it is kept as it stands there, all else is passed over without
//! being held, however deep or large it is.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// What a line says of its request; of two members with one name the last one, as nearly all readers
/// have it. What is `null` is not there.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    pub custom_id: Option<&'a RawValue>,
    pub method: Option<&'a RawValue>,
    pub url: Option<&'a RawValue>,
    pub body: Body<'a>,
}

/// What is asked of the model.
#[derive(Debug, Default)]
pub(super) enum Body<'a> {
    #[default]
    Missing,
    NoObject,
    Object {
        model: Option<&'a RawValue>,
        stream: bool,
    },
}

/// Why a line is no request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no JSON, for this reason.
    NoJson(String),
    /// It is JSON, but this and no object.
    NoObject(&'static str),
}

/// Reads a line.
pub(super) fn read(line: &str) -> Result<Request<'_>, Fault> {
    if line.trim_ascii_start().starts_with('{')
        && let Ok(request) = serde_json::from_str(line)
    {
        return Ok(request);
    }
    // It is no object, or no JSON, or has in the place of a body what only looks like JSON to a reader
    // that does not look closely, such as a number without bounds.
    let raw: &RawValue =
        serde_json::from_str(line).map_err(|error| Fault::NoJson(words_of(&error)))?;
    let kind = match raw.get().as_bytes().first() {
        Some(b'{') => {
            let Loose(request) =
                serde_json::from_str(line).map_err(|error| Fault::NoJson(words_of(&error)))?;
            return Ok(request);
        }
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    };
    Err(Fault::NoObject(kind))
}

/// What the reader says, which names no text of the line; the line that it names is always the first.
fn words_of(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at byte ")
}

/// The text of a string of JSON, escapes undone; lone surrogates stay as the three bytes that they
/// would have. Nothing where it is no string.
pub(super) fn text(value: &RawValue) -> Option<Cow<'_, [u8]>> {
    let inner = value.get().strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner.as_bytes()));
    }
    let mut reader = serde_json::Deserializer::from_str(value.get());
    reader.deserialize_bytes(Text).ok().map(Cow::Owned)
}

struct Text;

impl Visitor<'_> for Text {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }
}

/// Takes the value of a member, if it has one.
fn value<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<&'de RawValue>, A::Error> {
    let raw = map.next_value::<&RawValue>()?;
    Ok((raw.get() != "null").then_some(raw))
}

/// The name of the next member. As it stands there it is one of two hundred spellings, of which
/// machines write the first.
fn name<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Cow<'de, [u8]>>, A::Error> {
    Ok(map.next_key::<&RawValue>()?.map(|name| text(name).unwrap_or_default()))
}

struct RequestVisitor {
    /// Whether the body is taken as it stands, since it is no object.
    is_loose: bool,
}

impl<'de> Visitor<'de> for RequestVisitor {
    type Value = Request<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Request<'de>, A::Error> {
        let mut request = Request::default();
        while let Some(name) = name(&mut map)? {
            match &*name {
                b"custom_id" => request.custom_id = value(&mut map)?,
                b"method" => request.method = value(&mut map)?,
                b"url" => request.url = value(&mut map)?,
                b"body" if self.is_loose => {
                    request.body = value(&mut map)?.map_or(Body::Missing, body_of);
                }
                b"body" => request.body = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(request)
    }
}

/// Of a value that may be anything.
fn body_of(raw: &RawValue) -> Body<'_> {
    serde_json::from_str(raw.get()).unwrap_or(Body::NoObject)
}

impl<'de> Deserialize<'de> for Request<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_map(RequestVisitor { is_loose: false })
    }
}

struct Loose<'a>(Request<'a>);

impl<'de> Deserialize<'de> for Loose<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_map(RequestVisitor { is_loose: true }).map(Self)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body<'de>, A::Error> {
        let (mut model, mut stream) = (None, false);
        while let Some(name) = name(&mut map)? {
            match &*name {
                b"model" => model = value(&mut map)?,
                b"stream" => stream = value(&mut map)?.is_some_and(|raw| raw.get() == "true"),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Body::Object { model, stream })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Body<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Body::NoObject)
    }

    fn visit_unit<E>(self) -> Result<Body<'de>, E> {
        Ok(Body::Missing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Body<'de>, E> {
        Ok(Body::NoObject)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Body<'de>, E> {
        Ok(Body::NoObject)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Body<'de>, E> {
        Ok(Body::NoObject)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Body<'de>, E> {
        Ok(Body::NoObject)
    }

    fn visit_str<E>(self, _: &str) -> Result<Body<'de>, E> {
        Ok(Body::NoObject)
    }
}

impl<'de> Deserialize<'de> for Body<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_any(BodyVisitor)
    }
}
