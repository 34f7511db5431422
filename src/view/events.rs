//! The log of what was new, changed or gone, newest first.
//!
//! ```text
//! ╭─ Events ──────────────────────────────────────────────────────────────╮
//! │ 15:04:11  + new            batch-0412-output.jsonl       file_9f2c4e   │
//! │ 15:03:41  - deleted early  eval-large.jsonl              file_9f2c51   │
//! ╰─ j k scroll · Esc closes ─────────────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::screens::centred;
use super::{boxed, draw_lines, heading};
use crate::app::App;
use crate::app::sheets::events;
use crate::text::grouped;
use crate::theme::Theme;

pub(super) fn draw(app: &App, scroll: usize, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let entries = app.journal().entries();
    let hint = if events::overflow(app) > 0 { "j k scroll · Esc closes" } else { "Esc closes" };
    let forgotten = match app.journal().forgotten() {
        0 => String::new(),
        n => format!(" · {} older ones forgotten", grouped(n)),
    };
    let title = format!("Events · {}{forgotten}", grouped(entries.len()));
    let block = boxed(theme, app.is_focused())
        .title_top(heading(&title, theme.strong))
        .title_bottom(heading(app.message().unwrap_or(hint), theme.chrome));
    let inner = block.inner(area);
    block.render(area, buffer);
    if entries.is_empty() {
        let sentence = "Nothing happened so far.".to_owned();
        return centred(buffer, inner, &[(sentence, theme.text)]);
    }
    draw_lines(theme, buffer, inner, &events::visible(app, inner, scroll));
}
