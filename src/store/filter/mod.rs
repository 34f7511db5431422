//! Which files are shown: the language that the operator filters by.
//!
//! | written | lets through |
//! |---|---|
//! | `batch`, `"two words"` | what has it in its filename or id |
//! | `/0[1-3]\.jsonl$/` | what has a match in its filename or id |
//! | `left<6h`, `left>=1d12h` | what has so much time left; what is expired has none |
//! | `age<3d`, `created<3d` | what was made less than so long ago |
//! | `size>10MiB`, `bytes=512` | what is so large |
//! | `created>=2026-11-01`, `expires<2026-11-01T15:04Z` | what was made, what is deleted then |
//! | `purpose=batch`, `name:output`, `id!=file_1` | what has this text (`:`), is it (`=`), is it not |
//! | `expired`, `never`, `marked`, `saved`, `unreadable` | what is so |
//! | `a b`, `a and b`, `a or b`, `not a`, `!a`, `-a`, `(…)` | `not` binds tighter than `and`, `and` than `or` |
//!
//! Smart case: a text in lower case matches any case, one with a capital only itself. A comparison
//! with what a service did not say, or not readably, is false, `!=` too; so `not left<6h` lets
//! through what `left>=6h` does and what has no expiry besides. A date is the span that it names:
//! `=` is within it, `>` after its end, `<=` up to its end. A value may have those spaces in it that
//! the screen shows it with: `10 MiB`, `1d 12h`, `2026-11-01 15:04:05 +01:00`.
//!
//! A filter knows neither the table that it is for, nor the clock, nor who marked what: it is given
//! a [`Moment`].

mod blocks;
mod eval;
mod expr;
mod parse;
mod pattern;
mod scan;
mod tested;
mod values;
mod words;

use std::collections::HashSet;
use std::ops::Range;

use super::{FileNo, Store};
use crate::api::{File, Reading};
use crate::time::zone::Zone;
use eval::Test;
use tested::{AsRead, Held};

pub use blocks::{BLOCK, Verdicts};
pub use expr::{Expr, Op, Property, TextField, TextOp};
pub use pattern::{Pattern, PatternError};
pub use values::{When, read_size};

/// A filter that is ready for use.
#[derive(Clone, Debug)]
pub struct Filter {
    expr: Expr,
    test: Test,
    thresholds_s: Vec<u64>,
    ages_s: Vec<u64>,
}

/// What is wrong with the text of a filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct FilterError {
    /// The bytes of the text that are meant, on boundaries of characters.
    pub at: Range<usize>,
    /// What is wrong, or what is expected there; it repeats nothing of the text.
    pub what: String,
    /// Whether it may come right by typing on: nothing is wrong with what is there.
    pub unfinished: bool,
}

/// What a filter cannot read from the store.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Milliseconds since the epoch on the service's clock.
    pub server_ms: i64,
    /// The files that are marked.
    pub marked: &'a HashSet<FileNo>,
}

impl Filter {
    /// Reads a filter; dates without an offset are meant in `zone`. `None` for blank text.
    ///
    /// ```
    /// use shelflife::store::filter::Filter;
    /// use shelflife::time::zone::Zone;
    /// use time::UtcOffset;
    ///
    /// let read = |text| Filter::parse(text, Zone::Fixed(UtcOffset::UTC));
    /// assert!(read("").unwrap().is_none());
    ///
    /// let filter = read("left>6h and not purpose:evals").unwrap().unwrap();
    /// assert_eq!(filter.thresholds_s(), [6 * 3_600]);
    /// let filter = read("batch").unwrap().unwrap();
    /// assert_eq!(filter.highlights("batch-0412.jsonl"), [0..5]);
    ///
    /// let error = read("batch left<6x").unwrap_err();
    /// assert!("batch left<6x"[error.at].contains("6x"));
    /// ```
    ///
    /// # Errors
    /// [`FilterError`] for the first place that cannot be read.
    pub fn parse(text: &str, zone: Zone) -> Result<Option<Self>, FilterError> {
        Ok(parse::parse(text)?.map(|expr| Self::new(expr, zone)))
    }

