//! Moments and sizes as people read them: absolute times in local time and UTC, ages, and byte
//! counts in IEC units.

use humansize::{BINARY, FormatSizeOptions, format_size};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::expiry::{Stated, StatedTime};
use crate::text::grouped;

const ABSOLUTE: &[BorrowedFormatItem<'_>] = format_description!(
    "[year]-[month]-[day] [hour]:[minute]:[second] [offset_hour sign:mandatory]:[offset_minute]"
);
const CLOCK: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second]");

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// Which local time is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// The machine's, with the offset that holds at each moment; UTC where it cannot be told.
    System,
    /// A fixed offset.
    Fixed(UtcOffset),
}

impl Zone {
    fn offset_at(self, at: OffsetDateTime) -> UtcOffset {
        match self {
            Self::System => UtcOffset::local_offset_at(at).unwrap_or(UtcOffset::UTC),
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

    fn format(self, at_s: i64, format: &[BorrowedFormatItem<'_>]) -> Option<String> {
        let utc = OffsetDateTime::from_unix_timestamp(at_s).ok()?;
        utc.checked_to_offset(self.offset_at(utc))?.format(format).ok()
    }
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

/// A size in IEC units with two decimals (`12.40 MiB`), bytes without (`512 B`).
#[must_use]
pub fn size(bytes: u64) -> String {
    if bytes < 1_024 {
        return format!("{bytes} B");
    }
    let options = FormatSizeOptions::from(BINARY).decimal_places(2).decimal_zeroes(2);
    format_size(bytes, options)
}

/// A size in IEC units and exactly: `12.40 MiB (13,002,342)`; below a KiB just `512 bytes`.
#[must_use]
pub fn exact_size(bytes: u64) -> String {
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    let exact = grouped(bytes);
    if bytes < 1_024 { format!("{exact} {unit}") } else { format!("{} ({exact})", size(bytes)) }
}

/// A sum of sizes in IEC units.
#[must_use]
pub fn sum(bytes: u128) -> String {
    u64::try_from(bytes).map_or_else(|_| format!(">{}", size(u64::MAX)), size)
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

    #[test]
    fn sizes_line_up() {
        for (bytes, text) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.00 KiB"),
            (13_002_342, "12.40 MiB"),
            (209_715_200, "200.00 MiB"),
            (u64::MAX, "16.00 EiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(exact_size(13_002_342), "12.40 MiB (13,002,342)");
        assert_eq!(exact_size(1), "1 byte");
        assert_eq!(sum(u128::MAX), ">16.00 EiB");
    }
}
