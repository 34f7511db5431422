//! All about one file, as labelled values; nothing of it is hidden.

mod deeds;

use std::mem::take;

use ratatui::layout::Rect;
use time::UtcOffset;

use super::{Line, Sheet, json};
use crate::account::journal::{Entry, Happening};
use crate::api::endpoint::is_usable_id;
use crate::api::wire::extra_fields;
use crate::app::geometry::inside;
use crate::app::{App, WIDE_BAR_CELLS};
use crate::store::FileRef;
use crate::text::{UntrustedRef, exact_size, json_text, shorten_end, width, wrap};
use crate::theme::{Tone, word};
use crate::time::expiry::{Stated, StatedTime, Urgency, filled_cells, share_left};
use crate::time::span::{ago, long_span};
use crate::time::zone::Zone;

/// Cells of the labels; the longest is `Time left`.
const LABEL: usize = 10;
/// From this width of the inside on two columns stand side by side.
const TWO_COLUMNS_FROM: u16 = 100;
/// Cells between them.
const BETWEEN: usize = 2;
/// What happened to a file is shown up to so many lines, the newest first.
const MOST_EVENTS: usize = 20;

/// What is said of a name that is shown composed.
const DECOMPOSED: &str = "its accents, or Hangul letters, are characters of their own (NFD); \\{nfd} tells it from the usual spelling";

/// Where the detail is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// On the whole screen.
    Full,
    /// In the pane, whose title is the filename.
    InPane,
}

/// The detail of the selected file in the room within its box.
#[must_use]
pub fn sheet(app: &App, shown: Shown, room: Rect) -> Sheet {
    let Some(file) = app.selected_file() else { return Sheet::new(vec![], room) };
    let all = usize::from(room.width);
    let half = (all / 2).saturating_sub(BETWEEN);
    let fields = |width| {
        let mut fields = Fields { width, lines: vec![] };
        known(app, &file, shown, &mut fields);
        fields
    };
    let columns = match (has_two_columns(shown, room), app.shows_raw()) {
        (false, true) => vec![raw(&file, all)],
        (false, false) => {
            let mut lines = fields(all);
            beside(app, &file, &mut lines);
            vec![lines.lines]
        }
        (true, true) => {
            let mut lines = fields(half);
            beside(app, &file, &mut lines);
            vec![lines.lines, raw(&file, all / 2)]
        }
        (true, false) => {
            let mut others = Fields { width: all / 2, lines: vec![] };
            beside(app, &file, &mut others);
            if others.lines.is_empty() {
                vec![fields(all).lines]
            } else {
                vec![fields(half).lines, others.lines]
            }
        }
    };
    Sheet::new(columns, room)
}

fn has_two_columns(shown: Shown, room: Rect) -> bool {
    shown == Shown::Full && room.width >= TWO_COLUMNS_FROM
}

/// Whether the fields are among what is shown there: raw JSON takes their place where there is no
/// room for both.
#[must_use]
pub fn shows_fields(app: &App, shown: Shown) -> bool {
    !app.shows_raw() || has_two_columns(shown, room_of(app, shown))
}

/// The room within the box of the detail.
fn room_of(app: &App, shown: Shown) -> Rect {
    let place = app.layout().and_then(|layout| match shown {
        Shown::Full => Some(layout.screen()),
        Shown::InPane => layout.pane,
    });
    inside(place.unwrap_or_default())
}

/// Lines of the detail that do not fit where it is shown.
#[must_use]
pub fn overflow(app: &App, shown: Shown) -> usize {
    sheet(app, shown, room_of(app, shown)).overflow()
}

/// What the box says above the detail.
#[must_use]
pub fn title(app: &App) -> String {
    match app.selected_file() {
        None => "no file".to_owned(),
        Some(file) if file.unreadable.is_some() => "unreadable file".to_owned(),
        Some(file) => file.name_to_show(),
    }
}

