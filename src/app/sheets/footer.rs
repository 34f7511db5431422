//! The footer: what can be done now, and what is going on.
//!
//! ```text
//!  / filter  s sort  y copy id  ? help  q quit                                  loading page 4 …
//! ```
//! What is going on comes first where both do not fit.

use std::ops::Range;
use std::time::Duration;

use super::{Line, cells, deletion, jobs, upload};
use crate::api::ApiError;
use crate::app::focus::Focus;
use crate::app::sheets::agenda::span_words;
use crate::app::table::rebuild::Work;
use crate::app::{App, Step};
use crate::keys::{self, Action, Binding, Hint, Scope};
use crate::lister::{Failure, State};
use crate::text;
use crate::text::{grouped, shorten_end, width};
use crate::theme::Tone;
use crate::time::span;

const STOPS: Hint = Hint::new(&[Action::GoBack], "stops");
const ASKS_AGAIN: Hint = Hint::new(&[Action::Refresh], "asks again");
const TRIES_AGAIN: Hint = Hint::new(&[Action::Refresh], "tries again");

/// Cells below which the beginning of a cause says nothing, so that it is said in a word or two.
const LEAST_CAUSE: usize = 30;
/// Cells from which on the tries are counted, too.
const ROOMY: usize = 60;

/// The footer as it stands on a line of some width.
#[derive(Clone, Debug, Default)]
pub struct Footer {
    /// What it says.
    pub line: Line,
    /// Whether the message is there whole, or what could be done in its place.
    pub says_message: bool,
    hints: Vec<(Range<u16>, Action)>,
}

impl Footer {
    /// What the hint at a cell asks for.
    #[must_use]
    pub fn action_at(&self, x: u16) -> Option<Action> {
        self.hints.iter().find(|(cells, _)| cells.contains(&x)).map(|(_, action)| *action)
    }
}

/// The footer on a line of so many cells.
#[must_use]
pub fn footer(app: &App, columns: u16) -> Footer {
    let (left, right) = (1, columns.saturating_sub(1));
    let room = usize::from(right.saturating_sub(left));
    let mut footer = Footer::default();
    // The keys that always help have a place beside it.
    let progress = under_way(app, room * 2 / 3);
    let taken = cells(&progress);
    footer.line.put_right(left, right, Tone::Accent, progress);
    let right = right.saturating_sub(taken + if taken > 0 { 2 } else { 0 });
    let room = usize::from(right.saturating_sub(left));
    let (status, tone) = status(app, room);
    let status = shorten_end(&status, room);
    let taken = cells(&status);
    footer.line.put_right(left, right, tone, status);
    let right = right.saturating_sub(taken + if taken > 0 { 2 } else { 0 });
    let room = usize::from(right.saturating_sub(left));
    if let Some(message) = app.message().filter(|message| width(message) <= room) {
        footer.line.put(left, Tone::Strong, message);
        footer.says_message = true;
        return footer;
    }
    if !app.layers().is_empty() {
        // What can be done stands in the border of what lies above.
        return footer;
    }
    let marks = shorten_end(&marks(app).unwrap_or_default(), room);
    let taken = cells(&marks);
    footer.line.put(left, Tone::Marked, marks);
    hints(app, &mut footer, left + taken + if taken > 0 { 2 } else { 0 }..right);
    footer
}

/// What is being done to files, as much of it as there is room for; the first of it in any case.
fn under_way(app: &App, room: usize) -> String {
    let all = [deletion::progress(app), upload::progress(app, room), jobs::progress(app, room)];
    let mut words = String::new();
    for more in all.iter().filter(|more| !more.is_empty()) {
        let together = if words.is_empty() { more.clone() } else { format!("{words}  {more}") };
        if words.is_empty() || width(&together) <= room {
            words = together;
        }
    }
    words
}

