//! `shelflife ledger`: what was saved, uploaded and deleted from here.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::options::{GlobalOptions, silent_but};
use super::progress::Telling;
use super::{CommandError, configure, endpoint, failed};
use crate::config::places;
use crate::jobs::record::{Outcome, Record};
use crate::runtime::ledger::Ledger;
use crate::runtime::output::stdout;
use crate::text::{UntrustedRef, grouped, shorten_end, size};
use crate::time::clock::LOCAL;

const HELP: &str = "\
Examples:
  shelflife ledger                        what was done, and where it lies
  shelflife ledger --output jsonl | jq -r .path

The ledger is a file of JSON lines in $XDG_STATE_HOME/shelflife/ledger (~/.local/state by default), one \
for each service (host, port and base path). Lines are only ever added, by as many processes as there \
are; one that breaks off, since the machine did, is passed over and counted.

Exit codes: 0 done · 1 it cannot be read · 2 usage.";

/// The options of every command that act here.
const ACTING: &[&str] = &["--base-url", "--allow-http", "--demo", "--config"];

/// Print what was saved, uploaded and deleted from here
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct LedgerCommand {
    /// The form to print in
    #[arg(long, value_name = "FORM", default_value = "table")]
    pub output: LedgerOutput,
}

/// The form of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LedgerOutput {
    /// A line a record, for reading.
    Table,
    /// The records as they are.
    Jsonl,
}

/// Prints the ledger of the service in force.
///
/// # Errors
/// Where it cannot be read or printed.
pub fn run(options: &GlobalOptions, command: &LedgerCommand) -> Result<(), CommandError> {
    let config = configure(options)?;
    let place =
        if options.demo { super::DEMO.to_owned() } else { endpoint(options, &config)?.place() };
    let ledger = Ledger::of(places::state(), &place);
    let mut out = std::io::BufWriter::new(stdout());
    let mut is_printed = true;
    let torn = ledger.each(|record| {
        let line = match command.output {
            LedgerOutput::Jsonl => record.line(),
            LedgerOutput::Table => row(record),
        };
        out.write_all(line.as_bytes()).inspect_err(|_| is_printed = false)
    });
    let torn = torn.and_then(|torn| {
        out.flush().inspect_err(|_| is_printed = false)?;
        Ok(torn)
    });
    match torn {
        Ok(0) => Ok(()),
        Ok(torn) => {
            let (lines, are) = if torn == 1 { ("line", "is") } else { ("lines", "are") };
            Telling::default().trouble(&format!(
                "{} {lines} of the ledger could not be read, and {are} passed over",
                grouped(torn)
            ));
            Ok(())
        }
        // Whoever read us has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) if is_printed => Err(failed("the ledger cannot be read")(error)),
        Err(error) => Err(failed("nothing can be printed")(error)),
    }
}

fn row(record: &Record) -> String {
    let shown = |text: &str, cells| UntrustedRef::new(text.as_bytes()).printable_within(cells);
    let outcome = match record.outcome {
        Outcome::Saved => "saved",
        Outcome::AlreadySaved => "already saved",
        Outcome::Failed => "failed",
        Outcome::Missing => "missing",
        Outcome::Expired => "expired",
        Outcome::Uploaded => "uploaded",
        Outcome::Deleted => "deleted",
        Outcome::AlreadyGone => "already gone",
        Outcome::Left => "left",
        Outcome::Unknown => "unknown",
    };
    let bytes = record.bytes.map_or("?".to_owned(), size);
    let name = record.path.as_deref().or(record.filename.as_deref());
    let name = name.map(|name| shown(name, 200));
    // These are our words, in which what others said is spelt out already: its backslashes stay.
    let error = record.error.as_deref().map(|error| {
        let parts: Vec<String> = error.split('\\').map(|part| shown(part, 400)).collect();
        shorten_end(&parts.join("\\"), 400)
    });
    let what: Vec<String> = [name, error].into_iter().flatten().collect();
    let what = what.join(": ");
    format!(
        "{}  {outcome:<12} {bytes:>12}  {}  {}\n",
        LOCAL.absolute(record.at),
        shown(&record.id, 130),
        what
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Pinned;
    use crate::text::Untrusted;

    /// What the ledger has is a file like another one: it commands nothing. What is spelt out in it is shown so.
    #[test]
    fn what_is_spelt_out_already_is_not_spelt_out_again() {
        let file = Pinned::by_id(Untrusted::new("f\u{1b}1"));
        let error = "its filename is x\\u{202e}y now\u{1b}[2J";
        let row = row(&Record::failed(&file, Outcome::Left, error, 1));
        assert!(row.contains("its filename is x\\u{202e}y now\\u{1b}[2J"), "{row}");
        assert!(row.contains("f\\u{1b}1") && !row.contains('\u{1b}'), "{row}");
    }
}
