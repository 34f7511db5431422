//! The refresher: what to read again, when, and how often.
//!
//! A refresh is a *round* of requests within a budget. A page that is read again behind a known file
//! proves what became of the known files up to its end ([`Store::take_in`]), so a round verifies a
//! page of files with each request: first those in view, then the end of the list where new files
//! come (the head, where the service lists its newest first), then the rest in turn. What a page
//! should have had and did not is asked for by its id before anything is said of it.
//!
//! | state | event | next |
//! |---|---|---|
//! | `Resting` | its moment, or the operator asks | `Running` |
//! | `Running` | [`next`](Refresher::next), something to read and budget left | unchanged, one request |
//! | | [`next`](Refresher::next), nothing left to do | `Resting`, for an interval |
//! | | a page fails that was asked for beside others, and may pass | unchanged, one at a time from now on, after a pause |
//! | | a page fails | `Resting`, for longer each time; for good where the key is refused |
//! | | a cursor is refused | unchanged: from the one before it, then from the start |
//! | `StandingAside` | the paging machine's own try succeeds, or fails | as `Running` |
//! | | the operator wants all read again | unchanged, to the end of what is loaded; what is slow to be answered is abandoned |
//! | any | frozen | unchanged, but no round begins by itself |
//!
//! One request is in flight at a time. Only where the operator has all of a complete list read again
//! may there be several: any known id is a cursor, so the pages of the list are asked for side by
//! side, as many as the policy and the service's allowance have it. No two requests in flight ask for
//! the same, whichever part of the round they are for.
//!
//! It knows neither terminal nor network, nor what time it is: moments go in, requests come out.

mod answers;
mod plan;
mod round;
mod terms;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use super::Cursor;
use crate::api::pace::{Pace, asked_wait};
use crate::api::{ApiError, HasMore};
use crate::store::{Extent, FileNo, Intake, Store};

use round::{Beginnings, Claims, End, Part, Pending, Round, State, WholePass};
pub use terms::{
    Ask, Finished, RefreshPolicy, RefreshRequest, Refusal, RoundScope, SLOW, Survey, Trouble,
};

/// The longest pause between two rounds while they fail, unless the service asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// Rounds that the operator asks for are at least this far apart.
const MANUAL_PAUSE: Duration = Duration::from_secs(1);
/// Checks in a row that may fail before a round leaves the others to the next one.
const MOST_UNANSWERED: u32 = 3;
/// Cursors that may be refused before a page brings something that the round had not read.
const MOST_STEPS_BACK: u32 = 10;
/// How long, give or take a fifth, a service is left alone that could not answer several requests
/// at once, unless it asks for more.
const CROWDED_PAUSE: Duration = Duration::from_secs(1);
/// How long after its expiry a file is asked for.
const AFTER_EXPIRY: Duration = Duration::from_secs(1);
/// Passes of rounds are numbered apart from those of the paging machine.
const PASSES_FROM: u32 = 1 << 31;

/// When rounds happen, and what the one under way still has to do.
#[derive(Debug)]
pub struct Refresher {
    policy: RefreshPolicy,
    rng: fastrand::Rng,
    state: State,
    frozen: bool,
    due: Option<Duration>,
    /// A pause of our own in the middle of a round.
    pause_until: Duration,
    last_manual: Option<Duration>,
    trouble: Option<Trouble>,
    /// Cursors refused in a row: with one the round steps back, with two it begins at the start,
    /// and until a page comes nothing is concluded of any file.
    refused: u32,
    refusal: Option<ApiError>,
    rounds: u32,
    /// When the first page came, and when the last rounds began.
    begun: Beginnings,
    last_pass: u32,
    last_request: u64,
    /// The place in the service's order at which the rest of the list is read on.
    rest_from: usize,
    whole_pass: Option<WholePass>,
    /// Files to ask for outside of rounds, and when.
    expired: VecDeque<FileNo>,
    expired_due: Duration,
    /// More than one only where all of a complete list is read again.
    in_flight: Vec<Pending>,
    /// Requests that were in flight and whose answers are of no interest any more.
    abandoned: Vec<u64>,
}

