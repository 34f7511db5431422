//! Files that are saved: what is begun and when, and what is said of it.

mod asking;
mod doing;

use std::collections::HashMap;
use std::time::Duration;

use super::App;
use super::effect::Effect;
use crate::account::journal::{Entry, Happening};
use crate::jobs::job::{FailureKind, JobFailure, Sum};
use crate::jobs::record::Saved;
use crate::jobs::{Job, JobId, Pinned, Queue, Told, Turn};
use crate::keys::{Action, Hint};
use crate::text::{grouped, size};

const SHOWS: [Hint; 1] = [Hint::new(&[Action::OpenJobs], "shows them")];
const SHOWS_IT: [Hint; 1] = [Hint::new(&[Action::OpenJobs], "shows it")];
const FAILED: &str = "failed";
const GOES_ON: [Hint; 1] = [Hint::new(&[Action::OpenJobs], "lists them, to go on")];

/// Jobs that are over and remembered, a tenth more at times: a line each, and some 500 bytes.
pub const MOST_ENDED: usize = 1_000;

/// The jobs, and what is known of them together.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "what is to be done next, one by one")]
pub struct Saving {
    queue: Queue,
    sum: Sum,
    /// Bytes that are still to come, as far as they are known.
    to_come: u64,
    /// The processes that had the files of these jobs when they were tried.
    held_by: HashMap<JobId, u32>,
    /// Whether anything happened since these two were made.
    is_stale: bool,
    /// When something was told of a job last.
    told_at: Duration,
    /// The rate that was measured last.
    rate: Option<f64>,
    /// Whether it is waited for what room there is, before a rescue is asked about.
    pub(in crate::app) awaits_room: bool,
    /// The per cent that the terminal shows.
    shown: Option<u8>,
    /// Whether it is to be looked again at what is saved: somebody asked for what follows from it.
    looks_again: bool,
}

impl Saving {
    pub(in crate::app) fn new(at_once: usize, seed: u64) -> Self {
        Self {
            queue: Queue::new(at_once, seed),
            sum: Sum::default(),
            to_come: 0,
            held_by: HashMap::new(),
            is_stale: false,
            told_at: Duration::ZERO,
            rate: None,
            awaits_room: false,
            shown: None,
            looks_again: false,
        }
    }

    /// The queue.
    #[must_use]
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// What the jobs come to together.
    #[must_use]
    pub fn sum(&self) -> Sum {
        self.sum
    }

    /// Bytes that are still to come of what is open, as far as they are known.
    #[must_use]
    pub fn to_come(&self) -> u64 {
        self.to_come
    }

    /// The process that had the file of a job when it was tried last, which waits for that.
    #[must_use]
    pub fn held_by(&self, id: JobId) -> Option<u32> {
        self.held_by.get(&id).copied()
    }

    /// The moment of which rates are told: the last whole second, or what was told after it, so that they
    /// change with nothing else.
    #[must_use]
    pub fn moment(&self, now: Duration) -> Duration {
        self.told_at.max(Duration::from_secs(now.as_secs()))
    }

    /// Bytes a second of all jobs together, where that is known.
    #[must_use]
    pub fn rate(&self, now: Duration) -> Option<f64> {
        self.queue.rate(self.moment(now))
    }

    /// Per cent of the bytes that are there, where it is known of how many.
    #[must_use]
    pub fn per_cent(&self) -> Option<u64> {
        (self.sum.is_known && self.sum.total > 0).then(|| share(self.sum.received, self.sum.total))
    }

    /// Whether rates change on the screen as time passes.
    pub(in crate::app) fn ticks(&self) -> bool {
        self.sum.under_way > 0
    }

    /// The jobs, for whoever does something to one.
    pub(in crate::app) fn change(&mut self) -> &mut Queue {
        self.is_stale = true;
        &mut self.queue
    }

    /// Has it looked again at what is saved, here and by other processes.
    pub(in crate::app) fn look_again(&mut self) {
        self.looks_again = true;
    }

    /// Whether it is to be looked again at what is saved; asked once.
    pub(in crate::app) fn take_look(&mut self) -> bool {
        std::mem::take(&mut self.looks_again)
    }

    /// Brings up to date what is known of all of them together.
    fn catch_up(&mut self, now: Duration) {
        self.rate = self.queue.rate(now).or(self.rate);
        if !std::mem::take(&mut self.is_stale) {
            return;
        }
        self.sum = self.queue.sum();
        let known = self.queue.wanted_bytes().known;
        self.to_come = u64::try_from(known).unwrap_or(u64::MAX);
        self.held_by.retain(|id, _| self.queue.job(*id).is_some_and(|job| !job.is_over()));
    }
}

