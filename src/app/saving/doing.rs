//! What is done to a job, and what leaving means while one is open.

use std::path::PathBuf;

use crate::app::App;
use crate::app::effect::Effect;
use crate::app::layers::Layer;
use crate::app::layers::confirmation::{Confirmation, OpenWork, Question};
use crate::jobs::JobId;
use crate::jobs::job::JobState;
use crate::keys::{Action, Hint, Scope};
use crate::text::size;

impl App {
    /// Has a job rest, or go on.
    pub(in crate::app) fn pause_job(&mut self, id: JobId) {
        let queue = self.saving.change();
        if !queue.go_on(id) && !queue.pause(id) {
            self.say("this one neither runs nor waits");
        }
    }

    /// Calls a job off; one that is off loses what is kept of it.
    pub(in crate::app) fn cancel_job(&mut self, id: JobId, effects: &mut Vec<Effect>) {
        let Some(job) = self.saving.queue.job(id) else { return };
        match job.state {
            JobState::Saved(_) => self.say("it is saved: cancelling undoes nothing"),
            JobState::Finishing => self.say("all of it is there, and being written for good"),
            // Only the disk knows: an earlier run may have left something.
            JobState::Failed(_) | JobState::Cancelled => {
                effects.push(Effect::DropPart(id, Box::new(job.download.clone())));
            }
            JobState::Waiting | JobState::Running | JobState::Paused(_) => {
                let (received, may_be_kept) = (job.received, job.may_be_kept());
                self.saving.change().cancel(id);
                let (text, removes) = match received {
                    0 => ("cancelled".to_owned(), "once more removes what may be kept of it"),
                    _ => (
                        format!("cancelled; {} kept for another try", size(received)),
                        "once more removes that",
                    ),
                };
                let hint = [Hint::new(&[Action::CancelJob], removes)];
                self.say_within(text, if may_be_kept { &hint } else { &[] }, &[Scope::Jobs]);
            }
        }
    }

    /// Tries a job again that came to nothing.
    pub(in crate::app) fn retry_job(&mut self, id: JobId) {
        if !self.saving.change().try_again(id) {
            self.say("only what failed or was cancelled is tried again");
        }
    }

    /// Leaves; with work open that is asked about.
    pub(in crate::app) fn quit(&mut self, effects: &mut Vec<Effect>) {
        let work = self.open_work();
        if work.saving.open + work.deleting.0 + work.uploading == 0 {
            return effects.push(Effect::Quit);
        }
        match self.quit_asked() {
            // Whoever insists has seen what it is about, if only in the one line of a small screen.
            Some(asked) if asked.is_armed() || self.layout().is_none() && asked.is_mentioned() => {
                effects.push(Effect::Quit);
            }
            Some(_) => {}
            None => self.ask(Question::Quit(work)),
        }
    }

    /// What is not over.
    fn open_work(&self) -> OpenWork {
        let deleting = self.deleting().under_way();
        OpenWork {
            saving: self.saving.sum,
            deleting: deleting
                .map_or((0, 0), |it| (it.sum().all - it.sum().over(), it.on_their_way())),
            uploading: self.uploading().queue().open(),
        }
    }

    /// The question about leaving goes with the work.
    pub(in crate::app) fn follow_open_work(&mut self) {
        // Counting takes its time where many files are deleted.
        if self.layers.find_mut(confirmation).is_none() {
            return;
        }
        let work = self.open_work();
        if let Some(asked) = self.layers.find_mut(confirmation) {
            asked.work_is(work);
        }
    }

    /// The question whether the program is to be left with work open, where it is asked now.
    fn quit_asked(&self) -> Option<&Confirmation> {
        match self.layers.top() {
            Some(Layer::Confirmation(asked)) if matches!(asked.question(), Question::Quit(_)) => {
                Some(asked)
            }
            _ => None,
        }
    }

    /// Whether it is asked now if the program is to be left with work open.
    #[must_use]
    pub fn asks_to_leave(&self) -> bool {
        self.quit_asked().is_some()
    }

    /// A path that was typed: below the home with `~/`, and below the folder of downloads where it is not
    /// absolute.
    pub(in crate::app) fn typed_path(&self, text: &str) -> PathBuf {
        match (text.strip_prefix('~'), &self.settings.home) {
            (Some(below), Some(home)) if below.is_empty() || below.starts_with('/') => {
                home.join(below.trim_start_matches('/'))
            }
            _ => self.settings.downloads.join(text),
        }
    }
}

fn confirmation(layer: &mut Layer) -> Option<&mut Confirmation> {
    if let Layer::Confirmation(asked) = layer { Some(asked) } else { None }
}
