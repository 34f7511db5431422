//! The agenda: the timeline with numbers. Its lines add up to what is loaded.
//!
//! ```text
//! ╭─ Agenda · of loaded ─────────────────────────────────────────────────────────────╮
//! │   When                 Files        Bytes             First to go    Last to go   │
//! │   expired                  2     1.00 MiB                                         │
//! │ ▌ 15:04 – 16:00            3    12.40 MiB  ▇▇▇        batch-0412…    batch-0415…  │
//! │   16:00 – 17:00            0            —                                         │
//! ╰─ j k move · Enter filters · B files or bytes · Esc closes ───────────────────────╯
//! ```

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use super::{boxed, heading, put, put_right, select};
use crate::account::timeline::{DAY_S, HOUR_S};
use crate::app::App;
use crate::store::FileNo;
use crate::text;
use crate::text::{grouped, shorten_end, shorten_middle};
use crate::theme::Theme;
use crate::time::expiry::Urgency;
use ratatui::widgets::Widget;

const WHEN: u16 = 24;
const FILES: u16 = 10;
const BYTES: u16 = 12;
const BAR: u16 = 12;

/// One line of the agenda.
struct Row {
    when: String,
    files: usize,
    bytes: Option<u128>,
    ends: Option<(FileNo, FileNo)>,
    style: Style,
    share: u128,
    bucket: Option<usize>,
}

fn rows(app: &App, theme: &Theme) -> Vec<Row> {
    let counts = app.outlook().counts;
    let now_s = app.server_ms().div_euclid(1_000);
    let plain = |when: &str, files, bytes, style| Row {
        when: when.to_owned(),
        files,
        bytes,
        ends: None,
        style,
        share: 0,
        bucket: None,
    };
    let mut rows = vec![];
    if counts.expired > 0 {
        let bytes = app.store().bytes_expiring(i64::MIN, now_s + 1);
        rows.push(plain("expired", counts.expired, Some(bytes), theme.urgency(Urgency::Expired)));
    }
    for (number, bucket) in app.timeline().buckets().iter().enumerate() {
        rows.push(Row {
            when: span_words(app, &bucket.span),
            files: bucket.files,
            bytes: Some(bucket.bytes),
            ends: bucket.ends,
            style: theme.urgency(app.bucket_urgency(bucket)),
            share: bucket.amount(app.measure()),
            bucket: Some(number),
        });
    }
    rows.push(plain("no expiry given", counts.never, None, theme.urgency(Urgency::Never)));
    if counts.unknown > 0 {
        rows.push(plain("not readable", counts.unknown, None, theme.urgency(Urgency::Unknown)));
    }
    rows
}

/// `15:04 – 16:00`, `tomorrow` would be a guess about the reader: days are named by their dates.
pub(super) fn span_words(app: &App, span: &Range<i64>) -> String {
    let zone = app.shown_zone();
    // Moments of the service's clock, as our own clock shows them.
    let ours = |at: i64| at.saturating_sub((app.server_ms() - app.now().wall_ms) / 1_000);
    let (from, to) = (ours(span.start), ours(span.end));
    let minute = |at: i64| zone.minute(at).split_off(11);
    let now_s = app.server_ms().div_euclid(1_000);
    let ahead = span.start - now_s;
    // Within a day the time says which hour is meant; a rest of a day may be as short.
    let is_hour = span.end.saturating_sub(span.start) <= HOUR_S && ahead <= DAY_S - HOUR_S;
    // The first bucket leaves out the seconds of its hour that are over.
    let has_begun = span.end.saturating_sub(HOUR_S) <= now_s && now_s < span.end;
    match span.end {
        i64::MAX => format!("from {}", zone.day(from)),
        _ if is_hour && has_begun => format!("now – {}", minute(to)),
        _ if is_hour => format!("{} – {}", minute(from), minute(to)),
        _ => {
            let whole = zone.minute(from).ends_with("00:00");
            let day = zone.day(from);
            if whole { day } else { format!("{day} from {}", minute(from)) }
        }
    }
}

/// Lines that the cursor can stand on.
#[must_use]
pub fn lines(app: &App) -> usize {
    rows(app, &Theme::plain()).len()
}

/// The bucket that line `line` shows.
#[must_use]
pub fn bucket_at(app: &App, line: usize) -> Option<usize> {
    rows(app, &Theme::plain()).get(line).and_then(|row| row.bucket)
}

