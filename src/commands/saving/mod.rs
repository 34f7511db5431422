//! What `download` and `rescue` share: the queue carried out without a screen, and what is said of it.

mod planned;
mod report;
mod running;
mod sieve;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::dashboard::{self, home};
use super::doing::{DoingOptions, RecordOutput};
use super::filters::Meant;
use super::{CommandError, Service, failed};
use crate::api::Client;
use crate::api::retry::Policy;
use crate::config::table::Values;
use crate::jobs::job::{FailureKind, JobFailure};
use crate::jobs::queue::AT_ONCE;
use crate::jobs::{Download, JobId, Pinned, Queue};
use crate::lister::Failure;
use crate::runtime::ledger::{Index, Ledger};
use crate::runtime::transfer::Saver;
use crate::store::filter::Filter;
use crate::text::Untrusted;
use crate::time::clock::Now;
use report::Reporter;
use running::Running;
use sieve::How;
pub(super) use sieve::{Sieve, Sifted};

/// Options of every command that saves files.
#[derive(Clone, Debug, Args)]
pub struct SavingOptions {
    /// The folder to save to; made where it is missing [default: the setting downloads, or the working directory]
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,

    /// Save also what is saved already
    #[arg(long)]
    pub again: bool,

    /// Believe the announced length where the list has another
    #[arg(long)]
    pub trust_length: bool,

    /// A dry run, records, and what is told meanwhile.
    #[command(flatten)]
    pub doing: DoingOptions,
}

/// Where the files of a service are saved from, and what is known to be saved.
pub(super) struct Saving {
    pub(super) client: Client,
    saver: Saver,
    ledger: Ledger,
    /// Absolute.
    folder: PathBuf,
    options: SavingOptions,
}

/// How many came to which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) saved: u64,
    pub(super) already: u64,
    pub(super) failed: u64,
    /// The service does not have them, and they were given by their ids.
    pub(super) missing: u64,
    /// The service does not have them any more.
    pub(super) gone: u64,
    /// Whether the key was refused.
    pub(super) key_refused: bool,
    /// Of those that failed, the ones for which the service is unavailable, or wants to be left alone.
    pub(super) unserved: u64,
    /// Whether a record could not be printed.
    pub(super) is_untold: bool,
}

impl Ends {
    /// The exit code: failures win over ids that are not there; a refused key and a service that is
    /// unavailable have one of their own only where nothing was done.
    pub(super) fn code(&self, is_partial: bool) -> u8 {
        let nothing_done = self.saved + self.already == 0;
        if self.key_refused && nothing_done {
            return 3;
        }
        let all_unserved = self.unserved > 0 && self.failed == self.unserved && self.missing == 0;
        if all_unserved && nothing_done && !is_partial {
            return 5;
        }
        let has_failed = self.failed > 0 || self.key_refused || self.is_untold;
        match (has_failed || is_partial, self.missing > 0) {
            (true, _) => 1,
            (false, true) => 4,
            (false, false) => 0,
        }
    }
}

/// What ends the saving of all that is left, in one sentence.
#[derive(Clone, Debug)]
pub(super) enum Ending {
    /// The key is refused, in these words.
    KeyRefused(String),
    /// Nothing can be written to the folder, in these words.
    FolderUnusable(String),
    /// The service wants to be left alone for longer than anybody waits.
    HeldUp {
        /// What it answered.
        words: String,
        /// Up to then, in seconds since the epoch by this machine's clock.
        until_s: i64,
        /// For so long.
        wait: Duration,
    },
}

impl Ending {
    fn held_up(words: String, wait: Duration) -> Self {
        let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
        let until_s = Now::read().wall_ms.div_euclid(1_000).saturating_add(seconds);
        Self::HeldUp { words, until_s, wait }
    }

    /// What the failure of one file says of all others.
    fn of(failure: &JobFailure) -> Option<Self> {
        match failure.kind {
            FailureKind::KeyRefused => return Some(Self::KeyRefused(failure.words.clone())),
            FailureKind::FolderUnusable => {
                return Some(Self::FolderUnusable(failure.words.clone()));
            }
            _ => {}
        }
        let too_long = |wait: &Duration| *wait > Policy::default().longest_wait;
        let wait = failure.kind.asks_to_wait().filter(too_long)?;
        Some(Self::held_up(failure.words.clone(), wait))
    }

    /// What an answer says of all further requests.
    pub(super) fn after(why: &Failure) -> Option<Self> {
        match why {
            why if super::refuses_key(why) => Some(Self::KeyRefused(why.to_string())),
            Failure::AskedToWait { error, wait, .. } => {
                Some(Self::held_up(error.to_string(), *wait))
            }
            _ => None,
        }
    }
}

/// What is to be saved.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) files: Vec<Candidate>,
    /// Files that are saved already.
    pub(super) saved: Vec<Pinned>,
    /// What is saved.
    pub(super) index: Index,
    /// Files of which it is said why they are not even tried.
    pub(super) unknown: Vec<(Pinned, JobFailure)>,
    /// Files that were not asked about any more.
    pub(super) unasked: Vec<Pinned>,
    /// What ended it before anything was saved.
    pub(super) ending: Option<Ending>,
}

/// A file that is to be saved, and how it came to be known.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) file: Pinned,
    /// Whether somebody gave its id, so that it has to be there.
    pub(super) is_given: bool,
}

impl Saving {
    /// Everything that is needed to save the files of a service.
    ///
    /// # Errors
    /// Where there can be no calls, or no folder.
    pub(super) fn new(
        service: Service,
        options: SavingOptions,
        values: &Values,
    ) -> Result<Self, CommandError> {
        let profile = service.profile;
        let ledger = service.ledger();
        let client = service.client()?;
        let folder = match &options.to {
            Some(to) => std::path::absolute(to)
                .map_err(failed("the folder to save to has no path"))?
                .components()
                .collect(),
            None => dashboard::folder(&values.downloads, home().as_deref())?,
        };
        let saver = Saver::new(client.clone(), profile, ledger.clone());
        Ok(Self { client, saver, ledger, folder, options })
    }

