//! The content of a file: its lines with their numbers, what a batch's lines say beside them.
//!
//! ```text
//! ╭─ batch-0412-output.jsonl · 1,204 lines read · 1,190 ok · 14 failed ───────────────╮
//! │    Line  Custom ID        Status  Model            Content                         │
//! │ ▌     1  classify-000000    200   llama3.1-8b      ▸ {"id":"batch_req_a1", "custo… │
//! │       2  classify-000001  ✗ 429   llama3.1-8b      ▾ {"id":"batch_req_a2", "custo… │
//! │          {                                                                         │
//! │            "id": "batch_req_a2",                                                   │
//! ╰─ Enter folds · / searches · y copies · Esc closes ── line 1 · 256 KiB of 12.40 MiB ╯
//! ```

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line as Title, Span};

use super::screens::centred;
use super::typed::{Typed, typed};
use super::{Pen, cells, foot, heading};
use crate::app::geometry::inside;
use crate::app::layers::content::{ContentLayer, Place};
use crate::app::sheets::content::{self as sheet, LineColumns};
use crate::content::json::Row;
use crate::content::results::{Ending, Meaning};
use crate::content::window::HeldLine;
use crate::keys::{Action, Hint};
use crate::text::{shorten_end, shorten_middle, width, wrap};
use crate::theme::Tone;

/// What is said before the counts of a content that the service has not written to its end.
const BEING_WRITTEN: &str = "being written";
/// What is said before the counts of one that is read from this machine.
const SAVED_COPY: &str = "saved copy";
/// Cells of a filename that come before the longest words of the counts.
const MOST_NAME: usize = 32;
/// Cells of a filename in the title at least.
const LEAST_NAME: usize = 12;
/// From this width on there is room for one more hint, and for all of them.
const ROOMY_FROM: u16 = 76;
const ALL_FROM: u16 = 104;

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, content: &ContentLayer) -> Option<Position> {
    let Pen { app, theme, .. } = *pen;
    let (title, cursor) = title(pen, area, content);
    let hints = hints(pen, area, content);
    let (hint, place) = foot(pen, area, &hints, &place(area, content));
    let block = pen
        .boxed(app.is_focused())
        .title_top(title)
        .title_bottom(heading(&hint, theme.chrome))
        .title_bottom(place);
    let inner = pen.block(area, &block);
    if let Some((sentence, help, is_failure)) = sheet::instead(app, content) {
        let style = if is_failure { theme.error } else { theme.text };
        let room = usize::from(inner.width.saturating_sub(2)).max(1);
        let mut lines: Vec<(String, Style)> =
            wrap(&sentence, room).into_iter().map(|line| (line, style)).collect();
        lines.extend(
            [help].into_iter().filter(|help| !help.is_empty()).map(|help| (help, theme.chrome)),
        );
        centred(pen, inner, &lines);
        return cursor;
    }
    let room = sheet::room(content, area);
    let columns = sheet::columns(content, room);
    if sheet::has_head(content) {
        head(pen, inside(area), &columns);
    }
    rows(pen, room, content, &columns);
    cursor
}

/// What was counted, in as many words as there is room for beside the name: before the name gives way, they
/// do, but for how many lines were read.
fn counts(content: &ContentLayer, room: usize) -> String {
    let tally = content.readout().tally();
    if tally.lines == 0 {
        return String::new();
    }
    let is_written = content.readout().head().is_some_and(|head| head.incomplete);
    let begins: &[&str] = match (is_written, content.is_of_service()) {
        (true, _) => &[BEING_WRITTEN],
        (false, true) => &[""],
        (false, false) => &[SAVED_COPY, ""],
    };
    let with = |way: String| {
        begins.iter().map(move |begin| match *begin {
            "" => way.clone(),
            begin => format!("{begin} · {way}"),
        })
    };
    let ways: Vec<String> = tally.ways().into_iter().flat_map(with).collect();
    let Some((shortest, longer)) = ways.split_last() else { return String::new() };
    let fitting = |name: usize| longer.iter().find(|words| width(words) + 3 + name <= room);
    let name = width(content.title()).min(MOST_NAME);
    fitting(name).or_else(|| fitting(LEAST_NAME)).unwrap_or(shortest).clone()
}

