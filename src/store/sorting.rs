//! Sorting in steps. A million files take longer than a frame, and no key may wait for that.
//!
//! First runs of files are sorted one by one, then they are merged. Each file carries the beginning
//! of its sort key with it, so that the texts themselves, which lie all over the memory, are looked
//! at only where two of them begin alike.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::order::{Order, SortKey};
use super::{FREE, FileNo, NO_PURPOSE, ODD, ODD_SIZE, Store};

/// Files of a run, and files that are merged in a step: a few milliseconds of work.
const STEP: usize = 1 << 16;

/// The beginning of a sort key, as a number: what has the smaller one comes first.
type Beginning = u128;

/// An order that is in the making.
#[derive(Debug)]
pub struct Sorting {
    order: Order,
    /// The row up to which the store was read.
    read_to: usize,
    runs: Vec<Run>,
    sorted: Vec<FileNo>,
    /// For each number of a purpose, of which there are few, its place among them.
    ranks: Vec<u64>,
    /// Files of a step.
    step: usize,
}

#[derive(Debug)]
struct Run {
    files: Vec<(Beginning, FileNo)>,
    merged_to: usize,
}

impl Run {
    fn head(&self) -> Option<&(Beginning, FileNo)> {
        self.files.get(self.merged_to)
    }
}

impl Sorting {
    /// Begins to sort all files of a store.
    #[must_use]
    pub fn new(store: &Store, key: SortKey, descending: bool) -> Self {
        let ranks = if key == SortKey::Purpose { store.purposes.ranks() } else { vec![] };
        let order = Order::new(key, descending);
        Self { order, read_to: 0, runs: vec![], sorted: vec![], ranks, step: STEP }
    }

    /// What it will be sorted by, and whether the largest comes first.
    #[must_use]
    pub fn wanted(&self) -> (SortKey, bool) {
        (self.order.key(), self.order.is_descending())
    }

    /// Goes on sorting for a few milliseconds; gives the order once it is ready. What happened to
    /// files since the beginning is not in it: they are among `touched`, and left out.
    pub fn step(&mut self, store: &Store, touched: &HashSet<FileNo>) -> Option<Order> {
        // The store keeps this order itself.
        if matches!(self.order.key(), SortKey::TimeLeft | SortKey::Expires) {
            return Some(self.order.of_expiries(store, touched));
        }
        if self.read_to < store.slots() {
            self.read(store);
            // A single run needs no merging.
            if self.read_to < store.slots() || self.runs.len() > 1 {
                return None;
            }
        }
        if !self.merge(store, touched) {
            return None;
        }
        let mut rows = std::mem::take(&mut self.sorted);
        // Something may have happened to them after they were merged.
        if !touched.is_empty() {
            rows.retain(|no| !touched.contains(no));
        }
        Some(self.order.with_rows(rows))
    }

    /// Sorts the next run.
    fn read(&mut self, store: &Store) {
        let from = self.read_to;
        self.read_to = (from + self.step).min(store.slots());
        let held = |row: &usize| store.flags[*row] & FREE == 0;
        let numbers = (from..self.read_to).filter(held).filter_map(|row| u32::try_from(row).ok());
        let mut files: Vec<_> =
            numbers.map(|no| (self.beginning(store, FileNo(no)), FileNo(no))).collect();
        files.sort_unstable_by(|a, b| compare(&self.order, store, a, b));
        self.runs.push(Run { files, merged_to: 0 });
    }

    /// Merges the next files; tells whether those were the last.
    fn merge(&mut self, store: &Store, touched: &HashSet<FileNo>) -> bool {
        for run in &mut self.runs {
            run.pass(touched);
        }
        for _ in 0..self.step {
            let heads =
                self.runs.iter().enumerate().filter_map(|(at, run)| Some((at, run.head()?)));
            let least = heads.min_by(|(_, a), (_, b)| compare(&self.order, store, a, b));
            let Some((at, (_, no))) = least else { return true };
            self.sorted.push(*no);
            self.runs[at].merged_to += 1;
            self.runs[at].pass(touched);
        }
        false
    }

