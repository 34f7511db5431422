//! Files that are deleted: what is asked about, what is under way, and what follows from it.

use std::collections::VecDeque;
use std::time::Duration;

use super::App;
use super::effect::Effect;
use super::layers::deletion::{DeletionQuestion, LocalCopy};
use super::layers::{Layer, Layers};
use super::toast::State;
use crate::account::journal::Happening;
use crate::api::call::{Owner, Reply, Ticket};
use crate::api::{Answer, ApiError};
use crate::jobs::Pinned;
use crate::jobs::deletion::job::DeletionJob;
use crate::jobs::deletion::{DeletionEnd, DeletionSum, Deletions, Stop};
use crate::jobs::in_use::InUse;
use crate::jobs::record::Record;
use crate::jobs::upload::UploadEnd;
use crate::keys::{Action, Hint};
use crate::store::FileNo;
use crate::text::{Untrusted, grouped};

const SHOWS: [Hint; 1] = [Hint::new(&[Action::OpenEvents], "shows which")];

const SHOWS_MORE: [Hint; 1] = [Hint::new(&[Action::OpenEvents], "shows more")];

/// Files that came to the same end for the same reason.
struct InVain<'a> {
    what: Happening,
    why: &'a str,
    first: &'a Pinned,
    files: usize,
}

/// Deletions that are over and remembered; the oldest give way.
const MOST_ENDED: usize = 100;

/// What is being deleted, and what came of the deletions before.
#[derive(Debug, Default)]
pub struct Deleting {
    /// Until its end was told.
    deletions: Option<Deletions>,
    /// The oldest first; the last one is that which is under way, while one is.
    jobs: VecDeque<DeletionJob>,
    /// The number of the next call.
    next_number: u64,
    seed: u64,
}

impl Deleting {
    pub(in crate::app) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// What is being deleted, if anything is.
    #[must_use]
    pub fn under_way(&self) -> Option<&Deletions> {
        self.deletions.as_ref().filter(|deletions| !deletions.is_over())
    }

    /// The deletions, those included that are over, the oldest first.
    #[must_use]
    pub fn jobs(&self) -> impl DoubleEndedIterator<Item = &DeletionJob> + ExactSizeIterator {
        self.jobs.iter()
    }

    /// One of them.
    #[must_use]
    pub fn job(&self, number: u64) -> Option<&DeletionJob> {
        self.jobs.iter().find(|job| job.number == number)
    }

    /// Notes how far what is under way is, what `ended` of it, and `at` which second all of it did.
    fn note(&mut self, at: i64, ended: &[(Pinned, DeletionEnd)]) {
        let (Some(deletions), Some(job)) = (&self.deletions, self.jobs.back_mut()) else { return };
        let (first, reason) = (std::mem::take(&mut job.first), job.reason.take());
        *job = DeletionJob { reason, ..DeletionJob::of(deletions, job.number, first) };
        ended.iter().filter_map(|(_, end)| end.why()).for_each(|why| job.note_reason(why));
        if job.is_over() {
            job.ended_at = Some(at);
            // Its files are not kept any longer than they are needed.
            self.deletions = None;
        }
    }

    fn ticket(number: u64) -> Ticket {
        Ticket { owner: Owner::Deletion, number }
    }
}

impl App {
    /// What is being deleted.
    #[must_use]
    pub fn deleting(&self) -> &Deleting {
        &self.deleting
    }

    /// `D`: asks about the marked files, or the selected one; which of them a batch uses is looked for
    /// meanwhile.
    pub(super) fn ask_to_delete(&mut self, effects: &mut Vec<Effect>) {
        if let Some(deletions) = self.deleting.under_way() {
            let DeletionSum { all, .. } = deletions.sum();
            let over = deletions.sum().over();
            let text = format!(
                "{} of {} files are being deleted still",
                grouped(all - over),
                grouped(all)
            );
            return self.say_while(State::Deleting, format!("{text}: wait for their end"));
        }
        let Some(files) = self.files_to_delete() else { return };
        let (in_use, call) = InUse::begin();
        let number = self.deleting.next_number;
        self.deleting.next_number += 1;
        effects.push(Effect::Call(Deleting::ticket(number), call));
        // What was saved may have been taken away since it was looked at.
        if files.0.iter().any(|(_, copy)| *copy == LocalCopy::Saved) {
            effects.push(Effect::LookAtSavedNow(number));
        }
        let server_ms = self.account.server_ms();
        let question = DeletionQuestion::new(files, server_ms, (in_use, number));
        self.layers.push(Layer::Deletion(question));
    }

