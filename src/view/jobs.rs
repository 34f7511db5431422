//! What takes time, and what did: downloads, uploads, deletions.
//!
//! ```text
//! ╭─ Jobs · 3 of 12 · 41 % · 18 MiB/s · 48s ──────────────────────────────────────────╮
//! │    File                                   Bytes           Rate    To go  Time left │
//! │ ↓▌ batch-0412-output.jsonl  ▰▰▱▱▱▱▱▱▱▱  81.20 MiB / 391.50 MiB  20 %  …      51:12 │
//! ╰─ Space pauses · x cancels · r tries again · y copies the path ───────────── 1 of 3 ─╯
//! ```

use ratatui::layout::Rect;

use super::screens::centred;
use super::{Pen, foot, heading};
use crate::app::joblist::any::JobDeed;
use crate::app::layers::jobs::Jobs;
use crate::app::sheets::{footer, jobs};
use crate::keys::{Action, Hint};
use crate::text::{grouped, shorten_end};

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, layer: &Jobs) {
    let Pen { app, theme, .. } = *pen;
    let list = layer.place(app, area);
    let list_cursor = layer.cursor();
    let cursor = list_cursor.line(list.lines);
    let room = usize::from(area.width).saturating_sub(5);
    let under_way = footer::under_way(app, room.saturating_sub(7));
    let title = match list.lines {
        0 => "Jobs".to_owned(),
        _ if under_way.is_empty() => format!("Jobs{}", jobs::done(app)),
        _ => format!("Jobs · {}", under_way.trim_start_matches("↓ ")),
    };
    let place = match list.lines {
        0 => String::new(),
        n => format!("{} of {}", grouped(cursor + 1), grouped(n)),
    };
    let hints = hints(pen, layer);
    let (hint, place) = foot(pen, area, &hints, &place);
    let block = pen
        .boxed(app.is_focused())
        .title_top(heading(&shorten_end(&title, room), theme.strong))
        .title_bottom(heading(&hint, theme.chrome))
        .title_bottom(place);
    let inner = pen.block(area, &block);
    if list.lines == 0 {
        let hints = app.main_hints(&[
            Hint::new(&[Action::Download], "saves a file"),
            Hint::new(&[Action::Rescue], "saves what is at risk"),
            Hint::new(&[Action::Upload], "uploads one"),
        ]);
        let lines = [("There are no jobs.".to_owned(), theme.text), (hints, theme.chrome)];
        return centred(pen, inner, &lines);
    }
    let first = list_cursor.first(&list);
    let (head, lines) = jobs::visible(app, list.room, first);
    pen.lines(Rect { height: 1, ..inner }, [&head]);
    pen.lines(list.room, &lines);
    let y = list.room.y.saturating_add(u16::try_from(cursor - first).unwrap_or(u16::MAX));
    if y < list.room.bottom() {
        let whole = Rect { x: inner.x - 1, y, width: inner.width + 2, height: 1 };
        pen.select(theme.band, whole, inner.x);
    }
    // Below a blank line, where there is room.
    let below = list.room.bottom() + 1;
    if below < inner.bottom() {
        let rest = Rect { y: below, height: inner.bottom() - below, ..inner };
        pen.lines(rest, &layer.about(app, area));
    }
}

/// What can be done with the job under the cursor.
fn hints(pen: &Pen<'_>, layer: &Jobs) -> String {
    let deeds = layer.job(pen.app).map(|job| job.deeds()).unwrap_or_default();
    let closes = Hint::new(&[Action::GoBack], "closes");
    let hints: Vec<Hint> = deeds.into_iter().map(JobDeed::hint).chain([closes]).collect();
    pen.app.hints(&hints)
}
