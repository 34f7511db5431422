//! The marked files: which they are, how large they are together, and what was cleared last.
//!
//! Marks are of files, whatever the order and the filter, and know neither.

use std::collections::HashSet;

use crate::store::{Delta, FileNo, Store};
use crate::text::TotalBytes;

/// The files that the operator marked.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    files: HashSet<FileNo>,
    /// Bytes of all of them, as far as they are known.
    bytes: TotalBytes,
    /// What was marked when the marks were cleared.
    cleared: Vec<FileNo>,
}

impl Marks {
    /// The marked files.
    #[must_use]
    pub fn files(&self) -> &HashSet<FileNo> {
        &self.files
    }

    /// Bytes of the marked files together.
    #[must_use]
    pub fn bytes(&self) -> TotalBytes {
        self.bytes
    }

    /// Marks these files, but for those that are gone.
    pub(super) fn add(&mut self, store: &Store, files: &[FileNo]) {
        self.files.reserve(files.len());
        for no in files.iter().filter(|no| !store.is_gone(**no)) {
            if self.files.insert(*no) {
                self.bytes.put(bytes(store, *no));
            }
        }
    }

    /// Marks what is not marked of these, and the other way round; what is gone can only lose its
    /// mark.
    pub(super) fn invert(&mut self, store: &Store, files: &[FileNo]) {
        self.files.reserve(files.len());
        for no in files {
            if self.files.remove(no) {
                self.bytes.take(bytes(store, *no));
            } else {
                self.add(store, &[*no]);
            }
        }
    }

    /// Takes all marks, and keeps them to be brought back.
    pub(super) fn clear(&mut self) -> Vec<FileNo> {
        self.cleared = self.files.drain().collect();
        self.bytes = TotalBytes::default();
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
            self.bytes = self.files.iter().map(|no| bytes(store, *no)).collect();
        }
    }
}

fn bytes(store: &Store, no: FileNo) -> Option<u64> {
    store.bytes(no).value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{File, HasMore, Page, Reading};
    use crate::store::{Extent, Origin};
    use crate::text::Untrusted;
    use crate::time::expiry::Stated;

    fn file(number: usize, bytes: u64) -> File {
        File {
            id: Untrusted::new(format!("file_{number}")),
            filename: None,
            bytes: Stated::Value(bytes),
            created_at: Stated::Value(1_700_000_000),
            expires_at: Stated::Nothing,
            purpose: None,
            extra: None,
        }
    }

    /// Takes in files `from..to` of a kilobyte each; tells their numbers.
    fn come(store: &mut Store, from: usize, to: usize) -> Vec<FileNo> {
        let readings = (from..to).map(|n| Reading::File(file(n, 1_000))).collect();
        let page = Page { readings, has_more: HasMore::Yes };
        let last = store.sequence().last().map(|no| store.file(*no).id.to_owned());
        let origin = Origin { after: last.as_ref(), pass: 1, at_s: 1, extent: Extent::Open };
        store.take_in(page, origin).unwrap().added
    }

    /// A mark goes with its file: whoever gets its number was never marked.
    #[test]
    fn a_file_with_the_number_of_another_has_not_its_mark() {
        let (mut store, mut marks) = (Store::default(), Marks::default());
        let files = come(&mut store, 0, 4);
        marks.add(&store, &files[..3]);
        for (cleared, left) in [(false, 2), (true, 1)] {
            if cleared {
                marks.clear();
            }
            let gone = [files[usize::from(cleared)]];
            store.remove(&gone);
            store.bury(&gone);
            let newcomer = come(&mut store, 10 + left, 11 + left);
            assert_eq!(newcomer, gone);
            let delta = store.take_delta();
            marks.absorb(&store, &delta);
            if cleared {
                marks.bring_back(&store);
            }
            assert_eq!(marks.files().len(), left);
            assert!(!marks.files().contains(&gone[0]));
            assert_eq!(marks.bytes().known, 1_000 * left as u128);
        }
    }

    #[test]
    fn bytes_follow_a_marked_file_that_changes() {
        let (mut store, mut marks) = (Store::default(), Marks::default());
        let files = come(&mut store, 0, 2);
        marks.add(&store, &files[..1]);
        store.take_delta();
        for no in [1, 0] {
            store.refresh_file(files[no], file(no, 7), 2).unwrap();
            let delta = store.take_delta();
            marks.absorb(&store, &delta);
            assert_eq!(marks.bytes().known, [7, 1_000][no]);
        }
    }
}
