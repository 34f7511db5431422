//! Where lists to choose from stand, and which of their lines are in view.

use ratatui::layout::{Position, Rect};

use super::inside;

/// Cells beside a box that are worth seeing.
const SLIVERS: u16 = 16;
/// Cells of the palette.
pub(crate) const PALETTE_WIDTH: u16 = 64;
/// Actions that the palette shows at once.
const PALETTE_LINES: u16 = 14;

/// A list of lines in a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPlace {
    /// The box.
    pub area: Rect,
    /// The room for the lines.
    pub room: Rect,
    /// How many lines there are.
    pub lines: usize,
}

impl ListPlace {
    /// A short list in the middle of the screen.
    #[must_use]
    pub fn picker(screen: Rect, width: u16, lines: usize) -> Self {
        let height = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2);
        let area = above(screen, width, height);
        Self { area, room: inside(area), lines }
    }

    /// The palette's, below the line that is typed: as high as what was found, its upper edge where
    /// it always is.
    #[must_use]
    pub fn palette(screen: Rect, lines: usize) -> Self {
        let height = u16::try_from(lines).unwrap_or(u16::MAX).clamp(1, PALETTE_LINES) + 3;
        let y = screen.y + screen.height.saturating_sub(PALETTE_LINES + 3) / 4;
        let area = Rect { y, ..above(screen, PALETTE_WIDTH, height) };
        Self { area, room: below_first(inside(area)), lines }
    }

    /// On the whole screen, from its upper border on.
    #[must_use]
    pub fn log(screen: Rect, lines: usize) -> Self {
        Self { area: screen, room: inside(screen), lines }
    }

    /// On the whole screen, below the names of its columns.
    #[must_use]
    pub fn full(screen: Rect, lines: usize) -> Self {
        Self { area: screen, room: below_first(inside(screen)), lines }
    }
}

fn below_first(room: Rect) -> Rect {
    let first = room.height.min(1);
    Rect { y: room.y + first, height: room.height - first, ..room }
}

/// The place of a box above the others; on a narrow screen it takes the whole width rather than
/// leave slivers of what is behind it.
fn above(over: Rect, width: u16, height: u16) -> Rect {
    let width = if over.width < width + SLIVERS { over.width } else { width };
    let height = height.min(over.height);
    let (x, y) = (over.x + (over.width - width) / 2, over.y + (over.height - height) / 2);
    Rect { x, y, width, height }
}

/// A cursor in a list that scrolls no further than it must.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListCursor {
    line: usize,
    top: usize,
}

impl ListCursor {
    /// On a line, with as many before it in view as there is room for.
    #[must_use]
    pub fn on(line: usize) -> Self {
        Self { line, top: 0 }
    }

    /// On a line, where `top` was the first one in view.
    #[must_use]
    pub fn below(top: usize, line: usize) -> Self {
        Self { line, top }
    }

    /// The line that it is on, as near as there is one.
    #[must_use]
    pub fn line(self, lines: usize) -> usize {
        self.line.min(lines.saturating_sub(1))
    }

    /// The first line in view.
    #[must_use]
    pub fn first(self, list: &ListPlace) -> usize {
        let (line, height) = (self.line(list.lines), usize::from(list.room.height).max(1));
        let least = (line + 1).saturating_sub(height);
        self.top.min(list.lines.saturating_sub(height)).clamp(least, line)
    }

    /// Goes to a line, or to the last one.
    pub(crate) fn go_to(&mut self, line: usize, list: &ListPlace) {
        self.top = self.first(list);
        self.line = line.min(list.lines.saturating_sub(1));
        self.top = self.first(list);
    }

    /// Moves by so many lines.
    pub(crate) fn go_by(&mut self, lines: isize, list: &ListPlace) {
        self.go_to(self.line(list.lines).saturating_add_signed(lines), list);
    }

    /// Goes to the line at a place of the screen; tells whether it was there already.
    pub(crate) fn click(&mut self, at: Position, list: &ListPlace) -> bool {
        let within = Rect { x: list.area.x, width: list.area.width, ..list.room };
        if !within.contains(at) {
            return false;
        }
        let line = self.first(list) + usize::from(at.y - list.room.y);
        if line >= list.lines {
            return false;
        }
        let again = line == self.line(list.lines);
        self.go_to(line, list);
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_view_and_a_click_moves_nothing_else() {
        let list = ListPlace::full(Rect::new(0, 0, 40, 8), 20);
        assert_eq!(list.room.height, 5);
        let mut cursor = ListCursor::default();
        cursor.go_by(7, &list);
        assert_eq!((cursor.line(20), cursor.first(&list)), (7, 3));
        assert!(!cursor.click(Position::new(3, list.room.y + 1), &list));
        assert_eq!((cursor.line(20), cursor.first(&list)), (4, 3));
        assert!(cursor.click(Position::new(3, list.room.y + 1), &list), "it was there");
        assert!(!cursor.click(Position::new(3, 7), &list), "the border is no line");
        cursor.go_by(isize::MAX, &list);
        assert_eq!((cursor.line(20), cursor.first(&list)), (19, 15));
        cursor.go_by(isize::MIN, &list);
        assert_eq!((cursor.line(20), cursor.first(&list)), (0, 0));
        // The list became shorter.
        cursor.go_by(19, &list);
        let list = ListPlace { lines: 3, ..list };
        assert_eq!((cursor.line(3), cursor.first(&list)), (2, 0));
        assert!(!cursor.click(Position::new(3, list.room.y + 4), &list), "nothing is there");
    }
}
