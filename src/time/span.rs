//! Spans of time as text: one reader, and the forms in which they are printed.

const MINUTE_MS: i64 = 60 * 1_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A span as people write it: `30s`, `90m`, `1h`, `24h`, `7d`, in the largest unit that divides it,
/// but in hours up to two days.
#[must_use]
pub fn short_span(seconds: u64) -> String {
    match seconds {
        s if s % 86_400 == 0 && s > 86_400 => format!("{}d", s / 86_400),
        s if s % 3_600 == 0 && s > 0 => format!("{}h", s / 3_600),
        s if s % 60 == 0 && s > 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
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

/// Milliseconds until [`long_span`] of what has passed since `since_s` says something else, once
/// that is a minute.
#[must_use]
pub fn next_span_change_ms(since_s: i64, now_ms: i64) -> u64 {
    let passed_ms = now_ms.saturating_sub(since_s.saturating_mul(1_000));
    let step = if passed_ms < DAY_MS { MINUTE_MS } else { HOUR_MS };
    u64::try_from(step - passed_ms.rem_euclid(step)).unwrap_or(1)
}

/// Reads a span such as `10s`, `5m`, `1h`, `2d`; nothing where it is no such span, or zero.
#[must_use]
pub fn read_span(text: &str) -> Option<u64> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..unit].parse().ok()?;
    let seconds = match &text[unit..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).filter(|span| *span > 0)
}
