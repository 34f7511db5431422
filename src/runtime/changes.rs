//! Which cells of a frame are written over the one before.
//!
//! That is what differs, and beside it what a terminal may show otherwise than we count: how wide a
//! flag is, an emoji, or one with a selector or joiner behind it, terminals disagree on. A pair of
//! letters that is a flag here is two letters there, each in its own cell, and the second one stays
//! where only the first cell is written over. So whatever such a sequence may have covered is written
//! anew with it and after it. This module knows neither colours nor bytes.

use ratatui::buffer::{Buffer, Cell};
use unicode_width::UnicodeWidthStr;

/// Where the pictographs begin that some terminals take for narrow.
const PICTOGRAPHS: char = '\u{1F000}';

/// The cells, each with its column and row, that make a terminal which shows `shown` show `next`, in the
/// order in which they are to be written.
pub(super) fn changes<'n>(shown: &Buffer, next: &'n Buffer) -> Vec<(u16, u16, &'n Cell)> {
    let differing: Vec<(u16, u16, &Cell)> = shown.diff_iter(next).collect();
    let row_end = next.area.right();
    // Up to where the cell, and what stood there and beneath its second half, may have been drawn.
    let end = |(x, y, cell): &(u16, u16, &Cell)| {
        let covered = *x..x.saturating_add(cells(cell)).min(row_end);
        let before = covered.map(|x| x.saturating_add(reach(shown[(x, *y)].symbol())));
        before.fold(x.saturating_add(reach(cell.symbol())), u16::max).min(row_end)
    };
    if differing.iter().all(|cell| end(cell) <= cell.0) {
        return differing;
    }
    let mut places: Vec<(u16, u16)> = vec![];
    for cell @ (x, y, _) in &differing {
        places.extend((*x..end(cell).max(x + 1)).map(|x| (*y, x)));
    }
    places.sort_unstable();
    places.dedup();
    let mut written = Vec::with_capacity(places.len());
    let mut hidden = (0, 0..0);
    for (y, x) in places {
        if hidden.0 == y && hidden.1.contains(&x) {
            continue;
        }
        let cell = &next[(x, y)];
        hidden = (y, x + 1..x.saturating_add(cells(cell)).min(row_end));
        // What lies under it goes first: a terminal to which it is narrow leaves that as it is.
        if is_disputed(cell.symbol()) {
            written.extend(hidden.1.clone().map(|x| (x, y, &next[(x, y)])));
        }
        written.push((x, y, cell));
    }
    written
}

/// The cells that it takes as we count them.
fn cells(cell: &Cell) -> u16 {
    u16::try_from(cell.symbol().width()).unwrap_or(1).max(1)
}

/// Whether terminals disagree on how many cells it takes.
fn is_disputed(symbol: &str) -> bool {
    let mut chars = symbol.chars();
    let is_wide = || symbol.width() > 1;
    match (chars.next(), chars.next()) {
        (Some(only), None) => only >= PICTOGRAPHS && is_wide(),
        (Some(_), Some(_)) => is_wide() || symbol.chars().any(|c| c >= PICTOGRAPHS),
        (None, _) => false,
    }
}

/// The cells that it takes at most in any terminal, where they disagree: two for each of its characters
/// that is seen by itself.
fn reach(symbol: &str) -> u16 {
    if symbol.len() < 4 || !is_disputed(symbol) {
        return 0;
    }
    let mut one = [0; 4];
    let seen = symbol.chars().filter(|c| c.encode_utf8(&mut one).width() > 0).count();
    u16::try_from(2 * seen.max(1)).unwrap_or(u16::MAX)
}
