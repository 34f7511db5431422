//! Reads an account, and reads it again: the machines of the dashboard, without a screen.
//!
//! A large account is not listed anew each time: after the first reading, rounds of a few requests
//! look for what is new, changed and gone, as they do behind the dashboard.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::board::Board;
use super::gauges::Standing;
use super::text::seconds;
use crate::account::{Account, Interest, Load, Terms};
use crate::api::Client;
use crate::api::call::{Call, Ticket};
use crate::api::retry::Policy;
use crate::commands::CommandError;
use crate::config::table::Values;
use crate::lister::refresh::{RefreshPolicy, RoundScope};
use crate::lister::{Failure, Lister, Restarts, State};
use crate::runtime::exec::{self, wait_until};
use crate::runtime::output::say;
use crate::store::FileNo;
use crate::text::grouped;
use crate::text::secrets::without_secrets;
use crate::time::clock::{Now, since_boot};
use crate::time::expiry::Thresholds;

/// How long after a key was refused the service is asked again: nobody sits here who would ask.
const ASK_AGAIN: Duration = Duration::from_secs(300);
/// From one wake-up to the next at least, whatever is due.
const BREATH: Duration = Duration::from_millis(50);

/// An account that is read, and the board on which is put what was found.
pub(super) struct Observer {
    client: Client,
    account: Account,
    thresholds: Thresholds,
    board: Arc<Board>,
    calls: VecDeque<(Ticket, Call)>,
    /// Nobody marks a file here.
    marked: HashSet<FileNo>,
    /// When the reading under way asked for its first page.
    began: Option<Duration>,
    /// Why readings fail, as it was said last.
    said: Option<String>,
}

/// What a command without a screen is interested in: all files alike, to the end of the list.
fn all_files(marked: &HashSet<FileNo>) -> Interest<'_> {
    Interest { view: &[], selected: None, marked, demand: true }
}

impl Observer {
    /// An account that is read once, or from then on after each `interval`.
    pub(super) fn new(
        client: Client,
        values: &Values,
        interval: Option<Duration>,
        board: Arc<Board>,
    ) -> Self {
        let terms = Terms {
            limit: values.limit,
            load: Load::Demand,
            leisure: values.leisure,
            thresholds: values.thresholds,
            refresh: RefreshPolicy { interval, ..values.refresh },
            alerts: vec![],
        };
        let lister = Lister::new(Policy::default(), Restarts::Allowed, fastrand::u64(..));
        Self {
            client,
            account: Account::new(terms, lister, fastrand::u64(..), Now::read()),
            thresholds: values.thresholds,
            board,
            calls: VecDeque::new(),
            marked: HashSet::new(),
            began: None,
            said: None,
        }
    }

    /// Reads the whole list, once.
    ///
    /// # Errors
    /// Why it could not be read, or not to its end.
    pub(super) async fn read(&mut self) -> Result<(), CommandError> {
        self.go_on();
        while !self.rests() {
            if let Some((ticket, call)) = self.calls.pop_front() {
                self.carry_out(ticket, call).await;
                continue;
            }
            if let Some(wait) = self.held_for()
                && wait > Policy::default().longest_wait
            {
                self.put_up(false);
                return Err(CommandError::HeldUp(wait));
            }
            self.sleep().await;
        }
        let failure = self.failure();
        self.put_up(failure.is_none());
        match (failure, self.account.lister().state()) {
            (Some(why), _) => Err(CommandError::List(why)),
            (None, State::Failed { why, .. }) => {
                let files = grouped(self.account.store().len());
                Err(CommandError::Partial { files: format!("{files} files"), why: why.clone() })
            }
            (None, _) => Ok(()),
        }
    }

    /// Reads the list, and again after each interval, for ever.
    pub(super) async fn watch(&mut self) {
        self.go_on();
        loop {
            if let Some((ticket, call)) = self.calls.pop_front() {
                self.carry_out(ticket, call).await;
                continue;
            }
            if self.began.is_some() && self.rests() {
                let failure = self.failure();
                self.put_up(failure.is_none());
                self.say_trouble(failure.as_ref());
            }
            self.sleep().await;
        }
    }

