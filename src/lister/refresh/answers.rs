//! What becomes of the answers to a round's requests, and of those that are waited for no longer.

use std::time::Duration;

use super::{
    Ask, CROWDED_PAUSE, Cursor, End, Extent, FileNo, HasMore, Intake, LONGEST_PAUSE, MANUAL_PAUSE,
    MOST_STEPS_BACK, Part, Pending, Refresher, State, Store, Survey, Trouble, asked_wait, jittered,
};
use crate::api::ApiError;
use crate::text::Untrusted;

impl Refresher {
    /// When that was sent which has been in flight for the longest.
    #[must_use]
    pub fn asked_since(&self) -> Option<Duration> {
        self.in_flight.iter().map(|pending| pending.since).min()
    }

    /// The operator waits no longer for what was sent `patience` ago or before: the round under way
    /// asks for it anew. Tells whether there was anything, which there is once a second at most.
    pub fn ask_anew(&mut self, now: Duration, patience: Duration) -> bool {
        let recently = self.last_manual.is_some_and(|last| now < last + MANUAL_PAUSE);
        let anew = !recently && self.abandon(now, patience);
        if anew {
            self.last_manual = Some(now);
        }
        anew
    }

    /// Waits no longer for what was sent `patience` ago or before; tells whether there was anything.
    pub(super) fn abandon(&mut self, now: Duration, patience: Duration) -> bool {
        let is_slow = |pending: &mut Pending| pending.since + patience <= now;
        let slow: Vec<Pending> = self.in_flight.extract_if(.., is_slow).collect();
        for Pending { request, ask, part, .. } in &slow {
            self.abandoned.push(*request);
            match (&mut self.state, ask) {
                (State::Running(round), Ask::File { no, .. }) => {
                    round.checked.retain(|checked| checked != no);
                }
                (_, Ask::File { no, .. }) => self.expired.push_front(*no),
                // It brought nothing, and takes nothing of the budget.
                (State::Running(round), Ask::Page { .. }) => {
                    round.lists = round.lists.saturating_sub(1);
                    round.view_pages -= u32::from(*part == Part::View).min(round.view_pages);
                }
                (_, Ask::Page { .. }) => {}
            }
        }
        !slow.is_empty()
    }

