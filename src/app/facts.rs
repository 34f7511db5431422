//! What there is to be shown: questions that the view asks.

use std::collections::HashSet;
use std::time::Duration;

use ratatui::layout::Size;

use super::columns::Columns;
use super::journal::{Change, Journal};
use super::layout::{Layout, Shape};
use super::mode::{Focus, Mode};
use super::outlook::Outlook;
use super::settings::{Settings, Times};
use super::table::Table;
use super::timeline::{Bucket, Measure, Timeline};
use super::{Access, App, SLOW, whole_seconds};
use crate::api::ApiError;
use crate::clock::Now;
use crate::dates::Zone;
use crate::expiry::{TimeLeft, Urgency};
use crate::lister::refresh::{Refresher, Trouble};
use crate::lister::{Failure, Lister, State};
use crate::store::filter::FilterError;
use crate::store::{FileNo, FileRef, Store};
use crate::view::theme::Theme;
use time::UtcOffset;

/// How current what is shown is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// Since when everything in view is known to be so, in seconds of our wall clock.
    pub view_s: i64,
    /// Since when everything that is loaded is.
    pub whole_s: i64,
    /// Whether two refreshes were missed.
    pub stale: bool,
}

impl App {
    /// Why the service never let us in, where that is so.
    #[must_use]
    pub fn never_let_in(&self) -> Option<&ApiError> {
        match &self.access {
            Access::Refused(why) => Some(why),
            Access::Unknown | Access::Granted => None,
        }
    }

    /// The moment of the last event.
    #[must_use]
    pub fn now(&self) -> Now {
        self.now
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

    pub(super) fn skew_ms(&self) -> i64 {
        self.server_ms() - self.now.wall_ms
    }

    /// The terminal's size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// The places of the main screen; `None` where the terminal is too small.
    #[must_use]
    pub fn layout(&self) -> Option<Layout> {
        let shape = Shape {
            // What has nothing to show gives its room away.
            pane: self.look.pane && !self.store.is_empty(),
            split: self.look.split,
            timeline: self.settings.timeline && !self.store.is_empty(),
            filter: self.typed.error.is_some() && matches!(self.mode.seen(), Mode::Filter { .. }),
        };
        Layout::of(self.size, shape)
    }

    /// What the program was told at the start.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
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

    /// The table's state.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The columns as the operator wants them.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.look.columns
    }

    /// The marked files.
    #[must_use]
    pub fn marks(&self) -> &HashSet<FileNo> {
        &self.marks
    }

    /// Whether a range is being marked.
    #[must_use]
    pub fn is_marking_range(&self) -> bool {
        self.range_from.is_some()
    }

    /// What happened to the files so far.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What became of a file since the last refresh.
    #[must_use]
    pub fn change(&self, no: FileNo) -> Option<Change> {
        self.journal.change(no)
    }

    /// Rows of the table that are not files any more, but shown as gone for a while.
    #[must_use]
    pub fn gone_rows(&self) -> usize {
        let order = self.table.order();
        self.journal.gone().filter(|no| order.position(&self.store, *no).is_some()).count()
    }

    /// What is to come of all loaded files together.
    #[must_use]
    pub fn outlook(&self) -> Outlook {
        self.outlook.at(&self.store, self.server_ms(), self.settings.thresholds)
    }

    /// The expiries from now on.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// What the bars of the timeline stand for.
    #[must_use]
    pub fn measure(&self) -> Measure {
        self.look.measure
    }

    /// How times are shown.
    #[must_use]
    pub fn times(&self) -> Times {
        self.look.times
    }

    /// The zone that single absolute times are shown in.
    #[must_use]
    pub fn shown_zone(&self) -> Zone {
        match self.look.times {
            Times::Utc => Zone::Fixed(UtcOffset::UTC),
            Times::Relative | Times::Local => self.settings.zone,
        }
    }

    /// The theme in use.
    #[must_use]
    pub fn theme(&self) -> &Theme {
        self.settings.themes[self.look.theme].theme()
    }

    /// Whether the mouse is used.
    #[must_use]
    pub fn uses_mouse(&self) -> bool {
        self.look.mouse
    }

    /// Whether the terminal's window has the keyboard, as far as the terminal tells.
    #[must_use]
    pub fn is_focused(&self) -> bool {
        self.look.focused
    }

    /// What has the keys.
    #[must_use]
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// Where movement goes while browsing; to the table where nothing else is shown.
    #[must_use]
    pub fn focus(&self) -> Focus {
        let layout = self.layout();
        let shown = match self.focus {
            Focus::Table => true,
            Focus::Pane { .. } => layout.is_some_and(|layout| layout.pane.is_some()),
            Focus::Timeline { .. } => {
                layout.is_some_and(|layout| layout.timeline.is_some())
                    && !self.timeline.buckets().is_empty()
            }
        };
        if shown { self.focus } else { Focus::Table }
    }

    /// What is wrong with the filter that is being typed.
    #[must_use]
    pub fn filter_error(&self) -> Option<&FilterError> {
        self.typed.error.as_ref()
    }

    /// How urgent the first files of a bucket are: one that began in the past is not expired.
    #[must_use]
    pub fn bucket_urgency(&self, bucket: &Bucket) -> Urgency {
        let now_s = self.server_ms().div_euclid(1_000);
        let left = bucket.span.start.saturating_sub(now_s + 1);
        self.urgency(TimeLeft::Seconds(left.max(1).unsigned_abs()))
    }

