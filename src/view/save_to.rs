//! Where files are saved to, while it is typed.
//!
//! ```text
//! ╭─ Save 3 files to ──────────────────────────────────────────────────╮
//! │ ~/results                                                          │
//! ╰─ Enter saves · Esc leaves ─────────────────────────────────────────╯
//! ```

use ratatui::layout::{Position, Rect};

use super::typed::{Typed, typed};
use super::{Pen, heading};
use crate::app::geometry::lists::ListPlace;
use crate::app::layers::save_to::SaveTo;
use crate::keys::{Action, Hint};
use crate::text::{grouped, shorten_end};

/// Cells of the box.
const WIDTH: u16 = 70;

pub(super) fn draw(pen: &mut Pen<'_>, over: Rect, layer: &SaveTo) -> Option<Position> {
    let Pen { app, theme, .. } = *pen;
    let place = ListPlace::picker(over, WIDTH, 1);
    pen.clear(place.area);
    let title = match layer.files() {
        1 => "Save the file as".to_owned(),
        files => format!("Save {} files to", grouped(files)),
    };
    let hints =
        app.hints(&[Hint::new(&[Action::Choose], "saves"), Hint::new(&[Action::GoBack], "leaves")]);
    let room = usize::from(place.area.width.saturating_sub(5));
    let hint = shorten_end(app.message().unwrap_or(&hints), room);
    pen.message_in = None;
    let block = pen
        .boxed(true)
        .title_top(heading(&title, theme.strong))
        .title_bottom(heading(&hint, theme.chrome));
    let inner = pen.block(place.area, &block);
    let Typed { shown, cursor, .. } = typed(layer.input(), usize::from(inner.width));
    pen.put(inner.x, inner.y, inner.right(), &shown, theme.text);
    let x = inner.x.saturating_add(cursor).min(inner.right().saturating_sub(1));
    (!inner.is_empty()).then_some(Position::new(x, inner.y))
}
