//! Sums kept while files come and go: bytes by the moment of expiry, and ages of verification.
//!
//! It knows no clock; it answers for spans of absolute time.

use std::collections::BTreeMap;
use std::ops::Range;

use super::column::stated_time;
use crate::text::TotalBytes;
use crate::time::expiry::Stated;

/// Seconds of one entry: small enough that the edges of a span hold few files, and a divisor of
/// every offset of a time zone.
pub(super) const QUARTER_S: i64 = 15 * 60;

/// Bytes, and how many files have a size that is not known, by the quarter of an hour in which they expire, and those that no expiry is given of.
#[derive(Debug, Default)]
pub(super) struct ByteSums {
    quarters: BTreeMap<i64, TotalBytes>,
    pub(super) never: TotalBytes,
}

impl ByteSums {
    /// Counts a file of so many bytes, where that is known, by the cell of its expiry.
    pub(super) fn put(&mut self, expires_at: i64, bytes: Option<u64>) {
        match stated_time(expires_at) {
            Stated::Value(at) => {
                self.quarters.entry(at.div_euclid(QUARTER_S)).or_default().put(bytes);
            }
            Stated::Nothing => self.never.put(bytes),
            Stated::Odd => {}
        }
    }

    /// Counts a file no longer that was [put](Self::put) in.
    pub(super) fn take(&mut self, expires_at: i64, bytes: Option<u64>) {
        match stated_time(expires_at) {
            Stated::Value(at) => self.subtract(at, bytes),
            Stated::Nothing => self.never.take(bytes),
            Stated::Odd => {}
        }
    }

    fn subtract(&mut self, expires_at: i64, bytes: Option<u64>) {
        let quarter = expires_at.div_euclid(QUARTER_S);
        if let Some(sum) = self.quarters.get_mut(&quarter) {
            sum.take(bytes);
            if *sum == TotalBytes::default() {
                self.quarters.remove(&quarter);
            }
        }
    }

    /// What is in the whole quarters from number `from` up to, and excluding, number `to`.
    pub(super) fn whole_quarters(&self, quarters: Range<i64>) -> TotalBytes {
        if quarters.is_empty() {
            return TotalBytes::default();
        }
        self.quarters.range(quarters).map(|(_, bytes)| *bytes).sum()
    }
}

/// How many files were verified in which second.
#[derive(Debug, Default)]
pub(super) struct Ages {
    files: BTreeMap<u32, u32>,
}

impl Ages {
    pub(super) fn add(&mut self, at_s: u32) {
        *self.files.entry(at_s).or_default() += 1;
    }

    pub(super) fn remove(&mut self, at_s: u32) {
        if let Some(files) = self.files.get_mut(&at_s) {
            *files -= 1;
            if *files == 0 {
                self.files.remove(&at_s);
            }
        }
    }

    /// The moment of the verification that lies back furthest.
    pub(super) fn oldest(&self) -> Option<u32> {
        self.files.first_key_value().map(|(at_s, _)| *at_s)
    }
}
