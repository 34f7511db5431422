//! What is to be uploaded, while it is typed, and what was found in it.
//!
//! ```text
//! ╭─ Upload ──────────────────────────────────────────────────────────────╮
//! │ File      ~/batches/in.jsonl                                          │
//! │ Purpose   batch                                                       │
//! │ Kept for  7d                                                          │
//! │                                                                       │
//! │ 4,000 lines · 12.40 MiB · 0 errors · 1 warning                        │
//! │ line 12: CRLF at its end [crlf]                                       │
//! ╰─ Enter uploads · Esc back ────────────────────────────────────────────╯
//! ```

use ratatui::layout::{Position, Rect};

use super::typed::{Typed, typed};
use super::{Pen, heading};
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
    let takes = takes.map(|words| Hint::new(&[Action::Choose], words));
    let others =
        [Hint::new(&[Action::Complete], "completes"), Hint::new(&[Action::GoBack], leaves)];
    let hints: Vec<Hint> = takes.into_iter().chain(others).collect();
    let hints = app.hints(&hints);
    let room = usize::from(place.area.width.saturating_sub(5));
    let hint = pen.message_or(&hints, room, place.area);
    let block = pen
        .boxed(true)
        .title_top(heading("Upload", theme.strong))
        .title_bottom(heading(&hint, theme.chrome));
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
    let fields = u16::try_from(FIELDS.len()).unwrap_or(u16::MAX) + 1;
    let below = inner.y.saturating_add(fields);
    if below < inner.bottom() {
        let rest = Rect { y: below, height: inner.bottom() - below, ..inner };
        pen.lines(rest, &upload::lines(form, inner.width));
    }
    cursor.filter(|_| !inner.is_empty())
}
