//! The agenda: the timeline with numbers. Its lines add up to the one at the bottom: what is loaded,
//! or what the filter lets through.
//!
//! ```text
//! ╭─ Agenda · all files · of loaded ────────────────────────────── files max 3/h, 40/d ─╮
//! │   When                 Files        Bytes  files              First to go   Last to │
//! │   expired                  2     1.00 MiB                                           │
//! │ ▌ 15:04 – 16:00            3    12.40 MiB  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇  batch-0412…   batch-0 │
//! │   16:00 – 17:00            0            —                                           │
//! │   all                    300     1.90 GiB  at risk 12.40 MiB                        │
//! ╰─ j k move · Enter filters · B files or bytes · A only filtered · Esc closes ────────╯
//! ```

use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};

use super::screens::instead_of_agenda;
use super::{Pen, foot, heading};
use crate::app::App;
use crate::app::geometry::inside;
use crate::app::geometry::lists::ListCursor;
use crate::app::geometry::timeline::scale;
use crate::app::layers::agenda::Agenda;
use crate::app::sheets::{self, agenda::agenda};
use crate::keys::{Action, Hint, Scope};
use crate::text::{UntrustedRef, width};
use crate::theme::Theme;

const MOVE: Hint = Hint::new(&[Action::SelectNext, Action::SelectPrevious], "move");
const FILTERS: Hint = Hint::new(&[Action::Choose], "filters");
const MEASURE: Hint = Hint::new(&[Action::ToggleMeasure], "files or bytes");
const FILTERED: Hint = Hint::new(&[Action::ToggleFiltered], "only filtered");
const ALL: Hint = Hint::new(&[Action::ToggleFiltered], "all files");
/// That not all files are counted.
const LOADED: &str = "· of loaded ";
const CLOSES: Hint = Hint::new(&[Action::GoBack], "closes");
/// The way out, where even its words are too long beside the place in the list.
const BACK: Hint = Hint::new(&[Action::GoBack], "back");

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, cursor: ListCursor) {
    let Pen { app, theme, .. } = *pen;
    let inner = inside(area);
    let agenda = agenda(app, &Agenda::place(app, area), cursor);
    let title = title(app, theme, area.width);
    let hints = hints(app, area.width);
    let place = match agenda.lines {
        0 => String::new(),
        lines => format!("{} of {lines}", agenda.cursor + 1),
    };
    let (hint, place) = foot(pen, area, &hints, &place);
    let block = pen
        .boxed(app.is_focused())
        .title_top(title.clone())
        .title_top(bars(app, theme, usize::from(area.width).saturating_sub(title.width() + 4)))
        .title_bottom(heading(&hint, theme.chrome))
        .title_bottom(place);
    pen.block(area, &block);
    if agenda.lines == 0 {
        return instead_of_agenda(pen, inner, ALL, CLOSES);
    }
    pen.lines(inner, [&agenda.head].into_iter().chain(&agenda.visible));
    if let Some(total) = &agenda.total {
        let last = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner };
        pen.lines(last, [total]);
    }
    let below_head = usize::from(inner.y) + 1;
    let cursor = u16::try_from(below_head + agenda.cursor - agenda.first).unwrap_or(u16::MAX);
    if cursor < inner.bottom() {
        let whole = Rect { x: inner.x - 1, y: cursor, width: inner.width + 2, height: 1 };
        pen.select(theme.band, whole, inner.x);
    }
}

/// Whose expiries these are.
fn title(app: &App, theme: &Theme, width: u16) -> Line<'static> {
    let mut title = heading("Agenda", theme.strong);
    // What counts only some of the files is not passed over.
    let (whose, style) = match app.table().filter_text() {
        None => (String::new(), theme.chrome),
        Some(_) if !app.shows_filtered_expiries() => ("· all files ".to_owned(), theme.chrome),
        Some(filter) => {
            let filter = UntrustedRef::new(filter.as_bytes());
            let filter = filter.printable_within(usize::from(width / 3));
            (format!("· filtered “{filter}” "), theme.accent)
        }
    };
    title.push_span(Span::styled(whose, style));
    // Where there is no file yet, nothing is claimed of any.
    if !app.lister().is_complete() && !app.store().is_empty() {
        // Where the list stopped for good, no key helps.
        let key = app.settings().keys.name(Action::LoadAll, &[Scope::Main]);
        let key = key.filter(|_| app.lister().may_load_on());
        let (long, short) = key.map_or_else(Default::default, |key| {
            (format!("· {key} loads all "), format!("({key}) "))
        });
        let room = usize::from(width).saturating_sub(title.width() + LOADED.len() + 4);
        let key = if long.len() <= room / 2 { long } else { short };
        title.push_span(Span::styled(format!("{LOADED}{key}"), theme.warning));
    }
    title
}

/// What the bars stand for, and how much the longest of the hours and of the days do, as far as there
/// is room.
fn bars(app: &App, theme: &Theme, room: usize) -> Line<'static> {
    let scale = scale(app);
    let bars = format!(" {} {scale} ─", app.measure().word());
    let fits = !scale.is_empty() && width(&bars) <= room;
    let bars = if fits { bars } else { String::new() };
    Line::styled(bars, theme.chrome).alignment(Alignment::Right)
}

/// What can be done, as far as there is room.
fn hints(app: &App, cells: u16) -> String {
    let which = if app.shows_filtered_expiries() { ALL } else { FILTERED };
    if sheets::agenda::lines(app) == 0 {
        let filtered = app.table().filter().is_some();
        return if filtered { app.hints(&[which, CLOSES]) } else { app.hints(&[CLOSES]) };
    }
    if cells < 62 {
        return app.hints(&[FILTERS, BACK]);
    }
    match app.table().filter() {
        None => app.hints(&[MOVE, FILTERS, MEASURE, CLOSES]),
        Some(_) if cells < 80 => app.hints(&[FILTERS, MEASURE, which, CLOSES]),
        Some(_) => app.hints(&[MOVE, FILTERS, MEASURE, which, CLOSES]),
    }
}
