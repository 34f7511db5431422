//! The marked files: which they are, how large they are together, and what was cleared last.
//!
//! Marks are of files, whatever the order and the filter, and know neither.

use std::collections::HashSet;

use crate::store::{Delta, FileNo, Store};

/// The files that the operator marked.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    files: HashSet<FileNo>,
    /// Bytes of all of them, as far as they are known.
    bytes: u128,
    /// What was marked when the marks were cleared.
    cleared: Vec<FileNo>,
}

impl Marks {
    /// The marked files.
    #[must_use]
    pub fn files(&self) -> &HashSet<FileNo> {
        &self.files
    }

    /// Bytes of the marked files together, as far as they are known.
    #[must_use]
    pub fn bytes(&self) -> u128 {
        self.bytes
    }

    /// Marks these files, but for those that are gone.
    pub(super) fn add(&mut self, store: &Store, files: &[FileNo]) {
        self.files.reserve(files.len());
        for no in files.iter().filter(|no| !store.is_gone(**no)) {
            if self.files.insert(*no) {
                self.bytes += bytes(store, *no);
            }
        }
    }

    /// Marks what is not marked of these, and the other way round; what is gone can only lose its
    /// mark.
    pub(super) fn invert(&mut self, store: &Store, files: &[FileNo]) {
        self.files.reserve(files.len());
        for no in files {
            if self.files.remove(no) {
                self.bytes = self.bytes.saturating_sub(bytes(store, *no));
            } else {
                self.add(store, &[*no]);
            }
        }
    }

    /// Takes all marks, and keeps them to be brought back.
    pub(super) fn clear(&mut self) -> Vec<FileNo> {
        self.cleared = self.files.drain().collect();
        self.bytes = 0;
        self.cleared.clone()
    }

    /// Brings back what was cleared.
    pub(super) fn bring_back(&mut self, store: &Store) -> Vec<FileNo> {
        let back = std::mem::take(&mut self.cleared);
        self.add(store, &back);
        back
    }

    /// Follows what happened to the store: what is held no longer has no mark, and its number may
    /// be another file's soon.
    pub(super) fn absorb(&mut self, store: &Store, delta: &Delta) {
        let mut lost = false;
        for no in &delta.removed {
            lost |= self.files.remove(no);
        }
        if !delta.removed.is_empty() {
            self.cleared.retain(|no| delta.removed.binary_search(no).is_err());
        }
        if lost || delta.changed.iter().any(|no| self.files.contains(no)) {
            self.bytes = self.files.iter().map(|no| bytes(store, *no)).sum();
        }
    }
}

fn bytes(store: &Store, no: FileNo) -> u128 {
    store.file(no).bytes.value().map_or(0, u128::from)
}
