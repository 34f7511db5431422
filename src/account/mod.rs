//! One account: its files, what to ask the service for next, what happened, what is to come, and who
//! is to be told.
//!
//! It is pure: moments and answers go in, [`Call`]s come out, each with the [`Ticket`] that its
//! answer must bear. It knows neither screen nor keys nor network, so that a command can drive it as
//! well as the dashboard: what somebody looks at is handed in as an [`Interest`].

mod access;
pub mod alerts;
mod facts;
pub mod journal;
pub mod outlook;
mod paging;
mod refreshing;
#[cfg(test)]
mod samples;
pub mod shelf;
pub mod timeline;

use std::collections::HashSet;
use std::time::Duration;

use crate::api::call::{Call, Owner, Reply, Ticket};
use crate::api::pace::Pace;
use crate::api::{Answer, ApiError};
use crate::content::{Arrival, Hindrance};
use crate::lister::Lister;
use crate::lister::leisure::{Leisure, LeisurePolicy};
use crate::lister::refresh::{Ask, RefreshPolicy, Refresher};
use crate::store::filter::Moment;
use crate::store::{Delta, FileNo, Store};
use crate::time::clock::{Now, ServerClock};
use crate::time::expiry::Thresholds;
use crate::time::zone::Zone;

pub use access::Access;
use alerts::{Alert, Alerts, Rule, Seen};
pub use facts::Freshness;
use journal::{Change, Happening, Journal};
use outlook::Outlook;
pub use paging::Hold;
use shelf::Shelf;
use timeline::Timeline;

/// What is loaded of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Load {
    /// Pages as the view calls for them, and while nobody does anything the others too.
    #[default]
    Auto,
    /// Pages as the view calls for them.
    Demand,
    /// All of it, without a pause.
    All,
}

/// What an account is told once, at the start.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Files asked for at once.
    pub limit: u16,
    /// What to load.
    pub load: Load,
    /// How reading on at leisure is done.
    pub leisure: LeisurePolicy,
    /// From which time left on a file is critical, or soon gone.
    pub thresholds: Thresholds,
    /// How refreshing is done.
    pub refresh: RefreshPolicy,
    /// When to tell the operator, and how.
    pub alerts: Vec<Rule>,
}

/// What somebody looks at, and wants; nothing of it for a command that has no screen.
#[derive(Clone, Copy, Debug)]
pub struct Interest<'a> {
    /// The files in view.
    pub view: &'a [FileNo],
    /// The file under the cursor.
    pub selected: Option<FileNo>,
    /// The marked files, for rules whose filter asks for them.
    pub marked: &'a HashSet<FileNo>,
    /// Whether a further page is wanted.
    pub demand: bool,
}

/// What happened since [`Account::take_news`] was called last.
#[derive(Debug, Default)]
pub struct News {
    /// What became of the files.
    pub delta: Delta,
    /// Whether a further page of the list came.
    pub page_came: bool,
    /// What there is to be said.
    pub notices: Vec<Notice>,
}

/// Something that the operator asked for is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// All pages are loaded: so many files.
    AllLoaded(usize),
    /// All that is loaded was read again: so many files.
    AllReadAgain(usize),
}

/// The state of one account.
#[derive(Debug)]
pub struct Account {
    terms: Terms,
    /// The start.
    begun: Now,
    now: Now,
    /// By which moments of the monotonic clock are told as our wall clock has them: until that is set,
    /// one and the same is told in one and the same second.
    anchor: Now,
    clock: ServerClock,
    pace: Pace,
    store: Store,
    lister: Lister,
    refresher: Refresher,
    journal: Journal,
    shelf: Shelf,
    alerts: Alerts,
    timeline: Timeline,
    outlook: Outlook,
    access: Access,
    load_all: bool,
    leisure: Leisure,
    /// Why the page that was read on last did not come, where it did not.
    leisure_trouble: Option<ApiError>,
    /// When the page in flight was asked for.
    loading_since: Duration,
    /// Of which call bytes came last, and how many.
    received: (Option<Ticket>, u64),
    /// Calls whose answers are of no interest any more.
    abandoned: Vec<Ticket>,
    /// When a round came to its end last; before that, when the first page came.
    refreshed_at: Option<Duration>,
    /// When the interval of refreshing was chosen.
    interval_since: Duration,
    /// The second of the service's clock up to which expiries were looked at.
    expired_to_s: i64,
    /// Why the service fails, as the log of events says it last.
    failing: Option<String>,
    page_came: bool,
    notices: Vec<Notice>,
}

