//! The log of what was new, changed or gone, told or failed, newest first.
//!
//! The log may be long, so that only those lines are made that are in view. An event has one of them;
//! the one under the cursor has as many as it takes to say all of it.

use ratatui::layout::Rect;

use super::{Line, has_words};
use crate::account::journal::{Entry, Happening};
use crate::app::App;
use crate::text::{break_anywhere, shorten_end, shorten_middle, wrap};
use crate::theme::Tone;

/// Below this width of the inside, all is said more shortly.
const ROOMY_FROM: u16 = 60;
/// Cells before the time, for the sign of the cursor.
const MARKER: u16 = 2;
/// Cells of the glyph, the words, and the blanks behind the longest of them.
const WHAT: u16 = 20;
const SHORT_WHAT: u16 = 12;
/// From so many cells on, the lines of a text stand below each other; in fewer the others begin at
/// the left.
const HANGS_FROM: u16 = 30;
/// Cells below which a text begins on a line of its own.
const LEAST_TEXT: u16 = 8;

/// The events in whose line each of the typed words is, newest first, each with its number: it keeps
/// that for as long as it is remembered.
#[must_use]
pub fn found<'a>(app: &'a App, typed: &str) -> Vec<(u64, &'a Entry)> {
    let entries = app.journal().entries();
    let numbers = (app.journal().forgotten()..).take(entries.len());
    let all = numbers.zip(entries).collect::<Vec<_>>().into_iter().rev();
    let admits = |entry: &Entry| typed.trim().is_empty() || has_words(&text(app, entry), typed);
    all.filter(|(_, entry)| admits(entry)).collect()
}

/// The line of the event with this number, or of the one before it in time; the newest where none
/// was chosen.
#[must_use]
pub fn cursor(found: &[(u64, &Entry)], chosen: Option<u64>) -> usize {
    let Some(chosen) = chosen else { return 0 };
    found.partition_point(|(number, _)| *number > chosen).min(found.len().saturating_sub(1))
}

/// All that there is to say of an event, on one line.
#[must_use]
pub fn text(app: &App, entry: &Entry) -> String {
    let at = app.shown_zone().absolute(entry.at_ms.div_euclid(1_000));
    let id = entry.id.as_ref().map_or(String::new(), |id| format!(" {}", id.borrow().printable()));
    format!("{at} {} {}{id}", entry.what.words(), entry.text)
}

/// The lines in view in the room within the box, from the `first` event of those found; that in line
/// `cursor` is [unfolded].
#[must_use]
pub fn visible(
    app: &App,
    room: Rect,
    found: &[(u64, &Entry)],
    (first, cursor): (usize, usize),
) -> Vec<Line> {
    let (dated, height) = (is_dated(app), usize::from(room.height).max(1));
    let in_view = found.iter().enumerate().skip(first).take(height);
    let lines = in_view.flat_map(|(at, (_, entry))| {
        if at == cursor {
            return unfolded(app, room, entry);
        }
        vec![Parts::of(app, room.width, entry, dated).line().0]
    });
    lines.take(height).collect()
}

/// All of an event, on as many lines as it takes, but no more than the room within the box has.
#[must_use]
pub fn unfolded(app: &App, room: Rect, entry: &Entry) -> Vec<Line> {
    let parts = Parts::of(app, room.width, entry, is_dated(app));
    let (line, is_whole) = parts.line();
    if is_whole {
        return vec![line];
    }
    let (mut lines, height) = (parts.lines(wrap), usize::from(room.height).max(1));
    if lines.len() > height {
        // Rather broken words than words that are not there.
        lines = parts.lines(break_anywhere);
    }
    if lines.len() > height {
        lines.truncate(height);
        if let Some(last) = lines.last_mut() {
            last.put(room.width.saturating_sub(1), Tone::Chrome, "…");
        }
    }
    lines
}

/// When something happened: by the clock, or with the date where not all of it was today.
fn when(app: &App, at_ms: i64, dated: bool, roomy: bool) -> String {
    let (zone, at) = (app.shown_zone(), at_ms.div_euclid(1_000));
    match (dated, roomy) {
        (false, true) => zone.clock(at),
        (false, false) => zone.minute(at).split_off(11),
        (true, true) => zone.minute(at),
        (true, false) => zone.minute(at).split_off(5),
    }
}

/// Whether anything in the log happened on another day than today.
fn is_dated(app: &App) -> bool {
    let day = |at_ms: i64| app.shown_zone().day(at_ms.div_euclid(1_000));
    let oldest = app.journal().entries().front();
    oldest.is_some_and(|entry| day(entry.at_ms) != day(app.now().wall_ms))
}

