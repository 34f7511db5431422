//! What is waited for, and what a reading of the list means for it. It knows neither clock nor service.
//!
//! | goal | met | can come true no longer |
//! |---|---|---|
//! | `Appears` | a file matches; with `new` one that did not at the first reading | |
//! | `Vanishes` | all that matched at the first reading are gone; none did | |
//! | `LeftBelow` | a file that matches has less time left | those that matched are gone, all of them |
//!
//! A part of the list tells what is there, and never what is not: whatever is concluded from absence
//! wants a whole one. A reading that failed changes nothing, be it the first; a failure that nothing
//! mends ends the waiting.

use std::collections::HashSet;
use std::time::Duration;

use crate::lister::Failure;
use crate::text::Untrusted;

/// The longest pause between two readings while they fail.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// The longest pause that a service may ask for and get.
const LONGEST_ASKED: Duration = Duration::from_secs(3_600);

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// A file that matches; `new` leaves out those that did at the first reading.
    Appears { new: bool },
    /// That no file is there any more that matched at the first reading.
    Vanishes,
    /// A file that matches, and whose time left is below a bound, which the filter has in it.
    LeftBelow,
}

/// What a reading showed.
#[derive(Clone, Debug, Default)]
pub(super) struct Sight {
    /// The ids of the files that are as they are waited for, in the service's order.
    pub(super) matching: Vec<Untrusted>,
    /// Files that are waited for to become so; of [`Goal::LeftBelow`].
    pub(super) candidates: u64,
    /// Of the [watched](Waiting::watched) those that are there.
    pub(super) there: HashSet<Untrusted>,
    /// Why it is a part of the list only.
    pub(super) partial: Option<Failure>,
}

/// What comes of a reading.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// It has come true, for these.
    Met(Vec<Untrusted>),
    /// It can come true no longer.
    Impossible,
    /// There can be no knowledge.
    Failed(Failure),
    /// The list is to be read again at this moment.
    Again(Duration),
}

/// The state of the waiting.
#[derive(Debug)]
pub(super) struct Waiting {
    goal: Goal,
    interval: Duration,
    /// The ids that matched at the first reading.
    first: Option<Vec<Untrusted>>,
    watched: HashSet<Untrusted>,
    /// Whether there ever were files that could become as they are waited for.
    had_candidates: bool,
    readings: u64,
    failed: u64,
    failed_together: u32,
    last_failure: Option<Failure>,
}

impl Waiting {
    pub(super) fn new(goal: Goal, interval: Duration) -> Self {
        Self {
            goal,
            interval,
            first: None,
            watched: HashSet::new(),
            had_candidates: false,
            readings: 0,
            failed: 0,
            failed_together: 0,
            last_failure: None,
        }
    }

    /// The files of which a reading is to tell whether they are there.
    pub(super) fn watched(&self) -> &HashSet<Untrusted> {
        &self.watched
    }

    /// Readings so far, those that failed included.
    pub(super) fn readings(&self) -> u64 {
        self.readings
    }

    /// Readings that failed, and why the last of them did.
    pub(super) fn failures(&self) -> Option<(u64, &Failure)> {
        self.last_failure.as_ref().map(|why| (self.failed, why))
    }

    /// Why the list could not be read, where that was tried once and did not succeed.
    pub(super) fn first_failure(&self) -> Option<&Failure> {
        let is_first = self.first.is_none() && (self.readings, self.failed) == (1, 1);
        self.last_failure.as_ref().filter(|_| is_first)
    }

    /// Why the last reading failed, where it did.
    pub(super) fn take_failure(&mut self) -> Option<Failure> {
        self.last_failure.take_if(|_| self.failed_together > 0)
    }

    /// Whether nothing matched at the first reading.
    pub(super) fn had_none(&self) -> bool {
        self.first.as_ref().is_some_and(Vec::is_empty)
    }