/// What is marked, or will be where the range is ended.
fn marks(app: &App) -> Option<String> {
    if let Some(range) = app.range() {
        let files = range.end() - range.start() + 1;
        return Some(format!("◇ range of {}", grouped(files)));
    }
    let marked = app.marks().len();
    (marked > 0)
        .then(|| format!("◆ {} marked · {}", grouped(marked), text::sum(app.marked_bytes())))
}

/// The keys that matter now, as many as fit: help and leaving before all others.
fn hints(app: &App, footer: &mut Footer, places: Range<u16>) {
    let failed = matches!(app.lister().state(), State::Failed { .. } | State::Backoff { .. });
    let in_timeline = matches!(app.focus(), Focus::Timeline { .. });
    let hint = |binding: &Binding| match binding.action {
        Action::Refresh if app.is_asked_to_wait() => None,
        Action::Refresh if failed || app.trouble().is_some() => Some("try again"),
        Action::GoBack => app.next_step_back().and_then(Step::hint),
        Action::MarkRange if app.is_marking_range() => Some("marks it"),
        Action::LoadAll if app.lister().is_complete() || app.is_loading_all() || failed => None,
        Action::OpenHelp | Action::Close => binding.hint,
        Action::OpenDetail | Action::Mark if in_timeline => None,
        Action::CopyId if !app.marks().is_empty() => Some("copy ids"),
        _ => binding.hint.filter(|_| !app.table().rows().is_empty()),
    };
    let always = |action| {
        use Action::{Close, GoBack, MarkRange, OpenHelp, Refresh};
        matches!(action, OpenHelp | Close | Refresh | GoBack | MarkRange)
    };
    let of_main = || keys::bindings().filter(|binding| binding.scope == Scope::Main);
    let (kept, others): (Vec<_>, Vec<_>) = of_main()
        .filter_map(|binding| {
            let key = app.settings().keys.keys(binding).first()?.name();
            Some((binding, key, hint(binding)?))
        })
        .partition(|(binding, ..)| always(binding.action));
    let mut room = places.end.saturating_sub(places.start);
    let mut shown = vec![];
    for (binding, key, hint) in kept.into_iter().chain(others) {
        let width = cells(&key) + 1 + cells(hint) + 2;
        if width <= room + 2 {
            room = room.saturating_sub(width);
            shown.push((binding, key, hint));
        }
    }
    let mut x = places.start;
    for binding in of_main() {
        let Some((_, key, hint)) = shown.iter().find(|(other, ..)| other.name == binding.name)
        else {
            continue;
        };
        footer.line.put(x, Tone::Accent, key.clone());
        footer.line.put(x + cells(key) + 1, Tone::Chrome, *hint);
        let end = x + cells(key) + 1 + cells(hint);
        footer.hints.push((x..end, binding.action));
        x = end + 2;
    }
}

/// What is going on, or went wrong, within `room` cells: where it is too long, the cause gives way,
/// not what happens next.
fn status(app: &App, room: usize) -> (String, Tone) {
    match app.table().under_way() {
        Some(Work::Sorting(key)) => {
            return (format!("sorting by {} …", key.name().to_lowercase()), Tone::Accent);
        }
        Some(Work::Filtering) => return ("filtering …".to_owned(), Tone::Accent),
        None => {}
    }
    let held = app.account().asked_wait_end().filter(|_| app.trouble().is_none());
    if let (State::Ready { .. }, Some(until)) = (app.lister().state(), held) {
        let at = app.settings().zone.clock(app.wall_s_at(until));
        let ways =
            [format!("the service asked for a wait until {at}"), format!("has to wait until {at}")];
        return (first_fitting(room, ways), Tone::Warning);
    }
    match app.lister().state() {
        State::Ready { .. } if app.is_loading_all() => (loading(app, room, 1), Tone::Accent),
        // The header says that the list is read on.
        State::Loading { .. }
            if app.account().is_loading_at_leisure() && app.slowness().is_empty() =>
        {
            refreshing(app, room)
        }
        State::Loading { attempt, .. } => (loading(app, room, *attempt), Tone::Accent),
        State::Backoff { until, attempt, why, .. } => {
            (backoff(app, room, (*until, *attempt, why)), Tone::Error)
        }
        State::Failed { why, .. } => (failed(app, room, why), Tone::Error),
        State::Ready { .. } | State::Exhausted => refreshing(app, room),
    }
}

