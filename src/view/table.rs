//! The table of files.
//!
//! ```text
//! ╭─ Files · time left ▲ of loaded ─────────────────────────────────────────────╮
//! │   Filename                           Size  Purpose  Created       Time left │
//! │ ▌ batch-0412-output.jsonl       12.40 MiB  batch     6d ago  ▰▱▱▱▱ ●  12:31 │
//! │   batch-0413-output.jsonl        3.00 MiB  batch     6d ago  ▰▱▱▱▱ ◐ 03:10… │
//! │   more below                                                                │
//! ╰───────────────────────────────────────────────────────────────── 1 of 300 ──╯
//! ```
//! Columns fall away as the terminal's width falls: all five from 120, without the purpose from 80,
//! without creation and bar from 60, filename and time left below.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::header::file_name;
use super::theme::{self, Theme};
use super::{boxed, cells, put, put_right, screens};
use crate::app::mode::{Focus, Mode};
use crate::app::{App, BAR_CELLS};
use crate::dates;
use crate::expiry::{Stated, Urgency, filled_cells, share_left};
use crate::lister::State;
use crate::store::FileRef;
use crate::store::order::SortKey;
use crate::text::{UntrustedRef, grouped, shorten_end, shorten_middle};

const MARKER: u16 = 2;
const GAP: u16 = 2;
const COUNTDOWN: u16 = 8;

/// One column with its place.
#[derive(Clone, Copy, Debug)]
struct Column {
    key: SortKey,
    x: u16,
    width: u16,
    bar: bool,
}

/// The columns for a terminal of `screen` columns in the room of `inner`.
fn columns(screen: u16, inner: Rect) -> Vec<Column> {
    let bar = screen >= 80;
    let time = 2 + COUNTDOWN + if bar { BAR_CELLS + 1 } else { 0 };
    let purpose = if inner.width >= 100 { 14 } else { 7 };
    let rest: &[(SortKey, u16)] = match screen {
        120.. => &[(SortKey::Size, 10), (SortKey::Purpose, purpose), (SortKey::Created, 7)],
        80.. => &[(SortKey::Size, 10), (SortKey::Created, 7)],
        60.. => &[(SortKey::Size, 10)],
        _ => &[],
    };
    // Sizes rarely fill their column, so one blank is enough before it.
    let gap = |key| if key == SortKey::Size { 1 } else { GAP };
    let taken: u16 = rest.iter().map(|(key, width)| width + gap(*key)).sum();
    let name = inner.width.saturating_sub(MARKER + taken + GAP + time);
    let all = [(SortKey::Filename, name)].into_iter().chain(rest.iter().copied());
    let mut end = inner.x + MARKER;
    all.chain([(SortKey::TimeLeft, time)])
        .map(|(key, width)| {
            let x = if key == SortKey::Filename { end } else { end + gap(key) };
            end = x + width;
            Column { key, x, width, bar }
        })
        .collect()
}

pub(super) fn draw(app: &App, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let focused = app.focus() == Focus::Table && matches!(app.mode(), Mode::Browse);
    let mut block = boxed(theme, focused).title_top(title(app, theme, area.width));
    let rows = app.table().rows().len();
    if rows > 0 {
        let place = format!(" {} of {} ─", grouped(app.table().cursor() + 1), grouped(rows));
        let place = Line::raw(place).alignment(Alignment::Right);
        block = block.title_bottom(place);
    }
    let inner = block.inner(area);
    block.render(area, buffer);
    if inner.is_empty() {
        return;
    }
    if rows == 0 {
        return screens::instead_of_rows(app, theme, buffer, inner);
    }
    let columns = columns(buffer.area.width, inner);
    head(app, theme, buffer, inner, &columns);
    body(app, theme, buffer, inner, &columns);
}

fn title(app: &App, theme: &Theme, width: u16) -> Line<'static> {
    let order = app.table().order();
    let arrow = if order.is_descending() { "▼" } else { "▲" };
    let mut text = format!("· {} {arrow} ", order.key().name().to_lowercase());
    if !app.lister().is_complete() && !app.store().is_empty() {
        text.push_str("of loaded ");
    }
    if let Some(filter) = app.table().filter_text() {
        let of = grouped(app.store().len());
        let shown = grouped(app.table().rows().len());
        let loaded = if app.lister().is_complete() { "" } else { " loaded" };
        let filter = UntrustedRef::new(filter.as_bytes()).printable_within(usize::from(width / 4));
        let _ = write!(text, "· “{filter}” {shown} of {of}{loaded} ");
    }
    let text = shorten_end(&text, usize::from(width.saturating_sub(12)));
    Line::from(vec![
        Span::raw("─"),
        Span::styled(" Files ", theme.strong),
        Span::styled(text, theme.chrome),
    ])
}

fn head(app: &App, theme: &Theme, buffer: &mut Buffer, inner: Rect, columns: &[Column]) {
    for column in columns {
        let sorted = column.key == app.table().order().key();
        let style = if sorted { theme.accent } else { theme.chrome };
        let (y, right) = (inner.y, column.x + column.width);
        match column.key {
            SortKey::Filename | SortKey::Purpose => {
                put(buffer, column.x, y, right, column.key.name(), style);
            }
            _ => put_right(buffer, column.x, y, right, column.key.name(), style),
        }
    }
}

