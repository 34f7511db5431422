//! When the app must be woken: the next moment at which anything visible changes or anything is due.

use std::time::Duration;

use super::mode::Mode;
use super::settings::Times;
use super::{App, BAR_CELLS, geometry, whole_seconds};
use crate::lister::State;
use crate::store::FileNo;
use crate::store::field::Field;
use crate::time::expiry;
use crate::time::span::next_span_change_ms;
use crate::time::zone::next_age_change_ms;

impl App {
    /// The monotonic moment at which something on the screen changes, or something is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        let now = self.now.mono;
        if self.table.under_way().is_some() {
            return Some(now);
        }
        let since = |wait_ms: u64| now.saturating_add(Duration::from_millis(wait_ms));
        // Behind a layer that fills the screen nothing is counted.
        let counted = self.layout().is_some() && !self.mode.fills_the_screen();
        let paging = match self.account.lister().state() {
            State::Backoff { .. } if counted => {
                self.account.lister().deadline().map(|until| self.next_second(until))
            }
            State::Backoff { .. } => self.account.lister().deadline(),
            State::Loading { .. } if counted => Some(self.account.next_slow_second()),
            _ => None,
        };
        let toast = self.toast.as_ref().map(|toast| toast.until);
        let stale = self.stale_at().filter(|at| counted && *at > now);
        let refresh = self.account.refresher().deadline().filter(|_| self.account.may_refresh());
        // While refreshing fails, the next try counts down on the screen. What is overdue waits for
        // the answer that is on its way, not for time.
        let next_try =
            self.account.refresher().due().filter(|due| {
                counted && self.account.refresher().trouble().is_some() && *due > now
            });
        let next_try = next_try.map(|due| self.next_second(due));
        // Where no next try counts down, the age of what is stale still does.
        let aging = self.freshness().filter(|fresh| {
            counted
                && fresh.stale
                && next_try.is_none()
                && self.account.refresher().trouble().is_some()
        });
        let aging = aging.map(|fresh| since(next_span_change_ms(fresh.view_s, self.now.wall_ms)));
        let texts = self.next_text_change_ms().map(since);
        let crossings = [
            self.account.alerts().next_crossing_ms(self.account.store(), self.account.server_ms()),
            self.next_filter_change_ms(),
            self.account.next_expiry_ms(),
        ];
        let crossing = crossings.into_iter().flatten().min().map(since);
        [
            paging,
            toast,
            stale,
            aging,
            refresh,
            next_try,
            self.account.alerts().deadline(),
            texts,
            crossing,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The moment at which a countdown in whole seconds to `until` says something else.
    fn next_second(&self, until: Duration) -> Duration {
        let left = until.saturating_sub(self.now.mono);
        let shown = Duration::from_secs(whole_seconds(left).saturating_sub(1));
        until.saturating_sub(shown)
    }

    /// Milliseconds until a countdown, a bar, an age or a count that is in view says something else.
    fn next_text_change_ms(&self) -> Option<u64> {
        let layout = self.layout()?;
        let server_ms = self.account.server_ms();
        let shows = |key| geometry::columns::width_of(self, key).is_some();
        let ages = shows(Field::Created) && self.look.times == Times::Relative;
        let countdowns = shows(Field::TimeLeft);
        let bars = countdowns && geometry::columns::shows_bars(self);
        let row = |no: &FileNo| {
            let file = self.account.store().file(*no);
            let (born, dies) = (file.created_at, file.expires_at);
            let age = ages.then(|| next_age_change_ms(born, server_ms)).flatten();
            let bar = bars.then(|| expiry::next_cell_ms(born, dies, server_ms, BAR_CELLS));
            let text = countdowns.then(|| expiry::next_change_ms(dies, server_ms, false));
            [text.flatten(), age, bar.flatten()].into_iter().flatten().min()
        };
        let detail = || {
            let file = self.selected_file()?;
            expiry::next_change_ms(file.expires_at, server_ms, true)
        };
        let rows = || self.table.window().iter().filter_map(row).min();
        let header = || {
            let outlook = self.outlook();
            let next = outlook.next.and_then(|no| {
                expiry::next_change_ms(self.account.store().file(no).expires_at, server_ms, false)
            });
            // The bytes at risk change with the counts.
            let counts = outlook.next_count_change_ms(server_ms);
            [next, counts].into_iter().flatten().min().filter(|_| layout.header.height > 1)
        };
        let hour = || layout.timeline.map(|_| self.next_hour_ms());
        let visible = match self.mode.seen() {
            Mode::Help { .. } | Mode::Events { .. } => [None; 4],
            Mode::Detail { .. } => [detail(), None, None, None],
            // What expires meanwhile wakes in any layer.
            Mode::Agenda { .. } => [Some(self.next_hour_ms()), None, None, None],
            _ => [layout.pane.and_then(|_| detail()), rows(), header(), hour()],
        };
        visible.into_iter().flatten().min()
    }

    /// Milliseconds until the buckets of the timeline move on: to the next full hour there.
    fn next_hour_ms(&self) -> u64 {
        let server_ms = self.account.server_ms();
        let offset_ms = self.shown_zone().offset_s(server_ms.div_euclid(1_000)) * 1_000;
        let hour_ms = 60 * 60 * 1_000;
        let into = server_ms.saturating_add(offset_ms).rem_euclid(hour_ms);
        (hour_ms - into).unsigned_abs()
    }
}
