//! Deletions: what is asked of the service for each file of a set that was agreed to, and what that
//! proves.
//!
//! The set is frozen: no file comes into it, and each is compared with what it was then just before it
//! is deleted.
//!
//! | step | what comes | next |
//! |---|---|---|
//! | `Look` (GET) | the file, as it was agreed to | `Delete` |
//! | | the file, with another name, size or time | left; unknown behind a deletion without an answer |
//! | | 404 | already gone; deleted, behind a deletion without an answer |
//! | `Delete` (DELETE) | that this file is deleted | deleted |
//! | | 404, as also a service says that knows no deletions; a success that does not say so, a time-out, a 5xx other than 501, a broken connection | `Settle` |
//! | | 429 | `Look`, when the service asks for that; slower from then on |
//! | | anything else | left |
//! | `Settle` (GET) | 404 | deleted; already gone, where the only answer to a deletion was 404 |
//! | | the file, and there was no answer | `Delete`, as long as there are tries |
//! | | the file, in spite of a success or of a 404 | left |
//! | | another file: its name, size or time differ | unknown: that one is left, and the one that was agreed to is gone |
//! | any | the key is refused, or the service asks for a long rest | left, or unknown behind a deletion; and with it all that was not begun is left |
//! | any | a failure that may pass | the same step, as long as there are tries; then left, or unknown behind a deletion |
//!
//! Nothing counts as deleted without the service's word. It knows neither network nor clock nor screen.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use super::Pinned;
use super::record::Outcome;
use crate::api::ApiError;
use crate::api::call::Call;
use crate::api::retry::{Allowance, Budget, Policy};

/// Calls at once, as long as the service does not complain.
pub const AT_ONCE: usize = 4;
/// What was seen longer ago is looked at again before it is deleted.
const SEEN_FOR: Duration = Duration::from_millis(500);
/// And at most, however long the pause was: twice as long as anybody is asked to wait.
const SEEN_FOR_AT_MOST: Duration = Duration::from_secs(2 * 3_600);
/// Files deleted one after the other without a complaint, after which there is one call more at once.
const CALM: u32 = 10;

/// What came of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletionEnd {
    /// The service says that it is deleted, or does not have it any more.
    Deleted,
    /// It was not there when it was looked at.
    AlreadyGone,
    /// It was not deleted, for this reason.
    Left(String),
    /// Nobody knows whether it was, for this reason.
    Unknown(String),
}

impl DeletionEnd {
    /// The outcome that a record has of it.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Deleted => Outcome::Deleted,
            Self::AlreadyGone => Outcome::AlreadyGone,
            Self::Left(_) => Outcome::Left,
            Self::Unknown(_) => Outcome::Unknown,
        }
    }

    /// Why it was not done, or is not known to be.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Deleted | Self::AlreadyGone => None,
            Self::Left(why) | Self::Unknown(why) => Some(why),
        }
    }
}

/// Why nothing more is begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Somebody wants it.
    Wanted,
    /// The key is refused; the sentence that says so.
    KeyRefused(String),
    /// The service asks for a longer rest than anybody waits for; the sentence that says so.
    AskedToWait(String),
}

impl Stop {
    /// Why a file was left, in words.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Wanted => "it was called off",
            Self::KeyRefused(words) | Self::AskedToWait(words) => words,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Look,
    Delete,
    Settle,
}

/// One file of the set.
#[derive(Clone, Debug)]
struct Target {
    /// As it was agreed to; of one that nobody saw, only the id, until it is looked at.
    file: Pinned,
    was_seen: bool,
    looked_at: Duration,
    /// How long that counts.
    seen_for: Duration,
    /// Tries of this step, of deletions in all.
    tries: u32,
    deletions: u32,
    /// How often the service complained of being asked about it too often.
    complaints: u32,
    /// Why it has to be settled: how the answer to the deletion was.
    unproved: Option<Doubt>,
    ending: Option<DeletionEnd>,
}

/// Why a deletion is not known to have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Doubt {
    /// The service answered, and did not say it.
    Unsaid(&'static str),
    /// The service answered 404; whether a deletion before had no answer, and may be what it comes from.
    Denied { behind_another: bool },
    /// There was no answer, or one of a failure.
    Failed(ApiError),
}

