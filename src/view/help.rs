//! The keys, from the same table that drives them.
//!
//! ```text
//! ╭─ Keys ──────────────────────────────────────────────╮
//! │ Move                                                │
//! │   j ↓ ^n        down                                │
//! ╰─ j k scroll · / narrows · Esc closes ── 1–34 of 86 ─╯
//! ```

use ratatui::layout::{Position, Rect};

use super::screens::centred;
use super::{Pen, foot, heading, narrowing_hints, reader_hints, searched};
use crate::app::geometry::inside;
use crate::app::layers::help::Help;
use crate::app::sheets::help;
use crate::text::grouped;

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, layer: &Help) -> Option<Position> {
    let Pen { app, theme, .. } = *pen;
    let search = layer.search();
    let sheet = help::sheet(app, inside(area), search.words(), layer.first());
    let (others, back) = narrowing_hints(search);
    let hint = reader_hints(app, sheet.overflow(), others, back);
    let from = layer.scroll().min(sheet.overflow());
    let to = (from + sheet.height()).min(sheet.lines());
    let place = if sheet.overflow() == 0 {
        String::new()
    } else {
        let [from, to, of] = [from + 1, to, sheet.lines()].map(|line| grouped(line as u64));
        format!("{from}–{to} of {of}")
    };
    let (title, cursor) = searched(theme, area, "Keys", search);
    let (hint, place) = foot(pen, area, &hint, &place);
    let block = pen
        .boxed(true)
        .title_top(title)
        .title_bottom(heading(&hint, theme.chrome))
        .title_bottom(place);
    let inner = pen.block(area, &block);
    if sheet.lines() == 0 {
        let sentence = "Nothing here is called so.".to_owned();
        centred(pen, inner, &[(sentence, theme.text)]);
        return cursor;
    }
    pen.sheet(inside(area), &sheet, layer.scroll());
    cursor
}
