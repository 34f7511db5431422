//! Lines of the ledger that are read in passing, or not at all; and paths that are no text.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Outcome, VERSION};

/// Why a line of the ledger is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It breaks off, or is none.
    Torn,
    /// A later program wrote it, and knows what it means.
    Later,
}

impl Unread {
    pub(super) fn of(line: &[u8]) -> Self {
        /// What every line has, whoever wrote it.
        #[derive(Deserialize)]
        struct Beginning {
            v: u32,
            outcome: String,
        }
        let Ok(Beginning { v, outcome }) = serde_json::from_slice(line) else { return Self::Torn };
        let is_known = serde_json::from_value::<Outcome>(outcome.into()).is_ok();
        if v > VERSION || !is_known { Self::Later } else { Self::Torn }
    }
}

/// What a glance at a line of the ledger shows of a file that was saved.
#[derive(Debug, PartialEq, Eq)]
pub struct Glanced<'a> {
    /// The file's id.
    pub id: Cow<'a, str>,
    /// Where it lies.
    pub path: Cow<'a, Path>,
    /// Its length.
    pub bytes: u64,
    /// When the service made it, in seconds since the epoch.
    pub created_at: Option<i64>,
}

impl<'a> Glanced<'a> {
    /// Looks at a line; nothing where it tells of no file that was saved, or is none that this program
    /// knows. Nearly all lines are as this program writes them, and are read in passing.
    #[must_use]
    pub fn read(line: &'a [u8]) -> Option<Self> {
        Plain::read(line).or_else(|| Self::read_any(line))
    }

    /// The same, however the line is written.
    fn read_any(line: &'a [u8]) -> Option<Self> {
        let glance: Glance<'a> = serde_json::from_slice(line).ok()?;
        if glance.v > VERSION || glance.outcome != "saved" || glance.sha256.is_none() {
            return None;
        }
        let path = path_of(glance.path?, glance.path_hex.as_deref()).into();
        Some(Self { id: glance.id, path, bytes: glance.bytes?, created_at: glance.created_at })
    }
}

/// As much of a line as tells whether a file is saved.
#[derive(Debug, Deserialize)]
struct Glance<'a> {
    v: u32,
    #[serde(borrow)]
    outcome: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    bytes: Option<u64>,
    #[serde(default)]
    created_at: Option<i64>,
    path: Option<String>,
    #[serde(default)]
    path_hex: Option<String>,
    sha256: Option<IgnoredAny>,
}

/// What is left to be read of a line of version 1 that has its fields as [`Record`](super::Record) has
/// them, and nothing that is spelt out: each field is where it has to be, or this is no such line.
struct Plain<'a>(&'a [u8]);

impl<'a> Plain<'a> {
    fn read(line: &'a [u8]) -> Option<Glanced<'a>> {
        if is_odd(line) || std::str::from_utf8(line).is_err() {
            return None;
        }
        let mut rest = Self(line);
        rest.pass("{\"v\":1,\"at\":")?;
        rest.number()?;
        rest.pass(",\"outcome\":\"saved\",\"id\":")?;
        let id = rest.text()?;
        rest.pass(",\"filename\":")?;
        rest.text_or_null()?;
        rest.pass(",\"bytes\":")?;
        let bytes = rest.number()?.try_into().ok()?;
        rest.pass(",\"created_at\":")?;
        let created_at = if rest.pass("null").is_some() { None } else { Some(rest.number()?) };
        rest.pass(",\"path\":")?;
        let path = rest.text()?;
        rest.pass(",\"sha256\":")?;
        rest.text()?;
        rest.pass(",\"proof\":")?;
        rest.text_or_null()?;
        rest.pass(",\"error\":")?;
        rest.text_or_null()?;
        rest.pass(",\"pid\":")?;
        rest.pass("null").or_else(|| rest.number().map(drop))?;
        let id = std::str::from_utf8(id).ok()?.into();
        let path = Path::new(OsStr::from_bytes(path)).into();
        (rest.0 == b"}").then_some(Glanced { id, path, bytes, created_at })
    }

    fn pass(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text.as_bytes())?;
        Some(())
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        self.pass("\"")?;
        let (text, rest) = self.0.split_at(memchr::memchr(b'"', self.0)?);
        self.0 = &rest[1..];
        Some(text)
    }

    /// A whole number of 18 digits at most, as JSON has it.
    fn number(&mut self) -> Option<i64> {
        let digits_of = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_negative = self.0.first() == Some(&b'-');
        let (digits, rest) = self.0[usize::from(is_negative)..]
            .split_at(digits_of(&self.0[usize::from(is_negative)..]));
        let has_no_other_form = digits.len() == 1 || !digits.starts_with(b"0");
        if !(1..=18).contains(&digits.len())
            || !has_no_other_form
            || (is_negative && digits == b"0")
        {
            return None;
        }
        let value = digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        self.0 = rest;
        Some(if is_negative { -value } else { value })
    }

