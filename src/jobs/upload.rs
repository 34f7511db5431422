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
//! | an answer that refuses it (401, 403, other 4xx, a redirect) | refused |
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

use std::path::PathBuf;
use std::time::Duration;

use super::Pinned;
use crate::api::retry::{Allowance, Policy};
use crate::api::upload::quoted;
use crate::api::{ApiError, File};
use crate::text::Untrusted;

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
/// Seconds by which the service's clock may be read wrongly.
const TOLERANCE_S: i64 = 2;
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

/// What follows from an error of the `attempt`th try, from 1.
pub fn after_failure(
    error: &ApiError,
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
        // Nobody waits as long before the list is looked at.
        _ if error.leaves_open() && !may_wait => {
            AfterFailure::End(UploadEnd::Unknown(with_wait(error)))
        }
        // Also a 500 that is not to be tried again: it says nothing of what was done before.
        _ if error.leaves_open() => AfterFailure::LookAtList,
        ApiError::Refused { .. } | ApiError::Forbidden { .. } | ApiError::Redirected { .. } => {
            AfterFailure::End(UploadEnd::Failed(error.to_string()))
        }
        _ => AfterFailure::LookAtList,
    }
}

/// Whether a reply describes the file that was sent, as far as it says.
#[must_use]
pub fn is_it(file: &File, filename: &str, bytes: u64) -> bool {
    let has_name = file.filename.as_ref().is_some_and(|name| is_named(name, filename));
    has_name
        && file.bytes.value().is_none_or(|of_file| of_file == bytes)
        && !file.id.raw().is_empty()
}

/// Whether a service calls a file as it was sent: by its name, or as that stood in the form.
fn is_named(name: &Untrusted, filename: &str) -> bool {
    [filename.as_bytes(), quoted(filename).as_bytes()].contains(&name.raw())
}

/// What the list says of a file that may be the one that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    /// That it is so.
    Same,
    /// That it is not.
    Other,
    /// Not whether it is; what it does not say, in words.
    Unsaid(&'static str),
}

impl Match {
    fn of(is_so: Option<bool>, unsaid: &'static str) -> Self {
        is_so.map_or(Self::Unsaid(unsaid), |is_so| if is_so { Self::Same } else { Self::Other })
    }

    /// Both at once.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Other, _) | (_, Self::Other) => Self::Other,
            (Self::Unsaid(what), _) | (_, Self::Unsaid(what)) => Self::Unsaid(what),
            (Self::Same, Self::Same) => Self::Same,
        }
    }
}

/// Collects from the list what may be the file that was sent.
#[derive(Clone, Debug)]
pub struct StoredSearch {
    filename: Untrusted,
    bytes: u64,
    /// The second of the service's clock at which it began to be sent, and whether the service told what
    /// that shows; else it is taken to show what ours does.
    since: (i64, bool),
    found: Vec<File>,
    /// Of these nobody can tell, for want of what the first of them is told without.
    possible: Vec<Untrusted>,
    unsaid: &'static str,
}

impl StoredSearch {
    /// Looks for a file of this name and length that was made since the second `since_s` of the service's
    /// clock. Where it is not `told` what that shows, nothing is known of files that seem older.
    #[must_use]
    pub fn new(filename: &str, bytes: u64, since_s: i64, told: bool) -> Self {
        let (filename, since) = (Untrusted::new(filename), (since_s, told));
        Self { filename, bytes, since, found: vec![], possible: vec![], unsaid: "" }
    }

    /// Looks at a file of the list.
    pub fn look_at(&mut self, file: &File) {
        let own = String::from_utf8_lossy(self.filename.raw());
        let name = file.filename.as_ref().map(|name| is_named(name, &own));
        let bytes = file.bytes.value().map(|bytes| bytes == self.bytes);
        let made = file.created_at.value();
        let (since, told) = self.since;
        let is_new = |at: i64| {
            let is_new = at >= since.saturating_sub(TOLERANCE_S);
            (is_new || told).then_some(is_new)
        };
        let made_since = match made {
            None => Match::of(None, "when it was made"),
            Some(at) => Match::of(is_new(at), "what its clock shows"),
        };
        let is_it = Match::of(name, "its name").and(Match::of(bytes, "its length")).and(made_since);
        match is_it {
            Match::Same if !self.found.iter().any(|found| found.id == file.id) => {
                self.found.push(file.clone());
            }
            Match::Unsaid(what) if !self.possible.contains(&file.id) => {
                self.unsaid = if self.possible.is_empty() { what } else { self.unsaid };
                self.possible.push(file.id.clone());
            }
            Match::Same | Match::Unsaid(_) | Match::Other => {}
        }
    }

