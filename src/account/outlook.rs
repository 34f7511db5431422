//! What is to come of all loaded files together: how many have how much time left, which goes next,
//! and how many bytes go soon. It is looked up once for each second and each change of the store,
//! not for each frame.

use crate::store::{ExpiryCounts, FileNo, Store};
use crate::text::TotalBytes;
use crate::time::expiry::Thresholds;

/// How things stand in one second of the service's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Revision of the store, and the second: what this was made from.
    key: Option<(u64, i64)>,
    /// Files by time left.
    pub counts: ExpiryCounts,
    /// The file that expires next among those not yet expired.
    pub next: Option<FileNo>,
    /// Bytes of the files that are soon gone, or have run out and are listed still, and are not
    /// saved.
    pub bytes_at_risk: TotalBytes,
    /// Milliseconds since the epoch on the service's clock at which the counts say something else.
    change_ms: Option<i64>,
}

impl Outlook {
    /// The outlook at `server_ms`: this one, if it still holds, or else a new one.
    #[must_use]
    pub fn at(&self, store: &Store, server_ms: i64, thresholds: Thresholds) -> Self {
        let now_s = server_ms.div_euclid(1_000);
        let key = Some((store.revision(), now_s));
        if self.key == key {
            return *self;
        }
        let soon = i64::try_from(thresholds.soon_s).unwrap_or(i64::MAX);
        let wait = store.next_count_change_ms(server_ms).and_then(|wait| i64::try_from(wait).ok());
        Self {
            key,
            counts: store.expiry_counts(server_ms),
            next: store.next_to_expire(server_ms),
            bytes_at_risk: store.bytes_at_risk(now_s.saturating_add(soon)),
            change_ms: wait.map(|wait| server_ms.saturating_add(wait)),
        }
    }

    /// Milliseconds from `server_ms` until the counts say something else.
    #[must_use]
    pub fn next_count_change_ms(&self, server_ms: i64) -> Option<u64> {
        self.change_ms.map(|at| at.saturating_sub(server_ms).max(1).unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::expiring;
    use crate::time::expiry::Stated;

    fn store(expiries: impl IntoIterator<Item = i64>) -> Store {
        expiring(expiries.into_iter().map(Stated::Value), |_| Stated::Value(1_000))
    }

    #[test]
    fn it_holds_for_a_second_and_says_what_the_store_says() {
        let thresholds = Thresholds::default();
        let store = store((0..200).map(|n| 1_000_000 + n * 977));
        let mut outlook = Outlook::default();
        for ms in (1_000_000_000..1_000_000_000 + 90_000_000).step_by(999_037) {
            for ms in [ms, ms + 1, ms + 400, ms + 999, ms + 1_000] {
                outlook = outlook.at(&store, ms, thresholds);
                let anew = Outlook::default().at(&store, ms, thresholds);
                assert_eq!(outlook, anew, "{ms}");
                assert_eq!(outlook.counts, store.expiry_counts(ms), "{ms}");
                assert_eq!(outlook.next, store.next_to_expire(ms), "{ms}");
                let wait = store.next_count_change_ms(ms);
                assert_eq!(outlook.next_count_change_ms(ms), wait, "{ms}");
            }
        }
        assert_ne!(outlook.counts, ExpiryCounts::default());
    }

    #[test]
    fn at_risk_is_what_expires_before_the_bound_or_has_and_is_not_saved() {
        let thresholds = Thresholds::default();
        let soon = i64::try_from(thresholds.soon_s).unwrap();
        for (left_s, bytes) in
            [(-1_000, 1_000), (0, 1_000), (1, 1_000), (soon - 1, 1_000), (soon, 0)]
        {
            let mut store = store([1_000_000 + left_s]);
            let outlook = Outlook::default().at(&store, 1_000_000_000, thresholds);
            assert_eq!(outlook.bytes_at_risk.known, bytes, "{left_s}");
            let no = store.sequence()[0];
            assert!(store.set_saved(no, Some(5)) && !store.set_saved(no, Some(5)));
            let outlook = Outlook::default().at(&store, 1_000_000_000, thresholds);
            let at_risk = outlook.bytes_at_risk;
            assert_eq!((at_risk.known, store.at_risk(i64::MAX).count()), (0, 0));
            store.set_saved(no, None);
            let outlook = Outlook::default().at(&store, 1_000_000_000, thresholds);
            assert_eq!(outlook.bytes_at_risk.known, bytes, "saved no longer");
        }
    }

    #[test]
    fn another_revision_is_looked_at_anew() {
        let thresholds = Thresholds::default();
        let mut store = store([1_000_100]);
        let outlook = Outlook::default().at(&store, 1_000_000_000, thresholds);
        assert_eq!((outlook.counts.within_hour, outlook.bytes_at_risk.known), (1, 1_000));
        let gone = store.sequence().to_vec();
        store.remove(&gone);
        let outlook = outlook.at(&store, 1_000_000_000, thresholds);
        assert_eq!((outlook.counts.within_hour, outlook.next), (0, None));
        assert_eq!(outlook.bytes_at_risk, TotalBytes::default());
    }
}
