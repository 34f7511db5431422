//! The queue: which jobs run, which wait and for what, which are done.
//!
//! | state | event | next |
//! |---|---|---|
//! | `Waiting` | a place is free, its moment has come, and nobody has less slack | `Running` |
//! | `Running` | all of it has come | `Finishing`: written to the disk for good, its place free for another, unless the disk lags too far behind |
//! | `Running`, `Finishing` | it is saved, or was so already | `Saved` |
//! | | it may go better another time, and tries are left | `Waiting`, not before the end of the back-off |
//! | | the service asks for a wait that is longer than any, or for no further try | `Failed`, and nothing is begun before the end of the wait |
//! | | another process has it | `Waiting` until nothing else waits or runs; `Failed` when another process has it still half a minute later |
//! | | the disk is full, which showed while it was written | `Paused`, and with it all that is not done |
//! | | there is no room for a file as long as this one | `Failed` |
//! | | its folder cannot be used | `Failed`, and with it all for that folder that is not done |
//! | | the key is refused | `Failed`, and with it all that is not done |
//! | | anything else | `Failed` |
//! | not done | pause | `Paused`; what runs is stopped |
//! | `Paused` | go on | `Waiting` |
//! | not done | cancel | `Cancelled`; what runs is stopped |
//! | `Failed`, `Cancelled` | try again | `Waiting`, with all its tries |
//!
//! The least slack comes first: the time that a file has left, without that which the rest of it takes
//! at the rate measured. What has no time left any more is tried before all others; expired is not gone.
//!
//! It knows neither disk nor network nor clock, and nothing of whoever carries out what it begins.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use super::Download;
use super::job::{Job, JobId, JobState, Pause, Sum};
use super::rate::Rate;
use crate::api::retry::Policy;
use crate::text::{TotalBytes, Untrusted};
use crate::time::clock::Now;

/// Transfers at once, unless a setting says otherwise.
pub const AT_ONCE: usize = 3;
/// Files that are being written for good beside those that come, after which nothing further is begun. Each
/// holds a thread and three open files: with these, the limit of 256 that some systems have is far. That
/// many keep a disk busy which takes 0.1 s to sync, 300 small files a second: more than come so.
const MOST_FINISHING: usize = 32;
/// Tries without a byte beyond the furthest one before.
const IDLE_TRIES: u32 = 3;
/// Tries of a file in all.
const MOST_TRIES: u32 = 12;
/// Looks at a file that another process has, beside the first one and that when nothing else is left to
/// do: with the pauses between them they take half a minute.
const LOOKS: u32 = 6;
/// The pauses between these looks begin with this one, double, and stay at the second one.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(8));
/// A rate that differs by this factor from the one by which the jobs were put in order puts them in
/// another one.
const OTHER_RATE: f64 = 1.25;

/// The queue.
#[derive(Debug)]
pub struct Queue {
    /// In the order in which they came: the number of a job is its place.
    jobs: Vec<Job>,
    /// What waits, the most urgent last.
    waiting: Vec<JobId>,
    /// Whether that is the order still, but for the rate.
    is_in_order: bool,
    /// By which rate it was made, where one was known.
    ordered_by: Option<f64>,
    /// What waits for a moment.
    delayed: BTreeSet<(Duration, JobId)>,
    /// What another process had: it waits for the end of all others, and for a moment.
    held: BTreeSet<(Duration, JobId)>,
    /// The ids of what is not over.
    open: HashSet<Untrusted>,
    under_way: HashSet<JobId>,
    at_once: usize,
    not_before: Duration,
    stopped: Vec<JobId>,
    rate: Rate,
    policy: Policy,
    rng: fastrand::Rng,
    /// Jobs of this number and above count in the sum.
    counted_from: usize,
}

impl Queue {
    /// An empty one, for so many transfers at once; `seed` determines the jitter of its waits.
    #[must_use]
    pub fn new(at_once: usize, seed: u64) -> Self {
        Self {
            jobs: vec![],
            waiting: vec![],
            is_in_order: false,
            ordered_by: None,
            delayed: BTreeSet::new(),
            held: BTreeSet::new(),
            open: HashSet::new(),
            under_way: HashSet::new(),
            at_once: at_once.max(1),
            not_before: Duration::ZERO,
            stopped: vec![],
            rate: Rate::default(),
            policy: Policy::default(),
            rng: fastrand::Rng::with_seed(seed),
            counted_from: 0,
        }
    }

