//! What follows from the answers of the service.

use std::time::Duration;

use super::{AT_ONCE, CALM, DeletionEnd, Deletions, Doubt, Step, Stop, difference};
use crate::api::call::Reply;
use crate::api::{Answer, ApiError, Deletion, Existence};
use crate::jobs::Pinned;

/// Complaints about one file before it is left.
const MOST_COMPLAINTS: u32 = 20;

impl Deletions {
    /// An answer came to the call of this number, or none.
    pub fn answered(
        &mut self,
        number: u64,
        result: Result<Answer<Reply>, ApiError>,
        now: Duration,
    ) {
        let Some((place, step)) = self.asked.remove(&number) else { return };
        match result {
            Ok(Answer { value, allowance, .. }) => {
                self.retries.restore();
                self.allow(allowance, now);
                self.targets[place].tries = 0;
                self.replied(place, step, value, now);
            }
            Err(error) => self.failed(place, step, &error, now),
        }
        if let Some(stop) = self.stopped.clone() {
            self.leave_the_rest(&stop);
        }
    }

    fn replied(&mut self, place: usize, step: Step, reply: Reply, now: Duration) {
        let target = &mut self.targets[place];
        match (step, reply) {
            (Step::Look, Reply::File(Existence::Gone)) => {
                // One that may have been deleted by us, is.
                let by_us = target.deletions > 0;
                self.end(
                    place,
                    if by_us { DeletionEnd::Deleted } else { DeletionEnd::AlreadyGone },
                );
            }
            (Step::Look, Reply::File(Existence::Present(file))) => {
                let found = Pinned::from(*file);
                let differs = target.was_seen.then(|| difference(&target.file, &found)).flatten();
                if let Some(what) = differs {
                    return self.is_another(place, &what);
                }
                target.file = found;
                target.was_seen = true;
                target.looked_at = now;
                self.ready.push_front((place, Step::Delete));
            }
            (Step::Delete, Reply::Deletion(Deletion::Done)) => {
                self.calm_down();
                self.end(place, DeletionEnd::Deleted);
            }
            (Step::Delete, Reply::Deletion(Deletion::Gone)) => {
                target.unproved = Some(Doubt::Denied { behind_another: target.unproved.is_some() });
                self.ready.push_front((place, Step::Settle));
            }
            (Step::Delete, Reply::Deletion(Deletion::Unproved(how))) => {
                target.unproved = Some(Doubt::Unsaid(how));
                self.ready.push_front((place, Step::Settle));
            }
            (Step::Settle, Reply::File(Existence::Gone)) => {
                let not_by_us = target.unproved == Some(Doubt::Denied { behind_another: false });
                self.end(
                    place,
                    if not_by_us { DeletionEnd::AlreadyGone } else { DeletionEnd::Deleted },
                );
            }
            (Step::Settle, Reply::File(Existence::Present(file))) => {
                self.still_there(place, &Pinned::from(*file), now);
            }
            // No call of ours is answered so.
            (_, _) => {
                self.end(place, DeletionEnd::Unknown("the answer is none to this".to_owned()));
            }
        }
    }

    /// The id is that of another file than was agreed to: nothing more is done to it. Behind a deletion that
    /// had no answer nobody knows whether that was what became of the one that was meant.
    fn is_another(&mut self, place: usize, what: &str) {
        let ending = if self.targets[place].unproved.is_some() {
            DeletionEnd::Unknown(format!("another file has its id now: {what}"))
        } else {
            DeletionEnd::Left(format!("it is another file than was asked about: {what}"))
        };
        self.end(place, ending);
    }

    /// A file is there still, though its deletion was asked for.
    fn still_there(&mut self, place: usize, found: &Pinned, now: Duration) {
        let target = &mut self.targets[place];
        if let Some(what) = difference(&target.file, found) {
            return self.is_another(place, &what);
        }
        target.looked_at = now;
        match target.unproved.clone() {
            Some(Doubt::Unsaid(how)) => {
                self.end(place, DeletionEnd::Left(format!("{how}, and has it still")));
            }
            Some(Doubt::Denied { .. }) => {
                let words = "the service answers 404 to the deletion, and has it still";
                self.end(place, DeletionEnd::Left(words.to_owned()));
            }
            Some(Doubt::Failed(error)) => {
                let is_final = matches!(error, ApiError::Refused { .. });
                let again = !is_final && target.deletions < self.policy.attempts;
                if again && self.retries.spend() {
                    self.ready.push_front((place, Step::Delete));
                } else if matches!(error, ApiError::Unavailable { .. } | ApiError::Refused { .. }) {
                    self.leave_unserved(place, format!("{error}, and has it still"));
                } else {
                    // It may be deleted yet: the request is on its way, as far as anybody knows.
                    self.end(
                        place,
                        DeletionEnd::Unknown(format!("{error}; it was there when asked for")),
                    );
                }
            }
            None => self.end(place, DeletionEnd::Unknown("it was there when asked for".to_owned())),
        }
    }

