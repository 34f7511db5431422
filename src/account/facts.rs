//! What is known of an account: questions that screens and commands ask.

use std::collections::HashSet;
use std::time::Duration;

use super::Account;
use super::journal::Journal;
use super::outlook::Outlook;
use super::timeline::Timeline;
use crate::account::alerts::Alerts;
use crate::api::ApiError;
use crate::api::retry::Allowance;
use crate::lister::refresh::{Refresher, SLOW, Trouble};
use crate::lister::{Failure, Lister, State};
use crate::store::{FileNo, FileRef, Store};
use crate::time::clock::Now;
use crate::time::expiry::{TimeLeft, Urgency};

/// How current what is shown is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// Since when everything in view is known to be so, in seconds of our wall clock.
    pub view_s: i64,
    /// When the last round began that verified everything in view, in the same seconds. Nothing where
    /// a later one than that was told of before.
    pub round_s: Option<i64>,
    /// Since when everything that is loaded is known to be so, in the same seconds.
    pub whole_s: i64,
    /// Whether two refreshes were missed.
    pub stale: bool,
}

impl Account {
    /// The moment of the last event.
    #[must_use]
    pub fn now(&self) -> Now {
        self.now
    }

    /// When the service was read last: when a refresh came to its end, or the first page came.
    #[must_use]
    pub fn refreshed_at(&self) -> Option<Duration> {
        self.refreshed_at
    }

    /// The loaded files.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The paging machine.
    #[must_use]
    pub fn lister(&self) -> &Lister {
        &self.lister
    }

    /// The refresher.
    #[must_use]
    pub fn refresher(&self) -> &Refresher {
        &self.refresher
    }

    /// What happened to the files so far.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The rules by which the operator is told, and what was told.
    #[must_use]
    pub fn alerts(&self) -> &Alerts {
        &self.alerts
    }

    /// The expiries from now on.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// What is to come of all loaded files together.
    #[must_use]
    pub fn outlook(&self) -> Outlook {
        self.outlook.at(&self.store, self.server_ms(), self.terms.thresholds)
    }

    /// Milliseconds since the epoch on the service's clock.
    #[must_use]
    pub fn server_ms(&self) -> i64 {
        self.clock.server_ms(self.now)
    }

    /// The service's clock minus ours, where that is more than a minute, in milliseconds.
    #[must_use]
    pub fn notable_skew(&self) -> Option<i64> {
        self.clock.notable_skew(self.now)
    }

    /// The service's clock minus ours, in milliseconds.
    #[must_use]
    pub fn skew_ms(&self) -> i64 {
        self.server_ms() - self.now.wall_ms
    }

    /// How long a file has left, now.
    #[must_use]
    pub fn time_left(&self, file: &FileRef<'_>) -> TimeLeft {
        TimeLeft::of(file.expires_at, self.server_ms())
    }

    /// The urgency of a time left, by the thresholds in force.
    #[must_use]
    pub fn urgency(&self, left: TimeLeft) -> Urgency {
        left.urgency(self.terms.thresholds)
    }

    /// Milliseconds until the next file expires: it is asked for then, in view or not.
    #[must_use]
    pub fn next_expiry_ms(&self) -> Option<u64> {
        let server_ms = self.server_ms();
        let at = self.store.first_expiring_from(server_ms.div_euclid(1_000) + 1)?;
        u64::try_from(i128::from(at) * 1_000 - i128::from(server_ms)).ok()
    }

    /// How current the account, and these files of it that are in view, are; nothing before the
    /// first answer. Of a round that began before `told` nothing is said, so that what is said
    /// never goes back.
    #[must_use]
    pub fn freshness(&self, view: &[FileNo], told: Duration) -> Option<Freshness> {
        let read_s = u32::try_from(self.refreshed_at?.as_secs()).unwrap_or(u32::MAX);
        let round = self.round_of(view).filter(|at| *at >= told);
        let second = |at: Duration| u32::try_from(at.as_secs()).unwrap_or(u32::MAX);
        let since = |at: Option<u32>| self.wall_s_of(at.unwrap_or(read_s));
        Some(Freshness {
            view_s: since(self.verified_since_s(view)),
            round_s: round.map(|at| self.wall_s_of(second(at))),
            whole_s: since(self.store.verified_since_s()),
            stale: self.stale_at(view).is_some_and(|at| at <= self.now.mono),
        })
    }

    /// The monotonic moment at which the last round began that verified all of these files, which are in
    /// view; all that are loaded, where none is in view; and of an account without files, that verified
    /// that there are none.
    #[must_use]
    pub fn round_of(&self, view: &[FileNo]) -> Option<Duration> {
        let verified = self.verified_since_s(view).or_else(|| self.store.verified_since_s());
        let verified = match verified {
            Some(at) => Duration::from_secs(at.into()),
            None => self.refreshed_at?,
        };
        self.refresher.round_of(verified)
    }

    /// When that of these files was verified for which it is longest ago.
    fn verified_since_s(&self, view: &[FileNo]) -> Option<u32> {
        let there = view.iter().filter(|no| self.store.place(**no).is_some());
        there.map(|no| self.store.file(*no).verified_s).min()
    }

