//! Time as the rest of the program sees it: [`Now`], a pair of readings that the runtime hands in,
//! and [`ServerClock`], which tells what the service's clock shows at such a moment.
//!
//! Nothing here reads a clock, except [`Now::read`] and [`since_boot`], which only the runtime, the
//! client and the commands call, and [`LOCAL`], which these hand in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::UtcOffset;

use super::zone::Zone;

/// Wall and monotonic clock further apart than before by this much: one of them was set, or the
/// machine slept.
const JUMP_MS: i64 = 5_000;
/// Skew up to this is not used: `Date` steps by whole seconds, and a clock that a time service
/// keeps is better than that.
const USED_FROM_MS: i64 = 2_000;
/// From this on skew is worth telling the operator.
const TOLD_FROM_MS: i64 = 60_000;
/// What two clocks may drift apart, in parts of a million: twice what a poor quartz does.
const DRIFT_PPM: i64 = 200;

/// One moment, read from two clocks at once.
///
/// Expiries are compared with the wall clock, since the service states them as dates; back-off and
/// frames are measured on the monotonic clock, which nobody can set and which goes on while the
/// machine sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now {
    /// Milliseconds since the Unix epoch, as this machine believes.
    pub wall_ms: i64,
    /// Time since the machine was started.
    pub mono: Duration,
}

impl Now {
    /// Reads both clocks.
    #[must_use]
    pub fn read() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        Self { wall_ms: wall.map_or(0, millis), mono: since_boot() }
    }

    /// The same moment shifted by `by` on both clocks.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self {
            wall_ms: self.wall_ms.saturating_add(millis(by)),
            mono: self.mono.saturating_add(by),
        }
    }

    /// The wall clock's distance from the monotonic one: constant while nobody sets either.
    fn wall_offset_ms(self) -> i64 {
        self.wall_ms.saturating_sub(millis(self.mono))
    }

    /// What the wall clock showed, or will show, at another moment of the monotonic one, if nobody sets
    /// it, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn wall_ms_at(self, mono: Duration) -> i64 {
        self.wall_offset_ms().saturating_add(millis(mono))
    }

    /// By how many milliseconds the wall clock was set since `earlier`; zero where it ran on.
    #[must_use]
    pub fn jump_since(self, earlier: Self) -> i64 {
        let apart = self.wall_offset_ms().saturating_sub(earlier.wall_offset_ms());
        if apart.abs() < JUMP_MS { 0 } else { apart }
    }
}

/// Reads the monotonic clock: time since the machine was started, its sleep included.
#[cfg(target_os = "linux")]
#[must_use]
pub fn since_boot() -> Duration {
    let read = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::try_from(read).unwrap_or_default()
}

/// Reads the monotonic clock: time since the program first asked.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn since_boot() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// The machine's local time, with the offset that holds at each moment; UTC where it cannot be told.
pub const LOCAL: Zone = Zone::Ruled(|at| UtcOffset::local_offset_at(at).unwrap_or(UtcOffset::UTC));

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// What one answer told about the service's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateSample {
    /// The `Date` header in seconds since the epoch.
    pub date_s: i64,
    /// The monotonic clock when the request left.
    pub sent: Duration,
    /// The monotonic clock when the head of the answer was there.
    pub received: Duration,
}

/// The service's clock, estimated from `Date` headers against our monotonic clock.
///
/// A `Date` of `d` says that the service's clock stood in `[d, d + 1 s)` at some moment between
/// sending and receiving. Each sample is therefore an interval of possible distances between the
/// two clocks; successive samples are intersected, so that the estimate sharpens, and widened by
/// what quartzes may drift. One that does not fit is believed only once a second one agrees with
/// it, so that a single odd `Date` moves nothing. Since our wall clock is no part of it, setting
/// that moves nothing either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerClock {
    believed: Option<Interval>,
    doubted: Option<Interval>,
}

/// Possible values of the service's clock minus our monotonic one, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interval {
    low: i64,
    high: i64,
    at: Duration,
}

impl Interval {
    fn of(sample: DateSample) -> Option<Self> {
        let date_ms = sample.date_s.checked_mul(1_000)?;
        (sample.received >= sample.sent).then(|| Self {
            low: date_ms.saturating_sub(millis(sample.received)),
            high: date_ms.saturating_add(1_000).saturating_sub(millis(sample.sent)),
            at: sample.received,
        })
    }

    /// Both at once, where that is possible at all.
    fn agree(self, other: Self) -> Option<Self> {
        let drift = millis(other.at.saturating_sub(self.at)).saturating_mul(DRIFT_PPM) / 1_000_000;
        let low = self.low.saturating_sub(drift).max(other.low);
        let high = self.high.saturating_add(drift).min(other.high);
        (low <= high).then_some(Self { low, high, at: other.at })
    }

    fn middle(self) -> i64 {
        self.low + (self.high.saturating_sub(self.low)) / 2
    }
}

impl ServerClock {
    /// Takes in one sample; impossible ones (received before sent) are ignored.
    pub fn observe(&mut self, sample: DateSample) {
        let Some(new) = Interval::of(sample) else { return };
        let Some(believed) = self.believed else {
            self.believed = Some(new);
            return;
        };
        if let Some(both) = believed.agree(new) {
            (self.believed, self.doubted) = (Some(both), None);
        } else if let Some(both) = self.doubted.and_then(|doubted| doubted.agree(new)) {
            (self.believed, self.doubted) = (Some(both), None);
        } else {
            self.doubted = Some(new);
        }
    }