/// The deletion of a set of files.
#[derive(Debug)]
pub struct Deletions {
    targets: Vec<Target>,
    /// What is to be done next, the next one first.
    ready: VecDeque<(usize, Step)>,
    /// What is to be done at a moment.
    delayed: BTreeSet<(Duration, usize, Step)>,
    asked: HashMap<u64, (usize, Step)>,
    next_number: u64,
    at_once: usize,
    calm: u32,
    complaints: u32,
    not_before: Duration,
    /// Up to when the service wants to be left alone; what goes beyond it is our own caution.
    asked_until: Duration,
    retries: Budget,
    policy: Policy,
    rng: fastrand::Rng,
    stopped: Option<Stop>,
    /// Files whose end was not told yet.
    ended: Vec<usize>,
    sum: DeletionSum,
}

/// How many came to which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeletionSum {
    /// Files in all.
    pub all: usize,
    /// Deleted.
    pub deleted: usize,
    /// Not there any more before that.
    pub gone: usize,
    /// Not deleted.
    pub left: usize,
    /// Of these, the ones that were left since the service is unavailable, or is asked too often.
    pub unserved: usize,
    /// Nobody knows.
    pub unknown: usize,
}

impl DeletionSum {
    /// Files that came to an end.
    #[must_use]
    pub fn over(&self) -> usize {
        self.deleted + self.gone + self.left + self.unknown
    }
}

impl Deletions {
    /// The deletion of these files as they were agreed to, each once; `seed` determines the jitter of its
    /// waits, and calls are numbered from `first_number` on.
    #[must_use]
    pub fn new(files: Vec<Pinned>, first_number: u64, seed: u64) -> Self {
        Self::begin_with(files, true, first_number, seed)
    }

    /// The same of files of which nobody saw more than the id: they are deleted as they are when they are
    /// looked at.
    #[must_use]
    pub fn unseen(files: Vec<Pinned>, first_number: u64, seed: u64) -> Self {
        Self::begin_with(files, false, first_number, seed)
    }

    fn begin_with(files: Vec<Pinned>, were_seen: bool, first_number: u64, seed: u64) -> Self {
        let mut ids = HashSet::new();
        let targets: Vec<Target> = files
            .into_iter()
            .filter(|file| ids.insert(file.id.clone()))
            .map(|file| Target {
                was_seen: were_seen,
                file,
                looked_at: Duration::ZERO,
                seen_for: SEEN_FOR,
                tries: 0,
                deletions: 0,
                complaints: 0,
                unproved: None,
                ending: None,
            })
            .collect();
        Self {
            ready: (0..targets.len()).map(|place| (place, Step::Look)).collect(),
            sum: DeletionSum { all: targets.len(), ..DeletionSum::default() },
            targets,
            delayed: BTreeSet::new(),
            asked: HashMap::new(),
            next_number: first_number,
            at_once: AT_ONCE,
            calm: 0,
            complaints: 0,
            not_before: Duration::ZERO,
            asked_until: Duration::ZERO,
            retries: Budget::default(),
            policy: Policy::default(),
            rng: fastrand::Rng::with_seed(seed),
            stopped: None,
            ended: vec![],
        }
    }

    /// The call that is to be made now, with its number, if one is.
    pub fn begin(&mut self, now: Duration) -> Option<(u64, Call)> {
        while let Some(&due) = self.delayed.first().filter(|(at, ..)| *at <= now) {
            self.delayed.remove(&due);
            self.ready.push_front((due.1, due.2));
        }
        if self.not_before > now || self.asked.len() >= self.at_once {
            return None;
        }
        let (place, mut step) = self.ready.pop_front()?;
        let target = &mut self.targets[place];
        let age = now.saturating_sub(target.looked_at);
        if step == Step::Delete && age > target.seen_for {
            // Where each request has to wait as long, it would be looked at for ever.
            target.seen_for = (age * 2).min(SEEN_FOR_AT_MOST);
            step = Step::Look;
        }
        let id = target.file.id.clone();
        let call = match step {
            Step::Look | Step::Settle => Call::Retrieve { id },
            Step::Delete => {
                target.deletions += 1;
                Call::Delete { id }
            }
        };
        let number = self.next_number;
        self.next_number += 1;
        self.asked.insert(number, (place, step));
        Some((number, call))
    }

