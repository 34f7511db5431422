//! The content of a file that is saved on this machine: it is read from there, and nobody is asked.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use tokio::task::spawn_blocking;

use super::cut::Span;
use super::printer::{Printer, Took};
use crate::content::Hindrance;
use crate::jobs::Pinned;
use crate::runtime::ledger::{Index, Ledger};
use crate::runtime::transfer::sum_of;
use crate::text::Untrusted;

/// Bytes that are read at once.
const READ: u64 = 256 * 1_024;

/// A file that was saved, and is by its sum what was saved.
#[derive(Debug)]
pub(super) struct SavedFile {
    file: File,
    bytes: u64,
}

/// The saved file of an id, where the ledger has one, it lies there, and nobody changed it since.
pub(super) async fn find(ledger: Ledger, id: Untrusted) -> Option<SavedFile> {
    let find = move || {
        let file = Pinned::by_id(id);
        let index: Index = ledger.read().ok()?;
        let saved = ledger.saved_by(&index.lines_of(&file), &file)?;
        let mut file = File::open(&saved.path).ok()?;
        let is_it = sum_of(&file).is_ok_and(|sum| sum == saved.sha256);
        file.rewind().ok()?;
        is_it.then_some(SavedFile { file, bytes: saved.bytes })
    };
    spawn_blocking(find).await.ok()?
}

impl SavedFile {
    /// The first byte of a span, and that behind its last one.
    ///
    /// # Errors
    /// Where there is no byte at its beginning.
    fn ends_of(&self, span: Option<Span>) -> Result<(u64, u64), Hindrance> {
        match span {
            None => Ok((0, self.bytes)),
            Some(Span::Last(bytes)) => Ok((self.bytes.saturating_sub(bytes), self.bytes)),
            Some(span @ Span::From(first, _)) if span.has_first_byte() && first >= self.bytes => {
                Err(Hindrance::Outside { first, total: Some(self.bytes) })
            }
            Some(Span::From(first, last)) => {
                let behind = last.map_or(self.bytes, |last| last.saturating_add(1));
                Ok((first, behind.min(self.bytes)))
            }
        }
    }

    /// Prints what is wanted of it.
    ///
    /// # Errors
    /// Where the span is outside; within, what kept it from being printed.
    pub(super) async fn print(
        mut self,
        span: Option<Span>,
        printer: &mut Printer<impl Write>,
    ) -> Result<io::Result<()>, Hindrance> {
        let (from, end) = self.ends_of(span)?;
        printer.begin_with_the_first();
        let unreadable = |error: &io::Error| Hindrance::Disk(format!("cannot be read: {error}"));
        self.file.seek(SeekFrom::Start(from)).map_err(|error| unreadable(&error))?;
        let mut left = end - from;
        while left > 0 {
            let mut file = self.file;
            let read = spawn_blocking(move || {
                let mut piece = vec![];
                Read::by_ref(&mut file).take(left.min(READ)).read_to_end(&mut piece)?;
                Ok::<_, io::Error>((file, piece))
            });
            let read = read.await.map_err(io::Error::other).and_then(|read| read);
            let (file, piece) = read.map_err(|error| unreadable(&error))?;
            self.file = file;
            if piece.is_empty() {
                return Err(Hindrance::Short { came: end - from - left, of: end - from });
            }
            left -= piece.len() as u64;
            match printer.take(&piece) {
                Ok(Took::Enough) => return Ok(Ok(())),
                Ok(Took::More | Took::Suspect(_)) => {}
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(printer.end().map(drop))
    }
}
