//! The content of a file on its way: what the head of the answer tells of it, then its bytes, piece by
//! piece.
//!
//! It asks for the bytes as they are (`identity`), since a part of compressed bytes is no part of the
//! file. It decides nothing: whether the bytes can be put behind those that are there already, and
//! whether they are all of the file, is for whoever keeps them.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap};

use super::ApiError;
use super::coding::Coding;
use super::exchange::Opened;
use super::failure::{BROKEN_ENCODING, CLOSED_EARLY};
use crate::text::Untrusted;

/// Limits of one try of a call that moves content: it may take as long as it has to, as long as
/// something comes.
#[derive(Clone, Copy, Debug)]
pub struct TransferLimits {
    /// Longest wait between two pieces of a body.
    pub gap: Duration,
    /// Over this span at least [`least_bytes`](Self::least_bytes) have to come.
    pub window: Duration,
    /// Bytes that come within a window, or the try is given up.
    pub least_bytes: u64,
}

impl Default for TransferLimits {
    /// The program's policy: a gap of 30 s, and 1 KiB/s over a minute.
    fn default() -> Self {
        Self {
            gap: Duration::from_secs(30),
            window: Duration::from_secs(60),
            least_bytes: 60 * 1_024,
        }
    }
}

/// Which part of a content is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The first byte, counted from 0.
    pub from: u64,
    /// The last byte; up to the end without one.
    pub last: Option<u64>,
    /// The last bytes instead: so many of them.
    pub tail: Option<u64>,
    /// The validator that the content has to have still, as `If-Range` sends it; with another one it is
    /// sent whole.
    pub if_range: Option<String>,
}

impl Part {
    /// All of it: no `Range` is sent.
    #[must_use]
    pub fn whole() -> Self {
        Self::default()
    }

    /// What stands in `Range`; nothing where all of it is wanted.
    #[must_use]
    pub fn header(&self) -> Option<String> {
        match (self.tail, self.from, self.last) {
            (Some(bytes), ..) => Some(format!("bytes=-{bytes}")),
            (None, from, Some(last)) => Some(format!("bytes={from}-{last}")),
            (None, 0, None) => None,
            (None, from, None) => Some(format!("bytes={from}-")),
        }
    }
}

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion {
    /// 200: all of the content, whatever was asked for.
    Whole,
    /// 206: a part of it.
    Partial(ContentRange),
    /// 206 without a `Content-Range` that can be read: nobody knows which part.
    Unplaced,
    /// 416: the part that was asked for lies outside; how long the content is, where it says so.
    Outside(Option<u64>),
}

/// What `Content-Range` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentRange {
    /// The first byte, counted from 0.
    pub start: u64,
    /// The last byte.
    pub last: u64,
    /// The length of the whole content, where it is known.
    pub total: Option<u64>,
}

/// A validator of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag {
    /// As it was sent, quotes included.
    pub text: String,
    /// Whether it stands for what is only equivalent.
    pub weak: bool,
}

/// What the head of an answer tells of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentHead {
    /// Whether it is all, or which part.
    pub extent: Portion,
    /// Bytes of this answer as it announces them; nothing where it does not, or where they are not those
    /// of the file.
    pub length: Option<u64>,
    /// The validator.
    pub etag: Option<ETag>,
    /// Whether the bytes came in an encoding in spite of what was asked for: then no byte of the answer
    /// has a place in the file.
    pub encoded: bool,
    /// Whether the service says that the content is still being written (`X-Incomplete`).
    pub incomplete: bool,
    /// How many lines there are so far, by its word (`X-Last-Line`).
    pub last_line: Option<u64>,
    /// What it says that it is.
    pub kind: Kind,
    /// Whether it says that parts can be asked for (`Accept-Ranges: bytes`).
    pub takes_ranges: bool,
}

/// What `Content-Type` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page for people.
    Html,
    /// One JSON document.
    Json,
    /// Anything else, lines of JSON among it, or nothing.
    Other,
}

