//! What stands in the rows of a content, and where: the columns of a batch's lines, the lines
//! themselves, and what is said at their end.

mod words;

use ratatui::layout::Rect;

use crate::app::geometry::inside;
use crate::app::layers::content::ContentLayer;
use crate::content::json::{self, Fragment, Row};
use crate::content::results::{BatchLine, Ending, Meaning};
use crate::content::window::{HeldLine, Number};
use crate::text::{UntrustedRef, grouped, json_text, shorten_end, shorten_middle, size, width};
use crate::theme::Tone;

pub use words::{amount, end_words, instead, start_words};

/// Cells before the number, for the sign of the cursor.
const MARKER: u16 = 2;
/// Cells between two columns.
const BETWEEN: u16 = 2;
/// Cells of the sign that says whether a line can be folded open.
const FOLD: u16 = 2;
/// Cells of a number of tokens.
const TOKENS: u16 = 6;
/// Cells that the text of a line has at least, where there is a column that can give way.
const LEAST_TEXT: u16 = 14;
const LEAST_TEXT_NARROW: u16 = 0;
/// Below this width of the inside, a line's text gives way to what is said of it.
const ROOMY_FROM: u16 = 60;
/// Cells of a name that are made printable before it is shortened.
const MOST_OF_A_NAME: usize = 512;
/// Below this many cells a status has no room for a code behind its number.
const LEAST_OF_A_CODE: usize = 12;
/// Digits for which there is room in any case.
const LEAST_DIGITS: usize = 4;
/// First bytes of a binary content that are shown.
const BYTES_SHOWN: usize = 16;

/// A column of what a batch's lines say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchColumn {
    /// The request's own id.
    CustomId,
    /// How it ended.
    Status,
    /// The model that was asked.
    Model,
    /// Tokens read.
    TokensIn,
    /// Tokens written.
    TokensOut,
}

impl BatchColumn {
    /// What stands above the column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CustomId => "Custom ID",
            Self::Status => "Status",
            Self::Model => "Model",
            Self::TokensIn => "In",
            Self::TokensOut => "Out",
        }
    }

    /// Whether it holds numbers, which end at one edge.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::TokensIn | Self::TokensOut)
    }

    /// What it says of a line, and in which tone.
    #[must_use]
    pub fn cell(self, line: &BatchLine, cells: u16) -> (String, Tone) {
        let cells = usize::from(cells);
        let name = |text: &Option<crate::text::Untrusted>| {
            // Ends that differ are seen.
            let whole = text.as_ref().map(|text| text.borrow().printable_within(MOST_OF_A_NAME));
            whole.map_or("—".to_owned(), |whole| shorten_middle(&whole, cells))
        };
        let count = |count: Option<u64>| count.map_or(String::new(), short_count);
        let failed = matches!(line.outcome, Ending::Bad { .. });
        match self {
            Self::CustomId if failed => (name(&line.custom_id), Tone::Error),
            Self::CustomId => (name(&line.custom_id), Tone::Text),
            Self::Status => {
                let words = line.outcome.words();
                let tone = match line.outcome {
                    Ending::Bad { .. } => Tone::Error,
                    Ending::Unclear => Tone::Warning,
                    Ending::Good(_) | Ending::Asked => Tone::Chrome,
                };
                let sign = if failed { "✗ " } else { "  " };
                // The number alone says more than a code that is cut at once.
                let number = words.split(' ').next().filter(|number| number.len() + 2 <= cells);
                let number =
                    number.filter(|_| width(&words) + 2 > cells && cells < LEAST_OF_A_CODE);
                let words = number.map_or_else(|| shorten_end(&words, cells - 2), str::to_owned);
                (format!("{sign}{words}"), tone)
            }
            Self::Model if line.model.is_none() => (String::new(), Tone::Chrome),
            Self::Model => (name(&line.model), Tone::Chrome),
            Self::TokensIn => (count(line.tokens_in), Tone::Number),
            Self::TokensOut => (count(line.tokens_out), Tone::Number),
        }
    }
}

/// A number in few cells: beyond 99,999 in thousands.
fn short_count(count: u64) -> String {
    match count {
        0..100_000 => grouped(count),
        100_000..10_000_000 => format!("{}k", grouped(count / 1_000)),
        _ => format!("{}M", grouped(count / 1_000_000)),
    }
}

/// Where the columns stand in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineColumns {
    /// The column behind the last digit of a line's number.
    pub number_end: u16,
    /// What a batch's lines say: the column at which it begins, and its cells.
    pub told: Vec<(BatchColumn, u16, u16)>,
    /// The column at which the text of a line begins, the sign before it included.
    pub text: u16,
    /// The column at which the rows begin of what is folded open.
    pub open: u16,
}

/// Where the columns stand in the room for the rows.
#[must_use]
pub fn columns(content: &ContentLayer, room: Rect) -> LineColumns {
    let window = content.readout().window();
    let last_shown = window.last().and_then(|at| window.line(at)).map(|line| number(line.number));
    let first = window.lines_from(0).next().map(|line| number(line.number));
    let digits = [last_shown, first].into_iter().flatten().map(|text| width(&text)).max();
    let digits = digits.unwrap_or(0).max(LEAST_DIGITS);
    let number_end = room.x + MARKER + u16::try_from(digits).unwrap_or(u16::MAX);
    let mut x = number_end + BETWEEN;
    let mut told = vec![];
    let least = if room.width < ROOMY_FROM { LEAST_TEXT_NARROW } else { LEAST_TEXT };
    let mut left = room.right().saturating_sub(x + FOLD + least);
    for (column, cells) in wanted(content, room.width) {
        if cells + BETWEEN > left {
            continue;
        }
        left -= cells + BETWEEN;
        told.push((column, x, cells));
        x += cells + BETWEEN;
    }
    LineColumns { number_end, told, text: x, open: number_end + BETWEEN }
}

