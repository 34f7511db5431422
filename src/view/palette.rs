//! The command palette.
//!
//! ```text
//! ╭─ Do ───────────────────────────────────────────────╮
//! │ : them█                                            │
//! │ ▌ next theme                                     T │
//! ╰─ Enter does it · Esc closes ───────────────────────╯
//! ```

use ratatui::layout::{Position, Rect};

use super::typed::{Typed, typed};
use super::{Pen, cells, heading};
use crate::app::geometry::lists::{ListPlace, PALETTE_WIDTH};
use crate::app::layers::palette::{Palette, offered};
use crate::keys::{Action, Hint};
use crate::text::shorten_end;

const NARROW: [Hint; 2] =
    [Hint::new(&[Action::Choose], "does it"), Hint::new(&[Action::GoBack], "closes")];
const WIDE: [Hint; 3] =
    [Hint::new(&[Action::SelectPrevious, Action::SelectNext], "choose"), NARROW[0], NARROW[1]];

pub(super) fn draw(pen: &mut Pen<'_>, over: Rect, palette: &Palette) -> Option<Position> {
    let Pen { app, theme, .. } = *pen;
    let (input, cursor) = (palette.input(), palette.cursor());
    let found = offered(app, input.value());
    let list = ListPlace::palette(over, found.len());
    let (line, first, area) = (cursor.line(list.lines), cursor.first(&list), list.area);
    let foot = app.hints(if area.width < PALETTE_WIDTH { &NARROW[..] } else { &WIDE[..] });
    let foot = pen.message_or(&foot, usize::from(area.width.saturating_sub(5)), area);
    pen.clear(area);
    let block = pen
        .boxed(true)
        .title_top(heading("Do", theme.strong))
        .title_bottom(heading(&foot, theme.chrome));
    let inner = pen.block(area, &block);
    if inner.is_empty() {
        return None;
    }
    let x = pen.put(inner.x, inner.y, inner.right(), ": ", theme.accent);
    let room = usize::from(inner.right().saturating_sub(x)).saturating_sub(1);
    let Typed { shown, cursor: at, .. } = typed(input, room);
    pen.put(x, inner.y, inner.right(), &shown, theme.text);
    let cursor = Position::new((x + at).min(inner.right().saturating_sub(1)), inner.y);
    if found.is_empty() {
        pen.put(inner.x, inner.y + 1, inner.right(), "  nothing is called so", theme.chrome);
        return Some(cursor);
    }
    for (y, (number, found)) in
        (inner.y + 1..inner.bottom()).zip(found.iter().enumerate().skip(first))
    {
        let keys_left = inner.right().saturating_sub(cells(&found.keys) + 1);
        let mut x = inner.x + 2;
        let what = shorten_end(found.binding.what, usize::from(keys_left.saturating_sub(x)));
        for (at, c) in (0_u32..).zip(what.chars()) {
            let hit = found.letters.binary_search(&at).is_ok();
            let style = if hit { theme.highlight } else { theme.text };
            x = pen.put(x, y, keys_left, c.encode_utf8(&mut [0; 4]), style);
        }
        pen.put_right(inner.x, y, inner.right(), &found.keys, theme.accent);
        if number == line {
            let whole = Rect { x: inner.x - 1, y, width: inner.width + 2, height: 1 };
            pen.select(theme.band, whole, inner.x);
        }
    }
    Some(cursor)
}
