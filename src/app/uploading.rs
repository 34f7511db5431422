//! Files that are uploaded: each looked at before, and what is said of them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use super::App;
use super::effect::Effect;
use super::event::PathCompletion;
use super::layers::Layer;
use super::layers::upload::UploadPrompt;
use super::toast::State;
use crate::account::journal::Happening;
use crate::api::upload::UploadStage;
use crate::jobs::Pinned;
use crate::jobs::record::{Record, UploadSource};
use crate::jobs::sending::{CALLED_OFF, UploadJob, UploadQueue, UploadState};
use crate::jobs::upload::{FileStamp, Sent, Upload, UploadEnd};
use crate::keys::{Action, Hint};
use crate::lister::refresh::RoundScope;
use crate::store::{FileNo, FileRef};
use crate::text::{Untrusted, grouped};
use crate::validation::Report;

const SHOWS: [Hint; 1] = [Hint::new(&[Action::OpenJobs], "shows it")];

/// What was selected at some moment.
#[derive(Clone, Copy, Debug)]
struct Selected {
    /// What the operator chose; nothing where the selection rests on the first row.
    chosen: Option<FileNo>,
    file: Option<FileNo>,
}

/// A file that was stored just now.
#[derive(Debug)]
struct Stored {
    id: Untrusted,
    /// What there is to say of it.
    words: String,
    /// What was selected when it was agreed to.
    before: Option<Selected>,
}

/// What is being uploaded, what waits for that, and what came of the others.
#[derive(Debug, Default)]
pub struct Uploading {
    queue: UploadQueue,
    /// The number of the next file that is looked at.
    next_look: u64,
    /// The one that is looked at.
    looking: Option<u64>,
    /// When something was told of the one on its way last.
    told_at: Duration,
    /// What was selected when an upload was agreed to, by its number, until it ends.
    selected: HashMap<u64, Selected>,
    stored: Option<Stored>,
    /// What was stored from here, now or before, by the id.
    sources: HashMap<Box<[u8]>, UploadSource>,
}

impl Uploading {
    /// The uploads, those included that are over.
    #[must_use]
    pub fn queue(&self) -> &UploadQueue {
        &self.queue
    }

    /// The moment of which the rate is told: the last whole second, or what was told after it, so that it
    /// changes with nothing else.
    #[must_use]
    pub fn moment(&self, now: Duration) -> Duration {
        self.told_at.max(Duration::from_secs(now.as_secs()))
    }

    /// Whether a file is looked at before it is sent.
    pub(in crate::app) fn is_looking(&self) -> bool {
        self.looking.is_some()
    }

    /// Whether the upload of this number waits for its turn.
    pub(in crate::app) fn waits(&self, number: u64) -> bool {
        self.queue.job(number).is_some_and(|job| job.state == UploadState::Waiting)
    }

    /// Whether a rate changes as time passes.
    pub(in crate::app) fn ticks(&self) -> bool {
        self.queue.current().is_some_and(|job| job.stage == UploadStage::Sending)
    }

    /// Where a file came from that was uploaded from here, and when; another one of the same id, made at
    /// another time, was not.
    #[must_use]
    pub fn source_of(&self, file: &FileRef<'_>) -> Option<&UploadSource> {
        let source = self.sources.get(file.id.raw())?;
        let made = source.created_at.zip(file.created_at.value());
        made.is_none_or(|(then, now)| then == now).then_some(source)
    }

