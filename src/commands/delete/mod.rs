//! `shelflife delete`: deletes files, by their ids or by a filter, after a question or a yes that was
//! given with it.

mod gathering;
mod question;
mod report;

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{IsTerminal, stderr, stdin};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::cli::Interruption;
use super::doing::DoingOptions;
use super::filters::read_filter;
use super::options::{GlobalOptions, silent_but};
use super::{CommandError, Service, changing, configure, count, find_service};
use crate::api::Client;
use crate::api::retry::Policy;
use crate::jobs::Pinned;
use crate::jobs::deletion::{AT_ONCE, DeletionEnd, Deletions, Stop};
use crate::jobs::in_use::InUse;
use crate::jobs::upload::Rest;
use crate::runtime::exec::{carry_out, wait_until};
use crate::runtime::ledger::{Index, Ledger};
use crate::store::filter::Filter;
use crate::text::Untrusted;
use crate::time::clock::since_boot;
use gathering::Gathered;
use question::Question;
use report::Reporter;

const HELP: &str = "\
Examples:
  shelflife delete file_123                          asks first
  shelflife delete --filter 'name:scratch age>20d' --dry-run
  shelflife delete --filter 'name:scratch age>20d' --confirm 240
  shelflife delete --from-file ids.txt --yes         a line each
  shelflife list --filter expired --output ids | xargs -r shelflife delete --yes

On a terminal it asks, and says first what it is about: how many files and bytes, what of them is not \
saved on this machine, and what a batch reads that is not over. One file wants a y, more want their count \
typed. Elsewhere --yes is needed, and for more than 100 files --confirm with their count; with either of \
them nothing is asked, and nothing said beforehand: --dry-run lists the files, and deletes none. The input \
of a batch that is not over is left in any case, unless --include-in-use is given.

Each file is looked at once more just before, and left where its name, size or time differ. A file is \
deleted only where the service says so; where its answer leaves that open, the service is asked for the \
file, and what stays open is said to be unknown. What was done stands in the ledger.

Exit codes: 0 all deleted, or gone already · 1 at least one was left, or is unknown, or no was the answer, \
or the list was partial, over which nothing is deleted · 2 usage, --read-only, or a wrong count · 3 no, \
malformed or refused key · 4 an id that was given is not there · 5 service unavailable or rate-limited, \
and nothing was deleted · 130, 143 interrupted.";

/// The options of every command that act here.
const ACTING: &[&str] = &[
    "--base-url",
    "--allow-http",
    "--limit",
    "--read-only",
    "--demo",
    "--files",
    "--log-file",
    "--config",
];

/// More than this want their count said.
const MOST_UNCOUNTED: usize = 100;
/// How long answers that are on their way are waited for after a signal.
const LAST_ANSWERS: Duration = Duration::from_millis(500);
/// What is looked at again at the latest, for whoever reads how far it is.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Delete files from the service
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
#[allow(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub struct DeleteCommand {
    /// The ids of the files
    #[arg(
        value_name = "ID",
        required_unless_present_any = ["filter", "from_file"],
        conflicts_with_all = ["filter", "from_file"]
    )]
    pub ids: Vec<OsString>,

    /// Read the ids from a file, a line each; - is standard input
    #[arg(long, value_name = "PATH", conflicts_with = "filter")]
    pub from_file: Option<PathBuf>,

    /// Delete what this lets through; reads the whole list
    #[arg(long, value_name = "EXPR", value_parser = read_filter, allow_hyphen_values = true)]
    pub filter: Option<Filter>,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,

    /// Do not ask, if it is so many files; needed for more than 100
    #[arg(long, value_name = "COUNT")]
    pub confirm: Option<usize>,

    /// Delete also what is the input of a batch that is not over
    #[arg(long)]
    pub include_in_use: bool,

    /// Take an id that is not there for done
    #[arg(long)]
    pub ignore_missing: bool,

    /// A dry run, records, and what is told meanwhile.
    #[command(flatten)]
    pub doing: DoingOptions,
}

/// Deletes the files, and tells the exit code.
///
/// # Errors
/// Where nothing can be done at all.
pub async fn run(
    options: &GlobalOptions,
    command: DeleteCommand,
    mut interruption: Interruption,
) -> Result<u8, CommandError> {
    let config = configure(options)?;
    changing::refuse(&config, "delete")?;
    let asks = command.asks();
    if asks && !command.doing.dry_run && !command.can_ask() {
        return Err(CommandError::Usage(
            "there is no terminal to ask on: nothing was deleted; give --yes, or --confirm with the \
             number of files"
                .to_owned(),
        ));
    }
    let ids = gathering::ids(&command)?;
    let service = find_service(options, &config, None, &Handle::current())?;
    let doing = Deleting::new(service, command)?;
    let gathered = tokio::select! {
        gathered = doing.gather(ids, config.values.limit) => gathered?,
        code = interruption.came() => return Ok(code),
    };
    let Some(gathered) = gathered else { return Ok(1) };
    doing.go_on(gathered, &mut interruption).await
}