fn body(app: &App, theme: &Theme, buffer: &mut Buffer, inner: Rect, columns: &[Column]) {
    let table = app.table();
    let view = table.viewport();
    let lines = inner.y + 1..inner.bottom();
    let window = table.window();
    for (i, (y, no)) in lines.clone().zip(window).enumerate() {
        let file = app.store().file(*no);
        row(app, theme, buffer, y, columns, &file);
        if view.offset + i == table.cursor() {
            let line = Rect { y, height: 1, ..inner };
            let line = Rect { x: line.x.saturating_sub(1), width: line.width + 2, ..line };
            select(theme, buffer, line.intersection(buffer.area), inner.x);
        }
    }
    if let Some(y) = lines.into_iter().nth(window.len()) {
        let (text, style) = end_row(app, theme);
        let text = shorten_end(&text, usize::from(inner.width.saturating_sub(MARKER)));
        put(buffer, inner.x + MARKER, y, inner.right(), &text, style);
    }
}

/// The band of the selected row. Colours of urgency stay; what is dim becomes readable.
fn select(theme: &Theme, buffer: &mut Buffer, line: Rect, marker: u16) {
    for x in line.left()..line.right() {
        let cell = &mut buffer[(x, line.y)];
        let plain = cell.fg == ratatui::style::Color::Reset || Some(cell.fg) == theme.chrome.fg;
        let fg = cell.fg;
        cell.set_style(theme.band);
        if !plain {
            cell.set_fg(fg);
        }
    }
    buffer[(marker, line.y)].set_symbol("▌").set_style(theme.accent);
}

fn row(
    app: &App,
    theme: &Theme,
    buffer: &mut Buffer,
    y: u16,
    columns: &[Column],
    file: &FileRef<'_>,
) {
    for column in columns {
        let (x, right) = (column.x, column.x + column.width);
        match column.key {
            SortKey::Filename => {
                let (name, style) = name_cell(file, theme);
                let name = shorten_middle(&name, usize::from(column.width));
                put(buffer, x, y, right, &name, style);
            }
            SortKey::Size => match file.bytes {
                Stated::Value(bytes) => {
                    put_right(buffer, x, y, right, &dates::size(bytes), theme.text);
                }
                other => put_right(buffer, x, y, right, absent(&other), theme.chrome),
            },
            SortKey::Purpose => {
                let text = file.purpose.map_or("—".to_owned(), |p| p.printable_within(64));
                let text = shorten_middle(&text, usize::from(column.width));
                put(buffer, x, y, right, &text, theme.text);
            }
            SortKey::Created => {
                let age = dates::age(file.created_at, app.server_ms());
                put_right(buffer, x, y, right, &age, theme.chrome);
            }
            SortKey::TimeLeft => time_cell(app, theme, buffer, y, *column, file),
        }
    }
}

fn name_cell(file: &FileRef<'_>, theme: &Theme) -> (String, Style) {
    if let Some(unreadable) = file.unreadable {
        return (format!("unreadable: {}", unreadable.why), theme.error);
    }
    let name = file_name(file.filename);
    if file.conflicting {
        return (format!("two with one id: {name}"), theme.error);
    }
    let style = if file.filename.is_some() { theme.text } else { theme.chrome };
    (name, style)
}

fn absent<T>(stated: &Stated<T>) -> &'static str {
    match stated {
        Stated::Odd => "?",
        _ => "—",
    }
}

/// `▰▱▱▱▱ ●     12:31`: a bar where there is room, the sign of the urgency, the countdown.
fn time_cell(
    app: &App,
    theme: &Theme,
    buffer: &mut Buffer,
    y: u16,
    column: Column,
    file: &FileRef<'_>,
) {
    let left = app.time_left(file);
    let urgency = left.urgency();
    let style = theme.urgency(urgency);
    let right = column.x + column.width;
    let mut x = column.x;
    if column.bar {
        if let Some(share) = share_left(file.created_at, file.expires_at, app.server_ms()) {
            bar(buffer, x, y, filled_cells(share, BAR_CELLS), BAR_CELLS, style, theme.chrome);
        }
        x += BAR_CELLS + 1;
    }
    put(buffer, x, y, right, theme::glyph(urgency), style);
    let loud = matches!(urgency, Urgency::Expired | Urgency::Critical | Urgency::Soon);
    let style = if loud { style } else { theme.text };
    put_right(buffer, x + 1, y, right, &left.to_string(), style);
}

/// A bar of `filled` out of `all` cells.
pub(super) fn bar(
    buffer: &mut Buffer,
    x: u16,
    y: u16,
    filled: u16,
    all: u16,
    on: Style,
    off: Style,
) {
    for cell in 0..all {
        let (symbol, style) = if cell < filled { ("▰", on) } else { ("▱", off) };
        put(buffer, x + cell, y, x + cell + cells(symbol), symbol, style);
    }
}

/// The line behind the last file: what follows, or why nothing does.
fn end_row(app: &App, theme: &Theme) -> (String, Style) {
    let page = grouped(app.lister().pages() + 1);
    match app.lister().state() {
        State::Ready { .. } if !app.lister().is_more_promised() => {
            ("perhaps more below".to_owned(), theme.chrome)
        }
        State::Ready { .. } => ("more below".to_owned(), theme.chrome),
        State::Loading { .. } => {
            let slow = app.slow_seconds().map_or(String::new(), |s| format!(" {s} s"));
            (format!("loading page {page} …{slow}"), theme.accent)
        }
        State::Backoff { until, .. } => {
            (format!("page {page}: next try in {} s", app.seconds_until(*until)), theme.error)
        }
        State::Failed { why, .. } => (format!("stopped: {why}"), theme.error),
        State::Exhausted => ("end of list".to_owned(), theme.chrome),
    }
}
