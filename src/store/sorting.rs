//! Sorting in steps. A million files take longer than a frame, and no key may wait for that.
//!
//! Files are spread over buckets between splitters that a sample gives, then each bucket, which is
//! small enough for the caches, is sorted. Each file carries the beginning of its sort key with it,
//! so that the texts themselves, which lie all over the memory, are looked at only where two of them
//! begin alike. What all texts of the sample begin with tells nothing, and is passed over; a bucket
//! that is too large nevertheless is spread in its turn.

use std::collections::HashSet;

use super::field::Field;
use super::order::Order;
use super::{FREE, FileNo, NO_PURPOSE, NO_SIZE, NOTHING, ODD, ODD_SIZE, Store};
use crate::text::UntrustedRef;

/// Files that are spread, or sorted, in a step: a few milliseconds of work.
const STEP: usize = 1 << 16;
/// Files of a bucket, by and large.
const BUCKET: usize = 4_096;
/// So many times that are too many to be sorted at once.
const TOO_LARGE: usize = 8;
/// Files of the sample for each bucket: enough for buckets of about the same size.
const SAMPLE: usize = 8;
/// How often what was spread is spread again: hostile names could be alike on and on.
const MOST_LEVELS: usize = 32;

/// The beginning of a sort key, as numbers: what has the smaller ones comes first.
///
/// Of a text it has, in this order: where it stands to what is common, in a byte, [`WINDOW`] bytes, and how
/// many those are in a byte, which is one more where the text goes on.
type Beginning = [u64; 4];
type Keyed = (Beginning, FileNo);

/// Bytes of a text in its beginning.
const WINDOW: usize = size_of::<Beginning>() - 2;

/// What comes behind all values that could be read, whatever the direction.
const UNREADABLE: Beginning = [3 << 56, 0, 0, 0];
/// The beginning of what has no value: it comes last.
const MISSING: Beginning = [4 << 56, 0, 0, 0];

/// An order that is in the making.
#[derive(Debug)]
pub struct Sorting {
    order: Order,
    /// For each number of a purpose, of which there are few, its place among them.
    ranks: Vec<u64>,
    /// What is being sorted: a bucket of each level is the whole of the next one.
    levels: Vec<Level>,
    sorted: Vec<FileNo>,
    /// Files of a step, and of a bucket.
    step: usize,
    bucket: usize,
}

/// Files that are spread over buckets.
#[derive(Debug)]
struct Level {
    files: Files,
    /// The file up to which they were read.
    read_to: usize,
    /// What the texts of the sample begin with.
    common: Vec<u8>,
    /// What each bucket but the first begins with.
    splitters: Vec<Keyed>,
    buckets: Vec<Vec<Keyed>>,
    /// The bucket up to which all are sorted.
    sorted_to: usize,
}

#[derive(Debug)]
enum Files {
    /// The rows of the store, so many.
    All(usize),
    Some(Vec<FileNo>),
}

impl Files {
    fn len(&self) -> usize {
        match self {
            Self::All(rows) => *rows,
            Self::Some(files) => files.len(),
        }
    }

    /// The one at this place, unless its row is free.
    fn get(&self, store: &Store, at: usize) -> Option<FileNo> {
        let no = match self {
            Self::All(_) => FileNo(u32::try_from(at).ok()?),
            Self::Some(files) => files[at],
        };
        (store.flags[no.0 as usize] & FREE == 0).then_some(no)
    }
}

impl Sorting {
    /// Begins to sort all files of a store.
    #[must_use]
    pub fn new(store: &Store, field: Field, descending: bool) -> Self {
        let ranks = if field == Field::Purpose { store.purposes.ranks() } else { vec![] };
        Self {
            order: Order::new(field, descending),
            ranks,
            levels: vec![Level::of(Files::All(store.slots()))],
            sorted: vec![],
            step: STEP,
            bucket: BUCKET,
        }
    }

    /// What it will be sorted by, and whether the largest comes first.
    #[must_use]
    pub fn wanted(&self) -> (Field, bool) {
        (self.order.field(), self.order.is_descending())
    }

