//! `shelflife list`: the files of the account for people and scripts.
//!
//! It drives the same paging machine as the dashboard, filters by the same language, and prints each
//! page as it comes, so that memory is constant however long the list is; but for `--sort`, which holds
//! what is to be sorted.

mod columns;
mod sorted;
mod table;
mod writer;

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use tokio::runtime::Handle;

use super::cli::Interruption;
use super::filters::{Meant, read_filter};
use super::json::odd_values;
use super::options::{GlobalOptions, silent_but};
use super::progress::{Progress, Telling};
use super::reader::{Batch, Outcome, Pages, Reach, Reader, Tally};
use super::{CommandError, configure, count, find_service};
use crate::account::Load;
use crate::api::{File, HasMore, Reading};
use crate::lister::Failure;
use crate::runtime::output::{say, stdout};
use crate::store::filter::Filter;
use crate::text::grouped;
use crate::time::clock::{Now, ServerClock};
pub(super) use columns::fields;
use columns::{ListColumns, ListOrder, read_columns, read_order};
use sorted::Gathered;
use writer::Writer;

const HELP: &str = "\
Examples:
  shelflife list                               the first 100 files as a table
  shelflife list --filter 'left<6h' --sort left            what expires next
  shelflife list --sort size:desc --columns size,name      the largest first
  shelflife list --all --output jsonl | jq .   one file a line, as pages come in
  shelflife list --all --output csv > all.csv
  shelflife list --all --output csv --safe > all.csv   for a spreadsheet
  shelflife list --filter 'age>5d' --output ids | xargs -rn 1 shelflife show
  shelflife list --filter 'left<1h' --fail-empty && echo hurry

Filters are those of the dashboard: `shelflife help filters`. --filter and --sort read the whole \
list, as --all does. Without --sort the files come in the service's order, page by page; with it, \
once all of them are there, those without the value last.

Columns and keys of --sort are id, filename (or name), bytes (size), purpose, created_at \
(created), expires_at (expires) and left. With --columns the JSON forms have only those fields, \
without it all that the service sent. In all forms but the table moments are seconds since 1970, \
and left is in whole seconds, 0 for what has expired.

Without any of these one page is printed, and standard error says where there is more on the \
server. What is odd is said there too, in one line each: `partial` where reading on failed before \
the end of the list (exit code 1), `N unreadable` for files that could not be read.

The JSON forms hold the real filenames; table, CSV and ids spell out what could mislead, such as \
line breaks in a name. Values are normalised: whole numbers for times and bytes, null for what was \
not given. CSV is RFC 4180: a name in it may begin with =, +, - or @, which a spreadsheet takes for \
a formula; --safe puts a ' before it. A value that is given and could not be read is ? in the \
table, empty in CSV and null in JSON.

Exit codes: 0 done, also for a reader that closes the pipe, such as head · 1 partial, or no list \
of files · 2 usage · 3 no, malformed or refused key · 4 nothing was there to print, with \
--fail-empty · 5 service unavailable or rate-limited before anything was listed · 130, 143 \
interrupted, with what was begun made whole.";

/// The options of every command that act here.
const ACTING: &[&str] = &[
    "--base-url",
    "--allow-http",
    "--limit",
    "--demo",
    "--files",
    "--load",
    "--log-file",
    "--config",
];

/// Print the files: a page of them, all, or those that a filter lets through
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct List {
    /// Read on to the end of the list
    #[arg(long)]
    pub all: bool,

    /// Only what this lets through, such as 'left<6h and not purpose:evals'; reads the whole list
    #[arg(long, value_name = "EXPR", value_parser = read_filter, allow_hyphen_values = true)]
    pub filter: Option<Filter>,

    /// Sort by a field, the largest first with :desc; reads the whole list
    #[arg(long, value_name = "KEY[:desc]", value_parser = read_order)]
    pub sort: Option<ListOrder>,

    /// The form to print in
    #[arg(long, value_name = "FORM", default_value = "table")]
    pub output: Output,

    /// The fields to print, in this order
    #[arg(long, value_name = "A,B", value_parser = read_columns)]
    pub columns: Option<ListColumns>,

    /// With csv: put a ' before texts that a spreadsheet would take for a formula
    #[arg(long)]
    pub safe: bool,

    /// End with exit code 4 where nothing is printed
    #[arg(long)]
    pub fail_empty: bool,

    /// What is told meanwhile.
    #[command(flatten)]
    pub telling: Telling,
}