impl ContentHead {
    pub(super) fn read(status: u16, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let encoded = Coding::of(headers) != Coding::Plain;
        let length = text(CONTENT_LENGTH.as_str()).and_then(|text| text.trim().parse().ok());
        let range = text(CONTENT_RANGE.as_str());
        Self {
            extent: match status {
                206 => range.and_then(read_range).map_or(Portion::Unplaced, Portion::Partial),
                416 => Portion::Outside(range.and_then(read_total)),
                _ => Portion::Whole,
            },
            length: length.filter(|_| !encoded),
            etag: text(ETAG.as_str()).and_then(ETag::read),
            encoded,
            incomplete: text("x-incomplete").is_some_and(|value| {
                let value = value.trim();
                value.eq_ignore_ascii_case("true") || value == "1"
            }),
            last_line: text("x-last-line").and_then(|text| text.trim().parse().ok()),
            kind: text(CONTENT_TYPE.as_str()).map_or(Kind::Other, Kind::read),
            takes_ranges: text("accept-ranges").is_some_and(|units| units.contains("bytes")),
        }
    }
}

impl ETag {
    /// Reads a validator; one without quotes is none, since `If-Range` could not name it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (weak, quoted) = match text.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, text),
        };
        let is_quoted = quoted.len() >= 2 && quoted.starts_with('"') && quoted.ends_with('"');
        is_quoted.then(|| Self { text: text.to_owned(), weak })
    }
}

impl Kind {
    fn read(text: &str) -> Self {
        let kind = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "text/html" | "application/xhtml+xml" => Self::Html,
            "application/json" | "text/json" | "application/problem+json" => Self::Json,
            _ => Self::Other,
        }
    }
}

/// `bytes 0-499/1234`, or `bytes 0-499/*`.
fn read_range(text: &str) -> Option<ContentRange> {
    let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (start, last) = range.split_once('-')?;
    let (start, last) = (start.trim().parse().ok()?, last.trim().parse().ok()?);
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    let fits = start <= last && total.is_none_or(|total| last < total);
    fits.then_some(ContentRange { start, last, total })
}

/// `bytes */1234`.
fn read_total(text: &str) -> Option<u64> {
    text.trim().strip_prefix("bytes")?.trim().strip_prefix("*/")?.trim().parse().ok()
}

/// A content whose head is there, and whose bytes are still to come.
#[derive(Debug)]
pub struct Content {
    /// What the head tells.
    pub head: ContentHead,
    opened: Opened,
    decoder: Decoder,
    /// What was given back, and comes first.
    back: Option<Bytes>,
}

/// What undoes the encoding in which the pieces come.
#[derive(Debug)]
enum Decoder {
    Plain,
    Gzip(Box<Gzip>),
    /// The end of it was reached.
    Ended,
}

/// Bytes of gzip that are decoded at once: each becomes 1,032 at most, so that a piece stays at
/// about 1 MiB however much was made small in it.
const DECODED_AT_ONCE: usize = 1_024;

/// Gzip on its way.
#[derive(Debug)]
struct Gzip {
    decoder: MultiGzDecoder<Vec<u8>>,
    /// What came and is still to be decoded.
    rest: Bytes,
    /// Whether nothing came yet: an empty body is one in any encoding.
    is_empty: bool,
}

impl Gzip {
    fn new() -> Self {
        let decoder = MultiGzDecoder::new(vec![]);
        Self { decoder, rest: Bytes::new(), is_empty: true }
    }

    /// Takes the next piece as it came.
    fn push(&mut self, piece: Bytes) {
        self.is_empty &= piece.is_empty();
        self.rest = piece;
    }

    /// What comes of a little of the rest.
    fn decode(&mut self) -> Result<Bytes, ApiError> {
        let some = self.rest.split_to(self.rest.len().min(DECODED_AT_ONCE));
        self.decoder.write_all(&some).map_err(|_| broken())?;
        Ok(std::mem::take(self.decoder.get_mut()).into())
    }

    /// What comes of the end.
    fn finish(&mut self) -> Result<Bytes, ApiError> {
        if self.is_empty {
            return Ok(Bytes::new());
        }
        self.decoder.try_finish().map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                ApiError::Interrupted { cause: Untrusted::new(CLOSED_EARLY) }
            }
            _ => broken(),
        })?;
        Ok(std::mem::take(self.decoder.get_mut()).into())
    }
}

impl Content {
    pub(super) fn new(head: ContentHead, opened: Opened) -> Self {
        let decoder = match opened.coding() {
            Coding::Gzip => Decoder::Gzip(Box::new(Gzip::new())),
            Coding::Plain | Coding::Other => Decoder::Plain,
        };
        Self { head, opened, decoder, back: None }
    }

