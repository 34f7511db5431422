//! Spans of time as text: one reader, and the forms in which they are printed.

use std::fmt::Write as _;
use std::time::Duration;

const MINUTE_MS: i64 = 60 * 1_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The units of a span, the largest first: their letters, and their milliseconds.
const UNITS: [(&str, u64); 6] = [
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads a span as people write it, in seconds: `90s`, `6h`, `1d12h`, larger units first and each
/// at most once; nothing where it is no such span. A space may stand before each part, and nothing
/// at all needs no unit. [`short_span`] writes what this reads.
///
/// ```
/// use shelflife::time::span::read_span;
///
/// assert_eq!(read_span("90m"), Some(5_400));
/// assert_eq!(read_span("1d 12h"), Some(129_600));
/// assert_eq!(read_span("0"), Some(0));
/// for text in ["", "5", "1.5h", "30m1h", "1h1h", "-1h"] {
///     assert_eq!(read_span(text), None, "{text}");
/// }
/// ```
#[must_use]
pub fn read_span(text: &str) -> Option<u64> {
    if text == "0" {
        return Some(0);
    }
    let whole = |(number, unit_ms): (&str, u64)| {
        number.parse::<u64>().ok()?.checked_mul(Some(unit_ms / 1_000).filter(|unit| *unit > 0)?)
    };
    parts(text)?.into_iter().try_fold(0_u64, |sum, part| sum.checked_add(whole(part)?))
}

/// Reads a span as services write it: as [`read_span`] does, but with parts of a unit, and down to
/// milliseconds.
///
/// ```
/// use std::time::Duration;
///
/// use shelflife::time::span::read_duration;
///
/// assert_eq!(read_duration("6m0s"), Some(Duration::from_secs(360)));
/// assert_eq!(read_duration("1m3.5s"), Some(Duration::from_millis(63_500)));
/// assert_eq!(read_duration("250ms"), Some(Duration::from_millis(250)));
/// assert_eq!(read_duration("soon"), None);
/// ```
#[must_use]
pub fn read_duration(text: &str) -> Option<Duration> {
    parts(text)?.into_iter().try_fold(Duration::ZERO, |sum, (number, unit_ms)| {
        let unit_s = Duration::from_millis(unit_ms).as_secs_f64();
        let part = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * unit_s).ok()?;
        sum.checked_add(part)
    })
}

/// The parts of a span: their numbers, which may yet be none, and the milliseconds of their units.
fn parts(text: &str) -> Option<Vec<(&str, u64)>> {
    let mut units = UNITS.iter();
    let (mut rest, mut parts) = (text, vec![]);
    while !rest.is_empty() {
        let (number, tail) = split(rest.trim_start(), |c| c.is_ascii_digit() || c == '.');
        let (letters, tail) = split(tail, |c| c.is_ascii_alphabetic());
        let (_, unit_ms) = units.find(|(unit, _)| *unit == letters)?;
        parts.push((number, *unit_ms));
        rest = tail;
    }
    (!parts.is_empty()).then_some(parts)
}

/// The beginning of a text that consists of such characters, and what follows it.
fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

/// A span, without loss, as people write it: in the largest unit that divides it, but in hours up
/// to two days; and part by part where that would be a number of more than two digits.
///
/// ```
/// use shelflife::time::span::{read_span, short_span};
///
/// for text in ["0s", "90m", "24h", "36h", "7d", "365d", "1h40m", "1d12h30m"] {
///     assert_eq!(read_span(text).map(short_span).as_deref(), Some(text));
/// }
/// ```
#[must_use]
pub fn short_span(seconds: u64) -> String {
    match seconds {
        s if s % 86_400 == 0 && s > 86_400 => format!("{}d", s / 86_400),
        s if s % 3_600 == 0 && (1..100).contains(&(s / 3_600)) => format!("{}h", s / 3_600),
        s if s % 60 == 0 && (1..100).contains(&(s / 60)) => format!("{}m", s / 60),
        s if s < 100 => format!("{s}s"),
        s => in_parts(s),
    }
}

fn in_parts(seconds: u64) -> String {
    let mut text = String::new();
    let mut rest = seconds;
    for (unit, letter) in [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
        if rest >= unit {
            let _ = write!(text, "{}{letter}", rest / unit);
            rest %= unit;
        }
    }
    text
}

/// A span in its two largest units: `7d`, `1d 12h`, `90m`, `45s`; very long ones in years.
#[must_use]
pub fn long_span(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m"),
        (0, _, 0) => format!("{hours}h"),
        (0, _, _) => format!("{hours}h {minutes}m"),
        (1_000.., _, _) => format!("{}y", days / 365),
        (_, 0, _) => format!("{days}d"),
        _ => format!("{days}d {hours}h"),
    }
}

