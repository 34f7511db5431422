//! What somebody does to jobs: pausing, going on, calling off, trying again; and what they come to.

use std::time::Duration;

use super::{Ended, JobId, JobState, Pause, Queue};
use crate::jobs::Turn;
use crate::jobs::job::{Job, Sum};

impl Queue {
    /// Has a job rest; tells whether it was one that could.
    pub fn pause(&mut self, id: JobId) -> bool {
        self.pause_for(id, Pause::Wanted)
    }

    /// Has a job that rests go on; tells whether it did rest. Where the disk was full, all go on that
    /// rested for that.
    pub fn go_on(&mut self, id: JobId) -> bool {
        let Some(JobState::Paused(why)) = self.job(id).map(|job| job.state.clone()) else {
            return false;
        };
        let rests = |job: &&Job| job.state == JobState::Paused(why);
        let ids: Vec<JobId> = match why {
            Pause::Wanted => vec![id],
            Pause::DiskFull => self.jobs().filter(rests).map(|job| job.id).collect(),
        };
        for id in ids {
            self.wait(id);
        }
        true
    }

    /// Calls a job off; tells whether it was not over.
    pub fn cancel(&mut self, id: JobId) -> bool {
        let can =
            self.job(id).is_some_and(|job| !job.is_over() && job.state != JobState::Finishing);
        if can {
            self.stop(id);
            self.end(id, JobState::Cancelled);
        }
        can
    }

    /// Tries a job again that came to nothing or was called off; tells whether it was one.
    pub fn try_again(&mut self, id: JobId) -> bool {
        let Some(job) = self.job(id) else { return false };
        let came_to_nothing = matches!(job.state, JobState::Failed(_) | JobState::Cancelled);
        if !came_to_nothing || self.is_open(&job.file().id) {
            return false;
        }
        let file = job.file().id.clone();
        self.of_file.insert(file, id);
        self.jobs.reopen(id);
        self.jobs.change(id, |job| {
            (job.tries, job.idle_tries, job.held) = (0, 0, 0);
            job.not_before = Duration::ZERO;
        });
        self.wait(id);
        true
    }

    /// Whether this try is under way: what is told of any other one comes too late.
    #[must_use]
    pub fn is_under_way(&self, turn: Turn) -> bool {
        self.under_way.contains(&turn.job)
            && self.job(turn.job).is_some_and(|job| job.turn() == turn)
    }

    /// Nothing is kept any more of what came of a job that is over.
    pub fn dropped(&mut self, id: JobId) {
        if self.job(id).is_some_and(Job::is_over) {
            self.jobs.change(id, |job| {
                (job.received, job.furthest, job.path) = (0, 0, None);
                job.is_looked_at = true;
            });
        }
    }

    /// Drops jobs that are over, so that `most` are left of these, as soon as a tenth more are there; tells
    /// which those are. The oldest give way first, and those last that came to nothing: these may be tried
    /// again. [What all come to](Self::sum), and [how they ended](Self::ended_so_far), stays.
    pub fn give_way(&mut self, most: usize) -> Vec<JobId> {
        if self.jobs.over() <= most + most / 10 {
            return vec![];
        }
        let gone = self.jobs.give_way(most);
        for job in &gone {
            if self.of_file.get(&job.file().id) == Some(&job.id) {
                self.of_file.remove(&job.file().id);
            }
        }
        gone.into_iter().map(|job| job.id).collect()
    }

    /// What the jobs together come to since nothing was open last.
    #[must_use]
    pub fn sum(&self) -> Sum {
        self.jobs.sum()
    }

    /// How all of them ended that are over, those included that gave way.
    #[must_use]
    pub fn ended_so_far(&self) -> Ended {
        self.jobs.ended()
    }
}
