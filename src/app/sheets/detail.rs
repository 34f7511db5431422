//! All about one file, as labelled values; nothing of it is hidden.

use std::mem::take;

use ratatui::layout::Rect;
use time::UtcOffset;

use super::{Line, Sheet};
use crate::api::endpoint::is_usable_id;
use crate::api::wire::extra_fields;
use crate::app::geometry::inside;
use crate::app::{App, WIDE_BAR_CELLS};
use crate::store::FileRef;
use crate::text::{UntrustedRef, exact_size, shorten_middle, width};
use crate::theme::{Tone, word};
use crate::time::expiry::{Stated, StatedTime, Urgency, filled_cells, share_left};
use crate::time::span::long_span;
use crate::time::zone::Zone;

/// Cells of the labels; the longest is `Time left`.
const LABEL: usize = 10;
/// Cells of one value shown; longer ones are cut.
const VALUE_CELLS: usize = 2_000;

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
    let lines = app.selected_file().map_or(vec![], |file| lines(app, &file, shown, room.width));
    Sheet::new(vec![lines], room)
}

/// Lines of the detail that do not fit where it is shown.
#[must_use]
pub fn overflow(app: &App, shown: Shown) -> usize {
    let Some(layout) = app.layout() else { return 0 };
    let place = match shown {
        Shown::Full => layout.screen(),
        Shown::InPane => layout.pane.unwrap_or_default(),
    };
    sheet(app, shown, inside(place)).overflow()
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

fn lines(app: &App, file: &FileRef<'_>, shown: Shown, room: u16) -> Vec<Line> {
    let mut fields = Fields { width: usize::from(room), lines: vec![] };
    if let Some(unreadable) = file.unreadable {
        fields.text("Why", unreadable.why, Tone::Error);
        fields.text("Sent", &unreadable.raw.borrow().printable_within(VALUE_CELLS), Tone::Text);
        return fields.lines;
    }
    time_left(app, file, &mut fields);
    let zone = app.settings().zone;
    times("Expires", file.expires_at, zone, &mut fields);
    times("Created", file.created_at, zone, &mut fields);
    match file.bytes {
        Stated::Value(bytes) => fields.text("Size", &exact_size(bytes), Tone::Text),
        Stated::Nothing => fields.text("Size", "— not given", Tone::Chrome),
        Stated::Odd => fields.text("Size", "? not readable, see bytes", Tone::Error),
    }
    match file.purpose {
        Some(purpose) => fields.text("Purpose", &purpose.printable_within(VALUE_CELLS), Tone::Text),
        None => fields.text("Purpose", "— not given", Tone::Chrome),
    }
    standing(app, file, &mut fields);
    fields.text("ID", &file.id.printable_within(VALUE_CELLS), Tone::Text);
    if !is_usable_id(file.id) {
        fields.text("", "not usable in an address", Tone::Error);
    }
    if file.conflicting {
        fields.text("", "listed twice with different filenames", Tone::Error);
    }
    let name = file.name_to_show();
    // A title that is cut does not say all of the name.
    if shown == Shown::Full || width(&name) + 4 > fields.width {
        fields.text("Filename", &name, Tone::Text);
    }
    for (name, value) in file.extra.map(extra_fields).unwrap_or_default() {
        further_field(&mut fields, name.borrow(), value.borrow());
    }
    fields.lines
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

/// Whether the service still has the file, as far as is known.
fn standing(app: &App, file: &FileRef<'_>, fields: &mut Fields) {
    let now_s = app.now().wall_ms.div_euclid(1_000);
    let at = app.shown_zone().past(app.verified_at_s(file), now_s);
    if file.gone {
        fields.text("Verified", &format!("gone; last seen {at}"), Tone::Gone);
    } else if file.missing {
        fields.text("Verified", &format!("missing from the list; last seen {at}"), Tone::Warning);
    } else {
        fields.text("Verified", &at, Tone::Chrome);
    }
}

/// A field that the program does not know: its name, and its value as JSON.
fn further_field(fields: &mut Fields, name: UntrustedRef<'_>, value: UntrustedRef<'_>) {
    let (name, value) = (name.printable_within(64), value.printable_within(VALUE_CELLS));
    if width(&name) < LABEL {
        return fields.text(&name, &value, Tone::Text);
    }
    fields.lines.push(Line::of(Tone::Chrome, shorten_middle(&name, fields.width)));
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
    let lifetime = match (file.created_at, file.expires_at) {
        (Stated::Value(born), Stated::Value(dies)) => {
            long_span(dies.saturating_sub(born).unsigned_abs())
        }
        _ => String::new(),
    };
    let decimals = usize::from(share > 0.0 && share < 0.1);
    let text = format!(" {:.decimals$} % of {lifetime}", share * 100.0);
    let room = fields.width.saturating_sub(LABEL + width(&text));
    let cells = u16::try_from(room).unwrap_or(u16::MAX).min(WIDE_BAR_CELLS);
    let filled = filled_cells(share, cells.max(1)).min(cells);
    let mut line = Fields::labelled("");
    line.push(tone, "▰".repeat(usize::from(filled)));
    line.push(Tone::Chrome, "▱".repeat(usize::from(cells - filled)) + &text);
    fields.lines.push(line);
}

/// Local time and UTC, one below the other.
fn times(label: &str, at: StatedTime, zone: Zone, fields: &mut Fields) {
    match at {
        Stated::Value(at) => {
            // Where there is room, it is said which is which; the offsets say it too.
            let named = fields.width >= LABEL + 34;
            let [local, utc] = if named { ["  local", "  UTC"] } else { ["", ""] };
            let universal = Zone::Fixed(UtcOffset::UTC).absolute(at);
            fields.text(label, &(zone.absolute(at) + local), Tone::Text);
            fields.text("", &(universal + utc), Tone::Chrome);
        }
        Stated::Nothing => fields.text(label, "— not given", Tone::Chrome),
        Stated::Odd => {
            let field = format!("? not readable, see {}_at", label.to_lowercase());
            fields.text(label, &field, Tone::Error);
        }
    }
}