    fn failed(&mut self, place: usize, step: Step, error: &ApiError, now: Duration) {
        if error.refuses_key_for_good() {
            let words = error.to_string();
            self.stop(Stop::KeyRefused(words.clone()));
            return self.give_up(place, step, words, false);
        }
        let wait = error.wait();
        // Whether a deletion was carried out that had no answer is to be settled.
        let doubtful = step == Step::Delete && error.leaves_open();
        if doubtful {
            self.targets[place].unproved = Some(Doubt::Failed(error.clone()));
        }
        if let Some(wait) = wait.filter(|wait| *wait > self.policy.longest_wait) {
            let words = format!("{error}; it asks to wait {} s", wait.as_secs());
            self.stop(Stop::AskedToWait(words.clone()));
            return self.give_up(place, step, words, true);
        }
        if error.is_crowding() {
            return self.complained(place, step, wait, now);
        }
        if let Some(wait) = wait {
            self.wait_until(now + wait);
        }
        let target = &mut self.targets[place];
        target.tries += 1;
        if doubtful {
            target.tries = 0;
            let turn = target.deletions;
            let pause = wait.unwrap_or_else(|| self.policy.backoff(turn, &mut self.rng));
            self.delayed.insert((now + pause, place, Step::Settle));
            return;
        }
        if error.is_transient() && target.tries < self.policy.attempts && self.retries.spend() {
            if step == Step::Delete {
                // It was never sent.
                target.deletions -= 1;
            }
            let pause = wait.unwrap_or_else(|| self.policy.backoff(target.tries, &mut self.rng));
            self.delayed.insert((now + pause, place, step));
            return;
        }
        self.give_up(place, step, error.to_string(), error.is_outage());
    }

    /// The service is asked too often: all wait, and from then on there is less at once.
    fn complained(&mut self, place: usize, step: Step, wait: Option<Duration>, now: Duration) {
        self.complaints += 1;
        self.calm = 0;
        self.at_once = (self.at_once / 2).max(1);
        let backoff = self.policy.base.saturating_mul(1 << self.complaints.min(4));
        match wait {
            Some(wait) => self.wait_until(now + wait),
            None => self.not_before = self.not_before.max(now + backoff.min(self.policy.cap)),
        }
        // Complaints are no reason to give up, but for those that never end: a look that succeeds in between
        // is no end.
        let target = &mut self.targets[place];
        target.complaints += 1;
        if target.complaints > MOST_COMPLAINTS {
            let why = "the service is asked too often, again and again (429)";
            return self.give_up(place, step, why.to_owned(), true);
        }
        if step == Step::Delete {
            // It was not carried out.
            target.deletions -= 1;
        }
        self.ready.push_front((place, if step == Step::Delete { Step::Look } else { step }));
    }

    /// The service has nothing against it: after a while there is more at once again.
    fn calm_down(&mut self) {
        self.calm += 1;
        if self.calm >= CALM {
            self.calm = 0;
            self.complaints = 0;
            self.at_once = (self.at_once + 1).min(AT_ONCE);
        }
    }

    /// Nothing more is tried of a file; `is_unserved` where that is for want of a service that does it.
    fn give_up(&mut self, place: usize, step: Step, words: String, is_unserved: bool) {
        let target = &self.targets[place];
        match step == Step::Settle || target.unproved.is_some() {
            true => self.end(place, DeletionEnd::Unknown(words)),
            false if is_unserved => self.leave_unserved(place, words),
            false => self.end(place, DeletionEnd::Left(words)),
        }
    }

    pub(super) fn leave_the_rest(&mut self, why: &Stop) {
        let waiting = self.ready.drain(..).chain(
            std::mem::take(&mut self.delayed).into_iter().map(|(_, place, step)| (place, step)),
        );
        let (settling, rest): (Vec<_>, Vec<_>) = waiting.partition(|(place, step)| {
            *step == Step::Settle || self.targets[*place].unproved.is_some()
        });
        for (place, _) in rest {
            let words = why.words().to_owned();
            match why {
                Stop::AskedToWait(_) => self.leave_unserved(place, words),
                Stop::Wanted | Stop::KeyRefused(_) => self.end(place, DeletionEnd::Left(words)),
            }
        }
        let refused = matches!(why, Stop::KeyRefused(_) | Stop::AskedToWait(_));
        for (place, _) in settling {
            if refused {
                self.end(place, DeletionEnd::Unknown(why.words().to_owned()));
            } else {
                // One look, so that it is known; it is not deleted once more.
                self.targets[place].deletions = self.policy.attempts;
                self.ready.push_back((place, Step::Settle));
            }
        }
    }

    /// Files that something was asked of whose answer is to come, or that are to be settled: at the end of it
    /// nobody may know of them.
    #[must_use]
    pub fn on_their_way(&self) -> usize {
        let rest = self.ready.iter().copied();
        let rest = rest.chain(self.delayed.iter().map(|(_, place, step)| (*place, *step)));
        let in_doubt = |(place, step): &(usize, Step)| {
            *step == Step::Settle || self.targets[*place].unproved.is_some()
        };
        self.asked.len() + rest.filter(in_doubt).count()
    }
}
