//! When the app must be woken: the next moment at which anything visible changes or anything is due.

use std::time::Duration;

use super::mode::Mode;
use super::{App, BAR_CELLS, SLOW, whole_seconds};
use crate::dates::next_age_change_ms;
use crate::expiry;
use crate::lister::State;
use crate::store::FileNo;

impl App {
    /// The monotonic moment at which something on the screen changes, or something is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        let since = |wait_ms: u64| self.now.mono.saturating_add(Duration::from_millis(wait_ms));
        let paging = match self.lister.state() {
            State::Backoff { .. } => self.lister.deadline().map(|until| {
                let left = until.saturating_sub(self.now.mono);
                let shown = Duration::from_secs(whole_seconds(left).saturating_sub(1));
                until.saturating_sub(shown)
            }),
            State::Loading { .. } => {
                let waited = self.now.mono.saturating_sub(self.loading_since);
                let next = Duration::from_secs(waited.as_secs() + 1).max(SLOW);
                Some(self.loading_since + next)
            }
            _ => None,
        };
        let toast = self.toast.as_ref().map(|toast| toast.until);
        let texts = self.next_text_change_ms().map(since);
        [paging, toast, texts].into_iter().flatten().min()
    }

    /// Milliseconds until a countdown, a bar, an age or a count that is in view says something else.
    fn next_text_change_ms(&self) -> Option<u64> {
        let layout = self.layout()?;
        let server_ms = self.server_ms();
        let row = |no: &FileNo| {
            let file = self.store.file(*no);
            let (born, dies) = (file.created_at, file.expires_at);
            let age =
                if self.size.width >= 80 { next_age_change_ms(born, server_ms) } else { None };
            let bar = expiry::next_cell_ms(born, dies, server_ms, BAR_CELLS);
            [expiry::next_change_ms(dies, server_ms, false), age, bar].into_iter().flatten().min()
        };
        let detail = || {
            let file = self.selected_file()?;
            expiry::next_change_ms(file.expires_at, server_ms, true)
        };
        let rows = || self.table.window().iter().filter_map(row).min();
        let header = || {
            let next = self.store.next_to_expire(server_ms).and_then(|no| {
                expiry::next_change_ms(self.store.file(no).expires_at, server_ms, false)
            });
            [next, self.store.next_count_change_ms(server_ms)].into_iter().flatten().min()
        };
        let visible = match self.mode {
            Mode::Help { .. } => [None; 3],
            Mode::Detail { .. } => [detail(), None, None],
            _ => [layout.pane.and_then(|_| detail()), rows(), header()],
        };
        visible.into_iter().flatten().min()
    }
}
