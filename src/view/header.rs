//! The header: whose files, how many of how many, how current, and what expires next.
//!
//! ```text
//!  shelflife  demo · 127.0.0.1:41233    300 loaded · more on the server · 1.90 GiB   refreshed 15:04:11 · every 30s
//!  next to expire  batch-0412-output.jsonl 12:31     expired 2 · <1h 3 · … · no expiry 0 of loaded
//! ```
//! What is said on a line gives way from the right as the width falls; the counts and the word that
//! more is on the server go last.

mod counts;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Pen;
use crate::app::App;
use crate::keys::{Action, Scope};
use crate::store::ExpiryCounts;
use crate::text::{grouped, shorten_end, shorten_middle, width};
use crate::theme::Theme;
use crate::time::expiry::{TimeLeft, Urgency};
use crate::time::span;
use counts::Counts;

/// Cells of the name of the file that expires next that stay, whatever else there is to say.
const SHORT_NAME: usize = 12;
/// Cells of it that are still a name, where nothing else would say that it is one of a part.
const LEAST_NAME: usize = 7;
/// Cells of it that come before counts of what is less urgent.
const WHOLE_NAME: usize = 28;
/// The ways to say the counts that have those of nothing among them.
const WITH_ZEROS: usize = 3;

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect) {
    if area.height > 0 {
        first_line(pen, Rect { height: 1, ..area });
    }
    if area.height > 1 {
        second_line(pen, Rect { y: area.y + 1, height: 1, ..area });
    }
}

/// What of the first line is shown, one of several ways to say it; the address has what room is left.
struct Choice<'c> {
    /// Whether the program's name is among it.
    name: bool,
    badges: &'c [Words],
    count: &'c str,
    fresh: &'c str,
}

impl Choice<'_> {
    fn cells(&self) -> usize {
        let badges = self.badges.iter().map(|(words, _)| width(words) + 2).sum::<usize>();
        let lead = match (self.name, badges) {
            (true, badges) => NAME.len() + badges,
            (false, badges) => badges.saturating_sub(2),
        };
        let (count, fresh) = (width(self.count), width(self.fresh));
        // One cell less stands before what is at the right where it has to.
        let before_fresh = match (fresh, lead) {
            (0, _) => 0,
            (_, 0) => BETWEEN,
            _ => BETWEEN - 1,
        };
        let before_count = if lead > 0 { BETWEEN } else { 0 };
        lead + before_count + count + before_fresh + fresh
    }
}

/// The program's name.
const NAME: &str = "shelflife";
/// Cells between two blocks of the first line.
const BETWEEN: usize = 3;
/// Cells below which the beginning of an address says nothing.
const LEAST_PLACE: usize = 10;

/// Whose files stand at the left and how many behind it, so that neither moves with what is said of
/// how current they are, which stands at the right.
fn first_line(pen: &mut Pen<'_>, area: Rect) {
    let Pen { app, theme, .. } = *pen;
    let (left, right) = (area.x + 1, area.right().saturating_sub(1));
    let room = usize::from(right.saturating_sub(left));
    let badges = badges(app, theme);
    let counts = Counts::of(app);
    let (fresh, style) = freshness(app, theme);
    let wrong = style == theme.error || style == theme.warning;
    let choice = choose(&badges, &counts, &fresh, wrong, room);
    // The beginning of the address comes before the sum of bytes, where nothing else gives way for it.
    let with_place = |choice: &&Choice<'_>| {
        let is_whole = choice.name && choice.fresh == fresh;
        is_whole && room.checked_sub(choice.cells() + 2).is_some_and(|free| has_place(app, free))
    };
    let fits = || choice.iter().find(|choice| choice.cells() <= room);
    let choice = choice.iter().find(with_place).or_else(fits).or(choice.last());
    let Some(choice) = choice else { return };
    let (mut x, y, mut free) = (left, area.y, room.saturating_sub(choice.cells()));
    // Beside what is left of the room, the name comes back.
    let named =
        choice.name || free >= NAME.len() + if choice.badges.is_empty() { BETWEEN } else { 2 };
    if named {
        x = pen.put(x, y, right, NAME, theme.accent.patch(theme.strong));
        free = free.saturating_sub(if choice.name { 0 } else { NAME.len() + 2 });
    }
    for (words, style) in choice.badges {
        x = pen.put(if x > left { x + 2 } else { x }, y, right, words, *style);
    }
    if let Some(place) = place(app, free.saturating_sub(2)).filter(|_| named) {
        x = pen.put(x + 2, y, right, &place, theme.chrome);
    }
    x += if x > left { 3 } else { 0 };
    let count = shorten_end(choice.count, usize::from(right.saturating_sub(x)));
    pen.put(x, y, right, &count, theme.text);
    pen.put_right(left, y, right, choice.fresh, style);
}

