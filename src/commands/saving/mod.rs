//! What `download` and `rescue` share: the queue carried out without a screen, and what is said of it.

mod report;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::dashboard::{self, home};
use super::progress::Telling;
use super::{CommandError, Service, failed};
use crate::api::Client;
use crate::config::places;
use crate::config::table::Values;
use crate::jobs::job::{FailureKind, JobFailure, JobState, Pause};
use crate::jobs::queue::AT_ONCE;
use crate::jobs::record::Saved;
use crate::jobs::{Download, Job, JobId, Pinned, Queue, Told};
use crate::runtime::ledger::{Contents, Ledger};
use crate::runtime::transfer::{Done, Saver, lies_there};
use crate::time::clock::{Now, since_boot};
use report::Reporter;

/// Messages of jobs that may wait to be taken in.
const WAITING: usize = 256;
/// What is looked at again at the latest, for whoever reads how far it is.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Options of every command that saves files.
#[derive(Clone, Debug, Args)]
pub struct SavingOptions {
    /// The folder to save to; made where it is missing [default: the setting downloads, or the working directory]
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,

    /// Print the files that would be saved, and save none
    #[arg(long)]
    pub dry_run: bool,

    /// Save also what is saved already
    #[arg(long)]
    pub again: bool,

    /// Believe the announced length where the list has another
    #[arg(long)]
    pub trust_length: bool,

    /// The form of what is printed on standard output: nothing, or a record a file
    #[arg(long, value_name = "FORM")]
    pub output: Option<RecordOutput>,

    /// What is told meanwhile.
    #[command(flatten)]
    pub telling: Telling,
}

/// The form of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RecordOutput {
    /// One record a line.
    Jsonl,
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
    /// Whether a record could not be printed.
    pub(super) is_untold: bool,
}

impl Ends {
    /// The exit code: failures win over ids that are not there; a refused key is one of its own only
    /// where nothing was done.
    pub(super) fn code(&self, is_partial: bool) -> u8 {
        if self.key_refused && self.saved + self.already == 0 {
            return 3;
        }
        let has_failed = self.failed > 0 || self.key_refused || self.is_untold;
        match (has_failed || is_partial, self.missing > 0) {
            (true, _) => 1,
            (false, true) => 4,
            (false, false) => 0,
        }
    }
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
        let place = if profile == "demo" { "demo".to_owned() } else { service.endpoint.place() };
        let ledger = Ledger::of(places::state(), &place);
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

    /// Reads what is saved already, beside whatever else is done.
    pub(super) fn read_ledger(&self) -> tokio::task::JoinHandle<Contents> {
        let (ledger, telling) = (self.ledger.clone(), self.options.telling);
        spawn_blocking(move || {
            ledger.read().unwrap_or_else(|error| {
                telling.trouble(&format!(
                    "the ledger cannot be read: {error}; what is saved already is not known"
                ));
                Contents::default()
            })
        })
    }

    /// Prints what would be saved, and saves none.
    pub(super) fn dry_run(files: &[Pinned], server_ms: i64) -> Result<(), CommandError> {
        super::print(&report::listed(files, server_ms))
    }

    /// Says of files that were given by their ids that it came to nothing with them.
    pub(super) fn refused(&self, files: Vec<(Pinned, JobFailure)>, key_refused: bool) -> Ends {
        let mut reporter = Reporter::new(self.options.output, self.options.telling);
        for (file, failure) in files {
            reporter.failed(&file, &failure, true, 0);
        }
        Ends { key_refused, ..reporter.end(&Queue::new(1, 0)) }
    }

    /// Saves the files; what is saved already is not taken again. Of `unknown` it is said why they are
    /// not even tried.
    pub(super) async fn run(
        self,
        files: Vec<Candidate>,
        unknown: Vec<(Pinned, JobFailure)>,
        ledger: &Contents,
    ) -> Ends {
        let mut reporter = Reporter::new(self.options.output, self.options.telling);
        let mut queue = Queue::new(AT_ONCE, fastrand::u64(..));
        for (file, failure) in unknown {
            reporter.failed(&file, &failure, true, 0);
        }
        let mut given = HashSet::new();
        for Candidate { file, is_given } in files {
            if let Some(saved) = self.saved_already(ledger, &file) {
                reporter.already(&file, &saved);
                continue;
            }
            let (again, trust_length) = (self.options.again, self.options.trust_length);
            let folder = self.folder.clone();
            let download = Download { file, folder, name: None, again, trust_length };
            if let Some(id) = queue.add(download)
                && is_given
            {
                given.insert(id);
            }
        }
        if queue.has_open() {
            reporter.begins(queue.len(), queue.wanted_bytes(), &self.folder);
        }
        let ran = Running { saver: self.saver, queue, reporter, given };
        ran.run().await
    }

