//! `shelflife content`: the content of a file, or a part of it, to standard output.
//!
//! Memory is constant however large it is. What was printed cannot be taken back: where the answer
//! breaks off, it is gone on with only by the strict table of [`resume`](crate::content::resume).

mod cut;
mod printer;
mod saved;
mod stream;

use std::io::{self, IsTerminal};

use clap::Args;
use tokio::runtime::Handle;

use super::options::{GlobalOptions, silent_but};
use super::retrieving::ask_for_file;
use super::{CommandError, configure, failed, find_service};
use crate::api::endpoint::is_usable_id;
use crate::api::error::Status;
use crate::api::{ApiError, Client, Existence};
use crate::content::Hindrance;
use crate::jobs::whole::Proof;
use crate::runtime::output::{say, stdout};
use crate::text::{Untrusted, UntrustedRef, grouped};
use cut::{Cut, Span};
use printer::Printer;
use stream::Stream;

const HELP: &str = "\
Examples:
  shelflife content file_123 > results.jsonl
  shelflife content file_123 --lines 3 | jq .     the first lines only
  shelflife content file_123 --bytes 0-999        the first 1,000 bytes
  shelflife content file_123 --bytes -4096        the last 4,096

In a pipe or a file the bytes are exactly those of the service. On a terminal they are escaped, and \
of what is binary that is said. Where the service ignores ranges, the part is cut out here. \
Of a file that was saved on this machine, and is there as it was by its SHA-256, they are read there, also \
where the service does not have it any more, or cannot be reached.

What is not whole is said, and ends with 1: an answer that breaks off and cannot be gone on with, \
fewer bytes than announced, listed or asked for, a part behind the end, a content that is still being \
written. Where nobody says how long it is, its last line has to be complete, which is said. A page of \
HTML, or a document that says what went wrong, is not printed.

Exit codes: 0 done, also for a reader that closes the pipe · 1 not whole, or not the content · \
2 usage · 3 no, malformed or refused key · 4 there is no such file · 5 service unavailable or \
rate-limited before anything was printed · 130, 143 interrupted.";

/// The options of every command that act here.
const ACTING: &[&str] =
    &["--base-url", "--allow-http", "--demo", "--files", "--log-file", "--config"];

/// Print the content of a file, or a part of it
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct ContentCommand {
    /// The id of the file
    #[arg(value_name = "ID")]
    pub id: String,

    /// Print the first N lines only
    #[arg(long, value_name = "N", value_parser = read_lines, conflicts_with = "bytes")]
    pub lines: Option<u64>,

    /// Print the bytes A to B only, counted from 0; `100-` is all from there, `-500` the last 500
    #[arg(long, value_name = "A-B", value_parser = Span::read, allow_hyphen_values = true)]
    pub bytes: Option<Span>,
}

/// Reads how many lines are wanted.
///
/// # Errors
/// What is allowed.
fn read_lines(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a whole number of lines is allowed, such as 10".to_owned())
}

/// Why a content was not printed, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words())]
pub struct NotPrinted {
    /// The id that was given, safe to print.
    id: String,
    /// Bytes that were printed before.
    printed: u64,
    why: Hindrance,
}

impl NotPrinted {
    fn words(&self) -> String {
        let Self { id, printed, why } = self;
        let doing = match printed {
            0 => format!("the content of {id} was not printed"),
            1 => format!("1 byte of the content of {id} was printed, then"),
            _ => format!("{} bytes of the content of {id} were printed, then", grouped(*printed)),
        };
        match why {
            Hindrance::Call(error) if is_not_there(error) => {
                format!("{doing}: there is no such file")
            }
            Hindrance::Call(error) => format!("{doing}: {error}; {}", error.advice()),
            why => format!("{doing}: {why}"),
        }
    }

    /// The exit code that says what kind of failure this is.
    #[must_use]
    pub fn code(&self) -> u8 {
        match &self.why {
            Hindrance::Call(_) if self.printed > 0 => 1,
            Hindrance::Call(error) if error.refuses_key() => 3,
            Hindrance::Call(error) if is_not_there(error) => 4,
            Hindrance::Call(error) if error.is_outage() => 5,
            _ => 1,
        }
    }
}

fn is_not_there(error: &ApiError) -> bool {
    matches!(error, ApiError::Refused { status: Status(404 | 410), .. })
}

