//! One job of any kind: which sign stands before it, where it comes in the list, what can be done with it.
//!
//! | kind | on its way | over |
//! |---|---|---|
//! | download | pause, cancel | tried again, what is kept removed, its path copied |
//! | upload | cancel, its path copied | tried again where the service does not have it, its path copied |
//! | deletion | cancel | nothing |
//! | dead | nothing | what is kept removed, its path copied |

use std::path::Path;

use super::JobsLine;
use crate::jobs::Job;
use crate::jobs::dead::DeadPart;
use crate::jobs::deletion::job::DeletionJob;
use crate::jobs::job::JobState;
use crate::jobs::sending::{UploadJob, UploadState};
use crate::keys::{Action, Hint};
use crate::text::Untrusted;
use crate::theme::Tone;

/// A job of one of the kinds that there are.
#[derive(Clone, Copy, Debug)]
pub enum AnyJob<'a> {
    /// A file is saved.
    Download(&'a Job),
    /// A file is stored on the service.
    Upload(&'a UploadJob),
    /// Files are deleted.
    Deletion(&'a DeletionJob),
    /// Something is kept of a file that nobody goes on with.
    Dead(&'a DeadPart),
}

/// How far a job is, whatever it is about; in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It goes on.
    Running,
    /// Its last step goes on.
    Finishing,
    /// It waits for its turn.
    Waiting,
    /// It rests until somebody has it go on.
    Paused,
    /// It came to nothing, or nobody knows what came of it.
    Failed,
    /// It is done.
    Done,
    /// Somebody called it off.
    Cancelled,
    /// Nobody goes on with it.
    Dead,
}

/// Something that can be done with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobDeed {
    /// Have it rest.
    Pause,
    /// Have it go on.
    GoOn,
    /// Call it off.
    Cancel,
    /// Try it again.
    TryAgain,
    /// Take away what is kept of it.
    Remove,
    /// Copy where it lies.
    CopyPath,
}

impl JobDeed {
    /// The action that does it, and what its hint says.
    #[must_use]
    pub fn hint(self) -> Hint {
        match self {
            Self::Pause => Hint::new(&[Action::PauseJob], "pauses"),
            Self::GoOn => Hint::new(&[Action::PauseJob], "goes on"),
            Self::Cancel => Hint::new(&[Action::CancelJob], "cancels"),
            Self::TryAgain => Hint::new(&[Action::RetryJob], "tries again"),
            Self::Remove => Hint::new(&[Action::CancelJob], "removes what is kept"),
            Self::CopyPath => Hint::new(&[Action::CopyId], "copies the path"),
        }
    }
}

impl<'a> AnyJob<'a> {
    /// What a line about it is named by.
    #[must_use]
    pub fn line(&self) -> JobsLine {
        match self {
            Self::Download(job) => JobsLine::Download(job.id),
            Self::Upload(job) => JobsLine::Upload(job.number),
            Self::Deletion(job) => JobsLine::Deletion(job.number),
            Self::Dead(dead) => JobsLine::Dead(dead.path.clone()),
        }
    }

    /// How far it is.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self {
            Self::Download(job) => match &job.state {
                JobState::Running => Stage::Running,
                JobState::Finishing => Stage::Finishing,
                JobState::Waiting => Stage::Waiting,
                JobState::Paused(_) => Stage::Paused,
                JobState::Failed(_) => Stage::Failed,
                JobState::Saved(_) => Stage::Done,
                JobState::Cancelled => Stage::Cancelled,
            },
            Self::Upload(job) => match &job.state {
                UploadState::Sending => Stage::Running,
                UploadState::Waiting => Stage::Waiting,
                UploadState::Ended(end) if end.stored().is_some() => Stage::Done,
                UploadState::Ended(_) => Stage::Failed,
            },
            Self::Deletion(job) if !job.is_over() => Stage::Running,
            Self::Deletion(job) if job.sum.left + job.sum.unknown > 0 => Stage::Failed,
            Self::Deletion(_) => Stage::Done,
            Self::Dead(_) => Stage::Dead,
        }
    }

    /// Where it comes in the list: the lowest first.
    #[must_use]
    pub fn rank(&self) -> u8 {
        self.stage() as u8
    }

    /// The sign before it.
    #[must_use]
    pub fn sign(&self) -> (&'static str, Tone) {
        match (self.stage(), self) {
            (Stage::Running, Self::Upload(_)) => ("↑", Tone::Accent),
            (Stage::Running, Self::Deletion(_)) => ("×", Tone::Accent),
            (Stage::Running | Stage::Finishing, _) => ("↓", Tone::Accent),
            (Stage::Waiting, _) => ("·", Tone::Chrome),
            (Stage::Paused, _) => ("‖", Tone::Warning),
            (Stage::Done, _) => ("✓", Tone::Accent),
            (Stage::Failed, _) => ("!", Tone::Error),
            (Stage::Cancelled, _) => ("-", Tone::Chrome),
            (Stage::Dead, _) => ("†", Tone::Warning),
        }
    }

    /// What can be done with it.
    #[must_use]
    pub fn deeds(&self) -> Vec<JobDeed> {
        match self {
            Self::Download(job) => match &job.state {
                JobState::Finishing => vec![],
                JobState::Running | JobState::Waiting => vec![JobDeed::Pause, JobDeed::Cancel],
                JobState::Paused(_) => vec![JobDeed::GoOn, JobDeed::Cancel],
                JobState::Failed(_) | JobState::Cancelled if job.may_be_kept() => {
                    vec![JobDeed::TryAgain, JobDeed::Remove]
                }
                JobState::Failed(_) | JobState::Cancelled => vec![JobDeed::TryAgain],
                JobState::Saved(_) => vec![JobDeed::CopyPath],
            },
            Self::Upload(job) => match &job.state {
                UploadState::Waiting | UploadState::Sending => {
                    vec![JobDeed::Cancel, JobDeed::CopyPath]
                }
                UploadState::Ended(end) if end.may_be_sent_again() => {
                    vec![JobDeed::TryAgain, JobDeed::CopyPath]
                }
                UploadState::Ended(_) => vec![JobDeed::CopyPath],
            },
            // What is stopped already comes to its end by itself.
            Self::Deletion(job) if !job.is_over() && job.stop.is_none() => vec![JobDeed::Cancel],
            Self::Deletion(_) => vec![],
            Self::Dead(_) => vec![JobDeed::Remove, JobDeed::CopyPath],
        }
    }

    /// Where the file lies that it is about, or comes from.
    #[must_use]
    pub fn path(&self) -> Option<&'a Path> {
        match self {
            Self::Download(job) => job.path.as_deref(),
            Self::Upload(job) => Some(job.path()),
            Self::Deletion(_) => None,
            Self::Dead(dead) => Some(&dead.path),
        }
    }

    /// The id of the file that it is about, where it is about one that the service has, or had.
    #[must_use]
    pub fn file_id(&self) -> Option<&'a Untrusted> {
        match self {
            Self::Download(job) => Some(&job.file().id),
            Self::Upload(UploadJob { state: UploadState::Ended(end), .. }) => {
                end.stored().map(|file| &file.id)
            }
            Self::Upload(_) | Self::Deletion(_) => None,
            Self::Dead(dead) => Some(&dead.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::api::wire::read_single_file;
    use crate::jobs::deletion::{DeletionSum, Stop};
    use crate::jobs::job::{FailureKind, JobFailure};
    use crate::jobs::record::Saved;
    use crate::jobs::upload::{FileStamp, Upload, UploadEnd};
    use crate::jobs::{Download, Pinned, Queue};
    use crate::time::clock::Now;

    fn pinned() -> Pinned {
        Pinned { bytes: Some(10), ..Pinned::by_id(Untrusted::new("file_1")) }
    }

    fn file() -> Box<crate::api::File> {
        Box::new(read_single_file(br#"{"id":"file_1"}"#).unwrap())
    }

    /// A queue of one download to which something happened.
    fn queue(happens: impl FnOnce(&mut Queue, crate::jobs::JobId)) -> Queue {
        let mut queue = Queue::new(1, 1);
        let download = Download {
            file: pinned(),
            folder: "/x".into(),
            name: None,
            again: false,
            trust_length: false,
        };
        let id = queue.add(download).unwrap();
        happens(&mut queue, id);
        queue
    }

    fn run(queue: &mut Queue) {
        queue.begin(Now { wall_ms: 0, mono: Duration::from_secs(9) });
    }

    fn upload(state: UploadState) -> UploadJob {
        let stamp = FileStamp { bytes: 10, modified: (1, 0), inode: 1, device: 1 };
        let upload = Upload { path: "/x/a".into(), purpose: "batch".to_owned(), expires_s: None };
        let mut job = UploadJob::new(1, upload, stamp);
        job.state = state;
        job
    }

    fn deletion(sum: DeletionSum, stop: Option<Stop>) -> DeletionJob {
        let (not_before, asked_until) = (Duration::ZERO, Duration::ZERO);
        let (first, reason, ended_at) = ("a".to_owned(), None, None);
        DeletionJob { number: 1, first, sum, reason, stop, not_before, asked_until, ended_at }
    }

    /// What is said of a job in a line: its stage, its sign, what can be done, and where it lies.
    fn told(job: AnyJob<'_>) -> String {
        let does = |deed: JobDeed| format!("{deed:?}");
        let deeds: Vec<String> = job.deeds().into_iter().map(does).collect();
        let path = job.path().map_or(String::new(), |path| path.display().to_string());
        let id = job.file_id().map_or("", |id| str::from_utf8(id.raw()).unwrap());
        format!("{:?} {} [{}] {path} {id}", job.stage(), job.sign().0, deeds.join(" "))
    }

    #[test]
    fn each_kind_says_at_each_stage_what_can_be_done() {
        let now = Duration::from_secs(9);
        let saved = Saved {
            path: "/x/a".into(),
            bytes: 10,
            sha256: String::new(),
            proof: String::new(),
            at: 1,
            already: false,
        };
        let failure =
            JobFailure { kind: FailureKind::Final, words: "so".to_owned(), is_outage: false };
        let part = |queue: &mut Queue, id| {
            run(queue);
            queue.progressed(id, 5, Some(10), now);
            queue.ended(id, Err(failure.clone()), now);
        };
        let looked_at = |queue: &mut Queue, id| {
            run(queue);
            queue.starts_at(id, 0, Some(10));
            queue.cancel(id);
        };
        let downloads: [(Queue, &str); 8] = [
            (queue(|_, _| {}), "Waiting · [Pause Cancel]  file_1"),
            (queue(|queue, _| run(queue)), "Running ↓ [Pause Cancel]  file_1"),
            (
                queue(|queue, id| {
                    run(queue);
                    queue.received_all(id);
                }),
                "Finishing ↓ []  file_1",
            ),
            (queue(|queue, id| assert!(queue.pause(id))), "Paused ‖ [GoOn Cancel]  file_1"),
            (queue(part), "Failed ! [TryAgain Remove]  file_1"),
            // Nobody looked what an earlier run left.
            (queue(|queue, id| assert!(queue.cancel(id))), "Cancelled - [TryAgain Remove]  file_1"),
            (queue(looked_at), "Cancelled - [TryAgain]  file_1"),
            (
                queue(|queue, id| {
                    run(queue);
                    queue.ended(id, Ok(saved), now);
                }),
                "Done ✓ [CopyPath] /x/a file_1",
            ),
        ];
        for (queue, expected) in &downloads {
            let job = queue.jobs().next().unwrap();
            assert_eq!(told(AnyJob::Download(job)), *expected);
        }
        let ended = |end| UploadState::Ended(end);
        let why = || "so".to_owned();
        for (state, expected) in [
            (UploadState::Waiting, "Waiting · [Cancel CopyPath] /x/a "),
            (UploadState::Sending, "Running ↑ [Cancel CopyPath] /x/a "),
            (ended(UploadEnd::Stored(file())), "Done ✓ [CopyPath] /x/a file_1"),
            (ended(UploadEnd::StoredAfterAll(file())), "Done ✓ [CopyPath] /x/a file_1"),
            (ended(UploadEnd::NotSeen(why())), "Failed ! [TryAgain CopyPath] /x/a "),
            (ended(UploadEnd::Failed(why())), "Failed ! [TryAgain CopyPath] /x/a "),
            (ended(UploadEnd::KeyRefused(why())), "Failed ! [TryAgain CopyPath] /x/a "),
            // To be sent again, it might be there twice.
            (ended(UploadEnd::Unknown(why())), "Failed ! [CopyPath] /x/a "),
            (ended(UploadEnd::Several(vec![])), "Failed ! [CopyPath] /x/a "),
        ] {
            assert_eq!(told(AnyJob::Upload(&upload(state))), expected);
        }
        let sum = |deleted, left, unknown| DeletionSum {
            all: 3,
            deleted,
            left,
            unknown,
            ..DeletionSum::default()
        };
        for (sum, stop, expected) in [
            (sum(1, 0, 0), None, "Running × [Cancel]  "),
            (sum(1, 1, 0), Some(Stop::Wanted), "Running × []  "),
            (sum(3, 0, 0), None, "Done ✓ []  "),
            (sum(2, 1, 0), None, "Failed ! []  "),
            (sum(2, 0, 1), None, "Failed ! []  "),
        ] {
            assert_eq!(told(AnyJob::Deletion(&deletion(sum, stop))), expected);
        }
        let dead = DeadPart {
            path: "/x/d".into(),
            id: Untrusted::new("file_2"),
            received: 1,
            total: None,
            touched_s: 1,
        };
        assert_eq!(told(AnyJob::Dead(&dead)), "Dead † [Remove CopyPath] /x/d file_2");
    }
}
