//! What is said of files that are being deleted: lines for people on standard error, records for
//! programs on standard output, and the lines of the ledger.

use std::collections::HashSet;
use std::time::Duration;

use super::DeleteCommand;
use crate::commands::count;
use crate::commands::doing::{Entries, Records};
use crate::commands::progress::{Progress, Telling, pause};
use crate::jobs::Pinned;
use crate::jobs::deletion::{DeletionEnd, DeletionSum, Deletions, Stop};
use crate::jobs::record::{Outcome, Record};
use crate::runtime::ledger::Ledger;
use crate::text::{Untrusted, grouped};
use crate::time::clock::Now;

/// Cells of a name in a line.
const NAME: usize = 120;

/// Says what becomes of the files.
pub(super) struct Reporter {
    records: Records,
    telling: Telling,
    ignores_missing: bool,
    /// Whether nothing is done, so that nothing of it stands in the ledger.
    is_dry: bool,
    progress: Progress,
    entries: Entries,
    /// Ids that were given and whose files nobody saw: they have to be there.
    given: HashSet<Untrusted>,
    sum: DeletionSum,
    /// Files of which the service, being unavailable, said nothing before.
    unserved: usize,
    missing: usize,
    /// Files of which nothing is said one by one.
    untouched: usize,
}

impl Reporter {
    pub(super) fn new(command: &DeleteCommand, ledger: Ledger) -> Self {
        let telling = command.doing.telling;
        Self {
            records: Records::new(command.doing.output),
            telling,
            ignores_missing: command.ignore_missing,
            is_dry: command.doing.dry_run,
            progress: Progress::begin(telling, command.doing.output.is_some()),
            entries: Entries::new(ledger),
            given: HashSet::new(),
            sum: DeletionSum::default(),
            unserved: 0,
            missing: 0,
            untouched: 0,
        }
    }

    /// These were given by their ids, and nobody looked for them: one that is not there is missing.
    pub(super) fn expects(&mut self, files: &[Pinned]) {
        self.given.extend(files.iter().map(|file| file.id.clone()));
    }

    /// Of what is left, so many are so since the service is unavailable.
    pub(super) fn unserved(&mut self, files: usize) {
        self.unserved += files;
    }

    /// Of what was meant, this is not deleted: what is not there, and what is left.
    pub(super) fn stay(&mut self, missing: &[Pinned], left: &[(Pinned, DeletionEnd)]) {
        self.missing(missing);
        for (file, ending) in left {
            self.ended(file, ending);
        }
    }

    /// Ids that were given, and are not there.
    fn missing(&mut self, files: &[Pinned]) {
        for file in files {
            if self.ignores_missing {
                self.ended(file, &DeletionEnd::AlreadyGone);
                continue;
            }
            self.missing += 1;
            let id = file.id.borrow().printable_within(130);
            self.trouble(&format!("not there: {id}: the service does not have it"));
            let words = "the service does not have it";
            self.print(&Record::failed(file, Outcome::Missing, words, now_s()));
        }
    }

    /// These would be deleted.
    pub(super) fn planned(&mut self, files: &[Pinned]) {
        for file in files {
            if let Some(trouble) = self.records.print_planned(file, None) {
                self.trouble(&trouble);
            }
        }
    }

    /// A file came to its end.
    pub(super) fn ended(&mut self, file: &Pinned, ending: &DeletionEnd) {
        let id = file.id.borrow().printable_within(130);
        let name = match &file.filename {
            Some(_) => format!("{} ({id})", file.shown(NAME)),
            None => id,
        };
        match ending {
            DeletionEnd::Deleted => {
                self.sum.deleted += 1;
                self.note(&format!("deleted: {name}"));
            }
            DeletionEnd::AlreadyGone => {
                self.sum.gone += 1;
                self.note(&format!("already gone: {name}"));
            }
            DeletionEnd::Left(why) => {
                self.sum.left += 1;
                self.trouble(&format!("left: {name}: {why}"));
            }
            DeletionEnd::Unknown(why) => {
                self.sum.unknown += 1;
                self.trouble(&format!("unknown whether deleted: {name}: {why}"));
            }
        }
        self.record(file, ending);
    }

