//! The footer: what can be done now, and what is going on.
//!
//! ```text
//!  / filter  s sort  y copy id  ? help  q quit                                  loading page 4 …
//! ```
//! What is going on is said in fewer words before the keys that help most give way: what asks again, help,
//! and leaving. Where it cannot be said so, it comes first.

use std::ops::Range;

use super::status::{Status, status};
use super::{Line, cells, deletion, jobs, upload};
use crate::app::focus::Focus;
use crate::app::{App, Step};
use crate::keys::{self, Action, Binding, Scope};
use crate::lister::State;
use crate::text::{grouped, shorten_end, width};
use crate::theme::Tone;

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
    // Under a dialog what can be done stands in its border.
    let (keys, marks) =
        if app.layers().is_empty() { (keys_now(app), marks(app)) } else { (vec![], vec![]) };
    let status = status(app);
    let (said, marks) = said(&status, &keys, &marks, room);
    let taken = cells(&said);
    let at = right.saturating_sub(taken);
    if let Some((hint, action)) = &status.key
        && let Some((before, _)) = said.split_once(hint.as_str())
    {
        let from = at + cells(before);
        footer.hints.push((from..from + cells(hint), *action));
    }
    footer.line.put_right(left, right, status.tone, said);
    let right = at.saturating_sub(if taken > 0 { 2 } else { 0 }).max(left);
    let room = usize::from(right.saturating_sub(left));
    if let Some(message) = app.message().filter(|message| width(message) <= room) {
        footer.line.put(left, Tone::Strong, message);
        footer.says_message = true;
        return footer;
    }
    let marks = shorten_end(marks, room);
    let taken = cells(&marks);
    footer.line.put(left, Tone::Marked, marks);
    hints(&keys, &mut footer, left + taken + if taken > 0 { 2 } else { 0 }..right);
    footer
}

/// What is being done to files, as much of it as there is room for; the first of it in any case.
#[must_use]
pub fn under_way(app: &App, room: usize) -> String {
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

/// Whether anything is being done to files, which is steered under jobs.
fn is_working(app: &App) -> bool {
    let deletes = app.deleting().under_way().is_some();
    deletes || app.uploading().queue().open() > 0 || app.saving().sum().open > 0
}

/// What is going on, in words that leave room for as many as can be of the keys that help most, and what
/// is marked, in words that leave room for both.
fn said<'m>(status: &Status, keys: &[Key], marks: &'m [String], room: usize) -> (String, &'m str) {
    let helps: Vec<usize> = keys.iter().filter(|key| key.rank < LEAST).map(Key::cells).collect();
    for few in (0..=helps.len()).rev() {
        let keys: usize = helps[..few].iter().map(|cells| cells + 2).sum();
        for marks in marks.iter().map(String::as_str).chain(marks.is_empty().then_some("")) {
            let beside = keys + if marks.is_empty() { 0 } else { width(marks) + 2 };
            // The last of them needs no cells behind it where nothing is said.
            let left = (room + 2).saturating_sub(beside);
            match status.within(left.saturating_sub(2)) {
                Some(said) => return (said, marks),
                None if status.is_none() && left > 0 => return (String::new(), marks),
                None => {}
            }
        }
    }
    (status.within(room).unwrap_or_else(|| shorten_end(status.least(), room)), "")
}

/// What is marked, or will be where the range is ended, from the longest way to say it to the shortest.
fn marks(app: &App) -> Vec<String> {
    if let Some(range) = app.range() {
        let files = grouped(range.end() - range.start() + 1);
        return vec![format!("◇ range of {files}"), format!("◇ {files}")];
    }
    match app.marks().len() {
        0 => vec![],
        marked => {
            let (files, bytes) = (grouped(marked), app.marked_bytes());
            vec![
                format!("◆ {files} marked · {}", bytes.words()),
                format!("◆ {files} marked · {}", bytes.short()),
                format!("◆ {files} marked"),
                format!("◆ {files}"),
            ]
        }
    }
}

/// A key with what it does now.
struct Key {
    binding: &'static Binding,
    name: String,
    does: &'static str,
    /// How much it matters; the lowest most.
    rank: u8,
}

/// The rank of what gives way first.
const LEAST: u8 = 6;

impl Key {
    fn cells(&self) -> usize {
        width(&self.name) + 1 + width(self.does)
    }
}

/// The keys that matter now, those that help most first.
fn keys_now(app: &App) -> Vec<Key> {
    let state = app.lister().state();
    let failed = matches!(state, State::Failed { .. } | State::Backoff { .. });
    let in_timeline = matches!(app.focus(), Focus::Timeline { .. });
    // Where the list stopped, what is said of that names the key.
    let is_named = matches!(state, State::Failed { .. }) && !app.store().is_empty();
    let works = is_working(app);
    let hint = |binding: &Binding| match binding.action {
        Action::Refresh if app.is_asked_to_wait() || is_named => None,
        Action::Refresh if failed || app.trouble().is_some() => Some("try again"),
        Action::GoBack => app.next_step_back().and_then(Step::hint),
        Action::MarkRange if app.is_marking_range() => Some("marks it"),
        Action::LoadAll if app.lister().is_complete() || app.is_loading_all() || failed => None,
        Action::OpenJobs => works.then_some("jobs"),
        Action::OpenHelp | Action::Close => binding.hint,
        Action::OpenDetail | Action::Mark if in_timeline => None,
        Action::CopyId if !app.marks().is_empty() => Some("copy ids"),
        _ => binding.hint.filter(|_| !app.table().rows().is_empty()),
    };
    let rank = |action| match action {
        Action::MarkRange => 0,
        Action::GoBack => 1,
        Action::OpenJobs => 2,
        Action::Refresh => 3,
        Action::OpenHelp => 4,
        Action::Close => 5,
        _ => LEAST,
    };
    let of_main = keys::bindings().filter(|binding| binding.scope == Scope::Main);
    let mut keys: Vec<Key> = of_main
        .filter_map(|binding| {
            let name = app.settings().keys.keys(binding).first()?.name();
            Some(Key { binding, name, does: hint(binding)?, rank: rank(binding.action) })
        })
        .collect();
    keys.sort_by_key(|key| key.rank);
    keys
}

/// As many of the keys as fit, in the order of the table of keys.
fn hints(keys: &[Key], footer: &mut Footer, places: Range<u16>) {
    let mut room = usize::from(places.end.saturating_sub(places.start));
    let mut shown: Vec<&Key> = vec![];
    for key in keys {
        if key.cells() <= room {
            room = room.saturating_sub(key.cells() + 2);
            shown.push(key);
        }
    }
    let mut x = places.start;
    for binding in keys::bindings() {
        let Some(key) = shown.iter().find(|key| key.binding.name == binding.name) else { continue };
        let name = cells(&key.name) + 1;
        footer.line.put(x, Tone::Accent, key.name.clone());
        footer.line.put(x + name, Tone::Chrome, key.does);
        let end = x + name + cells(key.does);
        footer.hints.push((x..end, binding.action));
        x = end + 2;
    }
}
