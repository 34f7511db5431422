//! What is shown where there is no text: no text of a service prints as one of these.
//!
//! A text that would has its first character spelt out, as in `\\u{28}no filename)`; since the
//! backslash is spelt out itself, nothing else prints so.

/// A file whose filename is not given.
pub const NO_FILENAME: &str = "(no filename)";
/// A file whose filename is given, and empty.
pub const EMPTY_FILENAME: &str = "(empty filename)";
/// Something in the list that could not be read as a file.
pub const UNREADABLE_FILE: &str = "(unreadable file)";
/// What stands before the reason why it could not, in the table.
pub const UNREADABLE: &str = "unreadable: ";
/// What stands before the filename of one of two files with one id, in the table.
pub const TWO_WITH_ONE_ID: &str = "two with one id: ";
/// A value that is not given.
pub const NOT_GIVEN: &str = "—";
/// A value that is given and cannot be read.
pub const ODD: &str = "?";

/// Those that are whole.
const WHOLE: [&str; 7] =
    [NO_FILENAME, EMPTY_FILENAME, UNREADABLE_FILE, NOT_GIVEN, ODD, "no file", "unreadable file"];
/// Those that something follows.
const BEGINNINGS: [&str; 4] = [UNREADABLE, TWO_WITH_ONE_ID, "— ", "? "];

/// Whether a text would print as something that stands for none.
pub(super) fn is_imitated(raw: &[u8]) -> bool {
    let may_be = matches!(raw.first(), Some(b'(' | b'u' | b't' | b'n' | b'?' | 0xE2));
    may_be
        && (WHOLE.iter().any(|whole| whole.as_bytes() == raw)
            || BEGINNINGS.iter().any(|beginning| raw.starts_with(beginning.as_bytes())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::UntrustedRef;

    fn print(text: &str) -> String {
        UntrustedRef::new(text.as_bytes()).printable().into_owned()
    }

    #[test]
    fn no_text_prints_as_what_stands_for_none() {
        for whole in WHOLE {
            let printed = print(whole);
            assert!(printed.starts_with("\\u{"), "{whole}: {printed}");
            assert!(UntrustedRef::new(whole.as_bytes()).printable_within(40) == printed);
        }
        for beginning in BEGINNINGS {
            assert!(print(&format!("{beginning}it has no id")).starts_with("\\u{"), "{beginning}");
        }
        assert_eq!(print(NO_FILENAME), "\\u{28}no filename)");
        assert_eq!(print("— not given"), "\\u{2014}\\u{20}not given");
        // What only resembles them is left alone.
        for text in ["(no filename) ", "no filename", "(1) report.jsonl", "unreadable.jsonl", "—a"]
        {
            assert!(!print(text).starts_with("\\u{"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_prints_as_nothing_of_them(
            before in "[ \u{200b}\u{301}]{0,1}",
            stand_in in proptest::sample::select(&WHOLE[..]),
            behind in "[ \u{200b}\u{301}\\\\]{0,1}",
        ) {
            let printed = print(&format!("{before}{stand_in}{behind}"));
            prop_assert!(!WHOLE.contains(&printed.as_str()), "{}", printed);
            prop_assert!(BEGINNINGS.iter().all(|beginning| !printed.starts_with(beginning)));
        }
    }
}