/// The number of the page that is asked for.
fn page(app: &App) -> String {
    grouped(app.lister().pages() + 1)
}

/// The first of several ways to say something, from long to short, that fits; the last where none
/// does.
fn first_fitting<const N: usize>(room: usize, ways: [String; N]) -> String {
    let fits = ways.iter().position(|way| width(way) <= room).unwrap_or(N.saturating_sub(1));
    ways.into_iter().nth(fits).unwrap_or_default()
}

/// What page is on its way, and for whose sake.
fn loading(app: &App, room: usize, attempt: u32) -> String {
    let (page, loaded) = (page(app), grouped(app.store().len()));
    if app.is_loading_all() {
        let stops = behind(app, &STOPS);
        return first_fitting(
            room,
            [format!("loading all · {loaded} files{stops}"), format!("all · {loaded}{stops}")],
        );
    }
    if app.is_searching() {
        let (found, stops) = (grouped(app.table().rows().len()), behind(app, &STOPS));
        return first_fitting(
            room,
            [
                format!("searching page {page} … {found} of {loaded}{stops}"),
                format!("page {page} … {found} of {loaded}{stops}"),
                format!("page {page} …{stops}"),
            ],
        );
    }
    let slow = app.slowness();
    let again = match attempt {
        0..=1 => String::new(),
        _ => format!(" (try {attempt} of {})", app.lister().attempts()),
    };
    let anew = if slow.is_empty() { String::new() } else { behind(app, &ASKS_AGAIN) };
    first_fitting(
        room,
        [
            format!("loading page {page} …{slow}{again}{anew}"),
            format!("loading page {page} …{slow}{anew}"),
            format!("page {page} …{slow}{anew}"),
            format!("page {page} …{anew}"),
        ],
    )
}

/// A page is asked for again, after a pause.
fn backoff(app: &App, room: usize, (until, attempt, why): (Duration, u32, &ApiError)) -> String {
    let left = span::wait(app.seconds_until(until));
    let next = format!("next try in {left} ({attempt} of {} failed)", app.lister().attempts());
    if app.store().is_empty() {
        // The cause is said above.
        return next;
    }
    let next = if room < ROOMY { format!("next try in {left}") } else { next };
    let before = format!("page {}: ", page(app));
    explained(room, &before, &[&why.to_string(), &why.brief()], &format!(" · {next}"))
}

/// Why the list could not be read on, and what can be done.
fn failed(app: &App, room: usize, why: &Failure) -> String {
    if app.store().is_empty() {
        // All of it is said above.
        return String::new();
    }
    let again = behind(app, &TRIES_AGAIN);
    let (before, after) = match why {
        Failure::AskedToWait { until, .. } => {
            let at = app.settings().zone.clock(app.wall_s_at(*until));
            let waits = app.is_asked_to_wait() && !again.is_empty();
            let from = if waits { format!(" from {at}") } else { String::new() };
            (format!("page {}: ", page(app)), again + &from)
        }
        Failure::CursorStuck | Failure::PageTooLong => {
            let anew = behind(app, &Hint::new(&[Action::Refresh], "begins anew"));
            (format!("stopped after page {}: ", grouped(app.lister().pages())), anew)
        }
        _ => (format!("page {} failed: ", page(app)), again),
    };
    explained(room, &before, &[&why.to_string(), &why.short(), &why.brief()], &after)
}

