//! How fast a service may be asked: what it allows, the waits that it asks for, and the retries that
//! are left. One for an account: whoever asks the service for something asks this first.
//!
//! It knows no clock: moments go in.

use std::time::Duration;

use super::ApiError;
use super::retry::{Allowance, Budget};

/// The longest wait that a service may ask of what nobody waits for.
const LONGEST_ASKED: Duration = Duration::from_secs(3_600);

/// What one service allows, and for how long it wants to be left alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    allowance: Option<Allowance>,
    /// When that was said.
    told: Duration,
    not_before: Duration,
    retries: Budget,
}

impl Pace {
    /// Notes what an answer's head says of further requests; where none is allowed any more, nothing
    /// is asked for until they are counted anew.
    pub fn allow(&mut self, allowance: Option<Allowance>, now: Duration) {
        let Some(allowance) = allowance else { return };
        self.allowance = Some(allowance);
        self.told = now;
        if allowance.remaining == 0 {
            self.wait_until(now + allowance.reset.min(LONGEST_ASKED));
        }
    }

    /// Asks for nothing as long as an error asks for, an hour at most.
    pub fn keep_to(&mut self, error: &ApiError, now: Duration) {
        if let Some(wait) = error.wait() {
            self.wait_until(now + asked_wait(wait));
        }
    }

    fn wait_until(&mut self, at: Duration) {
        self.not_before = self.not_before.max(at);
    }

    /// The monotonic moment before which the service wants to be left alone, over or not.
    #[must_use]
    pub fn not_before(&self) -> Duration {
        self.not_before
    }

    /// Requests that the service still allows, where it says.
    #[must_use]
    pub fn remaining(&self) -> Option<u64> {
        self.allowance.map(|allowance| allowance.remaining)
    }

    /// Requests that may be made within `span` so that half of what the service allows is left; at
    /// least one, and any number where it does not say.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded by the largest number there is"
    )]
    pub fn share(&self, span: Duration) -> u32 {
        let Some(allowance) = self.allowance else { return u32::MAX };
        let share = allowance.per_second() * span.as_secs_f64() / 2.0;
        (share.min(f64::from(u32::MAX)) as u32).max(1)
    }

    /// The moment from which on a request, made after one at `last`, keeps within `per_cent` of what
    /// the service still allows until its reset; any moment where it does not say.
    #[must_use]
    pub fn within_share(&self, per_cent: u32, last: Option<Duration>) -> Duration {
        let Some(allowance) = self.allowance.filter(|_| per_cent > 0) else {
            return Duration::ZERO;
        };
        let requests = allowance.remaining.saturating_mul(per_cent.into()) / 100;
        let requests = u32::try_from(requests).unwrap_or(u32::MAX).max(1);
        let spread = allowance.reset.min(LONGEST_ASKED) / requests;
        // Once it is counted anew, what was said holds no longer.
        let reset = self.told + allowance.reset.min(LONGEST_ASKED);
        (last.unwrap_or_default().max(self.told) + spread).min(reset)
    }

    /// Pays for one retry; `false` where none is left.
    pub fn spend_retry(&mut self) -> bool {
        self.retries.spend()
    }

    /// Notes that a call succeeded.
    pub fn call_succeeded(&mut self) {
        self.retries.restore();
    }
}

/// How long of what a service asks for is waited by what nobody waits for.
#[must_use]
pub fn asked_wait(wait: Duration) -> Duration {
    wait.min(LONGEST_ASKED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::error::Status;

    const SECOND: Duration = Duration::from_secs(1);

    fn crowded(wait: Option<Duration>) -> ApiError {
        ApiError::Unavailable { status: Status(429), message: None, wait }
    }

    #[test]
    fn waits_are_kept_to_the_longest_one_and_an_hour_at_most() {
        let mut pace = Pace::default();
        pace.keep_to(&crowded(None), SECOND);
        assert_eq!(pace.not_before(), Duration::ZERO);
        pace.keep_to(&crowded(Some(60 * SECOND)), SECOND);
        pace.keep_to(&crowded(Some(5 * SECOND)), 2 * SECOND);
        assert_eq!(pace.not_before(), 61 * SECOND);
        pace.keep_to(&crowded(Some(Duration::MAX)), SECOND);
        assert_eq!(pace.not_before(), 3_601 * SECOND);
    }

    #[test]
    fn half_of_an_allowance_is_left_and_one_request_is_always_allowed() {
        let mut pace = Pace::default();
        assert_eq!((pace.remaining(), pace.share(30 * SECOND)), (None, u32::MAX));
        let allowance = |remaining| Some(Allowance { remaining, reset: 60 * SECOND });
        pace.allow(allowance(40), SECOND);
        assert_eq!((pace.remaining(), pace.share(30 * SECOND)), (Some(40), 10));
        assert_eq!(pace.not_before(), Duration::ZERO);
        pace.allow(allowance(1), SECOND);
        assert_eq!(pace.share(30 * SECOND), 1);
        pace.allow(allowance(0), SECOND);
        assert_eq!(pace.not_before(), 61 * SECOND);
        pace.allow(None, SECOND);
        assert_eq!(pace.remaining(), Some(0), "what was said last holds");
    }
}
