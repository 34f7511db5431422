//! The table's state: which files in which order, which of them is selected, which are in view.
//!
//! The selection is a file, not a row: it is found again after whatever happens to the order. Until
//! the operator moves, it rests on the first row, so that what expires next stays in view.

pub mod columns;
mod narrowing;
pub mod rebuild;
pub mod viewport;

use std::collections::HashSet;
use std::ops::Range;

use crate::store::field::Field;
use crate::store::filter::{Filter, Moment};
use crate::store::order::Order;
use crate::store::sorting::Sorting;
use crate::store::{Delta, FileNo, Store};
use narrowing::Narrowing;
use rebuild::{Rebuild, Work};
use viewport::Viewport;

/// Files that are sorted and judged at once, since that takes but a few milliseconds.
const AT_ONCE: usize = 1 << 16;

/// Order, filter, selection and window of the table.
#[derive(Debug)]
pub struct Table {
    all: Order,
    narrowing: Narrowing,
    /// The order of what is let through, while anything is held back.
    narrowed: Option<Order>,
    /// What the table will be, while that takes longer than a key may wait.
    rebuild: Option<Rebuild>,
    /// How often the files that are let through became others, but for those that happened to the
    /// store.
    narrowings: u64,
    viewport: Viewport,
    /// The file that the operator chose; `None` until then.
    chosen: Option<FileNo>,
    cursor: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            all: Order::new(Field::TimeLeft, false),
            narrowing: Narrowing::default(),
            narrowed: None,
            rebuild: None,
            narrowings: 0,
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
        self.narrowed.as_ref().unwrap_or(&self.all)
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

    /// These files as they stand in the order in force, whether or not the filter lets them through.
    #[must_use]
    pub fn in_order(&self, store: &Store, files: &HashSet<FileNo>) -> Vec<FileNo> {
        let place = |no: &FileNo| (self.all.position(store, *no).unwrap_or(usize::MAX), *no);
        let mut placed: Vec<(usize, FileNo)> = files.iter().map(place).collect();
        placed.sort_unstable();
        placed.into_iter().map(|(_, no)| no).collect()
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

    /// The file that the operator chose; nothing while the selection rests on the first row.
    #[must_use]
    pub fn chosen(&self) -> Option<FileNo> {
        self.chosen
    }

    /// The text of the filter in force.
    #[must_use]
    pub fn filter_text(&self) -> Option<&str> {
        self.narrowing.filter.as_ref().map(|_| self.narrowing.text.as_str())
    }

    /// The filter in force.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter> {
        self.narrowing.filter.as_ref()
    }

    /// The span of expiries that the table is narrowed down to.
    #[must_use]
    pub fn span(&self) -> Option<&Range<i64>> {
        self.narrowing.span.as_ref()
    }

    /// What the table is narrowed by, or will be soon.
    fn wanted_narrowing(&self) -> &Narrowing {
        self.rebuild.as_ref().map_or(&self.narrowing, Rebuild::narrowing)
    }

    /// The text of the filter in force, or of the one that will be soon.
    #[must_use]
    pub fn wanted_filter_text(&self) -> Option<&str> {
        let wanted = self.wanted_narrowing();
        wanted.filter.as_ref().map(|_| wanted.text.as_str())
    }

    /// The span in force, or the one that will be soon.
    #[must_use]
    pub fn wanted_span(&self) -> Option<&Range<i64>> {
        self.wanted_narrowing().span.as_ref()
    }

    /// Whether the filter in force, or the one that will be soon, asks for marks.
    #[must_use]
    pub fn depends_on_marks(&self) -> bool {
        let both = [&self.narrowing, self.wanted_narrowing()];
        both.into_iter().filter_map(Narrowing::filter).any(Filter::depends_on_marks)
    }

    /// Whether a file that is not loaded may be let through.
    #[must_use]
    pub fn may_find_more(&self) -> bool {
        self.wanted_narrowing().filter().is_none_or(Filter::may_match_unloaded)
    }

