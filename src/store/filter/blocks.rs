//! Filters asked about thousands of files at once: column by column, and the texts, which lie one
//! behind the other, in one sweep.
//!
//! It gives just what asking file by file gives ([`Test::holds`]); only faster.

use super::Moment;
use super::eval::Test;
use super::tested::Held;
use super::words::{Needle, may_fold};
use crate::store::{FREE, FileNo, Store, UNREADABLE};

/// Files of a block.
pub const BLOCK: usize = 4_096;
const WORDS: usize = BLOCK / 64;

/// For each file of a block, whether it is let through.
type Bits = [u64; WORDS];

/// For each number that was given out, whether the file is let through.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    bits: Vec<u64>,
}

impl Verdicts {
    /// Whether the file is let through; not, where nobody asked.
    #[must_use]
    pub fn admits(&self, no: FileNo) -> bool {
        let (word, bit) = (no.0 as usize / 64, no.0 % 64);
        self.bits.get(word).is_some_and(|bits| bits >> bit & 1 == 1)
    }

    /// How many files were judged: all whose numbers are smaller.
    #[must_use]
    pub fn judged(&self) -> usize {
        self.bits.len() * 64
    }

    /// Judges the files of the next block.
    pub(super) fn judge(&mut self, test: &Test, store: &Store, moment: &Moment<'_>) {
        let from = self.judged();
        let block = Block { from, until: (from + BLOCK).min(store.slots()) };
        let mut bits = [0; WORDS];
        test.judge(store, block, moment, &mut bits);
        let is_file = |row: usize| store.flags.get(row).is_some_and(|flags| flags & FREE == 0);
        for at in (0..BLOCK).filter(|at| !is_file(from + at)) {
            clear(&mut bits, at);
        }
        self.bits.extend_from_slice(&bits);
    }
}

/// Rows from the first up to and without the second.
#[derive(Clone, Copy)]
struct Block {
    from: usize,
    until: usize,
}

impl Block {
    fn rows(self) -> std::ops::Range<usize> {
        self.from..self.until
    }
}

fn set(bits: &mut Bits, at: usize) {
    bits[at / 64] |= 1 << (at % 64);
}

fn clear(bits: &mut Bits, at: usize) {
    bits[at / 64] &= !(1 << (at % 64));
}

impl Test {
    fn judge(&self, store: &Store, block: Block, moment: &Moment<'_>, bits: &mut Bits) {
        match self {
            Self::All(tests) => {
                *bits = [u64::MAX; WORDS];
                for test in tests {
                    if *bits == [0; WORDS] {
                        return;
                    }
                    let mut these = [0; WORDS];
                    test.judge(store, block, moment, &mut these);
                    bits.iter_mut().zip(these).for_each(|(all, these)| *all &= these);
                }
            }
            Self::Any(tests) => {
                for test in tests {
                    let mut these = [0; WORDS];
                    test.judge(store, block, moment, &mut these);
                    bits.iter_mut().zip(these).for_each(|(any, these)| *any |= these);
                }
            }
            Self::Not(test) => {
                test.judge(store, block, moment, bits);
                *bits = bits.map(|bits| !bits);
            }
            Self::Word(needle) => store.look_for(needle, block, bits),
            _ => {
                for row in block.rows() {
                    store.ask(row, bits, row - block.from, |no| {
                        self.holds(&Held { store, no, moment }, moment.server_ms)
                    });
                }
            }
        }
    }
}

impl Store {
    /// Notes whether a row holds, unless there is no file in it.
    fn ask(&self, row: usize, bits: &mut Bits, at: usize, holds: impl Fn(FileNo) -> bool) {
        let no = u32::try_from(row).ok().filter(|_| self.flags[row] & FREE == 0).map(FileNo);
        if no.is_some_and(holds) {
            set(bits, at);
        }
    }

    /// Notes the rows whose filename or id has what is looked for.
    fn look_for(&self, needle: &Needle, block: Block, bits: &mut Bits) {
        let one = |row: usize, bits: &mut Bits| {
            let holds = |no| self.in_name_or_id(no, |text| needle.is_in(text));
            self.ask(row, bits, row - block.from, holds);
        };
        let Some(texts) = self.texts_in_order(block).filter(|_| needle.can_sweep()) else {
            return block.rows().for_each(|row| one(row, bits));
        };
        let start = self.spans.key(block.from).range().start;
        let mut row = block.from;
        needle.sweep(texts, |found| {
            let found = start + found.start..start + found.end;
            while self.spans.name(row).range().end <= found.start {
                row += 1;
            }
            let (key, name) = (self.spans.key(row).range(), self.spans.name(row).range());
            let within =
                |text: &&std::ops::Range<usize>| text.start <= found.start && found.end <= text.end;
            if let Some(text) = [&key, &name].into_iter().find(within) {
                let behind = self.text.slice(found.end..text.end).first();
                if behind.is_none_or(u8::is_ascii) {
                    set(bits, row - block.from);
                } else {
                    one(row, bits);
                }
                // The next row is what is of interest.
                return name.end - start;
            }
            found.start + 1 - start
        });
        // A few letters have an ASCII one as their small form, and what is unreadable has another
        // text.
        let folds = may_fold(texts);
        for row in block.rows() {
            let whole = || self.spans.key(row).range().start..self.spans.name(row).range().end;
            let odd = self.flags[row] & UNREADABLE != 0;
            if odd || folds && may_fold(self.text.slice(whole())) {
                clear(bits, row - block.from);
                one(row, bits);
            }
        }
    }

    /// The texts of a block, where they lie in the order of its rows, each id before its filename,
    /// as they do unless files were renamed or numbers used again.
    fn texts_in_order(&self, block: Block) -> Option<&[u8]> {
        let mut end = self.spans.key(block.from).range().start;
        let start = end;
        for row in block.rows() {
            let (key, name) = (self.spans.key(row).range(), self.spans.name(row).range());
            if self.flags[row] & FREE != 0 || key.start != end || name.start != key.end {
                return None;
            }
            end = name.end;
        }
        Some(self.text.slice(start..end))
    }
}