/// What the API says of every file, and since when that is known.
fn known(app: &App, file: &FileRef<'_>, shown: Shown, fields: &mut Fields) {
    if let Some(unreadable) = file.unreadable {
        fields.text("Why", &unreadable.why, Tone::Error);
        fields.text("Sent", &unreadable.raw.borrow().printable(), Tone::Text);
        return;
    }
    time_left(app, file, fields);
    let zone = app.settings().zone;
    times("Expires", file.expires_at, zone, fields);
    times("Created", file.created_at, zone, fields);
    match file.bytes {
        Stated::Value(bytes) => fields.text("Size", &exact_size(bytes), Tone::Text),
        Stated::Nothing => fields.text("Size", "— not given", Tone::Chrome),
        Stated::Odd => fields.text("Size", "? not readable, see bytes", Tone::Error),
    }
    match file.purpose {
        Some(purpose) => fields.text("Purpose", &purpose.printable(), Tone::Text),
        None if file.is_odd("purpose") => {
            fields.text("Purpose", "? not readable, see below", Tone::Error);
        }
        None => fields.text("Purpose", "— not given", Tone::Chrome),
    }
    standing(app, file, fields);
    deeds::saved(app, fields);
    deeds::uploaded(app, file, fields);
    fields.text("ID", &file.id.printable(), Tone::Text);
    if !is_usable_id(file.id) {
        fields.text("", "not usable in an address", Tone::Error);
    }
    if file.conflicting {
        fields.text("", "listed twice with different filenames", Tone::Error);
    }
    let name = file.name_to_show();
    let is_cut = width(&name) + 4 > fields.width || file.filename.is_some_and(is_longer_than_shown);
    // A title that is cut does not say all of the name.
    if shown == Shown::Full || is_cut {
        let whole = file.filename.filter(|name| !name.raw().is_empty());
        let whole = whole.map_or(name.into(), UntrustedRef::printable);
        fields.text("Filename", &whole, Tone::Text);
    }
    if file.filename.is_some_and(UntrustedRef::is_shown_composed) {
        fields.text("Spelling", DECOMPOSED, Tone::Chrome);
    }
    deeds::possible(app, file, fields);
}

/// Whether a name has more cells than are shown of it elsewhere.
fn is_longer_than_shown(name: UntrustedRef<'_>) -> bool {
    width(&name.printable()) > 255
}

/// What stands beside the fields, or below them: what else the service sent of the file, and what
/// happened to it. What the file is linked with, and the beginning of its content, belong here too.
fn beside(app: &App, file: &FileRef<'_>, fields: &mut Fields) {
    for (name, value) in file.extra.map(extra_fields).unwrap_or_default() {
        further_field(fields, name.borrow(), value.borrow());
    }
    let mut label = "Events";
    let of_file = app.journal().entries().iter().rev().filter(|entry| entry.is_about(file.id));
    for entry in of_file.take(MOST_EVENTS) {
        let now_s = app.now().wall_ms.div_euclid(1_000);
        let at = app.shown_zone().past(entry.at_ms.div_euclid(1_000), now_s);
        let told = told(entry, &file.name_to_show());
        for line in wrap(&format!("{at} {told}"), fields.width.saturating_sub(LABEL)) {
            fields.text(take(&mut label), &line, Tone::Text);
        }
    }
    let mut label = "Content";
    for first in app.preview(file.id).unwrap_or_default() {
        let mut line = Fields::labelled(take(&mut label));
        let room = fields.width.saturating_sub(LABEL);
        line.push(Tone::Chrome, shorten_end(&first_words(first.borrow()), room));
        fields.lines.push(line);
    }
}

/// What happened to the file of this name, with what is known of it besides: which alert, or why not.
fn told(entry: &Entry, name: &str) -> String {
    let (what, text) = (entry.what.words(), entry.text.as_str());
    match text.strip_prefix(name).filter(|_| entry.what != Happening::Alerted) {
        Some("") => what.to_owned(),
        Some(why) => format!("{what}{why}"),
        None => format!("{what}: {text}"),
    }
}

/// A line of a content, as it is shown where there is little room.
fn first_words(line: UntrustedRef<'_>) -> String {
    let hidden = line.without_secrets();
    let text = UntrustedRef::new(&hidden);
    if matches!(hidden.first(), Some(b'{' | b'[')) {
        json_text(text)
    } else {
        text.printable().into_owned()
    }
}

/// The file as JSON, with its names dim.
fn raw(file: &FileRef<'_>, width: usize) -> Vec<Line> {
    let mut lines = vec![];
    for text in json::document(file) {
        let named = json::name_end(&text);
        for (i, piece) in pieces(&text, width.max(1)).into_iter().enumerate() {
            let split = if i == 0 { named.min(piece.len()) } else { 0 };
            let (name, value) = piece.split_at_checked(split).unwrap_or(("", &piece));
            let mut line = Line::of(Tone::Chrome, name);
            line.push(Tone::Text, value);
            lines.push(line);
        }
    }
    lines
}

/// Collects labelled values as lines of one width.
struct Fields {
    width: usize,
    lines: Vec<Line>,
}

impl Fields {
    /// A line that begins with its label.
    fn labelled(label: &str) -> Line {
        Line::of(Tone::Chrome, format!("{label:<LABEL$}"))
    }

