//! What the program looks like: a function of the [`App`], which it never changes.
//!
//! One file a pane, each with a drawing of itself. Work per frame is that of the rows on the screen.

mod agenda;
mod detail;
mod events;
mod footer;
mod header;
mod help;
mod palette;
mod picker;
mod screens;
mod table;
mod timeline;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Padding};

use crate::app::App;
use crate::app::mode::Mode;
use crate::app::sheets::{self, Sheet};
use crate::text::is_plain;
use crate::theme::Theme;

/// Cells beside a box that are worth seeing.
const SLIVERS: u16 = 16;

/// Draws one frame; for whoever has a ratatui terminal.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame) {
    if let Some(cursor) = render(app, theme, frame.buffer_mut()) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws one frame into a buffer of any size; tells where the text cursor is to stand, if anywhere.
pub fn render(app: &App, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    let area = buffer.area;
    let Some(layout) = app.layout().filter(|_| !area.is_empty()) else {
        screens::too_small(buffer, area, theme);
        return None;
    };
    // The buffer may lag behind a resize: nothing is drawn outside of it.
    let within = |rect: Rect| rect.intersection(area);
    let cursor = match app.mode().seen() {
        Mode::Help { scroll, .. } => {
            help::draw(app, *scroll, theme, buffer, area);
            None
        }
        Mode::Detail { scroll } => {
            detail::draw_full(app, *scroll, theme, buffer, area);
            None
        }
        Mode::Agenda { line } => {
            agenda::draw(app, *line, theme, buffer, area);
            None
        }
        Mode::Events { scroll } => {
            events::draw(app, *scroll, theme, buffer, area);
            None
        }
        mode => {
            header::draw(app, theme, buffer, within(layout.header));
            if let Some(timeline) = layout.timeline {
                timeline::draw(app, theme, buffer, within(timeline));
            }
            table::draw(app, theme, buffer, within(layout.table));
            if let Some(pane) = layout.pane {
                detail::draw_pane(app, theme, buffer, within(pane));
            }
            let cursor = footer::draw(app, theme, buffer, within(layout.footer));
            if let Mode::Picker { what, line } = mode {
                picker::draw(app, (*what, *line), theme, buffer, area);
            }
            cursor
        }
    };
    match app.mode() {
        Mode::Palette { input, line, .. } => {
            palette::draw(app, (input, *line), theme, buffer, area)
        }
        _ => cursor,
    }
}

/// The place of a box above the others; on a narrow screen it takes the whole width rather than
/// leave slivers of what is behind it.
fn above(over: Rect, width: u16, height: u16) -> Rect {
    let width = if over.width < width + SLIVERS { over.width } else { width };
    let height = height.min(over.height);
    let (x, y) = (over.x + (over.width - width) / 2, over.y + (over.height - height) / 2);
    Rect { x, y, width, height }
}

/// A thin rounded box with one blank column around its content.
fn boxed(theme: &Theme, focused: bool) -> Block<'static> {
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(if focused { theme.accent } else { theme.chrome })
        .padding(Padding::horizontal(1))
}

/// A title that leaves a bit of the border before it.
fn heading(text: &str, style: Style) -> Line<'static> {
    Line::from(vec![Span::raw("─"), Span::styled(format!(" {text} "), style)])
}

/// Writes `text` at the left of a line, and tells where it ended.
fn put(buffer: &mut Buffer, x: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
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
fn put_right(buffer: &mut Buffer, left: u16, y: u16, right: u16, text: &str, style: Style) {
    let width = cells(text);
    put(buffer, right.saturating_sub(width).max(left), y, right, text, style);
}

/// Draws the lines of a sheet that are in view, its columns side by side.
fn draw_sheet(theme: &Theme, buffer: &mut Buffer, room: Rect, sheet: &Sheet, scroll: usize) {
    let columns = sheet.visible(scroll);
    let width = room.width / u16::try_from(columns.len()).unwrap_or(1).max(1);
    for (i, lines) in (0..).zip(columns) {
        draw_lines(theme, buffer, Rect { x: room.x + i * width, width, ..room }, lines);
    }
}

/// Draws lines of a sheet from the top of `room`; what does not fit is cut.
fn draw_lines<'a>(
    theme: &Theme,
    buffer: &mut Buffer,
    room: Rect,
    lines: impl IntoIterator<Item = &'a sheets::Line>,
) {
    for (y, line) in (room.y..room.bottom()).zip(lines) {
        for piece in &line.pieces {
            let (x, style) = (room.x.saturating_add(piece.at), theme.tone(piece.tone));
            put(buffer, x, y, room.right(), &piece.text, style);
        }
    }
}

/// A bar of `filled` out of `all` cells, in two styles.
fn bar(buffer: &mut Buffer, (x, y): (u16, u16), filled: u16, all: u16, [on, off]: [Style; 2]) {
    for cell in 0..all {
        let (symbol, style) = if cell < filled { ("▰", on) } else { ("▱", off) };
        if let Some(cell) = buffer.cell_mut((x + cell, y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    }
}

/// The band of the selected line. Colours that mean something stay; what is dim becomes readable.
fn select(band: Style, theme: &Theme, buffer: &mut Buffer, line: Rect, marker: u16) {
    for x in line.left()..line.right() {
        let cell = &mut buffer[(x, line.y)];
        let plain = cell.fg == Color::Reset || Some(cell.fg) == theme.chrome.fg;
        let fg = cell.fg;
        cell.set_style(band);
        if !plain {
            cell.set_fg(fg);
        }
    }
    buffer[(marker, line.y)].set_symbol("▌").set_style(theme.accent);
}

/// A wide character that the left border of a box covers by half would push the border out of line.
fn unhalve(buffer: &mut Buffer, area: Rect) {
    let Some(x) = area.x.checked_sub(1) else { return };
    for y in area.top()..area.bottom() {
        if cells(buffer[(x, y)].symbol()) > 1 {
            buffer[(x, y)].set_symbol(" ");
        }
    }
}

/// Cells that `text` takes.
fn cells(text: &str) -> u16 {
    u16::try_from(crate::text::width(text)).unwrap_or(u16::MAX)
}
