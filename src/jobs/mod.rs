//! Work that takes time and has progress: what runs, what waits and for what, what is done.
//!
//! [`Queue`] is a machine with its transition table; beside it stand the plans that one
//! job follows: under which [`name`] a file is saved, whether it can be [`resume`]d, when it is
//! [`whole`], and the [`record`] that is kept of it. All of it is pure: the runtime carries out what is
//! begun, and tells how far it is and how it ended.

pub mod dead;
pub mod deletion;
pub mod in_use;
pub mod job;
pub mod name;
pub mod queue;
pub mod rate;
pub mod record;
pub mod rescue;
pub mod resume;
pub mod sending;
pub mod upload;
pub mod whole;

use std::path::{Path, PathBuf};

use crate::api::File;
use crate::api::retry::Allowance;
use crate::store::{FileRef, Store};
use crate::text::{Untrusted, UntrustedRef};
use crate::time::expiry::{Stated, TimeLeft};

pub use job::{Job, JobId, Turn};
pub use queue::Queue;

/// A file as it stood when it was decided what is to be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// The id.
    pub id: Untrusted,
    /// The filename, where it has one.
    pub filename: Option<Untrusted>,
    /// Its length by the list, where that says so readably.
    pub bytes: Option<u64>,
    /// Seconds since the epoch.
    pub created_at: Option<i64>,
    /// Seconds since the epoch on the service's clock.
    pub expires_at: Option<i64>,
}

impl From<File> for Pinned {
    /// The file as one answer describes it.
    fn from(file: File) -> Self {
        Self {
            id: file.id,
            filename: file.filename,
            bytes: file.bytes.value(),
            created_at: file.created_at.value(),
            expires_at: file.expires_at.value(),
        }
    }
}

impl Pinned {
    /// The time that it has left at this moment of the service's clock.
    #[must_use]
    pub fn left(&self, server_ms: i64) -> TimeLeft {
        TimeLeft::of(self.expires_at.map_or(Stated::Nothing, Stated::Value), server_ms)
    }

    /// The file as the store holds it now.
    #[must_use]
    pub fn of(file: &FileRef<'_>) -> Self {
        Self {
            id: file.id.to_owned(),
            filename: file.filename.map(UntrustedRef::to_owned),
            bytes: file.bytes.value(),
            created_at: file.created_at.value(),
            expires_at: file.expires_at.value(),
        }
    }

    /// The same as [`from`](Self::from), of a file that is wanted for something else, too.
    #[must_use]
    pub fn read(file: &File) -> Self {
        Self {
            id: file.id.clone(),
            filename: file.filename.clone(),
            bytes: file.bytes.value(),
            created_at: file.created_at.value(),
            expires_at: file.expires_at.value(),
        }
    }

    /// A file of which nothing but the id is known.
    #[must_use]
    pub fn by_id(id: Untrusted) -> Self {
        Self { id, filename: None, bytes: None, created_at: None, expires_at: None }
    }

    /// A file of this machine, so many bytes long as far as is known, of which the service has said nothing.
    #[must_use]
    pub fn on_disk(path: &Path, bytes: Option<u64>) -> Self {
        let filename = path.file_name().map(|name| Untrusted::new(name.as_encoded_bytes()));
        Self { filename, bytes, ..Self::by_id(Untrusted::new("")) }
    }

    /// The name under which it is saved, unless that is taken.
    #[must_use]
    pub fn safe_name(&self) -> String {
        let filename = self.filename.as_ref().filter(|name| !name.raw().is_empty());
        name::safe_name(filename.unwrap_or(&self.id).borrow())
    }

    /// How it is called where people read of it: its filename, or else its id; escaped.
    #[must_use]
    pub fn shown(&self, cells: usize) -> String {
        let filename = self.filename.as_ref().filter(|name| !name.raw().is_empty());
        filename.unwrap_or(&self.id).borrow().printable_within(cells)
    }
}

/// A file that is to be saved, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// The file.
    pub file: Pinned,
    /// The folder.
    pub folder: PathBuf,
    /// The name that somebody chose for it; its own without one.
    pub name: Option<String>,
    /// Whether it is taken also where it is saved already.
    pub again: bool,
    /// Whether the announced length is believed where the list has another.
    pub trust_length: bool,
}

/// What is told of a job while it goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// It is to lie there.
    Named(PathBuf),
    /// So many bytes were there before, of so many in all.
    StartsAt(u64, Option<u64>),
    /// So many bytes are there now, of so many in all.
    Received(u64, Option<u64>),
    /// All have come.
    ReceivedAll,
    /// What the service says of further requests.
    Allowance(Option<Allowance>),
}

/// The files of a store that are meant, as they stand.
pub fn pinned<'s>(
    store: &'s Store,
    files: impl IntoIterator<Item = crate::store::FileNo> + 's,
) -> impl Iterator<Item = Pinned> + 's {
    files.into_iter().map(|no| Pinned::of(&store.file(no)))
}
