//! `shelflife download`: saves files, by their ids or by a filter.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use clap::Args;
use futures_util::{StreamExt, stream};
use tokio::runtime::Handle;

use super::filters::read_filter;
use super::options::{GlobalOptions, silent_but};
use super::reader::{Outcome, Reach, Reader};
use super::retrieving::ask_for_file;
use super::saving::{Candidate, Ends, Saving, SavingOptions};
use super::{CommandError, configure, count, find_service};
use crate::api::Reading;
use crate::api::client::Existence;
use crate::api::endpoint::is_usable_id;
use crate::jobs::Pinned;
use crate::jobs::job::{FailureKind, JobFailure};
use crate::jobs::queue::AT_ONCE;
use crate::lister::Failure;
use crate::runtime::ledger::Contents;
use crate::store::filter::Filter;
use crate::text::Untrusted;
use crate::time::clock::{DateSample, Now, ServerClock};

const HELP: &str = "\
Examples:
  shelflife download file_123                    into the working directory
  shelflife download --filter 'name:output and left<24h' --to results
  shelflife list --output ids | xargs shelflife download --to results
  shelflife download file_123 --output jsonl | jq -r .path

A file is written as NAME.part until it is whole, and a download that was interrupted goes on where it \
stopped; then it is named as the service calls it, made a safe name where it is none, and never over a \
file that is there. What is saved already is not taken again, whatever --to says.

Whole is what has all of the announced length, or as many bytes as the list says; where neither is \
known, what ends with a whole line, which is said. What was saved, with its SHA-256 and that proof, stands \
in the ledger: `shelflife ledger`.

Exit codes: 0 all saved, or saved already · 1 at least one failed, or the list was partial · 2 usage · \
3 no, malformed or refused key · 4 an id that was given is not there · 5 service unavailable or \
rate-limited before anything was listed · 130, 143 interrupted: what came stays.";

/// The options of every command that act here.
const ACTING: &[&str] =
    &["--base-url", "--allow-http", "--limit", "--demo", "--files", "--log-file", "--config"];

/// Save files to this machine
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, args = silent_but(ACTING))]
pub struct DownloadCommand {
    /// The ids of the files
    #[arg(value_name = "ID", required_unless_present = "filter", conflicts_with = "filter")]
    pub ids: Vec<OsString>,

    /// Save what this lets through; reads the whole list
    #[arg(long, value_name = "EXPR", value_parser = read_filter, allow_hyphen_values = true)]
    pub filter: Option<Filter>,

    /// How it is done.
    #[command(flatten)]
    pub saving: SavingOptions,
}

/// Saves the files, and tells the exit code.
///
/// # Errors
/// Where nothing can be done at all.
pub async fn run(options: &GlobalOptions, command: DownloadCommand) -> Result<u8, CommandError> {
    let ids: Vec<Untrusted> =
        command.ids.into_iter().map(|id| Untrusted::new(id.into_vec())).collect();
    if let Some(id) = ids.iter().find(|id| !is_usable_id(id.borrow())) {
        return Err(super::unusable(id));
    }
    let config = configure(options)?;
    let service = find_service(options, &config, None, &Handle::current())?;
    let saving = Saving::new(service, command.saving, &config.values)?;
    let ledger = saving.read_ledger();
    if let Some(filter) = command.filter {
        let found = listed(&saving, config.values.limit, |reading, server_ms| {
            filter.lets_through(reading, server_ms)
        });
        let Listed { files, clock, is_partial } = found.await?;
        let ledger = ledger.await.unwrap_or_default();
        return finish(saving, files, &ledger, &clock, is_partial).await;
    }
    let ledger = ledger.await.unwrap_or_default();
    by_ids(saving, ids, &ledger).await
}

/// What was found in the list.
pub(super) struct Listed {
    pub(super) files: Vec<Pinned>,
    pub(super) clock: ServerClock,
    pub(super) is_partial: bool,
}

/// Reads the whole list and keeps the files that `takes` lets through; what was not read is said.
pub(super) async fn listed(
    saving: &Saving,
    limit: u16,
    takes: impl Fn(&Reading, i64) -> bool,
) -> Result<Listed, CommandError> {
    let mut pages = Reader::new(saving.client.clone(), limit, Reach::All).remembering_all().start();
    let (mut files, mut clock) = (vec![], ServerClock::default());
    while let Some(batch) = pages.next_page().await {
        clock = batch.clock;
        let server_ms = clock.server_ms(Now::read());
        for reading in batch.readings {
            if let Reading::File(file) = &reading
                && takes(&reading, server_ms)
            {
                files.push(Pinned::read(file));
            }
        }
    }
    let Outcome { tally, end, .. } = pages.outcome().await;
    let telling = saving.options().telling;
    if tally.unreadable > 0 {
        telling.trouble(&format!("{} unreadable: not looked at", count(tally.unreadable, "file")));
    }
    let is_partial = match end {
        Ok(_) => false,
        Err(why) if tally.files == 0 && tally.unreadable == 0 => return Err(why.into()),
        Err(why) => {
            telling.trouble(&format!("partial: {} read, then: {why}", count(tally.files, "file")));
            true
        }
    };
    Ok(Listed { files, clock, is_partial })
}