impl DeleteCommand {
    /// Whether somebody has to be asked.
    fn asks(&self) -> bool {
        !self.yes && self.confirm.is_none()
    }

    /// Whether files are shown, or known by the list, before they are deleted; else by their ids alone.
    fn sees(&self) -> bool {
        self.filter.is_some() || self.asks() || self.doing.dry_run
    }

    fn can_ask(&self) -> bool {
        let reads_input = self.from_file.as_ref().is_some_and(|path| path.as_os_str() == "-");
        !reads_input && stdin().is_terminal() && stderr().is_terminal()
    }
}

/// What is needed to delete files of a service.
struct Deleting {
    client: Client,
    ledger: Ledger,
    saved: Index,
    command: DeleteCommand,
}

impl Deleting {
    fn new(service: Service, command: DeleteCommand) -> Result<Self, CommandError> {
        let ledger = service.ledger();
        let saved = ledger.read().unwrap_or_else(|error| {
            command.doing.telling.trouble(&format!(
                "the ledger cannot be read, so that nothing counts as saved: {}",
                crate::text::cause(&error)
            ));
            Index::default()
        });
        Ok(Self { client: service.client()?, ledger, saved, command })
    }

    /// Whether a file is saved on this machine, and lies where it was saved to.
    fn is_saved(&self, file: &Pinned) -> bool {
        self.saved.is_saved(file)
    }

    /// What is to be deleted is known: leaves out what is in use, asks where that is wanted, and deletes.
    async fn go_on(
        mut self,
        gathered: Gathered,
        interruption: &mut Interruption,
    ) -> Result<u8, CommandError> {
        let (in_use, rest_until) = tokio::select! {
            looked = self.look_for_use(&gathered) => looked,
            code = interruption.came() => return Ok(code),
        };
        let Gathered { files, missing, mut left, unserved, clock, saved, .. } = gathered;
        let files = self.still_chosen(files, &saved, &mut left);
        let takes_all = self.command.include_in_use;
        let (kept, wanted): (Vec<Pinned>, Vec<Pinned>) =
            files.into_iter().partition(|file| !takes_all && in_use.batch_of(&file.id).is_some());
        let question = Question { files: &wanted, kept: &kept, in_use: &in_use, clock: &clock };
        let mut reporter = Reporter::new(&self.command, self.ledger.clone());
        reporter.unserved(unserved);
        left.extend(kept.iter().map(|file| {
            let batch = in_use.batch_of(&file.id).map_or(String::new(), ToString::to_string);
            let words = format!("it is the input of the batch {batch}");
            (file.clone(), DeletionEnd::Left(words))
        }));
        let cannot_tell = in_use.cannot_tell().filter(|_| !wanted.is_empty());
        let cannot_tell = cannot_tell.map(|why| format!("cannot tell whether in use: {why}"));
        if self.command.doing.dry_run {
            if self.command.doing.output.is_some() {
                reporter.planned(&wanted);
            } else {
                question.print(|file| self.is_saved(file))?;
            }
            if let Some(words) = &cannot_tell {
                reporter.trouble(words);
            }
            reporter.stay(&missing, &left);
            self.note_if_none(&wanted);
            return Ok(reporter.code_of_dry_run(wanted.len()));
        }
        self.check_count(wanted.len(), kept.len())?;
        let asks = self.command.asks() && !wanted.is_empty();
        if asks {
            let words = question.words(|file| self.is_saved(file));
            let answer = tokio::select! {
                answer = question::ask(words, wanted.len()) => answer,
                code = interruption.came() => return Ok(code),
            };
            if !answer {
                self.command.doing.telling.trouble("nothing was deleted");
                return Ok(1);
            }
        } else if let Some(words) = &cannot_tell {
            reporter.trouble(words);
        }
        let wanted = self.still_chosen(wanted, &saved, &mut left);
        reporter.stay(&missing, &left);
        self.note_if_none(&wanted);
        self.delete((wanted, rest_until), reporter, interruption).await
    }

    fn note_if_none(&self, wanted: &[Pinned]) {
        if wanted.is_empty() {
            self.command.doing.telling.note("nothing to delete");
        }
    }

