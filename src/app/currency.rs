//! Keeping current, as the operator wishes it: refreshing, trying again, loading all, and what is
//! said of it.

use std::time::Duration;

use super::App;
use super::effect::Effect;
use crate::account::{Hold, Interest, Notice};
use crate::api::call::{Call, Owner, Reply, Ticket};
use crate::api::{Answer, ApiError};
use crate::keys::{Action, Hint};
use crate::lister::State;
use crate::lister::refresh::{Refusal, RoundScope};
use crate::text::grouped;
use crate::time::span::short_span;

/// The intervals that `+` and `-` go through, in seconds.
const INTERVALS_S: [u64; 10] = [5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600];

const AGAIN: [Hint; 1] = [Hint::new(&[Action::Refresh], "tries again after it")];
const TURN_ON: [Hint; 1] = [Hint::new(&[Action::Faster], "turns it on")];
const ONCE_OR_ON: [Hint; 2] =
    [Hint::new(&[Action::Refresh], "refreshes once"), Hint::new(&[Action::Faster], "turns it on")];

impl App {
    /// An answer came.
    pub(super) fn replied(
        &mut self,
        ticket: Ticket,
        result: Result<Answer<Reply>, ApiError>,
        effects: &mut Vec<Effect>,
    ) {
        if ticket.owner == Owner::Deletion {
            self.account.heard(&result);
            return self.deletion_answered(ticket.number, result, effects);
        }
        let interest = interest(&self.table, &self.marks, false);
        self.account.replied(ticket, result, &interest);
        self.absorb();
    }

    /// Tells the table and the marks what happened to the store, and the operator what is done.
    pub(super) fn absorb(&mut self) {
        let below = self.table.viewport().rows_below(self.table.rows().len());
        let news = self.account.take_news(&interest(&self.table, &self.marks, false));
        if !news.delta.is_empty() {
            let had_enough = below >= 2 * self.table.viewport().height;
            self.absorb_delta(&news.delta);
            if had_enough && self.is_near_the_end() && !self.typed.search_stopped {
                // The list shrank: what the view lacks now is asked for.
                self.patience = super::PATIENCE;
            }
        }
        if news.page_came {
            self.keep_patience(below);
        }
        for notice in news.notices {
            self.say(match notice {
                Notice::AllLoaded(files) => format!("all {} files loaded", grouped(files)),
                Notice::AllReadAgain(files) => {
                    format!("all {} loaded files read again", grouped(files))
                }
            });
        }
    }

    fn absorb_delta(&mut self, delta: &crate::store::Delta) {
        let selected = self.table.selected();
        let leaves = selected.is_some_and(|no| delta.removed.binary_search(&no).is_ok());
        // Not the detail of another file, whose id would be copied in its place.
        if leaves && self.layers.leave_detail() {
            self.say("that file is gone");
        }
        self.marks.absorb(self.account.store(), delta);
        for no in &delta.removed {
            self.range_from = self.range_from.filter(|from| from != no);
        }
        let moment = super::moment(self.account.server_ms(), &self.marks);
        self.table.absorb(self.account.store(), delta, &moment);
        self.rescue_of(delta);
    }

    /// Remembers of which round the header tells now: of no earlier one will it tell after that,
    /// wherever the view goes.
    pub(super) fn note_round(&mut self) {
        let round = self.account.round_of(self.table.window());
        self.told_round = self.told_round.max(round.unwrap_or_default());
    }

    /// A page that brought the view nearer to what it wants costs no patience.
    fn keep_patience(&mut self, below_before: usize) {
        let (rows, view) = (self.table.rows().len(), self.table.viewport());
        let nearer = rows < view.height || view.rows_below(rows) > below_before;
        if nearer && !self.typed.search_stopped {
            self.patience = super::PATIENCE;
        }
    }

    /// Has the account ask for whatever is due or wanted.
    pub(super) fn go_on(&mut self, effects: &mut Vec<Effect>) {
        let interest = interest(&self.table, &self.marks, self.wants_page());
        let mut calls = vec![];
        if self.account.go_on(&interest, &mut calls) {
            self.patience = self.patience.saturating_sub(1);
        }
        send(calls, effects);
        self.absorb();
    }

    /// Two screens ahead of the view; not yet for what is still being typed.
    fn wants_page(&self) -> bool {
        !self.is_search_held() && self.lacks_rows()
    }