    /// Goes on sorting for a few milliseconds; gives the order once it is ready. What happened to
    /// files since the beginning is not in it: they are among `touched`, and left out.
    pub fn step(&mut self, store: &Store, touched: &HashSet<FileNo>) -> Option<Order> {
        // The store keeps this order itself.
        if matches!(self.order.field(), Field::TimeLeft | Field::Expires) {
            return Some(self.order.of_expiries(store, touched));
        }
        let mut room = self.step;
        while room > 0 {
            let Some(mut level) = self.levels.pop() else { break };
            if level.buckets.is_empty() {
                self.split(&mut level, store);
            }
            if level.read_to < level.files.len() {
                room = room.saturating_sub(self.spread(&mut level, store, room));
                self.levels.push(level);
            } else if let Some(bucket) = level.buckets.get_mut(level.sorted_to) {
                let (files, common) = (std::mem::take(bucket), level.common.len());
                level.sorted_to += 1;
                self.levels.push(level);
                room = room.saturating_sub(files.len());
                self.sort(files, common, store);
            }
        }
        if !self.levels.is_empty() {
            return None;
        }
        let mut rows = std::mem::take(&mut self.sorted);
        if !touched.is_empty() {
            rows.retain(|no| !touched.contains(no));
        }
        Some(self.order.with_rows(rows))
    }

    /// Finds the splitters in a sample.
    fn split(&self, level: &mut Level, store: &Store) {
        let files = &level.files;
        let buckets = files.len() / self.bucket + 1;
        let pace = (files.len() / (buckets * SAMPLE)).max(1);
        let sample: Vec<FileNo> =
            (0..files.len()).step_by(pace).filter_map(|at| files.get(store, at)).collect();
        if self.is_by_text() {
            let texts = sample.iter().filter_map(|no| self.text(store, *no));
            level.common = texts.reduce(common).unwrap_or_default().to_vec();
        }
        let mut sample: Vec<Keyed> =
            sample.into_iter().map(|no| self.keyed(level, store, no)).collect();
        sample.sort_unstable();
        level.splitters = sample.into_iter().skip(SAMPLE).step_by(SAMPLE).collect();
        // Those that only begin alike are not told apart by their numbers: they stay together, and
        // by themselves, so that the next level has more in common.
        let ends = |(beginning, no): Keyed| {
            let alike = self.goes_on(&beginning);
            let (first, last) = if alike { (FileNo(0), FileNo(u32::MAX)) } else { (no, no) };
            [(beginning, first), (beginning, last)]
        };
        level.splitters = level.splitters.drain(..).flat_map(ends).collect();
        level.splitters.dedup();
        let room = self.bucket + self.bucket / 2;
        level.buckets = (0..=level.splitters.len()).map(|_| Vec::with_capacity(room)).collect();
    }

    /// Puts at most so many files into their buckets; tells how many it were.
    fn spread(&self, level: &mut Level, store: &Store, most: usize) -> usize {
        let from = level.read_to;
        level.read_to = level.files.len().min(from + most);
        for at in from..level.read_to {
            if let Some(no) = level.files.get(store, at) {
                let keyed = self.keyed(level, store, no);
                let bucket = level.splitters.partition_point(|splitter| *splitter <= keyed);
                level.buckets[bucket].push(keyed);
            }
        }
        level.read_to - from
    }

    /// Sorts the files of a bucket, or leaves them to the next level; `common` is how many bytes of
    /// their texts were passed over.
    fn sort(&mut self, mut files: Vec<Keyed>, common: usize, store: &Store) {
        let too_large = files.len() > self.bucket * TOO_LARGE;
        if too_large && self.levels.len() < MOST_LEVELS {
            let files = files.into_iter().map(|(_, no)| no).collect();
            self.levels.push(Level::of(Files::Some(files)));
            return;
        }
        self.sort_by_beginnings(&mut files, common, store);
        self.sorted.extend(files.into_iter().map(|(_, no)| no));
    }