    /// The requests whose answers have become of no interest since this was asked last.
    pub fn take_abandoned(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.abandoned)
    }

    /// The page that `request` asked for was taken in; `suspects` are files that it should have had, and that are
    /// to be asked for. Tells which files a finished pass over a shuffled list did not meet.
    pub fn page_taken(
        &mut self,
        request: u64,
        intake: &Intake,
        has_more: HasMore,
        suspects: &[FileNo],
        survey: &Survey<'_>,
    ) -> Vec<FileNo> {
        if self.trouble.as_ref().is_some_and(|trouble| !trouble.in_checks) {
            self.trouble = None;
        }
        (self.refused, self.refusal) = (0, None);
        let Some(Pending { part, ask, first, .. }) = self.take_pending(request) else {
            return vec![];
        };
        let Ask::Page { cursor, extent, .. } = ask else { return vec![] };
        let State::Running(round) = &mut self.state else { return vec![] };
        if part != Part::WholePass && intake.facts.fresh > 0 {
            // It gets on.
            round.steps_back = 0;
        }
        round.suspects.extend(suspects);
        if part == Part::WholePass {
            return self.whole_pass_taken(intake, has_more, survey);
        }
        if survey.store.is_shuffled() {
            // It turned out just now: a pass over the whole list has to do instead.
            round.end = End::Unread;
            return vec![];
        }
        round.end = end_after(round.end.clone(), intake, has_more, (part, &cursor, extent), survey);
        round.advance(first, intake, survey.store);
        if let Part::Rest | Part::All = part {
            // However little the page brought: the next one is asked for the sake of another file.
            let passed = first.filter(|no| round.passed.contains(no));
            let behind = passed.and_then(|no| survey.store.place(no)).map_or(0, |place| place + 1);
            self.rest_from = intake.covered_to.max(behind);
        }
        vec![]
    }

    /// Whether the file that the page of `request` begins behind was taken out of the order while
    /// it was in flight beside others: where its files belong is not known then.
    #[must_use]
    pub fn is_overtaken(&self, request: u64, store: &Store) -> bool {
        let Some(Pending { ask: Ask::Page { cursor, .. }, part, beside_others: true, .. }) =
            self.pending(request)
        else {
            return false;
        };
        let is_out = |id| store.find(id).and_then(|no| store.place(no)).is_none();
        *part != Part::WholePass && cursor.after().is_some_and(is_out)
    }

    /// The page of `request` is of no use: its files are asked for again.
    pub fn page_overtaken(&mut self, request: u64) {
        let pending = self.take_pending(request);
        if let (State::Running(round), Some(Pending { part: Part::End, .. })) =
            (&mut self.state, pending)
        {
            round.end = End::Unread;
        }
    }

    /// Files turned out to be missing outside of a page: they are to be asked for.
    pub fn suspect(&mut self, files: &[FileNo]) {
        if let State::Running(round) = &mut self.state {
            round.suspects.extend(files);
        }
    }

    /// The check that `request` asked for was answered.
    pub fn file_checked(&mut self, request: u64) {
        self.trouble = None;
        self.take_pending(request);
        if let State::Running(round) = &mut self.state {
            round.unanswered = 0;
        }
    }

    /// The check that `request` asked for failed. Where that says something of the file alone, the others are
    /// asked for all the same; it stays missing, and its turn comes again.
    pub fn check_failed(&mut self, request: u64, error: ApiError, now: Duration) {
        self.take_pending(request);
        if !error.is_about_one_file() {
            return self.round_failed(error, now);
        }
        if let State::Running(round) = &mut self.state {
            round.unanswered += u32::from(error.is_transient());
            if error.is_transient() {
                round.why_unanswered = Some(Box::new(error));
            }
        }
    }

    /// The page that `request` asked for failed. A cursor that is refused names a file to be
    /// suspected, and the round goes on from the one before it; where that is refused too, from the
    /// start.
    pub fn page_failed(
        &mut self,
        request: u64,
        error: ApiError,
        now: Duration,
    ) -> Option<Untrusted> {
        let pending = self.take_pending(request);
        if let (State::Running(round), Some(Pending { beside_others: true, .. })) =
            (&mut self.state, &pending)
            && error.is_transient()
        {
            // Perhaps it was too much at once: what is unread still is asked for one by one.
            round.cursors = 1;
            self.pause_until = now + jittered(CROWDED_PAUSE, &mut self.rng);
            return None;
        }
        if let (
            State::Running(round),
            Some(Pending { ask: Ask::Page { cursor, .. }, part, beside_others, .. }),
        ) = (&mut self.state, pending)
            && error.refuses_cursor()
            && round.steps_back < MOST_STEPS_BACK
            && let Cursor::After(id) = cursor
        {
            round.steps_back += 1;
            // Those of several pages at once are not in a row.
            self.refused = if beside_others { 1 } else { self.refused + 1 };
            self.refusal = Some(error);
            self.whole_pass = None;
            if part == Part::End && matches!(round.end, End::Goes(_)) {
                // The next round looks again where the list goes on.
                round.end = End::Read;
            }
            return Some(id);
        }
        self.round_failed(error, now);
        None
    }

    pub(super) fn round_failed(&mut self, error: ApiError, now: Duration) {
        self.rest_after(error, 1, now);
    }

    /// Rests for an interval, doubled with each failure, the first one as often as `doubled`.
    pub(super) fn rest_after(&mut self, error: ApiError, doubled: u32, now: Duration) {
        let failures = self.trouble.as_ref().map_or(0, |trouble| trouble.failures) + 1;
        let asked = error.wait().map_or(Duration::ZERO, asked_wait);
        let base = self.policy.interval.unwrap_or(Duration::from_secs(30));
        let times = 1 << (failures - 1 + doubled).min(10);
        let pause = jittered(base.saturating_mul(times).min(LONGEST_PAUSE), &mut self.rng)
            .min(LONGEST_PAUSE)
            .max(asked);
        let goes_on = self.policy.interval.is_some() && !error.refuses_key_for_good();
        self.due = goes_on.then_some(now + pause);
        self.trouble = Some(Trouble { why: error, failures, in_checks: false });
        self.state = State::Resting;
        self.expired.clear();
        self.abandoned.extend(self.in_flight.drain(..).map(|pending| pending.request));
    }

    /// Goes on with the pass over a shuffled list; at its end, tells what it did not meet.
    fn whole_pass_taken(
        &mut self,
        intake: &Intake,
        has_more: HasMore,
        survey: &Survey<'_>,
    ) -> Vec<FileNo> {
        let State::Running(round) = &mut self.state else { return vec![] };
        let Some(whole_pass) = &mut self.whole_pass else { return vec![] };
        let met_before = whole_pass.files > whole_pass.new;
        whole_pass.files += intake.met;
        whole_pass.new += intake.facts.new;
        round.read_to = whole_pass.files.min(survey.store.sequence().len());
        let (pass, store) = (whole_pass.pass, survey.store);
        let unmet = |no: &FileNo| store.pass_of(*no) != pass;
        let unmet = || store.sequence().iter().copied().filter(unmet);
        // Of a list that was not read to its end, only as much as is loaded is read again. Where some of
        // that is gone it is never all met: then a page without a known file is behind it, if few were
        // not met, or if as many files were read as were loaded, and a page more.
        let none_known = !survey.complete && intake.facts.new == intake.met;
        let loaded_before = store.sequence().len().saturating_sub(whole_pass.new);
        let limit = usize::from(survey.limit);
        let behind = none_known
            && (whole_pass.files >= loaded_before + limit
                || met_before && unmet().take(limit + 1).count() <= limit);
        let all_met = !survey.complete && whole_pass.files >= may_be_met(store);
        let far_enough = behind || all_met;
        let nothing_new = intake.facts.fresh == 0;
        let goes_on = has_more != HasMore::No && !nothing_new && !far_enough;
        if let (true, Some(last)) = (goes_on, &intake.facts.last) {
            whole_pass.cursor = Cursor::After(last.clone());
            return vec![];
        }
        self.whole_pass = None;
        round.end = End::Read;
        let at_the_end = has_more == HasMore::No || has_more == HasMore::Unknown && nothing_new;
        if !(at_the_end || behind) {
            // The part that was read proves nothing of the others, but who was missing still is.
            return unmet().filter(|no| store.file(*no).missing).collect();
        }
        unmet().collect()
    }
}

