//! The filter: what is typed, what of it is in force, and what time and marks do to it.

use super::{App, moment};
use crate::keys::{Action, Hint};
use crate::store::FileNo;
use crate::store::filter::Filter;

impl App {
    /// Puts what was typed in force. Where it cannot be read, the last good filter stays, and the
    /// error is kept to be shown.
    pub(super) fn filter_by(&mut self, text: &str) {
        self.typed.search_stopped = false;
        match Filter::parse(text, self.settings.zone) {
            Err(error) => self.typed.error = Some(error),
            Ok(filter) => {
                self.typed.error = None;
                if filter.is_some() {
                    self.typed.last.clone_from(&filter);
                }
                let moment = moment(self.account.server_ms(), &self.marks);
                self.table.set_filter(self.account.store(), text, filter, &moment);
            }
        }
    }

    /// Between these seconds the service's clock moved: a filter on time left may let other files
    /// through now.
    pub(super) fn refilter(&mut self, from_s: i64, to_s: i64) {
        let Some(filter) = self.table.filter() else { return };
        let mut crossed: Vec<FileNo> = vec![];
        for bound in filter.thresholds_s() {
            let bound = i64::try_from(*bound).unwrap_or(i64::MAX).saturating_add(1);
            let (past, until) = (from_s.saturating_add(bound), to_s.saturating_add(bound));
            crossed.extend(self.account.store().expiring(past, until));
        }
        if !crossed.is_empty() {
            crossed.sort_unstable();
            crossed.dedup();
            let moment = moment(self.account.server_ms(), &self.marks);
            self.table.reconsider(self.account.store(), crossed, &moment);
        }
    }

    /// Milliseconds until a filter on time left may let other files through.
    pub(super) fn next_filter_change_ms(&self) -> Option<u64> {
        let filter = self.table.filter()?;
        let server_ms = self.account.server_ms();
        let now_s = server_ms.div_euclid(1_000);
        let crossing = |bound: &u64| {
            let bound = i64::try_from(*bound).unwrap_or(i64::MAX);
            let at = self
                .account
                .store()
                .first_expiring_from(now_s.saturating_add(bound).saturating_add(1))?;
            u64::try_from((i128::from(at) - i128::from(bound)) * 1_000 - i128::from(server_ms)).ok()
        };
        filter.thresholds_s().iter().filter_map(crossing).min()
    }

    /// Puts the filter that was typed last in force, before something is done to files of the table.
    pub(super) fn narrow_now(&mut self) {
        let moment = moment(self.account.server_ms(), &self.marks);
        self.table.narrow_now(self.account.store(), &moment);
        self.catch_up();
    }

    /// `n`, `N`: to the next row that matches the filter; the last one that was, where none is in
    /// force.
    pub(super) fn next_match(&mut self, forward: bool) {
        if self.table.filter().is_some() {
            return self.table.select_by(if forward { 1 } else { -1 });
        }
        let Some(filter) = &self.typed.last else {
            return self
                .say_with("no filter yet", &[Hint::new(&[Action::OpenFilter], "begins one")]);
        };
        let moment = moment(self.account.server_ms(), &self.marks);
        let rows = self.table.rows();
        let matches = |row: &usize| filter.matches(self.account.store(), rows[*row], &moment);
        let cursor = self.table.cursor().min(rows.len());
        let found = if forward {
            ((cursor + 1).min(rows.len())..rows.len()).chain(0..cursor).find(matches)
        } else {
            (0..cursor).rev().chain((cursor.saturating_add(1)..rows.len()).rev()).find(matches)
        };
        match found {
            Some(row) => self.table.select_row(row),
            None => self.say("no other loaded file matches"),
        }
    }
}
