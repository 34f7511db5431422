//! When the loaded files expire, from now on: the hours of the next day, then days.
//!
//! Buckets begin and end at full hours and at midnight of the operator's time zone, so that they
//! mean something, and so that what is in one changes only when files do or an hour ends.

use std::ops::Range;

use crate::store::{FileNo, Store};
use crate::time::zone::Zone;

pub(crate) const HOUR_S: i64 = 3_600;
pub(crate) const DAY_S: i64 = 24 * HOUR_S;
/// Buckets of an hour, the one under way included.
pub const HOURS: usize = 24;
/// Buckets of a day behind them.
pub const DAYS: usize = 7;

/// What a bar of the timeline stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// Files.
    #[default]
    Files,
    /// The bytes of files, as far as known.
    Bytes,
}

/// The files that expire in one span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Seconds since the epoch on the service's clock, from and up to; the first one begins now,
    /// the last one has no end.
    pub span: Range<i64>,
    /// How many files expire in it.
    pub files: usize,
    /// The sum of the known sizes of those files, in bytes.
    pub bytes: u128,
    /// The one that goes first, and the one that goes last.
    pub ends: Option<(FileNo, FileNo)>,
}

/// The buckets from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    buckets: Vec<Bucket>,
    /// Revision of the store, files expired, and the hour: what the buckets were made from.
    key: Option<(u64, usize, i64)>,
}

impl Timeline {
    /// Brings the buckets up to date, if the store or the second has moved on in a way that
    /// matters to them.
    pub fn update(&mut self, store: &Store, server_ms: i64, zone: Zone) {
        // What expires first says when the first bucket changes by itself.
        let expired = store.expiry_counts(server_ms).expired;
        let now_s = server_ms.div_euclid(1_000);
        let hour = (now_s + zone.offset_s(now_s)).div_euclid(HOUR_S);
        let key = Some((store.revision(), expired, hour));
        if self.key == key {
            return;
        }
        self.key = key;
        let bounds = bounds(now_s, zone);
        self.buckets = bounds
            .windows(2)
            .map(|pair| {
                let span = pair[0]..pair[1];
                let files = store.expiring(span.start, span.end);
                Bucket {
                    files: files.len(),
                    bytes: store.bytes_expiring(span.start, span.end),
                    ends: files.first().copied().zip(files.last().copied()),
                    span,
                }
            })
            .collect();
    }

    /// The buckets: [`HOURS`] hours, [`DAYS`] days, and all that comes later.
    #[must_use]
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// The largest of the measured amounts.
    #[must_use]
    pub fn most(&self, measure: Measure) -> u128 {
        self.buckets.iter().map(|bucket| bucket.amount(measure)).max().unwrap_or(0)
    }
}

impl Bucket {
    /// Files or bytes.
    #[must_use]
    pub fn amount(&self, measure: Measure) -> u128 {
        match measure {
            Measure::Files => self.files as u128,
            Measure::Bytes => self.bytes,
        }
    }

    /// Whether a file that expires at `at_s` is in it.
    #[must_use]
    pub fn contains(&self, at_s: i64) -> bool {
        self.span.contains(&at_s)
    }
}

/// Where buckets begin and end. The first bound is the first second that is not over yet.
fn bounds(now_s: i64, zone: Zone) -> Vec<i64> {
    let offset = zone.offset_s(now_s);
    let local = |at: i64| at.saturating_add(offset);
    let hour = local(now_s).div_euclid(HOUR_S) * HOUR_S - offset;
    let mut bounds = vec![now_s + 1];
    bounds.extend((1..=24).map(|n| hour + n * HOUR_S));
    let mut day = hour + 24 * HOUR_S;
    for _ in 0..DAYS {
        // Midnight by the offset that holds on that day: a change of the clocks moves it.
        let offset = zone.offset_s(day + DAY_S);
        let midnight = ((day + offset).div_euclid(DAY_S) + 1) * DAY_S - offset;
        day = midnight.max(day + 1);
        bounds.push(day);
    }
    bounds.push(i64::MAX);
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::offset;

    #[test]
    fn hours_then_days_then_the_rest_without_a_gap() {
        for offset in [offset!(UTC), offset!(+5:30), offset!(-9:30), offset!(+12:45)] {
            let zone = Zone::Fixed(offset);
            for now in [1_795_442_400, 1_795_442_399, 1_795_446_001, 1_700_000_123] {
                let bounds = bounds(now, zone);
                assert_eq!(bounds.len(), HOURS + 1 + DAYS + 1);
                assert!(bounds.is_sorted() && bounds[0] == now + 1, "{bounds:?}");
                let local = |at: i64| at + i64::from(offset.whole_seconds());
                assert!(bounds[1..=HOURS].iter().all(|at| local(*at) % HOUR_S == 0));
                assert!(bounds[1] - now <= HOUR_S && bounds[1] > now);
                let days = &bounds[HOURS + 1..=HOURS + DAYS];
                assert!(days.iter().all(|at| local(*at) % DAY_S == 0));
                assert_eq!(days[DAYS - 1] - days[0], 6 * DAY_S);
                assert!(days[0] - bounds[HOURS] <= DAY_S);
            }
        }
    }
}
