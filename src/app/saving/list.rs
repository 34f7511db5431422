//! The lines under jobs: the jobs, and below them what is kept of files that nobody goes on with.

use std::collections::HashSet;
use std::path::PathBuf;

use super::Saving;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::layers::Layer;
use crate::app::layers::jobs::Jobs;
use crate::jobs::dead::DeadPart;
use crate::jobs::job::JobState;
use crate::jobs::{Job, JobId};

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobsLine {
    /// A job.
    Job(JobId),
    /// What is kept of a file, by where the file would lie.
    Dead(PathBuf),
}

impl Saving {
    /// How many lines there are.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.order.len() + self.dead.len()
    }

    /// What the line of this number is about, counted from 0.
    #[must_use]
    pub fn entry(&self, line: usize) -> Option<JobsLine> {
        if let Some(id) = self.order.get(line) {
            return Some(JobsLine::Job(*id));
        }
        self.dead.get(line - self.order.len()).map(|dead| JobsLine::Dead(dead.path.clone()))
    }

    /// The line that is about it, counted from 0.
    #[must_use]
    pub fn line_of(&self, entry: &JobsLine) -> Option<usize> {
        match entry {
            JobsLine::Job(id) => self.order.iter().position(|other| other == id),
            JobsLine::Dead(path) => {
                let place = self.dead.iter().position(|dead| dead.path == *path)?;
                Some(self.order.len() + place)
            }
        }
    }

    /// What is kept of files that nobody goes on with.
    #[must_use]
    pub fn dead(&self) -> &[DeadPart] {
        &self.dead
    }

    /// Puts the jobs in order: what goes on first, what is done last. While somebody looks at them each
    /// stays in its line, and new ones come behind.
    pub(super) fn put_in_order(&mut self, is_looked_at: bool) {
        if is_looked_at && !std::mem::take(&mut self.is_opened) {
            self.order.retain(|id| self.queue.job(*id).is_some());
            let known: HashSet<JobId> = self.order.iter().copied().collect();
            let new = self.queue.jobs().map(|job| job.id).filter(|id| !known.contains(id));
            self.order.extend(new);
            return;
        }
        let rank = |job: &Job| match job.state {
            JobState::Running => 0,
            JobState::Finishing => 1,
            JobState::Waiting => 2,
            JobState::Paused(_) => 3,
            JobState::Failed(_) => 4,
            JobState::Saved(_) => 5,
            JobState::Cancelled => 6,
        };
        let mut order: Vec<(u8, JobId)> =
            self.queue.jobs().map(|job| (rank(job), job.id)).collect();
        order.sort_by_key(|(rank, _)| *rank);
        self.order = order.into_iter().map(|(_, id)| id).collect();
    }
}

impl App {
    /// Lists the jobs, and looks for what nobody goes on with where files are saved.
    pub(in crate::app) fn open_jobs(&mut self, effects: &mut Vec<Effect>) {
        (self.saving.is_opened, self.saving.is_stale) = (true, true);
        self.saving.look_again();
        self.layers.push(Layer::Jobs(Jobs::default()));
        let rules = self.settings.rescue.iter().map(|rule| &rule.folder);
        let jobs = self.saving.queue.jobs().map(|job| &job.download.folder);
        let mut folders: Vec<PathBuf> =
            [&self.settings.downloads].into_iter().chain(rules).chain(jobs).cloned().collect();
        folders.sort_unstable();
        folders.dedup();
        effects.push(Effect::LookForDead(folders));
    }

    /// What is kept of files that nobody goes on with, the oldest first.
    pub(in crate::app) fn dead_told(&mut self, mut dead: Vec<DeadPart>) {
        dead.sort_by(|a, b| (a.touched_s, &a.path).cmp(&(b.touched_s, &b.path)));
        dead.dedup_by(|a, b| a.path == b.path);
        self.saving.dead = dead;
        self.saving.is_stale = true;
    }

    /// What is kept of a file that nobody goes on with is taken away, or could not be.
    pub(in crate::app) fn dead_removed(&mut self, dead: &DeadPart, result: Result<(), String>) {
        let name = self.shown_path(&dead.path);
        match result {
            Ok(()) => {
                self.saving.dead.retain(|other| other.path != dead.path);
                self.say(format!("what was kept of {name} is removed"));
            }
            Err(why) => self.say(format!("what is kept of {name} could not be removed: {why}")),
        }
    }

    /// Keeps the cursor of the list on what it is on, whatever happens to that.
    pub(super) fn follow_jobs(&mut self) {
        let saving = &self.saving;
        if let Some(jobs) = self.layers.jobs_mut() {
            jobs.settle(saving);
        }
    }
}
