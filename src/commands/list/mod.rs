//! `shelflife list`: the files of the account for people and scripts.
//!
//! It drives the same paging machine as the dashboard and prints each page as it comes, so that
//! memory is constant however long the list is.

mod reader;
mod writer;

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::options::{GlobalOptions, silent_but};
use super::{CommandError, configure, find_service};
use crate::account::Load;
use crate::api::{Client, HasMore};
use crate::config::table::Values;
use crate::lister::Failure;
use crate::runtime::output::{say, stdout};
use crate::text::grouped;
use crate::time::clock::Now;
use reader::{Batch, Outcome, Reach, Reader, Tally};
use writer::Writer;

const HELP: &str = "\
Examples:
  shelflife list                               the first 100 files as a table
  shelflife list --all --output jsonl | jq .   one file a line, as pages come in
  shelflife list --all --output csv > all.csv
  shelflife list --all --output csv --safe > all.csv   for a spreadsheet

Without --all one page is printed, and standard error says where there is more on the server. \
What is odd is said there too, in one line each: `partial` where reading on failed before the end \
of the list (exit code 1, with --all only), `N unreadable` for files that could not be read.

The JSON forms hold the real filenames; table and CSV spell out what could mislead, such as line \
breaks in a name. Values are normalised: whole numbers for times and bytes, null for what was not \
given. CSV is RFC 4180: a name in it may begin with =, +, - or @, which a spreadsheet takes for a \
formula; --safe puts a ' before it. A value that is given and could not be read is ? in the table, \
empty in CSV and null in JSON.

Exit codes: 0 done, also for a reader that closes the pipe, such as head · 1 partial, or no list \
of files · 2 usage · 3 no, malformed or refused key · 5 service unavailable or rate-limited before \
anything was listed · 130, 143 interrupted.";

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

/// Print the files: a page of them, or all
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, args = silent_but(ACTING))]
pub struct List {
    /// Read on to the end of the list
    #[arg(long)]
    pub all: bool,

    /// The form to print in
    #[arg(long, value_name = "FORM", default_value = "table")]
    pub output: Output,

    /// With csv: put a ' before texts that a spreadsheet would take for a formula
    #[arg(long)]
    pub safe: bool,
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
}

/// Prints one page, or with `--all` the whole list.
///
/// # Errors
/// Where nothing could be listed, or only a part.
pub async fn run(options: &GlobalOptions, list: &List) -> Result<(), CommandError> {
    if list.safe && list.output != Output::Csv {
        let text = "--safe is for spreadsheets; it goes with --output csv";
        return Err(CommandError::Usage(text.to_owned()));
    }
    let config = configure(options)?;
    let service = find_service(options, &config, None, &Handle::current())?;
    let client = service.client()?;
    let result = print(&client, &config.values, list, stdout()).await;
    match result {
        // Whoever read us has seen enough.
        Err(CommandError::Io { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => {
            Ok(())
        }
        result => result,
    }
}

async fn print(
    client: &Client,
    values: &Values,
    list: &List,
    out: impl Write,
) -> Result<(), CommandError> {
    let mut writer = Writer::new(list.output, list.safe, out);
    let reach = if list.all || values.load == Load::All { Reach::All } else { Reach::OnePage };
    // While a page is printed, the next one is on its way.
    let (pages, mut printable) = mpsc::channel(1);
    let reader = Reader::new(client.clone(), values.limit, reach);
    let reader = tokio::spawn(reader.read(pages));
    while let Some(Batch { files, clock }) = printable.recv().await {
        writer.page(&files, clock.server_ms(Now::read()))?;
    }
    // It panicked, which is told at the end of the program.
    let Ok(Outcome { tally, end }) = reader.await else { return Ok(()) };
    let more = match end {
        Ok(more) => more,
        Err(why) => {
            if tally.pages > 0 {
                writer.end(HasMore::Yes)?;
            }
            report(&tally, list.output);
            return Err(end_early(&tally, why));
        }
    };
    writer.end(more)?;
    report(&tally, list.output);
    // With `--all` the paging machine has found out; without it, a page is what was asked for.
    let more = match more {
        HasMore::No => return Ok(()),
        HasMore::Unknown if tally.files == 0 => return Ok(()),
        HasMore::Unknown => "perhaps more",
        HasMore::Yes | HasMore::Unread => "more",
    };
    say(&format!("shelflife: {}, {more} on the server: --all", files(&tally)));
    Ok(())
}

fn files(tally: &Tally) -> String {
    let unit = if tally.files == 1 { "file" } else { "files" };
    format!("{} {unit}", grouped(tally.files))
}

fn end_early(tally: &Tally, why: Failure) -> CommandError {
    let call_failed = matches!(why, Failure::Call(_) | Failure::AskedToWait { .. });
    if call_failed && tally.files == 0 && tally.unreadable == 0 {
        return CommandError::List(why);
    }
    CommandError::Partial { files: files(tally), why }
}

/// Says on standard error what was odd, in one line each.
fn report(tally: &Tally, output: Output) {
    let mut lines = vec![];
    if tally.unreadable > 0 {
        lines.push(format!(
            "{} unreadable: left out, since they could not be read as files",
            grouped(tally.unreadable)
        ));
    }
    if tally.odd_values > 0 {
        let (values, are) = if tally.odd_values == 1 { ("value", "is") } else { ("values", "are") };
        let count = grouped(tally.odd_values);
        let shown = match output {
            Output::Table => "shown as ?",
            Output::Csv => "left empty",
            Output::Json | Output::Jsonl => "null here",
        };
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
    for line in lines {
        say(&format!("shelflife: {line}"));
    }
}
