//! The log of what was new, changed or gone, told or failed, newest first. The event under the cursor
//! is there in full, on as many lines as it takes.
//!
//! ```text
//! ╭─ Events · 2 ──────────────────────────────────────────────────────────╮
//! │ ▌ 15:04:11  + new            batch-0412-output.jsonl     file_9f2c4e   │
//! │   15:03:41  - deleted early  eval-large.jsonl            file_9f2c51   │
//! ╰─ Enter to the file · / narrows · y copies · Esc closes ────── 1 of 2 ─╯
//! ```

use ratatui::layout::{Position, Rect};

use super::screens::centred;
use super::{Pen, foot, heading, narrowing_hints, searched};
use crate::app::layers::events::Events;
use crate::app::sheets::events;
use crate::keys::{Action, Hint};
use crate::text::grouped;

/// From this width on there is room for all hints.
const ROOMY_FROM: u16 = 70;
const TO_FILE: Hint = Hint::new(&[Action::Choose], "to the file");
const COPIES: Hint = Hint::new(&[Action::CopyId], "copies");

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, layer: &Events) -> Option<Position> {
    let Pen { app, theme, .. } = *pen;
    let (all, search) = (app.journal().entries().len(), layer.search());
    let found = events::found(app, search.words());
    let (list, list_cursor) = (layer.place(app, area, &found), layer.cursor(&found));
    let cursor = list_cursor.line(list.lines);
    let forgotten = match app.journal().forgotten() {
        0 => String::new(),
        n => format!(" · {} older ones forgotten", grouped(n)),
    };
    let title = format!("Events · {}{forgotten}", grouped(all));
    let (title, text_cursor) = searched(theme, area, &title, search);
    let place = match found.len() {
        0 => String::new(),
        n => format!("{} of {}", grouped(cursor + 1), grouped(n)),
    };
    let hints = hints(pen, area.width, found.is_empty(), layer);
    let (hint, place) = foot(pen, area, &hints, &place);
    let block = pen
        .boxed(app.is_focused())
        .title_top(title)
        .title_bottom(heading(&hint, theme.chrome))
        .title_bottom(place);
    let inner = pen.block(area, &block);
    if found.is_empty() {
        let sentence = if all == 0 { "Nothing happened so far." } else { "No event is so." };
        centred(pen, inner, &[(sentence.to_owned(), theme.text)]);
        return text_cursor;
    }
    let first = list_cursor.first(&list);
    pen.lines(inner, &events::visible(app, inner, &found, (first, cursor)));
    let y = inner.y.saturating_add(u16::try_from(cursor - first).unwrap_or(u16::MAX));
    let taken = inner.height.saturating_sub(list.room.height) + 1;
    for y in (y..inner.bottom()).take(usize::from(taken)) {
        let whole = Rect { x: inner.x - 1, y, width: inner.width + 2, height: 1 };
        pen.select(theme.band, whole, inner.x);
    }
    text_cursor
}

/// What can be done with the event under the cursor, and with all of them.
fn hints(pen: &Pen<'_>, width: u16, is_empty: bool, layer: &Events) -> String {
    let (others, back) = narrowing_hints(layer.search());
    let back = Hint::new(&[Action::GoBack], back);
    let mut hints = vec![];
    if !is_empty && !layer.search().is_typing() {
        hints.push(TO_FILE);
    }
    if width >= ROOMY_FROM {
        hints.extend(others);
        if !is_empty && !layer.search().is_typing() {
            hints.push(COPIES);
        }
    }
    hints.push(back);
    pen.app.hints(&hints)
}