    /// Sorts by the beginnings of the texts, and what begins alike by what comes behind that.
    fn sort_by_beginnings(&self, files: &mut [Keyed], common: usize, store: &Store) {
        files.sort_unstable();
        for alike in files.chunk_by_mut(|a, b| a.0 == b.0) {
            if alike.len() == 1 || !self.goes_on(&alike[0].0) {
                continue;
            }
            let begins_with_common = alike[0].0[0] >> 56 == 1;
            let behind = WINDOW + if begins_with_common { common } else { 0 };
            for (beginning, no) in &mut *alike {
                let text = self.text(store, *no).and_then(|text| text.get(behind..));
                *beginning = self.beginning_of(1, text.unwrap_or_default());
            }
            self.sort_by_beginnings(alike, behind, store);
        }
    }

    fn is_by_text(&self) -> bool {
        matches!(self.order.field(), Field::Filename | Field::Id)
    }

    /// The text that is sorted by.
    fn text<'a>(&self, store: &'a Store, no: FileNo) -> Option<&'a [u8]> {
        match self.order.field() {
            Field::Id => Some(store.key(no)),
            _ => store.filename(no).map(UntrustedRef::raw),
        }
    }

    /// Whether there is more to a text than this beginning.
    fn goes_on(&self, beginning: &Beginning) -> bool {
        let length = self.directed(beginning[3]) & 0xFF;
        self.is_by_text() && length > WINDOW as u64 && beginning[0] < UNREADABLE[0]
    }

    fn beginning_of(&self, place: u8, text: &[u8]) -> Beginning {
        let mut bytes = [0; size_of::<Beginning>()];
        let shown = text.len().min(WINDOW);
        bytes[1..=shown].copy_from_slice(&text[..shown]);
        bytes[WINDOW + 1] = u8::try_from(text.len().min(WINDOW + 1)).unwrap_or(u8::MAX);
        let part =
            |at: usize| bytes[at..at + 8].iter().fold(0, |n, byte| n << 8 | u64::from(*byte));
        let [first, rest @ ..] = [part(0), part(8), part(16), part(24)];
        let [second, third, fourth] = rest.map(|number| self.directed(number));
        let (first, place) = (self.directed(first), u64::from(place));
        // The place stays before what has no text, whatever the direction.
        let place = if self.order.is_descending() { 2 - place } else { place };
        [first & (u64::MAX >> 8) | place << 56, second, third, fourth]
    }

    fn directed(&self, number: u64) -> u64 {
        if self.order.is_descending() { !number } else { number }
    }

    /// A file with the beginning of its key.
    fn keyed(&self, level: &Level, store: &Store, no: FileNo) -> Keyed {
        let row = no.0 as usize;
        let known = |number: u64| [0, self.directed(number), 0, 0];
        let beginning = match self.order.field() {
            Field::TimeLeft | Field::Expires => MISSING,
            Field::Created => match store.created_at.get(row) {
                NOTHING => MISSING,
                ODD => UNREADABLE,
                // From the least number to the largest, negative ones first.
                at => known(at.cast_unsigned() ^ (1 << 63)),
            },
            Field::Size => match store.bytes.get(row) {
                NO_SIZE => MISSING,
                ODD_SIZE => UNREADABLE,
                bytes => known(bytes),
            },
            Field::Verified => known(store.verified_s[row].into()),
            Field::Saved => match store.saved_at(no) {
                Some(at) => known(at.cast_unsigned() ^ (1 << 63)),
                None => MISSING,
            },
            Field::Purpose if store.flags[row] & NO_PURPOSE != 0 => MISSING,
            // One that came up since belongs to files that something happened to.
            Field::Purpose => {
                let rank = self.ranks.get(usize::from(store.purpose[row]));
                known(rank.copied().unwrap_or_default())
            }
            Field::Id | Field::Filename => match self.text(store, no) {
                Some(text) => {
                    let (place, rest) = level.without_common(text);
                    self.beginning_of(place, rest)
                }
                None => MISSING,
            },
        };
        (beginning, no)
    }
}

