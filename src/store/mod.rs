//! The files that are loaded, built for a million of them.
//!
//! Columns instead of structs, strings in arenas, ids found by hash; what is rare (unknown fields,
//! unreadable files, two files with one id) lives in side tables. A file keeps its number
//! ([`FileNo`]) for good, and numbers grow in the service's order, so that they also break ties.
//!
//! The store knows neither the screen nor the clock nor how the files came.

mod arena;
pub mod filter;
pub mod order;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::mem;

use hashbrown::HashTable;

use crate::api::{File, Page, Reading, Unreadable};
use crate::expiry::{Stated, StatedTime};
use crate::lister::PageFacts;
use crate::text::{Untrusted, UntrustedRef};
use arena::{Arena, Span, Spans};
use order::{Order, SortKey};

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

const HOUR_MS: i64 = 3_600_000;

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

/// How many files have how much time left, by fixed bounds; the counts add up to what is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExpiryCounts {
    /// Past their expiry.
    pub expired: usize,
    /// Less than an hour left.
    pub within_hour: usize,
    /// An hour or more, less than 24 hours.
    pub within_day: usize,
    /// 24 hours or more, less than seven days.
    pub within_week: usize,
    /// Seven days or more.
    pub later: usize,
    /// No expiry given.
    pub never: usize,
    /// An expiry, or a whole file, that could not be read.
    pub unknown: usize,
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
    changed: Vec<FileNo>,
    settled: usize,
}

/// What came in since orders were told last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Files that are new.
    pub added: Vec<FileNo>,
    /// Files that were there and whose sort keys changed; their places can no longer be searched.
    pub changed: Vec<FileNo>,
}

impl Delta {
    fn new(mut changed: Vec<FileNo>, known: usize, len: usize) -> Self {
        changed.retain(|no| (no.0 as usize) < known);
        changed.sort_unstable();
        changed.dedup();
        let added = (known..len).filter_map(|row| u32::try_from(row).ok()).map(FileNo).collect();
        Self { added, changed }
    }

