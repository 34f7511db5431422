//! The values of comparisons: sizes and dates, read and written. Times left are spans
//! ([`time::span`](crate::time::span)).
//!
//! A space may stand where the screen has one (`1d 12h`, `10 MiB`, `2026-11-01 15:04:05 +01:00`), so
//! that what is read there can be typed here. Values know nothing of what they are compared with.

use std::fmt;

use time::{Date, Duration, Month, PrimitiveDateTime, Time, UtcOffset};

use crate::time::span::read_span;
use crate::time::zone::Zone;

/// As written; each power is 1,024 or 1,000 times the one before.
const IEC: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const SI: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];

/// Digits after the point that can still matter; an exbibyte has 19 digits.
const MOST_DECIMALS: usize = 18;

/// Bytes, from `512`, `10MiB` or `1.5GB`, in any case of letters; a part of a byte is dropped.
///
/// ```
/// use shelflife::store::filter::read_size;
/// assert_eq!(read_size("1.5 KiB"), Some(1_536));
/// assert_eq!(read_size("500kB"), Some(500_000));
/// assert_eq!(read_size("many"), None);
/// ```
#[must_use]
pub fn read_size(text: &str) -> Option<u64> {
    let (whole, tail) = split_digits(text);
    let (decimals, unit) = match tail.strip_prefix('.') {
        Some(tail) => Some(split_digits(tail)).filter(|(decimals, _)| !decimals.is_empty())?,
        None => ("", tail),
    };
    let scale = match unit.trim_start() {
        "" if unit.is_empty() => 1,
        // After a space only as the screen writes it, so that fewer words are taken for units.
        spaced if spaced.len() < unit.len() && !spaced.ends_with('B') => return None,
        unit => read_unit(unit)?,
    };
    if scale == 1 && !decimals.is_empty() {
        return None;
    }
    let decimals = &decimals[..decimals.len().min(MOST_DECIMALS)];
    let part = decimals.parse::<u128>().unwrap_or(0) * u128::from(scale)
        / 10_u128.pow(u32::try_from(decimals.len()).ok()?);
    let whole = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    whole.checked_add(u64::try_from(part).ok()?)
}

fn read_unit(unit: &str) -> Option<u64> {
    let power = |names: [&str; 6], base: u64| {
        let at = names.iter().position(|name| name.eq_ignore_ascii_case(unit))?;
        base.checked_pow(u32::try_from(at).ok()? + 1)
    };
    if unit.eq_ignore_ascii_case("B") {
        return Some(1);
    }
    power(IEC, 1_024).or_else(|| power(SI, 1_000))
}

/// In the largest unit of which it is a multiple.
pub(super) fn write_size(f: &mut fmt::Formatter<'_>, bytes: u64) -> fmt::Result {
    let units = [(IEC, 1_024_u64), (SI, 1_000)].into_iter().flat_map(|(names, base)| {
        names.into_iter().zip(1..).map(move |(name, power)| (base.pow(power), name))
    });
    match units.filter(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit)).max() {
        Some((unit, name)) => write!(f, "{}{name}", bytes / unit),
        None => write!(f, "{bytes}"),
    }
}

/// A day, a minute of a day or a second of it, as written: in a zone yet to be named where it has no
/// offset of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    date: Date,
    clock: Option<Clock>,
    offset: Option<UtcOffset>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clock {
    hour: u8,
    minute: u8,
    second: Option<u8>,
}

impl When {
    /// Reads `2026-11-01`, `2026-11-01T15:04`, `2026-11-01T15:04:05Z` or `2026-11-01T15:04+01:00`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (year, rest) = number(text, 4)?;
        let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
        let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date =
            Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
        let (clock, rest) = match read_clock(rest) {
            Some((clock, rest)) => (Some(clock), rest),
            None => (None, rest),
        };
        Some(Self { date, clock, offset: read_offset(rest)? })
    }

    /// The seconds since the epoch at which it begins and before which it ends.
    pub(super) fn span_s(self, zone: Zone) -> (i64, i64) {
        let zone = self.offset.map_or(zone, Zone::Fixed);
        let at = |date, time| zone.unix_s(PrimitiveDateTime::new(date, time));
        let Some(Clock { hour, minute, second }) = self.clock else {
            let from = at(self.date, Time::MIDNIGHT);
            let next = self.date.checked_add(Duration::DAY);
            return (from, next.map_or(from + 86_400, |next| at(next, Time::MIDNIGHT)));
        };
        let time = Time::from_hms(hour, minute, second.unwrap_or(0)).unwrap_or(Time::MIDNIGHT);
        let from = at(self.date, time);
        (from, from + if second.is_some() { 1 } else { 60 })
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))?;
        if let Some(Clock { hour, minute, second }) = self.clock {
            write!(f, "T{hour:02}:{minute:02}")?;
            second.map_or(Ok(()), |second| write!(f, ":{second:02}"))?;
        }
        match self.offset.map(UtcOffset::as_hms) {
            None => Ok(()),
            Some((0, 0, _)) => f.write_str("Z"),
            Some((hours, minutes, _)) => {
                let sign = if hours < 0 || minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", hours.unsigned_abs(), minutes.unsigned_abs())
            }
        }
    }
}

/// A `T` or spaces, a time of the day, and what follows it.
fn read_clock(text: &str) -> Option<(Clock, &str)> {
    let begun = match text.strip_prefix('T') {
        Some(rest) => rest,
        None => Some(text.trim_start()).filter(|rest| rest.len() < text.len())?,
    };
    let (hour, rest) = number(begun, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => number(rest, 2).map(|(second, rest)| (Some(second), rest))?,
        None => (None, rest),
    };
    let [hour, minute] = [hour, minute].map(|number| u8::try_from(number).unwrap_or(u8::MAX));
    let second = second.and_then(|second| u8::try_from(second).ok());
    Time::from_hms(hour, minute, second.unwrap_or(0)).ok()?;
    Some((Clock { hour, minute, second }, rest))
}

/// An offset up to the end, or nothing.
#[allow(clippy::option_option, reason = "unreadable, absent and given are three things")]
fn read_offset(text: &str) -> Option<Option<UtcOffset>> {
    match text {
        "" => return Some(None),
        "Z" => return Some(Some(UtcOffset::UTC)),
        _ => {}
    }
    let text = text.trim_start();
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = number(text.strip_prefix(['+', '-'])?, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    if !rest.is_empty() || hours > 23 {
        return None;
    }
    let [hours, minutes] = [hours, minutes].map(|number| i8::try_from(number).unwrap_or(i8::MAX));
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok().map(Some)
}

/// A number of exactly so many digits, and what follows it.
fn number(text: &str, digits: usize) -> Option<(u16, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    let all = number.bytes().all(|b| b.is_ascii_digit());
    Some((number.parse().ok().filter(|_| all)?, rest))
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// Whether a word would be taken for a part of the value before it.
pub(super) fn continues_a_value(word: &str) -> bool {
    let after = |value: &str| format!("{value} {word}");
    read_span(word).is_some()
        || read_size(&after("1")).is_some()
        || When::read(&after("2000-01-01")).is_some()
        || When::read(&after("2000-01-01T00:00")).is_some()
}