    fn text_or_null(&mut self) -> Option<()> {
        self.pass("null").or_else(|| self.text().map(drop))
    }
}

/// Whether there is a backslash in it, by which something is spelt out, or a byte below 32, which stands in
/// no text of JSON. Looks at all bytes, many at a time.
fn is_odd(line: &[u8]) -> bool {
    let odd = |byte: &u8| u8::from(*byte < 0x20) | u8::from(*byte == b'\\');
    line.iter().fold(0, |all, byte| all | odd(byte)) != 0
}

/// The bytes of a path that is no UTF-8, in hexadecimal digits.
#[must_use]
pub fn hex_of(path: &Path) -> Option<String> {
    if path.to_str().is_some() {
        return None;
    }
    let mut digits = String::new();
    for byte in path.as_os_str().as_bytes() {
        let _ = write!(digits, "{byte:02x}");
    }
    Some(digits)
}

/// The path that a line has, by its bytes where it has them.
pub(super) fn path_of(readable: String, hex: Option<&str>) -> PathBuf {
    let bytes = hex.and_then(|hex| {
        let digits = hex.as_bytes().chunks(2);
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        digits.map(byte).collect::<Option<Vec<u8>>>()
    });
    bytes.map_or_else(|| PathBuf::from(readable), |bytes| OsString::from_vec(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Pinned;
    use crate::jobs::record::{Record, Saved};
    use crate::text::Untrusted;

    fn record(filename: &str, created_at: Option<i64>, path: &str) -> Record {
        let saved = Saved {
            path: path.into(),
            bytes: 7,
            sha256: "ab".repeat(32),
            proof: "complete, size as listed".to_owned(),
            at: 1_700_000_000,
            already: false,
        };
        let file = Pinned {
            filename: Some(Untrusted::new(filename)),
            created_at,
            ..Pinned::by_id(Untrusted::new("file_1"))
        };
        Record::saved(&file, &saved, 42)
    }

    /// What this program writes is read in passing, unless something in it is spelt out.
    #[test]
    fn plain_lines_are_read_in_passing() {
        for (filename, path, is_plain) in [
            ("a.jsonl", "/x/a.jsonl", true),
            ("日本", "/x/日本", true),
            ("a\"b", "/x/a", false),
            ("a", "/x/a\nb", false),
        ] {
            for created_at in [None, Some(0), Some(-5), Some(1_700_000_000)] {
                let record = record(filename, created_at, path);
                let line = record.line();
                let plain = Plain::read(line.trim_end().as_bytes());
                assert_eq!(plain.is_some(), is_plain, "{line}");
                let read = Glanced::read(line.as_bytes()).unwrap();
                assert_eq!((&*read.id, read.bytes), ("file_1", 7));
                assert_eq!((&*read.path, read.created_at), (Path::new(path), created_at));
            }
        }
        let unnamed = Record { filename: None, pid: None, ..record("", None, "/x") }.line();
        assert!(Plain::read(unnamed.trim_end().as_bytes()).is_some());
    }

    /// Whatever becomes of a line, reading it in passing finds nothing in it that is not there.
    #[test]
    fn a_plain_line_says_what_any_reader_reads_of_it() {
        let mut rng = fastrand::Rng::with_seed(7);
        let pieces: [&[u8]; 22] = [
            b"0",
            b"-",
            b"9",
            b"01",
            b"-0",
            b"1.0",
            b"1e3",
            b"null",
            b"\"",
            b"\\",
            b",",
            b"}",
            b"{",
            b" ",
            b"\0",
            b"\x1f",
            b"\xff",
            b"\xc3",
            "é".as_bytes(),
            b"saved",
            b":1",
            b"999999999999999999999",
        ];
        let (mut plain, mut changed) = (0, 0);
        for n in 0..30_000 {
            let record = record("a.jsonl", [None, Some(-5), Some(6)][n % 3], "/x/a.jsonl");
            let mut line = record.line().trim_end().as_bytes().to_vec();
            for _ in 0..rng.usize(..3) {
                let at = rng.usize(..line.len());
                let to = (at + rng.usize(..6)).min(line.len());
                line.splice(at..to, pieces[rng.usize(..pieces.len())].iter().copied());
                changed += 1;
            }
            if let Some(read) = Plain::read(&line) {
                plain += 1;
                let any = Glanced::read_any(&line);
                assert_eq!(any.as_ref(), Some(&read), "{}", String::from_utf8_lossy(&line));
            }
        }
        assert!(plain > 9_000 && changed > 20_000, "{plain} {changed}");
    }
}
