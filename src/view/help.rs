//! The keys, from the same table that drives them.
//!
//! ```text
//! ╭─ Keys ──────────────────────────────────────────────╮
//! │ Move                                                │
//! │   j ↓ ^n        down                                │
//! ╰─ Esc closes ────────────────────────────────────────╯
//! ```

use ratatui::layout::Rect;

use super::{Pen, heading, reader_hints};
use crate::app::geometry::inside;
use crate::app::sheets::help;

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, scroll: usize) {
    let Pen { app, theme, .. } = *pen;
    let sheet = help::sheet(app, inside(area));
    let hint = reader_hints(app, sheet.overflow(), &[]);
    let block = pen
        .boxed(true)
        .title_top(heading("Keys", theme.strong))
        .title_bottom(heading(app.message().unwrap_or(&hint), theme.chrome));
    pen.block(area, &block);
    pen.sheet(inside(area), &sheet, scroll);
}
