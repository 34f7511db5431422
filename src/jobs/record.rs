//! What is kept of what was done: the lines of the ledger, which are also what `--output jsonl` prints,
//! and the sidecar of a file that is not whole.
//!
//! # The ledger
//!
//! JSON, a line each, in a file that is only ever added to. Version 1, the number in `v`:
//!
//! | field | is |
//! |---|---|
//! | `v` | 1; a line with a higher number is by a later program, and is passed over |
//! | `at` | seconds since the epoch, by this machine |
//! | `outcome` | `saved`, `deleted`, `already_gone`, `left`, `unknown`, `uploaded`; only printed: `already_saved`, `failed`, `missing`, `expired` |
//! | `id`, `filename`, `bytes`, `created_at` | the file, as the service had it; null for what was not given |
//! | `path` | where it lies, absolute; null where it does not |
//! | `path_hex` | the bytes of that in hexadecimal digits, only where they are no UTF-8, which `path` then shows as well as it can |
//! | `sha256` | of its content, in hexadecimal digits |
//! | `proof` | what showed that it is whole, in words |
//! | `error` | why it came to nothing, in words |
//! | `pid` | the process that did it |
//!
//! A line that breaks off, since the machine did, or that is none, is passed over and counted. One with
//! another outcome is by a later program, too, and passed over.
//!
//! It knows no disk.

mod glance;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use glance::path_of;
pub use glance::{Glanced, Unread, hex_of};

use super::Pinned;
use super::deletion::DeletionEnd;
use super::resume::Held;
use super::upload::{Sent, UploadEnd};
use crate::account::shelf::Shelved;
use crate::text::Untrusted;

/// The version of what is written.
pub const VERSION: u32 = 1;

/// What came of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The whole content was written.
    Saved,
    /// It was there already.
    AlreadySaved,
    /// It came to nothing.
    Failed,
    /// The service does not have the file.
    Missing,
    /// The service does not have it any more: its time ran out.
    Expired,
    /// It was stored on the service.
    Uploaded,
    /// The service deleted it at our request.
    Deleted,
    /// It was to be deleted, and was not there any more.
    AlreadyGone,
    /// It was to be deleted, and was not.
    Left,
    /// It was to be deleted, or uploaded, and nobody knows whether it was.
    Unknown,
}

/// A file that is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Where it lies, absolute.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// The sum of its content, in hexadecimal digits.
    pub sha256: String,
    /// What showed that it is whole, in words.
    pub proof: String,
    /// When, in seconds since the epoch, by this machine.
    pub at: i64,
    /// Whether it was saved before, and nothing was done.
    pub already: bool,
}

impl Saved {
    /// What is known of it under the file's id, which the service made at `created_at`.
    #[must_use]
    pub fn shelved(self, id: Untrusted, created_at: Option<i64>) -> Shelved {
        let Self { path, bytes, sha256, proof, at, already: _ } = self;
        Shelved { id, created_at, bytes, path, sha256, proof, at }
    }
}

/// Writes an id, as null where there is none.
///
/// # Errors
/// Those of `to`.
pub fn write_id<S: Serializer>(id: &str, to: S) -> Result<S::Ok, S::Error> {
    Some(id).filter(|id| !id.is_empty()).serialize(to)
}

fn read_id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The version of the line.
    pub v: u32,
    /// Seconds since the epoch.
    pub at: i64,
    /// What was done.
    pub outcome: Outcome,
    /// The file's id; null in the line, and empty here, where it has none.
    #[serde(serialize_with = "write_id", deserialize_with = "read_id")]
    pub id: String,
    /// Its filename.
    pub filename: Option<String>,
    /// Its length.
    pub bytes: Option<u64>,
    /// When the service made it.
    #[serde(default)]
    pub created_at: Option<i64>,
    /// Where it lies.
    pub path: Option<String>,
    /// The bytes of that in hexadecimal digits, where they are no UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_hex: Option<String>,
    /// Its sum.
    pub sha256: Option<String>,
    /// What showed that it is whole.
    pub proof: Option<String>,
    /// Why it came to nothing.
    pub error: Option<String>,
    /// Who did it.
    #[serde(default)]
    pub pid: Option<u32>,
}

