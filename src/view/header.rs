//! The header: whose files, how many of how many, and what expires next.
//!
//! ```text
//!  shelflife  demo · 127.0.0.1:41233      300 loaded · more on the server · 1.90 GiB   read 15:04:11
//!  next to expire  batch-0412-output.jsonl 12:31     expired 2 · <1h 3 · … · no expiry 0 of loaded
//! ```
//! What is said on a line gives way from the right as the width falls; the counts and the word that
//! more is on the server go last.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::theme::Theme;
use super::{cells, put, put_right};
use crate::app::App;
use crate::dates;
use crate::expiry::TimeLeft;
use crate::lister::State;
use crate::text::{UntrustedRef, grouped, shorten_end, shorten_middle, width};

pub(super) fn draw(app: &App, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    if area.height > 0 {
        first_line(app, theme, buffer, Rect { height: 1, ..area });
    }
    if area.height > 1 {
        second_line(app, theme, buffer, Rect { y: area.y + 1, height: 1, ..area });
    }
}

fn first_line(app: &App, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let (left, right) = (area.x + 1, area.right().saturating_sub(1));
    let room = usize::from(right.saturating_sub(left));
    let settings = app.settings();
    let name = "shelflife";
    let place = format!("{} · {}", settings.profile, settings.endpoint);
    let exposed = if settings.exposed { "  key sent in clear" } else { "" };
    let full = name.len() + 2 + width(&place) + width(exposed);

    let total = (!app.store().is_empty()).then(|| total(app));
    let read =
        app.last_page_ms().map(|ms| format!("read {}", settings.zone.clock(ms.div_euclid(1_000))));
    let mut text = count(app);
    for (more, beside) in [(total, name.len()), (read, full)] {
        let longer = more.map(|more| format!("{text} · {more}"));
        text = longer.filter(|longer| width(longer) + beside + 2 <= room).unwrap_or(text);
    }

    let left_room = room.saturating_sub(width(&text) + 2);
    if left_room < name.len() {
        put(buffer, left, area.y, right, &shorten_end(&text, room), theme.text);
        return;
    }
    put_right(buffer, left, area.y, right, &text, theme.text);
    let x = put(buffer, left, area.y, right, name, theme.accent.patch(theme.strong));
    let rest = left_room.saturating_sub(name.len() + 2 + width(exposed));
    let x = if rest >= 8 {
        put(buffer, x + 2, area.y, right, &shorten_end(&place, rest), theme.chrome)
    } else {
        x
    };
    if left_room >= name.len() + width(exposed) {
        put(buffer, x, area.y, right, exposed, theme.error);
    }
}

/// How many files there are, without implying a total that is not known.
pub(super) fn count(app: &App) -> String {
    let store = app.store();
    let files = grouped(store.len());
    let text = match app.lister().state() {
        State::Exhausted if store.len() == 1 => "1 file".to_owned(),
        State::Exhausted => format!("{files} files"),
        State::Failed { .. } if store.is_empty() => "nothing loaded".to_owned(),
        State::Failed { .. } => format!("{files} loaded · partial"),
        _ if store.is_empty() => "nothing loaded yet".to_owned(),
        _ if !app.lister().is_more_promised() => {
            format!("{files} loaded · perhaps more on the server")
        }
        _ => format!("{files} loaded · more on the server"),
    };
    match store.unreadable_count() {
        0 => text,
        unreadable => format!("{text} · {} unreadable", grouped(unreadable)),
    }
}

fn total(app: &App) -> String {
    let total = app.store().total_bytes();
    let sum = dates::sum(total.known);
    match total.unknown {
        0 => sum,
        unknown => format!("{sum} + {} of unknown size", grouped(unknown)),
    }
}

fn second_line(app: &App, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let store = app.store();
    if store.is_empty() {
        return;
    }
    let (left, right) = (area.x + 1, area.right().saturating_sub(1));
    let of_loaded = if app.lister().is_complete() { "" } else { " of loaded" };
    let counts = format!("{}{of_loaded}", counts(app));
    let label = "next to expire  ";
    let next = store.next_to_expire(app.server_ms()).map(|no| store.file(no));
    let time = next.map(|file| app.time_left(&file));
    let countdown = time.map_or(String::new(), |left| left.to_string());
    let fixed = usize::from(cells(label)) + 1 + countdown.len();
    let room = usize::from(right.saturating_sub(left));
    // The counts give way to the name, and what is said of the loaded part stays.
    let wide = room >= fixed + 12 + 2 + usize::from(cells(&counts));
    let tail = if wide { counts.as_str() } else { of_loaded.trim_start() };
    if wide {
        put_right(buffer, left, area.y, right, tail, theme.chrome);
    }
    let x = put(buffer, left, area.y, right, label, theme.chrome);
    let Some(file) = next else {
        put(buffer, x, area.y, right, "none", theme.text);
        return;
    };
    let gap = if tail.is_empty() { 0 } else { 2 };
    let name_room = room.saturating_sub(fixed + gap + usize::from(cells(tail)));
    let name = shorten_middle(&file_name(file.filename), name_room);
    let x = put(buffer, x, area.y, right, &name, theme.text);
    let style = theme.urgency(time.map_or(TimeLeft::Never, |left| left).urgency());
    let x = put(buffer, x + 1, area.y, right, &countdown, style);
    if !wide {
        put(buffer, x + 1, area.y, right, tail, theme.chrome);
    }
}

fn counts(app: &App) -> String {
    let counts = app.store().expiry_counts(app.server_ms());
    let mut text = String::new();
    for (label, files) in [
        ("expired", counts.expired),
        ("<1h", counts.within_hour),
        ("<24h", counts.within_day),
        ("<7d", counts.within_week),
        ("later", counts.later),
        ("no expiry", counts.never),
    ] {
        if !text.is_empty() {
            text.push_str(" · ");
        }
        text.push_str(label);
        text.push(' ');
        text.push_str(&grouped(files));
    }
    if counts.unknown > 0 {
        text.push_str(" · unknown ");
        text.push_str(&grouped(counts.unknown));
    }
    text
}

/// A file's name as it is shown everywhere: escaped, or what there is instead.
pub(super) fn file_name(filename: Option<UntrustedRef<'_>>) -> String {
    match filename {
        None => "(no filename)".to_owned(),
        Some(name) if name.raw().is_empty() => "(empty filename)".to_owned(),
        Some(name) => name.printable_within(255),
    }
}
