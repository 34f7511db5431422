//! Taking pages in: what is new is added, what is known is brought up to date, what should be there
//! and is not is marked missing, and orders are told what changed.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::mem;

use super::{CONFLICTING, Delta, FileNo, Full, LEFT_OUT, MISSING, Store, UNREADABLE};
use crate::api::{File, HasMore, Page, Reading, Unreadable};
use crate::store::facts::PageFacts;
use crate::text::Untrusted;
use crate::time::expiry::Stated;

/// Where a page came from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The file that it begins behind; nothing for the start of the list.
    pub after: Option<&'a Untrusted>,
    /// The pass over the list that it belongs to: a file is met once in each.
    pub pass: u32,
    /// When it was read, in whole seconds of the monotonic clock.
    pub at_s: u32,
    /// How far the page may reach.
    pub extent: Extent,
}

/// How far a page may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Everything in it is taken in.
    Open,
    /// Files behind the last known one are left for whoever scrolls there.
    Loaded,
}

/// What a page amounted to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// What the paging machine needs to know.
    pub facts: PageFacts,
    /// Files that were not known.
    pub added: Vec<FileNo>,
    /// Files of which any field differs from before.
    pub changed: Vec<FileNo>,
    /// Files that the page should have had, and did not.
    pub missing: Vec<FileNo>,
    /// Files that it would have had if the service's order is what it seems to be.
    pub doubtful: Vec<FileNo>,
    /// The place behind the last one that the page speaks about.
    pub covered_to: usize,
    /// Whether that is the last of all.
    pub covers_last: bool,
    /// Files in the page, known or not.
    pub met: usize,
    seen: Vec<FileNo>,
}

impl Store {
    /// Takes in a page.
    ///
    /// A known file is brought up to date: the newest reading wins. A known file of the stretch that
    /// the page covers and that is not in it is marked missing, never dropped.
    ///
    /// # Errors
    /// [`Full`] once no more files can be addressed; the files before that are in.
    pub fn take_in(&mut self, page: Page, origin: Origin<'_>) -> Result<Intake, Full> {
        let mut intake = Intake::default();
        intake.facts.last = page.last_id().cloned();
        let start = match origin.after {
            None => Some(0),
            Some(id) => self.find(id).and_then(|no| self.place(no)).map(|place| place + 1),
        };
        // A service that does not say whether there is more says it with an empty page.
        let empty = page.readings.is_empty() && page.has_more == HasMore::Unknown;
        let ends = page.has_more == HasMore::No || empty;
        let mut readings = page.readings;
        let cut = origin.extent == Extent::Loaded && self.cut_to_known(start, &mut readings);
        let result = self.take_in_readings(readings, origin, &mut intake);
        let mut once = HashSet::with_capacity(intake.seen.len());
        intake.seen.retain(|no| once.insert(*no));
        intake.met = intake.seen.len();
        self.settle(start, ends && !cut, origin, &mut intake);
        if cut && !self.shuffled {
            self.doubt(origin, &mut intake);
        }
        intake.covers_last = intake.covered_to == self.sequence.len();
        self.reorder_by_expiry(&intake);
        self.delta.added.extend_from_slice(&intake.added);
        self.revision += 1;
        self.tidy();
        result.map(|()| intake)
    }

    /// The files that came in, or of which anything differs, since [`take_delta`](Self::take_delta) was
    /// called last.
    #[must_use]
    pub fn touched(&self) -> Vec<FileNo> {
        self.delta.added.iter().chain(&self.delta.changed).copied().collect()
    }

    /// What happened since the last call; orders kept elsewhere must be told of it.
    pub fn take_delta(&mut self) -> Delta {
        mem::take(&mut self.delta).settle()
    }

    /// Brings one known file up to date with what the service says of it; tells whether anything
    /// differs.
    ///
    /// # Errors
    /// [`Full`] where its new name finds no room.
    pub fn refresh_file(&mut self, no: FileNo, file: File, at_s: u32) -> Result<bool, Full> {
        self.flags[no.0 as usize] &= !(MISSING | LEFT_OUT);
        self.verify(no, at_s);
        let mut intake = Intake::default();
        self.update(no, file, &mut intake)?;
        self.reorder_by_expiry(&intake);
        self.revision += 1;
        Ok(!intake.changed.is_empty())
    }