    /// What that comes to, where the upload ended so; nothing where none was found.
    #[must_use]
    pub fn end(self, error: &ApiError) -> Option<UploadEnd> {
        let Self { mut found, possible, unsaid, .. } = self;
        match (found.len(), possible.as_slice()) {
            (0, []) => None,
            (0, [first, others @ ..]) => {
                let first = first.borrow().printable_within(130);
                let others = match others.len() {
                    0 => String::new(),
                    1 => ", or another one".to_owned(),
                    others => format!(", or one of {} others", crate::text::grouped(others)),
                };
                Some(UploadEnd::Unknown(format!(
                    "{error}; it may be {first}{others}: the service does not say {unsaid}"
                )))
            }
            (1, _) => found.pop().map(|file| UploadEnd::StoredAfterAll(Box::new(file))),
            _ => Some(UploadEnd::Several(found.iter().map(Pinned::read).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::error::Status;
    use crate::time::expiry::Stated;

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
            let told = match after_failure(&error, attempt, &Policy::default(), &mut rng) {
                AfterFailure::SendAgain(_) => "again",
                AfterFailure::LookAtList => "list",
                AfterFailure::End(UploadEnd::Failed(_)) => "failed",
                AfterFailure::End(UploadEnd::Unserved(_)) => "unserved",
                AfterFailure::End(UploadEnd::KeyRefused(_)) => "key",
                AfterFailure::End(UploadEnd::Unknown(_)) => "unknown",
                AfterFailure::End(end) => panic!("{end:?}"),
            };
            assert_eq!(told, next, "{error:?}");
        }
    }

    fn file(id: &str, name: &str, bytes: u64, at: i64) -> File {
        File {
            id: Untrusted::new(id),
            filename: Some(Untrusted::new(name)),
            bytes: Stated::Value(bytes),
            created_at: Stated::Value(at),
            expires_at: Stated::Nothing,
            purpose: None,
            extra: None,
        }
    }

    #[test]
    fn in_the_list_it_is_a_file_of_that_name_and_length_made_since() {
        for (files, expected) in [
            (vec![], None),
            (vec![file("a", "x", 7, 100)], Some("stored after all: a")),
            (vec![file("a", "x", 7, 100), file("a", "x", 7, 100)], Some("stored after all: a")),
            (vec![file("a", "x", 7, 100), file("b", "x", 7, 101)], Some("two match: a, b")),
            (vec![file("a", "y", 7, 100)], None),
            (vec![file("a", "x", 8, 100)], None),
            (vec![file("a", "x", 7, 97)], None),
            (vec![file("a", "x", 7, 98)], Some("stored after all: a")),
        ] {
            let mut search = StoredSearch::new("x", 7, 100, true);
            for file in &files {
                search.look_at(file);
            }
            let end = search.end(&unavailable(500, None));
            assert_eq!(end.map(|end| end.words()).as_deref(), expected, "{files:?}");
        }
    }

    /// What the list or the service's clock does not say is neither a match nor none: each line has what is
    /// listed, whether the service tells what its clock shows, and what is said of it.
    #[test]
    fn what_is_not_said_is_no_reason_to_send_it_again() {
        let timeless = |id: &str| File { created_at: Stated::Nothing, ..file(id, "x", 7, 0) };
        let odd = |id: &str| File { created_at: Stated::Odd, ..file(id, "x", 7, 0) };
        let endless = |id: &str| File { bytes: Stated::Nothing, ..file(id, "x", 7, 100) };
        let nameless = |id: &str| File { filename: None, ..file(id, "x", 7, 100) };
        let (now, no_clock) = (true, false);
        let may_be = |id: &str, unsaid: &str| {
            format!(
                "may have been stored: the service answered 500 Internal Server Error; it may be {id}: \
                 the service does not say {unsaid}"
            )
        };
        for (files, told, expected) in [
            (vec![timeless("a")], now, may_be("a", "when it was made")),
            (vec![odd("a")], now, may_be("a", "when it was made")),
            (vec![endless("a")], now, may_be("a", "its length")),
            (vec![nameless("a")], now, may_be("a", "its name")),
            (vec![file("a", "x", 7, 100)], no_clock, "stored after all: a".to_owned()),
            (vec![file("a", "x", 7, 1)], no_clock, may_be("a", "what its clock shows")),
            (
                vec![timeless("a"), timeless("a"), endless("b")],
                now,
                may_be("a, or another one", "when it was made"),
            ),
            (
                vec![timeless("a"), endless("b"), odd("c")],
                now,
                may_be("a, or one of 2 others", "when it was made"),
            ),
            // What is known to be another one stays another one.
            (vec![File { bytes: Stated::Value(8), ..timeless("a") }], now, String::new()),
            (
                vec![File { filename: Some(Untrusted::new("y")), ..endless("a") }],
                now,
                String::new(),
            ),
            (vec![File { created_at: Stated::Value(9), ..nameless("a") }], now, String::new()),
            (vec![file("a", "x", 8, 100)], no_clock, String::new()),
            // One that is it in every respect is it, whatever else may be.
            (vec![timeless("a"), file("b", "x", 7, 100)], now, "stored after all: b".to_owned()),
        ] {
            let mut search = StoredSearch::new("x", 7, 100, told);
            for file in &files {
                search.look_at(file);
            }
            let end = search.end(&unavailable(500, None));
            let words = end.map_or(String::new(), |end| end.words());
            assert_eq!(words, expected, "{files:?}");
        }
    }

    #[test]
    fn a_reply_is_about_the_file_where_it_says_so() {
        assert!(is_it(&file("a", "x", 7, 1), "x", 7));
        assert!(!is_it(&file("a", "x", 8, 1), "x", 7));
        assert!(!is_it(&file("a", "another", 7, 1), "x", 7));
        for name in ["q\"u\r\n.jsonl", "q%22u%0D%0A.jsonl"] {
            assert!(is_it(&file("a", name, 7, 1), "q\"u\r\n.jsonl", 7), "as it was sent: {name}");
        }
        assert!(!is_it(&file("a", "x\"", 7, 1), "x%22", 7));
        assert!(!is_it(&file("", "x", 7, 1), "x", 7));
    }
}
