//! All about one file: in a pane beside or below the table, or on the whole screen.
//!
//! ```text
//! ╭─ batch-0412-output.jsonl ────────────╮
//! │ Time left  12:31 critical            │
//! │            ▰▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱ 0.1 %│
//! │ Expires    2026-11-23 15:16:42 +01:00│
//! │            2026-11-23 14:16:42 +00:00│
//! │ …                                    │
//! ╰──────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use time::UtcOffset;

use super::{boxed, heading};
use crate::api::endpoint::is_usable_id;
use crate::api::wire::extra_fields;
use crate::app::mode::{Focus, Mode};
use crate::app::{App, WIDE_BAR_CELLS};
use crate::store::FileRef;
use crate::text::exact_size;
use crate::text::{UntrustedRef, shorten_end, shorten_middle, width};
use crate::theme::{Theme, word};
use crate::time::expiry::{Stated, StatedTime, Urgency, filled_cells, share_left};
use crate::time::span::long_span;
use crate::time::zone::Zone;

/// Cells of the labels; the longest is `Time left`.
const LABEL: usize = 10;
/// Cells of one value shown; longer ones are cut.
const VALUE_CELLS: usize = 2_000;

/// Lines of the detail that do not fit where it is shown.
#[must_use]
pub fn overflow(app: &App) -> usize {
    let Some(layout) = app.layout() else { return 0 };
    let full = matches!(app.mode().seen(), Mode::Detail { .. });
    let place = match app.mode().seen() {
        Mode::Detail { .. } => Rect::new(0, 0, layout.footer.width, layout.footer.bottom()),
        _ => layout.pane.unwrap_or_default(),
    };
    let inner = boxed(&Theme::plain(), false).inner(place);
    let lines = lines(app, &Theme::plain(), inner.width, full);
    lines.len().saturating_sub(usize::from(inner.height))
}

pub(super) fn draw_full(app: &App, scroll: usize, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let hint = match (app.message(), overflow(app)) {
        (Some(message), _) => message.to_owned(),
        (None, 0) => "y copy id · Esc closes".to_owned(),
        (None, _) => "j k scroll · y copy id · Esc closes".to_owned(),
    };
    draw(app, scroll, theme, buffer, area, (true, &hint, true));
}

pub(super) fn draw_pane(app: &App, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let (focused, scroll) = match app.focus() {
        Focus::Pane { scroll } => (true, scroll),
        Focus::Table | Focus::Timeline { .. } => (false, 0),
    };
    let hint = if focused { "j k scroll · Tab leaves" } else { "" };
    draw(app, scroll, theme, buffer, area, (focused, hint, false));
}

fn draw(
    app: &App,
    scroll: usize,
    theme: &Theme,
    buffer: &mut Buffer,
    area: Rect,
    frame: (bool, &str, bool),
) {
    let (focused, hint, full) = frame;
    let title = match app.selected_file() {
        None => "no file".to_owned(),
        Some(file) => shorten_middle(&title(&file), usize::from(area.width.saturating_sub(6))),
    };
    let block = boxed(theme, focused).title_top(heading(&title, theme.strong));
    let block = if hint.is_empty() {
        block
    } else {
        block.title_bottom(heading(
            &shorten_end(hint, usize::from(area.width.saturating_sub(5))),
            theme.chrome,
        ))
    };
    let inner = block.inner(area);
    block.render(area, buffer);
    let lines = lines(app, theme, inner.width, full);
    let most = lines.len().saturating_sub(usize::from(inner.height));
    let visible: Vec<Line> =
        lines.into_iter().skip(scroll.min(most)).take(usize::from(inner.height)).collect();
    Paragraph::new(visible).render(inner, buffer);
}

fn title(file: &FileRef<'_>) -> String {
    match file.unreadable {
        Some(_) => "unreadable file".to_owned(),
        None => file.name_to_show(),
    }
}

/// Collects labelled values as lines of one width.
struct Sheet<'a> {
    theme: &'a Theme,
    width: usize,
    lines: Vec<Line<'static>>,
}

