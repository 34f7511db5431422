//! Cells of a terminal: how many a text takes, and how it is shortened to fit.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::spelling::without_mark;

/// Terminal cells that `text` takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.width() }
}

/// Whether each byte of `text` is a character of one cell: most of what is shown, so that it need
/// not be looked at closer.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// `text` within `cells` cells, its end replaced by `…` where it is too long. What says that a name is
/// spelt otherwise than it looks stays behind it: as `\{nfd}`, or where there is no room as `\`, which
/// no other text ends with.
#[must_use]
pub fn shorten_end(text: &str, cells: usize) -> String {
    shorten(text, cells, cut_end)
}

/// `text` within `cells` cells, its middle replaced by `…`, so that ends that differ are seen; marked
/// as by [`shorten_end`].
#[must_use]
pub fn shorten_middle(text: &str, cells: usize) -> String {
    shorten(text, cells, if cells < 5 { cut_end } else { cut_middle })
}

/// Cells that are left of a text beside the whole of its mark, at least.
const BESIDE_MARK: usize = 5;

fn shorten(text: &str, cells: usize, cut: fn(&str, usize) -> String) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    match without_mark(text) {
        Some((body, mark)) if cells >= BESIDE_MARK + mark.len() => {
            cut(body, cells - mark.len()) + mark
        }
        Some((body, _)) if cells > 1 => cut_end(body, cells - 1) + "\\",
        _ => cut(text, cells),
    }
}

/// The beginning of `text` and `…` in `cells` cells.
fn cut_end(text: &str, cells: usize) -> String {
    let mut out = text[..cells_from_start(text, cells.saturating_sub(1))].to_owned();
    if cells > 0 {
        out.push('…');
    }
    out
}

/// Both ends of `text` around `…` in `cells` cells, of which there are three at least.
fn cut_middle(text: &str, cells: usize) -> String {
    let tail_cells = (cells - 1) / 2;
    let head = &text[..cells_from_start(text, cells - 1 - tail_cells)];
    let tail = &text[cells_from_end(text, tail_cells)..];
    format!("{head}…{tail}")
}

/// Bytes at the start of `text` that fit into `cells` cells.
pub(super) fn cells_from_start(text: &str, cells: usize) -> usize {
    if is_plain(text) { text.len().min(cells) } else { fitting(text.graphemes(true), cells) }
}

/// Where the end of `text` begins that fits into `cells` cells.
fn cells_from_end(text: &str, cells: usize) -> usize {
    let fitting = if is_plain(text) { cells } else { fitting(text.graphemes(true).rev(), cells) };
    text.len().saturating_sub(fitting)
}

/// Bytes of the first of these that fit into `cells` cells.
fn fitting<'a>(graphemes: impl Iterator<Item = &'a str>, cells: usize) -> usize {
    let mut used = 0;
    let fits = |g: &&str| {
        used += g.width();
        used <= cells
    };
    graphemes.take_while(fits).map(str::len).sum()
}
