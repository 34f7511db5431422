//! The log of what was new, changed or gone, newest first.
//!
//! ```text
//! ╭─ Events ──────────────────────────────────────────────────────────────╮
//! │ 15:04:11  + new            batch-0412-output.jsonl       file_9f2c4e   │
//! │ 15:03:41  - deleted early  eval-large.jsonl              file_9f2c51   │
//! ╰─ j k scroll · Esc closes ─────────────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::screens::centred;
use super::{boxed, heading, put};
use crate::account::journal::{Entry, Happening};
use crate::app::App;
use crate::text::{grouped, shorten_end, shorten_middle};
use crate::theme::Theme;

/// Below this width of the inside, all is said more shortly.
const ROOMY_FROM: u16 = 60;
/// Cells of the glyph and the words.
const WHAT: u16 = 17;
const SHORT_WHAT: u16 = 11;

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

/// Lines that do not fit on the screen.
#[must_use]
pub fn overflow(app: &App) -> usize {
    let Some(layout) = app.layout() else { return 0 };
    let height = usize::from(layout.screen().height.saturating_sub(2));
    app.journal().entries().len().saturating_sub(height)
}

pub(super) fn draw(app: &App, scroll: usize, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let entries = app.journal().entries();
    let more = overflow(app);
    let hint = if more > 0 { "j k scroll · Esc closes" } else { "Esc closes" };
    let forgotten = match app.journal().forgotten() {
        0 => String::new(),
        n => format!(" · {} older ones forgotten", grouped(n)),
    };
    let title = format!("Events · {}{forgotten}", grouped(entries.len()));
    let block = boxed(theme, app.is_focused())
        .title_top(heading(&title, theme.strong))
        .title_bottom(heading(app.message().unwrap_or(hint), theme.chrome));
    let inner = block.inner(area);
    block.render(area, buffer);
    if entries.is_empty() {
        let sentence = "Nothing happened so far.".to_owned();
        return centred(buffer, inner, &[(sentence, theme.text)]);
    }
    let dated = is_dated(app);
    let newest_first = entries.iter().rev().skip(scroll.min(more));
    for (y, entry) in (inner.y..inner.bottom()).zip(newest_first) {
        line(app, theme, buffer, Rect { y, height: 1, ..inner }, entry, dated);
    }
}

/// The glyph and the colour of a happening.
pub(super) fn look(theme: &Theme, what: Happening) -> (&'static str, Style) {
    match what {
        Happening::New => ("+", theme.new),
        Happening::Changed => ("~", theme.changed),
        Happening::Expired | Happening::DeletedEarly => ("-", theme.gone),
        Happening::Failing => ("!", theme.error),
        Happening::Recovered => ("·", theme.text),
    }
}

fn line(app: &App, theme: &Theme, buffer: &mut Buffer, area: Rect, entry: &Entry, dated: bool) {
    let (glyph, style) = look(theme, entry.what);
    let (y, right) = (area.y, area.right());
    let roomy = area.width >= ROOMY_FROM;
    let time = when(app, entry.at_ms, dated, roomy);
    put(buffer, area.x, y, right, &time, theme.chrome);
    let loud = if entry.what == Happening::DeletedEarly { theme.error } else { style };
    let words = match entry.what {
        Happening::DeletedEarly if !roomy => "early",
        what => what.words(),
    };
    let x = area.x + super::cells(&time) + 2;
    put(buffer, x, y, right, &format!("{glyph} {words}"), loud);
    let x = x + if roomy { WHAT } else { SHORT_WHAT };
    let room = right.saturating_sub(x);
    // The id has a third where there is room for both.
    let id_room = if room >= 40 && !entry.id.is_empty() { room / 3 } else { 0 };
    let name_room = usize::from(room.saturating_sub(if id_room > 0 { id_room + 2 } else { 0 }));
    // Of a cause the beginning says most.
    let text = match entry.what {
        Happening::Failing => shorten_end(&entry.text, name_room),
        _ => shorten_middle(&entry.text, name_room),
    };
    put(buffer, x, y, right, &text, theme.text);
    if id_room > 0 {
        let id = shorten_end(&entry.id, usize::from(id_room));
        put(buffer, right - id_room, y, right, &id, theme.chrome);
    }
}
