//! What is saved of an account's files on this machine, by their ids, as whoever looks at the ledger
//! and at the disk tells it in pieces.
//!
//! It knows neither: what it is told holds until something else is.

use std::collections::HashMap;
use std::path::PathBuf;

use super::Account;
use super::journal::Happening;
use crate::store::{FileNo, Store};
use crate::text::{Untrusted, UntrustedRef};

/// So many losses at once are told of one by one, and more of them together.
const MOST_TOLD: usize = 10;

/// A file that is saved, as the ledger has it, and lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelved {
    /// The id.
    pub id: Untrusted,
    /// When the service made the file, where that is known.
    pub created_at: Option<i64>,
    /// The length of what lies there.
    pub bytes: u64,
    /// Where it lies, absolute.
    pub path: PathBuf,
    /// The sum of its content, in hexadecimal digits.
    pub sha256: String,
    /// What showed that it is whole, in words.
    pub proof: String,
    /// When it was saved, in seconds since the epoch by this machine.
    pub at: i64,
}

impl Shelved {
    /// Where it lies, as it is shown: escaped.
    #[must_use]
    pub fn place(&self) -> String {
        shown(&self.path)
    }

    /// Whether it is the content of this file, as far as both are known: ids may come again.
    fn is_of(&self, store: &Store, no: FileNo) -> bool {
        let file = store.file(no);
        let differs = |known: Option<i64>| known.zip(self.created_at).is_some_and(|(a, b)| a != b);
        !differs(file.created_at.value())
            && file.bytes.value().is_none_or(|bytes| bytes == self.bytes)
    }
}

/// A path, escaped.
#[must_use]
pub fn shown(path: &std::path::Path) -> String {
    UntrustedRef::new(path.as_os_str().as_encoded_bytes()).printable().into_owned()
}

/// A file that was saved and is not any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unshelved {
    /// The id.
    pub id: Untrusted,
    /// What became of it, in words that are fit to be shown.
    pub why: String,
}

/// What is saved.
#[derive(Debug, Default)]
pub struct Shelf {
    known: HashMap<Box<[u8]>, Shelved>,
    is_told: bool,
}

impl Shelf {
    /// How many files are saved, whether or not they are loaded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether it was told to its end: before that, what is not known to be saved may be.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.is_told
    }

    /// What is saved under an id, if anything is, whether or not the file is loaded.
    #[must_use]
    pub fn by_id(&self, id: &Untrusted) -> Option<&Shelved> {
        self.known.get(id.raw())
    }

    /// What is saved of a file, if it is.
    #[must_use]
    pub fn of(&self, store: &Store, no: FileNo) -> Option<&Shelved> {
        let shelved = self.known.get(store.file(no).id.raw())?;
        shelved.is_of(store, no).then_some(shelved)
    }

    /// Tells the store which of these files are saved.
    pub(super) fn mark(&self, store: &mut Store, files: &[FileNo]) {
        for no in files {
            let at = self.of(store, *no).map(|shelved| shelved.at);
            store.set_saved(*no, at);
        }
    }
}

impl Account {
    /// What is known to be saved.
    #[must_use]
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Ledger and disk were looked at to the end.
    pub fn shelf_is_told(&mut self) {
        self.shelf.is_told = true;
    }

    /// It came to nothing to save the file with this id; the text has the cause.
    pub fn note_not_saved(&mut self, id: &Untrusted, text: String) {
        self.journal.note_of(Happening::NotSaved, text, id.clone(), self.now.wall_ms);
    }

    /// The content of a file was saved here, just now.
    pub fn note_saved(&mut self, shelved: Shelved) {
        let (text, id) = (shelved.place(), shelved.id.clone());
        self.journal.note_of(Happening::Saved, text, id, self.now.wall_ms);
        self.shelve(vec![shelved]);
    }

    /// These files are saved.
    pub fn shelve(&mut self, saved: Vec<Shelved>) {
        for shelved in saved {
            let no = self.store.find(&shelved.id);
            self.shelf.known.insert(shelved.id.raw().into(), shelved);
            self.shelf.mark(&mut self.store, no.as_slice());
        }
    }

    /// These were, and are not any more: the log of events has it.
    pub fn unshelve(&mut self, lost: &[Unshelved]) {
        let (mut told, wall_ms) = (vec![], self.now.wall_ms);
        for Unshelved { id, why } in lost {
            if self.shelf.known.remove(id.raw()).is_some() {
                told.push((id, why));
            }
            let no = self.store.find(id);
            self.shelf.mark(&mut self.store, no.as_slice());
        }
        if told.len() > MOST_TOLD {
            let files = crate::text::grouped(told.len());
            let text = format!("{files} files that were saved, the first {}", told[0].1);
            return self.journal.note_service(Happening::SavedNoMore, text, wall_ms);
        }
        for (id, why) in told {
            self.journal.note_of(Happening::SavedNoMore, why.clone(), id.clone(), wall_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{File, HasMore, Page, Reading};
    use crate::store::{Extent, Origin};
    use crate::time::expiry::Stated;

    fn store(created_at: Stated<i64>, bytes: Stated<u64>) -> Store {
        let mut store = Store::default();
        let file = File {
            id: Untrusted::new("a"),
            filename: None,
            bytes,
            created_at,
            expires_at: Stated::Value(9),
            purpose: None,
            extra: None,
        };
        let page = Page { readings: vec![Reading::File(file)], has_more: HasMore::No };
        let origin = Origin { after: None, pass: 0, at_s: 1, extent: Extent::Open };
        store.take_in(page, origin).unwrap();
        store
    }

    #[test]
    fn another_file_of_the_same_id_is_not_saved() {
        for (created_at, bytes, recorded, saved) in [
            (Stated::Value(5), Stated::Value(7), Some(5), true),
            (Stated::Value(5), Stated::Value(8), Some(5), false),
            (Stated::Value(6), Stated::Value(7), Some(5), false),
            (Stated::Nothing, Stated::Nothing, Some(5), true),
            (Stated::Value(6), Stated::Odd, None, true),
        ] {
            let mut store = store(created_at, bytes);
            let shelved = Shelved {
                id: Untrusted::new("a"),
                created_at: recorded,
                bytes: 7,
                path: "/x/a".into(),
                sha256: String::new(),
                proof: "complete".to_owned(),
                at: 3,
            };
            let mut shelf = Shelf::default();
            shelf.known.insert(b"a".as_slice().into(), shelved);
            let all = store.sequence().to_vec();
            shelf.mark(&mut store, &all);
            assert_eq!(store.is_saved(all[0]), saved, "{created_at:?} {bytes:?} {recorded:?}");
        }
    }
}