    /// Whether the view has fewer rows ahead of it than it should have, and there may be more.
    pub(super) fn lacks_rows(&self) -> bool {
        if !self.table.may_find_more() {
            return false;
        }
        self.needs_search() || self.is_near_the_end() && self.patience > 0
    }

    fn is_near_the_end(&self) -> bool {
        let view = self.table.viewport();
        view.rows_below(self.table.rows().len()) < 2 * view.height
    }

    /// `r`: refresh now, or try again what failed.
    pub(super) fn refresh_now(&mut self, effects: &mut Vec<Effect>) {
        let failed =
            matches!(self.account.lister().state(), State::Failed { .. } | State::Backoff { .. });
        if failed || self.account.is_kept_waiting() {
            return self.try_again(effects);
        }
        self.begin_round(RoundScope::Budget);
    }

    /// `R`: read again all that is loaded.
    pub(super) fn refresh_all(&mut self) {
        if self.account.store().is_empty() {
            self.has_rows();
            return;
        }
        // Where it can begin, the footer says how far it is.
        self.begin_round(RoundScope::All);
    }

    fn begin_round(&mut self, scope: RoundScope) {
        if let Err(Refusal::AskedToWait(until)) = self.account.ask_for_round(scope) {
            let at = self.settings.zone.clock(self.account.wall_s_at(until));
            self.say(format!("the service asked for a wait until {at}"));
        }
    }

    fn try_again(&mut self, effects: &mut Vec<Effect>) {
        let mut calls = vec![];
        match self.account.try_again(&mut calls) {
            Ok(()) => send(calls, effects),
            Err(hold) => self.say_hold(hold),
        }
    }

    fn say_hold(&mut self, hold: Hold) {
        match hold {
            Hold::AnswerToCome => self.say_with("an answer is still to come", &AGAIN),
            Hold::AskedToWaitUntil(until) => {
                let at = self.settings.zone.clock(self.account.wall_s_at(until));
                self.say(format!("the service asked for a wait until {at}"));
            }
            Hold::Nothing => {}
        }
    }

    /// `L`: load all pages.
    pub(super) fn start_loading_all(&mut self, effects: &mut Vec<Effect>) {
        if self.account.lister().is_complete() {
            return self.say("everything is loaded");
        }
        let mut calls = vec![];
        match self.account.load_all(&mut calls) {
            Ok(()) => send(calls, effects),
            Err(hold) => self.say_hold(hold),
        }
    }

    pub(super) fn freeze(&mut self) {
        let frozen = !self.account.refresher().is_frozen();
        let reading_all = self.account.refresher().reading_all().is_some();
        self.account.set_frozen(frozen);
        let until =
            self.key_name(Action::Freeze).map_or(String::new(), |key| format!(" until {key}"));
        match (frozen, self.account.refresher().interval()) {
            (true, _) if reading_all => self.say(format!(
                "frozen: nothing is read{until}; reading again was stopped, what it found stays"
            )),
            (true, _) => self.say(format!("frozen: nothing is read{until}; countdowns go on")),
            (false, Some(_)) => self.say("refreshing and reading on go on"),
            (false, None) => self.say_with("no longer frozen; refreshing is off", &TURN_ON),
        }
    }

    /// The next shorter interval, or the next longer one; behind the longest lies off.
    pub(super) fn change_interval(&mut self, faster: bool) {
        let now = self.account.refresher().interval().map(|interval| interval.as_secs());
        let next = match (now, faster) {
            (None, true) => INTERVALS_S.last().copied(),
            (None, false) => None,
            (Some(now), true) => {
                let shorter = INTERVALS_S.iter().rev().copied().find(|s| *s < now);
                Some(shorter.unwrap_or(now))
            }
            (Some(now), false) => INTERVALS_S.iter().copied().find(|s| *s > now),
        };
        self.account.set_interval(next.map(Duration::from_secs), self.table.window());
        match next {
            Some(seconds) => self.say(format!("refresh every {}", short_span(seconds))),
            None => self.say_with("refreshing is off", &ONCE_OR_ON),
        }
    }
}

/// What the screen is interested in.
pub(super) fn interest<'a>(
    table: &'a super::table::Table,
    marks: &'a super::marks::Marks,
    demand: bool,
) -> Interest<'a> {
    Interest { view: table.window(), selected: table.selected(), marked: marks.files(), demand }
}

fn send(calls: Vec<(Ticket, Call)>, effects: &mut Vec<Effect>) {
    effects.extend(calls.into_iter().map(|(ticket, call)| Effect::Call(ticket, call)));
}