/// Where a file of the service came from that was uploaded from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadSource {
    /// The id that the service gave it.
    pub id: Untrusted,
    /// When the service made it, where that is known.
    pub created_at: Option<i64>,
    /// Where it lay on this machine, absolute.
    pub path: PathBuf,
    /// When it was stored, in seconds since the epoch by this machine.
    pub at: i64,
}

fn text(text: &Untrusted) -> String {
    String::from_utf8_lossy(text.raw()).into_owned()
}

impl Record {
    /// The record of a file that is saved, or was so already.
    #[must_use]
    pub fn saved(file: &Pinned, saved: &Saved, pid: u32) -> Self {
        let outcome = if saved.already { Outcome::AlreadySaved } else { Outcome::Saved };
        Self {
            bytes: Some(saved.bytes),
            path: Some(saved.path.to_string_lossy().into_owned()),
            path_hex: hex_of(&saved.path),
            sha256: Some(saved.sha256.clone()),
            proof: Some(saved.proof.clone()),
            pid: Some(pid),
            ..Self::about(file, outcome, saved.at)
        }
    }

    /// The record of a file that was to be deleted.
    #[must_use]
    pub fn deleted(file: &Pinned, end: &DeletionEnd, at: i64) -> Self {
        let error = end.why().map(str::to_owned);
        Self { error, ..Self::about(file, end.outcome(), at) }
    }

    /// The same, with the process that did it.
    #[must_use]
    pub fn by(self, pid: u32) -> Self {
        Self { pid: Some(pid), ..self }
    }

    /// The record of a file that was stored from `path`, or may have been.
    #[must_use]
    pub fn uploaded(file: &Pinned, path: &Path, sent: &Sent, at: i64) -> Self {
        let (outcome, error) = match &sent.end {
            UploadEnd::Stored(_) | UploadEnd::StoredAfterAll(_) => (Outcome::Uploaded, None),
            end if end.is_nothing() => (Outcome::Failed, Some(end.words())),
            end => (Outcome::Unknown, Some(end.words())),
        };
        let path_hex = hex_of(path);
        let path = Some(path.to_string_lossy().into_owned());
        let sha256 = sent.sha256.clone();
        Self { path, path_hex, sha256, error, ..Self::about(file, outcome, at) }
    }

    /// The record of a file with which it came to nothing.
    #[must_use]
    pub fn failed(file: &Pinned, outcome: Outcome, error: &str, at: i64) -> Self {
        Self { error: Some(error.to_owned()), ..Self::about(file, outcome, at) }
    }

    fn about(file: &Pinned, outcome: Outcome, at: i64) -> Self {
        Self {
            v: VERSION,
            at,
            outcome,
            id: text(&file.id),
            filename: file.filename.as_ref().map(text),
            bytes: file.bytes,
            created_at: file.created_at,
            path: None,
            path_hex: None,
            sha256: None,
            proof: None,
            error: None,
            pid: None,
        }
    }

