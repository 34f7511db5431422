//! `shelflife upload`: stores files on the service, each looked at first and sent once.

mod looking;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Handle;
use tokio::time::{MissedTickBehavior, interval};

use super::cli::Interruption;
use super::doing::{DoingOptions, Entries, Records};
use super::options::{GlobalOptions, silent_but};
use super::progress::{Progress, pause};
use super::validate::{limits_in_force, raw};
use super::{CommandError, changing, configure, count, failed, find_service};
use crate::api::Client;
use crate::api::upload::{Outflow, UploadStage};
use crate::jobs::Pinned;
use crate::jobs::record::Record;
use crate::jobs::upload::{EXPIRY_S, FileStamp, Rest, Sent, Upload, UploadEnd, is_purpose};
use crate::runtime::exec::wait_until;
use crate::runtime::ledger::Ledger;
use crate::runtime::upload::send;
use crate::text::{shorten_middle, size};
use crate::time::clock::{Now, since_boot};
use crate::time::span::{read_span, short_span};
use looking::{Looking, dry_run, not_sent};

const HELP: &str = "\
Examples:
  shelflife upload requests.jsonl
  shelflife upload requests.jsonl --expires-in 7d --output jsonl | jq -r .id
  shelflife upload *.jsonl --dry-run             looks at them, and sends none

Each file is looked at first, as `shelflife validate` does; one with errors is not sent. Then it is sent \
from the disk, once. Where the answer does not say that it is stored (the connection broke behind the last \
byte, or the service answered 500), the list is looked at for a file of that name and length that was made \
since, and what that comes to is said: stored after all; two match; may have been stored, where the list \
does not say enough; or not seen, and then it is for you to upload it again. A file that changes meanwhile is not sent to its end, so that nothing of it is stored.

Where the service asks to be left alone, the next file is sent no sooner; where it asks for more than two \
minutes, the rest is not sent.

What was stored stands in the ledger, with its SHA-256: `shelflife ledger`.

Exit codes: 0 all stored, also after all · 1 at least one was not, or nobody knows · 2 usage, or \
--read-only · 3 no, malformed or refused key · 5 service unavailable or rate-limited, and nothing was \
stored · 130, 143 interrupted.";

/// The options of every command that act here.
const ACTING: &[&str] =
    &["--base-url", "--allow-http", "--read-only", "--demo", "--files", "--log-file", "--config"];

/// From one look at how far it is to the next.
const BETWEEN: Duration = Duration::from_millis(200);
/// Where nobody looks at a terminal, a long upload is told of so often.
const BETWEEN_NOTES: Duration = Duration::from_secs(10);

/// Store files on the service: looked at first, sent once
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct UploadCommand {
    /// The files
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,

    /// What the files are to be used for
    #[arg(long, value_name = "PURPOSE", default_value = "batch", value_parser = purpose)]
    pub purpose: String,

    /// How long the service keeps them, from 1h to 30d [default: as the service likes]
    #[arg(long, value_name = "SPAN", value_parser = expiry)]
    pub expires_in: Option<u64>,

    /// A dry run, records, and what is told meanwhile.
    #[command(flatten)]
    pub doing: DoingOptions,
}

/// A purpose as it can stand in a form: one that is empty would be that of no batch, and nothing would
/// be looked at.
pub(super) fn purpose(text: &str) -> Result<String, String> {
    is_purpose(text)
        .then(|| text.to_owned())
        .ok_or_else(|| "a word is allowed, such as batch".to_owned())
}

fn expiry(text: &str) -> Result<u64, String> {
    let seconds = read_span(text).filter(|seconds| EXPIRY_S.contains(seconds));
    seconds.ok_or_else(|| "a span from 1h to 30d is allowed, such as 7d".to_owned())
}

/// Stores the files, and tells the exit code.
///
/// # Errors
/// Where nothing can be done at all.
pub async fn run(
    options: &GlobalOptions,
    command: UploadCommand,
    mut interruption: Interruption,
) -> Result<u8, CommandError> {
    let config = configure(options)?;
    changing::refuse(&config, "upload")?;
    if command.paths.iter().any(|path| path.as_os_str() == "-") {
        let text = "a file has a name and a length: standard input cannot be uploaded";
        return Err(CommandError::Usage(text.to_owned()));
    }
    let looking = Looking { command: &command, limits: limits_in_force(options)? };
    let paths = paths(&command)?;
    if command.doing.dry_run {
        return dry_run(&looking, &paths).await;
    }
    let service = find_service(options, &config, None, &Handle::current())?;
    let ledger = service.ledger();
    let entries = Entries::new(ledger.clone());
    let client = service.client()?;
    let mut doing = Uploading {
        client,
        entries,
        ledger,
        records: Records::new(command.doing.output),
        command: &command,
    };
    let code = doing.all(&paths, &looking, &mut interruption).await;
    Ok(if code == 0 && doing.records.is_untold() { 1 } else { code })
}