    /// Takes a file in; nothing where a job for it is not over yet.
    pub fn add(&mut self, download: Download) -> Option<JobId> {
        if !self.open.insert(download.file.id.clone()) {
            return None;
        }
        if self.open.len() == 1 {
            self.counted_from = self.jobs.len();
        }
        let id = JobId(self.jobs.len());
        self.jobs.push(Job::new(id, download));
        self.wait(id);
        Some(id)
    }

    /// The jobs, in the order in which they came.
    #[must_use]
    pub fn jobs(&self) -> impl DoubleEndedIterator<Item = &Job> + ExactSizeIterator {
        self.jobs.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn job(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(id.0)
    }

    /// Whether the file of this id is in a job that is not over.
    #[must_use]
    pub fn is_open(&self, id: &Untrusted) -> bool {
        self.open.contains(id)
    }

    /// Whether no try is being made.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Whether anything is not over.
    #[must_use]
    pub fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Bytes a second of all together.
    #[must_use]
    pub fn rate(&self, now: Duration) -> Option<f64> {
        self.rate.per_second(now)
    }

    /// The job that is to be begun now, if one is: it counts as running from here on. Nothing is begun
    /// before the service wants to be asked again.
    pub fn begin(&mut self, now: Now) -> Option<&Job> {
        let mono = now.mono;
        if !self.has_place() || mono < self.not_before {
            return None;
        }
        while let Some((at, id)) = self.delayed.first().copied().filter(|(at, _)| *at <= mono) {
            self.delayed.remove(&(at, id));
            self.waiting.push(id);
            self.is_in_order = false;
        }
        self.put_in_order(mono);
        let id = self.waiting.pop().or_else(|| self.take_held(mono))?;
        self.under_way.insert(id);
        let job = self.jobs.get_mut(id.0)?;
        job.state = JobState::Running;
        job.tries += 1;
        job.begun += 1;
        job.has_advanced = false;
        Some(job)
    }

    /// Whether another one may be begun: with a place among those that come, and the disk not too far behind.
    fn has_place(&self) -> bool {
        let running = |id: &&JobId| self.jobs[id.0].state == JobState::Running;
        self.under_way.len() < self.at_once + MOST_FINISHING
            && self.under_way.iter().filter(running).count() < self.at_once
    }

    /// The most urgent of what another process had, once nothing else waits or runs.
    fn take_held(&mut self, now: Duration) -> Option<JobId> {
        if self.has_other_work() {
            return None;
        }
        let rate = self.rate.per_second(now);
        let due = self.held.iter().take_while(|(at, _)| *at <= now);
        let slack = |(_, id): &&(Duration, JobId)| (self.jobs[id.0].slack_ms(rate), *id);
        let first = *due.min_by_key(slack)?;
        self.held.remove(&first);
        Some(first.1)
    }

    /// Whether anything waits or runs that no other process had.
    fn has_other_work(&self) -> bool {
        let is_other = |id: &JobId| !self.jobs[id.0].was_held();
        !self.waiting.is_empty() || !self.delayed.is_empty() || self.under_way.iter().any(is_other)
    }

    /// Puts what waits in order, where it is not by and large.
    fn put_in_order(&mut self, now: Duration) {
        let rate = self.rate.per_second(now);
        let is_alike = match (self.ordered_by, rate) {
            (Some(before), Some(rate)) => {
                rate <= before * OTHER_RATE && before <= rate * OTHER_RATE
            }
            (before, rate) => before.is_none() && rate.is_none(),
        };
        if self.is_in_order && is_alike {
            return;
        }
        (self.is_in_order, self.ordered_by) = (true, rate);
        let jobs = &self.jobs;
        self.waiting.sort_by_cached_key(|id| {
            let job = &jobs[id.0];
            // The most urgent last.
            Reverse((job.slack_ms(rate), *id))
        });
    }

    /// So many bytes of a job are there already, or again: they have not come just now.
    pub fn starts_at(&mut self, id: JobId, held: u64, total: Option<u64>) {
        let Some(job) = self.jobs.get_mut(id.0).filter(|job| job.is_under_way()) else { return };
        job.received = held;
        job.total = total.or(job.total);
        job.furthest = job.furthest.max(held);
    }

    /// How far a job is: `received` bytes are there of `total`.
    pub fn progressed(&mut self, id: JobId, received: u64, total: Option<u64>, now: Duration) {
        let Some(job) = self.jobs.get_mut(id.0).filter(|job| job.is_under_way()) else { return };
        // Where it begins from zero again, nothing has come since.
        let came = received.saturating_sub(job.received);
        job.rate.add(came, now);
        self.rate.add(came, now);
        job.received = received;
        job.total = total.or(job.total);
        if received > job.furthest {
            job.furthest = received;
            job.has_advanced = true;
        }
    }

    /// Where a job writes.
    pub fn named(&mut self, id: JobId, path: PathBuf) {
        if let Some(job) = self.jobs.get_mut(id.0) {
            job.path = Some(path);
        }
    }

    /// All bytes of a job are there: what remains needs no place in the queue.
    pub fn received_all(&mut self, id: JobId) {
        if let Some(job) = self.jobs.get_mut(id.0).filter(|job| job.state == JobState::Running) {
            job.state = JobState::Finishing;
            job.rate.rest();
        }
    }

    fn open_jobs(&self) -> Vec<JobId> {
        self.jobs.iter().filter(|job| !job.is_over()).map(|job| job.id).collect()
    }

    /// Has a job wait for its turn.
    fn wait(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(id.0) else { return };
        job.state = JobState::Waiting;
        if job.was_held() {
            self.held.insert((job.not_before, id));
        } else if job.not_before > Duration::ZERO {
            self.delayed.insert((job.not_before, id));
        } else {
            self.waiting.push(id);
            self.is_in_order = false;
        }
    }

    /// Takes a job from among those that wait or run.
    fn stop(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(id.0) else { return };
        job.rate.rest();
        self.delayed.remove(&(job.not_before, id));
        self.held.remove(&(job.not_before, id));
        job.not_before = Duration::ZERO;
        self.waiting.retain(|other| *other != id);
        if self.under_way.remove(&id) {
            self.stopped.push(id);
        }
    }

    fn end(&mut self, id: JobId, state: JobState) {
        let Some(job) = self.jobs.get_mut(id.0) else { return };
        job.state = state;
        self.open.remove(&job.download.file.id);
    }

    fn rest(&mut self, id: JobId, why: Pause) {
        if let Some(job) = self.jobs.get_mut(id.0) {
            job.state = JobState::Paused(why);
        }
    }

    fn pause_for(&mut self, id: JobId, why: Pause) -> bool {
        let is_active = self
            .jobs
            .get(id.0)
            .is_some_and(|job| matches!(job.state, JobState::Waiting | JobState::Running));
        if is_active {
            self.stop(id);
            self.rest(id, why);
        }
        is_active
    }

    /// Jobs that were being carried out and are to be stopped, each once.
    pub fn take_stopped(&mut self) -> Vec<JobId> {
        std::mem::take(&mut self.stopped)
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

    /// Bytes that are still wanted of the disk.
    #[must_use]
    pub fn wanted_bytes(&self) -> TotalBytes {
        self.jobs().filter(|job| !job.is_over()).map(Job::rest).collect()
    }
}

/// Seconds that so many bytes take.
#[allow(clippy::cast_precision_loss, reason = "an estimate")]
pub(super) fn seconds(bytes: u64, rate: f64) -> f64 {
    bytes as f64 / rate.max(1.0)
}

#[allow(clippy::cast_possible_truncation, reason = "bounded")]
pub(super) fn whole(number: f64) -> i64 {
    number.clamp(0.0, 1e15) as i64
}

mod ending;
mod steering;

#[cfg(test)]
mod tests;
