//! Which files were created when: a look at all of them, since only a filter on ages asks.

use super::{FileNo, ODD, Store, stated_time};

impl Store {
    /// The files that were created after `after_s`, up to and including `until_s`.
    #[must_use]
    pub fn created_within(&self, after_s: i64, until_s: i64) -> Vec<FileNo> {
        let after_s = after_s.max(ODD);
        let numbers = (0_u32..).map(FileNo).zip(self.created_at.iter());
        numbers.filter(|(_, at)| after_s < *at && *at <= until_s).map(|(no, _)| no).collect()
    }

    /// The first moment of creation after `after_s`.
    #[must_use]
    pub fn first_created_after(&self, after_s: i64) -> Option<i64> {
        let after_s = after_s.max(ODD);
        let first = self.created_at.iter().filter(|at| *at > after_s).min()?;
        stated_time(first).value()
    }
}
