//! What is said of files that are asked about, together: what is here of them, and what speaks against it.

use crate::jobs::in_use::LiveBatch;
use crate::text::TotalBytes;

/// What this machine has of the content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalCopy {
    /// Nothing, or nothing that is whole.
    Nothing,
    /// It is being downloaded, or waits for that.
    OnItsWay,
    /// It is saved.
    Saved,
}

/// What is said of all files together: each frame says it, and they may be a hundred thousand.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// The sum of their bytes.
    pub bytes: TotalBytes,
    /// How many would be lost: they are not saved, and have time left.
    pub unsaved: usize,
    /// How many are being downloaded.
    pub on_their_way: usize,
    /// How many were marked besides, and cannot be deleted.
    pub left_out: usize,
    /// How many a batch reads that is not over.
    pub in_use: usize,
    /// The first of those batches.
    pub batch: Option<LiveBatch>,
    /// Whether it is not the only one.
    pub has_other_batches: bool,
    /// The places of the files that are named: first those that a batch reads, each in their order.
    pub(super) named: Vec<usize>,
}
