//! Numbers of eight bytes, nearly all of which are kept in four.
//!
//! Sizes below four gibibytes and moments up to the year 2106 are; what is larger, or before 1970,
//! lies in a side table and is just as exact, at some thirty bytes more.

use std::collections::HashMap;

use super::{FileNo, NO_SIZE, NOTHING, ODD, ODD_SIZE, Store};
use crate::time::expiry::{Stated, StatedTime};

/// What a service did not say.
const CELL_NOTHING: u32 = u32::MAX;
/// What it said, and could not be read.
const CELL_ODD: u32 = u32::MAX - 1;
/// What is in the side table.
const CELL_WIDE: u32 = u32::MAX - 2;

/// A column of sizes.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    cells: Vec<u32>,
    wide: HashMap<usize, u64>,
}

impl Sizes {
    pub(super) fn get(&self, row: usize) -> u64 {
        match self.cells[row] {
            CELL_NOTHING => NO_SIZE,
            CELL_ODD => ODD_SIZE,
            CELL_WIDE => self.wide.get(&row).copied().unwrap_or(ODD_SIZE),
            cell => cell.into(),
        }
    }

    pub(super) fn push(&mut self, size: u64) {
        self.cells.push(CELL_NOTHING);
        self.set(self.cells.len() - 1, size);
    }

    pub(super) fn set(&mut self, row: usize, size: u64) {
        let cell = match size {
            NO_SIZE => CELL_NOTHING,
            ODD_SIZE => CELL_ODD,
            size => u32::try_from(size).unwrap_or(CELL_WIDE).min(CELL_WIDE),
        };
        if cell == CELL_WIDE {
            self.wide.insert(row, size);
        } else if self.cells[row] == CELL_WIDE {
            self.wide.remove(&row);
        }
        self.cells[row] = cell;
    }
}

/// A column of moments, in seconds since the epoch.
#[derive(Debug, Default)]
pub(super) struct Moments(Sizes);

/// A moment as a size that is small where it lies between 1970 and 2106. The two moments that are
/// signs leave room for the two sizes that are.
fn as_size(at: i64) -> u64 {
    match at {
        NOTHING => NO_SIZE,
        ODD => ODD_SIZE,
        0.. => at.cast_unsigned(),
        _ => at.cast_unsigned() - 2,
    }
}

fn of_size(size: u64) -> i64 {
    match size {
        NO_SIZE => NOTHING,
        ODD_SIZE => ODD,
        size => match i64::try_from(size) {
            Ok(at) => at,
            Err(_) => (size + 2).cast_signed(),
        },
    }
}

impl Moments {
    pub(super) fn get(&self, row: usize) -> i64 {
        of_size(self.0.get(row))
    }

    pub(super) fn push(&mut self, at: i64) {
        self.0.push(as_size(at));
    }

    pub(super) fn set(&mut self, row: usize, at: i64) {
        self.0.set(row, as_size(at));
    }

    /// All of them, row by row.
    pub(super) fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        (0..self.0.cells.len()).map(|row| self.get(row))
    }
}

pub(super) fn stated_time(cell: i64) -> StatedTime {
    match cell {
        NOTHING => Stated::Nothing,
        ODD => Stated::Odd,
        at => Stated::Value(at),
    }
}

pub(super) fn time_cell(time: StatedTime) -> i64 {
    match time {
        Stated::Value(at) => at.max(ODD + 1),
        Stated::Nothing => NOTHING,
        Stated::Odd => ODD,
    }
}

pub(super) fn size_cell(bytes: Stated<u64>) -> u64 {
    match bytes {
        // Two sizes that nothing has are taken for signs.
        Stated::Value(bytes) => bytes.min(ODD_SIZE),
        Stated::Nothing => NO_SIZE,
        Stated::Odd => ODD_SIZE,
    }
}

pub(super) fn stated_bytes(cell: u64) -> Stated<u64> {
    match cell {
        NO_SIZE => Stated::Nothing,
        ODD_SIZE => Stated::Odd,
        bytes => Stated::Value(bytes),
    }
}

impl Store {
    /// Fetches what is kept of these files into the processor's caches, all of them at once: of a
    /// million files nearly each column of each one is waited for, and in this way together.
    pub fn read_ahead(&self, files: &[FileNo]) {
        let columns = files.iter().map(|no| {
            let row = no.0 as usize;
            let small = u64::from(self.flags[row]) + u64::from(self.purpose[row]);
            let times = self.created_at.get(row).cast_unsigned() ^ u64::from(self.verified_s[row]);
            small ^ times ^ self.expires_at.get(row).cast_unsigned() ^ self.bytes.get(row)
        });
        let ends = |text: &[u8]| text.first().zip(text.last()).map(|(first, last)| first ^ last);
        let texts = files.iter().map(|no| {
            let row = no.0 as usize;
            let (key, name) = (self.spans.key(row), self.spans.name(row));
            ends(self.text.get(key)).unwrap_or(0) ^ ends(self.text.get(name)).unwrap_or(0)
        });
        std::hint::black_box((columns.fold(0, |a, b| a ^ b), texts.fold(0, |a, b| a ^ b)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZES: [u64; 12] = [
        0,
        1,
        0xFFFF_FFFC,
        0xFFFF_FFFD,
        0xFFFF_FFFE,
        0xFFFF_FFFF,
        1 << 32,
        1 << 63,
        u64::MAX - 3,
        u64::MAX - 2,
        ODD_SIZE,
        NO_SIZE,
    ];
    const MOMENTS: [i64; 11] = [
        NOTHING,
        ODD,
        i64::MIN + 2,
        i64::MIN + 3,
        -2,
        -1,
        0,
        1_800_000_000,
        0xFFFF_FFFD,
        253_402_300_800,
        i64::MAX,
    ];

    proptest! {
        /// Whatever is written over whatever, each cell says what was written to it last.
        #[test]
        fn a_column_is_exact(
            sizes in prop::collection::vec((0_usize..8, prop_oneof![prop::sample::select(&SIZES[..]), any::<u64>()]), 0..60),
            moments in prop::collection::vec((0_usize..8, prop_oneof![prop::sample::select(&MOMENTS[..]), any::<i64>()]), 0..60),
        ) {
            let (mut column, mut plain) = (Sizes::default(), vec![7; 8]);
            (0..8).for_each(|_| column.push(7));
            for (row, size) in sizes {
                column.set(row, size);
                plain[row] = size;
                prop_assert_eq!((0..8).map(|row| column.get(row)).collect::<Vec<_>>(), plain.clone());
            }
            let wide = plain.iter().filter(|size| (0xFFFF_FFFD..ODD_SIZE).contains(*size)).count();
            prop_assert_eq!(column.wide.len(), wide, "nothing is left beside it");
            let (mut column, mut plain) = (Moments::default(), vec![NOTHING; 8]);
            (0..8).for_each(|_| column.push(NOTHING));
            for (row, at) in moments {
                column.set(row, at);
                plain[row] = at;
                prop_assert_eq!(column.iter().collect::<Vec<_>>(), plain.clone());
            }
        }
    }
}
