//! What is said of files that are being saved: lines for people on standard error, records for programs
//! on standard output.

use std::path::Path;
use std::time::Duration;

use super::{Ending, Ends, shown};
use crate::commands::count;
use crate::commands::doing::{DoingOptions, Records};
use crate::commands::progress::{Progress, Telling};
use crate::jobs::job::{FailureKind, JobFailure, JobState, Pause};
use crate::jobs::record::{Outcome, Record, Saved};
use crate::jobs::{Job, Pinned, Queue};
use crate::text::{TotalBytes, grouped, size};
use crate::time::clock::{LOCAL, Now};
use crate::time::span::short_span;

/// Cells of a name in a line.
const NAME: usize = 120;
/// Where nobody looks at a terminal, a long transfer is told of so often.
const BETWEEN: Duration = Duration::from_secs(10);

/// Says what becomes of the files.
pub(super) struct Reporter {
    records: Records,
    telling: Telling,
    progress: Progress,
    ends: Ends,
    told: Option<Duration>,
}

impl Reporter {
    pub(super) fn new(doing: DoingOptions) -> Self {
        let DoingOptions { output, telling, .. } = doing;
        let (records, progress) =
            (Records::new(output), Progress::begin(telling, output.is_some()));
        Self { records, telling, progress, ends: Ends::default(), told: None }
    }

    /// Before anything is written: where it will lie.
    pub(super) fn begins(&mut self, files: usize, bytes: TotalBytes, folder: &Path) {
        let files = count(files as u64, "file");
        self.note(&format!("saving {files}, {}, to {}", bytes.words(), shown(folder)));
    }

    pub(super) fn already(&mut self, file: &Pinned, saved: &Saved) {
        self.ends.already += 1;
        self.note(&format!("already saved: {}", shown(&saved.path)));
        self.record(&Record::saved(file, &Saved { already: true, ..saved.clone() }, pid()));
    }

    pub(super) fn saved(&mut self, file: &Pinned, saved: &Saved) {
        if saved.already {
            // Another process was faster.
            return self.already(file, saved);
        }
        self.ends.saved += 1;
        let (path, bytes, proof) = (shown(&saved.path), size(saved.bytes), &saved.proof);
        self.note(&format!("saved: {path} · {bytes} · {proof}"));
        self.record(&Record::saved(file, saved, pid()));
    }

    /// A file came to nothing; `is_given` where its id was, so that it had to be there.
    pub(super) fn failed(
        &mut self,
        file: &Pinned,
        failure: &JobFailure,
        is_given: bool,
        kept: u64,
    ) {
        let name = named(file);
        let is_lost = kept > 0;
        let outcome = match failure.kind {
            FailureKind::Missing => Outcome::Missing,
            FailureKind::Expired => Outcome::Expired,
            _ => Outcome::Failed,
        };
        match outcome {
            Outcome::Failed => {
                self.ends.failed += 1;
                self.ends.unserved += u64::from(failure.is_outage && !is_lost);
            }
            _ if is_lost => self.ends.failed += 1,
            _ if is_given => self.ends.missing += 1,
            _ => self.ends.gone += 1,
        }
        let word = match outcome {
            Outcome::Missing => "not there",
            Outcome::Expired => "expired",
            _ => "failed",
        };
        let text = format!("{word}: {name}: {}", failure.words);
        if outcome == Outcome::Failed || is_lost || is_given {
            self.trouble(&text);
        } else {
            self.note(&text);
        }
        self.record(&Record::failed(file, outcome, &failure.words, now_s()));
    }

    /// These files were not saved, since something ended all: one sentence for all of them.
    pub(super) fn ended(&mut self, left: &[Pinned], ending: &Ending) {
        let number = left.len() as u64;
        let why = match ending {
            Ending::KeyRefused(words) => {
                self.ends.key_refused = true;
                words.clone()
            }
            Ending::FolderUnusable(words) => words.clone(),
            Ending::HeldUp { words, until_s, wait } => {
                self.ends.unserved += number;
                let until = LOCAL.past(*until_s, now_s());
                let span = short_span(wait.as_secs());
                format!("{words}; it wants no further request until {until} (in {span})")
            }
        };
        self.ends.failed += number;
        self.trouble(&format!("{why}; {} not saved", count(number, "file")));
        for file in left {
            self.record(&Record::failed(file, Outcome::Failed, &why, now_s()));
        }
    }

    /// Another process has a file.
    pub(super) fn held(&mut self, file: &Pinned, words: &str) {
        let name = named(file);
        self.note(&format!("not now: {name}: {words}; it is taken up again at the end"));
    }

