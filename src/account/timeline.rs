//! When files expire, from now on: the hours of the next day, then days.
//!
//! Buckets begin and end at full hours and at midnight of the operator's time zone, so that they
//! mean something, and so that what is in one changes only when files do or an hour ends.
//!
//! Hours and days are measured each on a scale of its own: in a busy week no hour holds as much as a
//! day does, and the hours, which matter first, would all look alike.

use std::ops::Range;

use crate::store::{FileNo, Store};
use crate::text::TotalBytes;
use crate::time::expiry::Stated;
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

impl Measure {
    /// Its name on the screen.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Bytes => "bytes",
        }
    }
}

/// So many files, and what is known of their sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many.
    pub files: usize,
    /// The sum of their sizes.
    pub bytes: TotalBytes,
}

impl Amount {
    /// Files or bytes.
    #[must_use]
    pub fn measured(&self, measure: Measure) -> u128 {
        match measure {
            Measure::Files => self.files as u128,
            Measure::Bytes => self.bytes.known,
        }
    }

    fn add(&mut self, bytes: Stated<u64>) {
        self.files += 1;
        self.bytes.put(bytes.value());
    }
}

/// The files that expire in one span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Seconds since the epoch on the service's clock, from and up to; the first one begins now,
    /// the last one has no end.
    pub span: Range<i64>,
    /// How much is in it.
    pub amount: Amount,
    /// When the first of it goes, in seconds since the epoch on the service's clock.
    pub first_s: Option<i64>,
    /// The one that goes first, and the one that goes last.
    pub ends: Option<(FileNo, FileNo)>,
}

/// What a timeline was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Basis {
    /// Revision of the store.
    revision: u64,
    /// Revision of the choice of its files, where it is not all of them.
    choice: Option<u64>,
    /// Files expired, of all.
    expired: usize,
    /// The hour, by the operator's clock.
    hour: i64,
}

/// All files, or some of them, by the time at which they expire. Its parts add up to the total.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    buckets: Vec<Bucket>,
    /// What is past its expiry.
    pub expired: Amount,
    /// What no expiry is given of.
    pub never: Amount,
    /// What an expiry is given of that could not be read, and files that could not.
    pub unknown: Amount,
    basis: Option<Basis>,
}

impl Timeline {
    /// Brings the buckets up to date with all files, if the store or the time has moved on in a way
    /// that matters to them. Costs a few binary searches for each bucket.
    pub fn update(&mut self, store: &Store, server_ms: i64, zone: Zone) {
        if !self.is_outdated(store, None, server_ms, zone) {
            return;
        }
        let now_s = server_ms.div_euclid(1_000);
        let counts = store.expiry_counts(server_ms);
        let total = store.total_bytes();
        let expired = store.bytes_expiring(i64::MIN, now_s.saturating_add(1));
        let ahead = store.bytes_expiring(now_s.saturating_add(1), i64::MAX);
        let never = store.bytes_never_expiring();
        self.expired = Amount { files: counts.expired, bytes: expired };
        self.never = Amount { files: counts.never, bytes: never };
        let others = expired + ahead + never;
        let unknown = TotalBytes {
            known: total.known.saturating_sub(others.known),
            unknown: total.unknown.saturating_sub(others.unknown),
        };
        self.unknown = Amount { files: counts.unknown, bytes: unknown };
        let bucket = |span: Range<i64>| {
            let files = store.expiring(span.start, span.end);
            let bytes = store.bytes_expiring(span.start, span.end);
            Bucket {
                amount: Amount { files: files.len(), bytes },
                first_s: files.first().and_then(|no| store.expires_at(*no).value()),
                ends: files.first().copied().zip(files.last().copied()),
                span,
            }
        };
        self.buckets = spans(now_s, zone).map(bucket).collect();
    }

    /// Brings the buckets up to date with some of the files. These are asked for only if the store,
    /// the time, or the `choice`, a number that differs whenever other files are chosen, has moved
    /// on; then it costs as much as there are of them.
    pub fn update_chosen<F: IntoIterator<Item = FileNo>>(
        &mut self,
        store: &Store,
        (server_ms, zone): (i64, Zone),
        choice: u64,
        chosen: impl FnOnce() -> F,
    ) {
        if !self.is_outdated(store, Some(choice), server_ms, zone) {
            return;
        }
        let now_s = server_ms.div_euclid(1_000);
        let empty = |span| Bucket { span, amount: Amount::default(), first_s: None, ends: None };
        *self = Self {
            buckets: spans(now_s, zone).map(empty).collect(),
            basis: self.basis,
            ..Self::default()
        };
        for no in chosen() {
            self.count(store, no, now_s);
        }
    }

    fn count(&mut self, store: &Store, no: FileNo, now_s: i64) {
        let bytes = store.bytes(no);
        let at = match store.expires_at(no) {
            Stated::Nothing => return self.never.add(bytes),
            Stated::Odd => return self.unknown.add(bytes),
            Stated::Value(at) if at <= now_s => return self.expired.add(bytes),
            Stated::Value(at) => at,
        };
        let behind = self.buckets.partition_point(|bucket| bucket.span.end <= at);
        // The last bucket has no end, so that even the end of time is in it.
        let last = self.buckets.len().saturating_sub(1);
        let Some(bucket) = self.buckets.get_mut(behind.min(last)) else { return };
        bucket.amount.add(bytes);
        bucket.first_s = Some(bucket.first_s.map_or(at, |first| first.min(at)));
        let at = |no: FileNo| (store.expires_at(no).value(), no);
        bucket.ends = Some(bucket.ends.map_or((no, no), |(first, last)| {
            (if at(no) < at(first) { no } else { first }, if at(no) > at(last) { no } else { last })
        }));
    }

