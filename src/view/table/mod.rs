//! The table of files.
//!
//! ```text
//! ╭─ Files · time left ▲ of loaded ─────────────────────────────────────────────╮
//! │    Filename                          Size  Purpose  Created       Time left │
//! │ ▌  batch-0412-output.jsonl      12.40 MiB  batch     6d ago  ▰▱▱▱▱ ●  12:31 │
//! │+ ◆ batch-0413-output.jsonl       3.00 MiB  batch     6d ago  ▰▱▱▱▱ ◐ 03:10… │
//! │    more below                                                               │
//! ╰───────────────────────────────────────────────────────────────── 1 of 300 ──╯
//! ```
//! Columns fall away as the terminal's width falls: all from 120, without the purpose from 80,
//! without creation and bar from 60, filename and time left below; and before a filename would have
//! less than two dozen cells. Where these are too few, what all names in view end with stands above
//! them instead of in each.

mod cells;
mod ending;

use std::fmt::Write as _;

use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Pen, screens};
use crate::account::journal::Change;
use crate::app::App;
use crate::app::focus::Focus;
use crate::app::geometry::columns::{MARKER, Place, columns};
use crate::app::settings::Times;
use crate::app::sheets::agenda::span_words;
use crate::lister::State;
use crate::store::field::Field;
use crate::store::{FileNo, FileRef};
use crate::text::{UntrustedRef, grouped, shorten_end, shorten_middle, width, wrap};
use crate::theme::Theme;

/// A file as its row shows it.
struct Row<'a> {
    no: FileNo,
    file: FileRef<'a>,
    /// What its name is shown without.
    ending: &'a str,
}

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect) {
    let Pen { app, theme, .. } = *pen;
    let browsing = app.layers().is_empty() && app.is_focused();
    let focused = app.focus() == Focus::Table && browsing;
    let mut block = pen.boxed(focused).title_top(title(app, theme, area.width));
    let rows = app.table().rows().len();
    if rows > 0 {
        // Those that are shown as gone for a while are no files any more.
        let files = rows.saturating_sub(app.gone_rows());
        let at = (app.table().cursor() + 1).min(files.max(1));
        let place = format!(" {} of {} ─", grouped(at), grouped(files));
        let place = Line::raw(place).alignment(Alignment::Right);
        block = block.title_bottom(place);
    }
    let inner = pen.block(area, &block);
    if inner.is_empty() {
        return;
    }
    if rows == 0 {
        return screens::instead_of_rows(pen, inner);
    }
    app.store().read_ahead(app.table().window());
    let columns = columns(app, inner);
    let ending = ending(app, &columns);
    head(pen, inner, &columns, ending.as_deref());
    body(pen, inner, &columns, ending.as_deref().unwrap_or_default());
}

fn title(app: &App, theme: &Theme, cells: u16) -> Line<'static> {
    let order = app.table().order();
    let arrow = if order.is_descending() { "▼" } else { "▲" };
    let mut sorted = format!("· {} {arrow} ", order.field().name().to_lowercase());
    if !app.lister().is_complete() && !app.store().is_empty() {
        sorted.push_str("of loaded ");
    }
    let mut text = String::new();
    if let Some(span) = app.table().span() {
        let _ = write!(text, "· {} ", span_words(app, span));
    }
    if app.table().is_narrowed() {
        let of = grouped(app.store().len());
        let shown = grouped(app.table().rows().len() - app.gone_rows());
        let loaded = if app.lister().is_complete() { "" } else { " loaded" };
        if let Some(filter) = app.table().filter_text() {
            let filter = UntrustedRef::new(filter.as_bytes());
            let _ = write!(text, "· “{}” ", filter.printable_within(usize::from(cells / 4)));
        }
        let _ = write!(text, "{shown} of {of}{loaded} ");
    }
    let room = usize::from(cells.saturating_sub(12));
    // What it is sorted by is said by the column's colour too, and gives way to the filter.
    if text.is_empty() || width(&sorted) + width(&text) <= room {
        text.insert_str(0, &sorted);
    }
    let text = shorten_end(&text, room);
    Line::from(vec![
        Span::raw("─"),
        Span::styled(" Files ", theme.strong),
        Span::styled(text, theme.chrome),
    ])
}

/// What the names in view are shown without.
fn ending(app: &App, columns: &[Place]) -> Option<String> {
    let column = columns.iter().find(|column| column.field == Field::Filename)?;
    let files = app.table().window().iter().map(|no| app.store().file(*no));
    let readable = files.filter(|file| file.filename.is_some() && file.unreadable.is_none());
    let names: Vec<String> = readable.map(|file| file.name_to_show()).collect();
    ending::common(&names, column.field.name(), usize::from(column.width))
}

fn head(pen: &mut Pen<'_>, inner: Rect, columns: &[Place], ending: Option<&str>) {
    let Pen { app, theme, .. } = *pen;
    for column in columns {
        let sorted = column.field == app.table().order().field();
        let style = if sorted { theme.accent } else { theme.chrome };
        let (y, right) = (inner.y, column.x + column.width);
        let ending = ending.filter(|_| column.field == Field::Filename);
        let name =
            ending::heading(&column_name(app, column.field), ending, usize::from(column.width));
        if column.is_text() {
            pen.put(column.x, y, right, &name, style);
        } else {
            pen.put_right(column.x, y, right, &name, style);
        }
    }
}

