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
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{boxed, heading};
use crate::app::App;
use crate::keys::{GROUPS, Group, KeyMap};
use crate::text::wrap;
use crate::theme::Theme;

/// Cells for the names of the keys.
const KEYS: usize = 10;
/// Cells for the examples of filters.
const EXAMPLES: usize = 20;
/// From this width on the groups stand in two columns.
const TWO_COLUMNS_FROM: u16 = 110;

/// How filters are written: an example, and what it lets through.
pub const FILTERS: &[(&str, &str)] = &[
    ("batch 0412", "both words, in filename or id; a capital counts"),
    ("\"two words\"", "just this text"),
    ("/out(put)?s?$/", "a pattern"),
    ("left<6h", "time left; also 90m, 1d12h; expired files have 0"),
    ("size>=10MiB", "size; units of 1,024 (KiB) or 1,000 (MB)"),
    ("created>2026-11-01", "later than that day; also expires, with a time"),
    ("purpose:batch", "contains; = is exactly; also name, id"),
    ("expired never marked", "one word each; also unreadable"),
    ("and or not ( )", "combine; two side by side mean and"),
];

fn filter_lines(theme: &Theme, room: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled("Filters", theme.strong)];
    for (example, what) in FILTERS {
        let mut example = (*example).to_owned();
        for what in wrap(what, room.saturating_sub(EXAMPLES + 3).max(8)) {
            let example = Span::styled(
                format!("  {:<EXAMPLES$} ", std::mem::take(&mut example)),
                theme.accent,
            );
            lines.push(Line::from(vec![example, Span::raw(what)]));
        }
    }
    lines.push(Line::default());
    lines
}

fn group_lines(theme: &Theme, keys: &KeyMap, group: &Group, room: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(group.title, theme.strong)];
    for binding in group.bindings {
        let mut names = keys.names(binding);
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
fn columns(theme: &Theme, keys: &KeyMap, width: u16) -> Vec<Vec<Line<'static>>> {
    let inner = usize::from(width.saturating_sub(4));
    let room = if width < TWO_COLUMNS_FROM { inner } else { inner / 2 };
    let of_keys = GROUPS.iter().map(|group| group_lines(theme, keys, group, room));
    let groups: Vec<_> = of_keys.chain([filter_lines(theme, room)]).collect();
    let all: usize = groups.iter().map(Vec::len).sum();
    let (mut first, mut second) = (vec![], vec![]);
    for group in groups {
        let to_first = width < TWO_COLUMNS_FROM || second.is_empty() && first.len() < all / 2;
        if to_first { first.extend(group) } else { second.extend(group) }
    }
    vec![first, second]
}

/// Lines that do not fit on the screen.
#[must_use]
pub fn overflow(app: &App) -> usize {
    let Some(layout) = app.layout() else { return 0 };
    let size = layout.screen().as_size();
    let columns = columns(&Theme::plain(), &app.settings().keys, size.width);
    let lines = columns.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    lines.saturating_sub(usize::from(size.height.saturating_sub(2)))
}

pub(super) fn draw(app: &App, scroll: usize, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let more = overflow(app);
    let hint = if more > 0 { "j k scroll · Esc closes" } else { "Esc closes" };
    let block = boxed(theme, true)
        .title_top(heading("Keys", theme.strong))
        .title_bottom(heading(hint, theme.chrome));
    let inner = block.inner(area);
    block.render(area, buffer);
    let columns = columns(theme, &app.settings().keys, area.width);
    let scroll = u16::try_from(scroll.min(more)).unwrap_or(0);
    let width = if columns[1].is_empty() { inner.width } else { inner.width / 2 };
    for (i, lines) in (0_u16..).zip(columns) {
        let place = Rect { x: inner.x + i * width, width, ..inner }.intersection(inner);
        Paragraph::new(lines).scroll((scroll, 0)).render(place, buffer);
    }
}
