//! Files that are gone: first shown as such, then forgotten, and their memory used again.

use std::mem;

use super::arena::Arena;
use super::{CONFLICTING, Delta, FREE, FileNo, GONE, MISSING, Store, UNREADABLE};

/// Bytes of names and ids of forgotten files that are put up with before the texts move together.
const PUT_UP_WITH: usize = 1_024 * 1_024;

impl Store {
    /// Takes files out that the service no longer has. They count for nothing any more, but can
    /// still be shown until they are [buried](Self::bury). Those that are gone already stay so.
    pub fn remove(&mut self, files: &[FileNo]) {
        let mut gone: Vec<FileNo> =
            files.iter().copied().filter(|no| !self.has(*no, GONE | FREE)).collect();
        gone.sort_unstable();
        gone.dedup();
        if gone.is_empty() {
            return;
        }
        let placed = gone.iter().copied().filter(|no| self.place(*no).is_some());
        let (count, first) =
            (placed.clone().count() as u64, placed.min_by_key(|no| self.place(*no)));
        for no in &gone {
            self.uncount_bytes(*no);
            self.ages.remove(self.verified_s[no.0 as usize]);
            self.unreadable_there -= usize::from(self.has(*no, UNREADABLE));
            self.unindex(*no);
            self.end_conflict(*no);
            let flags = &mut self.flags[no.0 as usize];
            *flags = *flags & !MISSING | GONE;
        }
        self.taken_out += count;
        let flags = &self.flags;
        let is_gone = |no: FileNo| flags[no.0 as usize] & GONE != 0;
        self.apart.retain(|no| !is_gone(*no));
        if let Some(first) = first {
            self.sequence.remove(first, is_gone);
        }
        let delta = Delta { removed: gone, ..Delta::default() };
        let mut by_expiry = mem::take(&mut self.by_expiry);
        by_expiry.apply(self, &delta);
        self.by_expiry = by_expiry;
        self.revision += 1;
    }

    /// Notes that these files should have been met and were not.
    pub fn mark_missing(&mut self, files: &[FileNo]) {
        for no in files.iter().copied().filter(|no| self.place(*no).is_some()).collect::<Vec<_>>() {
            self.flag(no, MISSING);
        }
    }

    /// Forgets files that were taken out.
    pub fn bury(&mut self, files: &[FileNo]) {
        for no in files.iter().copied() {
            if !self.has(no, GONE) || self.has(no, FREE) {
                continue;
            }
            let row = no.0 as usize;
            self.garbage += self.spans.key(row).len() + self.spans.name(row).len();
            self.release_texts(no);
            self.unreadable.remove(&no);
            self.saved.remove(&no);
            self.flags[row] = FREE;
            self.free.push(no);
            self.delta.removed.push(no);
        }
        self.revision += 1;
        self.tidy();
    }

    /// Moves the texts together once half of what they take is garbage.
    pub(super) fn tidy(&mut self) {
        if self.garbage > PUT_UP_WITH && self.garbage > self.text.len() / 2 {
            self.move_texts_together();
        }
    }

    /// Whether the file is held only to be shown as gone.
    #[must_use]
    pub fn is_gone(&self, no: FileNo) -> bool {
        self.has(no, GONE)
    }

    /// Takes a file out of the look-up by id. A further file with its id takes its place there.
    fn unindex(&mut self, no: FileNo) {
        self.twins.retain(|_, twin| *twin != no);
        if !self.by_key.remove(self.text.get(self.spans.key(no.0 as usize)), no) {
            return;
        }
        let heir = self.twins.values().copied().find(|twin| self.key(*twin) == self.key(no));
        if let Some(heir) = heir {
            self.twins.retain(|_, twin| *twin != heir);
            self.index(heir);
        }
    }

    /// Of two files with one id, the one that is left when the other went is like any other.
    fn end_conflict(&mut self, gone: FileNo) {
        if !self.has(gone, CONFLICTING) {
            return;
        }
        let key = self.key(gone);
        let further = self.twins.values().copied().filter(|twin| self.key(*twin) == key);
        let mut left: Vec<FileNo> = self.find_key(key).into_iter().chain(further).collect();
        left.dedup();
        if let [only] = left[..] {
            self.flags[only.0 as usize] &= !CONFLICTING;
        }
    }

    fn move_texts_together(&mut self) {
        let mut text = Arena::default();
        for row in 0..self.flags.len() {
            if self.flags[row] & FREE != 0 {
                continue;
            }
            // What fitted with the garbage between it fits without.
            let Some(key) = text.push(self.text.get(self.spans.key(row))) else { return };
            let Some(name) = text.push(self.text.get(self.spans.name(row))) else { return };
            self.spans.set(row, key, name);
        }
        self.text = text;
        self.garbage = 0;
    }

    /// Whether a request for the file by its id would tell whether it exists: not for what could
    /// not be read, nor for one of several files with one id.
    #[must_use]
    pub fn can_be_asked_for(&self, no: FileNo) -> bool {
        !self.has(no, UNREADABLE | CONFLICTING)
            && crate::api::endpoint::is_usable_id(crate::text::UntrustedRef::new(self.key(no)))
    }
}
