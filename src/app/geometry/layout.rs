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
/// From this size on there is a timeline.
const TIMELINE_FROM: Size = Size::new(70, 30);
/// What a pane, and the table beside it, keep of the screen at least.
const LEAST_PANE: Size = Size::new(24, 5);
const LEAST_TABLE: Size = Size::new(40, 8);

/// What the operator chose to see, as far as it takes room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The detail pane, where there is room.
    pub pane: bool,
    /// Cells of the pane across its border with the table, where the operator dragged that.
    pub split: Option<u16>,
    /// The timeline, where there is room.
    pub timeline: bool,
    /// A line under the input for what is wrong with it.
    pub filter: bool,
}

/// The places of the main screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// One or two lines at the top.
    pub header: Rect,
    /// The line of the timeline.
    pub timeline: Option<Rect>,
    /// The table with its border.
    pub table: Rect,
    /// The detail pane with its border.
    pub pane: Option<Rect>,
    /// The last line, or two.
    pub footer: Rect,
}

impl Layout {
    /// The layout for `size`; `None` below [`LEAST`].
    #[must_use]
    pub fn of(size: Size, shape: Shape) -> Option<Self> {
        if size.width < LEAST.width || size.height < LEAST.height {
            return None;
        }
        let line = |y, height| Rect::new(0, y, size.width, height);
        let header = line(0, if size.height >= 10 { 2 } else { 1 });
        let roomy = size.width >= TIMELINE_FROM.width && size.height >= TIMELINE_FROM.height;
        let timeline = (shape.timeline && roomy).then(|| line(header.height, 1));
        let footer_lines = if shape.filter && size.height > LEAST.height { 2 } else { 1 };
        let footer = line(size.height - footer_lines, footer_lines);
        let top = timeline.map_or(header.bottom(), Rect::bottom);
        let body = line(top, footer.y - top);
        let (table, pane) = match shape.pane.then(|| PanePlace::of(size)).flatten() {
            None => (body, None),
            Some(PanePlace::Right) => {
                let most = body.width - LEAST_TABLE.width;
                let width = shape.split.unwrap_or((size.width / 3).clamp(40, 64));
                let width = width.clamp(LEAST_PANE.width, most);
                let table = Rect { width: body.width - width, ..body };
                (table, Some(Rect { x: table.width, width, ..body }))
            }
            Some(PanePlace::Below) => {
                let most = body.height - LEAST_TABLE.height;
                let height = shape.split.unwrap_or(PANE_BELOW_LINES);
                let height = height.clamp(LEAST_PANE.height, most);
                let table = Rect { height: body.height - height, ..body };
                (table, Some(Rect { y: table.bottom(), height, ..body }))
            }
        };
        Some(Self { header, timeline, table, pane, footer })
    }

    /// Lines for files in the table: all but the borders and the column names.
    #[must_use]
    pub fn table_rows(&self) -> usize {
        usize::from(self.table.height.saturating_sub(3))
    }

    /// The whole screen.
    #[must_use]
    pub fn screen(&self) -> Rect {
        Rect::new(0, 0, self.footer.width, self.footer.bottom())
    }

    /// The cells that the pane would have if its border with the table were dragged to a place.
    #[must_use]
    pub fn split_at(&self, x: u16, y: u16) -> Option<u16> {
        let pane = self.pane?;
        let beside = pane.y == self.table.y;
        Some(if beside { pane.right().saturating_sub(x) } else { pane.bottom().saturating_sub(y) })
    }

    /// Whether a place lies on the border between table and pane.
    #[must_use]
    pub fn is_split(&self, x: u16, y: u16) -> bool {
        let Some(pane) = self.pane else { return false };
        if pane.y == self.table.y {
            (x == pane.x || x + 1 == pane.x) && (pane.top()..pane.bottom()).contains(&y)
        } else {
            y == pane.y || y + 1 == pane.y
        }
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

    fn shape(pane: bool) -> Shape {
        Shape { pane, timeline: true, ..Shape::default() }
    }

    #[test]
    fn tiers() {
        let pane = |width, height| Layout::of(Size::new(width, height), shape(true)).unwrap().pane;
        assert_eq!(pane(120, 36), Some(Rect::new(80, 3, 40, 32)));
        assert_eq!(pane(119, 30), Some(Rect::new(0, 17, 119, 12)));
        assert_eq!(pane(80, 24), None);
        assert_eq!(pane(200, 60).unwrap().width, 64);
        assert!(
            Layout::of(Size::new(29, 6), shape(true)).is_none()
                && Layout::of(Size::new(30, 5), shape(true)).is_none()
        );
        let layout = |width, height| Layout::of(Size::new(width, height), shape(true)).unwrap();
        assert_eq!(layout(120, 36).table_rows(), 29);
        assert!(layout(80, 24).timeline.is_none() && layout(69, 40).timeline.is_none());
    }

    #[test]
    fn the_places_fill_the_screen_without_overlap() {
        for width in 30..210 {
            for height in 6..70 {
                for (pane, split, filter) in [
                    (false, None, false),
                    (true, None, true),
                    (true, Some(0), false),
                    (true, Some(90), true),
                    (true, Some(1_000), false),
                ] {
                    let shape = Shape { pane, split, timeline: true, filter };
                    let layout = Layout::of(Size::new(width, height), shape).unwrap();
                    let area = |rect: Rect| u32::from(rect.width) * u32::from(rect.height);
                    let sum = area(layout.header)
                        + layout.timeline.map_or(0, area)
                        + area(layout.table)
                        + area(layout.footer)
                        + layout.pane.map_or(0, area);
                    assert_eq!(sum, u32::from(width) * u32::from(height), "{width}x{height}");
                    assert!(layout.table_rows() >= 1, "{width}x{height}");
                }
            }
        }
    }
}
