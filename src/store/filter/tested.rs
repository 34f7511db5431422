//! What a test asks of a file, wherever that is held: in the columns of a store, or as it was read.

use super::Moment;
use super::expr::TextField;
use crate::api::{File, Unreadable};
use crate::store::{FileNo, NOTHING, Store, UNREADABLE, stated_bytes, stated_time};
use crate::text::{Untrusted, UntrustedRef};
use crate::time::expiry::{Stated, StatedTime};

/// A file that a test is made of.
pub(super) trait Tested {
    fn bytes(&self) -> Stated<u64>;
    fn created_at(&self) -> StatedTime;
    fn expires_at(&self) -> StatedTime;
    fn has_no_expiry(&self) -> bool;
    fn is_unreadable(&self) -> bool;
    fn is_marked(&self) -> bool;
    fn is_saved(&self) -> bool;
    /// A text of the file, where it has one.
    fn text(&self, field: TextField) -> Option<&[u8]>;
    /// Whether `holds` is true of the filename or of the id, or of what came instead of a file.
    fn in_name_or_id(&self, holds: impl Fn(&[u8]) -> bool) -> bool;
}

/// A file in the columns of a store.
#[derive(Clone, Copy)]
pub(super) struct Held<'a> {
    pub(super) store: &'a Store,
    pub(super) no: FileNo,
    pub(super) moment: &'a Moment<'a>,
}

impl Held<'_> {
    fn row(&self) -> usize {
        self.no.0 as usize
    }
}

impl Tested for Held<'_> {
    fn bytes(&self) -> Stated<u64> {
        stated_bytes(self.store.bytes.get(self.row()))
    }

    fn created_at(&self) -> StatedTime {
        stated_time(self.store.created_at.get(self.row()))
    }

    fn expires_at(&self) -> StatedTime {
        stated_time(self.store.expires_at.get(self.row()))
    }

    fn has_no_expiry(&self) -> bool {
        self.store.expires_at.get(self.row()) == NOTHING
    }

    fn is_unreadable(&self) -> bool {
        self.store.flags[self.row()] & UNREADABLE != 0
    }

    fn is_marked(&self) -> bool {
        self.moment.marked.contains(&self.no)
    }

    fn is_saved(&self) -> bool {
        self.store.is_saved(self.no)
    }

    fn text(&self, field: TextField) -> Option<&[u8]> {
        match field {
            TextField::Purpose => self.store.purpose(self.no).map(UntrustedRef::raw),
            TextField::Name => self.store.filename(self.no).map(UntrustedRef::raw),
            TextField::Id => (!self.is_unreadable()).then(|| self.store.key(self.no)),
        }
    }

    fn in_name_or_id(&self, holds: impl Fn(&[u8]) -> bool) -> bool {
        self.store.in_name_or_id(self.no, holds)
    }
}

/// A file as it was read. Nobody has marked it.
pub(super) struct AsRead<'a> {
    pub(super) file: &'a File,
    pub(super) is_saved: &'a dyn Fn(&File) -> bool,
}

impl Tested for AsRead<'_> {
    fn bytes(&self) -> Stated<u64> {
        self.file.bytes
    }

    fn created_at(&self) -> StatedTime {
        self.file.created_at
    }

    fn expires_at(&self) -> StatedTime {
        self.file.expires_at
    }

    fn has_no_expiry(&self) -> bool {
        self.file.expires_at == Stated::Nothing
    }

    fn is_unreadable(&self) -> bool {
        false
    }

    fn is_marked(&self) -> bool {
        false
    }

    fn is_saved(&self) -> bool {
        (self.is_saved)(self.file)
    }

    fn text(&self, field: TextField) -> Option<&[u8]> {
        match field {
            TextField::Purpose => self.file.purpose.as_ref().map(Untrusted::raw),
            TextField::Name => self.file.filename.as_ref().map(Untrusted::raw),
            TextField::Id => Some(self.file.id.raw()),
        }
    }

    fn in_name_or_id(&self, holds: impl Fn(&[u8]) -> bool) -> bool {
        let name = self.file.filename.as_ref();
        name.is_some_and(|name| holds(name.raw())) || holds(self.file.id.raw())
    }
}

/// What came instead of a file: nothing of it is known but its text.
impl Tested for Unreadable {
    fn bytes(&self) -> Stated<u64> {
        Stated::Odd
    }

    fn created_at(&self) -> StatedTime {
        Stated::Odd
    }

    fn expires_at(&self) -> StatedTime {
        Stated::Odd
    }

    fn has_no_expiry(&self) -> bool {
        false
    }

    fn is_unreadable(&self) -> bool {
        true
    }

    fn is_marked(&self) -> bool {
        false
    }

    fn is_saved(&self) -> bool {
        false
    }

    fn text(&self, _: TextField) -> Option<&[u8]> {
        None
    }

    fn in_name_or_id(&self, holds: impl Fn(&[u8]) -> bool) -> bool {
        holds(self.raw.raw())
    }
}

impl Store {
    /// Whether `holds` is true of the filename or of the id, or of what came instead of a file.
    pub(super) fn in_name_or_id(&self, no: FileNo, holds: impl Fn(&[u8]) -> bool) -> bool {
        if let Some(raw) = self.unreadable_raw(no) {
            return holds(raw);
        }
        self.filename(no).is_some_and(|name| holds(name.raw())) || holds(self.key(no))
    }
}
