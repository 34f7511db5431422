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

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use super::Download;
use super::job::{Job, JobId, JobState, Pause};
use super::rate::Rate;
use crate::api::retry::Policy;
use crate::text::{TotalBytes, Untrusted};
use crate::time::clock::Now;
use kept::Jobs;

pub use kept::Ended;

/// Transfers at once, unless a setting says otherwise.
pub const AT_ONCE: usize = 3;
/// Files that are being written for good beside those that come, after which nothing further is begun. Each
/// holds a thread and three open files: with these, the limit of 256 that some systems have is far. That
/// many keep a disk busy which takes 0.1 s to sync, 300 small files a second: more than come so.
const MOST_FINISHING: usize = 32;
/// Tries without a byte beyond the furthest one before.
const IDLE_TRIES: u32 = 3;
/// Requests for a file in all; a try makes another one where what is held turns out to be of no use.
pub(super) const MOST_TRIES: u32 = 12;
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
    jobs: Jobs,
    /// What waits, with its slack by the rate below: the most urgent first.
    waiting: BTreeSet<(i64, JobId)>,
    /// By which rate they were put in order, where one was known.
    ordered_by: Option<f64>,
    /// What waits for a moment.
    delayed: BTreeSet<(Duration, JobId)>,
    /// What another process had: it waits for the end of all others, and for a moment.
    held: BTreeSet<(Duration, JobId)>,
    /// The latest job for each file that is not saved.
    of_file: HashMap<Untrusted, JobId>,
    under_way: HashSet<JobId>,
    at_once: usize,
    not_before: Duration,
    stopped: Vec<JobId>,
    rate: Rate,
    policy: Policy,
    rng: fastrand::Rng,
}

impl Queue {
    /// An empty one, for so many transfers at once; `seed` determines the jitter of its waits.
    #[must_use]
    pub fn new(at_once: usize, seed: u64) -> Self {
        Self {
            jobs: Jobs::default(),
            waiting: BTreeSet::new(),
            ordered_by: None,
            delayed: BTreeSet::new(),
            held: BTreeSet::new(),
            of_file: HashMap::new(),
            under_way: HashSet::new(),
            at_once: at_once.max(1),
            not_before: Duration::ZERO,
            stopped: vec![],
            rate: Rate::default(),
            policy: Policy::default(),
            rng: fastrand::Rng::with_seed(seed),
        }
    }

    /// Takes a file in; nothing where a job for it is not over yet. One that came to nothing for the same
    /// place is tried again, so that a file that cannot be saved has one job, however often it is asked for.
    pub fn add(&mut self, download: Download) -> Option<JobId> {
        if let Some(before) = self.of_file.get(&download.file.id).copied() {
            if self.is_open(&download.file.id) {
                return None;
            }
            if self.take_over(before, &download) && self.try_again(before) {
                return Some(before);
            }
        }
        let file = download.file.id.clone();
        let id = self.jobs.add(download);
        self.of_file.insert(file, id);
        self.wait(id);
        Some(id)
    }

    /// Has a job be about a file as it is now, where it is for the same place; tells whether it is.
    fn take_over(&mut self, id: JobId, download: &Download) -> bool {
        let place = |download: &Download| (download.folder.clone(), download.name.clone());
        let is_same = self.job(id).is_some_and(|job| place(&job.download) == place(download));
        if is_same {
            self.jobs.change(id, |job| {
                job.total = download.file.bytes.or(job.total);
                job.download = download.clone();
                job.is_saved_before = false;
            });
        }
        is_same
    }

    /// The file of a job is known to be saved: its try looks at that before anything else.
    pub fn was_saved_before(&mut self, id: JobId) {
        self.jobs.change(id, |job| job.is_saved_before = true);
    }

    /// The jobs, in the order in which they came.
    #[must_use]
    pub fn jobs(&self) -> impl DoubleEndedIterator<Item = &Job> + ExactSizeIterator {
        self.jobs.iter()
    }

    /// Those of them that came as this one or after it.
    pub fn jobs_from(&self, id: JobId) -> impl Iterator<Item = &Job> {
        self.jobs.from(id)
    }

