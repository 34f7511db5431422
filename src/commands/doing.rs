//! What commands take and print that do something to files: a dry run, and records of what was done or
//! would be.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Args, ValueEnum};
use serde::Serialize;
use tokio::runtime::Handle;

use super::progress::Telling;
use crate::jobs::Pinned;
use crate::jobs::record::{Record, VERSION, hex_of, write_id};
use crate::runtime::ledger::{Ledger, Notes};
use crate::runtime::output::stdout;
use crate::text::{Untrusted, cause};

/// Options of every command that does something to files.
#[derive(Clone, Copy, Debug, Args)]
pub struct DoingOptions {
    /// Print the files that this would be done to, and do it to none
    #[arg(long)]
    pub dry_run: bool,

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

/// Records on standard output, where they are wanted.
pub(super) struct Records {
    form: Option<RecordOutput>,
    is_untold: bool,
}

impl Records {
    pub(super) fn new(form: Option<RecordOutput>) -> Self {
        Self { form, is_untold: false }
    }

    /// Whether they are wanted, and somebody takes them.
    pub(super) fn are_wanted(&self) -> bool {
        self.form.is_some()
    }

    /// Whether one could not be printed: somebody who wanted it does not have it.
    pub(super) fn is_untold(&self) -> bool {
        self.is_untold
    }

    /// Prints a record. That nobody takes it is no reason to stop half way: it is told once, unless
    /// whoever read them has seen enough.
    pub(super) fn print(&mut self, record: &Record) -> Option<String> {
        self.print_line(&record.line())
    }

    /// Prints the record of a file to which something would be done, as [`print`](Self::print) does.
    pub(super) fn print_planned(&mut self, file: &Pinned, path: Option<&Path>) -> Option<String> {
        self.print_line(&planned(file, path))
    }

    fn print_line(&mut self, line: &str) -> Option<String> {
        self.form?;
        let error = stdout().write_all(line.as_bytes()).err()?;
        self.form = None;
        self.is_untold = error.kind() != std::io::ErrorKind::BrokenPipe;
        self.is_untold.then(|| format!("the records cannot be printed: {}", cause(&error)))
    }
}

/// A file to which something would be done, with the names of other records.
#[derive(Serialize)]
struct Planned<'a> {
    v: u32,
    outcome: &'static str,
    #[serde(serialize_with = "write_id")]
    id: String,
    filename: Option<String>,
    bytes: Option<u64>,
    created_at: Option<i64>,
    expires_at: Option<i64>,
    path: Option<std::borrow::Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
}

/// The record of a file to which something would be done, its line's end included; `path` is where it lies
/// on this machine, or would.
pub(super) fn planned(file: &Pinned, path: Option<&Path>) -> String {
    let text = |text: &Untrusted| String::from_utf8_lossy(text.raw()).into_owned();
    let record = Planned {
        v: VERSION,
        outcome: "planned",
        id: text(&file.id),
        filename: file.filename.as_ref().map(text),
        bytes: file.bytes,
        created_at: file.created_at,
        expires_at: file.expires_at,
        path: path.map(Path::to_string_lossy),
        path_hex: path.and_then(hex_of),
    };
    // It has nothing that cannot be written as JSON.
    serde_json::to_string(&record).unwrap_or_default() + "\n"
}

/// What was done, on its way into the ledger; whoever says what becomes of the files says why it cannot be
/// written, too.
pub(super) struct Entries {
    notes: Notes,
    trouble: Arc<Mutex<Option<String>>>,
}

impl Entries {
    pub(super) fn new(ledger: Ledger) -> Self {
        let trouble = Arc::<Mutex<Option<String>>>::default();
        let told = Arc::clone(&trouble);
        let notes = Notes::new(ledger, &Handle::current(), move |text| {
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
        });
        Self { notes, trouble }
    }

    /// Adds a record behind those that were added before.
    pub(super) fn add(&mut self, record: Record) {
        self.notes.add([record]);
    }

    /// Waits until all that was added is written, or cannot be.
    pub(super) async fn written(&mut self) {
        self.notes.written().await;
    }

    /// Why something could not be written, where that was not said yet.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
