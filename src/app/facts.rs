//! What there is to be shown: questions that the view asks.

use std::collections::HashSet;
use std::time::Duration;

use ratatui::layout::Size;

use super::focus::Focus;
use super::geometry::layout::{Layout, Shape};
use super::layers::Layers;
use super::settings::{Settings, Times};
use super::table::Table;
use super::table::columns::Columns;
use super::{App, whole_seconds};
use crate::account::journal::{Change, Journal};
use crate::account::outlook::Outlook;
use crate::account::{Account, Freshness};
use crate::api::ApiError;
use crate::keys::{Action, Hint, Scope};
use crate::lister::refresh::{Refresher, Trouble};
use crate::lister::{Lister, State};
use crate::store::filter::FilterError;
use crate::store::{FileNo, FileRef, Store};
use crate::text::TotalBytes;
use crate::theme::Theme;
use crate::time::clock::Now;
use crate::time::expiry::{TimeLeft, Urgency};
use crate::time::zone::Zone;
use time::UtcOffset;

impl App {
    /// The home, where there is one: what `~` stands for.
    #[must_use]
    pub fn home(&self) -> Option<&std::path::Path> {
        self.settings.home.as_deref()
    }

    /// The account that is shown.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Why the service never let us in, where that is so.
    #[must_use]
    pub fn never_let_in(&self) -> Option<&ApiError> {
        self.account.never_let_in()
    }

    /// The moment of the last event.
    #[must_use]
    pub fn now(&self) -> Now {
        self.now
    }

    /// Milliseconds since the epoch on the service's clock.
    #[must_use]
    pub fn server_ms(&self) -> i64 {
        self.account.server_ms()
    }

    /// The service's clock minus ours, where that is more than a minute, in milliseconds.
    #[must_use]
    pub fn notable_skew(&self) -> Option<i64> {
        self.account.notable_skew()
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
            pane: self.appearance.pane && !self.table.rows().is_empty(),
            split: self.appearance.split,
            timeline: self.settings.timeline && !self.account.store().is_empty(),
            filter: self.filter_error().is_some(),
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
        self.account.store()
    }

    /// The paging machine.
    #[must_use]
    pub fn lister(&self) -> &Lister {
        self.account.lister()
    }

    /// The refresher.
    #[must_use]
    pub fn refresher(&self) -> &Refresher {
        self.account.refresher()
    }

