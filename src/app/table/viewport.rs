//! Which rows of a long list are on the screen.
//!
//! Knows only counts and positions. Behind the last row comes one more line, the end row, which
//! says what follows.

/// A window over `rows` rows and the end row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewport {
    /// The first row shown.
    pub offset: usize,
    /// Lines of the window.
    pub height: usize,
}

impl Viewport {
    /// Scrolls as little as needed to show row `at`; at the last row the end row shows too.
    pub fn reveal(&mut self, at: usize, rows: usize) {
        let last_line = if at + 1 == rows { rows } else { at };
        if self.offset + self.height <= last_line {
            self.offset = (last_line + 1).saturating_sub(self.height);
        }
        // The row itself comes first where both do not fit.
        self.offset = self.offset.min(at);
        self.clamp(rows);
    }

    /// Puts row `at` on screen line `line`, where the ends of the list allow it.
    pub fn hold(&mut self, at: usize, line: usize, rows: usize) {
        self.offset = at.saturating_sub(line.min(self.height.saturating_sub(1)));
        self.clamp(rows);
        self.reveal(at, rows);
    }

    /// The window has `height` lines now: where there are more than before, rows above are seen
    /// again, as many as came.
    pub fn grow_to(&mut self, height: usize) {
        self.offset = self.offset.saturating_sub(height.saturating_sub(self.height));
        self.height = height;
    }

    /// Moves the window by `by` rows, as far as the list goes.
    pub fn scroll_by(&mut self, by: isize, rows: usize) {
        self.offset = self.offset.saturating_add_signed(by);
        self.clamp(rows);
    }

    /// Rows behind the window.
    #[must_use]
    pub fn rows_below(&self, rows: usize) -> usize {
        rows.saturating_sub(self.offset + self.height)
    }

    fn clamp(&mut self, rows: usize) {
        self.offset = self.offset.min((rows + 1).saturating_sub(self.height.max(1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_row_is_always_inside_whatever_the_sizes() {
        for height in 0..6 {
            for rows in 1..9 {
                for offset in 0..9 {
                    for at in 0..rows {
                        for line in 0..6 {
                            let mut view = Viewport { offset, height };
                            view.reveal(at, rows);
                            let inside = view.offset <= at && at < view.offset + height.max(1);
                            assert!(inside, "{view:?} {at} of {rows}");
                            view.hold(at, line, rows);
                            let inside = view.offset <= at && at < view.offset + height.max(1);
                            assert!(inside, "{view:?} {at} of {rows}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn holding_keeps_the_line_and_the_end_row_shows_at_the_end() {
        let mut view = Viewport { offset: 10, height: 5 };
        view.hold(40, 2, 100);
        assert_eq!(view.offset, 38);
        view.reveal(99, 100);
        assert_eq!((view.offset, view.rows_below(100)), (96, 0));
        view.hold(1, 3, 100);
        assert_eq!(view.offset, 0);
    }

    #[test]
    fn a_window_that_shrank_and_grows_shows_the_rows_above_again() {
        let mut view = Viewport { offset: 40, height: 20 };
        view.grow_to(8);
        view.reveal(55, 100);
        assert_eq!(view.offset, 48);
        view.grow_to(20);
        view.reveal(55, 100);
        assert_eq!(view.offset, 36, "the selection is where it was, or lower");
    }
}
