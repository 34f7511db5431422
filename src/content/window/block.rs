//! Lines that are held together.

use std::mem::size_of;

use crate::content::results::{BatchLine, Meaning, read};

/// Bytes of a block, but for a line that is longer.
const BLOCK: usize = 64 * 1_024;
/// What a line of a batch takes beside its bytes: its fields, and short texts.
const OF_A_BATCH_LINE: usize = size_of::<BatchLine>() + 160;

/// Lines that lie behind one another.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) at: u64,
    pub(super) bytes: Vec<u8>,
    /// Bytes of the content that it stands for: more than it has, where its one line is too long.
    pub(super) span: u64,
    pub(super) lines: Vec<Entry>,
    pub(super) of_batch: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) at: u32,
    /// Nothing where it is too long.
    pub(super) meaning: Option<Meaning>,
}

impl Block {
    pub(super) fn end(&self) -> u64 {
        self.at + self.span
    }

    pub(super) fn held(&self) -> usize {
        let entries = self.lines.capacity() * size_of::<Entry>();
        self.bytes.capacity() + entries + self.of_batch * OF_A_BATCH_LINE
    }

    pub(super) fn takes(&self, more: usize) -> bool {
        self.span == self.bytes.len() as u64 && self.bytes.len() + more <= BLOCK
    }

    /// The line with this index: where it begins within, its bytes without the break, what it says.
    pub(super) fn line(&self, index: usize) -> (u64, &[u8], u64, Option<&Meaning>) {
        let entry = &self.lines[index];
        let from = entry.at as usize;
        let to = self.lines.get(index + 1).map_or(self.bytes.len(), |next| next.at as usize);
        let bytes = &self.bytes[from..to];
        let is_short = self.span > self.bytes.len() as u64;
        let bytes = if is_short { bytes } else { bytes.strip_suffix(b"\n").unwrap_or(bytes) };
        let length = if is_short { self.span } else { bytes.len() as u64 };
        (self.at + u64::from(entry.at), bytes, length, entry.meaning.as_ref())
    }
}

impl Block {
    /// The index of the line that this offset lies in, or of the first one.
    pub(super) fn index_of(&self, offset: u64) -> usize {
        let within = offset.saturating_sub(self.at);
        self.lines.partition_point(|line| u64::from(line.at) <= within).saturating_sub(1)
    }
}

/// A block of one line.
pub(super) fn make_line(at: u64, line: &[u8], length: u64) -> Block {
    let is_whole = length == line.len() as u64;
    let meaning = is_whole.then(|| read(line.strip_suffix(b"\n").unwrap_or(line)));
    let of_batch = usize::from(matches!(meaning, Some(Meaning::Of(_))));
    let entry = Entry { at: 0, meaning };
    Block { at, bytes: line.to_vec(), span: length, lines: vec![entry], of_batch }
}

/// Puts a block behind another one that takes it.
pub(super) fn join(last: &mut Block, block: Block) {
    let at = u32::try_from(last.bytes.len()).unwrap_or(u32::MAX);
    last.lines.extend(block.lines.into_iter().map(|entry| Entry { at: at + entry.at, ..entry }));
    last.bytes.extend_from_slice(&block.bytes);
    last.span += block.span;
    last.of_batch += block.of_batch;
}