    /// The files that are meant, each with what this machine has of it, the next to expire first, and how
    /// many others cannot be deleted; says why not where none can.
    fn files_to_delete(&mut self) -> Option<(Vec<(Pinned, LocalCopy)>, usize)> {
        let store = self.account.store();
        let mut all: Vec<FileNo> = match self.marks.files() {
            marked if marked.is_empty() => self.table.selected().into_iter().collect(),
            marked => marked.iter().copied().collect(),
        };
        if all.is_empty() {
            self.has_rows();
            return None;
        }
        all.sort_by_key(|no| (store.expires_at(*no).value().unwrap_or(i64::MAX), *no));
        let can = |no: &FileNo| {
            !store.is_gone(*no) && store.can_be_asked_for(*no) && !store.file(*no).conflicting
        };
        let left_out = all.iter().filter(|no| !can(no)).count();
        let files: Vec<(Pinned, LocalCopy)> = all
            .iter()
            .filter(|no| can(no))
            .map(|no| (Pinned::of(&store.file(*no)), self.local_copy(*no)))
            .collect();
        if files.is_empty() {
            let why = match all[..] {
                [only] if store.is_gone(only) => "the service has that file no longer",
                [only] if store.file(only).conflicting => {
                    "two files are listed with that id: it is not deleted"
                }
                [_] => "that file cannot be asked for: it has no id of its own",
                _ => "none of these files can be deleted",
            };
            self.say(why);
            return None;
        }
        Some((files, left_out))
    }

    /// What this machine has of a file.
    fn local_copy(&self, no: FileNo) -> LocalCopy {
        let store = self.account.store();
        if store.is_saved(no) {
            LocalCopy::Saved
        } else if self.saving.queue().is_open(&store.file(no).id.to_owned()) {
            LocalCopy::OnItsWay
        } else {
            LocalCopy::Nothing
        }
    }

    /// What this machine has of a file with this id.
    fn local_copy_of(&self, id: &Untrusted) -> LocalCopy {
        let no = self.account.store().find(id);
        no.map_or(LocalCopy::Nothing, |no| self.local_copy(no))
    }

    /// What this machine has of the file with this id is another thing than before: whoever is asked
    /// whether to delete it is told.
    pub(super) fn local_copy_changed(&mut self, id: &Untrusted) {
        let copy = self.local_copy_of(id);
        if let Some(question) = self.layers.deletion_mut() {
            question.copy_changed(id, copy);
        }
    }

    /// The same of any number of files.
    pub(super) fn copies_changed(&mut self) {
        let Some(question) = self.layers.deletion_mut() else { return };
        let ids: Vec<Untrusted> = question.files().map(|(file, _)| file.id.clone()).collect();
        let copies: Vec<LocalCopy> = ids.iter().map(|id| self.local_copy_of(id)).collect();
        if let Some(question) = self.layers.deletion_mut() {
            question.copies_are(copies);
        }
    }

    /// All that is saved was looked at, since that was asked for by this number.
    pub(super) fn copies_seen(&mut self, number: u64) {
        if let Some(question) = self.layers.deletion_mut() {
            question.copies_seen(number);
        }
    }

    /// The time left of files that are asked about goes on.
    pub(super) fn pass_time_of_question(&mut self) {
        let server_ms = self.account.server_ms();
        if let Some(question) = self.layers.deletion_mut() {
            question.pass_time(server_ms);
        }
    }

    /// Milliseconds until a question that is seen says something else.
    pub(super) fn next_question_ms(&self) -> Option<u64> {
        let questions = self.layers.seen().iter().filter_map(|layer| match layer {
            Layer::Deletion(question) => question.next_change_ms(),
            _ => None,
        });
        questions.min()
    }

    /// It was agreed to: these files are deleted, and no others.
    pub(super) fn begin_deleting(&mut self, files: Vec<Pinned>) {
        let deleting = &mut self.deleting;
        deleting.seed = deleting.seed.wrapping_add(1);
        let first = files.first().map_or(String::new(), |file| file.shown(255));
        let deletions = Deletions::new(files, deleting.next_number, deleting.seed);
        let number = deleting.jobs.back().map_or(1, |last| last.number + 1);
        if deleting.jobs.len() > MOST_ENDED {
            deleting.jobs.pop_front();
        }
        deleting.jobs.push_back(DeletionJob::of(&deletions, number, first));
        deleting.deletions = Some(deletions);
    }

    /// Begins nothing more of what is being deleted.
    pub(super) fn stop_deleting(&mut self) {
        if let Some(deletions) = &mut self.deleting.deletions {
            deletions.stop(Stop::Wanted);
            self.say("nothing more is deleted; what is on its way comes to its end");
        }
    }

    /// Calls a deletion off, as far as that is still possible.
    pub(super) fn cancel_deletion(&mut self, number: u64) {
        match self.deleting.job(number) {
            Some(job) if job.is_over() => self.say("it is over: cancelling undoes nothing"),
            Some(_) => self.stop_deleting(),
            None => {}
        }
    }