/// Whole per cent, down to the last one that is reached.
#[must_use]
pub fn share(part: u64, of: u64) -> u64 {
    let per_cent = u128::from(part) * 100 / u128::from(of.max(1));
    u64::try_from(per_cent).unwrap_or(100).min(100)
}

/// `1 file`, `3 files`.
pub(in crate::app) fn files(number: usize) -> String {
    format!("{} file{}", grouped(number), if number == 1 { "" } else { "s" })
}

impl App {
    /// The jobs.
    #[must_use]
    pub fn saving(&self) -> &Saving {
        &self.saving
    }

    /// How far jobs are.
    pub(in crate::app) fn saving_told(&mut self, all: Vec<(Turn, Told)>) {
        for (turn, told) in all {
            self.job_told(turn, told);
        }
    }

    fn job_told(&mut self, turn: Turn, told: Told) {
        if let Told::Allowance(allowance) = told {
            return self.account.allow(allowance);
        }
        if !self.saving.queue.is_under_way(turn) {
            return;
        }
        let now = self.now.mono;
        self.saving.told_at = now;
        let queue = self.saving.change();
        match told {
            Told::Named(path) => queue.named(turn.job, path),
            Told::StartsAt(held, total) => queue.starts_at(turn.job, held, total),
            Told::Received(received, total) => queue.progressed(turn.job, received, total, now),
            Told::ReceivedAll => queue.received_all(turn.job),
            Told::Allowance(_) => {}
        }
    }

    /// A try is at its end.
    pub(in crate::app) fn saving_ended(
        &mut self,
        turn: Turn,
        told: Vec<Told>,
        result: Result<Saved, JobFailure>,
        trouble: Option<String>,
    ) {
        for told in told {
            self.job_told(turn, told);
        }
        // What was saved is, whether or not anybody waits for it still.
        let file = self.saving.queue.job(turn.job).map(|job| job.file().clone());
        let id = file.as_ref().map(|file| file.id.clone());
        let already = result.as_ref().ok().filter(|saved| saved.already);
        let already = already.map(|saved| self.shown_path(&saved.path));
        if let (Some(file), Ok(saved)) = (&file, &result) {
            let shelved = saved.clone().shelved(file.id.clone(), file.created_at);
            if saved.already {
                self.account.shelve(vec![shelved]);
            } else {
                self.account.note_saved(shelved);
            }
        }
        let mut refused = None;
        if self.saving.queue.is_under_way(turn) {
            let failure = result.as_ref().err().cloned();
            let decided = self.saving.change().ended(turn.job, result, self.now.mono);
            self.saving.told_at = self.now.mono;
            if let (Some(failure), Some(file)) = (failure, file) {
                refused = self.say_failure(turn.job, &failure, &file, decided.len());
            }
            self.jobs_are_over(&decided);
        }
        self.say_done(already, refused, trouble);
        self.absorb();
        if let Some(id) = id {
            self.local_copy_changed(&id);
        }
    }

    /// Notes why a try came to nothing, and so many jobs with it, its own among them; returns the sentence
    /// that all of them have in common, and of how many that is said.
    fn say_failure(
        &mut self,
        job: JobId,
        failure: &JobFailure,
        file: &Pinned,
        with_it: usize,
    ) -> Option<(String, usize)> {
        let mut refused = None;
        match failure.kind {
            FailureKind::KeyRefused => {
                let failed = self.saving.queue.sum().failed;
                let text = format!("the key was refused: {} not saved", grouped(failed));
                refused = Some((text, failed));
            }
            FailureKind::FolderUnusable => {
                let text = format!("{}; {} not saved", failure.words, files(with_it));
                refused = Some((text, with_it));
            }
            FailureKind::Held(pid) => drop(self.saving.held_by.insert(job, pid)),
            FailureKind::DiskFull => {
                let wanted = self.saving.queue.wanted_bytes();
                let wanted = match (wanted.known, wanted.unknown) {
                    (0, 0) => String::new(),
                    _ => format!(", {} more are wanted", wanted.words()),
                };
                let text = format!("the disk is full{wanted}: all is paused");
                self.say_with(text, &GOES_ON);
            }
            _ => {}
        }
        let is_over = self.saving.queue.job(job).is_some_and(Job::is_over);
        if is_over {
            let text = format!("{}: {}", file.shown(60), failure.words);
            self.account.note_not_saved(&file.id, text);
        }
        refused
    }