impl Sheet<'_> {
    fn line(&mut self, label: &str, value: Vec<Span<'static>>) {
        let label = Span::styled(format!("{label:<LABEL$}"), self.theme.chrome);
        self.lines.push(Line::from([vec![label], value].concat()));
    }

    /// A value that is broken into as many lines as it needs; nothing of it is hidden.
    fn text(&mut self, label: &str, value: &str, style: Style) {
        let room = self.width.saturating_sub(LABEL).max(1);
        for (i, piece) in pieces(value, room).into_iter().enumerate() {
            self.line(if i == 0 { label } else { "" }, vec![Span::styled(piece, style)]);
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

fn lines(app: &App, theme: &Theme, width: u16, full: bool) -> Vec<Line<'static>> {
    let Some(file) = app.selected_file() else { return vec![] };
    let mut sheet = Sheet { theme, width: usize::from(width), lines: vec![] };
    if let Some(unreadable) = file.unreadable {
        sheet.text("Why", unreadable.why, theme.error);
        sheet.text("Sent", &unreadable.raw.borrow().printable_within(VALUE_CELLS), theme.text);
        return sheet.lines;
    }
    time_left(app, &file, &mut sheet);
    let zone = app.settings().zone;
    times("Expires", file.expires_at, zone, &mut sheet);
    times("Created", file.created_at, zone, &mut sheet);
    match file.bytes {
        Stated::Value(bytes) => sheet.text("Size", &exact_size(bytes), theme.text),
        Stated::Nothing => sheet.text("Size", "— not given", theme.chrome),
        Stated::Odd => sheet.text("Size", "? not readable, see bytes", theme.error),
    }
    match file.purpose {
        Some(purpose) => sheet.text("Purpose", &purpose.printable_within(VALUE_CELLS), theme.text),
        None => sheet.text("Purpose", "— not given", theme.chrome),
    }
    standing(app, &file, &mut sheet);
    sheet.text("ID", &file.id.printable_within(VALUE_CELLS), theme.text);
    if !is_usable_id(file.id) {
        sheet.text("", "not usable in an address", theme.error);
    }
    if file.conflicting {
        sheet.text("", "listed twice with different filenames", theme.error);
    }
    let name = file.name_to_show();
    if full || crate::text::width(&name) + 4 > usize::from(width) {
        sheet.text("Filename", &name, theme.text);
    }
    for (name, value) in file.extra.map(extra_fields).unwrap_or_default() {
        further_field(&mut sheet, name.borrow(), value.borrow());
    }
    sheet.lines
}

/// Whether the service still has the file, as far as is known.
fn standing(app: &App, file: &FileRef<'_>, sheet: &mut Sheet<'_>) {
    let theme = *sheet.theme;
    let now_s = app.now().wall_ms.div_euclid(1_000);
    let at = app.shown_zone().past(app.verified_at_s(file), now_s);
    if file.gone {
        sheet.text("Verified", &format!("gone; last seen {at}"), theme.gone);
    } else if file.missing {
        sheet.text("Verified", &format!("missing from the list; last seen {at}"), theme.warning);
    } else {
        sheet.text("Verified", &at, theme.chrome);
    }
}

/// A field that the program does not know: its name, and its value as JSON.
fn further_field(sheet: &mut Sheet<'_>, name: UntrustedRef<'_>, value: UntrustedRef<'_>) {
    let (name, value) = (name.printable_within(64), value.printable_within(VALUE_CELLS));
    let theme = *sheet.theme;
    if width(&name) < LABEL {
        return sheet.text(&name, &value, theme.text);
    }
    sheet.lines.push(Line::styled(shorten_middle(&name, sheet.width), theme.chrome));
    sheet.text("", &value, theme.text);
}

fn time_left(app: &App, file: &FileRef<'_>, sheet: &mut Sheet<'_>) {
    let left = app.time_left(file);
    let urgency = app.urgency(left);
    let (theme, style) = (*sheet.theme, sheet.theme.urgency(urgency));
    let loud = if urgency == Urgency::Fresh { theme.strong } else { style };
    let mut value = vec![Span::styled(left.with_seconds(), loud)];
    if !word(urgency).is_empty() {
        value.push(Span::styled(format!("  {}", word(urgency)), theme.chrome));
    }
    sheet.line("Time left", value);
    // Bar and share go by the second that the countdown shows, so that they change with it.
    let second_ms = app.server_ms().div_euclid(1_000) * 1_000;
    let Some(share) = share_left(file.created_at, file.expires_at, second_ms) else { return };
    let life = match (file.created_at, file.expires_at) {
        (Stated::Value(born), Stated::Value(dies)) => {
            long_span(dies.saturating_sub(born).unsigned_abs())
        }
        _ => String::new(),
    };
    let decimals = usize::from(share > 0.0 && share < 0.1);
    let text = format!(" {:.decimals$} % of {life}", share * 100.0);
    let room = sheet.width.saturating_sub(LABEL + width(&text));
    let cells = u16::try_from(room).unwrap_or(u16::MAX).min(WIDE_BAR_CELLS);
    let filled = filled_cells(share, cells.max(1)).min(cells);
    let value = vec![
        Span::styled("▰".repeat(usize::from(filled)), style),
        Span::styled("▱".repeat(usize::from(cells - filled)), theme.chrome),
        Span::styled(text, theme.chrome),
    ];
    sheet.line("", value);
}

/// Local time and UTC, one below the other.
fn times(label: &str, at: StatedTime, zone: Zone, sheet: &mut Sheet<'_>) {
    let theme = *sheet.theme;
    match at {
        Stated::Value(at) => {
            // Where there is room, it is said which is which; the offsets say it too.
            let named = sheet.width >= LABEL + 34;
            let [local, utc] = if named { ["  local", "  UTC"] } else { ["", ""] };
            let universal = Zone::Fixed(UtcOffset::UTC).absolute(at);
            sheet.text(label, &(zone.absolute(at) + local), theme.text);
            sheet.text("", &(universal + utc), theme.chrome);
        }
        Stated::Nothing => sheet.text(label, "— not given", theme.chrome),
        Stated::Odd => {
            let field = format!("? not readable, see {}_at", label.to_lowercase());
            sheet.text(label, &field, theme.error);
        }
    }
}
