//! How many files have how much time left, from the order by expiry: a few binary searches, never a
//! scan.

use super::sums::{ByteSums, QUARTER_S};
use super::{FileNo, NOTHING, ODD, Store, stated_time};
use crate::text::TotalBytes;
use crate::time::expiry::Stated;

const HOUR_MS: i64 = 3_600_000;

/// How many files have how much time left, by fixed bounds; the counts add up to what is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExpiryCounts {
    /// Past their expiry.
    pub expired: usize,
    /// Less than an hour left.
    pub within_hour: usize,
    /// An hour or more, less than 24 hours.
    pub within_day: usize,
    /// 24 hours or more, less than seven days.
    pub within_week: usize,
    /// Seven days or more.
    pub later: usize,
    /// No expiry given.
    pub never: usize,
    /// An expiry, or a whole file, that could not be read.
    pub unknown: usize,
}

impl Store {
    /// How many files have how much time left at `server_ms`. Costs a few binary searches.
    #[must_use]
    pub fn expiry_counts(&self, server_ms: i64) -> ExpiryCounts {
        let rows = self.by_expiry.rows();
        let below = |bound_ms: i64| {
            rows.partition_point(|no| match stated_time(self.expires_at.get(no.0 as usize)) {
                Stated::Value(at) => i128::from(at) * 1_000 < i128::from(bound_ms),
                Stated::Odd | Stated::Nothing => false,
            })
        };
        let dated = rows.partition_point(|no| self.expires_at.get(no.0 as usize) > ODD);
        let odd = rows.partition_point(|no| self.expires_at.get(no.0 as usize) != NOTHING) - dated;
        let expired = below(server_ms.saturating_add(1));
        let [hour, day, week] = [1, 24, 7 * 24]
            .map(|hours| below(server_ms.saturating_add(hours * HOUR_MS - 999)).max(expired));
        ExpiryCounts {
            expired,
            within_hour: hour - expired,
            within_day: day - hour,
            within_week: week - day,
            later: dated - week,
            never: rows.len() - dated - odd,
            unknown: odd,
        }
    }

    /// Milliseconds until [`expiry_counts`](Self::expiry_counts) will say something else.
    #[must_use]
    pub fn next_count_change_ms(&self, server_ms: i64) -> Option<u64> {
        let counts = self.expiry_counts(server_ms);
        let firsts = [
            (counts.expired, 0),
            (counts.expired + counts.within_hour, HOUR_MS),
            (counts.expired + counts.within_hour + counts.within_day, 24 * HOUR_MS),
            (self.len() - counts.later - counts.never - counts.unknown, 7 * 24 * HOUR_MS),
        ];
        let waits = firsts.into_iter().filter_map(|(at, bound_ms)| {
            let no = *self.by_expiry.rows().get(at)?;
            let at = stated_time(self.expires_at.get(no.0 as usize)).value()?;
            // A countdown that shows less than the bound has at most the bound less a second left.
            let shown_ms = if bound_ms == 0 { 0 } else { bound_ms - 1_000 };
            let left = i128::from(at) * 1_000 - i128::from(server_ms) - i128::from(shown_ms);
            u64::try_from(left.max(1)).ok()
        });
        waits.min()
    }

    /// The file that expires next among those not yet expired at `server_ms`.
    #[must_use]
    pub fn next_to_expire(&self, server_ms: i64) -> Option<FileNo> {
        let rows = self.by_expiry.rows();
        let no = *rows.get(self.expiry_counts(server_ms).expired)?;
        (self.expires_at.get(no.0 as usize) > ODD).then_some(no)
    }

    /// The loaded files that expire from `from_s` up to, and excluding, `to_s`, soonest first.
    #[must_use]
    pub fn expiring(&self, from_s: i64, to_s: i64) -> &[FileNo] {
        // Most questions are about no time at all, and a search among a million files waits for
        // the memory many times.
        if from_s >= to_s {
            return &[];
        }
        let (from, to) = (self.expiring_before(from_s), self.expiring_before(to_s));
        &self.by_expiry.rows()[from..to]
    }

    /// How many of the files expire before `bound_s`: they are the first in the order by expiry.
    fn expiring_before(&self, bound_s: i64) -> usize {
        self.by_expiry.rows().partition_point(|no| {
            let at = self.expires_at.get(no.0 as usize);
            at > ODD && at < bound_s
        })
    }

    /// The first moment of expiry that is not before `from_s`.
    #[must_use]
    pub fn first_expiring_from(&self, from_s: i64) -> Option<i64> {
        let no = *self.by_expiry.rows().get(self.expiring_before(from_s))?;
        stated_time(self.expires_at.get(no.0 as usize)).value()
    }

    /// The bytes of [those files](Self::expiring).
    #[must_use]
    pub fn bytes_expiring(&self, from_s: i64, to_s: i64) -> TotalBytes {
        self.bytes_of(&self.sums, from_s, to_s, |_| true)
    }

    /// The bytes of those of [these files](Self::expiring) that `counts` lets through, as they are
    /// in `sums`.
    pub(super) fn bytes_of(
        &self,
        sums: &ByteSums,
        from_s: i64,
        to_s: i64,
        counts: impl Fn(FileNo) -> bool,
    ) -> TotalBytes {
        let up = |at: i64| at.div_euclid(QUARTER_S) + i64::from(at.rem_euclid(QUARTER_S) != 0);
        let (first, last) = (up(from_s), to_s.div_euclid(QUARTER_S));
        let one_by_one = |from_s, to_s| {
            let files = self.expiring(from_s, to_s).iter().filter(|no| counts(**no));
            files.map(|no| self.known_bytes(*no)).collect::<TotalBytes>()
        };
        if first >= last {
            return one_by_one(from_s, to_s);
        }
        one_by_one(from_s, first.saturating_mul(QUARTER_S))
            + sums.whole_quarters(first..last)
            + one_by_one(last.saturating_mul(QUARTER_S), to_s)
    }

    /// The bytes of the files that no expiry is given of.
    #[must_use]
    pub fn bytes_never_expiring(&self) -> TotalBytes {
        self.sums.never
    }
}