impl Refresher {
    /// A refresher at rest; `seed` determines its jitter. The first round begins after an interval,
    /// give or take a fifth, so that many that were started at once spread out.
    #[must_use]
    pub fn new(policy: RefreshPolicy, seed: u64, now: Duration) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let due = policy.interval.map(|interval| now + jittered(interval, &mut rng));
        Self {
            policy,
            rng,
            state: State::Resting,
            frozen: false,
            due,
            pause_until: Duration::ZERO,
            last_manual: None,
            trouble: None,
            refused: 0,
            refusal: None,
            rounds: 0,
            begun: Beginnings::default(),
            last_pass: PASSES_FROM,
            last_request: 0,
            rest_from: 0,
            whole_pass: None,
            expired: VecDeque::new(),
            expired_due: Duration::ZERO,
            in_flight: vec![],
            abandoned: vec![],
        }
    }

    /// From one round to the next; nothing where rounds begin only on demand.
    #[must_use]
    pub fn interval(&self) -> Option<Duration> {
        self.policy.interval
    }

    /// Sets the interval; the next round begins after it, or when the next try after a failure
    /// was due anyway.
    pub fn set_interval(&mut self, interval: Option<Duration>, now: Duration) {
        self.policy.interval = interval;
        let next = interval.map(|interval| now + interval);
        self.due = match &self.trouble {
            Some(trouble) if trouble.why.refuses_key_for_good() => None,
            Some(_) => next.map(|next| self.due.unwrap_or(next)),
            None => next,
        };
    }

    /// Whether no round begins by itself.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Freezes, which ends the round under way, or thaws: then what is overdue begins at once.
    pub fn set_frozen(&mut self, frozen: bool) {
        self.frozen = frozen;
        if frozen {
            self.stop();
        }
    }

    /// What keeps rounds from succeeding, if anything.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Rounds that came to their end.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.rounds
    }

    /// Whether a round is under way.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !matches!(self.state, State::Resting)
    }

    /// How many files the round that reads everything again has behind it.
    #[must_use]
    pub fn reading_all(&self) -> Option<usize> {
        match &self.state {
            State::Running(round) if round.scope == RoundScope::All && !round.stopped => {
                Some(round.read_to)
            }
            _ => None,
        }
    }

    /// Whether a request of the refresher is in flight.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        !self.in_flight.is_empty() || matches!(self.state, State::StandingAside)
    }

    /// The moment at which the next round begins by itself.
    #[must_use]
    pub fn due(&self, pace: &Pace) -> Option<Duration> {
        let due = self.due.filter(|_| !self.frozen && !self.is_running());
        due.map(|due| due.max(pace.not_before()))
    }

    /// The next moment at which [`next`](Self::next) has something to do by itself.
    #[must_use]
    pub fn deadline(&self, pace: &Pace) -> Option<Duration> {
        if self.is_asking() {
            return None;
        }
        if matches!(self.state, State::Running(_)) {
            // A pause in the middle of it.
            return Some(self.round_not_before(pace));
        }
        let due = self.expired_due.max(pace.not_before());
        let check = (!self.expired.is_empty() && self.may_check()).then_some(due);
        [self.due(pace), check].into_iter().flatten().min()
    }

    /// The operator wants a round now.
    ///
    /// # Errors
    /// [`Refusal`], where it has to wait.
    pub fn ask_for(
        &mut self,
        scope: RoundScope,
        now: Duration,
        pace: &Pace,
    ) -> Result<(), Refusal> {
        if now < pace.not_before() {
            return Err(Refusal::AskedToWait(pace.not_before()));
        }
        let recently = self.last_manual.is_some_and(|last| now < last + MANUAL_PAUSE);
        if scope == RoundScope::All && (self.is_running() || !recently) {
            // What hangs would keep the whole waiting for the little that it was asked for.
            self.abandon(now, SLOW);
        }
        if let (State::Running(round), RoundScope::All) = (&mut self.state, scope) {
            if round.scope == RoundScope::Budget || round.stopped {
                (round.read_to, round.end) = (0, End::Unread);
                round.passed.clear();
                self.whole_pass = None;
            }
            round.scope = RoundScope::All;
            round.stopped = false;
            // Others will join what is in flight.
            self.in_flight.iter_mut().for_each(|pending| pending.beside_others = true);
            return Ok(());
        }
        if recently || self.is_running() {
            return Err(Refusal::TooSoon);
        }
        self.last_manual = Some(now);
        if scope == RoundScope::All {
            self.whole_pass = None;
        }
        self.begin(scope, now);
        Ok(())
    }

    /// The round under way asks for nothing more; what it found stays. An answer may still come,
    /// and it still has to be [finished](Self::finish).
    pub fn stop(&mut self) {
        if let State::Running(round) = &mut self.state {
            round.stopped = true;
        }
    }

    /// A file passed its expiry: it is asked for shortly, outside of rounds. Where many do at once,
    /// the next round has to do.
    pub fn file_expired(&mut self, no: FileNo, now: Duration) {
        if self.expired.len() < self.policy.checks as usize && !self.expired.contains(&no) {
            self.expired.push_back(no);
            self.expired_due = now + AFTER_EXPIRY;
        }
    }

    /// Whether the moment of a round has come that the paging machine should use for its own retry.
    #[must_use]
    pub fn is_due(&self, now: Duration, pace: &Pace) -> bool {
        self.due(pace).is_some_and(|due| due <= now)
    }

    /// The paging machine makes a try in place of a round.
    pub fn stand_aside(&mut self) {
        self.state = State::StandingAside;
    }

    /// The service answered the paging machine: its try in place of a round succeeded, or a round
    /// that waits for the service to be well again need not wait for longer than an interval.
    pub fn service_answers(&mut self, now: Duration) {
        if matches!(self.state, State::StandingAside) {
            self.end_round(now);
        } else if let (Some(_), Some(interval)) = (&self.trouble, self.policy.interval) {
            let soon = now + interval;
            self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
        }
    }

    /// The paging machine failed. Where it has nothing yet, a round could do no better, and its own try
    /// comes in its place, at first after an interval; else rounds go on.
    pub fn service_failed(&mut self, error: ApiError, nothing_loaded: bool, now: Duration) {
        if nothing_loaded {
            self.rest_after(error, 0, now);
        }
    }

    /// Whether an answer to `request` is still of interest.
    #[must_use]
    pub fn expects(&self, request: u64) -> bool {
        self.pending(request).is_some()
    }

    /// What `request`, which is in flight, asked for.
    #[must_use]
    pub fn asked(&self, request: u64) -> Option<&Ask> {
        self.pending(request).map(|pending| &pending.ask)
    }

    /// The number of the pass that the page in flight belongs to.
    #[must_use]
    pub fn pass_of(&self, request: u64) -> u32 {
        self.pending(request).map_or(self.last_pass, |pending| pending.pass)
    }

    fn pending(&self, request: u64) -> Option<&Pending> {
        self.in_flight.iter().find(|pending| pending.request == request)
    }

    fn take_pending(&mut self, request: u64) -> Option<Pending> {
        let at = self.in_flight.iter().position(|pending| pending.request == request)?;
        Some(self.in_flight.remove(at))
    }

    /// The moment from which on the round under way may ask for something.
    fn round_not_before(&self, pace: &Pace) -> Duration {
        pace.not_before().max(self.pause_until)
    }

    fn begin(&mut self, scope: RoundScope, now: Duration) {
        self.last_pass += 1;
        self.begun.note(now);
        self.state = State::Running(Round {
            pass: self.last_pass,
            scope,
            began: now,
            lists: 0,
            view_pages: 0,
            end: End::Unread,
            read_to: 0,
            passed: HashSet::new(),
            taken_out: 0,
            cursors: self.policy.cursors.max(1),
            suspects: VecDeque::new(),
            checked: vec![],
            unanswered: 0,
            why_unanswered: None,
            steps_back: 0,
            stopped: false,
        });
    }

    fn end_round(&mut self, now: Duration) {
        let began = match &self.state {
            State::Running(round) => round.began,
            _ => now,
        };
        self.state = State::Resting;
        self.rounds += 1;
        self.trouble = None;
        self.due = self.policy.interval.map(|interval| (began + interval).max(now));
    }

    fn may_check(&self) -> bool {
        !self.frozen && self.trouble.is_none() && self.refused == 0
    }
}

/// A fifth more or less.
fn jittered(span: Duration, rng: &mut fastrand::Rng) -> Duration {
    span.mul_f64(0.8 + 0.4 * rng.f64())
}

#[cfg(test)]
mod tests;