    /// The table's state.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The columns as the operator wants them.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.appearance.columns
    }

    /// The marked files.
    #[must_use]
    pub fn marks(&self) -> &HashSet<FileNo> {
        self.marks.files()
    }

    /// Bytes of the marked files together, as far as they are known.
    #[must_use]
    pub fn marked_bytes(&self) -> TotalBytes {
        self.marks.bytes()
    }

    /// Whether a range is being marked.
    #[must_use]
    pub fn is_marking_range(&self) -> bool {
        self.range_from.is_some()
    }

    /// What happened to the files so far.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        self.account.journal()
    }

    /// What became of a file since the last refresh.
    #[must_use]
    pub fn change(&self, no: FileNo) -> Option<Change> {
        self.account.journal().change(no)
    }

    /// Rows of the table that are not files any more, but shown as gone for a while.
    #[must_use]
    pub fn gone_rows(&self) -> usize {
        let order = self.table.order();
        self.account
            .journal()
            .gone()
            .filter(|no| order.position(self.account.store(), *no).is_some())
            .count()
    }

    /// What is to come of all loaded files together.
    #[must_use]
    pub fn outlook(&self) -> Outlook {
        self.account.outlook()
    }

    /// How times are shown.
    #[must_use]
    pub fn times(&self) -> Times {
        self.appearance.times
    }

    /// The zone that single absolute times are shown in.
    #[must_use]
    pub fn shown_zone(&self) -> Zone {
        match self.appearance.times {
            Times::Utc => Zone::Fixed(UtcOffset::UTC),
            Times::Relative | Times::Local => self.settings.zone,
        }
    }

    /// The theme in use.
    #[must_use]
    pub fn theme(&self) -> &Theme {
        self.settings.themes[self.appearance.theme].theme()
    }

    /// Whether the mouse is used.
    #[must_use]
    pub fn uses_mouse(&self) -> bool {
        self.appearance.mouse
    }

    /// Whether the terminal's window has the keyboard, as far as the terminal tells.
    #[must_use]
    pub fn is_focused(&self) -> bool {
        self.appearance.focused
    }

    /// The layers above the main screen.
    #[must_use]
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// What can be done, with the keys of what has them now.
    #[must_use]
    pub fn hints(&self, hints: &[Hint]) -> String {
        self.settings.keys.hints(hints, self.layers.scopes())
    }

    /// What can be done on the main screen, whatever has the keys.
    #[must_use]
    pub fn main_hints(&self, hints: &[Hint]) -> String {
        self.settings.keys.hints(hints, &[Scope::Main])
    }

    /// The first key of an action of the main screen, as help spells it.
    #[must_use]
    pub fn key_name(&self, action: Action) -> Option<String> {
        self.settings.keys.name(action, &[Scope::Main])
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
                    && !self.account.timeline().buckets().is_empty()
            }
        };
        if shown { self.focus } else { Focus::Table }
    }

    /// What is wrong with the filter that is being typed.
    #[must_use]
    pub fn filter_error(&self) -> Option<&FilterError> {
        self.typed.error.as_ref().filter(|error| !error.unfinished)
    }

    /// What is missing behind the filter that is being typed.
    #[must_use]
    pub fn filter_lack(&self) -> Option<&str> {
        let error = self.typed.error.as_ref().filter(|error| error.unfinished)?;
        Some(&error.what)
    }

    /// Whether all pages are being loaded.
    #[must_use]
    pub fn is_loading_all(&self) -> bool {
        self.account.is_loading_all()
    }

    /// Whether matches of the filter are being looked for, page by page.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        !self.is_search_held() && self.needs_search()
    }

    /// Whether matches of the filter do not fill the screen, and more of them may be found.
    pub(super) fn needs_search(&self) -> bool {
        self.table.is_narrowed()
            && self.table.may_find_more()
            && self.table.under_way().is_none()
            && !self.typed.search_stopped
            && self.table.rows().len() < self.table.viewport().height
            && matches!(
                self.account.lister().state(),
                State::Ready { .. } | State::Loading { .. } | State::Backoff { .. }
            )
    }

    /// How current what is shown is; nothing before the first answer.
    #[must_use]
    pub fn freshness(&self) -> Option<Freshness> {
        self.account.freshness(self.table.window(), self.told_round)
    }

    /// The monotonic moment from which on what is in view is older than two refreshes, or than twice
    /// as many rounds as it takes to read it, where it is scattered over the list.
    pub(super) fn stale_at(&self) -> Option<Duration> {
        self.account.stale_at(self.table.window())
    }

    /// When a file was verified, in seconds of our wall clock as it goes now.
    #[must_use]
    pub fn verified_at_s(&self, file: &FileRef<'_>) -> i64 {
        self.account.verified_at_s(file)
    }

    /// Milliseconds since a file was verified.
    #[must_use]
    pub fn verified_ago_ms(&self, file: &FileRef<'_>) -> u64 {
        self.account.verified_ago_ms(file)
    }

    /// Whether the detail shows the file's JSON.
    #[must_use]
    pub fn shows_raw(&self) -> bool {
        self.appearance.raw
    }

    /// Whether the service asked to be left alone for now, so that nothing can be tried again.
    #[must_use]
    pub fn is_asked_to_wait(&self) -> bool {
        self.account.is_asked_to_wait()
    }

    /// What keeps refreshes from succeeding.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.account.trouble()
    }

    /// The selected file and its time left.
    #[must_use]
    pub fn selected_file(&self) -> Option<FileRef<'_>> {
        self.table.selected().map(|no| self.account.store().file(no))
    }

    /// How long a file has left, now.
    #[must_use]
    pub fn time_left(&self, file: &FileRef<'_>) -> TimeLeft {
        self.account.time_left(file)
    }

    /// How urgent that is, by the thresholds in force.
    #[must_use]
    pub fn urgency(&self, left: TimeLeft) -> Urgency {
        self.account.urgency(left)
    }

    /// How long the answer under way takes already and what came of it, behind a space; nothing as
    /// long as that is not worth saying.
    #[must_use]
    pub fn slowness(&self) -> String {
        let Some(seconds) = self.account.slow_seconds() else { return String::new() };
        match self.account.received() {
            0 => format!(" {seconds} s"),
            bytes => format!(" {seconds} s · {}", crate::text::size(bytes)),
        }
    }

    /// Whole seconds until the next try, rounded up.
    #[must_use]
    pub fn seconds_until(&self, until: Duration) -> u64 {
        whole_seconds(until.saturating_sub(self.now.mono))
    }

    /// Our wall clock at a monotonic moment, in seconds since the epoch.
    #[must_use]
    pub fn wall_s_at(&self, mono: Duration) -> i64 {
        self.account.wall_s_at(mono)
    }
}
