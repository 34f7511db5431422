//! Looking files up by their keys, which stand once, in the arena.
//!
//! An entry is a number alone, and its hash is taken again from its key when the table grows. That is
//! done in the order of the numbers, in which the keys lie one behind the other: in the order of the
//! table each of them would be a wait for the memory. Where hashes differ, seven bits of them that
//! the table keeps tell it but for one time in 128.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use super::FileNo;

/// Entries of the first table.
const FIRST: usize = 16;

/// Numbers of files by hashes of their keys.
#[derive(Debug, Default)]
pub(super) struct Index {
    table: HashTable<FileNo>,
    hasher: RandomState,
}

impl Index {
    fn hash(&self, key: &[u8]) -> u64 {
        self.hasher.hash_one(key)
    }

    /// The file whose key this is, as `key_of` tells.
    pub(super) fn find<'k>(
        &self,
        key: &[u8],
        key_of: impl Fn(FileNo) -> &'k [u8],
    ) -> Option<FileNo> {
        self.table.find(self.hash(key), |no| key_of(*no) == key).copied()
    }

    /// Adds a file whose key is not in yet.
    pub(super) fn insert<'k>(
        &mut self,
        key: &[u8],
        no: FileNo,
        key_of: impl Fn(FileNo) -> &'k [u8],
    ) {
        if self.table.len() == self.table.capacity() {
            self.grow(&key_of);
        }
        let hash = self.hash(key);
        self.table.insert_unique(hash, no, |no| self.hasher.hash_one(key_of(*no)));
    }

    /// Moves all to a table of twice the size.
    fn grow<'k>(&mut self, key_of: &impl Fn(FileNo) -> &'k [u8]) {
        let last = self.table.iter().map(|no| no.0 as usize).max().unwrap_or(0);
        let mut is_in = vec![0_u64; last / 64 + 1];
        for no in &self.table {
            is_in[no.0 as usize / 64] |= 1 << (no.0 % 64);
        }
        let room = (self.table.len() * 2).max(FIRST);
        let before = std::mem::replace(&mut self.table, HashTable::with_capacity(room));
        drop(before);
        let numbers = (0..).map(FileNo).take(last + 1);
        for no in numbers.filter(|no| is_in[no.0 as usize / 64] >> (no.0 % 64) & 1 == 1) {
            let hash = self.hasher.hash_one(key_of(no));
            self.table.insert_unique(hash, no, |no| self.hasher.hash_one(key_of(*no)));
        }
    }

    /// Takes a file out; tells whether it was in.
    pub(super) fn remove(&mut self, key: &[u8], no: FileNo) -> bool {
        match self.table.find_entry(self.hash(key), |entry| *entry == no) {
            Ok(entry) => {
                entry.remove();
                true
            }
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// A history of files that come and go, against a plain map.
    #[test]
    fn what_is_in_is_found_and_nothing_else() {
        let keys: Vec<Vec<u8>> = (0..2_000).map(|n| format!("file_{n}").into_bytes()).collect();
        let key_of = |no: FileNo| keys[no.0 as usize].as_slice();
        let mut rng = fastrand::Rng::with_seed(3);
        let (mut index, mut plain) = (Index::default(), HashMap::new());
        for _ in 0..20_000 {
            let no = FileNo(rng.u32(..2_000));
            let key = key_of(no);
            if rng.u8(..3) > 0 && !plain.contains_key(key) {
                index.insert(key, no, key_of);
                plain.insert(key, no);
            } else {
                assert_eq!(index.remove(key, no), plain.remove(key).is_some());
            }
            let sought = key_of(FileNo(rng.u32(..2_000)));
            assert_eq!(index.find(sought, key_of), plain.get(sought).copied());
        }
        assert_eq!(index.table.len(), plain.len());
        assert!(keys.iter().all(|key| index.find(key, key_of) == plain.get(&key[..]).copied()));
        assert_eq!(index.find(b"nobody", key_of), None);
    }
}
