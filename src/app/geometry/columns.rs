//! Which columns there is room for, and where they stand.

use ratatui::layout::Rect;

use super::inside;
use crate::app::settings::Times;
use crate::app::{App, BAR_CELLS};
use crate::store::field::Field;
use crate::text::SIZE_CELLS;

/// Cells before the first column: the selection, the mark, a blank.
pub(crate) const MARKER: u16 = 3;
const GAP: u16 = 2;
const COUNTDOWN: u16 = 8;
/// From this width of the screen on the time left is shown as a bar too.
const BAR_FROM: u16 = 80;
/// Cells of a date and a time of day.
const MOMENT: u16 = 16;
/// Before a filename has less cells than this, everything else but the countdown falls away.
const LEAST_NAME: u16 = 24;
/// What falls away where there is no room, the first one first; the bar is the countdown's.
const FALLS: [Fall; 8] = [
    Fall::Column(Field::Saved),
    Fall::Column(Field::Verified),
    Fall::Column(Field::Id),
    Fall::Column(Field::Expires),
    Fall::Column(Field::Purpose),
    Fall::Column(Field::Created),
    Fall::Bar,
    Fall::Column(Field::Size),
];

/// What can fall away.
#[derive(Clone, Copy)]
enum Fall {
    Column(Field),
    Bar,
}

/// Where a column stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) field: Field,
    pub(crate) x: u16,
    pub(crate) width: u16,
    /// Whether the time left is shown as a bar too.
    pub(crate) bar: bool,
}

/// The columns in the room of `inner`.
pub(crate) fn columns(app: &App, inner: Rect) -> Vec<Place> {
    let screen = app.layout().map_or(0, |layout| layout.footer.width);
    let shown = app.columns().shown();
    let is_set = |field| shown.iter().any(|column| column.field == field && column.width.is_some());
    let mut bar = screen >= BAR_FROM;
    let mut wanted: Vec<(Field, u16)> = shown
        .iter()
        .filter(|column| is_wide_enough(column.field, screen))
        .map(|column| {
            let usual = usual_width(app, column.field, inner.width, bar);
            (column.field, column.width.unwrap_or(usual))
        })
        .collect();
    // Sizes rarely fill their column, so one blank is enough before it.
    let gap = |field| if field == Field::Size { 1 } else { GAP };
    let others = |wanted: &[(Field, u16)]| -> u16 {
        let rest = wanted.iter().filter(|(field, _)| *field != Field::Filename);
        rest.map(|(field, width)| width + gap(*field)).fold(MARKER, u16::saturating_add)
    };
    let name = wanted.iter().find(|(field, _)| *field == Field::Filename);
    let least_name = name.map_or(0, |(_, width)| *width).min(LEAST_NAME);
    for fall in FALLS {
        if others(&wanted).saturating_add(least_name) <= inner.width {
            break;
        }
        match fall {
            Fall::Column(field) => wanted.retain(|(other, _)| *other != field),
            Fall::Bar if is_set(Field::TimeLeft) => {}
            Fall::Bar => {
                bar = false;
                let left = wanted.iter_mut().filter(|(field, _)| *field == Field::TimeLeft);
                left.for_each(|(field, width)| *width = usual_width(app, *field, inner.width, bar));
            }
        }
    }
    let name_room = inner.width.saturating_sub(others(&wanted));
    let mut end = inner.x + MARKER;
    let mut first = true;
    let place = |(field, width): (Field, u16)| {
        let width = match field {
            Field::Filename if is_set(field) => width.min(name_room),
            Field::Filename => name_room,
            _ => width,
        };
        let x = if first { end } else { end + gap(field) };
        first = false;
        end = x + width;
        Place { field, x, width, bar }
    };
    wanted
        .into_iter()
        .map(place)
        .filter(|column| column.x + column.width <= inner.right())
        .collect()
}

/// Whether the time left is shown as a bar too.
#[must_use]
pub fn shows_bars(app: &App) -> bool {
    let left = |column: Place| column.field == Field::TimeLeft && column.bar;
    inner(app).is_some_and(|inner| columns(app, inner).into_iter().any(left))
}

/// Whether a screen this wide has the column at all.
fn is_wide_enough(field: Field, screen: u16) -> bool {
    let from = match field {
        Field::Filename | Field::TimeLeft => 0,
        Field::Size => 60,
        Field::Created | Field::Expires | Field::Id | Field::Verified | Field::Saved => 80,
        Field::Purpose => 120,
    };
    screen >= from
}

fn usual_width(app: &App, field: Field, room: u16, bar: bool) -> u16 {
    match field {
        Field::Filename => LEAST_NAME,
        Field::Size => SIZE_CELLS,
        Field::Verified | Field::Saved => 10,
        Field::Purpose => {
            if room >= 100 {
                14
            } else {
                7
            }
        }
        Field::Created if app.times() == Times::Relative => 7,
        Field::Created | Field::Expires => MOMENT,
        Field::TimeLeft => 2 + COUNTDOWN + if bar { BAR_CELLS + 1 } else { 0 },
        Field::Id => 24,
    }
}

/// The inside of the table on the screen as it is now.
fn inner(app: &App) -> Option<Rect> {
    Some(inside(app.layout()?.table))
}

/// The cells that a column has on the screen; nothing where it has no room.
#[must_use]
pub fn width_of(app: &App, field: Field) -> Option<u16> {
    let columns = columns(app, inner(app)?);
    columns.iter().find(|column| column.field == field).map(|column| column.width)
}

/// The column at screen column `x`, the blank before it included.
#[must_use]
pub fn column_at(app: &App, x: u16) -> Option<Field> {
    let columns = columns(app, inner(app)?);
    columns.iter().find(|column| x < column.x + column.width).map(|column| column.field)
}
