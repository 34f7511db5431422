//! The agenda: the timeline with numbers. Its lines add up to what is loaded.
//!
//! ```text
//! ╭─ Agenda · of loaded ─────────────────────────────────────────────────────────────╮
//! │   When                 Files        Bytes             First to go    Last to go   │
//! │   expired                  2     1.00 MiB                                         │
//! │ ▌ 15:04 – 16:00            3    12.40 MiB  ▇▇▇        batch-0412…    batch-0415…  │
//! │   16:00 – 17:00            0            —                                         │
//! ╰─ j k move · Enter filters · B files or bytes · Esc closes ───────────────────────╯
//! ```

use ratatui::layout::{Alignment, Rect};
use ratatui::text::Line;

use super::{Pen, heading};
use crate::app::geometry::inside;
use crate::app::geometry::lists::ListCursor;
use crate::app::layers::agenda::Agenda;
use crate::app::sheets::agenda::agenda;
use crate::keys::{Action, Hint};
use crate::text::shorten_end;

const FILTERS: Hint = Hint::new(&[Action::Choose], "filters");
const CLOSES: Hint = Hint::new(&[Action::GoBack], "closes");
const NARROW: [Hint; 2] = [FILTERS, CLOSES];
const WIDE: [Hint; 4] = [
    Hint::new(&[Action::SelectNext, Action::SelectPrevious], "move"),
    FILTERS,
    Hint::new(&[Action::ToggleMeasure], "files or bytes"),
    CLOSES,
];

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, cursor: ListCursor) {
    let Pen { app, theme, .. } = *pen;
    let inner = inside(area);
    let agenda = agenda(app, &Agenda::place(app, area), cursor);
    let of_loaded = if app.lister().is_complete() { "" } else { " · of loaded" };
    let hints = app.hints(if area.width >= 62 { &WIDE[..] } else { &NARROW[..] });
    let hint =
        shorten_end(app.message().unwrap_or(&hints), usize::from(area.width.saturating_sub(5)));
    let place = format!(" {} of {} ─", agenda.cursor + 1, agenda.lines);
    let block = pen
        .boxed(app.is_focused())
        .title_top(heading(&format!("Agenda{of_loaded}"), theme.strong))
        .title_bottom(heading(&hint, theme.chrome))
        .title_bottom(Line::raw(place).alignment(Alignment::Right));
    pen.block(area, &block);
    pen.lines(inner, [&agenda.head].into_iter().chain(&agenda.visible));
    let below_head = usize::from(inner.y) + 1;
    let cursor = u16::try_from(below_head + agenda.cursor - agenda.first).unwrap_or(u16::MAX);
    if cursor < inner.bottom() {
        let whole = Rect { x: inner.x - 1, y: cursor, width: inner.width + 2, height: 1 };
        pen.select(theme.band, whole, inner.x);
    }
}