/// Prints what was asked for.
///
/// # Errors
/// Where it could not be printed, or not all of it.
pub async fn run(options: &GlobalOptions, command: &ContentCommand) -> Result<(), CommandError> {
    let id = Untrusted::new(command.id.as_bytes());
    let shown = UntrustedRef::new(command.id.as_bytes()).printable_within(128);
    if !is_usable_id(id.borrow()) {
        let text = format!("\"{shown}\" is no id of a file: it cannot stand in an address");
        return Err(CommandError::Usage(text));
    }
    let config = configure(options)?;
    let service = find_service(options, &config, None, &Handle::current())?;
    let is_terminal = io::stdout().is_terminal();
    let printer = Printer::new(stdout(), is_terminal, Cut::of(command.lines, command.bytes));
    let of = shown.clone();
    let mut printer = printer.telling_binary(move |kind| say(&binary(&of, kind)));
    let (ledger, client) = (service.ledger(), service.client()?);
    let result = match saved::find(&client, ledger, &id).await {
        Some(saved) => match saved.print(command.bytes, &mut printer) {
            Ok(result) => result.map_err(failed("nothing can be printed")),
            Err(why) => {
                let not = NotPrinted { id: shown, printed: printer.printed(), why };
                Err(CommandError::NotPrinted(not))
            }
        },
        None => print(&client, &id, &shown, command, printer).await,
    };
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
    id: &Untrusted,
    shown: &str,
    command: &ContentCommand,
    mut printer: Printer<impl io::Write>,
) -> Result<(), CommandError> {
    let not_printed = |printed: u64, why: Hindrance| {
        CommandError::NotPrinted(NotPrinted { id: shown.to_owned(), printed, why })
    };
    let is_whole = command.lines.is_none() && command.bytes.is_none();
    let mut listed = if is_whole { Listed::coming(client, id) } else { Listed::Unasked };
    let mut stream =
        Stream::open(client, id, command.bytes).await.map_err(|why| not_printed(0, why))?;
    printer.begin(&stream);
    let mut is_checked = false;
    loop {
        let piece = stream.next().await.map_err(|why| not_printed(printer.printed(), why))?;
        let ended = piece.is_none();
        if !ended && stream.is_cut_from_all() {
            let end = check_end(&stream, command.bytes, listed.get(client, id).await);
            end.map_err(|why| not_printed(0, why))?;
            is_checked = true;
        }
        let took = match &piece {
            Some(piece) => printer.take(piece),
            None => printer.end(),
        };
        match took.map_err(failed("nothing can be printed"))? {
            printer::Took::More if ended => break,
            printer::Took::More => {}
            // Nobody wants the rest: the connection is closed with the stream.
            printer::Took::Enough => return Ok(()),
            printer::Took::Suspect(impostor) => {
                let size = stream.total().or(ended.then_some(stream.received()));
                let listed = listed.get(client, id).await;
                if size.is_none() || size != listed {
                    return Err(not_printed(0, Hindrance::NotTheContent(impostor)));
                }
                printer.trust();
            }
        }
    }
    if let Some(why) = stream.still_being_written() {
        return Err(not_printed(printer.printed(), why));
    }
    if is_checked {
        return Ok(());
    }
    // The end was reached, whatever was asked for.
    let needs_listed = is_whole || stream.total().is_none();
    let listed = if needs_listed { listed.get(client, id).await } else { None };
    let end = check_end(&stream, command.bytes, listed);
    end.map_err(|why| not_printed(printer.printed(), why))
}

fn binary(shown: &str, kind: &str) -> String {
    let kind = if kind.is_empty() { String::new() } else { format!(" ({kind})") };
    format!(
        "shelflife: the content of {shown} is binary{kind}: it is spelt out for the terminal; its bytes \
         go to a file, as in > NAME"
    )
}

/// Whether all came that was asked for, where the end of the content was reached: a clean end proves
/// nothing. What could not be compared with any length is said.
fn check_end(
    stream: &Stream<'_>,
    span: Option<Span>,
    listed: Option<u64>,
) -> Result<(), Hindrance> {
    let (at, total) = (stream.at(), stream.total().or(listed));
    let (first, last) = match span {
        Some(Span::From(first, last)) => (first, last),
        Some(Span::Last(bytes)) => (total.map_or(0, |total| total.saturating_sub(bytes)), None),
        None => (0, None),
    };
    if span.is_some_and(Span::has_first_byte) && total.unwrap_or(at) <= first {
        return Err(Hindrance::Outside { first, total });
    }
    let behind = last.map(|last| last.saturating_add(1));
    let end = match (behind, total) {
        (Some(behind), Some(total)) => Some(behind.min(total)),
        (behind, total) => behind.or(total),
    };
    if let Some(end) = end.filter(|end| at < *end) {
        return Err(Hindrance::Short { came: at.saturating_sub(first), of: end - first });
    }
    if end.is_none() {
        let lines = stream.last_line();
        if !lines.is_complete() {
            return Err(Hindrance::BrokenLine { came: stream.received() });
        }
        say(&format!("shelflife: {}", Proof::LastLine { lines: lines.lines() }));
    }
    if let Some(of) = listed.filter(|listed| at < *listed && span.is_none()) {
        return Err(Hindrance::Short { came: at, of });
    }
    if let Some(listed) = listed.filter(|listed| *listed != at && behind.is_none()) {
        let (came, listed) = (grouped(at), grouped(listed));
        let announced = if stream.total().is_some() { ", as announced" } else { "" };
        say(&format!("shelflife: {came} bytes came{announced}; the list says {listed}"));
    }
    Ok(())
}

/// What the list says of a file's size, which may not be known yet.
enum Listed {
    Unasked,
    Coming(tokio::task::JoinHandle<Option<u64>>),
    Known(Option<u64>),
}

impl Listed {
    /// Asked for meanwhile, where all of the content is to be seen.
    fn coming(client: &Client, id: &Untrusted) -> Self {
        let (asked, owned) = (client.clone(), id.clone());
        Self::Coming(tokio::spawn(async move { listed_size(&asked, &owned).await }))
    }

    async fn get(&mut self, client: &Client, id: &Untrusted) -> Option<u64> {
        let size = match self {
            Self::Known(size) => *size,
            Self::Unasked => listed_size(client, id).await,
            Self::Coming(task) => task.await.ok().flatten(),
        };
        *self = Self::Known(size);
        size
    }
}

/// The size of a file as the service says it of it; nothing where it does not, however often it is
/// asked.
async fn listed_size(client: &Client, id: &Untrusted) -> Option<u64> {
    match ask_for_file(client, id).await.ok()?.value {
        Existence::Present(file) => file.bytes.value(),
        Existence::Gone => None,
    }
}
