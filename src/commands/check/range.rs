//! Ranges as the guidelines of monitoring plugins write them, in seconds or in spans.
//!
//! | written | tells of |
//! |---|---|
//! | `24h:`, `86400:` | less than that |
//! | `10` | less than 0, or more than 10 |
//! | `1h:2h` | what is outside |
//! | `~:30d` | more than that |
//! | `@1h:2h` | what is inside, the ends included |

use std::fmt;

use crate::commands::options::read_seconds;
use crate::time::span::short_span;

/// What is expected of a value; what is not so is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least that is inside; nothing where there is none.
    start: Option<u64>,
    /// The most; nothing where there is none.
    end: Option<u64>,
    /// Whether what is inside is told of.
    inside: bool,
}

/// What is said where it is none.
const ALLOWED: &str = "a range such as 24h:, 86400:, 1h:2h, ~:30d or @1h:2h is allowed";

impl Range {
    /// Less than so many seconds is told of.
    #[must_use]
    pub fn at_least(seconds: u64) -> Self {
        Self { start: Some(seconds), end: None, inside: false }
    }

    /// Whether a value is told of.
    pub(super) fn tells_of(self, value: u64) -> bool {
        let within = self.start.is_none_or(|start| start <= value)
            && self.end.is_none_or(|end| value <= end);
        within == self.inside
    }

    /// Whether it tells of a value and of every smaller one: whatever else there is, the smallest is
    /// told of.
    pub(super) fn tells_of_all_up_to(self, value: u64) -> bool {
        if self.inside {
            self.start.unwrap_or(0) == 0 && self.tells_of(value)
        } else {
            self.start.is_some_and(|start| value < start)
        }
    }

    /// The bound that less than is told of, where that is all.
    pub(super) fn bound(self) -> Option<u64> {
        self.start.filter(|_| self.end.is_none() && !self.inside)
    }

    /// In spans, as people write it.
    pub(super) fn words(self) -> String {
        self.written(short_span)
    }

    fn written(self, number: impl Fn(u64) -> String) -> String {
        let sign = if self.inside { "@" } else { "" };
        let end = self.end.map(&number).unwrap_or_default();
        match self.start {
            Some(0) if self.end.is_some() => format!("{sign}{end}"),
            start => format!("{sign}{}:{end}", start.map_or("~".to_owned(), number)),
        }
    }
}

/// In plain seconds, as performance data has it.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(|seconds| seconds.to_string()))
    }
}

/// Reads a range.
pub(super) fn read_range(text: &str) -> Result<Range, String> {
    read(text).ok_or_else(|| ALLOWED.to_owned())
}

fn read(text: &str) -> Option<Range> {
    let (inside, text) = text.strip_prefix('@').map_or((false, text), |rest| (true, rest));
    let (start, end) = match text.split_once(':') {
        Some(("~", end)) => (None, end),
        Some(("", end)) => (Some(0), end),
        Some((start, end)) => (Some(read_seconds(start)?), end),
        None => (Some(0), Some(text).filter(|text| !text.is_empty())?),
    };
    let end = if end.is_empty() { None } else { Some(read_seconds(end)?) };
    let is_empty = matches!((start, end), (Some(start), Some(end)) if start > end);
    (!is_empty).then_some(Range { start, end, inside })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values 0 to 30 that a range tells of.
    fn told(range: Range) -> String {
        let told: Vec<String> = (0..=30)
            .filter(|value| range.tells_of(*value))
            .map(|value| value.to_string() + " ")
            .collect();
        told.concat()
    }

    #[test]
    fn ranges_tell_of_what_the_guidelines_say() {
        for (text, told_of, written) in [
            ("3:", "0 1 2 ", "3:"),
            ("3s:", "0 1 2 ", "3:"),
            ("28", "29 30 ", "28"),
            ("0:28", "29 30 ", "28"),
            (":28", "29 30 ", "28"),
            ("~:28", "29 30 ", "~:28"),
            ("2:28", "0 1 29 30 ", "2:28"),
            ("@2:4", "2 3 4 ", "@2:4"),
            ("@2", "0 1 2 ", "@2"),
            ("@~:1", "0 1 ", "@~:1"),
            ("@29:", "29 30 ", "@29:"),
            ("~:", "", "~:"),
            (":", "", "0:"),
        ] {
            let range = read_range(text).expect(text);
            assert_eq!((told(range).as_str(), range.to_string().as_str()), (told_of, written));
            for value in 0..=30 {
                let all = (0..=value).all(|smaller| range.tells_of(smaller));
                assert_eq!(range.tells_of_all_up_to(value), all, "{text}: {value}");
            }
        }
        assert_eq!(
            read_range("1d12h:2w").map(|range| range.to_string()),
            Ok("129600:1209600".into())
        );
        assert_eq!(read_range("24h:").map(Range::words), Ok("24h:".into()));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in
            ["", "@", "x", "5:3", "1h:30m", "-5:", "1.5:", "1:2:3", "~", "@~", "24 h:", "1:x"]
        {
            assert_eq!(read_range(text), Err(ALLOWED.to_owned()), "{text}");
        }
    }
}