    /// The record as a line, its end included.
    #[must_use]
    pub fn line(&self) -> String {
        // It has nothing that cannot be written as JSON.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Reads a line.
    ///
    /// # Errors
    /// Where it breaks off or is none, or is by a later program.
    pub fn read(line: &[u8]) -> Result<Self, Unread> {
        match serde_json::from_slice::<Self>(line) {
            Ok(record) if record.v <= VERSION => Ok(record),
            Ok(_) => Err(Unread::Later),
            Err(_) => Err(Unread::of(line)),
        }
    }

    /// Whether it is about this file, as far as both know it: one of the same id that has another length,
    /// or was made at another moment, is another file.
    #[must_use]
    pub fn is_of(&self, file: &Pinned) -> bool {
        let agree =
            |one: Option<u64>, other: Option<u64>| one.zip(other).is_none_or(|(a, b)| a == b);
        let made = self.created_at.zip(file.created_at).is_none_or(|(a, b)| a == b);
        self.id.as_bytes() == file.id.raw() && agree(self.bytes, file.bytes) && made
    }

    /// The file that it is about.
    #[must_use]
    pub fn file(&self) -> Pinned {
        Pinned {
            id: Untrusted::new(self.id.as_str()),
            filename: self.filename.as_deref().map(Untrusted::new),
            bytes: self.bytes,
            created_at: self.created_at,
            expires_at: None,
        }
    }

    /// What was uploaded by it, if that is what it tells of.
    #[must_use]
    pub fn to_source(&self) -> Option<UploadSource> {
        if self.outcome != Outcome::Uploaded {
            return None;
        }
        let path = path_of(self.path.clone()?, self.path_hex.as_deref());
        let id = Untrusted::new(self.id.as_str());
        Some(UploadSource { id, created_at: self.created_at, path, at: self.at })
    }

    /// What is saved by it, if that is what it tells of.
    #[must_use]
    pub fn to_saved(&self) -> Option<Saved> {
        if self.outcome != Outcome::Saved {
            return None;
        }
        Some(Saved {
            path: path_of(self.path.clone()?, self.path_hex.as_deref()),
            bytes: self.bytes?,
            sha256: self.sha256.clone()?,
            proof: self.proof.clone().unwrap_or_default(),
            at: self.at,
            already: true,
        })
    }
}

/// What is known of a file that is not whole: it lies beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sidecar {
    /// The version of what is written.
    pub v: u32,
    /// The profile under which it was begun; empty for that which needs no name.
    #[serde(default)]
    pub profile: String,
    /// The address of the service.
    pub base_url: String,
    /// The file's id.
    pub id: String,
    /// Its length by the list.
    pub bytes: Option<u64>,
    /// When the service made it.
    pub created_at: Option<i64>,
    /// The strong validator of its content.
    pub etag: Option<String>,
    /// The length of the whole content by the answer.
    #[serde(default)]
    pub total: Option<u64>,
    /// Bytes that were there when this was written.
    pub received: u64,
    /// When it was begun, in seconds since the epoch.
    pub started: i64,
    /// The process that has it, or had.
    pub pid: u32,
    /// Whether no byte of it can be used but by those that came with it: it came in an encoding.
    #[serde(default)]
    pub encoded: bool,
    /// That it is whole, once it is: whoever ends before the ledger has it can be made up for.
    #[serde(default)]
    pub finished: Option<Finish>,
}

/// A file that is whole, and about to have its name, or has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// The name.
    pub name: String,
    /// The length of the file.
    pub bytes: u64,
    /// The sum of its content, in hexadecimal digits.
    pub sha256: String,
    /// What showed that it is whole, in words.
    pub proof: String,
}

impl Sidecar {
    /// What is known of `file` at its beginning.
    #[must_use]
    pub fn begun(file: &Pinned, base_url: &str, profile: &str, at: i64, pid: u32) -> Self {
        Self {
            v: VERSION,
            profile: profile.to_owned(),
            base_url: base_url.to_owned(),
            id: text(&file.id),
            bytes: file.bytes,
            created_at: file.created_at,
            etag: None,
            total: None,
            received: 0,
            started: at,
            pid,
            encoded: false,
            finished: None,
        }
    }

    /// Whether it is about this file of this service.
    #[must_use]
    pub fn is_of(&self, file: &Pinned, base_url: &str) -> bool {
        self.v <= VERSION && self.base_url == base_url && self.id == text(&file.id)
    }

    /// Whether the file is the one that it was begun for, by all that is known of both.
    #[must_use]
    pub fn is_same(&self, file: &Pinned) -> bool {
        self.bytes == file.bytes && self.created_at == file.created_at
    }

