//! What is going on, or went wrong, in as many words as there is room for.
//!
//! It knows the ways to say it, from long to short, and not what else stands on its line.

use std::time::Duration;

use crate::api::ApiError;
use crate::app::App;
use crate::app::focus::Focus;
use crate::app::sheets::agenda::span_words;
use crate::app::table::rebuild::Work;
use crate::keys::{Action, Hint, Scope};
use crate::lister::{Failure, State};
use crate::text::{grouped, shorten_end, width};
use crate::theme::Tone;
use crate::time::span;

const STOPS: Hint = Hint::new(&[Action::GoBack], "stops");
const ASKS_AGAIN: Hint = Hint::new(&[Action::Refresh], "asks again");
const TRIES_AGAIN: Hint = Hint::new(&[Action::Refresh], "tries again");
const BEGINS_ANEW: Hint = Hint::new(&[Action::Refresh], "begins anew");

/// Cells below which the beginning of a cause says nothing, so that it is said in a word or two.
const LEAST_CAUSE: usize = 30;

/// Something to be said, in several ways.
#[derive(Clone, Debug)]
pub(super) struct Status {
    ways: Vec<String>,
    /// What stands before a cause, the cause, and what stands behind it: where the cause is a service's
    /// own words, its beginning says more than a word or two.
    begun: Option<[String; 3]>,
    /// What is said where there is no room for any of the ways.
    least: Option<String>,
    /// How it is shown.
    pub tone: Tone,
    /// The key that it names, as it stands in it.
    pub key: Option<(String, Action)>,
}

impl Status {
    fn new(tone: Tone, ways: impl IntoIterator<Item = String>) -> Self {
        Self { ways: ways.into_iter().collect(), begun: None, least: None, tone, key: None }
    }

    /// Nothing.
    fn none() -> Self {
        Self::new(Tone::Text, [])
    }

    /// A cause, said in several ways, between what failed and what happens next, which are said at
    /// length or in short, too: what happens next is said as well however short the cause is. What
    /// failed is said by the `last` of the words before where there is least room.
    fn caused(before: &[&str], last: &str, causes: &[String], after: [&str; 2]) -> Self {
        let [long, short] = after;
        let first = before.first().copied().unwrap_or_default();
        let mut ways = vec![];
        for why in causes {
            ways.push(format!("{first}{why}{long}"));
            ways.extend(before.iter().map(|before| format!("{before}{why}{short}")));
        }
        if let Some(brief) = causes.last() {
            ways.push(format!("{last}{brief}{short}"));
        }
        // Only what is said in three ways or more has words that are not ours.
        let begun = causes.iter().rev().nth(1).filter(|_| causes.len() > 2);
        let begun = begun.map(|why| [first, why, short].map(str::to_owned));
        // Where not even that fits, what happens next.
        let happens = short.strip_prefix(" · ").map(str::to_owned);
        Self { ways, begun, least: happens, tone: Tone::Error, key: None }
    }

    fn naming(mut self, app: &App, hint: &Hint, action: Action) -> Self {
        self.key = app.settings().keys.hint(hint, &[Scope::Main]).map(|named| (named, action));
        self
    }

    /// The longest way to say it for which there is room; nothing where there is none.
    pub(super) fn within(&self, room: usize) -> Option<String> {
        let fits = self.ways.iter().find(|way| width(way) <= room).cloned();
        let Some([before, why, after]) = &self.begun else { return fits };
        let cells = room.saturating_sub(width(before) + width(after));
        let begun = begun(why, cells).filter(|_| cells >= LEAST_CAUSE);
        let begun = begun.map(|why| format!("{before}{why}{after}"));
        let says_more =
            |begun: &String| fits.as_ref().is_none_or(|fits| width(fits) < width(begun));
        begun.filter(says_more).or(fits)
    }

    /// Whether there is nothing to be said.
    pub(super) fn is_none(&self) -> bool {
        self.ways.is_empty()
    }

    /// The least that is said of it.
    pub(super) fn least(&self) -> &str {
        self.least.as_ref().or(self.ways.last()).map_or("", String::as_str)
    }
}