/// The file's name, what was counted, and what is looked for.
fn title(pen: &Pen<'_>, area: Rect, content: &ContentLayer) -> (Title<'static>, Option<Position>) {
    let theme = pen.theme;
    let search = content.search();
    let is_searched = search.is_typing() || !search.words().is_empty();
    let room = usize::from(area.width.saturating_sub(8));
    let words_room = if is_searched { (room / 3).min(24) } else { 0 };
    let room = room.saturating_sub(words_room);
    let counts = counts(content, room);
    let name_room = room.saturating_sub(width(&counts) + 3).max(LEAST_NAME).min(room);
    let name = shorten_middle(content.title(), name_room);
    let counts = shorten_end(&counts, room.saturating_sub(width(&name) + 3));
    let mut spans = vec![Span::raw("─"), Span::styled(format!(" {name} "), theme.strong)];
    if !counts.is_empty() {
        spans.push(Span::styled("· ", theme.chrome));
        // What failed is in the colour of failure.
        for (i, count) in counts.split(" · ").enumerate() {
            let dot = if i > 0 { "· " } else { "" };
            let style = match count {
                BEING_WRITTEN => theme.warning,
                failed if failed.ends_with(" failed") => theme.error,
                _ => theme.chrome,
            };
            spans.push(Span::styled(dot, theme.chrome));
            spans.push(Span::styled(format!("{count} "), style));
        }
    }
    if !is_searched {
        return (Title::from(spans), None);
    }
    let begin: usize = spans.iter().map(|span| width(&span.content)).sum();
    let Typed { shown, cursor, .. } = typed(search.input(), words_room.saturating_sub(4));
    spans.push(Span::styled("/ ", theme.accent));
    spans.push(Span::styled(shown + " ", theme.text));
    let begin = u16::try_from(begin + 3).unwrap_or(u16::MAX);
    let x = area.x.saturating_add(begin).saturating_add(cursor);
    let at = Position::new(x.min(area.right().saturating_sub(1)), area.y);
    (Title::from(spans), search.is_typing().then_some(at))
}

/// What can be done now.
fn hints(pen: &Pen<'_>, area: Rect, content: &ContentLayer) -> String {
    const FOLDS: Hint = Hint::new(&[Action::Fold], "folds");
    const SEARCHES: Hint = Hint::new(&[Action::OpenFilter], "searches");
    const COPIES: Hint = Hint::new(&[Action::CopyValue], "copies");
    const NEXT: Hint = Hint::new(&[Action::NextMatch, Action::PreviousMatch], "next, previous");
    const ASIDE: Hint = Hint::new(&[Action::MoveLeft, Action::MoveRight], "sideways");
    const END: Hint = Hint::new(&[Action::SelectLast], "the end");
    let stops = Hint::new(&[Action::GoBack], "stops");
    let closes = Hint::new(&[Action::GoBack], "closes");
    let clears = Hint::new(&[Action::GoBack], "ends the search");
    let app = pen.app;
    if let Some((words, _)) = sheet::start_words(content)
        .filter(|_| content.top().line == content.readout().window().start())
    {
        return words;
    }
    let is_searched = !content.search().words().is_empty();
    let hints: &[Hint] = if content.search().is_typing() {
        &[Hint::new(&[Action::Choose], "keeps"), Hint::new(&[Action::GoBack], "leaves")]
    } else if content.is_seeking() {
        &[stops]
    } else if content.readout().window().is_empty() {
        &[closes]
    } else if is_searched {
        &[NEXT, FOLDS, COPIES, clears]
    } else if area.width < ROOMY_FROM {
        &[FOLDS, SEARCHES, closes]
    } else if area.width < ALL_FROM {
        &[FOLDS, SEARCHES, END, closes]
    } else {
        &[FOLDS, SEARCHES, END, ASIDE, COPIES, closes]
    };
    app.hints(hints)
}

/// Which line is under the cursor, and how much was read.
fn place(area: Rect, content: &ContentLayer) -> String {
    let window = content.readout().window();
    let Some(line) = window.line(content.cursor().line) else { return String::new() };
    let amount = sheet::amount(content);
    let number = sheet::number(line.number);
    match area.width {
        ..60 => number,
        _ => format!("line {number} · {amount}"),
    }
}

fn head(pen: &mut Pen<'_>, room: Rect, columns: &LineColumns) {
    let style = pen.theme.chrome;
    pen.put_right(room.x, room.y, columns.number_end, "Line", style);
    for (told, x, cells) in &columns.told {
        // The words of a status stand behind the sign of a failure.
        let has_sign = *told == sheet::BatchColumn::Status && cells - 2 >= self::cells(told.name());
        let indent = if has_sign { 2 } else { 0 };
        if told.is_number() {
            pen.put_right(*x, room.y, x + cells, told.name(), style);
        } else {
            pen.put(x + indent, room.y, x + cells, told.name(), style);
        }
    }
    pen.put(columns.text + 2, room.y, room.right(), "Content", style);
}