    /// Gives a part of the last piece back: it is the next one.
    pub fn put_back(&mut self, rest: Bytes) {
        self.back = Some(rest);
    }

    /// The next piece; nothing at the end of the answer, which proves nothing.
    ///
    /// # Errors
    /// Where it breaks off, stalls, or cannot be decoded.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        if let Some(back) = self.back.take() {
            return Ok(Some(back));
        }
        let gzip = match &mut self.decoder {
            Decoder::Plain => return self.opened.chunk().await,
            Decoder::Ended => return Ok(None),
            Decoder::Gzip(gzip) => gzip,
        };
        loop {
            while !gzip.rest.is_empty() {
                let decoded = gzip.decode()?;
                if !decoded.is_empty() {
                    return Ok(Some(decoded));
                }
            }
            let Some(piece) = self.opened.chunk().await? else { break };
            gzip.push(piece);
        }
        let decoded = gzip.finish()?;
        self.decoder = Decoder::Ended;
        Ok((!decoded.is_empty()).then_some(decoded))
    }
}

fn broken() -> ApiError {
    ApiError::Undecodable { what: BROKEN_ENCODING }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn head(status: u16, headers: &[(&'static str, &'static str)]) -> ContentHead {
        let pairs = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        ContentHead::read(status, &pairs.collect())
    }

    #[test]
    fn parts_are_asked_for_as_http_spells_them() {
        let part = |from, last, tail| Part { from, last, tail, if_range: None }.header();
        assert_eq!(Part::whole().header(), None);
        assert_eq!(part(7, None, None).as_deref(), Some("bytes=7-"));
        assert_eq!(part(0, Some(0), None).as_deref(), Some("bytes=0-0"));
        assert_eq!(part(3, Some(9), None).as_deref(), Some("bytes=3-9"));
        assert_eq!(part(0, None, Some(64)).as_deref(), Some("bytes=-64"));
    }

    #[test]
    fn a_head_says_which_part_it_is() {
        let extent = |status, range| match range {
            "" => head(status, &[]).extent,
            range => head(status, &[("content-range", range)]).extent,
        };
        let partial = |start, last, total| Portion::Partial(ContentRange { start, last, total });
        assert_eq!(extent(200, "bytes 0-1/2"), Portion::Whole);
        assert_eq!(extent(206, "bytes 5-9/10"), partial(5, 9, Some(10)));
        assert_eq!(extent(206, "bytes 5-9/*"), partial(5, 9, None));
        for odd in ["", "bytes 9-5/10", "bytes 5-10/10", "lines 1-2/3", "bytes x-9/10", "bytes 5-9"]
        {
            assert_eq!(extent(206, odd), Portion::Unplaced, "{odd}");
        }
        assert_eq!(extent(416, "bytes */10"), Portion::Outside(Some(10)));
        assert_eq!(extent(416, ""), Portion::Outside(None));
    }

    #[test]
    fn a_length_is_that_of_the_file_or_none() {
        assert_eq!(head(200, &[("content-length", "12")]).length, Some(12));
        let encoded = [("content-length", "12"), ("content-encoding", "gzip")];
        let encoded = head(200, &encoded);
        assert_eq!((encoded.length, encoded.encoded), (None, true));
        let identity = [("content-length", "12"), ("content-encoding", "identity")];
        assert_eq!(head(200, &identity).length, Some(12));
    }

    #[test]
    fn validators_and_kinds_are_read_as_they_are_meant() {
        let etag = |text| ETag::read(text).map(|tag| tag.weak);
        assert_eq!(etag("\"a\""), Some(false));
        assert_eq!(etag("W/\"a\""), Some(true));
        assert_eq!(etag("a"), None);
        assert_eq!(etag("\""), None);
        let kind = |text| head(200, &[("content-type", text)]).kind;
        assert_eq!(kind("text/html; charset=utf-8"), Kind::Html);
        assert_eq!(kind("Application/JSON"), Kind::Json);
        assert_eq!(kind("application/x-ndjson"), Kind::Other);
        let incomplete = |text| head(200, &[("x-incomplete", text)]).incomplete;
        assert!(incomplete("true") && incomplete("True") && !incomplete("false"));
        assert_eq!(head(200, &[("x-last-line", "17")]).last_line, Some(17));
    }
}