    /// Takes in a reading that ended at `now`.
    pub(super) fn update(&mut self, now: Duration, reading: Result<Sight, Failure>) -> Step {
        self.readings += 1;
        let sight = match reading {
            Ok(sight) => sight,
            Err(why) => return self.fail(now, why),
        };
        if let Some(step) = self.seen(&sight) {
            return step;
        }
        if let Some(why) = sight.partial {
            return self.fail(now, why);
        }
        self.failed_together = 0;
        if self.first.is_none() {
            if self.goal == Goal::Vanishes {
                self.watched = sight.matching.iter().cloned().collect();
            }
            self.first = Some(sight.matching);
        }
        Step::Again(now.saturating_add(self.interval))
    }

    /// What a sight settles.
    fn seen(&mut self, sight: &Sight) -> Option<Step> {
        let is_whole = sight.partial.is_none();
        self.had_candidates |= sight.candidates > 0;
        match (self.goal, &self.first) {
            (Goal::Appears { new: false } | Goal::LeftBelow, _) if !sight.matching.is_empty() => {
                Some(Step::Met(sight.matching.clone()))
            }
            (Goal::Appears { new: true }, Some(first)) => {
                let before: HashSet<&Untrusted> = first.iter().collect();
                let new = sight.matching.iter().filter(|id| !before.contains(id));
                let new: Vec<Untrusted> = new.cloned().collect();
                (!new.is_empty()).then_some(Step::Met(new))
            }
            (Goal::LeftBelow, _) => (is_whole && self.had_candidates && sight.candidates == 0)
                .then_some(Step::Impossible),
            (Goal::Vanishes, None) if is_whole && sight.matching.is_empty() => {
                self.first = Some(vec![]);
                Some(Step::Met(vec![]))
            }
            (Goal::Vanishes, Some(first)) if is_whole && sight.there.is_empty() => {
                Some(Step::Met(first.clone()))
            }
            (Goal::Appears { .. } | Goal::Vanishes, _) => None,
        }
    }

