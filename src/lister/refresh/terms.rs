//! What goes into the refresher and comes out of it.

use std::time::Duration;

use super::super::Cursor;
use crate::api::ApiError;
use crate::api::pace::Pace;
use crate::store::{Extent, FileNo, Store};
use crate::text::Untrusted;

/// From this on an answer is slow: the wait for it is counted on the screen, and who asks anew waits
/// for it no longer.
pub const SLOW: Duration = Duration::from_secs(2);

/// How refreshing is done; the defaults are the program's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshPolicy {
    /// From one round to the next; nothing where rounds begin only on demand.
    pub interval: Option<Duration>,
    /// List requests of one round at most.
    pub list_requests: u32,
    /// Requests for single files in one round at most.
    pub checks: u32,
    /// List requests in flight at once, where a complete list is read again as a whole.
    pub cursors: u32,
}

impl Default for RefreshPolicy {
    fn default() -> Self {
        let interval = Some(Duration::from_secs(30));
        Self { interval, list_requests: 10, checks: 10, cursors: 4 }
    }
}

/// What a round is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundScope {
    /// To read as much as the budget allows.
    Budget,
    /// To read all that is loaded.
    All,
}

/// What is known of all that a round may read.
#[derive(Clone, Copy, Debug)]
pub struct Survey<'a> {
    /// The loaded files.
    pub store: &'a Store,
    /// The files in view.
    pub view: &'a [FileNo],
    /// The file under the cursor.
    pub selected: Option<FileNo>,
    /// Whether the end of the list was reached.
    pub complete: bool,
    /// Files asked for at once.
    pub limit: u16,
    /// How fast the service may be asked.
    pub pace: &'a Pace,
}

/// One thing to ask the service for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A page that was read before, or the one behind it.
    Page {
        /// Where the page begins.
        cursor: Cursor,
        /// Files in it at most.
        limit: u16,
        /// Whether files behind the known ones are wanted.
        extent: Extent,
    },
    /// A single file.
    File {
        /// The number of the file in the store.
        no: FileNo,
        /// The id of the file.
        id: Untrusted,
    },
}

/// How a round ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Where the list goes on behind what is loaded, if it does.
    pub goes_on: Option<Cursor>,
    /// Whether it read again all that is loaded.
    pub whole: bool,
}

/// A request of the refresher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshRequest {
    /// The number that its answer must bear.
    pub request: u64,
    /// What to ask for.
    pub ask: Ask,
}

/// Why the operator's wish for a round is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The last one began less than a second ago, or one is under way.
    TooSoon,
    /// The service asked to be left alone until this monotonic moment.
    AskedToWait(Duration),
}

/// What keeps rounds from succeeding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The last cause.
    pub why: ApiError,
    /// Rounds that failed in a row.
    pub failures: u32,
    /// Whether pages came, and only the files that they left out could not be asked for.
    pub in_checks: bool,
}
