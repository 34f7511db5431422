//! Uploads: what is sent, what follows where the answer does not say that it is stored, and which file of
//! the list it then is.
//!
//! A form is sent once. Only where the service cannot have it (no connection was made, or it answered
//! 429) is it sent again:
//!
//! | what came of it | next |
//! |---|---|
//! | the file, under its name and with its length | stored |
//! | no connection | sent again, as long as there are tries |
//! | 429 | sent again, when the service asks for that |
//! | an answer that refuses it (401, 403, 501, a redirect, a 4xx other than 408 and 425) | refused |
//! | anything else before the end of the form was handed out | not stored, but that it is said to be |
//! | any other answer, no answer, a connection that broke | the list is looked at, when the service asks for that |
//!
//! A rest that the service asks for counts for what is sent next, too; where it is longer than anybody waits,
//! nothing more is sent.
//!
//! In the list it is a file of that name and length, made since the upload began, by the service's clock:
//!
//! | files of the list | what is said |
//! |---|---|
//! | one that is so in all three | stored after all |
//! | several | they match, and nobody knows which it is |
//! | none, but some that may be it: of these the list does not say all three, or they seem older by a clock that the service does not tell | may have been stored |
//! | none at all | not seen |
//!
//! Before either of the last two is said, it is looked at once more, a little later.
//!
//! It knows neither disk nor network nor clock.

mod stored;

use std::path::PathBuf;
use std::time::Duration;

use super::Pinned;
use crate::api::retry::{Allowance, Policy};
use crate::api::{ApiError, File};
use crate::text::Untrusted;

pub use stored::{NewestFirst, StoredSearch, is_it, may_be_named};

/// A file of this machine that is to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Where it lies, absolute.
    pub path: PathBuf,
    /// What it is to be used for.
    pub purpose: String,
    /// Seconds from its creation to its expiry; as the service likes without them.
    pub expires_s: Option<u64>,
}

/// Whether a text can be a purpose: a word, as all services have them.
#[must_use]
pub fn is_purpose(text: &str) -> bool {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '"';
    !text.is_empty() && text.chars().all(fits)
}

/// Which file it was, and as of when: another one under its path, or one that was written to since, has
/// another stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    /// Its length in bytes.
    pub bytes: u64,
    /// When it was written to: seconds since 1970, and nanoseconds.
    pub modified: (i64, i64),
    /// Its number on its disk.
    pub inode: u64,
    /// The number of its disk.
    pub device: u64,
}

/// Looks at the list, where it is not said whether a file is stored.
pub const LOOKS: u32 = 2;
/// From one look to the next.
pub const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// The shortest and the longest time to expiry that services take, in seconds: an hour, and thirty days.
pub const EXPIRY_S: std::ops::RangeInclusive<u64> = 3_600..=2_592_000;

/// What came of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadEnd {
    /// The service says that it is stored.
    Stored(Box<File>),
    /// It did not say so, and has it.
    StoredAfterAll(Box<File>),
    /// It did not say so, and has several that may be it.
    Several(Vec<Pinned>),
    /// It did not say so, and does not have it, as far as can be seen; why, in words.
    NotSeen(String),
    /// It did not say so, and the list cannot be read or does not tell; why, in words.
    Unknown(String),
    /// It was not stored, for this reason.
    Failed(String),
    /// It was not stored, since the service cannot be reached, or is asked too often; how, in words.
    Unserved(String),
    /// The key is refused; the sentence that says so.
    KeyRefused(String),
}

impl UploadEnd {
    /// What there is to say of it, in a line that is fit to be shown.
    #[must_use]
    pub fn words(&self) -> String {
        let id = |id: &Untrusted| id.borrow().printable_within(130);
        match self {
            Self::Stored(file) => format!("stored: {}", id(&file.id)),
            Self::StoredAfterAll(file) => format!("stored after all: {}", id(&file.id)),
            Self::Several(files) => {
                let ids: Vec<String> = files.iter().map(|file| id(&file.id)).collect();
                let count = match files.len() {
                    2 => "two".to_owned(),
                    count => crate::text::grouped(count),
                };
                format!("{count} match: {}", ids.join(", "))
            }
            Self::NotSeen(why) => format!("not seen; upload again? ({why})"),
            Self::Unknown(why) => format!("may have been stored: {why}"),
            Self::Failed(why) | Self::Unserved(why) | Self::KeyRefused(why) => why.clone(),
        }
    }