impl Level {
    fn of(files: Files) -> Self {
        let (common, splitters, buckets) = (vec![], vec![], vec![]);
        Self { files, read_to: 0, common, splitters, buckets, sorted_to: 0 }
    }

    /// What of a text is behind what is common, or the whole one where it does not begin with that;
    /// and where it stands to what is common: before, at or behind it.
    fn without_common<'t>(&self, text: &'t [u8]) -> (u8, &'t [u8]) {
        match text.strip_prefix(self.common.as_slice()) {
            Some(rest) => (1, rest),
            None if text < self.common.as_slice() => (0, text),
            None => (2, text),
        }
    }
}

/// The bytes that both begin with.
fn common<'a>(a: &'a [u8], b: &[u8]) -> &'a [u8] {
    let length = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    &a[..length]
}

#[cfg(test)]
mod tests {
    use super::super::tests::{page, random_file, take_in};
    use super::*;
    use crate::api::File;
    use crate::text::Untrusted;
    use crate::time::expiry::Stated;

    /// Names that begin alike, some of them for long, and end early.
    fn random_name(rng: &mut fastrand::Rng) -> Untrusted {
        let alike = [0, 0, 3, 30, 60][rng.usize(..5)];
        let length = [20, 2, 60][rng.usize(..3)];
        let random = (0..rng.usize(..length)).map(|_| [0, b'a', b'a', b'a', 0xFF][rng.usize(..5)]);
        Untrusted::new(std::iter::repeat_n(b'a', alike).chain(random).collect::<Vec<u8>>())
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
            let key = Field::ALL[rng.usize(..Field::ALL.len())];
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
            assert_eq!((order.field(), order.is_descending()), sorting.wanted());
            let mut expected: Vec<FileNo> =
                store.numbers().filter(|no| !touched.contains(no)).collect();
            expected.sort_by(|a, b| order.compare(&store, *a, *b));
            assert_eq!(order.rows(), expected, "seed {seed}, {key:?}");
        }
    }

    /// Names that begin alike for long, two kinds of them, or are alike altogether, or a few others
    /// among those; sizes that a sample at an even pace sees one half of: no step has much more to do
    /// than another.
    #[test]
    fn no_step_has_more_than_its_share() {
        let kinds = |n: usize| match n % 3 {
            0 => format!("{}{n}", "one kind of names ".repeat(9)),
            1 => format!("{}{n}", "another kind of names ".repeat(7)),
            _ => "one name".repeat(20),
        };
        let few = |other: &str, n: usize| match n % 225 {
            3 => format!("{other}{n}"),
            _ => format!("{}{n}", "one kind of names ".repeat(5)),
        };
        let names: [&dyn Fn(usize) -> String; 3] = [&kinds, &|n| few("zz", n), &|n| few("aa", n)];
        for name in names {
            let mut store = Store::default();
            let mut rng = fastrand::Rng::with_seed(1);
            let files = (0..9_000).map(|n| File {
                id: Untrusted::new(format!("file_{n}")),
                filename: Some(Untrusted::new(name(n))),
                bytes: Stated::Value(n as u64 * 7_919 % 100_003 + n as u64 % 2 * 1_000_000),
                ..random_file(&mut rng, 0)
            });
            take_in(&mut store, page(files), None, 0).unwrap();
            for key in Field::ALL {
                check_steps(&store, key, false);
                check_steps(&store, key, true);
            }
        }
    }

    fn check_steps(store: &Store, key: Field, descending: bool) {
        let mut sorting = Sorting::new(store, key, descending);
        (sorting.step, sorting.bucket) = (500, 20);
        let order = loop {
            let before = sorting.sorted.len();
            if let Some(order) = sorting.step(store, &HashSet::new()) {
                break order;
            }
            let done = sorting.sorted.len() - before;
            assert!(done <= sorting.step + sorting.bucket * TOO_LARGE, "{key:?}: {done}");
        };
        assert!(order.rows().is_sorted_by(|a, b| order.compare(store, *a, *b).is_lt()));
    }
}
