//! Lines of the ledger that are read in passing, or not at all; and paths that are no text.

use std::borrow::Cow;
use std::ffi::OsString;
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

/// As much of a line as tells whether a file is saved, read in passing.
#[derive(Debug, Deserialize)]
pub struct Glance<'a> {
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

impl<'a> Glance<'a> {
    /// Looks at a line; nothing where it is none that this program knows.
    #[must_use]
    pub fn read(line: &'a [u8]) -> Option<Self> {
        let glance: Self = serde_json::from_slice(line).ok()?;
        (glance.v <= VERSION).then_some(glance)
    }

    /// The file, if the line tells that it was saved.
    #[must_use]
    pub fn saved(self) -> Option<Glanced<'a>> {
        if self.outcome != "saved" || self.sha256.is_none() {
            return None;
        }
        let path = path_of(self.path?, self.path_hex.as_deref());
        Some(Glanced { id: self.id, path, bytes: self.bytes?, created_at: self.created_at })
    }
}

/// What a glance at a line shows of a file that was saved.
#[derive(Debug)]
pub struct Glanced<'a> {
    /// The file's id.
    pub id: Cow<'a, str>,
    /// Where it lies.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// When the service made it, in seconds since the epoch.
    pub created_at: Option<i64>,
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
