//! Taking pages in: what is new is appended, what is known is brought up to date, and orders are told
//! what changed.

use std::hash::BuildHasher;
use std::mem;

use super::arena::Span;
use super::{
    CONFLICTING, FileNo, Full, NAMELESS, NO_PURPOSE, NO_SIZE, NOTHING, ODD_SIZE, Store, UNREADABLE,
    stated_bytes, time_cell,
};
use crate::api::{File, Page, Reading, Unreadable};
use crate::expiry::Stated;
use crate::lister::PageFacts;
use crate::text::{Untrusted, UntrustedRef};

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
}

impl Store {
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
        if !same_name && let Some(twin) = self.twin(&file) {
            self.walks[twin.0 as usize] = walk;
            return self.update(twin, file);
        }
        if self.walks[row] == walk && !same_name {
            return self.take_in_conflict(known, file, walk);
        }
        facts.fresh += usize::from(self.walks[row] != walk);
        self.walks[row] = walk;
        self.update(known, file)
    }

    /// A further file with this id and this filename.
    fn twin(&self, file: &File) -> Option<FileNo> {
        let name = file.filename.as_ref().map(Untrusted::borrow);
        let twin = self.twins.get(&self.twin_hash(file)).copied();
        twin.filter(|no| self.key(*no) == file.id.raw() && self.filename(*no) == name)
    }

    fn twin_hash(&self, file: &File) -> u64 {
        self.hasher.hash_one((file.id.raw(), file.filename.as_ref().map(Untrusted::raw)))
    }

    /// Two files with one id and different filenames in one walk: both are shown and flagged.
    fn take_in_conflict(&mut self, known: FileNo, file: File, walk: u32) -> Result<(), Full> {
        let hash = self.twin_hash(&file);
        let key = self.keys.get(known.0 as usize);
        let twin = self.append(key, file, walk)?;
        self.twins.insert(hash, twin);
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
