//! The paging machine: what to ask the service for next.
//!
//! It knows neither terminal nor clock nor network: demand, answers and moments go in, requests
//! come out. One list request is in flight at a time.
//!
//! | state | event | next |
//! |---|---|---|
//! | `Ready` | [`demand`](Lister::demand), of the view or at [`leisure`] | `Loading`, one [`Fetch`] |
//! | `Loading` | page, `has_more` false; or not stated, and nothing new came | `Exhausted` |
//! | | page, more (or not stated), and its last id was no cursor before | `Ready` after that id |
//! | | page, with more in it than is read of one | `Failed` (too long) |
//! | | page, more promised by it or by the page before, but empty, without a new id, or ending in an old cursor | `Failed` (stuck) |
//! | | transient failure, attempts left | `Backoff` |
//! | | transient failure, attempts spent; or a failure that no retry mends | `Failed` |
//! | | the cursor is refused (its file is gone) | `Ready` at the cursor before, once; then from the start, once; then `Failed` |
//! | | a 429, where nobody waits for the page ([`put_off`](Lister::put_off)) | `Ready` at the same place |
//! | | an answer to another request | unchanged ([`expects`](Lister::expects)) |
//! | | the operator waits no longer ([`ask_anew`](Lister::ask_anew)) | `Loading`, the same page by another request |
//! | `Backoff` | its deadline, or [`retry`](Lister::retry) unless the service asked for the wait | `Loading` |
//! | `Failed` | [`retry`](Lister::retry), not before the moment that the service asked for | `Loading` |
//! | | [`retry_once`](Lister::retry_once), where that may help, and at the start always | `Loading`, its last try |
//! | `Exhausted` | [`reopen`](Lister::reopen): a refresh found that the list goes on | `Ready` |
//! | any | [`reload`](Lister::reload) | `Ready` at the start, a new pass |
//!
//! A *pass* is one reading of the list, from the start. Whether a file is new is judged within the
//! pass, so that a second pass over known files still counts as progress.

pub mod leisure;
pub mod refresh;
mod terms;

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::api::pace::Pace;
use crate::api::retry::Policy;
use crate::api::{ApiError, HasMore};
use crate::store::facts::PageFacts;
use crate::text::Untrusted;

pub use terms::{Cursor, Failure, Fetch, State};

/// Manual retries closer together than this are ignored.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// The paging state machine of one list.
#[derive(Debug)]
pub struct Lister {
    state: State,
    policy: Policy,
    rng: fastrand::Rng,
    hasher: RandomState,
    last_request: u64,
    last_retry: Option<Duration>,
    pass: Pass,
    restarts: Restarts,
}

/// What is remembered of one pass.
#[derive(Debug, Default)]
struct Pass {
    number: u32,
    pages: u32,
    /// Hashes of the cursors used, which must not come again.
    cursors: HashSet<u64>,
    /// The cursor that brought the last page: the last one known to be good.
    good: Option<Cursor>,
    stepped_back: bool,
    /// Why the cursor was stepped back from, until something new comes.
    refusal: Option<ApiError>,
    /// The last page said in so many words that there is more.
    promised: bool,
}

/// Whether a refused cursor may lead to a new pass from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restarts {
    /// It may, until a pass brings nothing that was not known.
    Allowed,
    /// It did, and nothing new has come since.
    Spent,
    /// It may not: the pages were passed on already and must not come twice.
    Never,
}

impl Lister {
    /// A machine at the start of the list; `seed` determines its jitter.
    #[must_use]
    pub fn new(policy: Policy, restarts: Restarts, seed: u64) -> Self {
        Self {
            state: State::Ready { next: Cursor::Start },
            policy,
            rng: fastrand::Rng::with_seed(seed),
            hasher: RandomState::new(),
            last_request: 0,
            last_retry: None,
            pass: Pass::default(),
            restarts,
        }
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Tries of one page in all.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.policy.attempts
    }

    /// The number of the pass under way; it grows with each start from the beginning.
    #[must_use]
    pub fn pass(&self) -> u32 {
        self.pass.number
    }