    /// A reading failed: what passes is waited for, longer each time.
    fn fail(&mut self, now: Duration, why: Failure) -> Step {
        let passes = match &why {
            Failure::Call(error) | Failure::AskedToWait { error, .. } => {
                error.may_pass() && !error.refuses_key()
            }
            Failure::CursorStuck | Failure::CursorRefused(_) => true,
            Failure::PageTooLong | Failure::Full => false,
        };
        if !passes {
            return Step::Failed(why);
        }
        self.failed += 1;
        let doubled = self.interval.saturating_mul(1 << self.failed_together.min(16));
        self.failed_together += 1;
        let pause = doubled.min(LONGEST_PAUSE).max(self.interval);
        let asked = match &why {
            Failure::AskedToWait { wait, .. } => (*wait).min(LONGEST_ASKED),
            _ => Duration::ZERO,
        };
        self.last_failure = Some(why);
        Step::Again(now.saturating_add(pause.max(asked)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ApiError;

    const INTERVAL: Duration = Duration::from_secs(30);

    fn ids(text: &str) -> Vec<Untrusted> {
        text.chars().map(|c| Untrusted::new(c.to_string())).collect()
    }

    fn down() -> Failure {
        Failure::Call(ApiError::TimedOut { what: "answer", limit: INTERVAL })
    }

    fn revoked() -> Failure {
        Failure::Call(ApiError::KeyRefused { message: None, secret: None })
    }

    /// A reading as text: the ids that match, `/`, those that could, `/`, those watched that are there;
    /// `…` behind them where it is a part only. `down` and `revoked` are failures.
    fn reading(text: &str) -> Result<Sight, Failure> {
        match text {
            "down" => return Err(down()),
            "revoked" => return Err(revoked()),
            _ => {}
        }
        let (text, partial) = match text.strip_suffix('…') {
            Some(text) => (text, Some(down())),
            None => (text, None),
        };
        let mut parts = text.split('/');
        let mut part = || parts.next().unwrap_or_default();
        let (matching, candidates, there) = (ids(part()), part().len() as u64, ids(part()));
        Ok(Sight { matching, candidates, there: there.into_iter().collect(), partial })
    }

    /// What each reading comes to: `met:…`, `impossible`, `failed`, or the pause until the next one.
    fn story(goal: Goal, readings: &str) -> String {
        let mut waiting = Waiting::new(goal, INTERVAL);
        let now = Duration::from_secs(1_000);
        let told = readings.split(' ').map(|text| match waiting.update(now, reading(text)) {
            Step::Met(ids) => {
                let ids = ids.iter().map(|id| id.borrow().printable().into_owned());
                format!("met:{}", ids.collect::<String>())
            }
            Step::Impossible => "impossible".to_owned(),
            Step::Failed(_) => "failed".to_owned(),
            Step::Again(at) => at.saturating_sub(now).as_secs().to_string(),
        });
        told.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_each_reading_comes_to() {
        let (appears, new) = (Goal::Appears { new: false }, Goal::Appears { new: true });
        for (goal, readings, steps) in [
            (appears, "ab", "met:ab"),
            (appears, " a", "30 met:a"),
            // What a part shows is there.
            (appears, " a…", "30 met:a"),
            (appears, "a…", "met:a"),
            // What passes is ridden through, from the first reading on.
            (appears, "down a", "30 met:a"),
            (appears, "… down a", "30 60 met:a"),
            (appears, "revoked", "failed"),
            (appears, "down revoked", "30 failed"),
            (appears, " down down  down a", "30 30 60 30 30 met:a"),
            (appears, " down down down down down down down", "30 30 60 120 240 300 300 300"),
            (appears, " revoked", "30 failed"),
            (new, "ab ab b abc", "30 30 30 met:c"),
            (new, " a", "30 met:a"),
            (new, "a ab…", "30 met:b"),
            // Behind a part of the first reading others may have been there.
            (new, "a… ab abc", "30 30 met:c"),
            (Goal::Vanishes, "", "met:"),
            (Goal::Vanishes, "ab ab//ab b//b //", "30 30 30 met:ab"),
            // A file that no longer matches is still there, and a new one is not waited for.
            (Goal::Vanishes, "a //a c//", "30 30 met:a"),
            (Goal::Vanishes, "a //… //", "30 30 met:a"),
            (Goal::Vanishes, "a… ab ab//b //", "30 30 30 met:ab"),
            (Goal::Vanishes, "down ", "30 met:"),
            (Goal::LeftBelow, "down /a /", "30 30 impossible"),
            (Goal::Vanishes, "a down //", "30 30 met:a"),
            (Goal::LeftBelow, "/a /a a/a", "30 30 met:a"),
            (Goal::LeftBelow, "/ / /a /", "30 30 30 impossible"),
            (Goal::LeftBelow, "/a /… /", "30 30 impossible"),
            (Goal::LeftBelow, "a/a…", "met:a"),
        ] {
            assert_eq!(story(goal, readings), steps, "{goal:?}: {readings}");
        }
    }

    #[test]
    fn a_service_that_asks_for_time_gets_it() {
        let mut waiting = Waiting::new(Goal::Vanishes, INTERVAL);
        waiting.update(Duration::ZERO, reading("a"));
        for (wait, pause) in [(5, 30), (600, 600), (90_000, 3_600)] {
            let error = ApiError::TimedOut { what: "answer", limit: INTERVAL };
            let (wait, until) = (Duration::from_secs(wait), Duration::ZERO);
            waiting.failed_together = 0;
            let step =
                waiting.update(Duration::ZERO, Err(Failure::AskedToWait { error, wait, until }));
            assert_eq!(step, Step::Again(Duration::from_secs(pause)));
        }
        assert_eq!(waiting.failures().map(|(failed, _)| failed), Some(3));
        assert_eq!(waiting.readings(), 4);
    }
}