    /// Whether it was made from something else than there is now; notes what there is.
    fn is_outdated(
        &mut self,
        store: &Store,
        choice: Option<u64>,
        server_ms: i64,
        zone: Zone,
    ) -> bool {
        let now_s = server_ms.div_euclid(1_000);
        let basis = Some(Basis {
            revision: store.revision(),
            choice,
            // What expires first says when the first bucket changes by itself.
            expired: store.expiry_counts(server_ms).expired,
            hour: (now_s + zone.offset_s(now_s)).div_euclid(HOUR_S),
        });
        std::mem::replace(&mut self.basis, basis) != basis
    }

    /// The buckets: [`HOURS`] hours, [`DAYS`] days, and all that comes later.
    #[must_use]
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> Amount {
        let buckets = self.buckets.iter().map(|bucket| bucket.amount);
        let all = buckets.chain([self.expired, self.never, self.unknown]);
        all.fold(Amount::default(), |sum, part| Amount {
            files: sum.files + part.files,
            bytes: sum.bytes + part.bytes,
        })
    }

    /// The largest measured amounts: of an hour, and of a day.
    #[must_use]
    pub fn most(&self, measure: Measure) -> [u128; 2] {
        let (hours, others) = self.buckets.split_at(HOURS.min(self.buckets.len()));
        let days = &others[..DAYS.min(others.len())];
        let most =
            |part: &[Bucket]| part.iter().map(|bucket| bucket.amount.measured(measure)).max();
        [hours, days].map(|part| most(part).unwrap_or(0))
    }

    /// How much of `full` the bar of a bucket takes: the highest hour and the highest day take all
    /// of it, what comes after the days at most as much, and anything at all takes something.
    #[must_use]
    pub fn height(&self, number: usize, measure: Measure, full: u16) -> u16 {
        let amount = self.buckets.get(number).map_or(0, |bucket| bucket.amount.measured(measure));
        let most = self.most(measure)[usize::from(number >= HOURS)];
        if amount >= most {
            return if amount == 0 { 0 } else { full };
        }
        u16::try_from((amount * u128::from(full)).div_ceil(most)).unwrap_or(full)
    }
}

fn spans(now_s: i64, zone: Zone) -> impl Iterator<Item = Range<i64>> {
    let bounds = bounds(now_s, zone);
    (1..bounds.len()).map(move |end| bounds[end - 1]..bounds[end])
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
    use crate::account::samples::expiring;
    use time::macros::offset;

    const NOW_S: i64 = 1_795_442_400;
    const UTC: Zone = Zone::Fixed(offset!(UTC));

    /// Files with these expiries, and so many bytes as their numbers say.
    fn store(expiries: impl IntoIterator<Item = Stated<i64>>) -> Store {
        let bytes = |n| if n % 7 == 3 { Stated::Nothing } else { Stated::Value(n) };
        expiring(expiries, bytes)
    }

    #[test]
    fn chosen_files_are_counted_as_all_are() {
        let expiries = (0..400).map(|n| match n % 50 {
            7 => Stated::Nothing,
            8 => Stated::Odd,
            _ => Stated::Value(NOW_S - 9_000 + n * 3_331),
        });
        let store = store(expiries);
        for ms in [0, 1, 999, 3_599_999, 3_600_000, 90_000_017] {
            let server_ms = NOW_S * 1_000 + ms;
            let (mut all, mut chosen) = (Timeline::default(), Timeline::default());
            all.update(&store, server_ms, UTC);
            chosen.update_chosen(&store, (server_ms, UTC), 1, || store.numbers());
            chosen.basis = all.basis;
            assert_eq!(all, chosen, "{ms}");
            assert_eq!(all.total(), Amount { files: 400, bytes: store.total_bytes() });
            assert!(all.never.bytes.known > 0 && all.unknown.bytes.known > 0);
            assert!(all.total().bytes.unknown > 0);
        }
    }

    #[test]
    fn chosen_files_are_asked_for_only_when_something_moved_on() {
        let store = store([Stated::Value(NOW_S + 5)]);
        let mut timeline = Timeline::default();
        let mut asked = 0;
        for (ms, choice) in [(0, 1), (1, 1), (4_999, 1), (4_999, 2), (5_000, 2), (6_000, 2)] {
            timeline.update_chosen(&store, (NOW_S * 1_000 + ms, UTC), choice, || {
                asked += 1;
                store.numbers()
            });
        }
        assert_eq!(asked, 3, "at first, of another choice, and when the file expired");
    }

    #[test]
    fn hours_and_days_have_a_scale_each() {
        // Two in an hour, one in another, a hundred in a day, a thousand later.
        let later = |days: i64, files: usize| vec![Stated::Value(NOW_S + days * DAY_S); files];
        let hours = [100, 200, 4_000].map(|s| Stated::Value(NOW_S + s));
        let all = [later(3, 100), later(30, 1_000)].concat();
        let mut timeline = Timeline::default();
        timeline.update(&store(hours.into_iter().chain(all)), NOW_S * 1_000, UTC);
        assert_eq!(timeline.most(Measure::Files), [2, 100]);
        let height = |number| timeline.height(number, Measure::Files, 8);
        assert_eq!([0, 1, 2].map(height), [8, 4, 0]);
        let days: Vec<u16> = (HOURS..HOURS + DAYS).map(height).collect();
        assert_eq!(days.iter().filter(|height| **height == 8).count(), 1, "{days:?}");
        assert_eq!(height(HOURS + DAYS), 8, "as high as the highest day at most");
        assert_eq!(Timeline::default().height(0, Measure::Bytes, 8), 0);
    }

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
