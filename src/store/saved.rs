//! Which files are saved on this machine, as somebody else knows: the store counts what is not.

use super::sums::ByteSums;
use super::{FREE, FileNo, GONE, Store};
use crate::text::TotalBytes;

impl Store {
    /// Whether the content of the file is saved on this machine.
    #[must_use]
    pub fn is_saved(&self, no: FileNo) -> bool {
        self.saved.contains_key(&no)
    }

    /// When it was saved, in seconds since the epoch by this machine.
    #[must_use]
    pub fn saved_at(&self, no: FileNo) -> Option<i64> {
        self.saved.get(&no).copied()
    }

    /// Notes that the content of a file is saved since `at`, or is not any more; tells whether that is
    /// news.
    pub fn set_saved(&mut self, no: FileNo, at: Option<i64>) -> bool {
        let before = self.saved_at(no);
        if before == at || self.has(no, FREE) {
            return false;
        }
        let counts = !self.has(no, GONE);
        match at {
            Some(at) => drop(self.saved.insert(no, at)),
            None => drop(self.saved.remove(&no)),
        }
        if counts && before.is_some() != at.is_some() {
            let change = if at.is_some() { ByteSums::take } else { ByteSums::put };
            let mut unsaved = std::mem::take(&mut self.unsaved);
            change(&mut unsaved, self.expires_at.get(no.0 as usize), self.known_bytes(no));
            self.unsaved = unsaved;
        }
        self.delta.changed.push(no);
        self.revision += 1;
        true
    }

    /// The bytes of those files that expire before `to_s`, or have, and are not saved.
    #[must_use]
    pub fn bytes_at_risk(&self, to_s: i64) -> TotalBytes {
        self.bytes_of(&self.unsaved, i64::MIN, to_s, |no| !self.is_saved(no))
    }

    /// The loaded files that expire before `to_s`, or have, and are not saved, soonest first.
    pub fn at_risk(&self, to_s: i64) -> impl Iterator<Item = FileNo> {
        self.expiring(i64::MIN, to_s).iter().copied().filter(|no| !self.is_saved(*no))
    }
}
