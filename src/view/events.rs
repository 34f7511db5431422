//! The log of what was new, changed or gone, newest first.
//!
//! ```text
//! ╭─ Events ──────────────────────────────────────────────────────────────╮
//! │ 15:04:11  + new            batch-0412-output.jsonl       file_9f2c4e   │
//! │ 15:03:41  - deleted early  eval-large.jsonl              file_9f2c51   │
//! ╰─ j k scroll · Esc closes ─────────────────────────────────────────────╯
//! ```

use ratatui::layout::Rect;

use super::screens::centred;
use super::{Pen, heading, reader_hints};
use crate::app::sheets::events;
use crate::text::grouped;

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, scroll: usize) {
    let Pen { app, theme, .. } = *pen;
    let entries = app.journal().entries();
    let hint = reader_hints(app, events::overflow(app), &[], "closes");
    let forgotten = match app.journal().forgotten() {
        0 => String::new(),
        n => format!(" · {} older ones forgotten", grouped(n)),
    };
    let title = format!("Events · {}{forgotten}", grouped(entries.len()));
    let block = pen
        .boxed(app.is_focused())
        .title_top(heading(&title, theme.strong))
        .title_bottom(heading(app.message().unwrap_or(&hint), theme.chrome));
    let inner = pen.block(area, &block);
    if entries.is_empty() {
        let sentence = "Nothing happened so far.".to_owned();
        return centred(pen, inner, &[(sentence, theme.text)]);
    }
    pen.lines(inner, &events::visible(app, inner, scroll));
}
