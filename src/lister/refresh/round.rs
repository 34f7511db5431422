//! A round under way, and what it still has to do.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::Cursor;
use super::terms::{Ask, Scope};
use crate::api::ApiError;
use crate::store::FileNo;

#[derive(Debug)]
pub(super) enum State {
    Resting,
    Running(Round),
    /// The paging machine makes the try.
    Borrowed,
}

/// A round under way.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) reading: u32,
    pub(super) scope: Scope,
    pub(super) began: Duration,
    pub(super) lists: u32,
    pub(super) view_pages: u32,
    pub(super) end: End,
    /// The place up to which everything was read again, where that is the scope.
    pub(super) read_to: usize,
    pub(super) suspects: VecDeque<FileNo>,
    /// Those that were asked for.
    pub(super) checked: Vec<FileNo>,
    /// Of these, those in a row to which the service had no answer.
    pub(super) unanswered: u32,
    /// What the service said instead of the last of these answers.
    pub(super) why_unanswered: Option<Box<ApiError>>,
    pub(super) steps_back: u32,
    /// The operator has seen enough.
    pub(super) stopped: bool,
    pub(super) pending: Option<Pending>,
}

/// What the round knows of the end at which new files appear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Unread,
    Read,
    /// There is more, behind this cursor.
    Goes(Cursor),
}

#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) request: u64,
    pub(super) ask: Ask,
    pub(super) part: Part,
    /// The place of the file that the page is asked for.
    pub(super) place: usize,
}

/// Which part of the plan a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    View,
    End,
    Rest,
    /// As `Rest`, where everything is read again.
    All,
    Generation,
    Check,
}

/// A reading of the whole list, over as many rounds as it takes, where the order proves nothing.
#[derive(Debug)]
pub(super) struct Generation {
    pub(super) reading: u32,
    pub(super) cursor: Cursor,
    pub(super) files: usize,
}