/// The files that were given, each once, as absolute paths.
fn paths(command: &UploadCommand) -> Result<Vec<PathBuf>, CommandError> {
    let mut seen = HashSet::new();
    let mut paths = vec![];
    for path in &command.paths {
        let path = std::path::absolute(path).map_err(failed("there is no working directory"))?;
        if seen.insert(path.clone()) {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// Sends files.
struct Uploading<'a> {
    client: Client,
    entries: Entries,
    ledger: Ledger,
    records: Records,
    command: &'a UploadCommand,
}

impl Uploading<'_> {
    /// Sends one after the other; tells the exit code.
    async fn all(
        &mut self,
        paths: &[PathBuf],
        looking: &Looking<'_>,
        interruption: &mut Interruption,
    ) -> u8 {
        let mut tally = Tally::default();
        let mut rest: Option<Rest> = None;
        for (nth, path) in paths.iter().enumerate() {
            if let Some(rest) = rest.take() {
                if rest.is_too_long() {
                    let left = &paths[nth..];
                    self.leave(left, rest.words);
                    tally.leave_unserved(left.len());
                    break;
                }
                if let Some(code) = self.wait(&rest, interruption).await {
                    return code;
                }
            }
            let (file, end) = match looking.look(path).await {
                Ok(stamp) => (
                    Pinned::on_disk(path, Some(stamp.bytes)),
                    self.upload(path, stamp, interruption).await,
                ),
                Err(why) => (not_sent(path), Ok(UploadEnd::Failed(why).into())),
            };
            let (sent, interrupted) = match end {
                Ok(sent) => (sent, None),
                Err((end, code)) => (end.into(), Some(code)),
            };
            tally.count(&sent.end);
            self.report(path, file, &sent).await;
            if let Some(code) = interrupted {
                return code;
            }
            if let UploadEnd::KeyRefused(words) = sent.end {
                self.leave(&paths[nth + 1..], words);
                return if tally.is_nothing() { 3 } else { 1 };
            }
            rest = sent.rest;
        }
        if let Some(words) = tally.words() {
            self.command.doing.telling.note(&words);
        }
        tally.code()
    }

    /// These are not sent, for what was said of another one: one sentence for all of them.
    fn leave(&mut self, paths: &[PathBuf], words: String) {
        if paths.is_empty() {
            return;
        }
        let telling = self.command.doing.telling;
        telling.trouble(&format!("{} not sent: {words}", count(paths.len() as u64, "file")));
        let sent = Sent::from(UploadEnd::Failed(words));
        for path in paths {
            let record = Record::uploaded(&not_sent(path), path, &sent, now_s());
            if let Some(trouble) = self.records.print(&record.by(std::process::id())) {
                telling.trouble(&trouble);
            }
        }
    }

    /// Sends nothing for as long as the service wants to be left alone; gives the exit code where a signal ends
    /// that.
    async fn wait(&self, rest: &Rest, interruption: &mut Interruption) -> Option<u8> {
        let telling = self.command.doing.telling;
        let mut progress = Progress::begin(telling, self.command.doing.output.is_some());
        let left = || pause(rest.until.saturating_sub(since_boot()), true);
        if rest.wait >= BETWEEN_NOTES && !progress.is_seen() {
            telling.note(&left());
        }
        let over = wait_until(rest.until);
        tokio::pin!(over);
        let mut looks = interval(BETWEEN);
        loop {
            tokio::select! {
                () = &mut over => return None,
                code = interruption.came() => return Some(code),
                _ = looks.tick() => progress.draw(|_| left()),
            }
        }
    }

    /// Sends one; where a signal ends that, it is told what that leaves open, and the exit code.
    async fn upload(
        &self,
        path: &Path,
        stamp: FileStamp,
        interruption: &mut Interruption,
    ) -> Result<Sent, (UploadEnd, u8)> {
        let upload = Upload {
            path: path.to_owned(),
            purpose: self.command.purpose.clone(),
            expires_s: self.command.expires_in,
        };
        let telling = self.command.doing.telling;
        let outflow = Arc::new(Outflow::default());
        let mut progress = Progress::begin(telling, self.command.doing.output.is_some());
        let whole = raw(path).printable();
        let name = shorten_middle(&whole, 30);
        let (begun, mut told) = (since_boot(), since_boot());
        let sending = send(&self.client, &upload, stamp, &outflow, &self.ledger);
        tokio::pin!(sending);
        let mut looks = interval(BETWEEN);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                sent = &mut sending => return Ok(sent),
                code = interruption.came() => {
                    let why = "interrupted".to_owned();
                    let end = if outflow.close() { UploadEnd::Unknown(why) } else { UploadEnd::Failed(why) };
                    return Err((end, code));
                }
                _ = looks.tick() => {
                    let words = how_far(&outflow, since_boot().saturating_sub(begun));
                    progress.draw_of(&whole, &words);
                    let due = since_boot().saturating_sub(told) >= BETWEEN_NOTES;
                    if due && !progress.is_seen() {
                        told = since_boot();
                        telling.note(&format!("{name} · {words}"));
                    }
                }
            }
        }
    }

    /// Says what came of a file, as it was on this machine.
    async fn report(&mut self, path: &Path, own: Pinned, sent: &Sent) {
        let end = &sent.end;
        let telling = self.command.doing.telling;
        let (shown, words) = (raw(path).printable(), end.words());
        match end {
            UploadEnd::Stored(file) | UploadEnd::StoredAfterAll(file) => {
                let bytes = file.bytes.value();
                let bytes = bytes.map_or(String::new(), |bytes| format!(" · {}", size(bytes)));
                telling.note(&format!("{words} · {shown}{bytes}"));
            }
            UploadEnd::Failed(_) | UploadEnd::Unserved(_) | UploadEnd::KeyRefused(_) => {
                telling.trouble(&format!("not stored: {shown}: {words}"));
            }
            UploadEnd::Several(_) | UploadEnd::NotSeen(_) | UploadEnd::Unknown(_) => {
                telling.trouble(&format!("{shown}: {words}"));
            }
        }
        let file = end.stored().map_or(own, Pinned::read);
        let record = Record::uploaded(&file, path, sent, now_s()).by(std::process::id());
        if let Some(trouble) = self.records.print(&record) {
            telling.trouble(&trouble);
        }
        if !end.is_nothing() {
            self.entries.add(record);
            // The next one may have to know of it.
            self.entries.written().await;
            if let Some(trouble) = self.entries.trouble() {
                telling.trouble(&trouble);
            }
        }
    }
}

