//! Screens of one centred sentence: what is there instead of files, and the key that helps.
//!
//! ```text
//!                     The account holds no files.
//!                              q quits
//! ```

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Pen, cells};
use crate::api::ApiError;
use crate::app::geometry::layout::LEAST;
use crate::app::{App, Step};
use crate::keys::{Action, Hint, Scope};
use crate::lister::{Failure, State};
use crate::text::{UntrustedRef, grouped, shorten_end, width, wrap};
use crate::time::span::wait;

/// What stands in the table's place while it has no rows.
pub(super) fn instead_of_rows(pen: &mut Pen<'_>, area: Rect) {
    let Pen { app, theme, .. } = *pen;
    let narrowed = app.table().is_narrowed() && !app.store().is_empty();
    let (sentence, help) = if narrowed {
        (no_match(app), way_back(app))
    } else {
        words(app, &app.main_hints(&[QUITS]))
    };
    let failed = matches!(app.lister().state(), State::Failed { .. } | State::Backoff { .. });
    let style = if failed { theme.error } else { theme.text };
    say(pen, area, (&sentence, style), &help);
}

/// What stands in the place of an agenda that counts nothing.
pub(super) fn instead_of_agenda(pen: &mut Pen<'_>, area: Rect, all_files: Hint, closes: Hint) {
    let Pen { app, theme, .. } = *pen;
    if app.shows_filtered_expiries() && !app.store().is_empty() {
        return say(pen, area, (&no_match(app), theme.text), &app.hints(&[all_files]));
    }
    let closes = app.hints(&[closes]);
    let (sentence, help) = words(app, &closes);
    let help = if help.is_empty() { closes } else { help };
    let failed = matches!(app.lister().state(), State::Failed { .. } | State::Backoff { .. });
    let style = if failed { theme.error } else { theme.text };
    say(pen, area, (&sentence, style), &help);
}

/// A sentence and what can be done, each on as many lines as it takes; where there are too few of them,
/// the first of what can be done.
fn say(pen: &mut Pen<'_>, area: Rect, (sentence, style): (&str, Style), help: &str) {
    let (room, height) = (usize::from(area.width), usize::from(area.height));
    let sentence = wrap(sentence, room.saturating_sub(4));
    let mut help = if help.is_empty() { vec![] } else { on_lines(help, room) };
    help.truncate(height.saturating_sub(sentence.len()).max(1));
    let sentence = sentence.into_iter().map(|line| (line, style));
    let help = help.into_iter().map(|line| (line, pen.theme.chrome));
    centred(pen, area, &sentence.chain(help).collect::<Vec<_>>());
}

/// Hints on as many lines as they take, side by side where they fit.
fn on_lines(hints: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    for hint in hints.split(BETWEEN) {
        match lines.last_mut() {
            Some(line) if width(line) + width(BETWEEN) + width(hint) <= room => {
                line.push_str(BETWEEN);
                line.push_str(hint);
            }
            _ => lines.extend(wrap(hint, room)),
        }
    }
    lines
}

/// What stands between two hints.
const BETWEEN: &str = " · ";
const QUITS: Hint = Hint::new(&[Action::Close], "quits");

/// An account without files: whether they would appear here by themselves, or what has them do so.
fn empty(app: &App) -> (String, String) {
    let refused = app.trouble().is_some_and(|trouble| trouble.why.refuses_key_for_good());
    let refresher = app.refresher();
    let help = match (refresher.interval(), refresher.is_frozen()) {
        _ if refused => Some(Hint::new(&[Action::Refresh], "tries the key again")),
        (_, true) => Some(Hint::new(&[Action::Freeze], "watches again")),
        (None, false) => Some(Hint::new(&[Action::Faster], "watches for new ones")),
        (Some(_), false) => None,
    };
    let next = if help.is_none() { "watching; new files appear here" } else { "not watching" };
    let key = help.map_or(String::new(), |help| app.main_hints(&[help]));
    (format!("The account holds no files: {next}."), key)
}

/// What a step back does while the table is narrowed down to nothing.
fn way_back(app: &App) -> String {
    if app.layers().scopes().contains(&Scope::Typing) {
        return app.hints(&[Hint::new(&[Action::GoBack], "clears the filter")]);
    }
    let words = match app.next_step_back() {
        Some(Step::Search) => "stops the search",
        Some(Step::Span) => "shows all times",
        Some(Step::Filter) => "clears the filter",
        Some(step) => step.hint().unwrap_or("goes back"),
        None => return String::new(),
    };
    app.main_hints(&[Hint::new(&[Action::GoBack], words)])
}

