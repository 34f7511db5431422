//! A line of text while it is typed: what of it is seen, and where its cursor stands.

use tui_input::Input;

use crate::text::{UntrustedRef, shorten_end, width};

/// What is to be seen of a line that is typed.
pub(super) struct Typed {
    /// Its part within the room, printable.
    pub(super) shown: String,
    /// Cells that are scrolled off the left.
    pub(super) scroll: usize,
    /// Cells from the beginning of what is shown to the cursor.
    pub(super) cursor: u16,
}

/// The line within `room` cells, around its cursor. It is made printable as a whole before it is cut:
/// a key that was put here by mistake must not show its end.
pub(super) fn typed(input: &Input, room: usize) -> Typed {
    let text = input.value();
    let at = text.char_indices().nth(input.cursor()).map_or(text.len(), |(at, _)| at);
    let cursor = width(&printable(&text[..at]));
    let scroll = cursor.saturating_sub(room);
    let shown = shorten_end(&skip_cells(&printable(text), scroll), room);
    let cursor = u16::try_from(cursor - scroll).unwrap_or(u16::MAX);
    Typed { shown, scroll, cursor }
}

/// As it would be printed, but that a blank at an end of it is one in the middle of a line.
fn printable(text: &str) -> String {
    let fenced = UntrustedRef::new(format!("|{text}|").as_bytes()).printable().into_owned();
    fenced.get(1..fenced.len() - 1).unwrap_or_default().to_owned()
}

fn skip_cells(text: &str, skipped: usize) -> String {
    let mut used = 0;
    text.chars()
        .skip_while(|c| {
            let before = used;
            used += width(c.encode_utf8(&mut [0; 4]));
            before < skipped
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::secret::{KEY, Secret};

    #[test]
    fn the_cursor_stays_in_the_room() {
        let seen = |text: &str, room| {
            let typed = typed(&Input::new(text.to_owned()), room);
            (typed.shown, typed.cursor)
        };
        assert_eq!(seen("abc", 10), ("abc".to_owned(), 3));
        assert_eq!(seen("a b ", 10), ("a b ".to_owned(), 4));
        assert_eq!(seen("0123456789", 4), ("6789".to_owned(), 4));
    }

    /// Hazards 14.
    #[test]
    fn a_key_that_was_typed_is_hidden_also_where_its_beginning_is_scrolled_away() {
        let key = "csk-typed-by-mistake-0123456789-0123456789-0123456789";
        Secret::parse(key, KEY).unwrap();
        for room in 1..80 {
            let shown = typed(&Input::new(format!("name:{key}")), room).shown;
            assert!(!shown.contains("0123"), "{room}: {shown}");
        }
    }
}