impl Account {
    /// An account of which nothing is known yet; `seed` determines the jitter of refreshing.
    #[must_use]
    pub fn new(terms: Terms, lister: Lister, seed: u64, now: Now) -> Self {
        Self {
            begun: now,
            now,
            anchor: now,
            clock: ServerClock::default(),
            pace: Pace::default(),
            store: Store::default(),
            lister,
            refresher: Refresher::new(terms.refresh, seed, now.mono),
            journal: Journal::default(),
            shelf: Shelf::default(),
            alerts: Alerts::new(terms.alerts.clone()),
            timeline: Timeline::default(),
            outlook: Outlook::default(),
            access: Access::Unknown,
            load_all: terms.load == Load::All,
            leisure: Leisure::new(terms.leisure, now.mono),
            leisure_trouble: None,
            loading_since: now.mono,
            received: (None, 0),
            abandoned: vec![],
            refreshed_at: None,
            interval_since: Duration::ZERO,
            expired_to_s: now.wall_ms.div_euclid(1_000),
            failing: None,
            page_came: false,
            notices: vec![],
            terms,
        }
    }

    /// Time has come to `now`; everything that follows happens then.
    pub fn set_now(&mut self, now: Now) {
        self.now = now;
        if now.jump_since(self.anchor) != 0 {
            self.anchor = now;
        }
    }

    /// An answer came to the call with this ticket. What its head told is noted, also where nobody
    /// waits for the answer any more.
    pub fn replied(
        &mut self,
        ticket: Ticket,
        result: Result<Answer<Reply>, ApiError>,
        interest: &Interest<'_>,
    ) {
        let number = ticket.number;
        self.heard(&result);
        match ticket.owner {
            Owner::Lister if self.lister.expects(number) => {
                self.page_answered(number, result);
            }
            Owner::Refresher if self.refresher.expects(number) => {
                match self.refresher.asked(number).cloned() {
                    Some(Ask::Page { cursor, extent, .. }) => {
                        self.page_refreshed(number, (&cursor, extent), result, interest);
                    }
                    Some(Ask::File { no, id }) => self.file_answered(number, no, &id, result),
                    None => {}
                }
            }
            // It was abandoned, and came all the same.
            Owner::Lister | Owner::Refresher | Owner::Content | Owner::Deletion => {}
        }
    }

    /// An answer came, to whomever: what its head told is noted.
    pub fn heard(&mut self, result: &Result<Answer<Reply>, ApiError>) {
        match result {
            Ok(answer) => self.heed(answer.date, answer.allowance),
            Err(error) => self.pace.keep_to(error, self.now.mono),
        }
    }

    /// A content is being read: what its head told on the side, or why it failed.
    pub fn content_came(&mut self, arrival: &Arrival) {
        match arrival {
            Arrival::Opened { date, allowance, .. } => self.heed(*date, *allowance),
            Arrival::TriedInVain(error) | Arrival::Failed(Hindrance::Call(error)) => {
                self.pace.keep_to(error, self.now.mono);
            }
            Arrival::Piece(_) | Arrival::Ended | Arrival::Failed(_) => {}
        }
    }

    /// So many bytes of the answer to the call with this ticket have come.
    pub fn progressed(&mut self, ticket: Ticket, received: u64) {
        if self.expects(ticket) {
            self.received = (Some(ticket), received);
        }
    }

    /// Whether the answer to this call is still of interest.
    fn expects(&self, ticket: Ticket) -> bool {
        match ticket.owner {
            Owner::Lister => self.lister.expects(ticket.number),
            Owner::Refresher => self.refresher.expects(ticket.number),
            Owner::Content | Owner::Deletion => false,
        }
    }