    /// Drops what lies behind the last known file; tells whether there was anything. A page from
    /// the start of the list without a known file is all new.
    fn cut_to_known(&self, start: Option<usize>, readings: &mut Vec<Reading>) -> bool {
        let Some(direction) = self.direction().filter(|direction| direction.is_ne()) else {
            // What is unknown may have come in between.
            return false;
        };
        let is_known = |reading: &Reading| match reading {
            Reading::File(file) => self.find_key(file.id.raw()).is_some(),
            Reading::Unreadable(_) => false,
        };
        let keep = match readings.iter().rposition(is_known) {
            Some(last) => last + 1,
            None if start == Some(0) => return false,
            None => 0,
        };
        let last = self.sequence.files().last().map(|no| self.created_at.get(no.0 as usize));
        let mut unknown = readings[keep..].iter().filter_map(|reading| match reading {
            Reading::File(file) => Some(file.created_at),
            Reading::Unreadable(_) => None,
        });
        let cut = unknown.clone().next().is_some();
        // An order that is not by creation tells nothing of where they belong.
        let behind_all = unknown.all(|made| match made {
            Stated::Value(made) => last.is_some_and(|last| last.cmp(&made) == direction),
            Stated::Nothing | Stated::Odd => false,
        });
        if cut && !behind_all {
            return false;
        }
        readings.truncate(keep);
        cut
    }

    /// The page goes on behind the last known file, and does not have those loaded files that
    /// should have come before that: they may be gone.
    fn doubt(&mut self, origin: Origin<'_>, intake: &mut Intake) {
        let behind = self.sequence.files().get(intake.covered_to..).unwrap_or_default();
        intake.doubtful = behind.to_vec();
        for no in &intake.doubtful {
            self.flag(*no, MISSING);
            self.readings[no.0 as usize] = origin.pass;
        }
        intake.covered_to = self.sequence.len();
    }

    fn take_in_readings(
        &mut self,
        readings: Vec<Reading>,
        origin: Origin<'_>,
        intake: &mut Intake,
    ) -> Result<(), Full> {
        let mut before = origin.after.cloned();
        let mut run = 0_u32;
        for reading in readings {
            let no = match reading {
                Reading::File(file) => {
                    run = 0;
                    before = Some(file.id.clone());
                    self.take_in_file(file, origin.pass, intake)?
                }
                Reading::Unreadable(unreadable) => {
                    run += 1;
                    let before = before.as_ref();
                    self.take_in_unreadable(unreadable, before, run, origin.pass, intake)?
                }
            };
            intake.seen.push(no);
        }
        Ok(())
    }

    /// Draws the conclusions from which files were in the page.
    fn settle(&mut self, start: Option<usize>, end: bool, origin: Origin<'_>, intake: &mut Intake) {
        let mut settled = match start {
            Some(start) => self.sequence.settle(start, &intake.seen, end),
            // The file that the page began behind is gone meanwhile: nothing can be concluded.
            None => self.sequence.settle(self.sequence.len(), &intake.seen, false),
        };
        self.settle_apart();
        self.shuffled |= start.is_none() || !settled.ordered;
        if self.shuffled {
            // What lies between the ends of a page means nothing any more.
            settled.missing.clear();
        }
        for no in &intake.seen {
            self.flags[no.0 as usize] &= !(MISSING | LEFT_OUT);
            self.verify(*no, origin.at_s);
        }
        for no in &settled.missing {
            self.flag(*no, MISSING | LEFT_OUT);
            self.readings[no.0 as usize] = origin.pass;
        }
        intake.covered_to = settled.covered.end;
        intake.missing = settled.missing;
    }