    /// Whether it may be stored, and nobody knows.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Several(_) | Self::NotSeen(_) | Self::Unknown(_))
    }

    /// Whether it can be sent again without a second one being stored, as far as can be seen.
    #[must_use]
    pub fn may_be_sent_again(&self) -> bool {
        matches!(self, Self::NotSeen(_)) || self.is_nothing()
    }

    /// Whether it is sure that nothing was stored.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Unserved(_) | Self::KeyRefused(_))
    }

    /// The file that is stored, where that is known.
    #[must_use]
    pub fn stored(&self) -> Option<&File> {
        match self {
            Self::Stored(file) | Self::StoredAfterAll(file) => Some(file),
            _ => None,
        }
    }
}

/// What came of an upload, and what was learnt by the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What came of it.
    pub end: UploadEnd,
    /// The SHA-256 sum of all that was sent of the file, in hexadecimal digits, where it is stored.
    pub sha256: Option<String>,
    /// The rest that the service wants before anything else is sent, the longest that it asked for.
    pub rest: Option<Rest>,
}

impl From<UploadEnd> for Sent {
    /// What came of an upload of which nothing else is known.
    fn from(end: UploadEnd) -> Self {
        Self { end, sha256: None, rest: None }
    }
}

/// That a service wants to be left alone for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// For how long, from when it said so.
    pub wait: Duration,
    /// Until when, on the monotonic clock.
    pub until: Duration,
    /// How it said so, in words that are fit to be shown.
    pub words: String,
}

impl Rest {
    /// The rest that an error asks for, if it asks for one.
    #[must_use]
    pub fn asked(error: &ApiError, now: Duration) -> Option<Self> {
        let wait = error.wait()?;
        Some(Self { wait, until: now.saturating_add(wait), words: with_wait(error) })
    }

    /// The rest that is to be taken where no more requests are allowed for now: as long as anybody waits at
    /// most, since what it allows then it says itself.
    #[must_use]
    pub fn until_allowed(allowance: Option<Allowance>, now: Duration) -> Option<Self> {
        let spent = allowance.filter(|allowance| allowance.remaining == 0)?;
        let wait = spent.reset.min(Policy::default().longest_wait);
        let words = "no more requests are allowed for now".to_owned();
        Some(Self { wait, until: now.saturating_add(wait), words })
    }

    /// Whether it is longer than anybody waits: nothing more is sent then.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.wait > Policy::default().longest_wait
    }
}

/// An error, and how long it asks to wait.
fn with_wait(error: &ApiError) -> String {
    let asks = error.wait().map(|wait| format!("; it asks to wait {} s", wait.as_secs()));
    format!("{error}{}", asks.unwrap_or_default())
}

/// What is to be done behind a try that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// The form is sent again, after so long.
    SendAgain(Duration),
    /// The list tells whether it is stored.
    LookAtList,
    /// It is not stored.
    End(UploadEnd),
}

