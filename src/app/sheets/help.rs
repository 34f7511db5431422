//! The keys, from the same table that drives them, the signs of the screen, how filters are written,
//! and below them the texts of the topics.

use ratatui::layout::Rect;

use super::{Line, Sheet, has_words, topics};
use crate::app::App;
use crate::app::geometry::inside;
use crate::keys::{Action, Binding, GROUPS, Group, KeyMap, Scope};
use crate::text::wrap;
use crate::theme::{Tone, glyph};
use crate::time::expiry::{Thresholds, Urgency};
use crate::time::span::short_span;
use crate::topics::TOPICS;

/// Cells for the names of the keys.
const KEYS: usize = 12;
/// Cells for the examples of filters.
const EXAMPLES: usize = 20;
/// Cells between two columns.
const BETWEEN: usize = 2;
/// From this width of the inside on the groups stand in two columns.
const TWO_COLUMNS_FROM: u16 = 106;

/// Where else the topics can be read.
pub const MORE: &str = "Also in a shell: shelflife help …";

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
    ("expired never marked", "one word each; also saved, unreadable"),
    ("and or not ( )", "combine; two side by side mean and"),
    ("!test -test", "not, in short"),
];

/// The signs of the screen, and what they mean with the bounds of urgency in force.
#[must_use]
pub fn signs(thresholds: Thresholds) -> Vec<(&'static str, String)> {
    let within = |word: &str, bound_s| format!("{word}: less than {} left", short_span(bound_s));
    let fixed = |sign, what: &str| (sign, what.to_owned());
    vec![
        (glyph(Urgency::Critical), within("critical", thresholds.critical_s)),
        (glyph(Urgency::Soon), within("soon", thresholds.soon_s)),
        fixed(glyph(Urgency::Fresh), "fresh: more time left than that"),
        fixed(glyph(Urgency::Expired), "expired, and still listed by the service"),
        fixed("+", "new since the last refresh"),
        fixed("~", "changed since the last refresh"),
        fixed("-", "gone since the last refresh"),
        fixed("?", "missing from the list, and asked for; in a column: not readable"),
        fixed("↓", "saved on this machine"),
        fixed("◆", "marked"),
        fixed("◇", "in the range that is being marked"),
        fixed("▌", "selected"),
        fixed("▰▱", "how much of its time a file has left"),
        fixed("—", "not given by the service"),
    ]
}

/// The keys, signs and filters in the room within the box, and below them the topics: the lines, and
/// of the texts the paragraphs, in which each of the typed words is; what a scope has of its own
/// stands `first`.
#[must_use]
pub fn sheet(app: &App, room: Rect, typed: &str, first: Option<Scope>) -> Sheet {
    let two = room.width >= TWO_COLUMNS_FROM;
    let all = usize::from(room.width);
    let cells = if two { (all / 2).saturating_sub(BETWEEN) } else { all };
    let parts = groups(app, typed, first);
    let mut columns: Vec<_> =
        side_by_side(parts.iter().map(|part| part_lines(part, cells)).collect(), two).into();
    let rebound = app.settings().keys.is_changed();
    let texts = side_by_side(topics::lines(typed, cells, rebound), two);
    // The texts begin beside each other, too.
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    for (lines, texts) in columns.iter_mut().zip(texts) {
        if !texts.is_empty() {
            lines.resize(height, Line::default());
            lines.extend(texts);
        }
        // The blank line after the last group is not worth scrolling to.
        lines.pop();
    }
    columns.retain(|lines| !lines.is_empty());
    Sheet::new(columns, room)
}

/// Lines that do not fit on the screen.
#[must_use]
pub fn overflow(app: &App, typed: &str, first: Option<Scope>) -> usize {
    let overflow = |screen| sheet(app, inside(screen), typed, first).overflow();
    app.layout().map_or(0, |layout| overflow(layout.screen()))
}

