//! Time left: how long a file has before the service deletes it, how urgent that is, the text that
//! says so, and when that text changes next.
//!
//! This module knows neither clock nor screen; every function is given the service's now in
//! milliseconds since the epoch.

use std::fmt;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Nobody keeps a file for more days than these, 27 years: such an expiry stands for something else,
/// and is not counted down.
const MOST_DAYS: u64 = 9_999;

/// Something that a service states about a file: a time or a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stated<T> {
    /// The service gave a value that could be read.
    Value(T),
    /// The service gave nothing: the field is missing, null, or (for times) zero.
    Nothing,
    /// The service gave something that is no such value; it is shown as `?`, never guessed.
    Odd,
}

impl<T> Stated<T> {
    /// The value, where there is a readable one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Odd => None,
        }
    }
}

/// A moment as the API states it: seconds since the Unix epoch.
pub type StatedTime = Stated<i64>;

/// `expires_at` minus the service's now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeLeft {
    /// The moment has passed.
    Expired,
    /// Whole seconds left, rounded up, so at least one: the countdown never shows zero.
    Seconds(u64),
    /// No expiry is given; the service keeps the file, as far as it says.
    Never,
    /// An expiry is given that could not be read.
    Unknown,
}

/// From which time left on a file is critical, or soon gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// With less than this many seconds left, a file is critical.
    pub critical_s: u64,
    /// With less than this many seconds left, a file is soon gone.
    pub soon_s: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { critical_s: HOUR, soon_s: DAY }
    }
}

/// How much a file's time left matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Past its expiry; the service may delete it at any moment.
    Expired,
    /// Less time left than the first threshold.
    Critical,
    /// Less than the second.
    Soon,
    /// More than that.
    Fresh,
    /// No expiry given.
    Never,
    /// An expiry given that could not be read.
    Unknown,
}

impl TimeLeft {
    /// The time left of a file that expires at `expires_at`, at `server_ms` on the service's clock.
    #[must_use]
    pub fn of(expires_at: StatedTime, server_ms: i64) -> Self {
        match expires_at {
            Stated::Nothing => Self::Never,
            Stated::Odd => Self::Unknown,
            Stated::Value(at) => match left_ms(at, server_ms) {
                0 => Self::Expired,
                ms => Self::Seconds(ms.div_ceil(1_000)),
            },
        }
    }

    /// The urgency of this time left.
    #[must_use]
    pub fn urgency(self, thresholds: Thresholds) -> Urgency {
        match self {
            Self::Expired => Urgency::Expired,
            Self::Seconds(s) if s < thresholds.critical_s => Urgency::Critical,
            Self::Seconds(s) if s < thresholds.soon_s => Urgency::Soon,
            Self::Seconds(_) => Urgency::Fresh,
            Self::Never => Urgency::Never,
            Self::Unknown => Urgency::Unknown,
        }
    }

    /// The countdown with seconds at any distance, as the detail pane shows it.
    #[must_use]
    pub fn with_seconds(self) -> String {
        match self {
            Self::Seconds(s) if (DAY..=MOST_DAYS * DAY).contains(&s) => {
                let (h, m) = (s % DAY / HOUR, s % HOUR / MINUTE);
                format!("{}d {h:02}:{m:02}:{:02}", s / DAY, s % MINUTE)
            }
            other => other.to_string(),
        }
    }
}

/// The countdown of the table, at most eight cells: `6d 23h`, `23:59:59`, `59:59`, `expired`, `—`,
/// `?`; from 1,000 days on without the hours, and beyond what anyone keeps a file `?` too.
impl fmt::Display for TimeLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Self::Expired => "expired".to_owned(),
            Self::Never => "—".to_owned(),
            Self::Seconds(s) if s < HOUR => format!("{:02}:{:02}", s / MINUTE, s % MINUTE),
            Self::Seconds(s) if s < DAY => {
                format!("{:02}:{:02}:{:02}", s / HOUR, s % HOUR / MINUTE, s % MINUTE)
            }
            Self::Seconds(s) if s < 1_000 * DAY => {
                format!("{}d {:02}h", s / DAY, s % DAY / HOUR)
            }
            Self::Seconds(s) if s <= MOST_DAYS * DAY => format!("{}d", s / DAY),
            Self::Unknown | Self::Seconds(_) => "?".to_owned(),
        };
        f.pad(&text)
    }
}

