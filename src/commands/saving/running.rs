//! The queue while a command carries it out.

use std::collections::HashSet;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::sleep;

use super::report::Reporter;
use super::{Ending, Ends};
use crate::jobs::job::{FailureKind, JobFailure, JobState, Pause};
use crate::jobs::record::Saved;
use crate::jobs::{Download, Job, JobId, Pinned, Queue, Told};
use crate::runtime::transfer::{Done, Saver};
use crate::time::clock::{Now, since_boot};

/// Messages of jobs that may wait to be taken in.
const WAITING: usize = 256;
/// What is looked at again at the latest, for whoever reads how far it is.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// A wait that is shorter is not worth a word.
const NOTABLE_WAIT: Duration = Duration::from_secs(5);

/// The queue while it is carried out.
pub(super) struct Running {
    pub(super) saver: Saver,
    pub(super) queue: Queue,
    pub(super) reporter: Reporter,
    /// Jobs for files whose ids were given.
    pub(super) given: HashSet<JobId>,
    /// What ended all that was left.
    ending: Option<Ending>,
    /// The moment up to which it was said that nothing is asked for.
    told_to_wait: Duration,
}

/// What a job tells.
enum Message {
    Told(Told),
    Ended(Result<Done, JobFailure>),
}

impl Running {
    pub(super) fn new(
        saver: Saver,
        queue: Queue,
        reporter: Reporter,
        given: HashSet<JobId>,
    ) -> Self {
        Self { saver, queue, reporter, given, ending: None, told_to_wait: Duration::ZERO }
    }

    pub(super) async fn run(mut self) -> Ends {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        while self.queue.has_open() {
            while self.ending.is_none()
                && let Some(job) = self.queue.begin(Now::read())
            {
                let begun = (job.id, job.download.clone(), job.requests_left());
                self.begin(begun, &sender);
            }
            if self.is_at_its_end() {
                break;
            }
            self.say_that_it_waits();
            self.take_in(&mut receiver).await;
            self.reporter.progress(&self.queue, since_boot());
        }
        if let Some(ending) = &self.ending {
            let left: Vec<Pinned> = self.left().cloned().collect();
            self.reporter.ended(&left, ending);
        }
        self.reporter.end(&self.queue)
    }

    fn begin(
        &self,
        (id, download, requests): (JobId, Download, u32),
        sender: &Sender<(JobId, Message)>,
    ) {
        let (saver, sender) = (self.saver.clone(), sender.clone());
        tokio::spawn(async move {
            let told = sender.clone();
            let now_s = Now::read().wall_ms.div_euclid(1_000);
            let tell = move |what| {
                // Where the loop has better to do, the next one says it; what decides comes at the end. With
                // room for so many, the beginning of a try is there.
                let _ = told.try_send((id, Message::Told(what)));
            };
            let result = saver.save(&download, requests, now_s, tell).await;
            let _ = sender.send((id, Message::Ended(result))).await;
        });
    }

    /// Waits for what happens next.
    async fn take_in(&mut self, receiver: &mut Receiver<(JobId, Message)>) {
        let due = self.queue.deadline().map_or(LOOK_AGAIN, |at| at.saturating_sub(since_boot()));
        let message = tokio::select! {
            message = receiver.recv() => message,
            () = sleep(due.min(LOOK_AGAIN)) => None,
        };
        let now = since_boot();
        match message {
            None => {}
            Some((id, Message::Told(what))) => match what {
                Told::Named(path) => self.queue.named(id, path),
                Told::StartsAt(held, total) => self.queue.starts_at(id, held, total),
                Told::Received(bytes, total) => self.queue.progressed(id, bytes, total, now),
                Told::ReceivedAll => self.queue.received_all(id),
                Told::Allowance(Some(allowance)) if allowance.remaining == 0 => {
                    self.queue.wait_until(now + allowance.reset.min(Duration::from_secs(120)));
                }
                Told::Allowance(_) => {}
            },
            Some((id, Message::Ended(result))) => {
                let result = result.map(|Done { saved, ledger_trouble }| {
                    self.reporter.ledger_trouble(ledger_trouble);
                    saved
                });
                self.say_who_has_it(id, &result);
                self.queue.ended(id, result, now);
                self.report(id);
            }
        }
    }

    /// Says once that another process is saving a file.
    fn say_who_has_it(&mut self, id: JobId, result: &Result<Saved, JobFailure>) {
        let Some(job) = self.queue.job(id).filter(|job| !job.was_held()) else { return };
        if let Err(JobFailure { kind: FailureKind::Held(_), words, .. }) = result {
            self.reporter.held(job.file(), words);
        }
    }

    /// Says how a job ended, if it did.
    fn report(&mut self, id: JobId) {
        let Some(job) = self.queue.job(id) else { return };
        match &job.state {
            JobState::Saved(saved) => self.reporter.saved(job.file(), saved),
            JobState::Failed(failure) => {
                if let Some(ending) = Ending::of(failure) {
                    // It ends all of them, for which one sentence does.
                    self.ending = Some(ending);
                } else {
                    let is_given = self.given.contains(&id);
                    self.reporter.failed(job.file(), failure, is_given, job.received);
                }
            }
            _ => {}
        }
    }

    /// What the ending leaves unsaved, but for that for which there was no room.
    fn left(&self) -> impl Iterator<Item = &Pinned> {
        let is_left = |job: &&Job| match &job.state {
            JobState::Failed(failure) => Ending::of(failure).is_some(),
            state => *state == JobState::Waiting,
        };
        self.queue.jobs().filter(is_left).map(Job::file)
    }

    /// Whether nothing goes on any more: for want of room on the disk, or since all was ended.
    fn is_at_its_end(&self) -> bool {
        let rests = |job: &Job| job.state == JobState::Paused(Pause::DiskFull);
        // Asked at each message: only where nothing is being done are all jobs looked at.
        self.queue.is_idle() && (self.ending.is_some() || self.queue.jobs().any(rests))
    }

    /// Says once that nothing is asked for, for as long as the service wants.
    fn say_that_it_waits(&mut self) {
        let (now, until) = (since_boot(), self.queue.not_before());
        let wait = until.saturating_sub(now);
        if self.ending.is_none() && wait >= NOTABLE_WAIT && until > self.told_to_wait + NOTABLE_WAIT
        {
            self.told_to_wait = until;
            self.reporter.waits(wait);
        }
    }
}