    /// The number of the job that comes next.
    #[must_use]
    pub fn next_id(&self) -> JobId {
        self.jobs.next()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.jobs.iter().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of them.
    #[must_use]
    pub fn job(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(id)
    }

    /// Whether the file of this id is in a job that is not over.
    #[must_use]
    pub fn is_open(&self, id: &Untrusted) -> bool {
        self.of_file.get(id).and_then(|job| self.job(*job)).is_some_and(|job| !job.is_over())
    }

    /// Whether no try is being made.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Whether anything is not over.
    #[must_use]
    pub fn has_open(&self) -> bool {
        self.jobs.open() > 0
    }

    /// Bytes a second of all together.
    #[must_use]
    pub fn rate(&self, now: Duration) -> Option<f64> {
        self.rate.per_second(now)
    }

    /// The job that is to be begun now, if one is: it counts as running from here on. Nothing is begun
    /// before the service wants to be asked again.
    pub fn begin(&mut self, now: Now) -> Option<&Job> {
        let Some(id) = self.take_next(now.mono) else {
            if self.is_idle() {
                self.rate.rest();
            }
            return None;
        };
        self.under_way.insert(id);
        self.jobs.change(id, |job| {
            job.state = JobState::Running;
            job.tries += 1;
            job.begun += 1;
            (job.asked, job.has_advanced) = (0, false);
        });
        self.jobs.get(id)
    }

    /// So many bytes of a job are there already, or again: they have not come just now.
    pub fn starts_at(&mut self, id: JobId, held: u64, total: Option<u64>) {
        self.change_under_way(id, |job| {
            // The first request of a try was counted when that was begun.
            job.tries += u32::from(job.asked > 0);
            job.asked += 1;
            job.received = held;
            job.is_looked_at = true;
            job.total = total.or(job.total);
            job.furthest = job.furthest.max(held);
        });
    }

    /// How far a job is: `received` bytes are there of `total`.
    pub fn progressed(&mut self, id: JobId, received: u64, total: Option<u64>, now: Duration) {
        let came = self.change_under_way(id, |job| {
            // Where it begins from zero again, nothing has come since.
            let came = received.saturating_sub(job.received);
            job.rate.add(came, now);
            job.received = received;
            job.total = total.or(job.total);
            if received > job.furthest {
                job.furthest = received;
                job.has_advanced = true;
            }
            came
        });
        if let Some(came) = came {
            self.rate.add(came, now);
        }
    }

    fn change_under_way<R>(&mut self, id: JobId, how: impl FnOnce(&mut Job) -> R) -> Option<R> {
        self.under_way.contains(&id).then(|| self.jobs.change(id, how))?
    }

    /// Where a job writes.
    pub fn named(&mut self, id: JobId, path: PathBuf) {
        self.jobs.change(id, |job| job.path = Some(path));
    }

    /// All bytes of a job are there: what remains needs no place in the queue.
    pub fn received_all(&mut self, id: JobId) {
        self.change_under_way(id, |job| {
            job.state = JobState::Finishing;
            job.rate.rest();
        });
    }

    fn open_jobs(&self) -> Vec<JobId> {
        self.jobs.iter().filter(|job| !job.is_over()).map(|job| job.id).collect()
    }

    /// Takes a job from among those that wait or run.
    fn stop(&mut self, id: JobId) {
        let Some((at, slack)) = self.jobs.change(id, |job| {
            job.rate.rest();
            (std::mem::take(&mut job.not_before), job.slack)
        }) else {
            return;
        };
        self.delayed.remove(&(at, id));
        self.held.remove(&(at, id));
        self.waiting.remove(&(slack, id));
        if self.under_way.remove(&id) {
            self.stopped.push(id);
        }
    }

    fn end(&mut self, id: JobId, state: JobState) {
        let is_saved = matches!(state, JobState::Saved(_));
        let file = self.jobs.change(id, |job| {
            job.state = state;
            is_saved.then(|| job.download.file.id.clone())
        });
        if let Some(file) = file.flatten() {
            self.of_file.remove(&file);
        }
    }

    fn rest(&mut self, id: JobId, why: Pause) {
        self.jobs.change(id, |job| job.state = JobState::Paused(why));
    }

    fn pause_for(&mut self, id: JobId, why: Pause) -> bool {
        let is_active = self
            .job(id)
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

    /// Bytes that are still wanted of the disk.
    #[must_use]
    pub fn wanted_bytes(&self) -> TotalBytes {
        self.jobs.wanted()
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
mod kept;
mod order;
mod steering;

#[cfg(test)]
mod tests;
