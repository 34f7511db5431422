//! Pages: when one is wanted, and what becomes of the answer.

use std::time::Duration;

use super::{Access, Account, Interest, Load, Notice};
use crate::api::call::{Call, Owner, Reply, Ticket};
use crate::api::error::Status;
use crate::api::{Answer, ApiError, Page};
use crate::lister::refresh::SLOW;
use crate::lister::{Cursor, Failure, Fetch, State};
use crate::store::{Extent, Origin};

/// Why a try that the operator asks for is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// An answer is still to come.
    AnswerToCome,
    /// The service asked for a wait, until this monotonic moment.
    AskedToWaitUntil(Duration),
    /// There is nothing to try, or the last try is less than a second ago.
    Nothing,
}

impl Account {
    pub(super) fn page_answered(&mut self, number: u64, result: Result<Answer<Reply>, ApiError>) {
        match result {
            Ok(Answer { value: Reply::Page(page), .. }) => self.page_loaded(number, page),
            // No page is asked for so.
            Ok(Answer {
                value: Reply::File(_) | Reply::Deletion(_) | Reply::Batches(_), ..
            }) => {}
            Err(error) => self.page_failed(number, error),
        }
        match self.lister.state() {
            State::Exhausted if self.load_all => {
                self.load_all = false;
                self.notices.push(Notice::AllLoaded(self.store.len()));
            }
            State::Failed { .. } => self.load_all = false,
            _ => {}
        }
    }

    fn page_failed(&mut self, number: u64, error: ApiError) {
        if self.leisure.take_in_flight() && error.is_transient() {
            self.leisure.crowded(self.now.mono);
            // That it is too much at once is no failure: it is read more slowly.
            let is_crowded = matches!(error, ApiError::Unavailable { status: Status(429), .. });
            self.leisure_trouble = (!is_crowded).then_some(error);
            return self.lister.put_off(number);
        }
        if error.refuses_key() && self.access == Access::Unknown {
            self.access = Access::Refused(error.clone());
        }
        let now = self.now.mono;
        self.lister.page_failed(number, error.clone(), now, &mut self.pace);
        match self.lister.state() {
            State::Failed { .. } => {
                self.refresher.service_failed(error, self.store.is_empty(), now);
            }
            State::Backoff { .. } => {}
            // It was the cursor that was refused.
            _ => self.refresher.service_answers(now),
        }
    }

    fn page_loaded(&mut self, number: u64, page: Page) {
        let has_more = page.has_more;
        let after = self.lister.loading_at().and_then(Cursor::after).cloned();
        let origin = Origin {
            after: after.as_ref(),
            pass: self.lister.pass(),
            at_s: self.mono_s(),
            extent: Extent::Open,
        };
        let taken = self.store.take_in(page, origin);
        if let Ok(intake) = &taken {
            self.note_missing(&intake.missing);
        }
        self.page_came = true;
        self.leisure_trouble = None;
        if self.leisure.take_in_flight() {
            self.leisure.page_came();
        }
        match taken {
            Ok(intake) => self.lister.page_loaded(number, has_more, intake.facts),
            Err(_) => self.lister.give_up(Failure::Full),
        }
        if self.refreshed_at.is_none() {
            self.refreshed_at = Some(self.now.mono);
            self.refresher.first_page_came(self.now.mono);
        }
        self.refresher.service_answers(self.now.mono);
    }

    /// Asks for the next page, if one is wanted and no other request is in flight; tells whether it
    /// did.
    pub(super) fn ask(&mut self, interest: &Interest<'_>, calls: &mut Vec<(Ticket, Call)>) -> bool {
        let wanted = self.load_all || self.store.is_empty() || interest.demand;
        let held = self.asked_wait_end().is_some();
        if self.refresher.is_asking() || !wanted || held {
            return false;
        }
        let Some(fetch) = self.lister.demand() else { return false };
        self.send(fetch, calls);
        true
    }

    /// The operator did something: reading on waits until that is over.
    pub fn touched(&mut self) {
        self.leisure.touched(self.now.mono);
    }

    /// Asks for a page that nobody called for, once it has its turn: everything else goes first.
    pub(super) fn read_on(&mut self, calls: &mut Vec<(Ticket, Call)>) {
        let now = self.now.mono;
        let idle = !self.refresher.is_asking() && !self.refresher.is_running();
        let due = self.may_read_on() && idle && self.leisure.next(&self.pace) <= now;
        if let Some(fetch) = due.then(|| self.lister.demand()).flatten() {
            self.send(fetch, calls);
            self.leisure.asked(now);
        }
    }

    /// Whether the rest of the list is to be read at leisure, sooner or later.
    fn may_read_on(&self) -> bool {
        self.terms.load == Load::Auto
            && !self.load_all
            && !self.refresher.is_frozen()
            && self.leisure.wants_more_than(self.store.len())
            && !self.store.is_empty()
            && matches!(self.lister.state(), State::Ready { .. })
    }

