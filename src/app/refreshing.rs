//! Refreshing: when a round of requests begins, and what follows from its answers.

use std::time::Duration;

use super::{Access, App};
use crate::account::journal::{Change, Happening};
use crate::api::retry::Allowance;
use crate::api::{Answer, ApiError, Existence, HasMore, Page};
use crate::app::effect::Effect;
use crate::lister::refresh::{Ask, Finished, Refusal, Scope, Survey};
use crate::lister::{Cursor, Fetch, State};
use crate::store::{FileNo, Origin};
use crate::text::grouped;
use crate::time::clock::DateSample;
use crate::time::expiry::TimeLeft;

/// The intervals that `+` and `-` go through, in seconds.
const INTERVALS_S: [u64; 10] = [5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600];

/// Files that are shown as gone for a cycle, of those that vanish at once.
const MOST_SHOWN_AS_GONE: usize = 1_000;

/// What a round may read; a macro, since it borrows some fields while others change.
macro_rules! survey {
    ($app:expr) => {
        Survey {
            store: &$app.store,
            view: $app.table.window(),
            selected: $app.table.selected(),
            complete: $app.lister.is_complete(),
            limit: $app.settings.limit,
        }
    };
}

impl App {
    /// Asks for whatever the refresher wants, if nothing else is in flight.
    pub(super) fn refresh(&mut self, effects: &mut Vec<Effect>) {
        if !self.may_refresh() {
            return;
        }
        let now = self.now.mono;
        // With nothing to read again, the page that failed is what there is to try.
        let idle = !self.refresher.is_asking();
        let retry = idle && self.store.is_empty() && self.refresher.is_due(now);
        if let Some(fetch) = retry.then(|| self.lister.retry_once()).flatten() {
            self.refresher.lend();
            return self.send(fetch, effects);
        }
        while let Some(request) = self.refresher.next(now, &survey!(self)) {
            match request.ask {
                Ask::Page { cursor, limit, .. } => {
                    let fetch = Fetch { request: request.request, cursor, attempt: 1 };
                    effects.push(Effect::Fetch { fetch, limit });
                }
                Ask::File { id, .. } => {
                    effects.push(Effect::Retrieve { request: request.request, id });
                }
            }
        }
        if let Some(finished) = self.refresher.finish(now, &survey!(self)) {
            self.round_finished(finished, effects);
        }
    }

    /// Whether the refresher has its turn: the paging machine has nothing in flight, and there is
    /// something that could be read again, or tried again.
    pub(super) fn may_refresh(&self) -> bool {
        let something =
            !self.store.is_empty() || self.lister.is_complete() || self.lister.may_retry();
        something && !self.is_listing() && !self.load_all
    }

    fn round_finished(&mut self, finished: Finished, effects: &mut Vec<Effect>) {
        self.refreshed_at = Some(self.now.mono);
        let gone = self.journal.end_cycle(self.refresher.rounds());
        self.store.bury(&gone);
        if let Some(cursor) = finished.goes_on {
            self.lister.reopen(cursor);
        }
        self.absorb();
        if finished.whole {
            self.say(format!("all {} loaded files read again", grouped(self.store.len())));
        }
        // The service is well: the page that failed gets another try.
        if let Some(fetch) = self.lister.retry_once() {
            self.send(fetch, effects);
        }
    }

    /// An answer came: what its head told is noted.
    pub(super) fn heard(&mut self, date: Option<DateSample>, allowance: Option<Allowance>) {
        if let Some(sample) = date {
            self.clock.observe(sample);
        }
        self.refresher.allow(allowance, self.now.mono);
        self.access = Access::Granted;
    }

    /// An answer came that is of no interest any more, but for what its head told.
    pub(super) fn came_late<T>(&mut self, request: u64, result: Result<Answer<T>, ApiError>) {
        if self.refresher.came_late(request) {
            match result {
                Ok(answer) => self.heard(answer.date, answer.allowance),
                Err(error) => self.refresher.keep_to_wait(&error, self.now.mono),
            }
        }
    }

    /// The monotonic clock in whole seconds, as the store keeps it.
    pub(super) fn mono_s(&self) -> u32 {
        u32::try_from(self.now.mono.as_secs()).unwrap_or(u32::MAX)
    }

