//! A question before something is done that no key takes back.
//!
//! ```text
//! ╭─ Write to the configuration ───────────────────────────────────────╮
//! │ ~/.config/shelflife/config.toml gets other lines:                  │
//! │ theme = "light"                                        was "dark"  │
//! │                                                                    │
//! │                                           ▌ leave it      write    │
//! ╰─ y write · n leave it ─────────────────────────────────────────────╯
//! ```

use ratatui::layout::Rect;

use super::{Pen, heading};
use crate::app::layers::confirmation::{Confirmation, Question};
use crate::keys::{Action, Hint};
use crate::text::{shorten_end, shorten_middle};

pub(super) fn draw(pen: &mut Pen<'_>, over: Rect, asked: &Confirmation) {
    let Pen { app, theme, .. } = *pen;
    let (place, question) = (asked.place(over), asked.question());
    pen.clear(place.area);
    let [yes, no] = question.answers();
    let mut hints = vec![Hint::new(&[Action::Confirm], yes), Hint::new(&[Action::Decline], no)];
    if matches!(question, Question::Quit(_)) {
        // Whoever insists is not asked once more.
        hints.push(Hint::new(&[Action::Quit], "leaves, too"));
    }
    let hint = app.hints(&hints);
    // Above the border it would hide what is asked.
    let room = usize::from(place.area.width.saturating_sub(5));
    let hint = shorten_end(app.message().unwrap_or(&hint), room);
    pen.message_in = None;
    let block = pen
        .boxed(true)
        .title_top(heading(question.title(), theme.strong))
        .title_bottom(heading(&hint, theme.chrome));
    let inner = pen.block(place.area, &block);
    let below = inner.bottom().saturating_sub(1);
    let (mut lines, hidden) = (asked.lines(over), asked.hidden_lines(over));
    if hidden > 0 {
        // The line that says so takes the place of one more.
        lines.truncate(usize::from(below.saturating_sub(inner.y + 1)));
        let more = asked.lines(over).len() - lines.len();
        lines.push((format!("… {more} more"), String::new()));
    }
    for (y, (left, right)) in (inner.y..below).zip(lines) {
        let room = usize::from(inner.width);
        let left = shorten_middle(&left, room);
        let x = pen.put(inner.x, y, inner.right(), &left, theme.text);
        let room = usize::from(inner.right().saturating_sub(x + 2));
        pen.put_right(x, y, inner.right(), &shorten_middle(&right, room), theme.chrome);
    }
    let places = asked.places_of_answers(over);
    for ((words, place), focused) in
        [yes, no].into_iter().zip(places).zip([asked.is_yes(), !asked.is_yes()])
    {
        if place.is_empty() {
            continue;
        }
        pen.put(place.x + 2, place.y, place.right(), words, theme.text);
        if focused {
            pen.select(theme.band, place, place.x);
        }
    }
}
