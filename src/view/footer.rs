//! The footer: what can be done now, and what is going on.
//!
//! ```text
//!  / filter  s sort  y copy id  ? help  q quit                                  loading page 4 …
//! ```
//! What is going on comes first where both do not fit.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Pen, cells};
use crate::app::focus::Focus;
use crate::app::layers::Layer;
use crate::app::sheets::agenda::span_words;
use crate::app::table::rebuild::Work;
use crate::app::{App, Step};
use crate::keys::{self, Action, Binding, Hint, Scope};
use crate::lister::{Failure, State};
use crate::text;
use crate::text::{grouped, shorten_end, width};
use crate::theme::Theme;
use crate::time::span;

const STOPS: Hint = Hint::new(&[Action::GoBack], "stops");
const TRIES_AGAIN: Hint = Hint::new(&[Action::Refresh], "tries again");

/// Cells that the words of a failed refresh leave to the keys that always help.
const KEYS: usize = 30;
/// Cells below which the beginning of a cause says nothing, so that it is said in a word or two.
const LEAST_CAUSE: usize = 30;
/// Cells from which on the tries are counted, too.
const ROOMY: usize = 60;
/// Cells that these words take rather than leave any.
const MIN_CAUSE: usize = 38;

/// Draws the line.
pub(super) fn draw(pen: &mut Pen<'_>, area: Rect) {
    let Pen { app, theme, .. } = *pen;
    let typing = app.layers().seen().iter().any(|layer| matches!(layer, Layer::Filter(_)));
    // While the filter is typed, it stands here.
    if area.is_empty() || typing {
        return;
    }
    let (left, right) = (area.x + 1, area.right().saturating_sub(1));
    let room = usize::from(right.saturating_sub(left));
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
}

/// The keys that matter now, as many as fit: help and leaving before all others.
fn hints(pen: &mut Pen<'_>, area: Rect) {
    let Pen { app, theme, .. } = *pen;
    let failed = matches!(app.lister().state(), State::Failed { .. } | State::Backoff { .. });
    let in_timeline = matches!(app.focus(), Focus::Timeline { .. });
    let hint = |binding: &Binding| match binding.action {
        Action::Refresh if app.is_asked_to_wait() => None,
        Action::Refresh if failed || app.trouble().is_some() => Some("try again"),
        Action::GoBack => app.next_step_back().and_then(Step::hint),
        Action::LoadAll if !matches!(app.lister().state(), State::Ready { .. }) => None,
        Action::OpenHelp | Action::Close => binding.hint,
        Action::OpenDetail | Action::Mark if in_timeline => None,
        _ => binding.hint.filter(|_| !app.table().rows().is_empty()),
    };
    let always = |action| {
        use Action::{Close, GoBack, OpenHelp, Refresh};
        matches!(action, OpenHelp | Close | Refresh | GoBack)
    };
    let of_main = || keys::bindings().filter(|binding| binding.scope == Scope::Main);
    let (kept, others): (Vec<_>, Vec<_>) = of_main()
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
    for binding in of_main() {
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
            (format!("loading all · {files} files{}", behind(app, &STOPS)), theme.accent)
        }
        State::Loading { .. } if app.is_searching() => {
            let found = grouped(app.table().rows().len());
            let of = grouped(app.store().len());
            let stops = behind(app, &STOPS);
            (format!("searching page {page} … {found} of {of}{stops}"), theme.accent)
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
            let again = behind(app, &TRIES_AGAIN);
            let next = if again.is_empty() { again } else { again + &from };
            let before = format!("page {page}: ");
            (explained(&before, &why.to_string(), &why.brief(), &next), theme.error)
        }
        State::Failed { why: why @ Failure::CursorStuck, .. } => {
            let before = format!("stopped after page {}: ", grouped(lister.pages()));
            let anew = behind(app, &Hint::new(&[Action::Refresh], "begins anew"));
            (explained(&before, &why.to_string(), &why.brief(), &anew), theme.error)
        }
        State::Failed { why, .. } => {
            let before = format!("page {page} failed: ");
            let again = behind(app, &TRIES_AGAIN);
            (explained(&before, &why.to_string(), &why.brief(), &again), theme.error)
        }
        State::Ready { .. } | State::Exhausted => refreshing(app, theme, room),
    }
}

/// A hint behind what is said before it; nothing where no key does it.
fn behind(app: &App, hint: &Hint) -> String {
    app.settings()
        .keys
        .hint(hint, &[Scope::Main])
        .map_or(String::new(), |hint| format!(" · {hint}"))
}

/// What refreshing is doing, where that is more than the header says.
fn refreshing(app: &App, theme: &Theme, room: usize) -> (String, Style) {
    if let Some(done) = app.refresher().reading_all() {
        let (done, all) = (grouped(done), grouped(app.store().len()));
        return (format!("reading again {done} of {all}{}", behind(app, &STOPS)), theme.accent);
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
    let enter = if chosen { "lifts" } else { "filters" };
    let ways = [
        Hint::new(&[Action::MoveLeft, Action::MoveRight], "move"),
        Hint::new(&[Action::OpenDetail], enter),
    ];
    let ways = app.main_hints(&ways);
    Some([format!("{when} · {files} {unit} · {bytes}"), ways].join(" · "))
}
