//! The mouse: select, scroll, sort by header, choose buckets, drag the border of the pane.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::effect::Effect;
use super::focus::Focus;
use super::layers::{Fate, Layer};
use super::sheets::detail::Shown;
use super::{App, geometry, sheets};

/// Rows that one turn of the wheel moves.
const WHEEL: isize = 3;

impl App {
    pub(super) fn use_mouse(&mut self, mouse: MouseEvent, effects: &mut Vec<Effect>) {
        if !self.appearance.mouse {
            return;
        }
        self.patience = super::PATIENCE;
        match mouse.kind {
            MouseEventKind::ScrollDown => self.wheel(WHEEL, mouse),
            MouseEventKind::ScrollUp => self.wheel(-WHEEL, mouse),
            MouseEventKind::Down(MouseButton::Left) => {
                self.click(Position::new(mouse.column, mouse.row), effects);
            }
            MouseEventKind::Drag(MouseButton::Left) if self.appearance.dragging => {
                let layout = self.layout();
                self.appearance.split = layout.and_then(|l| l.split_at(mouse.column, mouse.row));
                self.fit_table();
            }
            MouseEventKind::Up(_) => self.appearance.dragging = false,
            _ => {}
        }
    }

    /// What lies under the pointer scrolls; the topmost layer does wherever it is.
    fn wheel(&mut self, rows: isize, mouse: MouseEvent) {
        if !self.layers.is_empty() {
            self.with_top(|layer, app| layer.wheel(app, rows), |()| Fate::Stays);
            return;
        }
        let at = Position::new(mouse.column, mouse.row);
        let pane = self.layout().and_then(|layout| layout.pane);
        if !pane.is_some_and(|pane| pane.contains(at)) {
            return self.table.scroll_by(rows);
        }
        let scroll = match self.focus {
            Focus::Pane { scroll } => scroll,
            Focus::Table | Focus::Timeline { .. } => 0,
        };
        let most = sheets::detail::overflow(self, Shown::InPane);
        self.focus = Focus::Pane { scroll: scroll.saturating_add_signed(rows).min(most) };
    }

    fn click(&mut self, at: Position, effects: &mut Vec<Effect>) {
        let Some(layout) = self.layout() else { return };
        let Position { x, y } = at;
        if !matches!(self.layers.top(), None | Some(Layer::Filter(_))) {
            self.with_top(|layer, app| layer.click(app, at, effects), |fate| *fate);
        } else if layout.footer.contains(at) && self.layers.is_empty() {
            self.click_on_hint(x, layout.footer.width, effects);
        } else if layout.is_split(x, y) {
            self.appearance.dragging = true;
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

    /// A hint is clicked as its key is pressed.
    fn click_on_hint(&mut self, x: u16, width: u16, effects: &mut Vec<Effect>) {
        let Some(action) = sheets::footer::footer(self, width).action_at(x) else { return };
        self.patience = super::PATIENCE;
        self.perform(action, effects);
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