    /// The proof that a file is saved, where it lies there still.
    fn saved_already(&self, ledger: &Contents, file: &Pinned) -> Option<Saved> {
        if self.options.again {
            return None;
        }
        ledger.saved_of(file).filter(|saved| lies_there(&saved.path, saved.bytes))
    }

    /// Whether a file is saved, and lies where it was saved to.
    pub(super) fn is_saved(&self, ledger: &Contents, file: &Pinned) -> bool {
        self.saved_already(ledger, file).is_some()
    }

    /// What a record says that is saved of an id, of whose file nothing else is known yet.
    pub(super) fn saved_by_id(&self, ledger: &Contents, file: &Pinned) -> Option<Pinned> {
        self.saved_already(ledger, file)?;
        let record = ledger.saved.get(&*String::from_utf8_lossy(file.id.raw()))?;
        Some(record.file())
    }

    pub(super) fn options(&self) -> &SavingOptions {
        &self.options
    }
}

/// The queue while it is carried out.
struct Running {
    saver: Saver,
    queue: Queue,
    reporter: Reporter,
    /// Jobs for files whose ids were given.
    given: HashSet<JobId>,
}

/// What a job tells.
enum Message {
    Told(Told),
    Ended(Result<Done, JobFailure>),
}

impl Running {
    async fn run(mut self) -> Ends {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        while self.queue.has_open() {
            while let Some(job) = self.queue.begin(Now::read()) {
                let (id, download) = (job.id, job.download.clone());
                self.begin(id, download, &sender);
            }
            if self.rests_for_want_of_room() {
                break;
            }
            self.take_in(&mut receiver).await;
            self.reporter.progress(&self.queue, since_boot());
        }
        self.reporter.end(&self.queue)
    }

    fn begin(&self, id: JobId, download: Download, sender: &Sender<(JobId, Message)>) {
        let (saver, sender) = (self.saver.clone(), sender.clone());
        tokio::spawn(async move {
            let told = sender.clone();
            let now_s = Now::read().wall_ms.div_euclid(1_000);
            let tell = move |what| {
                // Where the loop has better to do, the next one says it; what counts comes at the end.
                let _ = told.try_send((id, Message::Told(what)));
            };
            let result = saver.save(&download, now_s, tell).await;
            let _ = sender.send((id, Message::Ended(result))).await;
        });
    }

    /// Waits for what happens next.
    async fn take_in(&mut self, receiver: &mut Receiver<(JobId, Message)>) {
        let due = self.queue.deadline().map_or(LOOK_AGAIN, |at| at.saturating_sub(since_boot()));
        let message = tokio::select! {
            message = receiver.recv() => message,
            () = sleep(due.min(LOOK_AGAIN)) => None,
        };
        let now = since_boot();
        match message {
            None => {}
            Some((id, Message::Told(what))) => match what {
                Told::Named(path) => self.queue.named(id, path),
                Told::StartsAt(held, total) => self.queue.starts_at(id, held, total),
                Told::Received(bytes, total) => self.queue.progressed(id, bytes, total, now),
                Told::ReceivedAll => self.queue.received_all(id),
                Told::Allowance(Some(allowance)) if allowance.remaining == 0 => {
                    self.queue.wait_until(now + allowance.reset.min(Duration::from_secs(120)));
                }
                Told::Allowance(_) => {}
            },
            Some((id, Message::Ended(result))) => {
                let result = result.map(|Done { saved, ledger_trouble }| {
                    self.reporter.ledger_trouble(ledger_trouble);
                    saved
                });
                self.queue.ended(id, result, now);
                self.report(id);
            }
        }
    }

    /// Says how a job ended, if it did.
    fn report(&mut self, id: JobId) {
        let Some(job) = self.queue.job(id) else { return };
        match &job.state {
            JobState::Saved(saved) => self.reporter.saved(job.file(), saved),
            JobState::Failed(failure) if failure.kind == FailureKind::KeyRefused => {
                // It ended all of them, for which one sentence does.
                self.reporter.key_refused(&self.queue, &failure.words);
            }
            JobState::Failed(failure) => {
                self.reporter.failed(job.file(), failure, self.given.contains(&id), job.received);
            }
            _ => {}
        }
    }

    /// Whether nothing goes on any more, since there is no room on the disk.
    fn rests_for_want_of_room(&mut self) -> bool {
        let rests = |job: &&Job| job.state == JobState::Paused(Pause::DiskFull);
        self.queue.jobs().any(|job| rests(&job)) && !self.queue.jobs().any(Job::is_under_way)
    }
}

/// The folder, as it is shown.
fn shown(path: &Path) -> String {
    crate::text::UntrustedRef::new(path.as_os_str().as_encoded_bytes()).printable_within(200)
}
