//! The timeline: one bar for each bucket of expiries, from now on.
//!
//! ```text
//!  files now ▂▂▁▁▇▇▅▅▃▃▂▂ 6h ▁▁▁▁▃▃▅▅▂▂▁▁▂▂▃▃▅▅▇▇▅▅▃▃▁▁▁▁ 1d ▃▃▃▃▅▅▅▅▂▂▂▂… 7d ▁▁▁▁ max 12/h, 240/d
//! ```
//! Bars are in the colour of what is most urgent in them; a bucket without files is a dim line. Hours
//! and days have a scale each, and the end of the line says what the highest of both stand for.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{Pen, cells};
use crate::app::App;
use crate::app::focus::Focus;
use crate::app::geometry::timeline::{LABEL, LABELS, strip};
use crate::theme::Theme;

const BLOCKS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect) {
    let Pen { app, theme, .. } = *pen;
    let focused = match app.focus() {
        Focus::Timeline { bucket } => Some(bucket),
        _ => None,
    };
    let label_style = if focused.is_some() { theme.accent } else { theme.chrome };
    let strip = strip(app, area);
    // What counts only some of the files is not passed over.
    let measured_style = if app.shows_filtered_expiries() { theme.accent } else { label_style };
    pen.put(area.x + 1, area.y, area.right(), &strip.measured, measured_style);
    for (number, (x, cells)) in strip.places().enumerate().take(app.timeline().buckets().len()) {
        if let Some((_, label)) = LABELS.iter().find(|(before, _)| *before == number) {
            pen.put(x.saturating_sub(LABEL), area.y, area.right(), label, label_style);
        }
        let (symbol, style) = bar(app, theme, number);
        let end = app.timeline().buckets()[number].span.end;
        let chosen = app.table().wanted_span().is_some_and(|span| span.end == end);
        let style = if focused == Some(number) {
            theme.accent.add_modifier(Modifier::REVERSED)
        } else if chosen {
            style.add_modifier(Modifier::REVERSED)
        } else {
            style
        };
        pen.put(x, area.y, area.right(), &symbol.repeat(usize::from(cells)), style);
    }
    let right = area.right().saturating_sub(1);
    pen.put(right.saturating_sub(cells(&strip.scale)), area.y, right, &strip.scale, label_style);
}

/// The block for what is in a bucket, and its colour; any file at all stands above the dim line.
fn bar(app: &App, theme: &Theme, number: usize) -> (&'static str, Style) {
    let above_line = u16::try_from(BLOCKS.len() - 1).unwrap_or(1);
    match app.timeline().height(number, app.measure(), above_line) {
        0 => (BLOCKS[0], theme.chrome),
        height => {
            let urgency = app.bucket_urgency(&app.timeline().buckets()[number]);
            let style = theme.urgency(urgency).remove_modifier(Modifier::BOLD);
            (BLOCKS[usize::from(height)], style)
        }
    }
}