    fn beginning(&self, store: &Store, no: FileNo) -> Beginning {
        let row = no.0 as usize;
        let text = |text: &[u8]| {
            let mut bytes = [0; 16];
            let length = text.len().min(16);
            bytes[..length].copy_from_slice(&text[..length]);
            u128::from_be_bytes(bytes)
        };
        // From the least number to the largest, negative ones first.
        let time = |at: i64| (at > ODD).then_some(u128::from(at.cast_unsigned() ^ (1 << 63)));
        let beginning = match self.order.key() {
            // These have an order already.
            SortKey::TimeLeft | SortKey::Expires => None,
            SortKey::Created => time(store.created_at[row]),
            SortKey::Size => (store.bytes[row] < ODD_SIZE).then(|| store.bytes[row].into()),
            SortKey::Verified => Some(store.verified_s[row].into()),
            SortKey::Id => Some(text(store.key(no))),
            SortKey::Filename => store.filename(no).map(|name| text(name.raw())),
            SortKey::Purpose => {
                let ranked = store.flags[row] & NO_PURPOSE == 0;
                let number = usize::from(store.purpose[row]);
                // One that came up since belongs to files that something happened to.
                ranked.then(|| self.ranks.get(number).copied().unwrap_or_default().into())
            }
        };
        match beginning {
            // What has no value comes last, whatever the direction.
            None => u128::MAX,
            Some(beginning) if self.order.is_descending() => !beginning,
            Some(beginning) => beginning,
        }
    }
}

impl Run {
    /// Passes over files that something happened to.
    fn pass(&mut self, touched: &HashSet<FileNo>) {
        while !touched.is_empty() && self.head().is_some_and(|(_, no)| touched.contains(no)) {
            self.merged_to += 1;
        }
    }
}

fn compare(
    order: &Order,
    store: &Store,
    (a, left): &(Beginning, FileNo),
    (b, right): &(Beginning, FileNo),
) -> Ordering {
    a.cmp(b).then_with(|| order.compare(store, *left, *right))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{page, random_file, take_in};
    use super::*;
    use crate::text::Untrusted;

    /// Names that begin alike, and end early.
    fn random_name(rng: &mut fastrand::Rng) -> Untrusted {
        let length = rng.usize(..20);
        Untrusted::new(
            (0..length).map(|_| [0, b'a', b'a', b'a', 0xFF][rng.usize(..5)]).collect::<Vec<u8>>(),
        )
    }

    /// However small the steps, and whatever happens between them: what nothing happened to stands
    /// in the order in which comparing puts it.
    #[test]
    fn steps_come_to_the_order_that_comparing_gives() {
        for seed in 0..600 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let mut store = Store::default();
            let take_some = |store: &mut Store, rng: &mut fastrand::Rng, reading| {
                let files: Vec<_> = (0..rng.usize(..30))
                    .map(|_| {
                        let mut file = random_file(rng, reading);
                        file.filename = rng.bool().then(|| random_name(rng));
                        file
                    })
                    .collect();
                take_in(store, page(files), None, reading).unwrap();
            };
            take_some(&mut store, &mut rng, 0);
            let gone: Vec<FileNo> = store.numbers().filter(|_| rng.u8(..5) == 0).collect();
            store.remove(&gone);
            store.take_delta();
            let key = SortKey::ALL[rng.usize(..SortKey::ALL.len())];
            let mut sorting = Sorting::new(&store, key, rng.bool());
            sorting.step = rng.usize(1..8);
            let mut touched = HashSet::new();
            let order = loop {
                if let Some(order) = sorting.step(&store, &touched) {
                    break order;
                }
                if rng.u8(..4) == 0 {
                    take_some(&mut store, &mut rng, 1);
                    let some: Vec<FileNo> = store.numbers().filter(|_| rng.u8(..9) == 0).collect();
                    store.remove(&some);
                    store.bury(&some);
                    let delta = store.take_delta().with_verified();
                    touched.extend(delta.added.iter().chain(&delta.changed).chain(&delta.removed));
                }
            };
            assert_eq!((order.key(), order.is_descending()), sorting.wanted());
            let mut expected: Vec<FileNo> =
                store.numbers().filter(|no| !touched.contains(no)).collect();
            expected.sort_by(|a, b| order.compare(&store, *a, *b));
            assert_eq!(order.rows(), expected, "seed {seed}, {key:?}");
        }
    }
}
