//! What is being saved, and what was.
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
use crate::app::App;
use crate::app::layers::jobs::Jobs;
use crate::app::sheets::jobs;
use crate::jobs::job::{JobState, Pause};
use crate::keys::{Action, Hint};
use crate::text::grouped;

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, layer: &Jobs) {
    let Pen { app, theme, .. } = *pen;
    let list = Jobs::place(app, area);
    let list_cursor = layer.cursor();
    let cursor = list_cursor.line(list.lines);
    let sum = app.saving().sum();
    let title = match (list.lines, sum.open) {
        (0, _) => "Jobs".to_owned(),
        (_, 0) => format!("Jobs{}", done(app)),
        _ => {
            let room = usize::from(area.width).saturating_sub(12);
            format!("Jobs · {}", jobs::progress(app, room).trim_start_matches("↓ "))
        }
    };
    let place = match list.lines {
        0 => String::new(),
        n => format!("{} of {}", grouped(cursor + 1), grouped(n)),
    };
    let hints = hints(pen, layer);
    let (hint, place) = foot(pen, area, &hints, &place);
    let block = pen
        .boxed(app.is_focused())
        .title_top(heading(&title, theme.strong))
        .title_bottom(heading(&hint, theme.chrome))
        .title_bottom(place);
    let inner = pen.block(area, &block);
    if list.lines == 0 {
        let hints = app.main_hints(&[
            Hint::new(&[Action::Download], "saves a file"),
            Hint::new(&[Action::Rescue], "saves what is at risk"),
        ]);
        let lines = [("Nothing is being saved.".to_owned(), theme.text), (hints, theme.chrome)];
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
    if below < inner.bottom()
        && let Some(job) = layer.job(app)
    {
        let rest = Rect { y: below, height: inner.bottom() - below, ..inner };
        pen.lines(rest, &jobs::about(app, job, inner.width));
    }
    if below < inner.bottom()
        && let Some(dead) = layer.dead(app)
    {
        let rest = Rect { y: below, height: inner.bottom() - below, ..inner };
        pen.lines(rest, &jobs::about_dead(app, dead, inner.width));
    }
}

/// What became of the jobs, where none is open: ` · 12 saved · 2 failed · 1 dead`.
fn done(app: &App) -> String {
    let saving = app.saving();
    let count = |is_it: fn(&JobState) -> bool| {
        saving.queue().jobs().filter(|job| is_it(&job.state)).count()
    };
    let counts = [
        (count(|state| matches!(state, JobState::Saved(_))), "saved"),
        (count(|state| matches!(state, JobState::Failed(_))), "failed"),
        (count(|state| matches!(state, JobState::Cancelled)), "cancelled"),
        (saving.dead().len(), "dead"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let words = counts.map(|(count, what)| format!("{} {what}", grouped(*count)));
    [String::new()].into_iter().chain(words).collect::<Vec<_>>().join(" · ")
}

/// What can be done with the job under the cursor.
fn hints(pen: &Pen<'_>, layer: &Jobs) -> String {
    let job = layer.job(pen.app);
    let hints = match job.map(|job| &job.state) {
        None if layer.dead(pen.app).is_some() => vec![
            Hint::new(&[Action::CancelJob], "removes what is kept"),
            Hint::new(&[Action::CopyId], "copies the path"),
        ],
        None | Some(JobState::Finishing) => vec![],
        Some(JobState::Running | JobState::Waiting) => vec![
            Hint::new(&[Action::PauseJob], "pauses"),
            Hint::new(&[Action::CancelJob], "cancels"),
        ],
        Some(JobState::Paused(Pause::Wanted | Pause::DiskFull)) => vec![
            Hint::new(&[Action::PauseJob], "goes on"),
            Hint::new(&[Action::CancelJob], "cancels"),
        ],
        Some(JobState::Failed(_) | JobState::Cancelled) => {
            let has_some = job.is_some_and(|job| job.received > 0);
            let removes = Hint::new(&[Action::CancelJob], "removes what is kept");
            let again = Hint::new(&[Action::RetryJob], "tries again");
            [again].into_iter().chain(has_some.then_some(removes)).collect()
        }
        Some(JobState::Saved(_)) => vec![Hint::new(&[Action::CopyId], "copies the path")],
    };
    let closes = [Hint::new(&[Action::GoBack], "closes")];
    pen.app.hints(&[hints, closes.to_vec()].concat())
}