    /// Whether the service has told what its clock shows.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.believed.is_some()
    }

    /// Milliseconds since the epoch on the service's clock at `now`.
    ///
    /// Our wall clock serves while it is within two seconds of what the service told.
    #[must_use]
    pub fn server_ms(&self, now: Now) -> i64 {
        let ours = now.wall_offset_ms();
        let offset = match self.believed {
            Some(told) if told.low <= ours && ours <= told.high => ours,
            Some(told) if (told.middle().saturating_sub(ours)).abs() > USED_FROM_MS => {
                told.middle()
            }
            _ => ours,
        };
        offset.saturating_add(millis(now.mono))
    }

    /// The service's clock minus ours, where that is more than a minute.
    #[must_use]
    pub fn notable_skew(&self, now: Now) -> Option<i64> {
        let skew = self.server_ms(now).saturating_sub(now.wall_ms);
        (skew.abs() > TOLD_FROM_MS).then_some(skew)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALL: i64 = 1_790_000_000_000;

    fn at(seconds: f64, wall_ms: i64) -> Now {
        Now { wall_ms, mono: Duration::from_secs_f64(seconds) }
    }

    /// A sample of a service whose clock is `ahead_ms` ahead of `WALL` at boot.
    fn sample(sent_s: f64, took_ms: u64, ahead_ms: i64) -> DateSample {
        let sent = Duration::from_secs_f64(sent_s);
        let took = Duration::from_millis(took_ms);
        let stamped = WALL + ahead_ms + millis(sent + took / 2);
        DateSample { date_s: stamped.div_euclid(1_000), sent, received: sent + took }
    }

    #[test]
    fn without_a_date_the_clocks_are_taken_to_agree() {
        assert_eq!(ServerClock::default().server_ms(at(7.0, 5_000)), 5_000);
    }

    /// Hazards 29: a clock that is an hour wrong.
    #[test]
    fn small_skew_is_not_used_and_a_large_one_is_right_to_the_second() {
        let mut clock = ServerClock::default();
        clock.observe(sample(10.4, 50, 0));
        assert_eq!(clock.server_ms(at(11.0, WALL + 11_000)), WALL + 11_000);

        for ahead in [3_600_000, -3_600_000, 7_300, -86_400_000 * 400] {
            let mut clock = ServerClock::default();
            for (number, at) in [10.0, 40.3, 70.65, 100.9].into_iter().enumerate() {
                clock.observe(sample(at, 40 + number as u64 * 30, ahead));
                let now = self::at(at + 5.0, WALL + millis(Duration::from_secs_f64(at + 5.0)));
                let error = clock.server_ms(now) - (now.wall_ms + ahead);
                let bound = if number == 0 { 600 } else { 500 };
                assert!(error.abs() <= bound, "{ahead} after {number}: {error}");
            }
            let now = at(120.0, WALL + 120_000);
            assert_eq!(clock.notable_skew(now).is_some(), ahead.abs() > 60_000);
        }
    }

    /// Hazards 29: a clock that is set.
    #[test]
    fn setting_the_local_clock_moves_no_countdown() {
        let mut clock = ServerClock::default();
        for at in [10.1, 40.45, 70.8] {
            clock.observe(sample(at, 30, 0));
        }
        for step in [3_600_000, -3_600_000, 5_500, -40_000] {
            let now = at(80.0, WALL + 80_000 + step);
            let error = clock.server_ms(now) - (WALL + 80_000);
            assert!(error.abs() < 600, "{step}: {error}");
            assert_eq!(now.jump_since(at(70.0, WALL + 70_000)), step);
        }
        assert_eq!(at(80.0, WALL + 80_900).jump_since(at(70.0, WALL + 70_000)), 0, "no jump");
    }

    /// Hazards 30.
    #[test]
    fn sleep_passes_on_both_clocks() {
        let mut clock = ServerClock::default();
        clock.observe(sample(10.0, 30, 3_600_000));
        let woken = at(9.0 * 3_600.0, WALL + 9 * 3_600_000);
        let error = clock.server_ms(woken) - (woken.wall_ms + 3_600_000);
        assert!(error.abs() <= 1_000, "{error}");
    }

    #[test]
    fn one_odd_date_is_doubted_and_two_that_agree_are_believed() {
        let mut clock = ServerClock::default();
        clock.observe(sample(10.0, 30, 0));
        let now = at(50.0, WALL + 50_000);
        let before = clock.server_ms(now);
        clock.observe(sample(40.0, 30, 900_000));
        assert_eq!(clock.server_ms(now), before, "a single one");
        clock.observe(sample(41.0, 30, -700_000));
        assert_eq!(clock.server_ms(now), before, "two that contradict each other");
        clock.observe(sample(42.0, 30, -700_000));
        assert!((clock.server_ms(now) - before + 700_000).abs() <= 1_000);
    }

    #[test]
    fn a_slow_drift_is_followed() {
        let mut clock = ServerClock::default();
        for minute in 0..3_000_u32 {
            // 50 parts in a million, over two days.
            let ahead = 10_000 + i64::from(minute) * 3;
            let at = 10.0 + f64::from(minute) * 60.0 + f64::from(minute % 7) * 0.13;
            clock.observe(sample(at, 40, ahead));
            let now = self::at(at, WALL + millis(Duration::from_secs_f64(at)));
            let error = clock.server_ms(now) - (now.wall_ms + ahead);
            assert!(error.abs() <= 700, "minute {minute}: {error}");
        }
    }

    #[test]
    fn nonsense_is_ignored() {
        let mut clock = ServerClock::default();
        let (early, late) = (Duration::from_secs(8), Duration::from_secs(9));
        clock.observe(DateSample { date_s: 1_000, sent: late, received: early });
        clock.observe(DateSample { date_s: i64::MAX, sent: early, received: late });
        assert_eq!(clock, ServerClock::default());
    }
}