    /// That all is done is said once; of a single file that was saved `already`, where it lies. That the
    /// key was `refused`, or the folder, or what `trouble` there is with the ledger, is said in any case:
    /// no sum takes its place.
    fn say_done(
        &mut self,
        already: Option<String>,
        refused: Option<(String, usize)>,
        trouble: Option<String>,
    ) {
        let sum = self.saving.queue.sum();
        let is_done = sum.open == 0 && self.saving.sum.open > 0;
        if let Some(place) = already.filter(|_| is_done && sum.all == 1 && trouble.is_none()) {
            return self.say(format!("already saved: {place}"));
        }
        let (refused, told) = refused.unzip();
        let failed = sum.failed.saturating_sub(told.unwrap_or_default());
        let counts =
            [(sum.saved - sum.already, "saved"), (sum.already, "already here"), (failed, FAILED)];
        let counts = counts.iter().filter(|(count, _)| is_done && *count > 0);
        // Of a single one, the reason is told at once.
        let why = (is_done && failed == 1).then(|| self.last_failure()).flatten();
        let words = counts.map(|(count, what)| match &why {
            Some(why) if *what == FAILED => format!("1 {what}: {why}"),
            _ => format!("{} {what}", grouped(*count)),
        });
        let shows =
            if refused.is_some() || trouble.is_some() { "shows them" } else { "shows where" };
        let words: Vec<String> = words.chain(refused).chain(trouble).collect();
        let (text, hints) = (words.join(" · "), [Hint::new(&[Action::OpenJobs], shows)]);
        match (words.is_empty(), is_done && sum.failed > 0) {
            (true, _) => {}
            (false, true) => self.say_trouble(text, &hints),
            (false, false) => self.say_with(text, &hints),
        }
    }

    /// Which file was not saved last, and why.
    fn last_failure(&self) -> Option<String> {
        let entries = self.account.journal().entries().iter();
        let of_file = |entry: &&Entry| entry.what == Happening::NotSaved;
        entries.rev().find(of_file).map(|entry| entry.text.clone())
    }

    /// What is kept of a file is gone, so many bytes, or is not.
    pub(in crate::app) fn part_dropped(&mut self, job: JobId, result: Result<u64, String>) {
        match result {
            Ok(bytes) => {
                self.saving.change().dropped(job);
                self.say(match bytes {
                    0 => "nothing is kept of it".to_owned(),
                    bytes => format!("what was kept of it is removed: {}", size(bytes)),
                });
            }
            Err(why) => self.say(format!("what is kept of it could not be removed: {why}")),
        }
    }

    /// Begins what can be begun, and stops what is to be stopped.
    pub(in crate::app) fn go_on_saving(&mut self, effects: &mut Vec<Effect>) {
        for job in self.saving.queue.take_stopped() {
            let turn = self.saving.queue.job(job).map(Job::turn);
            effects.extend(turn.map(Effect::StopSaving));
        }
        // What is saved by a rule is not known before that.
        if self.account.shelf().is_told() {
            if let Some(until) = self.account.asked_wait_end() {
                self.saving.queue.wait_until(until);
            }
            while let Some(job) = self.saving.queue.begin(self.now) {
                effects.push(Effect::Save {
                    turn: job.turn(),
                    download: Box::new(job.download.clone()),
                    requests: job.requests_left(),
                });
                self.saving.is_stale = true;
            }
        }
        let gone = self.saving.queue.give_way(MOST_ENDED);
        self.rescuing.forget(&gone);
        self.jobs.gone(gone);
        self.saving.catch_up(self.now.mono);
        let shown = (self.saving.sum.open > 0)
            .then(|| u8::try_from(self.saving.per_cent().unwrap_or_default()).unwrap_or(100));
        if shown != self.saving.shown {
            self.saving.shown = shown;
            effects.push(Effect::ShowProgress(shown));
        }
    }

    /// The moment at which a job is to be begun by itself.
    pub(in crate::app) fn saving_due(&self) -> Option<Duration> {
        let due = self.account.shelf().is_told().then(|| self.saving.queue.deadline())??;
        // What waits for an answer is begun by that.
        Some(due).filter(|due| *due > self.now.mono)
    }
}
