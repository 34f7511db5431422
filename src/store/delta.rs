//! What changed, for orders that are kept elsewhere.

use super::FileNo;

/// What happened to the store since orders were told last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Files that are new.
    pub added: Vec<FileNo>,
    /// Files that were there and whose sort keys changed; their places can no longer be searched.
    pub changed: Vec<FileNo>,
    /// Files that the service showed again, whether or not anything changed.
    pub verified: Vec<FileNo>,
    /// Files that are held no longer; their numbers may be among the added ones again.
    pub removed: Vec<FileNo>,
}

impl Delta {
    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.changed.is_empty()
            && self.verified.is_empty()
            && self.removed.is_empty()
    }

    /// What happened, for an order that rests on when files were verified.
    #[must_use]
    pub fn with_verified(&self) -> Self {
        let mut all = self.clone();
        all.changed.append(&mut all.verified);
        all.settle()
    }

    /// Each file once, and none changed that was added or removed as well.
    pub(super) fn settle(mut self) -> Self {
        for numbers in [&mut self.added, &mut self.changed, &mut self.verified, &mut self.removed] {
            numbers.sort_unstable();
            numbers.dedup();
        }
        let (added, removed) = (&self.added, &self.removed);
        for numbers in [&mut self.changed, &mut self.verified] {
            numbers.retain(|no| {
                added.binary_search(no).is_err() && removed.binary_search(no).is_err()
            });
        }
        self
    }
}
