//! What the program looks like: a function of the [`App`], which it never changes.
//!
//! One file a pane, each with a drawing of itself. Work per frame is that of the rows on the screen.

mod agenda;
mod confirmation;
mod content;
mod deletion;
mod detail;
mod events;
mod filter;
mod header;
mod help;
mod jobs;
mod message;
mod palette;
mod pen;
mod picker;
mod save_to;
mod screens;
mod table;
mod timeline;
mod typed;
mod upload;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Position, Rect};
use ratatui::text::{Line, Span};

use self::pen::{Pen, cells, heading};
use self::typed::{Typed, typed};
use crate::app::App;
use crate::app::geometry::layout::Layout;
use crate::app::layers::Layer;
use crate::app::layers::search::Search;
use crate::app::sheets;
use crate::keys::{Action, Hint};
use crate::text;
use crate::theme::Theme;

/// Draws one frame; for whoever has a ratatui terminal.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame) {
    if let Some(cursor) = render(app, theme, frame.buffer_mut()) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws one frame into a buffer of any size; tells where the text cursor is to stand, if anywhere.
pub fn render(app: &App, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    let area = buffer.area;
    let pen = &mut Pen { app, theme, buffer, message_in: None, untold: None };
    let Some(layout) = app.layout().filter(|_| !area.is_empty()) else {
        screens::too_small(pen, area);
        return None;
    };
    let mut cursor = None;
    if app.layers().show_main_screen() {
        main_screen(pen, &layout);
    }
    for seen in app.layers().seen() {
        cursor = layer(pen, area, &layout, seen);
    }
    message::draw(pen);
    cursor
}

/// Draws a layer above what was drawn; tells where the text cursor is to stand, if it has one.
fn layer(pen: &mut Pen<'_>, area: Rect, layout: &Layout, layer: &Layer) -> Option<Position> {
    match layer {
        Layer::Detail(detail) => detail::draw_full(pen, area, detail.scroll()),
        Layer::Content(shown) => return content::draw(pen, area, shown),
        Layer::Help(help) => return help::draw(pen, area, help),
        Layer::Agenda(agenda) => agenda::draw(pen, area, agenda.cursor()),
        Layer::Events(events) => return events::draw(pen, area, events),
        Layer::Jobs(layer) => jobs::draw(pen, area, layer),
        Layer::SaveTo(layer) => return save_to::draw(pen, area, layer),
        Layer::Sort(sort) => picker::draw_sort(pen, area, *sort),
        Layer::Copy(copy) => picker::draw_copy(pen, area, *copy),
        Layer::Columns(columns) => picker::draw_columns(pen, area, *columns),
        Layer::Filter(filter) => {
            return filter::draw(pen, layout.footer.intersection(area), filter);
        }
        Layer::Palette(palette) => return palette::draw(pen, area, palette),
        Layer::Confirmation(asked) => confirmation::draw(pen, area, asked),
        Layer::Deletion(asked) => return deletion::draw(pen, area, asked),
        Layer::Upload(form) => return upload::draw(pen, area, form),
    }
    None
}

/// Header, timeline, table, pane and footer.
fn main_screen(pen: &mut Pen<'_>, layout: &Layout) {
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
    footer(pen, within(layout.footer), within(layout.table));
}

/// What can be done now, and what is going on; while the filter is typed, it stands there.
fn footer(pen: &mut Pen<'_>, area: Rect, table: Rect) {
    let app = pen.app;
    let typing = app.layers().seen().iter().any(|layer| matches!(layer, Layer::Filter(_)));
    if !area.is_empty() && !typing {
        let footer = sheets::footer::footer(app, area.width);
        pen.lines(area, [&footer.line]);
        pen.message_in = (app.message().is_some() && !footer.says_message).then_some(table);
    }
}

/// What can be done in a text on the whole screen of which `overflow` lines do not fit, as it stands
/// in its border: how it scrolls, what else there is, and what a step back does.
fn reader_hints(app: &App, overflow: usize, others: &[Hint], back: &'static str) -> String {
    let scroll = Hint::new(&[Action::SelectNext, Action::SelectPrevious], "scroll");
    let closes = Hint::new(&[Action::GoBack], back);
    let scroll = Some(scroll).filter(|_| overflow > 0);
    let hints: Vec<Hint> =
        scroll.into_iter().chain(others.iter().copied()).chain([closes]).collect();
    app.hints(&hints)
}

/// What can be done about what is looked for, and what a step back does.
fn narrowing_hints(search: &Search) -> (&'static [Hint], &'static str) {
    const NARROWS: &[Hint] = &[Hint::new(&[Action::OpenFilter], "narrows")];
    const KEEPS: &[Hint] = &[Hint::new(&[Action::Choose], "keeps")];
    match (search.is_typing(), search.words().is_empty()) {
        (true, true) => (KEEPS, "leaves"),
        (true, false) => (KEEPS, "shows all"),
        (false, true) => (NARROWS, "closes"),
        (false, false) => (NARROWS, "shows all"),
    }
}

/// What stands in the lower border: the message, or what can be done, and at the right which part is
/// seen, which is never cut.
fn foot(pen: &mut Pen<'_>, area: Rect, hint: &str, place: &str) -> (String, Line<'static>) {
    let place = if place.is_empty() { String::new() } else { format!(" {place} ─") };
    let room = usize::from(area.width).saturating_sub(5 + text::width(&place));
    (pen.message_or(hint, room, area), Line::raw(place).alignment(Alignment::Right))
}

/// A title, and behind it what is looked for, if anything; tells where the text cursor is to stand
/// while that is typed.
fn searched(
    theme: &Theme,
    area: Rect,
    title: &str,
    search: &Search,
) -> (Line<'static>, Option<Position>) {
    if !search.is_typing() && search.words().is_empty() {
        return (heading(title, theme.strong), None);
    }
    let begin = text::width(title) + 4;
    let room = usize::from(area.width).saturating_sub(begin + 5);
    let Typed { shown, cursor, .. } = typed(search.input(), room);
    let line = Line::from(vec![
        Span::raw("─"),
        Span::styled(format!(" {title} "), theme.strong),
        Span::styled("/ ", theme.accent),
        Span::styled(shown + " ", theme.text),
    ]);
    let begin = u16::try_from(begin + 2).unwrap_or(u16::MAX);
    let x = area.x.saturating_add(begin).saturating_add(cursor);
    let cursor = Position::new(x.min(area.right().saturating_sub(1)), area.y);
    (line, search.is_typing().then_some(cursor))
}
