//! All about one file: in a pane beside or below the table, or on the whole screen.
//!
//! ```text
//! ╭─ batch-0412-output.jsonl ────────────╮
//! │ Time left  12:31 critical            │
//! │            ▰▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱ 0.1 %│
//! │ Expires    2026-11-23 15:16:42 +01:00│
//! │            2026-11-23 14:16:42 +00:00│
//! │ …                                    │
//! ╰──────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::{boxed, draw_sheet, heading};
use crate::app::App;
use crate::app::geometry::inside;
use crate::app::mode::Focus;
use crate::app::sheets::Sheet;
use crate::app::sheets::detail::{self, Shown};
use crate::text::{shorten_end, shorten_middle};
use crate::theme::Theme;

pub(super) fn draw_full(app: &App, scroll: usize, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let sheet = detail::sheet(app, Shown::Full, inside(area));
    let hint = match (app.message(), sheet.overflow()) {
        (Some(message), _) => message,
        (None, 0) => "y copy id · Esc closes",
        (None, _) => "j k scroll · y copy id · Esc closes",
    };
    draw(app, theme, buffer, area, (&sheet, scroll), (true, hint));
}

pub(super) fn draw_pane(app: &App, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let sheet = detail::sheet(app, Shown::InPane, inside(area));
    let (focused, scroll) = match app.focus() {
        Focus::Pane { scroll } => (true, scroll),
        Focus::Table | Focus::Timeline { .. } => (false, 0),
    };
    let hint = if focused { "j k scroll · Tab leaves" } else { "" };
    draw(app, theme, buffer, area, (&sheet, scroll), (focused, hint));
}

fn draw(
    app: &App,
    theme: &Theme,
    buffer: &mut Buffer,
    area: Rect,
    (sheet, scroll): (&Sheet, usize),
    (focused, hint): (bool, &str),
) {
    let title = shorten_middle(&detail::title(app), usize::from(area.width.saturating_sub(6)));
    let mut block = boxed(theme, focused).title_top(heading(&title, theme.strong));
    if !hint.is_empty() {
        let hint = shorten_end(hint, usize::from(area.width.saturating_sub(5)));
        block = block.title_bottom(heading(&hint, theme.chrome));
    }
    block.render(area, buffer);
    draw_sheet(theme, buffer, inside(area), sheet, scroll);
}
