//! The jobs themselves. What they come to together is kept as each of them changes, and never counted
//! anew: it is asked for at each message, however many there are.

use std::collections::{BTreeMap, BTreeSet};

use super::super::job::{Job, JobId, JobState, Sum};
use crate::jobs::Download;
use crate::text::TotalBytes;

/// The jobs, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    all: BTreeMap<JobId, Job>,
    next: usize,
    /// What is open, and what is over since nothing was open last.
    tally: Tally,
    /// Counts the times that nothing was open.
    stretch: u64,
    ended: Ended,
    /// What is over, in the order in which it gives way: what came to nothing last.
    over: BTreeSet<(bool, u64, JobId)>,
    ends: u64,
}

/// What jobs come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    waiting: usize,
    running: usize,
    finishing: usize,
    paused: usize,
    saved: usize,
    already: usize,
    failed: usize,
    /// Of these, those whose length is not known.
    unknown: usize,
    received: u128,
    total: u128,
    wanted: TotalBytes,
}

/// How jobs ended that are over, those included that are not kept any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Their files are saved.
    pub saved: usize,
    /// They came to nothing.
    pub failed: usize,
    /// They were called off.
    pub cancelled: usize,
}

impl Tally {
    /// Counts a job in, or no longer.
    fn turn(&mut self, job: &Job, is_in: bool) {
        let count = |number: &mut usize| {
            *number = if is_in { *number + 1 } else { number.saturating_sub(1) };
        };
        let add = |sum: &mut u128, bytes: u64| {
            let bytes = u128::from(bytes);
            *sum = if is_in { *sum + bytes } else { sum.saturating_sub(bytes) };
        };
        match &job.state {
            JobState::Waiting => count(&mut self.waiting),
            JobState::Running => count(&mut self.running),
            JobState::Finishing => count(&mut self.finishing),
            JobState::Paused(_) => count(&mut self.paused),
            JobState::Saved(saved) => {
                count(&mut self.saved);
                if saved.already {
                    count(&mut self.already);
                }
            }
            JobState::Failed(_) => count(&mut self.failed),
            JobState::Cancelled => return,
        }
        add(&mut self.received, job.received);
        add(&mut self.total, job.total.unwrap_or(job.received));
        if job.total.is_none() {
            count(&mut self.unknown);
        }
        if !job.is_over() {
            if is_in { self.wanted.put(job.rest()) } else { self.wanted.take(job.rest()) }
        }
    }

    fn open(&self) -> usize {
        self.waiting + self.running + self.finishing + self.paused
    }

    fn sum(&self) -> Sum {
        let told = |bytes: u128| u64::try_from(bytes).unwrap_or(u64::MAX);
        Sum {
            open: self.open(),
            under_way: self.running + self.finishing,
            paused: self.paused,
            saved: self.saved,
            already: self.already,
            failed: self.failed,
            all: self.open() + self.saved + self.failed,
            received: told(self.received),
            total: told(self.total),
            is_known: self.unknown == 0,
        }
    }
}

impl Ended {
    fn place(&mut self, state: &JobState) -> Option<&mut usize> {
        match state {
            JobState::Saved(_) => Some(&mut self.saved),
            JobState::Failed(_) => Some(&mut self.failed),
            JobState::Cancelled => Some(&mut self.cancelled),
            _ => None,
        }
    }
}

impl Jobs {
    /// Takes a job in that waits.
    pub(super) fn add(&mut self, download: Download) -> JobId {
        let id = JobId(self.next);
        self.next += 1;
        self.begin_stretch();
        let job = Job { stretch: self.stretch, ..Job::new(id, download) };
        self.tally.turn(&job, true);
        self.all.insert(id, job);
        id
    }

    /// Where nothing is open, what comes now is counted from here on.
    fn begin_stretch(&mut self) {
        if self.tally.open() == 0 {
            self.tally = Tally::default();
            self.stretch += 1;
        }
    }

    /// Has a job that is over wait as if it came now.
    pub(super) fn reopen(&mut self, id: JobId) {
        self.begin_stretch();
        let stretch = self.stretch;
        self.change(id, |job| {
            job.stretch = stretch;
            job.state = JobState::Waiting;
        });
    }

    /// The jobs, in the order in which they came.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Job> + ExactSizeIterator {
        self.all.values()
    }

    /// Those that came as this one or later.
    pub(super) fn from(&self, id: JobId) -> impl Iterator<Item = &Job> {
        self.all.range(id..).map(|(_, job)| job)
    }

    /// The number of the job that comes next.
    pub(super) fn next(&self) -> JobId {
        JobId(self.next)
    }

    pub(super) fn get(&self, id: JobId) -> Option<&Job> {
        self.all.get(&id)
    }

    /// Changes a job, and with it what all come to.
    pub(super) fn change<R>(&mut self, id: JobId, how: impl FnOnce(&mut Job) -> R) -> Option<R> {
        let job = self.all.get_mut(&id)?;
        if job.stretch == self.stretch {
            self.tally.turn(job, false);
        }
        if let Some(count) = self.ended.place(&job.state) {
            *count = count.saturating_sub(1);
            self.over.remove(&place_of(job));
        }
        let was_over = job.is_over();
        let told = how(job);
        if let Some(count) = self.ended.place(&job.state) {
            *count += 1;
            if !was_over {
                self.ends += 1;
                job.ended = self.ends;
            }
            self.over.insert(place_of(job));
        }
        if job.stretch == self.stretch {
            self.tally.turn(job, true);
        }
        Some(told)
    }

    /// Drops what gives way first of what is over until no more than `most` are; what all come to, and came
    /// to, stays.
    pub(super) fn give_way(&mut self, most: usize) -> Vec<Job> {
        let mut gone = vec![];
        while self.over.len() > most
            && let Some((.., id)) = self.over.pop_first()
        {
            gone.extend(self.all.remove(&id));
        }
        gone
    }

    /// Jobs that are over and kept.
    pub(super) fn over(&self) -> usize {
        self.over.len()
    }

    pub(super) fn open(&self) -> usize {
        self.tally.open()
    }

    pub(super) fn running(&self) -> usize {
        self.tally.running
    }

    pub(super) fn sum(&self) -> Sum {
        self.tally.sum()
    }

    pub(super) fn wanted(&self) -> TotalBytes {
        self.tally.wanted
    }

    pub(super) fn ended(&self) -> Ended {
        self.ended
    }
}

fn place_of(job: &Job) -> (bool, u64, JobId) {
    (matches!(job.state, JobState::Failed(_)), job.ended, job.id)
}
