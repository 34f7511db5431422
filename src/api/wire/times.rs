//! Times as services write them: in which unit, in which notation, and as which stand-in for none.
//!
//! A value is scaled or read where nothing else can be meant; everything else is
//! [`Stated::Odd`], which is shown as `?` and never counted down.

use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::values::number_text;
use crate::time::expiry::{Stated, StatedTime};

/// Times above this are no seconds: they would lie past the year 5138.
const MOST_SECONDS: i64 = 100_000_000_000;
/// From September 2001 to the end of 2099, moments in different units have different lengths.
const OUR_DAYS: std::ops::RangeInclusive<i64> = 1_000_000_000..=4_102_444_799;
/// The largest numbers of 32 bits, in 2038 and 2106: stand-ins for "never", or cut short.
const LARGEST_32_BIT: [i64; 2] = [2_147_483_647, 4_294_967_295];
/// The first second of the year 1, which is zero where times are counted from there (Go, .NET).
const YEAR_ONE: i64 = -62_135_596_800;
/// What Go's `UnixNano` makes of the same moment.
const YEAR_ONE_IN_NANOSECONDS: i64 = -6_795_364_578_871_345_152;
/// March 1973: an expiry before it is none of a file, but a span, or a count of days or minutes.
const FIRST_EXPIRY: i64 = 100_000_000;
/// As far as zones shift a moment: half a day and two hours.
const MOST_SHIFT: i64 = 14 * 3_600;
/// How many of a unit other than seconds make one.
const UNITS: [i64; 3] = [1_000, 1_000_000, 1_000_000_000];

pub(super) fn read_time(raw: &RawValue) -> StatedTime {
    let text = match number_text(raw) {
        Stated::Value(text) => text,
        Stated::Nothing => return Stated::Nothing,
        Stated::Odd => return Stated::Odd,
    };
    match text.parse::<i64>().ok().or_else(|| whole(text.parse().ok()?)) {
        Some(number) => time_of(number),
        None => written_time(text),
    }
}

/// A time that something expires at: as [`read_time`] has it, and no span instead of a moment.
pub(super) fn read_expiry(raw: &RawValue) -> StatedTime {
    expiry(read_time(raw))
}

/// A whole number for the moment that something expires at.
pub(super) fn expiry_of(number: i64) -> StatedTime {
    expiry(time_of(number))
}

fn expiry(time: StatedTime) -> StatedTime {
    match time {
        Stated::Value(seconds) if seconds < FIRST_EXPIRY => Stated::Odd,
        time => time,
    }
}

/// The whole part of a float that may be a time.
#[allow(clippy::cast_possible_truncation, reason = "checked: within 64 bits")]
fn whole(float: f64) -> Option<i64> {
    // A part of the first second of 1970 is no time of a file, and must not read as none.
    let counts = float == 0.0 || float.abs() >= 1.0;
    (counts && float.abs() < 9.2e18).then_some(float.floor() as i64)
}

/// A time given as a whole number: of seconds, or of thousandths, millionths, billionths of one
/// where no other unit makes a moment of our days of it.
pub(super) fn time_of(number: i64) -> StatedTime {
    let [milli, micro, _] = UNITS;
    let year_one = [YEAR_ONE, YEAR_ONE * milli, YEAR_ONE * micro, YEAR_ONE_IN_NANOSECONDS];
    if number == 0 || year_one.contains(&number) {
        return Stated::Nothing;
    }
    let scaled = UNITS.iter().map(|unit| number.div_euclid(*unit));
    moment(scaled.into_iter().find(|seconds| OUR_DAYS.contains(seconds)).unwrap_or(number))
}

fn moment(seconds: i64) -> StatedTime {
    if (1..=MOST_SECONDS).contains(&seconds) && !LARGEST_32_BIT.contains(&seconds) {
        Stated::Value(seconds)
    } else {
        Stated::Odd
    }
}

/// A time in words: RFC 3339 and its relatives with an offset, or a date of HTTP. One that is zero,
/// whatever zone it was shifted through, is none; one that names no zone could be half a day off.
fn written_time(text: &str) -> StatedTime {
    if is_zero_date(text) {
        return Stated::Nothing;
    }
    let with_offset = || OffsetDateTime::parse(&as_rfc3339(text)?, &Rfc3339).ok();
    let of_http = || httpdate::parse_http_date(text).ok().map(OffsetDateTime::from);
    match with_offset().or_else(of_http).map(OffsetDateTime::unix_timestamp) {
        Some(at) if [0, YEAR_ONE].iter().any(|zero| (at - zero).abs() <= MOST_SHIFT) => {
            Stated::Nothing
        }
        Some(at) => moment(at),
        None => Stated::Odd,
    }
}

/// Whether it is a date that stands for none, without any zone or without meaning in any.
fn is_zero_date(text: &str) -> bool {
    let Some(rest) =
        ["0000-00-00", "0001-01-01", "1970-01-01"].iter().find_map(|date| text.strip_prefix(date))
    else {
        return false;
    };
    rest.chars().all(|c| matches!(c, '0' | ':' | '.' | 'T' | 't' | ' ' | 'Z' | 'z'))
}

/// A date and a time of day with an offset, however it is joined, as RFC 3339 spells it.
fn as_rfc3339(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ','))?;
    let (clock, zone) = rest.split_at_checked(end)?;
    let zone = zone.trim_start();
    // As Go prints it: both the offset and the zone's name.
    let zone = zone.strip_suffix(" UTC").unwrap_or(zone);
    let zone = match zone.as_bytes() {
        b"Z" | b"z" | b"UTC" | b"GMT" => "Z".to_owned(),
        [b'+' | b'-', _, _] => format!("{zone}:00"),
        [b'+' | b'-', _, _, minutes @ ..] if minutes.len() == 2 => {
            format!("{}:{}", zone.get(..3)?, zone.get(3..)?)
        }
        _ => zone.to_owned(),
    };
    Some(format!("{date}T{}{zone}", clock.replace(',', ".")))
}
