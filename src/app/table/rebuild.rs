//! The table in the making. A million files take longer to sort or to judge than a key may wait: it
//! is done in steps, while the table is shown as it was; what happens to files meanwhile is put
//! right at the end.

use std::collections::HashSet;

use super::narrowing::Narrowing;
use crate::store::field::Field;
use crate::store::filter::{BLOCK, Moment, Verdicts};
use crate::store::order::Order;
use crate::store::sorting::Sorting;
use crate::store::{Delta, FileNo, Store};

/// Blocks of files judged in a step, a few milliseconds of work, and bytes of text in them on
/// average: names may be long.
const BLOCKS: usize = 16;
const TEXT_BYTES: usize = 8 * 1_024 * 1_024;

/// What is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// An order by this key.
    Sorting(Field),
    /// The files that a filter lets through.
    Filtering,
}

/// A table in the making.
#[derive(Debug)]
pub(super) struct Rebuild {
    /// The order that is wanted instead of the one in force, until it is there.
    sorting: Option<Sorting>,
    order: Option<Order>,
    narrowing: Narrowing,
    verdicts: Verdicts,
    judged: bool,
    /// Files to which something happened since it began.
    touched: HashSet<FileNo>,
}

impl Rebuild {
    /// Makes a table that is narrowed like this; until told otherwise in the order that it has.
    pub(super) fn new(narrowing: Narrowing) -> Self {
        Self {
            sorting: None,
            order: None,
            judged: narrowing.filter().is_none(),
            narrowing,
            verdicts: Verdicts::default(),
            touched: HashSet::new(),
        }
    }

    /// Another order is wanted.
    pub(super) fn sort(&mut self, sorting: Sorting) {
        (self.sorting, self.order) = (Some(sorting), None);
    }

    /// Another filter or span is wanted.
    pub(super) fn narrow(&mut self, narrowing: Narrowing) {
        self.judged = narrowing.filter().is_none();
        (self.narrowing, self.verdicts) = (narrowing, Verdicts::default());
    }

    pub(super) fn narrowing(&self) -> &Narrowing {
        &self.narrowing
    }

    /// What it will be sorted by, where that differs.
    pub(super) fn wanted(&self) -> Option<(Field, bool)> {
        let order = self.order.as_ref().map(|order| (order.field(), order.is_descending()));
        self.sorting.as_ref().map(Sorting::wanted).or(order)
    }

    pub(super) fn work(&self) -> Work {
        match &self.sorting {
            Some(sorting) => Work::Sorting(sorting.wanted().0),
            None => Work::Filtering,
        }
    }

    /// Something happened to these files.
    pub(super) fn touch<'f>(&mut self, files: impl IntoIterator<Item = &'f FileNo>) {
        self.touched.extend(files);
    }

    /// Does a few milliseconds of the work; tells whether that was all.
    pub(super) fn step(&mut self, store: &Store, moment: &Moment<'_>) -> bool {
        if !self.judged {
            self.judge(store, moment);
        } else if let Some(sorting) = &mut self.sorting
            && let Some(order) = sorting.step(store, &self.touched)
        {
            (self.order, self.sorting) = (Some(order), None);
        }
        self.sorting.is_none() && self.judged
    }

    /// Judges some more files by the filter; tells whether those were the last.
    pub(super) fn judge(&mut self, store: &Store, moment: &Moment<'_>) -> bool {
        if let Some(filter) = self.narrowing.filter().filter(|_| !self.judged) {
            let text_of_block = store.text_bytes() / store.slots().div_ceil(BLOCK).max(1);
            let blocks = (TEXT_BYTES / text_of_block.max(1)).clamp(1, BLOCKS);
            self.judged = filter.judge(store, moment, blocks, &mut self.verdicts);
        }
        self.judged
    }

    /// What the narrowing lets through of an order, once all files are judged.
    pub(super) fn narrowed(
        &self,
        store: &Store,
        all: &Order,
        moment: &Moment<'_>,
    ) -> Option<Order> {
        let lets = |no: FileNo| {
            if self.touched.contains(&no) {
                return self.narrowing.admits(store, no, moment);
            }
            let judged = self.narrowing.filter().is_none() || self.verdicts.admits(no);
            judged && self.narrowing.spans(store, no)
        };
        (!self.narrowing.is_none()).then(|| all.filtered(lets))
    }

    /// The new order, if one was wanted, the narrowing, and what that lets through of `in_force` or
    /// of the new order.
    pub(super) fn finish(
        mut self,
        store: &Store,
        in_force: &Order,
        moment: &Moment<'_>,
    ) -> (Option<Order>, Narrowing, Option<Order>) {
        let mut order = self.order.take();
        if let Some(order) = &mut order {
            let (changed, removed) = self.touched.iter().copied().partition(|no| store.holds(*no));
            order.apply(store, &Delta { changed, removed, ..Delta::default() });
        }
        let narrowed = self.narrowed(store, order.as_ref().unwrap_or(in_force), moment);
        (order, self.narrowing, narrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{File, HasMore, Page, Reading};
    use crate::store::filter::Filter;
    use crate::store::{Extent, Origin};
    use crate::text::Untrusted;
    use crate::time::expiry::Stated;
    use crate::time::zone::Zone;
    use time::UtcOffset;

    /// A store of so many files with names of so many bytes.
    fn store(files: usize, name_bytes: usize) -> Store {
        let name = "a".repeat(name_bytes);
        let file = |number: usize| File {
            id: Untrusted::new(number.to_string()),
            filename: Some(Untrusted::new(name.clone())),
            bytes: Stated::Nothing,
            created_at: Stated::Nothing,
            expires_at: Stated::Nothing,
            purpose: None,
            extra: None,
        };
        let readings = (0..files).map(|number| Reading::File(file(number))).collect();
        let page = Page { readings, has_more: HasMore::No };
        let mut store = Store::default();
        let origin = Origin { after: None, pass: 1, at_s: 1, extent: Extent::Open };
        store.take_in(page, origin).unwrap();
        store
    }

    /// The longer the names, the fewer files are judged in a step, but some are in each.
    #[test]
    fn a_step_is_as_long_whatever_the_names() {
        let filter = Filter::parse("b", Zone::Fixed(UtcOffset::UTC)).unwrap();
        let narrowing = Narrowing { text: "b".to_owned(), filter, span: None };
        for (blocks, name_bytes, steps) in
            [(1, 10, 1), (16, 10, 1), (17, 10, 2), (3, 1_500, 3), (5, 900, 3)]
        {
            let store = store(blocks * BLOCK, name_bytes);
            let marked = HashSet::new();
            let moment = Moment { server_ms: 0, marked: &marked };
            let mut rebuild = Rebuild::new(narrowing.clone());
            let more = (0..1_000_000).take_while(|_| !rebuild.step(&store, &moment)).count();
            assert_eq!(more + 1, steps, "{blocks} blocks, names of {name_bytes} bytes");
        }
    }
}