fn side_by_side(one: &str, other: &str) -> String {
    let parts = [one, other].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(BETWEEN)
}

/// That no file is as the filter, or the span, has it.
fn no_match(app: &App) -> String {
    let loaded = grouped(app.store().len());
    let filter = app.table().filter_text().map_or_else(
        || "that time".to_owned(),
        |text| format!("“{}”", UntrustedRef::new(text.as_bytes()).printable_within(40)),
    );
    let searching = if app.is_searching() { "; looking further" } else { "" };
    format!("None of {loaded} loaded files matches {filter}{searching}.")
}

/// Why there are no files, and what can be done; last of all to `leave`.
fn words(app: &App, leave: &str) -> (String, String) {
    let endpoint = &app.settings().endpoint;
    match app.lister().state() {
        State::Ready { .. } | State::Loading { .. } => {
            let again = [Hint::new(&[Action::Refresh], "asks again")];
            let hint = app.account().is_kept_waiting().then(|| app.main_hints(&again));
            let sentence = format!("Asking {endpoint} for the first page …{}", app.slowness());
            (sentence, hint.unwrap_or_default())
        }
        State::Exhausted => {
            let (sentence, key) = empty(app);
            (sentence, side_by_side(&key, leave))
        }
        State::Backoff { until, why, .. } => (
            format!("The first page could not be read: {why}."),
            format!("next try in {}", wait(app.seconds_until(*until))),
        ),
        State::Failed { why, .. } => failed(app, why, leave),
    }
}

fn failed(app: &App, why: &Failure, leave: &str) -> (String, String) {
    let next = match app.account().refresh_due() {
        // Where the service asked for a wait, r has to wait as well.
        Some(due) if matches!(why, Failure::AskedToWait { .. }) => {
            format!("next try in {}", wait(app.seconds_until(due)))
        }
        Some(due) => {
            let next = format!("next try in {}", wait(app.seconds_until(due)));
            side_by_side(&next, &app.main_hints(&[Hint::new(&[Action::Refresh], "tries now")]))
        }
        None => app.main_hints(&[Hint::new(&[Action::Refresh], "tries again")]),
    };
    match why {
        Failure::Call(error @ ApiError::KeyRefused { secret, .. }) => {
            let help = secret.map_or_else(
                || error.advice().into_owned(),
                |source| format!("{} and start again", source.to_be_set("the account's key")),
            );
            (format!("{}.", capital(&why.to_string())), side_by_side(&help, leave))
        }
        Failure::Call(ApiError::Forbidden { .. }) => (
            format!("No permission to list the files: {why}."),
            side_by_side("ask for a key that may list them", &side_by_side(&next, leave)),
        ),
        Failure::CursorStuck => (
            "The first page is empty, though the service says that there is more.".to_owned(),
            side_by_side(&next, leave),
        ),
        _ => (format!("The first page could not be read: {why}."), side_by_side(&next, leave)),
    }
}

/// The screen of a terminal that is too small for any other.
pub(super) fn too_small(pen: &mut Pen<'_>, area: Rect) {
    let Pen { app, theme, .. } = *pen;
    let room = usize::from(area.width);
    let (sentences, style) = if app.asks_to_leave() {
        (work_goes_on(app), theme.warning)
    } else {
        (vec![format!("{}x{} is needed", LEAST.width, LEAST.height)], theme.text)
    };
    // The first one that fits.
    let fits = sentences.iter().find(|sentence| width(sentence) <= room).or(sentences.last());
    let line = fits.map_or(String::new(), |sentence| shorten_end(sentence, room));
    centred(pen, area, &[(line, style)]);
}

/// That leaving would end work, and what leaves all the same; in ever fewer words.
fn work_goes_on(app: &App) -> Vec<String> {
    let Some(key) = app.key_name(Action::Quit) else {
        let words = ["work goes on: leave in a larger window", "work goes on: enlarge", "working"];
        return words.map(str::to_owned).to_vec();
    };
    vec![
        format!("work goes on: {key} leaves it, a larger window asks"),
        format!("work goes on: {key} leaves"),
        format!("work: {key} leaves"),
        format!("working: {key}"),
        format!("work {key}"),
    ]
}

pub(super) fn centred(pen: &mut Pen<'_>, area: Rect, lines: &[(String, Style)]) {
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = area.y + area.height.saturating_sub(height) / 2;
    for (y, (line, style)) in (top..area.bottom()).zip(lines) {
        let line = shorten_end(line, usize::from(area.width));
        let x = area.x + area.width.saturating_sub(cells(&line)) / 2;
        pen.put(x, y, area.right(), &line, *style);
    }
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
