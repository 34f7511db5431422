//! Where everything stands on the screen: places that both `update` and the view need.

pub mod columns;
pub mod layout;
pub mod lists;
pub mod timeline;

use ratatui::layout::{Margin, Rect};

/// The room within a box: its border, and one blank column at each side, are its own.
#[must_use]
pub fn inside(place: Rect) -> Rect {
    place.inner(Margin::new(2, 1))
}
