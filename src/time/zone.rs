//! Moments as people read them: absolute times in local time and UTC, and ages. Which zone is meant
//! is handed in.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::expiry::{Stated, StatedTime};

const ABSOLUTE: &[BorrowedFormatItem<'_>] = format_description!(
    "[year]-[month]-[day] [hour]:[minute]:[second] [offset_hour sign:mandatory]:[offset_minute]"
);
const CLOCK: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second]");

const OFFSET: &[BorrowedFormatItem<'_>] =
    format_description!("[offset_hour sign:mandatory]:[offset_minute]");
const MINUTE_FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]");
const DAY_FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short] [day padding:space] [month repr:short]");

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// Which local time is meant. It is handed in: nothing here asks the machine.
#[derive(Clone, Copy, Debug)]
pub enum Zone {
    /// The offset that this rule has for each moment, such as [`clock::LOCAL`](super::clock::LOCAL).
    Ruled(fn(OffsetDateTime) -> UtcOffset),
    /// A fixed offset.
    Fixed(UtcOffset),
}

impl Zone {
    fn offset_at(self, at: OffsetDateTime) -> UtcOffset {
        match self {
            Self::Ruled(offset_at) => offset_at(at),
            Self::Fixed(offset) => offset,
        }
    }

    /// `2026-11-23 15:16:42 +01:00`; past the year 9999 the number of seconds.
    #[must_use]
    pub fn absolute(self, at_s: i64) -> String {
        self.format(at_s, ABSOLUTE).unwrap_or_else(|| format!("{at_s} s after 1970"))
    }

    /// `15:16:42`.
    #[must_use]
    pub fn clock(self, at_s: i64) -> String {
        self.format(at_s, CLOCK).unwrap_or_default()
    }

    /// A moment that lies back: `15:16:42` where that was on the day of `now_s`, else with its day,
    /// `2026-11-22 15:16`.
    #[must_use]
    pub fn past(self, at_s: i64, now_s: i64) -> String {
        if self.day(at_s) == self.day(now_s) && now_s.abs_diff(at_s) < 2 * 86_400 {
            return self.clock(at_s);
        }
        self.minute(at_s)
    }

    /// `2026-11-23 15:16`, for the columns of a table.
    #[must_use]
    pub fn minute(self, at_s: i64) -> String {
        self.format(at_s, MINUTE_FORMAT).unwrap_or_else(|| "?".to_owned())
    }

    /// `Mon 23 Nov`.
    #[must_use]
    pub fn day(self, at_s: i64) -> String {
        self.format(at_s, DAY_FORMAT).unwrap_or_else(|| "?".to_owned())
    }

    /// `+01:00`: the offset that holds at a moment; `UTC` where there is none.
    #[must_use]
    pub fn offset(self, at_s: i64) -> String {
        match self.offset_s(at_s) {
            0 => "UTC".to_owned(),
            _ => self.format(at_s, OFFSET).unwrap_or_default(),
        }
    }

    /// Seconds that this zone is ahead of UTC at a moment.
    #[must_use]
    pub fn offset_s(self, at_s: i64) -> i64 {
        let utc = OffsetDateTime::from_unix_timestamp(at_s).ok();
        utc.map_or(0, |utc| i64::from(self.offset_at(utc).whole_seconds()))
    }

    /// The moment at which clocks here show `local`, in seconds since the epoch.
    ///
    /// Where they are put back and show it twice, the first time; where they are put forward past it,
    /// the moment at which they would have shown it.
    #[must_use]
    pub fn unix_s(self, local: PrimitiveDateTime) -> i64 {
        unix_s(local, |at| self.offset_at(at))
    }

