//! What happened to the files while the program watched: a bounded log, and the marks of what is
//! new, changed or gone since the last refresh.
//!
//! It knows neither the service nor the screen; what it keeps of a file is text that is fit to be
//! shown.

use std::collections::{HashMap, VecDeque};

use crate::store::{FileNo, FileRef};
use crate::text::{Untrusted, UntrustedRef};

/// Entries kept; the oldest give way.
pub const MOST_ENTRIES: usize = 1_000;

/// What became of a file, as its row shows it for one cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The file was not there before.
    New,
    /// A field of the file differs.
    Changed,
    /// The service has the file no longer.
    Gone,
}

/// What the log says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A refresh found a file that was not known.
    New,
    /// A refresh found a field of a file to differ.
    Changed,
    /// A file left the service after its expiry.
    Expired,
    /// It left the service before its expiry, or had none.
    DeletedEarly,
    /// The service could not be read.
    Failing,
    /// The service could be read again.
    Recovered,
    /// An alert was told.
    Alerted,
    /// The command of an alert did not do its work.
    CommandFailed,
    /// The content of a file was saved.
    Saved,
    /// It could not be saved.
    NotSaved,
    /// It was saved, and is not any more: it was moved, or cut.
    SavedNoMore,
    /// The service deleted the file at our request.
    Deleted,
    /// It was to be deleted, and was not.
    NotDeleted,
    /// It was to be deleted, and nobody knows whether it was.
    PerhapsDeleted,
    /// A deletion of several files came to its end.
    DeletionOver,
    /// The file was uploaded from here.
    Uploaded,
    /// A file was to be uploaded, and was not.
    NotUploaded,
    /// A file was to be uploaded, and nobody knows whether it was.
    PerhapsUploaded,
}

impl Happening {
    /// The words of the log.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Expired => "expired",
            Self::DeletedEarly => "deleted early",
            Self::Failing => "failing",
            Self::Recovered => "recovered",
            Self::Alerted => "alert",
            Self::CommandFailed => "command failed",
            Self::Saved => "saved",
            Self::NotSaved => "not saved",
            Self::SavedNoMore => "saved no more",
            Self::Deleted => "deleted",
            Self::NotDeleted => "not deleted",
            Self::PerhapsDeleted => "perhaps deleted",
            Self::DeletionOver => "deletion over",
            Self::Uploaded => "uploaded",
            Self::NotUploaded => "not uploaded",
            Self::PerhapsUploaded => "perhaps uploaded",
        }
    }

    /// How the row of a file shows it; nothing where it happened to the service.
    #[must_use]
    pub fn change(self) -> Option<Change> {
        match self {
            Self::New => Some(Change::New),
            Self::Changed => Some(Change::Changed),
            Self::Expired | Self::DeletedEarly => Some(Change::Gone),
            Self::Failing
            | Self::Recovered
            | Self::Alerted
            | Self::CommandFailed
            | Self::Saved
            | Self::NotSaved
            | Self::SavedNoMore
            | Self::Deleted
            | Self::NotDeleted
            | Self::PerhapsDeleted
            | Self::DeletionOver
            | Self::Uploaded
            | Self::NotUploaded
            | Self::PerhapsUploaded => None,
        }
    }
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, in milliseconds of our wall clock.
    pub at_ms: i64,
    /// What happened.
    pub what: Happening,
    /// The file's name, what is wrong with the service or a command, or what was told; escaped.
    pub text: String,
    /// The id of the file, or of the first one that was told of; nothing where it is about none.
    pub id: Option<Untrusted>,
}

impl Entry {
    /// Whether it happened to the file with this id.
    #[must_use]
    pub fn is_about(&self, id: UntrustedRef<'_>) -> bool {
        self.id.as_ref().is_some_and(|own| own.borrow() == id)
    }
}

/// The log and the marks.
#[derive(Debug, Default)]
pub struct Journal {
    entries: VecDeque<Entry>,
    forgotten: u64,
    marks: HashMap<FileNo, (Change, u32)>,
}

impl Journal {
    /// Notes what happened to a file in round `round`.
    pub fn note(
        &mut self,
        what: Happening,
        no: FileNo,
        file: &FileRef<'_>,
        at_ms: i64,
        round: u32,
    ) {
        let id = Some(file.id.to_owned());
        self.push(Entry { at_ms, what, text: file.name_to_show(), id });
        if let Some(change) = what.change() {
            self.mark(change, no, round);
        }
    }

    /// Notes what is known of the file with this id in words, or of several of which it is the first.
    pub fn note_of(&mut self, what: Happening, text: String, id: Untrusted, at_ms: i64) {
        self.push(Entry { at_ms, what, text, id: Some(id) });
    }

    /// Notes what happened to the service, or to a command.
    pub fn note_service(&mut self, what: Happening, text: String, at_ms: i64) {
        self.push(Entry { at_ms, what, text, id: None });
    }

    fn push(&mut self, entry: Entry) {
        if self.entries.len() == MOST_ENTRIES {
            self.entries.pop_front();
            self.forgotten += 1;
        }
        self.entries.push_back(entry);
    }

    /// Marks a file in round `round`, without an entry in the log.
    pub fn mark(&mut self, change: Change, no: FileNo, round: u32) {
        let seen_as = match (change, self.change(no)) {
            // What appeared and changed within one cycle is still new to the operator.
            (Change::Changed, Some(Change::New)) => Change::New,
            (change, _) => change,
        };
        self.marks.insert(no, (seen_as, round));
    }

    /// Round `round` came to its end: what was marked before it is marked no longer. Tells which of
    /// those files are gone.
    pub fn end_cycle(&mut self, round: u32) -> Vec<FileNo> {
        let mut gone = vec![];
        self.marks.retain(|no, (change, marked_in)| {
            let keep = *marked_in >= round;
            if !keep && *change == Change::Gone {
                gone.push(*no);
            }
            keep
        });
        gone
    }

    /// These files are shown as new, changed or gone no longer.
    pub fn unmark(&mut self, files: &[FileNo]) {
        for no in files {
            self.marks.remove(no);
        }
    }

    /// Whether the file is shown as new, changed or gone.
    #[must_use]
    pub fn change(&self, no: FileNo) -> Option<Change> {
        self.marks.get(&no).map(|(change, _)| *change)
    }

    /// The files that are still shown as gone.
    pub fn gone(&self) -> impl Iterator<Item = FileNo> + '_ {
        self.marks.iter().filter(|(_, (change, _))| *change == Change::Gone).map(|(no, _)| *no)
    }

    /// The log, oldest first.
    #[must_use]
    pub fn entries(&self) -> &VecDeque<Entry> {
        &self.entries
    }

    /// Entries that gave way.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entries_give_way_and_are_counted() {
        let mut journal = Journal::default();
        for at_ms in 0..1_003 {
            assert_eq!(journal.forgotten(), u64::try_from(at_ms - 1_000).unwrap_or(0));
            journal.note_service(Happening::Failing, String::new(), at_ms);
        }
        assert_eq!((journal.forgotten(), journal.entries().len()), (3, MOST_ENTRIES));
        assert_eq!(journal.entries().front().map(|entry| entry.at_ms), Some(3));
    }
}
