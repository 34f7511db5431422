//! The log of what was new, changed or gone, told or failed, newest first.
//!
//! The log may be long, so that only those lines are made that are in view.

use ratatui::layout::Rect;

use super::{Line, has_words};
use crate::account::journal::{Entry, Happening};
use crate::app::App;
use crate::text::{shorten_end, shorten_middle};
use crate::theme::Tone;

/// Below this width of the inside, all is said more shortly.
const ROOMY_FROM: u16 = 60;
/// Cells before the time, for the sign of the cursor.
const MARKER: u16 = 2;
/// Cells of the glyph and the words.
const WHAT: u16 = 18;
const SHORT_WHAT: u16 = 11;

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

/// The lines in view in the room within the box, from the `first` event of those found.
#[must_use]
pub fn visible(app: &App, room: Rect, found: &[(u64, &Entry)], first: usize) -> Vec<Line> {
    let dated = is_dated(app);
    let in_view = found.iter().skip(first).take(usize::from(room.height).max(1));
    in_view.map(|(_, entry)| line(app, room.width, entry, dated)).collect()
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
        Happening::Expired => ("-", Tone::Gone),
        Happening::DeletedEarly => ("-", Tone::Error),
        Happening::Failing | Happening::CommandFailed => ("!", Tone::Error),
        Happening::Recovered => ("·", Tone::Text),
        Happening::Alerted => ("!", Tone::Warning),
    }
}

fn line(app: &App, width: u16, entry: &Entry, dated: bool) -> Line {
    let (glyph, tone) = look(entry.what);
    let roomy = width >= ROOMY_FROM;
    let mut line = Line::default();
    line.put(MARKER, Tone::Chrome, when(app, entry.at_ms, dated, roomy));
    let words = match entry.what {
        Happening::DeletedEarly if !roomy => "early",
        Happening::CommandFailed if !roomy => "command",
        what => what.words(),
    };
    let x = line.end + 2;
    line.put(x, tone, format!("{glyph} {words}"));
    let x = x + if roomy { WHAT } else { SHORT_WHAT };
    let room = width.saturating_sub(x);
    // The id has a third where there is room for both.
    let id = entry.id.as_ref().map(|id| id.borrow().printable_within(128));
    let id_room = if room >= 40 && id.is_some() { room / 3 } else { 0 };
    let name_room = usize::from(room.saturating_sub(if id_room > 0 { id_room + 2 } else { 0 }));
    // Of a cause the beginning says most.
    let text = match entry.what.change() {
        None => shorten_end(&entry.text, name_room),
        Some(_) => shorten_middle(&entry.text, name_room),
    };
    line.put(x, Tone::Text, text);
    if let Some(id) = id.filter(|_| id_room > 0) {
        line.put(width - id_room, Tone::Chrome, shorten_end(&id, usize::from(id_room)));
    }
    line
}
