//! Numbers as people read them: counts with their digits grouped, sizes in IEC units.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

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

/// The sum of sizes, some of which nobody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TotalBytes {
    /// The sum of those that are known.
    pub known: u128,
    /// How many are not.
    pub unknown: usize,
}

impl TotalBytes {
    /// Counts a size in.
    pub fn put(&mut self, bytes: Option<u64>) {
        match bytes {
            Some(bytes) => self.known += u128::from(bytes),
            None => self.unknown += 1,
        }
    }

    /// Counts a size no longer that was [put](Self::put) in.
    pub fn take(&mut self, bytes: Option<u64>) {
        match bytes {
            Some(bytes) => self.known = self.known.saturating_sub(u128::from(bytes)),
            None => self.unknown = self.unknown.saturating_sub(1),
        }
    }

    /// The known sum, and of how many the size is not known: `1.96 KiB + 2 of unknown size`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self { unknown: 0, known } => sum(known),
            Self { known: 0, unknown } => format!("{} of unknown size", grouped(unknown)),
            Self { known, unknown } => {
                format!("{} + {} of unknown size", sum(known), grouped(unknown))
            }
        }
    }

    /// The same where there is little room: `≥1.96 KiB`, or `size unknown`.
    #[must_use]
    pub fn short(self) -> String {
        match self {
            Self { unknown: 0, known } => sum(known),
            Self { known: 0, .. } => "size unknown".to_owned(),
            Self { known, .. } => format!("≥{}", sum(known)),
        }
    }

    /// [All of it](Self::words) in so many cells, else the [short form](Self::short).
    #[must_use]
    pub fn within(self, cells: usize) -> String {
        let words = self.words();
        if super::width(&words) <= cells { words } else { self.short() }
    }
}

impl FromIterator<Option<u64>> for TotalBytes {
    fn from_iter<I: IntoIterator<Item = Option<u64>>>(sizes: I) -> Self {
        let mut total = Self::default();
        for bytes in sizes {
            total.put(bytes);
        }
        total
    }
}

impl Add for TotalBytes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { known: self.known + other.known, unknown: self.unknown + other.unknown }
    }
}

impl Sum for TotalBytes {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, part| sum + part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_says_what_it_leaves_out() {
        for (sizes, words, short) in [
            (&[][..], "0 B", "0 B"),
            (&[Some(0)], "0 B", "0 B"),
            (&[None], "1 of unknown size", "size unknown"),
            (&[None, Some(2_007), None], "1.96 KiB + 2 of unknown size", "≥1.96 KiB"),
            (&[Some(2_000), Some(7)], "1.96 KiB", "1.96 KiB"),
        ] {
            let mut total: TotalBytes = sizes.iter().copied().collect();
            assert_eq!((total.words(), total.short()), (words.to_owned(), short.to_owned()));
            assert_eq!(total.within(words.len()), words);
            assert_eq!(total.within(words.chars().count() - 1), short);
            for bytes in sizes {
                total.take(*bytes);
            }
            assert_eq!(total, TotalBytes::default());
        }
    }

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
