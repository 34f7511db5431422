//! What the cells of a row say.

use ratatui::style::Style;

use super::Row;
use crate::account::journal::Change;
use crate::app::geometry::columns::Place;
use crate::app::settings::Times;
use crate::app::{App, BAR_CELLS};
use crate::store::field::Field;
use crate::store::{FileNo, FileRef};
use crate::text;
use crate::text::{shorten_middle, stand_ins, width};
use crate::theme::{self, Theme};
use crate::time::expiry::{Stated, StatedTime, Urgency, filled_cells, share_left};
use crate::time::zone;
use crate::view::Pen;

pub(super) fn draw(pen: &mut Pen<'_>, y: u16, column: Place, row: &Row<'_>) {
    let Pen { app, theme, .. } = *pen;
    let (x, right, file) = (column.x, column.x + column.width, &row.file);
    match column.field {
        Field::Filename => name(pen, y, column, row),
        Field::Size => match file.bytes {
            Stated::Value(bytes) => {
                pen.put_right(x, y, right, &text::size(bytes), theme.text);
            }
            other => pen.put_right(x, y, right, absent(&other), theme.chrome),
        },
        Field::Purpose => {
            let text = match file.purpose {
                Some(purpose) => purpose.printable_within(64),
                None if file.is_odd("purpose") => stand_ins::ODD.to_owned(),
                None => stand_ins::NOT_GIVEN.to_owned(),
            };
            let text = shorten_middle(&text, usize::from(column.width));
            pen.put(x, y, right, &text, theme.text);
        }
        Field::Created => {
            let text = match app.times() {
                Times::Relative => zone::age(file.created_at, app.server_ms()),
                Times::Local | Times::Utc => moment(app, file.created_at),
            };
            pen.put_right(x, y, right, &text, theme.chrome);
        }
        Field::TimeLeft => time_left(pen, y, column, row),
        Field::Expires => {
            pen.put_right(x, y, right, &moment(app, file.expires_at), theme.text);
        }
        Field::Id => {
            let id = shorten_middle(&file.id.printable_within(256), usize::from(column.width));
            pen.put(x, y, right, &id, theme.chrome);
        }
        Field::Verified => {
            let now_s = app.now().wall_ms.div_euclid(1_000);
            let text = app.shown_zone().past(app.verified_at_s(file), now_s);
            // Of a day that is over its date says enough.
            let text = text.split(' ').next().unwrap_or_default();
            pen.put_right(x, y, right, text, theme.chrome);
        }
        Field::Saved => {
            let now_s = app.now().wall_ms.div_euclid(1_000);
            let at = app.store().saved_at(row.no);
            let text = at.map_or("—".to_owned(), |at| app.shown_zone().past(at, now_s));
            let text = text.split(' ').next().unwrap_or_default();
            pen.put_right(x, y, right, text, theme.chrome);
        }
    }
}

fn moment(app: &App, at: StatedTime) -> String {
    match at {
        Stated::Value(at) => app.shown_zone().minute(at),
        other => absent(&other).to_owned(),
    }
}

fn name(pen: &mut Pen<'_>, y: u16, column: Place, row: &Row<'_>) {
    let Pen { app, theme, .. } = *pen;
    let (x, right) = (column.x, column.x + column.width);
    let (text, style) = name_text(app, theme, row.no, &row.file);
    let text = text.strip_suffix(row.ending).unwrap_or(&text);
    let text = shorten_middle(text, usize::from(column.width));
    pen.put(x, y, right, &text, style);
    let looked_for = app.table().filter().into_iter().chain(app.sought());
    for range in looked_for.flat_map(|filter| filter.highlights(&text)) {
        let before = u16::try_from(crate::text::width(&text[..range.start])).unwrap_or(u16::MAX);
        let highlighted = style.patch(theme.highlight);
        pen.put(x.saturating_add(before), y, right, &text[range], highlighted);
    }
}

fn name_text(app: &App, theme: &Theme, no: FileNo, file: &FileRef<'_>) -> (String, Style) {
    if let Some(unreadable) = file.unreadable {
        return (format!("{}{}", stand_ins::UNREADABLE, unreadable.why), theme.error);
    }
    let name = file.name_to_show();
    if file.conflicting {
        return (format!("{}{name}", stand_ins::TWO_WITH_ONE_ID), theme.error);
    }
    let style = match app.change(no) {
        _ if file.missing => theme.warning,
        Some(Change::New) => theme.new,
        Some(Change::Changed) => theme.changed,
        Some(Change::Gone) => theme.gone,
        None => theme.text,
    };
    (name, style)
}

fn absent<T>(stated: &Stated<T>) -> &'static str {
    match stated {
        Stated::Odd => "?",
        _ => "—",
    }
}

/// `▰▱▱▱▱ ●     12:31`: a bar where there is room, the sign of the urgency, the countdown.
fn time_left(pen: &mut Pen<'_>, y: u16, column: Place, row: &Row<'_>) {
    let Pen { app, theme, .. } = *pen;
    let (no, file) = (row.no, &row.file);
    let left = app.time_left(file);
    let urgency = app.urgency(left);
    let style = theme.urgency(urgency);
    let right = column.x + column.width;
    if app.change(no) == Some(Change::Gone) {
        // Whether it was saved is what is to be known now.
        let (saved, cells) = (app.store().is_saved(no), usize::from(column.width));
        let said = if saved { "gone, saved" } else { "gone" };
        let said = if width(said) > cells { "gone ↓" } else { said };
        return pen.put_right(column.x, y, right, said, theme.gone);
    }
    let mut x = column.x;
    if column.bar {
        if let Some(share) = share_left(file.created_at, file.expires_at, app.server_ms()) {
            let filled = filled_cells(share, BAR_CELLS);
            pen.bar((x, y), filled, BAR_CELLS, [style, theme.chrome]);
        }
        x += BAR_CELLS + 1;
    }
    pen.put(x, y, right, theme::glyph(urgency), style);
    let loud = matches!(urgency, Urgency::Expired | Urgency::Critical | Urgency::Soon);
    let style = if loud { style } else { theme.text };
    pen.put_right(x + 1, y, right, &left.to_string(), style);
}
