//! The choice of the column to sort by.
//!
//! ```text
//! ╭─ Sort by ─────────╮
//! │   1 Filename      │
//! │ ▌ 5 Time left ▲   │
//! ╰─ Enter · Esc ─────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::theme::Theme;
use super::{boxed, cells, heading, put};
use crate::app::App;
use crate::store::order::SortKey;

pub(super) fn draw(app: &App, chosen: usize, theme: &Theme, buffer: &mut Buffer, over: Rect) {
    let (width, height) = (26, u16::try_from(SortKey::ALL.len()).unwrap_or(0) + 2);
    let area = Rect {
        x: over.x + over.width.saturating_sub(width) / 2,
        y: over.y + over.height.saturating_sub(height) / 2,
        width,
        height,
    }
    .intersection(over);
    Clear.render(area, buffer);
    unhalve(buffer, area);
    let block = boxed(theme, true)
        .title_top(heading("Sort by", theme.strong))
        .title_bottom(heading("Enter sorts · Esc", theme.chrome));
    let inner = block.inner(area);
    block.render(area, buffer);
    let order = app.table().order();
    // On a small screen the lines scroll with the choice.
    let first = (chosen + 1).saturating_sub(usize::from(inner.height));
    let lines = SortKey::ALL.into_iter().enumerate().skip(first);
    for (y, (line, key)) in (inner.y..inner.bottom()).zip(lines) {
        let arrow = match (key == order.key(), order.is_descending()) {
            (false, _) => "",
            (true, false) => " ▲",
            (true, true) => " ▼",
        };
        let text = format!("  {} {}{arrow}", line + 1, key.name());
        put(buffer, inner.x, y, inner.right(), &text, theme.text);
        if line == chosen {
            buffer.set_style(Rect { y, height: 1, ..inner }, theme.band);
            put(buffer, inner.x, y, inner.right(), "▌", theme.accent);
        }
    }
}

/// A wide character that the left border covers by half would push the border out of line.
fn unhalve(buffer: &mut Buffer, area: Rect) {
    let Some(x) = area.x.checked_sub(1) else { return };
    for y in area.top()..area.bottom() {
        if cells(buffer[(x, y)].symbol()) > 1 {
            buffer[(x, y)].set_symbol(" ");
        }
    }
}
