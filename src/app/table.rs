//! The table's state: which files in which order, which of them is selected, which are in view.
//!
//! The selection is a file, not a row: it is found again after whatever happens to the order. Until
//! the operator moves, it rests on the first row, so that what expires next stays in view.

use super::viewport::Viewport;
use crate::store::filter::Filter;
use crate::store::order::{Order, SortKey};
use crate::store::{Delta, FileNo, Store};

/// A filter with the text that it was read from.
#[derive(Clone, Debug)]
struct InForce {
    text: String,
    filter: Filter,
    shown: Order,
}

/// Order, filter, selection and window of the table.
#[derive(Debug)]
pub struct Table {
    all: Order,
    filtered: Option<InForce>,
    viewport: Viewport,
    /// The file that the operator chose; `None` until then.
    chosen: Option<FileNo>,
    /// The row under the cursor.
    cursor: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            all: Order::new(SortKey::TimeLeft, false),
            filtered: None,
            viewport: Viewport::default(),
            chosen: None,
            cursor: 0,
        }
    }
}

impl Table {
    /// The order in force, after the filter.
    #[must_use]
    pub fn order(&self) -> &Order {
        self.filtered.as_ref().map_or(&self.all, |filtered| &filtered.shown)
    }

    /// The files of the table, in its order.
    #[must_use]
    pub fn rows(&self) -> &[FileNo] {
        self.order().rows()
    }

    /// The part of [`rows`](Self::rows) that is in view.
    #[must_use]
    pub fn window(&self) -> &[FileNo] {
        let rows = self.rows();
        let from = self.viewport.offset.min(rows.len());
        &rows[from..rows.len().min(from + self.viewport.height)]
    }

    /// The window's place.
    #[must_use]
    pub fn viewport(&self) -> Viewport {
        self.viewport
    }

    /// The row under the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The selected file.
    #[must_use]
    pub fn selected(&self) -> Option<FileNo> {
        self.rows().get(self.cursor).copied()
    }

    /// The text of the filter in force.
    #[must_use]
    pub fn filter_text(&self) -> Option<&str> {
        self.filtered.as_ref().map(|filtered| filtered.text.as_str())
    }

    /// Takes in what came into the store; the selected file keeps its screen line where it can.
    pub fn absorb(&mut self, store: &Store, delta: &Delta) {
        self.all.apply(store, delta);
        if let Some(InForce { filter, shown, .. }) = &mut self.filtered {
            shown.apply_if(store, delta, |no| filter.matches(store, no));
        }
        self.find_again(store);
    }

    /// Sorts anew; the selected file stays selected.
    pub fn sort(&mut self, store: &Store, key: SortKey, descending: bool) {
        self.pin();
        self.all = Order::sorted(store, key, descending, |_| true);
        if let Some(InForce { filter, shown, .. }) = &mut self.filtered {
            *shown = self.all.filtered(|no| filter.matches(store, no));
        }
        self.find_again(store);
    }

    /// Puts a filter in force, or none for blank text.
    pub fn set_filter(&mut self, store: &Store, text: &str) {
        self.pin();
        self.filtered = Filter::parse(text).map(|filter| {
            let shown = self.all.filtered(|no| filter.matches(store, no));
            InForce { text: text.to_owned(), filter, shown }
        });
        self.find_again(store);
    }

    /// The window has `height` lines now.
    pub fn resize(&mut self, height: usize) {
        self.viewport.height = height;
        self.reveal();
    }

    /// Moves the selection by `rows`, as far as the list goes.
    pub fn select_by(&mut self, rows: isize) {
        self.select_row(self.cursor.saturating_add_signed(rows));
    }

    /// Selects the first file, and rests there again.
    pub fn select_first(&mut self) {
        self.cursor = 0;
        self.chosen = None;
        self.reveal();
    }

    /// Selects the last loaded file.
    pub fn select_last(&mut self) {
        self.select_row(usize::MAX);
    }

    /// Makes the file under the cursor the operator's choice: it is held from now on.
    pub fn pin(&mut self) {
        if self.chosen.is_none() {
            self.chosen = self.selected();
        }
    }

    fn select_row(&mut self, row: usize) {
        self.cursor = row.min(self.rows().len().saturating_sub(1));
        self.chosen = self.selected();
        self.reveal();
    }

    /// Finds the chosen file in the order as it is now. While a filter hides it, the cursor stays
    /// near; the choice is remembered.
    fn find_again(&mut self, store: &Store) {
        let line = self.cursor.saturating_sub(self.viewport.offset);
        let last = self.rows().len().saturating_sub(1);
        self.cursor = match self.chosen {
            None => 0,
            Some(no) => self.order().position(store, no).unwrap_or(self.cursor.min(last)),
        };
        self.viewport.hold(self.cursor, line, self.rows().len());
    }

    fn reveal(&mut self) {
        let rows = self.rows().len();
        self.viewport.reveal(self.cursor, rows);
    }
}
