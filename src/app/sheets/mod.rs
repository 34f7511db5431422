//! Sheets: what fills a box or the screen with lines of text. `update` needs to know how many lines
//! there are and what each stands for, the view draws those in view.
//!
//! A sheet is measured and wrapped here, once, for a given room. It says what each piece of text is
//! ([`Tone`]), and knows neither colours nor the terminal.

pub mod agenda;
pub mod content;
pub mod deletion;
pub mod detail;
pub mod events;
pub mod footer;
pub mod help;
pub mod jobs;
pub mod json;
mod status;
pub mod topics;
pub mod upload;

use std::time::Duration;

use ratatui::layout::Rect;

use super::App;
use crate::text::{composed, width};
use crate::theme::Tone;
use crate::time::span::wait;

/// What is waited for until a moment ahead, in seconds that count down: as long as the service asks for, or
/// for our own part.
#[must_use]
pub fn pause(app: &App, until: Duration, is_asked: bool) -> String {
    let why = if is_asked { "asked to wait" } else { "next try in" };
    format!("{why} {}", wait(app.seconds_until(until)))
}

/// A piece of text on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Cells from the left edge of the sheet.
    pub at: u16,
    /// The text of the piece, printable as it is.
    pub text: String,
    /// What the text is, before a theme says how it looks.
    pub tone: Tone,
}

/// A line of a sheet: pieces from left to right. What does not fit in the room is cut by whoever
/// draws it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The pieces of the line, from left to right.
    pub pieces: Vec<Piece>,
    end: u16,
}

impl Line {
    /// A line of one piece.
    fn of(tone: Tone, text: impl Into<String>) -> Self {
        let mut line = Self::default();
        line.push(tone, text);
        line
    }

    /// Adds text behind what is there.
    fn push(&mut self, tone: Tone, text: impl Into<String>) {
        self.put(self.end, tone, text);
    }

    /// Adds text that begins at a cell.
    fn put(&mut self, at: u16, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        self.end = at.saturating_add(cells(&text));
        self.pieces.push(Piece { at, text, tone });
    }

    /// Adds text that ends just before cell `right`, and does not begin before `left`.
    fn put_right(&mut self, left: u16, right: u16, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        self.put(right.saturating_sub(cells(&text)).max(left), tone, text);
    }
}

/// All lines of a text that scrolls, in one column or several of the same width side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    columns: Vec<Vec<Line>>,
    height: usize,
}

impl Sheet {
    /// A sheet of one column or more within `room`.
    fn new(columns: Vec<Vec<Line>>, room: Rect) -> Self {
        Self { columns, height: usize::from(room.height) }
    }

    /// Lines of the longest column.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.columns.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// Lines that there is room for.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Lines that do not fit.
    #[must_use]
    pub fn overflow(&self) -> usize {
        self.lines().saturating_sub(self.height)
    }

    /// The lines of each column that are in view with `scroll` of them scrolled off the top; the
    /// last one does not leave the end of the room.
    #[must_use]
    pub fn visible(&self, scroll: usize) -> impl ExactSizeIterator<Item = &[Line]> {
        let scroll = scroll.min(self.overflow());
        let in_view = move |lines: &[Line]| {
            let from = scroll.min(lines.len());
            from..lines.len().min(from + self.height)
        };
        self.columns.iter().map(move |lines| &lines[in_view(lines)])
    }
}

/// Whether each word of what was typed is in `text`, capital or not.
fn has_words(text: &str, typed: &str) -> bool {
    if typed.trim().is_empty() {
        return true;
    }
    let lower = |text: &str| String::from_utf8_lossy(&composed(text.as_bytes())).to_lowercase();
    let text = lower(text);
    typed.split_whitespace().all(|word| text.contains(&lower(word)))
}

/// Cells that `text` takes.
fn cells(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(lines: usize) -> Vec<Line> {
        (0..lines).map(|n| Line::of(Tone::Plain, n.to_string())).collect()
    }

    #[test]
    fn columns_scroll_together_and_the_end_stays_in_view() {
        let sheet = Sheet::new(vec![column(9), column(4)], Rect::new(0, 0, 20, 5));
        assert_eq!(sheet.overflow(), 4);
        let seen = |scroll| -> Vec<Vec<String>> {
            let text = |line: &Line| line.pieces[0].text.clone();
            sheet.visible(scroll).map(|lines| lines.iter().map(text).collect()).collect()
        };
        assert_eq!(seen(0), [vec!["0", "1", "2", "3", "4"], vec!["0", "1", "2", "3"]]);
        assert_eq!(seen(3), [vec!["3", "4", "5", "6", "7"], vec!["3"]]);
        assert_eq!(seen(99), [vec!["4", "5", "6", "7", "8"], vec![]]);
        assert_eq!(Sheet::new(vec![column(2)], Rect::ZERO).overflow(), 2);
        assert_eq!(Sheet::new(vec![], Rect::ZERO).visible(1).len(), 0);
    }

    #[test]
    fn pieces_follow_each_other_or_stand_where_they_are_put() {
        let mut line = Line::of(Tone::Chrome, "日本");
        line.push(Tone::Text, "ab");
        line.put_right(8, 12, Tone::Text, "xyz");
        line.put_right(8, 12, Tone::Text, "too long");
        let places: Vec<u16> = line.pieces.iter().map(|piece| piece.at).collect();
        assert_eq!(places, [0, 4, 9, 8]);
    }
}
