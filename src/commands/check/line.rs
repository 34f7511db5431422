//! The one line of a check: status, words, performance data; within what old transports carry.

use std::fmt::Write as _;
use std::time::Duration;

use clap::ValueEnum;

use super::range::Range;
use super::survey::{Prospect, Survey};

/// Bytes of the line at most, its end included: what NRPE carried for long.
const MOST_BYTES: usize = 1_024;

/// A status of the plugins' guidelines; its number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckStatus {
    /// All is well.
    Ok,
    /// Somebody should look.
    Warning,
    /// Somebody must look now.
    Critical,
    /// Nothing is known.
    Unknown,
}

impl CheckStatus {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The line: whatever is in the words, it is one line, with one `|` at most.
pub(super) fn line(status: CheckStatus, words: &str, data: &str) -> String {
    let mut line = format!("SHELFLIFE {} - ", status.word());
    let data = if data.is_empty() { String::new() } else { format!(" | {data}") };
    let room = MOST_BYTES.saturating_sub(line.len() + data.len() + 1);
    let words: String = words
        .chars()
        .map(|c| match c {
            '|' => '¦',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    line.push_str(&within(words.trim(), room));
    line.push_str(&data);
    line.push('\n');
    line
}

/// The beginning of a text in so many bytes.
fn within(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let most = bytes.saturating_sub('…'.len_utf8());
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", &text[..end])
}

/// The performance data, `U` for what is not known.
pub(super) fn data(
    warning: Range,
    critical: Range,
    seen: Option<(&Survey, &Prospect)>,
    spent: Duration,
) -> String {
    let mut out = String::new();
    let number = |number: Option<u64>| number.map_or("U".to_owned(), |number| number.to_string());
    let prospect = seen.map(|(_, prospect)| prospect);
    let next = prospect.and_then(|prospect| prospect.next.as_ref()).map(|(left, _)| *left);
    let unit = if next.is_some() { "s" } else { "" };
    let _ = write!(out, "'next'={}{unit};{warning};{critical};0", number(next));
    let counts = prospect.map(|prospect| {
        let critical_ones = prospect.count(|left| critical.tells_of(left));
        let soon = prospect.count(|left| warning.tells_of(left) && !critical.tells_of(left));
        (critical_ones, soon)
    });
    let _ = write!(out, " 'critical'={};;0;0", number(counts.map(|(critical, _)| critical)));
    let _ = write!(out, " 'soon'={};0;;0", number(counts.map(|(_, soon)| soon)));
    let _ = write!(out, " 'expired'={};;;0", number(prospect.map(|prospect| prospect.expired)));
    let _ = write!(out, " 'files'={};;;0", number(seen.map(|(survey, _)| survey.files)));
    match seen.and_then(|(survey, _)| survey.bytes()) {
        Some(bytes) => drop(write!(out, " 'bytes'={bytes}B;;;0")),
        None => out.push_str(" 'bytes'=U;;;0"),
    }
    let _ = write!(out, " 'time'={:.2}s", spent.as_secs_f64());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_line_with_one_bar_and_not_too_long() {
        let said = line(CheckStatus::Unknown, "a|b\nc\u{1b}\td", "'x'=1");
        assert_eq!(said, "SHELFLIFE UNKNOWN - a¦b c  d | 'x'=1\n");
        assert_eq!(line(CheckStatus::Ok, "fine", ""), "SHELFLIFE OK - fine\n");
        for length in 990..1_100 {
            let said = line(CheckStatus::Critical, &"é".repeat(length / 2), "'x'=1");
            assert!(said.len() <= 1_024 && said.ends_with(" | 'x'=1\n"), "{length}");
            assert!(said.len() >= 980, "{length}: {}", said.len());
        }
    }

    #[test]
    fn what_is_not_known_is_said_in_the_data_too() {
        let (warning, critical) = (Range::at_least(86_400), Range::at_least(3_600));
        let spent = Duration::from_millis(1_844);
        assert_eq!(
            data(warning, critical, None, spent),
            "'next'=U;86400:;3600:;0 'critical'=U;;0;0 'soon'=U;0;;0 'expired'=U;;;0 'files'=U;;;0 \
             'bytes'=U;;;0 'time'=1.84s"
        );
        let survey = Survey::default();
        assert_eq!(
            data(warning, critical, Some((&survey, &survey.prospect(0))), spent),
            "'next'=U;86400:;3600:;0 'critical'=0;;0;0 'soon'=0;0;;0 'expired'=0;;;0 'files'=0;;;0 \
             'bytes'=0B;;;0 'time'=1.84s"
        );
    }
}
