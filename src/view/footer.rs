//! The footer: what can be done now, and what is going on.
//!
//! ```text
//!  / filter  s sort  y copy id  ? help  q quit                                  loading page 4 …
//! ```
//! What is going on comes first where both do not fit. While the filter is typed, it stands here.

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use tui_input::Input;

use super::{Pen, cells};
use crate::app::App;
use crate::app::mode::{Focus, Mode};
use crate::app::sheets::agenda::span_words;
use crate::app::table::rebuild::Work;
use crate::keys::{self, Action, Binding};
use crate::lister::{Failure, State};
use crate::store::filter::FilterError;
use crate::text;
use crate::text::{UntrustedRef, grouped, shorten_end, width};
use crate::theme::Theme;
use crate::time::span;

/// Cells that the words of a failed refresh leave to the keys that always help.
const KEYS: usize = 30;
/// Cells below which the beginning of a cause says nothing, so that it is said in a word or two.
const LEAST_CAUSE: usize = 30;
/// Cells from which on the tries are counted, too.
const ROOMY: usize = 60;
/// Cells that these words take rather than leave any.
const MIN_CAUSE: usize = 38;

/// Draws the line; tells where the text cursor is to stand, if anywhere.
pub(super) fn draw(pen: &mut Pen<'_>, area: Rect) -> Option<Position> {
    let Pen { app, theme, .. } = *pen;
    if area.is_empty() {
        return None;
    }
    let (left, right) = (area.x + 1, area.right().saturating_sub(1));
    let room = usize::from(right.saturating_sub(left));
    if let Mode::Filter { input } = app.mode().seen() {
        return Some(filter_line(pen, area, input));
    }
    let (status, style) = status(app, theme, room);
    let status = shorten_end(&status, room);
    pen.put_right(left, area.y, right, &status, style);
    let status_width = cells(&status);
    let hints_right = right.saturating_sub(status_width + if status_width > 0 { 2 } else { 0 });
    match app.message() {
        Some(message) => {
            let room = usize::from(hints_right.saturating_sub(left));
            pen.put(left, area.y, hints_right, &shorten_end(message, room), theme.strong);
        }
        None => hints(pen, Rect { x: left, width: hints_right.saturating_sub(left), ..area }),
    }
    None
}

/// The keys that matter now, as many as fit: help and leaving before all others.
fn hints(pen: &mut Pen<'_>, area: Rect) {
    let Pen { app, theme, .. } = *pen;
    let failed = matches!(app.lister().state(), State::Failed { .. } | State::Backoff { .. });
    let busy = app.is_loading_all() || app.is_searching();
    let in_timeline = matches!(app.focus(), Focus::Timeline { .. });
    let hint = |binding: &Binding| match binding.action {
        Action::Refresh if app.is_asked_to_wait() => None,
        Action::Refresh if failed || app.trouble().is_some() => Some("try again"),
        Action::GoBack if app.table().wanted_span().is_some() && !busy => Some("all times"),
        Action::GoBack if app.focus() != Focus::Table => None,
        Action::GoBack if app.table().wanted_filter_text().is_some() && !busy => {
            Some("clear filter")
        }
        Action::GoBack if app.refresher().reading_all().is_some() => Some("stop"),
        Action::LoadAll if !matches!(app.lister().state(), State::Ready { .. }) => None,
        Action::OpenHelp | Action::Close => binding.hint,
        Action::OpenDetail | Action::Mark if in_timeline => None,
        _ => binding.hint.filter(|_| !app.table().rows().is_empty()),
    };
    let always = |action| {
        use Action::{Close, GoBack, OpenHelp, Refresh};
        matches!(action, OpenHelp | Close | Refresh | GoBack)
    };
    let (kept, others): (Vec<_>, Vec<_>) = keys::bindings()
        .filter_map(|binding| {
            let key = app.settings().keys.keys(binding).first()?.name();
            Some((binding, key, hint(binding)?))
        })
        .partition(|(binding, ..)| always(binding.action));
    let mut room = area.width;
    let mut shown = vec![];
    for (binding, key, hint) in kept.into_iter().chain(others) {
        let width = cells(&key) + 1 + cells(hint) + 2;
        if width <= room + 2 {
            room = room.saturating_sub(width);
            shown.push((binding, key, hint));
        }
    }
    let mut x = area.x;
    for binding in keys::bindings() {
        let Some((_, key, hint)) = shown.iter().find(|(other, ..)| other.name == binding.name)
        else {
            continue;
        };
        x = pen.put(x, area.y, area.right(), key, theme.accent) + 1;
        x = pen.put(x, area.y, area.right(), hint, theme.chrome) + 2;
    }
}

