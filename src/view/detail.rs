//! All about one file: in a pane beside or below the table, or on the whole screen.
//!
//! ```text
//! ╭─ batch-0412-output.jsonl ────────────╮
//! │ Time left  12:31 critical            │
//! │            ▰▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱ 0.1 %│
//! │ Expires    Mon 23 Nov                │
//! │      local 2026-11-23 15:16:42 +01:00│
//! │        UTC 2026-11-23 14:16:42 +00:00│
//! │ …                                    │
//! ╰──────────────────────────────────────╯
//! ```

use ratatui::layout::Rect;

use super::pen::whole_hints;
use super::{Pen, heading, reader_hints};
use crate::app::focus::Focus;
use crate::app::geometry::inside;
use crate::app::sheets::Sheet;
use crate::app::sheets::detail::{self, Shown};
use crate::keys::{Action, Hint};
use crate::text::shorten_middle;

/// From this width on there is room for all hints.
const ROOMY_FROM: u16 = 68;

const IN_PANE: [Hint; 2] = [
    Hint::new(&[Action::SelectNext, Action::SelectPrevious], "scroll"),
    Hint::new(&[Action::MoveFocus], "leaves"),
];

pub(super) fn draw_full(pen: &mut Pen<'_>, area: Rect, scroll: usize) {
    let app = pen.app;
    let sheet = detail::sheet(app, Shown::Full, inside(area));
    let copies = Hint::new(&[Action::CopyId], "copy id");
    let words = if app.shows_raw() { "fields" } else { "raw JSON" };
    let raw = Hint::new(&[Action::ToggleRaw], words);
    let content = Hint::new(&[Action::OpenContent], "content");
    let all = [raw, content, copies];
    // The way out is never cut off.
    let others = if area.width < ROOMY_FROM { &all[2..] } else { &all };
    let hint = reader_hints(app, sheet.overflow(), others, "closes");
    let hint = pen.message_or(&hint, usize::from(area.width.saturating_sub(5)), area);
    draw(pen, area, (&sheet, scroll), (true, &hint));
}

pub(super) fn draw_pane(pen: &mut Pen<'_>, area: Rect) {
    let app = pen.app;
    let sheet = detail::sheet(app, Shown::InPane, inside(area));
    let (focused, scroll) = match app.focus() {
        Focus::Pane { scroll } => (true, scroll),
        Focus::Table | Focus::Timeline { .. } => (false, 0),
    };
    let hint = if focused { app.main_hints(&IN_PANE) } else { String::new() };
    draw(pen, area, (&sheet, scroll), (focused, &hint));
}

fn draw(
    pen: &mut Pen<'_>,
    area: Rect,
    (sheet, scroll): (&Sheet, usize),
    (focused, hint): (bool, &str),
) {
    let Pen { app, theme, .. } = *pen;
    let title = shorten_middle(&detail::title(app), usize::from(area.width.saturating_sub(6)));
    let mut block = pen.boxed(focused).title_top(heading(&title, theme.strong));
    if !hint.is_empty() {
        let hint = whole_hints(hint, usize::from(area.width.saturating_sub(5)));
        block = block.title_bottom(heading(&hint, theme.chrome));
    }
    pen.block(area, &block);
    pen.sheet(inside(area), sheet, scroll);
}
