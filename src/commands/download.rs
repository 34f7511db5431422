//! `shelflife download`: saves files, by their ids or by a filter.

use std::cell::Cell;
use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use clap::{ArgGroup, Args};
use futures_util::{StreamExt, stream};
use tokio::runtime::Handle;

use super::filters::read_filter;
use super::options::{GlobalOptions, silent_but};
use super::reader::{Outcome, Reach, Reader};
use super::retrieving::Retriever;
use super::saving::{Candidate, Ending, Ends, Saving, SavingOptions, Sieve, Sifted, Wanted};
use super::{CommandError, configure, count, find_service, is_outage};
use crate::api::client::Existence;
use crate::api::endpoint::is_usable_id;
use crate::api::{Answer, Client, Reading};
use crate::jobs::Pinned;
use crate::jobs::job::{FailureKind, JobFailure};
use crate::jobs::queue::AT_ONCE;
use crate::lister::Failure;
use crate::store::filter::Filter;
use crate::text::Untrusted;
use crate::time::clock::{DateSample, Now, ServerClock};

const HELP: &str = "\
Examples:
  shelflife download file_123                    into the working directory
  shelflife download --filter 'name:output and left<24h' --to results
  shelflife list --output ids | xargs -r shelflife download --to results
  shelflife download file_123 --output jsonl | jq -r .path

A file is written as NAME.part until it is whole, and a download that was interrupted goes on where it \
stopped; then it is named as the service calls it, made a safe name where it is none, and never over a \
file that is there. What is saved already is not taken again, whatever --to says.

Whole is what has all of the announced length, or as many bytes as the list says; where neither is \
known, what ends with a whole line, which is said. What was saved, with its SHA-256 and that proof, stands \
in the ledger: `shelflife ledger`.

Exit codes: 0 all saved, or saved already · 1 at least one failed, or the list was partial · 2 usage · \
3 no, malformed or refused key · 4 an id that was given is not there · 5 service unavailable or \
rate-limited, and nothing was saved · 130, 143 interrupted: what came stays.";

/// The options of every command that act here.
const ACTING: &[&str] =
    &["--base-url", "--allow-http", "--limit", "--demo", "--files", "--log-file", "--config"];

/// Save files to this machine
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
#[command(group = ArgGroup::new("which").required(true).args(["ids", "filter"]))]
pub struct DownloadCommand {
    /// The ids of the files
    #[arg(value_name = "ID")]
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
    // One that is given twice is one file.
    let mut seen = HashSet::new();
    let ids = command.ids.into_iter().map(|id| Untrusted::new(id.into_vec()));
    let ids: Vec<Untrusted> = ids.filter(|id| seen.insert(id.clone())).collect();
    if let Some(id) = ids.iter().find(|id| !is_usable_id(id.borrow())) {
        return Err(super::unusable(id));
    }
    let config = configure(options)?;
    let service = find_service(options, &config, None, &Handle::current())?;
    let saving = Saving::new(service, command.saving, &config.values)?;
    if let Some(filter) = command.filter {
        let meant = saving.meant(Some(filter))?;
        let found =
            listed(&saving, saving.sieve(true), config.values.limit, |reading, server_ms| {
                meant.takes(reading, server_ms)
            });
        let listed = found.await?;
        let has_none = listed.sifted.wanted.is_empty() && listed.sifted.saved_files == 0;
        if has_none && !listed.is_partial {
            let words = "no match: the filter lets through none of the files that are listed";
            saving.options().doing.telling.note(words);
            return Ok(0);
        }
        return finish(saving, listed).await;
    }
    by_ids(saving, ids).await
}

/// What was found in the list.
pub(super) struct Listed {
    pub(super) sifted: Sifted,
    pub(super) clock: ServerClock,
    pub(super) is_partial: bool,
    /// Whether nothing more is to be asked for.
    pub(super) ending: Option<Ending>,
}

/// Reads the whole list and keeps the files that `takes` lets through; what was not read is said.
pub(super) async fn listed(
    saving: &Saving,
    sieve: Sieve,
    limit: u16,
    takes: impl Fn(&Reading, i64) -> bool,
) -> Result<Listed, CommandError> {
    // What comes twice, far apart, is left out once all is sifted.
    let mut pages = Reader::new(saving.client.clone(), limit, Reach::All).start();
    let mut clock = ServerClock::default();
    while let Some(batch) = pages.next_page().await {
        clock = batch.clock;
        let server_ms = clock.server_ms(Now::read());
        let wanted = batch.readings.into_iter().filter(|reading| takes(reading, server_ms));
        let files = wanted.filter_map(|reading| match reading {
            Reading::File(file) => Some(file.into()),
            Reading::Unreadable(_) => None,
        });
        sieve.sift(files.collect()).await;
    }
    let Outcome { tally, end, .. } = pages.outcome().await;
    let telling = saving.options().doing.telling;
    if tally.unreadable > 0 {
        telling.trouble(&format!("{} unreadable: not looked at", count(tally.unreadable, "file")));
    }
    let ending = end.as_ref().err().and_then(Ending::after);
    let is_partial = match end {
        Ok(_) => false,
        Err(why) if tally.files == 0 && tally.unreadable == 0 => return Err(why.into()),
        Err(why) => {
            telling.trouble(&format!("partial: {} read, then: {why}", count(tally.files, "file")));
            true
        }
    };
    Ok(Listed { sifted: sieve.end().await?, clock, is_partial, ending })
}