    /// The calls whose answers have become of no interest since this was asked last: whoever carries
    /// them out need not go on.
    pub fn take_abandoned(&mut self) -> Vec<Ticket> {
        let of_rounds = self.refresher.take_abandoned().into_iter();
        self.abandoned.extend(of_rounds.map(|number| Ticket { owner: Owner::Refresher, number }));
        std::mem::take(&mut self.abandoned)
    }

    /// What follows from time having passed alone: files expire, and come under bounds. Tells
    /// between which seconds of the service's clock that was.
    pub fn pass_time(&mut self, interest: &Interest<'_>) -> (i64, i64) {
        let server_ms = self.server_ms();
        let now_s = server_ms.div_euclid(1_000);
        // What is known of the service's clock may also put it back.
        let from = std::mem::replace(&mut self.expired_to_s, now_s);
        for no in self.store.expiring(from.saturating_add(1), now_s.saturating_add(1)) {
            self.refresher.file_expired(*no, self.now.mono);
        }
        let moment = Moment { server_ms, marked: interest.marked };
        self.alerts.check_bounds(&self.store, &moment, self.now.mono);
        (from.min(now_s), from.max(now_s))
    }

    /// Brings the expiries up to date, with the hours and days of a zone.
    pub fn update_timeline(&mut self, zone: Zone) {
        self.timeline.update(&self.store, self.clock.server_ms(self.now), zone);
    }

    /// Asks for whatever is due or wanted, as far as nothing else is in flight; tells whether a
    /// further page that is wanted is among it.
    pub fn go_on(&mut self, interest: &Interest<'_>, calls: &mut Vec<(Ticket, Call)>) -> bool {
        if let Some(fetch) = self.lister.on_time(self.now.mono) {
            self.send(fetch, calls);
        }
        let asked = self.ask(interest, calls);
        self.refresh(interest, calls);
        self.read_on(calls);
        self.note_trouble();
        self.outlook = self.outlook();
        asked
    }

    /// What happened since the last call; to be taken in by whoever keeps something of the store.
    pub fn take_news(&mut self, interest: &Interest<'_>) -> News {
        let fresh = self.store.touched();
        self.shelf.mark(&mut self.store, &fresh);
        let delta = self.store.take_delta();
        if !delta.is_empty() {
            self.alerts.forget(&delta.removed);
            let moment = Moment { server_ms: self.server_ms(), marked: interest.marked };
            let (new, found): (Vec<FileNo>, Vec<FileNo>) =
                delta.added.iter().partition(|no| self.is_new_on_the_service(**no));
            let now = self.now.mono;
            for (files, seen) in
                [(&found, Seen::Found), (&new, Seen::New), (&delta.changed, Seen::Changed)]
            {
                self.alerts.look_at(&self.store, files, seen, &moment, now);
            }
            self.alerts.check_bounds(&self.store, &moment, now);
        }
        News {
            delta,
            page_came: std::mem::take(&mut self.page_came),
            notices: std::mem::take(&mut self.notices),
        }
    }

    /// Whether a file was put there while the program watched: it was made since, or a refresh found
    /// it where it was not before.
    fn is_new_on_the_service(&self, no: FileNo) -> bool {
        let begun_s = self.clock.server_ms(self.begun).div_euclid(1_000);
        let created_at = self.store.file(no).created_at.value();
        created_at.is_some_and(|at| at >= begun_s) || self.journal.change(no) == Some(Change::New)
    }

    /// The alerts that are due, which the log of events has from then on.
    pub fn take_alerts(&mut self) -> Vec<Alert> {
        if self.has_read_at_first() {
            self.alerts.rest(self.now.mono);
        }
        let alerts = self.alerts.take(&self.store, self.now.mono);
        for alert in &alerts {
            let text = format!("{} ({})", alert.text, alert.rule);
            let first = alert.first.clone();
            self.journal.note_of(Happening::Alerted, text, first, self.now.wall_ms);
        }
        alerts
    }

    /// The command of an alert did not do its work; the text says which and why.
    pub fn note_command_failed(&mut self, text: &str) {
        let text = text.to_owned();
        self.journal.note_service(Happening::CommandFailed, text, self.now.wall_ms);
    }
}