/// Milliseconds from now until the countdown (with seconds, if `seconds`) shows something else.
///
/// `None` where it never will: expired, no expiry, or not readable.
#[must_use]
pub fn next_change_ms(expires_at: StatedTime, server_ms: i64, seconds: bool) -> Option<u64> {
    let at = expires_at.value()?;
    let left = Some(left_ms(at, server_ms)).filter(|ms| *ms > 0)?;
    let shown = left.div_ceil(1_000);
    let step = match shown {
        _ if seconds => 1,
        0..DAY => 1,
        s if s < 1_000 * DAY => HOUR,
        _ => DAY,
    };
    // The text for `shown` holds down to, and excluding, the whole second at which it changes.
    let last = if shown > MOST_DAYS * DAY { MOST_DAYS * DAY + 1 } else { shown / step * step };
    Some(left - (last.min(shown) - 1) * 1_000)
}

/// How much of a file's life is left, from 0 to 1; `None` where birth or expiry is not known.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a share for a bar a few cells wide")]
pub fn share_left(created_at: StatedTime, expires_at: StatedTime, server_ms: i64) -> Option<f64> {
    let (born, dies) = (created_at.value()?, expires_at.value()?);
    let life = i128::from(dies) - i128::from(born);
    if life <= 0 {
        return None;
    }
    let left = left_ms(dies, server_ms);
    Some((left as f64 / (life as f64 * 1_000.0)).min(1.0))
}

/// How many of `cells` bar cells are filled for `share`: at least one while anything is left.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "share is in 0..=1")]
pub fn filled_cells(share: f64, cells: u16) -> u16 {
    if share <= 0.0 {
        return 0;
    }
    ((share * f64::from(cells)).round() as u16).clamp(1, cells)
}

/// Milliseconds until a bar of `cells` cells loses its next one; `None` where it will not before
/// the file expires.
#[must_use]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a wake-up time, checked against the share again on waking"
)]
pub fn next_cell_ms(
    created_at: StatedTime,
    expires_at: StatedTime,
    server_ms: i64,
    cells: u16,
) -> Option<u64> {
    let share = share_left(created_at, expires_at, server_ms)?;
    let filled = filled_cells(share, cells);
    if filled <= 1 {
        return None;
    }
    let life_ms = (expires_at.value()?.saturating_sub(created_at.value()?)) as f64 * 1_000.0;
    let until = share - (f64::from(filled) - 0.5) / f64::from(cells);
    Some((until.max(0.0) * life_ms).ceil() as u64 + 1)
}