    /// What is held of the content, where `length` bytes lie there, and the file is the same still.
    #[must_use]
    pub fn held(&self, file: &Pinned, length: u64) -> Held {
        let fits = self.total.or(file.bytes).is_none_or(|total| length <= total);
        if !self.is_same(file) || !fits || self.encoded {
            return Held { total: file.bytes, ..Held::default() };
        }
        Held { bytes: length, etag: self.etag.clone(), total: self.total.or(file.bytes) }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn file() -> Pinned {
        Pinned {
            id: Untrusted::new("file_1"),
            filename: Some(Untrusted::new("a\n\u{202e}\".jsonl")),
            bytes: Some(7),
            created_at: Some(5),
            expires_at: None,
        }
    }

    fn saved() -> Saved {
        Saved {
            path: "/x/a.jsonl".into(),
            bytes: 7,
            sha256: "ab".repeat(32),
            proof: "complete".to_owned(),
            at: 1_700_000_000,
            already: false,
        }
    }

    #[test]
    fn a_record_reads_back_and_stands_on_one_line() {
        let record = Record::saved(&file(), &saved(), 42);
        let line = record.line();
        assert_eq!(line.matches('\n').count(), 1);
        assert!(line.ends_with('\n'));
        assert_eq!(Record::read(line.as_bytes()).as_ref(), Ok(&record));
        assert_eq!(record.to_saved(), Some(Saved { already: true, ..saved() }));
        let failed = Record::failed(&file(), Outcome::Expired, "gone", 3);
        assert_eq!((failed.to_saved(), failed.error.as_deref()), (None, Some("gone")));
    }

    #[test]
    fn a_torn_line_and_one_of_a_later_program_are_passed_over() {
        let line = Record::saved(&file(), &saved(), 42).line();
        for cut in 1..line.len() - 2 {
            assert_eq!(Record::read(&line.as_bytes()[..cut]), Err(Unread::Torn), "{cut}");
        }
        for (what, with, read) in [
            ("\"v\":1", "\"v\":2", Err(Unread::Later)),
            ("\"saved\"", "\"moved\"", Err(Unread::Later)),
            ("\"bytes\":7", "\"bytes\":\"7\"", Err(Unread::Torn)),
            ("\"v\":1", "\"new\":[],\"v\":1", Ok(())),
        ] {
            let line = line.replace(what, with);
            assert_eq!(Record::read(line.as_bytes()).map(|_| ()), read, "{line}");
            assert_eq!(Glanced::read(line.as_bytes()).is_some(), read.is_ok());
        }
    }

    /// A path is bytes; a line is text that can be read.
    #[test]
    fn a_path_that_is_no_text_comes_back_as_it_was() {
        for path in ["/x/a b", "/x/\u{e9}\u{202e}\n", "", "/x/\"\\"] {
            let saved = Saved { path: path.into(), ..saved() };
            assert!(!Record::saved(&file(), &saved, 1).line().contains("path_hex"), "{path}");
        }
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..500 {
            let bytes: Vec<u8> = (0..rng.usize(1..20)).map(|_| rng.u8(1..)).collect();
            let path = PathBuf::from(OsString::from_vec(bytes));
            let line = Record::saved(&file(), &Saved { path: path.clone(), ..saved() }, 1).line();
            let read = Record::read(line.as_bytes()).unwrap().to_saved().unwrap();
            assert_eq!(read.path, path);
            let shown = Glanced::read(line.as_bytes()).unwrap();
            assert_eq!((&*shown.path, shown.bytes), (&*path, 7));
        }
    }

    #[test]
    fn what_is_held_counts_only_where_the_file_is_the_same() {
        let mut sidecar = Sidecar::begun(&file(), "https://x", "", 1, 2);
        sidecar.etag = Some("\"a\"".to_owned());
        let held = |file: &Pinned, length| sidecar.held(file, length).bytes;
        assert_eq!(held(&file(), 3), 3);
        assert_eq!(held(&file(), 8), 0, "more than there is");
        assert_eq!(held(&Pinned { bytes: Some(9), ..file() }, 3), 0);
        assert_eq!(held(&Pinned { created_at: Some(6), ..file() }, 3), 0);
        assert!(sidecar.is_of(&file(), "https://x"));
        assert!(!sidecar.is_of(&file(), "https://y"));
        assert!(!sidecar.is_of(&Pinned { id: Untrusted::new("file_2"), ..file() }, "https://x"));
        let encoded = Sidecar { encoded: true, ..sidecar };
        assert_eq!(encoded.held(&file(), 3).bytes, 0);
    }
}
