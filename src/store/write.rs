//! Writing files into the columns, with the sums that are kept beside them.

use std::hash::BuildHasher;

use super::arena::Span;
use super::intake::Intake;
use super::{
    FREE, FileNo, Full, NAMELESS, NO_PURPOSE, NO_SIZE, NOTHING, ODD_SIZE, Store, stated_bytes,
    stated_time, time_cell,
};
use crate::api::File;
use crate::expiry::Stated;
use crate::text::{Untrusted, UntrustedRef};

impl Store {
    /// Gives the file a number, one that is free again where there is one.
    pub(super) fn append(&mut self, key: Span, file: File, reading: u32) -> Result<FileNo, Full> {
        let name =
            self.text.push(file.filename.as_ref().map_or(b"", Untrusted::raw)).ok_or(Full)?;
        let no = match self.free.pop() {
            Some(no) => no,
            None => self.append_row(key, name)?,
        };
        let row = no.0 as usize;
        self.keys.set(row, key);
        self.names.set(row, name);
        self.bytes[row] = NO_SIZE;
        self.created_at[row] = NOTHING;
        self.expires_at[row] = NOTHING;
        self.flags[row] = 0;
        self.readings[row] = reading;
        self.verified_s[row] = 0;
        self.ages.add(0);
        self.total.unknown += 1;
        self.set_columns(no, file);
        Ok(no)
    }

    fn append_row(&mut self, key: Span, name: Span) -> Result<FileNo, Full> {
        let no = FileNo(u32::try_from(self.flags.len()).map_err(|_| Full)?);
        self.keys.push(key);
        self.names.push(name);
        self.bytes.push(NO_SIZE);
        self.created_at.push(NOTHING);
        self.expires_at.push(NOTHING);
        self.purpose.push(0);
        self.flags.push(FREE);
        self.readings.push(0);
        self.verified_s.push(0);
        Ok(no)
    }

    pub(super) fn index(&mut self, no: FileNo) {
        let hash = self.hasher.hash_one(self.key(no));
        let (text, keys, hasher) = (&self.text, &self.keys, &self.hasher);
        self.by_key
            .insert_unique(hash, no.0, |no| hasher.hash_one(text.get(keys.get(*no as usize))));
    }

    /// Brings a known file up to date and notes whether anything changed.
    pub(super) fn update(
        &mut self,
        no: FileNo,
        file: File,
        intake: &mut Intake,
    ) -> Result<(), Full> {
        let name = file.filename.as_ref().map(Untrusted::borrow);
        let now = self.file(no);
        let same_name = now.filename == name;
        let same_keys = same_name
            && now.bytes == file.bytes
            && now.created_at == file.created_at
            && now.expires_at == file.expires_at
            && now.purpose == file.purpose.as_ref().map(Untrusted::borrow);
        if same_keys && now.extra == file.extra.as_deref() {
            return Ok(());
        }
        intake.changed.push(no);
        if !same_keys {
            self.delta.changed.push(no);
        }
        if !same_name {
            let name = self.text.push(name.map_or(b"", UntrustedRef::raw)).ok_or(Full)?;
            self.names.set(no.0 as usize, name);
        }
        self.set_columns(no, file);
        Ok(())
    }

    /// Writes everything of a file but its key and the text of its name.
    fn set_columns(&mut self, no: FileNo, file: File) {
        let row = no.0 as usize;
        self.uncount_bytes(no);
        self.bytes[row] = match file.bytes {
            Stated::Value(bytes) => bytes.min(ODD_SIZE - 1),
            Stated::Nothing => NO_SIZE,
            Stated::Odd => ODD_SIZE,
        };
        self.created_at[row] = time_cell(file.created_at);
        self.expires_at[row] = time_cell(file.expires_at);
        self.count_bytes(no);
        let mut flags = self.flags[row] & !(NAMELESS | NO_PURPOSE);
        flags |= if file.filename.is_none() { NAMELESS } else { 0 };
        flags |= if file.purpose.is_none() { NO_PURPOSE } else { 0 };
        self.flags[row] = flags;
        self.purpose[row] = self.purposes.intern(file.purpose.as_ref().map_or(b"", Untrusted::raw));
        match file.extra {
            Some(extra) => {
                let text = self.extra_texts.intern(extra.as_bytes());
                self.extras.insert(no, text);
            }
            None => {
                self.extras.remove(&no);
            }
        }
    }

    fn count_bytes(&mut self, no: FileNo) {
        let row = no.0 as usize;
        let Stated::Value(bytes) = stated_bytes(self.bytes[row]) else {
            self.total.unknown += 1;
            return;
        };
        self.total.known += u128::from(bytes);
        if let Stated::Value(at) = stated_time(self.expires_at[row]) {
            self.ledger.add(at, bytes);
        }
    }

    pub(super) fn uncount_bytes(&mut self, no: FileNo) {
        let row = no.0 as usize;
        let Stated::Value(bytes) = stated_bytes(self.bytes[row]) else {
            self.total.unknown -= 1;
            return;
        };
        self.total.known -= u128::from(bytes);
        if let Stated::Value(at) = stated_time(self.expires_at[row]) {
            self.ledger.subtract(at, bytes);
        }
    }
}