/// Saves what the list had, and tells the exit code.
pub(super) async fn finish(saving: Saving, listed: Listed) -> Result<u8, CommandError> {
    let Listed { sifted: Sifted { wanted, saved, index, .. }, clock, is_partial, ending } = listed;
    if saving.options().doing.dry_run {
        saving.dry_run(&wanted, (&saved, &index), clock.server_ms(Now::read()))?;
        return Ok(u8::from(is_partial));
    }
    let files = wanted.into_iter().map(|file| Candidate { file, is_given: false }).collect();
    let wanted = Wanted { files, saved, index, ending, ..Wanted::default() };
    Ok(saving.run(wanted).await?.code(is_partial))
}

async fn by_ids(saving: Saving, ids: Vec<Untrusted>) -> Result<u8, CommandError> {
    let Sifted { index, .. } = saving.sieve(false).end().await?;
    // What is saved already need not be asked for.
    let (ids, index) = saving.known_by_ids(ids, index).await?;
    if ids.iter().any(Result::is_err) && !saving.options().doing.dry_run {
        saving.prepare().await?;
    }
    let told = ask_for_all(&saving.client, ids).await;
    // Where all that was asked for is one file, and nothing is known of it, that is the whole answer.
    let mut told = told;
    if told.len() == 1
        && let Some(Told::Failed(_, why)) = told.pop_if(|told| matches!(told, Told::Failed(..)))
    {
        return Err(CommandError::Show(why));
    }
    let (wanted, clock) = sorted(told);
    if saving.options().doing.dry_run {
        let files: Vec<Pinned> =
            wanted.files.iter().map(|candidate| candidate.file.clone()).collect();
        let saved = (wanted.saved.as_slice(), &index);
        saving.dry_run(&files, saved, clock.server_ms(Now::read()))?;
        let refused = saving.refused(&wanted);
        // What is known of some is more than nothing.
        let unserved = if files.is_empty() { refused.unserved } else { 0 };
        return Ok(Ends { unserved, ..refused }.code(false));
    }
    Ok(saving.run(Wanted { index, ..wanted }).await?.code(false))
}

/// Asks what is known of files of which nothing but the id is.
async fn ask_for_all(client: &Client, ids: Vec<Result<Pinned, Pinned>>) -> Vec<Told> {
    // Once the service has answered that nothing more is to be asked, nothing more is.
    let ended = &Cell::new(false);
    let retriever = &Retriever::new(client.clone());
    let asked = stream::iter(ids).map(|known| async move {
        let file = match known {
            Ok(known) => return Told::Known(known),
            Err(file) if ended.get() => return Told::Unasked(file),
            Err(file) => file,
        };
        match retriever.ask(&file.id).await {
            Ok(Answer { value: Existence::Present(file), date, .. }) => {
                Told::There(Pinned::from(*file), date)
            }
            Ok(_) => Told::Missing(file),
            Err(why) => {
                ended.set(ended.get() || Ending::after(&why).is_some());
                Told::Failed(file, why)
            }
        }
    });
    asked.buffered(AT_ONCE).collect().await
}

/// What came of asking for a file by its id.
enum Told {
    /// It is saved, and was not asked for.
    Known(Pinned),
    There(Pinned, Option<DateSample>),
    Missing(Pinned),
    Failed(Pinned, Failure),
    /// An answer before said that nothing more is to be asked.
    Unasked(Pinned),
}

/// Sorts what was told of files, and what is known of the service's clock by that.
fn sorted(told: Vec<Told>) -> (Wanted, ServerClock) {
    let (mut wanted, mut clock) = (Wanted::default(), ServerClock::default());
    for told in told {
        match told {
            Told::Known(file) => wanted.saved.push(file),
            Told::There(file, date) => {
                if let Some(date) = date {
                    clock.observe(date);
                }
                wanted.files.push(Candidate { file, is_given: true });
            }
            Told::Missing(file) => {
                let words = "the service does not have it".to_owned();
                let kind = FailureKind::Missing;
                wanted.unknown.push((file, JobFailure { kind, words, is_outage: false }));
            }
            Told::Failed(file, why) => {
                if let Some(ending) = Ending::after(&why) {
                    wanted.ending.get_or_insert(ending);
                    wanted.unasked.push(file);
                } else {
                    let (kind, is_outage) = (FailureKind::Final, is_outage(&why));
                    let words = why.to_string();
                    wanted.unknown.push((file, JobFailure { kind, words, is_outage }));
                }
            }
            Told::Unasked(file) => wanted.unasked.push(file),
        }
    }
    (wanted, clock)
}
