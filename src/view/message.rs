//! A message that is longer than the line in which messages stand: on as many lines as it needs, above
//! the lower border of the box that has the keys.
//!
//! ```text
//! │   batch-0413-output.jsonl   03:10:02 │
//! │ ──────────────────────────────────── │
//! │ there is no pane to move to; Enter   │
//! │ shows the detail                     │
//! ╰──────────────────────────── 1 of 9 ──╯
//! ```

use ratatui::layout::Rect;

use super::Pen;
use crate::app::geometry::inside;
use crate::text::{shorten_end, wrap};

/// Lines of the box that stay, where there is a line between them and the message.
const LEAST_SEEN: usize = 2;

pub(super) fn draw(pen: &mut Pen<'_>) {
    let Pen { app, theme, .. } = *pen;
    let message = pen.message_in.zip(app.message().map(str::to_owned));
    let Some((area, message)) = message.or_else(|| pen.untold.take()) else { return };
    let room = inside(area.intersection(pen.buffer.area));
    let (width, height) = (usize::from(room.width), usize::from(room.height));
    let mut lines = wrap(&message, width);
    if lines.len() > height && height > 0 {
        let rest = lines.split_off(height - 1).join(" ");
        lines.push(shorten_end(&rest, width));
    }
    let ruled = lines.len() + 1 + LEAST_SEEN <= height;
    let taken = u16::try_from(lines.len() + usize::from(ruled)).unwrap_or(u16::MAX);
    let place = Rect { y: room.bottom().saturating_sub(taken), height: taken, ..room };
    pen.clear(Rect { x: place.x.saturating_sub(1), width: place.width + 2, ..place });
    if ruled {
        pen.put(place.x, place.y, place.right(), &"─".repeat(width), theme.chrome);
    }
    for (y, line) in (place.y + u16::from(ruled)..place.bottom()).zip(&lines) {
        pen.put(place.x, y, place.right(), line, theme.strong);
    }
}