    /// Reads what is saved already, and sifts files by it, beside whatever else is done.
    /// What is saved already is told one by one where `keeps_saved`.
    pub(super) fn sieve(&self, keeps_saved: bool) -> Sieve {
        let how = How { again: self.options.again, keeps_saved };
        Sieve::start(self.ledger.clone(), how, self.options.doing.telling)
    }

    /// What `filter` lets through, or all.
    ///
    /// # Errors
    /// Where it asks for what is saved, and that cannot be read.
    pub(super) fn meant(&self, filter: Option<Filter>) -> Result<Meant, CommandError> {
        Meant::new(filter, &self.ledger)
    }

    /// Prints what would be saved, says of what `saved` has that it is, and saves none.
    pub(super) fn dry_run(
        &self,
        files: &[Pinned],
        (saved, index): (&[Pinned], &Index),
        server_ms: i64,
    ) -> Result<(), CommandError> {
        for proof in saved.iter().filter_map(|file| self.ledger.saved_of(index, file)) {
            self.options.doing.telling.note(&format!("already saved: {}", shown(&proof.path)));
        }
        super::print(&match self.options.doing.output {
            None => planned::listed(files, server_ms),
            Some(RecordOutput::Jsonl) => planned::records(files, &self.folder),
        })
    }

    /// Makes the folder where it is missing, and sees whether files can be made in it.
    ///
    /// # Errors
    /// Where it cannot be used, once for all files.
    pub(super) async fn prepare(&self) -> Result<(), CommandError> {
        let prepared = self.saver.prepare(&self.folder).await;
        prepared.map_err(|failure| CommandError::Unusable(failure.words))
    }

    /// Says of files that it came to nothing with them, and saves none.
    pub(super) fn refused(&self, wanted: &Wanted) -> Ends {
        let mut reporter = Reporter::new(self.options.doing);
        for (file, failure) in &wanted.unknown {
            reporter.failed(file, failure, true, 0);
        }
        if let Some(ending) = &wanted.ending {
            reporter.ended(&wanted.unasked, ending);
        }
        reporter.end(&Queue::new(1, 0))
    }

    /// Saves the files; what is saved already is not taken again.
    ///
    /// # Errors
    /// Where the folder cannot be used.
    pub(super) async fn run(self, wanted: Wanted) -> Result<Ends, CommandError> {
        let Wanted { files, saved, unknown, mut unasked, ending, index } = wanted;
        if ending.is_none() && !files.is_empty() {
            self.prepare().await?;
        }
        let mut reporter = Reporter::new(self.options.doing);
        for (file, failure) in &unknown {
            reporter.failed(file, failure, true, 0);
        }
        for file in &saved {
            match self.ledger.saved_of(&index, file) {
                Some(proof) => reporter.already(file, &proof),
                // The ledger became another one meanwhile.
                None => unasked.push(file.clone()),
            }
        }
        if let Some(ending) = ending {
            unasked.extend(files.into_iter().map(|candidate| candidate.file));
            reporter.ended(&unasked, &ending);
            return Ok(reporter.end(&Queue::new(1, 0)));
        }
        let unasked = unasked.into_iter().map(|file| Candidate { file, is_given: true });
        let (queue, given) = self.queue(files.into_iter().chain(unasked));
        if queue.has_open() {
            reporter.begins(queue.len(), queue.wanted_bytes(), &self.folder);
        }
        self.saver.know(index);
        Ok(Running::new(self.saver, queue, reporter, given).run().await)
    }

    /// A queue of the files, and which of its jobs are for files whose ids were given.
    fn queue(&self, files: impl Iterator<Item = Candidate>) -> (Queue, HashSet<JobId>) {
        let mut queue = Queue::new(AT_ONCE, fastrand::u64(..));
        let mut given = HashSet::new();
        for Candidate { file, is_given } in files {
            let (again, trust_length) = (self.options.again, self.options.trust_length);
            let folder = self.folder.clone();
            let download = Download { file, folder, name: None, again, trust_length };
            if let Some(id) = queue.add(download)
                && is_given
            {
                given.insert(id);
            }
        }
        (queue, given)
    }

    /// What records say that is saved of ids, of whose files nothing else is known yet; and the ids without
    /// that.
    ///
    /// # Errors
    /// Where a disk does not answer.
    pub(super) async fn known_by_ids(
        &self,
        ids: Vec<Untrusted>,
        index: Index,
    ) -> Result<(Vec<Result<Pinned, Pinned>>, Index), CommandError> {
        let (ledger, again) = (self.ledger.clone(), self.options.again);
        let look = move || {
            let saved = |file: &Pinned| {
                let is_saved = !again && index.is_saved(file);
                is_saved.then(|| ledger.record_of(&index, file))?.map(|record| record.file())
            };
            let known = |id| {
                let file = Pinned::by_id(id);
                saved(&file).ok_or(file)
            };
            let known = ids.into_iter().map(known).collect();
            (known, index)
        };
        let looked = timeout(sieve::ANSWERS, spawn_blocking(look)).await;
        let looked = looked.map_err(|_| sieve::stuck())?;
        looked.map_err(io::Error::other).map_err(failed("what is saved already cannot be seen"))
    }

    pub(super) fn options(&self) -> &SavingOptions {
        &self.options
    }
}

/// The folder, as it is shown.
fn shown(path: &Path) -> String {
    crate::text::UntrustedRef::new(path.as_os_str().as_encoded_bytes()).printable_within(200)
}
