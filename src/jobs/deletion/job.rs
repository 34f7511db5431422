//! A deletion as a job: how far it is, and what came of it once it is over, without its files.

use std::time::Duration;

use super::{DeletionSum, Deletions, Stop};
use crate::text::grouped;

/// Why files are left, or nobody knows of them: the first reason of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstReason {
    /// In words.
    pub words: String,
    /// How many files have it.
    pub files: usize,
}

/// One deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionJob {
    /// Its number.
    pub number: u64,
    /// The first of its files, as it is shown.
    pub first: String,
    /// How many came to which end.
    pub sum: DeletionSum,
    /// Why the first file was left that was, or is not known of.
    pub reason: Option<FirstReason>,
    /// Why nothing more is begun, where that is so.
    pub stop: Option<Stop>,
    /// The moment before which nothing is asked for, over or not: the service wants that, or it is our own
    /// caution.
    pub not_before: Duration,
    /// The moment up to which the service wants to be left alone.
    pub asked_until: Duration,
    /// When it ended, in seconds since the epoch by this machine.
    pub ended_at: Option<i64>,
}

impl DeletionJob {
    /// What is known of a deletion, of this number and this first file, now.
    #[must_use]
    pub fn of(deletions: &Deletions, number: u64, first: String) -> Self {
        Self {
            number,
            first,
            sum: deletions.sum(),
            reason: None,
            stop: deletions.stopped().cloned(),
            not_before: deletions.not_before,
            asked_until: deletions.asked_until,
            ended_at: None,
        }
    }

    /// Whether every file came to its end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.sum.over() == self.sum.all
    }

    /// The moment until which all of it waits.
    #[must_use]
    pub fn waits_until(&self, now: Duration) -> Option<Duration> {
        (!self.is_over() && self.not_before > now).then_some(self.not_before)
    }

    /// Whether it waits for as long as the service asks for; else for longer, or without being asked.
    #[must_use]
    pub fn is_asked_to_wait(&self) -> bool {
        self.asked_until >= self.not_before
    }

    /// Its files: the first one, and how many more there are.
    #[must_use]
    pub fn name(&self) -> String {
        match self.sum.all {
            0 | 1 => self.first.clone(),
            all => format!("{} and {} more", self.first, grouped(all - 1)),
        }
    }

    /// What came of its files so far, and why they were left, or nothing more is begun:
    /// `50 deleted · 150 left: …`.
    #[must_use]
    pub fn words(&self) -> String {
        let DeletionSum { deleted, gone, left, unknown, .. } = self.sum;
        let counts =
            [(deleted, "deleted"), (gone, "already gone"), (left, "left"), (unknown, "unknown")];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> =
            counts.map(|(count, what)| format!("{} {what}", grouped(*count))).collect();
        let why = match (&self.stop, &self.reason) {
            (Some(Stop::KeyRefused(words) | Stop::AskedToWait(words)), _) => format!(": {words}"),
            (Some(Stop::Wanted) | None, Some(FirstReason { words, files })) => {
                let others = match (left + unknown).saturating_sub(*files) {
                    0 => String::new(),
                    1 => " · 1 for another reason".to_owned(),
                    others => format!(" · {} for other reasons", grouped(others)),
                };
                format!(": {words}{others}")
            }
            (Some(Stop::Wanted) | None, None) => String::new(),
        };
        format!("{}{why}", words.join(" · "))
    }

    /// Why a file is left, or is not known of: one more has this reason.
    pub fn note_reason(&mut self, why: &str) {
        let new = || FirstReason { words: why.to_owned(), files: 0 };
        let first = self.reason.get_or_insert_with(new);
        first.files += usize::from(first.words == why);
    }
}
