//! Files that are uploaded: one after the other, each looked at before; and what is said of them.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::App;
use super::effect::Effect;
use super::layers::Layer;
use super::layers::upload::UploadPrompt;
use crate::account::journal::Happening;
use crate::jobs::Pinned;
use crate::jobs::record::Record;
use crate::jobs::upload::{FileStamp, Upload, UploadEnd};
use crate::lister::refresh::RoundScope;
use crate::store::FileNo;
use crate::text::{Untrusted, UntrustedRef};
use crate::validation::Report;

/// What is being uploaded, and what waits for that.
#[derive(Debug, Default)]
pub struct Uploading {
    waiting: VecDeque<(Upload, FileStamp)>,
    current: Option<Current>,
    /// The number of the next thing that is asked for.
    next_number: u64,
    /// A file that was stored and is not in the table yet, and what was selected then.
    stored: Option<(Untrusted, Option<FileNo>)>,
    /// What was stored from here, by the id: where from, and when by this machine.
    done: Vec<(Untrusted, PathBuf, i64)>,
}

/// The upload that is on its way.
#[derive(Clone, Debug)]
pub struct Current {
    number: u64,
    /// What is sent.
    pub upload: Upload,
    /// Bytes that have left, and all of them.
    pub bytes: (u64, u64),
}

impl Uploading {
    /// The upload that is on its way.
    #[must_use]
    pub fn current(&self) -> Option<&Current> {
        self.current.as_ref()
    }

    /// How many are not over.
    #[must_use]
    pub fn open(&self) -> usize {
        self.waiting.len() + usize::from(self.current.is_some())
    }

    /// Where a file came from that was uploaded from here, and when.
    #[must_use]
    pub fn source_of(&self, id: UntrustedRef<'_>) -> Option<(&PathBuf, i64)> {
        let found = self.done.iter().rev().find(|(own, ..)| own.borrow() == id);
        found.map(|(_, path, at)| (path, *at))
    }
}

impl App {
    /// What is being uploaded.
    #[must_use]
    pub fn uploading(&self) -> &Uploading {
        &self.uploading
    }

    /// `u`: asks for the file.
    pub(super) fn open_upload(&mut self) {
        self.layers.push(Layer::Upload(UploadPrompt::new()));
    }

    pub(super) fn next_upload(&mut self) -> u64 {
        self.uploading.next_number += 1;
        self.uploading.next_number
    }

    /// A path that was typed: below the home with `~/`, and below the working directory where it is not
    /// absolute.
    pub(super) fn uploaded_path(&self, text: &str) -> PathBuf {
        match (text.strip_prefix('~'), &self.settings.home) {
            (Some(below), Some(home)) if below.is_empty() || below.starts_with('/') => {
                home.join(below.trim_start_matches('/'))
            }
            _ => PathBuf::from(text),
        }
    }

    /// What a path goes on with that was `typed` so far.
    pub(super) fn path_completed(&mut self, typed: &str, text: String, candidates: Vec<String>) {
        let form = self.layers.upload_mut().filter(|form| form.awaits_rest_of(typed));
        let Some(form) = form else { return };
        let leads_nowhere = text == typed && candidates.is_empty();
        form.completed(text, candidates);
        if leads_nowhere {
            self.say("nothing here begins so that could be uploaded");
        }
    }

    /// A file was looked at.
    pub(super) fn file_looked_at(
        &mut self,
        number: u64,
        found: Result<Box<(Upload, Report, FileStamp)>, String>,
    ) {
        let Some(form) = self.layers.upload_mut() else { return };
        if let Some(why) = form.found(number, found) {
            self.say(why);
        }
    }

    /// It was agreed to.
    pub(super) fn begin_upload(&mut self, upload: Upload, stamp: FileStamp) {
        if self.uploading.current.is_some() {
            self.say("it is sent as soon as what is on its way is stored");
        }
        self.uploading.waiting.push_back((upload, stamp));
    }