    /// Nothing is asked for meanwhile.
    pub(super) fn waits(&mut self, wait: Duration) {
        let span = short_span(wait.as_secs());
        self.note(&format!("waiting for {span}, as the service asks"));
    }

    pub(super) fn ledger_trouble(&mut self, trouble: Option<String>) {
        if let Some(trouble) = trouble {
            self.trouble(&trouble);
        }
    }

    /// How far it is: over itself on a terminal, now and then elsewhere.
    pub(super) fn progress(&mut self, queue: &Queue, now: Duration) {
        self.progress.draw(|_| in_a_line(queue, now));
        if self.progress.is_seen() || self.telling.quiet {
            return;
        }
        let told = *self.told.get_or_insert(now);
        if now.saturating_sub(told) < BETWEEN {
            return;
        }
        self.told = Some(now);
        for job in queue.jobs().filter(|job| job.is_under_way()) {
            self.telling.note(&of_job(job, now));
        }
    }

    /// What could not go on, and all in a line.
    pub(super) fn end(mut self, queue: &Queue) -> Ends {
        let rests = |job: &&Job| job.state == JobState::Paused(Pause::DiskFull);
        let left: Vec<&Job> = queue.jobs().filter(rests).collect();
        if !left.is_empty() {
            let wanted = queue.wanted_bytes().words();
            let files = count(left.len() as u64, "file");
            let words = format!("the disk is full: {wanted} more are wanted for {files}");
            self.trouble(&words);
            for job in left {
                self.ends.failed += 1;
                self.record(&Record::failed(job.file(), Outcome::Failed, &words, now_s()));
            }
        }
        self.progress.clear();
        let Ends { saved, already, failed, missing, gone, .. } = self.ends;
        let words = [
            (saved, "saved"),
            (already, "already saved"),
            (failed, "failed"),
            (missing, "not there"),
            (gone, "gone meanwhile"),
        ];
        let said = words.iter().filter(|(count, _)| *count > 0);
        let said: Vec<String> =
            said.map(|(count, word)| format!("{} {word}", grouped(count))).collect();
        if saved + already + failed + missing + gone > 1 {
            self.note(&said.join(" · "));
        }
        self.ends
    }

    fn note(&mut self, text: &str) {
        self.progress.clear();
        self.telling.note(text);
    }

    fn trouble(&mut self, text: &str) {
        self.progress.clear();
        self.telling.trouble(text);
    }

    /// Prints a record. What cannot be printed is told once; what is being saved is saved all the same.
    fn record(&mut self, record: &Record) {
        if self.records.are_wanted() {
            self.progress.clear();
        }
        if let Some(trouble) = self.records.print(record) {
            self.ends.is_untold = true;
            self.trouble(&trouble);
        }
    }
}

fn pid() -> u32 {
    std::process::id()
}

fn now_s() -> i64 {
    Now::read().wall_ms.div_euclid(1_000)
}

/// All jobs together: `3 of 12 · 41 % · 18 MiB/s · 48 s`.
fn in_a_line(queue: &Queue, now: Duration) -> String {
    let sum = queue.sum();
    let done = sum.all - sum.open;
    let mut words = vec![format!("{} of {}", grouped(done), grouped(sum.all))];
    if sum.is_known && sum.total > 0 {
        words.push(format!("{} %", u128::from(sum.received) * 100 / u128::from(sum.total)));
    }
    let rest = sum.total.saturating_sub(sum.received);
    words.extend(rate_words(queue.rate(now), sum.is_known.then_some(rest)));
    words.join(" · ")
}

/// One job: `NAME · 81.20 MiB of 391.50 MiB · 20 % · 6.40 MiB/s · 48s`.
fn of_job(job: &Job, now: Duration) -> String {
    let mut words = vec![job.file().shown(NAME)];
    match job.total {
        Some(total) => words.push(format!("{} of {}", size(job.received), size(total))),
        None => words.push(size(job.received)),
    }
    words.extend(rate_words(job.rate(now), job.rest()));
    words.join(" · ")
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an estimate"
)]
fn rate_words(rate: Option<f64>, rest: Option<u64>) -> Vec<String> {
    let Some(rate) = rate else { return vec![] };
    let mut words = vec![format!("{}/s", size(rate as u64))];
    if let Some(rest) = rest.filter(|_| rate >= 1.0) {
        words.push(short_span((rest as f64 / rate).ceil() as u64));
    }
    words
}

/// A file by its name and its id; where nothing but the id is known, by that, once.
fn named(file: &Pinned) -> String {
    let id = file.id.borrow().printable_within(130);
    if file.filename.is_none() { id } else { format!("{} ({id})", file.shown(NAME)) }
}
