//! What the table is narrowed down to.

use std::ops::Range;

use crate::store::filter::{Filter, Moment};
use crate::store::{FileNo, Store};

/// The filter and the span of expiries that hold files back.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrowing {
    /// The text of the filter that was typed.
    pub(super) text: String,
    pub(super) filter: Option<Filter>,
    /// A span of expiries, in seconds since the epoch.
    pub(super) span: Option<Range<i64>>,
}

impl Narrowing {
    pub(super) fn is_none(&self) -> bool {
        self.filter.is_none() && self.span.is_none()
    }

    pub(super) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// Whether the file expires within the span, if there is one.
    pub(super) fn spans(&self, store: &Store, no: FileNo) -> bool {
        let within =
            |span: &Range<i64>| store.expires_at(no).value().is_some_and(|at| span.contains(&at));
        self.span.as_ref().is_none_or(within)
    }

    pub(super) fn admits(&self, store: &Store, no: FileNo, moment: &Moment<'_>) -> bool {
        self.spans(store, no)
            && self.filter.as_ref().is_none_or(|filter| filter.matches(store, no, moment))
    }
}
