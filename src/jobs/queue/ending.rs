//! How a try ends, and what follows from that for its job and for all others.

use std::time::Duration;

use super::{IDLE_TRIES, LOOK_AGAIN, LOOKS, MOST_TRIES, Queue};
use crate::api::pace::asked_wait;
use crate::jobs::job::{FailureKind, Job, JobFailure, JobId, JobState, Pause};
use crate::jobs::record::Saved;

impl Queue {
    /// A job that was begun is at its end; tells of which jobs that decides: of it, and of those that come to
    /// nothing with it.
    pub fn ended(
        &mut self,
        id: JobId,
        result: Result<Saved, JobFailure>,
        now: Duration,
    ) -> Vec<JobId> {
        if !self.under_way.remove(&id) {
            return vec![];
        }
        let mut decided = vec![id];
        self.jobs.change(id, |job| job.rate.rest());
        match result {
            Ok(saved) => {
                self.jobs.change(id, |job| {
                    job.received = saved.bytes;
                    job.total = Some(saved.bytes);
                    job.path = Some(saved.path.clone());
                });
                self.end(id, JobState::Saved(saved));
            }
            Err(failure) => match failure.kind {
                FailureKind::KeyRefused => decided.extend(self.fail_all(id, &failure, |_| true)),
                FailureKind::FolderUnusable => {
                    let folder = self.job(id).map(|job| job.download.folder.clone());
                    // What is known to be saved is no matter of a folder: its own try tells.
                    let has_it = |job: &Job| {
                        !job.is_saved_before && Some(&job.download.folder) == folder.as_ref()
                    };
                    decided.extend(self.fail_all(id, &failure, has_it));
                }
                _ => self.failed(id, failure, now),
            },
        }
        if self.under_way.is_empty() && self.waiting.is_empty() {
            self.rate.rest();
        }
        decided
    }

    /// Has a job come to nothing, and with it all others that are not done and are `like` it; tells
    /// which those are. What has come already is finished all the same.
    fn fail_all(
        &mut self,
        id: JobId,
        failure: &JobFailure,
        like: impl Fn(&Job) -> bool,
    ) -> Vec<JobId> {
        let comes = |job: &&Job| {
            !job.is_over() && job.state != JobState::Finishing && job.id != id && like(job)
        };
        let others: Vec<JobId> = self.jobs().filter(comes).map(|job| job.id).collect();
        for other in &others {
            self.stop(*other);
        }
        for over in others.iter().chain([&id]) {
            self.end(*over, JobState::Failed(failure.clone()));
        }
        others
    }

    fn failed(&mut self, id: JobId, failure: JobFailure, now: Duration) {
        match failure.kind {
            FailureKind::Passing { wait } => {
                let tries = self.jobs.change(id, |job| {
                    job.idle_tries = if job.has_advanced { 0 } else { job.idle_tries + 1 };
                    (job.idle_tries, job.tries)
                });
                let Some((idle_tries, tries)) = tries else { return };
                self.leave_alone(wait, now);
                let spent = idle_tries >= IDLE_TRIES || tries >= MOST_TRIES;
                if spent || wait.is_some_and(|wait| wait > self.policy.longest_wait) {
                    return self.end(id, JobState::Failed(failure));
                }
                let backoff = self.policy.backoff(idle_tries.max(1), &mut self.rng);
                let not_before = now.saturating_add(wait.unwrap_or(backoff));
                self.jobs.change(id, |job| job.not_before = not_before);
                self.wait(id);
            }
            FailureKind::AskedToWait(wait) => {
                self.leave_alone(Some(wait), now);
                self.end(id, JobState::Failed(failure));
            }
            FailureKind::Held(_) if self.job(id).is_some_and(|job| job.held <= LOOKS) => {
                self.jobs.change(id, |job| {
                    // It was looked at, not tried.
                    job.tries -= 1;
                    job.not_before = now.saturating_add(look_again(job.held));
                    job.held += 1;
                });
                self.wait(id);
            }
            FailureKind::DiskFull => {
                self.rest(id, Pause::DiskFull);
                for id in self.open_jobs() {
                    self.pause_for(id, Pause::DiskFull);
                }
            }
            FailureKind::Held(_)
            | FailureKind::KeyRefused
            | FailureKind::FolderUnusable
            | FailureKind::NoRoom
            | FailureKind::Missing
            | FailureKind::Expired
            | FailureKind::Final => self.end(id, JobState::Failed(failure)),
        }
    }

    /// Begins nothing as long as the service asks for, an hour at most.
    fn leave_alone(&mut self, wait: Option<Duration>, now: Duration) {
        if let Some(wait) = wait {
            self.wait_until(now.saturating_add(asked_wait(wait)));
        }
    }
}

/// How long to wait after the `nth` look at a file that another process has, from 0: after the first one
/// other work comes in between, and may take no time at all.
fn look_again(nth: u32) -> Duration {
    let (first, longest) = LOOK_AGAIN;
    first.saturating_mul(1 << nth.min(16)).min(longest)
}
