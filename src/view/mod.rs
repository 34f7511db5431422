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
mod pen;
mod picker;
mod screens;
mod table;
mod timeline;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::pen::{Pen, cells, heading};
use crate::app::App;
use crate::app::geometry::layout::Layout;
use crate::app::mode::Mode;
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
    let pen = &mut Pen { app, theme, buffer };
    let Some(layout) = app.layout().filter(|_| !area.is_empty()) else {
        screens::too_small(pen, area);
        return None;
    };
    let cursor = match app.mode().seen() {
        Mode::Help { scroll, .. } => {
            help::draw(pen, area, *scroll);
            None
        }
        Mode::Detail { scroll } => {
            detail::draw_full(pen, area, *scroll);
            None
        }
        Mode::Agenda { line } => {
            agenda::draw(pen, area, *line);
            None
        }
        Mode::Events { scroll } => {
            events::draw(pen, area, *scroll);
            None
        }
        mode => {
            let cursor = main_screen(pen, &layout);
            if let Mode::Picker { what, line } = mode {
                picker::draw(pen, area, *what, *line);
            }
            cursor
        }
    };
    match app.mode() {
        Mode::Palette { input, line, .. } => palette::draw(pen, area, input, *line),
        _ => cursor,
    }
}

/// Header, timeline, table, pane and footer; tells where the text cursor is to stand.
fn main_screen(pen: &mut Pen<'_>, layout: &Layout) -> Option<Position> {
    // The buffer may lag behind a resize: nothing is drawn outside of it.
    let area = pen.buffer.area;
    let within = |rect: Rect| rect.intersection(area);
    header::draw(pen, within(layout.header));
    if let Some(timeline) = layout.timeline {
        timeline::draw(pen, within(timeline));
    }
    table::draw(pen, within(layout.table));
    if let Some(pane) = layout.pane {
        detail::draw_pane(pen, within(pane));
    }
    footer::draw(pen, within(layout.footer))
}

/// The place of a box above the others; on a narrow screen it takes the whole width rather than
/// leave slivers of what is behind it.
fn above(over: Rect, width: u16, height: u16) -> Rect {
    let width = if over.width < width + SLIVERS { over.width } else { width };
    let height = height.min(over.height);
    let (x, y) = (over.x + (over.width - width) / 2, over.y + (over.height - height) / 2);
    Rect { x, y, width, height }
}
