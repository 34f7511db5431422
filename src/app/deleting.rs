//! Files that are deleted: what is asked about, what is under way, and what follows from it.

use std::time::Duration;

use super::App;
use super::effect::Effect;
use super::layers::Layer;
use super::layers::deletion::DeletionQuestion;
use crate::account::journal::Happening;
use crate::api::call::{Owner, Reply, Ticket};
use crate::api::{Answer, ApiError};
use crate::jobs::Pinned;
use crate::jobs::deletion::{DeletionEnd, DeletionSum, Deletions, Stop};
use crate::jobs::in_use::InUse;
use crate::jobs::record::Record;
use crate::jobs::upload::UploadEnd;
use crate::keys::{Action, Hint};
use crate::store::FileNo;
use crate::text::grouped;

const SHOWS: [Hint; 1] = [Hint::new(&[Action::OpenEvents], "shows which")];

/// What is being deleted, and what was last.
#[derive(Debug, Default)]
pub struct Deleting {
    deletions: Option<Deletions>,
    /// The number of the next call.
    next_number: u64,
    seed: u64,
}

impl Deleting {
    pub(in crate::app) fn new(seed: u64) -> Self {
        Self { deletions: None, next_number: 0, seed }
    }

    /// What is being deleted, if anything is.
    #[must_use]
    pub fn under_way(&self) -> Option<&Deletions> {
        self.deletions.as_ref().filter(|deletions| !deletions.is_over())
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
            return self.say(format!("{text}: wait for their end"));
        }
        let Some(files) = self.files_to_delete() else { return };
        let (in_use, call) = InUse::begin();
        let number = self.deleting.next_number;
        self.deleting.next_number += 1;
        effects.push(Effect::Call(Deleting::ticket(number), call));
        let server_ms = self.account.server_ms();
        let question = DeletionQuestion::new(files, server_ms, (in_use, number));
        self.layers.push(Layer::Deletion(question));
    }

    /// The files that are meant, each with whether it is saved, the next to expire first; says why not
    /// where none can be deleted.
    fn files_to_delete(&mut self) -> Option<Vec<(Pinned, bool)>> {
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
        let files: Vec<(Pinned, bool)> = all
            .iter()
            .filter(|no| can(no))
            .map(|no| (Pinned::of(&store.file(*no)), store.is_saved(*no)))
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
        if left_out > 0 {
            let which = if left_out == 1 { "1 marked file" } else { "some marked files" };
            self.say(format!("{which} cannot be deleted, and left out"));
        }
        Some(files)
    }

    /// It was agreed to: these files are deleted, and no others.
    pub(super) fn begin_deleting(&mut self, files: Vec<Pinned>) {
        self.deleting.seed = self.deleting.seed.wrapping_add(1);
        let number = self.deleting.next_number;
        self.deleting.deletions = Some(Deletions::new(files, number, self.deleting.seed));
    }

    /// Begins nothing more of what is being deleted.
    pub(super) fn stop_deleting(&mut self) {
        if let Some(deletions) = &mut self.deleting.deletions {
            deletions.stop(Stop::Wanted);
            self.say("nothing more is deleted; what is on its way comes to its end");
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
        if ended.is_empty() {
            return;
        }
        let (is_over, sum) = (deletions.is_over(), deletions.sum());
        let stop = deletions.stopped().cloned();
        let at = self.now.wall_ms.div_euclid(1_000);
        let records = ended.iter().map(|(file, end)| Record::deleted(file, end, at)).collect();
        effects.push(Effect::Note(records));
        for (file, end) in &ended {
            self.deletion_ended(file, end);
        }
        if is_over {
            self.say_deleted(sum, stop.as_ref());
        }
        self.absorb();
    }

    fn deletion_ended(&mut self, file: &Pinned, end: &DeletionEnd) {
        let name = file.shown(255);
        match end {
            DeletionEnd::Deleted => self.account.deleted(&file.id, name),
            DeletionEnd::AlreadyGone => self.account.already_gone(&file.id),
            DeletionEnd::Left(why) => {
                let text = format!("{}: {why}", file.shown(60));
                self.account.note_of(Happening::NotDeleted, &file.id, text);
            }
            DeletionEnd::Unknown(why) => {
                let text = format!("{}: {why}", file.shown(60));
                self.account.note_of(Happening::PerhapsDeleted, &file.id, text);
            }
        }
    }

    /// That all is done is said once.
    fn say_deleted(&mut self, sum: DeletionSum, stop: Option<&Stop>) {
        let DeletionSum { deleted, gone, left, unknown, .. } = sum;
        let counts =
            [(deleted, "deleted"), (gone, "already gone"), (left, "left"), (unknown, "unknown")];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> =
            counts.map(|(count, what)| format!("{} {what}", grouped(*count))).collect();
        let why = match stop {
            Some(Stop::KeyRefused(words) | Stop::AskedToWait(words)) => format!(": {words}"),
            Some(Stop::Wanted) | None => String::new(),
        };
        let text = format!("{}{why}", words.join(" · "));
        if left + unknown > 0 { self.say_with(text, &SHOWS) } else { self.say(text) }
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