/// The files of which nothing says yet that they may be gone.
fn may_be_met(store: &Store) -> usize {
    store.sequence().iter().filter(|no| !store.file(**no).missing).count()
}

/// What the end at which new files appear is known to be after a page.
fn end_after(
    before: End,
    intake: &Intake,
    has_more: HasMore,
    asked: (Part, &Cursor, Extent),
    survey: &Survey<'_>,
) -> End {
    let (part, cursor, extent) = asked;
    let newest_first = survey.store.is_newest_first();
    let head = newest_first && (part == Part::End || *cursor == Cursor::Start);
    let last = intake.facts.last.clone().map(Cursor::After);
    if head {
        let met_a_known_file = intake.facts.new < intake.met;
        return match last {
            Some(last) if !met_a_known_file && has_more != HasMore::No => End::Goes(last),
            _ => End::Read,
        };
    }
    let at_the_end = extent == Extent::Open && intake.covers_last;
    let nothing_follows = match has_more {
        HasMore::No => true,
        HasMore::Yes | HasMore::Unread => last.is_none(),
        HasMore::Unknown => intake.met == 0,
    };
    match last {
        _ if part != Part::End && !(at_the_end && survey.complete) => before,
        Some(last) if !nothing_follows => End::Goes(last),
        _ => End::Read,
    }
}
