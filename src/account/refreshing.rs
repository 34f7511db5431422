//! Refreshing: when a round of requests begins, and what follows from its answers.

use std::time::Duration;

use super::journal::{Change, Happening};
use super::{Access, Account, Interest, Notice};
use crate::api::call::{Call, Owner, Reply, Ticket};
use crate::api::pace::Pace;
use crate::api::retry::Allowance;
use crate::api::{Answer, ApiError, Existence, File, HasMore};
use crate::lister::refresh::{Ask, Finished, Refusal, RoundScope, Survey};
use crate::lister::{Cursor, Lister, State};
use crate::store::{Extent, FileNo, Origin, Store};
use crate::text::Untrusted;
use crate::time::clock::DateSample;
use crate::time::expiry::TimeLeft;

/// Files that are shown as gone for a cycle, of those that vanish at once.
const MOST_SHOWN_AS_GONE: usize = 1_000;

impl Account {
    /// Asks for whatever the refresher wants, if nothing else is in flight.
    pub(super) fn refresh(&mut self, interest: &Interest<'_>, calls: &mut Vec<(Ticket, Call)>) {
        if !self.may_refresh() {
            return;
        }
        let now = self.now.mono;
        // With nothing to read again, the page that failed is what there is to try.
        let idle = !self.refresher.is_asking();
        let retry = idle && self.store.is_empty() && self.refresher.is_due(now, &self.pace);
        if let Some(fetch) = retry.then(|| self.lister.retry_once()).flatten() {
            self.refresher.stand_aside();
            return self.send(fetch, calls);
        }
        let survey = survey(&self.store, &self.lister, &self.pace, self.terms.limit, interest);
        while let Some(request) = self.refresher.next(now, &survey) {
            let ticket = Ticket { owner: Owner::Refresher, number: request.request };
            let call = match request.ask {
                Ask::Page { cursor, limit, .. } => {
                    Call::List { after: cursor.after().cloned(), limit, attempt: 1 }
                }
                Ask::File { id, .. } => Call::Retrieve { id },
            };
            calls.push((ticket, call));
        }
        if let Some(finished) = self.refresher.finish(now, &survey) {
            self.round_finished(finished, calls);
        }
    }

    /// Whether the refresher has its turn: the paging machine has nothing in flight, and there is
    /// something that could be read again, or tried again.
    #[must_use]
    pub fn may_refresh(&self) -> bool {
        let something =
            !self.store.is_empty() || self.lister.is_complete() || self.lister.may_retry();
        something && !self.is_listing() && !self.load_all
    }

    fn round_finished(&mut self, finished: Finished, calls: &mut Vec<(Ticket, Call)>) {
        self.refreshed_at = Some(self.now.mono);
        let gone = self.journal.end_cycle(self.refresher.rounds());
        self.store.bury(&gone);
        if let Some(cursor) = finished.goes_on {
            self.lister.reopen(cursor);
        }
        if finished.whole {
            self.notices.push(Notice::AllReadAgain(self.store.len()));
        }
        // The service is well: the page that failed gets another try.
        let held = self.asked_wait_end().is_some();
        if let Some(fetch) = (!held).then(|| self.lister.retry_once()).flatten() {
            self.send(fetch, calls);
        }
    }

    /// An answer came: what its head told is noted.
    pub(super) fn heed(&mut self, date: Option<DateSample>, allowance: Option<Allowance>) {
        if let Some(sample) = date {
            self.clock.observe(sample);
        }
        self.pace.allow(allowance, self.now.mono);
        self.pace.call_succeeded();
        self.access = Access::Granted;
    }

    /// The monotonic clock in whole seconds, as the store keeps it.
    pub(super) fn mono_s(&self) -> u32 {
        u32::try_from(self.now.mono.as_secs()).unwrap_or(u32::MAX)
    }

