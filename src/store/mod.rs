//! The files that are loaded, built for a million of them.
//!
//! Columns instead of structs, strings in arenas, ids found by hash; what is rare (unknown fields,
//! unreadable files, two files with one id) lives in side tables. A file keeps its number
//! ([`FileNo`]) for as long as it is held; the numbers of files that are gone are given out again.
//! The service's own order is kept beside ([`Store::sequence`]), so that a page that is read again
//! proves what became of the files between its ends.
//!
//! The store knows neither the screen nor the clock nor how the files came.

mod ages;
mod apart;
mod arena;
mod column;
mod delta;
mod expiries;
pub mod facts;
pub mod field;
pub mod filter;
mod index;
mod intake;
mod interner;
pub mod order;
mod removal;
mod saved;
mod sequence;
pub mod sorting;
mod sums;
mod write;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::RandomState;

use crate::api::wire::extra_fields;
use crate::api::{File, Unreadable};
use crate::text::{TotalBytes, Untrusted, UntrustedRef, stand_ins};
use crate::time::expiry::{Stated, StatedTime};
use arena::{Arena, Spans};
use column::{Moments, Sizes, size_cell, stated_bytes, stated_time, time_cell};
use field::Field;
use index::Index;
use interner::Interner;
use order::Order;
use sequence::Sequence;
use sums::{Ages, ByteSums};

pub use delta::Delta;
pub use expiries::ExpiryCounts;
pub use intake::{Extent, Intake, Origin};

/// The number of a loaded file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileNo(u32);

/// The store cannot address any more files; what was held stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

const UNREADABLE: u8 = 1;
const NAMELESS: u8 = 2;
const NO_PURPOSE: u8 = 4;
/// Another file of the same pass bears the same id and another filename.
const CONFLICTING: u8 = 8;
/// The service has it no longer; it is held only to be shown as gone for a while.
const GONE: u8 = 16;
/// A page that should have had it did not.
const MISSING: u8 = 32;
/// The number is free to be given to another file.
const FREE: u8 = 64;
/// An ordered page left it out: if it is there all the same, the order cannot be relied on.
const LEFT_OUT: u8 = 128;

/// Different purposes at a time: their numbers have two bytes.
const MOST_PURPOSES: u32 = 0xFFFF;

const NOTHING: i64 = i64::MIN;
const ODD: i64 = i64::MIN + 1;
const NO_SIZE: u64 = u64::MAX;
const ODD_SIZE: u64 = u64::MAX - 1;

/// One loaded file, read from the columns.
#[derive(Clone, Copy, Debug)]
pub struct FileRef<'a> {
    /// Its id; empty where the file is unreadable.
    pub id: UntrustedRef<'a>,
    /// The filename, where the service gave one.
    pub filename: Option<UntrustedRef<'a>>,
    /// The size of its content.
    pub bytes: Stated<u64>,
    /// When the file was made, in seconds since the epoch.
    pub created_at: StatedTime,
    /// When the service deletes the file, in seconds since the epoch.
    pub expires_at: StatedTime,
    /// What the file is for, in the service's words.
    pub purpose: Option<UntrustedRef<'a>>,
    /// Its other fields, as the text of a JSON object.
    pub extra: Option<&'a str>,
    /// What came instead of a file.
    pub unreadable: Option<&'a Unreadable>,
    /// Whether another file was listed with the same id and another filename.
    pub conflicting: bool,
    /// Whether a page that should have had it did not, and nothing is proven yet.
    pub missing: bool,
    /// Whether the service has it no longer.
    pub gone: bool,
    /// When the service last showed it, in whole seconds of the monotonic clock, which nobody sets.
    pub verified_s: u32,
}

