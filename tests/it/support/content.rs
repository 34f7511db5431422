//! How a lying server answers a request for a content: honestly, but for what is said here.
//!
//! `honest()` alone is a service of the good kind: a length, a strong `ETag`, ranges, `If-Range`. Each
//! method takes one of that away, so that a table of cases reads as what is wrong in them:
//! `honest().no_etag().cut(400)`.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::fault::{Reply, header};

/// The validator of a content, unless another one is said.
pub const ETAG: &str = "\"v1\"";

/// An answer to a request for a content.
#[derive(Clone, Debug)]
pub struct Answer {
    /// A status and a body instead of the content.
    instead: Option<(&'static str, String)>,
    etag: Option<String>,
    headers: Vec<String>,
    takes_ranges: bool,
    /// How much further on the part begins than was asked for.
    shift: i64,
    /// What `Content-Range` says of the length of all.
    total: Option<String>,
    /// That the part lies outside, and what `Content-Range` says then, where it is there.
    outside: Option<Vec<String>>,
    /// Bytes after which the body ends as if that were all.
    only: Option<usize>,
    framing: Framing,
    is_gzip: bool,
    end: End,
}

/// How the end of the body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length,
    /// By a length that is this one, whatever comes.
    Announced(u64),
    Chunked,
    /// By the end of the connection.
    Closed,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug)]
enum End {
    Whole,
    Cut(usize),
    Reset(usize),
    Stall(usize),
    Drip(usize, Duration),
}

/// All of what was asked for, as a good service sends it.
pub fn honest() -> Answer {
    Answer {
        instead: None,
        etag: Some(ETAG.to_owned()),
        headers: vec![],
        takes_ranges: true,
        shift: 0,
        total: None,
        outside: None,
        only: None,
        framing: Framing::Length,
        is_gzip: false,
        end: End::Whole,
    }
}

/// This status and body instead of the content.
pub fn instead(status: &'static str, body: &str) -> Answer {
    Answer { instead: Some((status, body.to_owned())), etag: None, ..honest() }
}

impl Answer {
    /// Another validator, as it stands in the head.
    pub fn etag(self, etag: &str) -> Self {
        Self { etag: Some(etag.to_owned()), ..self }
    }

    pub fn no_etag(self) -> Self {
        Self { etag: None, ..self }
    }

    /// A further line of the head.
    pub fn header(mut self, line: &str) -> Self {
        self.headers.push(line.to_owned());
        self
    }

    /// All of it with 200, whatever part was asked for.
    pub fn no_ranges(self) -> Self {
        Self { takes_ranges: false, ..self }
    }

    /// A part that begins so many bytes further on than was asked for, and says so.
    pub fn shifted(self, by: i64) -> Self {
        Self { shift: by, ..self }
    }

    /// A part of a content that has this length, by the word of `Content-Range`.
    pub fn total(self, total: &str) -> Self {
        Self { total: Some(total.to_owned()), ..self }
    }

    /// 416, whatever was asked for; with the length of the content or without.
    pub fn outside(self, total: Option<u64>) -> Self {
        Self {
            outside: Some(total.map(|total| format!("bytes */{total}")).into_iter().collect()),
            ..self
        }
    }

    /// The first bytes of what would be sent, ended as if that were all.
    pub fn only(self, bytes: usize) -> Self {
        Self { only: Some(bytes), ..self }
    }

    /// Chunked, with no length.
    pub fn chunked(self) -> Self {
        Self { framing: Framing::Chunked, ..self }
    }

    /// Neither a length nor chunks: the end of the connection is that of the body.
    pub fn until_closed(self) -> Self {
        Self { framing: Framing::Closed, ..self }
    }

    /// A length that is this one, whatever comes.
    pub fn announced(self, bytes: u64) -> Self {
        Self { framing: Framing::Announced(bytes), ..self }
    }

    /// Compressed, whatever was asked for.
    pub fn gzip(self) -> Self {
        Self { is_gzip: true, ..self }
    }

    /// The connection is closed after so many bytes of the body.
    pub fn cut(self, bytes: usize) -> Self {
        Self { end: End::Cut(bytes), ..self }
    }

    /// The connection is reset after so many bytes of the body.
    pub fn reset(self, bytes: usize) -> Self {
        Self { end: End::Reset(bytes), ..self }
    }

    /// Nothing comes after so many bytes of the body, with the connection open.
    pub fn stall(self, bytes: usize) -> Self {
        Self { end: End::Stall(bytes), ..self }
    }