    /// Sleeps until something is due, and begins with that.
    async fn sleep(&mut self) {
        let now = since_boot();
        let wake = self.due();
        wait_until(wake.unwrap_or(now + ASK_AGAIN).max(now + BREATH)).await;
        self.account.set_now(Now::read());
        self.account.pass_time(&all_files(&self.marked));
        if wake.is_none() {
            // Whether it was a whim of the service, or the key is let in again.
            let mut calls = vec![];
            if self.account.try_again(&mut calls).is_err() {
                let _ = self.account.ask_for_round(RoundScope::Budget);
            }
            self.take_calls(calls);
        }
        self.go_on();
    }

    /// The next moment at which something is due by itself.
    fn due(&self) -> Option<Duration> {
        let held = self.held_for().map(|wait| self.account.now().mono + wait);
        let moments = [self.account.lister().deadline(), self.account.refresh_deadline(), held];
        moments.into_iter().flatten().min()
    }

    /// For how long the service wants no request for the page that comes next.
    fn held_for(&self) -> Option<Duration> {
        let is_next = matches!(self.account.lister().state(), State::Ready { .. });
        let until = self.account.asked_wait_end().filter(|_| is_next)?;
        Some(until.saturating_sub(self.account.now().mono))
    }

    async fn carry_out(&mut self, ticket: Ticket, call: Call) {
        let answer = exec::carry_out(&self.client, call).await;
        self.board.count(&answer);
        self.account.set_now(Now::read());
        self.account.replied(ticket, answer, &all_files(&self.marked));
        self.go_on();
    }

    /// Collects what is to be asked for now.
    fn go_on(&mut self) {
        self.account.set_now(Now::read());
        let interest = all_files(&self.marked);
        let mut calls = vec![];
        self.account.go_on(&interest, &mut calls);
        // Nothing here is kept beside the store, and late answers do no harm.
        drop(self.account.take_news(&interest));
        drop(self.account.take_abandoned());
        self.take_calls(calls);
    }

    fn take_calls(&mut self, calls: Vec<(Ticket, Call)>) {
        if !calls.is_empty() {
            self.began.get_or_insert_with(since_boot);
        }
        self.calls.extend(calls);
    }

    /// Whether a reading came to its end, one way or another.
    fn rests(&self) -> bool {
        let ended =
            matches!(self.account.lister().state(), State::Exhausted | State::Failed { .. });
        ended && self.calls.is_empty() && !self.account.refresher().is_running()
    }

    /// Why the last reading failed, where it did. A list that does not page as it should was read all
    /// the same, in part.
    fn failure(&self) -> Option<Failure> {
        if let State::Failed { why, .. } = self.account.lister().state()
            && matches!(why, Failure::Call(_) | Failure::AskedToWait { .. })
        {
            return Some(why.clone());
        }
        // That single files could not be asked for does not make the list unread.
        let trouble = self.account.trouble().filter(|trouble| !trouble.in_checks);
        trouble.map(|trouble| Failure::Call(trouble.why.clone()))
    }

    /// Puts up how the reading ended. Of one that failed nothing is told of files but what was known
    /// before.
    fn put_up(&mut self, up: bool) {
        self.account.set_now(Now::read());
        let account = &self.account;
        let took = self.began.take().map(|began| account.now().mono.saturating_sub(began));
        let standing = Standing::of(account, self.thresholds).filter(|_| up);
        let (wall_ms, skew_ms) = (account.now().wall_ms, account.skew_ms());
        let remaining = account.requests_left();
        self.board.with(|gauges| {
            gauges.up = Some(up);
            gauges.took = took;
            gauges.remaining = remaining;
            if standing.is_some() {
                gauges.standing = standing;
                gauges.last_success = Some(seconds(wall_ms));
                gauges.skew_ms = Some(skew_ms);
            }
        });
        log::info!(up, files = self.account.store().len(); "reading ended");
    }

    /// Says why readings fail, each cause once as it changes, and that they succeed again.
    fn say_trouble(&mut self, failure: Option<&Failure>) {
        let why = failure.map(|why| without_secrets(&why.to_string()).into_owned());
        if why == self.said {
            return;
        }
        match &why {
            Some(why) => say(&format!("shelflife: the files could not be listed: {why}")),
            None => say("shelflife: the service answers again"),
        }
        self.said = why;
    }
}
