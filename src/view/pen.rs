//! What a pane draws with.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Padding, Widget};

use crate::app::App;
use crate::app::sheets::{self, Sheet};
use crate::text::{is_plain, shorten_end, width};
use crate::theme::Theme;

/// What is to be shown, in which styles, and the cells that it goes to.
pub(super) struct Pen<'a> {
    pub(super) app: &'a App,
    pub(super) theme: &'a Theme,
    pub(super) buffer: &'a mut Buffer,
    /// The box above whose lower border the message stands, where the line that was meant for it is
    /// too short.
    pub(super) message_in: Option<Rect>,
    /// What stands there where there is no message: what is said of a filter and is longer than its line.
    pub(super) untold: Option<(Rect, String)>,
}

impl Pen<'_> {
    /// A thin rounded box with one blank column around its content.
    pub(super) fn boxed(&self, focused: bool) -> Block<'static> {
        Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(if focused { self.theme.accent } else { self.theme.chrome })
            .padding(Padding::horizontal(1))
    }

    /// Draws a box and tells what is inside of it.
    pub(super) fn block(&mut self, area: Rect, block: &Block<'_>) -> Rect {
        block.render(area, self.buffer);
        block.inner(area)
    }

    /// Makes room for a box above what was drawn.
    pub(super) fn clear(&mut self, area: Rect) {
        Clear.render(area, self.buffer);
        self.unhalve(area);
    }

    /// What stands in the line of `room` cells that says what can be done in a box: the message, if
    /// there is one that fits, else `hints`.
    pub(super) fn message_or(&mut self, hints: &str, room: usize, within: Rect) -> String {
        let message = self.app.message();
        let fitting = message.filter(|message| crate::text::width(message) <= room);
        self.message_in = (fitting.is_none() && message.is_some()).then_some(within);
        fitting.map_or_else(|| whole_hints(hints, room), str::to_owned)
    }

    /// Writes `text` at the left of a line, and tells where it ended.
    pub(super) fn put(&mut self, x: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
        let buffer = &mut *self.buffer;
        if x >= right || !buffer.area.contains((x, y).into()) {
            return x;
        }
        if !is_plain(text) {
            return buffer.set_stringn(x, y, text, usize::from(right - x), style).0;
        }
        let room = usize::from(right.min(buffer.area.right()) - x);
        let text = &text[..text.len().min(room)];
        let from = buffer.index_of(x, y);
        for (i, cell) in buffer.content[from..from + text.len()].iter_mut().enumerate() {
            cell.set_symbol(&text[i..=i]).set_style(style);
        }
        x + u16::try_from(text.len()).unwrap_or(u16::MAX)
    }

    /// Writes `text` so that it ends just before column `right`.
    pub(super) fn put_right(&mut self, left: u16, y: u16, right: u16, text: &str, style: Style) {
        let width = cells(text);
        self.put(right.saturating_sub(width).max(left), y, right, text, style);
    }

    /// Draws the lines of a sheet that are in view, its columns side by side.
    pub(super) fn sheet(&mut self, room: Rect, sheet: &Sheet, scroll: usize) {
        let columns = sheet.visible(scroll);
        let width = room.width / u16::try_from(columns.len()).unwrap_or(1).max(1);
        for (i, lines) in (0..).zip(columns) {
            self.lines(Rect { x: room.x + i * width, width, ..room }, lines);
        }
    }

    /// Draws lines of a sheet from the top of `room`; what does not fit is cut.
    pub(super) fn lines<'l>(
        &mut self,
        room: Rect,
        lines: impl IntoIterator<Item = &'l sheets::Line>,
    ) {
        for (y, line) in (room.y..room.bottom()).zip(lines) {
            for piece in &line.pieces {
                let (x, style) = (room.x.saturating_add(piece.at), self.theme.tone(piece.tone));
                self.put(x, y, room.right(), &piece.text, style);
            }
        }
    }

    /// A bar of `filled` out of `all` cells, in two styles.
    pub(super) fn bar(&mut self, (x, y): (u16, u16), filled: u16, all: u16, [on, off]: [Style; 2]) {
        for cell in 0..all {
            let (symbol, style) = if cell < filled { ("▰", on) } else { ("▱", off) };
            if let Some(cell) = self.buffer.cell_mut((x + cell, y)) {
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }

    /// The band of the selected line. Colours that mean something stay, also where the band is in
    /// reverse: the cell is in that colour then. What is dim becomes readable.
    pub(super) fn select(&mut self, band: Style, line: Rect, marker: u16) {
        for x in line.left()..line.right() {
            let cell = &mut self.buffer[(x, line.y)];
            let plain = cell.fg == Color::Reset || Some(cell.fg) == self.theme.chrome.fg;
            let fg = cell.fg;
            cell.modifier.remove(Modifier::DIM);
            cell.set_style(band);
            cell.set_fg(if plain { band.fg.unwrap_or(Color::Reset) } else { fg });
            if matches!(cell.symbol(), "▇" | "▰") {
                unreverse(cell);
            }
        }
        let mark = &mut self.buffer[(marker, line.y)];
        unreverse(mark.set_symbol("▌").set_style(self.theme.accent));
    }

    /// A wide character that the left border of a box covers by half would push the border out of line.
    fn unhalve(&mut self, area: Rect) {
        let Some(x) = area.x.checked_sub(1) else { return };
        for y in area.top()..area.bottom() {
            if cells(self.buffer[(x, y)].symbol()) > 1 {
                self.buffer[(x, y)].set_symbol(" ");
            }
        }
    }
}

/// A shape that is to have its colour even in a band that is in reverse: turned round twice.
fn unreverse(cell: &mut Cell) {
    if cell.modifier.contains(Modifier::REVERSED) {
        (cell.bg, cell.fg) = (cell.fg, Color::Reset);
    }
}

/// As many of several hints as fit side by side, each whole; the last, which says how to get back, gives
/// way last.
pub(super) fn whole_hints(hints: &str, room: usize) -> String {
    const BETWEEN: &str = " · ";
    let mut shown: Vec<&str> = hints.split(BETWEEN).collect();
    while shown.len() > 1 && width(&shown.join(BETWEEN)) > room {
        shown.remove(shown.len() - 2);
    }
    shorten_end(&shown.join(BETWEEN), room)
}

/// A title that leaves a bit of the border before it.
pub(super) fn heading(text: &str, style: Style) -> Line<'static> {
    Line::from(vec![Span::raw("─"), Span::styled(format!(" {text} "), style)])
}

/// Cells that `text` takes.
pub(super) fn cells(text: &str) -> u16 {
    u16::try_from(crate::text::width(text)).unwrap_or(u16::MAX)
}
