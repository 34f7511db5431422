//! The keys, from the same table that drives them.
//!
//! ```text
//! ╭─ Keys ──────────────────────────────────────────────╮
//! │ Move                                                │
//! │   j ↓ ^n        down                                │
//! ╰─ Esc closes ────────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::screens::wrap;
use super::theme::Theme;
use super::{boxed, heading};
use crate::app::keys::{self, GROUPS};

/// Cells for the names of the keys.
const KEYS: usize = 10;
/// From this width on the groups stand in two columns.
const TWO_COLUMNS_FROM: u16 = 110;

fn group_lines(theme: &Theme, group: &keys::Group, room: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(group.title, theme.strong)];
    for binding in group.bindings {
        let mut names = keys::names(binding);
        for what in wrap(binding.what, room.saturating_sub(KEYS + 2).max(8)) {
            let keys = Span::styled(format!("  {names:<KEYS$}"), theme.accent);
            lines.push(Line::from(vec![keys, Span::raw(what)]));
            names.clear();
        }
    }
    lines.push(Line::default());
    lines
}

/// The groups in one column, or two of about the same height.
fn columns(theme: &Theme, width: u16) -> Vec<Vec<Line<'static>>> {
    let inner = usize::from(width.saturating_sub(4));
    let room = if width < TWO_COLUMNS_FROM { inner } else { inner / 2 };
    let groups: Vec<_> = GROUPS.iter().map(|group| group_lines(theme, group, room)).collect();
    let all: usize = groups.iter().map(Vec::len).sum();
    let (mut first, mut second) = (vec![], vec![]);
    for group in groups {
        let to_first = width < TWO_COLUMNS_FROM || second.is_empty() && first.len() < all / 2;
        if to_first { first.extend(group) } else { second.extend(group) }
    }
    vec![first, second]
}

/// Lines that do not fit on a screen of `size`.
#[must_use]
pub fn overflow(size: Size) -> usize {
    let columns = columns(&Theme::plain(), size.width);
    let lines = columns.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    lines.saturating_sub(usize::from(size.height.saturating_sub(2)))
}

pub(super) fn draw(scroll: usize, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let more = overflow(area.as_size());
    let hint = if more > 0 { "j k scroll · Esc closes" } else { "Esc closes" };
    let block = boxed(theme, true)
        .title_top(heading("Keys", theme.strong))
        .title_bottom(heading(hint, theme.chrome));
    let inner = block.inner(area);
    block.render(area, buffer);
    let columns = columns(theme, area.width);
    let scroll = u16::try_from(scroll.min(more)).unwrap_or(0);
    let width = if columns[1].is_empty() { inner.width } else { inner.width / 2 };
    for (i, lines) in (0_u16..).zip(columns) {
        let place = Rect { x: inner.x + i * width, width, ..inner }.intersection(inner);
        Paragraph::new(lines).scroll((scroll, 0)).render(place, buffer);
    }
}
