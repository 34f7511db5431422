//! How fast bytes come, over the last while.
//!
//! It knows no clock: moments go in. A pause that nothing was told of for longer than the window, such
//! as the machine's sleep, is no part of any rate.

use std::collections::VecDeque;
use std::time::Duration;

/// What is looked back at: long enough to be calm, short enough to follow a line that changes.
const WINDOW: Duration = Duration::from_secs(20);
/// Moments that are told apart within it.
const STEP: Duration = Duration::from_millis(500);
/// Nothing for so long is a pause, not a slow line.
const PAUSE: Duration = Duration::from_secs(40);
/// Below this a rate is a guess.
const LEAST: Duration = Duration::from_secs(1);

/// Bytes over a moving window.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    /// When it was counted, and how many bytes there were by then, the oldest first.
    counts: VecDeque<(Duration, u64)>,
    /// Bytes since the beginning.
    total: u64,
}

impl Rate {
    /// So many further bytes have come.
    pub fn add(&mut self, bytes: u64, now: Duration) {
        let is_pause = |(at, _): &(Duration, u64)| now.saturating_sub(*at) > PAUSE;
        if self.counts.back().is_none_or(is_pause) {
            // What comes first has come since some moment that nobody knows.
            self.counts.clear();
            self.total = self.total.saturating_add(bytes);
            self.counts.push_back((now, self.total));
            return;
        }
        self.total = self.total.saturating_add(bytes);
        let several = self.counts.len() > 1;
        match self.counts.back_mut() {
            Some((at, total)) if several && now.saturating_sub(*at) < STEP => *total = self.total,
            _ => self.counts.push_back((now, self.total)),
        }
        while self.counts.get(1).is_some_and(|(at, _)| now.saturating_sub(*at) >= WINDOW) {
            self.counts.pop_front();
        }
    }

    /// Nothing is on its way any more: what comes next begins anew.
    pub fn rest(&mut self) {
        self.counts.clear();
    }

    /// Bytes a second; nothing where it is not known yet.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    pub fn per_second(&self, now: Duration) -> Option<f64> {
        let (from, before) = *self.counts.front()?;
        let (last, _) = *self.counts.back()?;
        let until = if now.saturating_sub(last) > PAUSE { last } else { now };
        let span = until.saturating_sub(from);
        (span >= LEAST).then(|| (self.total - before) as f64 / span.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(1_000_000 + ms)
    }

    #[test]
    fn a_rate_is_known_after_a_second_and_follows() {
        let mut rate = Rate::default();
        assert_eq!(rate.per_second(at(0)), None);
        for ms in (0..=30_000).step_by(100) {
            rate.add(100, at(ms));
            if ms < 1_000 {
                assert_eq!(rate.per_second(at(ms)), None);
            }
        }
        let steady = rate.per_second(at(30_000)).unwrap();
        assert!((steady - 1_000.0).abs() < 60.0, "{steady}");
        for ms in (30_100..=60_000).step_by(100) {
            rate.add(1_000, at(ms));
        }
        let faster = rate.per_second(at(60_000)).unwrap();
        assert!((faster - 10_000.0).abs() < 600.0, "{faster}");
        assert!(rate.counts.len() <= 50, "{}", rate.counts.len());
    }

    #[test]
    fn sleep_ruins_no_rate() {
        let mut rate = Rate::default();
        (0..=10_000).step_by(100).for_each(|ms| rate.add(100, at(ms)));
        let night = 9 * 3_600_000;
        assert!(rate.per_second(at(night)).unwrap() > 900.0, "what is known stays");
        rate.add(100, at(night));
        assert_eq!(rate.per_second(at(night)), None);
        (1..=20).for_each(|n| rate.add(100, at(night + n * 100)));
        assert!((rate.per_second(at(night + 2_000)).unwrap() - 1_000.0).abs() < 60.0);
    }
}