/// The form of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Aligned columns, for reading.
    Table,
    /// The API's own form, with values normalised.
    Json,
    /// One file a line.
    Jsonl,
    /// RFC 4180 with a header line.
    Csv,
    /// One id a line.
    Ids,
}

impl List {
    fn check(&self) -> Result<(), CommandError> {
        let refused = |text: &str| Err(CommandError::Usage(text.to_owned()));
        if self.safe && self.output != Output::Csv {
            return refused("--safe is for spreadsheets; it goes with --output csv");
        }
        if self.columns.is_some() && self.output == Output::Ids {
            return refused("--output ids has one column; --columns goes with the other forms");
        }
        Ok(())
    }
}

/// Prints one page or the whole list, and tells the exit code.
///
/// # Errors
/// Where nothing could be listed, or only a part.
pub async fn run(
    options: &GlobalOptions,
    list: List,
    interruption: Interruption,
) -> Result<u8, CommandError> {
    list.check()?;
    let config = configure(options)?;
    let service = find_service(options, &config, None, &Handle::current())?;
    let meant = Meant::new(list.filter.clone(), &service.ledger())?;
    let client = service.client()?;
    let all = list.all || list.filter.is_some() || list.sort.is_some();
    let reach = if all || config.values.load == Load::All { Reach::All } else { Reach::OnePage };
    let reader = Reader::new(client, config.values.limit, reach);
    let result = Printing::new(list, meant, stdout()).run(reader.start(), interruption).await;
    match result {
        // Whoever read us has seen enough.
        Err(CommandError::Io { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        result => result,
    }
}

/// A list that is being printed.
struct Printing<W: Write> {
    list: List,
    meant: Meant,
    writer: Writer<W>,
    gathered: Option<Gathered>,
    progress: Progress,
    clock: ServerClock,
    /// Files that were printed, or are to be.
    chosen: u64,
    odd_values: u64,
    read: u64,
}

impl<W: Write> Printing<W> {
    fn new(list: List, meant: Meant, out: W) -> Self {
        let columns = list.columns.clone().map(|ListColumns(columns)| columns);
        Self {
            writer: Writer::new(list.output, columns, list.safe, out),
            gathered: list.sort.map(|_| Gathered::default()),
            progress: Progress::begin(list.telling, true),
            list,
            meant,
            clock: ServerClock::default(),
            chosen: 0,
            odd_values: 0,
            read: 0,
        }
    }

    async fn run(
        mut self,
        mut pages: Pages,
        mut interruption: Interruption,
    ) -> Result<u8, CommandError> {
        loop {
            let batch = tokio::select! {
                biased;
                code = interruption.came() => return self.cut_short(code),
                batch = pages.next_page() => batch,
            };
            let Some(batch) = batch else { break };
            self.take(batch)?;
        }
        let Outcome { tally, end, .. } = pages.outcome().await;
        if let Some(gathered) = self.gathered.take()
            && let Some(order) = self.list.sort
        {
            self.progress.clear();
            let server_ms = self.clock.server_ms(Now::read());
            let writer = &mut self.writer;
            self.chosen = gathered.print(order, |files| {
                writer.page(files, server_ms).map(|()| interruption.has_come())
            })?;
            if interruption.has_come().is_break() {
                return self.cut_short(interruption.came().await);
            }
        }
        self.end(&tally, end)
    }

    /// Prints of a page what is wanted, or puts it by to be sorted.
    fn take(&mut self, batch: Batch) -> Result<(), CommandError> {
        self.clock = batch.clock;
        self.read += batch.readings.len() as u64;
        let server_ms = batch.clock.server_ms(Now::read());
        let wanted = |reading: &Reading| self.meant.takes(reading, server_ms);
        let files = batch.readings.into_iter().filter(wanted).filter_map(|reading| match reading {
            Reading::File(file) => Some(file),
            Reading::Unreadable(_) => None,
        });
        let files: Vec<File> = files.collect();
        self.chosen += files.len() as u64;
        self.odd_values += files.iter().map(odd_values).sum::<u64>();
        match &mut self.gathered {
            Some(gathered) => gathered.add(files)?,
            None if files.is_empty() => {}
            None => {
                self.progress.clear();
                self.writer.page(&files, server_ms)?;
            }
        }
        self.progress.count(self.read, "files");
        Ok(())
    }

    /// Ends on a signal: what was begun is whole.
    fn cut_short(mut self, code: u8) -> Result<u8, CommandError> {
        self.progress.clear();
        // What is still to be sorted is not begun.
        if self.gathered.is_none() && self.chosen > 0 {
            self.writer.end(HasMore::Yes)?;
        }
        Ok(code)
    }

    fn end(mut self, tally: &Tally, end: Result<HasMore, Failure>) -> Result<u8, CommandError> {
        self.progress.clear();
        let more = match end {
            Ok(more) => more,
            Err(why) => {
                if tally.pages > 0 {
                    self.writer.end(HasMore::Yes)?;
                }
                self.report(tally);
                return Err(self.end_early(tally, why));
            }
        };
        self.writer.end(more)?;
        self.report(tally);
        // With `--all` the paging machine has found out; without it, a page is what was asked for.
        let more = match more {
            HasMore::No => None,
            HasMore::Unknown if tally.files == 0 => None,
            HasMore::Unknown => Some("perhaps more"),
            HasMore::Yes | HasMore::Unread => Some("more"),
        };
        if let Some(more) = more {
            let files = count(tally.files, "file");
            self.list.telling.note(&format!("{files}, {more} on the server: --all"));
        }
        if self.list.fail_empty && self.chosen == 0 {
            let filtered = self.list.filter.is_some();
            let what = if filtered { "no file matches the filter" } else { "there are no files" };
            return Err(CommandError::NotFound(what.to_owned()));
        }
        Ok(0)
    }

    fn end_early(&self, tally: &Tally, why: Failure) -> CommandError {
        let call_failed = matches!(why, Failure::Call(_) | Failure::AskedToWait { .. });
        if call_failed && tally.files == 0 && tally.unreadable == 0 {
            return CommandError::List(why);
        }
        let mut files = count(self.chosen, "file");
        if self.list.filter.is_some() {
            files = format!("{files} of {}", grouped(tally.files));
        }
        CommandError::Partial { files, why }
    }

    /// Says on standard error what was odd, in one line each.
    fn report(&self, tally: &Tally) {
        for line in oddities(tally, self.odd_values, self.list.output) {
            say(&format!("shelflife: {line}"));
        }
    }
}

/// What was odd, a line each.
fn oddities(tally: &Tally, odd_values: u64, output: Output) -> Vec<String> {
    let mut lines = vec![];
    if tally.unreadable > 0 {
        lines.push(format!(
            "{} unreadable: left out, since they could not be read as files",
            grouped(tally.unreadable)
        ));
    }
    let shown = match output {
        Output::Table => Some("shown as ?"),
        Output::Csv => Some("left empty"),
        Output::Json | Output::Jsonl => Some("null here"),
        Output::Ids => None,
    };
    if let Some(shown) = shown.filter(|_| odd_values > 0) {
        let (values, are) = if odd_values == 1 { ("value", "is") } else { ("values", "are") };
        let count = grouped(odd_values);
        lines.push(format!("{count} {values} could not be read and {are} {shown}"));
    }
    if tally.conflicts > 0 {
        let count = grouped(tally.conflicts);
        lines.push(format!("{count} listed with an id of another file: check before using it"));
    }
    if tally.begun_again > 0 {
        let (pages, were) =
            if tally.begun_again == 1 { ("page", "was") } else { ("pages", "were") };
        let count = grouped(tally.begun_again);
        lines.push(format!(
            "{count} {pages} {were} begun again, for the service no longer knew where the one before \
             ended: some files may be listed twice"
        ));
    }
    lines
}
