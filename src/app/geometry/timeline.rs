//! Where the buckets of the timeline stand, and what stands beside them.
//!
//! Its edges are those of the buckets, so that the labels between them are true to within one of
//! them. The buckets take all the room that there is.

use ratatui::layout::Rect;

use crate::account::timeline::{DAYS, HOURS, Measure};
use crate::app::App;
use crate::text;
use crate::text::{grouped, width};

/// Labels, and the bucket that each stands before.
pub(crate) const LABELS: [(usize, &str); 4] =
    [(0, "now "), (6, " 6h "), (HOURS, " 1d "), (HOURS + DAYS, " 7d ")];
/// Cells of each label.
pub(crate) const LABEL: u16 = 4;
/// Cells of all of them.
const LABELS_TOGETHER: u16 = 16;
/// From this width on the strip says what its highest bars stand for.
const SCALE_FROM: u16 = 100;
/// Buckets that are no hours, and how much wider than an hour they are at least, where there is
/// room for that.
const OTHERS: u16 = 8;
const WIDER: u16 = 2;

/// The strip of the timeline.
pub(crate) struct Strip {
    /// What is measured, and of which files.
    pub(crate) measured: String,
    /// What the highest bars stand for; nothing where there is no room.
    pub(crate) scale: String,
    /// The column at which the labels and buckets begin.
    from: u16,
    /// Cells of an hour, and of what is none.
    hour: u16,
    other: u16,
    /// So many of the others have a cell more.
    wider: u16,
}

/// The strip as it stands in `area`.
pub(crate) fn strip(app: &App, area: Rect) -> Strip {
    let filtered = if app.shows_filtered_expiries() { ", filtered" } else { "" };
    let measured = format!("{}{filtered}", app.measure().word());
    let scale = if area.width >= SCALE_FROM { scale(app) } else { String::new() };
    let cells = |text: &str| u16::try_from(width(text)).unwrap_or(u16::MAX);
    let from = area.x + 1 + cells(&measured) + 1;
    // One blank column at the end, and one before the scale.
    let end = area.right().saturating_sub(1);
    let end = if scale.is_empty() { end } else { end.saturating_sub(cells(&scale) + 1) };
    Strip::within(from, end, measured, scale)
}

/// What the highest bars stand for, of the hours and of the days: `max 12/h, 240/d`. Nothing where
/// there is nothing.
#[must_use]
pub fn scale(app: &App) -> String {
    let measure = app.measure();
    let words = |most: u128| match measure {
        Measure::Files => grouped(usize::try_from(most).unwrap_or(usize::MAX)),
        Measure::Bytes => text::sum(most),
    };
    match app.timeline().most(measure) {
        [0, 0] => String::new(),
        [0, day] => format!("max {}/d", words(day)),
        [hour, 0] => format!("max {}/h", words(hour)),
        [hour, day] => format!("max {}/h, {}/d", words(hour), words(day)),
    }
}

impl Strip {
    /// The strip whose labels and buckets begin at one column and end before another.
    fn within(from: u16, end: u16, measured: String, scale: String) -> Self {
        let room = end.saturating_sub(from + LABELS_TOGETHER);
        let hours = u16::try_from(HOURS).unwrap_or(u16::MAX);
        let hour = (room / (hours + WIDER * OTHERS)).max(1);
        let rest = room.saturating_sub(hours * hour);
        Self { measured, scale, from, hour, other: (rest / OTHERS).max(1), wider: rest % OTHERS }
    }

    /// Where each bucket stands: the column at which it begins, and its cells.
    pub(crate) fn places(&self) -> impl Iterator<Item = (u16, u16)> {
        let mut x = self.from;
        (0..=HOURS + DAYS).map(move |bucket| {
            if LABELS.iter().any(|(before, _)| *before == bucket) {
                x += LABEL;
            }
            let is_wider = (HOURS..HOURS + usize::from(self.wider)).contains(&bucket);
            let other = self.other + u16::from(is_wider);
            let cells = if bucket < HOURS { self.hour } else { other };
            x += cells;
            (x - cells, cells)
        })
    }
}

/// The bucket whose bar covers column `x`.
#[must_use]
pub fn bucket_at(app: &App, x: u16) -> Option<usize> {
    let area = app.layout()?.timeline?;
    strip(app, area).places().position(|(from, cells)| (from..from + cells).contains(&x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_take_all_the_room() {
        for room in 40..400_u16 {
            let strip = Strip::within(7, 7 + LABELS_TOGETHER + room, String::new(), String::new());
            let places: Vec<(u16, u16)> = strip.places().collect();
            let hours = &places[..HOURS];
            assert!(hours.iter().all(|(_, cells)| *cells == hours[0].1), "{room}");
            let others = places[HOURS..].iter().map(|(_, cells)| *cells);
            assert!(others.clone().max() <= others.clone().min().map(|least| least + 1));
            assert!(others.min() >= Some(hours[0].1), "{room}");
            let (last, cells) = places[HOURS + DAYS];
            assert_eq!(last + cells, 7 + LABELS_TOGETHER + room, "{room}");
        }
    }
}
