//! The lines under jobs: whatever takes time, of each kind, and below it what is kept of files that nobody
//! goes on with.

pub mod any;

use std::collections::HashSet;
use std::path::PathBuf;

use super::App;
use super::effect::Effect;
use super::layers::Layer;
use super::layers::jobs::Jobs;
use crate::jobs::JobId;
use crate::jobs::dead::DeadPart;
use any::AnyJob;

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum JobsLine {
    /// A file that is saved.
    Download(JobId),
    /// The upload of this number.
    Upload(u64),
    /// The deletion of this number.
    Deletion(u64),
    /// What is kept of a file, by where the file would lie.
    Dead(PathBuf),
}

/// The jobs as they are listed.
#[derive(Debug, Default)]
pub struct JobsList {
    /// All but what is dead.
    order: Vec<JobsLine>,
    /// What is kept of files that nobody goes on with.
    dead: Vec<DeadPart>,
    /// Whether they were asked for just now: then they are put in order.
    is_opened: bool,
    /// Whether anything happened since they were.
    is_stale: bool,
}

impl JobsList {
    /// What is kept of files that nobody goes on with.
    #[must_use]
    pub fn dead(&self) -> &[DeadPart] {
        &self.dead
    }

    /// How many lines there are.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.order.len() + self.dead.len()
    }

    /// What the line of this number is about, counted from 0.
    #[must_use]
    pub fn line(&self, line: usize) -> Option<JobsLine> {
        let dead = || self.dead.get(line.checked_sub(self.order.len())?);
        let of_dead = || dead().map(|dead| JobsLine::Dead(dead.path.clone()));
        self.order.get(line).cloned().or_else(of_dead)
    }

    /// The line that is about it, counted from 0.
    #[must_use]
    pub fn place_of(&self, line: &JobsLine) -> Option<usize> {
        match line {
            JobsLine::Dead(path) => {
                let place = self.dead.iter().position(|dead| dead.path == *path)?;
                Some(self.order.len() + place)
            }
            of_job => self.order.iter().position(|other| other == of_job),
        }
    }

    /// Something happened to a job.
    pub(in crate::app) fn touch(&mut self) {
        self.is_stale = true;
    }
}

impl App {
    /// The jobs as they are listed.
    #[must_use]
    pub fn jobs(&self) -> &JobsList {
        &self.jobs
    }

    /// What a line is about, as long as that is there.
    #[must_use]
    pub fn any_job(&self, line: &JobsLine) -> Option<AnyJob<'_>> {
        match line {
            JobsLine::Download(id) => self.saving.queue().job(*id).map(AnyJob::Download),
            JobsLine::Upload(number) => self.uploading.queue().job(*number).map(AnyJob::Upload),
            JobsLine::Deletion(number) => self.deleting.job(*number).map(AnyJob::Deletion),
            JobsLine::Dead(path) => {
                self.jobs.dead.iter().find(|dead| dead.path == *path).map(AnyJob::Dead)
            }
        }
    }

    /// Whatever takes time, or did: the newest deletion and the newest upload first.
    fn all_jobs(&self) -> impl Iterator<Item = AnyJob<'_>> {
        let deletions = self.deleting.jobs().rev().map(AnyJob::Deletion);
        let uploads = self.uploading.queue().jobs().rev().map(AnyJob::Upload);
        let downloads = self.saving.queue().jobs().map(AnyJob::Download);
        deletions.chain(uploads).chain(downloads)
    }

    /// Lists the jobs, and looks for what nobody goes on with where files are saved.
    pub(super) fn open_jobs(&mut self, effects: &mut Vec<Effect>) {
        (self.jobs.is_opened, self.jobs.is_stale) = (true, true);
        self.saving.look_again();
        self.layers.push(Layer::Jobs(Jobs::default()));
        let rules = self.settings.rescue.iter().map(|rule| &rule.folder);
        let jobs = self.saving.queue().jobs().map(|job| &job.download.folder);
        let mut folders: Vec<PathBuf> =
            [&self.settings.downloads].into_iter().chain(rules).chain(jobs).cloned().collect();
        folders.sort_unstable();
        folders.dedup();
        effects.push(Effect::LookForDead(folders));
    }

    /// Puts the jobs in order: what goes on first, what is done last. While somebody looks at them each
    /// stays in its line, and new ones come behind. The cursor stays on what it is on.
    pub(super) fn list_jobs(&mut self) {
        let is_looked_at = self.layers.jobs_mut().is_some();
        if std::mem::take(&mut self.jobs.is_stale) {
            let is_opened = std::mem::take(&mut self.jobs.is_opened);
            let order =
                if is_looked_at && !is_opened { self.kept_order() } else { self.new_order() };
            let queue = self.saving.queue();
            self.jobs.dead.retain(|dead| !queue.is_open(&dead.id));
            self.jobs.order = order;
        }
        let list = &self.jobs;
        if let Some(jobs) = self.layers.jobs_mut() {
            jobs.settle(list);
        }
    }

    fn kept_order(&self) -> Vec<JobsLine> {
        let there = |line: &&JobsLine| self.any_job(line).is_some();
        let mut order: Vec<JobsLine> = self.jobs.order.iter().filter(there).cloned().collect();
        let known: HashSet<&JobsLine> = self.jobs.order.iter().collect();
        let new: Vec<JobsLine> =
            self.all_jobs().map(|job| job.line()).filter(|line| !known.contains(line)).collect();
        order.extend(new);
        order
    }

    fn new_order(&self) -> Vec<JobsLine> {
        let mut order: Vec<(u8, JobsLine)> =
            self.all_jobs().map(|job| (job.rank(), job.line())).collect();
        order.sort_by_key(|(rank, _)| *rank);
        order.into_iter().map(|(_, line)| line).collect()
    }

    /// What is kept of files that nobody goes on with, the oldest first.
    pub(super) fn dead_told(&mut self, mut dead: Vec<DeadPart>) {
        dead.sort_by(|a, b| (a.touched_s, &a.path).cmp(&(b.touched_s, &b.path)));
        dead.dedup_by(|a, b| a.path == b.path);
        self.jobs.dead = dead;
        self.jobs.touch();
    }

    /// What is kept of a file that nobody goes on with is taken away, or could not be.
    pub(super) fn dead_removed(&mut self, dead: &DeadPart, result: Result<(), String>) {
        let name = self.shown_path(&dead.path);
        match result {
            Ok(()) => {
                self.jobs.dead.retain(|other| other.path != dead.path);
                self.say(format!("what was kept of {name} is removed"));
            }
            Err(why) => self.say(format!("what is kept of {name} could not be removed: {why}")),
        }
    }
}
