//! The mouse: select, scroll, sort by header, choose buckets, drag the border of the pane.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::mode::{Focus, Mode};
use super::{App, geometry, sheets};

/// Rows that one turn of the wheel moves.
const WHEEL: isize = 3;

impl App {
    pub(super) fn use_mouse(&mut self, mouse: MouseEvent) {
        if !self.look.mouse {
            return;
        }
        self.patience = super::PATIENCE;
        match mouse.kind {
            MouseEventKind::ScrollDown => self.wheel(WHEEL, mouse),
            MouseEventKind::ScrollUp => self.wheel(-WHEEL, mouse),
            MouseEventKind::Down(MouseButton::Left) => self.click(mouse.column, mouse.row),
            MouseEventKind::Drag(MouseButton::Left) if self.look.dragging => {
                let layout = self.layout();
                self.look.split = layout.and_then(|l| l.split_at(mouse.column, mouse.row));
                self.fit();
            }
            MouseEventKind::Up(_) => self.look.dragging = false,
            _ => {}
        }
    }

    /// What lies under the pointer scrolls; layers above the table do wherever it is.
    fn wheel(&mut self, rows: isize, mouse: MouseEvent) {
        let at = Position::new(mouse.column, mouse.row);
        let pane = self.layout().and_then(|layout| layout.pane);
        let over_pane = pane.is_some_and(|pane| pane.contains(at));
        match &mut self.mode {
            Mode::Browse if over_pane => {
                let most = sheets::detail::overflow(self);
                let scroll = match self.focus {
                    Focus::Pane { scroll } => scroll,
                    _ => 0,
                };
                let scroll = scroll.saturating_add_signed(rows).min(most);
                self.focus = Focus::Pane { scroll };
            }
            Mode::Browse | Mode::Filter { .. } => self.table.scroll_by(rows),
            Mode::Agenda { line } => {
                let line = line.saturating_add_signed(rows);
                let last = sheets::agenda::lines(self).saturating_sub(1);
                self.mode = Mode::Agenda { line: line.min(last) };
            }
            Mode::Picker { .. } | Mode::Palette { .. } => {}
            Mode::Detail { .. } | Mode::Help { .. } | Mode::Events { .. } => self.scroll(rows),
        }
    }

    fn click(&mut self, x: u16, y: u16) {
        let Some(layout) = self.layout() else { return };
        if !matches!(self.mode, Mode::Browse | Mode::Filter { .. }) {
            return;
        }
        let at = Position::new(x, y);
        if layout.is_split(x, y) {
            self.look.dragging = true;
        } else if layout.table.contains(at) {
            self.focus = Focus::Table;
            self.click_in_table(x, y);
        } else if layout.pane.is_some_and(|pane| pane.contains(at)) {
            self.focus = Focus::Pane { scroll: 0 };
        } else if layout.timeline.is_some_and(|timeline| timeline.contains(at))
            && let Some(bucket) = geometry::timeline::bucket_at(self, x)
        {
            self.choose_bucket(bucket);
        }
    }

    fn click_in_table(&mut self, x: u16, y: u16) {
        let Some(layout) = self.layout() else { return };
        let head = layout.table.y + 1;
        if y == head {
            if let Some(key) = geometry::columns::column_at(self, x) {
                self.sort_or_reverse(key);
            }
        } else if y > head && y + 1 < layout.table.bottom() {
            let row = self.table.viewport().offset + usize::from(y - head - 1);
            if row < self.table.rows().len() {
                self.table.select_row(row);
            }
        }
    }
}