/// The columns that there are things to be said in, with their cells in a room so wide.
fn wanted(content: &ContentLayer, room: u16) -> Vec<(BatchColumn, u16)> {
    let tally = content.readout().tally();
    if !tally.is_of_batch() {
        return vec![];
    }
    let [id, status, model] = tally.cells().map(|cells| u16::try_from(cells).unwrap_or(u16::MAX));
    let (most_id, most_status) = match room {
        // What is left beside number, sign and status.
        ..ROOMY_FROM => (room.saturating_sub(20).clamp(9, 20), 6),
        ROOMY_FROM..100 => (18, 8),
        100..140 => (24, 20),
        _ => (28, 26),
    };
    let mut columns = vec![(BatchColumn::CustomId, id.clamp(9, most_id))];
    if tally.has_results() {
        columns.push((BatchColumn::Status, (status + 2).clamp(6, most_status)));
    }
    if model > 0 && room >= 76 {
        columns.push((BatchColumn::Model, model.clamp(5, if room < 140 { 16 } else { 24 })));
    }
    if tally.has_results() && room >= 90 {
        columns.extend([(BatchColumn::TokensIn, TOKENS), (BatchColumn::TokensOut, TOKENS)]);
    }
    columns
}

/// The room for the rows within the box on the whole screen.
#[must_use]
pub fn room(content: &ContentLayer, screen: Rect) -> Rect {
    let room = inside(screen);
    let head = u16::from(has_head(content)).min(room.height);
    Rect { y: room.y + head, height: room.height - head, ..room }
}

/// Whether names stand above the columns.
#[must_use]
pub fn has_head(content: &ContentLayer) -> bool {
    content.readout().tally().is_of_batch()
}

/// Cells that the rows of a line have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Widths {
    /// The first one, beside the columns.
    pub first: usize,
    /// Those below it, under the columns.
    pub further: usize,
}

/// Cells that the rows of a line have in this room.
#[must_use]
pub fn widths(content: &ContentLayer, room: Rect) -> Widths {
    let columns = columns(content, room);
    let from = |x: u16| usize::from(room.right().saturating_sub(x)).max(1);
    Widths { first: from(columns.text + FOLD), further: from(columns.open) }
}

/// A line's number; from the end it begins with a minus.
#[must_use]
pub fn number(number: Number) -> String {
    match number {
        Number::FromStart(number) => grouped(number),
        Number::FromEnd(number) => format!("−{}", grouped(number)),
    }
}

/// Whether a line is shown as JSON is: it is, or it is still coming and begins so.
#[must_use]
pub fn is_json(line: &HeldLine<'_>) -> bool {
    match line.meaning {
        Some(meaning) => {
            matches!(meaning, Meaning::Of(_) | Meaning::Object | Meaning::NoObject)
        }
        None => matches!(line.bytes.trim_ascii_start().first(), Some(b'{' | b'[')),
    }
}

/// The row of a line, up to so many cells at least where it has as many.
#[must_use]
pub fn line_row(line: &HeldLine<'_>, cells: usize) -> Row {
    if line.is_skipped() {
        return note(format!("a line of {}, which is too long to be held", size(line.length)));
    }
    // No character takes more bytes than this for each of its cells, but for marks.
    let most = cells.saturating_mul(20).saturating_add(1_024);
    let bytes = &line.bytes[..line.bytes.len().min(most)];
    let hidden = UntrustedRef::new(bytes).without_secrets();
    if is_json(line) { json::one_row(&hidden, cells) } else { plain_row(&hidden, cells) }
}

/// A line that is no JSON: what it is indented by, then its text.
#[must_use]
pub fn plain_row(bytes: &[u8], cells: usize) -> Row {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let indent = bytes.iter().take_while(|byte| **byte == b' ').count();
    let rest = UntrustedRef::new(&bytes[indent..]);
    let text = match cells {
        usize::MAX => rest.printable().into_owned(),
        // One more, so that it can be seen that it goes on.
        cells => rest.printable_within(cells + 1),
    };
    let part = Fragment { tone: Tone::Text, text };
    Row { indent, parts: vec![part], value: 0..bytes.len() }
}

/// A row that is said of a line, and does not stand in it.
#[must_use]
pub fn note(text: String) -> Row {
    Row { indent: 0, parts: vec![Fragment { tone: Tone::Warning, text }], value: 0..0 }
}

/// All of some bytes of a line as they may be shown.
#[must_use]
pub fn whole_text(line: &HeldLine<'_>, bytes: &[u8]) -> String {
    if is_json(line) {
        json_text(UntrustedRef::new(bytes.trim_ascii()))
    } else {
        plain_row(bytes, usize::MAX).text()
    }
}

/// Cells before an offset in a line.
#[must_use]
pub fn cells_before(line: &HeldLine<'_>, offset: usize) -> usize {
    let before = &line.bytes[..offset.min(line.bytes.len())];
    let text = if is_json(line) {
        json_text(UntrustedRef::new(before))
    } else {
        UntrustedRef::new(before).printable().into_owned()
    };
    width(&text)
}