    /// A value that is broken into as many lines as it needs; nothing of it is hidden.
    fn text(&mut self, mut label: &str, value: &str, tone: Tone) {
        let room = self.width.saturating_sub(LABEL).max(1);
        for piece in pieces(value, room) {
            let mut line = Self::labelled(take(&mut label));
            line.push(tone, piece);
            self.lines.push(line);
        }
    }
}

/// Cuts `text` into pieces of at most `room` cells.
fn pieces(text: &str, room: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in text.chars() {
        let cells = width(c.encode_utf8(&mut [0; 4]));
        if used + cells > room {
            pieces.push(String::new());
            used = 0;
        }
        used += cells;
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

/// Whether the service still has the file, as far as is known, and how old that knowledge is.
fn standing(app: &App, file: &FileRef<'_>, fields: &mut Fields) {
    let now_s = app.now().wall_ms.div_euclid(1_000);
    let at = app.shown_zone().past(app.verified_at_s(file), now_s);
    let at = format!("{at}, {}", ago(app.verified_ago_ms(file) / 1_000));
    if file.gone {
        fields.text("Verified", &format!("gone; last seen {at}"), Tone::Gone);
    } else if file.missing {
        fields.text("Verified", &format!("missing from the list; last seen {at}"), Tone::Warning);
    } else {
        fields.text("Verified", &at, Tone::Text);
    }
}

/// A field that the program does not know: its name, and its value as JSON, whole.
fn further_field(fields: &mut Fields, name: UntrustedRef<'_>, value: UntrustedRef<'_>) {
    let (name, value) = (name.printable(), value.printable());
    if width(&name) < LABEL {
        return fields.text(&name, &value, Tone::Text);
    }
    let names = pieces(&name, fields.width.max(1));
    fields.lines.extend(names.into_iter().map(|piece| Line::of(Tone::Chrome, piece)));
    fields.text("", &value, Tone::Text);
}

fn time_left(app: &App, file: &FileRef<'_>, fields: &mut Fields) {
    let left = app.time_left(file);
    let urgency = app.urgency(left);
    let tone = Tone::Urgency(urgency);
    let loud = if urgency == Urgency::Fresh { Tone::Strong } else { tone };
    let mut line = Fields::labelled("Time left");
    line.push(loud, left.with_seconds());
    if !word(urgency).is_empty() {
        line.push(Tone::Chrome, format!("  {}", word(urgency)));
    }
    fields.lines.push(line);
    // Bar and share go by the second that the countdown shows, so that they change with it.
    let second_ms = app.server_ms().div_euclid(1_000) * 1_000;
    let Some(share) = share_left(file.created_at, file.expires_at, second_ms) else { return };
    let whole = match (file.created_at, file.expires_at) {
        (Stated::Value(born), Stated::Value(dies)) => {
            long_span(dies.saturating_sub(born).unsigned_abs())
        }
        _ => String::new(),
    };
    let decimals = usize::from(share > 0.0 && share < 0.1);
    let text = format!(" {:.decimals$} % of {whole}", share * 100.0);
    let room = fields.width.saturating_sub(LABEL + width(&text));
    let cells = u16::try_from(room).unwrap_or(u16::MAX).min(WIDE_BAR_CELLS);
    let filled = filled_cells(share, cells.max(1)).min(cells);
    let mut line = Fields::labelled("");
    line.push(tone, "▰".repeat(usize::from(filled)));
    line.push(Tone::Chrome, "▱".repeat(usize::from(cells - filled)) + &text);
    fields.lines.push(line);
}

/// Local time and UTC, one below the other, each with its name; once where they are the same.
fn times(label: &str, at: StatedTime, zone: Zone, fields: &mut Fields) {
    match at {
        Stated::Value(at) => {
            let (local, universal) = (zone.absolute(at), Zone::Fixed(UtcOffset::UTC).absolute(at));
            let times = if local == universal {
                vec![("local/UTC", local, Tone::Text)]
            } else {
                vec![("local", local, Tone::Text), ("UTC", universal, Tone::Chrome)]
            };
            let cells =
                |(name, time, _): &(&str, String, Tone)| LABEL + width(time) + 2 + name.len();
            if times.iter().all(|time| cells(time) <= fields.width) {
                let mut label = label;
                for (name, time, tone) in times {
                    fields.text(take(&mut label), &format!("{time}  {name}"), tone);
                }
                return;
            }
            // No room behind them: the names stand before them, below the day.
            fields.text(label, &zone.day(at), Tone::Chrome);
            for (name, time, tone) in times {
                fields.text(&format!("{name:>9}"), &time, tone);
            }
        }
        Stated::Nothing => fields.text(label, "— not given", Tone::Chrome),
        Stated::Odd => {
            let field = format!("? not readable, see {}_at", label.to_lowercase());
            fields.text(label, &field, Tone::Error);
        }
    }
}