/// A cause between what failed and what happens next: the longest of the ways to say it, from long
/// to brief, for which there is room. What is too long in each, such as a service's own words, is
/// cut where its beginning says something.
fn explained(room: usize, before: &str, ways: &[&str], after: &str) -> String {
    let cause = room.saturating_sub(width(before) + width(after));
    let [longer @ .., brief] = ways else { return String::new() };
    if let Some(why) = longer.iter().find(|why| width(why) <= cause) {
        return format!("{before}{why}{after}");
    }
    if let Some(why) =
        longer.last().filter(|_| cause >= LEAST_CAUSE && longer[0] == longer[longer.len() - 1])
    {
        return format!("{before}{}{after}", shorten_end(why, cause));
    }
    let short = format!("{before}{brief}{after}");
    if width(&short) <= room { short } else { format!("{brief}{after}") }
}

/// A hint behind what is said before it; nothing where no key does it.
fn behind(app: &App, hint: &Hint) -> String {
    // Under a dialog its keys hold.
    let keys = Some(&app.settings().keys).filter(|_| app.layers().is_empty());
    let hint = keys.and_then(|keys| keys.hint(hint, &[Scope::Main]));
    hint.map_or(String::new(), |hint| format!(" · {hint}"))
}

/// What refreshing is doing, where that is more than the header says.
fn refreshing(app: &App, room: usize) -> (String, Tone) {
    if let Some(done) = app.refresher().reading_all() {
        let (done, all) = (grouped(done), grouped(app.store().len()));
        let stops = behind(app, &STOPS);
        let ways = [
            format!("reading again {done} of {all}{stops}"),
            format!("again {done} of {all}{stops}"),
            format!("again {done}{stops}"),
        ];
        return (first_fitting(room, ways), Tone::Accent);
    }
    // The header says when the next try is.
    if let Some(trouble) = app.trouble() {
        return (with_cause("refresh failed: ", &trouble.why, room), Tone::Error);
    }
    if let Some(why) = app.account().leisure_trouble().filter(|_| app.slowness().is_empty()) {
        return (with_cause("reading on failed: ", why, room), Tone::Error);
    }
    if let (Some(words), _) | (None, Some(words)) = (timeline_words(app), slow_refresh(app, room)) {
        return (words, Tone::Text);
    }
    (String::new(), Tone::Text)
}

/// A cause behind what failed: all of it where there is room, else in a word or two, but never cut.
fn with_cause(before: &str, why: &ApiError, room: usize) -> String {
    let whole = format!("{before}{why}");
    if width(&whole) <= room { whole } else { format!("{before}{}", why.brief()) }
}

/// That a refresh is not answered for long.
fn slow_refresh(app: &App, room: usize) -> Option<String> {
    let slow = Some(app.slowness()).filter(|slow| !slow.is_empty())?;
    let anew = behind(app, &ASKS_AGAIN);
    let ways = ["refreshing …", "…"].map(|what| format!("{what}{slow}{anew}"));
    Some(first_fitting(room, ways))
}

/// The bucket under the cursor of the timeline, in words.
fn timeline_words(app: &App) -> Option<String> {
    let Focus::Timeline { bucket: number } = app.focus() else { return None };
    let bucket = app.timeline().buckets().get(number)?;
    let when = span_words(app, &bucket.span);
    let unit = if bucket.amount.files == 1 { "file" } else { "files" };
    let (files, bytes) = (grouped(bucket.amount.files), text::sum(bucket.amount.bytes));
    let chosen = app.table().wanted_span().is_some_and(|span| span.end == bucket.span.end);
    let enter = if chosen { "lifts" } else { "filters" };
    let ways = [
        Hint::new(&[Action::MoveLeft, Action::MoveRight], "move"),
        Hint::new(&[Action::OpenDetail], enter),
    ];
    let ways = if app.layers().is_empty() { app.main_hints(&ways) } else { String::new() };
    let ways = Some(ways).filter(|ways| !ways.is_empty());
    let words = format!("{when} · {files} {unit} · {bytes}");
    Some([words].into_iter().chain(ways).collect::<Vec<_>>().join(" · "))
}
