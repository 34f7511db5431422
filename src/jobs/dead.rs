//! What is kept of files that nobody has gone on with for long: a part of a content, and what is known of
//! it beside it. It is taken away only where somebody asks for that.

use std::path::PathBuf;

use crate::text::Untrusted;

/// Seconds after which a part that nothing was written to is called dead: seven days.
pub const DEAD_AFTER_S: i64 = 7 * 86_400;

/// A part that is dead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadPart {
    /// Where the file would lie, were it whole; the part lies beside that.
    pub path: PathBuf,
    /// The id of the file.
    pub id: Untrusted,
    /// Bytes that are kept.
    pub received: u64,
    /// Bytes of the whole content, where that was known.
    pub total: Option<u64>,
    /// When something was written to it last, in seconds since the epoch by this machine.
    pub touched_s: i64,
}

impl DeadPart {
    /// Whole days for which nothing was written to it, at `now_s` seconds since the epoch.
    #[must_use]
    pub fn days(&self, now_s: i64) -> i64 {
        now_s.saturating_sub(self.touched_s).max(0) / 86_400
    }
}