    /// Reads a filter while it is typed: a quote that is not closed yet is closed at the end.
    ///
    /// # Errors
    /// [`FilterError`] for the first place that cannot be read.
    pub fn parse_typed(text: &str, zone: Zone) -> Result<Option<Self>, FilterError> {
        match Self::parse(text, zone) {
            Err(error) if error.unfinished => {
                Self::parse(&format!("{text}\""), zone).map_err(|_| error)
            }
            read => read,
        }
    }

    /// What of a text that is not finished is complete, without what was begun at its end.
    #[must_use]
    pub fn finished_part(text: &str, zone: Zone) -> Option<&str> {
        let mut part = text;
        loop {
            match Self::parse(part, zone) {
                Ok(_) => return Some(part),
                Err(error) if error.unfinished && error.at.start < part.len() => {
                    part = &part[..error.at.start];
                }
                Err(_) => return None,
            }
        }
    }

    fn new(expr: Expr, zone: Zone) -> Self {
        let test = Test::compile(&expr, zone);
        Self { thresholds_s: expr.thresholds_s(), ages_s: expr.ages_s(), test, expr }
    }

    /// The filter as it was read.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether the file is to be shown. A file that could not be read matches by its raw text.
    #[must_use]
    pub fn matches(&self, store: &Store, no: FileNo, moment: &Moment<'_>) -> bool {
        self.test.holds(&Held { store, no, moment }, moment.server_ms)
    }

    /// Whether it lets through a file as it was read, or what came instead of one, at `server_ms` on
    /// the service's clock: what [`matches`](Self::matches) says of it once it is loaded, and not
    /// marked. `is_saved` is asked only where the filter [depends](Self::depends_on_what_is_saved) on
    /// it.
    #[must_use]
    pub fn lets_through(
        &self,
        reading: &Reading,
        server_ms: i64,
        is_saved: &dyn Fn(&File) -> bool,
    ) -> bool {
        match reading {
            Reading::File(file) => self.test.holds(&AsRead { file, is_saved }, server_ms),
            Reading::Unreadable(unreadable) => self.test.holds(unreadable, server_ms),
        }
    }

    /// Judges the files of a store, `blocks` of them further than `verdicts` came before; tells
    /// whether those were the last. It costs about 15 ns a file.
    pub fn judge(
        &self,
        store: &Store,
        moment: &Moment<'_>,
        blocks: usize,
        verdicts: &mut Verdicts,
    ) -> bool {
        for _ in 0..blocks {
            if verdicts.judged() >= store.slots() {
                break;
            }
            verdicts.judge(&self.test, store, moment);
        }
        verdicts.judged() >= store.slots()
    }

    /// The seconds left at which files come or go as time passes, ascending, each once.
    ///
    /// With a threshold `t`, what holds while more than `t` seconds are left may not hold from `t`
    /// on. A file reaches it at `expires_at - t`. Empty where time changes nothing.
    #[must_use]
    pub fn thresholds_s(&self) -> &[u64] {
        &self.thresholds_s
    }

    /// The seconds since its creation at which a file comes or goes as time passes, ascending, each
    /// once. Empty where that changes nothing.
    #[must_use]
    pub fn ages_s(&self) -> &[u64] {
        &self.ages_s
    }

    /// Whether marking a file may change whether it is shown.
    #[must_use]
    pub fn depends_on_marks(&self) -> bool {
        self.expr.depends_on_marks()
    }

    /// Whether saving a file may change whether it is shown.
    #[must_use]
    pub fn depends_on_what_is_saved(&self) -> bool {
        self.expr.depends_on_what_is_saved()
    }

    /// Whether it may let through a file that is not loaded: what only this program knows of files,
    /// such as marks, it knows of those that are.
    #[must_use]
    pub fn may_match_unloaded(&self) -> bool {
        self.expr.holds_unloaded() != Some(false)
    }

    /// Where a filename or an id, as shown, has the texts that the filter looks for; sorted, apart
    /// from one another, and on boundaries of characters. What stands under a `not` is not among them.
    #[must_use]
    pub fn highlights(&self, shown: &str) -> Vec<Range<usize>> {
        let mut found = vec![];
        self.test.highlights(shown, true, &mut found);
        found.sort_unstable_by_key(|range| range.start);
        merged(found)
    }
}

/// Joins sorted ranges that overlap or touch.
fn merged(sorted: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

#[cfg(test)]
mod tests;
