//! The service's order of the loaded files, and what one page proves about a stretch of it.
//!
//! A page that was read behind a known file and ends at a known file covers exactly the known files
//! between the two: what is there and was not known is new, what is known and not there is missing.
//! The sequence knows neither what a file is nor how a page came.

use std::ops::Range;

use super::FileNo;

/// A file that stands nowhere.
const NOWHERE: u32 = u32::MAX;

/// The loaded files in the service's order.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    files: Vec<FileNo>,
    /// The place of each file by its number.
    places: Vec<u32>,
}

/// What a page proved.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settled {
    /// The places that the page speaks about, as they are now.
    pub(super) covered: Range<usize>,
    /// Known files in that stretch that the page does not have.
    pub(super) missing: Vec<FileNo>,
    /// Whether the known files of the page came in the order in which they are known.
    pub(super) ordered: bool,
}

impl Sequence {
    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn files(&self) -> &[FileNo] {
        &self.files
    }

    /// Where the file `no` stands in the service's order.
    pub(super) fn place(&self, no: FileNo) -> Option<usize> {
        self.places
            .get(no.0 as usize)
            .filter(|place| **place != NOWHERE)
            .map(|place| *place as usize)
    }

    /// Takes in the files `seen` of a page that begins at place `start`; `to_the_end` where the
    /// page also says that nothing follows it.
    pub(super) fn settle(&mut self, start: usize, seen: &[FileNo], to_the_end: bool) -> Settled {
        let start = start.min(self.len());
        let known: Vec<usize> = seen.iter().filter_map(|no| self.place(*no)).collect();
        if !known.is_sorted() || known.first().is_some_and(|first| *first < start) {
            self.insert_unordered(seen);
            return Settled { covered: start..start, missing: vec![], ordered: false };
        }
        let end = match known.last() {
            _ if to_the_end => self.len(),
            Some(last) => last + 1,
            None => start,
        };
        let mut missing = vec![];
        let mut merged = Vec::with_capacity(end - start + seen.len() - known.len());
        let mut at = start;
        for no in seen {
            if let Some(place) = self.place(*no) {
                missing.extend_from_slice(&self.files[at..place]);
                merged.extend_from_slice(&self.files[at..=place]);
                at = place + 1;
            } else {
                merged.push(*no);
            }
        }
        missing.extend_from_slice(&self.files[at..end]);
        merged.extend_from_slice(&self.files[at..end]);
        let covered = start..start + merged.len();
        if known.len() < seen.len() {
            self.files.splice(start..end, merged);
            self.number_from(start);
        }
        Settled { covered, missing, ordered: true }
    }

    /// Puts unknown files behind the one that came before them, since the order tells nothing.
    fn insert_unordered(&mut self, seen: &[FileNo]) {
        let mut at = None;
        for no in seen {
            let place = self.place(*no);
            if place.is_none() {
                let place = at.map_or(self.len(), |before: usize| before + 1);
                self.files.insert(place, *no);
                self.number_from(place);
            }
            at = self.place(*no);
        }
    }

    /// Takes files out; `gone` must hold for just those.
    pub(super) fn remove(&mut self, first: FileNo, gone: impl Fn(FileNo) -> bool) {
        let Some(from) = self.place(first) else { return };
        for no in self.files[from..].iter().filter(|no| gone(**no)) {
            self.places[no.0 as usize] = NOWHERE;
        }
        let mut place = 0;
        self.files.retain(|no| {
            place += 1;
            place <= from || !gone(*no)
        });
        self.number_from(from);
    }

    fn number_from(&mut self, place: usize) {
        for (place, no) in self.files.iter().enumerate().skip(place) {
            let row = no.0 as usize;
            if row >= self.places.len() {
                self.places.resize(row + 1, NOWHERE);
            }
            self.places[row] = u32::try_from(place).unwrap_or(NOWHERE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Start, page, to the end; then the sequence after it, covered, missing.
    type Case<'a> = (usize, &'a [u32], bool, &'a [u32], Range<usize>, &'a [u32]);

    fn numbers(of: &[u32]) -> Vec<FileNo> {
        of.iter().copied().map(FileNo).collect()
    }

    fn sequence(of: &[u32]) -> Sequence {
        let mut sequence = Sequence::default();
        sequence.settle(0, &numbers(of), true);
        sequence
    }

    #[test]
    fn a_page_proves_what_lies_between_its_ends_and_no_more() {
        let known = [0, 1, 2, 3, 4, 5, 6, 7];
        let cases: [Case; 10] = [
            (0, &[0, 1, 2], false, &known, 0..3, &[]),
            (0, &[0, 2], false, &known, 0..3, &[1]),
            (2, &[4, 5], false, &known, 2..6, &[2, 3]),
            (6, &[6, 7, 8, 9], true, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 6..10, &[]),
            (6, &[6], true, &known, 6..8, &[7]),
            (6, &[6], false, &known, 6..7, &[]),
            (0, &[9, 8, 0, 1], false, &[9, 8, 0, 1, 2, 3, 4, 5, 6, 7], 0..4, &[]),
            (3, &[8, 9], false, &[0, 1, 2, 8, 9, 3, 4, 5, 6, 7], 3..5, &[]),
            (0, &[], true, &known, 0..8, &known),
            (0, &[], false, &known, 0..0, &[]),
        ];
        for (start, page, end, after, covered, missing) in cases {
            let mut sequence = sequence(&known);
            let settled = sequence.settle(start, &numbers(page), end);
            assert_eq!(sequence.files(), numbers(after), "{start} {page:?}");
            let expected = Settled { covered, missing: numbers(missing), ordered: true };
            assert_eq!(settled, expected, "{start} {page:?}");
            for (place, no) in sequence.files().iter().enumerate() {
                assert_eq!(sequence.place(*no), Some(place));
            }
        }
    }

    #[test]
    fn another_order_proves_nothing_but_loses_nothing() {
        let mut sequence = sequence(&[0, 1, 2, 3]);
        let settled = sequence.settle(0, &numbers(&[2, 9, 1]), true);
        assert!(!settled.ordered && settled.missing.is_empty());
        assert_eq!(sequence.files(), numbers(&[0, 1, 2, 9, 3]));
        let settled = sequence.settle(2, &numbers(&[0, 8]), false);
        assert!(!settled.ordered, "it lies before the cursor");
        assert_eq!(sequence.files(), numbers(&[0, 8, 1, 2, 9, 3]));
    }

    #[test]
    fn what_is_taken_out_closes_up() {
        let mut sequence = sequence(&[0, 1, 2, 3, 4]);
        sequence.remove(FileNo(1), |no| no.0 == 1 || no.0 == 3);
        assert_eq!(sequence.files(), numbers(&[0, 2, 4]));
        assert_eq!(sequence.place(FileNo(1)), None);
        assert_eq!(sequence.place(FileNo(4)), Some(2));
    }
}
