//! The filter while it is typed, in the footer's place.
//!
//! ```text
//!  / text█                                    37 of 300 loaded · Enter keeps · Esc clears
//! ```

use ratatui::layout::{Position, Rect};

use super::typed::Typed;
use super::{Pen, cells};
use crate::app::layers::filter::FilterInput;
use crate::keys::{Action, Hint, Scope};
use crate::store::filter::FilterError;
use crate::text::{grouped, width};

const KEYS: [Hint; 2] =
    [Hint::new(&[Action::Choose], "keeps"), Hint::new(&[Action::GoBack], "clears")];

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, typed: &FilterInput) -> Option<Position> {
    let input = typed.input();
    if area.is_empty() {
        return None;
    }
    let Pen { app, theme, .. } = *pen;
    let (left, right) = (area.x + 1, area.right().saturating_sub(1));
    // Of a search the matches are not counted, which takes a look at every file.
    let at_match = app.is_at_match().filter(|_| typed.is_search());
    let loaded = if app.lister().is_complete() { "" } else { " loaded" };
    let shown = grouped(app.table().rows().len() - app.gone_rows());
    let count = match at_match {
        Some(_) => format!("{shown}{loaded}"),
        None => format!("{shown} of {}{loaded}", grouped(app.store().len())),
    };
    let count = match at_match {
        _ if app.table().under_way().is_some() => "filtering …".to_owned(),
        Some(true) => format!("row {} of {count}", grouped(app.table().cursor() + 1)),
        Some(false) => format!("no match among {count}"),
        None => count,
    };
    let keys = app.settings().keys.hints(&KEYS, &[Scope::Typing]);
    let help = if keys.is_empty() { count.clone() } else { format!("{count} · {keys}") };
    let room = usize::from(area.width) * 2 / 3;
    let table = app.layout().map_or(area, |layout| layout.table);
    let message = Some(pen.message_or("", room, table)).filter(|message| !message.is_empty());
    let (side, style) = match message {
        Some(message) => (message, theme.strong),
        None if app.filter_lack().is_some() => {
            let lack = app.filter_lack().unwrap_or_default();
            (format!("… {}", told(pen, table, lack, room.saturating_sub(2))), theme.accent)
        }
        None if usize::from(area.width) >= 2 * help.len() => (help, theme.chrome),
        None => (count, theme.chrome),
    };
    pen.put_right(left, area.y, right, &side, style);
    let sign = if typed.is_search() { "\\ " } else { "/ " };
    let x = pen.put(left, area.y, right, sign, theme.accent);
    let text_right = right.saturating_sub(cells(&side) + 2).max(x + 1);
    let room = usize::from(text_right - x).saturating_sub(1);
    let Typed { shown, scroll, cursor } = super::typed::typed(input, room);
    pen.put(x, area.y, text_right, &shown, theme.text);
    if let Some(error) = app.filter_error().filter(|_| area.height > 1) {
        let line = Rect { x, y: area.y + 1, width: right - x, height: 1 };
        filter_error(pen, line, error, (input.value(), scroll));
    }
    Some(Position::new((x + cursor).min(text_right), area.y))
}

/// What is wrong with the filter, under the place where it is.
fn filter_error(
    pen: &mut Pen<'_>,
    line: Rect,
    error: &FilterError,
    (typed, scroll): (&str, usize),
) {
    let theme = pen.theme;
    let before = typed.get(..error.at.start).map_or(0, width).saturating_sub(scroll);
    let marked = typed.get(error.at.clone()).map_or(1, width).max(1);
    // The words stand behind the mark, or before it where there is more room.
    let room = usize::from(line.width);
    let sign = "▔".repeat(marked.min(room.saturating_sub(before)).max(1));
    let at = line.x + u16::try_from(before.min(room.saturating_sub(1))).unwrap_or(0);
    let end = pen.put(at, line.y, line.right(), &sign, theme.error);
    let table = pen.app.layout().map_or(line, |layout| layout.table);
    let behind = usize::from(line.right().saturating_sub(end + 1));
    if behind >= width(&error.what) || behind >= before {
        let what = told(pen, table, &error.what, behind);
        pen.put(end + 1, line.y, line.right(), &what, theme.error);
    } else {
        let what = told(pen, table, &error.what, before.saturating_sub(1));
        pen.put_right(line.x, line.y, at.saturating_sub(1), &what, theme.error);
    }
}

/// The words, or the first part of them that says something by itself, for which there is room; all of
/// them stand above the lower border of the table where that is less.
fn told(pen: &mut Pen<'_>, table: Rect, words: &str, room: usize) -> String {
    if width(words) <= room {
        return words.to_owned();
    }
    pen.untold = Some((table, words.to_owned()));
    let begun = ["; ", ", only "].into_iter().filter_map(|end| words.split_once(end));
    let mut begun = begun.map(|(begun, _)| begun);
    begun.find(|begun| width(begun) <= room).unwrap_or_default().to_owned()
}
