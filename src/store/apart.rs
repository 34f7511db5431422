//! Files of which the service told apart from its list, such as one that was just stored: they are there,
//! and have no place in the service's order before a page shows them.
//!
//! So nothing is concluded from pages that do not have them: those may end before, or the list may be told
//! later than the file. What asks for files by their places does not see them; whether they are there still
//! is asked by their ids.

use super::intake::Intake;
use super::{FileNo, Full, Store};
use crate::api::File;

/// The pass of a file that no page showed: whichever meets it, meets it for the first time.
const NO_PASS: u32 = u32::MAX;

impl Store {
    /// Files that the service told of, and no page of the list showed yet.
    #[must_use]
    pub fn apart(&self) -> &[FileNo] {
        &self.apart
    }

    /// Whether the service has the file, as far as is known, wherever it stands in the list.
    #[must_use]
    pub fn is_there(&self, no: FileNo) -> bool {
        self.place(no).is_some() || self.apart.contains(&no)
    }

    /// Takes in a file of which the service told apart from its list, at `at_s` whole seconds of the
    /// monotonic clock. One that is known is brought up to date.
    ///
    /// # Errors
    /// [`Full`] where there is no room for it.
    pub fn take_in_apart(&mut self, file: File, at_s: u32) -> Result<FileNo, Full> {
        if let Some(known) = self.find_key(file.id.raw()) {
            return self.refresh_file(known, file, at_s).map(|_| known);
        }
        let key = self.text.push(file.id.raw()).ok_or(Full)?;
        let no = self.append(key, file, NO_PASS)?;
        self.index(no);
        self.apart.push(no);
        self.verify(no, at_s);
        let mut intake = Intake::default();
        intake.added.push(no);
        self.reorder_by_expiry(&intake);
        self.delta.added.push(no);
        self.revision += 1;
        Ok(no)
    }

    /// Those that a page has shown by now stand apart no longer.
    pub(super) fn settle_apart(&mut self) {
        let sequence = &self.sequence;
        self.apart.retain(|no| sequence.place(*no).is_none());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{HasMore, Page, Reading};
    use crate::store::{Extent, Origin};
    use crate::text::Untrusted;
    use crate::time::expiry::Stated;

    fn file(n: i64) -> File {
        File {
            id: Untrusted::new(format!("file_{n}")),
            filename: Some(Untrusted::new(format!("name-{n}"))),
            bytes: Stated::Value(10),
            created_at: Stated::Value(n),
            expires_at: Stated::Value(1_000 + n),
            purpose: None,
            extra: None,
        }
    }

    fn read(store: &mut Store, after: Option<i64>, files: &[i64], has_more: HasMore) -> Intake {
        let after = after.map(|n| file(n).id);
        let origin = Origin { after: after.as_ref(), pass: 0, at_s: 1, extent: Extent::Open };
        let readings = files.iter().map(|n| Reading::File(file(*n))).collect();
        store.take_in(Page { readings, has_more }, origin).unwrap()
    }

    fn ids(store: &Store) -> Vec<i64> {
        let id = |no: &FileNo| store.file(*no).created_at.value().unwrap();
        store.sequence().iter().map(id).collect()
    }

    /// Oldest first and newest first, and as many pages between as there are: one row, in its place.
    #[test]
    fn it_has_a_place_once_its_page_is_read_and_is_never_there_twice() {
        for newest_first in [false, true] {
            let mut store = Store::default();
            let all: Vec<i64> =
                if newest_first { (1..=5).rev().collect() } else { (1..=5).collect() };
            read(&mut store, None, &all[..2], HasMore::Yes);
            let no = store.take_in_apart(file(9), 2).unwrap();
            assert_eq!((store.len(), store.sequence().len(), store.place(no)), (3, 2, None));
            assert_eq!(store.find(&file(9).id), Some(no));
            assert!(store.is_there(no) && store.apart() == [no]);
            assert_eq!(store.take_delta().added.len(), 3);
            assert_eq!(store.take_in_apart(file(9), 3), Ok(no), "told twice, it is there once");
            // Pages that do not have it prove nothing of it.
            let page = read(&mut store, Some(all[1]), &all[2..4], HasMore::Yes);
            assert!(page.missing.is_empty() && !store.is_shuffled());
            let last: Vec<i64> = if newest_first { vec![all[4]] } else { vec![all[4], 9] };
            let page = read(&mut store, Some(all[3]), &last, HasMore::No);
            assert!(page.missing.is_empty());
            if newest_first {
                let page = read(&mut store, None, &[9, 5, 4], HasMore::Yes);
                assert!(page.missing.is_empty());
            }
            let in_order: Vec<i64> =
                if newest_first { [&[9][..], &all].concat() } else { [&all[..], &[9]].concat() };
            assert_eq!(ids(&store), in_order);
            assert!(store.apart().is_empty() && !store.is_shuffled());
            assert_eq!((store.len(), store.total_bytes().known), (6, 60));
        }
    }

    /// A list that is told later than the file: it stays, in no place.
    #[test]
    fn a_list_that_lags_behind_does_not_take_it_away() {
        let mut store = Store::default();
        read(&mut store, None, &[1, 2], HasMore::No);
        let no = store.take_in_apart(file(9), 2).unwrap();
        for _ in 0..3 {
            let page = read(&mut store, None, &[1, 2], HasMore::No);
            assert!(page.missing.is_empty() && page.covers_last && !store.is_shuffled());
        }
        assert!(store.is_there(no));
        // Gone, with one that has a place.
        let other = store.find(&file(1).id).unwrap();
        store.remove(&[no, other]);
        assert_eq!((ids(&store), store.len(), store.taken_out()), (vec![2], 1, 1));
        store.bury(&[no, other]);
        assert_eq!(store.take_in_apart(file(9), 2).map(|_| store.len()), Ok(2));
    }
}