    /// Takes what came to its end meanwhile.
    pub(super) fn take(&mut self, deletions: &mut Deletions) {
        let stop = deletions.stopped().map(Stop::words).map(str::to_owned);
        for (file, ending) in deletions.take_ended() {
            match &ending {
                DeletionEnd::AlreadyGone if self.given.contains(&file.id) => self.missing(&[file]),
                // One sentence for all of them.
                DeletionEnd::Left(why) if stop.as_deref() == Some(why.as_str()) => {
                    self.sum.left += 1;
                    self.untouched += 1;
                    self.record(&file, &ending);
                }
                _ => self.ended(&file, &ending),
            }
        }
        self.ledger_trouble();
    }

    /// How far it is, over itself on a terminal.
    pub(super) fn progress(&mut self, deletions: &Deletions, now: Duration) {
        let sum = deletions.sum();
        let waits = deletions.waits_until(now).map(|at| at.saturating_sub(now));
        self.progress.draw(|_| {
            let waits = waits.map_or(String::new(), |wait| {
                format!(" · {}", pause(wait, deletions.is_asked_to_wait()))
            });
            format!("{} of {} deleted{waits}", grouped(sum.deleted), grouped(sum.all))
        });
    }

    /// All in a line; gives the exit code.
    pub(super) async fn finish(mut self, deletions: &Deletions) -> u8 {
        self.entries.written().await;
        self.ledger_trouble();
        if let Some(stop) = deletions.stopped().filter(|_| self.untouched > 0) {
            let files = count(self.untouched as u64, "file");
            self.trouble(&format!("{}; {files} left untouched", stop.words()));
        }
        let DeletionSum { deleted, gone, left, unknown, .. } = self.sum;
        let words = [
            (deleted, "deleted"),
            (gone, "already gone"),
            (left, "left"),
            (unknown, "unknown"),
            (self.missing, "not there"),
        ];
        let said = words.iter().filter(|(count, _)| *count > 0);
        let said: Vec<String> =
            said.map(|(count, word)| format!("{} {word}", grouped(*count))).collect();
        if deleted + gone + left + unknown + self.missing > 1 {
            self.note(&said.join(" · "));
        }
        self.unserved += deletions.sum().unserved;
        // What is unknown may be done.
        let is_nothing = deleted + gone + unknown == 0;
        let refused = matches!(deletions.stopped(), Some(Stop::KeyRefused(_)));
        if refused && is_nothing { 3 } else { self.code(is_nothing) }
    }

    /// The exit code where nothing was to be deleted, and so many files were found that would be.
    pub(super) fn code_of_dry_run(&self, found: usize) -> u8 {
        self.code(found == 0)
    }

    /// A service that is unavailable has a code of its own only where it kept all from being done.
    fn code(&self, is_nothing: bool) -> u8 {
        let DeletionSum { left, unknown, .. } = self.sum;
        let all_unserved = self.unserved > 0 && self.unserved == left;
        match (left + unknown > 0 || self.records.is_untold(), self.missing > 0) {
            (true, false) if all_unserved && is_nothing => 5,
            (true, _) => 1,
            (false, true) => 4,
            (false, false) => 0,
        }
    }

    fn note(&mut self, text: &str) {
        self.progress.clear();
        self.telling.note(text);
    }

    pub(super) fn trouble(&mut self, text: &str) {
        self.progress.clear();
        self.telling.trouble(text);
    }

    fn ledger_trouble(&mut self) {
        if let Some(trouble) = self.entries.trouble() {
            self.trouble(&trouble);
        }
    }

    fn record(&mut self, file: &Pinned, ending: &DeletionEnd) {
        let record = Record::deleted(file, ending, now_s()).by(std::process::id());
        self.print(&record);
        if !self.is_dry {
            self.entries.add(record);
        }
    }

    fn print(&mut self, record: &Record) {
        self.progress.clear();
        if let Some(trouble) = self.records.print(record) {
            self.trouble(&trouble);
        }
    }
}

fn now_s() -> i64 {
    Now::read().wall_ms.div_euclid(1_000)
}