    pub(super) fn verify(&mut self, no: FileNo, at_s: u32) {
        let before = mem::replace(&mut self.verified_s[no.0 as usize], at_s);
        if before != at_s {
            self.ages.remove(before);
            self.ages.add(at_s);
            self.delta.verified.push(no);
        }
    }

    pub(super) fn reorder_by_expiry(&mut self, intake: &Intake) {
        let (added, changed) = (intake.added.clone(), intake.changed.clone());
        let delta = Delta { added, changed, ..Delta::default() };
        if !delta.is_empty() {
            let mut by_expiry = mem::take(&mut self.by_expiry);
            by_expiry.apply(self, &delta.settle());
            self.by_expiry = by_expiry;
        }
    }

    fn take_in_file(
        &mut self,
        file: File,
        reading: u32,
        intake: &mut Intake,
    ) -> Result<FileNo, Full> {
        let Some(known) = self.find_key(file.id.raw()) else {
            intake.facts.fresh += 1;
            intake.facts.new += 1;
            let key = self.text.push(file.id.raw()).ok_or(Full)?;
            let no = self.append(key, file, reading)?;
            self.index(no);
            intake.added.push(no);
            return Ok(no);
        };
        let row = known.0 as usize;
        let same_name = self.filename(known) == file.filename.as_ref().map(Untrusted::borrow);
        if !same_name && let Some(twin) = self.twin(&file) {
            self.readings[twin.0 as usize] = reading;
            return self.update(twin, file, intake).map(|()| twin);
        }
        if self.readings[row] == reading && !same_name && !self.has(known, MISSING) {
            return self.take_in_conflict(known, file, reading, intake);
        }
        intake.facts.fresh += usize::from(self.readings[row] != reading);
        self.readings[row] = reading;
        self.update(known, file, intake).map(|()| known)
    }

    /// A further file with this id and this filename.
    fn twin(&self, file: &File) -> Option<FileNo> {
        let name = file.filename.as_ref().map(Untrusted::borrow);
        let twin = self.twins.get(&self.twin_hash(file)).copied();
        twin.filter(|no| self.key(*no) == file.id.raw() && self.filename(*no) == name)
    }

    fn twin_hash(&self, file: &File) -> u64 {
        self.hasher.hash_one((file.id.raw(), file.filename.as_ref().map(Untrusted::raw)))
    }

    /// Two files with one id and different filenames in one pass: both are shown and flagged.
    fn take_in_conflict(
        &mut self,
        known: FileNo,
        file: File,
        reading: u32,
        intake: &mut Intake,
    ) -> Result<FileNo, Full> {
        let hash = self.twin_hash(&file);
        let key = self.spans.key(known.0 as usize);
        let twin = self.append(key, file, reading)?;
        intake.added.push(twin);
        self.twins.insert(hash, twin);
        self.flag(known, CONFLICTING);
        self.flag(twin, CONFLICTING);
        Ok(twin)
    }

    /// An unreadable file is known again by its text and its place in the list.
    fn take_in_unreadable(
        &mut self,
        unreadable: Unreadable,
        before: Option<&Untrusted>,
        run: u32,
        reading: u32,
        intake: &mut Intake,
    ) -> Result<FileNo, Full> {
        let mut key = unreadable.raw.raw().to_vec();
        key.push(0xFF);
        key.extend_from_slice(before.map_or(b"", Untrusted::raw));
        key.extend_from_slice(&run.to_le_bytes());
        if let Some(known) = self.find_key(&key) {
            self.readings[known.0 as usize] = reading;
            return Ok(known);
        }
        let file = File {
            id: Untrusted::default(),
            filename: None,
            bytes: Stated::Odd,
            created_at: Stated::Odd,
            expires_at: Stated::Odd,
            purpose: None,
            extra: None,
        };
        let key = self.text.push(&key).ok_or(Full)?;
        let no = self.append(key, file, reading)?;
        self.flag(no, UNREADABLE);
        self.unreadable.insert(no, unreadable);
        self.unreadable_there += 1;
        self.index(no);
        intake.added.push(no);
        Ok(no)
    }
}
