//! Which expiries timeline and agenda show, and what choosing one of their buckets does: all files,
//! or those that the filter lets through.

use super::App;
use super::focus::Focus;
use super::screen::KEEPS;
use crate::account::timeline::{Bucket, Measure, Timeline};
use crate::keys::{Action, Hint};
use crate::store::FileNo;
use crate::store::filter::Verdicts;
use crate::time::expiry::{Stated, TimeLeft, Urgency};

/// The expiries of the filtered files, where these were asked for.
#[derive(Debug, Default)]
pub(super) struct Filtered {
    /// Whether they are shown, while a filter is in force.
    wanted: bool,
    timeline: Timeline,
}

impl App {
    /// The expiries that are shown: those of all files, or of the filtered ones.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        if self.shows_filtered_expiries() {
            &self.filtered.timeline
        } else {
            self.account.timeline()
        }
    }

    /// Whether only the expiries of the files are shown that the filter lets through.
    #[must_use]
    pub fn shows_filtered_expiries(&self) -> bool {
        self.filtered.wanted && self.table.filter().is_some()
    }

    /// What the bars of the timeline stand for.
    #[must_use]
    pub fn measure(&self) -> Measure {
        self.appearance.measure
    }

    /// How urgent a bucket is: as the first of its files. One without files is not.
    #[must_use]
    pub fn bucket_urgency(&self, bucket: &Bucket) -> Urgency {
        let left = |at| TimeLeft::of(Stated::Value(at), self.server_ms());
        bucket.first_s.map_or(Urgency::Fresh, |at| self.urgency(left(at)))
    }

    /// Brings the expiries up to date with whatever happened.
    pub(super) fn follow_expiries(&mut self) {
        let zone = self.shown_zone();
        self.account.update_timeline(zone);
        if !self.shows_filtered_expiries() {
            return;
        }
        let (store, server_ms) = (self.account.store(), self.account.server_ms());
        let moment = super::moment(server_ms, &self.marks);
        let table = &self.table;
        let chosen = || -> Vec<FileNo> {
            let there = |no: &FileNo| !store.is_gone(*no);
            if table.span().is_none() {
                return table.rows().iter().copied().filter(there).collect();
            }
            // The table is narrowed down to one bucket besides; the others are to be seen all the
            // same, or none of them could be chosen instead.
            let mut verdicts = Verdicts::default();
            if let Some(filter) = table.filter() {
                filter.judge(store, &moment, usize::MAX, &mut verdicts);
            }
            store.numbers().filter(|no| verdicts.admits(*no)).filter(there).collect()
        };
        let when = (server_ms, zone);
        self.filtered.timeline.update_chosen(store, when, table.narrowings(), chosen);
    }

    pub(super) fn toggle_measure(&mut self) {
        self.appearance.measure = match self.appearance.measure {
            Measure::Files => Measure::Bytes,
            Measure::Bytes => Measure::Files,
        };
        self.say_with(format!("timeline in {}", self.appearance.measure.word()), &KEEPS);
    }

    /// All files, or those that the filter lets through.
    pub(super) fn toggle_filtered_expiries(&mut self) {
        if self.table.wanted_filter_text().is_none() {
            let begins = [Hint::new(&[Action::OpenFilter], "begins one")];
            return self.say_with("all files are shown: there is no filter", &begins);
        }
        self.filtered.wanted = !self.filtered.wanted;
        let whose = if self.filtered.wanted { "the filtered" } else { "all" };
        self.say(format!("timeline and agenda of {whose} files"));
    }

    /// Narrows the table down to a bucket of the timeline, or no longer where it is already.
    pub(super) fn choose_bucket(&mut self, number: usize) {
        let Some(bucket) = self.timeline().buckets().get(number) else { return };
        let end = bucket.span.end;
        let chosen = self.table.wanted_span().is_some_and(|span| span.end == end);
        let span = (!chosen).then(|| bucket.span.clone());
        self.typed.search_stopped = false;
        let moment = super::moment(self.account.server_ms(), &self.marks);
        self.table.set_span(self.account.store(), span, &moment);
    }

    /// Moves the focus of the timeline by so many buckets.
    pub(super) fn move_bucket(&mut self, by: isize) {
        let last = self.timeline().buckets().len().saturating_sub(1);
        if let Focus::Timeline { bucket } = &mut self.focus {
            *bucket = bucket.saturating_add_signed(by).min(last);
        }
    }
}
