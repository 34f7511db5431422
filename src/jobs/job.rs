//! One job of the queue: what is to be done, where it stands, how far it is.

use std::path::PathBuf;
use std::time::Duration;

use super::queue::{MOST_TRIES, seconds, whole};
use super::rate::Rate;
use super::record::Saved;
use super::{Download, Pinned};

/// The number of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub(super) usize);

/// One try of a job: what comes of another one is nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Turn {
    /// The job.
    pub job: JobId,
    /// The number of the try, from 1.
    pub number: u32,
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its turn.
    Waiting,
    /// Bytes are on their way.
    Running,
    /// All has come, and is being written for good.
    Finishing,
    /// It rests until somebody has it go on.
    Paused(Pause),
    /// The file is saved.
    Saved(Saved),
    /// It came to nothing.
    Failed(JobFailure),
    /// Somebody called it off.
    Cancelled,
}

/// Why a job rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Somebody wants it.
    Wanted,
    /// There is no room on the disk.
    DiskFull,
}

/// Why a job came to nothing, or did this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFailure {
    /// What follows from it.
    pub kind: FailureKind,
    /// The cause, escaped.
    pub words: String,
    /// Whether it is that the service cannot be reached or is asked too often, and not a byte came.
    pub is_outage: bool,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Another try may go better, not before so long, where the service asks for that.
    Passing {
        /// How long the service asks to be left alone.
        wait: Option<Duration>,
    },
    /// This try is in vain, and the service asks to be left alone for so long: by this file and all others.
    AskedToWait(Duration),
    /// The key is refused: nothing else will go better.
    KeyRefused,
    /// There is no room on the disk: so many bytes are wanted there.
    DiskFull,
    /// There is no room for this file; others may be short enough.
    NoRoom,
    /// Nothing can be written to its folder.
    FolderUnusable,
    /// The process of this number has the file.
    Held(u32),
    /// The service does not have the file.
    Missing,
    /// The service does not have it any more: its time has run out.
    Expired,
    /// Nothing will change that.
    Final,
}

impl FailureKind {
    /// How long the service asks to be left alone, where it does.
    #[must_use]
    pub fn asks_to_wait(self) -> Option<Duration> {
        match self {
            Self::Passing { wait } => wait,
            Self::AskedToWait(wait) => Some(wait),
            _ => None,
        }
    }
}

/// One job: a file to be saved.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What is to be done.
    pub download: Download,
    /// Where it stands.
    pub state: JobState,
    /// Bytes that are there.
    pub received: u64,
    /// Bytes in all, where that is known.
    pub total: Option<u64>,
    /// Where it is being written, or lies.
    pub path: Option<PathBuf>,
    /// Whether it is known by the disk how much is there: a run before this one may have left something.
    pub(super) is_looked_at: bool,
    pub(super) rate: Rate,
    /// Whether it was known to be saved when it was added: its try looks at that before anything else.
    pub(super) is_saved_before: bool,
    /// Tries that were ever begun.
    pub(super) begun: u32,
    /// The furthest byte that was reached.
    pub(super) furthest: u64,
    /// Whether this try reached it.
    pub(super) has_advanced: bool,
    /// Requests that were made, or are about to be, since somebody wanted it.
    pub(super) tries: u32,
    /// Those of this try that were made.
    pub(super) asked: u32,
    pub(super) idle_tries: u32,
    pub(super) not_before: Duration,
    /// What it was put in order by, where it waits.
    pub(super) slack: i64,
    /// Since which time that nothing was open it counts.
    pub(super) stretch: u64,
    /// Its place among the ends of all.
    pub(super) ended: u64,
    /// How often another process had it when it was looked at.
    pub(super) held: u32,
}

impl Job {
    pub(super) fn new(id: JobId, download: Download) -> Self {
        Self {
            id,
            total: download.file.bytes,
            download,
            state: JobState::Waiting,
            received: 0,
            path: None,
            is_looked_at: false,
            rate: Rate::default(),
            is_saved_before: false,
            begun: 0,
            furthest: 0,
            has_advanced: false,
            tries: 0,
            asked: 0,
            idle_tries: 0,
            not_before: Duration::ZERO,
            slack: 0,
            stretch: 0,
            ended: 0,
            held: 0,
        }
    }

    /// The file that it is about.
    #[must_use]
    pub fn file(&self) -> &Pinned {
        &self.download.file
    }

    /// The try that was begun last.
    #[must_use]
    pub fn turn(&self) -> Turn {
        Turn { job: self.id, number: self.begun }
    }

    /// Requests that the try may make which was begun last, at least one.
    #[must_use]
    pub fn requests_left(&self) -> u32 {
        (MOST_TRIES + 1).saturating_sub(self.tries).max(1)
    }

    /// Whether nothing more comes of it by itself.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, JobState::Saved(_) | JobState::Failed(_) | JobState::Cancelled)
    }

    /// Whether it is being carried out.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        matches!(self.state, JobState::Running | JobState::Finishing)
    }

    /// Bytes a second, where they come.
    #[must_use]
    pub fn rate(&self, now: Duration) -> Option<f64> {
        (self.state == JobState::Running).then(|| self.rate.per_second(now))?
    }

    /// Bytes that are still to come, where that is known.
    #[must_use]
    pub fn rest(&self) -> Option<u64> {
        self.total.map(|total| total.saturating_sub(self.received))
    }

    /// Whether something of it may lie on the disk that is not whole.
    #[must_use]
    pub fn may_be_kept(&self) -> bool {
        self.received > 0 || !self.is_looked_at
    }

    /// Whether another process had the file when it was looked at last: it waits for the end of all others.
    #[must_use]
    pub fn was_held(&self) -> bool {
        self.held > 0
    }

    /// Milliseconds of slack, counted from any fixed moment, at so many bytes a second.
    pub(super) fn slack_ms(&self, rate: Option<f64>) -> i64 {
        let Some(expires_at) = self.download.file.expires_at else { return i64::MAX };
        let takes = rate.zip(self.rest()).map_or(0.0, |(rate, rest)| seconds(rest, rate) * 1_000.0);
        expires_at.saturating_mul(1_000).saturating_sub(whole(takes))
    }
}

/// What is waited for before the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    /// The moment of the next try, if nothing else happens.
    pub until: Duration,
    /// Whether the service asks to be left alone until then; else it is a pause of our own.
    pub is_asked: bool,
}

/// What all jobs together come to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    /// Jobs that are not over.
    pub open: usize,
    /// Of these, those that are carried out.
    pub under_way: usize,
    /// Of these, those that rest.
    pub paused: usize,
    /// Jobs whose file is saved.
    pub saved: usize,
    /// Of these, those whose file was so already.
    pub already: usize,
    /// Jobs that came to nothing.
    pub failed: usize,
    /// Jobs since nothing was open last, but for those that were called off.
    pub all: usize,
    /// Bytes of these that are there.
    pub received: u64,
    /// Bytes of these in all, as far as they are known.
    pub total: u64,
    /// Whether that is all of them.
    pub is_known: bool,
}