/// A heading, the cells of what stands at the left below it, and the lines: a word and its meaning.
struct Part {
    title: &'static str,
    /// Of which scope alone it tells, if so.
    scope: Option<Scope>,
    cells: usize,
    rows: Vec<(String, String)>,
}

/// All parts of which something is to be seen.
fn groups(app: &App, typed: &str, first: Option<Scope>) -> Vec<Part> {
    let keys = GROUPS.iter().map(|group| Part {
        title: app.settings().keys.title(group),
        scope: scope_of(group),
        cells: KEYS,
        rows: key_rows(&app.settings().keys, group),
    });
    let signs = signs(app.settings().thresholds).into_iter();
    let signs = signs.map(|(sign, what)| (sign.to_owned(), what)).collect();
    let row = |(sign, what): (&str, &str)| (sign.to_owned(), what.to_owned());
    let of_jobs = super::jobs::signs().map(row).to_vec();
    let filters = FILTERS.iter().map(|(example, what)| ((*example).into(), (*what).into()));
    // What there is to read further down, and in a shell.
    let topics = TOPICS.iter().map(|topic| (topic.name.to_owned(), topic.about.to_owned()));
    let others = [
        Part { title: "Signs", scope: None, cells: KEYS, rows: signs },
        Part { title: "Signs of jobs", scope: Some(Scope::Jobs), cells: KEYS, rows: of_jobs },
        // A blank of their own behind the examples, which may fill their cells.
        Part { title: "Filters", scope: None, cells: EXAMPLES + 1, rows: filters.collect() },
        Part { title: MORE, scope: None, cells: KEYS + 2, rows: topics.collect() },
    ];
    let narrowed = |mut part: Part| {
        let title = part.title;
        part.rows.retain(|(word, what)| has_words(&format!("{title} {word} {what}"), typed));
        part
    };
    let parts = keys.chain(others).map(narrowed).filter(|part| !part.rows.is_empty());
    let mut parts: Vec<Part> = parts.collect();
    parts.sort_by_key(|part| first.is_none() || part.scope != first);
    parts
}

/// The scope that all bindings of a group have in common, where it is a narrow one.
fn scope_of(group: &Group) -> Option<Scope> {
    let scope = group.bindings.first()?.scope;
    let is_common = group.bindings.iter().all(|binding| binding.scope == scope);
    Some(scope).filter(|scope| is_common && *scope != Scope::Main)
}

/// The keys of a group and what they do; those that sort by the column with their number are one
/// line.
fn key_rows(keys: &KeyMap, group: &Group) -> Vec<(String, String)> {
    let row = |binding: &Binding| match binding.action {
        Action::SortByColumn(1) => {
            Some((numbers(keys, group), "sort by that column; again reverses".to_owned()))
        }
        Action::SortByColumn(_) => None,
        _ if !keys.offers(binding) => None,
        _ => Some((keys.names(binding), binding.what.to_owned())),
    };
    group.bindings.iter().filter_map(row).collect()
}

/// The keys that sort by the column with their number.
fn numbers(keys: &KeyMap, group: &Group) -> String {
    let sorts = |binding: &&Binding| matches!(binding.action, Action::SortByColumn(_));
    let names = group.bindings.iter().filter(sorts).map(|binding| keys.names(binding));
    let names = names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
    if names == "1 2 3 4 5 6 7 8 9" { "1–9".to_owned() } else { names }
}

/// Groups of lines in one column, or two of about the same height.
fn side_by_side(groups: Vec<Vec<Line>>, two: bool) -> [Vec<Line>; 2] {
    let all: usize = groups.iter().map(Vec::len).sum();
    let (mut first, mut second) = (vec![], vec![]);
    for group in groups {
        let to_first = !two || second.is_empty() && first.len() < all / 2;
        if to_first { first.extend(group) } else { second.extend(group) }
    }
    [first, second]
}

fn part_lines(part: &Part, room: usize) -> Vec<Line> {
    let mut lines = vec![Line::of(Tone::Strong, part.title)];
    for (word, what) in &part.rows {
        explain(&mut lines, (word.clone(), part.cells), what, room);
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