/// The ways to fill the first line, the fullest first: the program's name gives way before what must not
/// be overlooked, and how current the screen is gives way to both, unless something is wrong with it.
fn choose<'c>(
    badges: &'c [Words],
    counts: &'c Counts,
    fresh: &'c str,
    wrong: bool,
    room: usize,
) -> Vec<Choice<'c>> {
    // All of it but when that was; and of that again the first.
    let short = fresh.split_once(" · ").map_or("", |(_, short)| short);
    let shorter = short.split(" · ").next().unwrap_or_default();
    let whole = |count: &'c String, fresh| Choice { name: true, badges, count, fresh };
    let bare = |count: &'c String, fresh| Choice { name: false, badges, count, fresh };
    let mut choices = vec![
        whole(&counts.with_total, fresh),
        whole(&counts.count, fresh),
        whole(&counts.count, short),
    ];
    choices.extend(if wrong {
        [bare(&counts.count, shorter), bare(&counts.least, short), bare(&counts.least, shorter)]
    } else {
        [whole(&counts.count, shorter), whole(&counts.count, ""), whole(&counts.brief, "")]
    });
    choices.extend([&counts.count, &counts.brief, &counts.least].map(|count| bare(count, "")));
    // Where not even all of the badges fit, as many as do.
    choices.extend(
        (0..badges.len())
            .rev()
            .map(|few| Choice { badges: &badges[..few], ..bare(&counts.least, "") }),
    );
    choices.retain(|choice| choice.cells() <= room || choice.badges.is_empty());
    choices
}

/// Whose files these are, as far as it can be read in so many cells: the profile, where it has a
/// name, and the service.
fn place(app: &App, room: usize) -> Option<String> {
    let settings = app.settings();
    let (profile, endpoint) = (settings.profile.as_str(), settings.endpoint.as_str());
    let both =
        if profile.is_empty() { endpoint.to_owned() } else { format!("{profile} · {endpoint}") };
    if width(&both) <= room {
        return Some(both);
    }
    let begun = room >= width(&both) - width(endpoint) + LEAST_PLACE;
    let whole = !profile.is_empty() && width(profile) <= room;
    if begun { Some(shorten_end(&both, room)) } else { whole.then(|| profile.to_owned()) }
}

/// Whether the beginning of the address can be read in so many cells, at least.
fn has_place(app: &App, room: usize) -> bool {
    let endpoint = app.settings().endpoint.as_str();
    place(app, room).is_some_and(|place| {
        let begins = endpoint.get(..LEAST_PLACE - 1).unwrap_or(endpoint);
        place.contains(begins)
    })
}

/// What must not be overlooked, the worst first.
fn badges(app: &App, theme: &Theme) -> Vec<Words> {
    let settings = app.settings();
    let mut badges = vec![];
    if settings.exposed {
        badges.push(("key sent in clear".to_owned(), theme.warning));
    }
    if settings.read_only {
        badges.push(("[read-only]".to_owned(), theme.warning));
    }
    if let Some(skew_ms) = app.notable_skew() {
        let span = span::apart(skew_ms.unsigned_abs());
        let side = if skew_ms > 0 { "behind" } else { "ahead" };
        badges.push((format!("clock {span} {side}"), theme.warning));
    }
    // That files are saved without a key, how many were, and how many could not be.
    if let Some(rescuing) = app.rescuing() {
        let saved = format!("rescuing · {} saved", grouped(rescuing.saved()));
        badges.push(match rescuing.failed() {
            0 => (saved, theme.accent),
            failed => (format!("{saved} · {} not", grouped(failed)), theme.error),
        });
    }
    badges
}

