//! Which files are meant: by their ids, or by a filter over the whole list.

use std::collections::HashSet;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::{DeleteCommand, Deleting};
use crate::api::Reading;
use crate::api::client::Existence;
use crate::api::endpoint::is_usable_id;
use crate::commands::filters::Meant;
use crate::commands::reader::{Outcome, Reach, Reader};
use crate::commands::retrieving::Retriever;
use crate::commands::{CommandError, count, failed, is_outage, refuses_key, unusable};
use crate::jobs::Pinned;
use crate::jobs::deletion::{AT_ONCE, DeletionEnd};
use crate::lister::Failure;
use crate::text::Untrusted;
use crate::time::clock::{Now, ServerClock};

/// Bytes of a list of ids at most: a million of the usual length.
const MOST_BYTES: u64 = 64 * 1_024 * 1_024;

/// The files that are meant.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Each once, as the service describes it; of one that nobody has to see before, only the id.
    pub(super) files: Vec<Pinned>,
    /// Ids that were given, and are not there.
    pub(super) missing: Vec<Pinned>,
    /// What is not deleted, and why.
    pub(super) left: Vec<(Pinned, DeletionEnd)>,
    /// Of these, the ones of which the service, being unavailable, said nothing.
    pub(super) unserved: usize,
    pub(super) clock: ServerClock,
    /// Those that were saved when they were chosen, where they were chosen by that.
    pub(super) saved: HashSet<Untrusted>,
    /// The monotonic moment before which the service wants to be left alone.
    pub(super) not_before: Duration,
}

/// The ids that were given, each once; none where a filter was.
///
/// # Errors
/// Where they cannot be read, or one cannot stand in an address.
pub(super) fn ids(command: &DeleteCommand) -> Result<Vec<Untrusted>, CommandError> {
    let given = command.ids.iter().map(|id| id.as_bytes().to_vec()).collect();
    let lines: Vec<Vec<u8>> = match &command.from_file {
        None => given,
        Some(path) => {
            let mut bytes = vec![];
            let read = if path.as_os_str() == "-" {
                std::io::stdin().take(MOST_BYTES).read_to_end(&mut bytes)
            } else {
                std::fs::File::open(path)
                    .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes))
            };
            let read = read.map_err(failed("the list of ids cannot be read"))?;
            if read as u64 == MOST_BYTES {
                let text = "the list of ids is longer than 64 MiB: nothing was deleted";
                return Err(CommandError::Usage(text.to_owned()));
            }
            let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
            lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
        }
    };
    let mut seen = HashSet::new();
    let ids: Vec<Untrusted> =
        lines.into_iter().map(Untrusted::new).filter(|id| seen.insert(id.clone())).collect();
    match ids.iter().find(|id| !is_usable_id(id.borrow())) {
        Some(id) => Err(unusable(id)),
        None => Ok(ids),
    }
}

impl Deleting {
    /// Finds out which files are meant; nothing where the list is partial, over which nothing is
    /// deleted, and which was said.
    pub(super) async fn gather(
        &self,
        ids: Vec<Untrusted>,
        limit: u16,
    ) -> Result<Option<Gathered>, CommandError> {
        if let Some(filter) = &self.command.filter {
            let meant = Meant::new(Some(filter.clone()), &self.ledger)?;
            return self.by_filter(&meant, limit).await;
        }
        if self.command.sees() {
            return self.by_ids(ids).await.map(Some);
        }
        // Nobody has to see them before: they are looked at just before they are deleted.
        let files = ids.into_iter().map(Pinned::by_id).collect();
        Ok(Some(Gathered { files, ..Gathered::default() }))
    }

    async fn by_ids(&self, ids: Vec<Untrusted>) -> Result<Gathered, CommandError> {
        let is_only = ids.len() == 1;
        let retriever = &Retriever::new(self.client.clone());
        let asked = stream::iter(ids).map(|id| async move { (retriever.ask(&id).await, id) });
        let mut gathered = Gathered::default();
        let mut asked = asked.buffered(AT_ONCE);
        while let Some((answer, id)) = asked.next().await {
            match answer {
                Ok(answer) => {
                    if let Some(date) = answer.date {
                        gathered.clock.observe(date);
                    }
                    match answer.value {
                        Existence::Present(file) => gathered.files.push(Pinned::from(*file)),
                        Existence::Gone => gathered.missing.push(Pinned::by_id(id)),
                    }
                }
                // Where it refuses the key, or wants to be left alone for long, nothing more is asked.
                Err(why)
                    if is_only
                        || refuses_key(&why)
                        || matches!(why, Failure::AskedToWait { .. }) =>
                {
                    return Err(CommandError::Show(why));
                }
                Err(why) => {
                    gathered.unserved += usize::from(is_outage(&why));
                    gathered.left.push((Pinned::by_id(id), DeletionEnd::Left(why.to_string())));
                }
            }
        }
        gathered.not_before = retriever.not_before();
        Ok(gathered)
    }

    async fn by_filter(&self, meant: &Meant, limit: u16) -> Result<Option<Gathered>, CommandError> {
        let mut pages =
            Reader::new(self.client.clone(), limit, Reach::All).remembering_all().start();
        let mut gathered = Gathered::default();
        let (mut wanted, mut doubles) = (HashSet::new(), HashSet::new());
        while let Some(batch) = pages.next_page().await {
            gathered.clock = batch.clock;
            let server_ms = batch.clock.server_ms(Now::read());
            // Another file of an id counts, whichever of them the filter lets through, and wherever it stands.
            doubles.extend(batch.conflicts);
            for reading in batch.readings {
                let Reading::File(file) = &reading else { continue };
                let (is_taken, is_saved) = meant.takes_seen(&reading, server_ms);
                if is_taken && wanted.insert(file.id.clone()) {
                    if is_saved {
                        gathered.saved.insert(file.id.clone());
                    }
                    gathered.files.push(Pinned::read(file));
                }
            }
        }
        let Outcome { tally, end, pace } = pages.outcome().await;
        gathered.not_before = pace.not_before();
        let telling = self.command.doing.telling;
        if tally.unreadable > 0 {
            telling.trouble(&format!("{} unreadable: left", count(tally.unreadable, "file")));
        }
        if let Err(why) = end {
            if tally.files == 0 && tally.unreadable == 0 {
                return Err(why.into());
            }
            telling.trouble(&format!(
                "partial: {} read, then: {why}; nothing was deleted",
                count(tally.files, "file")
            ));
            return Ok(None);
        }
        let all = std::mem::take(&mut gathered.files);
        for file in all {
            if doubles.contains(&file.id) {
                let words = "two files of this id are listed".to_owned();
                gathered.left.push((file, DeletionEnd::Left(words)));
            } else if is_usable_id(file.id.borrow()) {
                gathered.files.push(file);
            } else {
                let words = "its id cannot stand in an address".to_owned();
                gathered.left.push((file, DeletionEnd::Left(words)));
            }
        }
        Ok(Some(gathered))
    }
}
