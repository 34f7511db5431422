//! What is to be uploaded, while it is typed, and what was found in it.
//!
//! ```text
//! ╭─ Upload ──────────────────────────────────────────────────────────────╮
//! │ File      ~/batches/in.jsonl                                          │
//! │ Purpose   batch                                                       │
//! │ Kept for  7d                                                          │
//! │                                                                       │
//! │ 4,000 lines · 12.40 MiB · 1 warning                                   │
//! │ 1 warning                                                             │
//! │ line 12: CRLF at its end [crlf]                                       │
//! ╰─ Enter uploads · Esc back ────────────────────────────────────────────╯
//! ```

use ratatui::layout::{Position, Rect};

use super::typed::{Typed, typed};
use super::{Pen, foot, heading};
use crate::app::layers::upload::{FIELDS, Look, UploadPrompt};
use crate::app::sheets::upload;
use crate::keys::{Action, Hint};

/// Cells of the labels; the longest is `Kept for`.
const LABEL: u16 = 10;

pub(super) fn draw(pen: &mut Pen<'_>, over: Rect, form: &UploadPrompt) -> Option<Position> {
    let Pen { app, theme, .. } = *pen;
    let place = form.place(over);
    pen.clear(place.area);
    let takes = match form.look() {
        Look::NotYet => Some("looks at it"),
        Look::Found(found) if found.1.is_sound() => Some("uploads"),
        Look::Going(_) | Look::Found(_) => None,
    };
    let leaves = if matches!(form.look(), Look::NotYet) { "leaves" } else { "back" };
    let room = form.room_below(over);
    let (below, scroll) = (upload::below(form, room.width), form.scroll(room));
    let overflow = below.overflow(room);
    let takes = takes.map(|words| Hint::new(&[Action::Choose], words));
    let scrolls = Hint::new(&[Action::SelectNext, Action::SelectPrevious], "scroll");
    let completes = Hint::new(&[Action::Complete], "completes");
    let other = if overflow > 0 { scrolls } else { completes };
    let hints = takes.into_iter().chain([other, Hint::new(&[Action::GoBack], leaves)]);
    let hints = app.hints(&hints.collect::<Vec<Hint>>());
    let seen = match overflow {
        0 => String::new(),
        _ => format!("{} of {}", below.body.len() - overflow + scroll, below.body.len()),
    };
    let (hint, seen) = foot(pen, place.area, &hints, &seen);
    let block = pen
        .boxed(true)
        .title_top(heading("Upload", theme.strong))
        .title_bottom(heading(&hint, theme.chrome))
        .title_bottom(seen);
    let inner = pen.block(place.area, &block);
    let (inputs, field) = form.inputs();
    let mut cursor = None;
    for (number, (label, input)) in FIELDS.iter().zip(inputs).enumerate() {
        let y = inner.y.saturating_add(u16::try_from(number).unwrap_or(u16::MAX));
        if y >= inner.bottom() {
            break;
        }
        pen.put(inner.x, y, inner.right(), label, theme.chrome);
        let x = inner.x.saturating_add(LABEL).min(inner.right());
        let room = usize::from(inner.right().saturating_sub(x));
        let Typed { shown, cursor: at, .. } = typed(input, room);
        if shown.is_empty() && number == 2 {
            pen.put(x, y, inner.right(), "as the service likes", theme.chrome);
        }
        pen.put(x, y, inner.right(), &shown, theme.text);
        if number == field {
            let x = x.saturating_add(at).min(inner.right().saturating_sub(1));
            cursor = Some(Position::new(x, y));
        }
    }
    let room = room.intersection(inner);
    pen.lines(Rect { height: room.height.min(1), ..room }, below.head.as_ref());
    pen.lines(below.room_of_body(room), below.body.iter().skip(scroll));
    cursor.filter(|_| !inner.is_empty())
}
