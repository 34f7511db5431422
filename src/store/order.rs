//! Orders of the loaded files: permutations that are kept sorted while files come in.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::field::Field;
use super::sorting::Sorting;
use super::{Delta, FileNo, NO_SIZE, NOTHING, ODD, ODD_SIZE, Store};

/// A total order over files: by key, then by number. Files without the value come last in either
/// direction, those whose value could not be read just before them.
#[derive(Clone, Debug)]
pub struct Order {
    field: Field,
    descending: bool,
    rows: Vec<FileNo>,
}

impl Order {
    /// An empty order.
    #[must_use]
    pub fn new(field: Field, descending: bool) -> Self {
        Self { field, descending, rows: vec![] }
    }

    /// The order of all files in `store`, at once. Where no key may wait, [`Sorting`] does it in
    /// steps.
    #[must_use]
    pub fn sorted(store: &Store, field: Field, descending: bool) -> Self {
        let mut sorting = Sorting::new(store, field, descending);
        loop {
            if let Some(order) = sorting.step(store, &HashSet::new()) {
                return order;
            }
        }
    }

    /// The order by expiry, which the store keeps, without the files in `touched`.
    pub(super) fn of_expiries(&self, store: &Store, touched: &HashSet<FileNo>) -> Self {
        let mut rows = store.by_expiry.rows.clone();
        if self.descending {
            let dated = rows.partition_point(|no| store.expires_at.get(no.0 as usize) > ODD);
            rows[..dated].reverse();
            // Those that expire together stay in the order of their numbers.
            let at = |no: &FileNo| store.expires_at.get(no.0 as usize);
            for together in rows[..dated].chunk_by_mut(|a, b| at(a) == at(b)) {
                together.reverse();
            }
        }
        let mut order = Self { rows, ..self.clone() };
        if !touched.is_empty() {
            order.rows.retain(|no| !touched.contains(no));
        }
        let gone = store.numbers().filter(|no| store.is_gone(*no) && !touched.contains(no));
        order.insert(store, gone.collect());
        order
    }

    pub(super) fn with_rows(&self, rows: Vec<FileNo>) -> Self {
        Self { rows, ..*self }
    }

    /// The same order with only those files that `keep` lets through.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(FileNo) -> bool) -> Self {
        let rows = self.rows.iter().copied().filter(|no| keep(*no)).collect();
        Self { rows, ..Self::new(self.field, self.descending) }
    }

    /// The field that the order is by.
    #[must_use]
    pub fn field(&self) -> Field {
        self.field
    }

    /// Whether the largest comes first.
    #[must_use]
    pub fn is_descending(&self) -> bool {
        self.descending
    }

    /// The files in this order.
    #[must_use]
    pub fn rows(&self) -> &[FileNo] {
        &self.rows
    }

    /// Where the file `no` stands in the order; a binary search.
    #[must_use]
    pub fn position(&self, store: &Store, no: FileNo) -> Option<usize> {
        self.rows.binary_search_by(|row| self.compare(store, *row, no)).ok()
    }

    /// Brings the order up to date with what came into `store`.
    pub fn apply(&mut self, store: &Store, delta: &Delta) {
        self.apply_if(store, delta, |_| true);
    }

    /// Brings the order up to date, with only those files in it that `keep` lets through.
    pub fn apply_if(&mut self, store: &Store, delta: &Delta, keep: impl Fn(FileNo) -> bool) {
        self.remove(&delta.changed);
        self.remove(&delta.removed);
        let all = delta.changed.iter().chain(&delta.added).copied();
        self.insert(store, all.filter(|no| keep(*no)).collect());
    }

    /// Puts files in that are not in yet: sorts the few and merges them into the many from behind,
    /// moving each run between two of them once.
    fn insert(&mut self, store: &Store, mut added: Vec<FileNo>) {
        added.sort_unstable_by(|a, b| self.compare(store, *a, *b));
        let mut end = self.rows.len();
        let mut write = end + added.len();
        self.rows.resize(write, FileNo(0));
        while let Some(no) = added.pop() {
            let at = self.rows[..end].partition_point(|row| self.compare(store, *row, no).is_lt());
            let run = end - at;
            self.rows.copy_within(at..end, write - run);
            write -= run + 1;
            self.rows[write] = no;
            end = at;
        }
    }

    /// Takes files out whose place can no longer be searched for, since their values changed.
    fn remove(&mut self, gone: &[FileNo]) {
        if !gone.is_empty() {
            let gone: HashSet<_> = gone.iter().collect();
            self.rows.retain(|no| !gone.contains(no));
        }
    }

    pub(super) fn compare(&self, store: &Store, a: FileNo, b: FileNo) -> Ordering {
        let (left, right) = (a.0 as usize, b.0 as usize);
        let by_field = match self.field {
            Field::TimeLeft | Field::Expires => {
                self.times(store.expires_at.get(left), store.expires_at.get(right))
            }
            Field::Created => self.times(store.created_at.get(left), store.created_at.get(right)),
            Field::Size => {
                let (x, y) = (store.bytes.get(left), store.bytes.get(right));
                let rank = |bytes| u8::from(bytes == ODD_SIZE) + 2 * u8::from(bytes == NO_SIZE);
                rank(x).cmp(&rank(y)).then_with(|| self.directed(x.cmp(&y)))
            }
            Field::Id => self.directed(store.key(a).cmp(store.key(b))),
            Field::Verified => self.directed(store.verified_s[left].cmp(&store.verified_s[right])),
            Field::Saved => self.optional(store.saved_at(a), store.saved_at(b)),
            Field::Filename => self.optional(store.filename(a), store.filename(b)),
            Field::Purpose => self.optional(store.purpose(a), store.purpose(b)),
        };
        by_field.then(a.cmp(&b))
    }

    fn times(&self, x: i64, y: i64) -> Ordering {
        let rank = |time| u8::from(time == ODD) + 2 * u8::from(time == NOTHING);
        rank(x).cmp(&rank(y)).then_with(|| self.directed(x.cmp(&y)))
    }

    fn optional<T: Ord>(&self, x: Option<T>, y: Option<T>) -> Ordering {
        match (x, y) {
            (Some(x), Some(y)) => self.directed(x.cmp(&y)),
            (x, y) => x.is_none().cmp(&y.is_none()),
        }
    }

    fn directed(&self, ordering: Ordering) -> Ordering {
        if self.descending { ordering.reverse() } else { ordering }
    }
}