    /// Whether all pages are being loaded.
    #[must_use]
    pub fn is_loading_all(&self) -> bool {
        self.load_all
    }

    /// Whether matches of the filter are being looked for, page by page.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        self.table.is_narrowed()
            && self.table.under_way().is_none()
            && !self.typed.search_stopped
            && self.table.rows().len() < self.table.viewport().height
            && matches!(
                self.lister.state(),
                State::Ready { .. } | State::Loading { .. } | State::Backoff { .. }
            )
    }

    /// The message to show, if any.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.toast.as_ref().map(|toast| toast.text.as_str())
    }

    /// How current what is shown is; nothing before the first answer.
    #[must_use]
    pub fn freshness(&self) -> Option<Freshness> {
        let read_s = u32::try_from(self.refreshed_at?.as_secs()).unwrap_or(u32::MAX);
        let since = |at: Option<u32>| self.wall_s_of(at.unwrap_or(read_s));
        Some(Freshness {
            view_s: since(self.view_verified_s()),
            whole_s: since(self.store.verified_since_s()),
            stale: self.stale_at().is_some_and(|at| at <= self.now.mono),
        })
    }

    /// When that file in view was verified for which it is longest ago.
    fn view_verified_s(&self) -> Option<u32> {
        let there = |no: &&FileNo| self.store.place(**no).is_some();
        let in_view = self.table.window().iter().filter(there);
        in_view.map(|no| self.store.file(*no).verified_s).min()
    }

    /// The monotonic moment from which on what is in view is older than two refreshes, or than twice
    /// as many rounds as it takes to read it, where it is scattered over the list.
    pub(super) fn stale_at(&self) -> Option<Duration> {
        let interval = self.refresher.interval().filter(|_| !self.refresher.is_frozen())?;
        let refreshed = self.refreshed_at?;
        let view = self.view_verified_s().map(|at| Duration::from_secs(at.into()));
        let rounds = self.refresher.rounds_for_view(self.pages_in_view()).max(1);
        Some(view.unwrap_or(refreshed) + interval * 2 * rounds)
    }

    /// Pages of the list over which what is in view is scattered.
    fn pages_in_view(&self) -> u32 {
        let limit = usize::from(self.settings.limit.max(1));
        let places = self.table.window().iter().filter_map(|no| self.store.place(*no));
        let pages: HashSet<usize> = places.map(|place| place / limit).collect();
        u32::try_from(pages.len()).unwrap_or(u32::MAX)
    }

    /// When a file was verified, in seconds of our wall clock as it goes now.
    #[must_use]
    pub fn verified_at_s(&self, file: &FileRef<'_>) -> i64 {
        self.wall_s_of(file.verified_s)
    }

    fn wall_s_of(&self, mono_s: u32) -> i64 {
        let passed = i64::try_from(self.now.mono.as_millis()).unwrap_or(i64::MAX);
        let since_then = passed.saturating_sub(i64::from(mono_s) * 1_000);
        self.now.wall_ms.saturating_sub(since_then).div_euclid(1_000)
    }

    /// Whether the service asked to be left alone for now, so that nothing can be tried again.
    #[must_use]
    pub fn is_asked_to_wait(&self) -> bool {
        self.asked_wait_end().is_some()
    }

    /// The moment up to which the service asked to be left alone, where that lies ahead.
    pub(super) fn asked_wait_end(&self) -> Option<Duration> {
        let until = match self.lister.state() {
            State::Failed { why: Failure::AskedToWait { until, .. }, .. } => *until,
            State::Failed { .. } => return None,
            _ => self.refresher.asked_wait_end(),
        };
        Some(until).filter(|until| *until > self.now.mono)
    }

    /// What keeps refreshes from succeeding.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.refresher.trouble()
    }

    /// The selected file and its time left.
    #[must_use]
    pub fn selected_file(&self) -> Option<FileRef<'_>> {
        self.table.selected().map(|no| self.store.file(no))
    }

    /// How long a file has left, now.
    #[must_use]
    pub fn time_left(&self, file: &FileRef<'_>) -> TimeLeft {
        TimeLeft::of(file.expires_at, self.server_ms())
    }

    /// How urgent that is, by the thresholds in force.
    #[must_use]
    pub fn urgency(&self, left: TimeLeft) -> Urgency {
        left.urgency(self.settings.thresholds)
    }

    /// Seconds that the answer under way takes already, once that is worth saying.
    #[must_use]
    pub fn slow_seconds(&self) -> Option<u64> {
        let waited = self.now.mono.saturating_sub(self.loading_since);
        (waited >= SLOW).then_some(waited.as_secs())
    }

    /// Whole seconds until the next try, rounded up.
    #[must_use]
    pub fn seconds_until(&self, until: Duration) -> u64 {
        whole_seconds(until.saturating_sub(self.now.mono))
    }

    /// Our wall clock at a monotonic moment, in seconds since the epoch.
    #[must_use]
    pub fn wall_s_at(&self, mono: Duration) -> i64 {
        let ahead = mono.saturating_sub(self.now.mono);
        self.now.after(ahead).wall_ms.div_euclid(1_000)
    }
}
