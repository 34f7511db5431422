//! The lines under jobs: whatever takes time, of each kind, and below it what is kept of files that nobody
//! goes on with.

pub mod any;

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
    /// All but what is dead, while somebody looks at them.
    order: Vec<JobsLine>,
    listed: Listed,
    /// Downloads that gave way since.
    gone: Vec<JobId>,
    /// What is kept of files that nobody goes on with.
    dead: Vec<DeadPart>,
    /// Whether they were asked for just now: then they are put in order.
    is_opened: bool,
}

/// Up to where the jobs of each kind have their lines.
#[derive(Clone, Copy, Debug, Default)]
struct Listed {
    /// The first download that has none.
    download: JobId,
    /// The last upload that has one.
    upload: u64,
    /// The last deletion that has one.
    deletion: u64,
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

    /// These downloads gave way to others.
    pub(in crate::app) fn gone(&mut self, ids: Vec<JobId>) {
        self.gone.extend(ids);
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
        self.jobs.is_opened = true;
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

    /// Lists the jobs while somebody looks at them: what goes on first as they are asked for, what is done
    /// last. From then on each stays in its line, new ones come behind, and nothing is done for those to
    /// which nothing happens. The cursor stays on what it is on.
    pub(super) fn list_jobs(&mut self) {
        if self.layers.jobs_mut().is_none() {
            (self.jobs.order, self.jobs.gone) = (vec![], vec![]);
            return;
        }
        let listed = self.all_listed();
        if std::mem::take(&mut self.jobs.is_opened) {
            (self.jobs.order, self.jobs.gone) = (self.new_order(), vec![]);
        } else {
            self.follow_jobs(listed);
        }
        self.jobs.listed = listed;
        let queue = self.saving.queue();
        self.jobs.dead.retain(|dead| !queue.is_open(&dead.id));
        let list = &self.jobs;
        if let Some(jobs) = self.layers.jobs_mut() {
            jobs.settle(list);
        }
    }

    /// Up to where there are jobs of each kind.
    fn all_listed(&self) -> Listed {
        let upload = self.uploading.queue().jobs().next_back().map_or(0, |job| job.number);
        let deletion = self.deleting.jobs().map(|job| job.number).max().unwrap_or_default();
        Listed { download: self.saving.queue().next_id(), upload, deletion }
    }

    /// Takes away the lines of what gave way, and adds those of what is new.
    fn follow_jobs(&mut self, all: Listed) {
        let listed = self.jobs.listed;
        // Of these, one gives way where another one comes.
        let others_came = all.upload > listed.upload || all.deletion > listed.deletion;
        if others_came || !self.jobs.gone.is_empty() {
            let mut order = std::mem::take(&mut self.jobs.order);
            let mut gone = std::mem::take(&mut self.jobs.gone);
            gone.sort_unstable();
            order.retain(|line| match line {
                JobsLine::Download(id) => gone.binary_search(id).is_err(),
                line => self.any_job(line).is_some(),
            });
            self.jobs.order = order;
        }
        let deletions = self.deleting.jobs().rev().map(AnyJob::Deletion);
        let uploads = self.uploading.queue().jobs().rev().map(AnyJob::Upload);
        let others = deletions.chain(uploads).map(|job| job.line()).filter(|line| match line {
            JobsLine::Upload(number) => *number > listed.upload,
            JobsLine::Deletion(number) => *number > listed.deletion,
            JobsLine::Download(_) | JobsLine::Dead(_) => false,
        });
        let downloads = self.saving.queue().jobs_from(listed.download);
        let new: Vec<JobsLine> =
            others.chain(downloads.map(|job| JobsLine::Download(job.id))).collect();
        self.jobs.order.extend(new);
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