    /// Whether nothing came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty()
    }
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

    /// The number of the file with this id; with two of them, of the first.
    #[must_use]
    pub fn find(&self, id: UntrustedRef<'_>) -> Option<FileNo> {
        self.find_key(id.raw()).filter(|no| self.flags[no.0 as usize] & UNREADABLE == 0)
    }

    /// Takes in a page that began after `after`, read in walk number `walk`.
    ///
    /// A known file is brought up to date: the newest reading wins.
    ///
    /// # Errors
    /// [`Full`] once no more files can be addressed; the files before that are in.
    pub fn take_in(
        &mut self,
        page: Page,
        after: Option<&Untrusted>,
        walk: u32,
    ) -> Result<PageFacts, Full> {
        let mut facts = PageFacts { last: page.last_id().cloned(), ..PageFacts::default() };
        let first_new = self.len();
        let changes_before = self.changed.len();
        let mut before = after.cloned();
        let mut run = 0_u32;
        let mut result = Ok(());
        for reading in page.readings {
            let taken = match reading {
                Reading::File(file) => {
                    run = 0;
                    before = Some(file.id.clone());
                    self.take_in_file(*file, walk, &mut facts)
                }
                Reading::Unreadable(unreadable) => {
                    run += 1;
                    self.take_in_unreadable(unreadable, before.as_ref(), run, walk)
                }
            };
            result = taken;
            if result.is_err() {
                break;
            }
        }
        let delta = Delta::new(self.changed[changes_before..].to_vec(), first_new, self.len());
        let mut by_expiry = mem::take(&mut self.by_expiry);
        by_expiry.apply(self, &delta);
        self.by_expiry = by_expiry;
        result.map(|()| facts)
    }

    /// What came in since the last call; orders kept elsewhere must be told of it.
    pub fn take_delta(&mut self) -> Delta {
        let len = self.len();
        let known = mem::replace(&mut self.settled, len);
        Delta::new(mem::take(&mut self.changed), known, len)
    }

    /// How many files have how much time left at `server_ms`. Costs a few binary searches.
    #[must_use]
    pub fn expiry_counts(&self, server_ms: i64) -> ExpiryCounts {
        let rows = self.by_expiry.rows();
        let below = |bound_ms: i64| {
            rows.partition_point(|no| match stated_time(self.expires_at[no.0 as usize]) {
                Stated::Value(at) => i128::from(at) * 1_000 < i128::from(bound_ms),
                Stated::Odd | Stated::Nothing => false,
            })
        };
        let dated = rows.partition_point(|no| self.expires_at[no.0 as usize] > ODD);
        let odd = rows.partition_point(|no| self.expires_at[no.0 as usize] != NOTHING) - dated;
        let expired = below(server_ms.saturating_add(1));
        let [hour, day, week] = [1, 24, 7 * 24]
            .map(|hours| below(server_ms.saturating_add(hours * HOUR_MS - 999)).max(expired));
        ExpiryCounts {
            expired,
            within_hour: hour - expired,
            within_day: day - hour,
            within_week: week - day,
            later: dated - week,
            never: rows.len() - dated - odd,
            unknown: odd,
        }
    }

    /// Milliseconds until [`expiry_counts`](Self::expiry_counts) will say something else.
    #[must_use]
    pub fn next_count_change_ms(&self, server_ms: i64) -> Option<u64> {
        let counts = self.expiry_counts(server_ms);
        let firsts = [
            (counts.expired, 0),
            (counts.expired + counts.within_hour, HOUR_MS),
            (counts.expired + counts.within_hour + counts.within_day, 24 * HOUR_MS),
            (self.len() - counts.later - counts.never - counts.unknown, 7 * 24 * HOUR_MS),
        ];
        let waits = firsts.into_iter().filter_map(|(at, bound_ms)| {
            let no = *self.by_expiry.rows().get(at)?;
            let at = stated_time(self.expires_at[no.0 as usize]).value()?;
            // A countdown that shows less than the bound has at most the bound less a second left.
            let shown_ms = if bound_ms == 0 { 0 } else { bound_ms - 1_000 };
            let left = i128::from(at) * 1_000 - i128::from(server_ms) - i128::from(shown_ms);
            u64::try_from(left.max(1)).ok()
        });
        waits.min()
    }

    /// The file that expires next among those not yet expired at `server_ms`.
    #[must_use]
    pub fn next_to_expire(&self, server_ms: i64) -> Option<FileNo> {
        let rows = self.by_expiry.rows();
        let no = *rows.get(self.expiry_counts(server_ms).expired)?;
        (self.expires_at[no.0 as usize] > ODD).then_some(no)
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

    fn take_in_file(&mut self, file: File, walk: u32, facts: &mut PageFacts) -> Result<(), Full> {
        let Some(known) = self.find_key(file.id.raw()) else {
            facts.fresh += 1;
            facts.new += 1;
            let key = self.text.push(file.id.raw()).ok_or(Full)?;
            let no = self.append(key, file, walk)?;
            self.index(no);
            return Ok(());
        };
        let row = known.0 as usize;
        let same_name = self.filename(known) == file.filename.as_ref().map(Untrusted::borrow);
        if self.walks[row] == walk && !same_name {
            return self.take_in_conflict(known, file, walk);
        }
        facts.fresh += usize::from(self.walks[row] != walk);
        self.walks[row] = walk;
        self.update(known, file)
    }

    /// Two files with one id and different filenames in one walk: both are shown and flagged.
    fn take_in_conflict(&mut self, known: FileNo, file: File, walk: u32) -> Result<(), Full> {
        let name = file.filename.as_ref().map(Untrusted::borrow);
        let twin = self
            .numbers()
            .filter(|no| self.flags[no.0 as usize] & CONFLICTING != 0)
            .find(|no| self.key(*no) == file.id.raw() && self.filename(*no) == name);
        if let Some(twin) = twin {
            return self.update(twin, file);
        }
        let key = self.keys.get(known.0 as usize);
        let twin = self.append(key, file, walk)?;
        for no in [known, twin] {
            self.flags[no.0 as usize] |= CONFLICTING;
        }
        Ok(())
    }

    /// An unreadable file is known again by its text and its place in the list.
    fn take_in_unreadable(
        &mut self,
        unreadable: Unreadable,
        before: Option<&Untrusted>,
        run: u32,
        walk: u32,
    ) -> Result<(), Full> {
        let mut key = unreadable.raw.raw().to_vec();
        key.push(0xFF);
        key.extend_from_slice(before.map_or(b"", Untrusted::raw));
        key.extend_from_slice(&run.to_le_bytes());
        if let Some(known) = self.find_key(&key) {
            self.walks[known.0 as usize] = walk;
            return Ok(());
        }
        let file = File {
            id: Untrusted::default(),
            filename: None,
            bytes: Stated::Odd,
            created_at: Stated::Odd,
            expires_at: Stated::Odd,
            purpose: None,
            extra: None,
        };
        let key = self.text.push(&key).ok_or(Full)?;
        let no = self.append(key, file, walk)?;
        self.flags[no.0 as usize] |= UNREADABLE;
        self.unreadable.insert(no, unreadable);
        self.index(no);
        Ok(())
    }

    fn append(&mut self, key: Span, file: File, walk: u32) -> Result<FileNo, Full> {
        let no = FileNo(u32::try_from(self.len()).map_err(|_| Full)?);
        let name =
            self.text.push(file.filename.as_ref().map_or(b"", Untrusted::raw)).ok_or(Full)?;
        self.keys.push(key);
        self.names.push(name);
        self.bytes.push(NO_SIZE);
        self.created_at.push(NOTHING);
        self.expires_at.push(NOTHING);
        self.purpose.push(0);
        self.flags.push(0);
        self.walks.push(walk);
        self.total.unknown += 1;
        self.set_columns(no, file);
        Ok(no)
    }

    fn index(&mut self, no: FileNo) {
        let hash = self.hasher.hash_one(self.key(no));
        let (text, keys, hasher) = (&self.text, &self.keys, &self.hasher);
        self.by_key
            .insert_unique(hash, no.0, |no| hasher.hash_one(text.get(keys.get(*no as usize))));
    }

    /// Brings a known file up to date and notes whether an order may be affected.
    fn update(&mut self, no: FileNo, file: File) -> Result<(), Full> {
        let name = file.filename.as_ref().map(Untrusted::borrow);
        let now = self.file(no);
        let same_name = now.filename == name;
        let same_keys = same_name
            && now.bytes == file.bytes
            && now.created_at == file.created_at
            && now.expires_at == file.expires_at
            && now.purpose == file.purpose.as_ref().map(Untrusted::borrow);
        if same_keys && now.extra == file.extra.as_deref() {
            return Ok(());
        }
        if !same_keys {
            self.changed.push(no);
        }
        if !same_name {
            let name = self.text.push(name.map_or(b"", UntrustedRef::raw)).ok_or(Full)?;
            self.names.set(no.0 as usize, name);
        }
        self.set_columns(no, file);
        Ok(())
    }

    /// Writes everything of a file but its key and the text of its name.
    fn set_columns(&mut self, no: FileNo, file: File) {
        let row = no.0 as usize;
        match stated_bytes(self.bytes[row]) {
            Stated::Value(bytes) => self.total.known -= u128::from(bytes),
            Stated::Nothing | Stated::Odd => self.total.unknown -= 1,
        }
        match file.bytes {
            Stated::Value(bytes) => self.total.known += u128::from(bytes.min(ODD_SIZE - 1)),
            Stated::Nothing | Stated::Odd => self.total.unknown += 1,
        }
        self.bytes[row] = match file.bytes {
            Stated::Value(bytes) => bytes.min(ODD_SIZE - 1),
            Stated::Nothing => NO_SIZE,
            Stated::Odd => ODD_SIZE,
        };
        self.created_at[row] = time_cell(file.created_at);
        self.expires_at[row] = time_cell(file.expires_at);
        let mut flags = self.flags[row] & !(NAMELESS | NO_PURPOSE);
        flags |= if file.filename.is_none() { NAMELESS } else { 0 };
        flags |= if file.purpose.is_none() { NO_PURPOSE } else { 0 };
        self.flags[row] = flags;
        self.purpose[row] = self.purposes.intern(file.purpose.as_ref().map_or(b"", Untrusted::raw));
        match file.extra {
            Some(extra) => {
                let text = self.extra_texts.intern(extra.as_bytes());
                self.extras.insert(no, text);
            }
            None => {
                self.extras.remove(&no);
            }
        }
    }
}

/// Few different texts, each held once.
#[derive(Debug, Default)]
struct Interner {
    texts: Vec<Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, u16>,
}

impl Interner {
    /// The number of `text`. After 65,535 different ones, what is new shares the last number: a
    /// service that makes up that many is not worth more memory.
    fn intern(&mut self, text: &[u8]) -> u16 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u16::try_from(self.texts.len()).unwrap_or(u16::MAX);
        if number < u16::MAX {
            self.texts.push(text.into());
            self.numbers.insert(text.into(), number);
        } else if self.texts.len() == usize::from(u16::MAX) {
            self.texts.push(b"{\"\":\"(too many different values)\"}".as_slice().into());
        }
        number
    }

    fn get(&self, number: u16) -> &[u8] {
        &self.texts[usize::from(number)]
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
