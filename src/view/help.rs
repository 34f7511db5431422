//! The keys, from the same table that drives them.
//!
//! ```text
//! ╭─ Keys ──────────────────────────────────────────────╮
//! │ Move                                                │
//! │   j ↓ ^n        down                                │
//! ╰─ Esc closes ────────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::{boxed, draw_sheet, heading};
use crate::app::App;
use crate::app::geometry::inside;
use crate::app::sheets::help;
use crate::theme::Theme;

pub(super) fn draw(app: &App, scroll: usize, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let sheet = help::sheet(app, inside(area));
    let hint = if sheet.overflow() > 0 { "j k scroll · Esc closes" } else { "Esc closes" };
    let block = boxed(theme, true)
        .title_top(heading("Keys", theme.strong))
        .title_bottom(heading(hint, theme.chrome));
    block.render(area, buffer);
    draw_sheet(theme, buffer, inside(area), &sheet, scroll);
}