    /// An answer came to a call of ours.
    pub(super) fn deletion_answered(
        &mut self,
        number: u64,
        result: Result<Answer<Reply>, ApiError>,
        effects: &mut Vec<Effect>,
    ) {
        let now = self.now.mono;
        if let Some(deletions) =
            self.deleting.deletions.as_mut().filter(|deletions| deletions.expects(number))
        {
            return deletions.answered(number, result, now);
        }
        let next = self.deleting.next_number;
        // Whoever has left the question does not wait any more.
        let question = self.layers.deletion_mut().filter(|question| question.awaits(number));
        let Some(question) = question else { return };
        if let Some(call) = question.batches_came(result, next) {
            self.deleting.next_number += 1;
            effects.push(Effect::Call(Deleting::ticket(next), call));
        }
    }

    /// Asks for what is to be asked for, and takes in what came to its end.
    pub(super) fn go_on_deleting(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now.mono;
        let held = self.account.asked_wait_end();
        let Some(deletions) = &mut self.deleting.deletions else { return };
        if let Some(until) = held {
            deletions.wait_until(until);
        }
        while let Some((number, call)) = deletions.begin(now) {
            effects.push(Effect::Call(Deleting::ticket(number), call));
        }
        self.deleting.next_number = self.deleting.next_number.max(deletions.next_number());
        let ended = deletions.take_ended();
        let at = self.now.wall_ms.div_euclid(1_000);
        self.deleting.note(at, &ended);
        if ended.is_empty() {
            return;
        }
        let records = ended.iter().map(|(file, end)| Record::deleted(file, end, at)).collect();
        effects.push(Effect::Note(records));
        self.note_deletions(&ended);
        if self.deleting.deletions.is_none() {
            self.say_deleted();
        }
        self.absorb();
    }

    /// Takes in what came of files, and has the events tell it: of those that came to nothing for one
    /// reason once, however many they are.
    fn note_deletions(&mut self, ended: &[(Pinned, DeletionEnd)]) {
        let mut in_vain: Vec<InVain<'_>> = vec![];
        for (file, end) in ended {
            let (what, why) = match end {
                DeletionEnd::Deleted => {
                    self.account.deleted(&file.id, file.shown(255));
                    continue;
                }
                DeletionEnd::AlreadyGone => {
                    self.account.already_gone(&file.id);
                    continue;
                }
                DeletionEnd::Left(why) => (Happening::NotDeleted, why.as_str()),
                DeletionEnd::Unknown(why) => (Happening::PerhapsDeleted, why.as_str()),
            };
            // Reasons are few where files are many: what is left at once is left for one.
            match in_vain.iter_mut().find(|others| (others.what, others.why) == (what, why)) {
                Some(others) => others.files += 1,
                None => in_vain.push(InVain { what, why, first: file, files: 1 }),
            }
        }
        for InVain { what, why, first, files } in in_vain {
            let name = first.shown(60);
            let text = match files {
                1 => format!("{name}: {why}"),
                files => format!("{} files, the first {name}: {why}", grouped(files)),
            };
            self.account.note_of(what, &first.id, text);
        }
    }

    /// That all is done is said once.
    fn say_deleted(&mut self) {
        let Some(job) = self.deleting.jobs.back() else { return };
        let (words, DeletionSum { all, left, unknown, .. }) = (job.words(), job.sum);
        if let (1, Some(reason)) = (all, &job.reason) {
            let what = if left > 0 { Happening::NotDeleted } else { Happening::PerhapsDeleted };
            let text = format!("{}: {}", what.words(), reason.words);
            return self.say_trouble(text, &SHOWS_MORE);
        }
        if all > 1 {
            let text = format!("{}: {words}", job.name());
            self.account.note_trouble_of(Happening::DeletionOver, text);
        }
        if left + unknown > 0 { self.say_trouble(words, &SHOWS) } else { self.say(words) }
    }

    /// The program is left: what nobody waits for any more, as it goes into the ledger. What was not begun
    /// is left, and of what is on its way nobody knows.
    /// What came of the upload on its way is `sent`, under its number.
    pub fn leave(&mut self, sent: &[(u64, UploadEnd)]) -> Vec<Record> {
        let at = self.now.wall_ms.div_euclid(1_000);
        let mut records: Vec<Record> = vec![];
        if let Some(deletions) = &mut self.deleting.deletions {
            deletions.abandon();
            let ended = deletions.take_ended();
            records.extend(ended.iter().map(|(file, end)| Record::deleted(file, end, at)));
        }
        records.extend(self.left_upload(sent, at));
        records
    }

    /// The moment at which something is to be asked for by itself.
    pub(super) fn deleting_due(&self) -> Option<Duration> {
        let due = self.deleting.under_way()?.deadline()?;
        Some(due).filter(|due| *due > self.now.mono)
    }
}

impl Layers {
    /// The question about deleting files that is open, whatever lies above it.
    pub(in crate::app) fn deletion_mut(&mut self) -> Option<&mut DeletionQuestion> {
        self.find_mut(|layer| if let Layer::Deletion(it) = layer { Some(it) } else { None })
    }
}
