//! A round under way, and what it still has to do.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;
use std::time::Duration;

use super::super::Cursor;
use super::Refresher;
use super::terms::{Ask, RoundScope, Survey};
use crate::api::ApiError;
use crate::store::{FileNo, Intake, Store};

#[derive(Debug)]
pub(super) enum State {
    Resting,
    Running(Round),
    /// The paging machine makes the try.
    StandingAside,
}

/// A round under way.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) pass: u32,
    pub(super) scope: RoundScope,
    pub(super) began: Duration,
    pub(super) lists: u32,
    pub(super) view_pages: u32,
    pub(super) end: End,
    /// The place up to which everything was read again, where that is the scope.
    pub(super) read_to: usize,
    /// Files that a page was asked for and did not speak about, and that are not asked for again.
    pub(super) passed: HashSet<FileNo>,
    /// How many files had ever been taken out of the order when `read_to` was found.
    pub(super) taken_out: u64,
    /// Requests that may be in flight at once, as far as the service keeps up with them.
    pub(super) cursors: u32,
    pub(super) suspects: VecDeque<FileNo>,
    /// The missing files that were asked for.
    pub(super) checked: Vec<FileNo>,
    /// Of these, those in a row to which the service had no answer.
    pub(super) unanswered: u32,
    /// What the service said instead of the last of these answers.
    pub(super) why_unanswered: Option<Box<ApiError>>,
    pub(super) steps_back: u32,
    /// The operator has seen enough.
    pub(super) stopped: bool,
}

impl Round {
    /// Whether this round has still to read the file with number `no`.
    pub(super) fn is_unread(&self, no: FileNo, store: &Store) -> bool {
        store.pass_of(no) != self.pass && !self.passed.contains(&no)
    }

    /// Finds how far everything was read again, after a page that was asked for the sake of `first`.
    pub(super) fn advance(&mut self, first: Option<FileNo>, intake: &Intake, store: &Store) {
        // A page full of new files is followed by another one behind them.
        if let Some(first) =
            first.filter(|no| intake.added.is_empty() && self.is_unread(*no, store))
        {
            self.passed.insert(first);
        }
        let (files, from) = (store.sequence(), self.unread_from(store));
        let read = files[from..].iter().take_while(|no| !self.is_unread(**no, store)).count();
        self.read_to = from + read;
        self.taken_out = store.taken_out();
    }

    /// A place before which everything was read again: what is behind files that are gone has moved
    /// up since.
    pub(super) fn unread_from(&self, store: &Store) -> usize {
        let since = store.taken_out().saturating_sub(self.taken_out);
        let since = usize::try_from(since).unwrap_or(usize::MAX);
        self.read_to.saturating_sub(since).min(store.sequence().len())
    }
}

/// What the round knows of the end at which new files appear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Unread,
    Read,
    /// The part goes on behind this cursor.
    Goes(Cursor),
}

/// A request in flight.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) request: u64,
    pub(super) ask: Ask,
    pub(super) part: Part,
    /// The file for whose sake the page is asked for.
    pub(super) first: Option<FileNo>,
    /// The pass that the page belongs to.
    pub(super) pass: u32,
    /// Sent while others could be in flight too.
    pub(super) beside_others: bool,
    /// When it was sent.
    pub(super) since: Duration,
}

/// The stretches of the list that pages in flight will speak about.
#[derive(Debug)]
pub(super) struct Claims(Vec<Range<usize>>);

impl Claims {
    pub(super) fn of(in_flight: &[Pending], survey: &Survey<'_>) -> Self {
        let stretch = |pending: &Pending| {
            let from = survey.store.place(pending.first?)?;
            Some(from..from + usize::from(survey.limit))
        };
        Self(in_flight.iter().filter_map(stretch).collect())
    }

    pub(super) fn hold(&self, place: usize) -> bool {
        self.0.iter().any(|stretch| stretch.contains(&place))
    }
}

/// When the first page came, and when the last rounds began.
#[derive(Debug, Default)]
pub(super) struct Beginnings(VecDeque<Duration>);

impl Beginnings {
    /// How many of them are remembered.
    const MOST: usize = 64;

    pub(super) fn note(&mut self, now: Duration) {
        if self.0.len() == Self::MOST {
            self.0.pop_front();
        }
        self.0.push_back(now);
    }
}

impl Refresher {
    /// The first page came at `now`: until the first round begins, what is verified is so since then.
    pub fn first_page_came(&mut self, now: Duration) {
        self.begun.note(now);
    }

    /// When the last round began by which something was verified that was so at `verified`, both in
    /// whole seconds of the monotonic clock; before the first round, when the first page came. Nothing
    /// where that is too many rounds ago.
    #[must_use]
    pub fn round_of(&self, verified: Duration) -> Option<Duration> {
        let whole = |at: &Duration| Duration::from_secs(at.as_secs());
        self.begun.0.iter().rev().map(whole).find(|at| *at <= verified)
    }
}

/// Which part of the plan a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    View,
    End,
    Rest,
    /// As `Rest`, where everything is read again.
    All,
    WholePass,
    Check,
}

/// A pass over the whole list, over as many rounds as it takes, where the order proves nothing.
#[derive(Debug)]
pub(super) struct WholePass {
    pub(super) pass: u32,
    pub(super) cursor: Cursor,
    /// Files met so far.
    pub(super) files: usize,
    /// Of these, those that were not known.
    pub(super) new: usize,
}