/// What is going on, or went wrong, within `room` cells: where it is too long, the cause gives way,
/// not what happens next.
fn status(app: &App, theme: &Theme, room: usize) -> (String, Style) {
    let lister = app.lister();
    let page = grouped(lister.pages() + 1);
    let said_above = app.store().is_empty();
    let explained = |before: &str, why: &str, brief: &str, after: &str| {
        let cause = room.saturating_sub(width(before) + width(after));
        if cause >= width(why).min(LEAST_CAUSE) {
            return format!("{before}{}{after}", shorten_end(why, cause));
        }
        let short = format!("{before}{brief}{after}");
        if width(&short) <= room { short } else { format!("{brief}{after}") }
    };
    match app.table().under_way() {
        Some(Work::Sorting(key)) => {
            return (format!("sorting by {} …", key.name().to_lowercase()), theme.accent);
        }
        Some(Work::Filtering) => return ("filtering …".to_owned(), theme.accent),
        None => {}
    }
    match lister.state() {
        State::Loading { .. } | State::Ready { .. } if app.is_loading_all() => {
            let files = grouped(app.store().len());
            (format!("loading all · {files} files · Esc stops"), theme.accent)
        }
        State::Loading { .. } if app.is_searching() => {
            let found = grouped(app.table().rows().len());
            let of = grouped(app.store().len());
            (format!("searching page {page} … {found} of {of} · Esc stops"), theme.accent)
        }
        State::Loading { attempt, .. } => {
            let slow = app.slow_seconds().map_or(String::new(), |s| format!(" {s} s"));
            let tries = lister.attempts();
            let again =
                if *attempt > 1 { format!(" (try {attempt} of {tries})") } else { String::new() };
            (format!("loading page {page} …{slow}{again}"), theme.accent)
        }
        State::Backoff { until, attempt, why, .. } => {
            let left = span::wait(app.seconds_until(*until));
            let next = format!("next try in {left} ({attempt} of {} failed)", lister.attempts());
            let text = if said_above {
                next
            } else {
                let (why, brief) = (why.to_string(), why.brief());
                let next = if room < ROOMY { format!("next try in {left}") } else { next };
                explained(&format!("page {page}: "), &why, &brief, &format!(" · {next}"))
            };
            (text, theme.error)
        }
        State::Failed { .. } if said_above => (String::new(), theme.error),
        State::Failed { why: why @ Failure::AskedToWait { until, .. }, .. } => {
            let at = app.settings().zone.clock(app.wall_s_at(*until));
            let from = if app.is_asked_to_wait() { format!(" from {at}") } else { String::new() };
            let next = format!(" · r tries again{from}");
            let before = format!("page {page}: ");
            (explained(&before, &why.to_string(), &why.brief(), &next), theme.error)
        }
        State::Failed { why: why @ Failure::CursorStuck, .. } => {
            let before = format!("stopped after page {}: ", grouped(lister.pages()));
            (explained(&before, &why.to_string(), &why.brief(), " · r begins anew"), theme.error)
        }
        State::Failed { why, .. } => {
            let before = format!("page {page} failed: ");
            (explained(&before, &why.to_string(), &why.brief(), " · r tries again"), theme.error)
        }
        State::Ready { .. } | State::Exhausted => refreshing(app, theme, room),
    }
}

/// What refreshing is doing, where that is more than the header says.
fn refreshing(app: &App, theme: &Theme, room: usize) -> (String, Style) {
    if let Some(done) = app.refresher().reading_all() {
        let (done, all) = (grouped(done), grouped(app.store().len()));
        return (format!("reading again {done} of {all} · Esc stops"), theme.accent);
    }
    if let Some(trouble) = app.trouble() {
        let before = "refresh failed: ";
        // The header says when the next try is; the keys that help stay in view.
        let room = room.saturating_sub(KEYS).max(MIN_CAUSE).min(room).saturating_sub(width(before));
        let why = trouble.why.to_string();
        let brief = room < LEAST_CAUSE && width(&why) > room;
        let why = if brief { trouble.why.brief() } else { shorten_end(&why, room) };
        return (format!("{before}{why}"), theme.error);
    }
    (timeline_words(app).unwrap_or_default(), theme.text)
}