impl FileRef<'_> {
    /// Whether the service gave a field of this name, but nothing that could be read.
    #[must_use]
    pub fn is_odd(&self, name: &str) -> bool {
        let fields = self.extra.map(extra_fields).unwrap_or_default();
        fields.iter().any(|(other, _)| other.raw() == name.as_bytes())
    }

    /// The name as it is shown everywhere: escaped, within 255 cells, or what there is instead.
    #[must_use]
    pub fn name_to_show(&self) -> String {
        match self.filename {
            _ if self.unreadable.is_some() => stand_ins::UNREADABLE_FILE.to_owned(),
            None if self.is_odd("filename") => stand_ins::ODD.to_owned(),
            None => stand_ins::NO_FILENAME.to_owned(),
            Some(name) if name.raw().is_empty() => stand_ins::EMPTY_FILENAME.to_owned(),
            Some(name) => name.printable_within(255),
        }
    }

    /// The file as it was read.
    #[must_use]
    pub fn to_file(&self) -> File {
        File {
            id: self.id.to_owned(),
            filename: self.filename.map(UntrustedRef::to_owned),
            bytes: self.bytes,
            created_at: self.created_at,
            expires_at: self.expires_at,
            purpose: self.purpose.map(UntrustedRef::to_owned),
            extra: self.extra.map(Into::into),
        }
    }
}

/// The loaded files.
#[derive(Debug, Default)]
pub struct Store {
    text: Arena,
    spans: Spans,
    bytes: Sizes,
    created_at: Moments,
    expires_at: Moments,
    purposes: Interner<MOST_PURPOSES>,
    purpose: Vec<u16>,
    flags: Vec<u8>,
    /// The pass over the list in which each file was met last.
    readings: Vec<u32>,
    verified_s: Vec<u32>,
    ages: Ages,
    sequence: Sequence,
    /// Files that are there and have no place in it: the service told of them, and no page showed them yet.
    apart: Vec<FileNo>,
    by_key: Index,
    hasher: RandomState,
    by_expiry: Order,
    sums: ByteSums,
    total: TotalBytes,
    extras: HashMap<FileNo, u32>,
    extra_texts: Interner<{ u32::MAX }>,
    unreadable: HashMap<FileNo, Unreadable>,
    /// How many of those are there, not gone.
    unreadable_there: usize,
    /// Files whose content is saved on this machine, and when that was done.
    saved: HashMap<FileNo, i64>,
    /// Known bytes of those that are not.
    unsaved: ByteSums,
    /// Further files with an id that is taken, by the hash of id and filename.
    twins: HashMap<u64, FileNo>,
    free: Vec<FileNo>,
    /// Bytes of texts that nothing refers to any more.
    garbage: usize,
    /// Files whose service says nothing about their order that could be relied on.
    shuffled: bool,
    delta: Delta,
    revision: u64,
    taken_out: u64,
}