    fn note_source(&mut self, source: UploadSource) {
        self.sources.insert(source.id.raw().into(), source);
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

    /// The same file once more: it is looked at, and shown with what was found, before it is sent again.
    pub(super) fn upload_again(&mut self, upload: &Upload, effects: &mut Vec<Effect>) {
        let mut form = UploadPrompt::of(upload);
        form.look_at(self, upload.clone(), effects);
        self.layers.push(Layer::Upload(form));
    }

    pub(super) fn next_look(&mut self) -> u64 {
        self.uploading.next_look += 1;
        self.uploading.looking = Some(self.uploading.next_look);
        self.uploading.next_look
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

    /// What a path goes on with that was `typed` so far, and what there is to say of it.
    pub(super) fn path_completed(&mut self, typed: &str, completion: PathCompletion) {
        let form = self.layers.upload_mut().filter(|form| form.awaits_rest_of(typed));
        let Some(form) = form else { return };
        let PathCompletion { text, candidates, said } = completion;
        form.completed(text, candidates);
        if let Some(said) = said {
            self.say(said);
        }
    }

    /// A file was looked at.
    pub(super) fn file_looked_at(
        &mut self,
        number: u64,
        found: Result<Box<(Upload, Report, FileStamp)>, String>,
    ) {
        self.uploading.looking.take_if(|looking| *looking == number);
        let Some(form) = self.layers.upload_mut() else { return };
        if let Some(why) = form.found(number, found) {
            self.say(why);
        }
    }

    /// It was agreed to.
    pub(super) fn begin_upload(&mut self, upload: Upload, stamp: FileStamp) {
        let is_next = self.uploading.queue.open() == 0;
        let number = self.uploading.queue.add(upload, stamp);
        if !is_next {
            let text = "it is sent as soon as what is on its way is over";
            self.say_while(State::UploadWaits(number), text);
        }
        self.uploading.selected.insert(number, self.selected_now());
    }

    /// These were uploaded from here.
    pub(super) fn uploads_told(&mut self, sources: Vec<UploadSource>) {
        for source in sources {
            self.uploading.note_source(source);
        }
    }

    /// So many bytes have left, and this is being done.
    pub(super) fn upload_told(&mut self, number: u64, bytes: (u64, u64), stage: UploadStage) {
        if self.uploading.queue.progressed(number, bytes, stage, self.now.mono) {
            self.uploading.told_at = self.now.mono;
        }
    }

    /// An upload is at its end.
    pub(super) fn uploaded(&mut self, number: u64, sent: &Sent, effects: &mut Vec<Effect>) {
        let end = &sent.end;
        let at = self.now.wall_ms.div_euclid(1_000);
        let Some(job) = self.uploading.queue.ended(number, end.clone(), at) else { return };
        let (path, bytes) = (job.path().to_owned(), Some(job.stamp.bytes));
        let selected = self.uploading.selected.remove(&number);
        // What keeps the others from being sent, too.
        let of_others = match (end, &sent.rest) {
            (UploadEnd::KeyRefused(_), _) => Some("not sent: the key is refused".to_owned()),
            (_, Some(rest)) if rest.is_too_long() => Some(format!("not sent: {}", rest.words)),
            _ => None,
        };
        if let Some(rest) = &sent.rest {
            self.uploading.queue.wait_until(rest.until);
        }
        let name = self.shown_path(&path);
        let words = end.words();
        if let Some(file) = end.stored() {
            self.account.note_of(Happening::Uploaded, &file.id, name.clone());
            let (id, created_at) = (file.id.clone(), file.created_at.value());
            self.uploading.note_source(UploadSource { id, created_at, path: path.clone(), at });
            // It is there from now on, whether or not its page is loaded; and a round tells its place.
            self.account.stored(file.clone());
            self.uploading.stored = Some(Stored { id: file.id.clone(), words, before: selected });
            let _ = self.account.ask_for_round(RoundScope::Budget);
        } else {
            let text = format!("{name}: {words}");
            let what =
                if end.is_open() { Happening::PerhapsUploaded } else { Happening::NotUploaded };
            self.account.note_trouble_of(what, text.clone());
            let text = if end.is_nothing() { format!("not stored: {text}") } else { text };
            let text = match (&of_others, self.uploading.queue.waiting().len()) {
                (None, _) | (_, 0) => text,
                (Some(_), 1) => format!("{text}; 1 other not sent"),
                (Some(_), others) => format!("{text}; {} others not sent", grouped(others)),
            };
            let is_seen = self.layers.jobs_mut().is_some();
            self.say_trouble(text, if is_seen { &[] } else { &SHOWS });
        }
        if !end.is_nothing() {
            let file = end.stored().map_or_else(|| Pinned::on_disk(&path, bytes), Pinned::read);
            effects.push(Effect::Note(vec![Record::uploaded(&file, &path, sent, at)]));
        }
        if let Some(why) = of_others {
            let waiting = self.uploading.queue.waiting();
            self.give_up_uploads(&waiting, &why);
        }
    }

    /// Sends nothing of these, which wait, for one reason, of which the events tell once.
    fn give_up_uploads(&mut self, numbers: &[u64], why: &str) {
        let at = self.now.wall_ms.div_euclid(1_000);
        let mut paths = vec![];
        for number in numbers {
            let end = UploadEnd::Failed(why.to_owned());
            paths.extend(
                self.uploading.queue.ended(*number, end, at).map(|job| job.path().to_owned()),
            );
            self.uploading.selected.remove(number);
        }
        let Some(first) = paths.first().map(|path| self.shown_path(path)) else { return };
        let text = match paths.len() {
            1 => format!("{first}: {why}"),
            files => format!("{} files, the first {first}: {why}", grouped(files)),
        };
        self.account.note_trouble_of(Happening::NotUploaded, text);
    }

    /// Calls one off; what is on its way comes to an end by what is told of it.
    pub(super) fn cancel_upload(&mut self, number: u64, effects: &mut Vec<Effect>) {
        match self.uploading.queue.job(number).map(|job| &job.state) {
            Some(UploadState::Waiting) => {
                self.give_up_uploads(&[number], CALLED_OFF);
                self.say("called off; it was not sent");
            }
            Some(UploadState::Sending) => effects.push(Effect::StopUpload(number)),
            Some(UploadState::Ended(_)) => self.say("it is over: cancelling undoes nothing"),
            None => {}
        }
    }

    /// Sends one once more, where the service does not have it, as far as is known.
    pub(super) fn retry_upload(&mut self, number: u64, effects: &mut Vec<Effect>) {
        let Some(job) = self.uploading.queue.job(number) else { return };
        match &job.state {
            UploadState::Ended(end) if end.may_be_sent_again() => {
                let upload = job.upload.clone();
                self.upload_again(&upload, effects);
            }
            UploadState::Ended(end) if end.stored().is_some() => self.say("it is stored"),
            UploadState::Ended(_) => {
                self.say("it may have been stored: look whether it is in the list first");
            }
            UploadState::Waiting | UploadState::Sending => self.say("it is not over yet"),
        }
    }

    /// The program is left: an upload of which all has been sent, and whose answer nobody waits for. The
    /// bytes that were told last may be fewer than have left since.
    pub(super) fn left_upload(&mut self, sent: &[(u64, UploadEnd)], at: i64) -> Option<Record> {
        let number = self.uploading.queue.current()?.number;
        let (_, end) = sent.iter().find(|(sent, _)| *sent == number)?;
        let job = self.uploading.queue.ended(number, end.clone(), at)?;
        let file = Pinned::on_disk(job.path(), Some(job.stamp.bytes));
        end.is_open().then(|| Record::uploaded(&file, job.path(), &end.clone().into(), at))
    }

    /// Sends the next one, and selects what was stored, where nothing was moved meanwhile. What nobody waits
    /// for any more is not looked at any longer.
    pub(super) fn go_on_uploading(&mut self, effects: &mut Vec<Effect>) {
        let awaited = self.layers.upload_mut().and_then(|form| form.awaits());
        let given_up = self.uploading.looking.take_if(|looking| Some(*looking) != awaited);
        effects.extend(given_up.map(Effect::StopLook));
        if let Some(until) = self.account.asked_wait_end() {
            self.uploading.queue.wait_until(until);
        }
        let begun = self.uploading.queue.begin(self.now.mono);
        if let Some(UploadJob { number, upload, stamp, .. }) = begun {
            effects.push(Effect::Upload(*number, Box::new(upload.clone()), *stamp));
        }
        if let Some(Stored { id, words, before }) = self.uploading.stored.take() {
            self.say(format!("{words}{}", self.hides(&id).unwrap_or_default()));
            if let Some(before) = before {
                self.select_stored(&id, before);
            }
        }
    }

    /// Why there is no row of a file that is loaded, in words that follow others.
    fn hides(&self, id: &Untrusted) -> Option<&'static str> {
        let no = self.account.store().find(id).filter(|_| self.table.under_way().is_none())?;
        let has_row = self.table.order().position(self.account.store(), no).is_some();
        let of_filter = self.table.wanted_filter_text().is_some();
        let why = if of_filter { "; the filter hides it" } else { "; the chosen times hide it" };
        (!has_row).then_some(why)
    }

    /// The moment at which one is to be sent by itself.
    pub(super) fn uploading_due(&self) -> Option<Duration> {
        self.uploading.queue.waits_until(self.now.mono)
    }

    /// The moment until which an upload rests, or those that wait do, whatever for: it counts down.
    pub(super) fn upload_rests_until(&self) -> Option<Duration> {
        let queue = &self.uploading.queue;
        match queue.current().map(|job| job.stage) {
            Some(UploadStage::Resting { until, .. }) => {
                Some(until).filter(|at| *at > self.now.mono)
            }
            Some(_) => None,
            None => queue.waits_until(self.now.mono),
        }
    }

    fn selected_now(&self) -> Selected {
        Selected { chosen: self.table.chosen(), file: self.table.selected() }
    }

    /// Selects a file that was stored just now, where nothing was moved since it was agreed to that, and
    /// nobody does anything to the file that is selected.
    fn select_stored(&mut self, id: &Untrusted, before: Selected) {
        let now = self.selected_now();
        let was_moved = now.chosen != before.chosen && now.file != before.file;
        let is_busy = self.range_from.is_some() || !self.layers.are_about_jobs();
        let Some(no) = self.account.store().find(id).filter(|_| !was_moved && !is_busy) else {
            return;
        };
        if let Some(row) = self.table.order().position(self.account.store(), no) {
            self.table.select_row(row);
        }
    }
}
