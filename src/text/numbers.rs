//! Numbers as people read them: counts with their digits grouped, sizes in IEC units.

use std::fmt;

use humansize::{BINARY, FormatSizeOptions, format_size};

/// `number` with its digits in groups of three: `13,002,342`.
#[must_use]
pub fn grouped(number: impl fmt::Display) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
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
