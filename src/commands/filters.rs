//! `--filter` and whatever else is written as a filter: the dashboard's own language, as a value of
//! the command line.

use std::cell::RefCell;

use super::CommandError;
use crate::api::{File, Reading};
use crate::jobs::Pinned;
use crate::runtime::ledger::{Eye, Index, Ledger};
use crate::store::filter::{Filter, FilterError};
use crate::text::{UntrustedRef, cause, width};
use crate::time::clock::LOCAL;

/// What to do about a filter that lets through everything, or only what the dashboard knows.
const BLANK: &str = "a filter is expected, such as 'left<6h' or name:output";
const MARKS: &str = "marks are known to the dashboard only: `marked` says nothing here";

/// Reads a filter, in words that a command line may be refused with; its dates are meant in local time.
///
/// # Errors
/// What is wrong, and under the text itself the place.
pub(super) fn read_filter(text: &str) -> Result<Filter, String> {
    let filter = Filter::parse(text, LOCAL).map_err(|error| refusal(text, &error))?;
    let filter = filter.ok_or(BLANK)?;
    if filter.depends_on_marks() {
        return Err(MARKS.to_owned());
    }
    Ok(filter)
}

/// What a command takes of the files that it reads: all, or what a filter lets through.
pub(super) struct Meant {
    filter: Option<Filter>,
    /// What is saved, where the filter asks for it.
    shelf: Option<Shelf>,
}

/// What the ledger says is saved, and the disk with what lies there.
struct Shelf {
    ledger: Ledger,
    index: Index,
    eye: RefCell<Eye>,
}

impl Meant {
    /// Takes what `filter` lets through; what is saved by `ledger` is read only where that depends on it.
    ///
    /// # Errors
    /// Where it cannot be read: then nobody knows what is meant.
    pub(super) fn new(filter: Option<Filter>, ledger: &Ledger) -> Result<Self, CommandError> {
        let asks = filter.as_ref().is_some_and(Filter::depends_on_what_is_saved);
        let shelf = asks.then(|| Shelf::read(ledger)).transpose()?;
        Ok(Self { filter, shelf })
    }

    /// Whether there is a filter.
    pub(super) fn is_filtered(&self) -> bool {
        self.filter.is_some()
    }

    /// Whether a file as it was read, or what came instead of one, is taken at this moment of the
    /// service's clock.
    pub(super) fn takes(&self, reading: &Reading, server_ms: i64) -> bool {
        self.takes_by(reading, server_ms, &|file| self.has(file))
    }

    /// The same of a file, and whether it is saved, both by one look; it is not where that does not matter.
    pub(super) fn takes_seen(&self, reading: &Reading, server_ms: i64) -> (bool, bool) {
        let Reading::File(file) = reading else { return (self.takes(reading, server_ms), false) };
        let is_saved = self.has(file);
        (self.takes_by(reading, server_ms, &|_| is_saved), is_saved)
    }

    fn takes_by(
        &self,
        reading: &Reading,
        server_ms: i64,
        is_saved: &dyn Fn(&File) -> bool,
    ) -> bool {
        let filter = self.filter.as_ref();
        filter.is_none_or(|filter| filter.lets_through(reading, server_ms, &is_saved))
    }

    fn has(&self, file: &File) -> bool {
        self.shelf.as_ref().is_some_and(|shelf| shelf.has(file))
    }

    /// Reads what was saved since then; while that cannot be read, what was known is.
    pub(super) fn read_on(&mut self) {
        let Some(Shelf { ledger, index, eye }) = &mut self.shelf else { return };
        *eye = RefCell::default();
        if let Err(error) = ledger.read_on(index) {
            log::warn!(error = cause(&error).as_str(); "the ledger cannot be read");
        }
    }
}

impl Shelf {
    fn read(ledger: &Ledger) -> Result<Self, CommandError> {
        let index = ledger.read().map_err(|error| unread(&error))?;
        Ok(Self { ledger: ledger.clone(), index, eye: RefCell::default() })
    }

    fn has(&self, file: &File) -> bool {
        self.index.is_seen_saved(&Pinned::read(file), &mut self.eye.borrow_mut())
    }
}

fn unread(error: &std::io::Error) -> CommandError {
    CommandError::Unusable(format!(
        "what is saved is not known, and the filter asks for it: the ledger cannot be read: {}",
        cause(error)
    ))
}

/// What is wrong, the place in words, and once more under the text.
fn refusal(text: &str, error: &FilterError) -> String {
    let shown = |part: &str| UntrustedRef::new(part.as_bytes()).printable().into_owned();
    // Blanks at an end are spelt out, and here there is none: something follows.
    let cells_to = |end: usize| {
        let part = text.get(..end).unwrap_or_default();
        width(&shown(&format!("{part}x"))).saturating_sub(1)
    };
    let (start, end) = (cells_to(error.at.start), cells_to(error.at.end));
    let meant = shown(text.get(error.at.clone()).unwrap_or_default());
    let (blanks, carets) = (" ".repeat(start), "^".repeat(end.saturating_sub(start).max(1)));
    format!("{error}, at \"{meant}\"\n\n    {}\n    {blanks}{carets}", shown(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_and_shown() {
        for (text, expected) in [
            (
                "batch left<6x",
                "a time such as 90s, 6h or 1d12h is expected, at \"6x\"\n\n    \
                 batch left<6x\n               ^^",
            ),
            ("日本 (a", "this parenthesis is not closed, at \"(\"\n\n    日本 (a\n         ^"),
            (" ", BLANK),
            ("not marked or batch", MARKS),
        ] {
            assert_eq!(read_filter(text).unwrap_err(), expected, "{text}");
        }
        assert!(read_filter("left<6h and not unreadable").is_ok());
        assert!(read_filter("left<1d and not saved").is_ok());
    }

    #[test]
    fn what_is_shown_of_it_commands_nothing() {
        assert!(
            !read_filter("left<\u{1b}[2J\u{202e}").unwrap_err().contains(['\u{1b}', '\u{202e}'])
        );
    }
}