    /// Pages read in this pass.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.pass.pages
    }

    /// Whether the end of the list was reached.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.state == State::Exhausted
    }

    /// Whether loading on may bring more files: nothing is known that rules it out.
    #[must_use]
    pub fn may_load_on(&self) -> bool {
        match &self.state {
            State::Ready { .. } | State::Loading { .. } | State::Backoff { .. } => true,
            State::Failed { why, .. } => why.may_pass(),
            State::Exhausted => false,
        }
    }

    /// Whether the service said in so many words that there is more; it may not say at all.
    #[must_use]
    pub fn is_more_promised(&self) -> bool {
        self.pass.promised
    }

    /// The next page is wanted. Answers with the request, unless something else has to come first.
    pub fn demand(&mut self) -> Option<Fetch> {
        match &self.state {
            State::Ready { next } => Some(self.fetch(next.clone(), 1)),
            _ => None,
        }
    }

    /// Whether an answer to `request` is still of interest. Everything else is late and dropped.
    #[must_use]
    pub fn expects(&self, request: u64) -> bool {
        matches!(&self.state, State::Loading { request: current, .. } if *current == request)
    }

    /// Where the page in flight begins.
    #[must_use]
    pub fn loading_at(&self) -> Option<&Cursor> {
        match &self.state {
            State::Loading { at, .. } => Some(at),
            _ => None,
        }
    }

    /// The page asked for was taken in.
    pub fn page_loaded(&mut self, request: u64, has_more: HasMore, facts: PageFacts) {
        let State::Loading { request: current, at, .. } = &self.state else { return };
        if *current != request {
            return;
        }
        let at = at.clone();
        self.pass.pages += 1;
        if facts.new > 0 {
            self.pass.stepped_back = false;
            self.pass.refusal = None;
            if self.restarts == Restarts::Spent {
                self.restarts = Restarts::Allowed;
            }
        }
        let promised = std::mem::replace(&mut self.pass.promised, has_more == HasMore::Yes);
        self.state = match (has_more, facts.last) {
            (HasMore::No, _) => State::Exhausted,
            (HasMore::Unread, _) => State::Failed { at, why: Failure::PageTooLong },
            (HasMore::Unknown, _) if facts.fresh == 0 && !promised => State::Exhausted,
            (_, Some(last)) if facts.fresh > 0 && self.is_new_cursor(&last) => {
                self.pass.good = Some(at);
                State::Ready { next: Cursor::After(last) }
            }
            _ => {
                let refused = self.pass.refusal.take().map(Failure::CursorRefused);
                State::Failed { at, why: refused.unwrap_or(Failure::CursorStuck) }
            }
        };
    }

    /// The request failed; whether it is made again depends on the retries that `pace` has left.
    pub fn page_failed(&mut self, request: u64, error: ApiError, now: Duration, pace: &mut Pace) {
        let State::Loading { request: current, at, attempt } = &self.state else { return };
        if *current != request {
            return;
        }
        let (at, attempt) = (at.clone(), *attempt);
        self.state = if error.refuses_cursor() && at != Cursor::Start {
            self.step_back(at, error)
        } else if !error.is_transient() && error.wait().is_none() {
            State::Failed { at, why: Failure::Call(error) }
        } else if let Some(wait) =
            error.wait().filter(|wait| !error.is_transient() || *wait > self.policy.longest_wait)
        {
            let until = now.saturating_add(wait);
            State::Failed { at, why: Failure::AskedToWait { error, wait, until } }
        } else if attempt < self.policy.attempts && pace.spend_retry() {
            let backoff = self.policy.backoff(attempt, &mut self.rng);
            let until = now + error.wait().unwrap_or(backoff);
            State::Backoff { until, at, attempt, why: error }
        } else {
            State::Failed { at, why: Failure::Call(error) }
        };
    }

    /// The request failed, and nobody waits for its page: it is asked for another time.
    pub fn put_off(&mut self, request: u64) {
        if let State::Loading { request: current, at, .. } = &self.state
            && *current == request
        {
            self.state = State::Ready { next: at.clone() };
        }
    }

    /// Gives up for a reason that lies with the caller.
    pub fn give_up(&mut self, why: Failure) {
        let at = match &self.state {
            State::Ready { next: at }
            | State::Loading { at, .. }
            | State::Backoff { at, .. }
            | State::Failed { at, .. } => at.clone(),
            State::Exhausted => return,
        };
        self.state = State::Failed { at, why };
    }

    /// The next moment at which [`on_time`](Self::on_time) has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        match &self.state {
            State::Backoff { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// Time has come to `now`: makes the next try, if it is due.
    pub fn on_time(&mut self, now: Duration) -> Option<Fetch> {
        match &self.state {
            State::Backoff { until, at, attempt, .. } if *until <= now => {
                let (at, attempt) = (at.clone(), *attempt);
                Some(self.fetch(at, attempt + 1))
            }
            _ => None,
        }
    }

    /// The operator asks to try again. Nothing happens more than once a second, nor before the
    /// moment that the service asked for.
    pub fn retry(&mut self, now: Duration) -> Option<Fetch> {
        if self.last_retry.is_some_and(|last| now < last + RETRY_PAUSE) {
            return None;
        }
        let at = match &self.state {
            State::Backoff { at, why, .. } if why.wait().is_none() => at.clone(),
            State::Failed { why: Failure::AskedToWait { until, .. }, .. } if now < *until => {
                return None;
            }
            State::Failed {
                why: Failure::CursorStuck | Failure::CursorRefused(_) | Failure::PageTooLong,
                ..
            } => {
                self.reload();
                Cursor::Start
            }
            State::Failed { at, .. } => at.clone(),
            _ => return None,
        };
        self.last_retry = Some(now);
        Some(self.fetch(at, 1))
    }

    /// The operator waits no longer for the page in flight: it is asked for anew. Tells the request
    /// whose answer is of no interest any more, and the new one, at most once a second.
    pub fn ask_anew(&mut self, now: Duration) -> Option<(u64, Fetch)> {
        let State::Loading { request, at, attempt } = &self.state else { return None };
        if self.last_retry.is_some_and(|last| now < last + RETRY_PAUSE) {
            return None;
        }
        let (abandoned, at, attempt) = (*request, at.clone(), *attempt);
        self.last_retry = Some(now);
        Some((abandoned, self.fetch(at, attempt)))
    }

    /// The background tries again, once, where what failed may mend itself: the service, not the
    /// request. The first page, without which there is nothing, is tried again whatever it was.
    pub fn retry_once(&mut self) -> Option<Fetch> {
        if !self.may_retry() {
            return None;
        }
        let State::Failed { at, why } = &self.state else { return None };
        let at = at.clone();
        if *why == Failure::CursorStuck {
            self.reload();
        }
        Some(self.fetch(at, self.policy.attempts))
    }

    /// Whether [`retry_once`](Self::retry_once) would try again.
    #[must_use]
    pub fn may_retry(&self) -> bool {
        match &self.state {
            State::Failed { why: Failure::Call(error), at } => {
                error.may_pass() || *at == Cursor::Start
            }
            State::Failed { why: Failure::AskedToWait { .. }, .. } => true,
            // Later in the list, it would be read whole every time.
            State::Failed { why: Failure::CursorStuck, at } => {
                *at == Cursor::Start && self.pass.cursors.is_empty()
            }
            _ => false,
        }
    }

    /// The file behind which the next page would begin is gone: it begins behind another.
    pub fn go_on_at(&mut self, at: Cursor) {
        if matches!(self.state, State::Ready { .. }) {
            self.state = State::Ready { next: at };
        }
    }

    /// The end of the list was reached, but has moved on: there is more behind `at`.
    pub fn reopen(&mut self, at: Cursor) {
        if self.state == State::Exhausted {
            self.pass.promised = true;
            self.state = State::Ready { next: at };
        }
    }

    /// Forgets the pass and begins a new one; an answer still under way will be late.
    pub fn reload(&mut self) {
        self.pass = Pass { number: self.pass.number + 1, ..Pass::default() };
        self.state = State::Ready { next: Cursor::Start };
    }

    fn fetch(&mut self, at: Cursor, attempt: u32) -> Fetch {
        self.last_request += 1;
        let request = self.last_request;
        self.state = State::Loading { request, at: at.clone(), attempt };
        Fetch { request, cursor: at, attempt }
    }

    fn is_new_cursor(&mut self, id: &Untrusted) -> bool {
        self.pass.cursors.insert(self.hasher.hash_one(id))
    }

    /// The cursor `refused` leads nowhere: its file is gone.
    fn step_back(&mut self, refused: Cursor, error: ApiError) -> State {
        if !self.pass.stepped_back
            && let Some(good) = self.pass.good.take()
        {
            self.pass.stepped_back = true;
            self.pass.refusal = Some(error);
            return State::Ready { next: good };
        }
        if self.restarts == Restarts::Allowed {
            self.restarts = Restarts::Spent;
            self.reload();
            return State::Ready { next: Cursor::Start };
        }
        State::Failed { at: refused, why: Failure::CursorRefused(error) }
    }
}

#[cfg(test)]
mod tests;