    /// The monotonic moment from which on what is in view is older than two refreshes, or than twice
    /// as many rounds as it takes to read it, where it is scattered over the list.
    #[must_use]
    pub fn stale_at(&self, view: &[FileNo]) -> Option<Duration> {
        let interval = self.refresher.interval().filter(|_| !self.refresher.is_frozen())?;
        let refreshed = self.refreshed_at?;
        let verified = self.verified_since_s(view).map(|at| Duration::from_secs(at.into()));
        // By another interval nothing was missed before it was chosen.
        let since = verified.unwrap_or(refreshed).max(self.interval_since);
        let rounds = self.refresher.rounds_for_view(self.pages_of(view), &self.pace).max(1);
        Some(since + interval * 2 * rounds)
    }

    /// Pages of the list over which these files are scattered.
    fn pages_of(&self, view: &[FileNo]) -> u32 {
        let limit = usize::from(self.terms.limit.max(1));
        let places = view.iter().filter_map(|no| self.store.place(*no));
        let pages: HashSet<usize> = places.map(|place| place / limit).collect();
        u32::try_from(pages.len()).unwrap_or(u32::MAX)
    }

    /// When a file was verified, in seconds of our wall clock as it goes now.
    #[must_use]
    pub fn verified_at_s(&self, file: &FileRef<'_>) -> i64 {
        self.wall_s_of(file.verified_s)
    }

    /// Milliseconds since a file was verified, counted from a full second of the service's clock: what
    /// tells them goes on together with the countdowns, not between two of their seconds.
    #[must_use]
    pub fn verified_ago_ms(&self, file: &FileRef<'_>) -> u64 {
        let passed = self.now.mono.saturating_sub(Duration::from_secs(file.verified_s.into()));
        let now_ms = self.server_ms();
        let verified_ms =
            now_ms.saturating_sub(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX));
        // It was verified in the course of the second that is kept.
        let full_second_ms = verified_ms.saturating_add(999).div_euclid(1_000) * 1_000;
        u64::try_from(now_ms.saturating_sub(full_second_ms)).unwrap_or(0)
    }

    fn wall_s_of(&self, mono_s: u32) -> i64 {
        let whole = Duration::from_secs(mono_s.into());
        self.anchor.wall_ms_at(whole).div_euclid(1_000)
    }

    /// Notes what the service said of further requests in the answer to somebody else's.
    pub fn allow(&mut self, allowance: Option<Allowance>) {
        self.pace.allow(allowance, self.now.mono);
    }

    /// Whether the service asked to be left alone for now, so that nothing can be tried again.
    #[must_use]
    pub fn is_asked_to_wait(&self) -> bool {
        self.asked_wait_end().is_some()
    }

    /// The moment up to which the service asked to be left alone, where that lies ahead.
    #[must_use]
    pub fn asked_wait_end(&self) -> Option<Duration> {
        let until = match self.lister.state() {
            State::Failed { why: Failure::AskedToWait { until, .. }, .. } => {
                self.pace.not_before().max(*until)
            }
            _ => self.pace.not_before(),
        };
        Some(until).filter(|until| *until > self.now.mono)
    }

    /// The monotonic moment at which the next round begins by itself.
    #[must_use]
    pub fn refresh_due(&self) -> Option<Duration> {
        self.refresher.due(&self.pace)
    }

    /// Requests that the service still allows, where it says.
    #[must_use]
    pub fn requests_left(&self) -> Option<u64> {
        self.pace.remaining()
    }

    /// What keeps refreshes from succeeding.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.refresher.trouble()
    }

    /// Why reading on fails at the moment, if it does; it goes on all the same.
    #[must_use]
    pub fn leisure_trouble(&self) -> Option<&ApiError> {
        self.leisure_trouble.as_ref()
    }

    /// Seconds that the answer under way takes already, once that is worth saying.
    #[must_use]
    pub fn slow_seconds(&self) -> Option<u64> {
        let waited = self.now.mono.saturating_sub(self.asked_since()?);
        (waited >= SLOW).then_some(waited.as_secs())
    }

    /// Since when the answer is waited for that has been under way for the longest.
    fn asked_since(&self) -> Option<Duration> {
        match self.lister.state() {
            State::Loading { .. } => Some(self.loading_since),
            _ => self.refresher.asked_since(),
        }
    }

    /// Bytes that came of the page under way, or of what a refresh asks for.
    #[must_use]
    pub fn received(&self) -> u64 {
        let (ticket, bytes) = self.received;
        if ticket.is_some_and(|ticket| self.expects(ticket)) { bytes } else { 0 }
    }

    /// The monotonic moment at which [`slow_seconds`](Self::slow_seconds) says something else.
    #[must_use]
    pub fn next_slow_second(&self) -> Option<Duration> {
        let since = self.asked_since()?;
        let waited = self.now.mono.saturating_sub(since);
        Some(since + Duration::from_secs(waited.as_secs() + 1).max(SLOW))
    }

    /// Our wall clock at a monotonic moment, in seconds since the epoch.
    #[must_use]
    pub fn wall_s_at(&self, mono: Duration) -> i64 {
        let ahead = mono.saturating_sub(self.now.mono);
        self.now.after(ahead).wall_ms.div_euclid(1_000)
    }
}