    pub(super) fn page_refreshed(&mut self, request: u64, result: Result<Answer<Page>, ApiError>) {
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return self.refresh_failed(request, error),
        };
        self.heard(answer.date, answer.allowance);
        let Some(Ask::Page { cursor, extent, .. }) = self.refresher.asked(request).cloned() else {
            return;
        };
        if self.refresher.is_overtaken(request, &self.store) {
            return self.refresher.page_overtaken(request);
        }
        let origin = Origin {
            after: cursor.after(),
            reading: self.refresher.reading(request),
            at_s: self.mono_s(),
            extent,
        };
        let has_more = answer.value.has_more;
        if answer.value.readings.is_empty() && has_more == HasMore::Yes {
            let what = "it is empty, though it says that there is more";
            return self.refresh_failed(request, ApiError::Undecodable { what });
        }
        let Ok(intake) = self.store.take_in(answer.value, origin) else {
            self.absorb();
            let what = "no more files can be held";
            return self.refresh_failed(request, ApiError::Undecodable { what });
        };
        for no in &intake.added {
            self.note(Happening::New, *no);
        }
        for no in &intake.changed {
            self.note(Happening::Changed, *no);
        }
        let mut suspects = self.drop_proven(&intake.missing);
        suspects.extend_from_slice(&intake.doubtful);
        let unmet =
            self.refresher.page_taken(request, &intake, has_more, &suspects, &survey!(self));
        // An order that changes proves nothing: each of them is asked for.
        self.suspect(&unmet);
        self.absorb();
    }

    /// A page of the refresher failed. Where it was the cursor that the service did not know,
    /// the file that it names is looked into, and the round goes on.
    fn refresh_failed(&mut self, request: u64, error: ApiError) {
        if let Some(id) = self.refresher.page_failed(request, error, self.now.mono)
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

    /// Notes when the service begins to fail, and when it is well again.
    pub(super) fn note_trouble(&mut self) {
        let page = match self.lister.state() {
            State::Failed { why, .. } => Some(why.to_string()),
            _ => None,
        };
        let why = self.refresher.trouble().map(|trouble| trouble.why.to_string()).or(page);
        if why.is_some() != self.failing {
            self.failing = why.is_some();
            let (what, text) = match why {
                Some(why) => (Happening::Failing, why),
                None => (Happening::Recovered, "the service answers again".to_owned()),
            };
            self.journal.note_service(what, text, self.now.wall_ms);
        }
    }

    pub(super) fn file_answered(
        &mut self,
        request: u64,
        result: Result<Answer<Existence>, ApiError>,
    ) {
        if !self.refresher.expects(request) {
            return self.came_late(request, result);
        }
        let Some(Ask::File { no, id }) = self.refresher.asked(request).cloned() else { return };
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return self.refresher.check_failed(request, error, self.now.mono),
        };
        self.heard(answer.date, answer.allowance);
        self.refresher.file_checked(request);
        // The number may have been given to another file meanwhile.
        if self.store.place(no).is_none() || self.store.file(no).id.raw() != id.raw() {
            return;
        }
        match answer.value {
            Existence::Gone => self.drop_gone(&[no]),
            Existence::Present(file) => {
                self.store.found_after_all(no);
                let at_s = self.mono_s();
                if self.store.refresh_file(no, *file, at_s).is_ok_and(|changed| changed) {
                    self.note(Happening::Changed, no);
                }
            }
        }
        self.absorb();
    }

    /// `r`: refresh now, or try again what failed.
    pub(super) fn refresh_now(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.lister.state(), State::Failed { .. } | State::Backoff { .. }) {
            return self.try_again(effects);
        }
        self.begin_round(Scope::Budget);
    }

    /// `R`: read again all that is loaded.
    pub(super) fn refresh_all(&mut self) {
        if self.store.is_empty() {
            return self.say("nothing is loaded yet");
        }
        if self.begin_round(Scope::All) {
            let files = grouped(self.store.len());
            self.say(format!("reading all {files} loaded files again; Esc stops"));
        }
    }

    fn begin_round(&mut self, scope: Scope) -> bool {
        match self.refresher.ask_for(scope, self.now.mono) {
            Ok(()) => return true,
            Err(Refusal::TooSoon) => {}
            Err(Refusal::AskedToWait(until)) => {
                let at = self.settings.zone.clock(self.wall_s_at(until));
                self.say(format!("the service asked for a wait until {at}"));
            }
        }
        false
    }

    pub(super) fn freeze(&mut self) {
        let frozen = !self.refresher.is_frozen();
        let reading_all = self.refresher.reading_all().is_some();
        self.refresher.set_frozen(frozen);
        match (frozen, self.refresher.interval()) {
            (true, _) if reading_all => {
                self.say("frozen: no refreshing until f; R was stopped, what it found stays");
            }
            (true, _) => self.say("frozen: no refreshing until f; countdowns go on"),
            (false, Some(_)) => self.say("refreshing goes on"),
            (false, None) => self.say("no longer frozen; refreshing is off, + turns it on"),
        }
    }

    /// The next shorter interval, or the next longer one; behind the longest lies off.
    pub(super) fn change_interval(&mut self, faster: bool) {
        let now = self.refresher.interval().map(|interval| interval.as_secs());
        let next = match (now, faster) {
            (None, true) => INTERVALS_S.last().copied(),
            (None, false) => None,
            (Some(now), true) => {
                let shorter = INTERVALS_S.iter().rev().copied().find(|s| *s < now);
                Some(shorter.unwrap_or(now))
            }
            (Some(now), false) => INTERVALS_S.iter().copied().find(|s| *s > now),
        };
        self.refresher.set_interval(next.map(Duration::from_secs), self.now.mono);
        match next {
            Some(seconds) => {
                self.say(format!("refresh every {}", crate::time::span::short_span(seconds)));
            }
            None => self.say("refreshing is off; r refreshes once, + turns it on"),
        }
    }

    pub(super) fn stop_reading_all(&mut self) -> bool {
        let reading = self.refresher.reading_all().is_some();
        if reading {
            self.refresher.stop();
            self.say("stopped; what was found stays");
        }
        reading
    }
}
