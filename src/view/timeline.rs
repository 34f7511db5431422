//! The timeline: one bar for each bucket of expiries, from now on.
//!
//! ```text
//!  now ▂▂▁▁▇▇▅▅▃▃▂▂ 6h ▁▁▁▁▃▃▅▅▂▂▁▁▂▂▃▃▅▅▇▇▅▅▃▃▁▁▁▁ 1d ▃▃▃▃▃▃▅▅▅▅▅▅▂▂▂▂▂▂… 7d ▁▁▁▁▁▁
//! ```
//! Bars are in the colour of their urgency; a bucket without files is a dim line.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::Pen;
use crate::account::timeline::Bucket;
use crate::app::App;
use crate::app::focus::Focus;
use crate::app::geometry::timeline::{LABEL, LABELS, places};
use crate::theme::Theme;

const BLOCKS: [&str; 7] = ["▂", "▃", "▄", "▅", "▆", "▇", "█"];

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect) {
    let Pen { app, theme, .. } = *pen;
    let timeline = app.timeline();
    let measure = app.measure();
    let most = timeline.most(measure);
    let focused = match app.focus() {
        Focus::Timeline { bucket } => Some(bucket),
        _ => None,
    };
    let label_style = if focused.is_some() { theme.accent } else { theme.chrome };
    for ((number, bucket), (x, cells)) in timeline.buckets().iter().enumerate().zip(places(area)) {
        if let Some((_, label)) = LABELS.iter().find(|(before, _)| *before == number) {
            pen.put(x.saturating_sub(LABEL), area.y, area.right(), label, label_style);
        }
        let amount = bucket.amount(measure);
        let (symbol, style) = bar(app, theme, bucket, amount, most);
        let chosen = app.table().wanted_span().is_some_and(|span| span.end == bucket.span.end);
        let style = if focused == Some(number) {
            theme.accent.add_modifier(Modifier::REVERSED)
        } else if chosen {
            style.add_modifier(Modifier::REVERSED)
        } else {
            style
        };
        pen.put(x, area.y, area.right(), &symbol.repeat(usize::from(cells)), style);
    }
}

/// The block for an amount, and its colour: the highest bar is full, any file at all shows.
fn bar(
    app: &App,
    theme: &Theme,
    bucket: &Bucket,
    amount: u128,
    most: u128,
) -> (&'static str, Style) {
    if amount == 0 || most == 0 {
        return ("▁", theme.chrome);
    }
    let level = (amount * BLOCKS.len() as u128).div_ceil(most).clamp(1, BLOCKS.len() as u128);
    let symbol = BLOCKS[usize::try_from(level).unwrap_or(1) - 1];
    (symbol, theme.urgency(app.bucket_urgency(bucket)).remove_modifier(Modifier::BOLD))
}
