//! The question before files are deleted.
//!
//! ```text
//! ╭─ Delete ─────────────────────────────────────────────────────────────────╮
//! │ deletes 2 files, 12.40 MiB, for good                                     │
//! │ 1 not saved on this machine, with time left                              │
//! │   batch-0412-output.jsonl  file_9f2c4e   12.40 MiB · 12:31 left          │
//! │   scratch.jsonl  file_77aa01             3.00 KiB · 6d 02h left · not … │
//! │                                                                          │
//! │ type 2 to delete them: 2                                                 │
//! ╰─ Enter deletes · Esc leaves them ────────────────────────────────────────╯
//! ```

use ratatui::layout::{Position, Rect};

use super::pen::whole_hints;
use super::typed::{Typed, typed};
use super::{Pen, heading};
use crate::app::layers::deletion::{ANSWERS, DeletionQuestion};
use crate::app::sheets::deletion;
use crate::keys::{Action, Hint};
use crate::text::shorten_end;

pub(super) fn draw(pen: &mut Pen<'_>, over: Rect, asked: &DeletionQuestion) -> Option<Position> {
    let Pen { app, theme, .. } = *pen;
    let place = asked.place(over);
    pen.clear(place.area);
    let prompt = asked.prompt();
    let hints = match prompt {
        None => {
            [Hint::new(&[Action::Confirm], "deletes"), Hint::new(&[Action::Decline], "leaves it")]
        }
        Some(_) => {
            [Hint::new(&[Action::Choose], "deletes"), Hint::new(&[Action::GoBack], "leaves them")]
        }
    };
    let hints = app.hints(&hints);
    // Above the border a message would hide what is asked, and what is typed.
    let room = usize::from(place.area.width.saturating_sub(5));
    let hint = app
        .message()
        .map_or_else(|| whole_hints(&hints, room), |message| shorten_end(message, room));
    pen.message_in = None;
    let block = pen
        .boxed(true)
        .title_top(heading("Delete", theme.strong))
        .title_bottom(heading(&hint, theme.chrome));
    let inner = pen.block(place.area, &block);
    let answer = Rect { y: inner.bottom().saturating_sub(1), height: inner.height.min(1), ..inner };
    let most = usize::from(inner.height).saturating_sub(2);
    let above = Rect { height: inner.height.saturating_sub(1), ..inner };
    pen.lines(above, &deletion::lines(asked, inner.width, most));
    let Some(prompt) = prompt else {
        draw_answers(pen, asked.places_of_answers(over), asked.is_yes());
        return None;
    };
    let x = pen.put(answer.x, answer.y, answer.right(), &prompt, theme.text);
    let x = x.saturating_add(1).min(answer.right());
    let Typed { shown, cursor, .. } = typed(asked.input(), usize::from(answer.right() - x));
    pen.put(x, answer.y, answer.right(), &shown, theme.strong);
    let cursor = x.saturating_add(cursor).min(answer.right().saturating_sub(1));
    (!answer.is_empty()).then_some(Position::new(cursor, answer.y))
}

/// Yes and no at the right, the one with the focus in the band.
fn draw_answers(pen: &mut Pen<'_>, places: [Rect; 2], is_yes: bool) {
    let theme = pen.theme;
    for ((words, place), has_focus) in ANSWERS.into_iter().zip(places).zip([is_yes, !is_yes]) {
        if place.is_empty() {
            continue;
        }
        pen.put(place.x + 2, place.y, place.right(), words, theme.text);
        if has_focus {
            pen.select(theme.band, place, place.x);
        }
    }
}
