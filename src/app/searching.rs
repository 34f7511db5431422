//! The search: what is looked for among the rows without hiding any, and what was typed before.

use super::{App, moment};
use crate::keys::{Action, Hint};
use crate::store::FileNo;
use crate::store::filter::Filter;

/// Texts that are remembered.
const MOST_REMEMBERED: usize = 100;

impl App {
    /// What is searched for, without hiding anything.
    #[must_use]
    pub fn sought(&self) -> Option<&Filter> {
        self.typed.sought.as_ref()
    }

    /// Whether the selected row is one that is searched for; nothing where nothing is.
    #[must_use]
    pub fn is_at_match(&self) -> Option<bool> {
        let sought = self.sought()?;
        Some(!self.table.rows().is_empty() && self.is_match(sought, self.table.cursor()))
    }

    /// Searches for what is being typed: the first match from `origin` on is selected, or `origin`
    /// where there is none.
    pub(super) fn search_as_typed(&mut self, text: &str, origin: Option<FileNo>) {
        match Filter::parse_typed(text, self.settings.zone) {
            Err(error) => self.typed.error = Some(error),
            Ok(filter) => {
                self.typed.error = None;
                self.typed.sought = filter;
                self.select_file(origin);
                let cursor = self.table.cursor();
                let here = self.sought().is_none_or(|sought| self.is_match(sought, cursor));
                if !here && let Some(row) = self.find_match(true) {
                    self.table.select_row(row);
                }
            }
        }
    }

    /// Searches for nothing any more.
    pub(super) fn end_search(&mut self) {
        self.typed.sought = None;
        self.end_typing();
    }

    /// Selects a file, where it is in the table.
    pub(super) fn select_file(&mut self, no: Option<FileNo>) {
        let row = no.and_then(|no| self.table.order().position(self.account.store(), no));
        if let Some(row) = row {
            self.table.select_row(row);
        }
    }

    /// `n`, `N`: to the next row that matches what is searched for; what the last filter let
    /// through, where nothing is.
    pub(super) fn next_match(&mut self, forward: bool) {
        const SEARCHES: [Hint; 1] = [Hint::new(&[Action::OpenSearch], "searches")];
        if self.typed.sought.is_none() {
            if self.table.filter().is_some() {
                return self.say_with("all that is shown matches the filter", &SEARCHES);
            }
            if self.typed.last.is_none() {
                return self.say_with("nothing is searched for", &SEARCHES);
            }
        }
        match self.find_match(forward) {
            Some(row) => self.table.select_row(row),
            None => self.say("no other loaded file matches"),
        }
    }

    /// The next row that matches, around the end, other than the one under the cursor.
    fn find_match(&self, forward: bool) -> Option<usize> {
        let sought = self.typed.sought.as_ref().or(self.typed.last.as_ref())?;
        let rows = self.table.rows().len();
        let cursor = self.table.cursor().min(rows);
        let matches = |row: &usize| self.is_match(sought, *row);
        if forward {
            ((cursor + 1).min(rows)..rows).chain(0..cursor).find(matches)
        } else {
            (0..cursor).rev().chain((cursor.saturating_add(1)..rows).rev()).find(matches)
        }
    }

    fn is_match(&self, sought: &Filter, row: usize) -> bool {
        let moment = moment(self.account.server_ms(), &self.marks);
        let no = self.table.rows().get(row);
        no.is_some_and(|no| sought.matches(self.account.store(), *no, &moment))
    }

    /// Remembers a text that was kept, as the newest.
    pub(super) fn remember(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let history = &mut self.typed.history;
        history.retain(|other| other != text);
        history.push(text.to_owned());
        if history.len() > MOST_REMEMBERED {
            history.remove(0);
        }
    }
}