fn rows(pen: &mut Pen<'_>, room: Rect, content: &ContentLayer, columns: &LineColumns) {
    let theme = pen.theme;
    let widths = sheet::widths(content, room);
    let top = content.top();
    let mut y = room.y;
    for line in content.readout().window().lines_from(top.line) {
        let rows = content.rows(&line, widths);
        let first = if line.at == top.line { top.row } else { 0 };
        for (index, row) in rows.iter().enumerate().skip(first) {
            if y >= room.bottom() {
                return;
            }
            if index == 0 {
                before(pen, (room, y), content, columns, &line);
            }
            let is_below = index > 0 && (content.is_open(line.at) || content.breaks());
            let x = if is_below { columns.open } else { columns.text + 2 };
            let left = if is_below || content.breaks() { 0 } else { content.left() };
            text(
                pen,
                Rect { x, y, width: room.right().saturating_sub(x), height: 1 },
                row,
                left,
                content,
            );
            if content.cursor() == (Place { line: line.at, row: index }) {
                let band = if pen.app.is_focused() { theme.band } else { theme.band_unfocused };
                let line =
                    Rect { x: room.x.saturating_sub(1), y, width: room.width + 2, height: 1 };
                let line = line.intersection(pen.buffer.area);
                pen.select(band, line, room.x);
            }
            y += 1;
        }
    }
    if y < room.bottom() {
        let (words, tone) = sheet::end_words(content);
        let cells = usize::from(room.right().saturating_sub(columns.open));
        let style = theme.tone(tone);
        pen.put(columns.open, y, room.right(), &shorten_end(&words, cells), style);
    }
}

/// What stands before the text of a line: its number, what it says, and whether it is folded open.
fn before(
    pen: &mut Pen<'_>,
    (room, y): (Rect, u16),
    content: &ContentLayer,
    columns: &LineColumns,
    line: &HeldLine<'_>,
) {
    let theme = pen.theme;
    let said = match line.meaning {
        Some(Meaning::Of(said)) => Some(said),
        _ => None,
    };
    let failed = said.is_some_and(|said| matches!(said.outcome, Ending::Bad { .. }));
    let style = if failed { theme.error } else { theme.chrome };
    pen.put_right(room.x, y, columns.number_end, &sheet::number(line.number), style);
    for (told, x, cells) in &columns.told {
        let Some(said) = said else { continue };
        let (text, tone) = told.cell(said, *cells);
        if told.is_number() {
            pen.put_right(*x, y, x + cells, &text, theme.tone(tone));
        } else {
            pen.put(*x, y, x + cells, &text, theme.tone(tone));
        }
    }
    let sign = match (content.is_open(line.at), sheet::is_json(line) && !line.is_skipped()) {
        (true, _) => "▾",
        (false, true) => "▸",
        (false, false) => "",
    };
    pen.put(columns.text, y, room.right(), sign, theme.chrome);
}

/// A row from so many cells on; that there is more at a side is said there.
fn text(pen: &mut Pen<'_>, room: Rect, row: &Row, left: usize, content: &ContentLayer) {
    let theme = pen.theme;
    let whole = row.text();
    let (mut at, right) = (row.indent, left + usize::from(room.width));
    let column = |at: usize| room.x.saturating_add(u16::try_from(at - left).unwrap_or(u16::MAX));
    for part in &row.parts {
        let end = at + width(&part.text);
        if end > left && at < right {
            let (skipped, shown) = without(&part.text, left.saturating_sub(at));
            pen.put(column(at + skipped), room.y, room.right(), shown, theme.tone(part.tone));
        }
        at = end;
    }
    for found in content.matches(&whole) {
        let (from, to) = (width(&whole[..found.start]), width(&whole[..found.end]));
        for cell in from.max(left)..to.min(right) {
            if let Some(cell) = pen.buffer.cell_mut((column(cell), room.y)) {
                cell.set_style(theme.highlight);
            }
        }
    }
    let more = theme.tone(Tone::Chrome);
    if left > 0 && at > left {
        pen.put(room.x, room.y, room.right(), "…", more);
    }
    if at > right && room.width > 0 {
        pen.put(room.right() - cells("…"), room.y, room.right(), "…", more);
    }
}

/// A text without its first cells, and how many these are: more, where a wide character is cut.
fn without(text: &str, cells: usize) -> (usize, &str) {
    let mut skipped = 0;
    for (at, c) in text.char_indices() {
        let cell = width(c.encode_utf8(&mut [0; 4]));
        if skipped >= cells && cell > 0 {
            return (skipped, &text[at..]);
        }
        skipped += cell;
    }
    (skipped, "")
}