pub(super) fn draw(app: &App, line: usize, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let of_loaded = if app.lister().is_complete() { "" } else { " · of loaded" };
    let hint = match (app.message(), area.width) {
        (Some(message), _) => message,
        (None, 62..) => "j k move · Enter filters · B files or bytes · Esc closes",
        (None, _) => "Enter filters · Esc closes",
    };
    let hint = shorten_end(hint, usize::from(area.width.saturating_sub(5)));
    let block = boxed(theme, app.is_focused())
        .title_top(heading(&format!("Agenda{of_loaded}"), theme.strong))
        .title_bottom(heading(&hint, theme.chrome));
    let rows = rows(app, theme);
    let line = line.min(rows.len().saturating_sub(1));
    let place = format!(" {} of {} ─", line + 1, rows.len());
    let block = block.title_bottom(Line::raw(place).alignment(Alignment::Right));
    let inner = block.inner(area);
    block.render(area, buffer);
    let height = usize::from(inner.height.saturating_sub(1)).max(1);
    let first = (line + 1).saturating_sub(height).min(rows.len());
    head(theme, buffer, inner);
    let most = app.timeline().most(app.measure());
    for (y, (number, row)) in (inner.y + 1..inner.bottom()).zip(rows.iter().enumerate().skip(first))
    {
        draw_row(app, theme, buffer, Rect { y, height: 1, ..inner }, row, most);
        if number == line {
            let whole = Rect { x: inner.x - 1, y, width: inner.width + 2, height: 1 };
            select(theme.band, theme, buffer, whole, inner.x);
        }
    }
}

/// Where the columns begin; those that do not fit are left out.
struct Columns {
    when: u16,
    files: u16,
    bytes: u16,
    bar: u16,
    names: u16,
}

fn columns(inner: Rect) -> Columns {
    let when = inner.x + 2;
    let narrow = inner.width < WHEN + FILES + BYTES + 2;
    let files = when + if narrow { inner.width.saturating_sub(2 + FILES) } else { WHEN };
    let bytes = files + FILES;
    let bar = bytes + BYTES + 2;
    Columns { when, files, bytes, bar, names: bar + BAR + 2 }
}

fn head(theme: &Theme, buffer: &mut Buffer, inner: Rect) {
    let at = columns(inner);
    let (y, right) = (inner.y, inner.right());
    put(buffer, at.when, y, right, "When", theme.chrome);
    put_right(buffer, at.files, y, at.bytes.min(right), "Files", theme.chrome);
    if at.bytes + BYTES <= right {
        put_right(buffer, at.bytes, y, at.bytes + BYTES, "Bytes", theme.chrome);
    }
    let half = right.saturating_sub(at.names) / 2;
    if half >= 16 {
        put(buffer, at.names, y, right, "First to go", theme.chrome);
        put(buffer, at.names + half, y, right, "Last to go", theme.chrome);
    }
}

fn draw_row(app: &App, theme: &Theme, buffer: &mut Buffer, line: Rect, row: &Row, most: u128) {
    let at = columns(line);
    let (y, right) = (line.y, line.right());
    let style = if row.files > 0 { row.style } else { theme.chrome };
    let room = usize::from(at.files.saturating_sub(at.when));
    put(buffer, at.when, y, right, &shorten_end(&row.when, room), style);
    let number = if row.files > 0 { theme.text } else { theme.chrome };
    put_right(buffer, at.files, y, at.bytes.min(right), &grouped(row.files), number);
    if at.bytes + BYTES <= right {
        let bytes = match row.bytes {
            Some(bytes) if row.files > 0 => text::sum(bytes),
            _ => "—".to_owned(),
        };
        put_right(buffer, at.bytes, y, at.bytes + BYTES, &bytes, number);
    }
    if at.bar + BAR <= right && most > 0 && row.share > 0 {
        let cells = (row.share * u128::from(BAR)).div_ceil(most).min(u128::from(BAR));
        let bar = "▇".repeat(usize::try_from(cells).unwrap_or(0));
        put(buffer, at.bar, y, right, &bar, row.style);
    }
    let half = right.saturating_sub(at.names) / 2;
    if let Some((first, last)) = row.ends
        && half >= 16
    {
        // One file goes first and last: it is named once.
        let names = [(at.names, first), (at.names + half, last)];
        for (x, no) in names.into_iter().take(row.files.min(2)) {
            let name = app.store().file(no).name_to_show();
            let name = shorten_middle(&name, usize::from(half.saturating_sub(2)));
            put(buffer, x, y, right, &name, theme.text);
        }
    }
}