    pub(super) fn page_refreshed(
        &mut self,
        number: u64,
        (cursor, extent): (&Cursor, Extent),
        result: Result<Answer<Reply>, ApiError>,
        interest: &Interest<'_>,
    ) {
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return self.refresh_failed(number, error),
        };
        let Reply::Page(page) = answer.value else { return };
        if self.refresher.is_overtaken(number, &self.store) {
            return self.refresher.page_overtaken(number);
        }
        let pass = self.refresher.pass_of(number);
        let origin = Origin { after: cursor.after(), pass, at_s: self.mono_s(), extent };
        let has_more = page.has_more;
        if page.readings.is_empty() && has_more == HasMore::Yes {
            let what = "it is empty, though it says that there is more";
            return self.refresh_failed(number, ApiError::Undecodable { what });
        }
        let Ok(intake) = self.store.take_in(page, origin) else {
            let what = "no more files can be held";
            return self.refresh_failed(number, ApiError::Undecodable { what });
        };
        for no in &intake.added {
            self.note(Happening::New, *no);
        }
        for no in &intake.changed {
            self.note(Happening::Changed, *no);
        }
        let mut suspects = self.drop_proven(&intake.missing);
        suspects.extend_from_slice(&intake.doubtful);
        let survey = survey(&self.store, &self.lister, &self.pace, self.terms.limit, interest);
        let unmet = self.refresher.page_taken(number, &intake, has_more, &suspects, &survey);
        // An order that changes proves nothing: each of them is asked for.
        self.suspect(&unmet);
    }

    /// A page of the refresher failed. Where it was the cursor that the service did not know,
    /// the file that it names is looked into, and the round goes on.
    fn refresh_failed(&mut self, number: u64, error: ApiError) {
        if let Some(id) = self.refresher.page_failed(number, error, self.now.mono)
            && let Some(no) = self.store.find(&id)
        {
            self.suspect(&[no]);
        }
    }

    /// Files that may be gone, though no page proves it: shown as missing, and asked for by the
    /// round under way.
    fn suspect(&mut self, files: &[FileNo]) {
        self.store.mark_missing(files);
        self.refresher.suspect(files);
    }

    /// Files that a page should have had: those of which nothing more is to be learnt are gone, the
    /// others are asked for by the round under way.
    pub(super) fn note_missing(&mut self, files: &[FileNo]) {
        let suspects = self.drop_proven(files);
        self.suspect(&suspects);
    }

    /// Takes out those of the missing files of which nothing more is to be learnt: past their
    /// expiry, or without an id that could be asked for. Tells the others.
    fn drop_proven(&mut self, missing: &[FileNo]) -> Vec<FileNo> {
        let (gone, suspects): (Vec<FileNo>, Vec<FileNo>) = missing
            .iter()
            .partition(|no| self.has_expired(**no) || !self.store.can_be_asked_for(**no));
        self.drop_gone(&gone);
        suspects
    }

    fn has_expired(&self, no: FileNo) -> bool {
        self.time_left(&self.store.file(no)) == TimeLeft::Expired
    }

    fn drop_gone(&mut self, gone: &[FileNo]) {
        for no in gone.iter().copied().filter(|no| !self.store.is_gone(*no)).collect::<Vec<_>>() {
            let expired = self.has_expired(no);
            self.note(if expired { Happening::Expired } else { Happening::DeletedEarly }, no);
        }
        self.store.remove(gone);
        if let Some(surplus) = gone.get(MOST_SHOWN_AS_GONE..) {
            self.journal.unmark(surplus);
            self.store.bury(surplus);
        }
        self.mend_place();
    }

    /// The service told of a file that it stored just now: it is there, whether or not its page was read.
    pub fn stored(&mut self, file: File) {
        let at_s = self.mono_s();
        // Where no more files can be held, its page tells.
        if let Ok(no) = self.store.take_in_apart(file, at_s) {
            self.journal.mark(Change::New, no, self.refresher.rounds() + 1);
        }
    }

    /// The service deleted the file of this id at our request: it is not shown any more.
    pub fn deleted(&mut self, id: &Untrusted, text: String) {
        self.note_of(Happening::Deleted, id, text);
        if let Some(no) = self.store.find(id) {
            self.store.remove(&[no]);
            self.bury(no);
        }
    }

    /// The service says that it does not have the file of this id any more: it is not shown any more.
    pub fn already_gone(&mut self, id: &Untrusted) {
        if let Some(no) = self.store.find(id) {
            self.drop_gone(&[no]);
            self.bury(no);
        }
    }

    fn bury(&mut self, no: FileNo) {
        self.journal.unmark(&[no]);
        self.store.bury(&[no]);
        self.mend_place();
    }

    /// Notes what was done with the file of this id, in words.
    pub fn note_of(&mut self, what: Happening, id: &Untrusted, text: String) {
        self.journal.note_of(what, text, id.clone(), self.now.wall_ms);
    }

    /// Notes what came to nothing and is about no file of the service, in words.
    pub fn note_trouble_of(&mut self, what: Happening, text: String) {
        self.journal.note_service(what, text, self.now.wall_ms);
    }

    fn mend_place(&mut self) {
        // The place at which the paging machine wants to go on may be gone with them.
        if let State::Ready { next } = self.lister.state()
            && next.after().is_some_and(|id| self.store.find(id).is_none())
        {
            let last = self.store.sequence().last().map(|no| self.store.file(*no).id.to_owned());
            self.lister.go_on_at(last.map_or(Cursor::Start, Cursor::After));
        }
    }

    fn note(&mut self, what: Happening, no: FileNo) {
        let (file, round) = (self.store.file(no), self.refresher.rounds() + 1);
        // Without an id nothing tells it from another one in its place: nothing happened for sure.
        if file.unreadable.is_some() {
            if what.change() == Some(Change::Gone) {
                self.journal.mark(Change::Gone, no, round);
            }
            return;
        }
        self.journal.note(what, no, &file, self.now.wall_ms, round);
    }

    /// Notes why the service fails, each cause once as it changes, and when it is well again.
    pub(super) fn note_trouble(&mut self) {
        let page = match self.lister.state() {
            State::Failed { why, .. } => Some(why.to_string()),
            State::Backoff { why, .. } => Some(why.to_string()),
            // Whether it still fails is what this try is to tell.
            State::Loading { attempt, .. } if *attempt > 1 => self.failing.clone(),
            State::Ready { .. } | State::Loading { .. } | State::Exhausted => {
                self.leisure_trouble.as_ref().map(ToString::to_string)
            }
        };
        let why = self.refresher.trouble().map(|trouble| trouble.why.to_string()).or(page);
        if why == self.failing {
            return;
        }
        self.failing.clone_from(&why);
        let (what, text) = match why {
            Some(why) => (Happening::Failing, why),
            None => (Happening::Recovered, "the service answers again".to_owned()),
        };
        self.journal.note_service(what, text, self.now.wall_ms);
    }

    pub(super) fn file_answered(
        &mut self,
        number: u64,
        no: FileNo,
        id: &Untrusted,
        result: Result<Answer<Reply>, ApiError>,
    ) {
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return self.refresher.check_failed(number, error, self.now.mono),
        };
        let Reply::File(file) = answer.value else { return };
        self.refresher.file_checked(number);
        // The number may have been given to another file meanwhile.
        if !self.store.is_there(no) || self.store.file(no).id.raw() != id.raw() {
            return;
        }
        match file {
            Existence::Gone => self.drop_gone(&[no]),
            Existence::Present(file) => {
                self.store.found_after_all(no);
                let at_s = self.mono_s();
                if self.store.refresh_file(no, *file, at_s).is_ok_and(|changed| changed) {
                    self.note(Happening::Changed, no);
                }
            }
        }
    }

    /// The operator wants a round now.
    ///
    /// # Errors
    /// Why it has to wait.
    pub fn ask_for_round(&mut self, scope: RoundScope) -> Result<(), Refusal> {
        self.refresher.ask_for(scope, self.now.mono, &self.pace)
    }

    /// Begins no round by itself any more, or does so again.
    pub fn set_frozen(&mut self, frozen: bool) {
        self.leisure.resume();
        self.refresher.set_frozen(frozen);
    }

    /// Sets the time from one round to the next; without one, rounds begin on demand only.
    ///
    /// What is in view stays fresh that was so by the interval before.
    pub fn set_interval(&mut self, interval: Option<Duration>, view: &[FileNo]) {
        if self.stale_at(view).is_some_and(|at| at > self.now.mono) {
            self.interval_since = self.now.mono;
        }
        self.refresher.set_interval(interval, self.now.mono);
    }

    /// Ends the reading of all that is loaded, if one is under way; what it found stays.
    pub fn stop_reading_all(&mut self) {
        if self.refresher.reading_all().is_some() {
            self.refresher.stop();
        }
    }

    /// When refreshing has something to do by itself.
    #[must_use]
    pub fn refresh_deadline(&self) -> Option<Duration> {
        self.refresher.deadline(&self.pace).filter(|_| self.may_refresh())
    }
}

/// What the refresher is shown of an account, of which it is a part itself.
fn survey<'s>(
    store: &'s Store,
    lister: &Lister,
    pace: &'s Pace,
    limit: u16,
    interest: &Interest<'s>,
) -> Survey<'s> {
    let complete = lister.is_complete();
    Survey { store, view: interest.view, selected: interest.selected, complete, limit, pace }
}
