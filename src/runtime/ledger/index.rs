//! What is saved, at a glance: no more is kept of each line than what tells whether a file is saved, so
//! that a ledger of any age is read in passing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, open, statat};

use super::{LONGEST, Ledger, LedgerReader, lies_there};
use crate::jobs::Pinned;
use crate::jobs::record::{Glance, Glanced, Record, Saved};

/// What a ledger says is saved, by the id of the file: the newest line of each.
#[derive(Debug, Default)]
pub struct Index {
    files: HashMap<Box<str>, Entry>,
    read_to: u64,
}

/// What is to be known of a file that was saved.
#[derive(Debug)]
struct Entry {
    bytes: u64,
    created_at: Option<i64>,
    path: Box<Path>,
    /// Where its line begins.
    at: u64,
}

impl LedgerReader for Index {
    fn read_to(&self) -> u64 {
        self.read_to
    }

    fn set_read_to(&mut self, read_to: u64) {
        self.read_to = read_to;
    }

    fn take(&mut self, at: u64, line: &[u8]) {
        let Some(glance) = Glance::read(line) else { return };
        let Some(Glanced { id, path, bytes, created_at }) = glance.saved() else { return };
        let entry = Entry { bytes, created_at, path: path.into(), at };
        match self.files.get_mut(id.as_ref()) {
            Some(known) => *known = entry,
            None => _ = self.files.insert(Cow::into_owned(id).into(), entry),
        }
    }
}

impl Index {
    fn entry(&self, file: &Pinned) -> Option<&Entry> {
        let entry = self.files.get(std::str::from_utf8(file.id.raw()).ok()?)?;
        let is_as_long = file.bytes.is_none_or(|bytes| bytes == entry.bytes);
        let made = entry.created_at.zip(file.created_at).is_none_or(|(a, b)| a == b);
        (is_as_long && made).then_some(entry)
    }

    /// Whether a file is saved and lies where it was saved to; it is the same one where length and
    /// creation agree as far as both are known.
    #[must_use]
    pub fn is_saved(&self, file: &Pinned) -> bool {
        self.entry(file).is_some_and(|entry| lies_there(&entry.path, entry.bytes))
    }

    /// The same, for many files one after the other.
    #[must_use]
    pub fn is_seen_saved(&self, file: &Pinned, eye: &mut Eye) -> bool {
        self.entry(file).is_some_and(|entry| eye.sees(&entry.path, entry.bytes))
    }

    /// How many files it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// Looks at many files: it keeps the folder open in which the last one lay, so that not each is looked for
/// from the root on.
#[derive(Debug, Default)]
pub struct Eye {
    folder: Option<(PathBuf, OwnedFd)>,
}

impl Eye {
    /// Whether a file of this length [lies there](lies_there).
    fn sees(&mut self, path: &Path, bytes: u64) -> bool {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return lies_there(path, bytes);
        };
        if self.folder.as_ref().is_none_or(|(open, _)| open != folder) {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let Ok(handle) = open(folder, flags, Mode::empty()) else {
                return lies_there(path, bytes);
            };
            self.folder = Some((folder.to_owned(), handle));
        }
        let Some((_, handle)) = &self.folder else { return false };
        statat(handle, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|found| {
            let is_file = FileType::from_raw_mode(found.st_mode).is_file();
            is_file && u64::try_from(found.st_size) == Ok(bytes)
        })
    }
}

impl Ledger {
    /// All that the ledger has of a file that `index` says is saved; nothing where it is another one by
    /// now.
    #[must_use]
    pub fn record_of(&self, index: &Index, file: &Pinned) -> Option<Record> {
        let entry = index.entry(file)?;
        let record = self.record_at(entry.at).ok().flatten()?;
        record.is_of(file).then_some(record)
    }

    /// The proof that a file is saved of which `index` says so.
    #[must_use]
    pub fn saved_of(&self, index: &Index, file: &Pinned) -> Option<Saved> {
        self.record_of(index, file)?.to_saved()
    }

    fn record_at(&self, at: u64) -> io::Result<Option<Record>> {
        let Some(path) = self.path() else { return Ok(None) };
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(at))?;
        let mut line = vec![];
        BufReader::new(file).take(LONGEST).read_until(b'\n', &mut line)?;
        Ok(Record::read(line.trim_ascii()).ok())
    }
}
