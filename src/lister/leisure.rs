//! Reading on at leisure: when the paging machine asks for a page that nobody called for.
//!
//! A list that is paged on demand does not know what it has not read, such as which file expires
//! next. So, once the operator rests, page after page is read on: the first ones at once, the others
//! at a pace that a service does not feel.
//!
//! | state | event | next |
//! |---|---|---|
//! | resting | the operator does nothing for [`after`](LeisurePolicy::after) | reading on |
//! | reading on | its pages are fewer than [`burst`](LeisurePolicy::burst) | the next one at once |
//! | | else | the next one after the pause, or later where the service allows less |
//! | | a 429, or another failure that may pass | the pause doubles, up to a minute |
//! | | ten pages without one | the pause halves again, down to the first |
//! | | [`most_files`](LeisurePolicy::most_files) are loaded | it ends |
//! | any | the operator does something | resting |
//!
//! It knows neither what is loaded nor what else is asked for: whoever asks it does, and lets
//! everything else go first.

use std::time::Duration;

use crate::api::pace::Pace;

/// The longest pause between two pages, however crowded the service says that it is.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Pages without a 429 that halve the pause again.
const CALM_PAGES: u32 = 10;
/// Where the service says nothing of its pause and is crowded, the pause begins here.
const LEAST_PAUSE: Duration = Duration::from_secs(1);

/// How reading on is done; the defaults are the program's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeisurePolicy {
    /// How long the operator rests before it begins.
    pub after: Duration,
    /// Pages that are read without a pause.
    pub burst: u32,
    /// From one page to the next behind those.
    pub pause: Duration,
    /// Of what the service still allows, the part that it may use, in per cent.
    pub share: u32,
    /// Files beyond which it does not go on.
    pub most_files: usize,
}

impl Default for LeisurePolicy {
    fn default() -> Self {
        Self {
            after: Duration::from_secs(2),
            burst: 20,
            pause: Duration::from_secs(1),
            share: 50,
            most_files: 100_000,
        }
    }
}

/// When the next page is read at leisure.
#[derive(Clone, Debug)]
pub struct Leisure {
    policy: LeisurePolicy,
    /// When the operator did something last.
    touched: Duration,
    /// Pages that it asked for.
    pages: u32,
    /// When it asked for the last one, or was refused.
    last: Option<Duration>,
    /// How often the pause was doubled.
    doublings: u32,
    /// Pages since the last 429.
    calm: u32,
    /// Whether the page in flight is one of its own.
    in_flight: bool,
    /// The operator stopped what was being loaded.
    stopped: bool,
}

impl Leisure {
    /// At rest since `now`, which is the start.
    #[must_use]
    pub fn new(policy: LeisurePolicy, now: Duration) -> Self {
        Self {
            policy,
            touched: now,
            pages: 0,
            last: None,
            doublings: 0,
            calm: 0,
            in_flight: false,
            stopped: false,
        }
    }

    /// The operator did something.
    pub fn touched(&mut self, now: Duration) {
        self.touched = now;
    }

    /// The operator stopped what was being loaded: nothing is read on until [`resume`](Self::resume).
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// The operator wants more again.
    pub fn resume(&mut self) {
        self.stopped = false;
    }

    /// A page was asked for at leisure.
    pub fn asked(&mut self, now: Duration) {
        self.pages = self.pages.saturating_add(1);
        self.last = Some(now);
        self.in_flight = true;
    }

    /// Whether the page in flight was asked for at leisure.
    #[must_use]
    pub fn is_in_flight(&self) -> bool {
        self.in_flight
    }

    /// An answer came, or another page is asked for; tells whether it was asked for at leisure.
    pub fn take_in_flight(&mut self) -> bool {
        std::mem::take(&mut self.in_flight)
    }

    /// A page that it asked for came.
    pub fn page_came(&mut self) {
        self.calm += 1;
        if self.calm >= CALM_PAGES {
            self.calm = 0;
            self.doublings = self.doublings.saturating_sub(1);
        }
    }

    /// The service failed to answer a page that it asked for, such as with 429.
    pub fn crowded(&mut self, now: Duration) {
        self.calm = 0;
        self.last = Some(now);
        if self.pause() < LONGEST_PAUSE {
            self.doublings += 1;
        }
    }

    /// The moment at which the operator has rested for long enough.
    #[must_use]
    pub fn begins(&self) -> Duration {
        self.touched + self.policy.after
    }

    /// Whether fewer files are loaded than it goes on for.
    #[must_use]
    pub fn wants_more_than(&self, files: usize) -> bool {
        files < self.policy.most_files && !self.stopped
    }

    /// The moment from which on the next page may be asked for.
    #[must_use]
    pub fn next(&self, pace: &Pace) -> Duration {
        let paused = self.last.map_or(Duration::ZERO, |last| last + self.pause());
        let shared = pace.within_share(self.policy.share, self.last);
        self.begins().max(paused).max(shared).max(pace.not_before())
    }

