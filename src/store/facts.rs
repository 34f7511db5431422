//! What a page that was taken in amounts to, for whoever decides what to ask for next.

use crate::text::Untrusted;

/// What a page that was taken in amounts to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// The id of its last file that has one.
    pub last: Option<Untrusted>,
    /// Files that this reading had not seen.
    pub fresh: usize,
    /// Files that were not known at all.
    pub new: usize,
}