impl Store {
    /// Files that the service has, as far as is known; unreadable ones included, gone ones not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sequence.len() + self.apart.len()
    }

    /// Whether no page brought anything that is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sequence.len() == 0
    }

    /// A number that differs whenever what is held does.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many files were ever taken out of the service's order: what stood behind one of them has
    /// moved up by a place.
    #[must_use]
    pub fn taken_out(&self) -> u64 {
        self.taken_out
    }

    /// The loaded files in the service's order.
    #[must_use]
    pub fn sequence(&self) -> &[FileNo] {
        self.sequence.files()
    }

    /// Where a file stands in the service's order; nowhere once it is gone.
    #[must_use]
    pub fn place(&self, no: FileNo) -> Option<usize> {
        self.sequence.place(no)
    }

    /// Whether the service lists its files in an order that changes, so that no page proves what
    /// lies between its ends.
    #[must_use]
    pub fn is_shuffled(&self) -> bool {
        self.shuffled
    }

    /// Notes that a missing file is there all the same: where a page had left it out, the order of
    /// the list proves nothing.
    pub fn found_after_all(&mut self, no: FileNo) {
        self.shuffled |= self.has(no, LEFT_OUT);
    }

    /// Whether the service lists its newest files first, judged by what is loaded.
    #[must_use]
    pub fn is_newest_first(&self) -> bool {
        self.direction() == Some(Ordering::Greater)
    }

    /// How the first of the loaded files compares with the last one by creation.
    pub(crate) fn direction(&self) -> Option<Ordering> {
        let mut made = self
            .sequence
            .files()
            .iter()
            .filter_map(|no| stated_time(self.created_at.get(no.0 as usize)).value());
        let first = made.next()?;
        made.next_back().map(|last| first.cmp(&last))
    }

    /// The pass in which a file was met last.
    #[must_use]
    pub fn pass_of(&self, no: FileNo) -> u32 {
        self.readings[no.0 as usize]
    }

    /// The moment since which every loaded file was shown by the service, in whole seconds of the
    /// monotonic clock.
    #[must_use]
    pub fn verified_since_s(&self) -> Option<u32> {
        self.ages.oldest()
    }

    /// Files that could not be read.
    #[must_use]
    pub fn unreadable_count(&self) -> usize {
        self.unreadable_there
    }

    /// The sum of the sizes.
    #[must_use]
    pub fn total_bytes(&self) -> TotalBytes {
        self.total
    }

    /// The numbers of all files that are held, those included that are shown as gone.
    pub fn numbers(&self) -> impl Iterator<Item = FileNo> + use<'_> {
        let held = |(row, flags): (u32, &u8)| (flags & FREE == 0).then_some(FileNo(row));
        (0..).zip(&self.flags).filter_map(held)
    }

    /// Whether there is a file with this number, one included that is shown as gone.
    #[must_use]
    pub fn holds(&self, no: FileNo) -> bool {
        !self.has(no, FREE)
    }

    /// How many numbers were ever given out: what the columns take room for.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.flags.len()
    }

    /// Bytes of all ids and filenames.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.text.len()
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
            bytes: stated_bytes(self.bytes.get(row)),
            created_at: stated_time(self.created_at.get(row)),
            expires_at: stated_time(self.expires_at.get(row)),
            purpose: self.purpose(no),
            extra: self
                .extras
                .get(&no)
                .and_then(|text| std::str::from_utf8(self.extra_texts.get(*text)).ok()),
            unreadable,
            conflicting: flags & CONFLICTING != 0,
            missing: flags & MISSING != 0,
            gone: flags & GONE != 0,
            verified_s: self.verified_s[row],
        }
    }

    /// When the service deletes the file with number `no`.
    #[must_use]
    pub fn expires_at(&self, no: FileNo) -> StatedTime {
        stated_time(self.expires_at.get(no.0 as usize))
    }

    /// How large the file with number `no` is.
    #[must_use]
    pub fn bytes(&self, no: FileNo) -> Stated<u64> {
        stated_bytes(self.bytes.get(no.0 as usize))
    }

    /// The file with this id, if it is held.
    #[must_use]
    pub fn find(&self, id: &Untrusted) -> Option<FileNo> {
        self.find_key(id.raw())
    }

    fn flag(&mut self, no: FileNo, flag: u8) {
        self.flags[no.0 as usize] |= flag;
    }

    fn has(&self, no: FileNo, flag: u8) -> bool {
        self.flags[no.0 as usize] & flag != 0
    }

    fn unreadable_raw(&self, no: FileNo) -> Option<&[u8]> {
        let flagged = self.flags[no.0 as usize] & UNREADABLE != 0;
        flagged.then(|| self.unreadable.get(&no).map(|unreadable| unreadable.raw.raw()))?
    }

    pub(crate) fn filename(&self, no: FileNo) -> Option<UntrustedRef<'_>> {
        let row = no.0 as usize;
        (self.flags[row] & NAMELESS == 0)
            .then(|| UntrustedRef::new(self.text.get(self.spans.name(row))))
    }

    fn purpose(&self, no: FileNo) -> Option<UntrustedRef<'_>> {
        let row = no.0 as usize;
        (self.flags[row] & NO_PURPOSE == 0)
            .then(|| UntrustedRef::new(self.purposes.get(self.purpose[row].into())))
    }

    pub(crate) fn key(&self, no: FileNo) -> &[u8] {
        self.text.get(self.spans.key(no.0 as usize))
    }

    fn find_key(&self, key: &[u8]) -> Option<FileNo> {
        self.by_key.find(key, |no| self.key(no))
    }
}

impl Default for Order {
    fn default() -> Self {
        Self::new(Field::TimeLeft, false)
    }
}

#[cfg(test)]
mod tests;