    /// Whether the next page is asked for without a pause behind the one before.
    #[must_use]
    pub fn is_at_once(&self) -> bool {
        self.pages < self.policy.burst && self.doublings == 0
    }

    /// From one page to the next, whatever the service allows.
    fn pause(&self) -> Duration {
        let pause = if self.is_at_once() { Duration::ZERO } else { self.policy.pause };
        let doubled = pause.max(if self.doublings > 0 { LEAST_PAUSE } else { pause });
        doubled.saturating_mul(1 << self.doublings.min(16)).min(LONGEST_PAUSE.max(pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::retry::Allowance;

    const SECOND: Duration = Duration::from_secs(1);
    const START: Duration = Duration::from_secs(100);

    fn leisure() -> Leisure {
        Leisure::new(LeisurePolicy::default(), START)
    }

    /// Asks for pages as soon as may be; tells when, in milliseconds since the start.
    fn ask(leisure: &mut Leisure, pace: &Pace, pages: usize) -> Vec<u128> {
        let ask = |_| {
            let at = leisure.next(pace).max(leisure.last.unwrap_or_default());
            leisure.asked(at);
            leisure.page_came();
            at.saturating_sub(START).as_millis()
        };
        (0..pages).map(ask).collect()
    }

    #[test]
    fn it_begins_once_the_operator_rests_and_begins_again() {
        let (mut leisure, pace) = (leisure(), Pace::default());
        assert_eq!(leisure.next(&pace), START + 2 * SECOND, "the start counts");
        leisure.touched(START + SECOND);
        assert_eq!(leisure.next(&pace), START + 3 * SECOND);
        ask(&mut leisure, &pace, 3);
        leisure.touched(START + 10 * SECOND);
        assert_eq!(leisure.next(&pace), START + 12 * SECOND);
    }

    #[test]
    fn twenty_pages_come_at_once_and_then_one_a_second() {
        let asked = ask(&mut leisure(), &Pace::default(), 24);
        assert_eq!(asked[..20], [2_000; 20]);
        assert_eq!(asked[20..], [3_000, 4_000, 5_000, 6_000]);
    }

    #[test]
    fn each_429_doubles_the_pause_up_to_a_minute_and_ten_pages_halve_it() {
        let (mut leisure, pace) = (leisure(), Pace::default());
        let mut now = START + 2 * SECOND;
        let mut pauses = vec![];
        for _ in 0..8 {
            leisure.asked(now);
            leisure.crowded(now);
            pauses.push(leisure.next(&pace).saturating_sub(now).as_secs());
            now = leisure.next(&pace);
        }
        assert_eq!(pauses, [2, 4, 8, 16, 32, 60, 60, 60]);
        let mut after = vec![];
        for _ in 0..70 {
            leisure.asked(now);
            leisure.page_came();
            after.push(leisure.next(&pace).saturating_sub(now).as_secs());
            now = leisure.next(&pace);
        }
        after.dedup();
        assert_eq!(after, [60, 32, 16, 8, 4, 2, 1]);
    }

    #[test]
    fn it_uses_no_more_than_its_share_of_what_the_service_allows() {
        let (mut leisure, mut pace) = (leisure(), Pace::default());
        pace.allow(Some(Allowance { remaining: 40, reset: 60 * SECOND }), START);
        let asked = ask(&mut leisure, &pace, 3);
        assert_eq!(asked, [3_000, 6_000, 9_000], "twenty a minute, from when that was said");
        pace.allow(Some(Allowance { remaining: 0, reset: 60 * SECOND }), START + 10 * SECOND);
        assert!(leisure.next(&pace) >= START + 70 * SECOND);
    }

    /// Without a pause of its own it is no storm either.
    #[test]
    fn a_429_is_followed_by_a_pause_whatever_the_policy() {
        let policy = LeisurePolicy { pause: Duration::ZERO, ..LeisurePolicy::default() };
        let (mut leisure, pace) = (Leisure::new(policy, Duration::ZERO), Pace::default());
        for pause in [2, 4, 8] {
            leisure.asked(START);
            leisure.crowded(START);
            assert_eq!(leisure.next(&pace), START + SECOND * pause);
        }
    }

    #[test]
    fn it_ends_at_its_bound_and_while_it_is_stopped() {
        let mut leisure = leisure();
        assert!(leisure.wants_more_than(99_999) && !leisure.wants_more_than(100_000));
        leisure.stop();
        assert!(!leisure.wants_more_than(0));
        leisure.resume();
        assert!(leisure.wants_more_than(0));
    }

    #[test]
    fn a_page_of_its_own_is_in_flight_until_that_is_taken() {
        let mut leisure = leisure();
        assert!(!leisure.is_in_flight());
        leisure.asked(START);
        assert!(leisure.is_in_flight() && leisure.take_in_flight());
        assert!(!leisure.is_in_flight() && !leisure.take_in_flight());
    }
}