/// `refreshed 15:04:11 · every 30s`, and what else there is to say of how current the screen is.
fn freshness(app: &App, theme: &Theme) -> (String, Style) {
    let zone = app.shown_zone();
    let Some(fresh) = app.freshness() else { return (String::new(), theme.chrome) };
    let now_s = app.now().wall_ms.div_euclid(1_000);
    let interval = app.refresher().interval();
    let much = interval.map_or(30, |interval| i64::try_from(interval.as_secs()).unwrap_or(30));
    let all = zone.past(fresh.whole_s, now_s);
    let text = match fresh.round_s {
        // Of what came into view less is known than was told of what was in view before.
        None => format!("refreshed all {all}"),
        Some(view) if view - fresh.whole_s > much => {
            format!("refreshed view {}, all {all}", zone.past(view, now_s))
        }
        Some(view) => format!("refreshed {}", zone.past(view, now_s)),
    };
    if let Some(trouble) = app.trouble() {
        let stale = match now_s - fresh.view_s {
            _ if !fresh.stale => String::new(),
            ..60 => " · stale".to_owned(),
            age => format!(" · stale {}", span::long_span(age.unsigned_abs())),
        };
        let next = match app.account().refresh_due() {
            Some(due) => format!(" · next try in {}", span::wait(app.seconds_until(due))),
            None if app.refresher().is_frozen() => " · frozen".to_owned(),
            None if trouble.why.refuses_key_for_good() => " · key refused".to_owned(),
            None if app.refresher().is_running() => " · trying".to_owned(),
            None => " · failed".to_owned(),
        };
        return (text + &stale + &next, theme.error);
    }
    if app.refresher().is_frozen() {
        return (text + " · frozen", theme.warning);
    }
    if fresh.stale {
        return (text + " · stale", theme.warning);
    }
    match interval {
        Some(interval) => {
            (format!("{text} · every {}", span::short_span(interval.as_secs())), theme.chrome)
        }
        None => (text + " · refresh off", theme.chrome),
    }
}

/// Words of one style.
type Words = (String, Style);

fn second_line(pen: &mut Pen<'_>, area: Rect) {
    let Pen { app, theme, .. } = *pen;
    let store = app.store();
    if store.is_empty() {
        return;
    }
    let (left, right) = (area.x + 1, area.right().saturating_sub(1));
    let next = app.outlook().next.map(|no| store.file(no));
    let name = next.map_or_else(|| "none".to_owned(), |file| file.name_to_show());
    let time = next.map(|file| app.time_left(&file));
    let countdown = time.map_or(String::new(), |left| left.to_string());
    let room = usize::from(right.saturating_sub(left));
    // Where the key that loads all finds no room beside it, the label is cut down to its first word.
    let behind = of_loaded(app, theme).into_iter().rev().find(|words| words.len() > 1);
    let needed = behind.map_or(0, |words| all_cells(&words) + LEAST_NAME + 1 + countdown.len());
    let label = ["next to expire  ", "next  "]
        .into_iter()
        .find(|label| needed == 0 || width(label) + needed <= room)
        .unwrap_or("next  ");
    let fixed = |label: &str| width(label) + 1 + countdown.len();
    let tail = |label: &str| tail(app, theme, room.saturating_sub(fixed(label) + 2), width(&name));
    // All labels of the counts come before all words of this one.
    let every = all_cells(&counts(theme, app.outlook().counts, Zeros::Shown));
    let has_all = |label: &&str| all_cells(&tail(label).0) >= every;
    let label = [label, "next  "].into_iter().find(has_all).unwrap_or(label);
    let fixed = fixed(label);
    let (counts, partial) = tail(label);
    let tail_width = all_cells(&counts) + all_cells(&partial);
    let gap = if counts.is_empty() { 0 } else { 2 };
    let x = pen.put(left, area.y, right, label, theme.chrome);
    let name = shorten_middle(&name, room.saturating_sub(fixed + gap + tail_width));
    let x = pen.put(x, area.y, right, &name, theme.text);
    let urgency = app.urgency(time.unwrap_or(TimeLeft::Never));
    let x = pen.put(x + 1, area.y, right, &countdown, theme.urgency(urgency));
    // Counts stand at the right; what is said of the name alone stands behind it.
    let tail_cells = u16::try_from(tail_width).unwrap_or(u16::MAX);
    let mut x = if counts.is_empty() { x } else { right.saturating_sub(tail_cells) };
    for (words, style) in counts.into_iter().chain(partial) {
        x = pen.put(x, area.y, right, &words, style);
    }
}

