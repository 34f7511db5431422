//! Where everything stands, from the terminal's size alone. `update` needs it to know how many rows
//! a page has, the view to draw.

use ratatui::layout::{Rect, Size};

/// The least size that the screens are made for.
pub const LEAST: Size = Size::new(30, 6);
/// From this width on the detail pane stands at the right.
const PANE_RIGHT_FROM: u16 = 120;
/// From this height on it stands below the table.
const PANE_BELOW_FROM: u16 = 30;
/// Lines of the pane below the table, borders included.
const PANE_BELOW_LINES: u16 = 12;

/// The places of the main screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// One or two lines at the top.
    pub header: Rect,
    /// The table with its border.
    pub table: Rect,
    /// The detail pane with its border.
    pub pane: Option<Rect>,
    /// The last line.
    pub footer: Rect,
}

impl Layout {
    /// The layout for `size`; `None` below [`LEAST`].
    #[must_use]
    pub fn of(size: Size, pane: bool) -> Option<Self> {
        if size.width < LEAST.width || size.height < LEAST.height {
            return None;
        }
        let header_lines = if size.height >= 10 { 2 } else { 1 };
        let header = Rect::new(0, 0, size.width, header_lines);
        let footer = Rect::new(0, size.height - 1, size.width, 1);
        let body = Rect::new(0, header_lines, size.width, size.height - header_lines - 1);
        let (table, pane) = match pane.then(|| PanePlace::of(size)).flatten() {
            None => (body, None),
            Some(PanePlace::Right) => {
                let width = (size.width / 3).clamp(40, 64);
                let table = Rect { width: body.width - width, ..body };
                (table, Some(Rect { x: table.width, width, ..body }))
            }
            Some(PanePlace::Below) => {
                let table = Rect { height: body.height - PANE_BELOW_LINES, ..body };
                (table, Some(Rect { y: table.bottom(), height: PANE_BELOW_LINES, ..body }))
            }
        };
        Some(Self { header, table, pane, footer })
    }

    /// Lines for files in the table: all but the borders and the column names.
    #[must_use]
    pub fn table_rows(&self) -> usize {
        usize::from(self.table.height.saturating_sub(3))
    }
}

enum PanePlace {
    Right,
    Below,
}

impl PanePlace {
    fn of(size: Size) -> Option<Self> {
        if size.width >= PANE_RIGHT_FROM {
            Some(Self::Right)
        } else if size.height >= PANE_BELOW_FROM {
            Some(Self::Below)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers() {
        let pane = |width, height| Layout::of(Size::new(width, height), true).unwrap().pane;
        assert_eq!(pane(120, 36), Some(Rect::new(80, 2, 40, 33)));
        assert_eq!(pane(119, 30), Some(Rect::new(0, 17, 119, 12)));
        assert_eq!(pane(80, 24), None);
        assert_eq!(pane(200, 60).unwrap().width, 64);
        assert!(
            Layout::of(Size::new(29, 6), true).is_none()
                && Layout::of(Size::new(30, 5), true).is_none()
        );
        assert_eq!(Layout::of(Size::new(120, 36), true).unwrap().table_rows(), 30);
    }

    #[test]
    fn the_places_fill_the_screen_without_overlap() {
        for width in 30..210 {
            for height in 6..70 {
                for shown in [false, true] {
                    let layout = Layout::of(Size::new(width, height), shown).unwrap();
                    let area = |rect: Rect| u32::from(rect.width) * u32::from(rect.height);
                    let sum = area(layout.header)
                        + area(layout.table)
                        + area(layout.footer)
                        + layout.pane.map_or(0, area);
                    assert_eq!(sum, u32::from(width) * u32::from(height), "{width}x{height}");
                }
            }
        }
    }
}
