//! The content of a file that is saved on this machine: it is read from there, and the service is asked for no
//! more than what the file is.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::cut::Span;
use super::printer::{Printer, Took};
use crate::api::{Answer, Client, Existence};
use crate::content::Hindrance;
use crate::jobs::Pinned;
use crate::runtime::ledger::{Index, Ledger};
use crate::runtime::transfer::sum_of;
use crate::text::Untrusted;

/// Bytes that are read at once.
const READ: usize = 256 * 1_024;

/// How long a disk has to tell what is saved, and to be read once, before the service is asked.
const ANSWERS: Duration = Duration::from_secs(30);

/// A file that was saved, and is by its sum what was saved.
#[derive(Debug)]
pub(super) struct SavedFile {
    file: File,
    bytes: u64,
}

/// The saved file of an id, where the ledger has one, it lies there, and nobody changed it since. Ids may come
/// again: where the service has the file, it is the one that was saved by length and creation.
pub(super) async fn find(client: &Client, ledger: Ledger, id: &Untrusted) -> Option<SavedFile> {
    let (known, of) = (ledger.clone(), Pinned::by_id(id.clone()));
    let look = move || known.read::<Index>().ok().filter(|index| index.is_saved(&of));
    let index = answered(look).await??;
    let file = match client.retrieve(id).await {
        Ok(Answer { value: Existence::Present(file), .. }) => (*file).into(),
        Ok(Answer { value: Existence::Gone, .. }) => Pinned::by_id(id.clone()),
        Err(error) if error.is_outage() => Pinned::by_id(id.clone()),
        // What it is, whoever asks for the content is told.
        Err(_) => return None,
    };
    let open = move || {
        let saved = ledger.saved_by(&index.lines_of(&file), &file)?;
        let mut file = File::open(&saved.path).ok()?;
        let is_it = sum_of(&file).is_ok_and(|sum| sum == saved.sha256);
        file.rewind().ok()?;
        is_it.then_some(SavedFile { file, bytes: saved.bytes })
    };
    answered(open).await?
}

/// What a disk answers; nothing where it takes too long.
async fn answered<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    timeout(ANSWERS, spawn_blocking(look)).await.ok()?.ok()
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
    pub(super) fn print(
        mut self,
        span: Option<Span>,
        printer: &mut Printer<impl Write>,
    ) -> Result<io::Result<()>, Hindrance> {
        let (from, end) = self.ends_of(span)?;
        printer.begin_with_the_first();
        let unreadable = |error: &io::Error| Hindrance::Disk(format!("cannot be read: {error}"));
        self.file.seek(SeekFrom::Start(from)).map_err(|error| unreadable(&error))?;
        let (mut left, mut piece) = (end - from, vec![0; READ]);
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(READ).min(READ);
            let read = self.file.read(&mut piece[..most]).map_err(|error| unreadable(&error))?;
            if read == 0 {
                return Err(Hindrance::Short { came: end - from - left, of: end - from });
            }
            left -= read as u64;
            match printer.take(&piece[..read]) {
                Ok(Took::Enough) => return Ok(Ok(())),
                Ok(Took::More | Took::Suspect(_)) => {}
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(printer.end().map(drop))
    }
}