/// Zero once the moment has passed.
fn left_ms(expires_at_s: i64, server_ms: i64) -> u64 {
    let left = i128::from(expires_at_s) * 1_000 - i128::from(server_ms);
    u64::try_from(left.max(0)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    fn at(left_ms: i64) -> (StatedTime, i64) {
        let expires = NOW / 1_000 + 50 * 86_400;
        (Stated::Value(expires), expires * 1_000 - left_ms)
    }

    #[test]
    fn countdown_text() {
        let cases = [
            (6 * 86_400 + 23 * 3_600, "6d 23h", "6d 23:00:00"),
            (86_400, "1d 00h", "1d 00:00:00"),
            (86_399, "23:59:59", "23:59:59"),
            (3 * 3_600 + 602, "03:10:02", "03:10:02"),
            (3_600, "01:00:00", "01:00:00"),
            (3_599, "59:59", "59:59"),
            (12 * 60 + 31, "12:31", "12:31"),
            (9, "00:09", "00:09"),
            (1, "00:01", "00:01"),
        ];
        for (left, short, long) in cases {
            let (expires, now) = at(left * 1_000);
            assert_eq!(TimeLeft::of(expires, now).to_string(), short);
            assert_eq!(TimeLeft::of(expires, now).with_seconds(), long);
        }
        assert_eq!(TimeLeft::of(Stated::Nothing, NOW).to_string(), "—");
        assert_eq!(TimeLeft::of(Stated::Odd, NOW).to_string(), "?");
        assert_eq!(TimeLeft::of(Stated::Value(i64::MAX), NOW).to_string(), "?");
        assert_eq!(TimeLeft::of(Stated::Value(i64::MAX), NOW).with_seconds(), "?");
        assert_eq!(TimeLeft::of(Stated::Value(i64::MIN), i64::MAX), TimeLeft::Expired);
    }

    #[test]
    fn zero_says_expired_and_a_part_of_a_second_counts_as_one() {
        let (expires, now) = at(0);
        assert_eq!(TimeLeft::of(expires, now).to_string(), "expired");
        assert_eq!(TimeLeft::of(expires, now - 1).to_string(), "00:01");
        assert_eq!(TimeLeft::of(expires, now + 1).to_string(), "expired");
    }

    #[test]
    fn urgency_thresholds() {
        let urgency = |left: i64| {
            let (expires, now) = at(left * 1_000);
            TimeLeft::of(expires, now).urgency(Thresholds::default())
        };
        assert_eq!(urgency(0), Urgency::Expired);
        assert_eq!(urgency(3_599), Urgency::Critical);
        assert_eq!(urgency(3_600), Urgency::Soon);
        assert_eq!(urgency(86_399), Urgency::Soon);
        assert_eq!(urgency(86_400), Urgency::Fresh);
        assert_eq!(TimeLeft::Never.urgency(Thresholds::default()), Urgency::Never);
        assert_eq!(TimeLeft::Unknown.urgency(Thresholds::default()), Urgency::Unknown);
    }

    /// The text must hold until one millisecond before the stated change, and differ at it.
    #[test]
    fn the_next_change_is_exact() {
        let spans = [1, 999, 1_000, 1_001, 59_999, 3_600_000, 3_600_001, 86_400_000, 86_400_001];
        let long = [
            1_000 * 86_400_000,
            1_001 * 86_400_000 + 5,
            86_401_000,
            90_000_000,
            90_000_001,
            7 * 86_400_000 - 1,
            10_001 * 86_400_000,
        ];
        for left in spans.into_iter().chain(long) {
            for seconds in [false, true] {
                let (expires, now) = at(left);
                let text = |ms: i64| {
                    let left = TimeLeft::of(expires, ms);
                    if seconds { left.with_seconds() } else { left.to_string() }
                };
                let wait = i64::try_from(next_change_ms(expires, now, seconds).unwrap()).unwrap();
                assert!(wait > 0, "{left} {seconds}");
                assert_eq!(text(now + wait - 1), text(now), "{left} {seconds} too late");
                if left <= 9_999 * 86_400_000 || !seconds {
                    assert_ne!(text(now + wait), text(now), "{left} {seconds} too early");
                }
            }
        }
        assert_eq!(next_change_ms(Stated::Nothing, NOW, true), None);
        assert_eq!(next_change_ms(at(0).0, at(0).1, true), None);
    }

    #[test]
    fn bars_keep_one_cell_to_the_end_and_say_when_they_shrink() {
        assert_eq!(filled_cells(0.0, 5), 0);
        assert_eq!(filled_cells(0.001, 5), 1);
        assert_eq!(filled_cells(0.85, 5), 4);
        assert_eq!(filled_cells(1.0, 5), 5);

        let (born, dies) = (Stated::Value(0), Stated::Value(1_000));
        let mut now = 0;
        let mut seen = vec![];
        while let Some(wait) = next_cell_ms(born, dies, now, 5) {
            seen.push(filled_cells(share_left(born, dies, now).unwrap(), 5));
            now += i64::try_from(wait).unwrap();
        }
        seen.push(filled_cells(share_left(born, dies, now).unwrap(), 5));
        assert_eq!(seen, [5, 4, 3, 2, 1]);
        assert_eq!(share_left(dies, born, 0), None, "a life that ends before it begins");
    }
}