/// A wait that counts down: `8s`, `99s`, `9m 56s`, `1h 02m`.
#[must_use]
pub fn wait(seconds: u64) -> String {
    match seconds {
        0..100 => format!("{seconds}s"),
        100..3_600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// How far two clocks are apart, rounded: `45s`, `1m 59s`, `2m`, and from an hour on in the two largest
/// units.
#[must_use]
pub fn apart(ms: u64) -> String {
    let rounded = |unit_s: u64| (ms.saturating_add(unit_s * 500)) / (unit_s * 1_000) * unit_s;
    match rounded(1) {
        s if (60..3_600).contains(&s) && s % 60 > 0 => format!("{}m {:02}s", s / 60, s % 60),
        s if s < 3_600 => long_span(s),
        s if s < 86_400 => long_span(rounded(60)),
        _ => long_span(rounded(3_600)),
    }
}

/// How long ago something was, to the second at first: `12 s ago`, then `3m ago`, `1d 12h ago`.
#[must_use]
pub fn ago(seconds: u64) -> String {
    if seconds < 60 { format!("{seconds} s ago") } else { format!("{} ago", long_span(seconds)) }
}

/// Milliseconds until [`ago`] of what has passed may say something else.
#[must_use]
pub fn next_ago_change_ms(passed_ms: u64) -> u64 {
    let step = match passed_ms {
        0..60_000 => 1_000,
        60_000..86_400_000 => 60_000,
        _ => 3_600_000,
    };
    step - passed_ms % step
}

/// Milliseconds until [`long_span`] of what has passed since `since_s` says something else, once
/// that is a minute.
#[must_use]
pub fn next_span_change_ms(since_s: i64, now_ms: i64) -> u64 {
    let passed_ms = now_ms.saturating_sub(since_s.saturating_mul(1_000));
    let step = if passed_ms < DAY_MS { MINUTE_MS } else { HOUR_MS };
    u64::try_from(step - passed_ms.rem_euclid(step)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_are_read_in_order_and_in_whole_seconds_only() {
        for (text, seconds) in [
            ("10s", Some(10)),
            ("1w", Some(604_800)),
            ("1w2d3h4m5s", Some(788_645)),
            (" 6d 23h  5m", Some(601_500)),
            ("0d", Some(0)),
            ("30", None),
            ("h", None),
            ("1h ", None),
            ("1 h", None),
            ("1H", None),
            ("1ms", None),
            ("2000ms", None),
            ("1hm", None),
            ("1y", None),
            ("+1h", None),
            ("1\u{e9}", None),
            ("99999999999999999999s", None),
            ("18446744073709551615m", None),
        ] {
            assert_eq!(read_span(text), seconds, "{text:?}");
        }
    }

    #[test]
    fn durations_of_services_have_parts_of_seconds() {
        for (text, ms) in [
            ("1h2m3.5s", Some(3_723_500)),
            ("1s250ms", Some(1_250)),
            ("0.5d", Some(43_200_000)),
            ("", None),
            ("1.2.3s", None),
            ("1e3s", None),
            ("99999999999999999999w", None),
        ] {
            assert_eq!(read_duration(text), ms.map(Duration::from_millis), "{text:?}");
        }
    }

    #[test]
    fn short_spans_have_numbers_of_two_digits() {
        for (seconds, text) in [
            (0, "0s"),
            (99, "99s"),
            (100, "1m40s"),
            (5_400, "90m"),
            (6_000, "1h40m"),
            (86_400, "24h"),
            (129_600, "36h"),
            (172_800, "2d"),
            (176_400, "49h"),
            (360_000, "4d4h"),
            (90_001, "1d1h1s"),
            (365 * 86_400, "365d"),
        ] {
            assert_eq!(short_span(seconds), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            seconds in prop_oneof![any::<u64>(), 0..1_000_u64, (0..10_000_u64).prop_map(|n| n * 60)],
        ) {
            let written = short_span(seconds);
            prop_assert_eq!(read_span(&written), Some(seconds), "{}", written);
        }

        #[test]
        fn both_readers_read_the_same_of_whole_seconds(text in "([0-9]{1,4} ?[wdhms]{1,2} ?){0,4}") {
            if let Some(seconds) = read_span(&text) {
                prop_assert_eq!(read_duration(&text), Some(Duration::from_secs(seconds)));
            }
        }
    }

    #[test]
    fn clocks_are_apart_by_rounded_spans() {
        for (ms, text) in [
            (0, "0s"),
            (499, "0s"),
            (59_499, "59s"),
            (59_500, "1m"),
            (118_600, "1m 59s"),
            (119_499, "1m 59s"),
            (119_600, "2m"),
            (125_000, "2m 05s"),
            (3_599_499, "59m 59s"),
            (3_599_500, "1h"),
            (3_600_400, "1h"),
            (7_199_000, "2h"),
            (5_370_000, "1h 30m"),
            (86_399_999, "1d"),
            (129_599_000, "1d 12h"),
            (u64::MAX, "584942417y"),
        ] {
            assert_eq!(apart(ms), text, "{ms}");
        }
    }

    #[test]
    fn what_is_past_says_so_until_it_changes() {
        for (ms, text) in [
            (0, "0 s ago"),
            (59_999, "59 s ago"),
            (60_000, "1m ago"),
            (5_400_000, "1h 30m ago"),
            (129_600_000, "1d 12h ago"),
        ] {
            assert_eq!(ago(ms / 1_000), text);
            let then = ms + next_ago_change_ms(ms);
            assert_eq!(ago((then - 1) / 1_000), text, "{text} holds until then");
            assert_ne!(ago(then / 1_000), text, "{text} changes then");
        }
    }
}