/// The beginning of a cause in whole words, where it says anything of what follows the first colon.
fn begun(cause: &str, cells: usize) -> Option<String> {
    let colon = cause.find(": ")?;
    let cut = shorten_end(cause, cells);
    let (words, _) = cut.strip_suffix('…')?.rsplit_once(' ')?;
    (words.len() > colon + 1).then(|| format!("{words} …"))
}

/// What is going on, or went wrong.
pub(super) fn status(app: &App) -> Status {
    match app.table().under_way() {
        Some(Work::Sorting(key)) => {
            let sorting = format!("sorting by {} …", key.name().to_lowercase());
            return Status::new(Tone::Accent, [sorting, "sorting …".to_owned()]);
        }
        Some(Work::Filtering) => return Status::new(Tone::Accent, ["filtering …".to_owned()]),
        None => {}
    }
    let held = app.account().asked_wait_end().filter(|_| app.trouble().is_none());
    if let (State::Ready { .. }, Some(until)) = (app.lister().state(), held) {
        let at = app.settings().zone.clock(app.wall_s_at(until));
        let ways = ["the service asked for a wait until", "has to wait until", "waits until"];
        return Status::new(Tone::Warning, ways.map(|waits| format!("{waits} {at}")));
    }
    match app.lister().state() {
        State::Ready { .. } if app.is_loading_all() => loading(app, 1),
        // The header says that the list is read on.
        State::Loading { .. }
            if app.account().is_loading_at_leisure() && app.slowness().is_empty() =>
        {
            refreshing(app)
        }
        State::Loading { attempt, .. } => loading(app, *attempt),
        State::Backoff { until, attempt, why, .. } => backoff(app, (*until, *attempt, why)),
        State::Failed { why, .. } => failed(app, why),
        State::Ready { .. } | State::Exhausted => refreshing(app),
    }
}

/// The number of the page that is asked for.
fn page(app: &App) -> String {
    grouped(app.lister().pages() + 1)
}

/// What page is on its way, and for whose sake.
fn loading(app: &App, attempt: u32) -> Status {
    let (page, loaded) = (page(app), grouped(app.store().len()));
    if app.is_loading_all() {
        let stops = behind(app, &STOPS);
        let ways =
            [format!("loading all · {loaded} files{stops}"), format!("all · {loaded}{stops}")];
        return Status::new(Tone::Accent, ways).naming(app, &STOPS, Action::GoBack);
    }
    if app.is_searching() {
        let (found, stops) = (grouped(app.table().rows().len()), behind(app, &STOPS));
        let ways = [
            format!("searching page {page} … {found} of {loaded}{stops}"),
            format!("page {page} … {found} of {loaded}{stops}"),
            format!("page {page} …{stops}"),
        ];
        return Status::new(Tone::Accent, ways).naming(app, &STOPS, Action::GoBack);
    }
    let slow = app.slowness();
    let again = match attempt {
        0..=1 => String::new(),
        _ => format!(" (try {attempt} of {})", app.lister().attempts()),
    };
    let anew = if slow.is_empty() { String::new() } else { behind(app, &ASKS_AGAIN) };
    let ways = [
        format!("loading page {page} …{slow}{again}{anew}"),
        format!("loading page {page} …{slow}{anew}"),
        format!("page {page} …{slow}{anew}"),
        format!("page {page} …{anew}"),
    ];
    Status::new(Tone::Accent, ways).naming(app, &ASKS_AGAIN, Action::Refresh)
}

/// A page is asked for again, after a pause.
fn backoff(app: &App, (until, attempt, why): (Duration, u32, &ApiError)) -> Status {
    let left = format!("next try in {}", span::wait(app.seconds_until(until)));
    let counted = format!("{left} ({attempt} of {} failed)", app.lister().attempts());
    if app.store().is_empty() {
        // The cause is said above.
        return Status::new(Tone::Error, [counted, left]);
    }
    let before = format!("page {}: ", page(app));
    let after = [counted, left].map(|next| format!(" · {next}"));
    Status::caused(&[&before], "", &why.ways(), [&after[0], &after[1]])
}

