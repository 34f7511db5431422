//! Sorting in steps. A million files take longer than a frame, and no key may wait for that.
//!
//! Files are spread over buckets between splitters that a sample gives, then each bucket, which is
//! small enough for the caches, is sorted. Each file carries the beginning of its sort key with it,
//! so that the texts themselves, which lie all over the memory, are looked at only where two of them
//! begin alike.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::order::{Order, SortKey};
use super::{FREE, FileNo, NO_PURPOSE, NO_SIZE, NOTHING, ODD, ODD_SIZE, Store};

/// Files that are spread, or sorted, in a step: a few milliseconds of work.
const STEP: usize = 1 << 16;
/// Files of a bucket, by and large.
const BUCKET: usize = 4_096;
/// Files of the sample for each bucket: enough for buckets of about the same size.
const SAMPLE: usize = 8;

/// The beginning of a sort key, as numbers: what has the smaller ones comes first.
type Beginning = [u64; 4];
type Keyed = (Beginning, FileNo);

/// An order that is in the making.
#[derive(Debug)]
pub struct Sorting {
    order: Order,
    /// For each number of a purpose, of which there are few, its place among them.
    ranks: Vec<u64>,
    /// What each bucket but the first begins with.
    splitters: Vec<Keyed>,
    buckets: Vec<Vec<Keyed>>,
    /// The row up to which the store was read.
    read_to: usize,
    /// The bucket up to which all are sorted.
    sorted_to: usize,
    sorted: Vec<FileNo>,
    /// Files of a step, and of a bucket.
    step: usize,
    bucket: usize,
}

impl Sorting {
    /// Begins to sort all files of a store.
    #[must_use]
    pub fn new(store: &Store, key: SortKey, descending: bool) -> Self {
        let ranks = if key == SortKey::Purpose { store.purposes.ranks() } else { vec![] };
        Self {
            order: Order::new(key, descending),
            ranks,
            splitters: vec![],
            buckets: vec![],
            read_to: 0,
            sorted_to: 0,
            sorted: vec![],
            step: STEP,
            bucket: BUCKET,
        }
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
        if self.buckets.is_empty() {
            self.split(store);
        }
        if self.read_to < store.slots() {
            self.spread(store);
            // A few files are sorted at once.
            if self.read_to < store.slots() || self.read_to >= self.step {
                return None;
            }
        }
        if !self.sort(store) {
            return None;
        }
        let mut rows = std::mem::take(&mut self.sorted);
        if !touched.is_empty() {
            rows.retain(|no| !touched.contains(no));
        }
        Some(self.order.with_rows(rows))
    }

    /// Finds the splitters in a sample.
    fn split(&mut self, store: &Store) {
        let buckets = store.slots() / self.bucket + 1;
        let pace = (store.slots() / (buckets * SAMPLE)).max(1);
        let rows = (0..store.slots()).step_by(pace);
        let mut sample: Vec<Keyed> = rows.filter_map(|row| self.keyed(store, row)).collect();
        sample.sort_unstable();
        self.splitters = sample.into_iter().skip(SAMPLE).step_by(SAMPLE).collect();
        if self.is_by_text() {
            // Those that begin alike are not told apart by their numbers: they stay together.
            for splitter in &mut self.splitters {
                splitter.1 = FileNo(0);
            }
        }
        self.splitters.dedup();
        let room = self.bucket + self.bucket / 2;
        self.buckets = (0..=self.splitters.len()).map(|_| Vec::with_capacity(room)).collect();
    }

    /// Puts the next files into their buckets.
    fn spread(&mut self, store: &Store) {
        let from = self.read_to;
        self.read_to = (from + self.step).min(store.slots());
        for row in from..self.read_to {
            if let Some(keyed) = self.keyed(store, row) {
                let bucket = self.splitters.partition_point(|splitter| *splitter <= keyed);
                self.buckets[bucket].push(keyed);
            }
        }
    }

    /// Sorts the next buckets; tells whether those were the last.
    fn sort(&mut self, store: &Store) -> bool {
        let by_text = self.is_by_text();
        let enough = self.sorted.len() + self.step;
        while self.sorted.len() < enough {
            let Some(bucket) = self.buckets.get_mut(self.sorted_to) else { return true };
            let mut files = std::mem::take(bucket);
            if by_text {
                files.sort_unstable_by(|a, b| compare(&self.order, store, a, b));
            } else {
                // What begins alike is alike, and in the order of its numbers.
                files.sort_unstable();
            }
            self.sorted.extend(files.into_iter().map(|(_, no)| no));
            self.sorted_to += 1;
        }
        self.sorted_to == self.buckets.len()
    }

    fn is_by_text(&self) -> bool {
        matches!(self.order.key(), SortKey::Filename | SortKey::Id)
    }

    /// The file of a row, if there is one, with the beginning of its key.
    fn keyed(&self, store: &Store, row: usize) -> Option<Keyed> {
        let no = u32::try_from(row).ok().filter(|_| store.flags[row] & FREE == 0).map(FileNo)?;
        let descending = self.order.is_descending();
        let directed = |number: u64| if descending { !number } else { number };
        // What could not be read comes behind all that was, and what was not given behind that,
        // whatever the direction.
        let known = |number: u64| [0, directed(number), 0, 0];
        let (odd, missing) = ([1, 0, 0, 0], [2, 0, 0, 0]);
        let text = |text: &[u8]| beginning_of(text).map(directed);
        let beginning = match self.order.key() {
            SortKey::TimeLeft | SortKey::Expires => missing,
            SortKey::Created => match store.created_at[row] {
                NOTHING => missing,
                ODD => odd,
                // From the least number to the largest, negative ones first.
                at => known(at.cast_unsigned() ^ (1 << 63)),
            },
            SortKey::Size => match store.bytes[row] {
                NO_SIZE => missing,
                ODD_SIZE => odd,
                bytes => known(bytes),
            },
            SortKey::Verified => known(store.verified_s[row].into()),
            SortKey::Purpose if store.flags[row] & NO_PURPOSE != 0 => missing,
            // One that came up since belongs to files that something happened to.
            SortKey::Purpose => {
                let rank = self.ranks.get(usize::from(store.purpose[row]));
                known(rank.copied().unwrap_or_default())
            }
            SortKey::Id => text(store.key(no)),
            // A name may begin with the largest bytes that there are: then comparing tells.
            SortKey::Filename => store.filename(no).map_or([u64::MAX; 4], |name| text(name.raw())),
        };
        Some((beginning, no))
    }
}

/// The first 32 bytes of a text.
fn beginning_of(text: &[u8]) -> Beginning {
    let mut bytes = [0; 32];
    let length = text.len().min(32);
    bytes[..length].copy_from_slice(&text[..length]);
    let part = |at: usize| bytes[at..at + 8].iter().fold(0, |n, byte| n << 8 | u64::from(*byte));
    [part(0), part(8), part(16), part(24)]
}

fn compare(order: &Order, store: &Store, (a, left): &Keyed, (b, right): &Keyed) -> Ordering {
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
            sorting.bucket = rng.usize(1..8);
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
