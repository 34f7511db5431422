//! The files that are loaded, built for a million of them.
//!
//! Columns instead of structs, strings in arenas, ids found by hash; what is rare (unknown fields,
//! unreadable files, two files with one id) lives in side tables. A file keeps its number
//! ([`FileNo`]) for good, and numbers grow in the service's order, so that they also break ties.
//!
//! The store knows neither the screen nor the clock nor how the files came.

mod arena;
mod expiries;
pub mod filter;
mod intake;
mod interner;
pub mod order;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use crate::api::Unreadable;
use crate::expiry::{Stated, StatedTime};
use crate::text::UntrustedRef;
use arena::{Arena, Spans};
use interner::Interner;
use order::{Order, SortKey};

pub use expiries::ExpiryCounts;
pub use intake::Delta;

/// The number of a loaded file: its place in the order in which files were first read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileNo(u32);

/// The store cannot address any more files; what was held stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

const UNREADABLE: u8 = 1;
const NAMELESS: u8 = 2;
const NO_PURPOSE: u8 = 4;
/// Another file of the same reading bears the same id and another filename.
const CONFLICTING: u8 = 8;

const NOTHING: i64 = i64::MIN;
const ODD: i64 = i64::MIN + 1;
const NO_SIZE: u64 = u64::MAX;
const ODD_SIZE: u64 = u64::MAX - 1;

/// One loaded file, read from the columns.
#[derive(Clone, Copy, Debug)]
pub struct FileRef<'a> {
    /// Its id; empty where the file is unreadable.
    pub id: UntrustedRef<'a>,
    /// Its name.
    pub filename: Option<UntrustedRef<'a>>,
    /// Its size.
    pub bytes: Stated<u64>,
    /// When it was made.
    pub created_at: StatedTime,
    /// When the service deletes it.
    pub expires_at: StatedTime,
    /// What it is for.
    pub purpose: Option<UntrustedRef<'a>>,
    /// Its other fields, as the text of a JSON object.
    pub extra: Option<&'a str>,
    /// What came instead of a file.
    pub unreadable: Option<&'a Unreadable>,
    /// Whether another file was listed with the same id and another filename.
    pub conflicting: bool,
}

/// The sum of the sizes, and whether it is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TotalBytes {
    /// The sum of those that are known.
    pub known: u128,
    /// Files whose size is not.
    pub unknown: usize,
}

/// The loaded files.
#[derive(Debug, Default)]
pub struct Store {
    text: Arena,
    keys: Spans,
    names: Spans,
    bytes: Vec<u64>,
    created_at: Vec<i64>,
    expires_at: Vec<i64>,
    purposes: Interner,
    purpose: Vec<u16>,
    flags: Vec<u8>,
    /// The walk in which each file was read last.
    walks: Vec<u32>,
    by_key: HashTable<u32>,
    hasher: RandomState,
    by_expiry: Order,
    total: TotalBytes,
    extras: HashMap<FileNo, u16>,
    extra_texts: Interner,
    unreadable: HashMap<FileNo, Unreadable>,
    /// Further files with an id that is taken, by the hash of id and filename.
    twins: HashMap<u64, FileNo>,
    changed: Vec<FileNo>,
    settled: usize,
}

impl Store {
    /// Files held, unreadable ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.flags.len()
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    /// Files that could not be read.
    #[must_use]
    pub fn unreadable_count(&self) -> usize {
        self.unreadable.len()
    }

    /// The sum of the sizes.
    #[must_use]
    pub fn total_bytes(&self) -> TotalBytes {
        self.total
    }

    /// All numbers, in the service's order.
    pub fn numbers(&self) -> impl Iterator<Item = FileNo> + use<> {
        (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).map(FileNo)
    }

    /// The file with number `no`.
    #[must_use]
    pub fn file(&self, no: FileNo) -> FileRef<'_> {
        let row = no.0 as usize;
        let flags = self.flags[row];
        let unreadable = self.unreadable.get(&no);
        FileRef {
            id: UntrustedRef::new(if unreadable.is_some() { b"" } else { self.key(no) }),
            filename: self.filename(no),
            bytes: stated_bytes(self.bytes[row]),
            created_at: stated_time(self.created_at[row]),
            expires_at: stated_time(self.expires_at[row]),
            purpose: self.purpose(no),
            extra: self
                .extras
                .get(&no)
                .and_then(|text| std::str::from_utf8(self.extra_texts.get(*text)).ok()),
            unreadable,
            conflicting: flags & CONFLICTING != 0,
        }
    }

    fn unreadable_raw(&self, no: FileNo) -> Option<&[u8]> {
        let flagged = self.flags[no.0 as usize] & UNREADABLE != 0;
        flagged.then(|| self.unreadable.get(&no).map(|unreadable| unreadable.raw.raw()))?
    }

    pub(crate) fn filename(&self, no: FileNo) -> Option<UntrustedRef<'_>> {
        let row = no.0 as usize;
        (self.flags[row] & NAMELESS == 0)
            .then(|| UntrustedRef::new(self.text.get(self.names.get(row))))
    }

    fn purpose(&self, no: FileNo) -> Option<UntrustedRef<'_>> {
        let row = no.0 as usize;
        (self.flags[row] & NO_PURPOSE == 0)
            .then(|| UntrustedRef::new(self.purposes.get(self.purpose[row])))
    }

    pub(crate) fn key(&self, no: FileNo) -> &[u8] {
        self.text.get(self.keys.get(no.0 as usize))
    }

    fn find_key(&self, key: &[u8]) -> Option<FileNo> {
        let hash = self.hasher.hash_one(key);
        self.by_key.find(hash, |no| self.key(FileNo(*no)) == key).map(|no| FileNo(*no))
    }
}

fn stated_time(cell: i64) -> StatedTime {
    match cell {
        NOTHING => Stated::Nothing,
        ODD => Stated::Odd,
        at => Stated::Value(at),
    }
}

fn time_cell(time: StatedTime) -> i64 {
    match time {
        Stated::Value(at) => at.max(ODD + 1),
        Stated::Nothing => NOTHING,
        Stated::Odd => ODD,
    }
}

fn stated_bytes(cell: u64) -> Stated<u64> {
    match cell {
        NO_SIZE => Stated::Nothing,
        ODD_SIZE => Stated::Odd,
        bytes => Stated::Value(bytes),
    }
}

impl Default for Order {
    fn default() -> Self {
        Self::new(SortKey::TimeLeft, false)
    }
}

#[cfg(test)]
mod tests;
