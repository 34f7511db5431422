//! The keys, from the same table that drives them, and how filters are written.

use ratatui::layout::Rect;

use super::{Line, Sheet};
use crate::app::App;
use crate::app::geometry::inside;
use crate::keys::{GROUPS, Group, KeyMap};
use crate::text::wrap;
use crate::theme::Tone;
use crate::topics::TOPICS;

/// Cells for the names of the keys.
const KEYS: usize = 12;
/// Cells for the examples of filters.
const EXAMPLES: usize = 20;
/// From this width of the inside on the groups stand in two columns.
const TWO_COLUMNS_FROM: u16 = 106;

/// Where the topics can be read.
pub const MORE: &str = "More in a shell: shelflife help …";

/// How filters are written: an example, and what it lets through.
pub const FILTERS: &[(&str, &str)] = &[
    ("batch 0412", "both words, in filename or id; a capital counts"),
    ("\"two words\"", "just this text"),
    ("/out(put)?s?$/", "a pattern"),
    ("left<6h", "time left; also 90m, 1d12h; expired files have 0"),
    ("size>=10MiB", "size; units of 1,024 (KiB) or 1,000 (MB)"),
    ("age<3d", "made less than that long ago; created<3d is the same"),
    ("created>2026-11-01", "later than that day; also expires, with a time"),
    ("purpose:batch", "contains; = is exactly; also name, id"),
    ("expired never marked", "one word each; also unreadable"),
    ("and or not ( )", "combine; two side by side mean and"),
    ("!test -test", "not, in short"),
];

/// The keys and filters in the room within the box.
#[must_use]
pub fn sheet(app: &App, room: Rect) -> Sheet {
    let mut columns = columns(&app.settings().keys, room.width);
    // The blank line after the last group is not worth scrolling to.
    for lines in &mut columns {
        lines.pop();
    }
    columns.retain(|lines| !lines.is_empty());
    Sheet::new(columns, room)
}

/// Lines that do not fit on the screen.
#[must_use]
pub fn overflow(app: &App) -> usize {
    app.layout().map_or(0, |layout| sheet(app, inside(layout.screen())).overflow())
}

/// The groups in one column, or two of about the same height.
fn columns(keys: &KeyMap, width: u16) -> Vec<Vec<Line>> {
    let all = usize::from(width);
    let one = width < TWO_COLUMNS_FROM;
    let room = if one { all } else { all / 2 };
    let of_keys = GROUPS.iter().map(|group| group_lines(keys, group, room));
    let groups: Vec<_> = of_keys.chain([filter_lines(room), topic_lines(room)]).collect();
    let all: usize = groups.iter().map(Vec::len).sum();
    let (mut first, mut second) = (vec![], vec![]);
    for group in groups {
        let to_first = one || second.is_empty() && first.len() < all / 2;
        if to_first { first.extend(group) } else { second.extend(group) }
    }
    vec![first, second]
}

fn group_lines(keys: &KeyMap, group: &Group, room: usize) -> Vec<Line> {
    let mut lines = vec![Line::of(Tone::Strong, group.title)];
    for binding in group.bindings {
        explain(&mut lines, (keys.names(binding), KEYS), binding.what, room);
    }
    lines.push(Line::default());
    lines
}

fn filter_lines(room: usize) -> Vec<Line> {
    let mut lines = vec![Line::of(Tone::Strong, "Filters")];
    for (example, what) in FILTERS {
        // A blank of their own behind the examples, which may fill their cells.
        explain(&mut lines, ((*example).to_owned(), EXAMPLES + 1), what, room);
    }
    lines.push(Line::default());
    lines
}

/// What there is to read in a shell.
fn topic_lines(room: usize) -> Vec<Line> {
    let mut lines = vec![Line::of(Tone::Strong, MORE)];
    for topic in TOPICS {
        explain(&mut lines, (topic.name.to_owned(), KEYS + 2), topic.about, room);
    }
    lines.push(Line::default());
    lines
}

/// A word at the left, in so many cells, and beside it what it means, on as many lines as it needs.
fn explain(lines: &mut Vec<Line>, (mut word, cells): (String, usize), what: &str, room: usize) {
    for what in wrap(what, room.saturating_sub(cells + 2).max(8)) {
        let mut line = Line::of(Tone::Accent, format!("  {word:<cells$}"));
        line.push(Tone::Plain, what);
        lines.push(line);
        word.clear();
    }
}
