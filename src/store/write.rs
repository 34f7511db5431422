//! Writing files into the columns, with the sums that are kept beside them.

use super::arena::Span;
use super::intake::Intake;
use super::{
    FREE, FileNo, Full, NAMELESS, NO_PURPOSE, NO_SIZE, NOTHING, Store, size_cell, stated_bytes,
    time_cell,
};
use crate::api::File;
use crate::text::Untrusted;

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
        self.spans.set(row, key, name);
        self.bytes.set(row, NO_SIZE);
        self.created_at.set(row, NOTHING);
        self.expires_at.set(row, NOTHING);
        self.flags[row] = NO_PURPOSE;
        self.readings[row] = reading;
        self.verified_s[row] = 0;
        self.ages.add(0);
        self.count_bytes(no);
        self.set_columns(no, file);
        Ok(no)
    }

    fn append_row(&mut self, key: Span, name: Span) -> Result<FileNo, Full> {
        let no = FileNo(u32::try_from(self.flags.len()).map_err(|_| Full)?);
        self.spans.push(key, name);
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
        let Self { by_key, text, spans, .. } = self;
        let key_of = |no: FileNo| text.get(spans.key(no.0 as usize));
        by_key.insert(key_of(no), no, key_of);
    }

    /// Brings a known file up to date and notes whether anything changed.
    pub(super) fn update(
        &mut self,
        no: FileNo,
        file: File,
        intake: &mut Intake,
    ) -> Result<(), Full> {
        let row = no.0 as usize;
        let name = file.filename.as_ref().map(Untrusted::borrow);
        let same_name = self.filename(no) == name;
        let same_keys = same_name
            && self.bytes.get(row) == size_cell(file.bytes)
            && self.created_at.get(row) == time_cell(file.created_at)
            && self.expires_at.get(row) == time_cell(file.expires_at)
            && self.has_purpose(no, file.purpose.as_ref());
        if same_keys && self.has_extra(no, file.extra.as_deref()) {
            return Ok(());
        }
        intake.changed.push(no);
        if !same_keys {
            self.delta.changed.push(no);
        }
        if !same_name {
            let raw = file.filename.as_ref().map_or(b"".as_slice(), Untrusted::raw);
            let name = self.text.push(raw).ok_or(Full)?;
            self.garbage += self.spans.name(row).len();
            self.spans.set_name(row, name);
        }
        self.set_columns(no, file);
        Ok(())
    }

    fn has_purpose(&self, no: FileNo, purpose: Option<&Untrusted>) -> bool {
        let number = (!self.has(no, NO_PURPOSE)).then(|| self.purpose[no.0 as usize].into());
        match (number, purpose) {
            (Some(number), Some(purpose)) => self.purposes.holds(number, purpose.raw()),
            (number, purpose) => number.is_none() && purpose.is_none(),
        }
    }

    fn has_extra(&self, no: FileNo, extra: Option<&str>) -> bool {
        match (self.extras.get(&no), extra) {
            (Some(number), Some(extra)) => self.extra_texts.holds(*number, extra.as_bytes()),
            (number, extra) => number.is_none() && extra.is_none(),
        }
    }

    /// Gives back the shared texts of a file.
    pub(super) fn release_texts(&mut self, no: FileNo) {
        if !self.has(no, NO_PURPOSE) {
            self.purposes.release(self.purpose[no.0 as usize].into());
            self.flag(no, NO_PURPOSE);
        }
        if let Some(number) = self.extras.remove(&no) {
            self.extra_texts.release(number);
        }
    }

    /// Writes everything of a file but its key and the text of its name.
    fn set_columns(&mut self, no: FileNo, file: File) {
        let row = no.0 as usize;
        self.uncount_bytes(no);
        self.bytes.set(row, size_cell(file.bytes));
        self.created_at.set(row, time_cell(file.created_at));
        self.expires_at.set(row, time_cell(file.expires_at));
        self.count_bytes(no);
        self.release_texts(no);
        self.flags[row] &= !NAMELESS;
        if file.filename.is_none() {
            self.flag(no, NAMELESS);
        }
        if let Some(purpose) = file.purpose {
            let number = self.purposes.intern(purpose.raw());
            self.purpose[row] = u16::try_from(number).unwrap_or(u16::MAX);
            self.flags[row] &= !NO_PURPOSE;
        }
        if let Some(extra) = file.extra {
            let number = self.extra_texts.intern(extra.as_bytes());
            self.extras.insert(no, number);
        }
    }

    fn count_bytes(&mut self, no: FileNo) {
        let (bytes, expires_at) = (self.known_bytes(no), self.expires_at.get(no.0 as usize));
        self.total.put(bytes);
        self.sums.put(expires_at, bytes);
        if !self.is_saved(no) {
            self.unsaved.put(expires_at, bytes);
        }
    }

    pub(super) fn uncount_bytes(&mut self, no: FileNo) {
        let (bytes, expires_at) = (self.known_bytes(no), self.expires_at.get(no.0 as usize));
        self.total.take(bytes);
        self.sums.take(expires_at, bytes);
        if !self.is_saved(no) {
            self.unsaved.take(expires_at, bytes);
        }
    }

    pub(super) fn known_bytes(&self, no: FileNo) -> Option<u64> {
        stated_bytes(self.bytes.get(no.0 as usize)).value()
    }
}