    fn format(self, at_s: i64, format: &[BorrowedFormatItem<'_>]) -> Option<String> {
        let utc = OffsetDateTime::from_unix_timestamp(at_s).ok()?;
        utc.checked_to_offset(self.offset_at(utc))?.format(format).ok()
    }
}

/// See [`Zone::unix_s`]; for any rule that does not change the offset twice within two days.
fn unix_s(local: PrimitiveDateTime, offset_at: impl Fn(OffsetDateTime) -> UtcOffset) -> i64 {
    let near = local.assume_utc();
    let with = |offset: UtcOffset| near.unix_timestamp() - i64::from(offset.whole_seconds());
    let before = offset_at(near.saturating_sub(Duration::DAY));
    let after = offset_at(near.saturating_add(Duration::DAY));
    let holds_at = |at_s| OffsetDateTime::from_unix_timestamp(at_s).map_or(before, &offset_at);
    let (first, second) = (with(before), with(after));
    if holds_at(first) != before && holds_at(second) == after { second } else { first }
}

/// How long ago: `<1m ago`, `12m ago`, `3h ago`, `6d ago`, `3y ago`; `in 2h` where it lies ahead by a minute
/// or more.
#[must_use]
pub fn age(at: StatedTime, server_ms: i64) -> String {
    let seconds = match at {
        Stated::Nothing => return "—".to_owned(),
        Stated::Odd => return "?".to_owned(),
        Stated::Value(at) => server_ms.div_euclid(1_000).saturating_sub(at),
    };
    let span = match seconds.unsigned_abs() {
        0..60 => return "<1m ago".to_owned(),
        s if s < HOUR.unsigned_abs() => format!("{}m", s / MINUTE.unsigned_abs()),
        s if s < DAY.unsigned_abs() => format!("{}h", s / HOUR.unsigned_abs()),
        s if s < 2 * YEAR.unsigned_abs() => format!("{}d", s / DAY.unsigned_abs()),
        s => format!("{}y", (s / YEAR.unsigned_abs()).min(999)),
    };
    if seconds < 0 { format!("in {span}") } else { format!("{span} ago") }
}

/// Milliseconds until [`age`] may say something else.
#[must_use]
pub fn next_age_change_ms(at: StatedTime, server_ms: i64) -> Option<u64> {
    let age_ms = server_ms.saturating_sub(at.value()?.saturating_mul(1_000));
    let step = match age_ms / 1_000 {
        // Ahead of us, which is rare: looked at each second.
        s if s < 0 => 1,
        s if s < HOUR => MINUTE,
        s if s < DAY => HOUR,
        _ => DAY,
    } * 1_000;
    u64::try_from(step - age_ms.rem_euclid(step)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::offset;

    #[test]
    fn absolute_times_carry_their_offset() {
        let zone = Zone::Fixed(offset!(+1));
        assert_eq!(zone.absolute(1_795_443_402), "2026-11-23 15:16:42 +01:00");
        assert_eq!(
            Zone::Fixed(UtcOffset::UTC).absolute(1_795_443_402),
            "2026-11-23 14:16:42 +00:00"
        );
        assert_eq!(zone.clock(1_795_443_402), "15:16:42");
        assert_eq!(zone.absolute(253_402_300_799), "253402300799 s after 1970", "year 10000 here");
        assert_eq!(zone.absolute(i64::MAX), "9223372036854775807 s after 1970");
    }

    #[test]
    fn local_times_around_a_change_of_the_clocks() {
        use time::macros::{datetime, time};
        let summer = datetime!(2026-03-29 01:00 UTC);
        let winter = datetime!(2026-10-25 01:00 UTC);
        let rule = |at| if (summer..winter).contains(&at) { offset!(+2) } else { offset!(+1) };
        let on = |day: time::Date, clock| unix_s(day.with_time(clock), rule);
        let (spring, autumn) = (summer.date(), winter.date());
        for (local, moment) in [
            (on(spring, time!(0:00)), datetime!(2026-03-28 23:00 UTC)),
            (on(spring, time!(1:59:59)), summer - Duration::SECOND),
            (on(spring, time!(2:30)), summer + Duration::minutes(30)),
            (on(spring, time!(3:00)), summer),
            (on(autumn, time!(0:00)), datetime!(2026-10-24 22:00 UTC)),
            (on(autumn, time!(2:30)), winter - Duration::minutes(30)),
            (on(autumn, time!(3:00)), winter + Duration::HOUR),
        ] {
            assert_eq!(local, moment.unix_timestamp(), "{moment}");
        }
        let last = PrimitiveDateTime::MAX;
        assert_eq!(Zone::Fixed(offset!(-1)).unix_s(last), 253_402_304_399, "past the last date");
    }

    #[test]
    fn ages_and_the_moment_at_which_they_change() {
        let now = 1_000_000_000_000;
        let ago = |seconds: i64| Stated::Value(now / 1_000 - seconds);
        let cases = [
            (0, "<1m ago"),
            (59, "<1m ago"),
            (60, "1m ago"),
            (3_599, "59m ago"),
            (3_600, "1h ago"),
            (86_399, "23h ago"),
            (86_400, "1d ago"),
            (6 * 86_400, "6d ago"),
            (729 * 86_400, "729d ago"),
            (-30, "<1m ago"),
            (-7_300, "in 2h"),
        ];
        for (seconds, text) in cases {
            assert_eq!(age(ago(seconds), now), text);
            let wait = i64::try_from(next_age_change_ms(ago(seconds), now).unwrap()).unwrap();
            assert_eq!(age(ago(seconds), now + wait - 1), text, "{seconds} holds until then");
            if seconds > 0 {
                assert_ne!(age(ago(seconds), now + wait), text, "{seconds} changes then");
            }
        }
        assert_eq!(age(Stated::Nothing, now), "—");
        assert_eq!(age(Stated::Odd, now), "?");
        assert_eq!(next_age_change_ms(Stated::Nothing, now), None);
    }
}
