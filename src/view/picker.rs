//! The short lists to choose from: the column to sort by, the field to copy, the columns to show.
//!
//! ```text
//! ╭─ Sort by ─────────────────╮   ╭─ Columns ───────────────────────╮
//! │   1 Filename              │   │   ✓ Filename                    │
//! │ ▌ 5 Time left ▲           │   │ ▌ ✓ Size                     10 │
//! ╰─ Enter sorts · Esc closes ╯   ╰─ Space shows · < > move · + - ──╯
//! ```

use ratatui::layout::Rect;

use super::{Pen, heading};
use crate::app::fields::CopyField;
use crate::app::geometry::lists::{ListCursor, ListPlace};
use crate::app::layers::columns::ColumnsPicker;
use crate::app::layers::copy::CopyPicker;
use crate::app::layers::sort::SortPicker;
use crate::app::{App, geometry};
use crate::keys::{Action, Hint};
use crate::store::field::Field;
use crate::text::shorten_middle;

/// A line of a picker: what it says at the left and at the right.
type Line = (String, String);

/// A list in a box: its title, its hints from wide to narrow, its place and its lines.
struct List<'a> {
    title: &'a str,
    hints: &'a [&'a [Hint]],
    place: ListPlace,
    lines: Vec<Line>,
    cursor: ListCursor,
}

const KEEPS: Hint = Hint::new(&[Action::WriteSettings], "keeps");
const CLOSES: Hint = Hint::new(&[Action::GoBack], "closes");

pub(super) fn draw_sort(pen: &mut Pen<'_>, over: Rect, picker: SortPicker) {
    let hints: &[&[Hint]] = &[
        &[Hint::new(&[Action::Choose], "sorts"), KEEPS, CLOSES],
        &[Hint::new(&[Action::Choose], "sorts"), CLOSES],
    ];
    let (place, cursor) = (SortPicker::place(over), picker.cursor());
    let lines = sort_lines(pen.app);
    draw(pen, List { title: "Sort by", hints, place, lines, cursor });
}

pub(super) fn draw_copy(pen: &mut Pen<'_>, over: Rect, picker: CopyPicker) {
    let hints: &[&[Hint]] = &[&[Hint::new(&[Action::Choose], "copies"), CLOSES]];
    let (place, cursor) = (CopyPicker::place(over), picker.cursor());
    let lines = copy_lines(pen.app);
    draw(pen, List { title: "Copy", hints, place, lines, cursor });
}

pub(super) fn draw_columns(pen: &mut Pen<'_>, over: Rect, picker: ColumnsPicker) {
    const SIDES: &[Action] = &[Action::ColumnLeft, Action::ColumnRight];
    const WIDTHS: &[Action] = &[Action::Wider, Action::Narrower];
    let shows = Hint::new(&[Action::ToggleColumn], "shows");
    let hints: &[&[Hint]] = &[
        &[shows, Hint::new(SIDES, "move"), Hint::new(WIDTHS, "width"), KEEPS, CLOSES],
        &[shows, Hint::new(SIDES, "move"), Hint::new(WIDTHS, "width"), CLOSES],
        &[shows, Hint::new(SIDES, "move"), CLOSES],
        &[shows, CLOSES],
    ];
    let (place, cursor) = (ColumnsPicker::place(over), picker.cursor());
    let lines = column_lines(pen.app);
    draw(pen, List { title: "Columns", hints, place, lines, cursor });
}

fn draw(pen: &mut Pen<'_>, list: List<'_>) {
    let Pen { app, theme, .. } = *pen;
    let List { title, hints, place, lines, cursor } = list;
    let area = place.area;
    pen.clear(area);
    let fits = |hint: &String| crate::text::width(hint) + 5 <= usize::from(area.width);
    let hint = hints.iter().map(|hints| app.hints(hints)).find(fits).unwrap_or_default();
    let hint = pen.message_or(&hint, usize::from(area.width.saturating_sub(5)), area);
    let block = pen
        .boxed(true)
        .title_top(heading(title, theme.strong))
        .title_bottom(heading(&hint, theme.chrome));
    let inner = pen.block(area, &block);
    // On a small screen the lines scroll with the choice.
    let (chosen, first) = (cursor.line(place.lines), cursor.first(&place));
    let visible = lines.into_iter().enumerate().skip(first);
    for (y, (number, (left, right))) in (inner.y..inner.bottom()).zip(visible) {
        let x = pen.put(inner.x + 2, y, inner.right(), &left, theme.text);
        let room = usize::from(inner.right().saturating_sub(x + 2));
        pen.put_right(x, y, inner.right(), &shorten_middle(&right, room), theme.chrome);
        if number == chosen {
            let whole = Rect { x: inner.x - 1, y, width: inner.width + 2, height: 1 };
            pen.select(theme.band, whole, inner.x);
        }
    }
}

fn sort_lines(app: &App) -> Vec<Line> {
    let (sorted_by, descending) = app.table().wanted_order();
    let line = |(number, key): (usize, Field)| {
        let arrow = match (key == sorted_by, descending) {
            (false, _) => "",
            (true, false) => " ▲",
            (true, true) => " ▼",
        };
        (format!("{} {}{arrow}", digit(app, number), key.name()), String::new())
    };
    Field::ALL.into_iter().enumerate().map(line).collect()
}

/// The key that takes a line, where it has one.
fn digit(app: &App, line: usize) -> String {
    let number = u8::try_from(line + 1).ok();
    number
        .and_then(|number| app.key_name(Action::SortByColumn(number)))
        .unwrap_or_else(|| " ".into())
}

fn copy_lines(app: &App) -> Vec<Line> {
    let Some(file) = app.selected_file() else { return vec![] };
    let line = |(number, field): (usize, CopyField)| {
        let value = field.of(&file).unwrap_or_else(|| "—".to_owned());
        (format!("{} {}", digit(app, number), field.word()), value)
    };
    CopyField::ALL.into_iter().enumerate().map(line).collect()
}

fn column_lines(app: &App) -> Vec<Line> {
    let columns = app.columns();
    let line = |(number, column): (usize, &crate::app::table::columns::Column)| {
        let sign = if columns.is_shown(number) { "✓" } else { " " };
        let width = match column.width {
            _ if !columns.is_shown(number) => String::new(),
            _ if geometry::columns::width_of(app, column.field).is_none() => "no room".to_owned(),
            None => "auto".to_owned(),
            Some(width) => width.to_string(),
        };
        (format!("{sign} {}", column.field.name()), width)
    };
    columns.all().iter().enumerate().map(line).collect()
}