/// What follows from an error of the `attempt`th try, from 1, in which the end of the form was handed out
/// where it is `whole`: before that, nobody can have the file.
pub fn after_failure(
    error: &ApiError,
    whole: bool,
    attempt: u32,
    policy: &Policy,
    rng: &mut fastrand::Rng,
) -> AfterFailure {
    let wait = error.wait();
    if error.refuses_key_for_good() {
        return AfterFailure::End(UploadEnd::KeyRefused(error.to_string()));
    }
    let nobody_has_it = !error.was_connected() || error.is_crowding();
    let may_wait = wait.is_none_or(|wait| wait <= policy.longest_wait);
    let may_pass = error.is_transient() || error.is_crowding();
    if nobody_has_it && may_pass && may_wait && attempt < policy.attempts {
        return AfterFailure::SendAgain(wait.unwrap_or_else(|| policy.backoff(attempt, rng)));
    }
    match error {
        _ if nobody_has_it => {
            let end = if error.is_outage() { UploadEnd::Unserved } else { UploadEnd::Failed };
            AfterFailure::End(end(with_wait(error)))
        }
        ApiError::Refused { .. } | ApiError::Forbidden { .. } | ApiError::Redirected { .. }
            if !error.leaves_open() =>
        {
            AfterFailure::End(UploadEnd::Failed(error.to_string()))
        }
        _ if !whole => {
            let words = format!("{}; not all of it was sent: nothing is stored", with_wait(error));
            AfterFailure::End(UploadEnd::Failed(words))
        }
        // Nobody waits as long before the list is looked at.
        _ if error.leaves_open() && !may_wait => {
            AfterFailure::End(UploadEnd::Unknown(with_wait(error)))
        }
        // Also a 500 that is not to be tried again: it says nothing of what was done before.
        _ => AfterFailure::LookAtList,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::error::Status;
    use crate::text::Untrusted;

    fn unavailable(status: u16, wait: Option<u64>) -> ApiError {
        let wait = wait.map(Duration::from_secs);
        ApiError::Unavailable { status: Status(status), message: None, wait }
    }

    #[test]
    fn only_what_nobody_has_is_sent_again() {
        let refused =
            |status| ApiError::Refused { status: Status(status), message: None, wait: None };
        let cause = || Untrusted::new("reset");
        for (error, attempt, next) in [
            (ApiError::Unreachable { cause: cause() }, 1, "again"),
            (ApiError::Unreachable { cause: cause() }, 3, "unserved"),
            (ApiError::Untrustworthy { cause: cause() }, 1, "failed"),
            (unavailable(429, None), 2, "again"),
            (unavailable(429, Some(100)), 1, "again"),
            (unavailable(429, None), 3, "unserved"),
            (unavailable(429, Some(121)), 1, "unserved"),
            (refused(429), 1, "again"),
            (unavailable(500, None), 1, "list"),
            (unavailable(503, Some(1)), 1, "list"),
            (unavailable(503, Some(121)), 1, "unknown"),
            (unavailable(408, None), 1, "list"),
            (ApiError::Interrupted { cause: cause() }, 1, "list"),
            (ApiError::TimedOut { what: "answer", limit: Duration::from_secs(120) }, 1, "list"),
            (ApiError::Undecodable { what: "it is no HTTP" }, 1, "list"),
            (refused(400), 1, "failed"),
            (refused(409), 1, "failed"),
            (refused(413), 1, "failed"),
            (refused(501), 1, "failed"),
            // With `x-should-retry: false`.
            (refused(500), 1, "list"),
            (ApiError::Redirected { target: cause() }, 1, "failed"),
            (ApiError::KeyRefused { message: None, secret: None }, 1, "key"),
        ] {
            let mut rng = fastrand::Rng::with_seed(1);
            let mut told =
                |whole| match after_failure(&error, whole, attempt, &Policy::default(), &mut rng) {
                    AfterFailure::SendAgain(_) => "again",
                    AfterFailure::LookAtList => "list",
                    AfterFailure::End(UploadEnd::Failed(_)) => "failed",
                    AfterFailure::End(UploadEnd::Unserved(_)) => "unserved",
                    AfterFailure::End(UploadEnd::KeyRefused(_)) => "key",
                    AfterFailure::End(UploadEnd::Unknown(_)) => "unknown",
                    AfterFailure::End(end) => panic!("{end:?}"),
                };
            // What broke off before the end of the form is not stored, and needs not to be looked for.
            let cut = if matches!(next, "list" | "unknown") { "failed" } else { next };
            assert_eq!((told(true), told(false)), (next, cut), "{error:?}");
        }
    }
}
