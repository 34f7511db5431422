//! Where the buckets of the timeline stand.
//!
//! Its edges are those of the buckets, so that the labels between them are true to within one of
//! them.

use ratatui::layout::Rect;

use crate::account::timeline::{DAYS, HOURS};
use crate::app::App;

/// Labels, and the bucket that each stands before.
pub(crate) const LABELS: [(usize, &str); 4] =
    [(0, "now "), (6, " 6h "), (HOURS, " 1d "), (HOURS + DAYS, " 7d ")];
/// Cells of each label.
pub(crate) const LABEL: u16 = 4;
/// Cells of all of them.
const LABELS_TOGETHER: u16 = 16;

/// Where each bucket stands: the column at which it begins, and its cells.
pub(crate) fn places(area: Rect) -> impl Iterator<Item = (u16, u16)> {
    let room = area.width.saturating_sub(2 + LABELS_TOGETHER);
    let count = |buckets: usize| u16::try_from(buckets).unwrap_or(u16::MAX);
    let (hours, others) = (count(HOURS), count(DAYS + 1));
    let hour = (room / (hours + 3 * others)).max(1);
    let day = (room.saturating_sub(hours * hour) / others).clamp(1, 12);
    let mut x = area.x + 1;
    (0..=HOURS + DAYS).map(move |bucket| {
        if LABELS.iter().any(|(before, _)| *before == bucket) {
            x += LABEL;
        }
        let cells = if bucket < HOURS { hour } else { day };
        x += cells;
        (x - cells, cells)
    })
}

/// The bucket whose bar covers column `x`.
#[must_use]
pub fn bucket_at(app: &App, x: u16) -> Option<usize> {
    let area = app.layout()?.timeline?;
    places(area).position(|(from, cells)| (from..from + cells).contains(&x))
}