    /// Whether a first reading came to its end, or to a rest: there are files, or there are known to be
    /// none, and no further page is wanted but at leisure, with pauses.
    pub(super) fn has_read_at_first(&self) -> bool {
        let rests = match self.lister.state() {
            State::Exhausted | State::Failed { .. } => true,
            State::Loading { .. } | State::Backoff { .. } => false,
            State::Ready { .. } => {
                let goes_on = self.may_read_on() && self.leisure.is_at_once();
                !self.load_all && !goes_on
            }
        };
        rests && self.refreshed_at.is_some()
    }

    /// Whether the list is being read on at leisure: a page is on its way, or will be asked for
    /// after a pause.
    #[must_use]
    pub fn is_reading_on(&self) -> bool {
        self.is_loading_at_leisure() || self.may_read_on() && self.leisure.begins() <= self.now.mono
    }

    /// Whether the page in flight is one that nobody called for.
    #[must_use]
    pub fn is_loading_at_leisure(&self) -> bool {
        self.leisure.is_in_flight() && matches!(self.lister.state(), State::Loading { .. })
    }

    /// The monotonic moment at which reading on begins, or asks for its next page.
    #[must_use]
    pub fn reading_on_deadline(&self) -> Option<Duration> {
        let waits = self.may_read_on() && !self.refresher.is_asking();
        let moments = [self.leisure.begins(), self.leisure.next(&self.pace)];
        waits.then(|| moments.into_iter().filter(|at| *at > self.now.mono).min()).flatten()
    }

    pub(super) fn send(&mut self, fetch: Fetch, calls: &mut Vec<(Ticket, Call)>) {
        self.loading_since = self.now.mono;
        self.leisure.take_in_flight();
        let Fetch { request, cursor, attempt } = fetch;
        let call = Call::List { after: cursor.after().cloned(), limit: self.terms.limit, attempt };
        calls.push((Ticket { owner: Owner::Lister, number: request }, call));
    }

    /// Whether a request for the list is in flight, or about to be made again.
    #[must_use]
    pub fn is_listing(&self) -> bool {
        matches!(self.lister.state(), State::Loading { .. } | State::Backoff { .. })
    }

    /// Whether all pages are being loaded.
    #[must_use]
    pub fn is_loading_all(&self) -> bool {
        self.load_all
    }

    /// Loads on to the end of the list, as the operator asks; after a failure with a try at once.
    ///
    /// # Errors
    /// Why that try is not made.
    pub fn load_all(&mut self, calls: &mut Vec<(Ticket, Call)>) -> Result<(), Hold> {
        if let Some(until) = self.asked_wait_end() {
            return Err(Hold::AskedToWaitUntil(until));
        }
        if matches!(self.lister.state(), State::Failed { .. }) {
            self.try_again(calls)?;
        }
        self.leisure.resume();
        self.load_all = true;
        Ok(())
    }

    /// Loads no further than is wanted. A page in flight still comes.
    pub fn stop_loading_all(&mut self) {
        self.load_all = false;
        self.leisure.stop();
    }

    /// Reads on no further at leisure, until all is to be loaded or what is frozen goes on.
    pub fn stop_reading_on(&mut self) {
        self.leisure.stop();
    }

    /// Whether something that was asked for has not been answered for so long that the operator
    /// may want to ask for it anew.
    #[must_use]
    pub fn is_kept_waiting(&self) -> bool {
        self.slow_seconds().is_some()
    }

    /// What takes too long is asked for anew; tells whether there was anything.
    fn ask_anew(&mut self, calls: &mut Vec<(Ticket, Call)>) -> bool {
        if self.refresher.ask_anew(self.now.mono, SLOW) {
            return true;
        }
        if self.slow_seconds().is_none() {
            return false;
        }
        let Some((number, fetch)) = self.lister.ask_anew(self.now.mono) else { return false };
        self.abandoned.push(Ticket { owner: Owner::Lister, number });
        self.send(fetch, calls);
        true
    }

    /// The operator asks to try again what failed, or what is not answered for too long.
    ///
    /// # Errors
    /// Why that is not done.
    pub fn try_again(&mut self, calls: &mut Vec<(Ticket, Call)>) -> Result<(), Hold> {
        if self.ask_anew(calls) {
            return Ok(());
        }
        if self.refresher.is_asking() {
            return Err(Hold::AnswerToCome);
        }
        if let Some(until) = self.asked_wait_end() {
            return Err(Hold::AskedToWaitUntil(until));
        }
        if let Some(fetch) = self.lister.retry(self.now.mono) {
            if self.store.is_empty() {
                self.refresher.stand_aside();
            }
            self.send(fetch, calls);
            return Ok(());
        }
        Err(Hold::Nothing)
    }
}