/// What stands above a column; where it shows moments, with the zone that they are in.
fn column_name(app: &App, field: Field) -> String {
    let absolute = match field {
        Field::Expires => true,
        Field::Created => app.times() != Times::Relative,
        _ => false,
    };
    if !absolute {
        return field.name().to_owned();
    }
    let now_s = app.now().wall_ms.div_euclid(1_000);
    format!("{} {}", field.name(), app.shown_zone().offset(now_s))
}

fn body(pen: &mut Pen<'_>, inner: Rect, columns: &[Place], ending: &str) {
    let Pen { app, theme, .. } = *pen;
    let table = app.table();
    let view = table.viewport();
    let lines = inner.y + 1..inner.bottom();
    let window = table.window();
    let band = if app.is_focused() { theme.band } else { theme.band_unfocused };
    let range = app.range();
    for (i, (y, no)) in lines.clone().zip(window).enumerate() {
        let file = app.store().file(*no);
        let in_range = range.as_ref().is_some_and(|range| range.contains(&(view.offset + i)));
        let marked = in_range || app.marks().contains(no);
        signs(pen, (inner.x, y), *no, &file, marked);
        mark(pen, (inner.x, y), *no, in_range);
        for column in columns {
            cells::draw(pen, y, *column, &Row { no: *no, file, ending });
        }
        if view.offset + i == table.cursor() {
            let line = Rect { y, height: 1, ..inner };
            let line = Rect { x: line.x.saturating_sub(1), width: line.width + 2, ..line };
            let line = line.intersection(pen.buffer.area);
            pen.select(band, line, inner.x);
        }
    }
    let below = lines.skip(window.len());
    let ([text, short], style) = end_row(app, theme);
    let room = usize::from(inner.width.saturating_sub(MARKER));
    let mut whole = wrap(&text, room);
    if whole.len() > below.len() {
        let short = if width(&short) > room { shorten_middle(&short, room) } else { short };
        whole = vec![short];
    }
    for (y, line) in below.zip(&whole) {
        pen.put(inner.x + MARKER, y, inner.right(), line, style);
    }
}

/// What a row says before everything else: how the file changed, and that it is saved. What is saved is
/// known of a file that goes, too: beside a change it stands where the mark would, or before that.
fn signs(pen: &mut Pen<'_>, (x, y): (u16, u16), no: FileNo, file: &FileRef<'_>, marked: bool) {
    let Pen { app, theme, .. } = *pen;
    let (sign, style) = change_sign(app, theme, no, file);
    pen.put(x.saturating_sub(1), y, x, sign, style);
    if app.store().is_saved(no) {
        let at = match (sign.is_empty(), marked) {
            (true, _) => x.saturating_sub(1),
            (false, false) => x + 1,
            (false, true) => x,
        };
        pen.put(at, y, at + 1, "↓", theme.accent);
    }
}

/// What a row says before its first column: whether the file is marked, or would be where the range
/// ended here.
fn mark(pen: &mut Pen<'_>, (x, y): (u16, u16), no: FileNo, in_range: bool) {
    let Pen { app, theme, .. } = *pen;
    let sign = match (app.marks().contains(&no), in_range) {
        (true, _) => "◆",
        (false, true) => "◇",
        (false, false) => return,
    };
    pen.put(x + 1, y, x + 2, sign, theme.marked);
}

/// The sign and colour of a file that is new, changed, missing or gone.
fn change_sign(app: &App, theme: &Theme, no: FileNo, file: &FileRef<'_>) -> (&'static str, Style) {
    if file.missing {
        return ("?", theme.warning);
    }
    match app.change(no) {
        None => ("", theme.text),
        Some(Change::New) => ("+", theme.new),
        Some(Change::Changed) => ("~", theme.changed),
        Some(Change::Gone) => ("-", theme.gone),
    }
}

/// What stands behind the last file, at length and for a single line: what follows, or why nothing
/// does.
fn end_row(app: &App, theme: &Theme) -> ([String; 2], Style) {
    let page = grouped(app.lister().pages() + 1);
    let (text, style) = match app.lister().state() {
        State::Ready { .. } | State::Loading { .. }
            if app.account().is_reading_on() && app.slowness().is_empty() =>
        {
            ("more below, being read on".to_owned(), theme.chrome)
        }
        State::Ready { .. } if !app.lister().is_more_promised() => {
            ("perhaps more below".to_owned(), theme.chrome)
        }
        State::Ready { .. } => ("more below".to_owned(), theme.chrome),
        State::Loading { .. } => {
            let slow = app.slowness();
            (format!("loading page {page} …{slow}"), theme.accent)
        }
        State::Backoff { until, .. } => (
            format!(
                "page {page}: next try in {}",
                crate::time::span::wait(app.seconds_until(*until))
            ),
            theme.error,
        ),
        State::Failed { why, .. } => {
            return ([format!("stopped: {why}"), format!("stopped: {}", why.short())], theme.error);
        }
        State::Exhausted => ("end of list".to_owned(), theme.chrome),
    };
    ([text.clone(), text], style)
}

/// What a file is sorted by is what its column shows.
impl Place {
    fn is_text(self) -> bool {
        matches!(self.field, Field::Filename | Field::Purpose | Field::Id)
    }
}
