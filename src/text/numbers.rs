//! Numbers as people read them: counts with their digits grouped, sizes in IEC units.

use std::fmt;

use humansize::{BINARY, FixedAt, FormatSizeOptions, format_size};

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

/// Cells that a [`size`] takes at most: `999.99 MiB`.
pub const SIZE_CELLS: u16 = 10;

/// A size in IEC units with two decimals (`12.40 MiB`), bytes without (`1,023 B`). A thousand of a unit
/// is told in the next one (`0.98 MiB`), so that no size is wider than [`SIZE_CELLS`].
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [FixedAt; 6] =
        [FixedAt::Kilo, FixedAt::Mega, FixedAt::Giga, FixedAt::Tera, FixedAt::Peta, FixedAt::Exa];
    if bytes < 1_024 {
        return format!("{} B", grouped(bytes));
    }
    // With two decimals this rounds to less than a thousand.
    let is_short = |(power, _): &(u32, FixedAt)| {
        u128::from(bytes) * 1_000 < 999_995 * (1_u128 << (10 * power))
    };
    let (_, unit) = (1..).zip(UNITS).find(is_short).unwrap_or((6, FixedAt::Exa));
    let options = FormatSizeOptions::from(BINARY).decimal_places(2).decimal_zeroes(2);
    format_size(bytes, options.fixed_at(Some(unit)))
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
            (999, "999 B"),
            (1_000, "1,000 B"),
            (1_023, "1,023 B"),
            (1_024, "1.00 KiB"),
            (1_000 * 1_024 - 6, "999.99 KiB"),
            (1_000 * 1_024 - 5, "0.98 MiB"),
            (1_023 * 1_024, "1.00 MiB"),
            (1_000 * 1_024 * 1_024, "0.98 GiB"),
            (13_002_342, "12.40 MiB"),
            (209_715_200, "200.00 MiB"),
            (u64::MAX, "16.00 EiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        for bytes in (0..64).flat_map(|bits| {
            let around = 1_u64 << bits;
            let thousand = around.saturating_mul(1_000);
            [around - 1, around, thousand - 6, thousand - 5, thousand, thousand.saturating_add(1)]
        }) {
            assert!(size(bytes).len() <= usize::from(SIZE_CELLS), "{bytes}: {}", size(bytes));
        }
        assert_eq!(exact_size(1_000), "1,000 bytes");
        assert_eq!(exact_size(13_002_342), "12.40 MiB (13,002,342)");
        assert_eq!(exact_size(1), "1 byte");
        assert_eq!(sum(u128::MAX), ">16.00 EiB");
    }
}