/// What stands behind the file that expires next, as much as fits into `room` beside a name of `name`
/// cells: the bytes at risk and the counts by urgency, and, where that is so, that all of it is said
/// of the loaded part, with the key that loads all.
fn tail(app: &App, theme: &Theme, room: usize, name: usize) -> (Vec<Words>, Vec<Words>) {
    let outlook = app.outlook();
    let counts = counts(theme, outlook.counts, Zeros::Shown);
    let with_risk = |at_risk: String| {
        [vec![(format!("at risk {at_risk} · "), theme.chrome)], counts.clone()].concat()
    };
    // All of them are worth a short name; of some of them the most urgent, beside a whole one.
    let whole = name.clamp(SHORT_NAME, WHOLE_NAME);
    // Where not all fit, those that are not zero come first.
    let urgent = self::counts(theme, outlook.counts, Zeros::Omitted);
    let some = (1..=urgent.len().div_ceil(2)).rev();
    let some = some.map(|few| (urgent[..few * 2 - 1].to_vec(), whole));
    let least = (urgent.first().cloned().into_iter().collect::<Vec<_>>(), SHORT_NAME);
    let none = (vec![], LEAST_NAME);
    let at_risk = outlook.bytes_at_risk;
    let all = [
        (with_risk(at_risk.words()), SHORT_NAME + 20),
        (with_risk(at_risk.short()), SHORT_NAME + 20),
        (counts.clone(), LEAST_NAME),
    ];
    let choices: Vec<(Vec<Words>, usize)> =
        all.into_iter().chain(some).chain([least, none]).collect();
    let parts = of_loaded(app, theme);
    // All labels are there as long as the key that loads all is named at all.
    let naming = parts.iter().filter(|words| words.len() != 1 || parts.len() == 1);
    for (words, name) in &choices[..WITH_ZEROS] {
        let fits = |partial: &&Vec<Words>| room >= all_cells(words) + all_cells(partial) + name;
        if let Some(partial) = naming.clone().find(fits) {
            return (words.clone(), partial.clone());
        }
    }
    // That it is a part, and that key, comes before counts of what is less urgent.
    for partial in parts {
        let fits = |(words, name): &&(Vec<Words>, usize)| {
            room >= all_cells(words) + all_cells(&partial) + name
        };
        if let Some((words, _)) = choices.iter().find(fits) {
            return (words.clone(), partial);
        }
    }
    (vec![], of_loaded(app, theme).pop().unwrap_or_default())
}

/// That what is said is said of the loaded part alone, from the longest way to say it to the
/// shortest; nothing where the list is complete.
fn of_loaded(app: &App, theme: &Theme) -> Vec<Vec<Words>> {
    if app.lister().is_complete() {
        return vec![vec![]];
    }
    let said = (" of loaded".to_owned(), theme.warning);
    let keys = &app.settings().keys;
    let key = keys.name(Action::LoadAll, &[Scope::Main]);
    // Where the list stopped for good, no key helps.
    let Some(key) = key.filter(|_| app.lister().may_load_on()) else { return vec![vec![said]] };
    let named = |words: String| vec![said.clone(), (words, theme.warning)];
    vec![named(format!(" · {key} loads all")), named(format!(" ({key})")), vec![said.clone()]]
}

fn all_cells(words: &[Words]) -> usize {
    words.iter().map(|(words, _)| width(words)).sum()
}

/// Whether counts of nothing are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zeros {
    Shown,
    Omitted,
}

/// The counts by urgency, each that is not zero in the colour of its urgency, with what stands
/// between them.
fn counts(theme: &Theme, counts: ExpiryCounts, zeros: Zeros) -> Vec<Words> {
    let unknown = (counts.unknown > 0).then_some(("unknown", counts.unknown, Urgency::Unknown));
    let known = [
        ("expired", counts.expired, Urgency::Expired),
        ("<1h", counts.within_hour, Urgency::Critical),
        ("<24h", counts.within_day, Urgency::Soon),
        ("<7d", counts.within_week, Urgency::Fresh),
        ("later", counts.later, Urgency::Fresh),
        ("no expiry", counts.never, Urgency::Never),
    ];
    let mut words: Vec<Words> = vec![];
    let all = known.into_iter().chain(unknown);
    for (label, files, urgency) in all.filter(|(_, files, _)| zeros == Zeros::Shown || *files > 0) {
        if !words.is_empty() {
            words.push((" · ".to_owned(), theme.chrome));
        }
        let style = if files > 0 { theme.urgency(urgency) } else { theme.chrome };
        words.push((format!("{label} {}", grouped(files)), style));
    }
    words
}
