//! What waits: in which order, for which moment, and for whom.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{MOST_FINISHING, OTHER_RATE, Queue};
use crate::jobs::job::{Delay, Job, JobId, JobState};

impl Queue {
    /// Takes what comes next from among what waits, where its turn has come.
    pub(super) fn take_next(&mut self, now: Duration) -> Option<JobId> {
        if !self.has_place() || now < self.not_before {
            return None;
        }
        self.follow_rate(now);
        while let Some((at, id)) = self.delayed.first().copied().filter(|(at, _)| *at <= now) {
            self.delayed.remove(&(at, id));
            self.line_up(id);
        }
        self.waiting.pop_first().map(|(_, id)| id).or_else(|| self.take_held(now))
    }

    /// Whether another one may be begun: with a place among those that come, and the disk not too far behind.
    fn has_place(&self) -> bool {
        self.under_way.len() < self.at_once + MOST_FINISHING && self.jobs.running() < self.at_once
    }

    /// The most urgent of what another process had, once nothing else waits or runs.
    fn take_held(&mut self, now: Duration) -> Option<JobId> {
        if self.has_other_work() {
            return None;
        }
        let rate = self.rate.per_second(now);
        let due = self.held.iter().take_while(|(at, _)| *at <= now);
        let slack = |(_, id): &&(Duration, JobId)| {
            (self.jobs.get(*id).map_or(i64::MAX, |job| job.slack_ms(rate)), *id)
        };
        let first = *due.min_by_key(slack)?;
        self.held.remove(&first);
        Some(first.1)
    }

    /// Whether anything waits or runs that no other process had.
    fn has_other_work(&self) -> bool {
        let is_other = |id: &JobId| self.jobs.get(*id).is_some_and(|job| !job.was_held());
        !self.waiting.is_empty() || !self.delayed.is_empty() || self.under_way.iter().any(is_other)
    }

    /// Puts what waits in order anew, where the rate is another one than that by which it is. While none
    /// is known, the last one is the best guess.
    fn follow_rate(&mut self, now: Duration) {
        let rate = self.rate.per_second(now);
        let is_alike = match (self.ordered_by, rate) {
            (Some(before), Some(rate)) => {
                rate <= before * OTHER_RATE && before <= rate * OTHER_RATE
            }
            (_, rate) => rate.is_none(),
        };
        if is_alike {
            return;
        }
        self.ordered_by = rate;
        for (_, id) in std::mem::take(&mut self.waiting) {
            self.line_up(id);
        }
    }

    /// Takes a job in among what waits, in its order.
    fn line_up(&mut self, id: JobId) {
        let by = self.ordered_by;
        let slack = self.jobs.change(id, |job| {
            job.slack = job.slack_ms(by);
            job.slack
        });
        self.waiting.extend(slack.map(|slack| (slack, id)));
    }

    /// Has a job wait for its turn.
    pub(super) fn wait(&mut self, id: JobId) {
        let Some((is_held, at)) = self.jobs.change(id, |job| {
            job.state = JobState::Waiting;
            (job.was_held(), job.not_before)
        }) else {
            return;
        };
        if is_held {
            self.held.insert((at, id));
        } else if at > Duration::ZERO {
            self.delayed.insert((at, id));
        } else {
            self.line_up(id);
        }
    }

    /// The next moment at which something is to be [begun](Self::begin), where nothing else happens.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        if !self.has_place() {
            return None;
        }
        let ready = (!self.waiting.is_empty()).then_some(Duration::ZERO);
        let first_of = |all: &BTreeSet<(Duration, JobId)>| all.first().map(|(at, _)| *at);
        let held = || first_of(&self.held).filter(|_| !self.has_other_work());
        let first = ready.or_else(|| first_of(&self.delayed)).or_else(held)?;
        Some(first.max(self.not_before))
    }

    /// The service wants to be left alone until then.
    pub fn wait_until(&mut self, at: Duration) {
        self.not_before = self.not_before.max(at);
    }

    /// The moment before which the service wants to be left alone, over or not.
    #[must_use]
    pub fn not_before(&self) -> Duration {
        self.not_before
    }

    /// What a job waits for, where its next try is not due yet: the end of its own pause, or that of the
    /// time for which the service wants to be left alone, whichever is later.
    #[must_use]
    pub fn delay_of(&self, job: &Job, now: Duration) -> Option<Delay> {
        let until = job.not_before.max(self.not_before);
        let waits = job.state == JobState::Waiting && until > now;
        waits.then_some(Delay { until, is_asked: self.not_before >= until })
    }

    /// What is waited for, where nothing is under way and no try is due yet.
    #[must_use]
    pub fn delay(&self, now: Duration) -> Option<Delay> {
        let until = self.deadline().filter(|until| self.is_idle() && *until > now)?;
        Some(Delay { until, is_asked: self.not_before >= until })
    }
}
