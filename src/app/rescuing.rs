//! What is saved without a key: by a rule of the configuration, as soon as a file is like it.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use super::App;
use super::effect::Effect;
use crate::account::alerts::Alert;
use crate::account::shelf::{Shelved, Unshelved};
use crate::jobs::job::{FailureKind, JobState, Pause};
use crate::jobs::{Download, JobId, Pinned};
use crate::store::filter::Filter;
use crate::store::{Delta, FileNo};
use crate::text::Untrusted;

/// What came to nothing is tried again after so long: a service that was down may be well again.
const AGAIN: Duration = Duration::from_secs(300);

/// What was begun by a rule.
#[derive(Debug, Default)]
pub struct Rescuing {
    jobs: HashSet<JobId>,
    saved: usize,
    /// Files with which it came to nothing, and when that was.
    failed: HashMap<Untrusted, Duration>,
    /// Those of them that were told of.
    told: HashSet<Untrusted>,
    /// Folders to which nothing can be saved, which was told.
    told_folders: HashSet<PathBuf>,
    alerts: Vec<Alert>,
}

impl Rescuing {
    /// Files that were saved by a rule.
    #[must_use]
    pub fn saved(&self) -> usize {
        self.saved
    }

    /// These jobs are there no longer.
    pub(super) fn forget(&mut self, jobs: &[JobId]) {
        for job in jobs {
            self.jobs.remove(job);
        }
    }

    /// Files that a rule could not save.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.failed.len()
    }
}

impl App {
    /// What is saved by a rule, where there is one.
    #[must_use]
    pub fn rescuing(&self) -> Option<&Rescuing> {
        (!self.settings.rescue.is_empty()).then_some(&self.rescuing)
    }

    /// What is saved, and what is not any more.
    pub(super) fn shelf_told(&mut self, saved: Vec<Shelved>, lost: &[Unshelved], whole: bool) {
        self.account.shelve(saved);
        self.account.unshelve(lost);
        self.copies_changed();
        let first = whole && !self.account.shelf().is_told();
        if whole {
            self.account.shelf_is_told();
        }
        if first && self.rescuing().is_some() {
            let all: Vec<FileNo> = self.account.store().numbers().collect();
            self.rescue_by_rule(all);
        }
        self.absorb();
    }

    /// Looks at files that came in, or of which anything differs.
    pub(super) fn rescue_of(&mut self, delta: &Delta) {
        if self.rescuing().is_some() {
            self.rescue_by_rule(delta.added.iter().chain(&delta.changed).copied().collect());
        }
    }

    /// Looks at files that came under a bound of a rule between these seconds.
    pub(super) fn rescue_in_time(&mut self, from_s: i64, to_s: i64) {
        let rules = self.settings.rescue.iter();
        let all = rules.flat_map(|rule| self.crossed(&rule.filter, from_s, to_s));
        let all: Vec<FileNo> = all.collect();
        self.rescue_by_rule(all);
    }

    /// Looks again at what came to nothing a while ago.
    pub(super) fn rescue_again(&mut self) {
        if self.rescuing().is_none() {
            return;
        }
        let now = self.now.mono;
        let due: Vec<Untrusted> = self
            .rescuing
            .failed
            .extract_if(|_, at| now.saturating_sub(*at) >= AGAIN)
            .map(|(id, _)| id)
            .collect();
        let there = due.iter().filter_map(|id| self.account.store().find(id)).collect();
        self.rescue_by_rule(there);
        let full = JobState::Paused(Pause::DiskFull);
        let rests =
            |id: &&JobId| self.saving.queue().job(**id).is_some_and(|job| job.state == full);
        // Room may have been made; one that goes on has all of them go on.
        if let Some(id) = self.rescuing.jobs.iter().find(rests).copied() {
            self.saving.change().go_on(id);
        }
    }