/// The bucket under the cursor of the timeline, in words.
fn timeline_words(app: &App) -> Option<String> {
    let Focus::Timeline { bucket: number } = app.focus() else { return None };
    let bucket = app.timeline().buckets().get(number)?;
    let when = span_words(app, &bucket.span);
    let unit = if bucket.files == 1 { "file" } else { "files" };
    let (files, bytes) = (grouped(bucket.files), text::sum(bucket.bytes));
    let chosen = app.table().wanted_span().is_some_and(|span| span.end == bucket.span.end);
    let enter = if chosen { "Enter lifts" } else { "Enter filters" };
    Some(format!("{when} · {files} {unit} · {bytes} · ←→ move · {enter}"))
}

/// `/ text█                                         37 of 300 loaded · Enter keeps · Esc clears`
fn filter_line(pen: &mut Pen<'_>, area: Rect, input: &Input) -> Position {
    let Pen { app, theme, .. } = *pen;
    let (left, right) = (area.x + 1, area.right().saturating_sub(1));
    let loaded = if app.lister().is_complete() { "" } else { " loaded" };
    let count = format!(
        "{} of {}{loaded}",
        grouped(app.table().rows().len() - app.gone_rows()),
        grouped(app.store().len())
    );
    let count = if app.table().under_way().is_some() { "filtering …".to_owned() } else { count };
    let help = format!("{count} · Enter keeps · Esc clears");
    let (side, style) = match app.message() {
        Some(message) => (shorten_end(message, usize::from(area.width) * 2 / 3), theme.strong),
        None if usize::from(area.width) >= 2 * help.len() => (help, theme.chrome),
        None => (count, theme.chrome),
    };
    pen.put_right(left, area.y, right, &side, style);
    let x = pen.put(left, area.y, right, "/ ", theme.accent);
    let text_right = right.saturating_sub(cells(&side) + 2).max(x + 1);
    let room = usize::from(text_right - x).saturating_sub(1);
    let scroll = input.visual_scroll(room);
    // What was typed is shown as it would be matched: cut to the room, never as a command.
    let visible: String = skip_cells(input.value(), scroll);
    // A space at an end of it is one in the middle of the line.
    let shown = UntrustedRef::new(format!("|{visible}|").as_bytes()).printable().into_owned();
    let shown = shown.get(1..shown.len() - 1).unwrap_or_default();
    pen.put(x, area.y, text_right, &shorten_end(shown, room), theme.text);
    if let Some(error) = app.filter_error().filter(|_| area.height > 1) {
        let line = Rect { x, y: area.y + 1, width: right - x, height: 1 };
        filter_error(pen, line, error, (input.value(), scroll));
    }
    let cursor = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
    Position::new((x + cursor).min(text_right), area.y)
}

/// What is wrong with the filter, under the place where it is.
fn filter_error(
    pen: &mut Pen<'_>,
    line: Rect,
    error: &FilterError,
    (typed, scroll): (&str, usize),
) {
    let theme = pen.theme;
    let before = typed.get(..error.at.start).map_or(0, width).saturating_sub(scroll);
    let marked = typed.get(error.at.clone()).map_or(1, width).max(1);
    // The words stand behind the mark, or before it where there is more room.
    let room = usize::from(line.width);
    let sign = "▔".repeat(marked.min(room.saturating_sub(before)).max(1));
    let at = line.x + u16::try_from(before.min(room.saturating_sub(1))).unwrap_or(0);
    let end = pen.put(at, line.y, line.right(), &sign, theme.error);
    let behind = usize::from(line.right().saturating_sub(end + 1));
    if behind >= width(&error.what) || behind >= before {
        pen.put(end + 1, line.y, line.right(), &shorten_end(&error.what, behind), theme.error);
    } else {
        let what = shorten_end(&error.what, before.saturating_sub(1));
        pen.put_right(line.x, line.y, at.saturating_sub(1), &what, theme.error);
    }
}

pub(super) fn skip_cells(text: &str, skipped: usize) -> String {
    let mut used = 0;
    text.chars()
        .skip_while(|c| {
            let before = used;
            used += crate::text::width(c.encode_utf8(&mut [0; 4]));
            before < skipped
        })
        .collect()
}
