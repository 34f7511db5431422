//! Pages: when one is wanted, and what becomes of the answer.

use super::{Access, App, PATIENCE, moment};
use crate::api::{Answer, ApiError, Page};
use crate::app::effect::Effect;
use crate::lister::{Cursor, Failure, Fetch, State};
use crate::store::{Extent, Origin};
use crate::text::grouped;

impl App {
    pub(super) fn page_answered(&mut self, request: u64, result: Result<Answer<Page>, ApiError>) {
        if self.refresher.expects(request) {
            return self.page_refreshed(request, result);
        }
        if !self.lister.expects(request) {
            return self.came_late(request, result);
        }
        match result {
            Ok(answer) => self.page_loaded(request, answer),
            Err(error) => {
                if error.refuses_key() && self.access == Access::Unknown {
                    self.access = Access::Refused(error.clone());
                }
                let now = self.now.mono;
                self.lister.page_failed(request, error.clone(), now);
                match self.lister.state() {
                    State::Failed { .. } => {
                        self.refresher.service_failed(error, self.store.is_empty(), now);
                    }
                    State::Backoff { .. } => {}
                    // It was the cursor that was refused.
                    _ => self.refresher.service_answers(now),
                }
            }
        }
        match self.lister.state() {
            State::Exhausted if self.load_all => {
                self.load_all = false;
                self.say(format!("all {} files loaded", grouped(self.store.len())));
            }
            State::Failed { .. } => self.load_all = false,
            _ => {}
        }
    }

    fn page_loaded(&mut self, request: u64, answer: Answer<Page>) {
        self.heard(answer.date, answer.allowance);
        let has_more = answer.value.has_more;
        let after = self.lister.loading_at().and_then(Cursor::after).cloned();
        let origin = Origin {
            after: after.as_ref(),
            reading: self.lister.walk(),
            at_s: self.mono_s(),
            extent: Extent::Open,
        };
        let taken = self.store.take_in(answer.value, origin);
        let below = self.table.viewport().rows_below(self.table.rows().len());
        if let Ok(intake) = &taken {
            self.note_missing(&intake.missing);
        }
        self.absorb();
        self.keep_patience(below);
        match taken {
            Ok(intake) => self.lister.page_loaded(request, has_more, intake.facts),
            Err(_) => self.lister.give_up(Failure::Full),
        }
        self.refreshed_at.get_or_insert(self.now.mono);
        self.refresher.service_answers(self.now.mono);
    }

    /// Tells the table, the alerts and the marks what happened to the store.
    pub(super) fn absorb(&mut self) {
        let delta = self.store.take_delta();
        if delta.is_empty() {
            return;
        }
        let selected = self.table.selected();
        let leaves = selected.is_some_and(|no| delta.removed.binary_search(&no).is_ok());
        // Not the detail of another file, whose id would be copied in its place.
        if leaves && self.mode.leave_detail() {
            self.say("that file is gone");
        }
        self.alerts.forget(&delta.removed);
        for no in &delta.removed {
            self.marks.remove(no);
            self.range_from = self.range_from.filter(|from| from != no);
        }
        let moment = moment(self.clock.server_ms(self.now), &self.marks);
        self.table.absorb(&self.store, &delta, &moment);
        self.alerts.look(&self.store, &delta.added, &moment, self.now.mono);
        self.alerts.look(&self.store, &delta.changed, &moment, self.now.mono);
    }

    /// A page that brought the view nearer to what it wants costs no patience.
    fn keep_patience(&mut self, below_before: usize) {
        let (rows, view) = (self.table.rows().len(), self.table.viewport());
        let nearer = rows < view.height || view.rows_below(rows) > below_before;
        if nearer && !self.typed.search_stopped {
            self.patience = PATIENCE;
        }
    }

    /// Asks for the next page, if the view calls for one and no other request is in flight.
    pub(super) fn ask(&mut self, effects: &mut Vec<Effect>) {
        if self.refresher.is_asking() || !self.wants_page() {
            return;
        }
        if let Some(fetch) = self.lister.demand() {
            self.patience = self.patience.saturating_sub(1);
            self.send(fetch, effects);
        }
    }

    /// Two screens ahead of the view, or as far as the operator said.
    fn wants_page(&self) -> bool {
        let rows = self.table.rows().len();
        let view = self.table.viewport();
        let near_the_end = view.rows_below(rows) < 2 * view.height;
        self.load_all
            || self.store.is_empty()
            || self.is_searching()
            || near_the_end && self.patience > 0
    }

    pub(super) fn send(&mut self, fetch: Fetch, effects: &mut Vec<Effect>) {
        self.loading_since = self.now.mono;
        effects.push(Effect::Fetch { fetch, limit: self.settings.limit });
    }
}
