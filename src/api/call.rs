//! What can be asked of the service, who asked, and what comes back: the seam between the pure part
//! of the program, which decides, and the part that carries out.

use super::Deletion;
use super::client::Existence;
use super::wire::{Batches, Page};
use crate::text::Untrusted;

/// One thing to ask the service for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// A page of the list.
    List {
        /// The id of the file behind which it begins; the first page without one.
        after: Option<Untrusted>,
        /// Files in it at most.
        limit: u16,
        /// Which try this is, from 1; for the log.
        attempt: u32,
    },
    /// One file by its id.
    Retrieve {
        /// The id.
        id: Untrusted,
    },
    /// That one file be deleted, by its id.
    Delete {
        /// The id.
        id: Untrusted,
    },
    /// A page of the list of batches.
    ListBatches {
        /// The id of the batch behind which it begins; the first page without one.
        after: Option<Untrusted>,
    },
}

/// What a [`Call`] brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The page of a [`Call::List`].
    Page(Page),
    /// What became of the file of a [`Call::Retrieve`].
    File(Existence),
    /// What the service says to a [`Call::Delete`].
    Deletion(Deletion),
    /// The page of a [`Call::ListBatches`].
    Batches(Batches),
}

/// Who asked, and which of its calls it was: an answer finds its way by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// Who waits for the answer.
    pub owner: Owner,
    /// The owner's own number of the call.
    pub number: u64,
}

/// Who may ask the service for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The paging machine.
    Lister,
    /// The refresher.
    Refresher,
    /// Whoever looks at a content.
    Content,
    /// Whoever deletes files.
    Deletion,
}
