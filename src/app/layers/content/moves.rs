//! Where the cursor and the view go, and what they need of the content.

use std::ops::Range;
use std::sync::Arc;

use ratatui::layout::{Position, Rect};

use super::{ContentLayer, Opened, Place, open_rows};
use crate::app::sheets::content::{self as sheet, Widths};
use crate::content::readout::{Need, ReadOrder};

/// Screens below the first row in view that are read ahead.
const AHEAD: usize = 3;

impl ContentLayer {
    /// Rows that there is room for.
    fn rows_in_view(&self) -> usize {
        usize::from(self.room.height).max(1)
    }

    pub(super) fn page(&self) -> isize {
        isize::try_from(self.rows_in_view()).unwrap_or(1)
    }

    /// Cells that the rows of a line have.
    fn widths(&self) -> Widths {
        sheet::widths(self, self.room)
    }

    /// The row behind another one.
    fn behind(&self, place: Place) -> Option<Place> {
        let window = self.readout.window();
        let line = window.line(place.line)?;
        if place.row + 1 < self.height(&line, self.widths()) {
            return Some(Place { row: place.row + 1, ..place });
        }
        window.behind(place.line).map(|line| Place { line, row: 0 })
    }

    /// The row before another one.
    fn before(&self, place: Place) -> Option<Place> {
        if let Some(row) = place.row.checked_sub(1) {
            return Some(Place { row, ..place });
        }
        let window = self.readout.window();
        let line = window.line(window.before(place.line)?)?;
        Some(Place { line: line.at, row: self.height(&line, self.widths()) - 1 })
    }

    /// A place so many rows from another one, as far as there are rows.
    fn step(&self, mut place: Place, rows: isize) -> Place {
        for _ in 0..rows.unsigned_abs() {
            let next = if rows > 0 { self.behind(place) } else { self.before(place) };
            let Some(next) = next else { break };
            place = next;
        }
        place
    }

    /// Moves the cursor by so many rows, as far as lines are held.
    pub(super) fn move_by(&mut self, rows: isize) {
        self.stop_following();
        self.cursor = self.step(self.cursor, rows);
        self.show_cursor();
    }

    pub(super) fn go_to_start(&mut self) {
        self.stop_following();
        self.seek.stop();
        self.readout.go_to_start(&mut self.orders);
        (self.cursor, self.top) = (Place::default(), Place::default());
    }

    pub(super) fn go_to_end(&mut self) {
        self.seek.follow_to_the_end();
        self.readout.go_to_end(&mut self.orders);
        self.go_to_last_line();
    }

    /// To the last line that is held.
    pub(super) fn go_to_last_line(&mut self) {
        if let Some(line) = self.readout.window().last() {
            self.cursor = Place { line, row: 0 };
            self.show_cursor();
        }
    }

    /// Scrolls no further than it must for the cursor to be in view.
    pub(super) fn show_cursor(&mut self) {
        // What is said behind the last row is to be seen with it.
        let is_last = self.behind(self.cursor).is_none();
        let height = (self.rows_in_view() - usize::from(is_last)).max(1);
        if self.cursor < self.top || self.readout.window().line(self.top.line).is_none() {
            self.top = self.cursor;
            return;
        }
        let mut place = self.top;
        for _ in 0..height {
            if place == self.cursor {
                return;
            }
            let Some(next) = self.behind(place) else { break };
            place = next;
        }
        let back = isize::try_from(height - 1).unwrap_or(0);
        self.top = self.step(self.cursor, -back);
    }

    /// The row that stands at a place of the screen.
    pub(super) fn place_at(&self, at: Position) -> Option<Place> {
        let row = at.y.checked_sub(self.room.y).filter(|row| *row < self.room.height)?;
        let mut place = self.top;
        for _ in 0..row {
            place = self.behind(place)?;
        }
        self.readout.window().line(place.line).map(|_| place)
    }

    /// What is in view, as offsets of lines.
    pub(super) fn seen(&self) -> Range<u64> {
        let from = self.seek.place().unwrap_or(self.top.line).min(u64::MAX - 1);
        let window = self.readout.window();
        let last = window.lines_from(from).nth(self.rows_in_view()).map(|line| line.at);
        from..last.unwrap_or_else(|| window.end())
    }

    /// Sees to it that what is in view and what is looked for is read, and that cursor and view stand
    /// where lines are; tells what there is to say.
    pub(in crate::app) fn follow(
        &mut self,
        screen: Rect,
        orders: &mut Vec<ReadOrder>,
    ) -> Option<String> {
        self.room = sheet::room(self, screen);
        let message = self.seek_on();
        self.settle();
        let need = self.need();
        self.readout.follow(&need, &mut self.orders);
        self.settle();
        orders.append(&mut self.orders);
        message
    }

    fn need(&self) -> Need {
        let window = self.readout.window();
        let ahead = AHEAD * self.rows_in_view();
        let below = window.lines_from(self.top.line).take(ahead).count() < ahead;
        let mut above = Some(self.top.line);
        for _ in 0..self.rows_in_view() {
            above = above.and_then(|line| window.before(line));
        }
        let (all_below, all_above) = self.seek.needs();
        Need {
            below,
            all_below,
            above: !window.is_empty() && (above.is_none() || all_above),
            seen: self.seen(),
        }
    }

    /// Puts cursor and view on lines that are held, and what is folded open to the width.
    fn settle(&mut self) {
        let width = self.widths().further;
        let window = self.readout.window();
        self.opened.retain(|line, _| window.line(*line).is_some());
        for (at, opened) in &mut self.opened {
            if opened.width != width
                && let Some(line) = window.line(*at)
            {
                *opened = Opened { width, rows: Arc::new(open_rows(&line, width)) };
            }
        }
        if window.is_empty() {
            return;
        }
        let held = |place: Place| {
            let line = window.line(place.line)?;
            Some((line.at, self.height(&line, self.widths())))
        };
        let nearest = |place: Place| match held(place) {
            Some((line, rows)) => Place { line, row: place.row.min(rows - 1) },
            None if place.line < window.start() => Place { line: window.start(), row: 0 },
            None => Place { line: window.last().unwrap_or(0), row: 0 },
        };
        let (cursor, top) = (nearest(self.cursor), nearest(self.top));
        (self.cursor, self.top) = (cursor, top);
        self.show_cursor();
        // No empty rows below where there are lines above.
        let back = isize::try_from(self.rows_in_view().saturating_sub(2)).unwrap_or(0);
        let last = window_last(self);
        let highest = self.step(last, -back);
        if self.readout.is_at_the_end() && self.top > highest {
            self.top = highest;
        }
    }
}

/// The last row that is held.
fn window_last(content: &ContentLayer) -> Place {
    let window = content.readout.window();
    let Some(line) = window.last().and_then(|at| window.line(at)) else { return Place::default() };
    Place { line: line.at, row: content.height(&line, content.widths()) - 1 }
}