    /// So many bytes have left.
    pub(super) fn upload_told(&mut self, number: u64, bytes: (u64, u64)) {
        if let Some(current) = self.uploading.current.as_mut().filter(|it| it.number == number) {
            current.bytes = bytes;
        }
    }

    /// An upload is at its end.
    pub(super) fn uploaded(&mut self, number: u64, end: &UploadEnd, effects: &mut Vec<Effect>) {
        let Some(current) = self.uploading.current.take_if(|current| current.number == number)
        else {
            return;
        };
        let path = current.upload.path;
        let name = self.shown_path(&path);
        let words = end.words();
        let at = self.now.wall_ms.div_euclid(1_000);
        if let Some(file) = end.stored() {
            self.account.note_of(Happening::Uploaded, &file.id, name.clone());
            self.uploading.done.push((file.id.clone(), path.clone(), at));
            // It is behind the last file that is known: a round finds it.
            self.uploading.stored = Some((file.id.clone(), self.table.selected()));
            let _ = self.account.ask_for_round(RoundScope::Budget);
            self.say(words);
        } else {
            let text = format!("{name}: {words}");
            let what =
                if end.is_open() { Happening::PerhapsUploaded } else { Happening::NotUploaded };
            self.account.note_trouble_of(what, text.clone());
            self.say(text);
        }
        if !matches!(end, UploadEnd::Failed(_) | UploadEnd::KeyRefused(_)) {
            let file = end.stored().cloned().unwrap_or_else(|| unknown(&path));
            effects.push(Effect::Note(vec![Record::uploaded(&file, &path, end, at)]));
        }
        if matches!(end, UploadEnd::KeyRefused(_)) {
            self.give_up_waiting("not sent: the key is refused");
        }
    }

    /// Sends nothing of what waits, for this reason.
    fn give_up_waiting(&mut self, why: &str) {
        for (upload, _) in std::mem::take(&mut self.uploading.waiting) {
            let text = format!("{}: {why}", self.shown_path(&upload.path));
            self.account.note_trouble_of(Happening::NotUploaded, text);
        }
    }

    /// Calls off what is on its way, and what waits.
    pub(super) fn stop_uploading(&mut self, effects: &mut Vec<Effect>) {
        self.give_up_waiting("not sent: called off");
        if let Some(current) = &self.uploading.current {
            effects.push(Effect::StopUpload(current.number));
        }
    }

    /// The program is left: an upload of which all has been sent, and whose answer nobody waits for. The
    /// bytes that were told last may be fewer than have left since.
    pub(super) fn left_upload(&mut self, sent: &[(u64, UploadEnd)], at: i64) -> Option<Record> {
        let current = self.uploading.current.take()?;
        let (_, end) = sent.iter().find(|(number, _)| *number == current.number)?;
        let path = &current.upload.path;
        let may_be_stored = end.is_open().then(|| unknown(path));
        may_be_stored.map(|file| Record::uploaded(&file, path, end, at))
    }

    /// Sends the next one, and selects what was stored, where nothing was moved meanwhile.
    pub(super) fn go_on_uploading(&mut self, effects: &mut Vec<Effect>) {
        if self.uploading.current.is_none()
            && let Some((upload, stamp)) = self.uploading.waiting.pop_front()
        {
            let number = self.next_upload();
            effects.push(Effect::Upload(number, Box::new(upload.clone()), stamp));
            self.uploading.current = Some(Current { number, upload, bytes: (0, stamp.bytes) });
        }
        let Some((id, selected)) = &self.uploading.stored else { return };
        let Some(no) = self.account.store().find(id) else { return };
        if self.table.selected() == *selected
            && let Some(row) = self.table.order().position(self.account.store(), no)
        {
            self.table.select_row(row);
        }
        self.uploading.stored = None;
    }
}

/// A file of which the service has said nothing.
fn unknown(path: &std::path::Path) -> Pinned {
    let name = path.file_name().map(|name| Untrusted::new(name.as_encoded_bytes()));
    Pinned { filename: name, ..Pinned::by_id(Untrusted::new("")) }
}