/// The glyph and the tone of a happening.
fn look(what: Happening) -> (&'static str, Tone) {
    match what {
        Happening::New => ("+", Tone::New),
        Happening::Changed => ("~", Tone::Changed),
        Happening::Expired | Happening::Deleted => ("-", Tone::Gone),
        Happening::DeletedEarly => ("-", Tone::Error),
        Happening::Failing
        | Happening::CommandFailed
        | Happening::NotSaved
        | Happening::SavedNoMore
        | Happening::NotDeleted
        | Happening::PerhapsDeleted
        | Happening::NotUploaded
        | Happening::PerhapsUploaded => ("!", Tone::Error),
        Happening::Uploaded => ("↑", Tone::Accent),
        Happening::Saved => ("↓", Tone::Accent),
        Happening::Recovered | Happening::DeletionOver => ("·", Tone::Text),
        Happening::Alerted => ("!", Tone::Warning),
    }
}

/// The words of the log where there is little room.
fn short_words(what: Happening) -> &'static str {
    match what {
        Happening::DeletedEarly => "early",
        Happening::CommandFailed => "command",
        Happening::SavedNoMore => "unsaved",
        Happening::NotDeleted => "left",
        Happening::PerhapsDeleted => "deleted?",
        Happening::DeletionOver => "deletion",
        Happening::NotUploaded => "unsent",
        Happening::PerhapsUploaded => "uploaded?",
        what => what.words(),
    }
}

/// What there is to say of an event, before it is known how much of it is said.
struct Parts<'e> {
    entry: &'e Entry,
    /// When it was and what happened.
    head: Line,
    /// The cell at which the text begins.
    x: u16,
    /// Cells of the whole line.
    width: u16,
    id: Option<String>,
}

impl<'e> Parts<'e> {
    fn of(app: &App, width: u16, entry: &'e Entry, dated: bool) -> Self {
        let (glyph, tone) = look(entry.what);
        let roomy = width >= ROOMY_FROM;
        let mut head = Line::default();
        head.put(MARKER, Tone::Chrome, when(app, entry.at_ms, dated, roomy));
        let words = if roomy { entry.what.words() } else { short_words(entry.what) };
        let x = head.end + 2;
        head.put(x, tone, format!("{glyph} {words}"));
        let x = x + if roomy { WHAT } else { SHORT_WHAT };
        let id = entry.id.as_ref().map(|id| id.borrow().printable_within(128));
        Self { entry, head, x, width, id }
    }

    fn room(&self) -> u16 {
        self.width.saturating_sub(self.x)
    }

    /// As much of it as fits on a line, and whether that is all.
    fn line(&self) -> (Line, bool) {
        let (mut line, room, text) = (self.head.clone(), self.room(), &self.entry.text);
        // The id has a third where there is room for both.
        let id_room = if room >= 40 && self.id.is_some() { room / 3 } else { 0 };
        let name_room = usize::from(room.saturating_sub(if id_room > 0 { id_room + 2 } else { 0 }));
        // Of a cause the beginning says most.
        let name = match self.entry.what.change() {
            None => shorten_end(text, name_room),
            Some(_) => shorten_middle(text, name_room),
        };
        let mut is_whole = name == *text;
        line.put(self.x, Tone::Text, name);
        if let Some(id) = &self.id {
            let shown = shorten_end(id, usize::from(id_room));
            is_whole &= shown == *id;
            if id_room > 0 {
                line.put(self.width - id_room, Tone::Chrome, shown);
            }
        }
        (line, is_whole)
    }

    /// All of it: the text on as many lines as it takes, and below it the id.
    fn lines(&self, broken: fn(&str, usize) -> Vec<String>) -> Vec<Line> {
        let (room, text) = (self.room(), self.entry.text.trim_start_matches(' '));
        let begun = match room {
            ..LEAST_TEXT => String::new(),
            _ => broken(text, usize::from(room)).swap_remove(0),
        };
        let rest = text.strip_prefix(&begun).unwrap_or(text).trim_start_matches(' ');
        let at = if room < HANGS_FROM { MARKER } else { self.x };
        let below = |text: &str, tone: Tone| -> Vec<Line> {
            let pieces = broken(text, usize::from(self.width.saturating_sub(at)));
            let line = |piece: String| {
                let mut line = Line::default();
                line.put(at, tone, piece);
                line
            };
            pieces.into_iter().filter(|piece| !piece.is_empty()).map(line).collect()
        };
        let mut first = self.head.clone();
        first.put(self.x, Tone::Text, begun);
        let id = self.id.as_deref().unwrap_or_default();
        [vec![first], below(rest, Tone::Text), below(id, Tone::Chrome)].concat()
    }
}