/// Why the list could not be read on, and what can be done.
fn failed(app: &App, why: &Failure) -> Status {
    if app.store().is_empty() {
        // All of it is said above.
        return Status::none();
    }
    let again = behind(app, &TRIES_AGAIN);
    let page_failed = format!("page {} failed: ", page(app));
    let (before, hint, after) = match why {
        Failure::AskedToWait { until, .. } => {
            let at = app.settings().zone.clock(app.wall_s_at(*until));
            let waits = app.is_asked_to_wait() && !again.is_empty();
            let from = if waits { format!(" from {at}") } else { String::new() };
            ([format!("page {}: ", page(app)), String::new()], TRIES_AGAIN, again + &from)
        }
        Failure::CursorStuck | Failure::PageTooLong => {
            let after = format!("stopped after page {}: ", grouped(app.lister().pages()));
            ([after, "stopped: ".to_owned()], BEGINS_ANEW, behind(app, &BEGINS_ANEW))
        }
        Failure::Call(_) | Failure::CursorRefused(_) | Failure::Full => {
            ([page_failed, String::new()], TRIES_AGAIN, again)
        }
    };
    let both = [before[0].as_str(), before[1].as_str()];
    let before = if before[1].is_empty() { &both[..1] } else { &both[..] };
    Status::caused(before, "", &why.ways(), [&after, &after]).naming(app, &hint, Action::Refresh)
}

/// A hint behind what is said before it; nothing where no key does it.
fn behind(app: &App, hint: &Hint) -> String {
    // Under a dialog its keys hold.
    let keys = Some(&app.settings().keys).filter(|_| app.layers().is_empty());
    let hint = keys.and_then(|keys| keys.hint(hint, &[Scope::Main]));
    hint.map_or(String::new(), |hint| format!(" · {hint}"))
}

/// What refreshing is doing, where that is more than the header says.
fn refreshing(app: &App) -> Status {
    if let Some(done) = app.refresher().reading_all() {
        let (done, all) = (grouped(done), grouped(app.store().len()));
        let stops = behind(app, &STOPS);
        let ways = [
            format!("reading again {done} of {all}{stops}"),
            format!("again {done} of {all}{stops}"),
            format!("again {done}{stops}"),
        ];
        return Status::new(Tone::Accent, ways).naming(app, &STOPS, Action::GoBack);
    }
    // The header says when the next try is.
    if let Some(trouble) = app.trouble() {
        return Status::caused(&["refresh failed: "], "failed: ", &trouble.why.ways(), ["", ""]);
    }
    if let Some(why) = app.account().leisure_trouble().filter(|_| app.slowness().is_empty()) {
        return Status::caused(&["reading on failed: "], "failed: ", &why.ways(), ["", ""]);
    }
    timeline(app).or_else(|| slow_refresh(app)).unwrap_or_else(Status::none)
}

/// That a refresh is not answered for long.
fn slow_refresh(app: &App) -> Option<Status> {
    let slow = Some(app.slowness()).filter(|slow| !slow.is_empty())?;
    let anew = behind(app, &ASKS_AGAIN);
    let ways = ["refreshing …", "…"].map(|what| format!("{what}{slow}{anew}"));
    Some(Status::new(Tone::Text, ways).naming(app, &ASKS_AGAIN, Action::Refresh))
}

/// The bucket under the cursor of the timeline, in words.
fn timeline(app: &App) -> Option<Status> {
    let Focus::Timeline { bucket: number } = app.focus() else { return None };
    let bucket = app.timeline().buckets().get(number)?;
    let when = span_words(app, &bucket.span);
    let unit = if bucket.amount.files == 1 { "file" } else { "files" };
    let (files, bytes) = (grouped(bucket.amount.files), bucket.amount.bytes);
    let chosen = app.table().wanted_span().is_some_and(|span| span.end == bucket.span.end);
    let enter = if chosen { "lifts" } else { "filters" };
    let keys = [
        Hint::new(&[Action::MoveLeft, Action::MoveRight], "move"),
        Hint::new(&[Action::OpenDetail], enter),
    ];
    let keys = if app.layers().is_empty() { app.main_hints(&keys) } else { String::new() };
    let head = format!("{when} · {files} {unit}");
    let what = [format!("{head} · {}", bytes.words()), format!("{head} · {}", bytes.short()), head];
    let named = (!keys.is_empty()).then(|| format!("{} · {keys}", what[0]));
    Some(Status::new(Tone::Text, named.into_iter().chain(what)))
}