    /// After so many bytes of the body the others come one by one, each after a pause.
    pub fn drip(self, bytes: usize, pause: Duration) -> Self {
        Self { end: End::Drip(bytes, pause), ..self }
    }

    /// What is sent of `content` to a request with this head.
    pub fn reply(&self, content: &[u8], head: &str) -> Reply {
        let (status, mut headers, body) = self.part(content, head);
        headers.extend(self.headers.iter().cloned());
        headers.extend(self.etag.as_ref().map(|etag| format!("ETag: {etag}")));
        let mut body = body;
        if self.is_gzip {
            headers.push("Content-Encoding: gzip".to_owned());
            body = gzip(&body);
        }
        body.truncate(self.only.unwrap_or(usize::MAX));
        match self.framing {
            Framing::Length => headers.push(format!("Content-Length: {}", body.len())),
            Framing::Announced(length) => headers.push(format!("Content-Length: {length}")),
            Framing::Chunked => headers.push("Transfer-Encoding: chunked".to_owned()),
            Framing::Closed => headers.push("Connection: close".to_owned()),
        }
        let head = format!("HTTP/1.1 {status}\r\n{}\r\n\r\n", headers.join("\r\n")).into_bytes();
        self.send(&head, &body)
    }

    /// The status, the lines of the head and the bytes of what was asked for.
    fn part(&self, content: &[u8], head: &str) -> (&'static str, Vec<String>, Vec<u8>) {
        if let Some((status, body)) = &self.instead {
            return (status, vec![], body.as_bytes().to_vec());
        }
        let mut headers = vec!["Content-Type: application/octet-stream".to_owned()];
        let size = content.len() as u64;
        if self.takes_ranges {
            headers.push("Accept-Ranges: bytes".to_owned());
        }
        let is_same = header(head, "if-range")
            .is_none_or(|tag| !tag.starts_with("W/") && self.etag.as_deref() == Some(tag));
        let asked = header(head, "range").filter(|_| self.takes_ranges && is_same);
        let range = asked.map(|range| read_range(range, size));
        let outside = || (range == Some(None)).then(|| vec![format!("bytes */{size}")]);
        if let Some(said) = self.outside.clone().or_else(outside) {
            headers.extend(said.iter().map(|said| format!("Content-Range: {said}")));
            return ("416 Range Not Satisfiable", headers, vec![]);
        }
        let Some(Some((from, to))) = range else { return ("200 OK", headers, content.to_vec()) };
        let from = from.saturating_add_signed(self.shift).min(to - 1);
        let total = self.total.clone().unwrap_or_else(|| size.to_string());
        headers.push(format!("Content-Range: bytes {from}-{}/{total}", to - 1));
        let at = |offset: u64| usize::try_from(offset).unwrap();
        ("206 Partial Content", headers, content[at(from)..at(to)].to_vec())
    }

    fn send(&self, head: &[u8], body: &[u8]) -> Reply {
        let chunked = self.framing == Framing::Chunked;
        let framed = |body: &[u8]| {
            if chunked {
                // In chunks of many sizes, as they come.
                body.chunks(999).flat_map(chunk).collect()
            } else {
                body.to_vec()
            }
        };
        let first = |bytes: usize| [head, &framed(&body[..bytes.min(body.len())])].concat();
        match self.end {
            End::Cut(bytes) => Reply::Bytes(first(bytes)),
            End::Reset(bytes) => Reply::Reset(first(bytes)),
            End::Stall(bytes) => Reply::Stall(first(bytes)),
            End::Drip(bytes, pause) => {
                let rest = body[bytes.min(body.len())..].chunks(1).map(framed);
                let end = chunked.then(|| LAST.to_vec());
                Reply::Trickle(first(bytes), rest.chain(end).collect(), pause)
            }
            End::Whole => {
                let mut all = first(body.len());
                all.extend_from_slice(if chunked { LAST } else { b"" });
                match self.framing {
                    Framing::Length | Framing::Chunked => Reply::Kept(all),
                    Framing::Announced(_) | Framing::Closed => Reply::Bytes(all),
                }
            }
        }
    }
}

/// What ends a body that comes in chunks.
const LAST: &[u8] = b"0\r\n\r\n";

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(vec![], Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// From where to where (exclusive); nothing where it lies outside.
fn read_range(text: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = text.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    let number = |text: &str| text.parse::<u64>().unwrap();
    let (from, to) = match (first, last) {
        ("", tail) => (size.saturating_sub(number(tail)), size),
        (from, "") => (number(from), size),
        (from, last) => (number(from), size.min(number(last) + 1)),
    };
    (from < to).then_some((from, to))
}
