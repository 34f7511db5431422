//! What goes into the paging machine and comes out of it, and the states that it can be in.

use std::borrow::Cow;
use std::time::Duration;

use crate::api::ApiError;
use crate::text::Untrusted;

/// Where in the list a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// At the first file.
    Start,
    /// Behind the file with this id.
    After(Untrusted),
}

impl Cursor {
    /// The value of the `after` parameter, where there is one.
    #[must_use]
    pub fn after(&self) -> Option<&Untrusted> {
        match self {
            Self::Start => None,
            Self::After(id) => Some(id),
        }
    }
}

/// One list request to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The number that its answer must bear.
    pub request: u64,
    /// Where the page begins.
    pub cursor: Cursor,
    /// Which try this is, from 1.
    pub attempt: u32,
}

/// Why the list could not be read on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The last try failed, or the first one in a way that no retry mends.
    #[error(transparent)]
    Call(ApiError),
    /// The service asks for a longer wait than the program sits through on its own.
    #[error("{error}; it asks to wait {} s", .wait.as_secs())]
    AskedToWait {
        /// The answer in which the service asked for it.
        error: ApiError,
        /// For how long it wants to be left alone.
        wait: Duration,
        /// The monotonic moment before which no retry is made.
        until: Duration,
    },
    /// The service says that there is more, and does not give it.
    #[error("the service repeats itself: it says that there is more, but sends nothing new")]
    CursorStuck,
    /// The service sends more files at once than are read of one page.
    #[error("over 10,000 files in one page: only the first 10,000 are shown")]
    PageTooLong,
    /// The service knows neither the cursor nor the one before, and not after a new start either.
    #[error("the service no longer knows where the last page ended: {0}")]
    CursorRefused(ApiError),
    /// The program holds as many files as it can address.
    #[error("too many files: no more can be held in memory")]
    Full,
}

impl Failure {
    /// What went wrong, from the whole sentence to a word or two, for where there is less room.
    #[must_use]
    pub fn ways(&self) -> Vec<String> {
        match self {
            Self::Call(error) => error.ways(),
            Self::AskedToWait { .. }
            | Self::CursorStuck
            | Self::PageTooLong
            | Self::CursorRefused(_)
            | Self::Full => vec![self.to_string(), self.short(), self.brief()],
        }
    }

    /// What went wrong in at most half a line, for where the whole does not fit; the whole of an
    /// error of a call, whose length the service has in its hands.
    #[must_use]
    pub fn short(&self) -> String {
        match self {
            Self::Call(error) => error.to_string(),
            Self::AskedToWait { error, wait, .. } => {
                format!("{}; it asks to wait {} s", error.brief(), wait.as_secs())
            }
            Self::CursorStuck => "it says more, but sends nothing new".to_owned(),
            Self::PageTooLong => "only the first 10,000 files are shown".to_owned(),
            Self::CursorRefused(error) => format!("last page's end unknown: {}", error.brief()),
            Self::Full => "no more files fit into memory".to_owned(),
        }
    }

    /// Whether loading on may bring more files, as soon as the service answers again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Call(error) => error.may_pass(),
            Self::AskedToWait { .. } => true,
            Self::CursorStuck | Self::CursorRefused(_) | Self::PageTooLong | Self::Full => false,
        }
    }

    /// What went wrong in a word or two, for where there is no room for more.
    #[must_use]
    pub fn brief(&self) -> String {
        match self {
            Self::Call(error) | Self::AskedToWait { error, .. } => error.brief(),
            Self::CursorStuck => "repeats itself".to_owned(),
            Self::PageTooLong => "page too long".to_owned(),
            Self::CursorRefused(_) => "place unknown".to_owned(),
            Self::Full => "full".to_owned(),
        }
    }

    /// What the operator can do about it.
    #[must_use]
    pub fn advice(&self) -> Cow<'static, str> {
        let advice = match self {
            Self::Call(error) => return error.advice(),
            Self::AskedToWait { .. } => "try again then",
            Self::CursorStuck | Self::CursorRefused(_) | Self::PageTooLong => {
                "the service does not page as it should"
            }
            Self::Full => "there is no way to hold more",
        };
        advice.into()
    }
}

/// The state of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is under way; the next page, if wanted, begins at `next`.
    Ready {
        /// Where the next page begins.
        next: Cursor,
    },
    /// A request is in flight.
    Loading {
        /// The number of the request.
        request: u64,
        /// Where its page begins.
        at: Cursor,
        /// Which try this is, from 1.
        attempt: u32,
    },
    /// A try failed; the next one waits.
    Backoff {
        /// The monotonic moment of the next try.
        until: Duration,
        /// Where its page begins.
        at: Cursor,
        /// The tries made.
        attempt: u32,
        /// Why the last try failed.
        why: ApiError,
    },
    /// The list could not be read on; what is loaded stays.
    Failed {
        /// Where the page that failed begins.
        at: Cursor,
        /// Why no further try is made.
        why: Failure,
    },
    /// The end of the list was reached.
    Exhausted,
}

impl State {
    /// The state's name, for the log.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready",
            Self::Loading { .. } => "loading",
            Self::Backoff { .. } => "backoff",
            Self::Exhausted => "exhausted",
            Self::Failed { .. } => "failed",
        }
    }
}