    /// The number that the next call will have.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Whether an answer to the call of this number is awaited.
    #[must_use]
    pub fn expects(&self, number: u64) -> bool {
        self.asked.contains_key(&number)
    }

    fn end(&mut self, place: usize, ending: DeletionEnd) {
        match ending {
            DeletionEnd::Deleted => self.sum.deleted += 1,
            DeletionEnd::AlreadyGone => self.sum.gone += 1,
            DeletionEnd::Left(_) => self.sum.left += 1,
            DeletionEnd::Unknown(_) => self.sum.unknown += 1,
        }
        self.targets[place].ending = Some(ending);
        self.ended.push(place);
    }

    /// One is left, for want of a service that does it.
    fn leave_unserved(&mut self, place: usize, words: String) {
        self.sum.unserved += 1;
        self.end(place, DeletionEnd::Left(words));
    }

    /// Begins nothing more: what was not begun is left, what is on its way comes to its end.
    pub fn stop(&mut self, why: Stop) {
        let stop = self.stopped.get_or_insert(why).clone();
        self.leave_the_rest(&stop);
    }

    /// The service wants to be left alone until then.
    pub fn wait_until(&mut self, at: Duration) {
        self.asked_until = self.asked_until.max(at);
        self.not_before = self.not_before.max(at);
    }

    fn allow(&mut self, allowance: Option<Allowance>, now: Duration) {
        if let Some(allowance) = allowance.filter(|allowance| allowance.remaining == 0) {
            self.wait_until(now + allowance.reset.min(self.policy.longest_wait));
        }
    }

    /// What is on its way is not waited for any more: whether it was done is not known.
    pub fn abandon(&mut self) {
        self.stop(Stop::Wanted);
        let words = "the answer was not waited for";
        for (_, (place, step)) in std::mem::take(&mut self.asked) {
            let in_doubt = step != Step::Look || self.targets[place].unproved.is_some();
            let ending = if in_doubt { DeletionEnd::Unknown } else { DeletionEnd::Left };
            self.end(place, ending(words.to_owned()));
        }
        for (place, _) in std::mem::take(&mut self.ready) {
            self.end(place, DeletionEnd::Unknown(words.to_owned()));
        }
    }

    /// Files that came to their end since this was asked last, each with it.
    pub fn take_ended(&mut self) -> Vec<(Pinned, DeletionEnd)> {
        let ended = std::mem::take(&mut self.ended);
        let of = |place: usize| {
            let target = &self.targets[place];
            target.ending.clone().map(|ending| (target.file.clone(), ending))
        };
        ended.into_iter().filter_map(of).collect()
    }

    /// The next moment at which a call is to be [begun](Self::begin), where no answer comes before.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        if self.asked.len() >= self.at_once {
            return None;
        }
        let ready = (!self.ready.is_empty()).then_some(Duration::ZERO);
        let first = ready.or_else(|| self.delayed.first().map(|(at, ..)| *at))?;
        Some(first.max(self.not_before))
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

    /// Whether every file came to its end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.sum.over() == self.sum.all
    }

    /// Why nothing more is begun, where that is so.
    #[must_use]
    pub fn stopped(&self) -> Option<&Stop> {
        self.stopped.as_ref()
    }

    /// How many came to which end.
    #[must_use]
    pub fn sum(&self) -> DeletionSum {
        self.sum
    }
}

/// In what a file differs from what was agreed to, in words; nothing where it is the same.
fn difference(agreed: &Pinned, found: &Pinned) -> Option<String> {
    Some(if agreed.filename != found.filename {
        format!("its filename is {} now", found.shown(60))
    } else if agreed.bytes != found.bytes {
        let bytes = |bytes: Option<u64>| bytes.map_or("unknown".to_owned(), crate::text::grouped);
        format!("its size is {} bytes now, not {}", bytes(found.bytes), bytes(agreed.bytes))
    } else if agreed.created_at != found.created_at {
        "it was made at another time".to_owned()
    } else {
        return None;
    })
}

mod answers;
pub mod job;

#[cfg(test)]
mod tests;
