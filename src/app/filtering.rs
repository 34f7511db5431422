//! The filter: what is typed, what of it is in force, and what time and marks do to it.

use std::time::Duration;

use super::{App, PAUSE, moment};
use crate::lister::State;
use crate::store::filter::Filter;

impl App {
    /// Puts in force what is being typed; the service is searched for it after a pause.
    pub(super) fn filter_as_typed(&mut self, text: &str) {
        self.filter_by(text);
        self.typed.search_from = Some(self.now.mono + PAUSE);
    }

    /// Puts what was typed in force. Where it is not finished, the last complete filter stays, but
    /// for words that were but the beginning of it; where it cannot be read, the last good one does.
    /// What is missing or wrong is kept to be shown.
    pub(super) fn filter_by(&mut self, text: &str) {
        self.typed.search_stopped = false;
        self.typed.search_from = None;
        let zone = self.settings.zone;
        match Filter::parse_typed(text, zone) {
            Err(error) => {
                let part = Some(text).filter(|_| error.unfinished);
                let part = part.and_then(|text| Filter::finished_part(text, zone));
                let stays = self.table.wanted_filter_text().unwrap_or_default();
                if let Some(part) = part.filter(|part| adds_words_only(stays, part)) {
                    self.put_in_force(part, Filter::parse(part, zone).ok().flatten());
                }
                self.typed.error = Some(error);
            }
            Ok(filter) => {
                self.typed.error = None;
                if filter.is_some() {
                    self.typed.last.clone_from(&filter);
                }
                self.put_in_force(text, filter);
            }
        }
    }

    fn put_in_force(&mut self, text: &str, filter: Option<Filter>) {
        let moment = moment(self.account.server_ms(), &self.marks);
        self.table.set_filter(self.account.store(), text, filter, &moment);
    }

    /// Lifts the filter; the selected file stays selected.
    pub(super) fn clear_filter(&mut self) {
        self.table.choose_selected();
        self.filter_by("");
    }

    /// Nothing is typed any more: what is in force stays, and the service may be searched for it.
    pub(super) fn end_typing(&mut self) {
        (self.typed.error, self.typed.search_from) = (None, None);
    }

    /// Whether the service is not to be searched yet: what is typed is not finished, or was not for
    /// long.
    pub(super) fn is_search_held(&self) -> bool {
        self.typed.error.is_some() || self.typed.search_from.is_some_and(|at| at > self.now.mono)
    }

    /// The moment from which on the service is searched for what was typed, where it will be.
    pub(super) fn search_pause_end(&self) -> Option<Duration> {
        let at = self.typed.search_from.filter(|at| *at > self.now.mono)?;
        let ready = matches!(self.account.lister().state(), State::Ready { .. });
        (ready && self.typed.error.is_none() && self.lacks_rows()).then_some(at)
    }

    /// Between these seconds the service's clock moved: a filter on time left may let other files
    /// through now.
    pub(super) fn refilter(&mut self, from_s: i64, to_s: i64) {
        let Some(filter) = self.table.filter() else { return };
        let crossed = self.crossed(filter, from_s, to_s);
        if !crossed.is_empty() {
            let moment = moment(self.account.server_ms(), &self.marks);
            self.table.reconsider(self.account.store(), crossed, &moment);
        }
    }

    /// Milliseconds until a filter on time left may let other files through.
    pub(super) fn next_filter_change_ms(&self) -> Option<u64> {
        self.next_change_of(self.table.filter()?)
    }

    /// Milliseconds until a filter may judge a file otherwise.
    pub(super) fn next_change_of(&self, filter: &Filter) -> Option<u64> {
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
        let aging = |age: &u64| {
            let age = i64::try_from(*age).unwrap_or(i64::MAX);
            let at = self.account.store().first_created_after(now_s.saturating_sub(age))?;
            u64::try_from((i128::from(at) + i128::from(age)) * 1_000 - i128::from(server_ms)).ok()
        };
        let bounds = filter.thresholds_s().iter().filter_map(crossing);
        bounds.chain(filter.ages_s().iter().filter_map(aging)).min()
    }

    /// Puts the filter that was typed last in force, before something is done to files of the table.
    pub(super) fn narrow_now(&mut self) {
        let moment = moment(self.account.server_ms(), &self.marks);
        self.table.narrow_now(self.account.store(), &moment);
        self.catch_up();
    }
}

/// Whether a filter has nothing beyond `part` but words, which were the beginning of something else:
/// `lef` on the way to `left`, but not `left<6h`, whose end was deleted again.
fn adds_words_only(filter: &str, part: &str) -> bool {
    let is_of_words = |text: &str| {
        text.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || matches!(c, '!' | '-'))
    };
    filter.get(part.len()..).is_none_or(is_of_words)
}
