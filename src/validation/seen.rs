//! What is remembered of the lines that were read.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// What lines before had, which later ones are compared with.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub ids: Ids,
    /// The first url, and its line.
    pub url: Option<(Vec<u8>, u64)>,
    /// The first model, and its line.
    pub model: Option<(Vec<u8>, u64)>,
    /// The first line that names no model.
    pub without_model: Option<u64>,
}

/// The ids that were there, each by two hashes of 64 bits with keys of their own: that two different
/// ids of a batch of a million have the same is less likely than one in 10^26, so that what is told as
/// a double is one.
#[derive(Debug, Default)]
pub(super) struct Ids {
    hashers: [RandomState; 2],
    lines: HashMap<[u64; 2], u64>,
}

impl Ids {
    /// The line that had it before. Of `most` ids it is remembered who has them.
    pub fn add(&mut self, id: &[u8], line: u64, most: u64) -> Option<u64> {
        let hash = self.hashers.each_ref().map(|hasher| hasher.hash_one(id));
        if let Some(before) = self.lines.get(&hash) {
            return Some(*before);
        }
        if (self.lines.len() as u64) < most {
            self.lines.insert(hash, line);
        }
        None
    }
}