fn now_s() -> i64 {
    Now::read().wall_ms.div_euclid(1_000)
}

/// How many files came to what.
#[derive(Default)]
struct Tally {
    stored: usize,
    failures: usize,
    /// Of these, the ones that are so for want of a service that takes them.
    unserved: usize,
    unknown: usize,
}

impl Tally {
    fn count(&mut self, end: &UploadEnd) {
        *match end.stored() {
            Some(_) => &mut self.stored,
            None if end.is_open() => &mut self.unknown,
            None => &mut self.failures,
        } += 1;
        self.unserved += usize::from(matches!(end, UploadEnd::Unserved(_)));
    }

    fn leave_unserved(&mut self, files: usize) {
        self.failures += files;
        self.unserved += files;
    }

    fn is_nothing(&self) -> bool {
        self.stored + self.unknown == 0
    }

    /// All in a line, where they are several.
    fn words(&self) -> Option<String> {
        let Self { stored, failures, unknown, .. } = self;
        let some = |number: usize, word: &str| match number {
            0 => String::new(),
            number => format!(" · {number} {word}"),
        };
        let (open, vain) = (some(*unknown, "unknown"), some(*failures, "not"));
        (stored + failures + unknown > 1).then(|| format!("{stored} stored{open}{vain}"))
    }

    fn code(&self) -> u8 {
        match self.failures {
            1.. if self.unserved == self.failures && self.is_nothing() => 5,
            failures => u8::from(failures + self.unknown > 0),
        }
    }
}

/// How far it is: `81.20 MiB of 391.50 MiB · 20 % · 6.40 MiB/s · 48s`, and then what is waited for.
fn how_far(outflow: &Outflow, took: Duration) -> String {
    let (sent, total) = outflow.bytes();
    match outflow.stage() {
        UploadStage::Sending => {}
        UploadStage::Awaiting => return "all sent, waiting for the answer".to_owned(),
        UploadStage::Resting { until, is_asked } => {
            return pause(until.saturating_sub(since_boot()), is_asked);
        }
        UploadStage::Looking => return "looking for it in the list".to_owned(),
    }
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = u128::from(sent) * 1_000 / u128::from(ms);
    let rate = u64::try_from(rate).unwrap_or(u64::MAX);
    let left = (total - sent)
        .checked_div(rate)
        .map_or(String::new(), |left| format!(" · {}", short_span(left)));
    let share = u128::from(sent) * 100 / u128::from(total.max(1));
    format!("{} of {} · {share} % · {}/s{left}", size(sent), size(total), size(rate))
}