    /// Whether anything is held back, by the filter or by a span.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.narrowed.is_some()
    }

    /// A number that differs, for one revision of the store, whenever the filter lets other files
    /// through.
    #[must_use]
    pub fn narrowings(&self) -> u64 {
        self.narrowings
    }

    /// Takes in what happened to the store; the selected file keeps its screen line where it can.
    pub fn absorb(&mut self, store: &Store, delta: &Delta, moment: &Moment<'_>) {
        if self.chosen.is_some_and(|no| delta.removed.binary_search(&no).is_ok()) {
            self.chosen = self.heir(&delta.removed);
        }
        let by_verification = self.all.field() == Field::Verified;
        let all = by_verification.then(|| delta.with_verified());
        let delta = all.as_ref().unwrap_or(delta);
        self.all.apply(store, delta);
        if let Some(narrowed) = &mut self.narrowed {
            narrowed.apply_if(store, delta, |no| self.narrowing.admits(store, no, moment));
        }
        if let Some(rebuild) = &mut self.rebuild {
            rebuild.touch(delta.added.iter().chain(&delta.changed).chain(&delta.removed));
            rebuild.touch(&delta.verified);
        }
        self.find_again(store);
    }

    /// The file that takes the selection when the selected one is held no longer: the next one, or
    /// else the one before.
    fn heir(&self, removed: &[FileNo]) -> Option<FileNo> {
        let stays = |no: &&FileNo| removed.binary_search(no).is_err();
        let (before, behind) = self.rows().split_at(self.cursor.min(self.rows().len()));
        behind.iter().find(stays).or_else(|| before.iter().rev().find(stays)).copied()
    }

    /// Looks anew whether the filter lets these files through.
    pub fn reconsider(&mut self, store: &Store, files: Vec<FileNo>, moment: &Moment<'_>) {
        if let Some(rebuild) = &mut self.rebuild {
            rebuild.touch(&files);
        }
        self.narrowings += 1;
        if let Some(narrowed) = &mut self.narrowed {
            let delta = Delta { changed: files, ..Delta::default() };
            narrowed.apply_if(store, &delta, |no| self.narrowing.admits(store, no, moment));
            self.find_again(store);
        }
    }

    /// The marks of these files changed: many are judged anew in steps, as by a new filter.
    pub fn marks_changed(&mut self, store: &Store, files: Vec<FileNo>, moment: &Moment<'_>) {
        if files.len() <= AT_ONCE {
            return self.reconsider(store, files, moment);
        }
        self.rebuild(store, moment, |rebuild| rebuild.narrow(rebuild.narrowing().clone()));
    }

    /// Sorts anew; the selected file stays selected. Many files are sorted in steps
    /// ([`work`](Self::work)); a later wish replaces the earlier one.
    pub fn sort(&mut self, store: &Store, field: Field, descending: bool, moment: &Moment<'_>) {
        let sorting = Sorting::new(store, field, descending);
        self.rebuild(store, moment, |rebuild| rebuild.sort(sorting));
    }

    /// Puts a filter in force, or none; `text` is what it was read from. Many files are judged in
    /// steps.
    pub fn set_filter(
        &mut self,
        store: &Store,
        text: &str,
        filter: Option<Filter>,
        moment: &Moment<'_>,
    ) {
        self.rebuild(store, moment, |rebuild| {
            let span = rebuild.narrowing().span.clone();
            rebuild.narrow(Narrowing { text: text.to_owned(), filter, span });
        });
    }

    /// Narrows the table down to files that expire within a span, or no longer.
    pub fn set_span(&mut self, store: &Store, span: Option<Range<i64>>, moment: &Moment<'_>) {
        self.rebuild(store, moment, |rebuild| {
            let narrowing = rebuild.narrowing().clone();
            rebuild.narrow(Narrowing { span, ..narrowing });
        });
    }

    fn rebuild(&mut self, store: &Store, moment: &Moment<'_>, want: impl FnOnce(&mut Rebuild)) {
        self.pin();
        want(self.rebuild.get_or_insert_with(|| Rebuild::new(self.narrowing.clone())));
        // What takes no time is done at once.
        if store.slots() <= AT_ONCE {
            while self.work(store, moment) {}
        }
    }

    /// What is being made, if anything.
    #[must_use]
    pub fn under_way(&self) -> Option<Work> {
        self.rebuild.as_ref().map(Rebuild::work)
    }

    /// What the table is sorted by, or will be soon, and whether the largest comes first.
    #[must_use]
    pub fn wanted_order(&self) -> (Field, bool) {
        let wanted = self.rebuild.as_ref().and_then(Rebuild::wanted);
        wanted.unwrap_or((self.all.field(), self.all.is_descending()))
    }

    /// Goes on with what is under way, for a few milliseconds; tells whether there is more to do.
    pub fn work(&mut self, store: &Store, moment: &Moment<'_>) -> bool {
        let Some(rebuild) = &mut self.rebuild else { return false };
        if !rebuild.step(store, moment) {
            return true;
        }
        self.narrowings += 1;
        if let Some(rebuild) = self.rebuild.take() {
            let (order, narrowing, narrowed) = rebuild.finish(store, &self.all, moment);
            if let Some(order) = order {
                self.all = order;
            }
            (self.narrowing, self.narrowed) = (narrowing, narrowed);
            self.find_again(store);
        }
        false
    }

    /// Puts a filter or span in force that is in the making, whatever time that takes: what is done
    /// to files of the table must not befall those that it is to hold back. An order in the making
    /// goes on being made.
    pub fn narrow_now(&mut self, store: &Store, moment: &Moment<'_>) {
        let Some(rebuild) = &mut self.rebuild else { return };
        while !rebuild.judge(store, moment) {}
        self.narrowings += 1;
        self.narrowed = rebuild.narrowed(store, &self.all, moment);
        self.narrowing = rebuild.narrowing().clone();
        if rebuild.wanted().is_none() {
            self.rebuild = None;
        }
        self.find_again(store);
    }

    /// The window has `height` lines now.
    pub fn resize(&mut self, height: usize) {
        self.viewport.grow_to(height);
        self.reveal();
    }

    /// Moves the selection by `rows`, as far as the list goes.
    pub fn select_by(&mut self, rows: isize) {
        self.select_row(self.cursor.saturating_add_signed(rows));
    }

    /// Moves the window by `rows` and the selection only as far as it would leave it.
    pub fn scroll_by(&mut self, rows: isize) {
        let all = self.rows().len();
        self.viewport.scroll_by(rows, all);
        let last = (self.viewport.offset + self.viewport.height).min(all).saturating_sub(1);
        let cursor = self.cursor.clamp(self.viewport.offset.min(last), last);
        if cursor != self.cursor {
            self.select_row(cursor);
        }
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

    /// Makes the selected file the operator's choice, in place of one that a filter hides.
    pub fn choose_selected(&mut self) {
        self.chosen = self.selected().or(self.chosen);
    }

    /// Selects the row with this number, or the last one.
    pub fn select_row(&mut self, row: usize) {
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
