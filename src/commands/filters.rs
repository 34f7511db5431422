//! `--filter` and whatever else is written as a filter: the dashboard's own language, as a value of
//! the command line.

use crate::store::filter::{Filter, FilterError};
use crate::text::{UntrustedRef, width};
use crate::time::clock::LOCAL;

/// What to do about a filter that lets through everything, or only what the dashboard knows.
const BLANK: &str = "a filter is expected; without the option all files are meant";
const SAVED: &str = "what is saved is known to the dashboard; here `shelflife ledger` has it, and \
                     download and rescue leave it out by themselves";
const MARKS: &str = "marks are known to the dashboard only: `marked` says nothing here";

/// Reads a filter, in words that a command line may be refused with; its dates are meant in local time.
///
/// # Errors
/// What is wrong, and under the text itself the place.
pub(super) fn read_filter(text: &str) -> Result<Filter, String> {
    let filter = Filter::parse(text, LOCAL).map_err(|error| refusal(text, &error))?;
    let filter = filter.ok_or(BLANK)?;
    if filter.depends_on_marks() {
        return Err(MARKS.to_owned());
    }
    if filter.depends_on_what_is_saved() {
        return Err(SAVED.to_owned());
    }
    Ok(filter)
}

/// What is wrong, the place in words, and once more under the text.
fn refusal(text: &str, error: &FilterError) -> String {
    let shown = |part: &str| UntrustedRef::new(part.as_bytes()).printable().into_owned();
    // Blanks at an end are spelt out, and here there is none: something follows.
    let cells_to = |end: usize| {
        let part = text.get(..end).unwrap_or_default();
        width(&shown(&format!("{part}x"))).saturating_sub(1)
    };
    let (start, end) = (cells_to(error.at.start), cells_to(error.at.end));
    let meant = shown(text.get(error.at.clone()).unwrap_or_default());
    let (blanks, carets) = (" ".repeat(start), "^".repeat(end.saturating_sub(start).max(1)));
    format!("{error}, at \"{meant}\"\n\n    {}\n    {blanks}{carets}", shown(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_and_shown() {
        for (text, expected) in [
            (
                "batch left<6x",
                "a time such as 90s, 6h or 1d12h is expected, at \"6x\"\n\n    \
                 batch left<6x\n               ^^",
            ),
            ("日本 (a", "this parenthesis is not closed, at \"(\"\n\n    日本 (a\n         ^"),
            (" ", BLANK),
            ("not marked or batch", MARKS),
            ("left<1d and not saved", SAVED),
        ] {
            assert_eq!(read_filter(text).unwrap_err(), expected, "{text}");
        }
        assert!(read_filter("left<6h and not unreadable").is_ok());
    }

    #[test]
    fn what_is_shown_of_it_commands_nothing() {
        assert!(
            !read_filter("left<\u{1b}[2J\u{202e}").unwrap_err().contains(['\u{1b}', '\u{202e}'])
        );
    }
}