    /// Those of the files for which it is still so whether they are saved; the others are left. Nothing is
    /// looked at where they were not chosen by that.
    fn still_chosen(
        &mut self,
        files: Vec<Pinned>,
        saved: &HashSet<Untrusted>,
        left: &mut Vec<(Pinned, DeletionEnd)>,
    ) -> Vec<Pinned> {
        let filter = self.command.filter.as_ref();
        if !filter.is_some_and(Filter::depends_on_what_is_saved) {
            return files;
        }
        // Where it cannot be read any more, what it said before is seen on the disk.
        let _ = self.ledger.read_on(&mut self.saved);
        let (chosen, changed): (Vec<Pinned>, Vec<Pinned>) =
            files.into_iter().partition(|file| self.is_saved(file) == saved.contains(&file.id));
        left.extend(changed.into_iter().map(|file| {
            let now = if saved.contains(&file.id) { "no longer saved" } else { "saved by now" };
            (file, DeletionEnd::Left(format!("it is {now}")))
        }));
        chosen
    }

    /// More than a hundred files want their count said; whatever count is said has to be right.
    fn check_count(&self, wanted: usize, kept: usize) -> Result<(), CommandError> {
        let files = match kept {
            0 => count(wanted as u64, "file"),
            kept => format!(
                "{} beside {} in use, which {} left",
                count(wanted as u64, "file"),
                crate::text::grouped(kept as u64),
                if kept == 1 { "is" } else { "are" },
            ),
        };
        let words = match self.command.confirm {
            Some(said) if said != wanted => {
                format!("--confirm says {said}, and it is {files}: nothing was deleted")
            }
            None if wanted > MOST_UNCOUNTED => {
                format!("it is {files}: nothing was deleted; more than 100 want --confirm {wanted}")
            }
            _ => return Ok(()),
        };
        Err(CommandError::Usage(words))
    }

    /// Which of the files a batch reads that is not over, and the monotonic moment before which the service
    /// wants to be left alone; nothing is asked where there are none.
    async fn look_for_use(&self, gathered: &Gathered) -> (InUse, Duration) {
        let (mut in_use, call) = InUse::begin();
        let mut next = (!gathered.files.is_empty()).then_some(call);
        let mut rest_until = gathered.not_before;
        while let Some(call) = next {
            let longest = since_boot() + Policy::default().longest_wait;
            wait_until(rest_until.min(longest)).await;
            let answer = carry_out(&self.client, call).await;
            let rest = match &answer {
                Ok(answer) => Rest::until_allowed(answer.allowance, since_boot()),
                Err(error) => Rest::asked(error, since_boot()),
            };
            rest_until = rest.map_or(rest_until, |rest| rest.until);
            next = in_use.answered(answer);
        }
        (in_use, rest_until.min(since_boot() + Policy::default().longest_wait))
    }

    async fn delete(
        &self,
        (files, rest_until): (Vec<Pinned>, Duration),
        mut reporter: Reporter,
        interruption: &mut Interruption,
    ) -> Result<u8, CommandError> {
        let seed = fastrand::u64(..);
        let mut deletions = if self.command.sees() {
            Deletions::new(files, 0, seed)
        } else {
            reporter.expects(&files);
            Deletions::unseen(files, 0, seed)
        };
        deletions.wait_until(rest_until);
        let (sender, mut answers) = mpsc::channel(AT_ONCE);
        let (mut interrupted, mut waits_to) = (None, Duration::MAX);
        while !deletions.is_over() {
            while let Some((number, call)) = deletions.begin(since_boot()) {
                let (client, sender) = (self.client.clone(), sender.clone());
                tokio::spawn(async move {
                    let _ = sender.send((number, carry_out(&client, call).await)).await;
                });
            }
            let now = since_boot();
            let due = deletions.deadline().map_or(LOOK_AGAIN, |at| at.saturating_sub(now));
            tokio::select! {
                Some((number, result)) = answers.recv() => {
                    deletions.answered(number, result, since_boot());
                }
                () = sleep(due.min(LOOK_AGAIN)) => {}
                code = interruption.came(), if interrupted.is_none() => {
                    interrupted = Some(code);
                    deletions.stop(Stop::Wanted);
                    waits_to = since_boot() + LAST_ANSWERS;
                }
            }
            if since_boot() >= waits_to {
                deletions.abandon();
            }
            reporter.take(&mut deletions);
            reporter.progress(&deletions, since_boot());
        }
        let code = reporter.finish(&deletions).await;
        Ok(interrupted.unwrap_or(code))
    }
}
