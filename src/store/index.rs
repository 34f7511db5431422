//! Looking files up by their keys, which stand once, in the arena.
//!
//! Each entry has half of its hash with it: as the table grows, and where hashes differ, no key need
//! be looked at, which would mean a wait for the memory.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use super::FileNo;

/// Numbers of files by hashes of their keys.
#[derive(Debug, Default)]
pub(super) struct Index {
    table: HashTable<Entry>,
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    no: FileNo,
}

/// The hash that the table goes by, which takes both ends of it.
fn spread(hash: u32) -> u64 {
    // The fraction of the golden ratio, which is odd and has no pattern.
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Index {
    #[allow(clippy::cast_possible_truncation, reason = "half of it will do")]
    fn hash(&self, key: &[u8]) -> u32 {
        self.hasher.hash_one(key) as u32
    }

    /// The file whose key this is, as `key_of` tells.
    pub(super) fn find<'k>(
        &self,
        key: &[u8],
        key_of: impl Fn(FileNo) -> &'k [u8],
    ) -> Option<FileNo> {
        let hash = self.hash(key);
        let is_it = |entry: &Entry| entry.hash == hash && key_of(entry.no) == key;
        self.table.find(spread(hash), is_it).map(|entry| entry.no)
    }

    /// Adds a file whose key is not in yet.
    pub(super) fn insert(&mut self, key: &[u8], no: FileNo) {
        let entry = Entry { hash: self.hash(key), no };
        self.table.insert_unique(spread(entry.hash), entry, |entry| spread(entry.hash));
    }

    /// Takes a file out; tells whether it was in.
    pub(super) fn remove(&mut self, key: &[u8], no: FileNo) -> bool {
        let is_it = |entry: &Entry| entry.no == no;
        match self.table.find_entry(spread(self.hash(key)), is_it) {
            Ok(entry) => {
                entry.remove();
                true
            }
            Err(_) => false,
        }
    }
}