/// Saves what the list had, and tells the exit code.
pub(super) async fn finish(
    saving: Saving,
    files: Vec<Pinned>,
    ledger: &Contents,
    clock: &ServerClock,
    is_partial: bool,
) -> Result<u8, CommandError> {
    if saving.options().dry_run {
        let wanted: Vec<Pinned> =
            files.into_iter().filter(|file| !saving.is_saved(ledger, file)).collect();
        Saving::dry_run(&wanted, clock.server_ms(Now::read()))?;
        return Ok(u8::from(is_partial));
    }
    let candidates = files.into_iter().map(|file| Candidate { file, is_given: false }).collect();
    Ok(saving.run(candidates, vec![], ledger).await.code(is_partial))
}

async fn by_ids(
    saving: Saving,
    ids: Vec<Untrusted>,
    ledger: &Contents,
) -> Result<u8, CommandError> {
    let (client, us) = (saving.client.clone(), &saving);
    // What is saved already need not be asked for.
    let asked = stream::iter(ids).map(|id| {
        let client = client.clone();
        async move {
            let file = Pinned::by_id(id.clone());
            if let Some(known) = us.saved_by_id(ledger, &file) {
                return Ok((known, None, true));
            }
            let answer = ask_for_file(&client, &id).await.map_err(|why| (id, why))?;
            let date = answer.date;
            Ok(match answer.value {
                Existence::Present(file) => (Pinned::read(&file), date, true),
                Existence::Gone => (file, date, false),
            })
        }
    });
    let Asked { files, unknown, clock, key_refused } =
        Asked::sorted(asked.buffered(AT_ONCE).collect().await)?;
    if saving.options().dry_run {
        let wanted: Vec<Pinned> =
            files.into_iter().filter(|file| !saving.is_saved(ledger, file)).collect();
        Saving::dry_run(&wanted, clock.server_ms(Now::read()))?;
        return Ok(saving.refused(unknown, key_refused).code(false));
    }
    let candidates = files.into_iter().map(|file| Candidate { file, is_given: true }).collect();
    let ends = saving.run(candidates, unknown, ledger).await;
    Ok(Ends { key_refused: ends.key_refused || key_refused, ..ends }.code(false))
}

/// A file, the moment at which it was told of, and whether it is there; or which one it was of which
/// nothing is known, and why.
type Told = Result<(Pinned, Option<DateSample>, bool), (Untrusted, Failure)>;

/// What came of asking for files by their ids.
struct Asked {
    files: Vec<Pinned>,
    /// Files with which nothing can be done, and why.
    unknown: Vec<(Pinned, JobFailure)>,
    clock: ServerClock,
    key_refused: bool,
}

impl Asked {
    /// Sorts what was told; where all that was asked for is one file, and nothing is known of it, that
    /// is the whole answer.
    fn sorted(mut told: Vec<Told>) -> Result<Self, CommandError> {
        if told.len() == 1
            && let Some(Err((_, why))) = told.pop_if(|told| told.is_err())
        {
            return Err(CommandError::Show(why));
        }
        let mut asked = Self {
            files: vec![],
            unknown: vec![],
            clock: ServerClock::default(),
            key_refused: false,
        };
        for told in told {
            match told {
                Ok((file, date, is_there)) => asked.take(file, date, is_there),
                Err((id, why)) => asked.fail(id, &why),
            }
        }
        Ok(asked)
    }

    fn take(&mut self, file: Pinned, date: Option<DateSample>, is_there: bool) {
        if let Some(date) = date {
            self.clock.observe(date);
        }
        if is_there {
            return self.files.push(file);
        }
        let words = "the service does not have it".to_owned();
        self.unknown.push((file, JobFailure { kind: FailureKind::Missing, words }));
    }

    fn fail(&mut self, id: Untrusted, why: &Failure) {
        let refused = super::refuses_key(why);
        // One sentence for all of them.
        if !(refused && self.key_refused) {
            let words = why.to_string();
            let failure = JobFailure { kind: FailureKind::Final, words };
            self.unknown.push((Pinned::by_id(id), failure));
        }
        self.key_refused |= refused;
    }
}
