//! Why a try came to nothing, and what follows from that.

use std::io;
use std::path::Path;

use super::folder::{is_full, is_too_long};
use crate::api::ApiError;
use crate::api::error::Status;
use crate::jobs::Download;
use crate::jobs::job::{FailureKind, JobFailure};
use crate::jobs::whole::NotWhole;
use crate::runtime::shortage::advice_for;
use crate::text::{UntrustedRef, cause, size};

/// Why a try came to nothing.
pub(super) enum Stop {
    Service(ApiError),
    Disk(io::Error),
    /// So many bytes are wanted, of which nothing was written; so many are free, where that is known.
    NoRoom(u64, Option<u64>),
    NotWhole(NotWhole),
    Held(u32),
    /// A disk does not answer.
    Stuck,
    Anew,
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        Self::Service(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<NotWhole> for Stop {
    fn from(why: NotWhole) -> Self {
        Self::NotWhole(why)
    }
}

pub(super) fn shown(text: &str) -> String {
    UntrustedRef::new(text.as_bytes()).printable_within(200)
}

/// That files cannot be saved to a folder: none of them.
pub(super) fn unusable(folder: &Path, error: &io::Error) -> JobFailure {
    let place = UntrustedRef::new(folder.as_os_str().as_encoded_bytes()).printable_within(200);
    let words = format!("the folder {place} cannot be used: {}", cause(error));
    if is_full(error) {
        return ended(FailureKind::DiskFull, words);
    }
    short(error, &words).unwrap_or_else(|| ended(FailureKind::FolderUnusable, words))
}

fn ended(kind: FailureKind, words: String) -> JobFailure {
    JobFailure { kind, words, is_outage: false }
}

/// Where the system lends too few of something it is neither the folder nor the file: there may be more
/// when others have given theirs back. `words` say what could not be done.
fn short(error: &io::Error, words: &str) -> Option<JobFailure> {
    let advice = advice_for(error)?;
    Some(ended(FailureKind::Passing { wait: None }, format!("{words}; {advice}")))
}

/// Whether an error says that nothing can be made in a folder: of the files in it, those that others may
/// read or write are passed over before.
fn is_of_the_folder(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// What follows from a try that came to nothing, of which `kept` bytes stay; `now_s` is by the
/// service's clock.
pub(super) fn failure(stop: Stop, download: &Download, kept: u64, now_s: i64) -> JobFailure {
    let (kind, words) = match stop {
        Stop::Held(0) => (FailureKind::Held(0), "another process is saving it".to_owned()),
        Stop::Held(pid) => (FailureKind::Held(pid), format!("the process {pid} is saving it")),
        Stop::Stuck => {
            let words = "a disk on which it is looked for does not answer".to_owned();
            (FailureKind::Passing { wait: None }, words)
        }
        Stop::Anew => {
            let words = "the service does not send it from its beginning".to_owned();
            (FailureKind::Passing { wait: None }, words)
        }
        Stop::Disk(error) if is_full(&error) => return full(download, kept),
        Stop::Disk(error) if is_too_long(&error) => {
            let words = format!("no file may be as long there{}", more_wanted(download, kept));
            (FailureKind::NoRoom, words)
        }
        Stop::NoRoom(wanted, free) => {
            let free = free.map_or(String::new(), |free| format!(", {} are free", size(free)));
            let words = format!("there is no room for it: {} are wanted{free}", size(wanted));
            (FailureKind::NoRoom, words)
        }
        Stop::Disk(error) if is_of_the_folder(&error) => return unusable(&download.folder, &error),
        Stop::Disk(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            (FailureKind::Passing { wait: None }, format!("it is not whole: {error}"))
        }
        Stop::Disk(error) => {
            let words = format!("it cannot be written: {}", cause(&error));
            return short(&error, &words).unwrap_or_else(|| ended(FailureKind::Final, words));
        }
        Stop::NotWhole(why) => {
            let passing = FailureKind::Passing { wait: None };
            (if why.may_pass() { passing } else { FailureKind::Final }, why.to_string())
        }
        Stop::Service(error) => return refused(&error, download, kept, now_s),
    };
    ended(kind, words)
}

fn full(download: &Download, kept: u64) -> JobFailure {
    let words = format!("the disk is full{}", more_wanted(download, kept));
    ended(FailureKind::DiskFull, words)
}

/// How much is wanted beside what is kept, where that is known.
fn more_wanted(download: &Download, kept: u64) -> String {
    let wanted = download.file.bytes.map(|bytes| bytes.saturating_sub(kept));
    wanted
        .filter(|bytes| *bytes > 0)
        .map_or(String::new(), |bytes| format!(": {} more are wanted", size(bytes)))
}

fn refused(error: &ApiError, download: &Download, kept: u64, now_s: i64) -> JobFailure {
    let has_run_out = download.file.expires_at.is_some_and(|at| at <= now_s);
    let kind = match error {
        ApiError::KeyRefused { .. } => FailureKind::KeyRefused,
        ApiError::Refused { status: Status(410), .. } => FailureKind::Expired,
        ApiError::Refused { status: Status(404), .. } if has_run_out => FailureKind::Expired,
        ApiError::Refused { status: Status(404), .. } => FailureKind::Missing,
        error if error.is_transient() => FailureKind::Passing { wait: error.wait() },
        error => error.wait().map_or(FailureKind::Final, FailureKind::AskedToWait),
    };
    let kept_words = || match download.file.bytes {
        _ if kept == 0 => String::new(),
        Some(bytes) => format!(": {} of {} kept", size(kept), size(bytes)),
        None => format!(": {} kept", size(kept)),
    };
    let words = match kind {
        FailureKind::Expired if kept > 0 => format!("expired while downloading{}", kept_words()),
        FailureKind::Expired => "expired: the service does not have it any more".to_owned(),
        FailureKind::Missing if kept > 0 => format!("gone while downloading{}", kept_words()),
        FailureKind::Missing => "the service does not have it".to_owned(),
        _ => error.to_string(),
    };
    JobFailure { kind, words, is_outage: error.is_outage() && kept == 0 }
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;
    use crate::jobs::Pinned;
    use crate::text::Untrusted;

    /// One file that cannot be opened for want of descriptors ends neither itself nor all others.
    #[test]
    fn too_few_of_something_may_pass() {
        let download = Download {
            file: Pinned::by_id(Untrusted::new("a")),
            folder: "/x".into(),
            name: None,
            again: false,
            trust_length: false,
        };
        for (error, passes) in [
            (Errno::MFILE, true),
            (Errno::NFILE, true),
            (Errno::NOMEM, true),
            (Errno::AGAIN, true),
            (Errno::ACCESS, false),
            (Errno::NOTDIR, false),
        ] {
            let error = || io::Error::from(error);
            let failures = [
                unusable(Path::new("/x"), &error()),
                failure(Stop::Disk(error()), &download, 0, 0),
            ];
            for failure in failures {
                let may_pass = matches!(failure.kind, FailureKind::Passing { .. });
                assert_eq!(may_pass, passes, "{}: {}", error(), failure.words);
            }
        }
    }
}