    fn rescue_by_rule(&mut self, files: Vec<FileNo>) {
        if files.is_empty() || !self.account.shelf().is_told() {
            return;
        }
        let moment = super::moment(self.account.server_ms(), &self.marks);
        let store = self.account.store();
        let mut downloads = vec![];
        for no in files.into_iter().filter(|no| store.holds(*no) && !store.is_gone(*no)) {
            let fits =
                |rule: &&super::settings::RescueRule| rule.filter.matches(store, no, &moment);
            let Some(rule) = self.settings.rescue.iter().find(fits) else { continue };
            if store.is_saved(no) || !store.can_be_asked_for(no) {
                continue;
            }
            let file = Pinned::of(&store.file(no));
            if self.rescuing.failed.contains_key(&file.id) {
                continue;
            }
            let folder = rule.folder.clone();
            downloads.push(Download {
                file,
                folder,
                name: None,
                again: false,
                trust_length: false,
            });
        }
        for download in downloads {
            if let Some(id) = self.saving.change().add(download) {
                self.rescuing.jobs.insert(id);
            }
        }
    }

    /// These jobs are perhaps at their ends: those by a rule that came to nothing are told of, once for
    /// each file, and once for each folder that cannot be used.
    pub(super) fn jobs_are_over(&mut self, ids: &[JobId]) {
        let mut unusable = None;
        for id in
            ids.iter().filter(|id| self.rescuing.jobs.contains(id)).copied().collect::<Vec<_>>()
        {
            unusable = self.job_is_over(id).or(unusable);
        }
        self.rescuing.told_folders.extend(unusable);
    }

    /// The same for one of them; tells its folder, where that cannot be used.
    fn job_is_over(&mut self, id: JobId) -> Option<PathBuf> {
        let job = self.saving.queue().job(id)?;
        let (file, folder) = (job.file().clone(), job.download.folder.clone());
        let mut unusable = None;
        let why = match &job.state {
            JobState::Saved(_) => {
                self.rescuing.saved += 1;
                self.rescuing.jobs.remove(&id);
                self.rescuing.told.remove(&file.id);
                self.rescuing.told_folders.remove(&folder);
                return None;
            }
            JobState::Failed(failure) => {
                unusable = (failure.kind == FailureKind::FolderUnusable).then_some(folder);
                failure.words.clone()
            }
            JobState::Paused(Pause::DiskFull) => "the disk is full".to_owned(),
            _ => return None,
        };
        if job.is_over() {
            self.rescuing.jobs.remove(&id);
            self.rescuing.failed.insert(file.id.clone(), self.now.mono);
        }
        let is_known = unusable.as_ref().is_some_and(|it| self.rescuing.told_folders.contains(it));
        if self.rescuing.told.insert(file.id.clone()) && !is_known {
            let text = format!("cannot be saved: {}: {why}", file.shown(60));
            self.rescuing.alerts.push(Alert {
                rule: "rescue".to_owned(),
                text,
                first: file.id,
                bell: true,
                desktop: true,
                command: vec![],
                json: String::new(),
            });
        }
        unusable
    }

    /// What could not be saved is told, all of one moment together.
    pub(super) fn tell_of_rescue(&mut self, effects: &mut Vec<Effect>) {
        let mut alerts = std::mem::take(&mut self.rescuing.alerts);
        let others = alerts.len().saturating_sub(1);
        alerts.truncate(1);
        effects.extend(alerts.into_iter().map(|mut alert| {
            if others > 0 {
                alert.text = format!("{} · and {others} more", alert.text);
            }
            Effect::Alert(alert)
        }));
    }

    /// Milliseconds until a file comes under a bound of a rule.
    pub(super) fn next_rescue_ms(&self) -> Option<u64> {
        let told = self.account.shelf().is_told();
        let rules = self.settings.rescue.iter().filter(|_| told);
        rules.filter_map(|rule| self.next_change_of(&rule.filter)).min()
    }

    /// The files that a filter may judge otherwise since the service's clock went from one of these
    /// seconds to the other.
    pub(super) fn crossed(&self, filter: &Filter, from_s: i64, to_s: i64) -> Vec<FileNo> {
        let mut crossed: Vec<FileNo> = vec![];
        for bound in filter.thresholds_s() {
            let bound = i64::try_from(*bound).unwrap_or(i64::MAX).saturating_add(1);
            let (past, until) = (from_s.saturating_add(bound), to_s.saturating_add(bound));
            crossed.extend(self.account.store().expiring(past, until));
        }
        for age in filter.ages_s() {
            let age = i64::try_from(*age).unwrap_or(i64::MAX);
            let (past, until) = (from_s.saturating_sub(age), to_s.saturating_sub(age));
            crossed.extend(self.account.store().created_within(past, until));
        }
        crossed.sort_unstable();
        crossed.dedup();
        crossed
    }
}
