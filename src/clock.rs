//! Time as the rest of the program sees it: [`Now`], a pair of readings that the runtime hands in,
//! and [`ServerClock`], which tells what the service's clock shows at such a moment.
//!
//! Nothing here reads a clock, except [`Now::read`], which only the runtime and the commands call.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// One moment, read from two clocks at once.
///
/// Expiries are compared with the wall clock, since the service states them as dates; back-off and
/// frames are measured on the monotonic clock, which nobody can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now {
    /// Milliseconds since the Unix epoch, as this machine believes.
    pub wall_ms: i64,
    /// Time since the program started.
    pub mono: Duration,
}

impl Now {
    /// Reads both clocks; `start` is the origin of the monotonic reading.
    #[must_use]
    pub fn read(start: Instant) -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            wall_ms: wall.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
            mono: start.elapsed(),
        }
    }

    /// The same moment shifted by `by` on both clocks.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self {
            wall_ms: self.wall_ms.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
            mono: self.mono.saturating_add(by),
        }
    }
}

/// What one answer told about the service's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateSample {
    /// The `Date` header in seconds since the epoch.
    pub date_s: i64,
    /// Our wall clock when the request left, in milliseconds.
    pub sent_ms: i64,
    /// Our wall clock when the head of the answer was there, in milliseconds.
    pub received_ms: i64,
}

/// Skew below this is indistinguishable from the one-second steps of `Date` and is not used.
const USED_FROM_MS: i64 = 2_000;

/// The service's clock, estimated from `Date` headers.
///
/// A `Date` of `d` says that the service's clock stood in `[d, d + 1 s)` at some moment between
/// sending and receiving. Each sample is therefore an interval of possible skews; successive
/// samples are intersected, so that the estimate sharpens, and one that does not fit (a clock was
/// set) starts afresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerClock {
    skew: Option<(i64, i64)>,
}

impl ServerClock {
    /// Takes in one sample; impossible ones (received before sent) are ignored.
    pub fn observe(&mut self, sample: DateSample) {
        if sample.received_ms < sample.sent_ms {
            return;
        }
        let Some(date_ms) = sample.date_s.checked_mul(1_000) else { return };
        let low = date_ms.saturating_sub(sample.received_ms);
        let high = date_ms.saturating_add(1_000).saturating_sub(sample.sent_ms);
        self.skew = Some(match self.skew {
            Some((l, h)) if l.max(low) <= h.min(high) => (l.max(low), h.min(high)),
            _ => (low, high),
        });
    }

    /// The service's clock minus ours in milliseconds; zero while unknown or too small to matter.
    #[must_use]
    pub fn skew_ms(&self) -> i64 {
        let Some((low, high)) = self.skew else { return 0 };
        let middle = low + (high - low) / 2;
        if low <= 0 && 0 <= high || middle.abs() <= USED_FROM_MS { 0 } else { middle }
    }

    /// Milliseconds since the epoch on the service's clock at `now`.
    #[must_use]
    pub fn server_ms(&self, now: Now) -> i64 {
        now.wall_ms.saturating_add(self.skew_ms())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(date_s: i64, sent_ms: i64, received_ms: i64) -> DateSample {
        DateSample { date_s, sent_ms, received_ms }
    }

    #[test]
    fn without_a_date_the_clocks_are_taken_to_agree() {
        let now = Now { wall_ms: 5_000, mono: Duration::ZERO };
        assert_eq!(ServerClock::default().server_ms(now), 5_000);
    }

    #[test]
    fn small_skew_is_not_used_and_a_large_one_is_right_to_the_second() {
        let mut clock = ServerClock::default();
        clock.observe(sample(1_000, 1_000_400, 1_000_450));
        assert_eq!(clock.skew_ms(), 0);

        let mut hour_behind = ServerClock::default();
        for at in [0, 300, 650, 900] {
            let ours = 1_000_000 + at;
            let theirs = ours + 3_600_000;
            hour_behind.observe(sample(theirs / 1_000, ours - 20, ours + 20));
        }
        assert!((hour_behind.skew_ms() - 3_600_000).abs() < 400, "{}", hour_behind.skew_ms());
    }

    #[test]
    fn a_clock_that_was_set_starts_afresh() {
        let mut clock = ServerClock::default();
        clock.observe(sample(1_000, 1_000_400, 1_000_450));
        clock.observe(sample(1_060, 7_000_400, 7_000_450));
        assert!((clock.skew_ms() + 5_940_000).abs() <= 1_000, "{}", clock.skew_ms());
    }

    #[test]
    fn nonsense_is_ignored() {
        let mut clock = ServerClock::default();
        clock.observe(sample(1_000, 9_000, 8_000));
        clock.observe(sample(i64::MAX, 0, 1));
        assert_eq!(clock, ServerClock::default());
    }
}
