//! What is known of the content of a file while it is read: which bytes are held, the lines in them,
//! what each line says, and where reading goes on.
//!
//! All of it is pure: pieces of bytes come in, in whatever cuts, and orders to read go out. It knows
//! neither the screen nor who carries the orders out; lines are held up to a bound and read again
//! where the service sends parts.

pub mod json;
pub mod looks;
pub mod readout;
pub mod results;
pub mod resume;
pub mod tally;
pub mod window;

use std::path::PathBuf;

use bytes::Bytes;

use crate::api::ApiError;
use crate::api::content::{ContentHead, Part};
use crate::api::retry::Allowance;
use crate::text::Untrusted;
use crate::time::clock::DateSample;

/// Where a content comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentSource {
    /// The service, which has it under this id.
    Service {
        /// The file's id.
        id: Untrusted,
    },
    /// This machine, which has it whole.
    Disk {
        /// Where it lies.
        path: PathBuf,
        /// How long it was when it was saved; otherwise it is another one.
        bytes: u64,
    },
}

/// A reading that is to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where the content comes from.
    pub source: ContentSource,
    /// Which part of it.
    pub part: Part,
    /// Pieces that may come before more are called for: whoever carries it out then waits, and reads
    /// nothing meanwhile.
    pub pieces: u32,
}

/// Bytes of a piece at most.
pub const MOST_OF_A_PIECE: usize = 256 * 1_024;

/// What came of a reading.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// A try failed, and the next one is under way.
    TriedInVain(ApiError),
    /// The head of the answer.
    Opened {
        /// What it tells of the content.
        head: Box<ContentHead>,
        /// The service's clock, where the answer's `Date` can be trusted.
        date: Option<DateSample>,
        /// How many further requests the service allows, where it says.
        allowance: Option<Allowance>,
    },
    /// The next bytes, [`MOST_OF_A_PIECE`] at most.
    Piece(Bytes),
    /// No more come, which proves nothing.
    Ended,
    /// It failed.
    Failed(Hindrance),
}

/// What keeps a content from being read on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Hindrance {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] ApiError),
    /// The file on this machine could not be read; the text says why.
    #[error("the saved file {0}")]
    Disk(String),
    /// What came is no content of the file.
    #[error("what came is not the content: {0}")]
    NotTheContent(looks::Impostor),
    /// It ended before it was whole.
    #[error("it ended early: {} of {} bytes came", crate::text::grouped(*.came), crate::text::grouped(*.of))]
    Short {
        /// The bytes that there are.
        came: u64,
        /// The bytes that there should be.
        of: u64,
    },
    /// Nobody says how long it is, and its last line breaks off.
    #[error(
        "its length is not known, and its last line breaks off after {} bytes",
        crate::text::grouped(*.came)
    )]
    BrokenLine {
        /// The bytes that there are.
        came: u64,
    },
    /// It ends before the part that was asked for.
    #[error("there is no byte {}{}", crate::text::grouped(*.first), length_words(*.total))]
    Outside {
        /// The first byte that was asked for, counted from 0.
        first: u64,
        /// The bytes that there are, where that is known.
        total: Option<u64>,
    },
    /// All came that there is, and more is to come.
    #[error("the service says that it is still being written{}", so_far(*.0))]
    StillBeingWritten(Option<u64>),
    /// What comes now does not go on where the bytes before ended; the words say in what way.
    #[error("it broke off, and cannot be gone on with: {0}")]
    Apart(&'static str),
    /// A part that is wanted cannot be had by itself.
    #[error("the service sends no parts of a content")]
    NoParts,
}

fn length_words(total: Option<u64>) -> String {
    total.map_or(String::new(), |total| format!(": it has {} bytes", crate::text::grouped(total)))
}

fn so_far(lines: Option<u64>) -> String {
    lines.map_or(String::new(), |lines| format!(", {} lines so far", crate::text::grouped(lines)))
}
