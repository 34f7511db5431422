//! One step back: the one ladder that says what the key for it undoes, and what its hint says.
//!
//! What it stops can be gone on with as if nothing had been. Of a deletion nothing is lost either: what was
//! not begun is left, and whoever saw a mistake has the nearest key for it. An upload or a download is called
//! off where it stands, under jobs: what was sent of it would be sent anew.

use super::App;
use super::focus::Focus;
use crate::lister::State;

/// What a step back undoes: what runs is stopped first, then what is in force is lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Files are being deleted.
    Deleting,
    /// All pages are being loaded.
    LoadingAll,
    /// All that is loaded is being read again.
    ReadingAll,
    /// Matches of the filter are being looked for, page by page.
    Search,
    /// A range is being marked.
    Range,
    /// The table is narrowed down to a span of expiries.
    Span,
    /// The focus is not on the table.
    Focus,
    /// Something is searched for, without hiding anything.
    Sought,
    /// A filter is in force.
    Filter,
}

impl Step {
    /// What the hint in the footer says; nothing where what is going on says it, or nothing is
    /// worth saying.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Range => Some("no range"),
            Self::Span => Some("all times"),
            Self::Sought => Some("end search"),
            Self::Filter => Some("clear filter"),
            Self::Deleting => Some("stop deleting"),
            Self::LoadingAll | Self::ReadingAll | Self::Search | Self::Focus => None,
        }
    }
}

impl App {
    /// What a step back would undo now.
    #[must_use]
    pub fn next_step_back(&self) -> Option<Step> {
        let deletes = self.deleting.under_way().is_some_and(|it| it.stopped().is_none());
        let steps = [
            (Step::Deleting, deletes),
            (Step::LoadingAll, self.account.is_loading_all()),
            (Step::ReadingAll, self.account.refresher().reading_all().is_some()),
            (Step::Search, self.is_searching()),
            (Step::Range, self.range_from.is_some()),
            (Step::Span, self.table.wanted_span().is_some()),
            (Step::Focus, self.focus() != Focus::Table),
            (Step::Sought, self.sought().is_some()),
            (Step::Filter, self.table.wanted_filter_text().is_some()),
        ];
        steps.into_iter().find(|(_, undoes)| *undoes).map(|(step, _)| step)
    }

    /// One step back.
    pub(super) fn go_back(&mut self) {
        let Some(step) = self.next_step_back() else { return };
        match step {
            Step::Deleting => self.stop_deleting(),
            Step::LoadingAll => {
                self.account.stop_loading_all();
                self.patience = 0;
                let loading = matches!(self.account.lister().state(), State::Loading { .. });
                let when = if loading { "stopping after this page" } else { "stopped" };
                self.say(format!("{when}; what came stays"));
            }
            Step::ReadingAll => {
                self.account.stop_reading_all();
                self.say("stopped; what was found stays");
            }
            Step::Search => {
                self.typed.search_stopped = true;
                self.account.stop_reading_on();
                self.patience = 0;
                self.say("search stopped; what came stays");
            }
            Step::Range => {
                self.range_from = None;
                self.say("no range any more");
            }
            Step::Span => {
                let moment = super::moment(self.account.server_ms(), &self.marks);
                self.table.choose_selected();
                self.table.set_span(self.account.store(), None, &moment);
            }
            Step::Focus => self.focus = Focus::Table,
            Step::Sought => self.end_search(),
            Step::Filter => self.clear_filter(),
        }
    }
}
